// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Role} from "../participants/Role.sol";
import {ILots} from "./ILots.sol";

/// @title IShipments
/// @notice Two-step custody: sent by one partner, received or refused by the other. Part of `DrugProvenance`.
/// @dev In transit the sender stays the ERC-721 owner and the token cannot move otherwise. Downstream a manufacturer or
/// wholesale distributor sends to a wholesale distributor or dispenser; upstream a thing goes only back to whom it came
/// from, or to the maker of its lot. What an observer learns: who sends what to whom, and when.
interface IShipments {
    /// @notice A shipment and its papers. (This order of the fields gives {ship} one of the lowest selectors: the compiler tries
    /// them in order, and it is called most.)
    /// @param to The receiving partner itself, not a key of its.
    /// @param transactionInformation Commitment to the transaction information of 21 U.S.C. 360eee(26).
    /// @param senderRole In which the owner sends: MANUFACTURER, WHOLESALE_DISTRIBUTOR or DISPENSER.
    /// @param transactionStatement Bitmask over the seven statements of 21 U.S.C. 360eee(27), (A) in bit 0 to (G) in bit 6: all
    /// are needed.
    /// @param proofs SHA-256 of the file with the proofs of what is in the shipped containers; zero if there is none.
    /// @param receiverRole In which `to` receives, likewise.
    /// @param eventHash CBV 2.0 hash of the EPCIS event.
    struct Shipment {
        address to;
        bytes32 transactionInformation;
        Role senderRole;
        uint8 transactionStatement;
        bytes32 proofs;
        Role receiverRole;
        bytes32 eventHash;
    }

    /// @notice Emitted when a token is sent.
    event Shipped(
        uint256 indexed id,
        address indexed from,
        address indexed to,
        bool isReturn,
        address operator,
        bytes32 transactionInformation,
        bytes32 proofs,
        bytes32 eventHash
    );
    /// @notice Emitted when a token is received.
    event Received(
        uint256 indexed id,
        address indexed from,
        address indexed to,
        bool isReturn,
        address operator,
        bytes32 eventHash
    );
    /// @notice Emitted when a receiver refuses a token; it is the sender's again.
    event ShipmentRefused(
        uint256 indexed id,
        address indexed from,
        address indexed by,
        address operator,
        bytes32 eventHash
    );
    /// @notice Emitted when a sender takes a token back that was never received.
    event ShipmentCalledBack(
        uint256 indexed id,
        address indexed from,
        address indexed to,
        address operator,
        bytes32 eventHash
    );
    /// @notice Emitted when an owner checked a token that came back, and puts it on sale again.
    event Restocked(uint256 indexed id, address indexed owner, address operator, bytes32 eventHash);

    /// @notice Thrown by every transfer function of ERC-721: medicines move by {ship} and {receive}.
    error UseShipAndReceive();
    /// @notice Thrown when one of the seven statements or the transaction information is missing.
    error PapersIncomplete(uint8 transactionStatement, bytes32 transactionInformation);
    /// @notice Thrown when a receiver is an operator key and not the partner itself.
    error ReceiverIsOperator(address receiver, address principal);
    /// @notice Thrown when a partner sends to itself.
    error SentToItself(address sender);
    /// @notice Thrown when a thing would go neither downstream nor back to whom it came from.
    error NotAStepOfTheChain(uint256 id, Role senderRole, Role receiverRole);
    /// @notice Thrown when a shipment was sent to another.
    error NotReceiver(uint256 id, address receiver, address caller);
    /// @notice Thrown when a shipment may not be called back yet, before `day` (days since 1970-01-01 UTC).
    error CallBackTooEarly(uint256 id, uint256 day);

    /// @notice Sends tokens to a partner.
    /// @param ids 1 to 100 tokens of one owner.
    /// @dev Caller: the owner, or a third-party logistics provider that it approved (ERC-721). The owner and the receiver must be in
    /// good standing in their roles. Reverts: `RoleNotFit`, `NotInGoodStanding`, `ListLengthInvalid`, `NotMaterialised`,
    /// `NotCustodian`, `StillPacked`, `NotSaleable`, {PapersIncomplete},
    /// {ReceiverIsOperator}, {SentToItself}, {NotAStepOfTheChain}.
    function ship(uint256[] calldata ids, Shipment calldata shipment) external;

    /// @notice Sends a package or container straight out of its lot: {IItems.take} and {ship} in one.
    /// @dev Caller: its custodian. Reverts as {ship}, and `WrongDisposition` where it is a token already.
    function shipFromLot(uint256 id, ILots.Origin calldata origin, Shipment calldata shipment) external;

    /// @notice Receives what was sent to the caller. It becomes the ERC-721 owner; what came back is to be checked first.
    /// @param ids 1 to 100 tokens.
    /// @param role Any in which the caller may own medicines now; it need not be the one that the sender named.
    /// @dev Caller: the partner it was sent to. Reverts: `RoleNotFit`, `NotInGoodStanding`, `ListLengthInvalid`,
    /// `WrongDisposition`, {NotReceiver}, `NotSaleable` where the lot was recalled or expired on the way (refuse it).
    function receiveShipment(uint256[] calldata ids, Role role, bytes32 eventHash) external;

    /// @notice Refuses what was sent to the caller. It is the sender's, to be checked before it is sold again; whom the sender had it
    /// from is forgotten, so that it can go back only to the maker of its lot. A refused return can go to the same receiver again.
    /// @dev Caller: the partner it was sent to, also when its accreditation has ended. Reverts: `RoleNotFit`, `NotInGoodStanding` for a
    /// key without the role, `ListLengthInvalid`, `WrongDisposition`, {NotReceiver}.
    function refuse(uint256[] calldata ids, Role role, bytes32 eventHash) external;

    /// @notice Takes back what was sent more than 14 days ago and not received; else as {refuse}.
    /// @dev Caller: the sender, also when its accreditation has ended. Reverts: `RoleNotFit`, `NotInGoodStanding` for a key without
    /// the role, `ListLengthInvalid`, `NotMaterialised`, `NotCustodian`, `StillPacked`, `WrongDisposition`,
    /// {CallBackTooEarly}.
    function callBack(uint256[] calldata ids, Role role, bytes32 eventHash) external;

    /// @notice Puts tokens that came back on sale again, after the owner checked them against this contract and with its eyes.
    /// @dev Caller: their owner. Reverts: `RoleNotFit`, `NotInGoodStanding`, `ListLengthInvalid`, `NotMaterialised`,
    /// `NotCustodian`, `StillPacked`, `WrongDisposition`.
    function restock(uint256[] calldata ids, Role role, bytes32 eventHash) external;
}
