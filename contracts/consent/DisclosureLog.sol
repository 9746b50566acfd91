// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {BatchStream} from "../utils/BatchStream.sol";
import {Signatures} from "../utils/Signatures.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {DisclosureTypes} from "./DisclosureTypes.sol";
import {IDisclosureLog} from "./IDisclosureLog.sol";

/// @title DisclosureLog
/// @notice See {IDisclosureLog}.
contract DisclosureLog is IDisclosureLog, SignedDecisions {
    using BatchStream for BatchStream.Stream;
    using DisclosureTypes for AccessReceipt;

    /// @inheritdoc IDisclosureLog
    uint40 public constant LOG_PERIOD = 7 days;

    /// @notice The type tag of a receipt's leaf.
    bytes32 public constant RECEIPT_LEAF = keccak256(
        "CareProof.ReceiptLeaf(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)"
    );

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;

    mapping(address gateway => BatchStream.Stream) private _streams;
    mapping(address gateway => mapping(uint64 sequence => uint40)) private _anchoredAt;
    mapping(bytes32 digest => ReceiptStatus) private _statuses;
    mapping(address gateway => GatewayRecord) private _records;

    constructor(IParticipantRegistry participants_) SignedDecisions("CareProof DisclosureLog") {
        participants = participants_;
    }

    /// @inheritdoc IDisclosureLog
    function anchor(uint64 sequence, bytes32 root, uint64 count) external {
        address gateway = _gatewayOf(msg.sender);
        _streams[gateway].append(sequence, root, count);
        _anchoredAt[gateway][sequence] = uint40(block.timestamp);
        emit DisclosuresAnchored(gateway, sequence, root, count, msg.sender);
    }

    /// @inheritdoc IDisclosureLog
    function reportUnlogged(AccessReceipt calldata receipt, bytes calldata signature) external {
        bytes32 digest = digestOf(receipt);
        ReceiptStatus status = _statuses[digest];
        require(status == ReceiptStatus.Unreported, WrongReceiptStatus(digest, status));
        uint256 dueAt = _dueAt(receipt);
        require(block.timestamp > dueAt, ReceiptNotDue(dueAt));
        _requireGatewaySigner(receipt);
        // By a key, not ERC-1271: a contract could disown what it signed.
        require(
            Signatures.isByKey(receipt.signer, _hashTypedDataV4(receipt.hash()), signature),
            InvalidSignature(receipt.signer)
        );

        _statuses[digest] = ReceiptStatus.Unlogged;
        ++_records[receipt.gateway].unlogged;
        emit DisclosureUnlogged(receipt.gateway, digest, receipt.accessedAt);
    }

    /// @inheritdoc IDisclosureLog
    function answer(AccessReceipt calldata receipt, uint64 sequence, bytes32[] calldata proof) external {
        bytes32 digest = digestOf(receipt);
        ReceiptStatus status = _statuses[digest];
        bool inTime = _anchoredAt[receipt.gateway][sequence] <= _dueAt(receipt);
        require(
            status == ReceiptStatus.Unlogged || (status == ReceiptStatus.Late && inTime),
            WrongReceiptStatus(digest, status)
        );
        bytes32 root = _streams[receipt.gateway].roots[sequence];
        require(
            MerkleProof.verifyCalldata(proof, root, keccak256(bytes.concat(digest))),
            ReceiptNotInBatch(receipt.gateway, sequence, digest)
        );

        GatewayRecord storage record = _records[receipt.gateway];
        if (status == ReceiptStatus.Late) --record.late;
        else --record.unlogged;
        if (inTime) {
            _statuses[digest] = ReceiptStatus.Logged;
            emit DisclosureLogged(receipt.gateway, digest, sequence);
        } else {
            _statuses[digest] = ReceiptStatus.Late;
            ++record.late;
            emit DisclosureLate(receipt.gateway, digest, sequence);
        }
    }

    /// @inheritdoc IDisclosureLog
    function digestOf(AccessReceipt calldata receipt) public pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_LEAF, receipt));
    }

    /// @inheritdoc IDisclosureLog
    function statusOf(bytes32 digest) external view returns (ReceiptStatus) {
        return _statuses[digest];
    }

    /// @inheritdoc IDisclosureLog
    function recordOf(address gateway) external view returns (GatewayRecord memory) {
        return _records[gateway];
    }

    /// @inheritdoc IDisclosureLog
    function headOf(address gateway) external view returns (BatchStream.Head memory) {
        return _streams[gateway].head;
    }

    /// @inheritdoc IDisclosureLog
    function batchOf(address gateway, uint64 sequence) external view returns (bytes32 root, uint40 anchoredAt) {
        return (_streams[gateway].roots[sequence], _anchoredAt[gateway][sequence]);
    }

    /// @dev The gateway behind `account`, suspended or not: what was released before must still be accounted for.
    function _gatewayOf(address account) private view returns (address gateway) {
        IParticipantRegistry.Standing standing;
        (gateway, standing) = participants.tryResolve(account, Roles.GATEWAY);
        require(
            standing == IParticipantRegistry.Standing.Good ||
                standing == IParticipantRegistry.Standing.Suspended ||
                standing == IParticipantRegistry.Standing.Withdrawn ||
                standing == IParticipantRegistry.Standing.Expired,
            IParticipantRegistry.NotInGoodStanding(account, Roles.GATEWAY, standing)
        );
    }

    /// @dev A key that the gateway removed since still signed for it then; otherwise removing keys would erase
    /// receipts.
    function _requireGatewaySigner(AccessReceipt calldata receipt) private view {
        if (receipt.signer == receipt.gateway) return;
        IParticipantRegistry.Tenure memory tenure = participants.tenureOf(receipt.signer, receipt.gateway);
        require(
            tenure.roles & Roles.GATEWAY.bit() != 0 &&
                tenure.since <= receipt.accessedAt &&
                receipt.accessedAt < tenure.until,
            NotGatewaySigner(receipt.gateway, receipt.signer)
        );
    }

    /// @dev Until when the receipt must be in an anchored batch (unix seconds).
    function _dueAt(AccessReceipt calldata receipt) private pure returns (uint256) {
        return uint256(receipt.accessedAt) + LOG_PERIOD;
    }
}
