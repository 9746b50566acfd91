// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Role} from "../participants/Role.sol";
import {ILots} from "./ILots.sol";

/// @title IProductInvestigations
/// @notice Suspect and illegitimate product, questions to manufacturers, and the cold chain: who may doubt a thing, who decides,
/// and until when they owe an answer.
/// @dev Created by `DrugProvenance`, whose things it can put into quarantine and release ({IReviewable}), and nothing else. What
/// is in quarantine neither moves nor is dispensed. It ends by the manufacturer of its lot or a drug regulator, and only by a
/// regulator where one began it. `evidence` is a commitment to what is known; it must not be zero. `role` is the one in which
/// the caller acts. Times are unix seconds. What an observer learns: that a thing was doubted, by whom, and what became of
/// it.
interface IProductInvestigations {
    /// @notice A doubt about one thing, open while that is suspect or illegitimate. One slot.
    /// @param openedBy Who quarantined it.
    /// @param openedAt When; zero if nobody ever did.
    /// @param condemnedAt When it was found illegitimate; zero if it was not, or was genuine after all.
    /// @param byRegulator Whether only a regulator can end it.
    struct Case {
        address openedBy;
        uint40 openedAt;
        uint40 condemnedAt;
        bool byRegulator;
    }

    /// @notice What is asked of a manufacturer.
    /// @param Verification Is this identifier yours (21 U.S.C. 360eee-1(b)(4)(C))?
    /// @param SuspectProduct This is not known to the chain, or looks wrong: what do you know?
    enum Question {
        Verification,
        SuspectProduct
    }

    /// @notice What the manufacturer or a regulator answered.
    enum Answer {
        None,
        Genuine,
        NotGenuine,
        CannotTell
    }

    /// @notice A question about one identifier.
    /// @param asker Who asked.
    /// @param askedAt When.
    /// @param answeredAt When it was answered, or zero.
    /// @param question What was asked.
    /// @param answer What was answered.
    /// @param manufacturer Who has to answer: who holds the GS1 company prefix; zero if nobody does, then any regulator.
    struct Inquiry {
        address asker;
        uint40 askedAt;
        uint40 answeredAt;
        Question question;
        Answer answer;
        address manufacturer;
    }

    /// @notice Emitted when a thing is put into quarantine.
    /// @param custodian Who holds it.
    /// @param receivedFrom From whom the custodian received it, or zero: its immediate trading partner.
    event Quarantined(
        uint256 indexed id,
        address indexed by,
        address indexed custodian,
        address receivedFrom,
        address operator,
        bytes32 evidence
    );
    /// @notice Emitted when a doubt proved unfounded.
    event Cleared(uint256 indexed id, address indexed by, address operator, bytes32 evidence);
    /// @notice Emitted when a suspect thing is found illegitimate: the time of notice begins.
    event Condemned(
        uint256 indexed id,
        address indexed by,
        address indexed custodian,
        address receivedFrom,
        address operator,
        bytes32 evidence
    );
    /// @notice Emitted when a partner has told the regulator and its immediate trading partners of illegitimate product.
    /// @param form3911 Commitment to the notice (FDA Form 3911 in the United States).
    /// @param late Whether it came after its 24 hours.
    event NoticeGiven(uint256 indexed id, address indexed by, bytes32 form3911, bool late, address operator);
    /// @notice Emitted when a regulator ends the case of an illegitimate thing.
    /// @param incident The regulator's incident number, as a commitment.
    event IncidentClosed(
        uint256 indexed id,
        address indexed by,
        bytes32 indexed incident,
        bool genuine,
        address operator,
        bytes32 evidence
    );
    /// @notice Emitted when a question is asked. Its number is `inquiry`.
    event Asked(
        uint256 indexed inquiry,
        uint256 indexed id,
        address indexed manufacturer,
        address asker,
        Question question,
        address operator,
        bytes32 evidence
    );
    /// @notice Emitted when a question is answered.
    event Answered(
        uint256 indexed inquiry,
        address indexed by,
        Answer answer,
        bool late,
        address operator,
        bytes32 evidence
    );
    /// @notice Emitted when an excursion source is named; it counts from `activeFrom`.
    event ExcursionSourceSet(address indexed source, uint40 activeFrom);
    /// @notice Emitted when an excursion source is removed.
    event ExcursionSourceRemoved(address indexed source);
    /// @notice Emitted when an owner binds a token to a telemetry stream of a source, or ends that (zeros).
    event TelemetryBound(uint256 indexed id, address indexed source, bytes32 indexed stream, address operator);

