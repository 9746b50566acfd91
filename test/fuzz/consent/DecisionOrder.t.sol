// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ConsentTypes} from "../../../contracts/consent/ConsentTypes.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {Role} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {bound, vm} from "../Vm.sol";

/// @title DecisionOrderTest
/// @notice What a patient signed comes out the same in whatever order it is relayed: the latest decision stands, and a
/// revocation wins a tie. The model is a scan for the latest time.
contract DecisionOrderTest is World {
    uint256 private constant COUNT = 6;
    uint8 private constant TREAT = 0;

    address private immutable patient = _person("patient");
    address private immutable hospital = _person("hospital");

    /// @dev Time is in seconds before now; kind 0 grants, 1 revokes, 2 revokes everything.
    struct Signed {
        uint8 kind;
        uint40 issuedAt;
        bytes signature;
    }

    function setUp() external {
        _accredit(careAccreditor, hospital, Role.wrap(0), START + 365 days);
    }

    function testFuzz_P5_orderOfRelaysDoesNotMatter(
        uint8[6] memory kinds,
        uint8[6] memory ages,
        uint256 order
    ) external {
        Signed[] memory decisions = new Signed[](COUNT);
        for (uint256 i = 0; i < COUNT; ++i) {
            // Few different times, so that there are ties; two grants of one second are the same grant.
            uint40 issuedAt = time - uint40(bound(ages[i], 0, 4));
            decisions[i] = _signed(uint8(bound(kinds[i], 0, 2)), issuedAt);
        }
        uint256 start = vm.snapshotState();
        _relayAll(decisions);
        bytes32 inOrder = _assertLatestStands(decisions);
        vm.revertToState(start);

        for (uint256 i = COUNT - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(order, i))) % (i + 1);
            (decisions[i], decisions[j]) = (decisions[j], decisions[i]);
        }
        _relayAll(decisions);
        _relayAll(decisions);
        vm.assertEq(
            _assertLatestStands(decisions),
            inOrder,
            "P5: what a patient signed comes out the same in whatever order, and how often, it is relayed"
        );
    }

    function _assertLatestStands(Signed[] memory decisions) private view returns (bytes32 outcome) {
        uint40 grantedAt;
        uint40 revokedAt;
        for (uint256 i = 0; i < decisions.length; ++i) {
            Signed memory decision = decisions[i];
            if (decision.kind == 0 && decision.issuedAt > grantedAt) grantedAt = decision.issuedAt;
            if (decision.kind != 0 && decision.issuedAt > revokedAt) revokedAt = decision.issuedAt;
        }
        (bool permitted, ) = consents.check(patient, hospital, TREAT, 1);
        vm.assertTrue(permitted == (grantedAt > revokedAt), "P5: the latest decision stands; a revocation wins a tie");
        (IConsentRegistry.DecisionKind kind, uint40 decidedAt) = consents.lastDecision(patient, hospital, TREAT);
        vm.assertEq(decidedAt, grantedAt > revokedAt ? grantedAt : revokedAt, "P5: lastDecision has the latest time");
        return keccak256(abi.encode(permitted, kind, decidedAt));
    }

    function _relayAll(Signed[] memory decisions) private {
        for (uint256 i = 0; i < decisions.length; ++i) {
            Signed memory decision = decisions[i];
            bytes memory data;
            if (decision.kind == 0) {
                data = abi.encodeCall(consents.grantBySig, (_grant(decision.issuedAt), decision.signature));
            } else if (decision.kind == 1) {
                data = abi.encodeCall(consents.revokeBySig, (_revocation(decision.issuedAt), decision.signature));
            } else {
                data = abi.encodeCall(
                    consents.revokeAllBySig,
                    (patient, patient, decision.issuedAt, type(uint40).max, decision.signature)
                );
            }
            (bool ok, ) = address(consents).call(data);
            vm.assertTrue(ok || decision.kind == 0, "P5: a revocation never fails");
        }
    }

    function _signed(uint8 kind, uint40 issuedAt) private view returns (Signed memory) {
        bytes32 structHash;
        if (kind == 0) {
            structHash = keccak256(abi.encode(ConsentTypes.CONSENT_GRANT_TYPEHASH, _grant(issuedAt)));
        } else if (kind == 1) {
            structHash = keccak256(abi.encode(ConsentTypes.CONSENT_REVOCATION_TYPEHASH, _revocation(issuedAt)));
        } else {
            structHash = keccak256(
                abi.encode(ConsentTypes.REVOKE_ALL_TYPEHASH, patient, patient, issuedAt, type(uint40).max)
            );
        }
        return Signed(kind, issuedAt, _sign(patient, _consentDomain(), structHash));
    }

    function _grant(uint40 issuedAt) private view returns (IConsentRegistry.ConsentGrant memory grant) {
        grant.patient = patient;
        grant.decidedBy = patient;
        grant.grantee = hospital;
        grant.purposes = 1;
        grant.categories = 1;
        grant.expiresAt = START + 30 days;
        grant.evidence = bytes32(uint256(1));
        grant.issuedAt = issuedAt;
        grant.deadline = type(uint40).max;
    }

    function _revocation(uint40 issuedAt) private view returns (IConsentRegistry.ConsentRevocation memory) {
        return IConsentRegistry.ConsentRevocation(patient, patient, hospital, 1, issuedAt, type(uint40).max);
    }
}
