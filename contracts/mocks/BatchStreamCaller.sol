// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchStream} from "../utils/BatchStream.sol";

/// @title BatchStreamCaller
/// @notice Opens the library `BatchStream` to tests: two streams, to show that one never moves the other.
contract BatchStreamCaller {
    using BatchStream for BatchStream.Stream;

    BatchStream.Stream[2] private _streams;

    /// @notice {BatchStream-append} to stream `stream`, 0 or 1.
    function append(uint256 stream, uint64 sequence, bytes32 root, uint64 count) external {
        _streams[stream].append(sequence, root, count);
    }

    /// @notice The head of a stream.
    function headOf(uint256 stream) external view returns (BatchStream.Head memory) {
        return _streams[stream].head;
    }

    /// @notice The root of a batch.
    function rootOf(uint256 stream, uint64 sequence) external view returns (bytes32) {
        return _streams[stream].roots[sequence];
    }
}
