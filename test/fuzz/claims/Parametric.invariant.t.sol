// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParametricPolicy} from "../../../contracts/claims/IParametricPolicy.sol";
import {ParametricPolicy} from "../../../contracts/claims/ParametricPolicy.sol";
import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {vm} from "../Vm.sol";
import {ParametricHandler} from "./ParametricHandler.sol";

/// @title ParametricInvariants
/// @notice What stays true of parametric benefits whatever anyone does, in any order. Numbers as in docs/properties.md.
contract ParametricInvariants {
    ParametricHandler internal handler;
    ParametricPolicy internal parametric;
    ReserveVault internal vault;
    HostileToken internal token;

    function setUp() external {
        handler = new ParametricHandler();
        handler.begin();
        (parametric, vault, token) = (handler.parametric(), handler.vault(), handler.token());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_parametric() external {
        vm.warp(handler.time());
        vm.assertEq(handler.broken(), "", "see the message");
        uint256 reserved;
        for (uint256 policyId = 1; policyId <= 3; ++policyId) {
            for (uint256 product = 0; product < 3; ++product) reserved += _assertBenefit(policyId, product);
        }
        vm.assertEq(vault.reservedBy(address(parametric)), reserved, "B5: what is reserved is what is open");
        uint256 outflow = handler.elsewhere();
        for (uint256 i = 0; i < 3; ++i) {
            address member = handler.members(i);
            uint256 got = token.balanceOf(member) + vault.heldFor(member);
            vm.assertEq(got, handler.owed(member), "B6: each member gets the sums of its paid benefits, and no more");
            outflow += token.balanceOf(member);
        }
        vm.assertEq(
            token.balanceOf(address(vault)) + outflow,
            handler.cameIn(),
            "B6: nothing leaves the vault but to members"
        );
    }

    function _assertBenefit(uint256 policyId, uint256 product) private view returns (uint256 reserved) {
        IParametricPolicy.ParametricBenefit memory benefit = parametric.benefitOf(policyId, handler.productId(product));
        (
            IParametricPolicy.BenefitStatus status,
            uint256 sum,
            uint256 deadline,
            uint256 rejectedAt,
            bool isReserved,
            uint256 times
        ) = handler.models(policyId, product);
        vm.assertEq(uint256(benefit.status), uint256(status), "B3: its status");
        vm.assertEq(benefit.sum, sum, "B1: its sum never changes");
        vm.assertEq(benefit.deadline, deadline, "B3: its deadline");
        vm.assertEq(benefit.rejectedAt, rejectedAt, "B3: when it was rejected");
        vm.assertTrue(benefit.reserved == isReserved, "B5: whether it is reserved");
        vm.assertGe(1, times, "B6: no benefit is paid twice");
        return isReserved ? sum : 0;
    }
}

/// @title ParametricReach
/// @notice That a campaign of these acts comes to all that it is about.
contract ParametricReach {
    uint256 private attested;
    uint256 private paid;
    uint256 private reviewed;

    function test_everyBenefitActHappens() external {
        ParametricHandler handler = new ParametricHandler();
        handler.begin();
        uint256 random = 1; // The same acts every time.
        for (uint256 i = 0; i < 4_000; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            // Of one policy, so that a benefit comes far.
            (uint256 who, uint256 which) = (1, random >> 16);
            uint256 act = random % 16;
            if (act == 0 && i % 2 == 0) handler.wait(random >> 24);
            else if (act == 1) handler.donate(random >> 24);
            else if (act == 2) handler.spend(random >> 24, random & 0x800 != 0);
            else if (act == 3 || act > 11) handler.enrol(who, which, random >> 24);
            else if (act == 4 || act > 8)
                handler.attest(
                    who,
                    which,
                    random >> 24,
                    random >> 32,
                    random >> 40,
                    random & 0x800 != 0,
                    random & 0x1000 != 0
                );
            else if (act == 5 && i % 2 == 0) handler.pay(who, which, random & 0x800 != 0, random & 0x1000 != 0);
            else if (act == 6) handler.challenge(who, which);
            else if (act == 7) handler.review(who, which, random & 0x800 != 0, random & 0x1000 != 0);
            else if (act == 8 && i % 32 == 0) handler.pause();
            // All benefits end: begin anew.
            if (i % 100 == 99) {
                _add(handler);
                handler = new ParametricHandler();
                handler.begin();
            }
        }
        vm.assertGe(attested, 50, "attestations are taken");
        vm.assertGe(paid, 10, "benefits are paid after a deadline");
        vm.assertGe(reviewed, 5, "challenges are reviewed");
    }

    function _add(ParametricHandler handler) private {
        attested += handler.happened(handler.attest.selector);
        paid += handler.happened(handler.pay.selector);
        reviewed += handler.happened(handler.review.selector);
        vm.assertEq(handler.broken(), "", "see the message");
    }
}
