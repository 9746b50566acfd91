// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "./IConsentRegistry.sol";

/// @title ConsentTypes
/// @notice The EIP-712 types of `ConsentRegistry`: one for each decision of a patient or of who acts for them.
library ConsentTypes {
    bytes32 internal constant CONSENT_GRANT_TYPEHASH = keccak256(
        "ConsentGrant(address patient,address decidedBy,address grantee,uint32 purposes,uint64 categories,uint40 notBefore,uint40 expiresAt,uint8 flags,bytes32 evidence,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant CONSENT_REVOCATION_TYPEHASH = keccak256(
        "ConsentRevocation(address patient,address decidedBy,address grantee,uint32 purposes,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant REVOKE_ALL_TYPEHASH = keccak256(
        "RevokeAll(address patient,address decidedBy,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant BREAK_GLASS_PREFERENCE_TYPEHASH = keccak256(
        "BreakGlassPreference(address patient,bool forbidden,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant EMERGENCY_SOURCE_PREFERENCE_TYPEHASH = keccak256(
        "EmergencySourcePreference(address patient,address source,uint64 categories,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant GUARDIAN_NAMING_TYPEHASH = keccak256(
        "GuardianNaming(address patient,address guardian,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant RETIREMENT_TYPEHASH = keccak256(
        "Retirement(address patient,address decidedBy,uint40 issuedAt,uint40 deadline)"
    );
    bytes32 internal constant RETIREMENT_OBJECTION_TYPEHASH = keccak256(
        "RetirementObjection(address patient,uint40 issuedAt,uint40 deadline)"
    );

    /// @dev A struct of value types only encodes as its members in order, as EIP-712 asks.
    function hash(IConsentRegistry.ConsentGrant calldata value) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONSENT_GRANT_TYPEHASH, value));
    }

    function hash(IConsentRegistry.ConsentRevocation calldata value) internal pure returns (bytes32) {
        return keccak256(abi.encode(CONSENT_REVOCATION_TYPEHASH, value));
    }
}
