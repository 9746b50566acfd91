// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "../consent/IConsentRegistry.sol";
import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {IndexedTree} from "../utils/IndexedTree.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";
import {TrialConduct} from "./TrialConduct.sol";
import {TrialEnrolment} from "./TrialEnrolment.sol";
import {TrialLedger} from "./TrialLedger.sol";
import {
    Documents,
    ElectronicSignature,
    Halt,
    OutcomeKind,
    OutcomeLeaf,
    OutcomeList,
    Phase,
    Protocol,
    ProtocolVersion,
    TrialTypes
} from "./TrialTypes.sol";

/// @title TrialRegistry
/// @notice See {ITrialRegistry}. Here: what a trial promises, and what it reports.
contract TrialRegistry is TrialConduct {
    using IndexedTree for bytes32[];
    using TrialTypes for OutcomeLeaf;
    using TrialTypes for OutcomeList;
    using TrialTypes for Protocol;

    /// @dev Outcomes of a version at most: each has a bit.
    uint256 private constant _MAX_OUTCOMES = 256;

    constructor(
        IParticipantRegistry participants_,
        IConsentRegistry consents_
    ) TrialLedger(participants_) TrialEnrolment(consents_) SignedDecisions("CareProof TrialRegistry") {}

    /* PROMISES */

    /// @inheritdoc ITrialRegistry
    function register(bytes32 registrationNumber, Protocol calldata protocol) external returns (bytes32 trialId) {
        address sponsor = participants.resolve(msg.sender, Roles.TRIAL_SPONSOR);
        require(registrationNumber != 0, RegistrationNumberMissing());
        trialId = TrialTypes.idOf(registrationNumber, sponsor);
        Head storage head = _heads[trialId];
        require(head.phase == Phase.None, AlreadyRegistered(trialId));
        _requireComplete(protocol);

        (head.sponsor, head.phase, head.version) = (sponsor, Phase.Registered, 1);
        _progress[trialId].registeredAt = uint40(block.timestamp);
        _versions[trialId][1] = _versionFrom(protocol, protocol.hash());
        bytes32 allocationRoot = protocol.documents.allocationRoot;
        if (allocationRoot != 0) _allocationRoots[trialId][1] = allocationRoot;
        emit TrialRegistered(trialId, sponsor, registrationNumber, protocol);
    }

    /// @inheritdoc ITrialRegistry
    function amend(
        bytes32 trialId,
        Protocol calldata current,
        Protocol calldata next,
        bytes32 reason
    ) external returns (uint8 version) {
        Head storage head = _requireSponsor(trialId);
        _requirePhase(trialId, head.phase, head.phase != Phase.Closed);
        version = head.version;
        ProtocolVersion storage before = _versions[trialId][version];
        require(current.hash() == before.hash, NotTheProtocol(trialId, before.hash));
        bytes32 hash = next.hash();
        require(hash != before.hash, NothingChanged(trialId));
        _requireComplete(next);
        _requireCommitment(reason);
        require(version != type(uint8).max, TooManyVersions(trialId));

        ++version;
        ProtocolVersion memory amended = _versionFrom(next, hash);
        amended.consentSince =
            current.documents.consentForm == next.documents.consentForm ? before.consentSince : version;
        (OutcomeList calldata was, OutcomeList calldata becomes) = (current.outcomes, next.outcomes);
        amended.primariesSince =
            was.primaryRoot == becomes.primaryRoot && was.primaries == becomes.primaries
                ? before.primariesSince
                : version;
        amended.othersSince =
            was.otherRoot == becomes.otherRoot && was.others == becomes.others ? before.othersSince : version;
        amended.allocationSince = _allocationSince(trialId, head, version, before.allocationSince, next.documents);
        _versions[trialId][version] = amended;
        head.version = version;
        bool afterUnblinding = head.phase >= Phase.Unblinded;
        if (afterUnblinding) head.amendedAfterUnblinding = true;
        emit ProtocolAmended(trialId, version, next, reason, afterUnblinding);
    }

    /// @inheritdoc ITrialRegistry
    function approve(bytes32 trialId, ElectronicSignature calldata approval) external {
        Head storage head = _heads[trialId];
        Phase phase = head.phase;
        _requirePhase(trialId, phase, phase != Phase.None && phase != Phase.Closed);
        (uint8 version, uint8 approved) = (head.version, head.approvedVersion);
        require(version != approved, AlreadyApproved(trialId, version));
        ProtocolVersion storage latest = _versions[trialId][version];
        address board = _requireApproval(trialId, latest.hash, latest.registeredAt, Roles.ETHICS_BOARD, approval);
        require(board != head.sponsor, NotIndependent(trialId, board));
        address overseer = _oversight[trialId].board;
        require(
            head.halt == Halt.None || board == overseer || !_actsFor(overseer, overseer, Roles.ETHICS_BOARD),
            NotTheBoard(trialId, overseer)
        );
        // A list that was brought before the first subject, and is approved after them.
        require(
            _progress[trialId].enrolled == 0 || latest.allocationSince == _versions[trialId][approved].allocationSince,
            AllocationFixed(trialId)
        );

        (head.approvedVersion, head.versionApprovedAt) = (version, uint40(block.timestamp));
        latest.approvedAt = uint40(block.timestamp);
        if (phase == Phase.Registered) {
            head.phase = Phase.Approved;
            _progress[trialId].approvedAt = uint40(block.timestamp);
        }
        if (board != overseer) _oversight[trialId].board = board;
        emit ProtocolApproved(trialId, version, board, approval.signer, approval.signerName, approval.signedAt);
    }

    /* REPORTS */

    /// @inheritdoc ITrialRegistry
    function reportOutcome(
        bytes32 trialId,
        bytes32 documentsHash,
        OutcomeList calldata outcomes,
        OutcomeLeaf calldata outcome,
        bytes32[] calldata proof,
        bytes32 result
    ) external {
        Head storage head = _requireReporting(trialId);
        _requireProtocol(trialId, _progress[trialId].judgedVersion, documentsHash, outcomes);
        bool isPrimary = outcome.kind == OutcomeKind.Primary;
        require(
            _fits(outcomes, outcome, isPrimary) &&
                _isIn(isPrimary ? outcomes.primaryRoot : outcomes.otherRoot, outcome, proof),
            OutcomeNotRegistered(trialId, outcome.index)
        );
        _requireCommitment(result);

        if (head.phase == Phase.Unblinded) head.phase = Phase.Reported;
        _unreported[trialId] &= ~(1 << (isPrimary ? outcome.index : uint256(outcomes.primaries) + outcome.index));
        emit OutcomeReported(trialId, outcome, result);
    }

    /// @inheritdoc ITrialRegistry
    function reportUnregistered(bytes32 trialId, bytes32 result) external {
        _requireReporting(trialId);
        _requireCommitment(result);
        ++_progress[trialId].unregisteredResults;
        emit UnregisteredResultReported(trialId, result);
    }

    /// @inheritdoc ITrialRegistry
    function reportMisdeclared(
        bytes32 trialId,
        uint8 version,
        bytes32 documentsHash,
        OutcomeList calldata outcomes,
        OutcomeLeaf calldata outcome,
        bytes32[] calldata proof
    ) external {
        _requireProtocol(trialId, version, documentsHash, outcomes);
        bool isInPrimaries = _isIn(outcomes.primaryRoot, outcome, proof);
        require(
            (isInPrimaries || _isIn(outcomes.otherRoot, outcome, proof)) && !_fits(outcomes, outcome, isInPrimaries),
            NotMisdeclared(trialId, outcome.index)
        );
        _heads[trialId].misdeclared = true;
        emit OutcomesMisdeclared(trialId, version, outcome);
    }

    /// @inheritdoc ITrialRegistry
    function close(bytes32 trialId) external {
        _requireReporting(trialId).phase = Phase.Closed;
        _closings[trialId].closedAt = uint40(block.timestamp);
        emit TrialClosed(trialId);
    }

    /* INTERNALS */

    /// @dev The trial, for its sponsor, once it is unblinded and not closed.
    function _requireReporting(bytes32 trialId) private view returns (Head storage head) {
        head = _requireSponsor(trialId);
        _requirePhase(trialId, head.phase, head.phase == Phase.Unblinded || head.phase == Phase.Reported);
    }

    function _requireProtocol(
        bytes32 trialId,
        uint8 version,
        bytes32 documentsHash,
        OutcomeList calldata outcomes
    ) private view {
        bytes32 hash = _versions[trialId][version].hash;
        require(outcomes.hash(documentsHash) == hash, NotTheProtocol(trialId, hash));
    }

    function _isIn(bytes32 root, OutcomeLeaf calldata outcome, bytes32[] calldata proof) private pure returns (bool) {
        return proof.verify(root, outcome.leaf(), outcome.index);
    }

    /// @dev Whether an outcome is what a list says of those in its tree of primary, or of other outcomes.
    function _fits(
        OutcomeList calldata outcomes,
        OutcomeLeaf calldata outcome,
        bool inPrimaries
    ) private pure returns (bool) {
        uint256 count = inPrimaries ? outcomes.primaries : outcomes.others;
        return (outcome.kind == OutcomeKind.Primary) == inPrimaries && outcome.count == count && outcome.index < count;
    }

    function _requireComplete(Protocol calldata protocol) private pure {
        Documents calldata documents = protocol.documents;
        require(
            documents.protocol != 0 &&
                documents.consentForm != 0 &&
                documents.plannedEnrolment != 0 &&
                documents.primaryCompletion != 0,
            ProtocolIncomplete()
        );
        OutcomeList calldata outcomes = protocol.outcomes;
        (uint16 primaries, uint16 others) = (outcomes.primaries, outcomes.others);
        require(
            primaries != 0 &&
                outcomes.primaryRoot != 0 &&
                outcomes.primaryRoot != outcomes.otherRoot &&
                (outcomes.otherRoot == 0) == (others == 0) &&
                uint256(primaries) + others <= _MAX_OUTCOMES,
            WrongOutcomes(primaries, others)
        );
    }

    /// @dev As the first version of a trial.
    function _versionFrom(Protocol calldata protocol, bytes32 hash) private view returns (ProtocolVersion memory) {
        return
            ProtocolVersion({
                hash: hash,
                registeredAt: uint40(block.timestamp),
                approvedAt: 0,
                primaries: protocol.outcomes.primaries,
                others: protocol.outcomes.others,
                primaryCompletion: protocol.documents.primaryCompletion,
                hasStatisticalAnalysisPlan: protocol.documents.statisticalAnalysisPlan != 0,
                consentSince: 1,
                primariesSince: 1,
                othersSince: 1,
                allocationSince: 1
            });
    }

    /// @dev The version since which the allocation list of `documents` is the same, and keeps a list that is new. Once somebody is
    /// enrolled it is that of the approved version, whatever others were registered.
    function _allocationSince(
        bytes32 trialId,
        Head storage head,
        uint8 version,
        uint8 before,
        Documents calldata documents
    ) private returns (uint8) {
        mapping(uint256 => bytes32) storage roots = _allocationRoots[trialId];
        bool isFixed = _progress[trialId].enrolled != 0;
        if (isFixed) before = _versions[trialId][head.approvedVersion].allocationSince;
        bytes32 root = documents.allocationRoot;
        if (root == roots[before]) return before;
        require(!isFixed, AllocationFixed(trialId));
        roots[version] = root;
        return version;
    }
}
