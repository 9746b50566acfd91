// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title FeeSchedule
/// @notice The fees that a payer allows, as leaves of the Merkle tree whose root is in the plan's terms. A leaf binds a fee to a
/// commitment to the procedure code, so that the tree shows neither codes nor fees.
/// @dev The commitment is `keccak256(abi.encode(keccak256("CareProof.ProcedureCode"), uint16 form, bytes32 salt, bytes32
/// keccak256(canonical)))` over qualifier, code and modifiers, as the package makes it; no contract opens one.
library FeeSchedule {
    /// @notice The type tag of a leaf.
    bytes32 internal constant FEE_LEAF = keccak256("CareProof.FeeLeaf(bytes32 commitment,uint64 fee)");

    /// @notice The leaf of a procedure code: a double hash, so that no inner node is ever taken for one.
    /// @param commitment The commitment to the procedure code.
    /// @param fee What is allowed for one unit of the service (token units).
    function leaf(bytes32 commitment, uint64 fee) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(FEE_LEAF, commitment, fee))));
    }
}
