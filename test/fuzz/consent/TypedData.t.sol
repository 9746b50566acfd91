// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {DisclosureLog} from "../../../contracts/consent/DisclosureLog.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {IDisclosureLog} from "../../../contracts/consent/IDisclosureLog.sol";
import {IRepresentativeRegistry} from "../../../contracts/consent/IRepresentativeRegistry.sol";
import {Roles} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {bound, vm} from "../Vm.sol";

/// @title TypedDataTest
/// @notice Each message that is signed, hashed here by the rules of EIP-712 alone (the type written out, one word for each
/// member), is accepted by the contract; so wallets that know only the type can sign it.
contract TypedDataTest is World {
    uint40 private constant FOREVER = type(uint40).max;

    address private immutable patient = _person("patient");
    address private immutable hospital = _person("hospital");
    address private immutable key = _person("key");
    address private immutable court = _person("court");
    DisclosureLog private immutable log;

    constructor() {
        log = new DisclosureLog(participants);
    }

    function setUp() external {
        _accredit(reviewAccreditor, court, Roles.GUARDIANSHIP_AUTHORITY, START + 3650 days);
    }

    function test_P6_domainsAreTheStandards() external view {
        _assertDomain(address(consents), "CareProof ConsentRegistry");
        _assertDomain(address(representatives), "CareProof Representatives");
        _assertDomain(address(participants), "CareProof ParticipantRegistry");
        _assertDomain(address(log), "CareProof DisclosureLog");
    }

    function testFuzz_P6_consentGrant(
        uint32 purposes,
        uint64 categories,
        uint40 notBefore,
        uint40 duration,
        uint8 flags,
        bytes32 evidence,
        uint40 age
    ) external {
        if (evidence == 0) evidence = bytes32(uint256(1));
        IConsentRegistry.ConsentGrant memory grant;
        grant.patient = patient;
        grant.decidedBy = patient;
        grant.grantee = hospital;
        grant.purposes = (purposes & 0x8000FFFF) | 1;
        grant.categories = (categories & 0x01FF0000001FFFFF) | 1;
        grant.issuedAt = time - uint40(bound(age, 0, 1 days));
        grant.expiresAt = time + uint40(bound(duration, 1, 3650 days));
        grant.notBefore = uint40(bound(notBefore, 0, grant.expiresAt - 1));
        grant.flags = flags & 7;
        grant.evidence = evidence;
        grant.deadline = FOREVER;

        bytes32[] memory words = new bytes32[](11);
        words[0] = _word(grant.patient);
        words[1] = _word(grant.decidedBy);
        words[2] = _word(grant.grantee);
        words[3] = _word(grant.purposes);
        words[4] = _word(grant.categories);
        words[5] = _word(grant.notBefore);
        words[6] = _word(grant.expiresAt);
        words[7] = _word(grant.flags);
        words[8] = evidence;
        words[9] = _word(grant.issuedAt);
        words[10] = _word(grant.deadline);
        bytes32 structHash = _hash(
            "ConsentGrant(address patient,address decidedBy,address grantee,uint32 purposes,uint64 categories,uint40 notBefore,uint40 expiresAt,uint8 flags,bytes32 evidence,uint40 issuedAt,uint40 deadline)",
            words
        );
        consents.grantBySig(grant, _sign(patient, _consentDomain(), structHash));
        IConsentRegistry.Consent memory consent = consents.consentOf(patient, hospital, 0);
        vm.assertEq(consent.categories, grant.categories, "P6: ConsentGrant is hashed as EIP-712 says");
        vm.assertEq(consent.issuedAt, grant.issuedAt, "P6: ConsentGrant is hashed as EIP-712 says");
    }

    function testFuzz_P6_consentRevocation(uint32 purposes, uint40 age, uint40 ahead) external {
        IConsentRegistry.ConsentRevocation memory revocation = IConsentRegistry.ConsentRevocation(
            patient,
            patient,
            hospital,
            (purposes & 0x8000FFFF) | 1,
            time - uint40(bound(age, 0, 1 days)),
            time + uint40(bound(ahead, 0, 365 days))
        );
        bytes32[] memory words = new bytes32[](6);
        words[0] = _word(patient);
        words[1] = _word(patient);
        words[2] = _word(hospital);
        words[3] = _word(revocation.purposes);
        words[4] = _word(revocation.issuedAt);
        words[5] = _word(revocation.deadline);
        bytes32 structHash = _hash(
            "ConsentRevocation(address patient,address decidedBy,address grantee,uint32 purposes,uint40 issuedAt,uint40 deadline)",
            words
        );
        uint32 applied = consents.revokeBySig(revocation, _sign(patient, _consentDomain(), structHash));
        vm.assertEq(applied, revocation.purposes, "P6: ConsentRevocation is hashed as EIP-712 says");
    }

    function testFuzz_P6_decisionsOnAll(uint40 age, bool forbidden, uint64 categories, address other) external {
        uint40 issuedAt = time - uint40(bound(age, 0, 1 days));
        categories = (categories & 0x01FF0000001FFFFF) | 1;

        bytes32 structHash = _hash(
            "RevokeAll(address patient,address decidedBy,uint40 issuedAt,uint40 deadline)",
            _words(_word(patient), _word(patient), _word(issuedAt), _word(FOREVER))
        );
        consents.revokeAllBySig(patient, patient, issuedAt, FOREVER, _sign(patient, _consentDomain(), structHash));
        vm.assertEq(consents.patientOf(patient).revokedAllAt, issuedAt, "P6: RevokeAll is hashed as EIP-712 says");

        structHash = _hash(
            "BreakGlassPreference(address patient,bool forbidden,uint40 issuedAt,uint40 deadline)",
            _words(_word(patient), _word(forbidden ? 1 : 0), _word(issuedAt), _word(FOREVER))
        );
        consents.setBreakGlassPreferenceBySig(
            patient,
            forbidden,
            issuedAt,
            FOREVER,
            _sign(patient, _consentDomain(), structHash)
        );
        vm.assertTrue(
            consents.patientOf(patient).breakGlassForbidden == forbidden,
            "P6: BreakGlassPreference is hashed as EIP-712 says"
        );

        bytes32[] memory words = new bytes32[](5);
        words[0] = _word(patient);
        words[1] = _word(other);
        words[2] = _word(categories);
        words[3] = _word(issuedAt);
        words[4] = _word(FOREVER);
        structHash = _hash(
            "EmergencySourcePreference(address patient,address source,uint64 categories,uint40 issuedAt,uint40 deadline)",
            words
        );
        consents.setEmergencySourcePreferenceBySig(
            patient,
            other,
            categories,
            issuedAt,
            FOREVER,
            _sign(patient, _consentDomain(), structHash)
        );
        vm.assertEq(
            consents.sourcePreferenceOf(patient, other).categories,
            categories,
            "P6: EmergencySourcePreference is hashed as EIP-712 says"
        );
    }

    function testFuzz_P6_guardianAndRetirement(uint40 age) external {
        uint40 issuedAt = time - uint40(bound(age, 0, 1 days));
        bytes32 structHash = _hash(
            "GuardianNaming(address patient,address guardian,uint40 issuedAt,uint40 deadline)",
            _words(_word(patient), _word(key), _word(issuedAt), _word(FOREVER))
        );
        consents.nameGuardianBySig(patient, key, issuedAt, FOREVER, _sign(patient, _consentDomain(), structHash));
        vm.assertEq(consents.guardianshipOf(patient).next, key, "P6: GuardianNaming is hashed as EIP-712 says");

        structHash = _hash(
            "Retirement(address patient,address decidedBy,uint40 issuedAt,uint40 deadline)",
            _words(_word(patient), _word(key), _word(issuedAt), _word(FOREVER))
        );
        consents.retireBySig(patient, key, issuedAt, FOREVER, _sign(key, _consentDomain(), structHash));
        vm.assertEq(
            consents.patientOf(patient).retiredAt,
            uint256(time) + 3 days,
            "P6: Retirement is hashed as EIP-712 says"
        );

        bytes32[] memory words = new bytes32[](3);
        words[0] = _word(patient);
        words[1] = _word(time);
        words[2] = _word(FOREVER);
        structHash = _hash("RetirementObjection(address patient,uint40 issuedAt,uint40 deadline)", words);
        consents.objectToRetirementBySig(patient, time, FOREVER, _sign(patient, _consentDomain(), structHash));
        vm.assertEq(consents.patientOf(patient).retiredAt, 0, "P6: RetirementObjection is hashed as EIP-712 says");
    }

    function testFuzz_P6_representatives(uint32 purposes, uint40 duration, uint40 age) external {
        purposes = (purposes & 0x8000FFFF) | 1;
        uint40 expiresAt = time + uint40(bound(duration, 1, 3650 days));
        uint40 issuedAt = time - uint40(bound(age, 0, 1 days));
        bytes32[] memory words = new bytes32[](6);
        words[0] = _word(patient);
        words[1] = _word(key);
        words[2] = _word(purposes);
        words[3] = _word(expiresAt);
        words[4] = _word(issuedAt);
        words[5] = _word(FOREVER);
        bytes32 structHash = _hash(
            "RepresentativeNaming(address patient,address representative,uint32 purposes,uint40 expiresAt,uint40 issuedAt,uint40 deadline)",
            words
        );
        representatives.nameRepresentativeBySig(
            patient,
            key,
            purposes,
            expiresAt,
            issuedAt,
            FOREVER,
            _sign(patient, _representativesDomain(), structHash)
        );
        vm.assertTrue(
            representatives.counts(patient, key, issuedAt),
            "P6: RepresentativeNaming is hashed as EIP-712 says"
        );

        structHash = _hash(
            "RepresentativeRemoval(address patient,address representative,uint40 issuedAt,uint40 deadline)",
            _words(_word(patient), _word(key), _word(issuedAt), _word(FOREVER))
        );
        representatives.removeRepresentativeBySig(
            patient,
            key,
            issuedAt,
            FOREVER,
            _sign(patient, _representativesDomain(), structHash)
        );
        vm.assertFalse(
            representatives.counts(patient, key, issuedAt),
            "P6: RepresentativeRemoval is hashed as EIP-712 says"
        );
    }

    function testFuzz_P6_appointments(uint32 purposes, bool mayOverride, bytes32 caseCommitment, uint40 age) external {
        IRepresentativeRegistry.RepresentativeAppointment memory appointment = IRepresentativeRegistry
            .RepresentativeAppointment({
                patient: patient,
                representative: key,
                officer: court,
                purposes: (purposes & 0x8000FFFF) | 1,
                mayOverride: mayOverride,
                expiresAt: time + 365 days,
                caseCommitment: caseCommitment,
                issuedAt: time - uint40(bound(age, 1, 1 days)),
                deadline: FOREVER
            });
        bytes32[] memory words = new bytes32[](9);
        words[0] = _word(patient);
        words[1] = _word(key);
        words[2] = _word(court);
        words[3] = _word(appointment.purposes);
        words[4] = _word(mayOverride ? 1 : 0);
        words[5] = _word(appointment.expiresAt);
        words[6] = caseCommitment;
        words[7] = _word(appointment.issuedAt);
        words[8] = _word(FOREVER);
        bytes32 structHash = _hash(
            "RepresentativeAppointment(address patient,address representative,address officer,uint32 purposes,bool mayOverride,uint40 expiresAt,bytes32 caseCommitment,uint40 issuedAt,uint40 deadline)",
            words
        );
        representatives.appointRepresentative(appointment, _sign(court, _representativesDomain(), structHash));
        vm.assertTrue(
            representatives.representationOf(patient, key).mayOverride == mayOverride,
            "P6: RepresentativeAppointment is hashed as EIP-712 says"
        );

        words = new bytes32[](6);
        words[0] = _word(patient);
        words[1] = _word(key);
        words[2] = _word(court);
        words[4] = _word(time);
        words[5] = _word(FOREVER);
        structHash = _hash(
            "AppointmentDecision(address patient,address representative,address officer,bool inForce,uint40 issuedAt,uint40 deadline)",
            words
        );
        representatives.decideAppointment(
            IRepresentativeRegistry.AppointmentDecision(patient, key, court, false, time, FOREVER),
            _sign(court, _representativesDomain(), structHash)
        );
        vm.assertTrue(
            representatives.representationOf(patient, key).status == IRepresentativeRegistry.RepresentationStatus.Ended,
            "P6: AppointmentDecision is hashed as EIP-712 says"
        );
    }

    function testFuzz_P6_operatorAcceptance(uint56 roles, uint40 duration) external {
        roles |= 1;
        uint40 expiresAt = time + uint40(bound(duration, 1, 3650 days));
        bytes32[] memory words = new bytes32[](6);
        words[0] = _word(key);
        words[1] = _word(hospital);
        words[2] = _word(roles);
        words[3] = _word(expiresAt);
        words[4] = _word(participants.nonces(key));
        words[5] = _word(FOREVER);
        bytes32 structHash = _hash(
            "OperatorAcceptance(address operator,address principal,uint56 roles,uint40 expiresAt,uint256 nonce,uint40 deadline)",
            words
        );
        bytes memory signature = _sign(key, _participantsDomain(), structHash);
        vm.prank(hospital);
        participants.nameOperator(key, roles, expiresAt, FOREVER, signature);
        vm.assertEq(participants.principalOf(key), hospital, "P6: OperatorAcceptance is hashed as EIP-712 says");

        vm.prank(hospital);
        participants.removeOperator(key);
        vm.prank(hospital);
        vm.expectPartialRevert(bytes4(keccak256("InvalidSignature(address)")));
        participants.nameOperator(key, roles, expiresAt, FOREVER, signature);
    }

    function testFuzz_P6_accessReceipt(bytes32 disclosure, uint40 age) external {
        uint40 accessedAt = time - uint40(bound(age, 7 days + 1, 3650 days));
        IDisclosureLog.AccessReceipt memory receipt = IDisclosureLog.AccessReceipt(key, key, disclosure, accessedAt);
        bytes32[] memory words = _words(_word(key), _word(key), disclosure, _word(accessedAt));
        bytes32 structHash = _hash(
            "AccessReceipt(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)",
            words
        );
        log.reportUnlogged(receipt, _sign(key, _domainSeparator("CareProof DisclosureLog", address(log)), structHash));
        vm.assertEq(log.recordOf(key).unlogged, 1, "P6: AccessReceipt is hashed as EIP-712 says");
        vm.assertEq(
            log.digestOf(receipt),
            _hash("CareProof.ReceiptLeaf(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)", words),
            "P6: a receipt's digest has a type tag of its own"
        );
    }

    function _assertDomain(address verifyingContract, string memory expectedName) private view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address at_,
            bytes32 salt,

        ) = IERC5267(verifyingContract).eip712Domain();
        vm.assertTrue(fields == 0x0f, "P6: the domain has name, version, chain and contract");
        vm.assertEq(name, expectedName, "P6: the domain's name");
        vm.assertEq(version, "1", "P6: the domain's version");
        vm.assertEq(chainId, block.chainid, "P6: the domain's chain");
        vm.assertEq(at_, verifyingContract, "P6: the domain's contract");
        vm.assertEq(salt, 0, "P6: the domain has no salt");
    }

    function _hash(string memory encodeType, bytes32[] memory words) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(bytes(encodeType)), words));
    }

    function _word(uint256 value) private pure returns (bytes32) {
        return bytes32(value);
    }

    function _word(address value) private pure returns (bytes32) {
        return bytes32(uint256(uint160(value)));
    }

    function _words(bytes32 a, bytes32 b, bytes32 c, bytes32 d) private pure returns (bytes32[] memory words) {
        words = new bytes32[](4);
        (words[0], words[1], words[2], words[3]) = (a, b, c, d);
    }
}
