// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ConsentRegistry} from "../../../contracts/consent/ConsentRegistry.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {RepresentativeRegistry} from "../../../contracts/consent/RepresentativeRegistry.sol";
import {vm} from "../Vm.sol";
import {ConsentHandler} from "./ConsentHandler.sol";

/// @title ConsentInvariants
/// @notice What stays true of consents whatever anyone does, in any order. Numbers as in docs/properties.md.
/// @dev One campaign asserts all, since reaching the states costs more than looking at them.
contract ConsentInvariants {
    uint32 private constant ALL_PURPOSES = 1 | (1 << 1) | (1 << 8);

    ConsentHandler internal handler;
    ConsentRegistry internal consents;
    RepresentativeRegistry internal representatives;

    function setUp() external {
        handler = new ConsentHandler();
        (consents, representatives) = handler.contracts();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_consents() external {
        vm.warp(handler.time());
        _assertUnbroken();
        // Another accessor after each act; all of them at the end.
        _assertChecks(handler.lastPatient(), handler.accessors(handler.acts() % 5));
        _assertPatientDecided(handler.lastPatient(), handler.grantees(handler.acts() % 3));
    }

    /// @dev After each sequence of calls, for both patients.
    function afterInvariant() external {
        vm.warp(handler.time());
        for (uint256 i = 0; i < 2; ++i) {
            address patient = handler.patients(i);
            for (uint256 a = 0; a < 5; ++a) _assertChecks(patient, handler.accessors(a));
            uint256 snapshot = vm.snapshotState();
            _assertRevocable(patient);
            vm.revertToState(snapshot);
            _assertAllRevocable(patient);
            vm.revertToState(snapshot);
        }
    }

    function _assertUnbroken() private view {
        vm.assertEq(
            handler.broken(4),
            "",
            "I4: what was revoked stays denied until a newer decision; repeating an old signature changes nothing"
        );
        vm.assertEq(
            handler.broken(5),
            "",
            "I5: a representative without the power to override never grants what the patient ever decided on"
        );
        vm.assertEq(
            handler.broken(10),
            "",
            "I10: one unreviewed emergency for each key, no more for each provider than its bucket, every review counted"
        );
        vm.assertEq(
            handler.broken(11),
            "",
            "I11: each decision is accepted exactly when the rules say so, whoever relays it and in whatever order"
        );
    }

    function _assertChecks(address patient, address accessor) private view {
        for (uint256 p = 0; p < 3; ++p) {
            uint8 purpose = handler.purposesInUse(p);
            _assertCheck(patient, accessor, purpose, 1);
            _assertCheck(patient, accessor, purpose, 1 << 49);
            _assertCheck(patient, accessor, purpose, 1 | (1 << 49));
        }
    }

    function _assertPatientDecided(address patient, address grantee) private view {
        // Without the flag nobody or a representative decided: what counts is when the revocation of everything arrived.
        uint40 arrivedAt = handler.revokedAllArrivedAt(patient);
        for (uint256 p = 0; p < 3; ++p) {
            uint8 purpose = handler.purposesInUse(p);
            IConsentRegistry.Consent memory consent = consents.consentOf(patient, grantee, purpose);
            bool decided = consent.flags & 0x80 != 0 || (arrivedAt != 0 && consent.issuedAt <= arrivedAt);
            vm.assertTrue(
                decided == handler.patientDecided(patient, grantee, purpose),
                "I5: that the patient ever decided on something is never forgotten"
            );
            vm.assertEq(
                consents.representativeOf(patient, grantee, purpose),
                handler.representativeOf(patient, grantee, purpose),
                "I5: it is on record which representative decided, and that none did"
            );
        }
    }

    function _assertCheck(address patient, address accessor, uint8 purpose, uint256 categories) private view {
        (bool permitted, IConsentRegistry.Denial denial) = consents.check(patient, accessor, purpose, categories);
        (bool byConsent, bool byEmergency) = handler.permits(patient, accessor, purpose, categories);
        vm.assertTrue(permitted == (denial == IConsentRegistry.Denial.None), "permitted exactly if there is no denial");
        if (!permitted) {
            vm.assertFalse(byConsent || byEmergency, "I1, other way: what is live is permitted");
            return;
        }
        vm.assertTrue(
            byConsent || byEmergency,
            "I1: nothing is permitted without a live grant by the patient or their representative, or an open, allowed emergency"
        );
        vm.assertFalse(handler.isRetired(patient), "I9: a retired patient's data is denied for ever");
        if (byConsent) _assertLaterThanRevokedAll(patient, accessor, purpose);
        else _assertEmergencyLaterThanRevokedAll(patient, accessor);
    }

    function _assertLaterThanRevokedAll(address patient, address accessor, uint8 purpose) private view {
        address grantee = purpose == 8 ? accessor : handler.principalOf(accessor);
        uint40 decidedAt = consents.consentOf(patient, grantee, purpose).issuedAt;
        vm.assertTrue(
            decidedAt > handler.revokedAllAt(patient),
            "I2: after revokeAll no consent from before it is live"
        );
        address representative = consents.representativeOf(patient, grantee, purpose);
        uint40 arrivedAt = handler.revokedAllArrivedAt(patient);
        if (representative == address(0) || arrivedAt == 0) return;
        vm.assertTrue(
            decidedAt > arrivedAt && representatives.representationOf(patient, representative).mayOverride,
            "I2: nor what a representative granted until it arrived, or granted since without the power to override"
        );
    }

    function _assertEmergencyLaterThanRevokedAll(address patient, address accessor) private view {
        address provider = handler.principalOf(accessor);
        vm.assertTrue(
            consents.emergencyOf(patient, provider, accessor, false).openedAt > handler.revokedAllAt(patient) ||
                consents.emergencyOf(patient, provider, accessor, true).openedAt > handler.revokedAllAt(patient),
            "I2: after revokeAll no emergency from before it is live"
        );
    }

    function _assertRevocable(address patient) private {
        for (uint256 g = 0; g < 3; ++g) {
            address grantee = handler.grantees(g);
            vm.prank(patient);
            consents.revoke(grantee, ALL_PURPOSES);
            for (uint256 p = 0; p < 3; ++p) {
                uint64 categories = consents.consentOf(patient, grantee, handler.purposesInUse(p)).categories;
                vm.assertEq(categories, 0, "I6: the patient can revoke in every state, and all of it applies");
            }
        }
        _assertNothingPermitted(patient, "I6: after revoke the next check denies");
    }

    function _assertAllRevocable(address patient) private {
        vm.prank(patient);
        consents.revokeAll();
        _assertNothingPermitted(patient, "I6: after revokeAll the next check denies");
    }

    function _assertNothingPermitted(address patient, string memory message) private view {
        for (uint256 a = 0; a < 5; ++a) {
            for (uint256 p = 0; p < 3; ++p) {
                (bool permitted, ) = consents.check(patient, handler.accessors(a), handler.purposesInUse(p), 1);
                vm.assertFalse(permitted, message);
                (permitted, ) = consents.check(patient, handler.accessors(a), handler.purposesInUse(p), 1 << 49);
                vm.assertFalse(permitted, message);
            }
        }
    }
}
