// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "../consent/IConsentRegistry.sol";
import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {
    AllocationLeaf,
    ElectronicSignature,
    Enrolment,
    EnrolmentItem,
    EnrolmentList,
    EnrolmentRefusal,
    Halt,
    OutcomeLeaf,
    OutcomeList,
    Phase,
    Protocol,
    ProtocolVersion,
    SignatureMeaning,
    Subject,
    TrialFacts,
    TrialRole,
    Withdrawal
} from "./TrialTypes.sol";

/// @title ITrialRegistry
/// @notice What a trial promised before it saw data, who was enrolled in it and when, and whether its report kept the promise.
/// @dev A trial is its registration number and its sponsor: a number that somebody else registered first is another trial, and none
/// counts before an ethics board approved it. Signatures: EIP-712 types of `TrialTypes`; a signer is a key that acts for a
/// participant at the time it is relayed. Sponsor means a caller that is `sponsor`, or acts for it in TRIAL_SPONSOR. Reasons, data
/// sets and results are commitments, never zero. What an observer learns: sponsor, sites, and how many subjects when; of a subject a
/// salted commitment, site, and the times of consent and withdrawal. Nothing before unblinding depends on a subject's arm. Flags and
/// counts against a trial are never taken back.
interface ITrialRegistry {
    /// @notice Emitted when a trial is registered, as version 1.
    event TrialRegistered(
        bytes32 indexed trialId,
        address indexed sponsor,
        bytes32 indexed registrationNumber,
        Protocol protocol
    );
    /// @notice Emitted when a version is registered.
    /// @param reason Commitment of the reason.
    /// @param afterUnblinding Whether the trial was unblinded before.
    event ProtocolAmended(
        bytes32 indexed trialId,
        uint8 indexed version,
        Protocol protocol,
        bytes32 reason,
        bool afterUnblinding
    );
    /// @notice Emitted when an ethics board's approval of a version arrives.
    event ProtocolApproved(
        bytes32 indexed trialId,
        uint8 indexed version,
        address indexed board,
        address signer,
        bytes32 signerName,
        uint40 signedAt
    );
    /// @notice Emitted when a participant is appointed, or the end of its appointment moves.
    /// @param until The first second at which it no longer counts (unix seconds).
    event Appointed(
        bytes32 indexed trialId,
        TrialRole indexed role,
        address indexed participant,
        uint40 from,
        uint40 until
    );
    /// @notice Emitted when a participant is dismissed, at once.
    event Dismissed(bytes32 indexed trialId, TrialRole indexed role, address indexed participant);
    /// @notice Emitted when a subject is enrolled.
    /// @param signer Who signed: a key of the site, or the subject's own address.
    event SubjectEnrolled(
        bytes32 indexed trialId,
        bytes32 indexed subject,
        address indexed site,
        uint8 version,
        address signer,
        uint40 signedAt
    );
    /// @notice Emitted when an enrolled subject consents to a later version.
    event SubjectReconsented(
        bytes32 indexed trialId,
        bytes32 indexed subject,
        address indexed site,
        uint8 version,
        address signer,
        uint40 signedAt
    );
    /// @notice Emitted for each subject that {enrolMany} or {enrolManyByInvestigator} refused.
    event EnrolmentRefused(bytes32 indexed trialId, bytes32 indexed subject, EnrolmentRefusal refusal);
    /// @notice Emitted when a subject withdraws.
    event SubjectWithdrawn(bytes32 indexed trialId, bytes32 indexed subject, address signer, uint40 withdrawnAt);
    /// @notice Emitted when a subject was unblinded in an emergency.
    event EmergencyUnblindingRecorded(
        bytes32 indexed trialId,
        bytes32 indexed subject,
        address indexed site,
        bytes32 reason
    );
    /// @notice Emitted when the sponsor ends enrolment.
    event EnrolmentClosed(bytes32 indexed trialId);
    /// @notice Emitted when enrolment is suspended by `by`: the sponsor, the ethics board, or a safety board.
    event TrialSuspended(bytes32 indexed trialId, address indexed by, bytes32 reason);
    /// @notice Emitted when a suspension ends.
    event TrialResumed(bytes32 indexed trialId, address indexed by);
    /// @notice Emitted when enrolment ends for ever.
    event TrialTerminated(bytes32 indexed trialId, address indexed by, bytes32 reason);
    /// @notice Emitted when the data are locked.
    /// @param dataset Commitment of the data set.
    event DataLocked(bytes32 indexed trialId, bytes32 dataset);
    /// @notice Emitted for each of the two signatures with meaning Approval by which the data are unlocked (21 CFR 11.50).
    event UnlockSigned(
        bytes32 indexed trialId,
        TrialRole indexed role,
        address indexed participant,
        address signer,
        bytes32 signerName,
        uint40 signedAt
    );
    /// @notice Emitted when the data are unlocked.
    /// @param unlocks How often that has happened.
    event DataUnlocked(
        bytes32 indexed trialId,
        address indexed dataManager,
        address indexed safetyBoard,
        bytes32 reason,
        uint8 unlocks
    );
    /// @notice Emitted when the trial is unblinded.
    event TrialUnblinded(bytes32 indexed trialId);
    /// @notice Emitted when the result of a registered outcome is reported, again where it is corrected.
    /// @param result Commitment of the result.
    event OutcomeReported(bytes32 indexed trialId, OutcomeLeaf outcome, bytes32 result);
    /// @notice Emitted when the result of an outcome is reported that was never registered.
    event UnregisteredResultReported(bytes32 indexed trialId, bytes32 result);
    /// @notice Emitted when a list of outcomes is shown to be other than its counts and kinds say.
    event OutcomesMisdeclared(bytes32 indexed trialId, uint8 indexed version, OutcomeLeaf outcome);
    /// @notice Emitted when the sponsor closes the trial.
    event TrialClosed(bytes32 indexed trialId);

