// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "../consent/IConsentRegistry.sol";
import {Role} from "../participants/Role.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IReserveVaultFactory} from "./IReserveVaultFactory.sol";
import {Attestation, ParametricTerms} from "./ParametricTypes.sol";
import {PlanTerms} from "./PlanTerms.sol";

/// @title IParametricPolicy
/// @notice Benefits of a fixed sum that are paid when an accredited laboratory or device operator attests that their trigger was
/// observed: without a claim, and in the transaction that carries the attestation.
/// @dev A policy of `IPolicyRegistry` is enrolled in a product with a sum; its premium, its days of cover and its member are those of
/// the policy. A benefit is paid once. Amounts are token units of the payer's vault; a day is unix seconds divided by 86400.
/// Signatures: EIP-712 type of `ParametricTypes`. What is no decision writes nothing: a bad signature, missing accreditation,
/// consent or cover reverts, and can be put right. What is above the product's ceiling, or arrives while the payer has stopped
/// automatic payments, is recorded, and the payer may challenge it until a deadline; what the vault is too short for is recorded.
/// From the deadline on anyone may have it paid, so that the payer cannot stall.
///
/// What an observer learns: that the address of a policy is insured by a product, whose id tells nothing; that an attester attested
/// for it, about which day; and that the sum was paid. Whoever learns from elsewhere what a product is for, as from its brochure by
/// the sum, then knows the condition of that address, which is used for nothing but the policy.
interface IParametricPolicy {
    /// @notice Where the benefit of a policy is. `None` → `Enrolled` (enrol) → `Paid` | `Recorded` (attest); `Recorded` → `Paid` (pay) |
    /// `Challenged` (challenge); `Challenged` → `Paid` (review, or pay after its deadline) | `Rejected` (review) → as from `Enrolled`, by
    /// attestations that were signed later.
    enum BenefitStatus {
        None,
        Enrolled,
        Recorded,
        Challenged,
        Rejected,
        Paid
    }

    /// @notice Why a benefit was recorded and not paid at once.
    /// @param AboveCeiling It is above the product's ceiling: the payer may challenge it.
    /// @param PaymentsPaused The payer has stopped automatic payments, and may challenge it until they go on.
    /// @param ReserveShort The vault had too little free money.
    enum RecordReason {
        AboveCeiling,
        PaymentsPaused,
        ReserveShort
    }

    /// @notice The benefit of a policy as stored. One slot.
    /// @param sum What is paid (token units).
    /// @param firstDay The first day of the benefit: that of its enrolment, or of the policy where that is later.
    /// @param deadline Recorded: until when the payer may challenge. Challenged: until when a reviewer may decide (unix seconds).
    /// @param rejectedAt When it was last rejected (unix seconds), or zero: attestations that were signed by then count no more.
    /// @param reserved Whether the sum is reserved in the vault.
    /// @param status Where it is.
    struct ParametricBenefit {
        uint64 sum;
        uint32 firstDay;
        uint40 deadline;
        uint40 rejectedAt;
        bool reserved;
        BenefitStatus status;
    }

    /// @notice Emitted when a product is published. The terms in full, since callers pass them again.
    event ProductPublished(bytes32 indexed productId, address indexed payer, ParametricTerms terms, address operator);
    /// @notice Emitted when a policy is enrolled in a product.
    event BenefitEnrolled(
        uint256 indexed policyId,
        bytes32 indexed productId,
        uint64 sum,
        uint32 firstDay,
        address operator
    );
    /// @notice Emitted for each attester of a benefit that is paid or recorded; `operator` is who signed.
    event BenefitAttested(
        uint256 indexed policyId,
        bytes32 indexed productId,
        address indexed attester,
        bytes32 observation,
        address operator
    );
    /// @notice Emitted when a benefit is not paid at once.
    /// @param deadline From when anyone may have it paid (unix seconds); before it the payer may challenge it.
    /// @param reserved Whether its sum is reserved in the vault.
    event BenefitRecorded(
        uint256 indexed policyId,
        bytes32 indexed productId,
        RecordReason reason,
        uint40 deadline,
        bool reserved
    );
    /// @notice Emitted when a benefit is paid; the vault holds it for the member where the token refuses.
    event BenefitPaid(uint256 indexed policyId, bytes32 indexed productId, address indexed member, uint256 amount);
    /// @notice Emitted when the payer challenges a benefit.
    /// @param grounds Commitment of what the payer objects.
    /// @param deadline From when anyone may have it paid if no reviewer decided (unix seconds).
    event BenefitChallenged(
        uint256 indexed policyId,
        bytes32 indexed productId,
        bytes32 grounds,
        uint40 deadline,
        address operator
    );
    /// @notice Emitted when a reviewer dismisses a challenge, beside {BenefitPaid}.
    event ChallengeDismissed(
        uint256 indexed policyId,
        bytes32 indexed productId,
        address indexed reviewer,
        bytes32 notice
    );
    /// @notice Emitted when a reviewer finds for the payer: nothing is paid on these attestations.
    event BenefitRejected(
        uint256 indexed policyId,
        bytes32 indexed productId,
        address indexed reviewer,
        bytes32 notice
    );

