// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "../consent/IConsentRegistry.sol";

/// @title PermittedUse
/// @notice A contract that does something only where consent permits it to its caller. For tests.
contract PermittedUse {
    /// @notice Emitted when the data were used.
    event Used(address indexed patient, address indexed accessor);

    /// @notice Uses data of `patient`. Reverts: `ConsentDenied` with the reason.
    function use(IConsentRegistry registry, address patient, uint256 purpose, uint256 categories) external {
        registry.requirePermitted(patient, msg.sender, purpose, categories);
        emit Used(patient, msg.sender);
    }
}