    /// @notice Thrown when the registration number is zero.
    error RegistrationNumberMissing();
    /// @notice Thrown when the sponsor registered this number before.
    error AlreadyRegistered(bytes32 trialId);
    /// @notice Thrown when a protocol lacks its commitment, consent form, planned enrolment or primary completion date.
    error ProtocolIncomplete();
    /// @notice Thrown when a version has no primary outcome, more than 256 outcomes, a root without outcomes or outcomes without a
    /// root, or one root for both.
    error WrongOutcomes(uint16 primaries, uint16 others);
    /// @notice Thrown when what is passed is not the protocol version with this hash.
    error NotTheProtocol(bytes32 trialId, bytes32 versionHash);
    /// @notice Thrown when an amendment changes nothing.
    error NothingChanged(bytes32 trialId);
    /// @notice Thrown when a trial has 255 versions.
    error TooManyVersions(bytes32 trialId);
    /// @notice Thrown when the allocation list would change after somebody was enrolled.
    error AllocationFixed(bytes32 trialId);
    /// @notice Thrown when the latest version is approved already.
    error AlreadyApproved(bytes32 trialId, uint8 version);
    /// @notice Thrown when the caller does not act for the trial's sponsor.
    error NotTheSponsor(bytes32 trialId, address caller);
    /// @notice Thrown when a participant would act beside the sponsor that is the sponsor itself, or both would unlock for one.
    error NotIndependent(bytes32 trialId, address participant);
    /// @notice Thrown when another ethics board than the one that oversees it would approve a trial that is halted.
    error NotTheBoard(bytes32 trialId, address board);
    /// @notice Thrown when the caller may not halt or resume this trial.
    error NotOverseer(bytes32 trialId, address caller);
    /// @notice Thrown when a period (unix seconds) is empty or over, when one that has begun would begin at another time, or when one
    /// that follows another would begin in the past.
    error InvalidPeriod(uint40 from, uint40 until);
    /// @notice Thrown when the participant is not appointed in this role of the trial.
    error NotAppointed(bytes32 trialId, TrialRole role, address participant);
    /// @notice Thrown when the trial is not in a phase in which this can be done.
    error WrongPhase(bytes32 trialId, Phase phase);
    /// @notice Thrown when enrolment is halted, or not halted, so that this cannot be done.
    error WrongHalt(bytes32 trialId, Halt halt);
    /// @notice Thrown when a commitment is zero: of a reason, a data set, a result, or a signer's name.
    error CommitmentMissing();
    /// @notice Thrown when a signature means something else than is needed here.
    error WrongMeaning(SignatureMeaning meaning);
    /// @notice Thrown when a signature is dated before what it covers, or a withdrawal before the enrolment (unix seconds).
    error SignedTooEarly(uint40 signedAt, uint40 earliest);
    /// @notice Thrown when a subject is not enrolled, with the reason.
    error EnrolmentDenied(bytes32 trialId, bytes32 subject, EnrolmentRefusal refusal);
    /// @notice Thrown when a list has no subjects, more than {MAX_ENROLMENTS}, or another number of times than of subjects.
    error WrongNumberOfEnrolments(uint256 enrolments);
    /// @notice Thrown when the commitment of a subject is not of this address with this salt.
    error NotTheSubject(bytes32 subject, address account);
    /// @notice Thrown when the caller or signer does not act for this site.
    error NotTheSite(address site, address account);
    /// @notice Thrown when there is no such subject in the trial.
    error NotEnrolled(bytes32 trialId, bytes32 subject);
    /// @notice Thrown when the subject withdrew before.
    error AlreadyWithdrawn(bytes32 trialId, bytes32 subject);
    /// @notice Thrown when a site dates a withdrawal before the lock of the data, after it: unlock them first.
    error DataAreLocked(bytes32 trialId, uint40 lockedAt);
    /// @notice Thrown when the subject's emergency unblinding is recorded already.
    error AlreadyUnblinded(bytes32 trialId, bytes32 subject);
    /// @notice Thrown when the approved version has no statistical analysis plan.
    error StatisticalAnalysisPlanMissing(bytes32 trialId);
    /// @notice Thrown when an outcome is not one of the version's list, with its kind, index and count.
    error OutcomeNotRegistered(bytes32 trialId, uint16 index);
    /// @notice Thrown when an outcome that should convict a list is none of it, or fits it.
    error NotMisdeclared(bytes32 trialId, uint16 index);

