// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {LockedERC721} from "../utils/LockedERC721.sol";
import {CalendarYear} from "./CalendarYear.sol";
import {IPlanRegistry} from "./IPlanRegistry.sol";
import {IPolicyRegistry} from "./IPolicyRegistry.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {PlanTerms, ServiceFamily, hashOf} from "./PlanTerms.sol";

/// @title PolicyRegistry
/// @notice See {IPolicyRegistry}.
contract PolicyRegistry is IPolicyRegistry, LockedERC721 {
    /// @dev A policy's number has 28 bits in a claim's word.
    uint256 private constant _MOST_POLICIES = 1 << 28;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @notice Where plans are published.
    IPlanRegistry public immutable plans;

    /// @notice Number of policies ever issued: the number of the last.
    uint256 public count;

    mapping(uint256 policyId => Policy) private _policies;
    /// @dev The subject tag, and in the lowest byte the order of coverage.
    mapping(uint256 policyId => mapping(uint256 year => bytes32)) private _subjects;

    /// @inheritdoc IPolicyRegistry
    mapping(uint256 policyId => mapping(address provider => mapping(ServiceFamily family => uint32)))
        public authorizedThrough;

    constructor(IParticipantRegistry participants_, IPlanRegistry plans_) ERC721("CareProof Policy", "CPP") {
        participants = participants_;
        plans = plans_;
    }

    /// @inheritdoc IPolicyRegistry
    function issue(
        PlanTerms calldata terms,
        address member,
        uint32 firstDay,
        uint32 lastDay,
        uint64 dailyPremium
    ) external returns (uint256 policyId) {
        _requirePayer(terms.payer);
        bytes32 planId = hashOf(terms);
        require(plans.publishedAt(planId) != 0, UnknownPlan(planId));
        require(firstDay >= _today() && firstDay <= lastDay, InvalidPeriod(firstDay, lastDay));
        require(member == address(0) || balanceOf(member) == 0, MemberHasPolicy(member));

        policyId = ++count;
        require(policyId < _MOST_POLICIES, TooManyPolicies());
        uint32 paidThrough = dailyPremium == 0 ? lastDay : firstDay - 1;
        _policies[policyId] = Policy(member, firstDay, lastDay, paidThrough, planId, dailyPremium);
        _mint(member, policyId);
        emit PolicyIssued(policyId, planId, member, firstDay, lastDay, dailyPremium, msg.sender);
    }

    /// @inheritdoc IPolicyRegistry
    function payPremium(uint256 policyId, PlanTerms calldata terms, uint32 paidThrough) external {
        Policy storage policy = _policyWith(policyId, terms);
        uint32 paid = policy.paidThrough;
        require(paidThrough > paid && paidThrough <= policy.lastDay, WrongPremiumPeriod(policyId, paidThrough));
        require(_today() <= uint256(paid) + terms.graceDays, PolicyLapsed(policyId, paid));

        uint256 amount = uint256(policy.dailyPremium) * (paidThrough - paid);
        policy.paidThrough = paidThrough;
        emit PremiumPaid(policyId, msg.sender, amount, paidThrough);
        IReserveVault(terms.vault).receivePremium(msg.sender, amount, paid + 1, paidThrough);
    }

    /// @inheritdoc IPolicyRegistry
    function cancel(uint256 policyId, PlanTerms calldata terms, uint32 lastDay) external {
        Policy storage policy = _policyWith(policyId, terms);
        Policy memory before = policy;
        if (msg.sender != before.member) {
            (address principal, IParticipantRegistry.Standing standing) = participants.tryResolve(
                msg.sender,
                Roles.PAYER
            );
            require(
                principal == terms.payer && standing == IParticipantRegistry.Standing.Good,
                NotPartyTo(policyId, msg.sender)
            );
        }
        require(lastDay >= _today() && lastDay < before.lastDay, WrongCancellation(policyId, lastDay));

        policy.lastDay = lastDay;
        // Cover that had not begun is gone whole.
        uint32 kept = lastDay < before.firstDay ? before.firstDay - 1 : lastDay;
        if (before.dailyPremium == 0 || before.paidThrough <= kept) {
            emit PolicyCancelled(policyId, lastDay, 0, msg.sender);
            return;
        }
        // The premium is the same for each day, so what is left of all payments goes back as if it were one.
        uint256 refund = uint256(before.dailyPremium) * (before.paidThrough - kept);
        policy.paidThrough = kept;
        emit PolicyCancelled(policyId, lastDay, refund, msg.sender);
        IReserveVault(terms.vault).refundPremium(before.member, refund, kept + 1, before.paidThrough, kept + 1);
    }

    /// @inheritdoc IPolicyRegistry
    function declareSubjectTag(uint256 policyId, uint256 year, bytes31 subjectTag, uint8 order) external {
        participants.resolve(msg.sender, Roles.ENROLMENT_AUTHORITY);
        _requireOwned(policyId);
        require(subjectTag != 0 && _subjects[policyId][year] == 0, WrongSubjectTag(policyId, year));

        _subjects[policyId][year] = subjectTag | bytes32(uint256(order));
        emit SubjectTagDeclared(policyId, year, subjectTag, msg.sender);
        if (order != 0) emit OrderDeclared(policyId, year, order, msg.sender);
    }

    /// @inheritdoc IPolicyRegistry
    function declareOrder(uint256 policyId, uint256 year, uint8 order) external {
        participants.resolve(msg.sender, Roles.ENROLMENT_AUTHORITY);
        bytes31 subjectTag = bytes31(_subjects[policyId][year]);
        require(subjectTag != 0, WrongSubjectTag(policyId, year));

        _subjects[policyId][year] = subjectTag | bytes32(uint256(order));
        emit OrderDeclared(policyId, year, order, msg.sender);
    }

    /// @inheritdoc IPolicyRegistry
    function authorize(
        uint256 policyId,
        PlanTerms calldata terms,
        address provider,
        ServiceFamily family,
        uint32 throughDay
    ) external {
        _policyWith(policyId, terms);
        _requirePayer(terms.payer);

        authorizedThrough[policyId][provider][family] = throughDay;
        emit Authorized(policyId, provider, family, throughDay, msg.sender);
    }

    /// @inheritdoc IPolicyRegistry
    function coverOn(uint256 policyId, uint256 day, uint256 graceDays) external view returns (Cover memory cover) {
        Policy storage policy = _policies[policyId];
        (cover.member, cover.firstDay, cover.planId) = (policy.member, policy.firstDay, policy.planId);
        bytes32 subject = _subjects[policyId][CalendarYear.yearOf(day)];
        (cover.subjectTag, cover.order) = (bytes31(subject), uint8(uint256(subject)));
        uint256 paidThrough = policy.paidThrough;
        if (cover.member == address(0) || day < cover.firstDay || day > policy.lastDay) {
            cover.status = CoverStatus.NotInForce;
        } else if (day <= paidThrough) {
            cover.status = CoverStatus.InForce;
        } else {
            cover.status = _today() <= paidThrough + graceDays ? CoverStatus.InGrace : CoverStatus.Lapsed;
        }
    }

    /// @inheritdoc IPolicyRegistry
    function policyOf(uint256 policyId) external view returns (Policy memory) {
        return _policies[policyId];
    }

    /// @inheritdoc IPolicyRegistry
    function subjectTagOf(uint256 policyId, uint256 year) external view returns (bytes31) {
        return bytes31(_subjects[policyId][year]);
    }

    /// @inheritdoc IPolicyRegistry
    function orderOf(uint256 policyId, uint256 year) external view returns (uint8) {
        return uint8(uint256(_subjects[policyId][year]));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(LockedERC721, IERC165) returns (bool) {
        return super.supportsInterface(interfaceId);
    }

    function _policyWith(uint256 policyId, PlanTerms calldata terms) private view returns (Policy storage policy) {
        policy = _policies[policyId];
        require(policy.member != address(0) && policy.planId == hashOf(terms), NotThePlan(policyId, policy.planId));
    }

    function _requirePayer(address payer) private view {
        require(participants.resolve(msg.sender, Roles.PAYER) == payer, NotThePayer(payer, msg.sender));
    }

    function _today() private view returns (uint32) {
        return uint32(block.timestamp / 1 days);
    }
}
