// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Purposes
/// @notice What data may be used for: numbers 0 to 31 for codes of the HL7 v3 value set PurposeOfUse (code system
/// ActReason), one of our own at 31, so that a set of purposes is a bitmask of 32 bits. Which accreditation each needs.
/// @dev A child code never widens its parent or the other way round: a consent for HRESCH is none for CLINTRCH.
library Purposes {
    uint8 internal constant TREAT = 0;
    uint8 internal constant ETREAT = 1;
    uint8 internal constant HPAYMT = 2;
    uint8 internal constant HOPERAT = 3;
    uint8 internal constant HRESCH = 4;
    uint8 internal constant CLINTRCH = 5;
    uint8 internal constant PUBHLTH = 6;
    uint8 internal constant CAREMGT = 7;
    uint8 internal constant PATRQT = 8;
    uint8 internal constant FAMRQT = 9;
    uint8 internal constant HMARKT = 10;
    uint8 internal constant COC = 11;
    uint8 internal constant COVERAGE = 12;
    uint8 internal constant HQUALIMP = 13;
    uint8 internal constant PATSFTY = 14;
    uint8 internal constant BIORCH = 15;
    /// @notice Training of artificial intelligence models; CareProof's own, HL7's value set of FHIR R4 has none.
    uint8 internal constant AI_TRAINING = 31;

    /// @notice All purposes in use. Anything else is refused in a grant and denied in a check.
    uint32 internal constant KNOWN = 0x8000FFFF;

    /// @notice Stands in the table for a purpose that needs no accreditation.
    uint256 internal constant NO_ROLE = 0xFF;

    /// @dev One byte a purpose, purpose 0 in the lowest: the number of the role its user must be accredited for.
    /// Held equal to the names above by a test.
    ///                                          31............... 16 15 14 13 12 11 10  9  8  7  6  5  4  3  2  1  0
    uint256 private constant ROLES_BY_PURPOSE = 0x04000000000000000000000000000000040000020000FFFF0006050400020100;

    /// @notice The number of the role that a user of data for `purpose` must be accredited for, or {NO_ROLE}.
    /// @dev `purpose` must be in {KNOWN}.
    function roleFor(uint256 purpose) internal pure returns (uint256) {
        return (ROLES_BY_PURPOSE >> (purpose << 3)) & 0xFF;
    }

    /// @notice Whether `purpose` is a number in use.
    function isKnown(uint256 purpose) internal pure returns (bool) {
        return (uint256(KNOWN) >> purpose) & 1 == 1;
    }
}