    /// @notice Enrolments of one call at most: 100.
    function MAX_ENROLMENTS() external view returns (uint256);

    /// @notice Registers a trial.
    /// @param registrationNumber ASCII from the left, such as "NCT01234567".
    /// @return trialId The hash of number and sponsor.
    /// @dev Caller: an organisation accredited as TRIAL_SPONSOR, or a key that acts for it. Reverts: {RegistrationNumberMissing},
    /// {AlreadyRegistered}, {ProtocolIncomplete}, {WrongOutcomes}, `NotInGoodStanding`.
    function register(bytes32 registrationNumber, Protocol calldata protocol) external returns (bytes32 trialId);

    /// @notice Registers the next version of the protocol. It is used once an ethics board approved it; outcomes are judged by the
    /// version of the first enrolment whatever it says.
    /// @param current The latest version.
    /// @return version Its number.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {WrongPhase} once closed, {NotTheProtocol}, {NothingChanged},
    /// {ProtocolIncomplete}, {WrongOutcomes}, {AllocationFixed}, {CommitmentMissing}, {TooManyVersions}.
    function amend(
        bytes32 trialId,
        Protocol calldata current,
        Protocol calldata next,
        bytes32 reason
    ) external returns (uint8 version);

    /// @notice Takes an ethics board's approval of the latest version: its signature with meaning Approval over the version's hash.
    /// The board then oversees the trial.
    /// @dev Caller: anyone. Signer: an organisation accredited as ETHICS_BOARD that is not the sponsor, or a key that acts for it.
    /// Reverts: {WrongPhase}, {AlreadyApproved}, {WrongMeaning}, {CommitmentMissing}, {SignedTooEarly}, {NotIndependent},
    /// {NotTheBoard} where another board, in good standing, oversees a trial that is halted, {AllocationFixed}, `NotInGoodStanding`, `IssuedInFuture`,
    /// `DeadlinePassed`, `InvalidSignature`.
    function approve(bytes32 trialId, ElectronicSignature calldata approval) external;

    /// @notice Appoints a participant, or moves the end of an appointment.
    /// @param from From when it counts (unix seconds), as the sponsor says: what was signed before it does not. In the past only where
    /// the participant was never appointed in this role, so that no dismissal is undone.
    /// @param until The first second at which it no longer counts (unix seconds).
    /// @dev Caller: the sponsor. The participant is in good standing in the kernel role, and not the sponsor. Reverts:
    /// {NotTheSponsor}, {WrongPhase} once closed, {NotIndependent}, {InvalidPeriod}, `NotInGoodStanding`.
    function appoint(bytes32 trialId, TrialRole role, address participant, uint40 from, uint40 until) external;

