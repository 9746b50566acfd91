// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchStream} from "../utils/BatchStream.sol";

/// @title IDisclosureLog
/// @notice Accounting of disclosures (45 CFR 164.528): gateways that release records anchor batches of access receipts,
/// and a receipt that a gateway signed but did not anchor in time counts against it for ever.
/// @dev What an observer learns: how many accesses a gateway logged and when, and which receipts it failed to log. Who
/// accessed whose data is in the commitment only.
interface IDisclosureLog {
    /// @notice What a gateway signs at access and gives to the patient or the accessor. EIP-712 type `AccessReceipt`.
    /// @param gateway The gateway's organisation.
    /// @param signer Who signs, with an ECDSA key: the gateway, or a key that served it then (pauses included) and was
    /// ever given the role GATEWAY. Give gateways keys of that role alone, and remove a key rather than change its
    /// roles.
    /// @param disclosure Commitment of the disclosure: date, recipient, what, and purpose (45 CFR 164.528(b)(2)).
    /// @param accessedAt When the data was released (unix seconds). Who is given a receipt refuses one dated after
    /// their own clock: it would be due later. A key can date receipts anywhere in its tenure.
    struct AccessReceipt {
        address gateway;
        address signer;
        bytes32 disclosure;
        uint40 accessedAt;
    }

    /// @notice What became of a receipt. `Unreported` → `Unlogged` (somebody posts it) → `Late` (a proof that it was
    /// anchored after the period) → `Logged` (a proof that it was anchored within it), also straight from `Unlogged`;
    /// final.
    enum ReceiptStatus {
        Unreported,
        Unlogged,
        Late,
        Logged
    }

    /// @notice What counts against a gateway. One slot.
    /// @param unlogged Receipts posted and never proved to be in a batch.
    /// @param late Receipts posted that were anchored too late.
    struct GatewayRecord {
        uint128 unlogged;
        uint128 late;
    }

    /// @notice Emitted when a gateway anchors a batch of receipts.
    event DisclosuresAnchored(
        address indexed gateway,
        uint64 indexed sequence,
        bytes32 root,
        uint64 count,
        address operator
    );
    /// @notice Emitted when somebody posts a receipt that should have been anchored by now.
    event DisclosureUnlogged(address indexed gateway, bytes32 indexed digest, uint40 accessedAt);
    /// @notice Emitted when a posted receipt is proved to have been anchored too late. It still counts.
    event DisclosureLate(address indexed gateway, bytes32 indexed digest, uint64 sequence);
    /// @notice Emitted when a posted receipt is proved to have been anchored in time. It no longer counts.
    event DisclosureLogged(address indexed gateway, bytes32 indexed digest, uint64 sequence);

    /// @notice Thrown when a receipt's signer is neither the gateway nor a key that served it at the time of access.
    error NotGatewaySigner(address gateway, address signer);
    /// @notice Thrown when the gateway still has time to anchor the receipt (until `dueAt`, unix seconds).
    error ReceiptNotDue(uint256 dueAt);
    /// @notice Thrown when a receipt is not in the status in which this can be done.
    error WrongReceiptStatus(bytes32 digest, ReceiptStatus status);
    /// @notice Thrown when a proof does not lead from the receipt to the root of the batch.
    error ReceiptNotInBatch(address gateway, uint64 sequence, bytes32 digest);

    /// @notice Within which time a receipt must be in an anchored batch (seconds): 7 days.
    function LOG_PERIOD() external view returns (uint40);

    /// @notice Appends a batch of `count` receipts under `root` to the stream of the caller's gateway.
    /// @dev Caller: a gateway or its key. One whose accreditation was suspended, withdrawn or ran out still accounts
    /// for what it released. Reverts: `NotInGoodStanding` for who was never accredited, `BatchOutOfSequence`,
    /// `EmptyBatch`.
    function anchor(uint64 sequence, bytes32 root, uint64 count) external;

    /// @notice Posts a receipt that the gateway signed more than {LOG_PERIOD} ago. It counts against the gateway until
    /// it proves that it was anchored in time.
    /// @dev Caller: anyone who has the receipt. Reverts: {NotGatewaySigner}, {ReceiptNotDue}, {WrongReceiptStatus},
    /// `InvalidSignature`.
    function reportUnlogged(AccessReceipt calldata receipt, bytes calldata signature) external;

    /// @notice Answers a posted receipt with the batch that it is in.
    /// @dev Caller: anyone. Reverts: {WrongReceiptStatus}, {ReceiptNotInBatch}.
    function answer(AccessReceipt calldata receipt, uint64 sequence, bytes32[] calldata proof) external;

    /// @notice The digest of a receipt; its leaf in a batch is the digest's hash once more.
    function digestOf(AccessReceipt calldata receipt) external pure returns (bytes32);

    /// @notice What became of a receipt, by its digest.
    function statusOf(bytes32 digest) external view returns (ReceiptStatus);

    /// @notice What counts against `gateway`.
    function recordOf(address gateway) external view returns (GatewayRecord memory);

    /// @notice The head of the stream of `gateway`.
    function headOf(address gateway) external view returns (BatchStream.Head memory);

    /// @notice The root of batch `sequence` of `gateway`, and when it was anchored (unix seconds); zeros where there is
    /// none.
    function batchOf(address gateway, uint64 sequence) external view returns (bytes32 root, uint40 anchoredAt);
}
