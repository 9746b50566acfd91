// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITrialData} from "../../../contracts/trials/ITrialData.sol";
import {Phase, Subject, TrialFacts} from "../../../contracts/trials/TrialTypes.sol";
import {vm} from "../Vm.sol";
import {TrialsHandler} from "./TrialsHandler.sol";

/// @title TrialsInvariants
/// @notice What stays true of clinical trials whatever anyone does, in any order. Numbers as in docs/properties.md.
contract TrialsInvariants {
    TrialsHandler internal handler;

    function setUp() external {
        handler = new TrialsHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev After each act one of the trials; all at the end.
    function invariant_trials() external {
        vm.warp(handler.time());
        vm.assertEq(handler.broken(), "", "see the message");
        _assertTrial(handler.acts() % handler.TRIALS());
    }

    function afterInvariant() external {
        vm.warp(handler.time());
        for (uint256 trial = 0; trial < handler.TRIALS(); ++trial) _assertTrial(trial);
        for (uint256 i = 0; i < handler.batchCount(); ++i) {
            (uint256 trial, address writer, uint64 sequence, bytes32 root, , , ) = handler.batches(i);
            bytes32 kept = handler.data().rootOf(handler.trialIdAt(trial), writer, sequence);
            vm.assertEq(kept, root, "R2: a root once written never changes");
        }
    }

    function _assertTrial(uint256 trial) private view {
        TrialsHandler.Model memory model = handler.modelOf(trial);
        (TrialFacts memory facts, ITrialData.DataFacts memory data) = handler.data().recordOf(handler.trialIdAt(trial));
        vm.assertEq(data.batchesAfterUnlock, model.lateBatches, "R2: every batch after an unlock is counted");
        vm.assertEq(data.violations, model.violations, "R3: every conviction is counted");
        vm.assertEq(facts.version, model.variants.length, "R3: every version is kept");
        vm.assertEq(facts.unlocks, model.unlocks, "R3: every unlock is counted");
        vm.assertEq(facts.unregisteredResults, model.unregistered, "R3: every unregistered result is counted");
        vm.assertTrue(facts.misdeclared == model.misdeclared, "R3: misdeclared for ever");
        vm.assertTrue(facts.amendedAfterUnblinding == model.amendedAfterUnblinding, "R3: amended after unblinding");
        _assertSubjects(trial, facts, model);
        _assertOutcomes(facts, model);
    }

    function _assertSubjects(uint256 trial, TrialFacts memory facts, TrialsHandler.Model memory model) private view {
        bool isProspective = model.enrolled != 0;
        uint256 enrolled;
        uint256 withdrawn;
        uint256 unblinded;
        for (uint256 i = 0; i < handler.SUBJECTS(); ++i) {
            Subject memory subject = handler.registry().subjectOf(
                handler.trialIdAt(trial),
                handler.subjectAt(trial, i)
            );
            (address site, uint40 signedAt, , uint8 version, uint40 withdrawnAt, bool isUnblinded) = handler.persons(
                trial,
                i
            );
            vm.assertEq(subject.site, site, "R5: a subject stays at its site");
            vm.assertEq(subject.signedAt, signedAt, "R5: when a subject consented first never changes");
            vm.assertEq(subject.version, version, "R5: the version a subject consented to");
            vm.assertEq(subject.withdrawnAt, withdrawnAt, "R5: a withdrawal stands");
            vm.assertTrue(
                subject.unblinded == isUnblinded,
                "R5: unblinded in an emergency are those that were recorded"
            );
            if (subject.site != address(0)) ++enrolled;
            if (subject.withdrawnAt != 0) ++withdrawn;
            if (subject.unblinded) ++unblinded;
            if (site != address(0) && (signedAt < facts.registeredAt || signedAt < facts.approvedAt)) {
                isProspective = false;
            }
        }
        vm.assertEq(facts.enrolled, enrolled, "R5: enrolled are as many as there are subjects");
        vm.assertEq(facts.withdrawn, withdrawn, "R5: withdrawn are as many as withdrew");
        vm.assertEq(facts.emergencyUnblindings, unblinded, "R5: as many emergencies as subjects unblinded");
        vm.assertEq(facts.earliestSignedAt, model.earliestSignedAt, "R4: the earliest consent");
        vm.assertTrue(facts.prospective == isProspective, "R4: prospective is who enrolled nobody before approval");
    }

    function _assertOutcomes(TrialFacts memory facts, TrialsHandler.Model memory model) private pure {
        vm.assertEq(facts.judgedVersion, model.judged, "R6: judged by the earliest version somebody is enrolled under");
        uint256 primaries = _bits(model.reportedPrimaries);
        vm.assertEq(facts.reportedPrimaries, primaries, "R6: reported are those that were reported");
        vm.assertEq(facts.reportedOthers, _bits(model.reportedOthers), "R6: and of the others");
        vm.assertEq(facts.unreportedPrimaries, facts.primaries - primaries, "R6: all others are not");
        bool primariesChanged;
        bool othersChanged;
        for (uint256 v = model.judged; model.judged != 0 && v < model.variants.length; ++v) {
            (uint256 before, uint256 list) = (model.variants[v - 1] & 3, model.variants[v] & 3);
            if (before != list) (primariesChanged, othersChanged) = (true, true);
        }
        vm.assertTrue(facts.primariesChanged == primariesChanged, "R6: primary outcomes changed since");
        vm.assertTrue(facts.othersChanged == othersChanged, "R6: other outcomes changed since");
        vm.assertTrue(
            facts.phase < Phase.Unblinded || facts.unblindedAt >= facts.lockedAt,
            "R1: locked, then unblinded"
        );
    }

    function _bits(uint256 mask) private pure returns (uint256 count) {
        for (; mask != 0; mask >>= 1) count += mask & 1;
    }
}
