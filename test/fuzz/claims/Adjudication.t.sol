// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccumulatorWords} from "../../../contracts/claims/AccumulatorWords.sol";
import {Adjudication} from "../../../contracts/claims/Adjudication.sol";
import {Benefit} from "../../../contracts/claims/Benefit.sol";
import {PlanTerms, ServiceFamily} from "../../../contracts/claims/PlanTerms.sol";
import {bound, vm} from "../Vm.sol";

/// @title AdjudicationTest
/// @notice Claims of up to eight lines one after the other against one plan, drawn so that limits are met: amounts of a few
/// thousand units, or of up to 2^45.
contract AdjudicationTest {
    uint256 private constant LINES = 8;

    /// @dev What a plan is drawn from; see {_terms}.
    struct Plan {
        uint64 deductible;
        uint64 outOfPocketMaximum;
        uint64 copay;
        uint64 maximumPerService;
        uint64 annualLimit;
        uint16 coinsurance;
        uint8 switches;
    }

    /// @dev What a line is drawn from; see {_line}.
    struct Drawn {
        uint64 billed;
        uint64 fee;
        uint8 units;
    }

    function testFuzz_C1_everyLineAddsUpAndNoLimitIsPassed(
        Plan calldata plan,
        Drawn[8] calldata drawn,
        uint64 primaryPaid
    ) external view {
        PlanTerms memory terms = _terms(plan);
        Benefit benefit = terms.benefits[0];
        Adjudication.Accumulators memory used;
        Adjudication.Outcome memory total;
        for (uint256 i = 0; i < LINES; ++i) {
            Adjudication.PricedLine memory line = _line(plan, drawn[i]);
            Adjudication.Accumulators memory before = _copy(used);
            Adjudication.Outcome memory outcome;
            (outcome, used) = this.adjudicateLine(terms, benefit, used, line);
            _assertAddsUp(outcome);
            vm.assertEq(outcome.billed, line.billed, "C1: what was billed stays what it was");
            vm.assertEq(outcome.priorPayer, 0, "C1: a line has nothing of a primary payer");
            vm.assertGe(line.fee * line.units, outcome.allowed, "C1: no more is allowed than the fee");
            _assertMoved(before, used, outcome);
            _assertWithinLimits(terms, benefit, used);
            Adjudication.add(total, outcome);
        }
        _assertAddsUp(total);
        _assertCoordinated(total, used, bound(primaryPaid, 0, total.allowed * 2));
    }

    /// @dev Without copay and limits, so that nothing but rounding can make a difference.
    function testFuzz_C2_splittingALineCostsLessThanAUnitALine(
        uint64[8] calldata parts,
        uint64 deductible,
        uint16 coinsurance
    ) external view {
        Plan memory plan = Plan(deductible, 0, 0, 0, 0, coinsurance, 2);
        PlanTerms memory terms = _terms(plan);
        Adjudication.Accumulators memory whole;
        Adjudication.Accumulators memory split;
        uint256 sum;
        for (uint256 i = 0; i < LINES; ++i) {
            uint256 amount = _amount(plan, parts[i]);
            sum += amount;
            (, split) = this.adjudicateLine(
                terms,
                terms.benefits[0],
                split,
                Adjudication.PricedLine(amount, amount, 1)
            );
        }
        (, whole) = this.adjudicateLine(terms, terms.benefits[0], whole, Adjudication.PricedLine(sum, sum, 1));
        vm.assertEq(split.deductibleMet, whole.deductibleMet, "C2: splitting a line changes no deductible");
        vm.assertGe(whole.benefitUse, split.benefitUse, "C2: splitting a line never pays more");
        vm.assertGe(
            LINES - 1,
            whole.benefitUse - split.benefitUse,
            "C2: nor less by a unit or more for each further line"
        );
    }

    /// @dev The share is between the exact one and less than a unit above it.
    function testFuzz_C3_coinsuranceRoundsUpByLessThanAUnit(uint64 amount, uint16 coinsurance) external view {
        PlanTerms memory terms = _terms(Plan(0, 0, 0, 0, 0, coinsurance, 0));
        Adjudication.Accumulators memory none;
        (Adjudication.Outcome memory outcome, ) = this.adjudicateLine(
            terms,
            terms.benefits[0],
            none,
            Adjudication.PricedLine(amount, amount, 1)
        );
        uint256 exact = uint256(amount) * terms.benefits[0].coinsuranceBasisPoints();
        vm.assertGe(outcome.coinsurance * 10_000, exact, "C3: coinsurance is never rounded down");
        vm.assertGe(exact + 9_999, outcome.coinsurance * 10_000, "C3: nor up by a unit or more");
    }

    function testFuzz_C4_accumulatorsComeBackAndMoveNoOther(
        uint256[5] memory words,
        uint8 drawn,
        uint64[3] calldata values
    ) external pure {
        uint256[16] memory before = _uses(words);
        uint8 family = uint8(bound(drawn, 0, 15));
        uint256 word = AccumulatorWords.wordOf(ServiceFamily.wrap(family));
        (uint256 first, uint256 further) = AccumulatorWords.write(
            words[0],
            words[word],
            ServiceFamily.wrap(family),
            Adjudication.Accumulators(values[0], values[1], values[2])
        );
        words[word] = further;
        words[0] = first;

        uint256[16] memory afterwards = _uses(words);
        for (uint8 i = 0; i < 16; ++i) {
            vm.assertEq(afterwards[i], i == family ? values[2] : before[i], "C4: the use of one family is changed");
            Adjudication.Accumulators memory used = AccumulatorWords.read(words[0], 0, ServiceFamily.wrap(i));
            vm.assertEq(used.deductibleMet, values[0], "C4: the deductible met is the same for all families");
            vm.assertEq(used.outOfPocket, values[1], "C4: out of pocket is the same for all families");
        }
    }

    function adjudicateLine(
        PlanTerms calldata terms,
        Benefit benefit,
        Adjudication.Accumulators memory used,
        Adjudication.PricedLine memory line
    ) external pure returns (Adjudication.Outcome memory, Adjudication.Accumulators memory) {
        Adjudication.Outcome memory outcome = Adjudication.adjudicateLine(terms, benefit, used, line);
        return (outcome, used);
    }

    function _assertAddsUp(Adjudication.Outcome memory outcome) private pure {
        uint256 member = outcome.deductible + outcome.copay + outcome.coinsurance;
        uint256 left = outcome.contractual + outcome.notCovered + outcome.priorPayer;
        vm.assertEq(outcome.billed, left + member + outcome.paid, "C1: what was billed is the sum of its parts");
        vm.assertEq(outcome.allowed + outcome.contractual, outcome.billed, "C1: what is not allowed is contractual");
        vm.assertGe(outcome.allowed, outcome.paid + member, "C1: no more is paid than is allowed");
    }

    function _assertMoved(
        Adjudication.Accumulators memory before,
        Adjudication.Accumulators memory used,
        Adjudication.Outcome memory outcome
    ) private pure {
        uint256 member = outcome.deductible + outcome.copay + outcome.coinsurance;
        vm.assertEq(
            used.deductibleMet,
            before.deductibleMet + outcome.deductible,
            "C1: the deductible met grows by it"
        );
        vm.assertEq(used.outOfPocket, before.outOfPocket + member, "C1: out of pocket grows by the member's share");
        vm.assertEq(used.benefitUse, before.benefitUse + outcome.paid, "C1: the use grows by what is paid");
    }

    function _assertWithinLimits(
        PlanTerms memory terms,
        Benefit benefit,
        Adjudication.Accumulators memory used
    ) private pure {
        vm.assertGe(terms.deductible, used.deductibleMet, "C1: the deductible is never passed");
        if (terms.outOfPocketMaximum != 0) {
            vm.assertGe(terms.outOfPocketMaximum, used.outOfPocket, "C1: nor the out-of-pocket maximum");
        }
        if (benefit.annualLimit() != 0) {
            vm.assertGe(benefit.annualLimit(), used.benefitUse, "C1: nor the annual limit");
        }
    }

    function _assertCoordinated(
        Adjudication.Outcome memory total,
        Adjudication.Accumulators memory used,
        uint256 primaryPaid
    ) private pure {
        uint256 paidAlone = total.paid;
        uint256 useAlone = used.benefitUse;
        uint256 memberAlone = total.deductible + total.copay + total.coinsurance;
        uint256 outOfPocketAlone = used.outOfPocket;
        Adjudication.coordinate(total, used, primaryPaid);
        _assertAddsUp(total);
        uint256 member = total.deductible + total.copay + total.coinsurance;
        vm.assertEq(
            outOfPocketAlone - used.outOfPocket,
            memberAlone - member,
            "C1: what another payer bears is not out of pocket"
        );
        vm.assertGe(paidAlone, total.paid, "C1: a primary payer never makes this one pay more");
        vm.assertEq(useAlone - used.benefitUse, paidAlone - total.paid, "C1: the use has only what is paid");
        if (primaryPaid >= total.allowed) {
            vm.assertEq(total.paid, 0, "C1: nothing is paid twice");
        } else {
            vm.assertGe(total.allowed, total.paid + primaryPaid, "C1: two payers pay no more than is allowed");
        }
    }

    function _uses(uint256[5] memory words) private pure returns (uint256[16] memory uses) {
        for (uint8 i = 0; i < 16; ++i) {
            ServiceFamily family = ServiceFamily.wrap(i);
            uint256 word = AccumulatorWords.wordOf(family);
            uses[i] = AccumulatorWords.read(words[0], words[word], family).benefitUse;
        }
    }

    function _copy(Adjudication.Accumulators memory used) private pure returns (Adjudication.Accumulators memory) {
        return Adjudication.Accumulators(used.deductibleMet, used.outOfPocket, used.benefitUse);
    }

    /// @dev Bits 0 to 4 of `switches`: small amounts; deductible applies; out-of-pocket maximum, maximum a service, annual limit.
    function _terms(Plan memory plan) private pure returns (PlanTerms memory terms) {
        uint256 word = (1 << 231) | (bound(plan.coinsurance, 0, 10_000) << 192) | (_amount(plan, plan.copay) / 4);
        if (plan.switches & 2 != 0) word |= 1 << 224;
        if (plan.switches & 8 != 0) word |= _amount(plan, plan.maximumPerService) << 64;
        if (plan.switches & 16 != 0) word |= (_amount(plan, plan.annualLimit) * 2) << 128;
        terms.deductible = uint64(_amount(plan, plan.deductible) * 2);
        if (plan.switches & 4 != 0) terms.outOfPocketMaximum = uint64(_amount(plan, plan.outOfPocketMaximum) * 3);
        terms.benefits = new Benefit[](1);
        terms.benefits[0] = Benefit.wrap(word);
    }

    function _line(Plan memory plan, Drawn memory drawn) private pure returns (Adjudication.PricedLine memory) {
        return Adjudication.PricedLine(_amount(plan, drawn.billed), _amount(plan, drawn.fee), bound(drawn.units, 0, 3));
    }

    function _amount(Plan memory plan, uint64 drawn) private pure returns (uint256) {
        return bound(drawn, 0, plan.switches & 1 == 0 ? 2 ** 45 : 5_000);
    }
}
