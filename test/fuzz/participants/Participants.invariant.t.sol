// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../../../contracts/participants/IParticipantRegistry.sol";
import {ParticipantRegistry} from "../../../contracts/participants/ParticipantRegistry.sol";
import {Role} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {bound, vm} from "../Vm.sol";

/// @title ParticipantHandler
/// @notice Two accreditors, five addresses that are each accredited, offered and named by anyone, in any order. The model
/// keeps who was accredited, and who agreed to act for whom.
contract ParticipantHandler is World {
    string public broken;
    /// @notice Number of acts so far.
    uint256 public acts;

    struct Accreditation {
        uint8 status; // 0 never, 1 active, 2 suspended, 3 withdrawn
        uint40 validUntil;
    }

    struct Service {
        address principal;
        uint56 roles;
        uint40 expiresAt;
    }

    address[] public accounts;
    mapping(address account => mapping(uint16 role => Accreditation)) public accreditations;
    mapping(address account => bool) public everAccredited;
    mapping(address operator => Service) public services;
    mapping(address principal => mapping(address operator => Service)) internal offers;
    mapping(address operator => mapping(address principal => uint40)) public servedSince;
    mapping(address operator => mapping(address principal => uint40)) public servedUntil;
    mapping(address operator => mapping(address principal => uint56)) public servedIn;

    struct Acceptance {
        address operator;
        address principal;
        uint56 roles;
        uint40 expiresAt;
        uint256 nonce;
        bytes signature;
    }

    Acceptance[] internal acceptances;
    mapping(address operator => uint256) internal nonces;

    constructor() {
        for (uint256 i = 0; i < 5; ++i)
            accounts.push(_person(string.concat("account ", string(abi.encodePacked(uint8(48 + i))))));
    }

    modifier inTime() {
        vm.warp(time);
        ++acts;
        _;
    }

    function registry() external view returns (ParticipantRegistry) {
        return participants;
    }

    function wait(uint256 choice) external inTime {
        time += [uint40(1), 1 hours, 2 days, 40 days][bound(choice, 0, 3)];
        vm.warp(time);
    }

    /// @dev Role 0 has one accreditor, role 7 the other, role 1 both.
    function changeAccreditation(
        uint256 who,
        uint256 whom,
        uint256 roleSeed,
        uint256 what,
        uint256 span
    ) external inTime {
        address caller = [careAccreditor, reviewAccreditor, accounts[0]][bound(who, 0, 2)];
        address participant = accounts[bound(whom, 0, 4)];
        uint16 role = [uint16(0), 1, 7][bound(roleSeed, 0, 2)];
        uint40 validUntil = time + [uint40(0), 1 hours, 30 days, 900 days][bound(span, 0, 3)];
        bool named = caller == careAccreditor ? role <= 1 : caller == reviewAccreditor && role == 7;
        Accreditation storage model = accreditations[participant][role];
        what = bound(what, 0, 5);
        vm.prank(caller);
        bool ok;
        bool expected;
        if (what == 0) {
            expected = named && model.status == 1;
            ok = _try(abi.encodeCall(participants.suspend, (participant, Role.wrap(role))));
            if (ok) model.status = 2;
        } else if (what == 1) {
            expected = named && model.status == 2;
            ok = _try(abi.encodeCall(participants.reinstate, (participant, Role.wrap(role))));
            if (ok) model.status = 1;
        } else if (what == 2) {
            expected = named && (model.status == 1 || model.status == 2);
            ok = _try(abi.encodeCall(participants.withdraw, (participant, Role.wrap(role))));
            if (ok) model.status = 3;
        } else {
            expected = named && validUntil > time && model.status != 2 && services[participant].principal == address(0);
            ok = _try(abi.encodeCall(participants.accredit, (participant, Role.wrap(role), validUntil)));
            if (ok) accreditations[participant][role] = Accreditation(1, validUntil);
            if (ok) everAccredited[participant] = true;
        }
        if (ok != expected) broken = "accreditation";
    }

    function offer(uint256 who, uint256 whom, uint56 roles, uint256 span) external inTime {
        address principal = accounts[bound(who, 0, 4)];
        address operator = accounts[bound(whom, 0, 4)];
        Service memory terms = Service(
            principal,
            _roles(roles),
            time + [uint40(0), 1 hours, 300 days][bound(span, 0, 2)]
        );
        bool expected = terms.roles == 0 || terms.expiresAt > time;
        vm.prank(principal);
        bool ok = _try(abi.encodeCall(participants.offerOperator, (operator, terms.roles, terms.expiresAt)));
        if (ok != expected) broken = "offerOperator";
        if (!ok) return;
        // An offer without roles takes the offer back.
        if (terms.roles == 0) delete offers[principal][operator];
        else if (services[operator].principal == principal) _begin(operator, terms);
        else offers[principal][operator] = terms;
    }

    function accept(uint256 who, uint256 whom) external inTime {
        address operator = accounts[bound(who, 0, 4)];
        address principal = accounts[bound(whom, 0, 4)];
        Service memory terms = offers[principal][operator];
        bool expected = terms.roles != 0 && terms.expiresAt > time && _mayServe(operator, principal);
        vm.prank(operator);
        bool ok = _try(abi.encodeCall(participants.acceptOperator, (principal)));
        if (ok != expected) broken = "acceptOperator";
        if (!ok) return;
        delete offers[principal][operator];
        _begin(operator, terms);
    }

    function signAcceptance(uint256 who, uint256 whom, uint56 roles, uint256 span) external inTime {
        Acceptance memory made;
        made.operator = accounts[bound(who, 0, 4)];
        made.principal = accounts[bound(whom, 0, 4)];
        made.roles = _roles(roles) | 1;
        made.expiresAt = time + [uint40(1 hours), 300 days][bound(span, 0, 1)];
        made.nonce = nonces[made.operator];
        bytes32 typeHash = keccak256(
            "OperatorAcceptance(address operator,address principal,uint56 roles,uint40 expiresAt,uint256 nonce,uint40 deadline)"
        );
        made.signature = _sign(
            made.operator,
            _participantsDomain(),
            keccak256(
                abi.encode(
                    typeHash,
                    made.operator,
                    made.principal,
                    made.roles,
                    made.expiresAt,
                    made.nonce,
                    type(uint40).max
                )
            )
        );
        acceptances.push(made);
        _name(made, made.principal);
    }

    function nameAgain(uint256 index, uint256 who) external inTime {
        if (acceptances.length == 0) return;
        Acceptance memory made = acceptances[bound(index, 0, acceptances.length - 1)];
        _name(made, bound(who, 0, 7) > 4 ? made.principal : accounts[bound(who, 0, 7)]);
    }

    function remove(uint256 who, uint256 whom) external inTime {
        address operator = accounts[bound(whom, 0, 4)];
        address principal = services[operator].principal;
        address caller = [principal, operator, accounts[0]][bound(who, 0, 2)];
        bool expected = principal != address(0) && (caller == principal || caller == operator);
        vm.prank(caller);
        bool ok = _try(abi.encodeCall(participants.removeOperator, (operator)));
        if (ok != expected) broken = "removeOperator";
        if (!ok) return;
        // Who removes a key that ran out before does not lengthen its service.
        if (time < servedUntil[operator][principal]) servedUntil[operator][principal] = time;
        delete services[operator];
        ++nonces[operator];
    }

    function _name(Acceptance memory made, address caller) private {
        bool expected =
            made.expiresAt > time &&
                caller == made.principal &&
                made.nonce == nonces[made.operator] &&
                _mayServe(made.operator, made.principal);
        vm.prank(caller);
        bool ok = _try(
            abi.encodeCall(
                participants.nameOperator,
                (made.operator, made.roles, made.expiresAt, type(uint40).max, made.signature)
            )
        );
        if (ok != expected) broken = "nameOperator";
        if (!ok) return;
        ++nonces[made.operator];
        delete offers[made.principal][made.operator];
        _begin(made.operator, Service(made.principal, made.roles, made.expiresAt));
    }

    function _begin(address operator, Service memory terms) private {
        services[operator] = terms;
        if (servedSince[operator][terms.principal] == 0) servedSince[operator][terms.principal] = time;
        servedUntil[operator][terms.principal] = terms.expiresAt;
        servedIn[operator][terms.principal] |= terms.roles;
    }

    function _mayServe(address operator, address principal) private view returns (bool) {
        address served = services[operator].principal;
        return !everAccredited[operator] && (served == address(0) || served == principal);
    }

    function _roles(uint56 seed) private pure returns (uint56) {
        return [uint56(0), 1, 2, 3, 1 << 7, 0x83][bound(seed, 0, 5)];
    }

    function _try(bytes memory data) private returns (bool ok) {
        (ok, ) = address(participants).call(data);
    }
}

