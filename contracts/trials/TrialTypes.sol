// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where a trial is in its life, as ClinicalTrials.gov names it; `Active` is "active, not recruiting". `None` → `Registered`
/// (register) → `Approved` (approve) → `Recruiting` (first enrolment) → `Active` (closeEnrolment) → `Locked` (lock) ⇄ `Active` (unlock);
/// `Locked` → `Unblinded` (unblind) → `Reported` (first outcome); both → `Closed` (close).
enum Phase {
    None,
    Registered,
    Approved,
    Recruiting,
    Active,
    Locked,
    Unblinded,
    Reported,
    Closed
}

/// @notice Whether enrolment was stopped, beside the phase: a terminated trial is still cleaned, locked and reported.
enum Halt {
    None,
    Suspended,
    Terminated
}

/// @notice What a participant does in a trial. The kernel role it needs: INVESTIGATOR_SITE, TRIAL_SERVICE_PROVIDER (data manager
/// and monitor), DATA_MONITORING_COMMITTEE, LABORATORY.
enum TrialRole {
    Investigator,
    DataManager,
    Monitor,
    SafetyBoard,
    Laboratory
}

/// @notice What a signature means (21 CFR 11.50(a)(3)).
enum SignatureMeaning {
    None,
    Authorship,
    Review,
    Approval,
    Responsibility
}

/// @notice What kind of outcome (ClinicalTrials.gov `PrimaryOutcome`, `SecondaryOutcome`, `OtherOutcome`).
enum OutcomeKind {
    Primary,
    Secondary,
    Other
}

/// @notice Why a subject is not enrolled.
/// @param None It is.
/// @param NotRecruiting The trial's phase takes no subjects; a further consent is taken until the data are locked.
/// @param TrialHalted Enrolment is suspended or terminated.
/// @param VersionNotInForce The version signed for was not the approved one when it was signed.
/// @param SubjectMissing The subject's commitment is zero.
/// @param AlreadyEnrolled The subject is enrolled under this version or a later one, or at another site.
/// @param SubjectWithdrawn The subject withdrew.
/// @param SignedInFuture The signature is dated later than the block.
/// @param DeadlinePassed The signature came after its deadline.
/// @param SignedBeforeEnrolment A further consent is dated before the one it follows.
/// @param SiteNotAppointed The site is no investigator of the trial now, or was none when it was signed.
/// @param SignerNotOfSite The signer does not act for the site in INVESTIGATOR_SITE.
/// @param InvalidSignature The signature is not the signer's over this enrolment.
enum EnrolmentRefusal {
    None,
    NotRecruiting,
    TrialHalted,
    VersionNotInForce,
    SubjectMissing,
    AlreadyEnrolled,
    SubjectWithdrawn,
    SignedInFuture,
    DeadlinePassed,
    SignedBeforeEnrolment,
    SiteNotAppointed,
    SignerNotOfSite,
    InvalidSignature
}

/// @notice The documents of a protocol version, as commitments.
/// @param protocol The protocol.
/// @param statisticalAnalysisPlan The statistical analysis plan; zero where there is none yet.
/// @param consentForm The form of the informed consent.
/// @param allocationRoot Root of the allocation list, see {AllocationLeaf}; zero where the trial is not randomised.
/// @param plannedEnrolment Number of subjects.
/// @param primaryCompletion Planned primary completion date (unix seconds).
struct Documents {
    bytes32 protocol;
    bytes32 statisticalAnalysisPlan;
    bytes32 consentForm;
    bytes32 allocationRoot;
    uint32 plannedEnrolment;
    uint40 primaryCompletion;
}

/// @notice The outcomes of a protocol version: roots of two `IndexedTree`s of {OutcomeLeaf}s, and how many leaves each has.
/// @param primaryRoot Root of the primary outcomes.
/// @param otherRoot Root of the secondary and other outcomes; zero where there are none.
/// @param primaries At least 1.
/// @param others Together with `primaries` at most 256.
struct OutcomeList {
    bytes32 primaryRoot;
    bytes32 otherRoot;
    uint16 primaries;
    uint16 others;
}

/// @notice A protocol version.
struct Protocol {
    Documents documents;
    OutcomeList outcomes;
}

/// @notice An outcome as a leaf of its tree.
/// @param index Its place in its tree, from 0.
/// @param count Number of leaves of its tree.
/// @param commitment Commitment of measure and time frame.
struct OutcomeLeaf {
    uint16 index;
    uint16 count;
    OutcomeKind kind;
    bytes32 commitment;
}

/// @notice A row of the allocation list as a leaf of its tree.
/// @param index Its place in the list, from 0.
/// @param subject Commitment of the subject.
/// @param arm Number of the arm.
/// @param salt 32 random bytes, so that the leaf does not tell the arm.
struct AllocationLeaf {
    uint32 index;
    bytes32 subject;
    uint8 arm;
    bytes32 salt;
}

