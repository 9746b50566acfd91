// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {BatchStream} from "../utils/BatchStream.sol";
import {IRecordRegistry} from "./IRecordRegistry.sol";

/// @title RecordRegistry
/// @notice See {IRecordRegistry}.
contract RecordRegistry is IRecordRegistry {
    using BatchStream for BatchStream.Stream;

    /// @notice The type tag of a record leaf.
    bytes32 public constant RECORD_LEAF = keccak256(
        "CareProof.RecordLeaf(address patient,bytes32 commitment,uint8 category,uint40 recordedAt,bytes32 supersedes)"
    );

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;

    mapping(address provider => BatchStream.Stream) private _streams;
    /// @dev Zero: nothing said. A {RetractionReason} for a retracted leaf; otherwise the digest of its successor, which
    /// is never that small: {_requireCurrent} sees to it.
    mapping(address provider => mapping(bytes32 digest => bytes32)) private _fates;

    constructor(IParticipantRegistry participants_) {
        participants = participants_;
    }

    /// @inheritdoc IRecordRegistry
    function anchor(uint64 sequence, bytes32 root, uint64 count) external {
        address provider = participants.resolve(msg.sender, Roles.PROVIDER);
        _streams[provider].append(sequence, root, count);
        emit BatchAnchored(provider, sequence, root, count, msg.sender);
    }

    /// @inheritdoc IRecordRegistry
    function supersede(LeafProof calldata old, LeafProof calldata successor) external {
        address provider = participants.resolve(msg.sender, Roles.PROVIDER);
        require(old.digest != successor.digest, SupersedesItself(old.digest));
        _requireCurrent(provider, old);
        _requireCurrent(provider, successor);

        _fates[provider][old.digest] = successor.digest;
        emit RecordSuperseded(provider, old.digest, successor.digest, msg.sender);
    }

    /// @inheritdoc IRecordRegistry
    function retract(LeafProof calldata leaf, RetractionReason reason) external {
        address provider = participants.resolve(msg.sender, Roles.PROVIDER);
        require(reason != RetractionReason.None, ReasonMissing());
        _requireCurrent(provider, leaf);

        _fates[provider][leaf.digest] = bytes32(uint256(reason));
        emit RecordRetracted(provider, leaf.digest, reason, msg.sender);
    }

    /// @inheritdoc IRecordRegistry
    function verify(
        address provider,
        uint64 sequence,
        RecordLeaf calldata leaf,
        bytes32[] calldata proof
    ) external view returns (RecordStatus) {
        bytes32 digest = keccak256(abi.encode(RECORD_LEAF, leaf));
        if (!_isInBatch(provider, sequence, digest, proof)) return RecordStatus.Unknown;
        (RecordStatus status, , ) = statusOf(provider, digest);
        return status == RecordStatus.Unknown ? RecordStatus.Anchored : status;
    }

    /// @inheritdoc IRecordRegistry
    function statusOf(
        address provider,
        bytes32 digest
    ) public view returns (RecordStatus status, bytes32 successor, RetractionReason reason) {
        bytes32 fate = _fates[provider][digest];
        if (fate == 0) return (RecordStatus.Unknown, 0, RetractionReason.None);
        if (uint256(fate) <= uint256(type(RetractionReason).max)) {
            return (RecordStatus.Retracted, 0, RetractionReason(uint256(fate)));
        }
        return (RecordStatus.Superseded, fate, RetractionReason.None);
    }

    /// @inheritdoc IRecordRegistry
    function headOf(address provider) external view returns (BatchStream.Head memory) {
        return _streams[provider].head;
    }

    /// @inheritdoc IRecordRegistry
    function rootOf(address provider, uint64 sequence) external view returns (bytes32) {
        return _streams[provider].roots[sequence];
    }

    function _requireCurrent(address provider, LeafProof calldata leaf) private view {
        // A value as small as a reason is nobody's hash.
        require(
            uint256(leaf.digest) > uint256(type(RetractionReason).max) &&
                _isInBatch(provider, leaf.sequence, leaf.digest, leaf.proof),
            LeafNotInBatch(provider, leaf.sequence, leaf.digest)
        );
        (RecordStatus status, , ) = statusOf(provider, leaf.digest);
        require(status == RecordStatus.Unknown, RecordNotCurrent(leaf.digest, status));
    }

    function _isInBatch(
        address provider,
        uint64 sequence,
        bytes32 digest,
        bytes32[] calldata proof
    ) private view returns (bool) {
        bytes32 leaf = keccak256(bytes.concat(digest));
        return MerkleProof.verifyCalldata(proof, _streams[provider].roots[sequence], leaf);
    }
}
