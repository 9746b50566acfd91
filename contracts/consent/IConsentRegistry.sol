// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmergencyAccess} from "./IEmergencyAccess.sol";
import {IPatientStanding} from "./IPatientStanding.sol";

/// @title IConsentRegistry
/// @notice May this party use this patient's data, for this purpose, now? Patients, or who acts for them, say so;
/// everyone else asks in one call.
/// @dev One consent for each (patient, grantee, purpose), one slot each. The default is deny; a deny always overrides;
/// the latest decision counts, whoever relayed it; a revocation never fails. Decisions need no nonces: what was decided
/// later stands. What an observer learns: that one address consented to another's use of kinds of data for purposes,
/// when, and until when; a protected category bit is health data if the address can be tied to a person, so use one
/// patient address for each relationship. The consent document itself is a commitment in the event.
interface IConsentRegistry is IPatientStanding, IEmergencyAccess {
    /// @notice A consent as stored. One slot. Never decided: all zero. Revoked: no categories, but an `issuedAt`.
    /// @param categories Bitmask over `Categories`.
    /// @param notBefore The first second at which it counts (unix seconds).
    /// @param expiresAt The first second at which it no longer counts (unix seconds).
    /// @param issuedAt When it was decided (unix seconds).
    /// @param flags Bitmask: what the user of the data must carry onward (bits 0 to 2, HL7 v3 refrain policies: 0
    /// NORDSCLCD no redisclosure, 1 NOREUSE, 2 NORELINK), that a revocation ended nothing (bit 5), and who decided (bit 6: a representative; bit 7: the patient
    /// decided here, or revoked everything after it, which a representative without the power to override cannot change
    /// any more).
    struct Consent {
        uint64 categories;
        uint40 notBefore;
        uint40 expiresAt;
        uint40 issuedAt;
        uint8 flags;
    }

    /// @notice What a grant says.
    /// @param categories Bitmask over `Categories`; never zero.
    /// @param notBefore Unix seconds; zero for at once.
    /// @param expiresAt Unix seconds; in the future, at most {MAX_DURATION} after the decision.
    /// @param flags Bits 0 to 2 of {Consent-flags}; more are refused.
    struct Terms {
        uint64 categories;
        uint40 notBefore;
        uint40 expiresAt;
        uint8 flags;
    }

    /// @notice A grant as it is signed. EIP-712 type `ConsentGrant`, members in this order.
    /// @param patient Whose data.
    /// @param decidedBy Who signs: the patient or a representative.
    /// @param grantee The participant, or for purposes that need no accreditation any address.
    /// @param purposes Bitmask over `Purposes`.
    /// @param evidence Commitment of the consent document that was shown (FHIR R4 `Consent`, ISO/IEC TS 27560 record).
    /// @param issuedAt When it was decided (unix seconds).
    /// @param deadline Until when it may be relayed (unix seconds).
    struct ConsentGrant {
        address patient;
        address decidedBy;
        address grantee;
        uint32 purposes;
        uint64 categories;
        uint40 notBefore;
        uint40 expiresAt;
        uint8 flags;
        bytes32 evidence;
        uint40 issuedAt;
        uint40 deadline;
    }

    /// @notice A revocation as it is signed. EIP-712 type `ConsentRevocation`, members in this order.
    struct ConsentRevocation {
        address patient;
        address decidedBy;
        address grantee;
        uint32 purposes;
        uint40 issuedAt;
        uint40 deadline;
    }

    /// @notice Why a use is denied. From `Unaccredited` to `OperatorRoleMissing` in the order of
    /// `IParticipantRegistry.Standing`.
    /// @param None It is permitted.
    /// @param Retired The patient's address is retired: everything is denied for ever.
    /// @param UnknownPurpose The purpose's number stands for nothing.
    /// @param NothingAsked No category was asked for.
    /// @param NeverGranted No decision stands for this grantee and purpose.
    /// @param Revoked The consent was revoked.
    /// @param RevokedAll The patient revoked everything since.
    /// @param NotYetValid The consent counts from a later time on.
    /// @param Expired The consent has run out.
    /// @param RepresentationEnded A representative decided, who no longer represents the patient.
    /// @param CategoryNotCovered Not all categories asked for are covered.
    enum Denial {
        None,
        Unaccredited,
        Suspended,
        Withdrawn,
        AccreditationExpired,
        OperatorExpired,
        OperatorRoleMissing,
        Retired,
        UnknownPurpose,
        NothingAsked,
        NeverGranted,
        Revoked,
        RevokedAll,
        NotYetValid,
        Expired,
        RepresentationEnded,
        CategoryNotCovered
    }

