// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITrialData} from "../../../contracts/trials/ITrialData.sol";
import {ITrialRegistry} from "../../../contracts/trials/ITrialRegistry.sol";
import {
    ElectronicSignature,
    Enrolment,
    EnrolmentList,
    Halt,
    OutcomeLeaf,
    Phase,
    SignatureMeaning,
    TrialFacts,
    TrialRole,
    Withdrawal
} from "../../../contracts/trials/TrialTypes.sol";
import {vm} from "../Vm.sol";
import {TrialsWorld} from "./TrialsWorld.sol";

/// @title TrialsHandler
/// @notice Everyone around two trials, in any order: registered, approved, amended, halted, locked, unlocked, unblinded, reported and closed;
/// subjects enrolled one by one and as lists, consenting again, withdrawing, unblinded; batches and convictions. Who acts and when it
/// was signed is drawn, so that each act is also tried by those who may not and when nobody may. Beside it a plain model of the rules.
contract TrialsHandler is TrialsWorld {
    uint256 private constant _MOST_VERSIONS = 6;
    uint256 private constant _MOST_BATCHES = 16;

    /// @notice A trial as the model has it.
    /// @param variants The protocol of each version, the first being 1.
    /// @param approvedAt When each was approved, or zero.
    struct Model {
        uint256[] variants;
        uint40[] approvedAt;
        address suspendedBy;
        bool locked;
        uint40 earliestSignedAt;
        uint256 judged;
        uint256 enrolled;
        uint256 withdrawn;
        uint256 unblinded;
        uint256 unlocks;
        uint256 lateBatches;
        uint256 violations;
        uint256 reportedPrimaries;
        uint256 reportedOthers;
        uint256 unregistered;
        bool misdeclared;
        bool amendedAfterUnblinding;
    }

    /// @notice A subject as the model has it.
    struct Person {
        address site;
        uint40 signedAt;
        uint40 consentedAt;
        uint8 version;
        uint40 withdrawnAt;
        bool unblinded;
    }

    /// @notice A batch of one row.
    struct Batch {
        uint256 trial;
        address writer;
        uint64 sequence;
        bytes32 root;
        uint256 subject;
        uint40 capturedAt;
        bool convicted;
    }

    /// @notice What happened, by what was done and what came of it, for the test of the tests.
    mapping(string outcome => uint256) public outcomes;
    /// @notice What went wrong in an act, or empty.
    string public broken;
    uint256 public acts;
    Batch[] public batches;
    mapping(uint256 trial => mapping(uint256 subject => Person)) public persons;

    Model[TRIALS] private _models;
    mapping(uint256 trial => mapping(address writer => uint64)) private _sequences;
    ElectronicSignature[] private _unlockedBy;

    modifier act() {
        vm.warp(time);
        ++acts;
        _;
    }

    function modelOf(uint256 trial) external view returns (Model memory) {
        return _models[trial];
    }

    function batchCount() external view returns (uint256) {
        return batches.length;
    }

    /* THE LIFE OF A TRIAL */

    /// @notice Mostly what comes next in the trial's life, by its sponsor; or anything, by anybody.
    function step(uint256 seed) external act {
        _step(seed);
    }

    /// @notice Three such steps: what comes next is to come more often than what may come at any time.
    function steps(uint256 seed) external act {
        for (uint256 i = 0; i < 3; ++i) _step(uint256(keccak256(abi.encode(seed, i))));
    }

    function _step(uint256 seed) private {
        uint256 trial = _drawTrial(seed);
        TrialFacts memory before = registry.factsOf(trialIdAt(trial));
        uint256 choice = _draw(seed, "anything", 5) == 0 ? _draw(seed, "what", 11) : _next(before.phase, seed);
        address by =
            _draw(seed, "who", 8) == 0
                ? [sponsors[1 - trial], sites[0], stranger][_draw(seed, "wrong", 3)]
                : sponsors[trial];
        bool bySponsor = before.phase != Phase.None && by == sponsors[trial];
        if (choice == 0) _register(trial, before, seed);
        else if (choice == 1) _approve(trial, before, seed);
        else if (choice == 2) {
            bool may = bySponsor && before.phase == Phase.Recruiting;
            _expect(_try(by, abi.encodeCall(registry.closeEnrolment, (trialIdAt(trial)))), may, "enrolment closed");
        } else if (choice == 3) _lock(trial, before, by, bySponsor);
        else if (choice == 4) _unlock(trial, before, seed);
        else if (choice == 5) {
            bool hasPlan = before.approvedVersion != 0 && _models[trial].variants[before.approvedVersion - 1] & 4 == 0;
            bool may = bySponsor && before.phase == Phase.Locked && hasPlan;
            _expect(_try(by, abi.encodeCall(registry.unblind, (trialIdAt(trial)))), may, "unblinded");
        } else if (choice == 6) _report(trial, before, by, bySponsor, seed);
        else if (choice == 7) {
            bool may = bySponsor && _isReporting(before.phase);
            bytes memory call = abi.encodeCall(registry.reportUnregistered, (trialIdAt(trial), keccak256("result")));
            if (_expect(_try(by, call), may, "unregistered result")) ++_models[trial].unregistered;
        } else if (choice == 8) {
            bool may = bySponsor && _isReporting(before.phase);
            _expect(_try(by, abi.encodeCall(registry.close, (trialIdAt(trial)))), may, "closed");
        } else if (choice == 9) _amend(trial, before, by, bySponsor, seed);
        else _misdeclare(trial, before, seed);
        _compare(trial, before);
    }

    function _next(Phase phase, uint256 seed) private pure returns (uint256) {
        uint256 drawn = _draw(seed, "next", 4);
        if (phase == Phase.None) return 0;
        if (phase == Phase.Registered) return drawn == 0 ? 9 : 1;
        if (phase == Phase.Approved) return drawn == 0 ? 9 : 1;
        if (phase == Phase.Recruiting) return [uint256(9), 1, 9, 2 + _draw(seed, "end", 2)][drawn];
        if (phase == Phase.Active) return [uint256(1), 9, 2, 3][drawn];
        if (phase == Phase.Locked) return [uint256(4), 4, 5, 5][drawn];
        if (phase == Phase.Unblinded) return [uint256(6), 6, 7, 9][drawn];
        return [uint256(6), 8, 10, 8][drawn];
    }

    function _register(uint256 trial, TrialFacts memory before, uint256 seed) private {
        uint256 variant = _drawVariant(seed);
        bytes memory call = abi.encodeCall(registry.register, (_number(trial), _protocol(variant)));
        if (!_expect(_try(sponsors[trial], call), before.phase == Phase.None, "registered")) return;
        _models[trial].variants.push(variant);
        _models[trial].approvedAt.push(0);
        // Who could be appointed at once is, mostly.
        for (uint256 i = 0; i < 5; ++i) if (_draw(seed, "appointed", 6 + i) != 0) _appoint(trial, i, time, 300 days);
    }

    function _amend(uint256 trial, TrialFacts memory before, address by, bool bySponsor, uint256 seed) private {
        Model storage model = _models[trial];
        if (before.version == 0 || before.version == _MOST_VERSIONS) return;
        uint256 current = model.variants[before.version - (_draw(seed, "stale", 8) == 0 && before.version > 1 ? 2 : 1)];
        uint256 next = _drawVariant(seed);
        bool may =
            bySponsor &&
                before.phase != Phase.Closed &&
                current == model.variants[before.version - 1] &&
                current != next;
        bytes memory call = abi.encodeCall(
            registry.amend,
            (trialIdAt(trial), _protocol(current), _protocol(next), keccak256("reason"))
        );
        if (!_expect(_try(by, call), may, "amended")) return;
        model.variants.push(next);
        model.approvedAt.push(0);
        if (before.phase >= Phase.Unblinded) model.amendedAfterUnblinding = true;
        if (_draw(seed, "at once", 2) == 0) _approve(trial, registry.factsOf(trialIdAt(trial)), seed);
    }

    function _approve(uint256 trial, TrialFacts memory before, uint256 seed) private {
        Model storage model = _models[trial];
        if (before.version == 0) return;
        uint256 variant = model.variants[before.version - 1];
        if (_draw(seed, "other object", 10) == 0) variant ^= 8;
        address board = _draw(seed, "who signs", 8) == 0 ? sponsors[1 - trial] : boards[_draw(seed, "board", 6) / 5];
        SignatureMeaning meaning =
            _draw(seed, "meaning", 10) == 0 ? SignatureMeaning.Review : SignatureMeaning.Approval;
        bool may =
            before.phase != Phase.Closed &&
                before.version != before.approvedVersion &&
                variant == model.variants[before.version - 1] &&
                meaning == SignatureMeaning.Approval &&
                board != sponsors[1 - trial] &&
                (before.halt == Halt.None || before.board == address(0) || board == before.board);
        ElectronicSignature memory approval = _approval(trialIdAt(trial), _versionHash(variant), board, meaning);
        bytes memory call = abi.encodeCall(registry.approve, (trialIdAt(trial), approval));
        if (_expect(_try(stranger, call), may, "approved")) model.approvedAt[before.version - 1] = time;
    }

    function _lock(uint256 trial, TrialFacts memory before, address by, bool bySponsor) private {
        bool may = bySponsor && (before.phase == Phase.Recruiting || before.phase == Phase.Active);
        bytes memory call = abi.encodeCall(registry.lock, (trialIdAt(trial), keccak256("data set")));
        if (_expect(_try(by, call), may, "locked")) _models[trial].locked = true;
    }

    /// @dev Signed now by the two who may, by one of them twice, by others, over another lock; or with signatures that unlocked before.
    function _unlock(uint256 trial, TrialFacts memory before, uint256 seed) private {
        bytes32 trialId = trialIdAt(trial);
        uint256 kind = _draw(seed, "unlock", 9);
        (address first, address second) = (kind == 0 ? safetyBoard : manager_, kind == 1 ? manager_ : safetyBoard);
        if (kind == 2) second = sponsors[trial];
        bytes32 reason = keccak256("reason");
        bytes32 object = _unlockObject(reason, kind == 3 ? before.lockedAt + 1 : before.lockedAt, before.unlocks);
        ElectronicSignature memory byFirst = _approval(trialId, object, first, SignatureMeaning.Approval);
        ElectronicSignature memory bySecond = _approval(trialId, object, second, SignatureMeaning.Approval);
        if (kind == 4 && _unlockedBy.length != 0) (byFirst, bySecond) = (_unlockedBy[0], _unlockedBy[1]);
        bool may =
            before.phase == Phase.Locked &&
                kind > (_unlockedBy.length == 0 ? 3 : 4) &&
                registry.isAppointed(trialId, TrialRole.DataManager, manager_, time) &&
                registry.isAppointed(trialId, TrialRole.SafetyBoard, safetyBoard, time);
        bytes memory call = abi.encodeCall(registry.unlock, (trialId, reason, byFirst, bySecond));
        if (!_expect(_try(stranger, call), may, "unlocked")) return;
        delete _unlockedBy;
        _unlockedBy.push(byFirst);
        _unlockedBy.push(bySecond);
        _models[trial].locked = false;
        ++_models[trial].unlocks;
    }

    function _report(uint256 trial, TrialFacts memory before, address by, bool bySponsor, uint256 seed) private {
        Model storage model = _models[trial];
        if (before.version == 0) return;
        uint256 version =
            before.judgedVersion == 0 || _draw(seed, "version", 4) == 0
                ? 1 + _draw(seed, "which version", before.version)
                : before.judgedVersion;
        uint256 variant = model.variants[version - 1];
        (bool isPrimary, uint256 index) = (_draw(seed, "primary", 2) == 0, _draw(seed, "index", 2));
        OutcomeLeaf memory outcome = _outcome(variant & 3, isPrimary, index);
        bool may =
            bySponsor &&
                _isReporting(before.phase) &&
                variant == model.variants[model.judged - 1] &&
                index < outcome.count &&
                !(variant & 3 == 3 && !isPrimary && index == 1);
        bytes memory call = abi.encodeCall(
            registry.reportOutcome,
            (
                trialIdAt(trial),
                _documentsHash(variant),
                _protocol(variant).outcomes,
                outcome,
                _outcomeProof(variant & 3, isPrimary, index),
                keccak256("result")
            )
        );
        if (!_expect(_try(by, call), may, "outcome reported")) return;
        if (isPrimary) model.reportedPrimaries |= 1 << index;
        else model.reportedOthers |= 1 << index;
    }

    function _misdeclare(uint256 trial, TrialFacts memory before, uint256 seed) private {
        Model storage model = _models[trial];
        if (before.version == 0) return;
        uint256 version = 1 + _draw(seed, "version", before.version);
        uint256 variant = model.variants[version - 1];
        (bool isPrimary, uint256 index) = (_draw(seed, "primary", 4) == 0, _draw(seed, "index", 3) == 0 ? 0 : 1);
        if (isPrimary && variant & 3 == 1) index = 0;
        bytes memory call = abi.encodeCall(
            registry.reportMisdeclared,
            (
                trialIdAt(trial),
                uint8(version),
                _documentsHash(variant),
                _protocol(variant).outcomes,
                _outcome(variant & 3, isPrimary, index),
                _outcomeProof(variant & 3, isPrimary, index)
            )
        );
        bool may = variant & 3 == 3 && !isPrimary && index == 1;
        if (_expect(_try(stranger, call), may, "misdeclared")) model.misdeclared = true;
    }

    /// @notice Suspended, resumed, terminated, by each who may and by others.
    function halt(uint256 seed) external act {
        uint256 trial = _drawTrial(seed);
        bytes32 trialId = trialIdAt(trial);
        TrialFacts memory before = registry.factsOf(trialId);
        address by = [sponsors[trial], boards[0], boards[1], safetyBoard, sponsors[1 - trial], stranger][
            _draw(seed, "who", 6)
        ];
        bool mayOversee =
            before.phase != Phase.None &&
                (by == sponsors[trial] ||
                    by == before.board ||
                    (by == safetyBoard && registry.isAppointed(trialId, TrialRole.SafetyBoard, by, time)));
        address suspendedBy = _models[trial].suspendedBy;
        bool mayHalt = mayOversee && before.phase < Phase.Locked && before.halt != Halt.Terminated;
        uint256 choice = _draw(seed, "what", 16);
        if (choice < 7) {
            bool may =
                mayHalt &&
                    (before.halt == Halt.None ||
                        (by != sponsors[trial] && (suspendedBy == sponsors[trial] || by == before.board)));
            bytes memory call = abi.encodeCall(registry.suspend, (trialId, keccak256("reason")));
            if (_expect(_try(by, call), may, "suspended")) _models[trial].suspendedBy = by;
        } else if (choice < 15) {
            bool may = mayOversee && before.halt == Halt.Suspended && (by == suspendedBy || by == before.board);
            bytes memory call = abi.encodeCall(registry.resume, (trialId));
            if (_expect(_try(by, call), may, "resumed")) _models[trial].suspendedBy = address(0);
        } else {
            _expect(_try(by, abi.encodeCall(registry.terminate, (trialId, keccak256("why")))), mayHalt, "terminated");
        }
        _compare(trial, before);
    }

    /// @notice Somebody is appointed, or dismissed.
    function staff(uint256 seed) external act {
        uint256 trial = _drawTrial(seed);
        (TrialRole role, address participant) = _staffAt(_draw(seed, "whom", 5));
        TrialFacts memory before = registry.factsOf(trialIdAt(trial));
        if (_draw(seed, "dismiss", 4) == 0) {
            if (_try(sponsors[trial], abi.encodeCall(registry.dismiss, (trialIdAt(trial), role, participant)))) {
                ++outcomes["dismissed"];
                if (registry.isAppointed(trialIdAt(trial), role, participant, time)) {
                    broken = "R7: who is dismissed does not count from that second on";
                }
            }
        } else _appoint(trial, _draw(seed, "whom", 5), time, 200 days);
        _compare(trial, before);
    }

    function _appoint(uint256 trial, uint256 who, uint40 from, uint40 length) private {
        (TrialRole role, address participant) = _staffAt(who);
        bytes memory call = abi.encodeCall(
            registry.appoint,
            (trialIdAt(trial), role, participant, from, from + length)
        );
        if (_try(sponsors[trial], call)) ++outcomes["appointed"];
    }

    function _staffAt(uint256 who) private view returns (TrialRole, address) {
        if (who < 2) return (TrialRole.Investigator, sites[who]);
        if (who == 2) return (TrialRole.DataManager, manager_);
        if (who == 3) return (TrialRole.SafetyBoard, safetyBoard);
        return (TrialRole.Laboratory, laboratory);
    }

    /* SUBJECTS */

    /// @notice A subject is enrolled, or consents to a later version.
    function enrol(uint256 seed) external act {
        uint256 trial = _drawTrial(seed);
        TrialFacts memory before = registry.factsOf(trialIdAt(trial));
        (Enrolment memory enrolment, uint256 subject) = _drawEnrolment(trial, before, seed);
        address by = _draw(seed, "who signs", 10) == 0 ? sites[2] : enrolment.site;
        enrolment.signer = by;
        bool may = by == enrolment.site && _mayEnrol(trial, before, enrolment, subject);
        bytes memory call = abi.encodeCall(registry.enrol, (enrolment, _signEnrolment(enrolment, by)));
        if (_expect(_try(stranger, call), may, "enrolled")) _enrolled(trial, enrolment, subject);
        _compare(trial, before);
    }

    /// @notice Three are enrolled by one signature; among them may be one twice, or one who may not.
    function enrolMany(uint256 seed) external act {
        uint256 trial = _drawTrial(seed);
        TrialFacts memory before = registry.factsOf(trialIdAt(trial));
        (Enrolment memory enrolment, ) = _drawEnrolment(trial, before, seed);
        EnrolmentList memory list;
        (list.trialId, list.site, list.version) = (enrolment.trialId, enrolment.site, enrolment.version);
        (list.signer, list.deadline) = (enrolment.site, enrolment.deadline);
        (list.subjects, list.signedAt) = (new bytes32[](3), new uint40[](3));
        uint256 expected = 0;
        for (uint256 i = 0; i < 3; ++i) {
            uint256 subject = _draw(seed, "subject", SUBJECTS + i) % SUBJECTS;
            enrolment.subject = list.subjects[i] = subjectAt(trial, subject);
            list.signedAt[i] = enrolment.signedAt;
            if (_mayEnrol(trial, registry.factsOf(trialIdAt(trial)), enrolment, subject)) {
                _enrolled(trial, enrolment, subject);
                ++expected;
            }
        }
        if (registry.enrolManyByInvestigator(list, _signList(list)) != expected) {
            broken = "R7: of a list those are enrolled who may be, and no others";
        }
        ++outcomes[
            expected == 0
                ? "none of a list"
                : expected == 3
                    ? "all of a list"
                    : "some of a list"
        ];
        _compare(trial, before);
    }

    function withdraw(uint256 seed) external act {
        (uint256 trial, uint256 subject) = (_drawTrial(seed), _draw(seed, "subject", SUBJECTS));
        TrialFacts memory before = registry.factsOf(trialIdAt(trial));
        Person storage person = persons[trial][subject];
        uint40 signedAt = time - uint40(_draw(seed, "signed", 4) == 0 ? _draw(seed, "ago", 40 days) : 0);
        address by = _draw(seed, "who", 6) == 0 ? sites[2] : person.site;
        if (by == address(0)) return;
        Withdrawal memory withdrawal = Withdrawal(
            trialIdAt(trial),
            subjectAt(trial, subject),
            by,
            signedAt,
            time + 1 days
        );
        bool may =
            by == person.site &&
                person.withdrawnAt == 0 &&
                signedAt >= person.signedAt &&
                (before.phase < Phase.Locked || signedAt >= before.lockedAt);
        bytes memory call = abi.encodeCall(registry.withdraw, (withdrawal, 0, _signWithdrawal(withdrawal)));
        if (_expect(_try(stranger, call), may, "withdrawn")) {
            person.withdrawnAt = signedAt;
            ++_models[trial].withdrawn;
        }
        _compare(trial, before);
    }

    function unblindOne(uint256 seed) external act {
        (uint256 trial, uint256 subject) = (_drawTrial(seed), _draw(seed, "subject", SUBJECTS));
        TrialFacts memory before = registry.factsOf(trialIdAt(trial));
        Person storage person = persons[trial][subject];
        address by = _draw(seed, "who", 6) == 0 ? sponsors[trial] : person.site;
        bool may = by == person.site && by != address(0) && before.phase < Phase.Unblinded && !person.unblinded;
        bytes memory call = abi.encodeCall(
            registry.recordEmergencyUnblinding,
            (trialIdAt(trial), subjectAt(trial, subject), keccak256("reason"))
        );
        if (_expect(_try(by, call), may, "unblinded in an emergency")) {
            person.unblinded = true;
            ++_models[trial].unblinded;
        }
        _compare(trial, before);
    }

    function _drawEnrolment(
        uint256 trial,
        TrialFacts memory before,
        uint256 seed
    ) private view returns (Enrolment memory enrolment, uint256 subject) {
        subject = _draw(seed, "subject", SUBJECTS);
        uint8 version = before.approvedVersion;
        uint256 drawn = _draw(seed, "version", 8);
        if (drawn == 0 && version != 0) --version;
        if (drawn == 1) ++version;
        address known = persons[trial][subject].site;
        address site = known != address(0) && _draw(seed, "known", 6) != 0 ? known : sites[_draw(seed, "site", 5) % 3];
        uint40 signedAt = time - uint40(_draw(seed, "ago", 3) == 0 ? _draw(seed, "signed", 30 days) : 0);
        if (_draw(seed, "future", 20) == 0) signedAt = time + 1;
        uint40 deadline = _draw(seed, "late", 12) == 0 ? time - 1 : time;
        bytes32 commitment = subjectAt(trial, subject);
        enrolment = Enrolment(trialIdAt(trial), site, commitment, version, site, signedAt, deadline);
    }

    function _mayEnrol(
        uint256 trial,
        TrialFacts memory facts,
        Enrolment memory enrolment,
        uint256 subject
    ) private view returns (bool) {
        Person storage person = persons[trial][subject];
        bytes32 trialId = enrolment.trialId;
        if (enrolment.signedAt > time || time > enrolment.deadline) return false;
        if (!registry.isAppointed(trialId, TrialRole.Investigator, enrolment.site, time)) return false;
        if (!registry.isAppointed(trialId, TrialRole.Investigator, enrolment.site, enrolment.signedAt)) return false;
        if (!_wasInForce(trial, enrolment.version, enrolment.signedAt)) return false;
        if (_models[trial].locked || facts.phase < Phase.Approved || facts.phase > Phase.Active) return false;
        if (person.site == address(0)) return facts.phase < Phase.Active && facts.halt == Halt.None;
        return
            person.site == enrolment.site &&
            person.withdrawnAt == 0 &&
            enrolment.version > person.version &&
            enrolment.signedAt >= person.consentedAt;
    }

    /// @dev From its approval to that of the next; what was approved first also for what was signed before.
    function _wasInForce(uint256 trial, uint256 version, uint40 signedAt) private view returns (bool) {
        uint40[] storage approvedAt = _models[trial].approvedAt;
        if (version == 0 || version > approvedAt.length || approvedAt[version - 1] == 0) return false;
        uint40 first = 0;
        uint40 next = type(uint40).max;
        for (uint256 i = approvedAt.length; i != 0; --i) {
            uint40 approved = approvedAt[i - 1];
            if (approved != 0) first = approved;
            if (i > version && approved != 0) next = approved;
        }
        return (signedAt >= approvedAt[version - 1] || approvedAt[version - 1] == first) && signedAt < next;
    }

    function _enrolled(uint256 trial, Enrolment memory enrolment, uint256 subject) private {
        Person storage person = persons[trial][subject];
        Model storage model = _models[trial];
        (person.consentedAt, person.version) = (enrolment.signedAt, enrolment.version);
        if (person.site != address(0)) {
            ++outcomes["consented again"];
            return;
        }
        (person.site, person.signedAt) = (enrolment.site, enrolment.signedAt);
        if (model.enrolled == 0 || enrolment.signedAt < model.earliestSignedAt) {
            model.earliestSignedAt = enrolment.signedAt;
        }
        if (model.enrolled == 0 || enrolment.version < model.judged) model.judged = enrolment.version;
        ++model.enrolled;
    }

    /* DATA */

    /// @notice A site or a laboratory sends a batch of one row; or somebody else does, or out of turn.
    function anchor(uint256 seed) external act {
        uint256 trial = _drawTrial(seed);
        if (batches.length == _MOST_BATCHES) return;
        bytes32 trialId = trialIdAt(trial);
        TrialFacts memory before = registry.factsOf(trialId);
        address writer = [sites[0], sites[0], sites[1], sites[2], laboratory, sponsors[trial]][_draw(seed, "who", 6)];
        uint64 sequence = _sequences[trial][writer] + uint64([1, 1, 1, 1, 0, 2][_draw(seed, "turn", 6)]);
        uint256 subject = _draw(seed, "subject", SUBJECTS);
        uint40 capturedAt = time - uint40(_draw(seed, "captured", 20 days));
        bytes32 root = _rowLeaf(_row(trial, subject, capturedAt));
        bool isLaboratory = writer == laboratory;
        TrialRole role = isLaboratory ? TrialRole.Laboratory : TrialRole.Investigator;
        bool may =
            writer != sponsors[trial] &&
                registry.isAppointed(trialId, role, writer, time) &&
                before.phase >= Phase.Approved &&
                before.phase <= Phase.Active &&
                sequence == _sequences[trial][writer] + 1;
        ITrialData.BatchKind kind =
            isLaboratory ? ITrialData.BatchKind.ExternalLaboratory : ITrialData.BatchKind.Capture;
        vm.prank(writer);
        (bool ok, ) = address(data).call(
            abi.encodeCall(data.anchor, (trialId, kind, sequence, root, 1, capturedAt, time))
        );
        if (ok && _models[trial].locked) broken = "R2: no data after the lock without a signed unlock";
        if (_expect(ok, may, "anchored")) {
            _sequences[trial][writer] = sequence;
            batches.push(Batch(trial, writer, sequence, root, subject, capturedAt, false));
            if (_models[trial].unlocks != 0) {
                ++_models[trial].lateBatches;
                ++outcomes["anchored after unlock"];
            }
        }
        _compare(trial, before);
    }

    /// @notice A row that is anchored is shown to be of a subject who was not in the trial.
    function convict(uint256 seed) external act {
        if (batches.length == 0) return;
        Batch storage batch = batches[_draw(seed, "batch", batches.length)];
        (uint256 trial, bytes32 trialId) = (batch.trial, trialIdAt(batch.trial));
        TrialFacts memory before = registry.factsOf(trialId);
        Person storage person = persons[trial][batch.subject];
        bool isOutside =
            person.site == address(0) ||
                batch.capturedAt < person.signedAt ||
                (person.withdrawnAt != 0 && batch.capturedAt >= person.withdrawnAt);
        ITrialData.DataLeaf memory leaf = _row(trial, batch.subject, batch.capturedAt);
        bytes32[] memory proof = new bytes32[](0);
        (bool ok, ) = address(data).call(
            abi.encodeCall(data.reportViolation, (trialId, batch.writer, batch.sequence, leaf, proof))
        );
        if (_expect(ok, isOutside && !batch.convicted, "convicted")) {
            batch.convicted = true;
            ++_models[trial].violations;
        }
        _compare(trial, before);
    }

    function _row(uint256 trial, uint256 subject, uint40 capturedAt) private pure returns (ITrialData.DataLeaf memory) {
        return ITrialData.DataLeaf(subjectAt(trial, subject), keccak256("row"), capturedAt, 0);
    }

    function _rowLeaf(ITrialData.DataLeaf memory leaf) private pure returns (bytes32) {
        bytes32 tag = keccak256(
            "CareProof.DataLeaf(bytes32 subject,bytes32 content,uint40 capturedAt,bytes32 corrects)"
        );
        return keccak256(abi.encode(keccak256(abi.encode(tag, leaf))));
    }

    /// @notice Time passes.
    function wait(uint256 seed) external {
        time += [uint40(1), 1 hours, 1 days, 10 days][_draw(seed, "time", 4)];
    }

    /* INTERNALS */

    /// @dev What one act may change of a trial, and never back.
    function _compare(uint256 trial, TrialFacts memory before) private {
        TrialFacts memory facts = registry.factsOf(trialIdAt(trial));
        if (!_isEdge(before.phase, facts.phase)) broken = "R1: the phase moves along the edges there are";
        if (before.halt == Halt.Terminated && facts.halt != Halt.Terminated) broken = "R1: terminated is for ever";
        if (
            facts.version < before.version ||
            facts.approvedVersion < before.approvedVersion ||
            facts.enrolled < before.enrolled ||
            facts.withdrawn < before.withdrawn ||
            facts.unlocks < before.unlocks ||
            facts.lockedAt < before.lockedAt
        ) broken = "R3: versions and counts never go back";
        if (
            (before.misdeclared && !facts.misdeclared) ||
            (before.amendedAfterUnblinding && !facts.amendedAfterUnblinding) ||
            (before.primariesChanged && !facts.primariesChanged) ||
            (before.othersChanged && !facts.othersChanged) ||
            facts.unregisteredResults < before.unregisteredResults ||
            facts.emergencyUnblindings < before.emergencyUnblindings
        ) broken = "R3: what counts against a trial is never taken back";
        if (
            _changed(before.registeredAt, facts.registeredAt) ||
            _changed(before.approvedAt, facts.approvedAt) ||
            _changed(before.firstEnrolledAt, facts.firstEnrolledAt) ||
            _changed(before.unblindedAt, facts.unblindedAt) ||
            _changed(before.closedAt, facts.closedAt)
        ) broken = "R3: when something first happened never changes";
        if (before.firstEnrolledAt != 0 && !before.prospective && facts.prospective) {
            broken = "R4: a retrospective trial never reads as prospective again";
        }
        if (before.judgedVersion != 0 && facts.judgedVersion > before.judgedVersion) {
            broken = "R6: the version by which a trial is judged never rises";
        }
    }

    function _changed(uint40 before, uint40 now_) private pure returns (bool) {
        return before != 0 && before != now_;
    }

    function _isEdge(Phase from, Phase to) private pure returns (bool) {
        if (from == to || (from == Phase.Locked && to == Phase.Active)) return true;
        if (from == Phase.Recruiting && to == Phase.Locked) return true;
        if (from == Phase.Unblinded && to == Phase.Closed) return true;
        return uint256(to) == uint256(from) + 1;
    }

    function _isReporting(Phase phase) private pure returns (bool) {
        return phase == Phase.Unblinded || phase == Phase.Reported;
    }

    function _try(address by, bytes memory call) private returns (bool ok) {
        vm.prank(by);
        (ok, ) = address(registry).call(call);
    }

    /// @dev An act is accepted exactly when the rules say so.
    function _expect(bool ok, bool may, string memory what) private returns (bool) {
        if (ok && !may) broken = string.concat("R7: may not be: ", what);
        if (!ok && may) broken = string.concat("R7: may be: ", what);
        ++outcomes[ok ? what : string.concat(what, ", refused")];
        return ok;
    }

    /// @dev Mostly the first, so that one comes far.
    function _drawTrial(uint256 seed) private pure returns (uint256) {
        return _draw(seed, "trial", 5) / 4;
    }

    /// @dev A list of outcomes of three, mostly with a plan, one of two consent forms.
    function _drawVariant(uint256 seed) private pure returns (uint256) {
        uint256 list = [uint256(0), 1, 3][_draw(seed, "list", 3)];
        return list | (_draw(seed, "plan", 6) == 0 ? 4 : 0) | (_draw(seed, "form", 2) << 3);
    }

    function _draw(uint256 seed, string memory what, uint256 options) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % options;
    }
}
