// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {Categories} from "./Categories.sol";
import {ConsentTypes} from "./ConsentTypes.sol";
import {IEmergencyAccess} from "./IEmergencyAccess.sol";
import {PatientStanding} from "./PatientStanding.sol";

/// @title EmergencyAccess
/// @notice See {IEmergencyAccess}. Part of `ConsentRegistry`.
abstract contract EmergencyAccess is PatientStanding, IEmergencyAccess, AccessManaged {
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @inheritdoc IEmergencyAccess
    uint40 public constant EMERGENCY_DURATION = 8 hours;
    /// @inheritdoc IEmergencyAccess
    uint40 public constant REVIEW_PERIOD = 72 hours;
    /// @inheritdoc IEmergencyAccess
    uint40 public constant SOURCE_DELAY = 7 days;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;

    mapping(address patient => mapping(address provider => mapping(address operator => mapping(bool bySource => Emergency))))
        private _emergencies;
    mapping(address operator => PendingReview) private _pendingReviews;
    mapping(address provider => ReviewRecord) private _reviewRecords;
    mapping(address reviewer => mapping(address provider => uint256)) private _upheld;
    mapping(address source => uint40 activeFrom) private _sources;
    mapping(address patient => mapping(address source => SourcePreference)) private _sourcePreferences;
    RateLimiter.RefillingBucket private _rate;

    /// @notice Sets the rate, for good.
    /// @param emergenciesPerDay How many times a day each provider may break the glass.
    constructor(IParticipantRegistry participants_, uint208 emergenciesPerDay) {
        participants = participants_;
        _rate.updateSettings(1 days, emergenciesPerDay);
    }

    /* EMERGENCIES */

    /// @inheritdoc IEmergencyAccess
    function breakGlass(address patient, uint64 categories, BreakGlassReason reason, bytes32 justification) external {
        _requireCategories(categories);
        address provider = participants.resolve(msg.sender, Roles.EMERGENCY_CARE);
        require(justification != 0, EvidenceMissing());
        PendingReview storage owed = _pendingReviews[msg.sender];
        require(owed.openedAt == 0, EmergencyUnreviewed(msg.sender, owed.patient));
        require(!_patients[patient].breakGlassForbidden, EmergencyForbidden(patient, provider));
        require(_rate.tryConsume(_rateKey(provider), 1), EmergencyRateExceeded(provider));

        uint40 expiresAt = _open(patient, provider, msg.sender, categories, false);
        _pendingReviews[msg.sender] = PendingReview(patient, uint40(block.timestamp), false, provider);
        emit GlassBroken(patient, provider, msg.sender, categories, expiresAt, reason, justification);
    }

    /// @inheritdoc IEmergencyAccess
    function openEmergency(address patient, address responder, uint64 categories, bytes32 justification) external {
        _requireCategories(categories);
        require(justification != 0, EvidenceMissing());
        uint40 activeFrom = _sources[msg.sender];
        require(activeFrom != 0 && activeFrom <= block.timestamp, NotEmergencySource(msg.sender));
        SourcePreference memory preference = _sourcePreferences[patient][msg.sender];
        uint64 allowed = preference.decidedAt > _patients[patient].revokedAllAt ? preference.categories : 0;
        require(categories & ~allowed == 0, SourceNotAllowed(patient, msg.sender, allowed));
        address provider = participants.resolve(responder, Roles.EMERGENCY_CARE);

        uint40 expiresAt = _open(patient, provider, responder, categories, true);
        emit EmergencyOpened(patient, provider, responder, msg.sender, categories, expiresAt, justification);
    }

    /* REVIEWS */

    /// @inheritdoc IEmergencyAccess
    function reviewEmergency(address operator, address patient, uint40 openedAt, bool upheld) external {
        PendingReview memory pending = _pendingReviewFor(operator);
        require(pending.patient == patient && pending.openedAt == openedAt, NothingToReview(operator));
        address reviewer = _requireReviewer(pending);

        delete _pendingReviews[operator];
        if (upheld) {
            ++_reviewRecords[pending.provider].upheld;
            ++_upheld[reviewer][pending.provider];
        } else {
            ++_reviewRecords[pending.provider].rejected;
            delete _emergencies[pending.patient][pending.provider][operator][false];
        }
        emit EmergencyReviewed(pending.patient, pending.provider, operator, reviewer, upheld);
    }

    /// @inheritdoc IEmergencyAccess
    function reportOverdueReview(address operator) external {
        PendingReview memory pending = _pendingReviewFor(operator);
        require(
            _isOverdue(pending) && !pending.reportedOverdue,
            ReviewNotOverdue(operator, pending.openedAt + REVIEW_PERIOD)
        );
        _pendingReviews[operator].reportedOverdue = true;
        ++_reviewRecords[pending.provider].overdue;
        emit ReviewOverdue(pending.patient, pending.provider, operator);
    }

    /* PREFERENCES OF THE PATIENT */

    /// @inheritdoc IEmergencyAccess
    function setBreakGlassPreference(bool forbidden) external {
        _setBreakGlassPreference(msg.sender, forbidden, uint40(block.timestamp));
    }

    /// @inheritdoc IEmergencyAccess
    function setBreakGlassPreferenceBySig(
        address patient,
        bool forbidden,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(ConsentTypes.BREAK_GLASS_PREFERENCE_TYPEHASH, patient, forbidden, issuedAt, deadline)
        );
        _requireSigned(patient, structHash, issuedAt, deadline, signature);
        _requireLater(_patients[patient].breakGlassDecidedAt, issuedAt, forbidden);
        _setBreakGlassPreference(patient, forbidden, issuedAt);
    }

    /// @inheritdoc IEmergencyAccess
    function setEmergencySourcePreference(address source, uint64 categories) external {
        _setSourcePreference(msg.sender, source, categories, uint40(block.timestamp));
    }

    /// @inheritdoc IEmergencyAccess
    function setEmergencySourcePreferenceBySig(
        address patient,
        address source,
        uint64 categories,
        uint40 issuedAt,
        uint40 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                ConsentTypes.EMERGENCY_SOURCE_PREFERENCE_TYPEHASH,
                patient,
                source,
                categories,
                issuedAt,
                deadline
            )
        );
        _requireSigned(patient, structHash, issuedAt, deadline, signature);
        _requireLater(_sourcePreferences[patient][source].decidedAt, issuedAt, categories == 0);
        _setSourcePreference(patient, source, categories, issuedAt);
    }

    /* GOVERNANCE */

    /// @inheritdoc IEmergencyAccess
    function setEmergencySource(address source) external restricted {
        uint40 activeFrom = uint40(block.timestamp) + SOURCE_DELAY;
        _sources[source] = activeFrom;
        emit EmergencySourceSet(source, activeFrom);
    }

    /// @inheritdoc IEmergencyAccess
    function removeEmergencySource(address source) external restricted {
        delete _sources[source];
        emit EmergencySourceRemoved(source);
    }

    /* VIEWS */

    /// @inheritdoc IEmergencyAccess
    function emergencyOf(
        address patient,
        address provider,
        address operator,
        bool bySource
    ) external view returns (Emergency memory) {
        return _emergencies[patient][provider][operator][bySource];
    }

    /// @inheritdoc IEmergencyAccess
    function pendingReviewOf(address operator) external view returns (PendingReview memory) {
        return _pendingReviews[operator];
    }

    /// @inheritdoc IEmergencyAccess
    function reviewRecordOf(address provider) external view returns (ReviewRecord memory) {
        return _reviewRecords[provider];
    }

    /// @inheritdoc IEmergencyAccess
    function upheldBetween(address reviewer, address provider) external view returns (uint256) {
        return _upheld[reviewer][provider];
    }

    /// @inheritdoc IEmergencyAccess
    function emergencySourceFrom(address source) external view returns (uint40) {
        return _sources[source];
    }

    /// @inheritdoc IEmergencyAccess
    function sourcePreferenceOf(address patient, address source) external view returns (SourcePreference memory) {
        return _sourcePreferences[patient][source];
    }

    /// @inheritdoc IEmergencyAccess
    function emergenciesAvailable(address provider) external view returns (uint256) {
        return _rate.available(_rateKey(provider));
    }

    /* INTERNALS */

    /// @dev Whether the patient refused ETREAT to `provider`: a deny always overrides.
    function _isEmergencyRefused(address patient, address provider) internal view virtual returns (bool);

    /// @dev Whether an open emergency that the patient, as in `state`, still allows covers `categories`. The caller has
    /// seen that ETREAT is not refused. `decidedAt`: when ETREAT was last decided for the provider. An emergency never
    /// outlives a later word of the patient, whatever it says.
    function _isEmergencyCovered(
        address patient,
        Patient storage state,
        address provider,
        address operator,
        uint256 categories,
        uint40 decidedAt
    ) internal view returns (bool) {
        mapping(bool bySource => Emergency) storage emergencies = _emergencies[patient][provider][operator];
        uint40 since = _later(state.revokedAllArrivedAt, decidedAt);
        return
            (!state.breakGlassForbidden &&
                _covers(emergencies[false], _later(since, state.breakGlassDecidedAt), categories)) ||
            _covers(emergencies[true], since, categories);
    }

    function _later(uint40 one, uint40 other) private pure returns (uint40) {
        return one > other ? one : other;
    }

    /// @dev Whether an emergency opened later than `since` is open and covers `categories`.
    function _covers(Emergency storage emergency, uint40 since, uint256 categories) private view returns (bool) {
        return
            block.timestamp < emergency.expiresAt &&
            emergency.openedAt > since &&
            categories & ~uint256(emergency.categories) == 0;
    }

    function _requireCategories(uint64 categories) internal pure {
        require(categories != 0 && categories & ~Categories.KNOWN == 0, UnknownCategories(categories));
    }

    /// @dev A deny wins ties, as everywhere.
    function _requireLater(uint40 decidedAt, uint40 issuedAt, bool denies) private pure {
        require(issuedAt > decidedAt || (denies && issuedAt == decidedAt), DecisionSuperseded(decidedAt, issuedAt));
    }

    function _open(
        address patient,
        address provider,
        address operator,
        uint64 categories,
        bool bySource
    ) private returns (uint40 expiresAt) {
        require(!_isRetired(_patients[patient].retiredAt), PatientRetired(patient));
        require(!_isEmergencyRefused(patient, provider), EmergencyForbidden(patient, provider));
        expiresAt = uint40(block.timestamp) + EMERGENCY_DURATION;
        _emergencies[patient][provider][operator][bySource] = Emergency(categories, uint40(block.timestamp), expiresAt);
    }

    function _setBreakGlassPreference(address patient, bool forbidden, uint40 issuedAt) private {
        _patients[patient].breakGlassDecidedAt = issuedAt;
        _patients[patient].breakGlassForbidden = forbidden;
        emit BreakGlassPreferenceSet(patient, forbidden, issuedAt);
    }

    function _setSourcePreference(address patient, address source, uint64 categories, uint40 issuedAt) private {
        if (categories != 0) _requireCategories(categories);
        _sourcePreferences[patient][source] = SourcePreference(categories, issuedAt);
        emit EmergencySourcePreferenceSet(patient, source, categories, issuedAt);
    }

    function _pendingReviewFor(address operator) private view returns (PendingReview memory pending) {
        pending = _pendingReviews[operator];
        require(pending.openedAt != 0, NothingToReview(operator));
    }

    /// @dev The caller's principal, if it may judge: an independent privacy officer, or oversight once overdue.
    function _requireReviewer(PendingReview memory pending) private view returns (address reviewer) {
        IParticipantRegistry.Standing standing;
        (reviewer, standing) = participants.tryResolve(msg.sender, Roles.PRIVACY_OFFICER);
        bool inOffice = standing == IParticipantRegistry.Standing.Good;
        if (inOffice && _isIndependent(reviewer, pending.provider)) return reviewer;
        if (_isOverdue(pending)) {
            reviewer = participants.resolve(msg.sender, Roles.OVERSIGHT_AUTHORITY);
            if (reviewer != pending.provider) return reviewer;
        }
        require(
            inOffice || _isOverdue(pending),
            IParticipantRegistry.NotInGoodStanding(msg.sender, Roles.PRIVACY_OFFICER, standing)
        );
        revert ReviewerNotIndependent(reviewer, pending.provider);
    }

    /// @dev Whether `officer` is another participant than `provider`, accredited by somebody else.
    function _isIndependent(address officer, address provider) private view returns (bool) {
        address accreditor = _accreditor(officer, Roles.PRIVACY_OFFICER);
        return
            officer != provider &&
            accreditor != _accreditor(provider, Roles.EMERGENCY_CARE) &&
            accreditor != _accreditor(provider, Roles.PROVIDER);
    }

    function _accreditor(address participant, Role role) private view returns (address) {
        return participants.accreditationOf(participant, role).accreditor;
    }

    function _isOverdue(PendingReview memory pending) private view returns (bool) {
        return block.timestamp > pending.openedAt + REVIEW_PERIOD;
    }

    function _rateKey(address provider) private pure returns (bytes32) {
        return bytes32(uint256(uint160(provider)));
    }
}
