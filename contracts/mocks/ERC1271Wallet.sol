// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title ERC1271Wallet
/// @notice A contract wallet that signs by its owner's key, and can be made to refuse what it accepted before. For
/// tests.
contract ERC1271Wallet is IERC1271 {
    address private immutable _owner;
    bool private _refusing;

    constructor(address owner) {
        _owner = owner;
    }

    /// @notice Whether every signature is refused from now on. Caller: anyone.
    function setRefusing(bool refusing) external {
        _refusing = refusing;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool isOwner = failure == ECDSA.RecoverError.NoError && recovered == _owner;
        return isOwner && !_refusing ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
