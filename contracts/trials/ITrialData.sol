// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchStream} from "../utils/BatchStream.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";
import {TrialFacts} from "./TrialTypes.sol";

/// @title ITrialData
/// @notice Are these exactly the data that the sites of a trial captured, and was each row captured of a subject who was in it?
/// @dev Each site and laboratory of a trial has a stream of batches; a batch is the Merkle root of any number of data leaves.
/// Nothing is ever removed: a correction is a leaf of its own that names the one it corrects. Who writes is the site that captured
/// (ICH E6(R3) 4.2.4): a sponsor can never. What an observer learns: how many rows a site captured in which period. Nobody sees
/// into a root, so data of a subject who is not in the trial cannot be refused; they convict the batch once somebody shows a leaf,
/// which opens the subject's commitment and the time of capture of that one row.
interface ITrialData {
    /// @notice What a batch holds: rows as captured, queries about rows, corrections of rows, or results of a laboratory that is not
    /// the site's.
    enum BatchKind {
        Capture,
        Query,
        Correction,
        ExternalLaboratory
    }

    /// @notice What a leaf is worth.
    /// @param Unknown The proof does not lead to the batch's root.
    /// @param Anchored It is in the batch, and nothing is to be said against it.
    /// @param NotEnrolled It is in the batch, and its subject was not enrolled when it was captured.
    /// @param AfterWithdrawal It is in the batch, and its subject had withdrawn when it was captured.
    /// @param ConsentOutdated It is in the batch, and its subject had consented to an older form only than was approved by then.
    enum DataStatus {
        Unknown,
        Anchored,
        NotEnrolled,
        AfterWithdrawal,
        ConsentOutdated
    }

    /// @notice What a leaf commits to. Off chain only, and in {verifyData} and {reportViolation}.
    /// @param subject Commitment of the subject as enrolled; zero for a row that is about no subject.
    /// @param content Salted commitment of the row with its audit record.
    /// @param capturedAt When it was captured (unix seconds).
    /// @param corrects Digest of the leaf that it corrects; zero for none.
    struct DataLeaf {
        bytes32 subject;
        bytes32 content;
        uint40 capturedAt;
        bytes32 corrects;
    }

    /// @notice What counts against a trial's data, for ever.
    /// @param violations Number of leaves shown to be of a subject who was not in the trial when they were captured.
    /// @param batchesAfterUnlock Number of batches that came after the data were locked once.
    struct DataFacts {
        uint32 violations;
        uint32 batchesAfterUnlock;
    }

    /// @notice Emitted when a batch is anchored.
    /// @param periodStart When the first row of the batch was captured (unix seconds), as the writer says.
    /// @param periodEnd When the last row was captured (unix seconds). Late entry is the time from it to the block.
    /// @param unlocks How often the data were unlocked before: zero but for a batch after the lock.
    event DataAnchored(
        bytes32 indexed trialId,
        address indexed writer,
        uint64 indexed sequence,
        BatchKind kind,
        bytes32 root,
        uint64 count,
        uint40 periodStart,
        uint40 periodEnd,
        uint8 unlocks,
        address operator
    );
    /// @notice Emitted when a leaf is shown to be of a subject who was not in the trial when it was captured.
    event ViolationReported(
        bytes32 indexed trialId,
        address indexed writer,
        uint64 indexed sequence,
        bytes32 digest,
        DataStatus status,
        address reporter
    );

    /// @notice Thrown when a period ends before it starts, or after now (unix seconds).
    error WrongCapturePeriod(uint40 periodStart, uint40 periodEnd);
    /// @notice Thrown when a leaf that should convict a batch is none of it, or nothing is to be said against it.
    error NotAViolation(bytes32 digest, DataStatus status);
    /// @notice Thrown when the leaf was reported before.
    error ViolationReportedBefore(bytes32 digest);

    /// @notice Appends a batch of `count` rows under `root` to the caller's stream in a trial.
    /// @param sequence The next number of the stream; the first is 1.
    /// @param root Merkle root over the leaves.
    /// @param count Number of leaves, as the writer states it.
    /// @dev Caller: a site, or a key that acts for it in INVESTIGATOR_SITE, that is appointed as Investigator; for ExternalLaboratory
    /// a laboratory, or a key that acts for it in LABORATORY, that is appointed as Laboratory. Reverts: `NotInGoodStanding`,
    /// `NotAppointed`, `WrongPhase` before approval and once the data are locked, {WrongCapturePeriod}, `BatchOutOfSequence` for a batch
    /// appended before or out of order, `EmptyBatch`.
    function anchor(
        bytes32 trialId,
        BatchKind kind,
        uint64 sequence,
        bytes32 root,
        uint64 count,
        uint40 periodStart,
        uint40 periodEnd
    ) external;

    /// @notice Flags a batch and its trial for ever, by a leaf that is `NotEnrolled` or `AfterWithdrawal`. Once a leaf and batch.
    /// @param proof Sibling hashes from the leaf up (OpenZeppelin `MerkleProof`).
    /// @dev Caller: anyone. It is judged by what the registry knows now: an enrolment that arrives later takes nothing back, so
    /// sites have them relayed before the data. Reverts: {NotAViolation}, {ViolationReportedBefore}.
    function reportViolation(
        bytes32 trialId,
        address writer,
        uint64 sequence,
        DataLeaf calldata leaf,
        bytes32[] calldata proof
    ) external;

    /// @notice What a leaf of batch `sequence` of `writer` is worth now.
    /// @param proof Sibling hashes from the leaf up (OpenZeppelin `MerkleProof`). The leaf in the tree is the hash of its digest,
    /// `keccak256(abi.encode(DATA_LEAF, subject, content, capturedAt, corrects))`, so no inner node can be passed for one.
    /// @dev A withdrawal wins a tie: what was captured in its very second came after it.
    function verifyData(
        bytes32 trialId,
        address writer,
        uint64 sequence,
        DataLeaf calldata leaf,
        bytes32[] calldata proof
    ) external view returns (DataStatus);

    /// @notice Everything about a trial and its data in one call; all zero where there is no such trial.
    function recordOf(bytes32 trialId) external view returns (TrialFacts memory trial, DataFacts memory data);

    /// @notice The head of the stream of `writer` in a trial.
    function headOf(bytes32 trialId, address writer) external view returns (BatchStream.Head memory);

    /// @notice The root of batch `sequence` of `writer`; zero where there is none.
    function rootOf(bytes32 trialId, address writer, uint64 sequence) external view returns (bytes32);

    /// @notice How many leaves of a batch were reported as violations.
    function violationsOf(bytes32 trialId, address writer, uint64 sequence) external view returns (uint32);

    /// @notice The trials.
    function trials() external view returns (ITrialRegistry);
}
