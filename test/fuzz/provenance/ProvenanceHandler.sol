// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DrugProvenance} from "../../../contracts/provenance/DrugProvenance.sol";
import {IItems} from "../../../contracts/provenance/IItems.sol";
import {ILots} from "../../../contracts/provenance/ILots.sol";
import {IShipments} from "../../../contracts/provenance/IShipments.sol";
import {Role} from "../../../contracts/participants/Role.sol";
import {bound, vm} from "../Vm.sol";
import {Deed, ProvenanceActs} from "./ProvenanceActs.sol";

/// @title ProvenanceHandler
/// @notice Everyone around four lots of medicines, doing anything at any time, with right and wrong proofs. Chance chooses;
/// most of the time it chooses somebody who may and something that is in the right state, or nothing would ever go far.
contract ProvenanceHandler is ProvenanceActs {
    /// @notice Number of acts so far.
    uint256 public acts;

    address[6] internal partners;
    mapping(address principal => address key) internal keyFor;
    mapping(address principal => uint256[] roles) internal rolesFor;

    uint256 private constant ACTIVE = 1 << 1;
    uint256 private constant MOVING = (1 << 2) | (1 << 3);
    uint256 private constant RETURNED = 1 << 4;
    uint256 private constant SUSPECT = 1 << 5;
    uint256 private constant ILLEGITIMATE = 1 << 6;
    uint256 private constant OPENED = 1 << 7;
    uint256 private constant DISPENSED = 1 << 8;
    uint256 private constant SUPPLIED = 1 << 9;
    uint256 private constant UNBORN = 1;
    /// @dev No state, but a place: packed by `pack`.
    uint256 private constant PACKED = 1 << 20;

    constructor() {
        partners = [maker1, maker2, wholesaler1, wholesaler2, dispenser1, dispenser2];
        for (uint256 i = 0; i < 6; ++i) actors.push(partners[i]);
        actors.push(carrier);
        actors.push(regulator);
        actors.push(stranger);
        for (uint256 i = 0; i < 6; ++i) _give(partners[i], MANUFACTURES + i / 2, 36500 days);
        // Two do two things, and one pharmacy's licence is short.
        _give(maker2, DISTRIBUTES, 36500 days);
        _give(wholesaler2, DISPENSES, 36500 days);
        _give(dispenser2, DISPENSES, 20 days);
        _give(carrier, CARRIES, 36500 days);
        _give(regulator, REGULATES, 36500 days);
        _serve("key of manufacturer one", maker1, 1 << MANUFACTURES, 3650 days);
        _serve("key of wholesaler one", wholesaler1, (1 << DISTRIBUTES) | (1 << DISPENSES), 3650 days);
        _serve("key of pharmacy one", dispenser1, 1 << DISPENSES, 15 days);
        _serve("key of the logistics provider", carrier, 1 << CARRIES, 3650 days);
        _serve("key of the drug regulator", regulator, 1 << REGULATES, 3650 days);
        _commissionLots();
        for (uint256 i = 0; i < lots.length; ++i) lotModels.push(LotModel(ILots.RecallClass.None, 1));
    }

    modifier inTime() {
        ++time;
        vm.warp(time);
        ++acts;
        delete touched;
        _;
    }

    /* WHAT THE INVARIANTS ASK */

    function contracts() external view returns (DrugProvenance) {
        return provenance;
    }

    function nameOf(Deed deed) external pure returns (string memory) {
        return _name(deed);
    }

    function touchedCount() external view returns (uint256) {
        return touched.length;
    }

    function idCount() external view returns (uint256) {
        return ids.length;
    }

    function actorCount() external view returns (uint256) {
        return actors.length;
    }

    /// @notice Every place in which a tree says that this thing is, whether or not that is so.
    function birthsOfThing(uint256 id) external view returns (uint256[] memory) {
        return birthsOf[id];
    }

    /// @notice The proof of such a place.
    function originOf(uint256 birth) external view returns (ILots.Origin memory origin) {
        (origin, ) = _rightClaim(birth);
    }

    /// @notice Where the thing is, for somebody who shows this proof.
    function placeOf(uint256 id, uint256 birth) external view returns (Place memory place) {
        (, Claim memory claim) = _rightClaim(birth);
        return _locate(id, claim);
    }

    /// @notice Where the thing is, for somebody who shows nothing.
    function placeOfToken(uint256 id) external view returns (Place memory place) {
        Claim memory none;
        return _locate(id, none);
    }

    /// @notice Whether it is no longer known from which run and containers a thing came: it was dispensed and taken back.
    function isOriginForgotten(uint256 id) external view returns (bool) {
        return things[id].anyBirth;
    }

    /// @notice Who is to be the ERC-721 owner, or zero where there is to be no token.
    function tokenOwner(uint256 id) external view returns (address) {
        return _tokenOwner(id);
    }

    /// @notice The disposition in which a thing ended, or `None`.
    function endOf(uint256 id) external view returns (IItems.Disposition) {
        return finalOf[id];
    }

    /// @notice How many tokens there are to be, and how many of them are packed.
    function supply() external view returns (uint256 tokens, uint256 packed) {
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_tokenOwner(ids[i]) != address(0)) ++tokens;
            if (things[ids[i]].inside != 0) ++packed;
        }
    }

    function isLotStopped(uint8 lot) external view returns (bool) {
        return _lotObstacle(lot) != IItems.Obstacle.None;
    }

    /* TIME AND STANDING */

    function wait(uint256 choice) external inTime {
        choice = _mix(choice, 0);
        uint40[8] memory spans = [uint40(1 hours), 1 hours, 12 hours, 1 days, 3 days, 9 days, 11 days, 16 days];
        time += spans[bound(choice, 0, 7)];
        vm.warp(time);
    }

    /// @dev Who is suspended, withdrawn or expired comes back sooner than others are stopped.
    function changeStanding(uint256 whom, uint256 what) external inTime {
        whom = _mix(whom, 0);
        what = _mix(what, 1);
        address participant = actors[bound(whom, 0, 7)];
        if (bound(what >> 16, 0, 1) == 0) return;
        uint256 role = rolesFor[participant][what % rolesFor[participant].length];
        AccreditationModel storage model = accreditationModels[participant][role];
        vm.prank(drugAccreditor);
        if (model.suspended) {
            participants.reinstate(participant, Role.wrap(uint16(role)));
            model.suspended = false;
        } else if (model.withdrawn || model.validUntil <= time) {
            participants.accredit(participant, Role.wrap(uint16(role)), time + 30 days);
            accreditationModels[participant][role] = AccreditationModel(true, false, false, time + 30 days);
        } else if (bound(what >> 8, 0, 2) == 0) {
            participants.withdraw(participant, Role.wrap(uint16(role)));
            model.withdrawn = true;
        } else {
            participants.suspend(participant, Role.wrap(uint16(role)));
            model.suspended = true;
        }
    }

    /* LOTS */

    function commissionRun(uint256 seed, uint256 who) external inTime {
        seed = _mix(seed, 0);
        who = _mix(who, 1);
        uint8 lot = uint8(bound(seed, 0, 7)) % 4;
        uint8 run = lotModels[lot].runs;
        bytes32 root = lot == 0 && run == 1 ? lots[0].roots[1] : keccak256(abi.encode(lot, run));
        if (bound(seed >> 8, 0, 7) == 0) run = uint8(bound(seed >> 16, 0, 3));
        if (bound(seed >> 24, 0, 15) == 0) root = 0;
        uint8 length = uint8(
            bound(seed >> 32, 0, 15) == 0
                ? 4
                : lot == 2
                    ? SECOND_PREFIX
                    : FIRST_PREFIX
        );
        _commissionRun(_by(lots[lot].maker, who), lot, run, length, root);
    }

    function recallLot(uint256 seed, uint256 who) external inTime {
        seed = _mix(seed, 0);
        who = _mix(who, 1);
        // Most of what can happen to a lot ends here, so it comes seldom.
        if (bound(seed, 0, 2) != 0) return;
        uint8 lot = uint8(bound(seed >> 8, 0, 3));
        address maker = lots[lot].maker;
        address by = _by([regulator, maker, regulator, maker, maker2][bound(who >> 64, 0, 4)], who);
        _recallLot(by, lot, ILots.RecallClass(bound(seed >> 16, 0, 3)), _roleOf(by, who));
    }

    /* PACKING */

    function take(uint256 what, uint256 how, uint256 who) external inTime {
        what = _mix(what, 0);
        how = _mix(how, 1);
        who = _mix(who, 2);
        uint256 id = _pick(what, UNBORN);
        (ILots.Origin memory origin, Claim memory claim) = _claim(id, how);
        address by = _by(_locate(id, claim).holder, who);
        _take(by, id, origin, claim, _roleOf(by, who));
    }

    function pack(uint256 what, uint256 into, uint256 who) external inTime {
        what = _mix(what, 0);
        into = _mix(into, 1);
        who = _mix(who, 2);
        uint256[] memory list = _list(_pick(what, ACTIVE), what >> 128, ACTIVE);
        address by = _by(things[list[0]].holder, who);
        uint256 container = bound(into >> 72, 0, 31) == 0 ? list[0] : _chooseContainer(list[0], into);
        uint8 length = ssccPrefix[container];
        if (bound(into >> 64, 0, 15) == 0) length = 9;
        _pack(by, container, length, list, _roleOf(by, who));
    }

    function unpack(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256[] memory list = _list(_pick(what, PACKED), what >> 128, PACKED);
        Claim memory none;
        address by = _by(_locate(list[0], none).holder, who);
        _unpack(by, list, _roleOf(by, who));
    }

    /* SHIPMENTS */

    function ship(uint256 what, uint256 to, uint256 who) external inTime {
        what = _mix(what, 0);
        to = _mix(to, 1);
        who = _mix(who, 2);
        uint256[] memory list = _list(_pick(what, ACTIVE), what >> 128, ACTIVE);
        _shipFrom(list, to, who);
    }

    function shipCarried(uint256 what, uint256 to, uint256 who) external inTime {
        what = _mix(what, 0);
        to = _mix(to, 1);
        who = _mix(who, 2);
        uint256 id = _pick(what, ACTIVE);
        address owner = _tokenOwner(id);
        if (owner == address(0) || owner == address(provenance)) return;
        if (bound(who >> 64, 0, 7) == 0) _approveAll(owner, carrier, bound(who >> 72, 0, 1) == 0);
        else _approve(owner, bound(who >> 72, 0, 3) == 0 ? stranger : carrier, id);
        address by = bound(who >> 80, 0, 2) == 0 ? keyFor[carrier] : things[id].approved;
        if (by == address(0)) by = carrier;
        IShipments.Shipment memory shipment = _shipment(owner, to, things[id].from);
        _ship(by, _one(id), shipment);
    }

    function shipFromLot(uint256 what, uint256 how, uint256 to, uint256 who) external inTime {
        what = _mix(what, 0);
        how = _mix(how, 1);
        to = _mix(to, 2);
        who = _mix(who, 3);
        uint256 id = _pick(what, UNBORN);
        (ILots.Origin memory origin, Claim memory claim) = _claim(id, how);
        Place memory place = _locate(id, claim);
        address by = _by(place.holder, who);
        _shipFromLot(by, id, origin, claim, _shipment(_principalOf(by), to, place.from));
    }

    /// @dev Sent and received at once, so that many things go far.
    function deliver(uint256 what, uint256 to, uint256 who) external inTime {
        what = _mix(what, 0);
        to = _mix(to, 1);
        who = _mix(who, 2);
        _deliver(_pick(what, ACTIVE | UNBORN), what, partners[bound(to, 2, 3)], who);
    }

    function deliverToPharmacy(uint256 what, uint256 to, uint256 who) external inTime {
        what = _mix(what, 0);
        to = _mix(to, 1);
        who = _mix(who, 2);
        _deliver(_pickPackage(what, ACTIVE | UNBORN), what, partners[bound(to, 3, 5)], who);
    }

    function deliverToPharmacyAgain(uint256 what, uint256 to, uint256 who) external inTime {
        what = _mix(what, 0);
        to = _mix(to, 1);
        who = _mix(who, 2);
        _deliver(_pickPackage(what, ACTIVE | UNBORN), what, partners[bound(to, 3, 5)], who);
    }

    /// @dev Back to whom it came from, or to its maker.
    function giveBack(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256 id = _pick(what, ACTIVE);
        address to = things[id].from;
        if (to == address(0) || what % 16 == 2) to = _makerOf(_lotOfBirth(things[id].birth));
        if (to != address(0)) _deliver(id, what, to, who);
    }

    function receiveShipment(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256[] memory list = _list(_pick(what, MOVING), what >> 128, MOVING);
        // Now and then another, who may receive at all.
        address by = bound(who >> 64, 0, 3) == 0 ? partners[bound(who >> 72, 2, 5)] : _by(things[list[0]].sentTo, who);
        _receive(by, list, _roleOf(by, who));
    }

    function refuse(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256[] memory list = _list(_pick(what, MOVING), what >> 128, MOVING);
        address by = _by(things[list[0]].sentTo, who);
        _refuse(by, list, _roleOf(by, who));
    }

    function callBack(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        // Now and then when nobody came for long.
        if (bound(what >> 64, 0, 3) == 0) {
            time += 15 days;
            vm.warp(time);
        }
        uint256[] memory list = _list(_pick(what, MOVING), what >> 128, MOVING);
        address by = _by(things[list[0]].holder, who);
        _callBack(by, list, _roleOf(by, who));
    }

    function restock(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256[] memory list = _list(_pick(what, RETURNED), what >> 128, RETURNED);
        address by = _by(things[list[0]].holder, who);
        _restock(by, list, _roleOf(by, who));
    }

    /* THE END */

    function dispense(uint256 what, uint256 how, uint256 who, uint16 units, bool supplied) external inTime {
        what = _mix(what, 0);
        how = _mix(how, 1);
        who = _mix(who, 2);
        _dispenseOne(_pickHeldByDispenser(what), how, who, units, supplied);
    }

    /// @dev By who has it, without a proof: all of it, or one unit.
    function dispenseAtHand(uint256 what, bool whole, bool supplied) external inTime {
        what = _mix(what, 0);
        uint256 id = _pickHeldByDispenser(what);
        Claim memory claim;
        ILots.Origin memory none;
        _last = id;
        if (things[id].holder != address(0)) _dispense(things[id].holder, id, none, claim, whole ? 0 : 1, supplied);
    }

    function dispenseAgain(uint256 what, uint256 how, uint256 who, uint16 units, bool supplied) external inTime {
        what = _mix(what, 0);
        how = _mix(how, 1);
        who = _mix(who, 2);
        uint256 id = _pick(what, OPENED | DISPENSED | SUPPLIED);
        _dispenseOne(id, how, who | 7, units, supplied);
    }

    function reactivate(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256 id = _pick(what, DISPENSED);
        if (bound(what >> 64, 0, 3) == 0) {
            time += 11 days;
            vm.warp(time);
        }
        address by = _by(things[id].dispensedBy, who);
        if (bound(what >> 72, 0, 3) == 0) by = partners[bound(what >> 80, 3, 5)];
        // Now and then after a recall.
        uint8 lot = _lotOfBirth(things[id].birth);
        bool recalled = bound(what >> 88, 0, 7) == 0 && things[id].state == IItems.Disposition.Dispensed;
        if (recalled) _recallLot(regulator, lot - 1, ILots.RecallClass.II, REGULATES);
        _reactivate(by, id);
    }

    function dispose(uint256 what, uint256 how, uint256 who, uint256 end) external inTime {
        what = _mix(what, 0);
        how = _mix(how, 1);
        who = _mix(who, 2);
        end = _mix(end, 3);
        uint256 id = _pick(what, ACTIVE | OPENED | RETURNED | SUSPECT | MOVING | UNBORN);
        (ILots.Origin memory origin, Claim memory claim) = _claim(id, how);
        address by = _by(_locate(id, claim).holder, who);
        // As seldom as a recall, since nothing comes after it; and never without a word.
        uint256 disposition = bound(end, 9, 21);
        if (disposition > 13) return;
        _dispose(by, id, origin, claim, IItems.Disposition(disposition), _roleOf(by, who));
    }

    /* DOUBTS */

    function quarantine(uint256 what, uint256 how, uint256 who) external inTime {
        what = _mix(what, 0);
        how = _mix(how, 1);
        who = _mix(who, 2);
        // What is doubted is out of the way, so it comes seldom.
        if (bound(what >> 64, 0, 1) == 0) return;
        uint256 id = _pick(what, ACTIVE | OPENED | RETURNED | SUSPECT | MOVING | UNBORN);
        (ILots.Origin memory origin, Claim memory claim) = _claim(id, how);
        Place memory place = _locate(id, claim);
        address by = _by([place.holder, _makerOf(place.lot), regulator][bound(how >> 128, 0, 2)], who);
        _quarantine(by, id, origin, claim, _roleOf(by, who), _evidence(who));
    }

    function takeOver(uint256 what, uint256 how, uint256 who) external inTime {
        what = _mix(what, 0);
        how = _mix(how, 1);
        who = _mix(who, 2);
        uint256 id = _pick(what, SUSPECT);
        (ILots.Origin memory origin, Claim memory claim) = _claim(id, how);
        address by = _by(regulator, who);
        _quarantine(by, id, origin, claim, _roleOf(by, who), _evidence(who >> 3));
    }

    function clear(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256 id = bound(what >> 64, 0, 2) == 0 ? _pickContested(what) : _pick(what, SUSPECT);
        if (bound(what >> 72, 0, 7) == 0) id = _pick(what, ILLEGITIMATE);
        address by = _decider(id, who);
        _clear(by, id, _roleOf(by, who), _evidence(who));
    }

    function condemn(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256 id = _pick(what, SUSPECT);
        address by = bound(who >> 64, 0, 1) == 0 ? _by(things[id].holder, who) : _decider(id, who);
        _condemn(by, id, _roleOf(by, who), _evidence(who));
    }

    function giveNotice(uint256 what, uint256 who) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        uint256 id = _pick(what, ILLEGITIMATE);
        address by = bound(who >> 64, 0, 1) == 0 ? _by(things[id].holder, who) : _decider(id, who);
        _giveNotice(by, id, _roleOf(by, who), _evidence(who));
    }

    function closeIncident(uint256 what, uint256 who, bool genuine) external inTime {
        what = _mix(what, 0);
        who = _mix(who, 1);
        _closeIncident(_by(regulator, who), _pick(what, ILLEGITIMATE), genuine, _evidence(who));
    }

    /* ERC-721 */

    function approve(uint256 what, uint256 whom, uint256 who) external inTime {
        what = _mix(what, 0);
        whom = _mix(whom, 1);
        who = _mix(who, 2);
        uint256 id = _pick(what, ACTIVE);
        address by = _by(things[id].holder, who);
        if (bound(what >> 64, 0, 3) == 0) _approveAll(by, _anyone(whom), bound(whom >> 64, 0, 1) == 0);
        else _approve(by, _anyone(whom), id);
    }

    function transferFrom(uint256 what, uint256 to, uint256 who) external inTime {
        what = _mix(what, 0);
        to = _mix(to, 1);
        who = _mix(who, 2);
        uint256 id = _pick(what, ACTIVE);
        _transfer(_by(things[id].holder, who), _anyone(to), id, bound(who >> 64, 0, 1) == 0);
    }

    /* CHOOSING */

    /// @dev forge likes some numbers better than others, which chance should not. Equal numbers choose different things.
    function _mix(uint256 seed, uint256 place) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, place)));
    }

    /// @dev One in one of `states` if there is any; one time in eight, anything. Once in four what was last acted on, if fit.
    function _pick(uint256 seed, uint256 states) private view returns (uint256) {
        uint256 n = ids.length;
        uint256 first = (seed >> 8) % n;
        if (seed % 8 == 7) return ids[first];
        if (seed % 4 == 1 && _last != 0 && _isIn(_last, states)) return _last;
        for (uint256 i = 0; i < n; ++i) {
            uint256 id = ids[(first + i) % n];
            if (_isIn(id, states)) return id;
        }
        return ids[first];
    }

    uint256 private _last;

    function _isIn(uint256 id, uint256 states) private view returns (bool) {
        Thing storage thing = things[id];
        if (states == PACKED) return thing.inside != 0;
        if (states == ACTIVE && thing.inside != 0) return false;
        return (states >> uint8(thing.state)) & 1 == 1;
    }

    function _pickContested(uint256 seed) private view returns (uint256) {
        uint256 n = ids.length;
        for (uint256 i = 0; i < n; ++i) {
            uint256 id = ids[((seed >> 8) + i) % n];
            if (things[id].contestedBy != address(0)) return id;
        }
        return _pick(seed, DISPENSED | SUPPLIED | OPENED);
    }

    function _pickHeldByDispenser(uint256 seed) private view returns (uint256) {
        uint256 n = ids.length;
        uint256 first = (seed >> 8) % n;
        for (uint256 i = 0; seed % 8 != 7 && i < n; ++i) {
            uint256 id = ids[(first + i) % n];
            address holder = things[id].holder;
            bool dispenses = holder == dispenser1 || holder == dispenser2 || holder == wholesaler2;
            bool fit = things[id].state == IItems.Disposition.Active || things[id].opened;
            if (dispenses && fit && !isContainer[id]) return id;
        }
        return ids[first];
    }

    /// @dev That one, and now and then a second one, or the same again.
    function _list(uint256 id, uint256 seed, uint256 states) private returns (uint256[] memory list) {
        _last = id;
        if (bound(seed, 0, 3) != 0) return _one(id);
        list = new uint256[](2);
        list[0] = id;
        list[1] = bound(seed >> 8, 0, 15) == 0 ? id : _pick(seed >> 16, states);
    }

    /// @dev The one who should, a key of theirs, or anyone.
    function _by(address should, uint256 seed) private view returns (address) {
        uint256 choice = seed % 8;
        if (choice == 7 || should == address(0)) return _anyone(seed >> 8);
        if (choice == 5 && keyFor[should] != address(0)) return keyFor[should];
        return should;
    }

    function _anyone(uint256 seed) private view returns (address) {
        return actors[bound(seed, 0, actors.length - 1)];
    }

    function _principalOf(address account) private view returns (address) {
        address principal = operatorModels[account].principal;
        return principal == address(0) ? account : principal;
    }

    /// @dev One of their own roles, seldom another.
    function _roleOf(address account, uint256 seed) private view returns (uint256) {
        uint256[] storage roles = rolesFor[_principalOf(account)];
        if (roles.length == 0 || bound(seed >> 200, 0, 15) == 0) return bound(seed >> 208, 9, 15);
        return roles[(seed >> 216) % roles.length];
    }

    function _decider(uint256 id, uint256 who) private view returns (address) {
        address maker = _makerOf(_lotOfBirth(things[id].birth));
        return _by([regulator, maker, regulator, maker, maker2][bound(who >> 72, 0, 4)], who);
    }

    function _evidence(uint256 seed) private pure returns (bytes32) {
        return bound(seed >> 224, 0, 15) == 0 ? bytes32(0) : EVIDENCE;
    }

    /// @dev One of the holder's, one time in four one that came from another than the thing.
    function _chooseContainer(uint256 thing, uint256 seed) private view returns (uint256) {
        uint256 n = ids.length;
        uint256 first = (seed >> 8) % n;
        address holder = things[thing].holder;
        for (uint256 i = 0; seed % 8 != 7 && i < n; ++i) {
            uint256 id = ids[(first + i) % n];
            bool isNew = things[id].state == IItems.Disposition.None;
            bool mayPack = (isNew ? ssccHolder[id] : things[id].holder) == holder;
            bool wanted = seed % 4 != 2 || (!isNew && things[id].from != things[thing].from);
            if (isContainer[id] && id != thing && mayPack && wanted) return id;
        }
        return ids[first];
    }

    function _pickPackage(uint256 seed, uint256 states) private view returns (uint256 id) {
        for (uint256 i = 0; i < ids.length; ++i) {
            id = ids[((seed >> 8) + i) % ids.length];
            if (!isContainer[id] && things[id].inside == 0 && _isIn(id, states)) return id;
        }
    }

    function _deliver(uint256 id, uint256 seed, address to, uint256 who) private {
        if (id == 0) return;
        Place memory place;
        ILots.Origin memory origin;
        Claim memory claim;
        uint256 n = birthsOf[id].length;
        if (things[id].state == IItems.Disposition.None && n != 0) {
            (origin, claim) = _rightClaim(birthsOf[id][seed % n]);
        }
        place = _locate(id, claim);
        address from = place.holder;
        if (from == address(0) || from == to) return;
        bool toPharmacy = to == dispenser1 || to == dispenser2;
        IShipments.Shipment memory shipment = IShipments.Shipment({
            to: to,
            transactionInformation: EVIDENCE,
            senderRole: _role(rolesFor[from][0]),
            transactionStatement: 0x7F,
            proofs: 0,
            receiverRole: _role(toPharmacy ? DISPENSES : rolesFor[to][0]),
            eventHash: 0
        });
        if (place.unborn) _shipFromLot(from, id, origin, claim, shipment);
        else _ship(from, _one(id), shipment);
        _last = id;
        if (_isMoving(things[id].state)) _receive(to, _one(id), _roleOf(to, who));
    }

    function _shipFrom(uint256[] memory list, uint256 to, uint256 who) private {
        Thing storage thing = things[list[0]];
        address by = _by(thing.holder, who);
        _ship(by, list, _shipment(_principalOf(by), to, thing.from));
    }

    function _shipment(
        address sender,
        uint256 to,
        address from
    ) private view returns (IShipments.Shipment memory shipment) {
        address[4] memory receivers = [partners[bound(to >> 8, 2, 5)], partners[bound(to >> 8, 4, 5)], from, maker1];
        shipment.to = receivers[bound(to, 0, 3)];
        if (shipment.to == address(0) || bound(to >> 16, 0, 15) == 0) shipment.to = _anyone(to >> 24);
        shipment.receiverRole = _role(_roleOf(shipment.to, to));
        shipment.senderRole = _role(_roleOf(sender, to >> 8));
        shipment.transactionInformation = bound(to >> 32, 0, 31) == 0 ? bytes32(0) : EVIDENCE;
        shipment.transactionStatement = bound(to >> 40, 0, 31) == 0 ? 0x3F : 0x7F;
    }

    function _dispenseOne(uint256 id, uint256 how, uint256 who, uint16 units, bool supplied) private {
        (ILots.Origin memory origin, Claim memory claim) = _claim(id, how);
        address should = things[id].state == IItems.Disposition.None ? _locate(id, claim).holder : things[id].holder;
        address by = _by(should, who);
        // Mostly somebody who dispenses at all.
        if (should == address(0) || who % 8 == 7) {
            by = [dispenser1, dispenser2, wholesaler2][bound(who >> 72, 0, 2)];
        }
        _last = id;
        _dispense(by, id, origin, claim, uint16(bound(units, 0, 7)) % 5, supplied);
    }

    /* CLAIMS */

    function _rightClaim(uint256 index) private view returns (ILots.Origin memory origin, Claim memory claim) {
        Birth storage birth = births[index];
        origin = ILots.Origin(lots[birth.lot].key, birth.run, birth.path, birth.proof, ssccPrefix[birth.id]);
        claim = Claim(true, origin.lot, birth.claim, uint8(index + 1), true, true);
    }

    /// @dev For a token, half of the time nothing; else what is so, or in one of many ways is not.
    function _claim(uint256 id, uint256 seed) private view returns (ILots.Origin memory origin, Claim memory claim) {
        uint256 n = birthsOf[id].length;
        uint256 kind = bound(seed >> 8, 0, 15);
        if (n == 0 || (things[id].state != IItems.Disposition.None && kind < 8)) return (origin, claim);
        (origin, claim) = _rightClaim(birthsOf[id][(seed >> 16) % n]);
        if (kind < 12) return (origin, claim);
        claim.proven = false;
        if (kind == 12) {
            uint256 other = (seed >> 24) % births.length;
            claim.proven = births[other].id == id;
            (origin, ) = _rightClaim(other);
            origin.prefixLength = ssccPrefix[id];
        } else if (kind == 13) {
            bytes32[] memory proof = new bytes32[](origin.proof.length - 1);
            for (uint256 i = 0; i < proof.length; ++i) proof[i] = origin.proof[i];
            origin.proof = proof;
        } else if (kind == 14) {
            origin.path = origin.path.length == 0 ? _one(pallet) : new uint256[](0);
        } else if ((seed >> 24) % 3 == 0) {
            origin.run = 1 - origin.run;
        } else if ((seed >> 24) % 3 == 1) {
            origin.lot = lots[(seed >> 32) % 4].key;
            claim.proven = origin.lot == lots[births[claim.birth - 1].lot].key;
        } else {
            claim.proven = true;
            claim.rightPrefix = !isContainer[id];
            ++origin.prefixLength;
        }
        claim.lot = origin.lot;
        claim.claim = keccak256(abi.encode(origin.lot, origin.run, origin.path));
        claim.birth = 0;
        for (uint256 i = 0; i < n; ++i) {
            uint256 index = birthsOf[id][i];
            if (births[index].claim == claim.claim) claim.birth = uint8(index + 1);
        }
    }

    /* SETTING UP */

    function _give(address participant, uint256 role, uint40 span) private {
        _accredit(drugAccreditor, participant, _role(role), START + span);
        accreditationModels[participant][role] = AccreditationModel(true, false, false, START + span);
        for (uint256 i = 0; i < rolesFor[participant].length; ++i) if (rolesFor[participant][i] == role) return;
        rolesFor[participant].push(role);
    }

    function _serve(string memory name, address principal, uint256 roles, uint40 span) private {
        address key = _person(name);
        actors.push(key);
        keyFor[principal] = key;
        vm.prank(principal);
        participants.offerOperator(key, uint56(roles), START + span);
        vm.prank(key);
        participants.acceptOperator(principal);
        operatorModels[key] = OperatorModel(principal, uint56(roles), START + span);
    }
}
