// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IDispensing} from "../../../contracts/provenance/IDispensing.sol";
import {IItems} from "../../../contracts/provenance/IItems.sol";
import {ILots} from "../../../contracts/provenance/ILots.sol";
import {IProductInvestigations} from "../../../contracts/provenance/IProductInvestigations.sol";
import {IShipments} from "../../../contracts/provenance/IShipments.sol";
import {IParticipantRegistry} from "../../../contracts/participants/IParticipantRegistry.sol";
import {Role} from "../../../contracts/participants/Role.sol";
import {vm} from "../Vm.sol";
import {ProvenanceModel} from "./ProvenanceModel.sol";

/// @notice The acts that are tried.
enum Deed {
    CommissionRun,
    RecallLot,
    Take,
    Pack,
    Unpack,
    Ship,
    ShipFromLot,
    Receive,
    Refuse,
    CallBack,
    Restock,
    Dispense,
    ReportDuplicate,
    Reactivate,
    Dispose,
    Quarantine,
    TakeOver,
    Clear,
    EndContest,
    Condemn,
    GiveNotice,
    CloseIncident,
    Approve,
    Transfer
}

/// @title ProvenanceActs
/// @notice Each act on medicines, done to the contracts and to the model, which says beforehand whether it is to be accepted.
/// What is accepted against the rules does not happen in the model: its boxes stay where they are.
abstract contract ProvenanceActs is ProvenanceModel {
    /// @notice The rules that are watched here, by number in docs/properties.md; empty while they hold.
    mapping(uint256 property => string broken) public broken;
    /// @notice How many acts were accepted, and refused with each error.
    mapping(Deed deed => uint256) public accepted;
    mapping(Deed deed => mapping(bytes4 error => uint256)) public refused;

    bytes32 internal constant EVIDENCE = bytes32(uint256(1));

    uint256 internal constant DISPENSED_ONCE = 2;
    uint256 internal constant STOPPED = 3;
    uint256 internal constant RECEIVED = 7;
    uint256 internal constant DOUBTED = 8;
    uint256 internal constant FINAL = 9;
    uint256 internal constant LOTS = 10;
    uint256 internal constant RULES = 11;

    /// @notice What the last act was about.
    uint256[] public touched;
    mapping(uint256 id => ILots.Origin) private _said;
    /// @dev Of the act at hand: whether the rules allow it, whether the contract accepted it, rightly or not, and its answer.
    bool private _lawful;
    bool private _wasAccepted;
    bytes private _result;

    /// @dev Counted from what `dispense` returned, since the last reactivation.
    mapping(uint256 id => uint256) internal unitsOut;
    mapping(uint256 id => uint256) internal wholesOut;
    mapping(address dispenser => uint256) internal duplicates;
    mapping(uint256 id => IItems.Disposition) internal finalOf;
    ILots.RecallClass[4] private _recallSeen;
    uint8[4] private _runsSeen;
    bytes32[2][4] private _rootsSeen;

    /* DOING */

    function _touch(uint256 id, ILots.Origin memory origin) internal {
        touched.push(id);
        ILots.Origin memory none;
        _said[id] = things[id].state == IItems.Disposition.None ? origin : none;
    }

    function _touchTokens(uint256[] memory list) internal {
        ILots.Origin memory none;
        for (uint256 i = 0; i < list.length; ++i) _touch(list[i], none);
    }

    /// @dev To be called first in each act.
    function _begin() internal {
        delete reasons;
        delete touched;
    }

    /// @dev Does it. `_lawful` says afterwards whether the model has to follow.
    function _do(Deed deed, address by, address target, bytes memory data) internal returns (bool ok) {
        return _do(deed, by, target, data, address(0));
    }

    /// @param receiver To whom things may go by this act, or zero.
    function _do(
        Deed deed,
        address by,
        address target,
        bytes memory data,
        address receiver
    ) internal returns (bool ok) {
        uint256 n = touched.length;
        address[] memory before = new address[](n);
        for (uint256 i = 0; i < n; ++i) before[i] = _custodian(touched[i]);
        vm.prank(by);
        (ok, data) = target.call(data);
        _lawful = reasons.length == 0;
        _wasAccepted = ok;
        if (ok != _lawful) broken[RULES] = string.concat(_name(deed), ok ? " was accepted" : " was refused");
        if (ok) {
            ++accepted[deed];
            if (deed == Deed.Dispense && !abi.decode(data, (bool))) {
                --accepted[deed];
                ++accepted[Deed.ReportDuplicate];
            }
            _result = data;
            for (uint256 i = 0; i < n; ++i) _watchCustody(deed, touched[i], before[i], receiver);
        } else {
            _checkError(deed, bytes4(data));
        }
        _watchFinal();
        _watchLots();
        ok = ok && _lawful;
    }

    function _checkError(Deed deed, bytes4 selector) private {
        ++refused[deed][selector];
        for (uint256 i = 0; i < reasons.length; ++i) if (reasons[i] == selector) return;
        if (_lawful) return;
        broken[RULES] = string.concat(_name(deed), " was refused for another reason");
    }

    /* WATCHING: what needs no model, or only who has what */

    function _custodian(uint256 id) private view returns (address) {
        return provenance.verify(id, _said[id]).custodian;
    }

    function _watchCustody(Deed deed, uint256 id, address before, address receiver) private {
        address current = _custodian(id);
        if (current == before) return;
        if (receiver != address(0)) {
            if (current != receiver)
                broken[RECEIVED] = string.concat(_name(deed), ": another than the receiver has it");
            return;
        }
        bool ends = deed == Deed.Dispense || deed == Deed.Dispose || deed == Deed.CloseIncident;
        if (ends && current == address(0)) return;
        if (deed == Deed.Reactivate && before == address(0) && current == things[id].dispensedBy) return;
        broken[RECEIVED] = string.concat(_name(deed), " gave it to another");
    }

    /// @dev What moves, is handed out or leaves for another market is neither doubted nor recalled nor expired.
    function _watchMove(Deed deed, Place memory place, bool mayBeStopped) internal {
        bool doubted = place.obstacle == IItems.Obstacle.Suspect || place.obstacle == IItems.Obstacle.Illegitimate;
        if (doubted) broken[DOUBTED] = string.concat(_name(deed), " of what is doubted");
        if (!mayBeStopped && _lotObstacle(place.lot) != IItems.Obstacle.None) {
            broken[STOPPED] = string.concat(_name(deed), " of what is recalled or expired");
        }
    }

    function _watchFinal() private {
        for (uint256 i = 0; i < touched.length; ++i) {
            uint256 id = touched[i];
            IItems.Disposition disposition = provenance.itemOf(id).disposition;
            IItems.Disposition end = finalOf[id];
            if (end != IItems.Disposition.None && disposition != end) broken[FINAL] = "a final disposition changed";
            if (disposition >= IItems.Disposition.Supplied) finalOf[id] = disposition;
        }
    }

    function _watchLots() private {
        for (uint8 i = 0; i < 4; ++i) {
            uint56 key = lots[i].key;
            ILots.Lot memory lot = provenance.lotOf(key);
            ILots.RecallClass seen = _recallSeen[i];
            bool rises = lot.recall != ILots.RecallClass.None && (seen == ILots.RecallClass.None || lot.recall < seen);
            if (lot.recall != seen && !rises) broken[LOTS] = "a recall was taken back or made less urgent";
            if (lot.runs < _runsSeen[i]) broken[LOTS] = "runs went back";
            for (uint8 run = 0; run < 2; ++run) {
                bytes32 root = provenance.rootOf(key, run);
                bytes32 known = _rootsSeen[i][run];
                if (known != 0 && root != known) broken[LOTS] = "a root changed";
                if ((root != 0) != (run < lot.runs)) broken[LOTS] = "runs and roots disagree";
                if (root != known) _rootsSeen[i][run] = root;
            }
            if (lot.recall != seen) _recallSeen[i] = lot.recall;
            if (lot.runs != _runsSeen[i]) _runsSeen[i] = lot.runs;
        }
    }

    /* LOTS */

    function _commissionRun(address by, uint8 lot, uint8 run, uint8 prefixLength, bytes32 root) internal {
        _begin();
        LotFacts storage facts = lots[lot];
        (address maker, bool good) = _resolve(by, MANUFACTURES);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        _need(maker == facts.maker, ILots.NotMaker.selector);
        _need(run == lotModels[lot].runs, ILots.RunOutOfSequence.selector);
        _need(lotModels[lot].runs < 64, ILots.TooManyRuns.selector);
        _need(root != 0, ILots.EmptyRun.selector);
        uint8 length = facts.maker == maker1 ? FIRST_PREFIX : SECOND_PREFIX;
        _need(prefixLength == length && maker == facts.maker, ILots.PrefixNotHeld.selector);
        bytes memory data = abi.encodeCall(provenance.commissionRun, (facts.key, run, root, prefixLength, bytes32(0)));
        if (_do(Deed.CommissionRun, by, address(provenance), data)) ++lotModels[lot].runs;
    }

    function _recallLot(address by, uint8 lot, ILots.RecallClass class, uint256 role) internal {
        _begin();
        LotModel storage model = lotModels[lot];
        (address principal, bool good) = _resolve(by, role);
        _need(role == MANUFACTURES || role == REGULATES, ILots.RoleNotFit.selector);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        _need(role == REGULATES || principal == lots[lot].maker, ILots.NotMaker.selector);
        bool rises = model.recall == ILots.RecallClass.None || class < model.recall;
        _need(class != ILots.RecallClass.None && rises, ILots.RecallOnlyRises.selector);
        bytes memory data = abi.encodeCall(provenance.recallLot, (lots[lot].key, class, _role(role), bytes32(0)));
        if (_do(Deed.RecallLot, by, address(provenance), data)) model.recall = class;
    }

    /* PACKING */

    function _take(address by, uint256 id, ILots.Origin memory origin, Claim memory claim, uint256 role) internal {
        _begin();
        _touch(id, origin);
        Place memory place = _locate(id, claim);
        _needTaking(place, _needTrader(by, role));
        bytes memory data = abi.encodeCall(provenance.take, (id, origin, _role(role), bytes32(0)));
        bool ok = _do(Deed.Take, by, address(provenance), data);
        if (_wasAccepted) _watchMove(Deed.Take, _truth(id, claim, place), true);
        if (ok) _separate(id, place);
    }

    function _unpack(address by, uint256[] memory list, uint256 role) internal {
        _begin();
        _touchTokens(list);
        address custodian = _needTrader(by, role);
        Place[] memory places = _places(list);
        for (uint256 i = 0; i < list.length; ++i) _needTaking(places[i], custodian);
        _need(_distinct(list), IItems.NotPacked.selector);
        bytes memory data = abi.encodeCall(provenance.unpack, (list, _role(role), bytes32(0)));
        bool ok = _do(Deed.Unpack, by, address(provenance), data);
        if (_wasAccepted) _watchMoves(Deed.Unpack, places, true);
        for (uint256 i = 0; ok && i < list.length; ++i) _separate(list[i], places[i]);
    }

    function _pack(address by, uint256 container, uint8 prefixLength, uint256[] memory list, uint256 role) internal {
        _begin();
        _touchTokens(list);
        ILots.Origin memory none;
        _touch(container, none);
        address custodian = _needTrader(by, role);
        Place[] memory places = _places(list);
        bool isNew = _needOpen(container, prefixLength, custodian);
        uint8 levels = _needPackable(container, list, custodian);
        bytes memory data = abi.encodeCall(provenance.pack, (container, prefixLength, list, _role(role), bytes32(0)));
        // A new container appears in the hands of whoever packs.
        if (isNew) touched.pop();
        bool ok = _do(Deed.Pack, by, address(provenance), data);
        if (isNew) touched.push(container);
        if (_wasAccepted) _watchMoves(Deed.Pack, places, false);
        if (!ok) return;
        Thing storage around = things[container];
        around.state = IItems.Disposition.Active;
        around.holder = custodian;
        around.levels = levels;
        for (uint256 i = 0; i < list.length; ++i) {
            Thing storage thing = things[list[i]];
            thing.inside = container;
            thing.holder = address(0);
            thing.approved = address(0);
        }
    }

    function _needOpen(uint256 container, uint8 prefixLength, address custodian) private returns (bool isNew) {
        _need(isContainer[container], IItems.NotAContainer.selector);
        isNew = things[container].state == IItems.Disposition.None;
        if (isNew) {
            bool held = prefixLength == ssccPrefix[container] && custodian == ssccHolder[container];
            _need(held, ILots.PrefixNotHeld.selector);
            return isNew;
        }
        _needOwner(container, custodian);
        _needState(container, IItems.Disposition.Active);
        _needSaleableLot(container);
    }

    function _needPackable(uint256 container, uint256[] memory list, address custodian) private returns (uint8 levels) {
        address from = things[container].from;
        levels = things[container].levels;
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 id = list[i];
            _need(id != container, IItems.PackedIntoItself.selector);
            _needOwner(id, custodian);
            _needState(id, IItems.Disposition.Active);
            _needSaleableLot(id);
            _need(from == address(0) || things[id].from == from, IItems.OriginsMixed.selector);
            if (isContainer[id] && things[id].levels >= levels) levels = things[id].levels + 1;
        }
        _need(_distinct(list), IItems.StillPacked.selector);
        _need(levels <= 5, IItems.NestedTooDeep.selector);
    }

    /* SHIPMENTS */

    function _ship(address by, uint256[] memory list, IShipments.Shipment memory shipment) internal {
        _begin();
        _touchTokens(list);
        Place[] memory places = _places(list);
        address owner = _tokenOwner(list[0]);
        _need(owner != address(0), IItems.NotMaterialised.selector);
        bool carried = _needSender(by, owner, list[0], Role.unwrap(shipment.senderRole));
        _needPapers(owner, shipment);
        for (uint256 i = 0; i < list.length; ++i) {
            if (i != 0) _needOwner(list[i], owner);
            (address principal, ) = _resolve(by, CARRIES);
            _need(!carried || _isApproved(owner, principal, list[i]), IItems.NotCustodian.selector);
            _need(places[i].obstacle == IItems.Obstacle.None, IItems.NotSaleable.selector);
            _needStep(places[i], shipment);
        }
        _need(_distinct(list), IItems.NotSaleable.selector);
        bool ok = _do(Deed.Ship, by, address(provenance), abi.encodeCall(provenance.ship, (list, shipment)));
        if (_wasAccepted) _watchMoves(Deed.Ship, places, false);
        for (uint256 i = 0; ok && i < list.length; ++i) _send(list[i], places[i], shipment);
    }

    function _needSender(address by, address owner, uint256 id, uint256 role) private returns (bool carried) {
        _need(_trades(role), ILots.RoleNotFit.selector);
        (address principal, bool good) = _resolve(by, role);
        if (principal == owner) {
            _need(good, IParticipantRegistry.NotInGoodStanding.selector);
            return false;
        }
        bytes4 reason = things[id].inside != 0 ? IItems.StillPacked.selector : IItems.NotCustodian.selector;
        _need(_isApproved(owner, principal, id), reason);
        (, good) = _resolve(by, CARRIES);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        (, good) = _resolve(owner, role);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        return true;
    }

    function _isApproved(address owner, address account, uint256 id) private view returns (bool) {
        return things[id].approved == account || approvedForAll[owner][account];
    }

    function _shipFromLot(
        address by,
        uint256 id,
        ILots.Origin memory origin,
        Claim memory claim,
        IShipments.Shipment memory shipment
    ) internal {
        _begin();
        _touch(id, origin);
        Place memory place = _locate(id, claim);
        address sender = _needTrader(by, Role.unwrap(shipment.senderRole));
        _needPapers(sender, shipment);
        _need(!place.exists || place.unborn, IItems.WrongDisposition.selector);
        _need(place.exists && place.obstacle == IItems.Obstacle.None, IItems.NotSaleable.selector);
        _need(place.holder == sender, IItems.NotCustodian.selector);
        _needStep(place, shipment);
        bytes memory data = abi.encodeCall(provenance.shipFromLot, (id, origin, shipment));
        bool ok = _do(Deed.ShipFromLot, by, address(provenance), data);
        if (_wasAccepted) _watchMove(Deed.ShipFromLot, _truth(id, claim, place), false);
        if (ok) _send(id, place, shipment);
    }

    function _receive(address by, uint256[] memory list, uint256 role) internal {
        _begin();
        _touchTokens(list);
        Place[] memory places = _places(list);
        address receiver = _needTrader(by, role);
        for (uint256 i = 0; i < list.length; ++i) {
            _needSentTo(list[i], receiver);
            _needSaleableLot(list[i]);
        }
        _need(_distinct(list), IItems.WrongDisposition.selector);
        bytes memory data = abi.encodeCall(provenance.receiveShipment, (list, _role(role), bytes32(0)));
        bool ok = _do(Deed.Receive, by, address(provenance), data, receiver);
        if (_wasAccepted) {
            _watchMoves(Deed.Receive, places, false);
            (, bool good) = _resolve(by, role);
            if (!good) broken[RECEIVED] = "a partner that is not in good standing received";
            for (uint256 i = 0; i < list.length; ++i) {
                if (things[list[i]].sentTo != receiver) broken[RECEIVED] = "received by another than it was sent to";
            }
        }
        for (uint256 i = 0; ok && i < list.length; ++i) {
            Thing storage thing = things[list[i]];
            bool cameBack = thing.state == IItems.Disposition.ReturnInTransit;
            thing.from = cameBack ? address(0) : thing.holder;
            thing.holder = receiver;
            thing.state = cameBack ? IItems.Disposition.Returned : IItems.Disposition.Active;
            thing.sentTo = address(0);
            thing.approved = address(0);
        }
    }

    function _needSentTo(uint256 id, address receiver) private {
        _need(_isMoving(things[id].state), IItems.WrongDisposition.selector);
        _need(things[id].sentTo == receiver, IShipments.NotReceiver.selector);
    }

    function _refuse(address by, uint256[] memory list, uint256 role) internal {
        _begin();
        _touchTokens(list);
        address receiver = _needTraderOfAnyStanding(by, role);
        for (uint256 i = 0; i < list.length; ++i) _needSentTo(list[i], receiver);
        _need(_distinct(list), IItems.WrongDisposition.selector);
        bytes memory data = abi.encodeCall(provenance.refuse, (list, _role(role), bytes32(0)));
        bool ok = _do(Deed.Refuse, by, address(provenance), data);
        for (uint256 i = 0; ok && i < list.length; ++i) _comeBack(list[i]);
    }

    function _callBack(address by, uint256[] memory list, uint256 role) internal {
        _begin();
        _touchTokens(list);
        address sender = _needTraderOfAnyStanding(by, role);
        for (uint256 i = 0; i < list.length; ++i) {
            _needOwner(list[i], sender);
            _need(_isMoving(things[list[i]].state), IItems.WrongDisposition.selector);
            // More than 14 days, counted in days of UTC as an `eventTime` is.
            bool late = time / 1 days > things[list[i]].sentAt / 1 days + 14;
            _need(late, IShipments.CallBackTooEarly.selector);
        }
        _need(_distinct(list), IItems.WrongDisposition.selector);
        bytes memory data = abi.encodeCall(provenance.callBack, (list, _role(role), bytes32(0)));
        bool ok = _do(Deed.CallBack, by, address(provenance), data);
        for (uint256 i = 0; ok && i < list.length; ++i) _comeBack(list[i]);
    }

    function _restock(address by, uint256[] memory list, uint256 role) internal {
        _begin();
        _touchTokens(list);
        address owner = _needTrader(by, role);
        for (uint256 i = 0; i < list.length; ++i) {
            _needOwner(list[i], owner);
            _needState(list[i], IItems.Disposition.Returned);
        }
        _need(_distinct(list), IItems.WrongDisposition.selector);
        bytes memory data = abi.encodeCall(provenance.restock, (list, _role(role), bytes32(0)));
        bool ok = _do(Deed.Restock, by, address(provenance), data);
        for (uint256 i = 0; ok && i < list.length; ++i) things[list[i]].state = IItems.Disposition.Active;
    }

    /* THE END */

    /// @param left How many units there were before.
    struct Portion {
        uint16 units;
        uint16 taken;
        uint16 left;
        bool supplied;
        bool again;
    }

    function _dispense(
        address by,
        uint256 id,
        ILots.Origin memory origin,
        Claim memory claim,
        uint16 units,
        bool supplied
    ) internal {
        _begin();
        _touch(id, origin);
        Place memory place = _locate(id, claim);
        (address dispenser, bool good) = _resolve(by, DISPENSES);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        Portion memory portion;
        portion.units = units;
        portion.supplied = supplied;
        portion.again = _wasDispensed(place, dispenser);
        portion.left = things[id].opened ? things[id].left : _unitsOf(place.lot);
        portion.taken = units == 0 ? portion.left : units;
        if (!portion.again) _needDispensable(id, place, dispenser);
        _watchDispensable(id, origin, dispenser, reasons.length == 0 && !portion.again, place);
        if (portion.again) _need(duplicates[dispenser] < 20, IDispensing.TooManyDuplicates.selector);
        else _need(portion.taken <= portion.left, IDispensing.NotEnoughUnits.selector);

        bytes memory data = abi.encodeCall(provenance.dispense, (id, origin, units, supplied, bytes32(0)));
        bool ok = _do(Deed.Dispense, by, address(provenance), data);
        if (_wasAccepted) _afterDispense(id, portion, place, _truth(id, claim, place), dispenser, ok);
    }

    function _afterDispense(
        uint256 id,
        Portion memory portion,
        Place memory place,
        Place memory truth,
        address dispenser,
        bool lawful
    ) private {
        bool dispensed = abi.decode(_result, (bool));
        if (dispensed == portion.again) broken[RULES] = "dispense answered wrongly whether it was dispensed before";
        if (dispensed) _watchDispensed(id, truth, portion);
        if (!lawful) return;
        if (portion.again) {
            things[id].contestedBy = dispenser;
            ++duplicates[dispenser];
        } else {
            _open(id, place, dispenser, portion.left - portion.taken, portion.supplied);
        }
    }

    function _unitsOf(uint8 lot) private view returns (uint16) {
        return lot == 0 ? 0 : lots[lot - 1].units;
    }

    /// @dev Of one that was opened only whoever did so dispenses more.
    function _wasDispensed(Place memory place, address dispenser) private pure returns (bool) {
        if (place.state == IItems.Disposition.PartiallyDispensed) return place.holder != dispenser;
        return place.state == IItems.Disposition.Dispensed || place.state == IItems.Disposition.Supplied;
    }

    /// @dev {IDispensing.requireDispensable} says the same beforehand.
    function _watchDispensable(
        uint256 id,
        ILots.Origin memory origin,
        address dispenser,
        bool expected,
        Place memory place
    ) private {
        (, bool good) = _resolve(dispenser, DISPENSES);
        // The key may have lost its appointment, which is not asked here.
        if (good && reasons.length != 0 && reasons[0] == IParticipantRegistry.NotInGoodStanding.selector) return;
        try provenance.requireDispensable(id, origin, dispenser) {
            if (!expected) broken[RULES] = "requireDispensable passes what cannot be dispensed";
            _watchMove(Deed.Dispense, place, false);
        } catch {
            if (expected) broken[RULES] = "requireDispensable refuses what can be dispensed";
        }
    }

    function _needDispensable(uint256 id, Place memory place, address dispenser) private {
        _need(!isContainer[id], IDispensing.NotAPackage.selector);
        IItems.Obstacle obstacle = place.obstacle;
        if (obstacle == IItems.Obstacle.PartiallyDispensed) {
            _need(things[id].contestedBy == address(0), IDispensing.UnderReview.selector);
            obstacle = _lotObstacle(place.lot);
        }
        _need(place.exists && obstacle == IItems.Obstacle.None, IItems.NotSaleable.selector);
        _need(place.holder == dispenser, IItems.NotCustodian.selector);
    }

    function _watchDispensed(uint256 id, Place memory place, Portion memory portion) private {
        _watchMove(Deed.Dispense, place, false);
        uint16 units = _unitsOf(place.lot);
        unitsOut[id] += portion.taken;
        if (portion.taken == units) ++wholesOut[id];
        if (unitsOut[id] > units) broken[DISPENSED_ONCE] = "more units than the package has";
        if (wholesOut[id] > 1) broken[DISPENSED_ONCE] = "dispensed twice";
    }

    function _open(uint256 id, Place memory place, address dispenser, uint16 left, bool supplied) private {
        Thing storage thing = things[id];
        if (left == 0) {
            bool final_ = supplied || thing.opened;
            _end(id, place, final_ ? IItems.Disposition.Supplied : IItems.Disposition.Dispensed);
            thing.dispensedBy = dispenser;
            thing.opened = false;
        } else {
            _separate(id, place);
            thing.state = IItems.Disposition.PartiallyDispensed;
            thing.opened = true;
        }
        thing.left = left;
    }

    function _reactivate(address by, uint256 id) internal {
        _begin();
        ILots.Origin memory none;
        _touch(id, none);
        Thing storage thing = things[id];
        (address dispenser, bool good) = _resolve(by, DISPENSES);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        _needState(id, IItems.Disposition.Dispensed);
        _need(thing.dispensedBy == dispenser, IDispensing.NotItsDispenser.selector);
        _need(time <= thing.endedAt + 10 days, IDispensing.ReactivationTooLate.selector);
        _need(thing.contestedBy == address(0), IDispensing.UnderReview.selector);
        _needSaleableLot(id);
        bytes memory data = abi.encodeCall(provenance.reactivate, (id, bytes32(0)));
        bool ok = _do(Deed.Reactivate, by, address(provenance), data);
        Claim memory nothing;
        if (_wasAccepted) _watchMove(Deed.Reactivate, _locate(id, nothing), false);
        if (!ok) return;
        thing.state = IItems.Disposition.Active;
        thing.holder = dispenser;
        thing.from = address(0);
        thing.anyBirth = true;
        unitsOut[id] = 0;
        wholesOut[id] = 0;
    }

    function _dispose(
        address by,
        uint256 id,
        ILots.Origin memory origin,
        Claim memory claim,
        IItems.Disposition end,
        uint256 role
    ) internal {
        _begin();
        _touch(id, origin);
        Place memory place = _locate(id, claim);
        address custodian = _needTrader(by, role);
        _need(end >= IItems.Disposition.Exported, IItems.WrongDisposition.selector);
        _need(place.exists && _canEnd(place.obstacle, end), IItems.NotSaleable.selector);
        _need(place.holder == custodian, IItems.NotCustodian.selector);
        bytes memory data = abi.encodeCall(provenance.dispose, (id, origin, end, _role(role), bytes32(0)));
        bool ok = _do(Deed.Dispose, by, address(provenance), data);
        if (_wasAccepted && end == IItems.Disposition.Exported) {
            _watchMove(Deed.Dispose, _truth(id, claim, place), false);
        }
        if (ok) _end(id, place, end);
    }

    /* DOUBTS */

    function _quarantine(
        address by,
        uint256 id,
        ILots.Origin memory origin,
        Claim memory claim,
        uint256 role,
        bytes32 evidence
    ) internal {
        _begin();
        _touch(id, origin);
        Thing storage thing = things[id];
        Place memory place = _locate(id, claim);
        address actor = _needActor(by, role, evidence);
        bool takesOver = role == REGULATES && thing.state == IItems.Disposition.Suspect && !thing.regulatorsCase;
        if (!takesOver) {
            _need(_canDoubt(place), IItems.NotSaleable.selector);
            bool concerned = place.exists && (role == REGULATES || _isMaker(actor, role, place.lot));
            _need(concerned || actor == place.holder, IProductInvestigations.NotConcerned.selector);
        }
        bytes memory data = abi.encodeCall(investigations.quarantine, (id, origin, _role(role), evidence));
        bool ok = _do(takesOver ? Deed.TakeOver : Deed.Quarantine, by, address(investigations), data);
        if (!ok) return;
        if (!takesOver) {
            _separate(id, place);
            thing.state = IItems.Disposition.Suspect;
            thing.sentTo = address(0);
        }
        thing.regulatorsCase = role == REGULATES;
        thing.condemnedAt = 0;
    }

    function _canDoubt(Place memory place) private pure returns (bool) {
        IItems.Obstacle obstacle = place.obstacle;
        return
            place.exists &&
            (_isHeld(obstacle) ||
                obstacle == IItems.Obstacle.InTransit ||
                obstacle == IItems.Obstacle.ReturnInTransit ||
                obstacle == IItems.Obstacle.Returned ||
                obstacle == IItems.Obstacle.PartiallyDispensed);
    }

    function _needActor(address by, uint256 role, bytes32 evidence) private returns (address actor) {
        bool good;
        _need(_trades(role) || role == REGULATES, ILots.RoleNotFit.selector);
        (actor, good) = _resolve(by, role);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        _need(evidence != 0, IProductInvestigations.EvidenceMissing.selector);
    }

    function _isMaker(address actor, uint256 role, uint8 lot) private view returns (bool) {
        return role == MANUFACTURES && actor == _makerOf(lot);
    }

    function _clear(address by, uint256 id, uint256 role, bytes32 evidence) internal {
        _begin();
        _touchTokens(_one(id));
        Thing storage thing = things[id];
        address actor = _needActor(by, role, evidence);
        _need(role == MANUFACTURES || role == REGULATES, ILots.RoleNotFit.selector);
        bool concerned = role == REGULATES || _isMaker(actor, role, _lotOfBirth(thing.birth));
        _need(concerned, IProductInvestigations.NotConcerned.selector);
        bool suspect = thing.state == IItems.Disposition.Suspect;
        if (suspect) {
            _need(!thing.regulatorsCase || role == REGULATES, IProductInvestigations.RegulatorsCase.selector);
        } else {
            _need(thing.state != IItems.Disposition.Illegitimate, IItems.WrongDisposition.selector);
            _need(thing.contestedBy != address(0), IProductInvestigations.NoOpenCase.selector);
        }
        bytes memory data = abi.encodeCall(investigations.clear, (id, _role(role), evidence));
        bool ok = _do(suspect ? Deed.Clear : Deed.EndContest, by, address(investigations), data);
        if (_wasAccepted) _watchEndOfCase(by, id);
        if (ok && suspect) _release(id);
        else if (ok) thing.contestedBy = address(0);
    }

    function _condemn(address by, uint256 id, uint256 role, bytes32 evidence) internal {
        _begin();
        _touchTokens(_one(id));
        Thing storage thing = things[id];
        address actor = _needActor(by, role, evidence);
        _needState(id, IItems.Disposition.Suspect);
        bool concerned = role == REGULATES || _isMaker(actor, role, _lotOfBirth(thing.birth)) || actor == thing.holder;
        _need(concerned, IProductInvestigations.NotConcerned.selector);
        bytes memory data = abi.encodeCall(investigations.condemn, (id, _role(role), evidence));
        if (!_do(Deed.Condemn, by, address(investigations), data)) return;
        thing.state = IItems.Disposition.Illegitimate;
        thing.condemnedAt = time;
    }

    function _giveNotice(address by, uint256 id, uint256 role, bytes32 form) internal {
        _begin();
        _touchTokens(_one(id));
        Thing storage thing = things[id];
        address actor = _needActor(by, role, form);
        _need(role != REGULATES, ILots.RoleNotFit.selector);
        bool illegitimate = thing.state == IItems.Disposition.Illegitimate;
        _need(illegitimate, IProductInvestigations.NotIllegitimate.selector);
        bool concerned = _isMaker(actor, role, _lotOfBirth(thing.birth)) || actor == thing.holder;
        _need(concerned, IProductInvestigations.NotConcerned.selector);
        _need(notices[id][actor] < thing.condemnedAt, IProductInvestigations.NoticeGivenBefore.selector);
        bytes memory data = abi.encodeCall(investigations.giveNotice, (id, _role(role), form));
        if (_do(Deed.GiveNotice, by, address(investigations), data)) notices[id][actor] = time;
    }

    function _closeIncident(address by, uint256 id, bool genuine, bytes32 incident) internal {
        _begin();
        _touchTokens(_one(id));
        (, bool good) = _resolve(by, REGULATES);
        _need(good, IParticipantRegistry.NotInGoodStanding.selector);
        _need(incident != 0, IProductInvestigations.EvidenceMissing.selector);
        bool illegitimate = things[id].state == IItems.Disposition.Illegitimate;
        _need(illegitimate, IProductInvestigations.NotIllegitimate.selector);
        bytes memory data = abi.encodeCall(investigations.closeIncident, (id, genuine, incident, EVIDENCE));
        bool ok = _do(Deed.CloseIncident, by, address(investigations), data);
        if (_wasAccepted) _watchEndOfCase(by, id);
        if (!ok) return;
        Claim memory none;
        if (genuine) _release(id);
        else _end(id, _locate(id, none), IItems.Disposition.Destroyed);
    }

    /// @dev A regulator's case, and whatever is illegitimate, only ever ends by a regulator.
    function _watchEndOfCase(address by, uint256 id) private {
        Thing storage thing = things[id];
        bool doubted = thing.state == IItems.Disposition.Suspect || thing.state == IItems.Disposition.Illegitimate;
        bool regulators = thing.regulatorsCase || thing.state == IItems.Disposition.Illegitimate;
        (, bool regulates) = _resolve(by, REGULATES);
        if (doubted && regulators && !regulates) broken[DOUBTED] = "another than a regulator ended the case";
    }

    /* ERC-721 */

    function _approve(address by, address whom, uint256 id) internal {
        _begin();
        address owner = _tokenOwner(id);
        _need(owner != address(0), IERC721Errors.ERC721NonexistentToken.selector);
        _need(by == owner || approvedForAll[owner][by], IERC721Errors.ERC721InvalidApprover.selector);
        bytes memory data = abi.encodeCall(provenance.approve, (whom, id));
        if (_do(Deed.Approve, by, address(provenance), data)) things[id].approved = whom;
    }

    function _approveAll(address by, address whom, bool approved) internal {
        _begin();
        bytes memory data = abi.encodeCall(provenance.setApprovalForAll, (whom, approved));
        if (_do(Deed.Approve, by, address(provenance), data)) approvedForAll[by][whom] = approved;
    }

    function _transfer(address by, address to, uint256 id, bool safely) internal {
        _begin();
        _touchTokens(_one(id));
        _need(false, IShipments.UseShipAndReceive.selector);
        address owner = _tokenOwner(id);
        bytes memory data =
            safely
                ? abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", owner, to, id)
                : abi.encodeCall(provenance.transferFrom, (owner, to, id));
        _do(Deed.Transfer, by, address(provenance), data);
    }

    /* SMALL THINGS */

    function _truth(uint256 id, Claim memory claim, Place memory place) private view returns (Place memory) {
        if (place.unborn || things[id].state == IItems.Disposition.None) return place;
        claim.given = false;
        return _locate(id, claim);
    }

    function _places(uint256[] memory list) internal view returns (Place[] memory places) {
        Claim memory none;
        places = new Place[](list.length);
        for (uint256 i = 0; i < list.length; ++i) places[i] = _locate(list[i], none);
    }

    function _watchMoves(Deed deed, Place[] memory places, bool mayBeStopped) private {
        for (uint256 i = 0; i < places.length; ++i) _watchMove(deed, places[i], mayBeStopped);
    }

    function _distinct(uint256[] memory list) private pure returns (bool) {
        return list.length < 2 || list[0] != list[1];
    }

    function _one(uint256 id) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = id;
    }

    function _role(uint256 role) internal pure returns (Role) {
        return Role.wrap(uint16(role));
    }

    function _name(Deed deed) internal pure returns (string memory) {
        string[24] memory names = [
            "commissionRun",
            "recallLot",
            "take",
            "pack",
            "unpack",
            "ship",
            "shipFromLot",
            "receiveShipment",
            "refuse",
            "callBack",
            "restock",
            "dispense",
            "dispense (again)",
            "reactivate",
            "dispose",
            "quarantine",
            "quarantine (taken over)",
            "clear",
            "clear (of a contest)",
            "condemn",
            "giveNotice",
            "closeIncident",
            "approve",
            "transferFrom"
        ];
        return names[uint256(deed)];
    }
}