    /// @notice Thrown when a commitment is missing.
    error EvidenceMissing();
    /// @notice Thrown when no doubt about a thing is open.
    error NoOpenCase(uint256 id);
    /// @notice Thrown when a regulator began a case and another would end it.
    error RegulatorsCase(uint256 id);
    /// @notice Thrown when the caller is not concerned with a thing: not its custodian, its maker, or a regulator.
    error NotConcerned(uint256 id, address caller);
    /// @notice Thrown when a role has no part in this.
    error RoleNotFit(Role role);
    /// @notice Thrown when a thing is not illegitimate.
    error NotIllegitimate(uint256 id);
    /// @notice Thrown when a partner gave notice of a thing before.
    error NoticeGivenBefore(uint256 id, address by);
    /// @notice Thrown when there is no such inquiry.
    error UnknownInquiry(uint256 inquiry);
    /// @notice Thrown when another was asked.
    error NotAsked(uint256 inquiry, address caller);
    /// @notice Thrown when an inquiry was answered before.
    error AnsweredBefore(uint256 inquiry);
    /// @notice Thrown when an answer says nothing.
    error AnswerMissing();
    /// @notice Thrown when an id is not that of a package or container.
    error InvalidIdentifier(uint256 id);
    /// @notice Thrown when the caller is not an excursion source in force.
    error NotExcursionSource(address caller);
    /// @notice Thrown when a token is not bound to a stream of this source.
    error NotBoundTo(uint256 id, address source);

    /// @notice Puts a package or container, with all in it, into quarantine. It leaves the container it is in, for its custodian.
    /// @param origin Its proof; empty where it is a token already.
    /// @param role MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER or DRUG_REGULATOR.
    /// @dev Caller: its custodian, the manufacturer of its lot, or a drug regulator; a regulator also where another began it, and then
    /// only a regulator ends it. Reverts: {RoleNotFit}, `NotInGoodStanding`, {EvidenceMissing}, {NotConcerned}, `NotSaleable` where
    /// it is in quarantine, out of commerce or unknown.
    function quarantine(uint256 id, ILots.Origin calldata origin, Role role, bytes32 evidence) external;

    /// @notice Ends a doubt: a suspect thing is in commerce again, a package that was dispensed twice is no longer under review.
    /// @param role MANUFACTURER or DRUG_REGULATOR.
    /// @dev Caller: the manufacturer of its lot, or a drug regulator. Reverts: {RoleNotFit}, `NotInGoodStanding`, {EvidenceMissing},
    /// {NotConcerned}, {NoOpenCase}, {RegulatorsCase}, `WrongDisposition` for what is illegitimate.
    function clear(uint256 id, Role role, bytes32 evidence) external;

    /// @notice Finds a suspect thing illegitimate.
    /// @param role MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER or DRUG_REGULATOR.
    /// @dev Caller: its owner, the manufacturer of its lot, or a drug regulator. Reverts: {RoleNotFit}, `NotInGoodStanding`,
    /// {EvidenceMissing}, {NotConcerned}, `WrongDisposition` for what is not suspect.
    function condemn(uint256 id, Role role, bytes32 evidence) external;

