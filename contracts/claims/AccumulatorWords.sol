// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Adjudication} from "./Adjudication.sol";
import {ServiceFamily} from "./PlanTerms.sol";

/// @title AccumulatorWords
/// @notice The accumulators of a policy in a benefit year, as the words that are stored, each number 64 bits wide, the first in
/// the lowest bits. Word 0: deductible met, out of pocket, benefit use of families 0 and 1. Words 1 to 4: benefit use of four
/// families each, from 2 to 15.
/// @dev A claim is of one family, so it touches word 0 and at most one other. A number of a family above 15 has no place; there
/// is no benefit for it.
library AccumulatorWords {
    uint256 private constant _WIDTH = 64;
    uint256 private constant _OUT_OF_POCKET = 64;
    uint256 private constant _FIRST_USE = 128;
    uint256 private constant _MASK = type(uint64).max;

    /// @notice One of the numbers.
    enum Accumulator {
        DeductibleMet,
        OutOfPocket,
        BenefitUse
    }

    /// @notice Thrown when a number does not fit into its 64 bits.
    error AccumulatorOverflow(Accumulator accumulator, uint256 value);

    /// @notice Which word has the use of a family's benefit: 0 to 4.
    function wordOf(ServiceFamily family) internal pure returns (uint256) {
        uint256 number = ServiceFamily.unwrap(family);
        return number < 2 ? 0 : 1 + (number - 2) / 4;
    }

    /// @notice The accumulators that concern a claim.
    /// @param first Word 0.
    /// @param further Word {wordOf} of the family; where that is 0 it is not read.
    function read(
        uint256 first,
        uint256 further,
        ServiceFamily family
    ) internal pure returns (Adjudication.Accumulators memory) {
        return
            Adjudication.Accumulators({
                deductibleMet: first & _MASK,
                outOfPocket: (first >> _OUT_OF_POCKET) & _MASK,
                benefitUse: ((wordOf(family) == 0 ? first : further) >> _shiftOf(family)) & _MASK
            });
    }

    /// @notice The words with a claim's accumulators in place of those that were there; the uses of other families stay.
    /// @param first Word 0.
    /// @param further Word {wordOf} of the family; where that is 0 it comes back as it is.
    function write(
        uint256 first,
        uint256 further,
        ServiceFamily family,
        Adjudication.Accumulators memory used
    ) internal pure returns (uint256, uint256) {
        first = _replace(first, 0, Accumulator.DeductibleMet, used.deductibleMet);
        first = _replace(first, _OUT_OF_POCKET, Accumulator.OutOfPocket, used.outOfPocket);
        if (wordOf(family) == 0) {
            first = _replace(first, _shiftOf(family), Accumulator.BenefitUse, used.benefitUse);
        } else {
            further = _replace(further, _shiftOf(family), Accumulator.BenefitUse, used.benefitUse);
        }
        return (first, further);
    }

    /// @dev Where in its word a family's use begins.
    function _shiftOf(ServiceFamily family) private pure returns (uint256) {
        uint256 number = ServiceFamily.unwrap(family);
        return number < 2 ? _FIRST_USE + number * _WIDTH : ((number - 2) % 4) * _WIDTH;
    }

    function _replace(
        uint256 word,
        uint256 shift,
        Accumulator accumulator,
        uint256 value
    ) private pure returns (uint256) {
        require(value <= _MASK, AccumulatorOverflow(accumulator, value));
        return (word & ~(_MASK << shift)) | (value << shift);
    }
}
