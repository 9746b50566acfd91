// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title ERC721Peer
/// @notice OpenZeppelin's ERC-721 with nothing added but that anyone mints and burns: what the bench measures beside
/// `DrugProvenance`.
contract ERC721Peer is ERC721("Peer", "PEER") {
    /// @notice Creates a token.
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }

    /// @notice Destroys a token.
    function burn(uint256 id) external {
        _update(address(0), id, msg.sender);
    }
}