    /// @notice Thrown when the caller does not act for the product's payer.
    error NotThePayer(address payer, address caller);
    /// @notice Thrown when the vault was not made by the factory, or is another payer's.
    error NotThePayersVault(address payer, address vault);
    /// @notice Thrown when a product has no trigger.
    error TriggerMissing();
    /// @notice Thrown when attesters would act in a role that does not exist, or as payers or reviewers.
    error UnfitAttesterRole(Role role);
    /// @notice Thrown when the days on which an observation counts would end before they begin.
    error InvalidWindow(uint16 waitingDays, uint16 windowDays);
    /// @notice Thrown when no attestation could arrive in time.
    error EmptyPeriod();
    /// @notice Thrown when a product needs no attester, or more than {MAX_ATTESTERS}.
    error WrongNumberOfAttesters(uint8 attesters);
    /// @notice Thrown when the payer could not challenge, or for longer than {MAX_CHALLENGE_DAYS}.
    error WrongChallengePeriod(uint16 challengeDays);
    /// @notice Thrown when the product is published already.
    error AlreadyPublished(bytes32 productId);
    /// @notice Thrown when no product with these terms was published.
    error UnknownProduct(bytes32 productId);
    /// @notice Thrown when the terms passed are not those of the policy's plan.
    error NotThePlan(uint256 policyId, bytes32 planId);
    /// @notice Thrown when product and plan are of different vaults: premium and benefit belong to one.
    error NotThePlansVault(address planVault, address vault);
    /// @notice Thrown when a policy would be enrolled without a sum.
    error NoSum();
    /// @notice Thrown when the policy's member is the vault that would pay.
    error MemberIsVault(address member);
    /// @notice Thrown when the benefit is not in a status in which this can be done: `None` where the policy was never enrolled in a
    /// product with these terms.
    error WrongBenefitStatus(uint256 policyId, bytes32 productId, BenefitStatus status);
    /// @notice Thrown when the policy does not cover the day and is not paid for it.
    error NotCovered(uint256 policyId, uint256 day, IPolicyRegistry.CoverStatus status);
    /// @notice Thrown when an observation is of a day outside of those that count for this policy.
    error OutsideWindow(uint256 day, uint256 firstDay, uint256 lastDay);
    /// @notice Thrown when the attestation of a day arrives after the last day on which it could: `timelyFilingDays` after it, or after the
    /// benefit was rejected.
    error FiledLate(uint256 day, uint256 lastDay);
    /// @notice Thrown when there are not exactly as many attestations as the sum needs.
    error WrongNumberOfAttestations(uint256 attestations, uint256 needed);
    /// @notice Thrown when two attestations are of one organisation.
    error DuplicateAttester(address attester);
    /// @notice Thrown when the attester is the payer or the member.
    error AttesterNotIndependent(address attester);
    /// @notice Thrown when the signer acts for another organisation than the attester.
    error NotTheAttester(address attester, address signer);
    /// @notice Thrown when an attestation names no observation.
    error ObservationMissing();
    /// @notice Thrown when an attestation was signed (unix seconds) before the day that it attests.
    error IssuedBeforeObservation(uint40 issuedAt, uint256 day);
    /// @notice Thrown when an attestation was signed before the benefit was rejected (both unix seconds).
    error AttestationSuperseded(uint40 issuedAt, uint40 rejectedAt);
    /// @notice Thrown when the payer challenges from the deadline on (unix seconds).
    error ChallengePeriodOver(uint40 deadline);
    /// @notice Thrown when a reviewer decides from the deadline on (unix seconds).
    error ReviewPeriodOver(uint40 deadline);
    /// @notice Thrown when somebody else than the payer has a benefit paid before its deadline (unix seconds).
    error NotDue(uint40 deadline);
    /// @notice Thrown when a challenge or a decision lacks its grounds.
    error ReasonMissing();
    /// @notice Thrown when the reviewer is the payer, or was ever accredited as a payer or in the attesters' role.
    error NotIndependent(bytes32 productId, address reviewer);

    /// @notice Attesters that a product may need at most: 8.
    function MAX_ATTESTERS() external view returns (uint8);
    /// @notice Days that a payer has to challenge at most: 30.
    function MAX_CHALLENGE_DAYS() external view returns (uint16);
    /// @notice Within which a reviewer decides (seconds): 60 days.
    function REVIEW_PERIOD() external view returns (uint40);

