// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "../Vm.sol";
import {ClaimsHandler} from "./ClaimsHandler.sol";

/// @title ClaimsReachTest
/// @notice A campaign in which something never happens proves nothing of it. The handler of the invariants, driven by drawn numbers as
/// the campaign drives it: whatever can come of an act is to come of one, several times.
contract ClaimsReachTest {
    uint256 private constant RUNS = 160;
    uint256 private constant DEPTH = 64;

    ClaimsHandler private _handler;

    function test_everythingHappensToClaims() external {
        _handler = new ClaimsHandler();
        string[25] memory outcomes = [
            "paid",
            "paid second",
            "denied by terms",
            "look-alike",
            "receipt only",
            "awaiting premium",
            "above ceiling",
            "paused",
            "reserve short",
            "submit refused",
            "replay refused",
            "approved",
            "approved overdue",
            "with interest",
            "less than priced",
            "to review",
            "denied",
            "appealed",
            "overturned",
            "upheld",
            "voided",
            "replaced",
            "void refused",
            "premium paid",
            "withdrawn"
        ];
        uint256[25] memory times;
        for (uint256 run = 0; run < RUNS; ++run) {
            // Memory outlives the way back.
            uint256 start = vm.snapshotState();
            for (uint256 i = 0; i < DEPTH; ++i) _act(uint256(keccak256(abi.encode(run, i))));
            vm.assertEq(_handler.broken(), "", "see the message");
            for (uint256 i = 0; i < times.length; ++i) times[i] += _handler.outcomes(outcomes[i]);
            vm.revertToState(start);
        }
        for (uint256 i = 0; i < times.length; ++i) {
            vm.assertGe(times[i], 2, string.concat("hardly ever happens: ", outcomes[i]));
        }
    }

    function _act(uint256 drawn) private {
        uint256 a = uint256(keccak256(abi.encode(drawn, "a")));
        uint256 b = uint256(keccak256(abi.encode(drawn, "b")));
        uint256 choice = drawn % 12;
        if (choice == 0) _handler.submit(a);
        else if (choice == 1) _handler.submitAgain(a);
        else if (choice == 2) _handler.replay(a);
        else if (choice == 3) _handler.approve(a, b % 2 == 0);
        else if (choice == 4) _handler.deny(a, b % 2 == 0);
        else if (choice == 5) _handler.appeal(a, b);
        else if (choice == 6) _handler.review(a, b % 2 == 0, b / 2);
        else if (choice == 7) _handler.void(a, b % 2 == 0);
        else if (choice == 8) _handler.wait(a);
        else if (choice == 9) _handler.decideOnConsent(a, b);
        else if (choice == 10) _handler.quarrel(a);
        else _handler.happen(a, b, drawn);
    }
}
