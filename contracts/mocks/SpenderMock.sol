// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title SpenderMock
/// @notice Stands for a contract that a reserve vault serves: passes calls on, and measures them. For tests.
contract SpenderMock {
    using Address for address;

    /// @notice The gas that one call took, without the transaction's own.
    event Measured(uint256 gasUsed);

    /// @notice Calls `target` as this contract.
    function act(address target, bytes calldata data) external returns (bytes memory) {
        return target.functionCall(data);
    }

    /// @notice As {act}, and emits what it took.
    function measure(address target, bytes calldata data) external {
        uint256 before = gasleft();
        target.functionCall(data);
        emit Measured(before - gasleft());
    }
}