/// @notice An electronic signature (21 CFR 11.50). EIP-712 type `TrialSignature`, with the trial and the object that is signed.
/// @param signer A key of the participant that signs.
/// @param signerName Commitment of the printed name of the person; never zero.
/// @param signedAt When it was signed (unix seconds).
/// @param deadline Until when it may be relayed (unix seconds).
struct ElectronicSignature {
    address signer;
    bytes32 signerName;
    SignatureMeaning meaning;
    uint40 signedAt;
    uint40 deadline;
    bytes signature;
}

/// @notice The enrolment of a subject, or their consent to a later version. EIP-712 type `Enrolment`, members in this order and
/// `meaning` Responsibility behind them.
/// @param site The investigator site.
/// @param subject Salted commitment of the subject.
/// @param version The version of the protocol whose consent form was signed.
/// @param signer A key of the site, or the subject's own address ({ITrialRegistry-enrolWithConsent}).
/// @param signedAt When the subject consented (unix seconds).
/// @param deadline Until when it may be relayed (unix seconds).
struct Enrolment {
    bytes32 trialId;
    address site;
    bytes32 subject;
    uint8 version;
    address signer;
    uint40 signedAt;
    uint40 deadline;
}

/// @notice One of several enrolments of a trial, site and version, signed by itself as an {Enrolment}.
struct EnrolmentItem {
    bytes32 subject;
    address signer;
    uint40 signedAt;
    uint40 deadline;
    bytes signature;
}

/// @notice Enrolments that an investigator signs as one list. EIP-712 type `EnrolmentList`, members in this order and `meaning`
/// Responsibility behind them.
/// @param signedAt When each subject consented (unix seconds), in the order of `subjects`.
struct EnrolmentList {
    bytes32 trialId;
    address site;
    uint8 version;
    address signer;
    bytes32[] subjects;
    uint40[] signedAt;
    uint40 deadline;
}

/// @notice A subject's withdrawal. EIP-712 type `Withdrawal`, members in this order.
/// @param signer A key of the subject's site, or the subject's own address.
/// @param signedAt When the subject withdrew (unix seconds).
/// @param deadline Until when it may be relayed (unix seconds).
struct Withdrawal {
    bytes32 trialId;
    bytes32 subject;
    address signer;
    uint40 signedAt;
    uint40 deadline;
}

/// @notice A protocol version as stored. Two slots.
/// @param hash Its hash, see `TrialTypes`.
/// @param registeredAt When it was registered (unix seconds).
/// @param approvedAt When an ethics board's approval of it arrived (unix seconds), or zero.
/// @param primaries Number of primary outcomes.
/// @param others Number of other outcomes.
/// @param primaryCompletion Planned primary completion date (unix seconds).
/// @param hasStatisticalAnalysisPlan Whether it names one.
/// @param consentSince The version since which the consent form is the same.
/// @param primariesSince The version since which the primary outcomes are the same.
/// @param othersSince The version since which the other outcomes are the same.
/// @param allocationSince The version since which the allocation list is the same.
struct ProtocolVersion {
    bytes32 hash;
    uint40 registeredAt;
    uint40 approvedAt;
    uint16 primaries;
    uint16 others;
    uint40 primaryCompletion;
    bool hasStatisticalAnalysisPlan;
    uint8 consentSince;
    uint8 primariesSince;
    uint8 othersSince;
    uint8 allocationSince;
}

/// @notice A subject as stored. One slot.
/// @param site The site that enrolled the subject; zero where there is no such subject.
/// @param signedAt When the subject first consented (unix seconds).
/// @param withdrawnAt When the subject withdrew (unix seconds), or zero.
/// @param version The latest version that the subject consented to.
/// @param unblinded Whether the subject was unblinded in an emergency.
struct Subject {
    address site;
    uint40 signedAt;
    uint40 withdrawnAt;
    uint8 version;
    bool unblinded;
}

