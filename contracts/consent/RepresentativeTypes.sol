// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRepresentativeRegistry} from "./IRepresentativeRegistry.sol";

/// @title RepresentativeTypes
/// @notice The EIP-712 types of `RepresentativeRegistry`.
library RepresentativeTypes {
    bytes32 internal constant REPRESENTATIVE_NAMING_TYPEHASH = keccak256(
        "RepresentativeNaming(address patient,address representative,uint32 purposes,uint40 expiresAt,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant REPRESENTATIVE_REMOVAL_TYPEHASH = keccak256(
        "RepresentativeRemoval(address patient,address representative,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant REPRESENTATIVE_APPOINTMENT_TYPEHASH = keccak256(
        "RepresentativeAppointment(address patient,address representative,address officer,uint32 purposes,bool mayOverride,uint40 expiresAt,bytes32 caseCommitment,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant APPOINTMENT_DECISION_TYPEHASH = keccak256(
        "AppointmentDecision(address patient,address representative,address officer,bool inForce,uint40 issuedAt,uint40 deadline)"
    );

    /// @dev A struct of value types only encodes as its members in order, as EIP-712 asks.
    function hash(IRepresentativeRegistry.RepresentativeAppointment calldata value) internal pure returns (bytes32) {
        return keccak256(abi.encode(REPRESENTATIVE_APPOINTMENT_TYPEHASH, value));
    }

    function hash(IRepresentativeRegistry.AppointmentDecision calldata value) internal pure returns (bytes32) {
        return keccak256(abi.encode(APPOINTMENT_DECISION_TYPEHASH, value));
    }
}
