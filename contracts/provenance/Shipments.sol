// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {IShipments} from "./IShipments.sol";
import {Items} from "./Items.sol";
import {ItemWord} from "./ItemWord.sol";

/// @title Shipments
/// @notice See {IShipments}. Part of `DrugProvenance`.
abstract contract Shipments is Items, IShipments {
    using ItemWord for uint256;

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
            uint256 word = _words[id];
            Obstacle obstacle = _obstacleOf(word.disposition());
            _dispatch(id, word, obstacle == Obstacle.None ? _obstacleOfLot(word.lot()) : obstacle, owner, shipment);
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
        _dispatch(id, ItemWord.encode(found.item), found.obstacle, sender, shipment);
        _mint(sender, id);
        emit Unpacked(id, found.container, found.item.lot, msg.sender, shipment.eventHash);
    }

    /// @inheritdoc IShipments
    function receiveShipment(uint256[] calldata ids, Role role, bytes32 eventHash) external {
        _requireList(ids);
        address receiver = _tradingPartner(role);
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            uint256 word = _requireSentTo(id, receiver);
            Obstacle obstacle = _obstacleOfLot(word.lot());
            require(obstacle == Obstacle.None, NotSaleable(id, obstacle));
            bool isReturn = word.disposition() == Disposition.ReturnInTransit;

            address sender = _update(receiver, id, address(0));
            // What came back came from nobody upstream: sold again to whom it came back from, it is no return.
            _words[id] =
                isReturn
                    ? word.change(address(0), 0, Disposition.Returned)
                    : word.change(sender, 0, Disposition.Active);
            emit Received(id, sender, receiver, isReturn, msg.sender, eventHash);
        }
    }

    /// @inheritdoc IShipments
    function refuse(uint256[] calldata ids, Role role, bytes32 eventHash) external {
        _requireList(ids);
        address receiver = _partnerOfAnyStanding(role);
        for (uint256 i = 0; i < ids.length; ++i) {
            _endTransit(ids[i], _requireSentTo(ids[i], receiver));
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
            uint256 word = _requireInTransit(id);
            uint256 day = word.dayOf() + _CALL_BACK_DAYS + 1;
            require(block.timestamp / 1 days >= day, CallBackTooEarly(id, day));
            _endTransit(id, word);
            emit ShipmentCalledBack(id, sender, word.party(), msg.sender, eventHash);
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
        address caller = participants.principalOf(msg.sender);
        if (caller == owner) {
            participants.resolve(msg.sender, role);
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
        (address principal, IParticipantRegistry.Standing standing) = participants.tryResolve(
            shipment.to,
            shipment.receiverRole
        );
        _requireGood(shipment.to, shipment.receiverRole, standing);
        require(principal == shipment.to, ReceiverIsOperator(shipment.to, principal));
    }

    /// @dev Stores that a thing of the sender's is on its way.
    function _dispatch(
        uint256 id,
        uint256 word,
        Obstacle obstacle,
        address sender,
        Shipment calldata shipment
    ) private {
        require(obstacle == Obstacle.None, NotSaleable(id, obstacle));
        bool isReturn = _isReturn(word, shipment);
        require(
            isReturn || _isDownstream(shipment),
            NotAStepOfTheChain(id, shipment.senderRole, shipment.receiverRole)
        );

        _words[id] = word.change(
            shipment.to,
            block.timestamp / 1 days,
            isReturn ? Disposition.ReturnInTransit : Disposition.InTransit
        );
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
    function _endTransit(uint256 id, uint256 word) private {
        address party = word.disposition() == Disposition.InTransit ? address(0) : word.party();
        _words[id] = word.change(party, 0, Disposition.Returned);
    }

    /// @dev The account behind the caller, whatever its standing: ending a transit must stay possible. A key that lacks the
    /// role or whose time is over acts for nobody.
    function _partnerOfAnyStanding(Role role) private view returns (address partner) {
        _requireTradingRole(role);
        IParticipantRegistry.Standing standing;
        (partner, standing) = participants.tryResolve(msg.sender, role);
        if (standing >= IParticipantRegistry.Standing.OperatorExpired) {
            _requireGood(msg.sender, role, standing);
        }
    }

    function _requireGood(address account, Role role, IParticipantRegistry.Standing standing) private pure {
        require(
            standing == IParticipantRegistry.Standing.Good,
            IParticipantRegistry.NotInGoodStanding(account, role, standing)
        );
    }

    function _requireSentTo(uint256 id, address receiver) private view returns (uint256 word) {
        word = _requireInTransit(id);
        require(word.party() == receiver, NotReceiver(id, word.party(), receiver));
    }

    function _requireInTransit(uint256 id) private view returns (uint256 word) {
        word = _words[id];
        Disposition disposition = word.disposition();
        require(
            disposition == Disposition.InTransit || disposition == Disposition.ReturnInTransit,
            WrongDisposition(id, disposition)
        );
    }

    function _isReturn(uint256 word, Shipment calldata shipment) private view returns (bool) {
        if (_is(shipment.receiverRole, Roles.DISPENSER)) return false;
        if (shipment.to == word.party()) return true;
        return _is(shipment.receiverRole, Roles.MANUFACTURER) && shipment.to == _lots[word.lot()].maker;
    }

    function _isDownstream(Shipment calldata shipment) private pure returns (bool) {
        return !_is(shipment.senderRole, Roles.DISPENSER) && !_is(shipment.receiverRole, Roles.MANUFACTURER);
    }

    function _is(Role role, Role other) private pure returns (bool) {
        return Role.unwrap(role) == Role.unwrap(other);
    }
}
