// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role} from "../participants/Role.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {ConsentTypes} from "./ConsentTypes.sol";
import {ConsentWord} from "./ConsentWord.sol";
import {EmergencyAccess} from "./EmergencyAccess.sol";
import {IConsentRegistry} from "./IConsentRegistry.sol";
import {IRepresentativeRegistry} from "./IRepresentativeRegistry.sol";
import {Purposes} from "./Purposes.sol";

/// @title ConsentRegistry
/// @notice See {IConsentRegistry}.
contract ConsentRegistry is EmergencyAccess, IConsentRegistry {
    using ConsentWord for Terms;
    using ConsentWord for uint256;
    using ConsentTypes for ConsentGrant;
    using ConsentTypes for ConsentRevocation;

    /// @inheritdoc IConsentRegistry
    uint40 public constant MAX_DURATION = 3653 days;

    /// @dev The flags that a grant can set.
    uint8 private constant KNOWN_FLAGS = 0x07;
    /// @dev A tombstone where nothing was ever granted.
    uint8 private constant NEVER_GRANTED = 1 << 5;
    /// @dev A representative decided; who, is in `_representatives`.
    uint8 private constant BY_REPRESENTATIVE = 1 << 6;
    /// @dev The patient decided here at some time. Never cleared.
    uint8 private constant PATIENT_DECIDED = 1 << 7;

    /// @notice Who decides for patients.
    IRepresentativeRegistry public immutable representatives;

    mapping(address patient => mapping(address grantee => mapping(uint256 purpose => uint256 word))) private _consents;
    mapping(address patient => mapping(address grantee => mapping(uint256 purpose => address)))
        private _representatives;

    constructor(
        address authority,
        IParticipantRegistry participants_,
        IRepresentativeRegistry representatives_,
        uint208 emergenciesPerDay
    )
        AccessManaged(authority)
        SignedDecisions("CareProof ConsentRegistry")
        EmergencyAccess(participants_, emergenciesPerDay)
    {
        representatives = representatives_;
    }

    /* GRANT */

    /// @inheritdoc IConsentRegistry
    function grant(address grantee, uint32 purposes, Terms calldata terms, bytes32 evidence) external {
        _grant(msg.sender, msg.sender, grantee, purposes, terms, evidence, uint40(block.timestamp));
    }

    /// @inheritdoc IConsentRegistry
    function grantFor(
        address patient,
        address grantee,
        uint32 purposes,
        Terms calldata terms,
        bytes32 evidence
    ) external {
        _grant(patient, msg.sender, grantee, purposes, terms, evidence, uint40(block.timestamp));
    }

    /// @inheritdoc IConsentRegistry
    function grantBySig(ConsentGrant calldata consent, bytes calldata signature) external {
        _requireSigned(consent.decidedBy, consent.hash(), consent.issuedAt, consent.deadline, signature);
        _grant(
            consent.patient,
            consent.decidedBy,
            consent.grantee,
            consent.purposes,
            Terms(consent.categories, consent.notBefore, consent.expiresAt, consent.flags),
            consent.evidence,
            consent.issuedAt
        );
    }

    /* REVOKE */

    /// @inheritdoc IConsentRegistry
    function revoke(address grantee, uint32 purposes) external returns (uint32 applied) {
        return _revoke(msg.sender, msg.sender, grantee, purposes, uint40(block.timestamp));
    }

    /// @inheritdoc IConsentRegistry
    function revokeFor(address patient, address grantee, uint32 purposes) external returns (uint32 applied) {
        return _revoke(patient, msg.sender, grantee, purposes, uint40(block.timestamp));
    }

    /// @inheritdoc IConsentRegistry
    function revokeBySig(
        ConsentRevocation calldata revocation,
        bytes calldata signature
    ) external returns (uint32 applied) {
        _requireSigned(revocation.decidedBy, revocation.hash(), revocation.issuedAt, revocation.deadline, signature);
        return
            _revoke(
                revocation.patient,
                revocation.decidedBy,
                revocation.grantee,
                revocation.purposes,
                revocation.issuedAt
            );
    }

    /* CHECK */

    /// @inheritdoc IConsentRegistry
    function check(
        address patient,
        address accessor,
        uint256 purpose,
        uint256 categories
    ) external view returns (bool permitted, Denial denial) {
        denial = _check(patient, accessor, purpose, categories);
        permitted = denial == Denial.None;
    }

    /// @inheritdoc IConsentRegistry
    function requirePermitted(address patient, address accessor, uint256 purpose, uint256 categories) external view {
        Denial denial = _check(patient, accessor, purpose, categories);
        require(denial == Denial.None, ConsentDenied(patient, accessor, purpose, denial));
    }

    /// @inheritdoc IConsentRegistry
    function lastDecision(
        address patient,
        address grantee,
        uint8 purpose
    ) external view returns (DecisionKind kind, uint40 decidedAt) {
        uint256 consent = _consents[patient][grantee][purpose];
        Patient storage state = _patients[patient];
        decidedAt = consent.issuedAt();
        if (state.revokedAllAt != 0 && decidedAt <= _revokedUntil(state, consent)) {
            return (DecisionKind.RevokedAll, state.revokedAllAt);
        }
        if (consent == 0) return (DecisionKind.None, 0);
        return (consent.categories() == 0 ? DecisionKind.Revoked : DecisionKind.Granted, decidedAt);
    }

    /// @inheritdoc IConsentRegistry
    function countedAt(
        address patient,
        address grantee,
        uint8 purpose,
        uint256 categories,
        uint40 time
    ) external view returns (bool) {
        Patient storage state = _patients[patient];
        uint256 consent = _consents[patient][grantee][purpose];
        if (state.retiredAt != 0 && state.retiredAt <= time) return false;
        if (consent.issuedAt() <= _revokedUntil(state, consent) && state.revokedAllAt <= time) return false;
        if (consent.categories() == 0) return consent.issuedAt() > time && consent.flags() & NEVER_GRANTED == 0;
        return
            categories & ~uint256(consent.categories()) == 0 &&
            consent.notBefore() <= time &&
            time < consent.expiresAt();
    }

    /// @inheritdoc IConsentRegistry
    function consentOf(address patient, address grantee, uint8 purpose) external view returns (Consent memory) {
        return _consents[patient][grantee][purpose].unpack();
    }

    /// @inheritdoc IConsentRegistry
    function representativeOf(address patient, address grantee, uint8 purpose) external view returns (address) {
        bool byRepresentative = _consents[patient][grantee][purpose].flags() & BY_REPRESENTATIVE != 0;
        return byRepresentative ? _representatives[patient][grantee][purpose] : address(0);
    }

    /* INTERNALS */

    function _grant(
        address patient,
        address decidedBy,
        address grantee,
        uint32 purposes,
        Terms memory terms,
        bytes32 evidence,
        uint40 issuedAt
    ) private {
        _requirePurposes(purposes);
        _requireCategories(terms.categories);
        require(terms.flags & ~KNOWN_FLAGS == 0, UnknownFlags(terms.flags));
        require(
            terms.notBefore < terms.expiresAt &&
                block.timestamp < terms.expiresAt &&
                terms.expiresAt <= issuedAt + MAX_DURATION,
            InvalidPeriod(terms.notBefore, terms.expiresAt)
        );
        require(grantee != address(0) && grantee != patient, InvalidGrantee(grantee));
        require(evidence != 0, EvidenceMissing());
        Patient storage state = _patients[patient];
        require(!_isRetired(state.retiredAt), PatientRetired(patient));
        uint40 revokedAllAt = decidedBy == patient ? state.revokedAllAt : state.revokedAllArrivedAt;
        require(issuedAt > revokedAllAt, DecisionSuperseded(revokedAllAt, issuedAt));

        uint256 consent;
        if (decidedBy == patient) {
            consent = terms.pack(issuedAt, PATIENT_DECIDED);
            _write(patient, grantee, purposes, consent);
        } else {
            consent = terms.pack(issuedAt, BY_REPRESENTATIVE);
            _writeFor(patient, decidedBy, grantee, purposes, consent);
            emit DecidedByRepresentative(patient, grantee, decidedBy, purposes, issuedAt);
        }
        emit ConsentGranted(patient, grantee, purposes, consent, evidence);
    }

    /// @dev Writes what the patient decided, for each purpose.
    function _write(address patient, address grantee, uint256 purposes, uint256 consent) private {
        mapping(uint256 => uint256) storage consents = _consents[patient][grantee];
        while (purposes != 0) {
            uint256 purpose = Math.log2(purposes);
            purposes ^= 1 << purpose;
            _requireLater(purpose, consents[purpose].issuedAt(), consent.issuedAt());
            consents[purpose] = consent;
        }
    }

    /// @dev Writes what a representative decided, for each purpose.
    function _writeFor(
        address patient,
        address representative,
        address grantee,
        uint256 purposes,
        uint256 consent
    ) private {
        uint40 revokedAllArrivedAt = _patients[patient].revokedAllArrivedAt;
        IRepresentativeRegistry.Representation memory representation = _requireRepresentative(
            patient,
            representative,
            uint32(purposes),
            consent.issuedAt()
        );
        require(
            consent.expiresAt() <= representation.expiresAt,
            ConsentOutlivesRepresentation(consent.expiresAt(), representation.expiresAt)
        );
        while (purposes != 0) {
            uint256 purpose = Math.log2(purposes);
            purposes ^= 1 << purpose;
            uint256 standing = _consents[patient][grantee][purpose];
            _requireLater(purpose, standing.issuedAt(), consent.issuedAt());
            bool patientDecided = _patientDecided(standing, revokedAllArrivedAt);
            require(representation.mayOverride || !patientDecided, PatientDecided(uint8(purpose)));
            _consents[patient][grantee][purpose] =
                patientDecided ? consent | ConsentWord.tombstone(0, PATIENT_DECIDED) : consent;
            _representatives[patient][grantee][purpose] = representative;
        }
    }

    function _revoke(
        address patient,
        address decidedBy,
        address grantee,
        uint32 purposes,
        uint40 issuedAt
    ) private returns (uint32 applied) {
        bool byPatient = decidedBy == patient;
        uint40 revokedAllArrivedAt;
        // A revocation of everything that there is names purposes without a meaning too.
        uint256 rest = purposes & Purposes.KNOWN;
        if (!byPatient) {
            revokedAllArrivedAt = _patients[patient].revokedAllArrivedAt;
            _requireRepresentative(patient, decidedBy, uint32(rest), issuedAt);
        }
        mapping(uint256 => uint256) storage consents = _consents[patient][grantee];
        while (rest != 0) {
            uint256 purpose = Math.log2(rest);
            rest ^= 1 << purpose;
            uint256 standing = consents[purpose];
            bool patientDecided = _patientDecided(standing, revokedAllArrivedAt);
            uint40 decidedAt = issuedAt;
            // Wins ties; skips what was decided later, unless only a representative did and the patient now says no.
            if (issuedAt < standing.issuedAt()) {
                if (!byPatient || patientDecided) continue;
                decidedAt = standing.issuedAt();
            }
            // Kept on record where the time alone would no longer show it; a second relay then writes the same again.
            bool keep =
                byPatient ||
                    standing.flags() & PATIENT_DECIDED != 0 ||
                    (patientDecided && decidedAt > revokedAllArrivedAt);
            uint8 never = standing == 0 ? NEVER_GRANTED : standing.flags() & NEVER_GRANTED;
            uint256 revoked = ConsentWord.tombstone(decidedAt, (keep ? PATIENT_DECIDED : 0) | never);
            if (revoked == standing) continue;
            consents[purpose] = revoked;
            applied |= uint32(1 << purpose);
        }
        if (applied == 0) return 0;
        if (!byPatient) emit DecidedByRepresentative(patient, grantee, decidedBy, applied, issuedAt);
        emit ConsentRevoked(patient, grantee, applied, issuedAt);
    }

    function _check(
        address patient,
        address accessor,
        uint256 purpose,
        uint256 categories
    ) private view returns (Denial) {
        if (!Purposes.isKnown(purpose)) return Denial.UnknownPurpose;
        if (categories == 0) return Denial.NothingAsked;
        address grantee = accessor;
        uint256 role = Purposes.roleFor(purpose);
        if (role != Purposes.NO_ROLE) {
            IParticipantRegistry.Standing standing;
            (grantee, standing) = participants.tryResolve(accessor, Role.wrap(uint16(role)));
            // The reasons stand in the same order in both enums.
            if (standing != IParticipantRegistry.Standing.Good) return Denial(uint8(standing));
        }
        Patient storage state = _patients[patient];
        if (_isRetired(state.retiredAt)) return Denial.Retired;
        uint256 consent = _consents[patient][grantee][purpose];
        Denial denial = _denialOf(patient, state, grantee, purpose, categories, consent);
        if (
            purpose == Purposes.ETREAT &&
            denial != Denial.None &&
            denial != Denial.Revoked &&
            _isEmergencyCovered(patient, state, grantee, accessor, categories, consent.issuedAt())
        ) return Denial.None;
        return denial;
    }

    /// @dev What the stored consent alone says.
    function _denialOf(
        address patient,
        Patient storage state,
        address grantee,
        uint256 purpose,
        uint256 categories,
        uint256 consent
    ) private view returns (Denial) {
        if (consent == 0) return Denial.NeverGranted;
        if (consent.categories() == 0) return Denial.Revoked;
        if (consent.issuedAt() <= _revokedUntil(state, consent)) return Denial.RevokedAll;
        if (block.timestamp < consent.notBefore()) return Denial.NotYetValid;
        if (block.timestamp >= consent.expiresAt()) return Denial.Expired;
        if (categories & ~uint256(consent.categories()) != 0) return Denial.CategoryNotCovered;
        if (
            consent.flags() & BY_REPRESENTATIVE != 0 &&
            !representatives.counts(patient, _representatives[patient][grantee][purpose], consent.issuedAt())
        ) return Denial.RepresentationEnded;
        return Denial.None;
    }

    /// @dev The last second at which a decision counts for nothing since the patient revoked everything. What others
    /// did while the revocation was on its way ends with it.
    function _revokedUntil(Patient storage state, uint256 consent) private view returns (uint40) {
        return consent.flags() & BY_REPRESENTATIVE != 0 ? state.revokedAllArrivedAt : state.revokedAllAt;
    }

    /// @notice Whether the patient refused ETREAT to `provider`.
    function _isEmergencyRefused(address patient, address provider) internal view override returns (bool) {
        uint256 consent = _consents[patient][provider][Purposes.ETREAT];
        return consent != 0 && consent.categories() == 0;
    }

    /// @dev Whether the patient had decided on what now stands, one by one or by revoking everything. Without the flag
    /// nobody or a representative decided, so the time that counts is when the revocation of everything arrived.
    function _patientDecided(uint256 standing, uint40 revokedAllArrivedAt) private pure returns (bool) {
        return
            standing.flags() & PATIENT_DECIDED != 0 ||
            (revokedAllArrivedAt != 0 && standing.issuedAt() <= revokedAllArrivedAt);
    }

    function _requireLater(uint256 purpose, uint40 decidedAt, uint40 issuedAt) private pure {
        require(issuedAt > decidedAt, ConsentSuperseded(uint8(purpose), decidedAt));
    }

    function _requirePurposes(uint32 purposes) private pure {
        require(purposes != 0 && purposes & ~Purposes.KNOWN == 0, UnknownPurposes(purposes));
    }

    /// @dev A representative whose word, given at `issuedAt`, counts now. A patient's revocation of everything ends the
    /// ones that the patient named, not the ones that an authority appointed.
    function _requireRepresentative(
        address patient,
        address account,
        uint32 purposes,
        uint40 issuedAt
    ) private view returns (IRepresentativeRegistry.Representation memory representation) {
        representation = representatives.representationOf(patient, account);
        require(
            representatives.counts(patient, account, issuedAt) &&
                purposes & ~representation.purposes == 0 &&
                (representation.authority != address(0) || representation.decidedAt > _patients[patient].revokedAllAt),
            NotRepresentative(patient, account)
        );
    }
}