    /// @notice Records that the caller gave notice of an illegitimate thing to the regulator and its trading partners. Due within
    /// 24 hours of {Condemned}; later is recorded as late.
    /// @param role MANUFACTURER, WHOLESALE_DISTRIBUTOR or DISPENSER.
    /// @dev Caller: its owner, or the manufacturer of its lot. Reverts: {RoleNotFit}, `NotInGoodStanding`, {EvidenceMissing},
    /// {NotIllegitimate}, {NotConcerned}, {NoticeGivenBefore}.
    function giveNotice(uint256 id, Role role, bytes32 form3911) external;

    /// @notice Ends the case of an illegitimate thing: in commerce again if it was genuine after all, else destroyed.
    /// @param incident The regulator's incident number, as a commitment.
    /// @dev Caller: a drug regulator. Reverts: `NotInGoodStanding`, {EvidenceMissing}, {NotIllegitimate}.
    function closeIncident(uint256 id, bool genuine, bytes32 incident, bytes32 evidence) external;

    /// @notice Asks the holder of a GTIN's or SSCC's company prefix about an identifier, known to the chain or not. It owes an
    /// answer within 24 hours.
    /// @param prefixLength Number of digits of the company prefix.
    /// @return inquiry The number of the question.
    /// @dev With another length than that of the registered prefix nobody but regulators can answer. Caller: a trading partner in
    /// `role`. Reverts: {RoleNotFit}, `NotInGoodStanding`, {EvidenceMissing}, {InvalidIdentifier}.
    function ask(
        uint256 id,
        uint8 prefixLength,
        Question question,
        Role role,
        bytes32 evidence
    ) external returns (uint256 inquiry);

    /// @notice Answers a question, once.
    /// @param role MANUFACTURER or DRUG_REGULATOR.
    /// @dev Caller: the manufacturer that was asked, or a drug regulator. Reverts: {RoleNotFit}, `NotInGoodStanding`,
    /// {EvidenceMissing}, {UnknownInquiry}, {NotAsked}, {AnsweredBefore}, {AnswerMissing}.
    function answer(uint256 inquiry, Answer answer_, Role role, bytes32 evidence) external;

    /// @notice Binds a token to a telemetry stream, so that an excursion proven by `source` quarantines it and all in it;
    /// or ends that, with zeros.
    /// @dev Caller: its owner, while it is active. Reverts: {RoleNotFit}, `NotInGoodStanding`, {NotConcerned}.
    function bindTelemetry(uint256 id, address source, bytes32 stream, Role role) external;

    /// @notice Quarantines a token whose stream shows an excursion (temperature, shock, …).
    /// @dev Caller: the excursion source it is bound to. Reverts: {NotExcursionSource}, {NotBoundTo}, {EvidenceMissing},
    /// `NotSaleable` where it is in quarantine or out of commerce.
    function reportExcursion(uint256 id, bytes32 evidence) external;

    /// @notice Names a contract that may report excursions, 7 days from now.
    /// @dev Caller: a member of AccessManager role 202. Reverts: `AccessManagedUnauthorized`.
    function setExcursionSource(address source) external;

    /// @notice Removes an excursion source at once.
    /// @dev Caller: as for {setExcursionSource}. Reverts: `AccessManagedUnauthorized`.
    function removeExcursionSource(address source) external;

    /// @notice The last doubt about a thing.
    function caseOf(uint256 id) external view returns (Case memory);

    /// @notice When a partner gave notice of an illegitimate thing, or zero; until when it is due; and whether it is overdue.
    function noticeOf(uint256 id, address partner) external view returns (uint40 givenAt, uint40 dueAt, bool overdue);

    /// @notice A question, until when its answer is due, and whether it is overdue.
    function inquiryOf(uint256 inquiry) external view returns (Inquiry memory, uint40 dueAt, bool overdue);

    /// @notice From when a contract may report excursions, or zero.
    function excursionSourceFrom(address source) external view returns (uint40);

    /// @notice The source that a token is bound to, or zero.
    function telemetrySourceOf(uint256 id) external view returns (address);
}
