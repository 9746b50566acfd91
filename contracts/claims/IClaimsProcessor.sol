// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "../consent/IConsentRegistry.sol";
import {Adjudication} from "./Adjudication.sol";
import {Claim, ClaimStatus} from "./ClaimWord.sol";
import {Appeal, ClaimKey, ProvenClaim} from "./ClaimTypes.sol";
import {PlanTerms, ServiceFamily} from "./PlanTerms.sol";

/// @title IClaimsProcessor
/// @notice Takes claims, adjudicates them by the plan, and pays what is payable in the same transaction; refuses the same
/// service twice; and lets everyone see why a claim was not paid.
/// @dev What is not a decision writes nothing: a bad signature, missing accreditation, proof or consent, or a duplicate reverts.
/// Coverage decisions are stored as `Denied` or `Pended`. Signatures: EIP-712 types of `ClaimTypes`. Amounts are token units of the
/// plan's vault; a day is unix seconds divided by 86400. Reason codes are X12 claim adjustment reason codes (external code
/// source 139). What an observer learns: that the address of a policy had a service of a numbered family of its plan on a day by
/// a provider, the amounts, and whether it was paid; with the payer's price list (which its partners have) an amount can tell a
/// procedure. A line's `procedure` is the same in every claim under one fee schedule, so repeats show. A policy's address is used
/// for nothing else, so this is tied to no person and no other policy but by the subject tag, within one calendar year.
interface IClaimsProcessor {
    /// @notice Why a claim waits for a decision.
    /// @param None It does not.
    /// @param LookAlike There is a claim of the same provider, person, day and family with another receipt.
    /// @param ReceiptOnly The member's consent to payment counted at the receipt and does not now: revoked, run out, or its address
    /// retired; or the payer is not accredited any more. Only the receipt speaks for it.
    /// @param AwaitingPremium The service was after the paid-through date, within the grace period.
    /// @param AboveCeiling It is above the plan's ceiling for automatic payments.
    /// @param PaymentsPaused The payer stopped automatic payments.
    /// @param ReserveShort The vault had too little free money, and none could be reserved.
    enum PendReason {
        None,
        LookAlike,
        ReceiptOnly,
        AwaitingPremium,
        AboveCeiling,
        PaymentsPaused,
        ReserveShort
    }

    /// @notice The group of an adjustment, who bears it (X12 CAS01): contractual obligation, patient responsibility, other
    /// adjustment, payer initiated reduction.
    enum AdjustmentGroup {
        None,
        CO,
        PR,
        OA,
        PI
    }

    /// @notice What is stored of a claim that is not settled.
    /// @param receivedAt When it arrived, or was voided (unix seconds).
    /// @param deadline Until when the next step is due (unix seconds): the payer's decision, an appeal, the review.
    /// @param reason Why it was pended; `None` if it was not.
    /// @param reserved Whether its amount is reserved in the vault.
    /// @param level Number of appeals so far: 0 to 2.
    /// @param allowable What is allowed of it: what all its payers together pay at most (token units).
    /// @param reviewer Who decided the last appeal.
    struct OpenClaim {
        uint40 receivedAt;
        uint40 deadline;
        PendReason reason;
        bool reserved;
        uint8 level;
        uint96 allowable;
        address reviewer;
    }

