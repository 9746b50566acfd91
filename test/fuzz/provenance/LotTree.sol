// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice GS1 keys, leaves and Merkle trees, written again from docs/gs1.md and docs/lots.md.
library LotTree {
    /// @notice The key of 12 or 16 leading digits with its check digit: weights 3 and 1 from the right.
    function withCheckDigit(uint256 digits) internal pure returns (uint256) {
        uint256 sum = 0;
        uint256 weight = 3;
        for (uint256 rest = digits; rest != 0; rest /= 10) {
            sum += weight * (rest % 10);
            weight = 4 - weight;
        }
        return digits * 10 + ((10 - (sum % 10)) % 10);
    }

    /// @notice Token id of a package.
    function packageId(uint256 gtin, bytes memory serial) internal pure returns (uint256 id) {
        for (uint256 i = 0; i < 20; ++i) id = id * 128 + (i < serial.length ? uint8(serial[i]) : 0);
        id += gtin * 2 ** 140 + 2 ** 248;
    }

    /// @notice Token id of a logistic unit.
    function containerId(uint256 sscc) internal pure returns (uint256) {
        return sscc + 2 * 2 ** 248;
    }

    /// @notice The key of a lot.
    function lotKey(uint48 gtin, bytes20 lotNumber) internal pure returns (uint56) {
        return uint56(uint256(keccak256(abi.encode(gtin, lotNumber))) >> 200);
    }

    /// @notice The leaf of a package or container.
    function leaf(uint56 lot, uint256 id, uint256[] memory path) internal pure returns (bytes32) {
        bytes32 tag = keccak256("CareProof.LotLeaf(uint56 lot,uint256 id,uint256[] path)");
        return keccak256(abi.encodePacked(keccak256(abi.encode(tag, lot, id, path))));
    }

    /// @notice The leaf that binds how much a run has.
    function countLeaf(uint56 lot, uint256 packages, uint256 containers) internal pure returns (bytes32) {
        bytes32 tag = keccak256("CareProof.LotCountLeaf(uint56 lot,uint256 packages,uint256 containers,bytes32 salt)");
        return keccak256(abi.encodePacked(keccak256(abi.encode(tag, lot, packages, containers, bytes32(uint256(1))))));
    }

    /// @notice The nodes of a tree over a power of two of leaves: node 1 is the root, those of node n are 2n and 2n + 1.
    function nodesOf(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        uint256 n = leaves.length;
        nodes = new bytes32[](2 * n);
        for (uint256 i = 0; i < n; ++i) nodes[n + i] = leaves[i];
        for (uint256 i = n - 1; i != 0; --i) nodes[i] = _pair(nodes[2 * i], nodes[2 * i + 1]);
    }

    /// @notice The siblings from a leaf up.
    function proofOf(bytes32[] memory nodes, uint256 index) internal pure returns (bytes32[] memory proof) {
        uint256 depth = 0;
        for (uint256 n = nodes.length / 2; n > 1; n /= 2) ++depth;
        proof = new bytes32[](depth);
        uint256 node = nodes.length / 2 + index;
        for (uint256 i = 0; i < depth; ++i) {
            proof[i] = nodes[node % 2 == 0 ? node + 1 : node - 1];
            node /= 2;
        }
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }
}
