// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IEmergencyAccess
/// @notice Break-glass: hours of access for emergency treatment (ETREAT) where no consent covers it, seen by the
/// patient at once, limited in rate, and reviewed by somebody independent.
/// @dev A patient can forbid it altogether, and a refusal of ETREAT to one provider (a revoked ETREAT consent) forbids
/// it to that provider. An emergency ends with every word of the patient on it decided later, whatever it says: a
/// decision on ETREAT for the provider, on breaking the glass (for what the provider opened itself), or a revocation of
/// everything. What an observer learns: that a provider's key opened an emergency on an address, for which kinds of
/// data, and how its review ended. The justification is a commitment.
interface IEmergencyAccess {
    /// @notice An emergency access of one key of one provider to one patient. One slot each for what the provider
    /// opened itself and for what a source opened that the patient had allowed.
    /// @param categories Bitmask over `Categories` that it covers.
    /// @param openedAt When it was opened (unix seconds).
    /// @param expiresAt The first second at which it no longer counts (unix seconds).
    struct Emergency {
        uint64 categories;
        uint40 openedAt;
        uint40 expiresAt;
    }

    /// @notice The broken glass that a key still owes a review for. Two slots.
    /// @param patient Whose.
    /// @param openedAt When it was opened (unix seconds); zero where nothing is owed.
    /// @param reportedOverdue Whether it was counted as overdue.
    /// @param provider The provider for which the key acted.
    struct PendingReview {
        address patient;
        uint40 openedAt;
        bool reportedOverdue;
        address provider;
    }

    /// @notice How a provider's emergencies were judged, counted for ever. One slot.
    struct ReviewRecord {
        uint64 upheld;
        uint64 rejected;
        uint64 overdue;
    }

    /// @notice What a patient allows an emergency source. One slot.
    /// @param categories Bitmask over `Categories` that the source may open; zero: none.
    /// @param decidedAt When the patient decided (unix seconds).
    struct SourcePreference {
        uint64 categories;
        uint40 decidedAt;
    }

    /// @notice Why the glass was broken; the details are in the committed justification.
    /// @param ImmediateThreat A threat to the patient's life or health now (42 CFR 2.51, 45 CFR 164.510(a)(3)).
    /// @param UnableToConsent The patient cannot decide at present.
    /// @param PublicSafety A serious and imminent threat to others (45 CFR 164.512(j)).
    enum BreakGlassReason {
        ImmediateThreat,
        UnableToConsent,
        PublicSafety
    }

    /// @notice Emitted when a provider's key breaks the glass.
    event GlassBroken(
        address indexed patient,
        address indexed provider,
        address indexed operator,
        uint64 categories,
        uint40 expiresAt,
        BreakGlassReason reason,
        bytes32 justification
    );
    /// @notice Emitted when a source that the patient allowed opens an emergency for a provider's key.
    event EmergencyOpened(
        address indexed patient,
        address indexed provider,
        address indexed operator,
        address source,
        uint64 categories,
        uint40 expiresAt,
        bytes32 justification
    );
    /// @notice Emitted when a broken glass is reviewed. A rejected one has ended with this event.
    event EmergencyReviewed(
        address indexed patient,
        address indexed provider,
        address indexed operator,
        address reviewer,
        bool upheld
    );
    /// @notice Emitted when a review is counted as overdue.
    event ReviewOverdue(address indexed patient, address indexed provider, address indexed operator);
    /// @notice Emitted when a patient decides whether the glass may be broken.
    event BreakGlassPreferenceSet(address indexed patient, bool forbidden, uint40 issuedAt);
    /// @notice Emitted when a patient decides what a source may open.
    event EmergencySourcePreferenceSet(
        address indexed patient,
        address indexed source,
        uint64 categories,
        uint40 issuedAt
    );
    /// @notice Emitted when governance names a source, which can open emergencies from `activeFrom` (unix seconds) on.
    event EmergencySourceSet(address indexed source, uint40 activeFrom);
    /// @notice Emitted when governance removes a source, at once.
    event EmergencySourceRemoved(address indexed source);

    /// @notice Thrown when a set of categories is empty or has bits that stand for nothing.
    error UnknownCategories(uint64 categories);
    /// @notice Thrown when a commitment that a decision must name is zero.
    error EvidenceMissing();
    /// @notice Thrown when the patient forbids breaking the glass, or refused ETREAT to this provider.
    error EmergencyForbidden(address patient, address provider);
    /// @notice Thrown when the key has a broken glass that nobody has reviewed yet.
    error EmergencyUnreviewed(address operator, address patient);
    /// @notice Thrown when a provider broke the glass more often than its rate allows.
    error EmergencyRateExceeded(address provider);
    /// @notice Thrown when the key owes no review, or not of this emergency.
    error NothingToReview(address operator);
    /// @notice Thrown when a reviewer is the provider itself, or was accredited by who accredited the provider.
    error ReviewerNotIndependent(address reviewer, address provider);
    /// @notice Thrown when a review is not overdue, or was counted already. `dueAt` in unix seconds.
    error ReviewNotOverdue(address operator, uint40 dueAt);
    /// @notice Thrown when the caller is not a source in force.
    error NotEmergencySource(address account);
    /// @notice Thrown when a source would open more than the patient allows it. `allowed` is a bitmask of categories.
    error SourceNotAllowed(address patient, address source, uint64 allowed);

