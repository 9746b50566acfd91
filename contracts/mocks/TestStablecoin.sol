// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title TestStablecoin
/// @notice A stablecoin of local chains: ERC-20 and ERC-2612, six decimals. Anyone makes as much of it as they like.
contract TestStablecoin is ERC20, ERC20Permit {
    constructor() ERC20("Test Stablecoin", "TEST") ERC20Permit("Test Stablecoin") {}

    /// @notice Makes `amount` units for `to`.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
