// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IRepresentativeRegistry
/// @notice Who may decide about consents for a patient: somebody the patient named, or somebody a guardianship
/// authority appointed for a patient who cannot decide.
/// @dev Keyed by (patient, representative); a later naming or appointment replaces an earlier one, and what the
/// representative granted under the earlier one stops counting. What an observer learns: that one address decides for
/// another, in which purposes, until when, whether by the patient's or an authority's word. The case is a commitment.
interface IRepresentativeRegistry {
    /// @notice The life of a representation. Expiry is not a status: it follows from the time.
    /// By the patient: `Named` → `Ended`. By an authority: `Appointed` → `Vetoed` (the patient objects) → `Confirmed`
    /// (another officer of the authority upholds it), and from each of the three → `Ended` (the authority ends it).
    enum RepresentationStatus {
        None,
        Named,
        Appointed,
        Vetoed,
        Confirmed,
        Ended
    }

    /// @notice A representation. Three slots; a check of a consent reads the first.
    /// @param since From when on it counts (unix seconds); what was decided before counts for nothing. A first naming
    /// counts from its decision, one that replaces another from the second after it arrives.
    /// @param expiresAt The first second at which it no longer counts (unix seconds), for example a child's majority.
    /// @param purposes Bitmask over `Purposes` in which the representative may decide.
    /// @param status Where it is in its life.
    /// @param mayOverride Whether it may also decide against what the patient decided; only an authority gives this.
    /// @param decidedAt When the patient last decided about it (unix seconds).
    /// @param appointedAt When an authority last decided about it (unix seconds).
    /// @param authority The authority that appointed it; zero where the patient named it.
    /// @param officer Who signed for the authority.
    struct Representation {
        uint40 since;
        uint40 expiresAt;
        uint32 purposes;
        RepresentationStatus status;
        bool mayOverride;
        uint40 decidedAt;
        uint40 appointedAt;
        address authority;
        address officer;
    }

    /// @notice An authority's appointment of a representative, as its officer signs it.
    /// @param patient For whom.
    /// @param representative Who; never the authority or a key of it.
    /// @param officer Who signs: the authority or a key that acts for it.
    /// @param purposes Bitmask over `Purposes`.
    /// @param mayOverride Whether it may decide against what the patient decided.
    /// @param expiresAt Unix seconds.
    /// @param caseCommitment Commitment of the court's or authority's decision.
    /// @param issuedAt When the officer decided (unix seconds).
    /// @param deadline Until when it may be relayed (unix seconds).
    struct RepresentativeAppointment {
        address patient;
        address representative;
        address officer;
        uint32 purposes;
        bool mayOverride;
        uint40 expiresAt;
        bytes32 caseCommitment;
        uint40 issuedAt;
        uint40 deadline;
    }

    /// @notice An authority's later word on its own appointment, as its officer signs it.
    /// @param inForce True: upholds an appointment that the patient vetoed. False: ends it.
    struct AppointmentDecision {
        address patient;
        address representative;
        address officer;
        bool inForce;
        uint40 issuedAt;
        uint40 deadline;
    }

    /// @notice Emitted when a patient names a representative.
    event RepresentativeNamed(
        address indexed patient,
        address indexed representative,
        uint32 purposes,
        uint40 expiresAt,
        uint40 issuedAt
    );
    /// @notice Emitted when an authority appoints a representative, with effect from `since` (unix seconds).
    event RepresentativeAppointed(
        address indexed patient,
        address indexed representative,
        address indexed authority,
        address officer,
        uint32 purposes,
        bool mayOverride,
        uint40 since,
        uint40 expiresAt,
        bytes32 caseCommitment,
        uint40 issuedAt
    );
    /// @notice Emitted when a representation ends: the patient removed it (`by` the patient) or the authority ended it
    /// (`by` the officer).
    event RepresentationEnded(
        address indexed patient,
        address indexed representative,
        address indexed by,
        uint40 issuedAt
    );
    /// @notice Emitted when a patient vetoes an appointment, which suspends it.
    event AppointmentVetoed(address indexed patient, address indexed representative, uint40 issuedAt);
    /// @notice Emitted when another officer upholds an appointment that the patient vetoed.
    event AppointmentConfirmed(
        address indexed patient,
        address indexed representative,
        address indexed officer,
        uint40 issuedAt
    );

