// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

import {SignedDecisions} from "../utils/SignedDecisions.sol";
import {IParticipantRegistry} from "./IParticipantRegistry.sol";
import {ParticipantTypes} from "./ParticipantTypes.sol";
import {Role, Roles} from "./Role.sol";

/// @title ParticipantRegistry
/// @notice See {IParticipantRegistry}.
contract ParticipantRegistry is IParticipantRegistry, AccessManaged, SignedDecisions, Nonces {
    struct Offer {
        uint56 roles;
        uint40 expiresAt;
    }

    mapping(address participant => mapping(Role role => Accreditation)) private _accreditations;
    mapping(address participant => uint56 roles) private _roles;
    mapping(address operator => Operator) private _operators;
    mapping(address principal => mapping(address operator => Offer)) private _offers;
    mapping(address operator => mapping(address principal => Tenure)) private _tenures;

    constructor(address authority) AccessManaged(authority) SignedDecisions("CareProof ParticipantRegistry") {}

    /* ACCREDITATION */

    /// @inheritdoc IParticipantRegistry
    function accredit(address participant, Role role, uint40 validUntil) external {
        require(Role.unwrap(role) <= Roles.HIGHEST, UnknownRole(role));
        Accreditation storage record = _recordFor(participant, role);
        require(participant != address(0), Empty());
        require(validUntil > block.timestamp, NotInFuture(validUntil));
        address principal = _operators[participant].principal;
        require(principal == address(0), ParticipantIsOperator(participant, principal));
        _requireStatus(participant, role, record.status, record.status != AccreditationStatus.Suspended);

        _accreditations[participant][role] = Accreditation(msg.sender, validUntil, AccreditationStatus.Active);
        // Safe: a role is at most 55, so its bit fits.
        _roles[participant] |= uint56(role.bit());
        emit Accredited(participant, role, msg.sender, validUntil);
    }

    /// @inheritdoc IParticipantRegistry
    function suspend(address participant, Role role) external {
        Accreditation storage record = _recordFor(participant, role);
        _requireStatus(participant, role, record.status, record.status == AccreditationStatus.Active);
        record.status = AccreditationStatus.Suspended;
        emit AccreditationSuspended(participant, role, msg.sender);
    }

    /// @inheritdoc IParticipantRegistry
    function reinstate(address participant, Role role) external {
        Accreditation storage record = _recordFor(participant, role);
        _requireStatus(participant, role, record.status, record.status == AccreditationStatus.Suspended);
        record.status = AccreditationStatus.Active;
        emit AccreditationReinstated(participant, role, msg.sender);
    }

    /// @inheritdoc IParticipantRegistry
    function withdraw(address participant, Role role) external {
        Accreditation storage record = _recordFor(participant, role);
        AccreditationStatus status = record.status;
        _requireStatus(
            participant,
            role,
            status,
            status == AccreditationStatus.Active || status == AccreditationStatus.Suspended
        );
        record.status = AccreditationStatus.Withdrawn;
        emit AccreditationWithdrawn(participant, role, msg.sender);
    }

    /* OPERATORS */

    /// @inheritdoc IParticipantRegistry
    function offerOperator(address operator, uint56 roles, uint40 expiresAt) external {
        if (roles == 0) {
            delete _offers[msg.sender][operator];
            emit OperatorOffered(msg.sender, operator, 0, 0);
            return;
        }
        _requireTerms(operator, roles, expiresAt);
        if (_operators[operator].principal == msg.sender) {
            _setOperator(operator, msg.sender, roles, expiresAt);
        } else {
            _offers[msg.sender][operator] = Offer(roles, expiresAt);
            emit OperatorOffered(msg.sender, operator, roles, expiresAt);
        }
    }

    /// @inheritdoc IParticipantRegistry
    function acceptOperator(address principal) external {
        Offer memory offer = _offers[principal][msg.sender];
        require(offer.roles != 0, NoOffer(principal, msg.sender));
        require(offer.expiresAt > block.timestamp, NotInFuture(offer.expiresAt));
        _enlist(msg.sender, principal, offer.roles, offer.expiresAt);
    }

    /// @inheritdoc IParticipantRegistry
    function nameOperator(
        address operator,
        uint56 roles,
        uint40 expiresAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        _requireTerms(operator, roles, expiresAt);
        bytes32 structHash = ParticipantTypes.hashOperatorAcceptance(
            operator,
            msg.sender,
            roles,
            expiresAt,
            _useNonce(operator),
            deadline
        );
        _requireSigned(operator, structHash, 0, deadline, signature);
        _enlist(operator, msg.sender, roles, expiresAt);
    }

    /// @inheritdoc IParticipantRegistry
    function removeOperator(address operator) external {
        address principal = _operators[operator].principal;
        require(
            principal != address(0) && (msg.sender == principal || msg.sender == operator),
            NotOperatorOf(operator, msg.sender)
        );
        delete _operators[operator];
        Tenure storage tenure = _tenures[operator][principal];
        if (block.timestamp < tenure.until) tenure.until = uint40(block.timestamp);
        _useNonce(operator);
        emit OperatorRemoved(principal, operator);
    }

    /* VIEWS */

    /// @inheritdoc IParticipantRegistry
    function resolve(address account, Role role) external view returns (address principal) {
        // Mostly called for keys. A key is never accredited itself ({accredit}, {_enlist}), so that it does not matter which is
        // looked at first, and this way saves a read of storage.
        Operator storage operator = _operators[account];
        Standing standing;
        (principal, standing) = operator.principal == address(0)
            ? (account, _standing(_accreditations[account][role]))
            : _resolveOperator(operator, role);
        require(standing == Standing.Good, NotInGoodStanding(account, role, standing));
    }

    /// @inheritdoc IParticipantRegistry
    function tryResolve(address account, Role role) public view returns (address principal, Standing standing) {
        Accreditation storage record = _accreditations[account][role];
        // An address that was ever accredited for the role stands for itself.
        if (record.status != AccreditationStatus.None) return (account, _standing(record));
        Operator storage operator = _operators[account];
        if (operator.principal == address(0)) return (account, Standing.Unaccredited);
        return _resolveOperator(operator, role);
    }

    /// @inheritdoc IParticipantRegistry
    function principalOf(address account) external view returns (address) {
        address principal = _operators[account].principal;
        return principal == address(0) ? account : principal;
    }

    /// @inheritdoc IParticipantRegistry
    function accreditationOf(address participant, Role role) external view returns (Accreditation memory) {
        return _accreditations[participant][role];
    }

    /// @inheritdoc IParticipantRegistry
    function rolesOf(address participant) external view returns (uint56) {
        return _roles[participant];
    }

    /// @inheritdoc IParticipantRegistry
    function operatorOf(address account) external view returns (Operator memory) {
        return _operators[account];
    }

    /// @inheritdoc IParticipantRegistry
    function offerOf(address principal, address operator) external view returns (uint56 roles, uint40 expiresAt) {
        Offer memory offer = _offers[principal][operator];
        return (offer.roles, offer.expiresAt);
    }

    /// @inheritdoc IParticipantRegistry
    function tenureOf(address operator, address principal) external view returns (Tenure memory) {
        return _tenures[operator][principal];
    }

    /* INTERNALS */

    /// @dev Makes `operator` act for `principal`, which both have agreed to.
    function _enlist(address operator, address principal, uint56 roles, uint40 expiresAt) private {
        require(_roles[operator] == 0, OperatorIsParticipant(operator));
        address served = _operators[operator].principal;
        require(served == address(0) || served == principal, OperatorServesAnother(operator, served));
        delete _offers[principal][operator];
        _setOperator(operator, principal, roles, expiresAt);
    }

    function _setOperator(address operator, address principal, uint56 roles, uint40 expiresAt) private {
        _operators[operator] = Operator(principal, roles, expiresAt);
        Tenure storage tenure = _tenures[operator][principal];
        if (tenure.since == 0) tenure.since = uint40(block.timestamp);
        tenure.until = expiresAt;
        tenure.roles |= roles;
        emit OperatorSet(principal, operator, roles, expiresAt);
    }

    function _requireTerms(address operator, uint56 roles, uint40 expiresAt) private view {
        require(operator != address(0) && roles != 0, Empty());
        require(expiresAt > block.timestamp, NotInFuture(expiresAt));
    }

    function _resolveOperator(Operator storage operator, Role role) private view returns (address, Standing) {
        address principal = operator.principal;
        if (operator.expiresAt <= block.timestamp) return (principal, Standing.OperatorExpired);
        if (operator.roles & role.bit() == 0) return (principal, Standing.OperatorRoleMissing);
        return (principal, _standing(_accreditations[principal][role]));
    }

    function _standing(Accreditation storage record) private view returns (Standing) {
        AccreditationStatus status = record.status;
        if (status == AccreditationStatus.Active) {
            return block.timestamp < record.validUntil ? Standing.Good : Standing.Expired;
        }
        if (status == AccreditationStatus.None) return Standing.Unaccredited;
        return status == AccreditationStatus.Suspended ? Standing.Suspended : Standing.Withdrawn;
    }

    /// @dev The record, for an accreditor of the role.
    function _recordFor(address participant, Role role) private view returns (Accreditation storage) {
        require(_isNamed(msg.sender, role), NotAccreditor(msg.sender, role));
        return _accreditations[participant][role];
    }

    function _requireStatus(address participant, Role role, AccreditationStatus status, bool allowed) private pure {
        require(allowed, WrongAccreditationStatus(participant, role, status));
    }

    /// @dev A member with an execution delay would have to act through the manager, which the role's record could not
    /// attribute: such members are not accreditors.
    function _isNamed(address account, Role role) private view returns (bool) {
        (bool member, uint32 delay) = IAccessManager(authority()).hasRole(Roles.accreditor(role), account);
        return member && delay == 0;
    }
}
