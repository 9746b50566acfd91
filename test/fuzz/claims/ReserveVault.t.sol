// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {IParticipantRegistry} from "../../../contracts/participants/IParticipantRegistry.sol";
import {TestStablecoin} from "../../../contracts/mocks/TestStablecoin.sol";
import {bound, vm} from "../Vm.sol";

/// @title ReserveVaultProperties
/// @notice ERC-4626 as the standard has it, in vaults with whatever reserves, premiums, losses and donations. The test
/// contract is both the claims processor and the registry of policies.
contract ReserveVaultProperties {
    uint256 private constant START = 1_800_000_000;
    uint256 private constant NOTICE = 30 days;
    address private constant OWNER = address(0xA11CE);
    address private constant OTHER = address(0xB0B);

    TestStablecoin private token;
    ReserveVault private vault;

    /// @notice A vault's past, as numbers to bring into range.
    struct Past {
        uint96 deposited;
        uint96 depositedByOther;
        uint96 donated;
        uint96 premium;
        uint8 days_;
        uint96 paid;
        uint96 reserved;
        uint96 floor;
    }

    function setUp() external {
        vm.warp(START);
        token = new TestStablecoin();
        vault = new ReserveVault(
            ReserveVault.Setting(
                token,
                address(this),
                address(this),
                address(0x9A9A),
                address(this),
                address(new AccessManager(address(this))),
                IParticipantRegistry(address(0)),
                uint40(NOTICE)
            )
        );
        address[3] memory accounts = [OWNER, OTHER, address(this)];
        for (uint256 i = 0; i < 3; ++i) {
            token.mint(accounts[i], 1e40);
            vm.prank(accounts[i]);
            token.approve(address(vault), type(uint256).max);
        }
    }

    function testFuzz_V7_previewsAreWhatHappens(Past calldata past, uint256 amount, uint8 way) external {
        _live(past);
        if (way % 4 < 2) {
            if (vault.maxDeposit(OWNER) == 0) return;
            uint256 value = bound(amount, 0, 1e24);
            uint256 expected = way % 4 == 0 ? vault.previewDeposit(value) : vault.previewMint(value);
            (uint256 assets, uint256 shares) = (token.balanceOf(OWNER), vault.balanceOf(OWNER));
            vm.prank(OWNER);
            uint256 answer = way % 4 == 0 ? vault.deposit(value, OWNER) : vault.mint(value, OWNER);
            vm.assertEq(answer, expected, "V7: a preview is what happens");
            (uint256 paidIn, uint256 got) = (assets - token.balanceOf(OWNER), vault.balanceOf(OWNER) - shares);
            vm.assertEq(paidIn, way % 4 == 0 ? value : answer, "V7: what is answered moves");
            vm.assertEq(got, way % 4 == 0 ? answer : value, "V7: what is answered moves");
        } else {
            uint256 value = bound(amount, 0, way % 4 == 2 ? vault.maxWithdraw(OWNER) : vault.maxRedeem(OWNER));
            uint256 expected = way % 4 == 2 ? vault.previewWithdraw(value) : vault.previewRedeem(value);
            (uint256 assets, uint256 shares) = (token.balanceOf(OTHER), vault.balanceOf(OWNER));
            vm.prank(OWNER);
            uint256 answer = way % 4 == 2 ? vault.withdraw(value, OTHER, OWNER) : vault.redeem(value, OTHER, OWNER);
            vm.assertEq(answer, expected, "V7: a preview is what happens");
            (uint256 got, uint256 burnt) = (token.balanceOf(OTHER) - assets, shares - vault.balanceOf(OWNER));
            vm.assertEq(got, way % 4 == 2 ? value : answer, "V7: what is answered moves");
            vm.assertEq(burnt, way % 4 == 2 ? answer : value, "V7: what is answered moves");
        }
    }

    function testFuzz_V8_roundingIsForTheVault(Past calldata past, uint256 amount) external {
        _live(past);
        uint256 value = bound(amount, 0, 1e24);
        vm.assertGe(vault.convertToShares(value), vault.previewDeposit(value), "V8: a deposit gives no more shares");
        vm.assertGe(vault.previewMint(value), vault.convertToAssets(value), "V8: minting costs no less");
        vm.assertGe(vault.convertToAssets(value), vault.previewRedeem(value), "V8: redeeming gives no more");
        vm.assertGe(
            vault.previewWithdraw(value),
            vault.convertToShares(value),
            "V8: a withdrawal takes no fewer shares"
        );
        vm.assertGe(
            value,
            vault.convertToAssets(vault.convertToShares(value)),
            "V8: converting to and fro gains nothing"
        );
        vm.assertGe(
            value,
            vault.convertToShares(vault.convertToAssets(value)),
            "V8: converting to and fro gains nothing"
        );
    }

    function testFuzz_V9_roundTripsNeverProfit(Past calldata past, uint256 amount, uint8 way) external {
        _live(past);
        if (vault.maxDeposit(OTHER) == 0) return;
        uint256 value = bound(amount, 0, 1e20);
        bool byShares = way & 1 == 1;
        vm.prank(OTHER);
        uint256 answer = byShares ? vault.mint(value, OTHER) : vault.deposit(value, OTHER);
        (uint256 assets, uint256 shares) = byShares ? (answer, value) : (value, answer);
        vm.assertGe(assets, vault.previewRedeem(shares), "V9: what is put in is not less than what its shares give");
        vm.assertGe(vault.previewWithdraw(assets), shares, "V9: to take it out again takes no fewer shares");
        // Nor where all that was reserved turns out not to be owed.
        vault.release(vault.reservedBy(address(this)));
        vm.assertGe(assets, vault.previewRedeem(shares), "V9: what is put in is not less than what its shares give");
        if (shares == 0) return;
        // The same with a notice, in which nothing is earned.
        if (!_dropPremium()) return;
        vm.prank(OTHER);
        vault.requestWithdraw(shares);
        vm.warp(block.timestamp + NOTICE);
        uint256 most = vault.maxRedeem(OTHER);
        vm.prank(OTHER);
        vm.assertGe(assets, vault.redeem(most, OTHER, OTHER), "V9: a round trip never profits");
    }

    function testFuzz_V10_limitsAreExact(Past calldata past) external {
        _live(past);
        (uint256 assets, uint256 shares) = (vault.maxWithdraw(OWNER), vault.maxRedeem(OWNER));
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxRedeem.selector);
        vm.prank(OWNER);
        vault.redeem(shares + 1, OWNER, OWNER);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxWithdraw.selector);
        vm.prank(OWNER);
        vault.withdraw(assets + 1, OWNER, OWNER);
        // One share or unit more would be too much.
        (uint256 noticed, , ) = vault.noticeOf(OWNER);
        if (shares < noticed && vault.withdrawable() > 0)
            vm.assertGe(
                vault.previewRedeem(shares + 1),
                vault.withdrawable() + 1,
                "V10: the limit of redeem is no lower"
            );
        vm.assertTrue(
            assets == vault.withdrawable() || vault.previewWithdraw(assets + 1) > noticed,
            "V10: the limit of withdraw is no lower"
        );
        uint256 owed = vault.reserved() + vault.unearnedPremium();
        uint256 snapshot = vm.snapshotState();
        vm.prank(OWNER);
        vault.redeem(shares, OWNER, OWNER);
        _assertLeft(owed, past.floor);
        vm.revertToState(snapshot);
        vm.prank(OWNER);
        vault.withdraw(assets, OWNER, OWNER);
        _assertLeft(owed, past.floor);
    }

    function testFuzz_V11_viewsDependOnNobody(Past calldata past, uint256 amount, address caller) external {
        _live(past);
        uint256 value = bound(amount, 0, 1e24);
        uint256[8] memory mine = _views(value);
        bytes[8] memory calls = _calls(value);
        for (uint256 i = 0; i < 8; ++i) {
            vm.prank(caller);
            (, bytes memory answer) = address(vault).staticcall(calls[i]);
            vm.assertEq(
                abi.decode(answer, (uint256)),
                mine[i],
                "V11: conversions, previews and totals depend on no caller"
            );
        }
    }

    function testFuzz_V12_aPremiumIsEarnedInEqualParts(
        uint96 premium,
        uint8 start,
        uint16 length,
        uint16 cancelled,
        uint16 looked,
        uint8 steps
    ) external {
        uint256 first = START / 1 days + start - 30;
        uint256 last = first + (length % 800);
        uint256 rate = uint256(premium) / (last - first + 1);
        vault.receivePremium(address(this), premium, uint32(first), uint32(last));
        uint256 until = START / 1 days + (cancelled % 900);
        uint256 today = START / 1 days + (looked % 900);
        uint256 refund;
        if (until < today) {
            // Cancelled on that day.
            vm.warp(until * 1 days);
            vault.accrue(steps);
            (refund, ) = vault.refundPremium(OTHER, premium, uint32(first), uint32(last), uint32(until));
            vm.assertEq(refund, rate * _days(until, first, last), "V12: what is not earned goes back");
        }
        vm.warp(today * 1 days);
        uint256 expected = until < today ? 0 : rate * _days(today, first, last);
        vm.assertEq(vault.unearnedPremium(), expected, "V12: a day earns one part");
        for (uint256 i = 0; i < steps % 4; ++i) vault.accrue(steps);
        vm.assertEq(vault.unearnedPremium(), expected, "V12: counted in parts or at once");
        vm.assertEq(vault.totalAssets() + expected + refund, premium, "V12: to the last unit");
    }

    /// @dev What OWNER has is under notice and mature.
    function _live(Past calldata past) private {
        vm.prank(OWNER);
        vault.deposit(past.deposited, OWNER);
        if (vault.maxDeposit(OTHER) != 0) {
            vm.prank(OTHER);
            vault.deposit(past.depositedByOther % 1e18, OTHER);
        }
        token.mint(address(vault), past.donated % 1e18);
        uint256 noticed = vault.balanceOf(OWNER);
        if (noticed != 0) {
            vm.prank(OWNER);
            vault.requestWithdraw(noticed);
        }
        vm.warp(block.timestamp + NOTICE);
        _receivePremium(past.premium % 1e18);
        vm.warp(block.timestamp + uint256(past.days_ % 7) * 1 days);
        vault.pay(address(0xDEC0), bound(past.paid, 0, vault.available()), 0);
        uint256 most = vault.available() > type(uint72).max ? type(uint72).max : vault.available();
        vm.assertTrue(vault.reserve(bound(past.reserved, 0, most)), "V1: what is there is reserved");
        vault.setSolvencyFloor(past.floor);
    }

    uint256 private premiumOf;
    uint256 private premiumFrom;

    function _receivePremium(uint256 assets) private {
        (premiumOf, premiumFrom) = (assets, block.timestamp / 1 days);
        vault.receivePremium(address(this), assets, uint32(premiumFrom), uint32(premiumFrom + 364));
    }

    /// @dev Gives the premium back as far as it is unearned; false where it was paid to members.
    function _dropPremium() private returns (bool) {
        uint256 today = block.timestamp / 1 days;
        if (vault.unearnedPremium() > vault.available()) return false;
        vault.refundPremium(address(0xDEC0), premiumOf, uint32(premiumFrom), uint32(premiumFrom + 364), uint32(today));
        return true;
    }

    function _assertLeft(uint256 owed, uint256 floor) private view {
        uint256 balance = token.balanceOf(address(vault));
        vm.assertGe(balance, vault.reserved(), "V10: what members are owed stays");
        vm.assertTrue(
            balance >= owed + floor || vault.maxRedeem(OWNER) == 0,
            "V10: reserves, unearned premiums and the floor stay"
        );
    }

    function _days(uint256 from, uint256 first, uint256 last) private pure returns (uint256) {
        uint256 start = from > first ? from : first;
        return start > last ? 0 : last - start + 1;
    }

    function _calls(uint256 value) private view returns (bytes[8] memory) {
        return
            [
                abi.encodeCall(vault.convertToShares, (value)),
                abi.encodeCall(vault.convertToAssets, (value)),
                abi.encodeCall(vault.previewDeposit, (value)),
                abi.encodeCall(vault.previewMint, (value)),
                abi.encodeCall(vault.previewWithdraw, (value)),
                abi.encodeCall(vault.previewRedeem, (value)),
                abi.encodeCall(vault.totalAssets, ()),
                abi.encodeCall(vault.maxRedeem, (OWNER))
            ];
    }

    function _views(uint256 value) private view returns (uint256[8] memory) {
        return
            [
                vault.convertToShares(value),
                vault.convertToAssets(value),
                vault.previewDeposit(value),
                vault.previewMint(value),
                vault.previewWithdraw(value),
                vault.previewRedeem(value),
                vault.totalAssets(),
                vault.maxRedeem(OWNER)
            ];
    }
}
