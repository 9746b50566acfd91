// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721A} from "erc721a/contracts/ERC721A.sol";

/// @title ERC721APeer
/// @notice ERC721A with nothing added but that anyone mints: what the bench measures beside `DrugProvenance`.
contract ERC721APeer is ERC721A("Peer", "PEER") {
    /// @notice Creates `quantity` tokens.
    function mint(address to, uint256 quantity) external {
        _mint(to, quantity);
    }
}
