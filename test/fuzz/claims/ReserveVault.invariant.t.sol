// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {vm} from "../Vm.sol";
import {ReserveVaultHandler} from "./ReserveVaultHandler.sol";

/// @title ReserveVaultInvariants
/// @notice What stays true of a reserve vault whatever anyone does, in any order. Numbers as in docs/properties.md.
contract ReserveVaultInvariants {
    ReserveVaultHandler internal handler;
    ReserveVault internal vault;
    HostileToken internal token;

    function setUp() external {
        handler = new ReserveVaultHandler();
        (vault, token) = (handler.vault(), handler.token());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_reserveVault() external {
        vm.warp(handler.time());
        vm.assertEq(handler.broken(), "", "see the message");
        uint256 balance = token.balanceOf(address(vault));
        _assertReserves(balance);
        _assertPremiums(balance);
        _assertShares();
    }

    function _assertReserves(uint256 balance) private view {
        vm.assertEq(vault.pausedUntil(), handler.pausedUntil(), "V13: only a pause changes until when payments stop");
        vm.assertGe(balance, vault.reserved(), "V1: assets cover what is reserved");
        uint256 held = handler.held(handler.payees(0)) + handler.held(handler.payees(1));
        uint256 byClaims = handler.reservedBy(address(handler));
        uint256 byParametric = handler.reservedBy(handler.parametric());
        vm.assertEq(vault.reservedBy(address(handler)), byClaims, "V1: no spender touches what the other reserved");
        vm.assertEq(
            vault.reservedBy(handler.parametric()),
            byParametric,
            "V1: no spender touches what the other reserved"
        );
        vm.assertEq(
            vault.reserved(),
            byClaims + byParametric + held,
            "V1: what is owed is what was reserved and is held"
        );
        for (uint256 i = 0; i < 2; ++i) {
            address payee = handler.payees(i);
            vm.assertEq(vault.heldFor(payee), handler.held(payee), "V3: what a token refused is held for its payee");
        }
        vm.assertEq(
            handler.cameIn(),
            balance + handler.paid() + handler.withdrawn(),
            "V3: what came in is there, or was paid or withdrawn"
        );
    }

    function _assertPremiums(uint256 balance) private view {
        uint256 unearned = handler.unearned();
        vm.assertEq(vault.unearnedPremium(), unearned, "V2: each premium is earned in equal parts over its days");
        uint256 owed = unearned + vault.reserved();
        vm.assertEq(
            vault.totalAssets(),
            balance > owed ? balance - owed : 0,
            "V2: shares own what is neither reserved nor unearned"
        );
    }

    function _assertShares() private view {
        uint256 sum;
        for (uint256 i = 0; i < 3; ++i) {
            address investor = handler.investors(i);
            sum += vault.balanceOf(investor);
            (uint256 shares, , ) = vault.noticeOf(investor);
            vm.assertEq(shares, handler.underNotice(investor), "V6: a notice is for what was asked and not withdrawn");
            vm.assertGe(vault.balanceOf(investor), shares, "V6: shares under notice stay with their owner");
            vm.assertTrue(
                handler.isMature(investor) || vault.maxRedeem(investor) + vault.maxWithdraw(investor) == 0,
                "V6: nobody withdraws without a notice that is mature and has not lapsed"
            );
            vm.assertGe(vault.withdrawable(), vault.maxWithdraw(investor), "V6: the limits are within what may leave");
            vm.assertGe(
                vault.withdrawable(),
                vault.previewRedeem(vault.maxRedeem(investor)),
                "V6: the limits are within what may leave"
            );
        }
        vm.assertEq(vault.totalSupply(), sum, "V5: shares are those of their owners");
    }
}
