// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title PremiumStream
/// @notice Premiums that are earned day by day. A day is unix seconds / 86400; its share is earned when the day is over.
/// @dev All premiums are one sum: what is unearned, what a day earns, and by how much that changes at the start of later
/// days. Earning takes one step a day, however many premiums there are; so the loop grows by time alone.
library PremiumStream {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @param unearned What the days from `day` on earn (token units).
    /// @param dailyRate What a day earns, before the change of `day` itself (token units).
    /// @param day The first day that is not counted as earned.
    /// @param changes By how much the rate changes at the start of a day.
    struct Stream {
        uint112 unearned;
        uint112 dailyRate;
        uint32 day;
        mapping(uint256 day => int256) changes;
    }

    /// @notice Thrown when a period ends before it begins.
    error PeriodInvalid(uint32 firstDay, uint32 lastDay);
    /// @notice Thrown when a premium would be given back for a day that is over.
    error DayPassed(uint32 day, uint256 today);

    /// @notice Adds a premium for the days `firstDay` to `lastDay` inclusive. The share of days that are over is earned, and
    /// so is the remainder of the division, which is less than one unit a day.
    function add(Stream storage self, uint256 assets, uint32 firstDay, uint32 lastDay) internal {
        uint256 rate = _rateOf(assets, firstDay, lastDay);
        earn(self, type(uint256).max);
        uint256 today = self.day;
        if (rate == 0 || lastDay < today) return;
        uint256 first = Math.max(firstDay, today);
        if (first == today) self.dailyRate = (self.dailyRate + rate).toUint112();
        else self.changes[first] += rate.toInt256();
        self.changes[uint256(lastDay) + 1] -= rate.toInt256();
        self.unearned = (self.unearned + rate * (lastDay - first + 1)).toUint112();
    }

    /// @notice Takes back what a premium that was added would earn from `fromDay` on.
    /// @return refund Token units; the remainder of the division and the days before stay.
    function take(
        Stream storage self,
        uint256 assets,
        uint32 firstDay,
        uint32 lastDay,
        uint32 fromDay
    ) internal returns (uint256 refund) {
        uint256 rate = _rateOf(assets, firstDay, lastDay);
        earn(self, type(uint256).max);
        uint256 today = self.day;
        require(fromDay >= today, DayPassed(fromDay, today));
        uint256 first = Math.max(firstDay, fromDay);
        if (rate == 0 || first > lastDay) return 0;
        self.changes[first] -= rate.toInt256();
        self.changes[uint256(lastDay) + 1] += rate.toInt256();
        refund = rate * (lastDay - first + 1);
        self.unearned = (self.unearned - refund).toUint112();
    }

    /// @notice Counts days that are over as earned, at most `maxDays` of them.
    function earn(Stream storage self, uint256 maxDays) internal {
        uint256 day = self.day;
        uint256 until = day + Math.min(maxDays, block.timestamp / 1 days - day);
        if (until == day) return;
        (uint256 unearned, uint256 rate) = _at(self, until);
        (self.unearned, self.dailyRate, self.day) = (unearned.toUint112(), rate.toUint112(), until.toUint32());
    }

    /// @notice What is unearned today (token units).
    function unearnedToday(Stream storage self) internal view returns (uint256 unearned) {
        (unearned, ) = _at(self, block.timestamp / 1 days);
    }

    /// @dev What is unearned at the start of the day `until`, and the rate before the change of that day.
    function _at(Stream storage self, uint256 until) private view returns (uint256 unearned, uint256 rate) {
        (unearned, rate) = (self.unearned, self.dailyRate);
        uint256 day = self.day;
        for (; day < until && unearned != 0; ++day) {
            rate = (rate.toInt256() + self.changes[day]).toUint256();
            unearned -= rate;
        }
        // Where nothing is unearned, no later day earns anything: what ended the rate is in days that are skipped.
        if (day < until) rate = 0;
    }

    function _rateOf(uint256 assets, uint32 firstDay, uint32 lastDay) private pure returns (uint256) {
        require(firstDay <= lastDay, PeriodInvalid(firstDay, lastDay));
        return assets / (uint256(lastDay) - firstDay + 1);
    }
}