/// @title ParticipantInvariants
/// @notice Who acts for whom, whatever anyone does. Numbers as in docs/properties.md.
contract ParticipantInvariants {
    ParticipantHandler private handler;
    ParticipantRegistry private registry;

    function setUp() external {
        handler = new ParticipantHandler();
        registry = handler.registry();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_I7_participants() external {
        vm.warp(handler.time());
        vm.assertEq(handler.broken(), "", "I7: each act is accepted exactly when the rules say so");
        // Another account after each act; all of them at the end.
        _assertAccount(handler.accounts(handler.acts() % 5));
    }

    function afterInvariant() external {
        vm.warp(handler.time());
        for (uint256 i = 0; i < 5; ++i) _assertAccount(handler.accounts(i));
    }

    function _assertAccount(address account) private view {
        _assertTenures(account);
        _assertResolves(account, 0);
        _assertResolves(account, 1);
        _assertResolves(account, 7);
    }

    function _assertResolves(address account, uint16 role) private view {
        (address principal, IParticipantRegistry.Standing standing) = registry.tryResolve(account, Role.wrap(role));
        (address served, uint56 roles, uint40 expiresAt) = handler.services(account);
        if (handler.everAccredited(account)) {
            vm.assertEq(principal, account, "I7: an address that was ever accredited resolves to itself");
            vm.assertEq(served, address(0), "I7: and acts for nobody");
        } else if (principal != account) {
            vm.assertEq(principal, served, "I7: a key resolves only to the participant that it accepted");
        }
        (uint8 status, uint40 validUntil) = handler.accreditations(principal, role);
        bool good = status == 1 && handler.time() < validUntil;
        if (principal != account) good = good && handler.time() < expiresAt && (roles >> role) & 1 == 1;
        vm.assertTrue(
            (standing == IParticipantRegistry.Standing.Good) == good,
            "I7: in good standing exactly while accredited, not suspended, withdrawn or expired, and named for the role"
        );
        if (status == 2 && principal == account) {
            vm.assertTrue(standing == IParticipantRegistry.Standing.Suspended, "I7: the reason is Suspended");
        }
        if (status == 3 && principal == account) {
            vm.assertTrue(standing == IParticipantRegistry.Standing.Withdrawn, "I7: the reason is Withdrawn");
        }
    }

    function _assertTenures(address operator) private view {
        for (uint256 i = 0; i < 5; ++i) {
            address principal = handler.accounts(i);
            IParticipantRegistry.Tenure memory tenure = registry.tenureOf(operator, principal);
            vm.assertEq(
                tenure.since,
                handler.servedSince(operator, principal),
                "I7: when a key began is kept for ever"
            );
            vm.assertEq(tenure.until, handler.servedUntil(operator, principal), "I7: when a key ended is kept");
            vm.assertEq(tenure.roles, handler.servedIn(operator, principal), "I7: what a key served as is kept");
        }
    }
}
