// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Signatures} from "./Signatures.sol";

/// @title SignedDecisions
/// @notice Decisions that anyone may relay: EIP-712 typed data with the time of the decision and a deadline.
/// @dev The domain (name, version "1", chain id, contract) keeps a signature from another chain or deployment out. Each
/// contract orders decisions of one signer by `issuedAt`, which makes nonces unnecessary: an older decision can never
/// undo a later one, and a second relay of the same decision changes nothing.
abstract contract SignedDecisions is EIP712 {
    /// @notice Thrown when `signature` is not the signer's over this decision.
    error InvalidSignature(address signer);
    /// @notice Thrown when a signed decision arrives after its deadline (unix seconds).
    error DeadlinePassed(uint40 deadline);
    /// @notice Thrown when a decision is dated later than the block (unix seconds).
    error IssuedInFuture(uint40 issuedAt);

    constructor(string memory name) EIP712(name, "1") {}

    /// @notice Refuses a decision that `signer` did not sign, that is dated in the future, or that came too late.
    function _requireSigned(
        address signer,
        bytes32 structHash,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) internal view {
        require(issuedAt <= block.timestamp, IssuedInFuture(issuedAt));
        require(block.timestamp <= deadline, DeadlinePassed(deadline));
        require(
            signer != address(0) && Signatures.isValid(signer, _hashTypedDataV4(structHash), signature),
            InvalidSignature(signer)
        );
    }
}
