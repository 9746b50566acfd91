// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title CalendarYear
/// @notice The calendar year (proleptic Gregorian, UTC) of a day, a day being unix seconds divided by 86400.
library CalendarYear {
    uint256 private constant _DAYS_IN_400_YEARS = 146_097;

    /// @notice The year in which `day` lies.
    function yearOf(uint256 day) internal pure returns (uint256 year) {
        // Days are far below 2^247.
        unchecked {
            // By the mean length of a year it is this one or the one before.
            year = 1970 + (day * 400) / _DAYS_IN_400_YEARS;
            if (firstDayOf(year) > day) --year;
            else if (firstDayOf(year + 1) <= day) ++year;
        }
    }

    /// @notice The first of January of `year`, 1970 or later, as a day.
    function firstDayOf(uint256 year) internal pure returns (uint256) {
        // The number of leap days is at least 477, as many as lie before 1970.
        unchecked {
            uint256 before = year - 1;
            uint256 leapDays = before / 4 - before / 100 + before / 400;
            return (year - 1970) * 365 + leapDays - 477;
        }
    }
}
