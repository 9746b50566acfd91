// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IERC5192
/// @notice ERC-5192, minimal soulbound tokens. Ours can never be transferred, so none is ever unlocked.
interface IERC5192 {
    /// @notice ERC-5192: emitted once a token is made, as it can never be transferred.
    event Locked(uint256 tokenId);

    /// @notice Thrown by every transfer and approval.
    error NotTransferable();

    /// @notice ERC-5192: always true of a token. Reverts: ERC-721's where there is none.
    function locked(uint256 tokenId) external view returns (bool);
}
