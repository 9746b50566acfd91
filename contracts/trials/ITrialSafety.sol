// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITrialRegistry} from "./ITrialRegistry.sol";

/// @title ITrialSafety
/// @notice Serious adverse events of a trial, and whether the sponsor reported each to the authority in time (21 CFR 312.32(c)).
/// @dev An event is a salted commitment. What an observer learns: how many serious events a trial has, when each was reported and
/// by whom, and which were fatal or life-threatening; nothing about the subject. What it does not prove: that every event is here,
/// or that the sponsor became aware when it says; an event that a site reports is known to the sponsor from that block on.
interface ITrialSafety {
    /// @notice How long the sponsor has to report an event.
    /// @param FatalOrLifeThreatening An unexpected fatal or life-threatening suspected adverse reaction: 7 days.
    /// @param Serious Another serious and unexpected suspected adverse reaction: 15 days.
    enum SeriousKind {
        FatalOrLifeThreatening,
        Serious
    }

    /// @notice An event as stored. One slot.
    /// @param reporter The sponsor or the site that reported it here; zero where it was not.
    /// @param dueAt The last second at which the authority is told in time (unix seconds).
    /// @param expeditedAt When the sponsor said that the authority was told (unix seconds), or zero.
    /// @param kind How long the sponsor has.
    /// @param late Whether it was counted as late.
    struct SafetyEvent {
        address reporter;
        uint40 dueAt;
        uint40 expeditedAt;
        SeriousKind kind;
        bool late;
    }

    /// @notice A trial's events, counted. Nothing of it is ever taken back.
    /// @param reported Number of events.
    /// @param expedited Number of them of which the authority was told.
    /// @param late Number of them that were late, told of or not, as far as somebody counted them.
    struct SafetyFacts {
        uint32 reported;
        uint32 expedited;
        uint32 late;
    }

    /// @notice Emitted when a serious event is reported here.
    /// @param awareAt When the reporter became aware of it (unix seconds), as it says.
    event SeriousEventReported(
        bytes32 indexed trialId,
        bytes32 indexed event_,
        address indexed reporter,
        SeriousKind kind,
        uint40 awareAt,
        uint40 dueAt,
        address operator
    );
    /// @notice Emitted when the sponsor says that the authority was told of an event.
    event SeriousEventExpedited(bytes32 indexed trialId, bytes32 indexed event_, bool late, address operator);
    /// @notice Emitted when an event is counted as overdue that the authority was not told of.
    event OverdueEventCounted(bytes32 indexed trialId, bytes32 indexed event_);

    /// @notice Thrown when the reporter would have become aware later than now (unix seconds).
    error AwareInFuture(uint40 awareAt);
    /// @notice Thrown when the event was reported before.
    error EventReportedBefore(bytes32 trialId, bytes32 event_);
    /// @notice Thrown when no such event was reported.
    error UnknownEvent(bytes32 trialId, bytes32 event_);
    /// @notice Thrown when the sponsor told the authority of the event before.
    error ExpeditedBefore(bytes32 trialId, bytes32 event_);
    /// @notice Thrown when the authority was told of the event, or there is time to until `dueAt` (unix seconds).
    error NotOverdue(bytes32 trialId, bytes32 event_, uint40 dueAt);
    /// @notice Thrown when the event was counted as late before.
    error LateBefore(bytes32 trialId, bytes32 event_);

    /// @notice How long the sponsor has to tell the authority of an event of a kind (seconds).
    function reportingPeriod(SeriousKind kind) external pure returns (uint40);

    /// @notice Reports a serious event. The sponsor's time runs from `awareAt` where the sponsor reports, and from now where a site
    /// does: that is when the sponsor is told.
    /// @param event_ Salted commitment of the event.
    /// @param awareAt When the reporter became aware of it (unix seconds).
    /// @dev Caller: the sponsor, or a key that acts for it in TRIAL_SPONSOR; or a site that is appointed as Investigator, or a key that
    /// acts for it in INVESTIGATOR_SITE. Reverts: `NotInGoodStanding`, `NotAppointed`, `CommitmentMissing`, {AwareInFuture},
    /// {EventReportedBefore}.
    function report(bytes32 trialId, bytes32 event_, SeriousKind kind, uint40 awareAt) external;

    /// @notice Says that the authority was told of an event; counts it as late where it was due before.
    /// @dev Caller: the sponsor, or a key that acts for it in TRIAL_SPONSOR. Reverts: `NotTheSponsor`, `NotInGoodStanding`,
    /// {UnknownEvent}, {ExpeditedBefore}.
    function expedite(bytes32 trialId, bytes32 event_) external;

    /// @notice Counts an event as late that is due and of which the authority was not told, so that silence counts as well.
    /// @dev Caller: anyone. Reverts: {UnknownEvent}, {NotOverdue}, {LateBefore}.
    function countOverdue(bytes32 trialId, bytes32 event_) external;

    /// @notice Whether an event is due, and the authority was not told.
    function isOverdue(bytes32 trialId, bytes32 event_) external view returns (bool);

    /// @notice An event as stored; all zero where there is none.
    function eventOf(bytes32 trialId, bytes32 event_) external view returns (SafetyEvent memory);

    /// @notice A trial's events, counted.
    function safetyOf(bytes32 trialId) external view returns (SafetyFacts memory);

    /// @notice The trials.
    function trials() external view returns (ITrialRegistry);
}