    /// @notice Emitted when a claim is adjudicated, whatever comes of it.
    /// @param status `Paid`, `Pended` or `Denied`.
    /// @param totals The sums of its lines. What becomes of each line follows from the claim and the accumulators before it.
    event ClaimAdjudicated(
        bytes32 indexed claimId,
        uint256 indexed policyId,
        address indexed provider,
        ClaimStatus status,
        Adjudication.Outcome totals
    );
    /// @notice Emitted when a claim is pended, beside {ClaimAdjudicated}.
    event ClaimPended(bytes32 indexed claimId, PendReason reason, uint40 deadline);
    /// @notice Emitted when a claim is denied.
    /// @param reasonCode X12 claim adjustment reason code, such as 29.
    /// @param notice Commitment of the notice with reason, provision and how to appeal (29 CFR 2560.503-1(g)); zero where
    /// the contract denied by the plan's terms.
    /// @param appealBy The first second at which it can no longer be appealed (unix seconds).
    event ClaimDenied(
        bytes32 indexed claimId,
        AdjustmentGroup group,
        uint16 reasonCode,
        bytes32 notice,
        uint40 appealBy
    );
    /// @notice Emitted when a claim is paid after it was pended or denied.
    /// @param deductible What of the member's share counts to the deductible, and
    /// @param memberShare what of it counts to the out-of-pocket maximum: less than it was priced at where other payers or limits left
    /// less.
    event ClaimPaid(
        bytes32 indexed claimId,
        address indexed provider,
        uint256 amount,
        uint256 interest,
        uint256 deductible,
        uint256 memberShare
    );
    /// @notice Emitted when a pended claim above the ceiling goes to independent review, as the payer did not decide.
    event ClaimInReview(bytes32 indexed claimId, uint40 deadline);
    /// @notice Emitted when a denial is appealed.
    event ClaimAppealed(
        bytes32 indexed claimId,
        address indexed appellant,
        uint8 level,
        bytes32 grounds,
        uint40 deadline
    );
    /// @notice Emitted when a review upheld the denial.
    event ClaimUpheld(bytes32 indexed claimId, address indexed reviewer, bytes32 notice, uint40 appealBy);
    /// @notice Emitted when a review overturned the denial, or decided for the claim.
    event ClaimOverturned(bytes32 indexed claimId, address indexed reviewer, bytes32 notice);
    /// @notice Emitted when a paid claim was voided and its amount came back.
    event ClaimVoided(bytes32 indexed claimId, address indexed provider, uint256 amount);
    /// @notice Emitted for each claim of {submitMany} that was refused: the selector of the error.
    event ClaimRefused(uint256 indexed index, bytes4 selector);
    /// @notice Thrown when the terms passed are not those of the policy's plan.
    error NotThePlan(uint256 policyId, bytes32 planId);
    /// @notice Thrown when a claim has no lines or more than {MAX_LINES}.
    error WrongNumberOfLines(uint256 lines);
    /// @notice Thrown when {submitMany} gets nothing or more than {MAX_CLAIMS}.
    error WrongNumberOfClaims(uint256 claims);
    /// @notice Thrown by {submitMany} where a claim could fail for want of gas.
    error InsufficientGas(uint256 available, uint256 needed);
    /// @notice Thrown when a line has no units.
    error NoUnits(uint256 line);
    /// @notice Thrown when the fee of a line is not in the plan's schedule, for the service family of the receipt.
    error FeeNotInSchedule(uint256 line);
    /// @notice Thrown when the receipt names another member than the policy it is of, or that is another person's policy.
    error NotTheMember(uint256 policyId, address member);
    /// @notice Thrown when a receipt is dated in the future, or before the service.
    error WrongReceiptTime(uint40 receiptAt);
    /// @notice Thrown when who signed the receipt does not represent the member in HPAYMT.
    error NotRepresentative(address member, address signer);
    /// @notice Thrown when the signer does not act for the provider of the receipt.
    error NotTheProvider(address provider, address signer);
    /// @notice Thrown when the claim is for another submitter.
    error NotTheSubmitter(address submitter, address caller);
    /// @notice Thrown when the policy has no subject tag for the year of service.
    error NoSubjectTag(uint256 policyId, uint32 serviceDay);
    /// @notice Thrown when the same encounter was claimed already: the first claim.
    error AlreadyClaimed(bytes32 claimId);
    /// @notice Thrown when the claim named as primary is not one of the same encounter, under another policy, that was paid or
    /// denied, appealed or not.
    error NotThePrimary(bytes32 claimId);
    /// @notice Thrown when a claim under a policy that is declared to pay first names a primary claim, or one under a policy that pays
    /// later names none. `order`: as declared; see `IPolicyRegistry`.
    error OutOfOrder(uint256 policyId, uint256 order, bytes32 primaryClaim);
    /// @notice Thrown when {MAX_LOOK_ALIKES} claims look alike already. Each payer's claim of an encounter takes one place, so a person with
    /// three payers has room for two encounters a day of one family at one provider, and what is left of the places.
    error TooManyLookAlikes(bytes32 claimId);
    /// @notice Thrown when the claim is not in a status in which this can be done.
    error WrongClaimStatus(bytes32 claimId, ClaimStatus status);
    /// @notice Thrown before the deadline of the payer's decision (unix seconds), or after that of an appeal.
    error WrongTime(bytes32 claimId, uint40 deadline);
    /// @notice Thrown when a denial lacks its group, its reason code, or its notice.
    error ReasonMissing();
    /// @notice Thrown when the caller does not act for the plan's payer.
    error NotThePayer(address payer, address caller);
    /// @notice Thrown when the appellant is neither the member nor the provider.
    error NotPartyTo(bytes32 claimId, address appellant);
    /// @notice Thrown when an appeal is not the next: signed for another level.
    error WrongAppealLevel(bytes32 claimId, uint8 level);
    /// @notice Thrown when two appeals were decided already.
    error NoFurtherAppeal(bytes32 claimId);
    /// @notice Thrown when the reviewer was ever accredited as a payer or provider, is the payer, or decided the appeal before.
    error NotIndependent(bytes32 claimId, address reviewer);
    /// @notice Thrown when a function is called that only this contract calls.
    error OnlySelf();

