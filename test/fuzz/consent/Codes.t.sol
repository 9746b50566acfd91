// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Categories} from "../../../contracts/consent/Categories.sol";
import {ConsentWord} from "../../../contracts/consent/ConsentWord.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {Purposes} from "../../../contracts/consent/Purposes.sol";
import {Role, Roles} from "../../../contracts/participants/Role.sol";
import {bound, vm} from "../Vm.sol";

/// @title CodesTest
/// @notice The packed word of a consent, and the tables of purposes and categories, against the plain form of each.
contract CodesTest {
    uint8 private constant NONE = 0xFF;

    /// @dev A purpose that is in use, and the number of the role that it needs.
    struct PurposeRole {
        uint8 purpose;
        Role role;
        bool needsNone;
    }

    function testFuzz_P1_wordGivesBackWhatWasPacked(
        IConsentRegistry.Terms memory terms,
        uint40 decidedAt,
        bool byPatient
    ) external pure {
        terms.flags &= 0x07;
        uint8 decider = byPatient ? 0x80 : 0x40;
        IConsentRegistry.Consent memory consent = ConsentWord.unpack(ConsentWord.pack(terms, decidedAt, decider));
        vm.assertEq(consent.categories, terms.categories, "P1: categories survive packing");
        vm.assertEq(consent.notBefore, terms.notBefore, "P1: notBefore survives packing");
        vm.assertEq(consent.expiresAt, terms.expiresAt, "P1: expiresAt survives packing");
        vm.assertEq(consent.issuedAt, decidedAt, "P1: issuedAt survives packing");
        vm.assertEq(consent.flags, uint256(terms.flags) + decider, "P1: flags and decider survive packing");
    }

    function testFuzz_P1_tombstoneHasOnlyTimeAndDecider(uint40 decidedAt, uint8 decider) external pure {
        IConsentRegistry.Consent memory consent = ConsentWord.unpack(ConsentWord.tombstone(decidedAt, decider));
        vm.assertEq(consent.categories, 0, "P1: a revocation has no categories");
        vm.assertEq(uint256(consent.notBefore) + consent.expiresAt, 0, "P1: a revocation has no period");
        vm.assertEq(consent.issuedAt, decidedAt, "P1: a revocation has a time");
        vm.assertEq(consent.flags, decider, "P1: a revocation has a decider");
    }

    function testFuzz_P1_membersAreReadFromTheirPlaces(uint256 word) external pure {
        IConsentRegistry.Consent memory consent = ConsentWord.unpack(word);
        uint256 again =
            uint256(consent.categories) +
                uint256(consent.notBefore) * 2 ** 64 +
                uint256(consent.expiresAt) * 2 ** 104 +
                uint256(consent.issuedAt) * 2 ** 144 +
                uint256(consent.flags) * 2 ** 184;
        vm.assertEq(again, word % 2 ** 192, "P1: the members lie from the lowest bits up, in the order of Consent");
    }

    function test_P2_eachPurposeNeedsItsRole() external pure {
        PurposeRole[17] memory table = [
            PurposeRole(Purposes.TREAT, Roles.PROVIDER, false),
            PurposeRole(Purposes.ETREAT, Roles.EMERGENCY_CARE, false),
            PurposeRole(Purposes.HPAYMT, Roles.PAYER, false),
            PurposeRole(Purposes.HOPERAT, Roles.PROVIDER, false),
            PurposeRole(Purposes.HRESCH, Roles.HEALTH_DATA_USER, false),
            PurposeRole(Purposes.CLINTRCH, Roles.INVESTIGATOR_SITE, false),
            PurposeRole(Purposes.PUBHLTH, Roles.PUBLIC_HEALTH_AUTHORITY, false),
            PurposeRole(Purposes.CAREMGT, Roles.PROVIDER, false),
            PurposeRole(Purposes.PATRQT, Roles.PROVIDER, true),
            PurposeRole(Purposes.FAMRQT, Roles.PROVIDER, true),
            PurposeRole(Purposes.HMARKT, Roles.PROVIDER, false),
            PurposeRole(Purposes.COC, Roles.PROVIDER, false),
            PurposeRole(Purposes.COVERAGE, Roles.PAYER, false),
            PurposeRole(Purposes.HQUALIMP, Roles.PROVIDER, false),
            PurposeRole(Purposes.PATSFTY, Roles.PROVIDER, false),
            PurposeRole(Purposes.BIORCH, Roles.HEALTH_DATA_USER, false),
            PurposeRole(Purposes.AI_TRAINING, Roles.HEALTH_DATA_USER, false)
        ];
        uint256 known;
        for (uint256 i = 0; i < table.length; ++i) {
            uint256 role = table[i].needsNone ? NONE : Role.unwrap(table[i].role);
            vm.assertEq(Purposes.roleFor(table[i].purpose), role, "P2: each purpose needs the role that its name says");
            known |= 1 << table[i].purpose;
        }
        vm.assertEq(Purposes.KNOWN, known, "P2: the purposes known are those with a name");
    }

    function testFuzz_P2_onlyNamedPurposesAreKnown(uint256 purpose) external pure {
        vm.assertTrue(
            Purposes.isKnown(purpose) == (purpose < 16 || purpose == 31),
            "P2: a number without a name is no purpose"
        );
        purpose = bound(purpose, 0, 40);
        vm.assertTrue(
            Purposes.isKnown(purpose) == (purpose < 16 || purpose == 31),
            "P2: a number without a name is no purpose"
        );
    }

    function test_P3_knownCategoriesAreThoseNamed() external pure {
        uint64[21] memory general = [
            Categories.DEMOGRAPHICS,
            Categories.ALLERGIES,
            Categories.CONDITIONS,
            Categories.MEDICATIONS,
            Categories.IMMUNIZATIONS,
            Categories.LABORATORY,
            Categories.IMAGING,
            Categories.VITAL_SIGNS,
            Categories.PROCEDURES,
            Categories.ENCOUNTERS,
            Categories.CARE_PLANS,
            Categories.NOTES,
            Categories.FAMILY_HISTORY,
            Categories.SOCIAL_HISTORY,
            Categories.GENOMICS,
            Categories.DEVICES,
            Categories.DEVICE_TELEMETRY,
            Categories.COVERAGE_AND_CLAIMS,
            Categories.TRIAL_DATA,
            Categories.AUDIT_AND_CONSENT,
            Categories.OTHER
        ];
        uint64[9] memory protected = [
            Categories.PSY,
            Categories.ETH,
            Categories.HIV,
            Categories.SEX,
            Categories.GDIS,
            Categories.STD,
            Categories.SDV,
            Categories.PSYTHPN,
            Categories.SCA
        ];
        uint64 known;
        for (uint256 i = 0; i < general.length; ++i) known += _onlyBit(general[i], 0, 47, known);
        for (uint256 i = 0; i < protected.length; ++i) known += _onlyBit(protected[i], 48, 63, known);
        vm.assertEq(Categories.KNOWN, known, "P3: the categories known are those with a name");
    }

    function _onlyBit(uint64 category, uint256 low, uint256 high, uint64 before) private pure returns (uint64) {
        uint256 bit;
        while (category >> bit > 1) ++bit;
        vm.assertEq(category, 1 << bit, "P3: a category is one bit");
        vm.assertTrue(bit >= low && bit <= high, "P3: general and protected categories never mix");
        vm.assertEq(before & category, 0, "P3: no two categories share a bit");
        return category;
    }
}
