// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {ConsentTypes} from "./ConsentTypes.sol";
import {IPatientStanding} from "./IPatientStanding.sol";

/// @title PatientStanding
/// @notice See {IPatientStanding}. Part of `ConsentRegistry`.
abstract contract PatientStanding is IPatientStanding, SignedDecisions {
    /// @inheritdoc IPatientStanding
    uint40 public constant GUARDIAN_DELAY = 3 days;

    mapping(address patient => Patient) internal _patients;
    mapping(address patient => Guardianship) private _guardianships;

    /* REVOKE ALL */

    /// @inheritdoc IPatientStanding
    function revokeAll() external {
        _revokeAll(msg.sender, msg.sender, uint40(block.timestamp));
    }

    /// @inheritdoc IPatientStanding
    function revokeAllFor(address patient) external {
        _requirePatientOrGuardian(patient, msg.sender);
        _revokeAll(patient, msg.sender, uint40(block.timestamp));
    }

    /// @inheritdoc IPatientStanding
    function revokeAllBySig(
        address patient,
        address decidedBy,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requirePatientOrGuardian(patient, decidedBy);
        bytes32 structHash = keccak256(
            abi.encode(ConsentTypes.REVOKE_ALL_TYPEHASH, patient, decidedBy, issuedAt, deadline)
        );
        _requireSigned(decidedBy, structHash, issuedAt, deadline, signature);
        _revokeAll(patient, decidedBy, issuedAt);
    }

    /* GUARDIAN */

    /// @inheritdoc IPatientStanding
    function nameGuardian(address guardian) external {
        _nameGuardian(msg.sender, guardian, uint40(block.timestamp));
    }

    /// @inheritdoc IPatientStanding
    function nameGuardianBySig(
        address patient,
        address guardian,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(ConsentTypes.GUARDIAN_NAMING_TYPEHASH, patient, guardian, issuedAt, deadline)
        );
        _requireSigned(patient, structHash, issuedAt, deadline, signature);
        uint40 decidedAt = _guardianships[patient].decidedAt;
        require(issuedAt > decidedAt, DecisionSuperseded(decidedAt, issuedAt));
        _nameGuardian(patient, guardian, issuedAt);
    }

    /* RETIREMENT */

    /// @inheritdoc IPatientStanding
    function retire(address patient) external {
        _requirePatientOrGuardian(patient, msg.sender);
        _retire(patient, msg.sender);
    }

    /// @inheritdoc IPatientStanding
    function retireBySig(
        address patient,
        address decidedBy,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requirePatientOrGuardian(patient, decidedBy);
        bytes32 structHash = keccak256(
            abi.encode(ConsentTypes.RETIREMENT_TYPEHASH, patient, decidedBy, issuedAt, deadline)
        );
        _requireSigned(decidedBy, structHash, issuedAt, deadline, signature);
        uint40 objectedAt = _guardianships[patient].objectedAt;
        require(decidedBy == patient || issuedAt > objectedAt, DecisionSuperseded(objectedAt, issuedAt));
        _retire(patient, decidedBy);
    }

    /// @inheritdoc IPatientStanding
    function objectToRetirement() external {
        _objectToRetirement(msg.sender, uint40(block.timestamp));
    }

    /// @inheritdoc IPatientStanding
    function objectToRetirementBySig(
        address patient,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(ConsentTypes.RETIREMENT_OBJECTION_TYPEHASH, patient, issuedAt, deadline)
        );
        _requireSigned(patient, structHash, issuedAt, deadline, signature);
        _objectToRetirement(patient, issuedAt);
    }

    /* VIEWS */

    /// @inheritdoc IPatientStanding
    function patientOf(address patient) external view returns (Patient memory) {
        return _patients[patient];
    }

    /// @inheritdoc IPatientStanding
    function guardianshipOf(address patient) external view returns (Guardianship memory) {
        return _guardianships[patient];
    }

    /* INTERNALS */

    /// @dev Whether a retirement at `retiredAt` (zero: none) has come.
    function _isRetired(uint40 retiredAt) internal view returns (bool) {
        return retiredAt != 0 && retiredAt <= block.timestamp;
    }

    /// @dev A revocation never fails: one that is older than what stands changes nothing.
    function _revokeAll(address patient, address decidedBy, uint40 issuedAt) private {
        if (issuedAt <= _patients[patient].revokedAllAt) return;
        _patients[patient].revokedAllAt = issuedAt;
        _patients[patient].revokedAllArrivedAt = uint40(block.timestamp);
        emit AllRevoked(patient, decidedBy, issuedAt);
    }

    function _nameGuardian(address patient, address guardian, uint40 issuedAt) private {
        Guardianship storage guardianship = _guardianships[patient];
        address current = _guardianOf(guardianship);
        uint40 from = uint40(block.timestamp);
        if (current != address(0)) from += GUARDIAN_DELAY;
        guardianship.guardian = current;
        guardianship.decidedAt = issuedAt;
        guardianship.next = guardian;
        guardianship.nextFrom = from;
        emit GuardianNamed(patient, guardian, from, issuedAt);
    }

    /// @dev A retirement is never put off: one that comes earlier stands.
    function _retire(address patient, address decidedBy) private {
        uint40 retiredAt = uint40(block.timestamp);
        if (decidedBy != patient) retiredAt += GUARDIAN_DELAY;
        uint40 standing = _patients[patient].retiredAt;
        if (standing != 0 && standing <= retiredAt) return;
        _patients[patient].retiredAt = retiredAt;
        emit Retired(patient, decidedBy, retiredAt);
    }

    function _objectToRetirement(address patient, uint40 issuedAt) private {
        uint40 retiredAt = _patients[patient].retiredAt;
        require(retiredAt > block.timestamp, NoPendingRetirement(patient));
        // Only a guardian's retirement is ever in the future, and it was asked for this long before.
        uint40 askedAt = retiredAt - GUARDIAN_DELAY;
        require(issuedAt >= askedAt, DecisionSuperseded(askedAt, issuedAt));
        _patients[patient].retiredAt = 0;
        _guardianships[patient].objectedAt = issuedAt;
        emit RetirementObjected(patient, issuedAt);
    }

    function _requirePatientOrGuardian(address patient, address account) private view {
        require(
            account == patient || (account != address(0) && account == _guardianOf(_guardianships[patient])),
            NotPatientOrGuardian(patient, account)
        );
    }

    function _guardianOf(Guardianship storage guardianship) private view returns (address) {
        return guardianship.nextFrom <= block.timestamp ? guardianship.next : guardianship.guardian;
    }
}
