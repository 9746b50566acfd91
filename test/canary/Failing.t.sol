// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Fails, so that the gate is seen to turn red.
contract FailingTest {
    function test_canary() external pure {
        assert(1 + 1 == 3);
    }
}
