// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IAttestations
/// @notice What the Ethereum Attestation Service answers to {AttestationCaller}.
interface IAttestations {
    struct Attestation {
        bytes32 uid;
        bytes32 schema;
        uint64 time;
        uint64 expirationTime;
        uint64 revocationTime;
        bytes32 refUID;
        address recipient;
        address attester;
        bool revocable;
        bytes data;
    }

    /// @notice As EAS 1.9.0 has it.
    function getAttestation(bytes32 uid) external view returns (Attestation memory);
}

/// @title AttestationCaller
/// @notice A contract that asks the peer of the benchmark for an attestation, as {ConsentCaller} asks for a consent.
contract AttestationCaller {
    /// @notice The gas that one `getAttestation` took, and whether the attestation stands.
    event Measured(uint256 gasUsed, bool permitted);

    /// @notice Asks once and emits what it took.
    function measure(IAttestations registry, bytes32 uid) external {
        uint256 before = gasleft();
        IAttestations.Attestation memory attestation = registry.getAttestation(uid);
        bool permitted = attestation.revocationTime == 0 && attestation.expirationTime > block.timestamp;
        emit Measured(before - gasleft(), permitted);
    }
}
