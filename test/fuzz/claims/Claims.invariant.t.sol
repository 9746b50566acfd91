// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, ClaimStatus} from "../../../contracts/claims/ClaimWord.sol";
import {ClaimsProcessor} from "../../../contracts/claims/ClaimsProcessor.sol";
import {IClaimsProcessor} from "../../../contracts/claims/IClaimsProcessor.sol";
import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {ServiceFamily} from "../../../contracts/claims/PlanTerms.sol";
import {vm} from "../Vm.sol";
import {ClaimsHandler} from "./ClaimsHandler.sol";

/// @title ClaimsInvariants
/// @notice What stays true of claims whatever anyone does, in any order. Numbers as in docs/properties.md.
contract ClaimsInvariants {
    ClaimsHandler internal handler;
    ClaimsProcessor internal claims;

    function setUp() external {
        handler = new ClaimsHandler();
        claims = handler.claims();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev After each act a vault, a policy, an encounter or a claim; all at the end.
    function invariant_claims() external {
        vm.warp(handler.time());
        vm.assertEq(handler.broken(), "", "see the message");
        uint256 turn = handler.acts();
        uint256 at = turn / 4;
        if (turn % 4 == 0) _assertVault(at % handler.PAYERS());
        if (turn % 4 == 1) _assertPolicy((at / 2) % handler.PAYERS(), at % handler.PERSONS());
        if (turn % 4 == 2 && handler.encounterCount() != 0) _assertEncounter(at % handler.encounterCount());
        if (turn % 4 == 3 && handler.knownCount() != 0) _assertClaim(at % handler.knownCount());
    }

    function afterInvariant() external {
        vm.warp(handler.time());
        for (uint256 payer = 0; payer < handler.PAYERS(); ++payer) {
            _assertVault(payer);
            for (uint256 person = 0; person < handler.PERSONS(); ++person) _assertPolicy(payer, person);
        }
        for (uint256 i = 0; i < handler.encounterCount(); ++i) _assertEncounter(i);
        for (uint256 i = 0; i < handler.knownCount(); ++i) _assertClaim(i);
    }

    /// @dev What left a vault is what its claims were paid, with interest, and what is reserved is what its open claims need.
    function _assertVault(uint256 payer) private view {
        ReserveVault vault = handler.vaults(payer);
        uint256 reserved = 0;
        uint256 paid = 0;
        for (uint256 i = 0; i < handler.knownCount(); ++i) {
            ClaimsHandler.Known memory known = handler.claimAt(i);
            if (known.payer == payer) {
                (Claim memory claim, IClaimsProcessor.OpenClaim memory open) = claims.claimOf(_idOf(known));
                if (open.reserved) reserved += handler.toReserve(claim.amount);
                if (claim.status == ClaimStatus.Paid) paid += claim.amount;
            }
        }
        paid += handler.interestPaidBy(payer);
        uint256 held = vault.heldFor(handler.providers(0)) + vault.heldFor(handler.providers(1));
        uint256 balance = handler.token().balanceOf(address(vault));
        vm.assertEq(vault.reservedBy(address(claims)), reserved, "K4: what is reserved is what open claims need");
        vm.assertGe(balance, vault.reserved(), "K4: the vault's assets cover what is reserved");
        vm.assertEq(
            handler.cameIn(payer) + held,
            balance + handler.withdrawn(payer) + paid,
            "K3: what left the vault is what claims were paid, less what came back"
        );
    }

    /// @dev What is used of a policy's limits is the sum of its claims that stand, and never above them.
    function _assertPolicy(uint256 payer, uint256 person) private view {
        uint256 last = handler.yearOf(handler.time() / 1 days);
        for (uint256 year = 2027; year <= last; ++year) _assertYear(payer, person, year);
    }

    function _assertYear(uint256 payer, uint256 person, uint256 year) private view {
        uint256[2] memory shares;
        uint256[4] memory uses;
        for (uint256 i = 0; i < handler.knownCount(); ++i) {
            ClaimsHandler.Known memory known = handler.claimAt(i);
            bool isOfYear =
                known.payer == payer && known.person == person && handler.yearOf(known.key.serviceDay) == year;
            (Claim memory claim, ) = claims.claimOf(_idOf(known));
            if (isOfYear && _counts(claim.status)) {
                shares[0] += claim.deductible;
                shares[1] += claim.memberShare;
                uses[ServiceFamily.unwrap(known.key.family)] += claim.amount;
            }
        }
        uint256 policy = 1 + handler.PERSONS() * payer + person;
        for (uint8 family = 0; family < 4; ++family) {
            (uint256 met, uint256 outOfPocket, uint256 use) = claims.accumulatorsOf(
                policy,
                year,
                ServiceFamily.wrap(family)
            );
            vm.assertEq(met, shares[0], "K2: the deductible met is that of the claims that stand");
            vm.assertEq(outOfPocket, shares[1], "K2: what is out of pocket is that of the claims that stand");
            vm.assertEq(use, uses[family], "K2: the use of a benefit is that of the claims that stand");
            uint256 limit = handler.annualLimitOf(family);
            vm.assertTrue(limit == 0 || use <= limit, "K2: no annual limit is passed");
        }
        vm.assertGe(handler.deductibleOf(payer), shares[0], "K2: no deductible is passed");
        vm.assertGe(handler.maximumOf(payer), shares[1], "K2: no out-of-pocket maximum is passed");
    }

    /// @dev An encounter is paid once by each payer, and by all together no more than is allowed.
    function _assertEncounter(uint256 encounter) private view {
        bytes32 receipt = handler.receiptOf(encounter);
        uint256 total = 0;
        uint256 allowed = 0;
        uint256 payersSeen = 0;
        for (uint256 i = 0; i < handler.knownCount(); ++i) {
            ClaimsHandler.Known memory known = handler.claimAt(i);
            (Claim memory claim, ) = claims.claimOf(_idOf(known));
            if (known.receipt == receipt && claim.status != ClaimStatus.Voided) {
                vm.assertEq(payersSeen & (1 << known.payer), 0, "K1: an encounter is claimed once at a payer");
                payersSeen |= 1 << known.payer;
                if (_counts(claim.status)) total += claim.amount;
                if (known.allowed > allowed) allowed = known.allowed;
            }
        }
        vm.assertGe(allowed, total, "K1: all payers together pay no more than is allowed");
    }

    /// @dev A claim is where its last act left it; what is settled reserves nothing.
    function _assertClaim(uint256 number) private view {
        ClaimsHandler.Known memory known = handler.claimAt(number);
        (Claim memory claim, IClaimsProcessor.OpenClaim memory open) = claims.claimOf(_idOf(known));
        vm.assertEq(uint256(claim.status), uint256(known.status), "K5: a claim changes by an act on it only");
        vm.assertEq(uint256(claim.receipt), uint256(known.receipt) >> 160, "K5: a claim keeps its receipt");
        vm.assertTrue(
            !open.reserved || claim.status == ClaimStatus.Pended || claim.status == ClaimStatus.InReview,
            "K4: only what waits for a decision is reserved"
        );
    }

    /// @dev What is paid, or counted as if it will be.
    function _counts(ClaimStatus status) private pure returns (bool) {
        return status == ClaimStatus.Paid || status == ClaimStatus.Pended || status == ClaimStatus.InReview;
    }

    function _idOf(ClaimsHandler.Known memory known) private pure returns (bytes32) {
        return keccak256(abi.encode(known.key));
    }
}
