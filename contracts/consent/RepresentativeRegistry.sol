// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {IRepresentativeRegistry} from "./IRepresentativeRegistry.sol";
import {Purposes} from "./Purposes.sol";
import {RepresentativeTypes} from "./RepresentativeTypes.sol";

/// @title RepresentativeRegistry
/// @notice See {IRepresentativeRegistry}.
contract RepresentativeRegistry is IRepresentativeRegistry, SignedDecisions {
    using RepresentativeTypes for RepresentativeAppointment;
    using RepresentativeTypes for AppointmentDecision;

    /// @inheritdoc IRepresentativeRegistry
    uint40 public constant APPOINTMENT_DELAY = 72 hours;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;

    mapping(address patient => mapping(address representative => Representation)) private _representations;

    constructor(IParticipantRegistry participants_) SignedDecisions("CareProof Representatives") {
        participants = participants_;
    }

    /* BY THE PATIENT */

    /// @inheritdoc IRepresentativeRegistry
    function nameRepresentative(address representative, uint32 purposes, uint40 expiresAt) external {
        _name(msg.sender, representative, purposes, expiresAt, uint40(block.timestamp));
    }

    /// @inheritdoc IRepresentativeRegistry
    function nameRepresentativeBySig(
        address patient,
        address representative,
        uint32 purposes,
        uint40 expiresAt,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                RepresentativeTypes.REPRESENTATIVE_NAMING_TYPEHASH,
                patient,
                representative,
                purposes,
                expiresAt,
                issuedAt,
                deadline
            )
        );
        _requireSigned(patient, structHash, issuedAt, deadline, signature);
        _requireLater(_representations[patient][representative].decidedAt, issuedAt);
        _name(patient, representative, purposes, expiresAt, issuedAt);
    }

    /// @inheritdoc IRepresentativeRegistry
    function removeRepresentative(address representative) external {
        _remove(msg.sender, representative, uint40(block.timestamp));
    }

    /// @inheritdoc IRepresentativeRegistry
    function removeRepresentativeBySig(
        address patient,
        address representative,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(RepresentativeTypes.REPRESENTATIVE_REMOVAL_TYPEHASH, patient, representative, issuedAt, deadline)
        );
        _requireSigned(patient, structHash, issuedAt, deadline, signature);
        Representation storage representation = _representations[patient][representative];
        uint40 decidedAt = representation.decidedAt;
        uint40 appointedAt = representation.appointedAt;
        // A removal wins ties with a naming. A veto is of the appointment that stands, and counts once.
        require(
            _isOpenAppointment(representation)
                ? issuedAt > decidedAt && issuedAt >= appointedAt
                : issuedAt >= decidedAt,
            RepresentationSuperseded(decidedAt > appointedAt ? decidedAt : appointedAt, issuedAt)
        );
        _remove(patient, representative, issuedAt);
    }

    /* BY AN AUTHORITY */

    /// @inheritdoc IRepresentativeRegistry
    function appointRepresentative(RepresentativeAppointment calldata appointment, bytes calldata signature) external {
        _requireTerms(appointment.patient, appointment.representative, appointment.purposes, appointment.expiresAt);
        address authority = participants.resolve(appointment.officer, Roles.GUARDIANSHIP_AUTHORITY);
        require(
            participants.principalOf(appointment.representative) != authority,
            AuthorityCannotRepresent(authority, appointment.representative)
        );
        _requireSigned(appointment.officer, appointment.hash(), appointment.issuedAt, appointment.deadline, signature);
        Representation storage representation = _representations[appointment.patient][appointment.representative];
        _requireLater(representation.appointedAt, appointment.issuedAt);
        _requireNoAppointment(representation, appointment.patient, appointment.representative);

        uint40 since = uint40(block.timestamp) + APPOINTMENT_DELAY;
        require(appointment.expiresAt > since, ExpiryNotInFuture(appointment.expiresAt));
        _representations[appointment.patient][appointment.representative] = Representation({
            since: since,
            expiresAt: appointment.expiresAt,
            purposes: appointment.purposes,
            status: RepresentationStatus.Appointed,
            mayOverride: appointment.mayOverride,
            decidedAt: representation.decidedAt,
            appointedAt: appointment.issuedAt,
            authority: authority,
            officer: appointment.officer
        });
        emit RepresentativeAppointed(
            appointment.patient,
            appointment.representative,
            authority,
            appointment.officer,
            appointment.purposes,
            appointment.mayOverride,
            since,
            appointment.expiresAt,
            appointment.caseCommitment,
            appointment.issuedAt
        );
    }

    /// @inheritdoc IRepresentativeRegistry
    function decideAppointment(AppointmentDecision calldata decision, bytes calldata signature) external {
        Representation storage representation = _representations[decision.patient][decision.representative];
        RepresentationStatus status = representation.status;
        address authority = representation.authority;
        require(
            decision.inForce ? status == RepresentationStatus.Vetoed : _isAppointment(status),
            WrongRepresentationStatus(decision.patient, decision.representative, status)
        );
        _requireOfficer(decision, authority);
        require(!decision.inForce || decision.officer != representation.officer, SameOfficer(decision.officer));
        _requireSigned(decision.officer, decision.hash(), decision.issuedAt, decision.deadline, signature);
        _requireLater(representation.appointedAt, decision.issuedAt);
        // Upholding answers the veto: it cannot be signed before it.
        if (decision.inForce) _requireLater(representation.decidedAt, decision.issuedAt);

        representation.appointedAt = decision.issuedAt;
        if (decision.inForce) {
            representation.status = RepresentationStatus.Confirmed;
            emit AppointmentConfirmed(decision.patient, decision.representative, decision.officer, decision.issuedAt);
        } else {
            representation.status = RepresentationStatus.Ended;
            emit RepresentationEnded(decision.patient, decision.representative, decision.officer, decision.issuedAt);
        }
    }

    /* VIEWS */

    /// @inheritdoc IRepresentativeRegistry
    function representationOf(address patient, address representative) external view returns (Representation memory) {
        return _representations[patient][representative];
    }

    /// @inheritdoc IRepresentativeRegistry
    function countsIn(
        address patient,
        address representative,
        uint8 purpose,
        uint40 decidedAt
    ) external view returns (bool) {
        return
            _representations[patient][representative].purposes & (1 << purpose) != 0 &&
            counts(patient, representative, decidedAt);
    }

    /// @inheritdoc IRepresentativeRegistry
    function counts(address patient, address representative, uint40 decidedAt) public view returns (bool) {
        Representation storage representation = _representations[patient][representative];
        RepresentationStatus status = representation.status;
        return
            (status == RepresentationStatus.Named ||
                status == RepresentationStatus.Appointed ||
                status == RepresentationStatus.Confirmed) &&
            decidedAt >= representation.since &&
            block.timestamp < representation.expiresAt;
    }

    /* INTERNALS */

    function _name(
        address patient,
        address representative,
        uint32 purposes,
        uint40 expiresAt,
        uint40 issuedAt
    ) private {
        _requireTerms(patient, representative, purposes, expiresAt);
        Representation storage representation = _representations[patient][representative];
        _requireNoAppointment(representation, patient, representative);
        _representations[patient][representative] = Representation({
            // What was decided under an earlier naming or appointment, until this very second, counts no more.
            since: representation.status == RepresentationStatus.None ? issuedAt : uint40(block.timestamp) + 1,
            expiresAt: expiresAt,
            purposes: purposes,
            status: RepresentationStatus.Named,
            mayOverride: false,
            decidedAt: issuedAt,
            appointedAt: representation.appointedAt,
            authority: address(0),
            officer: address(0)
        });
        emit RepresentativeNamed(patient, representative, purposes, expiresAt, issuedAt);
    }

    /// @dev What was never named, or ended, is ended (again) too: a naming signed before must not be relayed after.
    function _remove(address patient, address representative, uint40 issuedAt) private {
        Representation storage representation = _representations[patient][representative];
        RepresentationStatus status = representation.status;
        representation.decidedAt = issuedAt;
        if (_isOpenAppointment(representation)) {
            require(
                status == RepresentationStatus.Appointed,
                WrongRepresentationStatus(patient, representative, status)
            );
            representation.status = RepresentationStatus.Vetoed;
            emit AppointmentVetoed(patient, representative, issuedAt);
        } else {
            representation.status = RepresentationStatus.Ended;
            emit RepresentationEnded(patient, representative, patient, issuedAt);
        }
    }

    function _requireTerms(address patient, address representative, uint32 purposes, uint40 expiresAt) private view {
        require(representative != address(0) && representative != patient, InvalidRepresentative(representative));
        require(purposes != 0 && purposes & ~Purposes.KNOWN == 0, UnknownPurposes(purposes));
        require(expiresAt > block.timestamp, ExpiryNotInFuture(expiresAt));
    }

    /// @dev The authority's own officers; to end an appointment also an oversight authority's, since an authority that
    /// lost its accreditation can end nothing any more.
    function _requireOfficer(AppointmentDecision calldata decision, address authority) private view {
        (address principal, IParticipantRegistry.Standing standing) = participants.tryResolve(
            decision.officer,
            Roles.GUARDIANSHIP_AUTHORITY
        );
        if (standing == IParticipantRegistry.Standing.Good && principal == authority) return;
        require(!decision.inForce, NotOfficerOf(authority, decision.officer));
        participants.resolve(decision.officer, Roles.OVERSIGHT_AUTHORITY);
    }

    /// @dev A patient cannot name away an appointment, nor another authority replace it.
    function _requireNoAppointment(
        Representation storage representation,
        address patient,
        address representative
    ) private view {
        require(
            !_isOpenAppointment(representation),
            WrongRepresentationStatus(patient, representative, representation.status)
        );
    }

    /// @dev Whether an authority's appointment is there that has neither ended nor run out.
    function _isOpenAppointment(Representation storage representation) private view returns (bool) {
        return _isAppointment(representation.status) && block.timestamp < representation.expiresAt;
    }

    function _isAppointment(RepresentationStatus status) private pure returns (bool) {
        return
            status == RepresentationStatus.Appointed ||
            status == RepresentationStatus.Vetoed ||
            status == RepresentationStatus.Confirmed;
    }

    function _requireLater(uint40 decidedAt, uint40 issuedAt) private pure {
        require(issuedAt > decidedAt, RepresentationSuperseded(decidedAt, issuedAt));
    }
}
