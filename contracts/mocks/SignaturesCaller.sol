// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Signatures} from "../utils/Signatures.sol";

/// @title SignaturesCaller
/// @notice Opens the library `Signatures` to tests.
contract SignaturesCaller {
    /// @notice {Signatures-isValid}.
    function isValid(address signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return Signatures.isValid(signer, digest, signature);
    }
}
