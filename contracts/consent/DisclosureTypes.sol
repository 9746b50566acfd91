// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisclosureLog} from "./IDisclosureLog.sol";

/// @title DisclosureTypes
/// @notice The EIP-712 type of `DisclosureLog`.
library DisclosureTypes {
    bytes32 internal constant ACCESS_RECEIPT_TYPEHASH = keccak256(
        "AccessReceipt(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)"
    );

    /// @dev A struct of value types only encodes as its members in order, as EIP-712 asks.
    function hash(IDisclosureLog.AccessReceipt calldata value) internal pure returns (bytes32) {
        return keccak256(abi.encode(ACCESS_RECEIPT_TYPEHASH, value));
    }
}
