// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Fails on purpose. `scripts/fuzz.ts --canary` runs it alone and must exit non-zero; where it does not, a failing
/// fuzz test would not be seen either.
contract Canary {
    function test_canaryFails() external pure {
        assert(false);
    }
}
