// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Benefit} from "./Benefit.sol";
import {PlanTerms} from "./PlanTerms.sol";

/// @title Adjudication
/// @notice What of a claim a plan pays, and why not the rest. Each part that is not paid has the group and reason code of an
/// X12 claim adjustment (CAS segment; reason codes of X12 external code source 139), and every line's parts sum to what was
/// billed, exactly:
///
/// `billed = contractual (CO 45) + notCovered (PR 119) + deductible (PR 1) + copay (PR 3) + coinsurance (PR 2) + paid`
///
/// and of a whole claim `+ priorPayer (OA 23)`. All amounts are units of the plan's currency. Only coinsurance rounds: up, so in
/// the reserve's favour, by less than one unit a line.
/// @dev The caller sees to it that amounts, fees and units are below 2^64, on which the unchecked arithmetic rests, and that the
/// accumulators are those of the same plan, so that none is above its limit; where one is, the subtraction reverts. Everything is
/// in memory: callers are near the limit of the stack.
library Adjudication {
    uint256 private constant _BASIS_POINTS = 10_000;

    /// @notice A line of a claim with the fee that the plan allows for it.
    /// @param billed What the provider charges for the line.
    /// @param fee What the fee schedule allows for one unit of the service.
    /// @param units How many units of the service were given.
    struct PricedLine {
        uint256 billed;
        uint256 fee;
        uint256 units;
    }

    /// @notice What becomes of a line, or of all lines of a claim.
    /// @param billed What the provider charges.
    /// @param allowed What the plan recognises of it: at most the fee times the units.
    /// @param contractual What is above the fee; the provider bears it (CO 45).
    /// @param notCovered What is above the maximum a service or the annual limit; the member pays it (PR 119).
    /// @param deductible The member's, until the plan's deductible is met (PR 1).
    /// @param copay The member's fixed share of a line (PR 3).
    /// @param coinsurance The member's proportional share, rounded up (PR 2).
    /// @param priorPayer What payers before this one paid of what is allowed (OA 23). Of a whole claim only.
    /// @param paid What the plan pays.
    struct Outcome {
        uint256 billed;
        uint256 allowed;
        uint256 contractual;
        uint256 notCovered;
        uint256 deductible;
        uint256 copay;
        uint256 coinsurance;
        uint256 priorPayer;
        uint256 paid;
    }

    /// @notice What was used up so far of a policy's limits in a benefit year.
    /// @param deductibleMet What the member paid of the plan's deductible.
    /// @param outOfPocket What the member paid of deductible, copays and coinsurance.
    /// @param benefitUse What the plan paid for the claim's service family.
    struct Accumulators {
        uint256 deductibleMet;
        uint256 outOfPocket;
        uint256 benefitUse;
    }

    /// @notice Thrown when a benefit says that its family is not covered: it has no limits that could hold back a payment.
    error BenefitNotCovered(Benefit benefit);

    /// @notice Adjudicates a line, and adds it to `used`.
    /// @param terms The plan.
    /// @param benefit That of the claim's service family, well formed.
    /// @param used What was used before this line; changed to what is used after it.
    function adjudicateLine(
        PlanTerms calldata terms,
        Benefit benefit,
        Accumulators memory used,
        PricedLine memory line
    ) internal pure returns (Outcome memory outcome) {
        require(benefit.isCovered(), BenefitNotCovered(benefit));
        uint256 covered = _price(outcome, benefit, line);
        uint256 deductibleLeft = benefit.deductibleApplies() ? terms.deductible - used.deductibleMet : 0;
        uint256 member = _share(outcome, benefit, deductibleLeft, covered);
        uint256 maximum = terms.outOfPocketMaximum;
        if (maximum != 0) member = _waive(outcome, member, maximum - used.outOfPocket);
        maximum = benefit.annualLimit();
        uint256 paid = _pay(outcome, covered - member, maximum == 0 ? covered : maximum - used.benefitUse);

        // Amounts are below 2^64, and so are their sums far from 2^256.
        unchecked {
            used.deductibleMet += outcome.deductible;
            used.outOfPocket += member;
            used.benefitUse += paid;
        }
    }

    /// @notice Adds a line's outcome to the claim's.
    function add(Outcome memory total, Outcome memory line) internal pure {
        // Amounts are below 2^64, and so are their sums far from 2^256.
        unchecked {
            total.billed += line.billed;
            total.allowed += line.allowed;
            total.contractual += line.contractual;
            total.notCovered += line.notCovered;
            total.deductible += line.deductible;
            total.copay += line.copay;
            total.coinsurance += line.coinsurance;
            total.paid += line.paid;
        }
    }

    /// @notice Coordinates a claim, after all its lines, with what payers before this one paid for it: together they pay no more
    /// than is allowed, and the member owes no more than they leave. What they paid bears the plan's part as far as both are more
    /// than is allowed, then the member's: coinsurance, copay, deductible, what is not covered. What is borne so is no use of limits.
    /// @param total The sum of the claim's lines; changed.
    /// @param used What is used after all lines; changed.
    /// @param priorPaid What the payers before paid for the whole claim; it may be more than what is allowed here.
    function coordinate(Outcome memory total, Accumulators memory used, uint256 priorPaid) internal pure {
        uint256 deductible = total.deductible;
        // Least of two, or parts of what they are taken from: what is allowed is all that is not contractual, and what was used
        // has this claim in it.
        unchecked {
            uint256 prior = _least(priorPaid, total.allowed);
            uint256 paid = _least(total.paid, total.allowed - prior);
            uint256 cut = total.paid - paid;
            uint256 member = deductible + total.copay + total.coinsurance;
            uint256 waived = _least(prior - cut, member);
            total.priorPayer = prior;
            total.paid = paid;
            _waive(total, member, member - waived);
            total.notCovered -= prior - cut - waived;
            used.deductibleMet -= deductible - total.deductible;
            used.outOfPocket -= waived;
            used.benefitUse -= cut;
        }
    }

    /// @dev What of the line is covered: billed at most at the fee, and at most the maximum a service.
    function _price(
        Outcome memory outcome,
        Benefit benefit,
        PricedLine memory line
    ) private pure returns (uint256 covered) {
        uint256 billed = line.billed;
        uint256 allowed = _least(billed, line.fee * line.units);
        uint256 maximum = benefit.maximumPerService();
        covered = maximum == 0 ? allowed : _least(allowed, maximum);
        outcome.billed = billed;
        outcome.allowed = allowed;
        // Of two amounts the least is taken away from one.
        unchecked {
            outcome.contractual = billed - allowed;
            outcome.notCovered = allowed - covered;
        }
    }

    /// @dev The member's share of what is covered, each part of what the ones before it leave; and their sum.
    function _share(
        Outcome memory outcome,
        Benefit benefit,
        uint256 deductibleLeft,
        uint256 covered
    ) private pure returns (uint256) {
        uint256 deductible = _least(covered, deductibleLeft);
        outcome.deductible = deductible;
        // No part is greater than what it is taken from; products of an amount and basis points are below 2^78.
        unchecked {
            uint256 left = covered - deductible;
            uint256 copay = _least(left, benefit.copay());
            outcome.copay = copay;
            left -= copay;
            // Rounded up.
            uint256 coinsurance = (left * benefit.coinsuranceBasisPoints() + _BASIS_POINTS - 1) / _BASIS_POINTS;
            outcome.coinsurance = coinsurance;
            return deductible + copay + coinsurance;
        }
    }

    /// @dev Waives what of the member's share is above `most`: coinsurance first, then copay, then deductible; and what is left.
    function _waive(Outcome memory outcome, uint256 member, uint256 most) private pure returns (uint256) {
        if (member <= most) return member;
        // What is above is at most the member's share, the sum of the three.
        unchecked {
            uint256 over = member - most;
            uint256 waived = _least(over, outcome.coinsurance);
            outcome.coinsurance -= waived;
            over -= waived;
            waived = _least(over, outcome.copay);
            outcome.copay -= waived;
            outcome.deductible -= over - waived;
        }
        return most;
    }

    /// @dev Pays what is due, but at most `most`; what is above is not covered.
    function _pay(Outcome memory outcome, uint256 due, uint256 most) private pure returns (uint256 paid) {
        paid = _least(due, most);
        outcome.paid = paid;
        // `paid` is at most `due`; with what was not covered before it is at most what is allowed.
        unchecked {
            if (paid < due) outcome.notCovered += due - paid;
        }
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
