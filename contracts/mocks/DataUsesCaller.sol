// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataUses} from "../trials/DataUses.sol";

/// @title DataUsesCaller
/// @notice Opens the library `DataUses` to tests.
contract DataUsesCaller {
    /// @notice {DataUses-isWellFormed}.
    function isWellFormed(uint64 uses) external pure returns (bool) {
        return DataUses.isWellFormed(uses);
    }

    /// @notice {DataUses-covers}.
    function covers(uint64 permitted, uint64 asked) external pure returns (bool) {
        return DataUses.covers(permitted, asked);
    }
}
