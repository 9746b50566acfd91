// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {ConsentTypes} from "../../../contracts/consent/ConsentTypes.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {World} from "../World.sol";
import {bound, vm} from "../Vm.sol";

/// @notice A wallet that says yes or no to every signature, as it is told.
contract Wallet is IERC1271 {
    bool public agrees;

    function setAgrees(bool agrees_) external {
        agrees = agrees_;
    }

    function isValidSignature(bytes32, bytes memory) external view returns (bytes4) {
        return agrees ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @title SignaturesTest
/// @notice Whose signature counts: malleated ones, other chains and contracts, wallets, and patients who delegated.
contract SignaturesTest is World {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint40 private constant FOREVER = type(uint40).max;

    address private immutable patient = _person("patient");
    address private immutable grantee = _person("grantee");
    Wallet private immutable wallet = new Wallet();

    function testFuzz_P7_highSIsRefused(uint40 age) external {
        uint40 issuedAt = time - uint40(bound(age, 0, 365 days));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf[patient], _digest(patient, issuedAt));
        bytes memory malleated = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _assertRefused(patient, issuedAt, malleated, "P7: the second signature that ECDSA allows is refused");
        _assertAccepted(patient, issuedAt, abi.encodePacked(r, s, v));
    }

    function testFuzz_P7_changedSignatureIsRefused(uint256 position, uint8 change) external {
        bytes memory signature = _signature(patient, time);
        position = bound(position, 0, 64);
        signature[position] ^= bytes1(uint8(bound(change, 1, 255)));
        _assertRefused(patient, time, signature, "P7: a signature with any other byte is refused");
    }

    function testFuzz_P7_anyOtherBytesAreRefused(bytes memory signature) external {
        _assertRefused(patient, time, signature, "P7: bytes that the patient did not sign are refused");
        _assertRefused(address(0), time, signature, "P7: nobody signs for the zero address");
    }

    function testFuzz_P7_anotherChainIsRefused(uint64 chain) external {
        bytes memory signature = _signature(patient, time);
        uint256 here = block.chainid;
        vm.chainId(bound(chain, 1, type(uint64).max));
        if (block.chainid != here) {
            _assertRefused(patient, time, signature, "P7: a signature for another chain is refused");
        }
        vm.chainId(here);
        _assertAccepted(patient, time, signature);
    }

    function testFuzz_P7_anotherContractIsRefused(address other) external {
        bytes32 domain = _domainSeparator("CareProof ConsentRegistry", other);
        if (other == address(consents)) return;
        bytes memory signature = _sign(patient, domain, _structHash(patient, time));
        _assertRefused(patient, time, signature, "P7: a signature for another deployment is refused");
    }

    function testFuzz_P8_walletDecidesAtTheTimeOfRelay(bytes memory signature) external {
        wallet.setAgrees(false);
        _assertRefused(address(wallet), time, signature, "P8: what a contract wallet refuses is refused");
        wallet.setAgrees(true);
        _assertAccepted(address(wallet), time, signature);
    }

    /// @dev EIP-7702: the patient's account has the code of a wallet that refuses everything.
    function testFuzz_P9_delegatedPatientRevokesWithTheKey(uint40 age) external {
        uint40 issuedAt = time - uint40(bound(age, 0, 365 days));
        vm.signAndAttachDelegation(address(wallet), keyOf[patient]);
        vm.prank(patient);
        consents.grant(grantee, 1 << 8, IConsentRegistry.Terms(1, 0, time + 1 days, 0), bytes32(uint256(1)));
        vm.assertTrue(patient.code.length == 23, "P9: the patient has delegated");
        vm.assertFalse(Wallet(patient).agrees(), "P9: the code refuses");
        (bool permitted, ) = consents.check(patient, grantee, 8, 1);
        vm.assertTrue(permitted, "P9: the consent holds before");

        vm.warp(time + 1);
        consents.revokeAllBySig(patient, patient, time + 1, FOREVER, _signature(patient, time + 1));
        (permitted, ) = consents.check(patient, grantee, 8, 1);
        vm.assertFalse(permitted, "P9: a patient who delegated by EIP-7702 can still revoke with the key");
        bytes memory old = _signature(patient, issuedAt);
        consents.revokeAllBySig(patient, patient, issuedAt, FOREVER, old);
        vm.assertEq(consents.patientOf(patient).revokedAllAt, time + 1, "P9: an older one changes nothing");
    }

    function _assertRefused(address signer, uint40 issuedAt, bytes memory signature, string memory message) private {
        (bool ok, ) = address(consents).call(
            abi.encodeCall(consents.revokeAllBySig, (signer, signer, issuedAt, FOREVER, signature))
        );
        vm.assertFalse(ok, message);
        vm.assertEq(consents.patientOf(signer).revokedAllAt, 0, message);
    }

    function _assertAccepted(address signer, uint40 issuedAt, bytes memory signature) private {
        consents.revokeAllBySig(signer, signer, issuedAt, FOREVER, signature);
        vm.assertEq(consents.patientOf(signer).revokedAllAt, issuedAt, "P7: the signature itself is accepted");
    }

    function _signature(address signer, uint40 issuedAt) private view returns (bytes memory) {
        return _sign(signer, _consentDomain(), _structHash(signer, issuedAt));
    }

    function _digest(address signer, uint40 issuedAt) private view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", _consentDomain(), _structHash(signer, issuedAt)));
    }

    function _structHash(address signer, uint40 issuedAt) private pure returns (bytes32) {
        return keccak256(abi.encode(ConsentTypes.REVOKE_ALL_TYPEHASH, signer, signer, issuedAt, FOREVER));
    }
}
