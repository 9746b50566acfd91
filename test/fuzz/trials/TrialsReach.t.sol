// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Phase} from "../../../contracts/trials/TrialTypes.sol";
import {vm} from "../Vm.sol";
import {TrialsHandler} from "./TrialsHandler.sol";

/// @title TrialsReachTest
/// @notice A campaign in which something never happens proves nothing of it. The handler of the invariants, driven by drawn numbers as
/// the campaign drives it: whatever can come of an act is to come of one, several times.
contract TrialsReachTest {
    uint256 private constant RUNS = 160;
    uint256 private constant DEPTH = 64;

    TrialsHandler private _handler;

    function test_everythingHappensToTrials() external {
        _handler = new TrialsHandler();
        string[28] memory outcomes = [
            "registered",
            "approved",
            "approved, refused",
            "amended",
            "amended, refused",
            "enrolment closed",
            "locked",
            "locked, refused",
            "unlocked",
            "unlocked, refused",
            "unblinded",
            "unblinded, refused",
            "outcome reported",
            "outcome reported, refused",
            "unregistered result",
            "closed",
            "misdeclared",
            "suspended",
            "resumed",
            "terminated",
            "dismissed",
            "enrolled",
            "some of a list",
            "consented again",
            "withdrawn",
            "unblinded in an emergency",
            "anchored after unlock",
            "convicted"
        ];
        uint256[28] memory times;
        uint256[9] memory phases;
        for (uint256 run = 0; run < RUNS; ++run) {
            // Memory outlives the way back.
            uint256 start = vm.snapshotState();
            for (uint256 i = 0; i < DEPTH; ++i) _act(uint256(keccak256(abi.encode(run, i))));
            vm.assertEq(_handler.broken(), "", "see the message");
            for (uint256 i = 0; i < times.length; ++i) times[i] += _handler.outcomes(outcomes[i]);
            ++phases[uint256(_handler.registry().factsOf(_handler.trialIdAt(0)).phase)];
            vm.revertToState(start);
        }
        for (uint256 i = 0; i < times.length; ++i) {
            vm.assertGe(times[i], 2, string.concat("hardly ever happens: ", outcomes[i]));
        }
        // A campaign ends in each phase that a trial can be long in.
        for (uint256 i = uint256(Phase.Recruiting); i <= uint256(Phase.Closed); ++i) {
            vm.assertGe(phases[i], 1, "no campaign ends in one of the phases");
        }
    }

    function _act(uint256 drawn) private {
        uint256 a = uint256(keccak256(abi.encode(drawn, "a")));
        uint256 choice = drawn % 11;
        if (choice == 0) _handler.step(a);
        else if (choice == 1) _handler.steps(a);
        else if (choice == 2) _handler.halt(a);
        else if (choice == 3) _handler.staff(a);
        else if (choice == 4) _handler.enrol(a);
        else if (choice == 5) _handler.enrolMany(a);
        else if (choice == 6) _handler.withdraw(a);
        else if (choice == 7) _handler.unblindOne(a);
        else if (choice == 8) _handler.anchor(a);
        else if (choice == 9) _handler.convict(a);
        else _handler.wait(a);
    }
}
