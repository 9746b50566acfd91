// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchStream} from "../utils/BatchStream.sol";

/// @title IRecordRegistry
/// @notice Is this record unchanged since its author anchored it, and does it still stand?
/// @dev Each provider has a stream of batches; a batch is the Merkle root of any number of record leaves. Anchoring is
/// silent about older leaves: only {supersede} and {retract} change what one is worth, and nothing is ever removed.
/// What an observer learns: how many records a provider anchored and when, and that two of its leaves are versions of
/// one another. A leaf is named by its digest, so that no transaction shows a patient's address, a kind of data or a
/// time.
interface IRecordRegistry {
    /// @notice What a leaf commits to. Off chain only, and in {verify}.
    /// @param patient The patient's address with this provider.
    /// @param commitment `keccak256(abi.encode(keccak256("CareProof.Record"), uint16 form, bytes32 salt,
    /// keccak256(canonical record)))`.
    /// @param category Bit number of the kind of data in `Categories`, 0 to 63.
    /// @param recordedAt When the provider recorded it (unix seconds).
    /// @param supersedes Digest of the leaf that it corrects; zero for none. It has no effect by itself.
    struct RecordLeaf {
        address patient;
        bytes32 commitment;
        uint8 category;
        uint40 recordedAt;
        bytes32 supersedes;
    }

    /// @notice A leaf of a batch of the caller's, without what it commits to.
    /// @param sequence The batch.
    /// @param digest `keccak256(abi.encode(RECORD_LEAF, patient, commitment, category, recordedAt, supersedes))`; the
    /// leaf in the tree is its hash once more, so an inner node can never be passed for one.
    /// @param proof Sibling hashes from the leaf up (OpenZeppelin `MerkleProof`).
    struct LeafProof {
        uint64 sequence;
        bytes32 digest;
        bytes32[] proof;
    }

    /// @notice What a record is worth. `Anchored` → `Superseded` or `Retracted`, both final.
    enum RecordStatus {
        Unknown,
        Anchored,
        Superseded,
        Retracted
    }

    /// @notice Why a record was retracted.
    /// @param EnteredInError FHIR status `entered-in-error`.
    /// @param WrongPatient It is another person's.
    /// @param Duplicate The same was recorded twice.
    enum RetractionReason {
        None,
        EnteredInError,
        WrongPatient,
        Duplicate
    }

    /// @notice Emitted when a provider anchors a batch.
    event BatchAnchored(
        address indexed provider,
        uint64 indexed sequence,
        bytes32 root,
        uint64 count,
        address operator
    );
    /// @notice Emitted when a provider replaces a leaf with a corrected one.
    event RecordSuperseded(
        address indexed provider,
        bytes32 indexed digest,
        bytes32 indexed successor,
        address operator
    );
    /// @notice Emitted when a provider retracts a leaf.
    event RecordRetracted(address indexed provider, bytes32 indexed digest, RetractionReason reason, address operator);

    /// @notice Thrown when a proof does not lead from the leaf to the root of the batch.
    error LeafNotInBatch(address provider, uint64 sequence, bytes32 digest);
    /// @notice Thrown when a leaf was superseded or retracted already.
    error RecordNotCurrent(bytes32 digest, RecordStatus status);
    /// @notice Thrown when a leaf would supersede itself.
    error SupersedesItself(bytes32 digest);
    /// @notice Thrown when a retraction gives no reason.
    error ReasonMissing();

    /// @notice Appends a batch of `count` records under `root` to the stream of the caller's provider.
    /// @param sequence The next number of the stream; the first is 1.
    /// @param root Merkle root over the leaves.
    /// @param count Number of leaves, as the provider states it.
    /// @dev Caller: a provider in good standing, or its key. Reverts: `NotInGoodStanding`, `BatchOutOfSequence` for a
    /// batch appended before or out of order, `EmptyBatch`.
    function anchor(uint64 sequence, bytes32 root, uint64 count) external;

    /// @notice Replaces the record of `old` with the corrected one of `successor`, both of the caller's provider.
    /// @dev Caller: as {anchor}. The successor must itself stand, so versions never form a circle.
    /// Reverts: {LeafNotInBatch}, {RecordNotCurrent}, {SupersedesItself}, `NotInGoodStanding`.
    function supersede(LeafProof calldata old, LeafProof calldata successor) external;

    /// @notice Retracts the record of `leaf` of the caller's provider.
    /// @dev Caller: as {anchor}. Reverts: {LeafNotInBatch}, {RecordNotCurrent}, {ReasonMissing}, `NotInGoodStanding`.
    function retract(LeafProof calldata leaf, RetractionReason reason) external;

    /// @notice What the record of `leaf` in batch `sequence` of `provider` is worth.
    /// @return `Unknown` where the proof does not lead to that batch's root.
    function verify(
        address provider,
        uint64 sequence,
        RecordLeaf calldata leaf,
        bytes32[] calldata proof
    ) external view returns (RecordStatus);

    /// @notice What became of a leaf, by its digest.
    /// @return status `Superseded`, `Retracted`, or `Unknown` where nothing was said about it, anchored or not.
    /// @return successor Digest of the leaf that replaced it, or zero.
    /// @return reason Why it was retracted, or `None`.
    function statusOf(
        address provider,
        bytes32 digest
    ) external view returns (RecordStatus status, bytes32 successor, RetractionReason reason);

    /// @notice The head of the stream of `provider`.
    function headOf(address provider) external view returns (BatchStream.Head memory);

    /// @notice The root of batch `sequence` of `provider`; zero where there is none.
    function rootOf(address provider, uint64 sequence) external view returns (bytes32);
}
