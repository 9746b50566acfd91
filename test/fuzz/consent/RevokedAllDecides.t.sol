// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ConsentTypes} from "../../../contracts/consent/ConsentTypes.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {IPatientStanding} from "../../../contracts/consent/IPatientStanding.sol";
import {IRepresentativeRegistry} from "../../../contracts/consent/IRepresentativeRegistry.sol";
import {RepresentativeTypes} from "../../../contracts/consent/RepresentativeTypes.sol";
import {Roles} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {bound, vm} from "../Vm.sol";

/// @title RevokedAllDecidesTest
/// @notice Who revokes everything has decided on everything, from the second in which that arrives: whatever a
/// representative did while it was on its way, one without the power to override grants nothing any more.
contract RevokedAllDecidesTest is World {
    uint40 private constant FOREVER = type(uint40).max;
    uint40 private constant END = START + 365 days;
    /// @dev When both appointments have taken effect.
    uint40 private constant BEGIN = START + 3 days;
    bytes32 private constant EVIDENCE = bytes32(uint256(1));
    uint32 private constant TREAT = 1;
    IConsentRegistry.DecisionKind private constant REVOKED_ALL = IConsentRegistry.DecisionKind.RevokedAll;

    address private immutable patient = _person("patient");
    address private immutable hospital = _person("hospital");
    address private immutable court = _person("court");
    address private immutable named = _person("named representative");
    address private immutable appointed = _person("appointed representative");
    address private immutable overriding = _person("appointed representative who may override");

    function setUp() external {
        _accredit(careAccreditor, hospital, Roles.PROVIDER, END);
        _accredit(reviewAccreditor, court, Roles.GUARDIANSHIP_AUTHORITY, END);
        _appoint(appointed, false);
        _appoint(overriding, true);
        vm.warp(BEGIN);
        vm.prank(patient);
        representatives.nameRepresentative(named, TREAT, END);
    }

    /// @dev The sequence by which a long fuzz run found that the invariant I5 counted from the time signed.
    function test_P13_aRepresentativesRevocationInTheSecondOfArrivalDoesNotHideThatThePatientDecided() external {
        _revokeAllSigned(BEGIN - 60, BEGIN);
        vm.prank(overriding);
        consents.revokeFor(patient, hospital, TREAT);
        vm.warp(BEGIN + 1);
        _assertCannotGrant(appointed);
        _assertCannotGrant(named);
    }

    function test_P13_aGrantThatOutranARevocationOfEverythingIsNotRenewed() external {
        vm.warp(BEGIN + 10);
        _grantBy(appointed);
        _revokeAllSigned(BEGIN - 60, BEGIN + 20);
        _assertRevokedAll(BEGIN - 60);
        vm.warp(BEGIN + 21);
        _assertCannotGrant(appointed);
        // Named after the revocation was signed, so still a representative.
        _assertCannotGrant(named);
    }

    function test_P13_aRepresentativesRevocationOfItsGrantThatOutranDoesNotHideThatThePatientDecided() external {
        vm.warp(BEGIN + 10);
        _grantBy(appointed);
        _revokeAllSigned(BEGIN - 60, BEGIN + 20);
        vm.warp(BEGIN + 21);
        vm.prank(appointed);
        consents.revokeFor(patient, hospital, TREAT);
        vm.warp(BEGIN + 22);
        _assertCannotGrant(appointed);
    }

    function test_P13_aRevocationSignedBeforeAndRelayedAfterDoesNotHideThatThePatientDecided() external {
        _revokeAllSigned(BEGIN - 60, BEGIN + 20);
        vm.warp(BEGIN + 21);
        _revokeSigned(appointed, BEGIN + 10);
        _assertCannotGrant(appointed);
        vm.warp(BEGIN + 30);
        _revokeSigned(appointed, BEGIN + 25);
        _assertCannotGrant(appointed);
        _assertCannotGrant(named);
    }

    function test_P13_aGrantInTheSecondOfArrivalEndsEvenByWhoMayOverride() external {
        _grantBy(overriding);
        _revokeAllSigned(BEGIN - 60, BEGIN);
        _assertRevokedAll(BEGIN - 60);
        // In the same second, after it arrived.
        vm.prank(overriding);
        vm.expectRevert(abi.encodeWithSelector(IPatientStanding.DecisionSuperseded.selector, BEGIN, BEGIN));
        consents.grantFor(patient, hospital, TREAT, _terms(), EVIDENCE);
    }

    function test_P13_aGrantSignedUntilArrivalCannotBeRelayedAfterEvenByWhoMayOverride() external {
        bytes memory relay = _grantSigned(overriding, BEGIN + 20);
        _revokeAllSigned(BEGIN + 10, BEGIN + 20);
        vm.warp(BEGIN + 30);
        (bool ok, bytes memory reason) = address(consents).call(relay);
        vm.assertFalse(ok, "P13: a grant decided until a revocation of everything arrives is not accepted after");
        vm.assertEq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(IPatientStanding.DecisionSuperseded.selector, BEGIN + 20, BEGIN + 20)),
            "P13: and the error has both times"
        );
    }

    function test_P13_namingAgainAfterwardsDoesNotLetANamedRepresentativeGrant() external {
        _grantBy(named);
        vm.warp(BEGIN + 20);
        vm.prank(patient);
        consents.revokeAll();
        vm.warp(BEGIN + 30);
        vm.prank(patient);
        representatives.nameRepresentative(named, TREAT, END);
        _assertRevokedAll(BEGIN + 20);
        vm.warp(BEGIN + 31);
        _assertCannotGrant(named);
    }

    /// @dev Representatives act six times around the arrival, directly or by what they signed at about that time; then
    /// another revocation of everything arrives, signed before or after the first.
    function testFuzz_P13_nothingGetsAroundARevocationOfEverything(
        uint256 onItsWay,
        uint8[6] memory pauses,
        uint8[6] memory who,
        uint8[6] memory what,
        uint256 secondOnItsWay
    ) external {
        uint40 arrivesAt = BEGIN + 60;
        uint40 signedAt = arrivesAt - uint40(bound(onItsWay, 0, 70));
        time = BEGIN;
        bool arrived;
        for (uint256 i = 0; i < 6; ++i) {
            time += uint40(bound(pauses[i], 0, 30));
            if (time >= arrivesAt && !arrived) {
                _revokeAllSigned(signedAt, arrivesAt);
                arrived = true;
            }
            vm.warp(time);
            address representative = [appointed, named, overriding][bound(who[i], 0, 2)];
            bool done = _try(representative, what[i], arrivesAt);
            if (!arrived) continue;
            bool granted = done && what[i] % 2 == 0;
            vm.assertTrue(!granted || representative == overriding, "P13: nor is the grant of another accepted");
            _assertOnlyOverridden(arrivesAt);
        }
        if (!arrived) _revokeAllSigned(signedAt, arrivesAt);
        _assertOnlyOverridden(arrivesAt);

        if (time < arrivesAt) time = arrivesAt;
        uint40 secondSignedAt = time - uint40(bound(secondOnItsWay, 0, 90));
        _revokeAllSigned(secondSignedAt, time);
        _assertOnlyOverridden(secondSignedAt > signedAt ? time : arrivesAt);
        vm.warp(time + 1);
        _assertCannotGrant(appointed);
    }

    /* ACTS */

    /// @dev Grants or revokes, directly or by a signature of about the time of arrival; refused or not, what comes of it
    /// is asserted.
    function _try(address representative, uint256 what, uint40 arrivesAt) private returns (bool done) {
        uint40 issuedAt = arrivesAt + uint40(bound(what >> 2, 0, 4)) - 2;
        if (issuedAt > time) issuedAt = time;
        bytes memory data;
        if (what % 4 == 0) {
            data = abi.encodeCall(consents.grantFor, (patient, hospital, TREAT, _terms(), EVIDENCE));
        } else if (what % 4 == 1) {
            data = abi.encodeCall(consents.revokeFor, (patient, hospital, TREAT));
        } else if (what % 4 == 2) {
            data = _grantSigned(representative, issuedAt);
        } else {
            data = _revocationSigned(representative, issuedAt);
        }
        if (what % 4 < 2) vm.prank(representative);
        (done, ) = address(consents).call(data);
    }

    function _grantBy(address representative) private {
        vm.prank(representative);
        consents.grantFor(patient, hospital, TREAT, _terms(), EVIDENCE);
        (bool permitted, ) = consents.check(patient, hospital, 0, 1);
        vm.assertTrue(permitted, "a representative may grant what the patient did not decide on");
    }

    function _revokeAllSigned(uint40 issuedAt, uint40 arrivesAt) private {
        bytes32 structHash = keccak256(
            abi.encode(ConsentTypes.REVOKE_ALL_TYPEHASH, patient, patient, issuedAt, FOREVER)
        );
        vm.warp(arrivesAt);
        consents.revokeAllBySig(patient, patient, issuedAt, FOREVER, _sign(patient, _consentDomain(), structHash));
    }

    function _revokeSigned(address representative, uint40 issuedAt) private {
        (bool ok, ) = address(consents).call(_revocationSigned(representative, issuedAt));
        vm.assertTrue(ok, "a representative may revoke");
    }

    function _revocationSigned(address representative, uint40 issuedAt) private view returns (bytes memory) {
        IConsentRegistry.ConsentRevocation memory revocation = IConsentRegistry.ConsentRevocation(
            patient,
            representative,
            hospital,
            TREAT,
            issuedAt,
            FOREVER
        );
        bytes32 structHash = keccak256(abi.encode(ConsentTypes.CONSENT_REVOCATION_TYPEHASH, revocation));
        return abi.encodeCall(consents.revokeBySig, (revocation, _sign(representative, _consentDomain(), structHash)));
    }

    function _grantSigned(address representative, uint40 issuedAt) private view returns (bytes memory) {
        IConsentRegistry.ConsentGrant memory consent = IConsentRegistry.ConsentGrant({
            patient: patient,
            decidedBy: representative,
            grantee: hospital,
            purposes: TREAT,
            categories: 1,
            notBefore: 0,
            expiresAt: START + 300 days,
            flags: 0,
            evidence: EVIDENCE,
            issuedAt: issuedAt,
            deadline: FOREVER
        });
        bytes32 structHash = keccak256(abi.encode(ConsentTypes.CONSENT_GRANT_TYPEHASH, consent));
        return abi.encodeCall(consents.grantBySig, (consent, _sign(representative, _consentDomain(), structHash)));
    }

    function _appoint(address representative, bool mayOverride) private {
        IRepresentativeRegistry.RepresentativeAppointment memory appointment = IRepresentativeRegistry
            .RepresentativeAppointment({
                patient: patient,
                representative: representative,
                officer: court,
                purposes: TREAT,
                mayOverride: mayOverride,
                expiresAt: END,
                caseCommitment: 0,
                issuedAt: START,
                deadline: FOREVER
            });
        bytes32 structHash = keccak256(
            abi.encode(RepresentativeTypes.REPRESENTATIVE_APPOINTMENT_TYPEHASH, appointment)
        );
        representatives.appointRepresentative(appointment, _sign(court, _representativesDomain(), structHash));
    }

    function _terms() private pure returns (IConsentRegistry.Terms memory) {
        return IConsentRegistry.Terms(1, 0, START + 300 days, 0);
    }

    /* WHAT HOLDS */

    function _assertCannotGrant(address representative) private {
        vm.prank(representative);
        vm.expectRevert(abi.encodeWithSelector(IConsentRegistry.PatientDecided.selector, uint8(0)));
        consents.grantFor(patient, hospital, TREAT, _terms(), EVIDENCE);
    }

    function _assertRevokedAll(uint40 signedAt) private view {
        (bool permitted, IConsentRegistry.Denial denial) = consents.check(patient, hospital, 0, 1);
        vm.assertFalse(permitted, "P13: what a representative granted until a revocation of everything arrives ends");
        vm.assertTrue(denial == IConsentRegistry.Denial.RevokedAll, "P13: and check says why");
        (IConsentRegistry.DecisionKind kind, uint40 decidedAt) = consents.lastDecision(patient, hospital, 0);
        vm.assertTrue(kind == REVOKED_ALL, "P13: and so does lastDecision");
        vm.assertEq(decidedAt, signedAt, "P13: with the time that the patient signed");
    }

    /// @dev The patient grants nothing in these tests, so what is live is by who may override, decided since.
    function _assertOnlyOverridden(uint40 arrivedAt) private view {
        (bool permitted, ) = consents.check(patient, hospital, 0, 1);
        if (!permitted) return;
        vm.assertEq(
            consents.representativeOf(patient, hospital, 0),
            overriding,
            "P13: after a revocation of everything only who may override grants"
        );
        vm.assertTrue(
            consents.consentOf(patient, hospital, 0).issuedAt > arrivedAt,
            "P13: and only what was decided after it arrived"
        );
    }
}
