// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "../consent/IConsentRegistry.sol";

/// @title ConsentCaller
/// @notice A contract that asks for consent, to measure what the question costs it. For tests and benchmarks.
contract ConsentCaller {
    /// @notice The gas that one `check` took, everything included that the call itself costs.
    event Measured(uint256 gasUsed, bool permitted);

    /// @notice Asks once and emits what it took.
    function measure(
        IConsentRegistry registry,
        address patient,
        address accessor,
        uint256 purpose,
        uint256 categories
    ) external {
        uint256 before = gasleft();
        (bool permitted, ) = registry.check(patient, accessor, purpose, categories);
        emit Measured(before - gasleft(), permitted);
    }
}
