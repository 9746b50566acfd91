// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";
import {TrialEnrolment} from "./TrialEnrolment.sol";
import {ElectronicSignature, Halt, Phase, ProtocolVersion, TrialRole, TrialTypes} from "./TrialTypes.sol";

/// @title TrialConduct
/// @notice Who does what in a trial, how it is halted, and how its data are locked and unblinded.
abstract contract TrialConduct is TrialEnrolment {
    /// @inheritdoc ITrialRegistry
    function appoint(bytes32 trialId, TrialRole role, address participant, uint40 from, uint40 until) external {
        Head storage head = _requireSponsor(trialId);
        _requirePhase(trialId, head.phase, head.phase != Phase.Closed);
        require(participant != head.sponsor, NotIndependent(trialId, participant));
        Appointment storage appointment = _appointments[trialId][role][participant];
        bool isFirst = appointment.until == 0;
        bool isOver = appointment.until <= block.timestamp;
        bool isRunning = !isOver && appointment.from <= block.timestamp;
        require(
            from < until &&
                block.timestamp < until &&
                (isRunning ? from == appointment.from : isFirst || from >= block.timestamp),
            InvalidPeriod(from, until)
        );
        _requireAccredited(participant, _kernelRole(role));

        // One that never began is not kept.
        if (isOver && appointment.from < appointment.until) {
            (appointment.previousFrom, appointment.previousUntil) = (appointment.from, appointment.until);
        }
        (appointment.from, appointment.until) = (from, until);
        emit Appointed(trialId, role, participant, from, until);
    }

    /// @inheritdoc ITrialRegistry
    function dismiss(bytes32 trialId, TrialRole role, address participant) external {
        _requireSponsor(trialId);
        Appointment storage appointment = _appointments[trialId][role][participant];
        require(block.timestamp < appointment.until, NotAppointed(trialId, role, participant));
        appointment.until = uint40(block.timestamp);
        emit Dismissed(trialId, role, participant);
    }

    /// @inheritdoc ITrialRegistry
    function closeEnrolment(bytes32 trialId) external {
        Head storage head = _requireSponsor(trialId);
        _requirePhase(trialId, head.phase, head.phase == Phase.Recruiting);
        head.phase = Phase.Active;
        emit EnrolmentClosed(trialId);
    }

    /// @inheritdoc ITrialRegistry
    function suspend(bytes32 trialId, bytes32 reason) external {
        (Head storage head, Oversight storage oversight, address by) = _requireOverseer(trialId);
        _requireHaltable(trialId, head, reason);
        // Who is independent of the sponsor takes its suspension over, and the ethics board everybody's.
        address before = oversight.suspendedBy;
        require(
            head.halt == Halt.None || (by != head.sponsor && (before == head.sponsor || by == oversight.board)),
            WrongHalt(trialId, head.halt)
        );

        (head.halt, oversight.suspendedBy) = (Halt.Suspended, by);
        emit TrialSuspended(trialId, by, reason);
    }

    /// @inheritdoc ITrialRegistry
    function resume(bytes32 trialId) external {
        (Head storage head, Oversight storage oversight, address by) = _requireOverseer(trialId);
        require(head.halt == Halt.Suspended, WrongHalt(trialId, head.halt));
        require(by == oversight.suspendedBy || by == oversight.board, NotOverseer(trialId, msg.sender));

        (head.halt, oversight.suspendedBy) = (Halt.None, address(0));
        emit TrialResumed(trialId, by);
    }

    /// @inheritdoc ITrialRegistry
    function terminate(bytes32 trialId, bytes32 reason) external {
        (Head storage head, , address by) = _requireOverseer(trialId);
        _requireHaltable(trialId, head, reason);

        head.halt = Halt.Terminated;
        emit TrialTerminated(trialId, by, reason);
    }

    /// @inheritdoc ITrialRegistry
    function lock(bytes32 trialId, bytes32 dataset) external {
        Head storage head = _requireSponsor(trialId);
        Phase phase = head.phase;
        _requirePhase(trialId, phase, phase == Phase.Recruiting || phase == Phase.Active);
        _requireCommitment(dataset);

        head.phase = Phase.Locked;
        _closings[trialId].lockedAt = uint40(block.timestamp);
        emit DataLocked(trialId, dataset);
    }

    /// @inheritdoc ITrialRegistry
    function unlock(
        bytes32 trialId,
        bytes32 reason,
        ElectronicSignature calldata dataManager,
        ElectronicSignature calldata safetyBoard
    ) external {
        Head storage head = _heads[trialId];
        _requirePhase(trialId, head.phase, head.phase == Phase.Locked);
        _requireCommitment(reason);
        uint40 lockedAt = _closings[trialId].lockedAt;
        uint8 unlocks = head.unlocks;
        bytes32 object = TrialTypes.unlockOf(reason, lockedAt, unlocks);
        address manager = _requireAppointedApproval(trialId, object, lockedAt, TrialRole.DataManager, dataManager);
        address board = _requireAppointedApproval(trialId, object, lockedAt, TrialRole.SafetyBoard, safetyBoard);
        require(manager != board, NotIndependent(trialId, board));

        (head.phase, head.unlocks) = (Phase.Active, unlocks + 1);
        emit DataUnlocked(trialId, manager, board, reason, unlocks + 1);
    }

    /// @inheritdoc ITrialRegistry
    function unblind(bytes32 trialId) external {
        Head storage head = _requireSponsor(trialId);
        _requirePhase(trialId, head.phase, head.phase == Phase.Locked);
        mapping(uint256 => ProtocolVersion) storage versions = _versions[trialId];
        require(versions[head.approvedVersion].hasStatisticalAnalysisPlan, StatisticalAnalysisPlanMissing(trialId));

        head.phase = Phase.Unblinded;
        _closings[trialId].unblindedAt = uint40(block.timestamp);
        ProtocolVersion storage judged = versions[_progress[trialId].judgedVersion];
        // At least one, at most 256 bits.
        _unreported[trialId] = type(uint256).max >> (256 - judged.primaries - judged.others);
        emit TrialUnblinded(trialId);
    }

    /// @dev The participant behind the caller that oversees the trial.
    function _requireOverseer(
        bytes32 trialId
    ) private view returns (Head storage head, Oversight storage oversight, address by) {
        (head, oversight) = (_heads[trialId], _oversight[trialId]);
        by = head.sponsor;
        if (_actsFor(by, msg.sender, Roles.TRIAL_SPONSOR)) return (head, oversight, by);
        by = oversight.board;
        if (_actsFor(by, msg.sender, Roles.ETHICS_BOARD)) return (head, oversight, by);
        by = participants.principalOf(msg.sender);
        require(
            _actsFor(by, msg.sender, Roles.DATA_MONITORING_COMMITTEE) &&
                _isAppointed(trialId, TrialRole.SafetyBoard, by),
            NotOverseer(trialId, msg.sender)
        );
    }

    function _requireHaltable(bytes32 trialId, Head storage head, bytes32 reason) private view {
        _requirePhase(trialId, head.phase, head.phase < Phase.Locked);
        require(head.halt != Halt.Terminated, WrongHalt(trialId, head.halt));
        _requireCommitment(reason);
    }

    function _requireAppointedApproval(
        bytes32 trialId,
        bytes32 object,
        uint40 earliest,
        TrialRole role,
        ElectronicSignature calldata approval
    ) private returns (address participant) {
        participant = _requireApproval(trialId, object, earliest, _kernelRole(role), approval);
        require(_isAppointed(trialId, role, participant), NotAppointed(trialId, role, participant));
        emit UnlockSigned(trialId, role, participant, approval.signer, approval.signerName, approval.signedAt);
    }

    function _requireAccredited(address participant, Role role) private view {
        // A key of an organisation is not the organisation.
        require(
            participants.resolve(participant, role) == participant,
            IParticipantRegistry.NotInGoodStanding(participant, role, IParticipantRegistry.Standing.Unaccredited)
        );
    }
}
