// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title LeakyLog
/// @notice What no contract of CareProof may do: personal data in an event, in storage, and as a bare hash. The scanner
/// of `test/privacy` must find each.
contract LeakyLog {
    /// @notice The last name, in storage.
    string public lastName;

    /// @notice A name in the open.
    event NameLeaked(string name);
    /// @notice A name's hash, which anybody who guesses the name can check.
    event NameHashed(bytes32 indexed hash);

    /// @notice Leaks `name` in an event and in calldata.
    function emitName(string calldata name) external {
        emit NameLeaked(name);
    }

    /// @notice Leaks `hash`, made off chain from a name, in an event and in calldata.
    function emitHash(bytes32 hash) external {
        emit NameHashed(hash);
    }

    /// @notice Leaks `name` in storage and in calldata.
    function storeName(string calldata name) external {
        lastName = name;
    }
}