/// @notice What an honest reader asks about a trial.
/// @param board The ethics board that approved last, or zero.
/// @param registeredAt When the first version was registered (unix seconds).
/// @param approvedAt When the first approval arrived (unix seconds), or zero.
/// @param firstEnrolledAt When the first enrolment arrived (unix seconds), or zero: the registration is older than this.
/// @param earliestSignedAt The earliest time at which an enrolment says it was signed (unix seconds), or zero.
/// @param prospective Whether somebody is enrolled, and nobody signed before registration and approval. Never true again once false
/// with somebody enrolled. What it does not prove: that nobody was enrolled who is not recorded here, or that a signer told the time.
/// @param version The latest version.
/// @param approvedVersion The latest approved version, or zero.
/// @param consentVersion The version since which the approved consent form is the same, or zero.
/// @param judgedVersion The version by which outcomes are judged: the earliest under which somebody is enrolled, or zero.
/// @param misdeclared Whether the list of outcomes of a version was shown to be other than its counts and kinds say.
/// @param primariesChanged Whether the latest version changed the primary outcomes after the version by which they are judged.
/// @param othersChanged As `primariesChanged`, for the other outcomes.
/// @param amendedAfterUnblinding Whether a version was registered after unblinding.
/// @param enrolled Number of subjects ever enrolled.
/// @param withdrawn Number of them who withdrew.
/// @param primaries Number of primary outcomes of the judged version (of the latest where nobody is enrolled).
/// @param others Number of its other outcomes.
/// @param reportedPrimaries Number of primary outcomes reported.
/// @param unreportedPrimaries Number of primary outcomes not reported.
/// @param reportedOthers Number of other outcomes reported.
/// @param unregisteredResults Number of results reported for outcomes that were never registered.
/// @param lockedAt When the data were last locked (unix seconds), or zero.
/// @param unlocks How often they were unlocked.
/// @param unblindedAt When the trial was unblinded (unix seconds), or zero.
/// @param closedAt When the sponsor closed it (unix seconds), or zero.
/// @param emergencyUnblindings How many subjects were unblinded in an emergency.
/// @param reportDue By when primary outcomes are reported (unix seconds): 365 days after the planned primary completion of the judged
/// version, or after the lock where that is earlier (42 CFR 11.44(a)); zero where nobody is enrolled.
/// @param reportOverdue Whether that is past and a primary outcome is not reported.
struct TrialFacts {
    Phase phase;
    Halt halt;
    address sponsor;
    address board;
    uint40 registeredAt;
    uint40 approvedAt;
    uint40 firstEnrolledAt;
    uint40 earliestSignedAt;
    bool prospective;
    uint8 version;
    uint8 approvedVersion;
    uint8 consentVersion;
    uint8 judgedVersion;
    bool misdeclared;
    bool primariesChanged;
    bool othersChanged;
    bool amendedAfterUnblinding;
    uint32 enrolled;
    uint24 withdrawn;
    uint16 primaries;
    uint16 others;
    uint16 reportedPrimaries;
    uint16 unreportedPrimaries;
    uint16 reportedOthers;
    uint16 unregisteredResults;
    uint40 lockedAt;
    uint8 unlocks;
    uint40 unblindedAt;
    uint40 closedAt;
    uint16 emergencyUnblindings;
    uint40 reportDue;
    bool reportOverdue;
}

