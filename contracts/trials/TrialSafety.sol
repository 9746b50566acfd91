// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";
import {ITrialSafety} from "./ITrialSafety.sol";
import {TrialRole} from "./TrialTypes.sol";

/// @title TrialSafety
/// @notice See {ITrialSafety}.
contract TrialSafety is ITrialSafety {
    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @inheritdoc ITrialSafety
    ITrialRegistry public immutable trials;

    mapping(bytes32 trialId => mapping(bytes32 event_ => SafetyEvent)) private _events;
    mapping(bytes32 trialId => SafetyFacts) private _facts;

    constructor(ITrialRegistry trials_) {
        participants = trials_.participants();
        trials = trials_;
    }

    /// @inheritdoc ITrialSafety
    function report(bytes32 trialId, bytes32 event_, SeriousKind kind, uint40 awareAt) external {
        (address reporter, bool isSponsor) = _reporterIn(trialId);
        require(event_ != 0, ITrialRegistry.CommitmentMissing());
        require(awareAt <= block.timestamp, AwareInFuture(awareAt));
        require(_events[trialId][event_].reporter == address(0), EventReportedBefore(trialId, event_));

        uint40 dueAt = (isSponsor ? awareAt : uint40(block.timestamp)) + reportingPeriod(kind);
        _events[trialId][event_] = SafetyEvent(reporter, dueAt, 0, kind, false);
        ++_facts[trialId].reported;
        emit SeriousEventReported(trialId, event_, reporter, kind, awareAt, dueAt, msg.sender);
    }

    /// @inheritdoc ITrialSafety
    function expedite(bytes32 trialId, bytes32 event_) external {
        require(
            participants.resolve(msg.sender, Roles.TRIAL_SPONSOR) == trials.factsOf(trialId).sponsor,
            ITrialRegistry.NotTheSponsor(trialId, msg.sender)
        );
        SafetyEvent memory stored = _reported(trialId, event_);
        require(stored.expeditedAt == 0, ExpeditedBefore(trialId, event_));

        bool late = block.timestamp > stored.dueAt;
        SafetyFacts storage facts = _facts[trialId];
        ++facts.expedited;
        if (late && !stored.late) ++facts.late;
        (stored.expeditedAt, stored.late) = (uint40(block.timestamp), late);
        _events[trialId][event_] = stored;
        emit SeriousEventExpedited(trialId, event_, late, msg.sender);
    }

    /// @inheritdoc ITrialSafety
    function countOverdue(bytes32 trialId, bytes32 event_) external {
        SafetyEvent memory stored = _reported(trialId, event_);
        require(!stored.late, LateBefore(trialId, event_));
        require(_isOverdue(stored), NotOverdue(trialId, event_, stored.dueAt));

        _events[trialId][event_].late = true;
        ++_facts[trialId].late;
        emit OverdueEventCounted(trialId, event_);
    }

    /// @inheritdoc ITrialSafety
    function isOverdue(bytes32 trialId, bytes32 event_) external view returns (bool) {
        SafetyEvent memory stored = _events[trialId][event_];
        return stored.reporter != address(0) && _isOverdue(stored);
    }

    /// @inheritdoc ITrialSafety
    function eventOf(bytes32 trialId, bytes32 event_) external view returns (SafetyEvent memory) {
        return _events[trialId][event_];
    }

    /// @inheritdoc ITrialSafety
    function safetyOf(bytes32 trialId) external view returns (SafetyFacts memory) {
        return _facts[trialId];
    }

    /// @inheritdoc ITrialSafety
    function reportingPeriod(SeriousKind kind) public pure returns (uint40) {
        return kind == SeriousKind.FatalOrLifeThreatening ? 7 days : 15 days;
    }

    /// @dev The sponsor or the site for which the caller acts.
    function _reporterIn(bytes32 trialId) private view returns (address reporter, bool isSponsor) {
        IParticipantRegistry.Standing standing;
        (reporter, standing) = participants.tryResolve(msg.sender, Roles.TRIAL_SPONSOR);
        if (standing == IParticipantRegistry.Standing.Good && reporter == trials.factsOf(trialId).sponsor) {
            return (reporter, true);
        }
        reporter = participants.resolve(msg.sender, Roles.INVESTIGATOR_SITE);
        require(
            trials.isAppointed(trialId, TrialRole.Investigator, reporter, uint40(block.timestamp)),
            ITrialRegistry.NotAppointed(trialId, TrialRole.Investigator, reporter)
        );
    }

    function _reported(bytes32 trialId, bytes32 event_) private view returns (SafetyEvent memory stored) {
        stored = _events[trialId][event_];
        require(stored.reporter != address(0), UnknownEvent(trialId, event_));
    }

    function _isOverdue(SafetyEvent memory stored) private view returns (bool) {
        return stored.expeditedAt == 0 && block.timestamp > stored.dueAt;
    }
}
