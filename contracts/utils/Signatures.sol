// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures
/// @notice One way to check who signed: the account's own key first (ECDSA, low s), then ERC-1271.
/// @dev OpenZeppelin's `SignatureChecker` asks only ERC-1271 where the account has code, so a patient who delegated by
/// EIP-7702 could no longer revoke with the key that owns the account. The key comes first here, always.
library Signatures {
    /// @notice Whether `signature` by `signer` covers `digest`.
    /// @dev An ERC-1271 answer can change from block to block; an ECDSA answer cannot.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (isByKey(signer, digest, signature)) return true;
        return
            signer.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }

    /// @notice Whether `signature` by the key of `signer` itself covers `digest`: an answer that never changes.
    function isByKey(address signer, bytes32 digest, bytes calldata signature) internal pure returns (bool) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == signer;
    }
}
