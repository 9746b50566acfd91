// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    AllocationLeaf,
    Enrolment,
    OutcomeKind,
    OutcomeLeaf,
    Protocol,
    SignatureMeaning,
    TrialRole
} from "../../../contracts/trials/TrialTypes.sol";
import {bound, vm} from "../Vm.sol";
import {TrialsWorld} from "./TrialsWorld.sol";

/// @title TrialsPropertiesTest
/// @notice Lists that are committed to, and that nothing tells a subject's arm. Numbers as in docs/properties.md.
contract TrialsPropertiesTest is TrialsWorld {
    uint256 private constant MANY = 1_000;

    /// @dev A list of four, its tree built from the words of `IndexedTree`: the lowest bit of the index is the way at the root.
    function testFuzz_R8_onlyRowsOfTheAllocationList(bytes32 salt, uint8 at, uint8 change, uint256 by) external {
        AllocationLeaf[4] memory rows;
        bytes32[4] memory leaves;
        for (uint256 i = 0; i < 4; ++i) {
            rows[i] = AllocationLeaf(uint32(i), subjectAt(0, i), uint8(i % 2), keccak256(abi.encode(salt, i)));
            leaves[i] = _allocationLeaf(rows[i]);
        }
        (bytes32 even, bytes32 odd) = (_node(leaves[0], leaves[2]), _node(leaves[1], leaves[3]));
        bytes32 trialId = _begin(_node(even, odd));
        uint256 index = at % 4;
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (leaves[index ^ 2], index % 2 == 0 ? odd : even);
        AllocationLeaf memory row = rows[index];
        vm.assertTrue(registry.verifyAllocation(trialId, row, proof), "R8: a row of the list is one");

        by = bound(by, 1, type(uint8).max);
        if (change % 6 == 0) row.index ^= uint32(by);
        else if (change % 6 == 1) row.subject ^= bytes32(by);
        else if (change % 6 == 2) row.arm ^= uint8(by);
        else if (change % 6 == 3) row.salt ^= bytes32(by);
        else proof[change % 2] ^= bytes32(by);
        vm.assertFalse(registry.verifyAllocation(trialId, row, proof), "R8: nothing else is");
    }

    /// @dev A list of outcomes without anything wrong never reads as misdeclared, whatever leaf and proof are shown.
    function testFuzz_R8_noListIsMisdeclaredByWhatIsNotInIt(
        uint16 index,
        uint16 count,
        uint8 kind,
        bytes32 commitment,
        bytes32 sibling,
        bool isKnown
    ) external {
        bytes32 trialId = _begin(keccak256("allocation"));
        OutcomeLeaf memory outcome = OutcomeLeaf(index, count, OutcomeKind(kind % 3), commitment);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = sibling;
        // What is in the list, in its place or another.
        if (isKnown)
            (outcome, proof) = (_outcome(0, kind % 2 == 0, count % 2), _outcomeProof(0, kind % 2 == 0, count % 2));
        if (isKnown && kind & 4 != 0) outcome.index = index;
        (bool ok, ) = address(registry).call(
            abi.encodeCall(
                registry.reportMisdeclared,
                (trialId, 1, _documentsHash(0), _protocol(0).outcomes, outcome, proof)
            )
        );
        vm.assertFalse(ok, "R8: only a leaf of the list convicts it");
    }

    /// @dev Subjects of two arms in turn: the same function, as many bytes, but for commitment and signature the same ones, and the same gas
    /// once what they share was read. The price of zero bytes, which are random, is not in the gas of a call.
    function test_R9_nothingTellsTheArm() external {
        bytes32 trialId = _begin(keccak256("allocation"));
        vm.prank(sponsors[0]);
        registry.appoint(trialId, TrialRole.Investigator, sites[0], time, time + 1 days);
        bytes32 shape;
        uint256 gas;
        for (uint256 i = 0; i < MANY; ++i) {
            (bytes32 blank, uint256 used) = this.enrolOne(trialId, i);
            // The first finds the trial cold, and the first of a trial writes more.
            if (i == 1) (shape, gas) = (blank, used);
            if (i < 2) continue;
            vm.assertEq(blank, shape, "R9: but for commitment and signature every enrolment is the same");
            vm.assertEq(used, gas, "R9: every enrolment uses the same gas");
        }
    }

    /// @notice Enrols a subject, from a memory that is empty, as what is larger costs more.
    /// @return blank The call without commitment and signature.
    /// @return used The gas of the call.
    function enrolOne(bytes32 trialId, uint256 index) external returns (bytes32 blank, uint256 used) {
        bytes32 subject = keccak256(abi.encode("salted", index, index % 2));
        Enrolment memory enrolment = Enrolment(trialId, sites[0], subject, 1, sites[0], time, time);
        bytes memory signature = _signEnrolment(enrolment, sites[0]);
        bytes memory call = abi.encodeCall(registry.enrol, (enrolment, signature));
        uint256 before = gasleft();
        (bool ok, ) = address(registry).call(call);
        used = before - gasleft();
        vm.assertTrue(ok, "enrolled");
        enrolment.subject = 0;
        blank = keccak256(abi.encodeCall(registry.enrol, (enrolment, new bytes(signature.length))));
    }

    function _begin(bytes32 allocationRoot) private returns (bytes32 trialId) {
        trialId = trialIdAt(0);
        Protocol memory protocol = _protocol(0);
        protocol.documents.allocationRoot = allocationRoot;
        vm.prank(sponsors[0]);
        registry.register(_number(0), protocol);
        bytes32 hash = registry.versionOf(trialId, 1).hash;
        registry.approve(trialId, _approval(trialId, hash, boards[0], SignatureMeaning.Approval));
    }

    function _allocationLeaf(AllocationLeaf memory row) private pure returns (bytes32) {
        bytes32 tag = keccak256("CareProof.AllocationLeaf(uint32 index,bytes32 subject,uint8 arm,bytes32 salt)");
        return keccak256(abi.encode(keccak256(abi.encode(tag, row))));
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encode(left, right));
    }
}
