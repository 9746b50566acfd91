// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC5192} from "../utils/IERC5192.sol";
import {PlanTerms, ServiceFamily} from "./PlanTerms.sol";

/// @title IPolicyRegistry
/// @notice Who is insured by which plan, from when until when, and paid until when. A policy is an ERC-721 token of the member
/// that can never be transferred (ERC-5192).
/// @dev A day is unix seconds divided by 86400. What an observer learns: that an address, which is to be used for nothing
/// but this policy, is insured by a plan, for which days, at which premium; and, by its subject tag, which policies are of one
/// person within one calendar year. A tag is a keyed hash that the enrolment authority alone can make, another in every
/// year, so policies of different years cannot be linked by it.
interface IPolicyRegistry is IERC721, IERC5192 {
    /// @notice A policy as stored.
    /// @param member Who is insured, and signs encounter receipts: an address used for this policy only.
    /// @param firstDay The first day of cover.
    /// @param lastDay The last day of cover; a cancellation brings it forward.
    /// @param paidThrough The last day that is paid for; the day before `firstDay` where nothing is.
    /// @param planId The plan; see `IPlanRegistry`.
    /// @param dailyPremium Premium a day (token units); zero where none is asked.
    struct Policy {
        address member;
        uint32 firstDay;
        uint32 lastDay;
        uint32 paidThrough;
        bytes32 planId;
        uint64 dailyPremium;
    }

    /// @notice Whether a policy covers a day.
    /// @param NotInForce The day is before the first or after the last, or there is no such policy.
    /// @param Lapsed The day is after the paid-through date, and the grace period is over.
    /// @param InGrace The day is after the paid-through date, within the grace period.
    /// @param InForce Covered and paid for.
    enum CoverStatus {
        NotInForce,
        Lapsed,
        InGrace,
        InForce
    }

    /// @notice What a claim asks of a policy.
    /// @param member Who is insured.
    /// @param firstDay The first day of cover.
    /// @param status Whether the day asked about is covered.
    /// @param planId The plan.
    /// @param subjectTag Keyed hash of the insured person and the calendar year of that day; zero where none was given.
    /// @param order Which of the person's policies of that year pays first: 1 primary, 2 secondary, and so on; zero where it was not
    /// declared.
    struct Cover {
        address member;
        uint32 firstDay;
        CoverStatus status;
        bytes32 planId;
        bytes31 subjectTag;
        uint8 order;
    }

    /// @notice Emitted when a policy is issued.
    event PolicyIssued(
        uint256 indexed policyId,
        bytes32 indexed planId,
        address indexed member,
        uint32 firstDay,
        uint32 lastDay,
        uint64 dailyPremium,
        address operator
    );
    /// @notice Emitted when premium was paid for all days to `paidThrough`.
    event PremiumPaid(uint256 indexed policyId, address indexed payer, uint256 amount, uint32 paidThrough);
    /// @notice Emitted when a policy is cancelled: `lastDay` is the last day of cover from now on.
    event PolicyCancelled(uint256 indexed policyId, uint32 lastDay, uint256 refund, address by);
    /// @notice Emitted when the enrolment authority gives a policy its subject tag for a calendar year.
    event SubjectTagDeclared(uint256 indexed policyId, uint256 indexed year, bytes31 subjectTag, address authority);
    /// @notice Emitted when the enrolment authority declares which of a person's policies of a calendar year pays first, or takes that
    /// back (zero).
    event OrderDeclared(uint256 indexed policyId, uint256 indexed year, uint8 order, address authority);
    /// @notice Emitted when the plan's payer authorises a service before it is given, or takes that back (day zero).
    event Authorized(
        uint256 indexed policyId,
        address indexed provider,
        ServiceFamily indexed family,
        uint32 throughDay,
        address operator
    );

    /// @notice Thrown when the plan was never published.
    error UnknownPlan(bytes32 planId);
    /// @notice Thrown when the terms passed are not those of the policy's plan.
    error NotThePlan(uint256 policyId, bytes32 planId);
    /// @notice Thrown when the caller does not act for the plan's payer.
    error NotThePayer(address payer, address caller);
    /// @notice Thrown when a policy would begin after its end, or have begun before today.
    error InvalidPeriod(uint32 firstDay, uint32 lastDay);
    /// @notice Thrown when the address is the member of another policy already: one address would link both.
    error MemberHasPolicy(address member);
    /// @notice Thrown when premium would be paid for no day, or for days after the last.
    error WrongPremiumPeriod(uint256 policyId, uint32 paidThrough);
    /// @notice Thrown when premium would be paid after the grace period: cover that ended is not bought back when it is needed.
    error PolicyLapsed(uint256 policyId, uint32 paidThrough);
    /// @notice Thrown when the policy has no such last day to be brought forward to: it is in the past, or not before the end.
    error WrongCancellation(uint256 policyId, uint32 lastDay);
    /// @notice Thrown when the caller is neither the plan's payer nor the member.
    error NotPartyTo(uint256 policyId, address caller);
    /// @notice Thrown when a subject tag is zero, or the policy has one for that year; or has none, so that it has no order either.
    error WrongSubjectTag(uint256 policyId, uint256 year);
    /// @notice Thrown when 2^28 - 1 policies were issued.
    error TooManyPolicies();

