// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Categories} from "../consent/Categories.sol";
import {IConsentRegistry} from "../consent/IConsentRegistry.sol";
import {Purposes} from "../consent/Purposes.sol";
import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {IParametricPolicy} from "./IParametricPolicy.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {IReserveVaultFactory} from "./IReserveVaultFactory.sol";
import {Attestation, ParametricTerms, ParametricTypes} from "./ParametricTypes.sol";
import {PlanTerms, hashOf} from "./PlanTerms.sol";

/// @title ParametricPolicy
/// @notice See {IParametricPolicy}.
contract ParametricPolicy is IParametricPolicy, SignedDecisions {
    using ParametricTypes for Attestation;
    using ParametricTypes for ParametricTerms;

    /// @inheritdoc IParametricPolicy
    uint8 public constant MAX_ATTESTERS = 8;
    /// @inheritdoc IParametricPolicy
    uint16 public constant MAX_CHALLENGE_DAYS = 30;
    /// @inheritdoc IParametricPolicy
    uint40 public constant REVIEW_PERIOD = 60 days;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @notice Who is insured.
    IPolicyRegistry public immutable policies;
    /// @inheritdoc IParametricPolicy
    IConsentRegistry public immutable consents;
    /// @inheritdoc IParametricPolicy
    IReserveVaultFactory public immutable vaults;

    /// @inheritdoc IParametricPolicy
    mapping(bytes32 productId => uint40) public publishedAt;

    mapping(uint256 policyId => mapping(bytes32 productId => ParametricBenefit)) private _benefits;

    constructor(
        IParticipantRegistry participants_,
        IPolicyRegistry policies_,
        IConsentRegistry consents_,
        IReserveVaultFactory vaults_
    ) SignedDecisions("CareProof ParametricPolicy") {
        (participants, policies, consents, vaults) = (participants_, policies_, consents_, vaults_);
    }

    /// @inheritdoc IParametricPolicy
    function publish(ParametricTerms calldata terms) external returns (bytes32 productId) {
        _requirePayer(terms.payer);
        require(
            vaults.isVault(terms.vault) && IReserveVault(terms.vault).payer() == terms.payer,
            NotThePayersVault(terms.payer, terms.vault)
        );
        require(terms.trigger != 0, TriggerMissing());
        _requireFit(terms.attesterRole);
        require(terms.waitingDays <= terms.windowDays, InvalidWindow(terms.waitingDays, terms.windowDays));
        require(terms.timelyFilingDays != 0, EmptyPeriod());
        require(terms.attesters != 0 && terms.attesters <= MAX_ATTESTERS, WrongNumberOfAttesters(terms.attesters));
        require(
            terms.challengeDays != 0 && terms.challengeDays <= MAX_CHALLENGE_DAYS,
            WrongChallengePeriod(terms.challengeDays)
        );
        productId = terms.idOf();
        require(publishedAt[productId] == 0, AlreadyPublished(productId));

        publishedAt[productId] = uint40(block.timestamp);
        emit ProductPublished(productId, terms.payer, terms, msg.sender);
    }

    /// @inheritdoc IParametricPolicy
    function enrol(uint256 policyId, PlanTerms calldata plan, ParametricTerms calldata terms, uint64 sum) external {
        _requirePayer(terms.payer);
        bytes32 productId = terms.idOf();
        require(publishedAt[productId] != 0, UnknownProduct(productId));
        IPolicyRegistry.Policy memory policy = policies.policyOf(policyId);
        require(policy.planId == hashOf(plan), NotThePlan(policyId, policy.planId));
        require(plan.vault == terms.vault, NotThePlansVault(plan.vault, terms.vault));
        require(sum != 0, NoSum());
        require(policy.member != terms.vault, MemberIsVault(policy.member));
        ParametricBenefit storage benefit = _benefits[policyId][productId];
        require(benefit.status == BenefitStatus.None, WrongBenefitStatus(policyId, productId, benefit.status));

        uint32 firstDay = uint32(block.timestamp / 1 days);
        if (policy.firstDay > firstDay) firstDay = policy.firstDay;
        _benefits[policyId][productId] = ParametricBenefit(sum, firstDay, 0, 0, false, BenefitStatus.Enrolled);
        emit BenefitEnrolled(policyId, productId, sum, firstDay, msg.sender);
    }

    /// @inheritdoc IParametricPolicy
    function attest(
        uint256 policyId,
        uint32 observedDay,
        ParametricTerms calldata terms,
        Attestation[] calldata attestations
    ) external returns (BenefitStatus) {
        bytes32 productId = terms.idOf();
        ParametricBenefit memory benefit = _benefits[policyId][productId];
        require(
            benefit.status == BenefitStatus.Enrolled || benefit.status == BenefitStatus.Rejected,
            WrongBenefitStatus(policyId, productId, benefit.status)
        );
        _requireInTime(observedDay, terms, benefit);
        IPolicyRegistry.Cover memory cover = policies.coverOn(policyId, observedDay, 0);
        require(cover.status == IPolicyRegistry.CoverStatus.InForce, NotCovered(policyId, observedDay, cover.status));
        _requireConsent(cover.member, terms.payer);
        uint256 needed = benefit.sum > terms.attestersAbove ? terms.attesters : 1;
        require(attestations.length == needed, WrongNumberOfAttestations(attestations.length, needed));
        for (uint256 i = 0; i < needed; ++i) {
            Attestation calldata attestation = attestations[i];
            for (uint256 j = 0; j < i; ++j) {
                require(attestation.attester != attestations[j].attester, DuplicateAttester(attestation.attester));
            }
            require(
                attestation.attester != terms.payer && attestation.attester != cover.member,
                AttesterNotIndependent(attestation.attester)
            );
            _requireAttested(attestation, policyId, productId, observedDay, terms.attesterRole);
            require(
                attestation.issuedAt > benefit.rejectedAt,
                AttestationSuperseded(attestation.issuedAt, benefit.rejectedAt)
            );
            emit BenefitAttested(
                policyId,
                productId,
                attestation.attester,
                attestation.observation,
                attestation.signedBy
            );
        }

        if (benefit.sum > terms.challengeAbove) {
            uint40 deadline = uint40(block.timestamp) + uint40(terms.challengeDays) * 1 days;
            return _record(policyId, productId, terms, benefit, RecordReason.AboveCeiling, deadline);
        }
        return _payNow(policyId, productId, terms, benefit, cover.member);
    }

    /// @inheritdoc IParametricPolicy
    function pay(uint256 policyId, ParametricTerms calldata terms) external {
        bytes32 productId = terms.idOf();
        ParametricBenefit memory benefit = _benefits[policyId][productId];
        require(
            benefit.status == BenefitStatus.Recorded || benefit.status == BenefitStatus.Challenged,
            WrongBenefitStatus(policyId, productId, benefit.status)
        );
        if (block.timestamp < benefit.deadline) {
            (address principal, IParticipantRegistry.Standing standing) = participants.tryResolve(
                msg.sender,
                Roles.PAYER
            );
            require(
                principal == terms.payer && standing == IParticipantRegistry.Standing.Good,
                NotDue(benefit.deadline)
            );
        }

        _settle(policyId, productId, terms, benefit);
    }

    /// @inheritdoc IParametricPolicy
    function challenge(uint256 policyId, ParametricTerms calldata terms, bytes32 grounds) external {
        _requirePayer(terms.payer);
        bytes32 productId = terms.idOf();
        ParametricBenefit storage benefit = _benefits[policyId][productId];
        require(benefit.status == BenefitStatus.Recorded, WrongBenefitStatus(policyId, productId, benefit.status));
        require(block.timestamp < benefit.deadline, ChallengePeriodOver(benefit.deadline));
        require(grounds != 0, ReasonMissing());

        uint40 deadline = uint40(block.timestamp) + REVIEW_PERIOD;
        (benefit.status, benefit.deadline) = (BenefitStatus.Challenged, deadline);
        emit BenefitChallenged(policyId, productId, grounds, deadline, msg.sender);
    }

    /// @inheritdoc IParametricPolicy
    function review(uint256 policyId, ParametricTerms calldata terms, bool dismiss, bytes32 notice) external {
        bytes32 productId = terms.idOf();
        ParametricBenefit memory benefit = _benefits[policyId][productId];
        require(benefit.status == BenefitStatus.Challenged, WrongBenefitStatus(policyId, productId, benefit.status));
        require(block.timestamp < benefit.deadline, ReviewPeriodOver(benefit.deadline));
        address reviewer = participants.resolve(msg.sender, Roles.INDEPENDENT_REVIEWER);
        uint256 dependent = Roles.PAYER.bit() | terms.attesterRole.bit();
        require(
            reviewer != terms.payer && participants.rolesOf(reviewer) & dependent == 0,
            NotIndependent(productId, reviewer)
        );
        require(notice != 0, ReasonMissing());

        if (dismiss) {
            emit ChallengeDismissed(policyId, productId, reviewer, notice);
            _settle(policyId, productId, terms, benefit);
            return;
        }
        bool reserved = benefit.reserved;
        (benefit.status, benefit.deadline, benefit.reserved) = (BenefitStatus.Rejected, 0, false);
        benefit.rejectedAt = uint40(block.timestamp);
        _benefits[policyId][productId] = benefit;
        emit BenefitRejected(policyId, productId, reviewer, notice);
        if (reserved) IReserveVault(terms.vault).release(benefit.sum);
    }

    /// @inheritdoc IParametricPolicy
    function benefitOf(uint256 policyId, bytes32 productId) external view returns (ParametricBenefit memory) {
        return _benefits[policyId][productId];
    }

    /// @inheritdoc IParametricPolicy
    function productIdOf(ParametricTerms calldata terms) external pure returns (bytes32) {
        return terms.idOf();
    }

    /// @dev Pays at once, or records why not.
    function _payNow(
        uint256 policyId,
        bytes32 productId,
        ParametricTerms calldata terms,
        ParametricBenefit memory benefit,
        address member
    ) private returns (BenefitStatus) {
        // Stored before the vault pays: a token that calls back finds it paid.
        benefit.status = BenefitStatus.Paid;
        _benefits[policyId][productId] = benefit;
        IReserveVault vault = IReserveVault(terms.vault);
        IReserveVault.AutomaticPayment made = vault.payAutomatically(member, benefit.sum);
        if (made == IReserveVault.AutomaticPayment.Paused) {
            uint40 until = vault.pausedUntil();
            return _record(policyId, productId, terms, benefit, RecordReason.PaymentsPaused, until);
        }
        if (made == IReserveVault.AutomaticPayment.ReserveShort) {
            uint40 now_ = uint40(block.timestamp);
            return _record(policyId, productId, terms, benefit, RecordReason.ReserveShort, now_);
        }
        emit BenefitPaid(policyId, productId, member, benefit.sum);
        return BenefitStatus.Paid;
    }

    function _record(
        uint256 policyId,
        bytes32 productId,
        ParametricTerms calldata terms,
        ParametricBenefit memory benefit,
        RecordReason reason,
        uint40 deadline
    ) private returns (BenefitStatus) {
        (benefit.status, benefit.deadline) = (BenefitStatus.Recorded, deadline);
        benefit.reserved = IReserveVault(terms.vault).reserve(benefit.sum);
        _benefits[policyId][productId] = benefit;
        emit BenefitRecorded(policyId, productId, reason, deadline, benefit.reserved);
        return BenefitStatus.Recorded;
    }

    /// @dev Pays out of what is reserved for the benefit, or out of what is free where nothing could be reserved.
    function _settle(
        uint256 policyId,
        bytes32 productId,
        ParametricTerms calldata terms,
        ParametricBenefit memory benefit
    ) private {
        uint256 fromReserve = benefit.reserved ? benefit.sum : 0;
        address member = policies.policyOf(policyId).member;
        (benefit.status, benefit.deadline, benefit.reserved) = (BenefitStatus.Paid, 0, false);
        _benefits[policyId][productId] = benefit;
        emit BenefitPaid(policyId, productId, member, benefit.sum);
        IReserveVault(terms.vault).pay(member, benefit.sum, fromReserve);
    }

    function _requirePayer(address payer) private view {
        require(participants.resolve(msg.sender, Roles.PAYER) == payer, NotThePayer(payer, msg.sender));
    }

    /// @dev Who pays or decides does not attest.
    function _requireFit(Role role) private pure {
        uint256 number = Role.unwrap(role);
        require(
            number <= Roles.HIGHEST &&
                number != Role.unwrap(Roles.PAYER) &&
                number != Role.unwrap(Roles.INDEPENDENT_REVIEWER),
            UnfitAttesterRole(role)
        );
    }

    /// @dev The observation counts from this day of the benefit on, and its attestation is not too late. After a rejection the time
    /// to attest runs anew: a review may take longer than is left of the first.
    function _requireInTime(
        uint256 day,
        ParametricTerms calldata terms,
        ParametricBenefit memory benefit
    ) private view {
        uint256 firstDay = benefit.firstDay;
        (uint256 from, uint256 to) = (firstDay + terms.waitingDays, firstDay + terms.windowDays);
        require(day >= from && day <= to, OutsideWindow(day, from, to));
        uint256 last = Math.max(day, benefit.rejectedAt / 1 days) + terms.timelyFilingDays;
        require(block.timestamp / 1 days <= last, FiledLate(day, last));
    }

    /// @dev A payer that is not accredited any more still owes: then the member's consent has to count but for that.
    function _requireConsent(address member, address payer) private view {
        (bool permitted, IConsentRegistry.Denial denial) = consents.check(
            member,
            payer,
            Purposes.HPAYMT,
            Categories.COVERAGE_AND_CLAIMS
        );
        if (permitted) return;
        require(
            denial <= IConsentRegistry.Denial.AccreditationExpired &&
                consents.countedAt(
                    member,
                    payer,
                    Purposes.HPAYMT,
                    Categories.COVERAGE_AND_CLAIMS,
                    uint40(block.timestamp)
                ),
            IConsentRegistry.ConsentDenied(member, payer, Purposes.HPAYMT, denial)
        );
    }

    function _requireAttested(
        Attestation calldata attestation,
        uint256 policyId,
        bytes32 productId,
        uint32 observedDay,
        Role role
    ) private view {
        require(attestation.observation != 0, ObservationMissing());
        require(
            attestation.issuedAt >= uint256(observedDay) * 1 days,
            IssuedBeforeObservation(attestation.issuedAt, observedDay)
        );
        _requireSigned(
            attestation.signedBy,
            attestation.hash(policyId, productId, observedDay),
            attestation.issuedAt,
            attestation.deadline,
            attestation.signature
        );
        require(
            participants.resolve(attestation.signedBy, role) == attestation.attester,
            NotTheAttester(attestation.attester, attestation.signedBy)
        );
    }
}
