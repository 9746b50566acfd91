// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ParticipantTypes
/// @notice The EIP-712 types of `ParticipantRegistry`.
library ParticipantTypes {
    bytes32 internal constant OPERATOR_ACCEPTANCE_TYPEHASH = keccak256(
        "OperatorAcceptance(address operator,address principal,uint56 roles,uint40 expiresAt,uint256 nonce,uint40 deadline)"
    );

    function hashOperatorAcceptance(
        address operator,
        address principal,
        uint56 roles,
        uint40 expiresAt,
        uint256 nonce,
        uint40 deadline
    ) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(OPERATOR_ACCEPTANCE_TYPEHASH, operator, principal, roles, expiresAt, nonce, deadline));
    }
}
