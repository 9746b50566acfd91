// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {IEpcisEventLog} from "./IEpcisEventLog.sol";

/// @title EpcisEventLog
/// @notice See {IEpcisEventLog}.
contract EpcisEventLog is IEpcisEventLog {
    /// @dev Most hashes of a list.
    uint256 private constant _MAX_LIST = 100;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;

    constructor(IParticipantRegistry participants_) {
        participants = participants_;
    }

    /// @inheritdoc IEpcisEventLog
    function record(bytes32[] calldata eventHashes, Role role) external {
        uint256 roles =
            Roles.TRADING_PARTNERS | Roles.THIRD_PARTY_LOGISTICS_PROVIDER.bit() | Roles.DRUG_REGULATOR.bit();
        require(role.bit() & roles != 0, RoleNotFit(role));
        address by = participants.resolve(msg.sender, role);
        uint256 length = eventHashes.length;
        require(length != 0 && length <= _MAX_LIST, ListLengthInvalid(length));
        for (uint256 i = 0; i < length; ++i) {
            require(eventHashes[i] != 0, EmptyEventHash(i));
            emit EventRecorded(eventHashes[i], by, msg.sender);
        }
    }
}
