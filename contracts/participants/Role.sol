// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The number of a role that an organisation can be accredited for: 0 to 55, so that a set of roles is a
/// bitmask of 56 bits and an operator key fits one slot.
/// @dev Sixteen bits and not eight because then `tryResolve` has the lowest selector of its contract, and the compiler
/// tries selectors in order: every check of a consent is 370 gas cheaper.
type Role is uint16;

using {bit} for Role global;

/// @notice The bit that stands for `role` in a set of roles.
/// @dev A role above 55 has a bit that no set of roles (`uint56`) can hold.
function bit(Role role) pure returns (uint256) {
    return 1 << Role.unwrap(role);
}

/// @title Roles
/// @notice The roles in use, by number. Numbers are never given a second meaning; a new role takes the next free one.
library Roles {
    /// @notice Health care provider as in 45 CFR 160.103: hospitals, practices, and laboratories and pharmacies that
    /// hold or use patients' records.
    Role internal constant PROVIDER = Role.wrap(0);
    /// @notice Provider of emergency care: may use ETREAT consents and break the glass.
    Role internal constant EMERGENCY_CARE = Role.wrap(1);
    /// @notice Health plan or insurer (FHIR `Coverage.payor`).
    Role internal constant PAYER = Role.wrap(2);
    /// @notice Gateway that releases records and accounts for it (IHE XCA responding gateway).
    Role internal constant GATEWAY = Role.wrap(3);
    /// @notice Health data user: research and other secondary use (Regulation (EU) 2025/327, European Health Data
    /// Space).
    Role internal constant HEALTH_DATA_USER = Role.wrap(4);
    /// @notice Clinical investigator site (ICH E6(R3)).
    Role internal constant INVESTIGATOR_SITE = Role.wrap(5);
    /// @notice Public health authority as in 45 CFR 164.501.
    Role internal constant PUBLIC_HEALTH_AUTHORITY = Role.wrap(6);
    /// @notice Privacy officer who reviews other organisations' emergency accesses (45 CFR 164.530(a)).
    Role internal constant PRIVACY_OFFICER = Role.wrap(7);
    /// @notice Authority that may act on emergency accesses whose review is overdue (45 CFR 164.512(d)).
    Role internal constant OVERSIGHT_AUTHORITY = Role.wrap(8);
    /// @notice Court or other authority that appoints guardians for people who cannot decide themselves.
    Role internal constant GUARDIANSHIP_AUTHORITY = Role.wrap(9);
    /// @notice Manufacturer or repackager of medicines (21 U.S.C. 360eee(10), (16); Directive 2001/83/EC Article 40).
    Role internal constant MANUFACTURER = Role.wrap(10);
    /// @notice Wholesale distributor of medicines (21 U.S.C. 360eee(29); Directive 2001/83/EC Article 77).
    Role internal constant WHOLESALE_DISTRIBUTOR = Role.wrap(11);
    /// @notice Dispenser of medicines: pharmacies, and hospitals that dispense (21 U.S.C. 360eee(3)).
    Role internal constant DISPENSER = Role.wrap(12);
    /// @notice Third-party logistics provider: ships for the owner of medicines without owning them (21 U.S.C. 360eee(22)).
    Role internal constant THIRD_PARTY_LOGISTICS_PROVIDER = Role.wrap(13);
    /// @notice Authority that supervises medicines: recalls, reviews suspect product, closes illegitimate product.
    Role internal constant DRUG_REGULATOR = Role.wrap(14);
    /// @notice Authority that knows who is insured under which addresses, and gives policies their subject tags.
    Role internal constant ENROLMENT_AUTHORITY = Role.wrap(15);
    /// @notice Independent review organisation that decides appeals (45 CFR 147.136(d)).
    Role internal constant INDEPENDENT_REVIEWER = Role.wrap(16);
    /// @notice Laboratory whose results trigger parametric benefits (42 CFR 493.2).
    Role internal constant LABORATORY = Role.wrap(17);
    /// @notice Sponsor of clinical trials (ICH E6(R3) glossary; 21 CFR 312.3(b)).
    Role internal constant TRIAL_SPONSOR = Role.wrap(18);
    /// @notice Institutional review board or independent ethics committee (ICH E6(R3) 1; 21 CFR 56.102(g)).
    Role internal constant ETHICS_BOARD = Role.wrap(19);
    /// @notice Service provider of a trial: data management, monitoring (ICH E6(R3) 3.6).
    Role internal constant TRIAL_SERVICE_PROVIDER = Role.wrap(20);
    /// @notice Independent data monitoring committee (ICH E9 4.5): a trial's safety board.
    Role internal constant DATA_MONITORING_COMMITTEE = Role.wrap(21);
    /// @notice Data access committee that decides who may reuse data (GA4GH Data Access Committee Guiding Principles).
    Role internal constant DATA_ACCESS_COMMITTEE = Role.wrap(22);

    /// @notice Bitmask over the roles in which medicines are owned: MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER.
    uint56 internal constant TRADING_PARTNERS = 0x1C00;

    /// @notice The highest number a role can have.
    uint16 internal constant HIGHEST = 55;

    /// @notice The AccessManager role whose members accredit participants for `role`: 100 + the role's number.
    function accreditor(Role role) internal pure returns (uint64) {
        return 100 + uint64(Role.unwrap(role));
    }
}
