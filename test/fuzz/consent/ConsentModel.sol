// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Act, Kind} from "./Act.sol";

/// @title ConsentModel
/// @notice The rules of consent once more, naively: histories that are read from end to end, no packing, no shared code
/// with the contracts. What it says is compared with what they do.
abstract contract ConsentModel {
    uint8 internal constant TREAT = 0;
    uint8 internal constant ETREAT = 1;
    uint8 internal constant PATRQT = 8;

    uint40 internal constant TEN_YEARS = 3653 days;

    uint256 internal constant PROVIDER = 0;
    uint256 internal constant EMERGENCY_CARE = 1;

    struct Decision {
        bool isGrant;
        bool byPatient;
        address by;
        uint64 categories;
        uint40 notBefore;
        uint40 expiresAt;
        uint40 decidedAt;
    }

    /// @param patientDecided Whether the patient ever decided on it, if only by revoking everything.
    /// @param patientDecidedOnThis Whether that is on record here: the patient decided on it alone, or somebody did after.
    struct Slot {
        Decision[] history;
        bool patientDecided;
        bool patientDecidedOnThis;
    }

    struct PatientModel {
        uint40 revokedAllAt;
        uint40 revokedAllArrivedAt;
        uint40 retiredAt;
        uint40 retirementAskedAt;
        uint40 objectedAt;
        bool breakGlassForbidden;
        uint40 breakGlassDecidedAt;
        address guardian;
        address nextGuardian;
        uint40 nextGuardianFrom;
        uint40 guardianDecidedAt;
    }

    enum Representing {
        No,
        Named,
        Appointed,
        Vetoed,
        Upheld,
        Ended
    }

    struct RepresentativeModel {
        Representing state;
        uint40 since;
        uint40 expiresAt;
        uint32 purposes;
        bool mayOverride;
        uint40 decidedAt;
        uint40 appointedAt;
        address authority;
        address officer;
    }

    struct EmergencyModel {
        bool rejected;
        uint64 categories;
        uint40 openedAt;
    }

    enum Accredited {
        Never,
        Yes,
        Suspended,
        Withdrawn
    }

    struct AccreditationModel {
        Accredited status;
        uint40 validUntil;
    }

    struct OperatorModel {
        address principal;
        uint256 roles;
        uint40 expiresAt;
    }

    mapping(address patient => mapping(address grantee => mapping(uint256 purpose => Slot))) internal slots;
    mapping(address patient => PatientModel) internal patientModels;
    mapping(address patient => mapping(address representative => RepresentativeModel)) internal representativeModels;
    mapping(address patient => mapping(address source => uint64 categories)) internal sourceAllows;
    mapping(address patient => mapping(address source => uint40)) internal sourceDecidedAt;
    mapping(address patient => mapping(address provider => mapping(address operator => mapping(bool bySource => EmergencyModel))))
        internal emergencyModels;
    mapping(address participant => mapping(uint256 role => AccreditationModel)) internal accreditationModels;
    mapping(address operator => OperatorModel) internal operatorModels;

    address[] public grantees;
    uint8[] public purposesInUse;

    /// @notice The time of the tests (unix seconds).
    function _now() internal view virtual returns (uint40);

    /* WHAT HOLDS */

    /// @notice The decision that stands: the latest, a revocation before a grant of the same second.
    function _latest(address patient, address grantee, uint256 purpose) internal view returns (Decision memory best) {
        Decision[] storage history = slots[patient][grantee][purpose].history;
        for (uint256 i = 0; i < history.length; ++i) {
            Decision memory decision = history[i];
            if (
                decision.decidedAt > best.decidedAt ||
                (decision.decidedAt == best.decidedAt && best.isGrant && !decision.isGrant)
            ) best = decision;
        }
    }

    /// @notice Who stands behind `account` in `role`, and whether it may act.
    function _resolve(address account, uint256 role) internal view returns (address principal, bool good) {
        principal = account;
        if (accreditationModels[account][role].status == Accredited.Never) {
            OperatorModel storage operator = operatorModels[account];
            principal = operator.principal;
            if (principal == address(0)) return (account, false);
            if (_now() >= operator.expiresAt || (operator.roles >> role) & 1 == 0) return (principal, false);
        }
        AccreditationModel storage accreditation = accreditationModels[principal][role];
        good = accreditation.status == Accredited.Yes && _now() < accreditation.validUntil;
    }

    function _retired(address patient) internal view returns (bool) {
        uint40 retiredAt = patientModels[patient].retiredAt;
        return retiredAt != 0 && retiredAt <= _now();
    }

    function _representativeCounts(
        address patient,
        address representative,
        uint40 decidedAt
    ) internal view returns (bool) {
        RepresentativeModel storage model = representativeModels[patient][representative];
        bool inForce =
            model.state == Representing.Named ||
                model.state == Representing.Appointed ||
                model.state == Representing.Upheld;
        return inForce && decidedAt >= model.since && _now() < model.expiresAt;
    }

    function _mayRepresent(Act memory act) internal view returns (bool) {
        RepresentativeModel storage model = representativeModels[act.patient][act.by];
        return
            _representativeCounts(act.patient, act.by, act.issuedAt) &&
            act.purposes & ~model.purposes == 0 &&
            (model.authority != address(0) || model.decidedAt > patientModels[act.patient].revokedAllAt);
    }

    /// @dev What the patient decided ends with the time of a revocation of everything, what others did with its arrival.
    function _revokedAllAt(address patient, bool forPatient) internal view returns (uint40) {
        PatientModel storage model = patientModels[patient];
        return forPatient ? model.revokedAllAt : model.revokedAllArrivedAt;
    }

    function _guardian(address patient) internal view returns (address) {
        PatientModel storage model = patientModels[patient];
        return _now() >= model.nextGuardianFrom ? model.nextGuardian : model.guardian;
    }

    function _liveConsent(
        address patient,
        address grantee,
        uint256 purpose,
        uint256 categories
    ) internal view returns (bool) {
        Decision memory decision = _latest(patient, grantee, purpose);
        return
            decision.isGrant &&
            decision.decidedAt > _revokedAllAt(patient, decision.byPatient) &&
            decision.notBefore <= _now() &&
            _now() < decision.expiresAt &&
            categories & ~uint256(decision.categories) == 0 &&
            (decision.byPatient || _representativeCounts(patient, decision.by, decision.decidedAt));
    }

    function _refused(address patient, address grantee, uint256 purpose) internal view returns (bool) {
        Decision memory decision = _latest(patient, grantee, purpose);
        return decision.decidedAt != 0 && !decision.isGrant;
    }

    function _liveEmergency(
        address patient,
        address provider,
        address operator,
        uint256 categories
    ) internal view returns (bool) {
        mapping(bool bySource => EmergencyModel) storage emergencies = emergencyModels[patient][provider][operator];
        PatientModel storage model = patientModels[patient];
        uint40 decidedAt = _latest(patient, provider, ETREAT).decidedAt;
        bool byProvider =
            !model.breakGlassForbidden &&
                emergencies[false].openedAt > model.breakGlassDecidedAt &&
                _open(patient, emergencies[false], categories, decidedAt);
        return
            !_refused(patient, provider, ETREAT) &&
            (byProvider || _open(patient, emergencies[true], categories, decidedAt));
    }

    /// @param decidedAt When ETREAT was last decided for the provider: an emergency does not outlive a later word.
    function _open(
        address patient,
        EmergencyModel storage emergency,
        uint256 categories,
        uint40 decidedAt
    ) private view returns (bool) {
        return
            emergency.openedAt != 0 &&
            !emergency.rejected &&
            _now() < emergency.openedAt + 8 hours &&
            emergency.openedAt > patientModels[patient].revokedAllArrivedAt &&
            emergency.openedAt > decidedAt &&
            categories & ~uint256(emergency.categories) == 0;
    }

    /// @notice Whether `accessor` may use the data: by a consent, or for ETREAT by an emergency.
    function permits(
        address patient,
        address accessor,
        uint256 purpose,
        uint256 categories
    ) public view returns (bool byConsent, bool byEmergency) {
        address grantee = accessor;
        if (purpose != PATRQT) {
            bool good;
            (grantee, good) = _resolve(accessor, purpose == ETREAT ? EMERGENCY_CARE : PROVIDER);
            if (!good) return (false, false);
        }
        if (_retired(patient)) return (false, false);
        byConsent = _liveConsent(patient, grantee, purpose, categories);
        byEmergency = purpose == ETREAT && _liveEmergency(patient, grantee, accessor, categories);
    }

    /* WHAT IS ACCEPTED */

    /// @notice Whether a decision, by its rightful author and in time, is to be accepted now.
    function _accepts(Act memory act, bool signed) internal view returns (bool) {
        PatientModel storage patient = patientModels[act.patient];
        RepresentativeModel storage representing = representativeModels[act.patient][act.other];
        bool byPatient = act.by == act.patient;
        if (act.kind == Kind.Grant) return _acceptsGrant(act);
        if (act.kind == Kind.Revoke) return byPatient || _mayRepresent(act);
        if (act.kind == Kind.RevokeAll) return byPatient || act.by == _guardian(act.patient);
        if (act.kind == Kind.BreakGlassPreference) {
            return !signed || _later(act.issuedAt, patient.breakGlassDecidedAt, act.flag);
        }
        if (act.kind == Kind.SourcePreference) {
            return !signed || _later(act.issuedAt, sourceDecidedAt[act.patient][act.other], act.categories == 0);
        }
        if (act.kind == Kind.NameGuardian) return !signed || act.issuedAt > patient.guardianDecidedAt;
        if (act.kind == Kind.Retire) {
            if (!byPatient && act.by != _guardian(act.patient)) return false;
            return byPatient || !signed || act.issuedAt > patient.objectedAt;
        }
        if (act.kind == Kind.ObjectToRetirement) {
            return patient.retiredAt > _now() && act.issuedAt >= patient.retirementAskedAt;
        }
        if (act.kind == Kind.NameRepresentative) {
            if (act.expiresAt <= _now() || _standingAppointment(representing)) return false;
            return !signed || act.issuedAt > representing.decidedAt;
        }
        if (act.kind == Kind.RemoveRepresentative) {
            bool isVeto = _standingAppointment(representing);
            if (isVeto && representing.state != Representing.Appointed) return false;
            if (!signed) return true;
            // A veto is of the appointment that stands, and counts once.
            return
                _later(act.issuedAt, representing.decidedAt, !isVeto) &&
                (!isVeto || act.issuedAt >= representing.appointedAt);
        }
        if (act.kind == Kind.Appoint) {
            if (act.expiresAt <= _now() + 3 days || _standingAppointment(representing)) return false;
            return act.issuedAt > representing.appointedAt;
        }
        if (act.issuedAt <= representing.appointedAt) return false;
        if (act.flag) {
            return
                representing.state == Representing.Vetoed &&
                act.issuedAt > representing.decidedAt &&
                act.by != representing.officer;
        }
        return
            representing.state == Representing.Appointed ||
            representing.state == Representing.Vetoed ||
            representing.state == Representing.Upheld;
    }

    /// @dev A deny wins ties.
    function _later(uint40 issuedAt, uint40 decidedAt, bool denies) private pure returns (bool) {
        return denies ? issuedAt >= decidedAt : issuedAt > decidedAt;
    }

    function _acceptsGrant(Act memory act) private view returns (bool) {
        if (act.notBefore >= act.expiresAt || act.expiresAt <= _now()) return false;
        if (act.expiresAt > act.issuedAt + TEN_YEARS) return false;
        bool byPatient = act.by == act.patient;
        if (_retired(act.patient) || act.issuedAt <= _revokedAllAt(act.patient, byPatient)) return false;
        RepresentativeModel storage representing = representativeModels[act.patient][act.by];
        if (!byPatient && (!_mayRepresent(act) || act.expiresAt > representing.expiresAt)) return false;
        for (uint256 i = 0; i < purposesInUse.length; ++i) {
            uint8 purpose = purposesInUse[i];
            if ((act.purposes >> purpose) & 1 == 0) continue;
            if (act.issuedAt <= _latest(act.patient, act.other, purpose).decidedAt) return false;
            bool patientDecided = slots[act.patient][act.other][purpose].patientDecided;
            if (!byPatient && patientDecided && !representing.mayOverride) return false;
        }
        return true;
    }

    function _standingAppointment(RepresentativeModel storage representing) private view returns (bool) {
        bool appointed =
            representing.state == Representing.Appointed ||
                representing.state == Representing.Vetoed ||
                representing.state == Representing.Upheld;
        return appointed && _now() < representing.expiresAt;
    }

    /* WHAT IT CHANGES */

    /// @notice Takes an accepted decision into the histories.
    function _apply(Act memory act, address authority) internal {
        PatientModel storage patient = patientModels[act.patient];
        if (act.kind == Kind.Grant || act.kind == Kind.Revoke) {
            _record(act);
        } else if (act.kind == Kind.RevokeAll) {
            if (act.issuedAt > patient.revokedAllAt) {
                patient.revokedAllAt = act.issuedAt;
                patient.revokedAllArrivedAt = _now();
            }
            _markDecided(act.patient);
        } else if (act.kind == Kind.BreakGlassPreference) {
            patient.breakGlassForbidden = act.flag;
            patient.breakGlassDecidedAt = act.issuedAt;
        } else if (act.kind == Kind.SourcePreference) {
            sourceAllows[act.patient][act.other] = act.categories;
            sourceDecidedAt[act.patient][act.other] = act.issuedAt;
        } else if (act.kind == Kind.NameGuardian) {
            patient.guardian = _guardian(act.patient);
            patient.nextGuardian = act.other;
            patient.nextGuardianFrom = patient.guardian == address(0) ? _now() : _now() + 3 days;
            patient.guardianDecidedAt = act.issuedAt;
        } else if (act.kind == Kind.Retire) {
            uint40 retiredAt = act.by == act.patient ? _now() : _now() + 3 days;
            if (patient.retiredAt == 0 || retiredAt < patient.retiredAt) {
                patient.retiredAt = retiredAt;
                patient.retirementAskedAt = _now();
            }
        } else if (act.kind == Kind.ObjectToRetirement) {
            patient.retiredAt = 0;
            patient.objectedAt = act.issuedAt;
        } else {
            _applyToRepresentative(act, authority);
        }
    }

    function _applyToRepresentative(Act memory act, address authority) private {
        RepresentativeModel storage representing = representativeModels[act.patient][act.other];
        if (act.kind == Kind.NameRepresentative) {
            representativeModels[act.patient][act.other] = RepresentativeModel(
                Representing.Named,
                representing.state == Representing.No ? act.issuedAt : _now() + 1,
                act.expiresAt,
                act.purposes,
                false,
                act.issuedAt,
                representing.appointedAt,
                address(0),
                address(0)
            );
        } else if (act.kind == Kind.RemoveRepresentative) {
            bool isVeto = _standingAppointment(representing);
            representing.state = isVeto ? Representing.Vetoed : Representing.Ended;
            representing.decidedAt = act.issuedAt;
        } else if (act.kind == Kind.Appoint) {
            representativeModels[act.patient][act.other] = RepresentativeModel(
                Representing.Appointed,
                _now() + 3 days,
                act.expiresAt,
                act.purposes,
                act.flag,
                representing.decidedAt,
                act.issuedAt,
                authority,
                act.by
            );
        } else {
            representing.state = act.flag ? Representing.Upheld : Representing.Ended;
            representing.appointedAt = act.issuedAt;
        }
    }

    function _record(Act memory act) private {
        bool isGrant = act.kind == Kind.Grant;
        bool byPatient = act.by == act.patient;
        for (uint256 i = 0; i < purposesInUse.length; ++i) {
            uint8 purpose = purposesInUse[i];
            if ((act.purposes >> purpose) & 1 == 0) continue;
            Slot storage slot = slots[act.patient][act.other][purpose];
            uint40 decidedAt = act.issuedAt;
            uint40 standingAt = _latest(act.patient, act.other, purpose).decidedAt;
            if (decidedAt < standingAt) {
                // Nobody but the patient gets ahead of the patient's own revocation.
                if (!byPatient || slot.patientDecidedOnThis) continue;
                decidedAt = standingAt;
            }
            slot.history.push(
                Decision(
                    isGrant,
                    byPatient,
                    act.by,
                    isGrant ? act.categories : 0,
                    act.notBefore,
                    act.expiresAt,
                    decidedAt
                )
            );
            if (byPatient) slot.patientDecided = true;
            if (slot.patientDecided) slot.patientDecidedOnThis = true;
        }
    }

    /// @dev Who revokes everything has decided on everything that was decided until that arrived, and on what never was.
    function _markDecided(address patient) private {
        for (uint256 g = 0; g < grantees.length; ++g) {
            for (uint256 i = 0; i < purposesInUse.length; ++i) {
                uint8 purpose = purposesInUse[i];
                uint40 decidedAt = _latest(patient, grantees[g], purpose).decidedAt;
                if (decidedAt <= patientModels[patient].revokedAllArrivedAt) {
                    slots[patient][grantees[g]][purpose].patientDecided = true;
                }
            }
        }
    }
}