    /// @notice Publishes a product.
    /// @return productId The hash of its terms.
    /// @dev Caller: the payer, or a key that acts for it in PAYER. It cannot be changed or withdrawn, only not sold any more. Reverts:
    /// `NotInGoodStanding`, {NotThePayer}, {NotThePayersVault}, {TriggerMissing}, {UnfitAttesterRole}, {InvalidWindow}, {EmptyPeriod},
    /// {WrongNumberOfAttesters}, {WrongChallengePeriod}, {AlreadyPublished}.
    function publish(ParametricTerms calldata terms) external returns (bytes32 productId);

    /// @notice Enrols a policy in a product, for `sum` (token units). Cover begins today, or with the policy.
    /// @param plan The terms of the policy's plan, which has the same vault.
    /// @dev Caller: the payer, or a key that acts for it in PAYER. It cannot be undone but by cancelling the policy. Two policies are two
    /// sums, as two premiums are paid: the payer knows whom it insures. Reverts: `NotInGoodStanding`, {NotThePayer}, {UnknownProduct},
    /// {NotThePlan}, {NotThePlansVault}, {NoSum}, {MemberIsVault}, {WrongBenefitStatus}.
    function enrol(uint256 policyId, PlanTerms calldata plan, ParametricTerms calldata terms, uint64 sum) external;

    /// @notice Attests that the trigger was observed on `observedDay`, and pays the member, or records what is not paid at once.
    /// @param attestations As many as the sum needs, each of another organisation.
    /// @return status `Paid` or `Recorded`.
    /// @dev Caller: anyone. Signers: attesters in good standing now, or keys that act for them in the product's role. The member
    /// consents to payment (HPAYMT) by the payer; while that is not accredited, the consent would count if it were. A day in grace counts once its premium is paid. Reverts: {WrongBenefitStatus},
    /// {NotCovered}, {OutsideWindow}, {FiledLate}, `ConsentDenied`, {WrongNumberOfAttestations}, {DuplicateAttester},
    /// {AttesterNotIndependent}, `NotInGoodStanding`, {NotTheAttester}, {ObservationMissing}, {IssuedBeforeObservation},
    /// {AttestationSuperseded}, `IssuedInFuture`, `DeadlinePassed`, `InvalidSignature`, the vault's `InsufficientGas`.
    function attest(
        uint256 policyId,
        uint32 observedDay,
        ParametricTerms calldata terms,
        Attestation[] calldata attestations
    ) external returns (BenefitStatus status);

    /// @notice Pays a benefit that was recorded or challenged.
    /// @dev Caller: from its deadline on anyone; before, the payer or a key of it, which so waives or takes back a challenge. Reverts:
    /// {WrongBenefitStatus}, {NotDue}, the vault's `InsufficientReserves` and `InsufficientGas`.
    function pay(uint256 policyId, ParametricTerms calldata terms) external;

    /// @notice Challenges a recorded benefit before its deadline: an independent reviewer decides.
    /// @param grounds Commitment of what the payer objects.
    /// @dev Caller: the payer, or a key that acts for it in PAYER. Reverts: `NotInGoodStanding`, {NotThePayer}, {WrongBenefitStatus},
    /// {ChallengePeriodOver}, {ReasonMissing}.
    function challenge(uint256 policyId, ParametricTerms calldata terms, bytes32 grounds) external;

    /// @notice Decides a challenge before its deadline.
    /// @param dismiss Whether the challenge fails and the benefit is paid.
    /// @param notice Commitment of the decision with its reasons.
    /// @dev Caller: an independent reviewer, or a key that acts for it in INDEPENDENT_REVIEWER. Reverts: {WrongBenefitStatus},
    /// {ReviewPeriodOver}, `NotInGoodStanding`, {NotIndependent}, {ReasonMissing}, the vault's `InsufficientReserves` and
    /// `InsufficientGas`.
    function review(uint256 policyId, ParametricTerms calldata terms, bool dismiss, bytes32 notice) external;

    /// @notice The benefit of a policy by a product, as stored; all zero where it is not enrolled.
    function benefitOf(uint256 policyId, bytes32 productId) external view returns (ParametricBenefit memory);

    /// @notice When the product was published (unix seconds), or zero.
    function publishedAt(bytes32 productId) external view returns (uint40);

    /// @notice The id of the product with these terms, published or not: `keccak256(abi.encode(terms))`.
    function productIdOf(ParametricTerms calldata terms) external pure returns (bytes32);

    /// @notice Whether a member gave consent that a benefit is paid on; see {attest}.
    function consents() external view returns (IConsentRegistry);

    /// @notice Who makes the vaults out of which products pay.
    function vaults() external view returns (IReserveVaultFactory);
}
