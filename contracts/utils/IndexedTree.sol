// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IndexedTree
/// @notice A Merkle tree whose root binds one leaf for each index, so that whoever commits to a list cannot commit to several
/// entries for one place and later show the one that suits.
/// @dev The way from the root to a leaf is the leaf's index, its lowest bit first: 0 left, 1 right. All proofs for an index, of
/// whatever length, lead down the same way, on which only one node can be a leaf. Trees of sorted pairs do not bind places.
library IndexedTree {
    /// @notice Whether `leaf` is at `index` of the tree with `root`.
    /// @param leaf A double hash, so that no inner node is ever taken for one.
    /// @param proof The siblings, from the leaf to the root.
    function verify(bytes32[] calldata proof, bytes32 root, bytes32 leaf, uint256 index) internal pure returns (bool) {
        bytes32 node = leaf;
        uint256 length = proof.length;
        for (uint256 i = 0; i < length; ++i) {
            bool isRight = (index >> (length - 1 - i)) & 1 == 1;
            node = isRight ? keccak256(abi.encode(proof[i], node)) : keccak256(abi.encode(node, proof[i]));
        }
        return node == root;
    }
}