    /// @notice Issues a policy to `member`.
    /// @return policyId Its number, from 1.
    /// @dev Caller: the plan's payer, or a key that acts for it in PAYER. Reverts: `NotInGoodStanding`, {NotThePayer},
    /// {UnknownPlan}, {InvalidPeriod}, {MemberHasPolicy}, ERC-721's for the zero address.
    function issue(
        PlanTerms calldata terms,
        address member,
        uint32 firstDay,
        uint32 lastDay,
        uint64 dailyPremium
    ) external returns (uint256 policyId);

    /// @notice Pays the premium of all days after the paid-through date to `paidThrough`, in the plan's currency, into the
    /// payer's vault.
    /// @dev Caller: anyone who approved the vault for the amount: `dailyPremium` times the days. Reverts: {NotThePlan},
    /// {WrongPremiumPeriod}, {PolicyLapsed}, and as the vault's `receivePremium`.
    function payPremium(uint256 policyId, PlanTerms calldata terms, uint32 paidThrough) external;

    /// @notice Ends a policy early: `lastDay` is the last day of cover. The premium of the days after it goes back to the member.
    /// @dev Caller: the member, or the plan's payer or a key of it. Never retroactive: `lastDay` is today or later.
    /// Reverts: {NotThePlan}, {NotPartyTo}, {WrongCancellation}, and as the vault's `refundPremium`.
    function cancel(uint256 policyId, PlanTerms calldata terms, uint32 lastDay) external;

    /// @notice Gives a policy its subject tag for a calendar year; at every payer the same for the same person and year.
    /// @param order The order of coverage (X12 SBR01, FHIR R4 `Coverage.order`; rules: NAIC Model 120): 1 where this policy pays first
    /// of the person's policies of that year, 2 second, and so on; zero where it is not known: then whoever submits a claim says it.
    /// @dev Caller: an enrolment authority, or a key that acts for it in ENROLMENT_AUTHORITY. A tag never changes; the order by
    /// {declareOrder}. Reverts: `NotInGoodStanding`, {WrongSubjectTag}, ERC-721's where there is no such policy.
    function declareSubjectTag(uint256 policyId, uint256 year, bytes31 subjectTag, uint8 order) external;

    /// @notice Declares the order of coverage of a policy anew, as of {declareSubjectTag}, for claims that come in from now on.
    /// @dev Caller: as of {declareSubjectTag}. Reverts: `NotInGoodStanding`, {WrongSubjectTag} where the policy has no tag for the year.
    function declareOrder(uint256 policyId, uint256 year, uint8 order) external;

    /// @notice Authorises `family` by `provider` for a policy, for days of service to `throughDay`; zero to take it back.
    /// @dev Caller: the plan's payer, or a key that acts for it in PAYER. Reverts: {NotThePlan}, {NotThePayer},
    /// `NotInGoodStanding`.
    function authorize(
        uint256 policyId,
        PlanTerms calldata terms,
        address provider,
        ServiceFamily family,
        uint32 throughDay
    ) external;

    /// @notice The day to which `family` by `provider` is authorised for a policy, or zero.
    function authorizedThrough(uint256 policyId, address provider, ServiceFamily family) external view returns (uint32);

    /// @notice What stands on `day` for a policy; with everything zero where there is none.
    /// @param graceDays Days after the paid-through date before the policy lapses, as its plan says.
    function coverOn(uint256 policyId, uint256 day, uint256 graceDays) external view returns (Cover memory);

    /// @notice The policy as stored.
    function policyOf(uint256 policyId) external view returns (Policy memory);

    /// @notice The subject tag of a policy for a calendar year, or zero.
    function subjectTagOf(uint256 policyId, uint256 year) external view returns (bytes31);

    /// @notice The order of coverage of a policy for a calendar year, or zero.
    function orderOf(uint256 policyId, uint256 year) external view returns (uint8);
}
