// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {AccumulatorWords} from "./AccumulatorWords.sol";
import {Adjudication} from "./Adjudication.sol";
import {CalendarYear} from "./CalendarYear.sol";
import {ClaimKey, ClaimTypes} from "./ClaimTypes.sol";
import {Claim, ClaimStatus, ClaimWord} from "./ClaimWord.sol";
import {IClaimsProcessor} from "./IClaimsProcessor.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {PlanTerms, ServiceFamily, hashOf} from "./PlanTerms.sol";

/// @title ClaimLedger
/// @notice What claims are, what of a policy's limits they used, and what is reserved and paid for them: the one place where a
/// claim's status changes.
abstract contract ClaimLedger is IClaimsProcessor {
    using ClaimTypes for ClaimKey;
    using ClaimWord for Claim;

    uint256 private constant _BASIS_POINTS = 10_000;
    uint256 private constant _DAYS_A_YEAR = 365;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @notice Who is insured.
    IPolicyRegistry public immutable policies;

    mapping(bytes32 claimId => uint256 word) internal _claims;
    mapping(bytes32 claimId => OpenClaim) internal _open;
    mapping(uint256 policyId => mapping(uint256 year => mapping(uint256 index => uint256 word))) private _used;

    constructor(IParticipantRegistry participants_, IPolicyRegistry policies_) {
        participants = participants_;
        policies = policies_;
    }

    /// @inheritdoc IClaimsProcessor
    function claimOf(bytes32 claimId) external view returns (Claim memory claim, OpenClaim memory open) {
        return (ClaimWord.decode(_claims[claimId]), _open[claimId]);
    }

    /// @inheritdoc IClaimsProcessor
    function accumulatorsOf(
        uint256 policyId,
        uint256 year,
        ServiceFamily family
    ) external view returns (uint256 deductibleMet, uint256 outOfPocket, uint256 benefitUse) {
        Adjudication.Accumulators memory used = _accumulators(policyId, year, family);
        return (used.deductibleMet, used.outOfPocket, used.benefitUse);
    }

    function _accumulators(
        uint256 policyId,
        uint256 year,
        ServiceFamily family
    ) internal view returns (Adjudication.Accumulators memory) {
        mapping(uint256 index => uint256 word) storage words = _used[policyId][year];
        uint256 index = AccumulatorWords.wordOf(family);
        return AccumulatorWords.read(words[0], index == 0 ? 0 : words[index], family);
    }

    function _setAccumulators(
        uint256 policyId,
        uint256 year,
        ServiceFamily family,
        Adjudication.Accumulators memory used
    ) internal {
        mapping(uint256 index => uint256 word) storage words = _used[policyId][year];
        uint256 index = AccumulatorWords.wordOf(family);
        (uint256 first, uint256 further) = AccumulatorWords.write(
            words[0],
            index == 0 ? 0 : words[index],
            family,
            used
        );
        words[0] = first;
        if (index != 0) words[index] = further;
    }

    /// @dev Takes back what a claim used up.
    function _giveBack(ClaimKey calldata key, Claim memory claim) internal {
        uint256 year = CalendarYear.yearOf(key.serviceDay);
        Adjudication.Accumulators memory used = _accumulators(claim.policyId, year, key.family);
        used.deductibleMet -= claim.deductible;
        used.outOfPocket -= claim.memberShare;
        used.benefitUse -= claim.amount;
        _setAccumulators(claim.policyId, year, key.family, used);
    }

    /// @dev Uses up what a denied claim did not, as far as the limits leave it: other claims came in between. What is not left
    /// of the member's share does not count, so that giving back mirrors it; the amount stays as it was priced.
    function _useUp(ClaimKey calldata key, PlanTerms calldata terms, Claim memory claim) internal {
        uint256 year = CalendarYear.yearOf(key.serviceDay);
        Adjudication.Accumulators memory used = _accumulators(claim.policyId, year, key.family);
        claim.deductible = Math.min(claim.deductible, terms.deductible - used.deductibleMet);
        if (terms.outOfPocketMaximum != 0) {
            claim.memberShare = Math.min(claim.memberShare, terms.outOfPocketMaximum - used.outOfPocket);
        }
        uint256 family = ServiceFamily.unwrap(key.family);
        uint256 limit = family < terms.benefits.length ? terms.benefits[family].annualLimit() : 0;
        if (limit != 0) claim.amount = Math.min(claim.amount, limit - used.benefitUse);
        used.deductibleMet += claim.deductible;
        used.outOfPocket += claim.memberShare;
        used.benefitUse += claim.amount;
        _setAccumulators(claim.policyId, year, key.family, used);
    }

    /// @dev Pays a claim out of what is reserved for it, with interest if it is late, and settles it.
    function _settle(
        bytes32 claimId,
        ClaimKey calldata key,
        PlanTerms calldata terms,
        Claim memory claim,
        OpenClaim storage open
    ) internal {
        uint256 interest = _interestOn(claim.amount, terms, open.receivedAt);
        uint256 reserved = open.reserved ? _toReserve(claim.amount, terms) : 0;
        claim.status = ClaimStatus.Paid;
        _claims[claimId] = claim.encode();
        delete _open[claimId];
        emit ClaimPaid(claimId, key.provider, claim.amount, interest, claim.deductible, claim.memberShare);

        uint256 due = claim.amount + interest;
        uint256 fromReserve = Math.min(due, reserved);
        IReserveVault vault = IReserveVault(terms.vault);
        if (reserved > fromReserve) vault.release(reserved - fromReserve);
        if (due != 0) vault.pay(key.provider, due, fromReserve);
    }

    /// @dev What is reserved for a pended claim: its amount, and a year's interest, so that being late never leaves it short.
    function _toReserve(uint256 amount, PlanTerms calldata terms) internal pure returns (uint256) {
        return amount + Math.ceilDiv(amount * terms.interestBasisPoints, _BASIS_POINTS);
    }

    /// @dev Simple interest for each day begun after the prompt-payment period, rounded up: the claimant's favour.
    function _interestOn(uint256 amount, PlanTerms calldata terms, uint256 receivedAt) private view returns (uint256) {
        uint256 due = receivedAt + uint256(terms.promptPaymentDays) * 1 days;
        if (block.timestamp <= due) return 0;
        uint256 late = Math.ceilDiv(block.timestamp - due, 1 days);
        return Math.ceilDiv(amount * terms.interestBasisPoints * late, _BASIS_POINTS * _DAYS_A_YEAR);
    }

    /// @dev The claim of a key, whose policy has a plan with these terms.
    function _claimWith(
        ClaimKey calldata key,
        PlanTerms calldata terms
    ) internal view returns (bytes32 claimId, Claim memory claim) {
        claimId = key.idOf();
        claim = ClaimWord.decode(_claims[claimId]);
        require(claim.status != ClaimStatus.None, WrongClaimStatus(claimId, ClaimStatus.None));
        _requirePlan(claim.policyId, terms, policies.policyOf(claim.policyId).planId);
    }

    function _requirePlan(uint256 policyId, PlanTerms calldata terms, bytes32 planId) internal pure {
        require(planId == hashOf(terms), NotThePlan(policyId, planId));
    }

    function _requirePayer(PlanTerms calldata terms) internal view {
        require(_actsFor(terms.payer, msg.sender, Roles.PAYER), NotThePayer(terms.payer, msg.sender));
    }

    /// @dev Whether `account` is `principal`, or a key of it, in good standing in `role`.
    function _actsFor(address principal, address account, Role role) internal view returns (bool) {
        (address actual, IParticipantRegistry.Standing standing) = participants.tryResolve(account, role);
        return actual == principal && standing == IParticipantRegistry.Standing.Good;
    }
}
