// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title HostileReceiver
/// @notice A partner that is a contract and would do harm from within `onERC721Received`. For tests.
contract HostileReceiver is IERC721Receiver {
    using Address for address;

    /// @notice Whether `onERC721Received` was ever called.
    bool public called;

    bytes private _attack;

    /// @notice Calls `target` as the partner.
    function act(address target, bytes calldata data) external {
        target.functionCall(data);
    }

    /// @notice Says what it will call the token contract with, from within a transfer.
    function prepare(bytes calldata attack) external {
        _attack = attack;
    }

    /// @inheritdoc IERC721Receiver
    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        called = true;
        msg.sender.functionCall(_attack);
        return IERC721Receiver.onERC721Received.selector;
    }
}