    /// @notice How long an emergency lasts (seconds): 8 hours.
    function EMERGENCY_DURATION() external view returns (uint40);

    /// @notice Within which time a broken glass must be reviewed (seconds): 72 hours.
    function REVIEW_PERIOD() external view returns (uint40);

    /// @notice How long a newly named source waits before it can open anything (seconds): 7 days.
    function SOURCE_DELAY() external view returns (uint40);

    /// @notice Opens emergency access to `patient` for the calling key, for {EMERGENCY_DURATION}.
    /// @param categories Bitmask over `Categories`, protected ones included where needed; never zero.
    /// @param justification Commitment of the written justification.
    /// @dev Caller: a key in good standing for EMERGENCY_CARE. Reverts: `NotInGoodStanding`, {EmergencyForbidden},
    /// {EmergencyUnreviewed}, {EmergencyRateExceeded}, {EvidenceMissing}, `PatientRetired`, `UnknownCategories`.
    function breakGlass(address patient, uint64 categories, BreakGlassReason reason, bytes32 justification) external;

    /// @notice Opens emergency access for `responder`, within what the patient allowed the calling source beforehand.
    /// @dev Caller: a source in force. The patient agreed to it, so it needs no review and no rate.
    /// Reverts: {NotEmergencySource}, {SourceNotAllowed}, {EmergencyForbidden} where the patient refused ETREAT to the
    /// responder's provider, {EvidenceMissing}, `NotInGoodStanding`, `PatientRetired`, `UnknownCategories`.
    function openEmergency(address patient, address responder, uint64 categories, bytes32 justification) external;

    /// @notice Judges the broken glass that `operator` owes a review for. A rejection ends it and counts against the
    /// provider for ever.
    /// @param patient Whose, so that a judgement never falls on another emergency than the one that was looked at.
    /// @param openedAt When it was opened (unix seconds).
    /// @dev Caller: a privacy officer in good standing of another participant, accredited by who accredited neither the
    /// provider as PROVIDER nor for EMERGENCY_CARE; once overdue also an oversight authority.
    /// Reverts: {NothingToReview}, {ReviewerNotIndependent}, `NotInGoodStanding`.
    function reviewEmergency(address operator, address patient, uint40 openedAt, bool upheld) external;

    /// @notice Counts the review that `operator` owes as overdue, once. It never blocks the organisation.
    /// @dev Caller: anyone. Reverts: {NothingToReview}, {ReviewNotOverdue}.
    function reportOverdueReview(address operator) external;

    /// @notice Decides whether the glass may be broken for the caller. Either way it ends what a provider opened
    /// before.
    function setBreakGlassPreference(bool forbidden) external;

    /// @notice As {setBreakGlassPreference}, relayed. Signature: `BreakGlassPreference` by the patient.
    /// @dev Reverts: `DecisionSuperseded` unless later than the last such decision (as late is enough to forbid),
    /// `InvalidSignature`, `IssuedInFuture`, `DeadlinePassed`.
    function setBreakGlassPreferenceBySig(
        address patient,
        bool forbidden,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Decides what `source` may open on the caller; zero for nothing, which is the default, and what a
    /// revocation of everything makes of it.
    /// @dev What is open already runs out within hours; a revocation of ETREAT or {IPatientStanding-revokeAll} ends it
    /// at once. Reverts: `UnknownCategories`.
    function setEmergencySourcePreference(address source, uint64 categories) external;

    /// @notice As {setEmergencySourcePreference}, relayed. Signature: `EmergencySourcePreference` by the patient.
    /// @dev Reverts: as {setBreakGlassPreferenceBySig}, and `UnknownCategories`.
    function setEmergencySourcePreferenceBySig(
        address patient,
        address source,
        uint64 categories,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Names a contract that may open emergencies, {SOURCE_DELAY} from now on.
    /// @dev Caller: as `AccessManager` says. This is one of the two things that governance can do here, and it opens
    /// nothing that the patient did not allow.
    function setEmergencySource(address source) external;

    /// @notice Removes a source at once. Caller: as `AccessManager` says.
    function removeEmergencySource(address source) external;

    /// @notice The emergency of `operator`, acting for `provider`, on `patient`. It may have run out.
    /// @param bySource Whether the one that a source opened, or the one that the provider did.
    function emergencyOf(
        address patient,
        address provider,
        address operator,
        bool bySource
    ) external view returns (Emergency memory);

    /// @notice The review that `operator` owes.
    function pendingReviewOf(address operator) external view returns (PendingReview memory);

    /// @notice How the emergencies of `provider` were judged.
    function reviewRecordOf(address provider) external view returns (ReviewRecord memory);

    /// @notice How often `reviewer` upheld emergencies of `provider`: friends are seen.
    function upheldBetween(address reviewer, address provider) external view returns (uint256);

    /// @notice From when on `source` may open emergencies (unix seconds); zero if never.
    function emergencySourceFrom(address source) external view returns (uint40);

    /// @notice What `patient` allows `source`.
    function sourcePreferenceOf(address patient, address source) external view returns (SourcePreference memory);

    /// @notice How many times `provider` may break the glass right now.
    function emergenciesAvailable(address provider) external view returns (uint256);
}
