// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {IReserveVaultFactory} from "./IReserveVaultFactory.sol";
import {ReserveVault} from "./ReserveVault.sol";

/// @title ReserveVaultFactory
/// @notice See {IReserveVaultFactory}.
contract ReserveVaultFactory is IReserveVaultFactory {
    /// @inheritdoc IReserveVaultFactory
    uint8 public constant MAX_DECIMALS = 8;

    /// @inheritdoc IReserveVaultFactory
    address public immutable deployer;

    /// @inheritdoc IReserveVaultFactory
    address public immutable authority;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;

    /// @inheritdoc IReserveVaultFactory
    uint40 public immutable noticePeriod;

    /// @inheritdoc IReserveVaultFactory
    address public claims;

    /// @inheritdoc IReserveVaultFactory
    address public parametric;

    /// @inheritdoc IReserveVaultFactory
    address public policies;

    /// @inheritdoc IReserveVaultFactory
    mapping(address payer => mapping(IERC20 asset => IReserveVault)) public vaultOf;

    /// @inheritdoc IReserveVaultFactory
    mapping(address account => bool) public isVault;

    constructor(address authority_, IParticipantRegistry participants_, uint40 noticePeriod_) {
        (deployer, authority, participants, noticePeriod) = (msg.sender, authority_, participants_, noticePeriod_);
    }

    /// @inheritdoc IReserveVaultFactory
    function bind(address claims_, address parametric_, address policies_) external {
        require(msg.sender == deployer, NotDeployer(msg.sender));
        require(claims == address(0), AlreadyBound());
        (claims, parametric, policies) = (_contract(claims_), _contract(parametric_), _contract(policies_));
        emit Bound(claims_, parametric_, policies_);
    }

    /// @inheritdoc IReserveVaultFactory
    function createVault(IERC20 asset) external returns (IReserveVault vault) {
        require(claims != address(0), NotBound());
        address payer = participants.resolve(msg.sender, Roles.PAYER);
        uint8 decimals = IERC20Metadata(_contract(address(asset))).decimals();
        require(decimals <= MAX_DECIMALS, TooManyDecimals(address(asset), decimals));
        vault = vaultOf[payer][asset];
        require(address(vault) == address(0), VaultExists(payer, address(asset), address(vault)));
        vault = new ReserveVault(
            ReserveVault.Setting(asset, payer, claims, parametric, policies, authority, participants, noticePeriod)
        );
        vaultOf[payer][asset] = vault;
        isVault[address(vault)] = true;
        emit VaultCreated(payer, address(asset), address(vault), msg.sender);
    }

    function _contract(address account) private view returns (address) {
        require(account.code.length != 0, NotContract(account));
        return account;
    }
}
