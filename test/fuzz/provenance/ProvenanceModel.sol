// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IItems} from "../../../contracts/provenance/IItems.sol";
import {ILots} from "../../../contracts/provenance/ILots.sol";
import {IShipments} from "../../../contracts/provenance/IShipments.sol";
import {IParticipantRegistry} from "../../../contracts/participants/IParticipantRegistry.sol";
import {Role} from "../../../contracts/participants/Role.sol";
import {SupplyChain} from "./SupplyChain.sol";

/// @title ProvenanceModel
/// @notice Where each box is, who has it and how much is left in it, as if one watched the warehouses; and who may do what,
/// from docs/provenance.md and the interfaces, in plain storage. Nothing here reads the contracts.
/// @dev The rules collect every reason against an act. The contract must refuse exactly where there is one, for one of them.
abstract contract ProvenanceModel is SupplyChain {
    uint256 internal constant MANUFACTURES = 10;
    uint256 internal constant DISTRIBUTES = 11;
    uint256 internal constant DISPENSES = 12;
    uint256 internal constant CARRIES = 13;
    uint256 internal constant REGULATES = 14;

    /// @param state `None` while nothing concerned it alone.
    /// @param birth Where it came from: an index of `births` plus 1, or zero for an SSCC that is in no tree.
    /// @param anyBirth Whether it is no longer known from where in its lot it came.
    /// @param holder Who has it; zero in a container, and out of commerce.
    /// @param inside The container that it was put into.
    /// @param from From whom its holder has it, or zero.
    struct Thing {
        IItems.Disposition state;
        uint8 birth;
        bool anyBirth;
        bool opened;
        bool regulatorsCase;
        uint8 levels;
        uint16 left;
        uint40 sentAt;
        uint40 endedAt;
        uint40 condemnedAt;
        address holder;
        address from;
        address sentTo;
        address dispensedBy;
        address contestedBy;
        address approved;
        uint256 inside;
    }

    /// @notice What somebody says of where a thing is from.
    /// @param lot The key of the lot it names.
    /// @param claim Hash of the lot, run and path it names.
    /// @param birth The birth with the same lot, run and path, as an index plus 1.
    /// @param proven Whether the proof is the one of that birth.
    /// @param rightPrefix Whether the length of the prefix is right.
    struct Claim {
        bool given;
        uint56 lot;
        bytes32 claim;
        uint8 birth;
        bool proven;
        bool rightPrefix;
    }

    /// @notice Where a thing is.
    /// @param lot Index of its lot plus 1, or zero.
    struct Place {
        bool exists;
        bool unborn;
        uint8 birth;
        uint8 lot;
        IItems.Disposition state;
        IItems.Obstacle obstacle;
        address holder;
        address from;
        uint256 container;
    }

    struct LotModel {
        ILots.RecallClass recall;
        uint8 runs;
    }

    struct AccreditationModel {
        bool given;
        bool suspended;
        bool withdrawn;
        uint40 validUntil;
    }

    struct OperatorModel {
        address principal;
        uint56 roles;
        uint40 expiresAt;
    }

    mapping(uint256 id => Thing) internal things;
    mapping(uint256 id => mapping(address partner => uint40)) internal notices;
    mapping(address owner => mapping(address account => bool)) internal approvedForAll;
    LotModel[] internal lotModels;
    mapping(address participant => mapping(uint256 role => AccreditationModel)) internal accreditationModels;
    mapping(address operator => OperatorModel) internal operatorModels;

    /// @dev The errors for which the act at hand may be refused.
    bytes4[] internal reasons;

    function _need(bool satisfied, bytes4 reason) internal {
        if (!satisfied) reasons.push(reason);
    }

    /* PARTNERS */

    function _resolve(address account, uint256 role) internal view returns (address principal, bool good) {
        OperatorModel storage operator = operatorModels[account];
        principal = account;
        bool appointed = true;
        if (operator.principal != address(0)) {
            principal = operator.principal;
            appointed = _appointed(operator, role);
        }
        AccreditationModel storage accreditation = accreditationModels[principal][role];
        good =
            appointed &&
            accreditation.given &&
            !accreditation.suspended &&
            !accreditation.withdrawn &&
            accreditation.validUntil > time;
    }

    function _appointed(OperatorModel storage operator, uint256 role) private view returns (bool) {
        return operator.expiresAt > time && (operator.roles >> role) & 1 == 1;
    }

    function _trades(uint256 role) internal pure returns (bool) {
        return role >= MANUFACTURES && role <= DISPENSES;
    }

    function _needTrader(address by, uint256 role) internal returns (address principal) {
        bool good;
        _need(_trades(role), ILots.RoleNotFit.selector);
        (principal, good) = _resolve(by, role);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
    }

    /// @dev Whoever ends a transit need not be in good standing; a key without a valid appointment acts for nobody.
    function _needTraderOfAnyStanding(address by, uint256 role) internal returns (address principal) {
        _need(_trades(role), ILots.RoleNotFit.selector);
        (principal, ) = _resolve(by, role);
        OperatorModel storage operator = operatorModels[by];
        bool mayAct = operator.principal == address(0) || _appointed(operator, role);
        _need(mayAct, IParticipantRegistry.NotInGoodStanding.selector);
    }

    /* WHERE THINGS ARE */

    function _lotObstacle(uint8 lot) internal view returns (IItems.Obstacle) {
        if (lot == 0) return IItems.Obstacle.None;
        if (lotModels[lot - 1].recall != ILots.RecallClass.None) return IItems.Obstacle.Recalled;
        return
            time >= (uint256(lots[lot - 1].expirationDate) + 1) * 1 days
                ? IItems.Obstacle.Expired
                : IItems.Obstacle.None;
    }

    function _lotOfBirth(uint8 birth) internal view returns (uint8) {
        return birth == 0 ? 0 : births[birth - 1].lot + 1;
    }

    function _makerOf(uint8 lot) internal view returns (address) {
        return lot == 0 ? address(0) : lots[lot - 1].maker;
    }

    /// @notice Where a thing is, and why it cannot be sold, for somebody who claims this of it.
    function _locate(uint256 id, Claim memory claim) internal view returns (Place memory place) {
        Thing storage thing = things[id];
        if (thing.state == IItems.Disposition.None) {
            if (!_isGenuine(claim)) return place;
            place.unborn = true;
            place.birth = claim.birth;
            place.lot = _lotOfBirth(claim.birth);
            place.state = IItems.Disposition.Active;
            place.holder = _makerOf(place.lot);
            _followPath(place);
        } else {
            place.birth = thing.birth;
            place.lot = _lotOfBirth(thing.birth);
            place.state = thing.state;
            place.holder = thing.holder;
            place.from = thing.from;
            place.obstacle = _stateObstacle(thing.state);
            if (thing.inside != 0) _follow(place, thing.inside);
        }
        place.exists = true;
        if (place.obstacle == IItems.Obstacle.None) place.obstacle = _lotObstacle(place.lot);
        if (!place.unborn && _isOtherThing(thing, claim)) place.obstacle = IItems.Obstacle.Duplicate;
    }

    function _isGenuine(Claim memory claim) private view returns (bool) {
        if (!claim.given || claim.birth == 0 || !claim.proven || !claim.rightPrefix) return false;
        Birth storage birth = births[claim.birth - 1];
        return birth.fits && birth.run < lotModels[birth.lot].runs;
    }

    /// @dev One that is known, and said to be from elsewhere. What is dispensed is dispensed, wherever it was from.
    function _isOtherThing(Thing storage thing, Claim memory claim) private view returns (bool) {
        if (!claim.given || thing.state > IItems.Disposition.PartiallyDispensed) return false;
        if (thing.birth == 0) return true;
        Birth storage birth = births[thing.birth - 1];
        if (birth.claim == claim.claim) return false;
        return !thing.anyBirth || claim.lot != lots[birth.lot].key;
    }

    /// @dev The first container around it that is known, and is of the same maker's lots.
    function _followPath(Place memory place) private view {
        uint256[] storage path = births[place.birth - 1].path;
        address maker = place.holder;
        for (uint256 i = 0; i < path.length; ++i) {
            Thing storage around = things[path[i]];
            if (around.birth == 0 || _makerOf(_lotOfBirth(around.birth)) != maker) continue;
            _follow(place, path[i]);
            return;
        }
    }

    function _follow(Place memory place, uint256 container) private view {
        place.container = container;
        while (container != 0) {
            Thing storage around = things[container];
            if (place.obstacle == IItems.Obstacle.None) place.obstacle = _stateObstacle(around.state);
            if (around.from != address(0)) place.from = around.from;
            place.holder = around.holder;
            container = around.inside;
        }
    }

    function _stateObstacle(IItems.Disposition state) private pure returns (IItems.Obstacle) {
        // The interface gives both the same numbers from InTransit on.
        return state <= IItems.Disposition.Active ? IItems.Obstacle.None : IItems.Obstacle(uint8(state));
    }

    /// @notice Who is to be the ERC-721 owner.
    function _tokenOwner(uint256 id) internal view returns (address) {
        return things[id].inside != 0 ? address(provenance) : things[id].holder;
    }

    function _isHeld(IItems.Obstacle obstacle) internal pure returns (bool) {
        return
            obstacle == IItems.Obstacle.None ||
            obstacle == IItems.Obstacle.Recalled ||
            obstacle == IItems.Obstacle.Expired;
    }

    function _isMoving(IItems.Disposition state) internal pure returns (bool) {
        return state == IItems.Disposition.InTransit || state == IItems.Disposition.ReturnInTransit;
    }

    /* REASONS AGAINST AN ACT */

    function _needOwner(uint256 id, address owner) internal {
        address actual = _tokenOwner(id);
        if (actual == owner) return;
        if (actual == address(0)) _need(false, IItems.NotMaterialised.selector);
        else if (actual == address(provenance)) _need(false, IItems.StillPacked.selector);
        else _need(false, IItems.NotCustodian.selector);
    }

    function _needState(uint256 id, IItems.Disposition state) internal {
        _need(things[id].state == state, IItems.WrongDisposition.selector);
    }

    function _needSaleableLot(uint256 id) internal {
        bool saleable = _lotObstacle(_lotOfBirth(things[id].birth)) == IItems.Obstacle.None;
        _need(saleable, IItems.NotSaleable.selector);
    }

    function _needTaking(Place memory place, address custodian) internal {
        _need(place.exists && _isHeld(place.obstacle), IItems.NotSaleable.selector);
        _need(place.holder == custodian, IItems.NotCustodian.selector);
        _need(place.unborn || place.container != 0, IItems.NotPacked.selector);
    }

    function _needPapers(address sender, IShipments.Shipment memory shipment) internal {
        _need(
            shipment.transactionStatement == 127 && shipment.transactionInformation != 0,
            IShipments.PapersIncomplete.selector
        );
        _need(shipment.to != sender, IShipments.SentToItself.selector);
        uint256 role = Role.unwrap(shipment.receiverRole);
        _need(_trades(role), ILots.RoleNotFit.selector);
        (address principal, bool good) = _resolve(shipment.to, role);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        _need(principal == shipment.to, IShipments.ReceiverIsOperator.selector);
    }

    function _isReturn(Place memory place, IShipments.Shipment memory shipment) internal view returns (bool) {
        uint256 role = Role.unwrap(shipment.receiverRole);
        if (role == DISPENSES) return false;
        bool toMaker = role == MANUFACTURES && shipment.to == _makerOf(place.lot);
        return shipment.to == place.from || toMaker;
    }

    function _needStep(Place memory place, IShipments.Shipment memory shipment) internal {
        bool downstream =
            Role.unwrap(shipment.senderRole) != DISPENSES && Role.unwrap(shipment.receiverRole) != MANUFACTURES;
        _need(downstream || _isReturn(place, shipment), IShipments.NotAStepOfTheChain.selector);
    }

    function _canEnd(IItems.Obstacle obstacle, IItems.Disposition end) internal pure returns (bool) {
        if (end == IItems.Disposition.Exported) return obstacle == IItems.Obstacle.None;
        bool atHand =
            _isHeld(obstacle) || obstacle == IItems.Obstacle.Returned || obstacle == IItems.Obstacle.PartiallyDispensed;
        if (end == IItems.Disposition.Destroyed || atHand) return atHand;
        return
            obstacle == IItems.Obstacle.InTransit ||
            obstacle == IItems.Obstacle.ReturnInTransit ||
            obstacle == IItems.Obstacle.Suspect;
    }

    /* WHAT HAPPENS TO THINGS */

    /// @dev It is a thing of its own from now on, in the hands of its holder.
    function _separate(uint256 id, Place memory place) internal {
        Thing storage thing = things[id];
        if (place.unborn) thing.state = IItems.Disposition.Active;
        if (place.unborn) thing.birth = place.birth;
        if (place.unborn || thing.inside != 0) thing.approved = address(0);
        thing.holder = place.holder;
        thing.from = place.from;
        thing.inside = 0;
    }

    /// @dev It is out of commerce, or dispensed: nobody's any more.
    function _end(uint256 id, Place memory place, IItems.Disposition end) internal {
        _separate(id, place);
        Thing storage thing = things[id];
        thing.state = end;
        thing.holder = address(0);
        thing.approved = address(0);
        thing.endedAt = time;
    }

    function _send(uint256 id, Place memory place, IShipments.Shipment memory shipment) internal {
        bool isReturn = _isReturn(place, shipment);
        _separate(id, place);
        Thing storage thing = things[id];
        thing.state = isReturn ? IItems.Disposition.ReturnInTransit : IItems.Disposition.InTransit;
        thing.sentTo = shipment.to;
        thing.sentAt = time;
        // What goes back is known to be from there; of what goes on, where it was from is forgotten.
        thing.from = isReturn ? shipment.to : address(0);
    }

    function _comeBack(uint256 id) internal {
        things[id].state = IItems.Disposition.Returned;
        things[id].sentTo = address(0);
    }

    function _release(uint256 id) internal {
        things[id].state = things[id].opened ? IItems.Disposition.PartiallyDispensed : IItems.Disposition.Active;
    }
}
