// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Categories} from "../consent/Categories.sol";
import {IConsentRegistry} from "../consent/IConsentRegistry.sol";
import {IRepresentativeRegistry} from "../consent/IRepresentativeRegistry.sol";
import {Purposes} from "../consent/Purposes.sol";
import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {Adjudication} from "./Adjudication.sol";
import {Benefit} from "./Benefit.sol";
import {CalendarYear} from "./CalendarYear.sol";
import {ClaimDecisions} from "./ClaimDecisions.sol";
import {ClaimLedger} from "./ClaimLedger.sol";
import {ClaimKey, ClaimLine, ClaimSubmission, ClaimTypes, EncounterReceipt, ProvenClaim} from "./ClaimTypes.sol";
import {Claim, ClaimStatus, ClaimWord} from "./ClaimWord.sol";
import {FeeSchedule} from "./FeeSchedule.sol";
import {IClaimsProcessor} from "./IClaimsProcessor.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {PlanTerms, ServiceFamily, hashOf} from "./PlanTerms.sol";

/// @title ClaimsProcessor
/// @notice See {IClaimsProcessor}. Here: how a claim comes in.
contract ClaimsProcessor is ClaimDecisions {
    using Adjudication for Adjudication.Outcome;
    using ClaimTypes for ClaimKey;
    using ClaimTypes for ClaimLine;
    using ClaimTypes for ClaimSubmission;
    using ClaimTypes for EncounterReceipt;
    using ClaimWord for Claim;
    using ClaimWord for uint256;

    /// @inheritdoc IClaimsProcessor
    uint256 public constant MAX_LINES = 50;
    /// @inheritdoc IClaimsProcessor
    uint256 public constant MAX_CLAIMS = 20;
    // X12 claim adjustment reason codes (external code source 139) of what the plan's terms deny.
    uint16 private constant _BEFORE_COVERAGE = 26;
    uint16 private constant _AFTER_COVERAGE = 27;
    uint16 private constant _FILED_LATE = 29;
    uint16 private constant _WAITING_PERIOD = 179;
    uint16 private constant _NOT_AUTHORIZED = 197;
    uint16 private constant _NOT_COVERED = 204;

    /// @dev What a claim of {MAX_LINES} lines may use, and a wallet that burns gas when it is asked about a signature.
    uint256 private constant _GAS_A_CLAIM = 2_000_000;
    /// @dev What has to be there so that a call can be given that (EIP-150), and the costs of the call itself.
    uint256 private constant _GAS_TO_HAVE = (_GAS_A_CLAIM * 64) / 63 + 50_000;

    /// @inheritdoc IClaimsProcessor
    IConsentRegistry public immutable consents;
    /// @notice Who may sign receipts for whom.
    IRepresentativeRegistry public immutable representatives;

    /// @dev What is found out about a claim on its way in.
    struct Intake {
        IPolicyRegistry.Cover cover;
        bytes32 receiptHash;
        bytes32 claimId;
        bool replaces;
        uint256 priorPaid;
        PendReason pend;
        AdjustmentGroup group;
        uint16 denial;
        uint256 year;
        Benefit benefit;
        Adjudication.Outcome total;
        Adjudication.Accumulators used;
    }

    constructor(
        IParticipantRegistry participants_,
        IPolicyRegistry policies_,
        IConsentRegistry consents_,
        IRepresentativeRegistry representatives_
    ) ClaimLedger(participants_, policies_) SignedDecisions("CareProof ClaimsProcessor") {
        consents = consents_;
        representatives = representatives_;
    }

    /// @inheritdoc IClaimsProcessor
    function submit(
        ProvenClaim calldata claim,
        PlanTerms calldata terms
    ) external returns (bytes32 claimId, ClaimStatus status) {
        return _submit(claim, terms, hashOf(terms), msg.sender);
    }

    /// @inheritdoc IClaimsProcessor
    function submitMany(ProvenClaim[] calldata claims, PlanTerms calldata terms) external returns (uint256 taken) {
        uint256 length = claims.length;
        require(length != 0 && length <= MAX_CLAIMS, WrongNumberOfClaims(length));
        bytes32 planId = hashOf(terms);
        bytes memory encodedTerms = abi.encode(terms);
        uint256 free;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        for (uint256 i = 0; i < length; ++i) {
            // A call of its own, so that what a refused claim did is undone. With too little gas a good claim would be refused.
            require(gasleft() > _GAS_TO_HAVE, InsufficientGas(gasleft(), _GAS_TO_HAVE));
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, bytes memory reason) = address(this).call{gas: _GAS_A_CLAIM}(
                _callFor(i, length, planId, encodedTerms)
            );
            if (success) ++taken;
            else emit ClaimRefused(i, bytes4(reason));
            // Nothing of this claim is needed any more: memory that grows from claim to claim costs each of them more.
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
    }

    /// @notice A claim of {submitMany}.
    /// @param planId The id of the plan with these terms, which {submitMany} found out once for all claims.
    /// @dev Caller: this contract only. Reverts: {OnlySelf}, and as {submit}.
    function submitFor(
        ProvenClaim calldata claim,
        PlanTerms calldata terms,
        bytes32 planId,
        address submitter
    ) external {
        require(msg.sender == address(this), OnlySelf());
        _submit(claim, terms, planId, submitter);
    }

    /// @notice The call of {submitFor} for a claim of {submitMany}.
    /// @dev Its bytes are given on as they came: to decode and encode them again
    /// costs thousands of gas. As every encoder writes them, the calldata are the selector, the places of claims and terms, the number
    /// of claims, their places, the claims in order, and the terms; where they are written otherwise, a claim is refused or all revert.
    /// @param encodedTerms `abi.encode(terms)`: the place of the terms, which is 32, and the terms.
    function _callFor(
        uint256 index,
        uint256 length,
        bytes32 planId,
        bytes memory encodedTerms
    ) private view returns (bytes memory) {
        uint256 start = _placeOf(index);
        bytes calldata claim = msg.data[start:index + 1 == length ? 4 + _wordAt(36) : _placeOf(index + 1)];
        // Four words stand before the claim; the terms are behind it, and their own place before them.
        return
            bytes.concat(
                this.submitFor.selector,
                abi.encode(0x80, 0xa0 + claim.length, planId, msg.sender),
                claim,
                encodedTerms
            );
    }

    /// @dev Where in the calldata of {submitMany} a claim begins.
    function _placeOf(uint256 index) private pure returns (uint256) {
        return 100 + _wordAt(100 + 32 * index);
    }

    function _wordAt(uint256 place) private pure returns (uint256) {
        return uint256(bytes32(msg.data[place:place + 32]));
    }

    function _submit(
        ProvenClaim calldata proven,
        PlanTerms calldata terms,
        bytes32 planId,
        address submitter
    ) private returns (bytes32 claimId, ClaimStatus status) {
        ClaimSubmission calldata claim = proven.claim;
        Intake memory intake;
        intake.cover = policies.coverOn(claim.policyId, claim.receipt.serviceDay, terms.graceDays);
        require(planId == intake.cover.planId, NotThePlan(claim.policyId, intake.cover.planId));
        require(intake.cover.subjectTag != 0, NoSubjectTag(claim.policyId, claim.receipt.serviceDay));
        uint256 order = intake.cover.order;
        require(
            order == 0 || (order == 1) == (claim.primaryClaim == 0),
            OutOfOrder(claim.policyId, order, claim.primaryClaim)
        );
        intake.receiptHash = claim.receipt.hash();
        _place(intake, claim);
        _requireReceipt(intake, proven);
        _askConsent(intake, claim.receipt.receiptAt, terms.payer);
        _judgeCover(intake, claim, terms);
        _requireProvider(intake, proven, submitter, _adjudicate(intake, proven, terms));
        return (intake.claimId, _record(intake, claim, terms));
    }

    /// @dev Finds the claim's place: that of the same encounter where it was voided, or the first ordinal that is free. The same
    /// encounter is never claimed twice, but at a second payer that names the first, or in place of what was voided at the first.
    function _place(Intake memory intake, ClaimSubmission calldata claim) private view {
        ClaimKey memory key = ClaimKey(
            claim.receipt.provider,
            intake.cover.subjectTag,
            claim.receipt.serviceDay,
            claim.receipt.family,
            0
        );
        uint96 receipt = uint96(bytes12(intake.receiptHash));
        bool foundPrimary = claim.primaryClaim == 0;
        bytes32 voided = 0;
        bytes32 other = 0;
        while (true) {
            intake.claimId = key.idOf();
            uint256 word = _claims[intake.claimId];
            if (word == 0) break;
            ClaimStatus status = word.status();
            if (word.receipt() != receipt) {
                if (status != ClaimStatus.Voided) intake.pend = PendReason.LookAlike;
            } else if (status == ClaimStatus.Voided) {
                // The place of another policy keeps when that one's claim was voided.
                if (word.policyId() == claim.policyId) voided = intake.claimId;
            } else {
                require(word.policyId() != claim.policyId, AlreadyClaimed(intake.claimId));
                if (other == 0) other = intake.claimId;
                // Of what was denied the next payer bears what it would as the first, also while that is appealed.
                if (intake.claimId == claim.primaryClaim) foundPrimary = !_isUndecided(status);
                // All other payers, not the first alone: together they pay no more than is allowed.
                if (_counts(status)) intake.priorPaid += word.amount();
            }
            if (++key.ordinal == MAX_LOOK_ALIKES) {
                require(voided != 0, TooManyLookAlikes(intake.claimId));
                break;
            }
        }
        require(other == 0 || claim.primaryClaim != 0 || voided != 0, AlreadyClaimed(other));
        require(foundPrimary, NotThePrimary(claim.primaryClaim));
        if (voided == 0) return;
        // What was signed before is done with: nobody brings a voided claim back by sending it again.
        require(claim.issuedAt > _open[voided].receivedAt, AlreadyClaimed(voided));
        (intake.claimId, intake.replaces) = (voided, true);
    }

    function _requireReceipt(Intake memory intake, ProvenClaim calldata proven) private view {
        EncounterReceipt calldata receipt = proven.claim.receipt;
        address member = receipt.member;
        uint256 policyId = proven.claim.receiptPolicyId;
        IPolicyRegistry.Cover memory cover = intake.cover;
        if (policyId != proven.claim.policyId) cover = policies.coverOn(policyId, receipt.serviceDay, 0);
        // Policies with one subject tag are of one person.
        require(member == cover.member && cover.subjectTag == intake.cover.subjectTag, NotTheMember(policyId, member));
        require(
            receipt.receiptAt >= uint256(receipt.serviceDay) * 1 days && receipt.receiptAt <= block.timestamp,
            WrongReceiptTime(receipt.receiptAt)
        );
        if (receipt.signedBy != member) {
            require(
                representatives.countsIn(member, receipt.signedBy, Purposes.HPAYMT, receipt.receiptAt),
                NotRepresentative(member, receipt.signedBy)
            );
        }
        _requireSigned(
            receipt.signedBy,
            intake.receiptHash,
            receipt.receiptAt,
            type(uint40).max,
            proven.receiptSignature
        );
    }

    function _requireProvider(
        Intake memory intake,
        ProvenClaim calldata proven,
        address submitter,
        bytes32[] memory lines
    ) private view {
        ClaimSubmission calldata claim = proven.claim;
        require(
            claim.submitter == address(0) || claim.submitter == submitter,
            NotTheSubmitter(claim.submitter, submitter)
        );
        require(
            _actsFor(claim.receipt.provider, claim.signedBy, Roles.PROVIDER),
            NotTheProvider(claim.receipt.provider, claim.signedBy)
        );
        _requireSigned(
            claim.signedBy,
            claim.hash(intake.receiptHash, lines),
            claim.issuedAt,
            claim.deadline,
            proven.claimSignature
        );
    }

    /// @dev Consent that ended after the receipt, however it did, leaves the receipt, which the payer has to judge; so does a payer that
    /// lost its accreditation, for which others decide once it is late.
    function _askConsent(Intake memory intake, uint40 receiptAt, address payer) private view {
        address member = intake.cover.member;
        (bool permitted, IConsentRegistry.Denial denial) = consents.check(
            member,
            payer,
            Purposes.HPAYMT,
            Categories.COVERAGE_AND_CLAIMS
        );
        if (permitted) return;
        require(
            consents.countedAt(member, payer, Purposes.HPAYMT, Categories.COVERAGE_AND_CLAIMS, receiptAt),
            IConsentRegistry.ConsentDenied(member, payer, Purposes.HPAYMT, denial)
        );
        if (intake.pend == PendReason.None) intake.pend = PendReason.ReceiptOnly;
    }

    /// @dev What the plan's terms deny, and what they leave to the payer.
    function _judgeCover(Intake memory intake, ClaimSubmission calldata claim, PlanTerms calldata terms) private view {
        EncounterReceipt calldata receipt = claim.receipt;
        IPolicyRegistry.Cover memory cover = intake.cover;
        uint256 family = ServiceFamily.unwrap(receipt.family);
        if (family < terms.benefits.length) intake.benefit = terms.benefits[family];
        Benefit benefit = intake.benefit;
        intake.group = AdjustmentGroup.PR;
        if (receipt.serviceDay < cover.firstDay) {
            intake.denial = _BEFORE_COVERAGE;
        } else if (
            cover.status == IPolicyRegistry.CoverStatus.NotInForce || cover.status == IPolicyRegistry.CoverStatus.Lapsed
        ) {
            intake.denial = _AFTER_COVERAGE;
        } else if (!benefit.isCovered()) {
            intake.denial = _NOT_COVERED;
        } else if (receipt.serviceDay < cover.firstDay + benefit.waitingDays()) {
            intake.denial = _WAITING_PERIOD;
        } else if (
            // What it replaces was in time.
            !intake.replaces && block.timestamp / 1 days > uint256(receipt.serviceDay) + terms.timelyFilingDays
        ) {
            (intake.group, intake.denial) = (AdjustmentGroup.CO, _FILED_LATE);
        } else if (
            benefit.needsAuthorization() &&
            policies.authorizedThrough(claim.policyId, receipt.provider, receipt.family) < receipt.serviceDay
        ) {
            (intake.group, intake.denial) = (AdjustmentGroup.CO, _NOT_AUTHORIZED);
        } else if (cover.status == IPolicyRegistry.CoverStatus.InGrace && intake.pend == PendReason.None) {
            intake.pend = PendReason.AwaitingPremium;
        }
    }

    /// @dev Prices the lines by the plan's fee schedule, adjudicates them one after the other, and gives the hashes that the
    /// provider signs.
    function _adjudicate(
        Intake memory intake,
        ProvenClaim calldata proven,
        PlanTerms calldata terms
    ) private view returns (bytes32[] memory hashes) {
        ClaimSubmission calldata claim = proven.claim;
        uint256 length = claim.lines.length;
        require(length != 0 && length <= MAX_LINES, WrongNumberOfLines(length));
        bool isMultiProof = proven.feeProofFlags.length != 0;
        require(isMultiProof || proven.feeProofs.length == length, FeeNotInSchedule(proven.feeProofs.length));
        intake.year = CalendarYear.yearOf(claim.receipt.serviceDay);
        intake.used = _accumulators(claim.policyId, intake.year, claim.receipt.family);
        hashes = new bytes32[](length);
        bytes32[] memory leaves = new bytes32[](isMultiProof ? length : 0);
        for (uint256 i = 0; i < length; ++i) {
            ClaimLine memory line = claim.lines[i];
            require(line.units != 0, NoUnits(i));
            hashes[i] = line.hash();
            bytes32 leaf = FeeSchedule.leaf(claim.receipt.family, line.procedure, line.fee);
            if (isMultiProof) leaves[i] = leaf;
            else require(MerkleProof.verifyCalldata(proven.feeProofs[i], terms.feeSchedule, leaf), FeeNotInSchedule(i));
            _priceLine(intake, terms, line);
        }
        require(
            !isMultiProof ||
                MerkleProof.multiProofVerifyCalldata(
                    proven.feeProofs[0],
                    proven.feeProofFlags,
                    terms.feeSchedule,
                    leaves
                ),
            FeeNotInSchedule(0)
        );
        if (intake.priorPaid != 0) Adjudication.coordinate(intake.total, intake.used, intake.priorPaid);
    }

    function _priceLine(Intake memory intake, PlanTerms calldata terms, ClaimLine memory line) private pure {
        if (!intake.benefit.isCovered()) {
            intake.total.billed += line.billed;
            intake.total.notCovered += line.billed;
            return;
        }
        intake.total.add(
            Adjudication.adjudicateLine(
                terms,
                intake.benefit,
                intake.used,
                Adjudication.PricedLine(line.billed, line.fee, line.units)
            )
        );
    }

    /// @dev Stores what comes of the claim, and pays it.
    function _record(
        Intake memory intake,
        ClaimSubmission calldata claim,
        PlanTerms calldata terms
    ) private returns (ClaimStatus) {
        uint256 memberShare = intake.total.deductible + intake.total.copay + intake.total.coinsurance;
        Claim memory stored = Claim(
            intake.total.paid,
            intake.total.deductible,
            memberShare,
            claim.policyId,
            intake.denial == 0 ? ClaimStatus.Paid : ClaimStatus.Denied,
            uint96(bytes12(intake.receiptHash))
        );
        // Stored before the vault pays: a token that calls back finds the claim.
        _claims[intake.claimId] = stored.encode();
        if (intake.denial == 0) {
            _setAccumulators(claim.policyId, intake.year, claim.receipt.family, intake.used);
            if (intake.pend == PendReason.None) _payNow(intake, terms, claim.receipt.provider, stored.amount);
            if (intake.pend != PendReason.None) _pend(intake, terms, stored);
        } else {
            uint40 appealBy = _appealBy(terms);
            _setOpen(intake, appealBy, false);
            emit ClaimDenied(intake.claimId, intake.group, intake.denial, 0, appealBy);
        }
        emit ClaimAdjudicated(intake.claimId, claim.policyId, claim.receipt.provider, stored.status, intake.total);
        return stored.status;
    }

    /// @dev Pays at once, or says why not.
    function _payNow(Intake memory intake, PlanTerms calldata terms, address provider, uint256 amount) private {
        if (amount == 0) return;
        if (amount > terms.automaticPaymentCeiling) {
            intake.pend = PendReason.AboveCeiling;
            return;
        }
        IReserveVault.AutomaticPayment made = IReserveVault(terms.vault).payAutomatically(provider, amount);
        if (made == IReserveVault.AutomaticPayment.Paused) intake.pend = PendReason.PaymentsPaused;
        if (made == IReserveVault.AutomaticPayment.ReserveShort) intake.pend = PendReason.ReserveShort;
    }

    function _pend(Intake memory intake, PlanTerms calldata terms, Claim memory stored) private {
        _setStatus(intake.claimId, stored, ClaimStatus.Pended);
        uint40 deadline = uint40(block.timestamp + uint256(terms.decisionDays) * 1 days);
        bool reserved = IReserveVault(terms.vault).reserve(_toReserve(stored.amount, terms));
        _setOpen(intake, deadline, reserved);
        emit ClaimPended(intake.claimId, intake.pend, deadline);
    }

    function _setOpen(Intake memory intake, uint40 deadline, bool reserved) private {
        _open[intake.claimId] = OpenClaim(
            uint40(block.timestamp),
            deadline,
            intake.pend,
            reserved,
            0,
            // Of {MAX_LINES} lines below 2^64 each.
            uint96(intake.total.allowed),
            address(0)
        );
    }
}
