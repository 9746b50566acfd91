// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IPatientStanding
/// @notice What a patient decides about all consents at once, and how a lost or stolen key is survived: revoke
/// everything, name a revoke-only guardian, retire the address for good.
/// @dev Only the patient can do any of this, and the guardian what is said of it: no pause, role or upgrade touches it.
/// What an observer learns: that an address revoked everything, its guardian's address, and that it was retired.
interface IPatientStanding {
    /// @notice What holds for all consents of a patient. One slot.
    /// @param revokedAllAt Everything decided at or before this time is revoked (unix seconds; zero: never).
    /// @param retiredAt From this time on everything is denied for ever (unix seconds; zero: not retired).
    /// @param breakGlassDecidedAt When the preference below was decided (unix seconds).
    /// @param breakGlassForbidden Whether no provider may break the glass for this patient.
    /// @param revokedAllArrivedAt When the revocation of everything reached the chain (unix seconds): what others did
    /// for or about the patient until then is revoked too, so that nobody can outrun it.
    struct Patient {
        uint40 revokedAllAt;
        uint40 retiredAt;
        uint40 breakGlassDecidedAt;
        bool breakGlassForbidden;
        uint40 revokedAllArrivedAt;
    }

    /// @notice Who may revoke, and only revoke, for a patient. Two slots.
    /// @param guardian The guardian until `nextFrom`.
    /// @param decidedAt When the patient last named one (unix seconds).
    /// @param objectedAt When the patient last objected to a retirement (unix seconds).
    /// @param next The guardian from `nextFrom` on.
    /// @param nextFrom When the change takes effect (unix seconds): at once for a first guardian, otherwise after
    /// {GUARDIAN_DELAY}, so that a thief of the patient's key cannot be rid of the guardian in time.
    struct Guardianship {
        address guardian;
        uint40 decidedAt;
        uint40 objectedAt;
        address next;
        uint40 nextFrom;
    }

    /// @notice Emitted when everything is revoked: what the patient decided until `issuedAt` (consents, representatives
    /// named, sources allowed), and what others did until this block (consents by representatives, emergencies).
    event AllRevoked(address indexed patient, address indexed decidedBy, uint40 issuedAt);
    /// @notice Emitted when a patient names a guardian (zero: none) with effect from `from` (unix seconds).
    event GuardianNamed(address indexed patient, address indexed guardian, uint40 from, uint40 issuedAt);
    /// @notice Emitted when an address is retired with effect from `retiredAt` (unix seconds).
    event Retired(address indexed patient, address indexed decidedBy, uint40 retiredAt);
    /// @notice Emitted when the patient stops a retirement that the guardian asked for.
    event RetirementObjected(address indexed patient, uint40 issuedAt);

    /// @notice Thrown when `account` is neither the patient nor the patient's guardian.
    error NotPatientOrGuardian(address patient, address account);
    /// @notice Thrown when a decision is not later than one that stands (unix seconds).
    error DecisionSuperseded(uint40 decidedAt, uint40 issuedAt);
    /// @notice Thrown when the address is retired: nothing more can be granted, and nothing need be revoked.
    error PatientRetired(address patient);
    /// @notice Thrown when there is no retirement left to object to: none was asked for, or its time has come.
    error NoPendingRetirement(address patient);

    /// @notice How long a guardian's change, and a retirement that a guardian asked for, wait (seconds): 3 days.
    function GUARDIAN_DELAY() external view returns (uint40);

    /// @notice Revokes all that the caller, as a patient, decided until now. One write, whatever the number of
    /// consents.
    /// @dev Ends consents, representatives named by the patient, permissions of emergency sources, and open
    /// emergencies. Appointments by an authority stay. Never fails.
    function revokeAll() external;

    /// @notice As {revokeAll}, for `patient`, decided and signed by the patient or the patient's guardian.
    /// @dev Caller: anyone. Signature: `RevokeAll`. An `issuedAt` before an earlier revocation changes nothing.
    /// Reverts: {NotPatientOrGuardian}, `InvalidSignature`, `IssuedInFuture`, `DeadlinePassed`.
    function revokeAllBySig(
        address patient,
        address decidedBy,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice As {revokeAll}, for `patient`, by the guardian itself.
    /// @dev Reverts: {NotPatientOrGuardian}.
    function revokeAllFor(address patient) external;

    /// @notice Names the caller's guardian, who can then {revokeAllFor} and ask for retirement, nothing else; zero for
    /// none.
    /// @dev A first guardian holds at once; a change or removal after {GUARDIAN_DELAY}, the one before holding until
    /// then.
    function nameGuardian(address guardian) external;

    /// @notice As {nameGuardian}, relayed. Signature: `GuardianNaming` by the patient.
    /// @dev Reverts: {DecisionSuperseded} unless later than the last naming, and as {revokeAllBySig}.
    function nameGuardianBySig(
        address patient,
        address guardian,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Retires `patient`: final, everything denied for ever. By the patient at once; by the guardian after
    /// {GUARDIAN_DELAY} unless the patient objects.
    /// @dev Reverts: {NotPatientOrGuardian}.
    function retire(address patient) external;

    /// @notice As {retire}, relayed. Signature: `Retirement` by the patient or the guardian.
    /// @dev Reverts: {DecisionSuperseded} for a guardian's signature not later than the patient's last objection, and
    /// as {revokeAllBySig}.
    function retireBySig(
        address patient,
        address decidedBy,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Stops a retirement that the caller's guardian asked for, before its time has come.
    /// @dev Reverts: {NoPendingRetirement}.
    function objectToRetirement() external;

    /// @notice As {objectToRetirement}, relayed. Signature: `RetirementObjection` by the patient.
    /// @dev Reverts: {NoPendingRetirement}, {DecisionSuperseded} where signed before the retirement was asked for, and
    /// as {revokeAllBySig}.
    function objectToRetirementBySig(
        address patient,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice What holds for all consents of `patient`.
    function patientOf(address patient) external view returns (Patient memory);

    /// @notice The guardianship of `patient`, with any change on its way.
    function guardianshipOf(address patient) external view returns (Guardianship memory);
}
