// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IERC5192} from "./IERC5192.sol";

/// @title LockedERC721
/// @notice ERC-721 tokens that are made and burned, and never transferred (ERC-5192).
abstract contract LockedERC721 is ERC721, IERC5192 {
    /// @dev The id of ERC-5192 as the standard gives it: the selector of `locked`.
    bytes4 private constant _ERC5192 = 0xb45a3c0e;

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view virtual override returns (bool) {
        return interfaceId == _ERC5192 || super.supportsInterface(interfaceId);
    }

    /// @dev Makes and burns, and nothing else.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        require(to == address(0) || _ownerOf(tokenId) == address(0), NotTransferable());
        from = super._update(to, tokenId, auth);
        if (to != address(0)) emit Locked(tokenId);
    }

    /// @dev An approval would allow what never happens. A token that is burned comes here without an event, to have none.
    function _approve(address, uint256, address, bool emitEvent) internal pure override {
        require(!emitEvent, NotTransferable());
    }

    /// @dev See {_approve}.
    function _setApprovalForAll(address, address, bool) internal pure override {
        revert NotTransferable();
    }
}
