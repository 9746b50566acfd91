// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IReserveVault} from "./IReserveVault.sol";

/// @title IReserveVaultFactory
/// @notice Creates the reserve vaults of accredited payers, one for each asset of a payer.
/// @dev What an observer learns: which payer keeps reserves in which token.
interface IReserveVaultFactory {
    /// @notice Emitted once, when the contracts are named that all vaults serve.
    event Bound(address claims, address parametric, address policies);
    /// @notice Emitted when a vault is created.
    event VaultCreated(address indexed payer, address indexed asset, address vault, address indexed by);

    /// @notice Thrown when the caller did not deploy the factory.
    error NotDeployer(address account);
    /// @notice Thrown when the factory is bound already.
    error AlreadyBound();
    /// @notice Thrown when a vault would be created before the factory is bound.
    error NotBound();
    /// @notice Thrown when an address has no code.
    error NotContract(address account);
    /// @notice Thrown when the payer has a vault over this asset.
    error VaultExists(address payer, address asset, address vault);
    /// @notice Thrown when an asset has more than {MAX_DECIMALS} decimals.
    error TooManyDecimals(address asset, uint8 decimals);

    /// @notice Decimals of an asset at most: a vault counts what it owes in 72 bits, 47 trillion of a token of 8 decimals, but
    /// 4,722 of one of 18.
    function MAX_DECIMALS() external view returns (uint8);

    /// @notice Names the contracts that all vaults serve. They are deployed after the factory, so it cannot know them
    /// before. There is no vault before that, and nobody can change it.
    /// @dev Caller: {deployer}, once. Reverts: {NotDeployer}, {AlreadyBound}, {NotContract}.
    function bind(address claims, address parametric, address policies) external;

    /// @notice Creates the vault of the payer for which the caller acts.
    /// @dev Caller: an accredited payer, or a key that it gave the role PAYER. Reverts: {NotBound}, `NotInGoodStanding`,
    /// {NotContract}, {TooManyDecimals}, {VaultExists}. A token that does not say its decimals has no vault.
    function createVault(IERC20 asset) external returns (IReserveVault vault);

    /// @notice The vault of `payer` over `asset`, or zero.
    function vaultOf(address payer, IERC20 asset) external view returns (IReserveVault);

    /// @notice Whether this factory created `account`.
    function isVault(address account) external view returns (bool);

    /// @notice Who may bind the factory.
    function deployer() external view returns (address);

    /// @notice The `AccessManager` of all vaults.
    function authority() external view returns (address);

    /// @notice How long before a withdrawal investors of all vaults give notice (seconds).
    function noticePeriod() external view returns (uint40);

    /// @notice The claims processor of all vaults; zero before the factory is bound.
    function claims() external view returns (address);

    /// @notice The contract of parametric policies of all vaults; zero before the factory is bound.
    function parametric() external view returns (address);

    /// @notice The registry of policies of all vaults; zero before the factory is bound.
    function policies() external view returns (address);
}
