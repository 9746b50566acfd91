// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IItems} from "./IItems.sol";

/// @title ItemWord
/// @notice What is stored of a package or container, as one word: one read and one write, where the compiler would make several.
/// @dev From the lowest bit: party 160, lot 56, origin 16, day 16, disposition 8.
library ItemWord {
    uint256 private constant _LOT_AND_ORIGIN = ((1 << 72) - 1) << 160;

    /// @notice The word of an item.
    function encode(IItems.Item memory item) internal pure returns (uint256) {
        return
            uint160(item.party) |
            (uint256(item.lot) << 160) |
            (uint256(item.origin) << 216) |
            (uint256(item.day) << 232) |
            (uint256(item.disposition) << 248);
    }

    /// @notice The item of a word.
    function decode(uint256 word) internal pure returns (IItems.Item memory) {
        return
            IItems.Item(
                address(uint160(word)),
                uint56(word >> 160),
                uint16(word >> 216),
                uint16(word >> 232),
                disposition(word)
            );
    }

    /// @notice The word of an item of the same lot and origin in another state.
    function change(uint256 word, address party_, uint256 day, IItems.Disposition to) internal pure returns (uint256) {
        return (word & _LOT_AND_ORIGIN) | uint160(party_) | (day << 232) | (uint256(to) << 248);
    }

    /// @notice The day of a word.
    function dayOf(uint256 word) internal pure returns (uint256) {
        return uint16(word >> 232);
    }

    /// @notice The disposition of a word.
    function disposition(uint256 word) internal pure returns (IItems.Disposition) {
        return IItems.Disposition(word >> 248);
    }

    /// @notice The lot of a word.
    function lot(uint256 word) internal pure returns (uint56) {
        return uint56(word >> 160);
    }

    /// @notice The party of a word.
    function party(uint256 word) internal pure returns (address) {
        return address(uint160(word));
    }
}