    /// @notice Thrown when somebody would represent themselves, or nobody would.
    error InvalidRepresentative(address representative);
    /// @notice Thrown when an authority, or a key of it, would represent the patient itself.
    error AuthorityCannotRepresent(address authority, address representative);
    /// @notice Thrown when a set of purposes is empty or has bits that stand for nothing.
    error UnknownPurposes(uint32 purposes);
    /// @notice Thrown when an expiry (unix seconds) is not in the future, or not later than an appointment takes
    /// effect.
    error ExpiryNotInFuture(uint40 expiresAt);
    /// @notice Thrown when a decision is not later than one that stands (unix seconds).
    error RepresentationSuperseded(uint40 decidedAt, uint40 issuedAt);
    /// @notice Thrown when a representation is not in a status in which this can be done.
    error WrongRepresentationStatus(address patient, address representative, RepresentationStatus status);
    /// @notice Thrown when an officer does not act for the authority that made the appointment.
    error NotOfficerOf(address authority, address officer);
    /// @notice Thrown when the officer who made an appointment would also uphold it.
    error SameOfficer(address officer);

    /// @notice How long an appointment waits before it takes effect (seconds): 72 hours.
    function APPOINTMENT_DELAY() external view returns (uint40);

    /// @notice Names a representative for the caller, at once; naming the same again replaces what it could do.
    /// @param purposes Bitmask over `Purposes`.
    /// @param expiresAt Unix seconds.
    /// @dev Reverts: {InvalidRepresentative}, {UnknownPurposes}, {ExpiryNotInFuture}, and {WrongRepresentationStatus}
    /// while an authority's appointment of the same has not run out or ended.
    function nameRepresentative(address representative, uint32 purposes, uint40 expiresAt) external;

    /// @notice As {nameRepresentative}, relayed. Signature: `RepresentativeNaming` by the patient.
    /// @dev Reverts also: {RepresentationSuperseded}, `InvalidSignature`, `IssuedInFuture`, `DeadlinePassed`.
    function nameRepresentativeBySig(
        address patient,
        address representative,
        uint32 purposes,
        uint40 expiresAt,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Removes a representative that the caller named, at once; vetoes one that an authority appointed, which
    /// suspends it until another officer of that authority upholds it.
    /// @dev Removing what was never named keeps an unrelayed naming out. Reverts: {WrongRepresentationStatus} where the
    /// appointment is vetoed or upheld already.
    function removeRepresentative(address representative) external;

    /// @notice As {removeRepresentative}, relayed. Signature: `RepresentativeRemoval` by the patient.
    /// @dev Wins ties with a naming of the same second; a veto must be later than the last such decision and not
    /// earlier than the appointment. Reverts also as {nameRepresentativeBySig}.
    function removeRepresentativeBySig(
        address patient,
        address representative,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Appoints a representative by an authority's signature, with effect after {APPOINTMENT_DELAY}. Replaces a
    /// naming of the same address by the patient at once; the patient can veto it, and name another address of that
    /// person.
    /// @dev Caller: anyone. Signer: `appointment.officer`, in good standing for GUARDIANSHIP_AUTHORITY. Reverts:
    /// {InvalidRepresentative}, {AuthorityCannotRepresent}, {UnknownPurposes}, {ExpiryNotInFuture},
    /// {RepresentationSuperseded}, `NotInGoodStanding`, `InvalidSignature`, `IssuedInFuture`, `DeadlinePassed`; and
    /// {WrongRepresentationStatus} while an appointment of the same has not run out or ended.
    function appointRepresentative(RepresentativeAppointment calldata appointment, bytes calldata signature) external;

    /// @notice Upholds a vetoed appointment, or ends an appointment, by an authority's signature.
    /// @dev Caller: anyone. Signer: `decision.officer`, in good standing, of the authority that appointed; to uphold,
    /// another officer than the one who appointed; to end, also of an oversight authority. Reverts: {NotOfficerOf},
    /// {SameOfficer}, {WrongRepresentationStatus}, {RepresentationSuperseded}, `NotInGoodStanding`, `InvalidSignature`,
    /// `IssuedInFuture`, `DeadlinePassed`.
    function decideAppointment(AppointmentDecision calldata decision, bytes calldata signature) external;

    /// @notice The representation of `patient` by `representative`, in force or not.
    function representationOf(address patient, address representative) external view returns (Representation memory);

    /// @notice Whether what `representative` decided for `patient` at `decidedAt` (unix seconds) counts now, as far as
    /// the representation goes. That the patient revoked everything since, `ConsentRegistry` knows, not this contract.
    function counts(address patient, address representative, uint40 decidedAt) external view returns (bool);

    /// @notice As {counts}, and the representation is for `purpose` (its number, 0 to 31).
    function countsIn(
        address patient,
        address representative,
        uint8 purpose,
        uint40 decidedAt
    ) external view returns (bool);
}
