// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a patient, or somebody for them, can decide.
enum Kind {
    Grant,
    Revoke,
    RevokeAll,
    BreakGlassPreference,
    SourcePreference,
    NameGuardian,
    Retire,
    ObjectToRetirement,
    NameRepresentative,
    RemoveRepresentative,
    Appoint,
    DecideAppointment
}

/// @notice One decision in plain form, direct or signed.
/// @param by Who decides: the patient, a representative, a guardian or an officer.
/// @param other The grantee, guardian, emergency source or representative that it is about.
/// @param flag Forbidden, in force, or may override, by kind.
struct Act {
    Kind kind;
    address patient;
    address by;
    address other;
    uint32 purposes;
    uint64 categories;
    uint40 notBefore;
    uint40 expiresAt;
    uint8 flags;
    bool flag;
    uint40 issuedAt;
    uint40 deadline;
}