    /// @notice What stands for a patient, grantee and purpose: the latest decision, whether or not it has run out.
    enum DecisionKind {
        None,
        Granted,
        Revoked,
        RevokedAll
    }

    /// @notice Emitted when a consent is granted, for each purpose in the bitmask `purposes`.
    /// @param consent The consent as stored, {Consent}'s members from the lowest bits up: categories 64 bits, notBefore
    /// 40, expiresAt 40, issuedAt 40, flags 8. One word, since four more would cost a patient a thousand gas. Bit 7 of
    /// the flags is stored where it stood before, and need not be set here.
    /// @param evidence Commitment of the consent document that was shown.
    event ConsentGranted(
        address indexed patient,
        address indexed grantee,
        uint32 purposes,
        uint256 consent,
        bytes32 evidence
    );
    /// @notice Emitted when a consent is revoked, for each purpose in the bitmask `purposes`: those of the decision
    /// that were not decided later. Stored as decided at `issuedAt`, or when a representative decided if that is later.
    event ConsentRevoked(address indexed patient, address indexed grantee, uint32 purposes, uint40 issuedAt);
    /// @notice Emitted beside {ConsentGranted} or {ConsentRevoked} where not the patient but a representative decided.
    event DecidedByRepresentative(
        address indexed patient,
        address indexed grantee,
        address indexed representative,
        uint32 purposes,
        uint40 issuedAt
    );

    /// @notice Thrown by {requirePermitted}.
    error ConsentDenied(address patient, address accessor, uint256 purpose, Denial denial);
    /// @notice Thrown when a set of purposes is empty or has bits that stand for nothing.
    error UnknownPurposes(uint32 purposes);
    /// @notice Thrown when a flag is set that a grant cannot set.
    error UnknownFlags(uint8 flags);
    /// @notice Thrown when a period (unix seconds) is empty, over already, or longer than {MAX_DURATION}.
    error InvalidPeriod(uint40 notBefore, uint40 expiresAt);
    /// @notice Thrown when a patient would consent to nobody or to themselves.
    error InvalidGrantee(address grantee);
    /// @notice Thrown when a decision on this purpose stands that is as late or later (unix seconds).
    error ConsentSuperseded(uint8 purpose, uint40 decidedAt);
    /// @notice Thrown when `account` does not represent the patient in these purposes at this time.
    error NotRepresentative(address patient, address account);
    /// @notice Thrown when a representative would grant beyond the end of the representation (unix seconds).
    error ConsentOutlivesRepresentation(uint40 expiresAt, uint40 representationExpiresAt);
    /// @notice Thrown when a representative would grant what the patient decided otherwise.
    error PatientDecided(uint8 purpose);

    /// @notice The longest a consent can be given for (seconds): 3653 days, ten years.
    function MAX_DURATION() external view returns (uint40);

    /// @notice Consents, for the caller, to the use of data by `grantee` for each purpose in the bitmask.
    /// @param evidence Commitment of the consent document that was shown.
    /// @dev Caller: the patient. All or nothing. Asks no registry: whether the grantee is accredited is asked by
    /// {check}. Reverts: {UnknownPurposes}, `UnknownCategories`, {UnknownFlags}, {InvalidPeriod}, {InvalidGrantee},
    /// `EvidenceMissing`, `PatientRetired`, {ConsentSuperseded} and `DecisionSuperseded` within the second of an
    /// earlier decision.
    function grant(address grantee, uint32 purposes, Terms calldata terms, bytes32 evidence) external;

