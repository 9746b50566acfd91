// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ConsentTypes} from "../../../contracts/consent/ConsentTypes.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {Roles} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {vm} from "../Vm.sol";

/// @title RevocationReachesTest
/// @notice A revocation that the patient signed ends what it ends, whether or not somebody acts before it is relayed.
contract RevocationReachesTest is World {
    uint40 private constant FOREVER = type(uint40).max;
    bytes32 private constant EVIDENCE = bytes32(uint256(1));
    uint32 private constant TREAT = 1;

    address private immutable patient = _person("patient");
    address private immutable hospital = _person("hospital");
    address private immutable representative = _person("representative");

    function setUp() external {
        _accredit(careAccreditor, hospital, Roles.PROVIDER, START + 365 days);
        vm.prank(patient);
        representatives.nameRepresentative(representative, TREAT, START + 365 days);
    }

    function test_P10_revokeAllEndsWhatANamedRepresentativeGrantsBeforeItsRelay() external {
        uint40 signedAt = START + 10;
        bytes memory signature = _sign(
            patient,
            _consentDomain(),
            keccak256(abi.encode(ConsentTypes.REVOKE_ALL_TYPEHASH, patient, patient, signedAt, FOREVER))
        );
        // The representative sees the relay coming and grants first.
        vm.warp(START + 20);
        vm.prank(representative);
        consents.grantFor(patient, hospital, TREAT, IConsentRegistry.Terms(1, 0, START + 300 days, 0), EVIDENCE);
        consents.revokeAllBySig(patient, patient, signedAt, FOREVER, signature);
        (bool permitted, ) = consents.check(patient, hospital, 0, 1);
        vm.assertFalse(
            permitted,
            "P10: revokeAll ends the representatives named before it, and what they granted since"
        );
    }

    function test_P10_revocationEndsWhatANamedRepresentativeGrantsBeforeItsRelay() external {
        IConsentRegistry.ConsentRevocation memory revocation = IConsentRegistry.ConsentRevocation(
            patient,
            patient,
            hospital,
            TREAT,
            START + 10,
            FOREVER
        );
        bytes memory signature = _sign(
            patient,
            _consentDomain(),
            keccak256(abi.encode(ConsentTypes.CONSENT_REVOCATION_TYPEHASH, revocation))
        );
        vm.warp(START + 20);
        vm.prank(representative);
        consents.grantFor(patient, hospital, TREAT, IConsentRegistry.Terms(1, 0, START + 300 days, 0), EVIDENCE);
        consents.revokeBySig(revocation, signature);
        (bool permitted, ) = consents.check(patient, hospital, 0, 1);
        vm.assertFalse(permitted, "P10: a representative cannot get ahead of a revocation that the patient signed");
    }

    function test_P11_representativeOfIsZeroWhereThePatientDecided() external {
        vm.warp(START + 1);
        vm.prank(representative);
        consents.grantFor(patient, hospital, TREAT, IConsentRegistry.Terms(1, 0, START + 300 days, 0), EVIDENCE);
        vm.warp(START + 2);
        vm.prank(patient);
        consents.grant(hospital, TREAT, IConsentRegistry.Terms(1, 0, START + 300 days, 0), EVIDENCE);
        vm.assertEq(
            consents.representativeOf(patient, hospital, 0),
            address(0),
            "P11: representativeOf is zero where the patient decided"
        );
    }
}
