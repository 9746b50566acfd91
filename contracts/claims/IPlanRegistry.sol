// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IReserveVaultFactory} from "./IReserveVaultFactory.sol";
import {PlanTerms} from "./PlanTerms.sol";

/// @title IPlanRegistry
/// @notice Plans that payers published. A plan's id is the hash of its terms, so a published plan never changes.
/// @dev What an observer learns: what a payer's plans pay. Nothing about members is here.
interface IPlanRegistry {
    /// @notice Emitted when a plan is published. The terms in full, since callers pass them again.
    event PlanPublished(bytes32 indexed planId, address indexed payer, PlanTerms terms, address operator);

    /// @notice Thrown when the caller does not act for the payer that the terms name.
    error NotThePayer(address payer, address caller);
    /// @notice Thrown when the vault was not made by the factory, or is another payer's.
    error NotThePayersVault(address payer, address vault);
    /// @notice Thrown when a plan has no benefit, or more than {MAX_BENEFITS}.
    error WrongNumberOfBenefits(uint256 benefits);
    /// @notice Thrown when a benefit's word means nothing (see `Benefit`).
    error MalformedBenefit(uint256 family);
    /// @notice Thrown when members would have fewer days to appeal than {MIN_APPEAL_DAYS}.
    error AppealPeriodTooShort(uint16 appealDays);
    /// @notice Thrown when a period that cannot be empty is: timely filing, decision, or prompt payment.
    error EmptyPeriod();
    /// @notice Thrown when interest above {MAX_INTEREST} would be promised (basis points a year).
    error InterestTooHigh(uint16 interestBasisPoints);
    /// @notice Thrown when the plan is published already.
    error AlreadyPublished(bytes32 planId);
    /// @notice Thrown when no plan with these terms was published.
    error UnknownPlan(bytes32 planId);

    /// @notice Service families of a plan at most: 16.
    function MAX_BENEFITS() external view returns (uint256);

    /// @notice Days after a denial within which it can be appealed at least: 180 (29 CFR 2560.503-1(h)(3)(i)).
    function MIN_APPEAL_DAYS() external view returns (uint16);

    /// @notice The highest interest on late payments: 10000 basis points a year.
    function MAX_INTEREST() external view returns (uint16);

    /// @notice Who makes the vaults out of which plans pay.
    function vaults() external view returns (IReserveVaultFactory);

    /// @notice Publishes a plan.
    /// @dev Caller: the payer, or a key that acts for it in PAYER. Reverts: `NotInGoodStanding`, {NotThePayer},
    /// {NotThePayersVault}, {WrongNumberOfBenefits}, {MalformedBenefit}, {AppealPeriodTooShort}, {EmptyPeriod},
    /// {InterestTooHigh}, {AlreadyPublished}.
    function publish(PlanTerms calldata terms) external returns (bytes32 planId);

    /// @notice The id of the plan with these terms, published or not: `keccak256(abi.encode(terms))`.
    function planIdOf(PlanTerms calldata terms) external pure returns (bytes32);

    /// @notice When the plan was published (unix seconds), or zero.
    function publishedAt(bytes32 planId) external view returns (uint40);
}