    /// @notice Ends an appointment at once.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {NotAppointed}.
    function dismiss(bytes32 trialId, TrialRole role, address participant) external;

    /// @notice Enrols a subject, or takes an enrolled subject's consent to a later version.
    /// @dev Caller: anyone. Signer: a key of the site, which is appointed as Investigator now and was when it was signed. What is
    /// signed before registration or approval is taken, and the trial reads as retrospective for ever. Reverts: {EnrolmentDenied}.
    function enrol(Enrolment calldata enrolment, bytes calldata signature) external;

    /// @notice As {enrol}, signed by the subject's own address, which consents to the site's use of trial data in `ConsentRegistry`
    /// (purpose CLINTRCH, category TRIAL_DATA).
    /// @param salt With the address it opens the subject's commitment, to everyone.
    /// @dev Caller: the site, or a key that acts for it in INVESTIGATOR_SITE. Signer: the subject. Reverts: {EnrolmentDenied},
    /// {NotTheSite}, {NotTheSubject}, `ConsentDenied`.
    function enrolWithConsent(
        Enrolment calldata enrolment,
        address subjectAddress,
        bytes32 salt,
        bytes calldata signature
    ) external;

    /// @notice As {enrol} for each of several subjects: one that is refused never stops another.
    /// @return enrolled Number of subjects that were not refused.
    /// @dev Caller: anyone. Reverts: {WrongNumberOfEnrolments}.
    function enrolMany(
        bytes32 trialId,
        address site,
        uint8 version,
        EnrolmentItem[] calldata items
    ) external returns (uint256 enrolled);

    /// @notice As {enrolMany}, where an investigator signs the list.
    /// @dev Caller: anyone. Signer: a key of the site. Reverts: {WrongNumberOfEnrolments}.
    function enrolManyByInvestigator(
        EnrolmentList calldata list,
        bytes calldata signature
    ) external returns (uint256 enrolled);

    /// @notice Records that a subject withdrew: no further data of theirs. What was collected stays.
    /// @param salt With the subject's own address, opens the subject's commitment; zero where a key of the site signed.
    /// @dev Caller: anyone. Signer: a key of the subject's site, or the subject's own address. Reverts: {NotEnrolled},
    /// {AlreadyWithdrawn}, {SignedTooEarly}, {DataAreLocked}, {NotTheSite}, {NotTheSubject}, `IssuedInFuture`, `DeadlinePassed`,
    /// `InvalidSignature`.
    function withdraw(Withdrawal calldata withdrawal, bytes32 salt, bytes calldata signature) external;

    /// @notice Ends enrolment.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {WrongPhase}.
    function closeEnrolment(bytes32 trialId) external;

    /// @notice Suspends enrolment. A suspension of the sponsor can be taken over by the safety board, and every one by the ethics
    /// board, so that the sponsor cannot end it.
    /// @dev Caller: the sponsor, the ethics board that approved last, or an appointed safety board, or a key that acts for one in its
    /// role. Reverts: {NotOverseer}, {WrongHalt}, {WrongPhase} once the data are locked, {CommitmentMissing}.
    function suspend(bytes32 trialId, bytes32 reason) external;

    /// @notice Ends a suspension.
    /// @dev Caller: who suspended it, or the ethics board. Reverts: {NotOverseer}, {WrongHalt}.
    function resume(bytes32 trialId) external;

    /// @notice Ends enrolment for ever. The trial is still cleaned, locked and reported.
    /// @dev Caller: as for {suspend}. Reverts: {NotOverseer}, {WrongHalt}, {WrongPhase} once the data are locked, {CommitmentMissing}.
    function terminate(bytes32 trialId, bytes32 reason) external;

    /// @notice Locks the data: no batch is taken any more.
    /// @param dataset Commitment of the data set.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {WrongPhase}, {CommitmentMissing}.
    function lock(bytes32 trialId, bytes32 dataset) external;

    /// @notice Unlocks the data, by the data manager and the safety board: signatures with meaning Approval over
    /// `TrialTypes.unlockOf`. Counted for ever.
    /// @dev Caller: anyone. Signers: keys of two different participants appointed in these roles. Reverts: {WrongPhase},
    /// {CommitmentMissing}, {WrongMeaning}, {SignedTooEarly}, {NotAppointed}, {NotIndependent}, `NotInGoodStanding`, `IssuedInFuture`,
    /// `DeadlinePassed`, `InvalidSignature`.
    function unlock(
        bytes32 trialId,
        bytes32 reason,
        ElectronicSignature calldata dataManager,
        ElectronicSignature calldata safetyBoard
    ) external;

