// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Role} from "../participants/Role.sol";

/// @title IEpcisEventLog
/// @notice Hashes of EPCIS events that mean nothing else on the chain, such as transformations, associations and observations: who
/// vouches for each, and that it existed at the time of the block.
/// @dev Logs only: nothing is stored, so nothing is refused that was recorded before. What counts is the block time of the first
/// log of a hash; a later one says only that somebody vouched for it again. What an observer learns: which partner recorded how many
/// events, and when. An event hash has no salt: who can guess every field of an event finds out that it took place.
interface IEpcisEventLog {
    /// @notice Emitted for each event that is recorded.
    /// @param eventHash CBV 2.0 hash of the EPCIS event.
    /// @param by The organisation that vouches for it.
    /// @param operator The sender: the organisation itself or its key.
    event EventRecorded(bytes32 indexed eventHash, address indexed by, address operator);

    /// @notice Thrown when a role has no part in recording events.
    error RoleNotFit(Role role);
    /// @notice Thrown when a list has no hash or more than 100.
    error ListLengthInvalid(uint256 length);
    /// @notice Thrown when the hash at `index` of a list is zero.
    error EmptyEventHash(uint256 index);

    /// @notice Records events by their hashes. This cannot be undone: an event that was wrong is corrected by another.
    /// @param eventHashes 1 to 100 CBV 2.0 hashes of EPCIS events.
    /// @param role In which the caller acts: MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER, THIRD_PARTY_LOGISTICS_PROVIDER or
    /// DRUG_REGULATOR.
    /// @dev Caller: anybody in good standing in that role, or its key. Reverts: {RoleNotFit}, `NotInGoodStanding`,
    /// {ListLengthInvalid}, {EmptyEventHash}.
    function record(bytes32[] calldata eventHashes, Role role) external;
}
