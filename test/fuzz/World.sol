// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {ConsentRegistry} from "../../contracts/consent/ConsentRegistry.sol";
import {RepresentativeRegistry} from "../../contracts/consent/RepresentativeRegistry.sol";
import {ParticipantRegistry} from "../../contracts/participants/ParticipantRegistry.sol";
import {Role, Roles} from "../../contracts/participants/Role.sol";
import {vm} from "./Vm.sol";

/// @notice The contracts of consent, deployed, and the people of the tests, each with a key.
/// @dev Time is kept here and set before each act, because forge does not promise to keep it between calls.
abstract contract World {
    uint40 internal constant START = 1_800_000_000;
    uint208 internal constant EMERGENCIES_PER_DAY = 2;

    AccessManager internal immutable manager;
    ParticipantRegistry internal immutable participants;
    RepresentativeRegistry internal immutable representatives;
    ConsentRegistry internal immutable consents;

    /// @notice The time of the tests (unix seconds).
    uint40 public time = START;

    mapping(address account => uint256 privateKey) internal keyOf;

    address internal immutable careAccreditor;
    address internal immutable reviewAccreditor;

    constructor() {
        vm.warp(START);
        manager = new AccessManager(address(this));
        participants = new ParticipantRegistry(address(manager));
        representatives = new RepresentativeRegistry(participants);
        consents = new ConsentRegistry(address(manager), participants, representatives, EMERGENCIES_PER_DAY);
        careAccreditor = _person("accreditor of care");
        reviewAccreditor = _person("accreditor of review");
        _nameAccreditor(careAccreditor, Roles.PROVIDER);
        _nameAccreditor(careAccreditor, Roles.EMERGENCY_CARE);
        _nameAccreditor(careAccreditor, Roles.GATEWAY);
        _nameAccreditor(reviewAccreditor, Roles.PRIVACY_OFFICER);
        _nameAccreditor(reviewAccreditor, Roles.OVERSIGHT_AUTHORITY);
        _nameAccreditor(reviewAccreditor, Roles.GUARDIANSHIP_AUTHORITY);
    }

    function _person(string memory name) internal returns (address account) {
        uint256 privateKey = uint256(keccak256(bytes(name)));
        account = vm.addr(privateKey);
        keyOf[account] = privateKey;
    }

    function _nameAccreditor(address account, Role role) internal {
        manager.grantRole(Roles.accreditor(role), account, 0);
    }

    function _accredit(address accreditor, address participant, Role role, uint40 validUntil) internal {
        vm.prank(accreditor);
        participants.accredit(participant, role, validUntil);
    }

    function _sign(address signer, bytes32 domainSeparator, bytes32 structHash) internal view returns (bytes memory) {
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", domainSeparator, structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf[signer], digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev EIP-712's domain separator, written out again from the standard.
    function _domainSeparator(string memory name, address verifyingContract) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256(bytes(name)),
                    keccak256("1"),
                    block.chainid,
                    verifyingContract
                )
            );
    }

    function _consentDomain() internal view returns (bytes32) {
        return _domainSeparator("CareProof ConsentRegistry", address(consents));
    }

    function _representativesDomain() internal view returns (bytes32) {
        return _domainSeparator("CareProof Representatives", address(representatives));
    }

    function _participantsDomain() internal view returns (bytes32) {
        return _domainSeparator("CareProof ParticipantRegistry", address(participants));
    }
}
