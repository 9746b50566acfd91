// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {IndexedTree} from "../utils/IndexedTree.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";
import {SubjectWord} from "./SubjectWord.sol";
import {
    AllocationLeaf,
    ElectronicSignature,
    Halt,
    Phase,
    ProtocolVersion,
    SignatureMeaning,
    Subject,
    TrialFacts,
    TrialRole,
    TrialTypes
} from "./TrialTypes.sol";

/// @title TrialLedger
/// @notice What is stored of trials, who may act for them, and what readers are told.
abstract contract TrialLedger is ITrialRegistry, SignedDecisions {
    using IndexedTree for bytes32[];
    using SubjectWord for uint256;
    using TrialTypes for AllocationLeaf;
    using TrialTypes for ElectronicSignature;

    /// @notice Where a trial stands. One slot, which enrolment does not write after the first subject.
    /// @param versionApprovedAt When the approval of `approvedVersion` arrived.
    /// @param unlocks How often the data were unlocked: here, so that a batch of data costs no slot more.
    struct Head {
        address sponsor;
        Phase phase;
        Halt halt;
        uint8 version;
        uint8 approvedVersion;
        uint40 versionApprovedAt;
        bool misdeclared;
        bool amendedAfterUnblinding;
        uint8 unlocks;
    }

    /// @notice What was counted of a trial. One slot, written at registration, so that no enrolment pays for a fresh one.
    struct Progress {
        uint40 registeredAt;
        uint40 approvedAt;
        uint40 firstEnrolledAt;
        uint40 earliestSignedAt;
        uint32 enrolled;
        uint24 withdrawn;
        uint8 judgedVersion;
        uint16 unregisteredResults;
        uint16 emergencyUnblindings;
    }

    /// @notice Who oversees a trial.
    /// @param board The ethics board that approved last.
    /// @param suspendedBy Who suspended it, while it is suspended.
    struct Oversight {
        address board;
        address suspendedBy;
    }

    /// @notice How a trial ended. One slot.
    struct Closing {
        uint40 lockedAt;
        uint40 unblindedAt;
        uint40 closedAt;
    }

    /// @notice When a participant is appointed in a role, and was before. One slot.
    struct Appointment {
        uint40 from;
        uint40 until;
        uint40 previousFrom;
        uint40 previousUntil;
    }

    /// @notice A consent of a subject after the first. One slot.
    /// @param previous The version that the subject had consented to before.
    struct Reconsent {
        uint40 signedAt;
        uint8 previous;
    }

    /// @dev Within which primary outcomes are reported (42 CFR 11.44(a)).
    uint256 private constant _REPORT_PERIOD = 365 days;
    /// @dev One byte a `TrialRole`, the first in the lowest: the number of the kernel role it needs. Held equal to the names by a test.
    uint256 private constant _KERNEL_ROLES = 0x1115141405;

    /// @inheritdoc ITrialRegistry
    IParticipantRegistry public immutable participants;

    mapping(bytes32 trialId => Head) internal _heads;
    mapping(bytes32 trialId => Progress) internal _progress;
    mapping(bytes32 trialId => mapping(uint256 version => ProtocolVersion)) internal _versions;
    /// @dev The allocation list, under the version that brought it.
    mapping(bytes32 trialId => mapping(uint256 version => bytes32 root)) internal _allocationRoots;
    mapping(bytes32 trialId => Oversight) internal _oversight;
    mapping(bytes32 trialId => Closing) internal _closings;
    /// @dev From unblinding on, a bit for each outcome of the judged version that is not reported: primaries from bit 0, then others.
    mapping(bytes32 trialId => uint256 bitmap) internal _unreported;
    mapping(bytes32 trialId => mapping(bytes32 subject => uint256 word)) internal _subjects;
    mapping(bytes32 trialId => mapping(bytes32 subject => mapping(uint256 version => Reconsent))) internal _reconsents;
    mapping(bytes32 trialId => mapping(TrialRole role => mapping(address participant => Appointment)))
        internal _appointments;

    constructor(IParticipantRegistry participants_) {
        participants = participants_;
    }

    /* VIEWS */

    /// @inheritdoc ITrialRegistry
    function factsOf(bytes32 trialId) external view returns (TrialFacts memory facts) {
        Head storage head = _heads[trialId];
        Progress storage progress = _progress[trialId];
        Closing storage closing = _closings[trialId];
        mapping(uint256 => ProtocolVersion) storage versions = _versions[trialId];

        (facts.phase, facts.halt, facts.sponsor) = (head.phase, head.halt, head.sponsor);
        facts.board = _oversight[trialId].board;
        (facts.registeredAt, facts.approvedAt) = (progress.registeredAt, progress.approvedAt);
        (facts.firstEnrolledAt, facts.earliestSignedAt) = (progress.firstEnrolledAt, progress.earliestSignedAt);
        // Approved is after registered.
        facts.prospective = progress.firstEnrolledAt != 0 && progress.earliestSignedAt >= progress.approvedAt;
        (facts.version, facts.approvedVersion) = (head.version, head.approvedVersion);
        facts.consentVersion = versions[head.approvedVersion].consentSince;
        (facts.enrolled, facts.withdrawn) = (progress.enrolled, progress.withdrawn);
        (facts.lockedAt, facts.unlocks) = (closing.lockedAt, head.unlocks);
        (facts.unblindedAt, facts.closedAt) = (closing.unblindedAt, closing.closedAt);
        facts.emergencyUnblindings = progress.emergencyUnblindings;
        facts.unregisteredResults = progress.unregisteredResults;
        (facts.misdeclared, facts.amendedAfterUnblinding) = (head.misdeclared, head.amendedAfterUnblinding);

        uint256 judged = progress.judgedVersion;
        facts.judgedVersion = progress.judgedVersion;
        ProtocolVersion storage version = versions[head.version];
        facts.primariesChanged = judged != 0 && version.primariesSince > judged;
        facts.othersChanged = judged != 0 && version.othersSince > judged;
        if (judged != 0) version = versions[judged];
        (facts.primaries, facts.others) = (version.primaries, version.others);
        facts.unreportedPrimaries = version.primaries;
        if (head.phase >= Phase.Unblinded) {
            uint256 unreported = _unreported[trialId];
            facts.unreportedPrimaries = _countBits(unreported & ((1 << version.primaries) - 1));
            facts.reportedPrimaries = version.primaries - facts.unreportedPrimaries;
            facts.reportedOthers = version.others - _countBits(unreported >> version.primaries);
        }
        if (judged != 0) {
            uint256 completedAt =
                closing.lockedAt == 0
                    ? version.primaryCompletion
                    : Math.min(version.primaryCompletion, closing.lockedAt);
            facts.reportDue = uint40(Math.min(completedAt + _REPORT_PERIOD, type(uint40).max));
            facts.reportOverdue = block.timestamp > facts.reportDue && facts.unreportedPrimaries != 0;
        }
        // A struct of value types only is in the memory as it is returned; to encode it member by member is much code.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            return(facts, 0x400)
        }
    }

    /// @inheritdoc ITrialRegistry
    function versionOf(bytes32 trialId, uint8 version) external view returns (ProtocolVersion memory stored) {
        stored = _versions[trialId][version];
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            return(stored, 0x160)
        }
    }

    /// @inheritdoc ITrialRegistry
    function subjectOf(bytes32 trialId, bytes32 subject) external view returns (Subject memory) {
        return _subjects[trialId][subject].unpack();
    }

    /// @inheritdoc ITrialRegistry
    function isAppointed(
        bytes32 trialId,
        TrialRole role,
        address participant,
        uint40 time
    ) external view returns (bool) {
        return _wasAppointed(_appointments[trialId][role][participant], time);
    }

    /// @inheritdoc ITrialRegistry
    function dataEntry(
        bytes32 trialId,
        TrialRole role,
        address participant
    ) external view returns (Phase phase, bool appointed, uint8 unlocks) {
        Head storage head = _heads[trialId];
        return (head.phase, _isAppointed(trialId, role, participant), head.unlocks);
    }

    /// @inheritdoc ITrialRegistry
    function consentOutdated(bytes32 trialId, bytes32 subject, uint40 time) external view returns (bool) {
        uint256 state = _subjects[trialId][subject];
        uint256 inForce = _heads[trialId].approvedVersion;
        while (inForce != 0 && !_wasApproved(_versions[trialId][inForce], time)) --inForce;
        if (state == 0 || inForce == 0) return false;
        uint256 needed = _versions[trialId][inForce].consentSince;
        uint256 version = state.version();
        while (version >= needed) {
            Reconsent storage reconsent = _reconsents[trialId][subject][version];
            // The first consent is in the subject's own slot, and follows none.
            if ((reconsent.previous == 0 ? state.signedAt() : reconsent.signedAt) <= time) return false;
            if (reconsent.previous == 0) break;
            version = reconsent.previous;
        }
        return true;
    }

    /// @inheritdoc ITrialRegistry
    function verifyAllocation(
        bytes32 trialId,
        AllocationLeaf calldata allocation,
        bytes32[] calldata proof
    ) external view returns (bool) {
        bytes32 root = _allocationRoots[trialId][_versions[trialId][_heads[trialId].approvedVersion].allocationSince];
        return proof.verify(root, allocation.leaf(), allocation.index);
    }

    /* INTERNALS */

    /// @dev The trial, for its sponsor.
    function _requireSponsor(bytes32 trialId) internal view returns (Head storage head) {
        head = _heads[trialId];
        require(_actsFor(head.sponsor, msg.sender, Roles.TRIAL_SPONSOR), NotTheSponsor(trialId, msg.sender));
    }

    function _requirePhase(bytes32 trialId, Phase phase, bool allowed) internal pure {
        require(allowed, WrongPhase(trialId, phase));
    }

    function _requireCommitment(bytes32 commitment) internal pure {
        require(commitment != 0, CommitmentMissing());
    }

    /// @dev Takes a signature with meaning Approval over `object`, of a key that acts in `role`.
    function _requireApproval(
        bytes32 trialId,
        bytes32 object,
        uint40 earliest,
        Role role,
        ElectronicSignature calldata approval
    ) internal view returns (address participant) {
        require(approval.meaning == SignatureMeaning.Approval, WrongMeaning(approval.meaning));
        _requireCommitment(approval.signerName);
        require(approval.signedAt >= earliest, SignedTooEarly(approval.signedAt, earliest));
        participant = participants.resolve(approval.signer, role);
        _requireSigned(
            approval.signer,
            approval.hash(trialId, object),
            approval.signedAt,
            approval.deadline,
            approval.signature
        );
    }

    /// @dev Whether `account` is `principal`, or a key of it, in good standing in `role`.
    function _actsFor(address principal, address account, Role role) internal view returns (bool) {
        // Mostly asked about keys, for which `tryResolve` reads one slot more.
        try participants.resolve(account, role) returns (address actual) {
            return actual == principal;
        } catch {
            return false;
        }
    }

    function _isAppointed(bytes32 trialId, TrialRole role, address participant) internal view returns (bool) {
        return _wasAppointed(_appointments[trialId][role][participant], block.timestamp);
    }

    function _wasAppointed(Appointment memory appointment, uint256 time) internal pure returns (bool) {
        return
            (appointment.from <= time && time < appointment.until) ||
            (appointment.previousFrom <= time && time < appointment.previousUntil);
    }

    function _wasApproved(ProtocolVersion storage version, uint256 time) internal view returns (bool) {
        uint256 approvedAt = version.approvedAt;
        return approvedAt != 0 && approvedAt <= time;
    }

    /// @dev The role that a participant needs so that it can be appointed.
    function _kernelRole(TrialRole role) internal pure returns (Role) {
        return Role.wrap(uint16((_KERNEL_ROLES >> (uint256(role) << 3)) & 0xFF));
    }

    function _countBits(uint256 bits) private pure returns (uint16 count) {
        // Each turn takes the lowest bit away.
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
