// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Roles} from "../participants/Role.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {ClaimLedger} from "./ClaimLedger.sol";
import {Appeal, ClaimKey, ClaimTypes} from "./ClaimTypes.sol";
import {Claim, ClaimStatus, ClaimWord} from "./ClaimWord.sol";
import {IClaimsProcessor} from "./IClaimsProcessor.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {PlanTerms} from "./PlanTerms.sol";

/// @title ClaimDecisions
/// @notice What happens to a claim after it was submitted.
abstract contract ClaimDecisions is ClaimLedger, SignedDecisions {
    using ClaimTypes for Appeal;
    using ClaimTypes for ClaimKey;
    using ClaimWord for Claim;
    using ClaimWord for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc IClaimsProcessor
    uint256 public constant MAX_LOOK_ALIKES = 8;
    /// @inheritdoc IClaimsProcessor
    uint8 public constant MAX_APPEALS = 2;
    /// @inheritdoc IClaimsProcessor
    uint40 public constant REVIEW_PERIOD = 30 days;

    /// @inheritdoc IClaimsProcessor
    function approve(ClaimKey calldata key, PlanTerms calldata terms) external {
        (bytes32 claimId, Claim memory claim) = _claimWith(key, terms);
        ClaimStatus status = claim.status;
        require(status != ClaimStatus.Paid && status != ClaimStatus.Voided, WrongClaimStatus(claimId, status));
        OpenClaim storage open = _open[claimId];
        if (!_actsFor(terms.payer, msg.sender, Roles.PAYER)) {
            require(
                !_isDenied(status) &&
                    block.timestamp > open.deadline &&
                    (status != ClaimStatus.Appealed || _isCovered(key, terms, claim.policyId)),
                NotThePayer(terms.payer, msg.sender)
            );
            if (claim.amount > terms.automaticPaymentCeiling) {
                require(status == ClaimStatus.Pended, WrongClaimStatus(claimId, status));
                _setStatus(claimId, claim, ClaimStatus.InReview);
                emit ClaimInReview(claimId, _startReview(open));
                return;
            }
        }

        _payAfterAll(claimId, key, terms, claim, open);
    }

    /// @inheritdoc IClaimsProcessor
    function deny(
        ClaimKey calldata key,
        PlanTerms calldata terms,
        AdjustmentGroup group,
        uint16 reasonCode,
        bytes32 notice
    ) external {
        (bytes32 claimId, Claim memory claim) = _claimWith(key, terms);
        require(claim.status == ClaimStatus.Pended, WrongClaimStatus(claimId, claim.status));
        _requirePayer(terms);
        require(group != AdjustmentGroup.None && reasonCode != 0 && notice != 0, ReasonMissing());
        OpenClaim storage open = _open[claimId];

        _giveBack(key, claim);
        emit ClaimDenied(claimId, group, reasonCode, notice, _refuse(claimId, terms, claim, open, ClaimStatus.Denied));
    }

    /// @inheritdoc IClaimsProcessor
    function appeal(ClaimKey calldata key, Appeal calldata value, bytes calldata signature) external {
        bytes32 claimId = key.idOf();
        Claim memory claim = ClaimWord.decode(_claims[claimId]);
        require(value.claimId == claimId && _isDenied(claim.status), WrongClaimStatus(claimId, claim.status));
        OpenClaim storage open = _open[claimId];
        require(block.timestamp < open.deadline, WrongTime(claimId, open.deadline));
        require(open.level < MAX_APPEALS, NoFurtherAppeal(claimId));
        require(value.level == open.level + 1, WrongAppealLevel(claimId, value.level));
        require(
            value.appellant == key.provider || value.appellant == policies.policyOf(claim.policyId).member,
            NotPartyTo(claimId, value.appellant)
        );
        _requireSigned(value.appellant, value.hash(), 0, value.deadline, signature);

        open.level = value.level;
        _setStatus(claimId, claim, ClaimStatus.Appealed);
        emit ClaimAppealed(claimId, value.appellant, value.level, value.grounds, _startReview(open));
    }

    /// @inheritdoc IClaimsProcessor
    function review(ClaimKey calldata key, PlanTerms calldata terms, bool overturn, bytes32 notice) external {
        (bytes32 claimId, Claim memory claim) = _claimWith(key, terms);
        bool appealed = claim.status == ClaimStatus.Appealed;
        require(appealed || claim.status == ClaimStatus.InReview, WrongClaimStatus(claimId, claim.status));
        OpenClaim storage open = _open[claimId];
        address reviewer = _requireIndependent(claimId, terms, open.reviewer);
        require(notice != 0, ReasonMissing());

        if (overturn) {
            emit ClaimOverturned(claimId, reviewer, notice);
            _payAfterAll(claimId, key, terms, claim, open);
            return;
        }
        if (!appealed) _giveBack(key, claim);
        open.reviewer = reviewer;
        emit ClaimUpheld(claimId, reviewer, notice, _refuse(claimId, terms, claim, open, ClaimStatus.Upheld));
    }

    /// @inheritdoc IClaimsProcessor
    function void(ClaimKey calldata key, PlanTerms calldata terms) external {
        (bytes32 claimId, Claim memory claim) = _claimWith(key, terms);
        require(claim.status == ClaimStatus.Paid, WrongClaimStatus(claimId, claim.status));
        require(_actsFor(key.provider, msg.sender, Roles.PROVIDER), NotTheProvider(key.provider, msg.sender));

        _setStatus(claimId, claim, ClaimStatus.Voided);
        _open[claimId].receivedAt = uint40(block.timestamp);
        _giveBack(key, claim);
        emit ClaimVoided(claimId, key.provider, claim.amount);
        if (claim.amount == 0) return;
        IERC20(IReserveVault(terms.vault).asset()).safeTransferFrom(key.provider, terms.vault, claim.amount);
    }

    /// @dev Stores that a claim is not paid, and frees what was reserved for it.
    function _refuse(
        bytes32 claimId,
        PlanTerms calldata terms,
        Claim memory claim,
        OpenClaim storage open,
        ClaimStatus status
    ) private returns (uint40 appealBy) {
        bool reserved = open.reserved;
        appealBy = _appealBy(terms);
        (open.reserved, open.deadline) = (false, appealBy);
        _setStatus(claimId, claim, status);
        if (reserved) IReserveVault(terms.vault).release(_toReserve(claim.amount, terms));
    }

    function _setStatus(bytes32 claimId, Claim memory claim, ClaimStatus status) internal {
        claim.status = status;
        _claims[claimId] = claim.encode();
    }

    function _appealBy(PlanTerms calldata terms) internal view returns (uint40) {
        return uint40(block.timestamp + uint256(terms.appealDays) * 1 days);
    }

    function _startReview(OpenClaim storage open) private returns (uint40 deadline) {
        deadline = uint40(block.timestamp) + REVIEW_PERIOD;
        open.deadline = deadline;
    }

    /// @dev Pays a claim that was not paid at once. What was denied uses up nothing so far, and others may have paid for the encounter
    /// since: together they pay no more than is allowed, and the member owes no more than they leave. What is pended or in review was
    /// counted since it was submitted.
    function _payAfterAll(
        bytes32 claimId,
        ClaimKey calldata key,
        PlanTerms calldata terms,
        Claim memory claim,
        OpenClaim storage open
    ) private {
        if (!_isUndecided(claim.status)) {
            uint256 left = Math.saturatingSub(open.allowable, _paidBeside(key, claim.receipt));
            claim.amount = Math.min(claim.amount, left);
            claim.memberShare = Math.min(claim.memberShare, left - claim.amount);
            claim.deductible = Math.min(claim.deductible, claim.memberShare);
            _useUp(key, terms, claim);
        }
        _settle(claimId, key, terms, claim, open);
    }

    /// @dev What all other payers pay for the same encounter, before this one or after it. The claim itself counts for nothing: it
    /// was denied.
    function _paidBeside(ClaimKey memory key, uint96 receipt) private view returns (uint256 paid) {
        for (key.ordinal = 0; key.ordinal < MAX_LOOK_ALIKES; ++key.ordinal) {
            uint256 word = _claims[key.idOf()];
            if (word == 0) break;
            if (word.receipt() == receipt && _counts(word.status())) paid += word.amount();
        }
    }

    /// @dev Whether a claim is paid, or counted as if it will be. What was denied is not, until an appeal has changed that.
    function _counts(ClaimStatus status) internal pure returns (bool) {
        return status == ClaimStatus.Paid || _isUndecided(status);
    }

    function _isUndecided(ClaimStatus status) internal pure returns (bool) {
        return status == ClaimStatus.Pended || status == ClaimStatus.InReview;
    }

    /// @dev Whether the policy covers the day of service: nobody is paid without cover because no reviewer decides.
    function _isCovered(ClaimKey calldata key, PlanTerms calldata terms, uint256 policyId) private view returns (bool) {
        return
            policies.coverOn(policyId, key.serviceDay, terms.graceDays).status >= IPolicyRegistry.CoverStatus.InGrace;
    }

    function _isDenied(ClaimStatus status) internal pure returns (bool) {
        return status == ClaimStatus.Denied || status == ClaimStatus.Upheld;
    }

    function _requireIndependent(
        bytes32 claimId,
        PlanTerms calldata terms,
        address before
    ) private view returns (address reviewer) {
        reviewer = participants.resolve(msg.sender, Roles.INDEPENDENT_REVIEWER);
        require(
            reviewer != terms.payer &&
                reviewer != before &&
                participants.rolesOf(reviewer) & uint56(Roles.PAYER.bit() | Roles.PROVIDER.bit()) == 0,
            NotIndependent(claimId, reviewer)
        );
    }
}