    /// @notice Records that the trial is unblinded. The data are locked for ever, and results can be reported.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {WrongPhase}, {StatisticalAnalysisPlanMissing}.
    function unblind(bytes32 trialId) external;

    /// @notice Records that one subject was unblinded in an emergency; the arm is told off chain.
    /// @dev Caller: the subject's site, or a key that acts for it in INVESTIGATOR_SITE. Reverts: {NotEnrolled}, {NotTheSite},
    /// {WrongPhase} once unblinded, {AlreadyUnblinded}, {CommitmentMissing}.
    function recordEmergencyUnblinding(bytes32 trialId, bytes32 subject, bytes32 reason) external;

    /// @notice Reports the result of an outcome of the version by which the trial is judged; again to correct it.
    /// @param documentsHash The hash of that version's documents.
    /// @param outcomes That version's outcomes.
    /// @param proof Siblings from the leaf to its root, see `IndexedTree`.
    /// @param result Commitment of the result.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {WrongPhase}, {NotTheProtocol}, {OutcomeNotRegistered},
    /// {CommitmentMissing}.
    function reportOutcome(
        bytes32 trialId,
        bytes32 documentsHash,
        OutcomeList calldata outcomes,
        OutcomeLeaf calldata outcome,
        bytes32[] calldata proof,
        bytes32 result
    ) external;

    /// @notice Reports a result for an outcome that was never registered. Counted for ever.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {WrongPhase}, {CommitmentMissing}.
    function reportUnregistered(bytes32 trialId, bytes32 result) external;

    /// @notice Shows that a version's list of outcomes is other than it says: a leaf of a tree whose kind, index or count does not fit
    /// it. Flags the trial for ever.
    /// @dev Caller: anyone. Reverts: {NotTheProtocol}, {NotMisdeclared}.
    function reportMisdeclared(
        bytes32 trialId,
        uint8 version,
        bytes32 documentsHash,
        OutcomeList calldata outcomes,
        OutcomeLeaf calldata outcome,
        bytes32[] calldata proof
    ) external;

    /// @notice Closes the trial: nothing more is reported.
    /// @dev Caller: the sponsor. Reverts: {NotTheSponsor}, {WrongPhase}.
    function close(bytes32 trialId) external;

    /// @notice Everything about a trial in one call; all zero where there is no such trial.
    function factsOf(bytes32 trialId) external view returns (TrialFacts memory);

    /// @notice A version of the protocol, from 1; all zero where there is none.
    function versionOf(bytes32 trialId, uint8 version) external view returns (ProtocolVersion memory);

    /// @notice A subject of a trial; all zero where there is none.
    function subjectOf(bytes32 trialId, bytes32 subject) external view returns (Subject memory);

    /// @notice Whether a participant was appointed in a role at a time (unix seconds). Of its appointments the last two are known.
    function isAppointed(
        bytes32 trialId,
        TrialRole role,
        address participant,
        uint40 time
    ) external view returns (bool);

    /// @notice What a contract of trial data asks before it takes a batch.
    /// @return phase The trial's phase.
    /// @return appointed Whether the participant is appointed in the role now.
    /// @return unlocks How often the data were unlocked.
    function dataEntry(
        bytes32 trialId,
        TrialRole role,
        address participant
    ) external view returns (Phase phase, bool appointed, uint8 unlocks);

    /// @notice Whether a subject's consent was to an older form than the one approved at a time (unix seconds); false where there is
    /// no such subject.
    function consentOutdated(bytes32 trialId, bytes32 subject, uint40 time) external view returns (bool);

    /// @notice Whether a row is in the allocation list of the approved version; the list is the same since the first enrolment.
    /// @param proof Siblings from the leaf to the root, see `IndexedTree`.
    function verifyAllocation(
        bytes32 trialId,
        AllocationLeaf calldata allocation,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Who is accredited for what.
    function participants() external view returns (IParticipantRegistry);

    /// @notice Where subjects with an address consent.
    function consents() external view returns (IConsentRegistry);
}
