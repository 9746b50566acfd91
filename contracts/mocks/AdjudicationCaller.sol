// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccumulatorWords} from "../claims/AccumulatorWords.sol";
import {Adjudication} from "../claims/Adjudication.sol";
import {Benefit} from "../claims/Benefit.sol";
import {FeeSchedule} from "../claims/FeeSchedule.sol";
import {PlanTerms, ServiceFamily} from "../claims/PlanTerms.sol";

/// @title AdjudicationCaller
/// @notice Opens the libraries `Adjudication`, `AccumulatorWords` and `FeeSchedule` to tests, many claims a call.
contract AdjudicationCaller {
    /// @notice A claim with what it is adjudicated by.
    struct Claim {
        PlanTerms terms;
        ServiceFamily family;
        Adjudication.Accumulators accumulators;
        Adjudication.PricedLine[] lines;
        uint256 primaryPaid;
    }

    /// @notice What becomes of a claim.
    struct Result {
        Adjudication.Outcome[] lines;
        Adjudication.Outcome total;
        Adjudication.Accumulators accumulators;
    }

    /// @notice Adjudicates claims, each on its own.
    function adjudicate(Claim[] calldata claims) external pure returns (Result[] memory results) {
        results = new Result[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            results[i] = _adjudicate(claims[i]);
        }
    }

    /// @notice {AccumulatorWords-read} and {AccumulatorWords-wordOf}.
    function read(
        uint256 first,
        uint256 further,
        ServiceFamily family
    ) external pure returns (Adjudication.Accumulators memory used, uint256 word) {
        return (AccumulatorWords.read(first, further, family), AccumulatorWords.wordOf(family));
    }

    /// @notice {AccumulatorWords-write}.
    function write(
        uint256 first,
        uint256 further,
        ServiceFamily family,
        Adjudication.Accumulators calldata used
    ) external pure returns (uint256, uint256) {
        return AccumulatorWords.write(first, further, family, used);
    }

    /// @notice {FeeSchedule-leaf}.
    function feeLeaf(ServiceFamily family, bytes32 commitment, uint64 fee) external pure returns (bytes32) {
        return FeeSchedule.leaf(family, commitment, fee);
    }

    /// @notice The id of a plan.
    function planId(PlanTerms calldata terms) external pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @notice What a benefit's word says, member by member, and whether it is well formed.
    function readBenefit(Benefit benefit) external pure returns (uint256[5] memory numbers, bool[4] memory flags) {
        numbers = [
            benefit.copay(),
            benefit.maximumPerService(),
            benefit.annualLimit(),
            benefit.coinsuranceBasisPoints(),
            benefit.waitingDays()
        ];
        flags = [
            benefit.deductibleApplies(),
            benefit.needsAuthorization(),
            benefit.isCovered(),
            benefit.isWellFormed()
        ];
    }

    function _adjudicate(Claim calldata claim) private pure returns (Result memory result) {
        Benefit benefit = claim.terms.benefits[ServiceFamily.unwrap(claim.family)];
        result.lines = new Adjudication.Outcome[](claim.lines.length);
        result.accumulators = claim.accumulators;
        for (uint256 i = 0; i < claim.lines.length; ++i) {
            result.lines[i] = Adjudication.adjudicateLine(claim.terms, benefit, result.accumulators, claim.lines[i]);
            Adjudication.add(result.total, result.lines[i]);
        }
        Adjudication.coordinate(result.total, result.accumulators, claim.primaryPaid);
    }
}