    /// @notice As {grant}, for `patient`, by a representative.
    /// @dev Caller: a representative in force, within its purposes. It can neither widen nor revive what the patient
    /// decided, unless appointed with the power to. Reverts also: {NotRepresentative}, {PatientDecided},
    /// {ConsentOutlivesRepresentation}.
    function grantFor(
        address patient,
        address grantee,
        uint32 purposes,
        Terms calldata terms,
        bytes32 evidence
    ) external;

    /// @notice As {grant} or {grantFor}, relayed by anyone. Signature: `ConsentGrant` by `consent.decidedBy`.
    /// @dev Reverts also: `InvalidSignature`, `IssuedInFuture`, `DeadlinePassed`; {ConsentSuperseded} and
    /// `DecisionSuperseded` unless later than what stands, so it takes effect once at most.
    function grantBySig(ConsentGrant calldata consent, bytes calldata signature) external;

    /// @notice Revokes, for the caller, what `grantee` may do for each purpose in the bitmask, granted or not.
    /// @return applied The purposes for which it newly stands.
    /// @dev Caller: the patient. Takes effect in this very block. Never fails; bits that stand for no purpose are
    /// passed over.
    function revoke(address grantee, uint32 purposes) external returns (uint32 applied);

    /// @notice As {revoke}, for `patient`, by a representative within its purposes.
    /// @dev Reverts: {NotRepresentative}.
    function revokeFor(address patient, address grantee, uint32 purposes) external returns (uint32 applied);

    /// @notice As {revoke} or {revokeFor}, relayed by anyone. Signature: `ConsentRevocation` by `revocation.decidedBy`.
    /// @return applied The purposes for which it newly stands: it wins ties and skips what was decided later, except
    /// that a patient's own revocation also ends what a representative decided later where the patient had not decided
    /// before.
    /// @dev Reverts: {NotRepresentative}, `InvalidSignature`, `IssuedInFuture`, `DeadlinePassed`.
    function revokeBySig(
        ConsentRevocation calldata revocation,
        bytes calldata signature
    ) external returns (uint32 applied);

    /// @notice Whether `accessor` may use data of all `categories` of `patient` for `purpose` now.
    /// @param accessor The grantee, or a key that acts for it.
    /// @param purpose Number of the purpose, 0 to 31; any other is denied.
    /// @param categories Bitmask over `Categories`; all must be covered, so one with bits that stand for nothing is
    /// not.
    /// @return permitted True exactly if `denial` is `None`.
    /// @return denial Why not.
    /// @dev Never reverts. What must be carried onward is in {consentOf}'s flags. For purposes that need no
    /// accreditation (PATRQT, FAMRQT) the accessor is the grantee itself, a key of an organisation does not count. For
    /// ETREAT an open emergency that the patient allows stands in for a consent.
    function check(
        address patient,
        address accessor,
        uint256 purpose,
        uint256 categories
    ) external view returns (bool permitted, Denial denial);

    /// @notice As {check}, for contracts. Reverts: {ConsentDenied} with the reason.
    function requirePermitted(address patient, address accessor, uint256 purpose, uint256 categories) external view;

    /// @notice The latest decision on record, revocations of everything included; whether it counts now, {check} says.
    /// @return kind What was decided.
    /// @return decidedAt When (unix seconds).
    function lastDecision(
        address patient,
        address grantee,
        uint8 purpose
    ) external view returns (DecisionKind kind, uint40 decidedAt);

    /// @notice Whether the consent on record covered all `categories` at `time` (unix seconds), whatever ended it later: for who has to
    /// account for what was done then. For the present ask {check}.
    /// @dev Accreditation and representation are not asked about: when they ended is not on record. Nor is what a single revocation
    /// ended: of a consent revoked after `time` it is true, whatever it said; where there never was one it is false.
    function countedAt(
        address patient,
        address grantee,
        uint8 purpose,
        uint256 categories,
        uint40 time
    ) external view returns (bool);

    /// @notice The consent as stored; see {check} for whether it counts.
    function consentOf(address patient, address grantee, uint8 purpose) external view returns (Consent memory);

    /// @notice Who decided the stored consent for the patient; zero where the patient did, or nobody.
    function representativeOf(address patient, address grantee, uint8 purpose) external view returns (address);
}
