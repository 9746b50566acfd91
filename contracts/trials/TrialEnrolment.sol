// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

import {Categories} from "../consent/Categories.sol";
import {IConsentRegistry} from "../consent/IConsentRegistry.sol";
import {Purposes} from "../consent/Purposes.sol";
import {Roles} from "../participants/Role.sol";
import {Signatures} from "../utils/Signatures.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";
import {SubjectWord} from "./SubjectWord.sol";
import {TrialLedger} from "./TrialLedger.sol";
import {
    Enrolment,
    EnrolmentItem,
    EnrolmentList,
    EnrolmentRefusal,
    Halt,
    Phase,
    ProtocolVersion,
    TrialRole,
    TrialTypes,
    Withdrawal
} from "./TrialTypes.sol";

/// @title TrialEnrolment
/// @notice How subjects come into a trial, consent to its later versions, and leave it.
abstract contract TrialEnrolment is TrialLedger {
    using SubjectWord for uint256;
    using SlotDerivation for bytes32;
    using StorageSlot for bytes32;
    using TrialTypes for Enrolment;
    using TrialTypes for EnrolmentList;
    using TrialTypes for Withdrawal;

    /// @inheritdoc ITrialRegistry
    uint256 public constant MAX_ENROLMENTS = 100;

    /// @inheritdoc ITrialRegistry
    IConsentRegistry public immutable consents;

    /// @dev What is known of trial and site while subjects come in.
    /// @param inForceFrom From when on what is signed for the approved version counts.
    /// @param firstApprovedAt When the first version was approved.
    /// @param signer The last signer that was found to act for the site.
    /// @param refusal Why none of them is taken, if so.
    /// @param subjects The slot of the trial's subjects: that of each is derived from it once, as many are read and written.
    /// @param place The slot of the subject that was looked at last.
    /// @param state What is stored of that subject.
    /// @param taken How many were not refused.
    /// @param again How many of them had come in before.
    /// @param earliestSignedAt The earliest time at which one of them was signed.
    struct Admission {
        bytes32 trialId;
        address site;
        uint8 version;
        Phase phase;
        Halt halt;
        uint8 approvedVersion;
        uint256 inForceFrom;
        uint256 firstApprovedAt;
        Appointment appointment;
        address signer;
        EnrolmentRefusal refusal;
        bytes32 subjects;
        bytes32 place;
        uint256 state;
        uint256 taken;
        uint256 again;
        uint256 earliestSignedAt;
    }

    constructor(IConsentRegistry consents_) {
        consents = consents_;
    }

    /// @inheritdoc ITrialRegistry
    function enrol(Enrolment calldata enrolment, bytes calldata signature) external {
        _enrol(_admit(enrolment.trialId, enrolment.site, enrolment.version), enrolment, signature);
    }

    /// @inheritdoc ITrialRegistry
    function enrolWithConsent(
        Enrolment calldata enrolment,
        address subjectAddress,
        bytes32 salt,
        bytes calldata signature
    ) external {
        address site = enrolment.site;
        require(_actsFor(site, msg.sender, Roles.INVESTIGATOR_SITE), NotTheSite(site, msg.sender));
        require(enrolment.signer == subjectAddress, NotTheSubject(enrolment.subject, enrolment.signer));
        _requireSubject(enrolment.subject, subjectAddress, salt);
        consents.requirePermitted(subjectAddress, site, Purposes.CLINTRCH, Categories.TRIAL_DATA);
        Admission memory admission = _admit(enrolment.trialId, site, enrolment.version);
        // Need not act for the site.
        admission.signer = subjectAddress;
        _enrol(admission, enrolment, signature);
    }

    /// @inheritdoc ITrialRegistry
    function enrolMany(
        bytes32 trialId,
        address site,
        uint8 version,
        EnrolmentItem[] calldata items
    ) external returns (uint256 enrolled) {
        uint256 length = items.length;
        require(length != 0 && length <= MAX_ENROLMENTS, WrongNumberOfEnrolments(length));
        Admission memory admission = _admit(trialId, site, version);
        Enrolment memory enrolment;
        (enrolment.trialId, enrolment.site, enrolment.version) = (trialId, site, version);
        for (uint256 i = 0; i < length; ++i) {
            EnrolmentItem calldata item = items[i];
            (enrolment.subject, enrolment.signer) = (item.subject, item.signer);
            (enrolment.signedAt, enrolment.deadline) = (item.signedAt, item.deadline);
            EnrolmentRefusal refusal = _consider(admission, enrolment, item.signature);
            _take(admission, enrolment.subject, enrolment.signer, enrolment.signedAt, refusal);
        }
        _store(admission);
        return admission.taken;
    }

    /// @inheritdoc ITrialRegistry
    function enrolManyByInvestigator(
        EnrolmentList calldata list,
        bytes calldata signature
    ) external returns (uint256 enrolled) {
        (bytes32[] calldata subjects, uint40[] calldata times) = (list.subjects, list.signedAt);
        uint256 length = subjects.length;
        require(length != 0 && length <= MAX_ENROLMENTS && length == times.length, WrongNumberOfEnrolments(length));
        address signer = list.signer;
        Admission memory admission = _admit(list.trialId, list.site, list.version);
        if (admission.refusal == EnrolmentRefusal.None) {
            admission.refusal = _refusalOfSigner(admission, signer, list.deadline);
        }
        if (admission.refusal == EnrolmentRefusal.None && !_isSigned(signer, list.hash(), signature)) {
            admission.refusal = EnrolmentRefusal.InvalidSignature;
        }
        for (uint256 i = 0; i < length; ++i) {
            (bytes32 subject, uint40 signedAt) = (subjects[i], times[i]);
            EnrolmentRefusal refusal = _refusalOf(admission, subject, signedAt);
            _take(admission, subject, signer, signedAt, refusal);
        }
        _store(admission);
        return admission.taken;
    }

    /// @inheritdoc ITrialRegistry
    function withdraw(Withdrawal calldata withdrawal, bytes32 salt, bytes calldata signature) external {
        (bytes32 trialId, uint40 signedAt) = (withdrawal.trialId, withdrawal.signedAt);
        uint256 subject = _requireEnrolled(trialId, withdrawal.subject);
        require(subject.withdrawnAt() == 0, AlreadyWithdrawn(trialId, withdrawal.subject));
        require(signedAt >= subject.signedAt(), SignedTooEarly(signedAt, subject.signedAt()));
        if (salt == 0) {
            require(
                _actsFor(subject.site(), withdrawal.signer, Roles.INVESTIGATOR_SITE),
                NotTheSite(subject.site(), withdrawal.signer)
            );
            // Otherwise a site could rid a finished trial of a subject whose data it does not like.
            uint40 lockedAt = _closings[trialId].lockedAt;
            require(_heads[trialId].phase < Phase.Locked || signedAt >= lockedAt, DataAreLocked(trialId, lockedAt));
        } else {
            _requireSubject(withdrawal.subject, withdrawal.signer, salt);
        }
        _requireSigned(withdrawal.signer, withdrawal.hash(), signedAt, withdrawal.deadline, signature);

        _subjects[trialId][withdrawal.subject] = subject.withWithdrawal(signedAt);
        ++_progress[trialId].withdrawn;
        emit SubjectWithdrawn(trialId, withdrawal.subject, withdrawal.signer, signedAt);
    }

    /// @inheritdoc ITrialRegistry
    function recordEmergencyUnblinding(bytes32 trialId, bytes32 subject, bytes32 reason) external {
        uint256 state = _requireEnrolled(trialId, subject);
        address site = state.site();
        require(_actsFor(site, msg.sender, Roles.INVESTIGATOR_SITE), NotTheSite(site, msg.sender));
        Phase phase = _heads[trialId].phase;
        _requirePhase(trialId, phase, phase < Phase.Unblinded);
        require(!state.unblinded(), AlreadyUnblinded(trialId, subject));
        _requireCommitment(reason);

        _subjects[trialId][subject] = state.withUnblinding();
        ++_progress[trialId].emergencyUnblindings;
        emit EmergencyUnblindingRecorded(trialId, subject, site, reason);
    }

    function _admit(bytes32 trialId, address site, uint8 version) private view returns (Admission memory admission) {
        (admission.trialId, admission.site, admission.version) = (trialId, site, version);
        Head storage head = _heads[trialId];
        (admission.phase, admission.halt) = (head.phase, head.halt);
        (admission.approvedVersion, admission.firstApprovedAt) = (head.approvedVersion, _progress[trialId].approvedAt);
        uint256 approvedAt = head.versionApprovedAt;
        admission.inForceFrom = approvedAt == admission.firstApprovedAt ? 0 : approvedAt;
        admission.earliestSignedAt = type(uint40).max;
        mapping(bytes32 => uint256) storage subjects = _subjects[trialId];
        bytes32 slot;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            slot := subjects.slot
        }
        admission.subjects = slot;
        admission.appointment = _appointments[trialId][TrialRole.Investigator][site];
        if (!_wasAppointed(admission.appointment, block.timestamp)) {
            admission.refusal = EnrolmentRefusal.SiteNotAppointed;
        }
    }

    /// @dev Why a subject is not taken, if so.
    function _consider(
        Admission memory admission,
        Enrolment memory enrolment,
        bytes calldata signature
    ) private view returns (EnrolmentRefusal refusal) {
        refusal = _refusalOf(admission, enrolment.subject, enrolment.signedAt);
        if (refusal == EnrolmentRefusal.None) {
            refusal = _refusalOfSigner(admission, enrolment.signer, enrolment.deadline);
        }
        // Who signs acts for the site, so that no stranger's contract is asked about a signature, and burns the gas of the others.
        if (refusal == EnrolmentRefusal.None && !_isSigned(enrolment.signer, enrolment.hash(), signature)) {
            refusal = EnrolmentRefusal.InvalidSignature;
        }
    }

    /// @dev Why a subject is not taken, but for the signer.
    function _refusalOf(
        Admission memory admission,
        bytes32 subject,
        uint40 signedAt
    ) private view returns (EnrolmentRefusal) {
        if (admission.refusal != EnrolmentRefusal.None) return admission.refusal;
        if (subject == 0) return EnrolmentRefusal.SubjectMissing;
        if (signedAt > block.timestamp) return EnrolmentRefusal.SignedInFuture;
        Phase phase = admission.phase;
        bytes32 place = admission.subjects.deriveMapping(subject);
        uint256 state = place.getUint256Slot().value;
        (admission.place, admission.state) = (place, state);
        if (state == 0) {
            if (phase != Phase.Approved && phase != Phase.Recruiting) return EnrolmentRefusal.NotRecruiting;
            if (admission.halt != Halt.None) return EnrolmentRefusal.TrialHalted;
        } else {
            if (phase > Phase.Active) return EnrolmentRefusal.NotRecruiting;
            if (state.site() != admission.site || admission.version <= state.version()) {
                return EnrolmentRefusal.AlreadyEnrolled;
            }
            if (state.withdrawnAt() != 0) return EnrolmentRefusal.SubjectWithdrawn;
            if (signedAt < _lastConsentAt(admission.trialId, subject, state)) {
                return EnrolmentRefusal.SignedBeforeEnrolment;
            }
        }
        if (!_wasInForce(admission, signedAt)) return EnrolmentRefusal.VersionNotInForce;
        return
            _wasAppointed(admission.appointment, signedAt) ? EnrolmentRefusal.None : EnrolmentRefusal.SiteNotAppointed;
    }

    function _refusalOfSigner(
        Admission memory admission,
        address signer,
        uint40 deadline
    ) private view returns (EnrolmentRefusal) {
        if (block.timestamp > deadline) return EnrolmentRefusal.DeadlinePassed;
        if (signer == admission.signer) return EnrolmentRefusal.None;
        if (!_actsFor(admission.site, signer, Roles.INVESTIGATOR_SITE)) return EnrolmentRefusal.SignerNotOfSite;
        admission.signer = signer;
        return EnrolmentRefusal.None;
    }

    /// @dev Whether the version was the approved one when it was signed. The version that was approved first also stands for what was
    /// signed before it: that is recorded, as what makes a trial retrospective.
    function _wasInForce(Admission memory admission, uint40 signedAt) private view returns (bool) {
        uint256 latest = admission.approvedVersion;
        if (admission.version == latest) return signedAt >= admission.inForceFrom;
        if (admission.version > latest) return false;
        mapping(uint256 => ProtocolVersion) storage versions = _versions[admission.trialId];
        uint256 since = versions[admission.version].approvedAt;
        if (since == 0 || (signedAt < since && since != admission.firstApprovedAt)) return false;
        // The next version that was approved: the latest one, or one before it.
        uint256 next = admission.version + 1;
        while (versions[next].approvedAt == 0) ++next;
        return signedAt < versions[next].approvedAt;
    }

    function _lastConsentAt(bytes32 trialId, bytes32 subject, uint256 state) private view returns (uint40) {
        Reconsent storage reconsent = _reconsents[trialId][subject][state.version()];
        return reconsent.previous == 0 ? state.signedAt() : reconsent.signedAt;
    }

    function _isSigned(address signer, bytes32 structHash, bytes calldata signature) private view returns (bool) {
        return signer != address(0) && Signatures.isValid(signer, _hashTypedDataV4(structHash), signature);
    }

    function _requireSubject(bytes32 subject, address account, bytes32 salt) private pure {
        require(salt != 0 && subject == TrialTypes.subjectOf(account, salt), NotTheSubject(subject, account));
    }

    function _requireEnrolled(bytes32 trialId, bytes32 subject) private view returns (uint256 state) {
        state = _subjects[trialId][subject];
        require(state != 0, NotEnrolled(trialId, subject));
    }

    function _enrol(Admission memory admission, Enrolment memory enrolment, bytes calldata signature) private {
        EnrolmentRefusal refusal = _consider(admission, enrolment, signature);
        require(refusal == EnrolmentRefusal.None, EnrolmentDenied(enrolment.trialId, enrolment.subject, refusal));
        _record(admission, enrolment.subject, enrolment.signer, enrolment.signedAt);
        _store(admission);
    }

    function _take(
        Admission memory admission,
        bytes32 subject,
        address signer,
        uint40 signedAt,
        EnrolmentRefusal refusal
    ) private {
        if (refusal == EnrolmentRefusal.None) _record(admission, subject, signer, signedAt);
        else emit EnrolmentRefused(admission.trialId, subject, refusal);
    }

    /// @dev Writes the subject that was looked at last. What is counted of the trial is written by {_store}, once for all subjects of a call.
    function _record(Admission memory admission, bytes32 subject, address signer, uint40 signedAt) private {
        (bytes32 trialId, address site, uint8 version) = (admission.trialId, admission.site, admission.version);
        uint256 state = admission.state;
        unchecked {
            // No call has so many.
            ++admission.taken;
        }
        if (state != 0) {
            ++admission.again;
            _reconsents[trialId][subject][version] = Reconsent(signedAt, state.version());
            admission.place.getUint256Slot().value = state.withVersion(version);
            emit SubjectReconsented(trialId, subject, site, version, signer, signedAt);
            return;
        }
        admission.place.getUint256Slot().value = SubjectWord.pack(site, signedAt, version);
        if (signedAt < admission.earliestSignedAt) admission.earliestSignedAt = signedAt;
        emit SubjectEnrolled(trialId, subject, site, version, signer, signedAt);
    }

    function _store(Admission memory admission) private {
        uint256 added = admission.taken - admission.again;
        if (added == 0) return;
        Progress storage progress = _progress[admission.trialId];
        (uint40 earliestSignedAt, uint8 version) = (uint40(admission.earliestSignedAt), admission.version);
        bool isFirst = progress.enrolled == 0;
        if (isFirst) {
            progress.firstEnrolledAt = uint40(block.timestamp);
            _heads[admission.trialId].phase = Phase.Recruiting;
        }
        if (isFirst || earliestSignedAt < progress.earliestSignedAt) progress.earliestSignedAt = earliestSignedAt;
        if (isFirst || version < progress.judgedVersion) progress.judgedVersion = version;
        progress.enrolled += uint32(added);
    }
}
