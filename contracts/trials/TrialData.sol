// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {BatchStream} from "../utils/BatchStream.sol";
import {ITrialData} from "./ITrialData.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";
import {Phase, Subject, TrialFacts, TrialRole} from "./TrialTypes.sol";

/// @title TrialData
/// @notice See {ITrialData}.
contract TrialData is ITrialData {
    using BatchStream for BatchStream.Stream;

    /// @notice The type tag of a data leaf.
    bytes32 public constant DATA_LEAF = keccak256(
        "CareProof.DataLeaf(bytes32 subject,bytes32 content,uint40 capturedAt,bytes32 corrects)"
    );

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @inheritdoc ITrialData
    ITrialRegistry public immutable trials;

    /// @inheritdoc ITrialData
    mapping(bytes32 trialId => mapping(address writer => mapping(uint64 sequence => uint32))) public violationsOf;

    mapping(bytes32 trialId => mapping(address writer => BatchStream.Stream)) private _streams;
    mapping(bytes32 trialId => DataFacts) private _facts;
    mapping(bytes32 trialId => mapping(address writer => mapping(uint64 sequence => mapping(bytes32 digest => bool))))
        private _reported;

    constructor(ITrialRegistry trials_) {
        participants = trials_.participants();
        trials = trials_;
    }

    /// @inheritdoc ITrialData
    function anchor(
        bytes32 trialId,
        BatchKind kind,
        uint64 sequence,
        bytes32 root,
        uint64 count,
        uint40 periodStart,
        uint40 periodEnd
    ) external {
        (address writer, uint8 unlocks) = _requireWriter(trialId, kind);
        require(periodStart <= periodEnd && periodEnd <= block.timestamp, WrongCapturePeriod(periodStart, periodEnd));

        _streams[trialId][writer].append(sequence, root, count);
        if (unlocks != 0) ++_facts[trialId].batchesAfterUnlock;
        emit DataAnchored(trialId, writer, sequence, kind, root, count, periodStart, periodEnd, unlocks, msg.sender);
    }

    /// @inheritdoc ITrialData
    function reportViolation(
        bytes32 trialId,
        address writer,
        uint64 sequence,
        DataLeaf calldata leaf,
        bytes32[] calldata proof
    ) external {
        bytes32 digest = _digestOf(leaf);
        DataStatus status = _statusOf(trialId, writer, sequence, digest, leaf, proof);
        require(
            status == DataStatus.NotEnrolled || status == DataStatus.AfterWithdrawal,
            NotAViolation(digest, status)
        );
        require(!_reported[trialId][writer][sequence][digest], ViolationReportedBefore(digest));

        _reported[trialId][writer][sequence][digest] = true;
        ++violationsOf[trialId][writer][sequence];
        ++_facts[trialId].violations;
        emit ViolationReported(trialId, writer, sequence, digest, status, msg.sender);
    }

    /// @inheritdoc ITrialData
    function verifyData(
        bytes32 trialId,
        address writer,
        uint64 sequence,
        DataLeaf calldata leaf,
        bytes32[] calldata proof
    ) external view returns (DataStatus) {
        return _statusOf(trialId, writer, sequence, _digestOf(leaf), leaf, proof);
    }

    /// @inheritdoc ITrialData
    function recordOf(bytes32 trialId) external view returns (TrialFacts memory trial, DataFacts memory data) {
        return (trials.factsOf(trialId), _facts[trialId]);
    }

    /// @inheritdoc ITrialData
    function headOf(bytes32 trialId, address writer) external view returns (BatchStream.Head memory) {
        return _streams[trialId][writer].head;
    }

    /// @inheritdoc ITrialData
    function rootOf(bytes32 trialId, address writer, uint64 sequence) external view returns (bytes32) {
        return _streams[trialId][writer].roots[sequence];
    }

    /// @dev Who writes, and how often the data were unlocked: the site or laboratory for which the caller acts, while data are taken.
    function _requireWriter(bytes32 trialId, BatchKind kind) private view returns (address writer, uint8 unlocks) {
        (Role kernelRole, TrialRole role) = kind == BatchKind.ExternalLaboratory
            ? (Roles.LABORATORY, TrialRole.Laboratory)
            : (Roles.INVESTIGATOR_SITE, TrialRole.Investigator);
        writer = participants.resolve(msg.sender, kernelRole);
        Phase phase;
        bool appointed;
        (phase, appointed, unlocks) = trials.dataEntry(trialId, role, writer);
        require(appointed, ITrialRegistry.NotAppointed(trialId, role, writer));
        require(phase >= Phase.Approved && phase <= Phase.Active, ITrialRegistry.WrongPhase(trialId, phase));
    }

    function _statusOf(
        bytes32 trialId,
        address writer,
        uint64 sequence,
        bytes32 digest,
        DataLeaf calldata leaf,
        bytes32[] calldata proof
    ) private view returns (DataStatus) {
        bytes32 root = _streams[trialId][writer].roots[sequence];
        if (!MerkleProof.verifyCalldata(proof, root, keccak256(bytes.concat(digest)))) return DataStatus.Unknown;
        if (leaf.subject == 0) return DataStatus.Anchored;
        Subject memory subject = trials.subjectOf(trialId, leaf.subject);
        if (subject.site == address(0) || leaf.capturedAt < subject.signedAt) return DataStatus.NotEnrolled;
        if (subject.withdrawnAt != 0 && leaf.capturedAt >= subject.withdrawnAt) return DataStatus.AfterWithdrawal;
        bool outdated = trials.consentOutdated(trialId, leaf.subject, leaf.capturedAt);
        return outdated ? DataStatus.ConsentOutdated : DataStatus.Anchored;
    }

    function _digestOf(DataLeaf calldata leaf) private pure returns (bytes32) {
        return keccak256(abi.encode(DATA_LEAF, leaf));
    }
}
