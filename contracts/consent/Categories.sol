// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Categories
/// @notice Kinds of health data as a bitmask of 64 bits. Bits 0 to 47 are general: one for each kind of data that a
/// FHIR R4 resource of the Patient compartment falls under. Bits 48 to 63 are the specially protected kinds of the HL7
/// v3 code system ActCode (InformationSensitivityPolicy). A general bit never implies a protected one.
library Categories {
    uint64 internal constant DEMOGRAPHICS = 1 << 0;
    uint64 internal constant ALLERGIES = 1 << 1;
    uint64 internal constant CONDITIONS = 1 << 2;
    uint64 internal constant MEDICATIONS = 1 << 3;
    uint64 internal constant IMMUNIZATIONS = 1 << 4;
    uint64 internal constant LABORATORY = 1 << 5;
    uint64 internal constant IMAGING = 1 << 6;
    uint64 internal constant VITAL_SIGNS = 1 << 7;
    uint64 internal constant PROCEDURES = 1 << 8;
    uint64 internal constant ENCOUNTERS = 1 << 9;
    uint64 internal constant CARE_PLANS = 1 << 10;
    uint64 internal constant NOTES = 1 << 11;
    uint64 internal constant FAMILY_HISTORY = 1 << 12;
    uint64 internal constant SOCIAL_HISTORY = 1 << 13;
    uint64 internal constant GENOMICS = 1 << 14;
    uint64 internal constant DEVICES = 1 << 15;
    uint64 internal constant DEVICE_TELEMETRY = 1 << 16;
    uint64 internal constant COVERAGE_AND_CLAIMS = 1 << 17;
    uint64 internal constant TRIAL_DATA = 1 << 18;
    uint64 internal constant AUDIT_AND_CONSENT = 1 << 19;
    uint64 internal constant OTHER = 1 << 20;

    /// @notice PSY: psychiatry disorder.
    uint64 internal constant PSY = 1 << 48;
    /// @notice ETH: substance abuse; 42 CFR Part 2 records.
    uint64 internal constant ETH = 1 << 49;
    /// @notice HIV or AIDS.
    uint64 internal constant HIV = 1 << 50;
    /// @notice SEX: sexuality and reproductive health.
    uint64 internal constant SEX = 1 << 51;
    /// @notice GDIS: genetic disease.
    uint64 internal constant GDIS = 1 << 52;
    /// @notice STD: sexually transmitted disease.
    uint64 internal constant STD = 1 << 53;
    /// @notice SDV: sexual assault, abuse or domestic violence.
    uint64 internal constant SDV = 1 << 54;
    /// @notice PSYTHPN: psychotherapy note.
    uint64 internal constant PSYTHPN = 1 << 55;
    /// @notice SCA: sickle cell anemia.
    uint64 internal constant SCA = 1 << 56;

    /// @notice All categories in use. Anything else is refused in a grant.
    uint64 internal constant KNOWN = 0x01FF0000001FFFFF;
}
