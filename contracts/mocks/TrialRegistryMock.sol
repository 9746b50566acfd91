// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Phase, Subject, TrialFacts, TrialRole} from "../trials/TrialTypes.sol";

/// @title TrialRegistryMock
/// @notice Stand-in until the registry is merged.
contract TrialRegistryMock {
    /// @notice Stand-in.
    IParticipantRegistry public immutable participants;
    mapping(bytes32 => TrialFacts) private _facts;
    mapping(bytes32 => mapping(bytes32 => Subject)) private _subjects;
    mapping(bytes32 => mapping(TrialRole => mapping(address => bool))) private _appointed;
    /// @notice Stand-in.
    uint40 public outdatedFrom = type(uint40).max;

    constructor(IParticipantRegistry participants_) {
        participants = participants_;
    }

    /// @notice Stand-in.
    function setTrial(bytes32 trialId, address sponsor, Phase phase, uint8 unlocks) external {
        _facts[trialId].sponsor = sponsor;
        _facts[trialId].phase = phase;
        _facts[trialId].unlocks = unlocks;
    }

    /// @notice Stand-in.
    function setSubject(bytes32 trialId, bytes32 subject, Subject calldata value) external {
        _subjects[trialId][subject] = value;
    }

    /// @notice Stand-in.
    function setOutdatedFrom(uint40 value) external {
        outdatedFrom = value;
    }

    /// @notice Stand-in.
    function appoint(bytes32 trialId, TrialRole role, address participant, bool value) external {
        _appointed[trialId][role][participant] = value;
    }

    /// @notice Stand-in.
    function factsOf(bytes32 trialId) external view returns (TrialFacts memory) {
        return _facts[trialId];
    }

    /// @notice Stand-in.
    function subjectOf(bytes32 trialId, bytes32 subject) external view returns (Subject memory) {
        return _subjects[trialId][subject];
    }

    /// @notice Stand-in.
    function isAppointed(bytes32 trialId, TrialRole role, address participant, uint40) external view returns (bool) {
        return _appointed[trialId][role][participant];
    }

    /// @notice Stand-in.
    function dataEntry(
        bytes32 trialId,
        TrialRole role,
        address participant
    ) external view returns (Phase phase, bool appointed, uint8 unlocks) {
        return (_facts[trialId].phase, _appointed[trialId][role][participant], _facts[trialId].unlocks);
    }

    /// @notice Stand-in.
    function consentOutdated(bytes32, bytes32, uint40 time) external view returns (bool) {
        return time >= outdatedFrom;
    }
}