    /// @notice Lines of a claim at most: 50.
    function MAX_LINES() external view returns (uint256);
    /// @notice Claims of {submitMany} at most: 20.
    function MAX_CLAIMS() external view returns (uint256);
    /// @notice Claims of one provider, person, day and family at most: 8.
    function MAX_LOOK_ALIKES() external view returns (uint256);
    /// @notice Appeals of a claim at most: 2 (29 CFR 2560.503-1(c)(2)).
    function MAX_APPEALS() external view returns (uint8);
    /// @notice Within which a reviewer decides (seconds): 30 days, as there are two appeals (29 CFR 2560.503-1(i)(2)(iii)(A)).
    function REVIEW_PERIOD() external view returns (uint40);
    /// @notice Submits a claim: adjudicates it, and pays it, pends it, or denies it.
    /// @param terms The terms of the policy's plan.
    /// @return claimId What it is stored under: the hash of its key.
    /// @return status `Paid`, `Pended` or `Denied`.
    /// @dev Caller: the submitter that the provider named, or anyone. Reverts: {NotThePlan}, {NotTheMember},
    /// {WrongNumberOfLines}, {NoUnits}, {FeeNotInSchedule}, {WrongReceiptTime}, {NotRepresentative}, {NotTheProvider},
    /// {NotTheSubmitter}, {NoSubjectTag}, {OutOfOrder}, {AlreadyClaimed}, {NotThePrimary}, {TooManyLookAlikes}, `DeadlinePassed`,
    /// `InvalidSignature`, `NotInGoodStanding`, `ConsentDenied` (no consent, or one that ended before the receipt), `AmountTooLarge`.
    function submit(
        ProvenClaim calldata claim,
        PlanTerms calldata terms
    ) external returns (bytes32 claimId, ClaimStatus status);

    /// @notice As {submit}, for each claim of one plan by itself: one that is refused never stops another.
    /// @param terms The terms of the plan of all policies.
    /// @return taken Number of claims that were not refused.
    /// @dev Needs two million gas more than it uses. Reverts: {WrongNumberOfClaims}, {InsufficientGas}.
    function submitMany(ProvenClaim[] calldata claims, PlanTerms calldata terms) external returns (uint256 taken);

    /// @notice Approves a claim that was not paid, as priced, and pays it with interest if it is late. What was denied is paid as far
    /// as other payers have left of what is allowed.
    /// @dev Caller: the plan's payer or a key of it. Once the deadline of a decision or review has passed, anyone: a claim up to
    /// the ceiling is paid, a pended one above it goes to independent review; but an appeal of a service on a day that the policy does
    /// not cover waits for its reviewer. Reverts: {WrongClaimStatus}, {NotThePlan},
    /// {NotThePayer}, the vault's `InsufficientReserves`.
    function approve(ClaimKey calldata key, PlanTerms calldata terms) external;

    /// @notice Denies a pended claim.
    /// @param notice Commitment of the notice that the parties get.
    /// @dev Caller: the plan's payer or a key of it. Reverts: {WrongClaimStatus}, {NotThePlan}, {NotThePayer},
    /// {ReasonMissing}.
    function deny(
        ClaimKey calldata key,
        PlanTerms calldata terms,
        AdjustmentGroup group,
        uint16 reasonCode,
        bytes32 notice
    ) external;

    /// @notice Appeals a denial, or the decision of a first appeal.
    /// @dev Caller: anyone. Signer: the appellant: the policy's member, or the claim's provider. Reverts: {WrongClaimStatus},
    /// {WrongTime}, {NoFurtherAppeal}, {WrongAppealLevel}, {NotPartyTo}, `DeadlinePassed`, `InvalidSignature`.
    function appeal(ClaimKey calldata key, Appeal calldata value, bytes calldata signature) external;

    /// @notice Decides an appeal, or a claim in review.
    /// @param overturn Whether the claim is paid, as priced when it was submitted.
    /// @param notice Commitment of the decision with its reasons.
    /// @dev Caller: an independent reviewer, or a key that acts for it in INDEPENDENT_REVIEWER. Reverts: {WrongClaimStatus},
    /// {NotThePlan}, {NotIndependent}, {ReasonMissing}, `NotInGoodStanding`, the vault's `InsufficientReserves`.
    function review(ClaimKey calldata key, PlanTerms calldata terms, bool overturn, bytes32 notice) external;

    /// @notice Voids a paid claim (claim frequency code 8): its amount goes back to the vault, and all that it used up is
    /// free again. The same encounter can then be claimed again (frequency code 7), by a signature later than the voiding, for what
    /// other payers have left of what is allowed; however late, as the first was in time.
    /// Interest that was paid stays with the provider.
    /// @dev Caller: the provider or a key that acts for it in PROVIDER; the provider approved this contract for the amount.
    /// Reverts: {WrongClaimStatus}, {NotThePlan}, {NotTheProvider}, the token's.
    function void(ClaimKey calldata key, PlanTerms calldata terms) external;

    /// @notice The claim as stored, and what is stored of it while it is not settled.
    function claimOf(bytes32 claimId) external view returns (Claim memory claim, OpenClaim memory open);

    /// @notice What was used of a policy's limits in a benefit year, which is the calendar year of service.
    /// @return deductibleMet Token units.
    /// @return outOfPocket Token units.
    /// @return benefitUse What the plan paid for `family` (token units).
    function accumulatorsOf(
        uint256 policyId,
        uint256 year,
        ServiceFamily family
    ) external view returns (uint256 deductibleMet, uint256 outOfPocket, uint256 benefitUse);

    /// @notice Whether a member gave consent that a claim is paid on; see {submit}.
    function consents() external view returns (IConsentRegistry);
}
