// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {GS1Identifiers} from "./GS1Identifiers.sol";
import {ICompanyPrefixRegistry} from "./ICompanyPrefixRegistry.sol";
import {IDrugProvenance} from "./IDrugProvenance.sol";
import {IItems} from "./IItems.sol";
import {ILots} from "./ILots.sol";
import {IProductInvestigations} from "./IProductInvestigations.sol";

/// @title ProductInvestigations
/// @notice See {IProductInvestigations}.
contract ProductInvestigations is IProductInvestigations, AccessManaged {
    /// @notice How long after it was named an excursion source counts (seconds).
    uint40 public constant SOURCE_DELAY = 7 days;
    /// @notice How long there is to answer a question, and to give notice of illegitimate product (seconds).
    uint40 public constant ANSWER_PERIOD = 24 hours;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @notice Who holds which GS1 company prefix.
    ICompanyPrefixRegistry public immutable companyPrefixes;
    /// @notice The packages and containers.
    IDrugProvenance public immutable provenance;

    /// @notice How many questions were asked: the number of the last one.
    uint256 public inquiries;

    mapping(uint256 id => Case) private _cases;
    mapping(uint256 id => mapping(address partner => uint40 givenAt)) private _notices;
    mapping(uint256 inquiry => Inquiry) private _inquiries;
    mapping(address source => uint40 activeFrom) private _sources;
    mapping(uint256 id => address source) private _telemetry;

    constructor(
        address authority,
        IParticipantRegistry participants_,
        ICompanyPrefixRegistry companyPrefixes_,
        IDrugProvenance provenance_
    ) AccessManaged(authority) {
        participants = participants_;
        companyPrefixes = companyPrefixes_;
        provenance = provenance_;
    }

    /* REVIEW */

    /// @inheritdoc IProductInvestigations
    function quarantine(uint256 id, ILots.Origin calldata origin, Role role, bytes32 evidence) external {
        address by = _actor(role, true);
        _requireEvidence(evidence);
        IItems.Item memory item = provenance.itemOf(id);
        address custodian;
        address receivedFrom = item.party;
        if (_isRegulator(role) && item.disposition == IItems.Disposition.Suspect && !_cases[id].byRegulator) {
            // What others doubt they can also clear: that must not keep the regulator out.
            custodian = IERC721(address(provenance)).ownerOf(id);
        } else {
            uint56 lot;
            (custodian, receivedFrom, lot) = provenance.suspect(id, origin);
            _requireConcerned(id, custodian, lot, by, role);
        }
        _open(id, by, _isRegulator(role));
        emit Quarantined(id, by, custodian, receivedFrom, msg.sender, evidence);
    }

    /// @inheritdoc IProductInvestigations
    function clear(uint256 id, Role role, bytes32 evidence) external {
        require(_isRegulator(role) || _isManufacturer(role), RoleNotFit(role));
        address by = participants.resolve(msg.sender, role);
        _requireEvidence(evidence);
        IItems.Item memory item = provenance.itemOf(id);
        _requireConcerned(id, address(0), item.lot, by, role);

        if (item.disposition == IItems.Disposition.Suspect) {
            require(!_cases[id].byRegulator || _isRegulator(role), RegulatorsCase(id));
            provenance.settle(id, IItems.Disposition.Active);
        } else {
            require(
                item.disposition != IItems.Disposition.Illegitimate,
                IItems.WrongDisposition(id, IItems.Disposition.Illegitimate)
            );
            require(provenance.contestedBy(id) != address(0), NoOpenCase(id));
            provenance.endContest(id);
        }
        emit Cleared(id, by, msg.sender, evidence);
    }

    /// @inheritdoc IProductInvestigations
    function condemn(uint256 id, Role role, bytes32 evidence) external {
        address by = _actor(role, true);
        _requireEvidence(evidence);
        provenance.settle(id, IItems.Disposition.Illegitimate);
        IItems.Item memory item = provenance.itemOf(id);
        address custodian = IERC721(address(provenance)).ownerOf(id);
        _requireConcerned(id, custodian, item.lot, by, role);

        _cases[id].condemnedAt = uint40(block.timestamp);
        emit Condemned(id, by, custodian, item.party, msg.sender, evidence);
    }

    /// @inheritdoc IProductInvestigations
    function giveNotice(uint256 id, Role role, bytes32 form3911) external {
        address by = _actor(role, false);
        _requireEvidence(form3911);
        uint56 lot = _requireIllegitimate(id);
        _requireConcerned(id, IERC721(address(provenance)).ownerOf(id), lot, by, role);
        uint40 condemnedAt = _cases[id].condemnedAt;
        require(_notices[id][by] < condemnedAt, NoticeGivenBefore(id, by));

        _notices[id][by] = uint40(block.timestamp);
        emit NoticeGiven(id, by, form3911, block.timestamp > condemnedAt + ANSWER_PERIOD, msg.sender);
    }

    /// @inheritdoc IProductInvestigations
    function closeIncident(uint256 id, bool genuine, bytes32 incident, bytes32 evidence) external {
        address by = participants.resolve(msg.sender, Roles.DRUG_REGULATOR);
        _requireEvidence(incident);
        _requireEvidence(evidence);
        _requireIllegitimate(id);

        // Nobody owes notice of what was genuine after all.
        if (genuine) delete _cases[id].condemnedAt;
        provenance.settle(id, genuine ? IItems.Disposition.Active : IItems.Disposition.Destroyed);
        emit IncidentClosed(id, by, incident, genuine, msg.sender, evidence);
    }

    /* QUESTIONS */

    /// @inheritdoc IProductInvestigations
    function ask(
        uint256 id,
        uint8 prefixLength,
        Question question,
        Role role,
        bytes32 evidence
    ) external returns (uint256 inquiry) {
        address asker = _actor(role, false);
        _requireEvidence(evidence);
        bool isIdentifier = GS1Identifiers.isValidPackage(id) || GS1Identifiers.isValidContainer(id);
        require(isIdentifier, InvalidIdentifier(id));
        address manufacturer =
            GS1Identifiers.isPackage(id)
                ? companyPrefixes.holderOfGtin(GS1Identifiers.gtinOf(id), prefixLength)
                : companyPrefixes.holderOfSscc(GS1Identifiers.ssccOf(id), prefixLength);

        inquiry = ++inquiries;
        _inquiries[inquiry] = Inquiry(asker, uint40(block.timestamp), 0, question, Answer.None, manufacturer);
        emit Asked(inquiry, id, manufacturer, asker, question, msg.sender, evidence);
    }

    /// @inheritdoc IProductInvestigations
    function answer(uint256 inquiry, Answer answer_, Role role, bytes32 evidence) external {
        require(_isRegulator(role) || _isManufacturer(role), RoleNotFit(role));
        address by = participants.resolve(msg.sender, role);
        _requireEvidence(evidence);
        require(answer_ != Answer.None, AnswerMissing());
        Inquiry storage asked = _inquiries[inquiry];
        require(asked.askedAt != 0, UnknownInquiry(inquiry));
        require(_isRegulator(role) || by == asked.manufacturer, NotAsked(inquiry, by));
        require(asked.answeredAt == 0, AnsweredBefore(inquiry));

        asked.answeredAt = uint40(block.timestamp);
        asked.answer = answer_;
        emit Answered(inquiry, by, answer_, block.timestamp > asked.askedAt + ANSWER_PERIOD, msg.sender, evidence);
    }

    /* COLD CHAIN */

    /// @inheritdoc IProductInvestigations
    function bindTelemetry(uint256 id, address source, bytes32 stream, Role role) external {
        address owner = _actor(role, false);
        bool isActive = provenance.itemOf(id).disposition == IItems.Disposition.Active;
        require(isActive && IERC721(address(provenance)).ownerOf(id) == owner, NotConcerned(id, owner));
        _telemetry[id] = source;
        emit TelemetryBound(id, source, stream, msg.sender);
    }

    /// @inheritdoc IProductInvestigations
    function reportExcursion(uint256 id, bytes32 evidence) external {
        uint40 activeFrom = _sources[msg.sender];
        require(activeFrom != 0 && activeFrom <= block.timestamp, NotExcursionSource(msg.sender));
        require(_telemetry[id] == msg.sender, NotBoundTo(id, msg.sender));
        _requireEvidence(evidence);
        ILots.Origin memory none;
        (address custodian, address receivedFrom, ) = provenance.suspect(id, none);
        _open(id, msg.sender, false);
        emit Quarantined(id, msg.sender, custodian, receivedFrom, msg.sender, evidence);
    }

    /* GOVERNANCE */

    /// @inheritdoc IProductInvestigations
    function setExcursionSource(address source) external restricted {
        uint40 activeFrom = uint40(block.timestamp) + SOURCE_DELAY;
        _sources[source] = activeFrom;
        emit ExcursionSourceSet(source, activeFrom);
    }

    /// @inheritdoc IProductInvestigations
    function removeExcursionSource(address source) external restricted {
        delete _sources[source];
        emit ExcursionSourceRemoved(source);
    }

    /* VIEWS */

    /// @inheritdoc IProductInvestigations
    function caseOf(uint256 id) external view returns (Case memory) {
        return _cases[id];
    }

    /// @inheritdoc IProductInvestigations
    function noticeOf(uint256 id, address partner) external view returns (uint40 givenAt, uint40 dueAt, bool overdue) {
        uint40 condemnedAt = _cases[id].condemnedAt;
        if (condemnedAt == 0) return (0, 0, false);
        dueAt = condemnedAt + ANSWER_PERIOD;
        givenAt = _notices[id][partner] < condemnedAt ? 0 : _notices[id][partner];
        overdue = (givenAt == 0 ? block.timestamp : givenAt) > dueAt;
    }

    /// @inheritdoc IProductInvestigations
    function inquiryOf(uint256 inquiry) external view returns (Inquiry memory asked, uint40 dueAt, bool overdue) {
        asked = _inquiries[inquiry];
        if (asked.askedAt == 0) return (asked, 0, false);
        dueAt = asked.askedAt + ANSWER_PERIOD;
        overdue = (asked.answeredAt == 0 ? block.timestamp : asked.answeredAt) > dueAt;
    }

    /// @inheritdoc IProductInvestigations
    function excursionSourceFrom(address source) external view returns (uint40) {
        return _sources[source];
    }

    /// @inheritdoc IProductInvestigations
    function telemetrySourceOf(uint256 id) external view returns (address) {
        return _telemetry[id];
    }

    function _open(uint256 id, address by, bool byRegulator) private {
        _cases[id] = Case(by, uint40(block.timestamp), 0, byRegulator);
    }

    /// @dev The trading partner, or where they have a part the regulator, behind the caller.
    function _actor(Role role, bool orRegulator) private view returns (address) {
        bool trades = role.bit() & Roles.TRADING_PARTNERS != 0;
        require(trades || (orRegulator && _isRegulator(role)), RoleNotFit(role));
        return participants.resolve(msg.sender, role);
    }

    /// @dev The custodian, the manufacturer of the lot as such, or a regulator.
    function _requireConcerned(uint256 id, address custodian, uint56 lot, address by, Role role) private view {
        bool isMaker = _isManufacturer(role) && provenance.lotOf(lot).maker == by;
        require(_isRegulator(role) || isMaker || by == custodian, NotConcerned(id, by));
    }

    function _requireIllegitimate(uint256 id) private view returns (uint56 lot) {
        IItems.Item memory item = provenance.itemOf(id);
        require(item.disposition == IItems.Disposition.Illegitimate, NotIllegitimate(id));
        return item.lot;
    }

    function _requireEvidence(bytes32 evidence) private pure {
        require(evidence != 0, EvidenceMissing());
    }

    function _isRegulator(Role role) private pure returns (bool) {
        return Role.unwrap(role) == Role.unwrap(Roles.DRUG_REGULATOR);
    }

    function _isManufacturer(Role role) private pure returns (bool) {
        return Role.unwrap(role) == Role.unwrap(Roles.MANUFACTURER);
    }
}