/// @title TrialTypes
/// @notice Hashes of what a trial commits to, and the EIP-712 types of `TrialRegistry`.
library TrialTypes {
    /// @notice The type tag of {Documents}.
    bytes32 internal constant DOCUMENTS_TAG = keccak256(
        "CareProof.Documents(bytes32 protocol,bytes32 statisticalAnalysisPlan,bytes32 consentForm,bytes32 allocationRoot,uint32 plannedEnrolment,uint40 primaryCompletion)"
    );
    /// @notice The type tag of a protocol version.
    bytes32 internal constant PROTOCOL_TAG = keccak256(
        "CareProof.Protocol(bytes32 documents,bytes32 primaryRoot,bytes32 otherRoot,uint16 primaries,uint16 others)"
    );
    /// @notice The type tag of {OutcomeLeaf}.
    bytes32 internal constant OUTCOME_LEAF_TAG = keccak256(
        "CareProof.OutcomeLeaf(uint16 index,uint16 count,uint8 kind,bytes32 commitment)"
    );
    /// @notice The type tag of {AllocationLeaf}.
    bytes32 internal constant ALLOCATION_LEAF_TAG = keccak256(
        "CareProof.AllocationLeaf(uint32 index,bytes32 subject,uint8 arm,bytes32 salt)"
    );
    /// @notice The type tag of a subject that has an address.
    bytes32 internal constant SUBJECT_TAG = keccak256("CareProof.TrialSubject(address subject,bytes32 salt)");
    /// @notice The type tag of what is signed to unlock data.
    bytes32 internal constant UNLOCK_TAG = keccak256("CareProof.Unlock(bytes32 reason,uint40 lockedAt,uint8 unlocks)");

    bytes32 internal constant TRIAL_SIGNATURE_TYPEHASH = keccak256(
        "TrialSignature(bytes32 trialId,bytes32 object,uint8 meaning,address signer,bytes32 signerName,uint40 signedAt,uint40 deadline)"
    );
    bytes32 internal constant ENROLMENT_TYPEHASH = keccak256(
        "Enrolment(bytes32 trialId,address site,bytes32 subject,uint8 version,address signer,uint40 signedAt,uint40 deadline,uint8 meaning)"
    );
    bytes32 internal constant ENROLMENT_LIST_TYPEHASH = keccak256(
        "EnrolmentList(bytes32 trialId,address site,uint8 version,address signer,bytes32[] subjects,uint40[] signedAt,uint40 deadline,uint8 meaning)"
    );
    bytes32 internal constant WITHDRAWAL_TYPEHASH = keccak256(
        "Withdrawal(bytes32 trialId,bytes32 subject,address signer,uint40 signedAt,uint40 deadline)"
    );

    /// @notice The id of a trial: a number can be registered once by each sponsor, for ever.
    function idOf(bytes32 registrationNumber, address sponsor) internal pure returns (bytes32) {
        return keccak256(abi.encode(registrationNumber, sponsor));
    }

    /// @dev The caller reads every member whose type is smaller than a word.
    function hash(Documents calldata value) internal pure returns (bytes32) {
        bytes32 place;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            place := value
        }
        return _hashWords(DOCUMENTS_TAG, place, 6);
    }

    /// @notice The hash of a protocol version.
    /// @param documents The hash of its documents.
    function hash(OutcomeList calldata value, bytes32 documents) internal pure returns (bytes32) {
        return keccak256(abi.encode(PROTOCOL_TAG, documents, value));
    }

    /// @notice The hash of a protocol version.
    function hash(Protocol calldata value) internal pure returns (bytes32) {
        return hash(value.outcomes, hash(value.documents));
    }

    /// @dev A double hash, so that no inner node is ever taken for a leaf.
    function leaf(OutcomeLeaf calldata value) internal pure returns (bytes32) {
        bytes32 place;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            place := value
        }
        return keccak256(abi.encode(_hashWords(OUTCOME_LEAF_TAG, place, 4)));
    }

    /// @dev A double hash, as {leaf} of an outcome.
    function leaf(AllocationLeaf calldata value) internal pure returns (bytes32) {
        bytes32 place;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            place := value
        }
        return keccak256(abi.encode(_hashWords(ALLOCATION_LEAF_TAG, place, 4)));
    }

    /// @notice The commitment of a subject that has an address.
    function subjectOf(address account, bytes32 salt) internal pure returns (bytes32) {
        return keccak256(abi.encode(SUBJECT_TAG, account, salt));
    }

    /// @notice What the data manager and the safety board sign to unlock data: this unlock of this lock, for this reason.
    function unlockOf(bytes32 reason, uint40 lockedAt, uint8 unlocks) internal pure returns (bytes32) {
        return keccak256(abi.encode(UNLOCK_TAG, reason, lockedAt, unlocks));
    }

    function hash(ElectronicSignature calldata value, bytes32 trialId, bytes32 object) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    TRIAL_SIGNATURE_TYPEHASH,
                    trialId,
                    object,
                    value.meaning,
                    value.signer,
                    value.signerName,
                    value.signedAt,
                    value.deadline
                )
            );
    }

    function hash(Enrolment memory value) internal pure returns (bytes32 result) {
        bytes32 typeHash = ENROLMENT_TYPEHASH;
        uint256 meaning = uint256(SignatureMeaning.Responsibility);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typeHash)
            mcopy(add(start, 0x20), value, 0xe0)
            mstore(add(start, 0x100), meaning)
            result := keccak256(start, 0x120)
        }
    }

    /// @dev The caller reads every time.
    function hash(EnrolmentList calldata value) internal pure returns (bytes32) {
        bytes32[] calldata subjects = value.subjects;
        uint40[] calldata signedAt = value.signedAt;
        return
            keccak256(
                abi.encode(
                    ENROLMENT_LIST_TYPEHASH,
                    value.trialId,
                    value.site,
                    value.version,
                    value.signer,
                    // EIP-712: an array is the hash of its members, each in a word, without its length.
                    _hashArray(subjects),
                    _hashArray(_words(signedAt)),
                    value.deadline,
                    SignatureMeaning.Responsibility
                )
            );
    }

    function hash(Withdrawal calldata value) internal pure returns (bytes32) {
        bytes32 place;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            place := value
        }
        return _hashWords(WITHDRAWAL_TYPEHASH, place, 5);
    }

    function _words(uint40[] calldata values) private pure returns (bytes32[] calldata words) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            words.offset := values.offset
            words.length := values.length
        }
    }

    function _hashArray(bytes32[] calldata words) private pure returns (bytes32 result) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            let length := shl(5, words.length)
            calldatacopy(start, words.offset, length)
            result := keccak256(start, length)
        }
    }

    /// @dev A struct of value types only is in the calldata as its hash takes it: its members in order, a word each.
    function _hashWords(bytes32 tag, bytes32 place, uint256 words) private pure returns (bytes32 result) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            let length := shl(5, words)
            mstore(start, tag)
            calldatacopy(add(start, 0x20), place, length)
            result := keccak256(start, add(length, 0x20))
        }
    }
}
