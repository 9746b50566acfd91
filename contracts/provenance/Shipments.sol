// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {IShipments} from "./IShipments.sol";
import {Items} from "./Items.sol";

/// @title Shipments
/// @notice See {IShipments}. Part of `DrugProvenance`.
abstract contract Shipments is Items, IShipments {
    /// @notice All seven statements of 21 U.S.C. 360eee(27).
    uint8 private constant _FULL_TRANSACTION_STATEMENT = 0x7F;
    /// @notice For how many days at least a shipment cannot be called back.
    uint16 private constant _CALL_BACK_DAYS = 14;

    /// @inheritdoc IShipments
    function ship(uint256[] calldata ids, Shipment calldata shipment) external {
        _requireList(ids);
        (address owner, address carrier) = _sender(ids[0], shipment.senderRole);
        _requireShipment(owner, shipment);
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            _requireOwner(id, owner);
            require(carrier == address(0) || _isAuthorized(owner, carrier, id), NotCustodian(id, owner, carrier));
            Item memory item = _item(id);
            Obstacle obstacle = _obstacleOf(item.disposition);
            _dispatch(id, item, obstacle == Obstacle.None ? _obstacleOfLot(item.lot) : obstacle, owner, shipment);
        }
    }

    /// @inheritdoc IShipments
    function shipFromLot(uint256 id, Origin calldata origin, Shipment calldata shipment) external {
        address sender = _tradingPartner(shipment.senderRole);
        _requireShipment(sender, shipment);
        Found memory found = _find(id, origin);
        require(!found.materialised, WrongDisposition(id, found.item.disposition));
        require(
            found.obstacle != Obstacle.None || found.custodian == sender,
            NotCustodian(id, found.custodian, sender)
        );
        _dispatch(id, found.item, found.obstacle, sender, shipment);
        _mint(sender, id);
        emit Unpacked(id, found.container, found.item.lot, msg.sender, shipment.eventHash);
    }

    /// @inheritdoc IShipments
    function receiveShipment(uint256[] calldata ids, Role role, bytes32 eventHash) external {
        _requireList(ids);
        address receiver = _tradingPartner(role);
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            Item memory item = _requireSentTo(id, receiver);
            Obstacle obstacle = _obstacleOfLot(item.lot);
            require(obstacle == Obstacle.None, NotSaleable(id, obstacle));
            bool isReturn = item.disposition == Disposition.ReturnInTransit;
            address sender = _ownerOf(id);

            // What came back came from nobody upstream: sold again to whom it came back from, it is no return.
            item.party = isReturn ? address(0) : sender;
            item.day = 0;
            item.disposition = isReturn ? Disposition.Returned : Disposition.Active;
            _setItem(id, item);
            _update(receiver, id, address(0));
            emit Received(id, sender, receiver, isReturn, msg.sender, eventHash);
        }
    }

    /// @inheritdoc IShipments
    function refuse(uint256[] calldata ids, Role role, bytes32 eventHash) external {
        _requireList(ids);
        address receiver = _partnerOfAnyStanding(role);
        for (uint256 i = 0; i < ids.length; ++i) {
            Item memory item = _requireSentTo(ids[i], receiver);
            _endTransit(ids[i], item);
            emit ShipmentRefused(ids[i], _ownerOf(ids[i]), receiver, msg.sender, eventHash);
        }
    }

    /// @inheritdoc IShipments
    function callBack(uint256[] calldata ids, Role role, bytes32 eventHash) external {
        _requireList(ids);
        address sender = _partnerOfAnyStanding(role);
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            _requireOwner(id, sender);
            Item memory item = _item(id);
            require(_isInTransit(item.disposition), WrongDisposition(id, item.disposition));
            uint256 day = uint256(item.day) + _CALL_BACK_DAYS + 1;
            require(block.timestamp / 1 days >= day, CallBackTooEarly(id, day));
            address receiver = item.party;
            _endTransit(id, item);
            emit ShipmentCalledBack(id, sender, receiver, msg.sender, eventHash);
        }
    }

    /// @inheritdoc IShipments
    function restock(uint256[] calldata ids, Role role, bytes32 eventHash) external {
        _requireList(ids);
        address owner = _tradingPartner(role);
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            Item memory item = _requireOwned(id, owner, Disposition.Returned);
            item.disposition = Disposition.Active;
            _setItem(id, item);
            emit Restocked(id, owner, msg.sender, eventHash);
        }
    }

    /// @dev The owner of the first token, in good standing, and the approved carrier if it is one that calls.
    function _sender(uint256 id, Role role) private view returns (address owner, address carrier) {
        _requireTradingRole(role);
        owner = _ownerOf(id);
        require(owner != address(0), NotMaterialised(id));
        (address caller, IParticipantRegistry.Standing standing) = participants.tryResolve(msg.sender, role);
        if (caller == owner) {
            _requireGood(role, standing);
            return (owner, address(0));
        }
        if (!_isAuthorized(owner, caller, id)) _requireOwner(id, caller);
        carrier = participants.resolve(msg.sender, Roles.THIRD_PARTY_LOGISTICS_PROVIDER);
        participants.resolve(owner, role);
    }

    /// @dev Papers are whole, and the receiver is another partner in good standing.
    function _requireShipment(address sender, Shipment calldata shipment) private view {
        require(
            shipment.transactionStatement == _FULL_TRANSACTION_STATEMENT && shipment.transactionInformation != 0,
            PapersIncomplete(shipment.transactionStatement, shipment.transactionInformation)
        );
        require(shipment.to != sender, SentToItself(sender));
        _requireTradingRole(shipment.receiverRole);
        address principal = participants.resolve(shipment.to, shipment.receiverRole);
        require(principal == shipment.to, ReceiverIsOperator(shipment.to, principal));
    }

    /// @dev Stores that a thing of the sender's is on its way.
    function _dispatch(
        uint256 id,
        Item memory item,
        Obstacle obstacle,
        address sender,
        Shipment calldata shipment
    ) private {
        require(obstacle == Obstacle.None, NotSaleable(id, obstacle));
        bool isReturn = _isReturn(item, shipment);
        require(
            isReturn || _isDownstream(shipment),
            NotAStepOfTheChain(id, shipment.senderRole, shipment.receiverRole)
        );

        item.party = shipment.to;
        item.day = uint16(block.timestamp / 1 days);
        item.disposition = isReturn ? Disposition.ReturnInTransit : Disposition.InTransit;
        _setItem(id, item);
        emit Shipped(
            id,
            sender,
            shipment.to,
            isReturn,
            msg.sender,
            shipment.transactionInformation,
            shipment.proofs,
            shipment.eventHash
        );
    }

    /// @dev The sender of a return stays known as who it came from: `party` is the one it went to.
    function _endTransit(uint256 id, Item memory item) private {
        if (item.disposition == Disposition.InTransit) item.party = address(0);
        item.day = 0;
        item.disposition = Disposition.Returned;
        _setItem(id, item);
    }

    /// @dev The account behind the caller, whatever its standing: ending a transit must stay possible. A key that lacks the
    /// role or whose time is over acts for nobody.
    function _partnerOfAnyStanding(Role role) private view returns (address partner) {
        _requireTradingRole(role);
        IParticipantRegistry.Standing standing;
        (partner, standing) = participants.tryResolve(msg.sender, role);
        if (standing >= IParticipantRegistry.Standing.OperatorExpired) _requireGood(role, standing);
    }

    function _requireGood(Role role, IParticipantRegistry.Standing standing) private view {
        require(
            standing == IParticipantRegistry.Standing.Good,
            IParticipantRegistry.NotInGoodStanding(msg.sender, role, standing)
        );
    }

    function _requireSentTo(uint256 id, address receiver) private view returns (Item memory item) {
        item = _item(id);
        require(_isInTransit(item.disposition), WrongDisposition(id, item.disposition));
        require(item.party == receiver, NotReceiver(id, item.party, receiver));
    }

    function _isReturn(Item memory item, Shipment calldata shipment) private view returns (bool) {
        if (_is(shipment.receiverRole, Roles.DISPENSER)) return false;
        if (shipment.to == item.party) return true;
        return _is(shipment.receiverRole, Roles.MANUFACTURER) && shipment.to == _lots[item.lot].maker;
    }

    function _isDownstream(Shipment calldata shipment) private pure returns (bool) {
        return !_is(shipment.senderRole, Roles.DISPENSER) && !_is(shipment.receiverRole, Roles.MANUFACTURER);
    }

    function _isInTransit(Disposition disposition) private pure returns (bool) {
        return disposition == Disposition.InTransit || disposition == Disposition.ReturnInTransit;
    }

    function _is(Role role, Role other) private pure returns (bool) {
        return Role.unwrap(role) == Role.unwrap(other);
    }
}
