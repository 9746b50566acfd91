// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {IEmergencyAccess} from "../../../contracts/consent/IEmergencyAccess.sol";
import {Roles} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {vm} from "../Vm.sol";

/// @title EndedEmergencyTest
/// @notice An emergency that the patient ended does not come back with a later, narrower decision.
contract EndedEmergencyTest is World {
    bytes32 private constant EVIDENCE = bytes32(uint256(1));
    uint32 private constant ETREAT = 2;

    address private immutable patient = _person("patient");
    address private immutable hospital = _person("hospital");

    function setUp() external {
        _accredit(careAccreditor, hospital, Roles.EMERGENCY_CARE, START + 365 days);
    }

    function test_P12_anEmergencyThatARevocationEndedDoesNotComeBack() external {
        vm.prank(hospital);
        consents.breakGlass(patient, 1 | (1 << 49), IEmergencyAccess.BreakGlassReason.ImmediateThreat, EVIDENCE);
        vm.warp(START + 1);
        vm.prank(patient);
        consents.revoke(hospital, ETREAT);
        (bool permitted, ) = consents.check(patient, hospital, 1, 1 << 49);
        vm.assertFalse(permitted, "P12: a revocation of ETREAT ends the emergency");
        vm.warp(START + 2);
        vm.prank(patient);
        consents.grant(hospital, ETREAT, IConsentRegistry.Terms(1, 0, START + 1 days, 0), EVIDENCE);
        (permitted, ) = consents.check(patient, hospital, 1, 1 << 49);
        vm.assertFalse(permitted, "P12: a narrower consent does not bring the ended emergency back");
    }

    function test_P12_anEmergencyThatWasForbiddenDoesNotComeBack() external {
        vm.prank(hospital);
        consents.breakGlass(patient, 1, IEmergencyAccess.BreakGlassReason.ImmediateThreat, EVIDENCE);
        vm.warp(START + 1);
        vm.prank(patient);
        consents.setBreakGlassPreference(true);
        vm.warp(START + 2);
        vm.prank(patient);
        consents.setBreakGlassPreference(false);
        (bool permitted, ) = consents.check(patient, hospital, 1, 1);
        vm.assertFalse(permitted, "P12: forbidding ends what is open; allowing again does not bring it back");
    }
}
