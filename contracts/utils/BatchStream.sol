// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BatchStream
/// @notice An append-only stream of Merkle roots with one writer: its head packed in one slot, one slot a batch.
/// @dev Who may append, and what a leaf is, are the caller's business.
library BatchStream {
    /// @notice The head of a stream. One slot.
    /// @param sequence Number of batches so far; the next batch has this sequence number plus one.
    /// @param leaves Number of leaves in all batches so far, as their writer counted them.
    /// @param lastAt When the last batch was appended (unix seconds).
    struct Head {
        uint64 sequence;
        uint128 leaves;
        uint40 lastAt;
    }

    /// @notice A stream: its head, and the root of each batch by sequence number, the first being 1.
    struct Stream {
        Head head;
        mapping(uint64 sequence => bytes32 root) roots;
    }

    /// @notice Thrown when a batch is not the next one of its stream: it was appended before, or one before it is
    /// missing.
    error BatchOutOfSequence(uint64 expected, uint64 sequence);
    /// @notice Thrown when a batch has no leaf or no root.
    error EmptyBatch();

    /// @notice Appends a batch of `count` leaves under `root` as number `sequence`.
    /// @dev The sequence number is asked for so that a lost or repeated batch is seen, never silently accepted.
    function append(Stream storage self, uint64 sequence, bytes32 root, uint64 count) internal {
        require(root != 0 && count != 0, EmptyBatch());
        Head memory head = self.head;
        require(sequence == head.sequence + 1, BatchOutOfSequence(head.sequence + 1, sequence));
        self.head = Head(sequence, head.leaves + count, uint40(block.timestamp));
        self.roots[sequence] = root;
    }
}
