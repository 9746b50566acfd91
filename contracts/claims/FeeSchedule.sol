// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ServiceFamily} from "./PlanTerms.sol";

/// @title FeeSchedule
/// @notice The fees that a payer allows, as leaves of the Merkle tree whose root is in the plan's terms. A leaf binds a fee to a
/// commitment to the procedure code, so that the tree shows neither codes nor fees, and to the service family in which the plan
/// pays it, so that nobody claims it under another's benefit.
/// @dev The commitment is `keccak256(abi.encode(keccak256("CareProof.ProcedureCode"), uint16 form, bytes32 salt, bytes32
/// keccak256(canonical)))` over qualifier, code and modifiers, as the package makes it; no contract opens one.
library FeeSchedule {
    /// @notice The type tag of a leaf.
    bytes32 internal constant FEE_LEAF = keccak256("CareProof.FeeLeaf(uint8 family,bytes32 commitment,uint64 fee)");

    /// @notice The leaf of a procedure code: a double hash, so that no inner node is ever taken for one.
    /// @param family The service family in which the procedure is paid; one paid in two families has a leaf for each.
    /// @param commitment The commitment to the procedure code.
    /// @param fee What is allowed for one unit of the service (token units).
    /// @dev Hashed where memory is free and without taking it: once for each line of a claim.
    function leaf(ServiceFamily family, bytes32 commitment, uint64 fee) internal pure returns (bytes32 result) {
        bytes32 tag = FEE_LEAF;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, tag)
            mstore(add(start, 0x20), and(family, 0xff))
            mstore(add(start, 0x40), commitment)
            mstore(add(start, 0x60), and(fee, 0xffffffffffffffff))
            mstore(0, keccak256(start, 0x80))
            result := keccak256(0, 0x20)
        }
    }
}
