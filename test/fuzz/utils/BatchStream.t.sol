// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchStream} from "../../../contracts/utils/BatchStream.sol";
import {bound, vm} from "../Vm.sol";

contract BatchStreamTest {
    using BatchStream for BatchStream.Stream;

    BatchStream.Stream private stream;

    function append(uint64 sequence, bytes32 root, uint64 count) external {
        stream.append(sequence, root, count);
    }

    function testFuzz_P4_onlyTheNextBatchIsAppended(uint64[8] memory sequences, uint64[8] memory counts) external {
        uint64 next = 1;
        uint256 leaves;
        for (uint256 i = 0; i < 8; ++i) {
            vm.warp(1_800_000_000 + i);
            // Mostly near the next number.
            uint64 sequence = uint64(bound(sequences[i], next == 0 ? 0 : next - 1, uint256(next) + 1));
            bytes32 root = counts[i] % 7 == 3 ? bytes32(0) : keccak256(abi.encode(i));
            uint64 count = counts[i] % 5 == 2 ? 0 : counts[i];
            bool expected = sequence == next && root != 0 && count != 0;
            (bool ok, ) = address(this).call(abi.encodeCall(this.append, (sequence, root, count)));
            vm.assertTrue(ok == expected, "P4: a batch is appended exactly if it is the next and not empty");
            if (ok) {
                ++next;
                leaves += count;
                vm.assertEq(stream.roots[sequence], root, "P4: the root is kept under its number");
                vm.assertEq(stream.head.lastAt, block.timestamp, "P4: the head has the time of the last batch");
            }
            vm.assertEq(uint256(stream.head.sequence) + 1, next, "P4: the head counts the batches");
            vm.assertEq(stream.head.leaves, leaves, "P4: the head counts the leaves");
        }
    }
}
