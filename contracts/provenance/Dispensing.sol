// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";

import {Roles} from "../participants/Role.sol";
import {GS1Identifiers} from "./GS1Identifiers.sol";
import {IDispensing} from "./IDispensing.sol";
import {Reviewable} from "./Reviewable.sol";

/// @title Dispensing
/// @notice See {IDispensing}. Part of `DrugProvenance`.
abstract contract Dispensing is Reviewable, IDispensing {
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @notice How long a dispensing can be taken back (seconds).
    uint256 private constant _REACTIVATION_PERIOD = 10 days;
    /// @notice How many duplicates a dispenser can report in a day.
    uint208 private constant _DUPLICATES_PER_DAY = 20;

    RateLimiter.RefillingBucket private _duplicates;

    constructor() {
        _duplicates.updateSettings(1 days, _DUPLICATES_PER_DAY);
    }

    /// @inheritdoc IDispensing
    function dispense(
        uint256 id,
        Origin calldata origin,
        uint16 units,
        bool supplied,
        bytes32 eventHash
    ) external returns (bool) {
        address dispenser = participants.resolve(msg.sender, Roles.DISPENSER);
        Found memory found = _find(id, origin);
        if (_isDuplicate(found, dispenser)) {
            // Once all of it is dispensed nobody holds it.
            address first = found.custodian == address(0) ? found.item.party : found.custodian;
            _reportDuplicate(id, first, dispenser, eventHash);
            return false;
        }
        uint16 left = _requireDispensable(id, found, dispenser);
        if (units == 0) units = left;
        require(units <= left, NotEnoughUnits(id, left, units));
        left -= units;
        _storeDispensed(id, found, dispenser, left, supplied);
        emit Dispensed(
            id,
            dispenser,
            found.item.lot,
            found.container,
            units,
            left,
            found.item.disposition != Disposition.Dispensed,
            msg.sender,
            eventHash
        );
        return true;
    }

    /// @inheritdoc IDispensing
    function reactivate(uint256 id, bytes32 eventHash) external {
        address dispenser = participants.resolve(msg.sender, Roles.DISPENSER);
        Item memory item = _item(id);
        require(item.disposition == Disposition.Dispensed, WrongDisposition(id, item.disposition));
        require(item.party == dispenser, NotItsDispenser(id, item.party, dispenser));
        uint256 deadline = ((uint256(item.origin) << 16) | item.day) + _REACTIVATION_PERIOD;
        require(block.timestamp <= deadline, ReactivationTooLate(id, deadline));
        require(contestedBy[id] == address(0), UnderReview(id));
        _requireLotInForce(id, item.lot);

        _setItem(id, Item(address(0), item.lot, 0, 0, Disposition.Active));
        _mint(dispenser, id);
        emit Reactivated(id, dispenser, msg.sender, eventHash);
    }

    /// @inheritdoc IDispensing
    function requireDispensable(uint256 id, Origin calldata origin, address account) external view {
        address dispenser = participants.resolve(account, Roles.DISPENSER);
        Found memory found = _find(id, origin);
        require(!_isDuplicate(found, dispenser), NotSaleable(id, found.obstacle));
        _requireDispensable(id, found, dispenser);
    }

    /// @inheritdoc IDispensing
    function unitsLeftOf(uint256 id) external view returns (uint16) {
        return _unitsLeft[id];
    }

    /// @dev Only the dispenser that opened a package dispenses more of it.
    function _isDuplicate(Found memory found, address dispenser) private pure returns (bool) {
        Disposition disposition = found.item.disposition;
        if (disposition == Disposition.PartiallyDispensed) return found.custodian != dispenser;
        return disposition == Disposition.Dispensed || disposition == Disposition.Supplied;
    }

    function _reportDuplicate(uint256 id, address first, address second, bytes32 eventHash) private {
        require(_duplicates.tryConsume(bytes32(uint256(uint160(second))), 1), TooManyDuplicates(second));
        contestedBy[id] = second;
        emit DuplicateDispense(id, first, second, msg.sender, eventHash);
    }

    /// @dev Returns how many units are left.
    function _requireDispensable(uint256 id, Found memory found, address dispenser) private view returns (uint16) {
        require(GS1Identifiers.isPackage(id), NotAPackage(id));
        Obstacle obstacle = found.obstacle;
        bool isOpened = obstacle == Obstacle.PartiallyDispensed;
        if (isOpened) {
            require(contestedBy[id] == address(0), UnderReview(id));
            obstacle = _obstacleOfLot(found.item.lot);
        }
        require(obstacle == Obstacle.None, NotSaleable(id, obstacle));
        require(found.custodian == dispenser, NotCustodian(id, found.custodian, dispenser));
        return isOpened ? _unitsLeft[id] : _lots[found.item.lot].units;
    }

    function _storeDispensed(uint256 id, Found memory found, address dispenser, uint16 left, bool supplied) private {
        bool wasOpened = found.item.disposition == Disposition.PartiallyDispensed;
        if (wasOpened || left != 0) _unitsLeft[id] = left;
        if (left != 0) {
            found.item.disposition = Disposition.PartiallyDispensed;
            _setItem(id, found.item);
            _separate(id, found);
            return;
        }
        uint32 time = uint32(block.timestamp);
        found.item = Item(
            dispenser,
            found.item.lot,
            uint16(time >> 16),
            uint16(time),
            supplied || wasOpened ? Disposition.Supplied : Disposition.Dispensed
        );
        _burnStored(id, found);
    }
}
