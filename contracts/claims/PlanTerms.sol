// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Benefit} from "./Benefit.sol";

/// @notice The number of a service family of a plan: the index of its benefit, 0 to 15. All lines of a claim are of one.
type ServiceFamily is uint8;

/// @notice The terms of a plan. They never change: other terms are another plan. They are not stored but passed with every
/// call that needs them, as a plan's id is the hash of its terms: `keccak256(abi.encode(terms))`.
/// @param payer The accredited payer whose plan it is.
/// @param vault The payer's `ReserveVault`; its asset is the plan's currency, all amounts are units of it.
/// @param feeSchedule Merkle root over the fees that the payer allows; see `FeeSchedule`.
/// @param deductible What a member pays before the plan does, a benefit year (token units).
/// @param outOfPocketMaximum What a member pays in a benefit year at most (token units); zero for no maximum.
/// @param automaticPaymentCeiling The most that a claim is paid without a decision of the payer (token units).
/// @param timelyFilingDays Days after the service date within which a claim has to arrive.
/// @param decisionDays Days after arrival within which the payer has to decide on a pended claim.
/// @param promptPaymentDays Days after arrival after which a claim that is not paid bears interest.
/// @param interestBasisPoints Interest a year (1/10000).
/// @param appealDays Days after a denial within which it can be appealed; at least 180 (29 CFR 2560.503-1(h)(3)(i)).
/// @param graceDays Days after the paid-through date before a policy lapses.
/// @param benefits One word for each service family; see `Benefit`.
struct PlanTerms {
    address payer;
    address vault;
    bytes32 feeSchedule;
    uint64 deductible;
    uint64 outOfPocketMaximum;
    uint64 automaticPaymentCeiling;
    uint16 timelyFilingDays;
    uint16 decisionDays;
    uint16 promptPaymentDays;
    uint16 interestBasisPoints;
    uint16 appealDays;
    uint16 graceDays;
    Benefit[] benefits;
}

/// @dev The id of the plan with these terms: `keccak256(abi.encode(terms))`, copied out of the calldata, which costs a tenth of encoding them
/// member by member. A member with bits that its type has not gives another id, which no plan has: `PlanRegistry` reads every member.
function hashOf(PlanTerms calldata terms) pure returns (bytes32 planId) {
    Benefit[] calldata benefits = terms.benefits;
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        let start := mload(0x40)
        mstore(start, 0x20)
        calldatacopy(add(start, 0x20), terms, 0x180)
        mstore(add(start, 0x1a0), 0x1a0)
        mstore(add(start, 0x1c0), benefits.length)
        calldatacopy(add(start, 0x1e0), benefits.offset, mul(benefits.length, 0x20))
        planId := keccak256(start, add(0x1e0, mul(benefits.length, 0x20)))
    }
}
