// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ConsentTypes} from "../../../contracts/consent/ConsentTypes.sol";
import {ConsentRegistry} from "../../../contracts/consent/ConsentRegistry.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {IEmergencyAccess} from "../../../contracts/consent/IEmergencyAccess.sol";
import {IRepresentativeRegistry} from "../../../contracts/consent/IRepresentativeRegistry.sol";
import {RepresentativeRegistry} from "../../../contracts/consent/RepresentativeRegistry.sol";
import {RepresentativeTypes} from "../../../contracts/consent/RepresentativeTypes.sol";
import {Role, Roles} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {bound, vm} from "../Vm.sol";
import {Act, Kind} from "./Act.sol";
import {ConsentModel} from "./ConsentModel.sol";

/// @title ConsentHandler
/// @notice Everyone around the consents of two patients, doing anything at any time; each act is done to the contracts and
/// to the model, which says beforehand whether it is to be accepted.
contract ConsentHandler is World, ConsentModel {
    /// @notice The rules that the handler watches itself, by number in docs/properties.md; empty while they hold.
    mapping(uint256 property => string broken) public broken;

    bytes32 internal constant EVIDENCE = bytes32(uint256(1));

    uint256 internal constant ONCE_DENIED = 4;
    uint256 internal constant NO_OVERRIDE = 5;
    uint256 internal constant EMERGENCIES = 10;
    uint256 internal constant RULES = 11;

    uint64 internal constant GENERAL = 1;
    uint64 internal constant PROTECTED = 1 << 49;

    struct SignedAct {
        Act act;
        bytes signature;
        bool forged;
        bool relayed;
    }

    SignedAct[] internal pool;

    address[] public patients;
    address[] public accessors;
    address[] internal people;
    address[] internal officers;
    address internal immutable court = _person("court");
    address internal immutable overseer = _person("oversight authority");
    address internal immutable privacyOfficer = _person("privacy officer");
    address internal immutable dependentOfficer = _person("privacy officer of a provider");
    address internal immutable source = _person("emergency source");

    /// @notice Tokens of each provider's bucket in millionths, refilled without rounding in its favour.
    mapping(address provider => uint256) internal tokens;
    mapping(address provider => uint40) internal tokensAt;
    mapping(address operator => address patient) public owesReviewFor;
    mapping(address operator => uint40) internal owesSince;
    mapping(address operator => bool) internal countedOverdue;
    mapping(address operator => address) internal brokeGlassFor;
    mapping(address provider => uint256[3] counts) internal reviewCounts;
    uint40 internal sourceFrom;

    /// @notice Number of acts so far.
    uint256 public acts;
    /// @notice The patient of the last act.
    address public lastPatient;
    /// @notice How many acts of each kind were accepted, so that a campaign that never gets anywhere is seen.
    mapping(Kind kind => uint256) public accepted;

    constructor() {
        patients.push(_person("patient one"));
        patients.push(_person("patient two"));
        lastPatient = patients[0];
        people.push(_person("representative one"));
        people.push(_person("representative two"));
        people.push(_person("guardian one"));
        people.push(_person("guardian two"));
        address[2] memory providers = [_person("hospital"), _person("clinic")];
        for (uint256 i = 0; i < 2; ++i) {
            grantees.push(providers[i]);
            accessors.push(providers[i]);
            _give(careAccreditor, providers[i], PROVIDER);
            _give(careAccreditor, providers[i], EMERGENCY_CARE);
            tokens[providers[i]] = uint256(EMERGENCIES_PER_DAY) * 1 days;
            tokensAt[providers[i]] = START;
        }
        accessors.push(_person("key of the hospital"));
        accessors.push(_person("key of the clinic"));
        _serve(accessors[2], providers[0], 3, START + 3650 days);
        _serve(accessors[3], providers[1], 3, START + 3650 days);
        grantees.push(_person("relative"));
        accessors.push(grantees[2]);
        purposesInUse = [TREAT, ETREAT, PATRQT];

        _accredit(reviewAccreditor, court, Roles.GUARDIANSHIP_AUTHORITY, START + 36500 days);
        _accredit(reviewAccreditor, overseer, Roles.OVERSIGHT_AUTHORITY, START + 36500 days);
        _accredit(reviewAccreditor, privacyOfficer, Roles.PRIVACY_OFFICER, START + 36500 days);
        _nameAccreditor(careAccreditor, Roles.PRIVACY_OFFICER);
        _accredit(careAccreditor, dependentOfficer, Roles.PRIVACY_OFFICER, START + 36500 days);
        officers.push(_person("officer one"));
        officers.push(_person("officer two"));
        _serve(officers[0], court, 1 << 9, START + 36500 days);
        _serve(officers[1], court, 1 << 9, START + 36500 days);
        officers.push(overseer);
        officers.push(people[0]);
        _represent();
    }

    /// @dev Who speaks for the first patient at the start, since chance alone seldom gets there: one whom the patient
    /// named, and one whom the court appointed with the power to override.
    function _represent() private {
        Act memory act = _about(Kind.Appoint, 0, 0);
        act.by = officers[0];
        act.other = people[1];
        act.purposes = _purposes(6);
        act.expiresAt = START + 3650 days;
        act.flag = true;
        _decide(act, 1);
        time += 3 days;
        vm.warp(time);
        act = _about(Kind.NameRepresentative, 0, 0);
        act.other = people[0];
        act.purposes = _purposes(6);
        act.expiresAt = START + 3650 days;
        _decide(act, 0);
    }

    modifier inTime() {
        vm.warp(time);
        ++acts;
        _;
    }

    function _now() internal view override returns (uint40) {
        return time;
    }

    /* WHAT THE INVARIANTS ASK */

    /// @notice When `patient` last revoked everything, as the model has it (unix seconds).
    function revokedAllAt(address patient) external view returns (uint40) {
        return patientModels[patient].revokedAllAt;
    }

    /// @notice When the latest revocation of everything reached the chain.
    function revokedAllArrivedAt(address patient) external view returns (uint40) {
        return patientModels[patient].revokedAllArrivedAt;
    }

    /// @notice Whether the time of a retirement of `patient` has come.
    function isRetired(address patient) external view returns (bool) {
        return _retired(patient);
    }

    /// @notice Whether the patient ever decided on this, as the model has it.
    function patientDecided(address patient, address grantee, uint256 purpose) external view returns (bool) {
        return slots[patient][grantee][purpose].patientDecided;
    }

    /// @notice Who decided what stands for the patient, as the model has it; zero where the patient did, or nobody.
    function representativeOf(address patient, address grantee, uint256 purpose) external view returns (address) {
        Decision memory decision = _latest(patient, grantee, purpose);
        return decision.isGrant && !decision.byPatient ? decision.by : address(0);
    }

    function contracts() external view returns (ConsentRegistry, RepresentativeRegistry) {
        return (consents, representatives);
    }

    function principalOf(address account) external view returns (address) {
        address principal = operatorModels[account].principal;
        return principal == address(0) ? account : principal;
    }

    /* TIME */

    function wait(uint256 choice) external inTime {
        uint40[8] memory spans = [uint40(1), 60, 1 hours, 9 hours, 25 hours, 3 days, 8 days, 400 days];
        time += spans[bound(choice, 0, 7)];
        vm.warp(time);
    }

    /* DECISIONS. `how`: 0 direct, 1 signed and relayed, 2 signed and held. */

    function grant(uint256 who, uint256 to, uint32 purposes, uint256 terms, uint256 how) external inTime {
        _grant(who, 0, to, purposes, terms, how);
    }

    function grantAgain(uint256 who, uint256 to, uint32 purposes, uint256 terms, uint256 how) external inTime {
        _grant(who, 0, to, purposes, terms, how);
    }

    function grantFor(
        uint256 who,
        uint256 by,
        uint256 to,
        uint32 purposes,
        uint256 terms,
        uint256 how
    ) external inTime {
        _grant(who, bound(by, 4, 6), to, purposes, terms, how);
    }

    function revoke(uint256 who, uint256 by, uint256 to, uint32 purposes, uint256 how) external inTime {
        Act memory act = _about(Kind.Revoke, who, how);
        act.by = _author(act.patient, by);
        act.other = grantees[bound(to, 0, 2)];
        act.purposes = _purposes(purposes);
        _decide(act, how);
    }

    function revokeAll(uint256 who, uint256 by, uint256 how) external inTime {
        Act memory act = _about(Kind.RevokeAll, who, how);
        act.by = _author(act.patient, by);
        _decide(act, how);
    }

    function nameRepresentative(uint256 who, uint256 whom, uint32 purposes, uint256 span, uint256 how) external inTime {
        Act memory act = _about(Kind.NameRepresentative, who, how);
        act.other = people[bound(whom, 0, 1)];
        act.purposes = _purposes(purposes);
        act.expiresAt = time + [uint40(1 hours), 20 days, 3650 days][bound(span, 0, 2)];
        _decide(act, how);
    }

    function removeRepresentative(uint256 who, uint256 whom, uint256 how) external inTime {
        Act memory act = _about(Kind.RemoveRepresentative, who, how);
        act.other = people[bound(whom, 0, 1)];
        _decide(act, how);
    }

    function appoint(uint256 who, uint256 officer, uint256 whom, uint32 purposes, uint256 terms) external inTime {
        Act memory act = _about(Kind.Appoint, who, 1);
        act.by = officers[bound(officer, 0, 3)];
        // Once in a while one of the court's own, which is never to be accepted.
        act.other = terms >> 16 == 7 ? officers[1] : people[bound(whom, 0, 1)];
        act.purposes = _purposes(purposes);
        act.expiresAt = time + [uint40(4 days), 3 days, 3650 days][bound(terms, 0, 2)];
        act.flag = bound(terms >> 8, 0, 1) == 1;
        _decide(act, 1);
    }

    function decideAppointment(uint256 who, uint256 officer, uint256 whom, bool inForce, uint256 how) external inTime {
        Act memory act = _about(Kind.DecideAppointment, who, 1);
        act.by = officers[bound(officer, 0, 3)];
        act.other = people[bound(whom, 0, 1)];
        act.flag = inForce;
        _decide(act, bound(how, 1, 2));
    }

    function nameGuardian(uint256 who, uint256 whom, uint256 how) external inTime {
        Act memory act = _about(Kind.NameGuardian, who, how);
        act.other = [people[2], people[3], address(0)][bound(whom, 0, 2)];
        _decide(act, how);
    }

    function retire(uint256 who, uint256 by, uint256 how, uint256 rarely) external inTime {
        // Retirement ends a patient's story, so most of the time it does not come.
        if (bound(rarely, 0, 3) != 0) return;
        Act memory act = _about(Kind.Retire, who, how);
        act.by = _author(act.patient, by);
        _decide(act, how);
    }

    function objectToRetirement(uint256 who, uint256 how) external inTime {
        _decide(_about(Kind.ObjectToRetirement, who, how), how);
    }

    function preferBreakGlass(uint256 who, bool forbidden, uint256 how) external inTime {
        Act memory act = _about(Kind.BreakGlassPreference, who, how);
        act.flag = forbidden;
        _decide(act, how);
    }

    function preferSource(uint256 who, uint256 categories, uint256 how) external inTime {
        Act memory act = _about(Kind.SourcePreference, who, how);
        act.other = source;
        act.categories = [uint64(0), GENERAL, GENERAL | PROTECTED][bound(categories, 0, 2)];
        _decide(act, how);
    }

    /// @notice Relays what was signed at any time before, relayed already or not.
    function relay(uint256 index) external inTime {
        if (pool.length != 0) _relay(bound(index, 0, pool.length - 1));
    }

    /* EMERGENCIES */

    function breakGlass(uint256 who, uint256 by, uint256 categories) external inTime {
        address patient = _patient(who);
        address operator = accessors[bound(by, 0, 4)];
        uint64 asked = [GENERAL, PROTECTED, GENERAL | PROTECTED][bound(categories, 0, 2)];
        lastPatient = patient;
        (address provider, bool good) = _resolve(operator, EMERGENCY_CARE);
        _refill(provider);
        bool expected =
            good &&
                owesReviewFor[operator] == address(0) &&
                !patientModels[patient].breakGlassForbidden &&
                consents.emergenciesAvailable(provider) != 0 &&
                _mayOpen(patient, provider);
        vm.prank(operator);
        bool ok = _call(
            address(consents),
            abi.encodeCall(
                consents.breakGlass,
                (patient, asked, IEmergencyAccess.BreakGlassReason.ImmediateThreat, EVIDENCE)
            )
        );
        if (ok != expected) broken[RULES] = "breakGlass";
        if (!ok) return;
        if (owesReviewFor[operator] != address(0)) broken[EMERGENCIES] = "a second unreviewed emergency";
        if (tokens[provider] < 1 days) broken[EMERGENCIES] = "more emergencies than the bucket holds";
        else tokens[provider] -= 1 days;
        emergencyModels[patient][provider][operator][false] = EmergencyModel(false, asked, time);
        owesReviewFor[operator] = patient;
        owesSince[operator] = time;
        countedOverdue[operator] = false;
        brokeGlassFor[operator] = provider;
    }

    function openEmergency(uint256 who, uint256 responder, uint256 categories, bool bySource) external inTime {
        address patient = _patient(who);
        address operator = accessors[bound(responder, 0, 4)];
        address caller = bySource ? source : people[3];
        uint64 asked = [GENERAL, PROTECTED, GENERAL | PROTECTED][bound(categories, 0, 2)];
        lastPatient = patient;
        (address provider, bool good) = _resolve(operator, EMERGENCY_CARE);
        bool expected =
            good &&
                bySource &&
                sourceFrom != 0 &&
                sourceFrom <= time &&
                asked & ~sourceAllows[patient][source] == 0 &&
                sourceDecidedAt[patient][source] > patientModels[patient].revokedAllAt &&
                _mayOpen(patient, provider);
        vm.prank(caller);
        bool ok = _call(
            address(consents),
            abi.encodeCall(consents.openEmergency, (patient, operator, asked, EVIDENCE))
        );
        if (ok != expected) broken[RULES] = "openEmergency";
        if (ok) emergencyModels[patient][provider][operator][true] = EmergencyModel(false, asked, time);
    }

    function review(uint256 by, uint256 whose, bool upheld, uint256 which) external inTime {
        address reviewer = [privacyOfficer, overseer, dependentOfficer, accessors[0]][bound(by, 0, 3)];
        address operator = accessors[bound(whose, 0, 4)];
        address patient = owesReviewFor[operator];
        bool overdue = time > owesSince[operator] + 3 days;
        uint40 openedAt = owesSince[operator];
        // Now and then of another emergency than the one that is owed.
        if (bound(which, 0, 7) == 7) ++openedAt;
        bool expected =
            patient != address(0) &&
                openedAt == owesSince[operator] &&
                (reviewer == privacyOfficer || (reviewer == overseer && overdue));
        vm.prank(reviewer);
        bool ok = _call(
            address(consents),
            abi.encodeCall(consents.reviewEmergency, (operator, patient, openedAt, upheld))
        );
        if (ok != expected) broken[RULES] = "reviewEmergency";
        if (!ok) return;
        address provider = brokeGlassFor[operator];
        owesReviewFor[operator] = address(0);
        ++reviewCounts[provider][upheld ? 0 : 1];
        if (!upheld) emergencyModels[patient][provider][operator][false].rejected = true;
        _requireReviewCounts(provider);
    }

    function reportOverdue(uint256 whose) external inTime {
        address operator = accessors[bound(whose, 0, 4)];
        bool expected =
            owesReviewFor[operator] != address(0) && time > owesSince[operator] + 3 days && !countedOverdue[operator];
        bool ok = _call(address(consents), abi.encodeCall(consents.reportOverdueReview, (operator)));
        if (ok != expected) broken[RULES] = "reportOverdueReview";
        if (!ok) return;
        countedOverdue[operator] = true;
        ++reviewCounts[brokeGlassFor[operator]][2];
        _requireReviewCounts(brokeGlassFor[operator]);
    }

    function setSource(bool remove, bool byStranger) external inTime {
        if (byStranger) vm.prank(people[0]);
        bool ok = _call(
            address(consents),
            remove
                ? abi.encodeCall(consents.removeEmergencySource, (source))
                : abi.encodeCall(consents.setEmergencySource, (source))
        );
        if (ok == byStranger) broken[RULES] = "setEmergencySource";
        if (ok) sourceFrom = remove ? 0 : time + 7 days;
    }

    /* PARTICIPANTS */

    function changeAccreditation(uint256 who, uint256 role, uint256 what) external inTime {
        address provider = grantees[bound(who, 0, 1)];
        role = bound(role, 0, 1);
        Role number = Role.wrap(uint16(role));
        AccreditationModel storage model = accreditationModels[provider][role];
        what = bound(what, 0, 5);
        vm.prank(careAccreditor);
        if (what == 0 && model.status == Accredited.Yes) {
            participants.suspend(provider, number);
            model.status = Accredited.Suspended;
        } else if (what == 1 && model.status != Accredited.Withdrawn) {
            participants.withdraw(provider, number);
            model.status = Accredited.Withdrawn;
        } else if (model.status == Accredited.Suspended) {
            participants.reinstate(provider, number);
            model.status = Accredited.Yes;
        } else {
            model.validUntil = time + (what == 2 ? 2 hours : 3650 days);
            participants.accredit(provider, number, model.validUntil);
            model.status = Accredited.Yes;
        }
    }

    function changeOperator(uint256 which, uint256 whom, uint256 roles, uint256 span) external inTime {
        address operator = accessors[bound(which, 2, 3)];
        address principal = operatorModels[operator].principal;
        if (principal != address(0)) {
            vm.prank(principal);
            participants.removeOperator(operator);
            delete operatorModels[operator];
        } else {
            uint40 expiresAt = time + [uint40(1 hours), 3650 days][bound(span, 0, 1)];
            _serve(operator, grantees[bound(whom, 0, 1)], uint56(bound(roles, 1, 3)), expiresAt);
        }
    }

    /* INTERNALS: DECISIONS */

    function _grant(uint256 who, uint256 by, uint256 to, uint32 purposes, uint256 terms, uint256 how) private {
        Act memory act = _about(Kind.Grant, who, how);
        act.by = _author(act.patient, by);
        act.other = grantees[bound(to, 0, 2)];
        act.purposes = _purposes(purposes);
        act.categories = [GENERAL, PROTECTED, GENERAL | PROTECTED][bound(terms, 0, 2)];
        act.notBefore = [uint40(0), time + 1 hours, 0, 0][bound(terms >> 8, 0, 3)];
        act.expiresAt = time + [uint40(30 minutes), 30 days, 300 days, 4000 days][bound(terms >> 16, 0, 3)];
        act.flags = uint8(bound(terms >> 24, 0, 7));
        _decide(act, how);
    }

    function _about(Kind kind, uint256 who, uint256 how) private view returns (Act memory act) {
        act.kind = kind;
        act.patient = _patient(who);
        act.by = act.patient;
        act.issuedAt = time;
        act.deadline = type(uint40).max;
        // The rest of `how` dates what is signed: now, before, ahead, or with a deadline.
        uint256 dating = bound(how >> 8, 0, 7);
        if (dating == 1) act.issuedAt = time - 60;
        if (dating == 2) act.issuedAt = time - 9 hours;
        if (dating == 3) act.issuedAt = time + 60;
        if (dating == 4) act.deadline = time + 1 hours;
        if (dating == 5) act.deadline = time - 1;
    }

    /// @dev Mostly the first, so that much happens to one.
    function _patient(uint256 who) private view returns (address) {
        return patients[bound(who, 0, 4) == 4 ? 1 : 0];
    }

    function _author(address patient, uint256 by) private view returns (address) {
        by = bound(by, 0, 7);
        return by < 4 ? patient : people[by - 4];
    }

    /// @dev Any set of the three purposes but the empty one.
    function _purposes(uint32 seed) private pure returns (uint32 purposes) {
        uint256 chosen = bound(seed, 1, 7);
        if (chosen & 1 != 0) purposes |= uint32(1) << TREAT;
        if (chosen & 2 != 0) purposes |= uint32(1) << ETREAT;
        if (chosen & 4 != 0) purposes |= uint32(1) << PATRQT;
    }

    function _decide(Act memory act, uint256 how) private {
        lastPatient = act.patient;
        bool bySignatureOnly = act.kind == Kind.Appoint || act.kind == Kind.DecideAppointment;
        if (how % 3 == 0 && !bySignatureOnly) {
            act.issuedAt = time;
            act.deadline = type(uint40).max;
            bool expected = _accepts(act, false);
            vm.prank(act.by);
            _settle(act, expected, _call(_target(act.kind), _direct(act)));
            return;
        }
        // One signature in sixteen is by somebody else's key.
        bool forged = bound(how >> 16, 0, 15) == 7;
        address signer = forged ? people[3] : act.by;
        forged = signer != act.by;
        bool toConsents = _target(act.kind) == address(consents);
        bytes memory signature = _sign(
            signer,
            toConsents ? _consentDomain() : _representativesDomain(),
            _structHash(act)
        );
        pool.push(SignedAct(act, signature, forged, false));
        if (how % 3 == 1 || bySignatureOnly) _relay(pool.length - 1);
    }

    function _relay(uint256 index) private {
        SignedAct memory held = pool[index];
        Act memory act = held.act;
        lastPatient = act.patient;
        bool expected =
            !held.forged &&
                act.issuedAt <= time &&
                time <= act.deadline &&
                _rightfulOfficer(act) &&
                _accepts(act, true);
        bytes32 before = _consentsOf(act.patient);
        bool ok = _call(_target(act.kind), _relayed(act, held.signature));
        if (held.relayed && _consentsOf(act.patient) != before)
            broken[ONCE_DENIED] = "a repeated relay changed something";
        _settle(act, expected, ok);
        if (ok) pool[index].relayed = true;
    }

    function _rightfulOfficer(Act memory act) private view returns (bool) {
        if (act.kind != Kind.Appoint && act.kind != Kind.DecideAppointment) return true;
        bool ofCourt = act.by == officers[0] || act.by == officers[1];
        if (act.kind == Kind.Appoint) return ofCourt && act.other != officers[0] && act.other != officers[1];
        return ofCourt || (!act.flag && act.by == overseer);
    }

    function _settle(Act memory act, bool expected, bool ok) private {
        if (ok != expected) broken[RULES] = _name(act.kind);
        if (!ok) return;
        if (act.kind == Kind.Grant) _requireNoOverride(act);
        ++accepted[act.kind];
        _apply(act, court);
    }

    function _requireNoOverride(Act memory act) private {
        if (act.by == act.patient || representativeModels[act.patient][act.by].mayOverride) return;
        for (uint256 i = 0; i < purposesInUse.length; ++i) {
            uint8 purpose = purposesInUse[i];
            bool asked = (act.purposes >> purpose) & 1 == 1;
            if (asked && slots[act.patient][act.other][purpose].patientDecided) {
                broken[NO_OVERRIDE] = "a representative decided against the patient";
            }
        }
    }

    function _consentsOf(address patient) private view returns (bytes32 state) {
        for (uint256 g = 0; g < grantees.length; ++g) {
            for (uint256 i = 0; i < purposesInUse.length; ++i) {
                state = keccak256(abi.encode(state, consents.consentOf(patient, grantees[g], purposesInUse[i])));
            }
        }
        return keccak256(abi.encode(state, consents.patientOf(patient).revokedAllAt));
    }

    function _target(Kind kind) private view returns (address) {
        return kind >= Kind.NameRepresentative ? address(representatives) : address(consents);
    }

    function _call(address target, bytes memory data) private returns (bool ok) {
        (ok, ) = target.call(data);
    }

    function _direct(Act memory act) private view returns (bytes memory) {
        if (act.kind == Kind.Grant) {
            IConsentRegistry.Terms memory terms = IConsentRegistry.Terms(
                act.categories,
                act.notBefore,
                act.expiresAt,
                act.flags
            );
            return
                act.by == act.patient
                    ? abi.encodeCall(consents.grant, (act.other, act.purposes, terms, EVIDENCE))
                    : abi.encodeCall(consents.grantFor, (act.patient, act.other, act.purposes, terms, EVIDENCE));
        }
        if (act.kind == Kind.Revoke) {
            return
                act.by == act.patient
                    ? abi.encodeCall(consents.revoke, (act.other, act.purposes))
                    : abi.encodeCall(consents.revokeFor, (act.patient, act.other, act.purposes));
        }
        if (act.kind == Kind.RevokeAll) {
            return
                act.by == act.patient
                    ? abi.encodeCall(consents.revokeAll, ())
                    : abi.encodeCall(consents.revokeAllFor, (act.patient));
        }
        if (act.kind == Kind.BreakGlassPreference) return abi.encodeCall(consents.setBreakGlassPreference, (act.flag));
        if (act.kind == Kind.SourcePreference) {
            return abi.encodeCall(consents.setEmergencySourcePreference, (act.other, act.categories));
        }
        if (act.kind == Kind.NameGuardian) return abi.encodeCall(consents.nameGuardian, (act.other));
        if (act.kind == Kind.Retire) return abi.encodeCall(consents.retire, (act.patient));
        if (act.kind == Kind.ObjectToRetirement) return abi.encodeCall(consents.objectToRetirement, ());
        if (act.kind == Kind.NameRepresentative) {
            return abi.encodeCall(representatives.nameRepresentative, (act.other, act.purposes, act.expiresAt));
        }
        return abi.encodeCall(representatives.removeRepresentative, (act.other));
    }

    function _relayed(Act memory act, bytes memory signature) private view returns (bytes memory) {
        if (act.kind == Kind.Grant) return abi.encodeCall(consents.grantBySig, (_grantOf(act), signature));
        if (act.kind == Kind.Revoke) return abi.encodeCall(consents.revokeBySig, (_revocationOf(act), signature));
        if (act.kind == Kind.RevokeAll) {
            return
                abi.encodeCall(consents.revokeAllBySig, (act.patient, act.by, act.issuedAt, act.deadline, signature));
        }
        if (act.kind == Kind.BreakGlassPreference) {
            return
                abi.encodeCall(
                    consents.setBreakGlassPreferenceBySig,
                    (act.patient, act.flag, act.issuedAt, act.deadline, signature)
                );
        }
        if (act.kind == Kind.SourcePreference) {
            return
                abi.encodeCall(
                    consents.setEmergencySourcePreferenceBySig,
                    (act.patient, act.other, act.categories, act.issuedAt, act.deadline, signature)
                );
        }
        if (act.kind == Kind.NameGuardian) {
            return
                abi.encodeCall(
                    consents.nameGuardianBySig,
                    (act.patient, act.other, act.issuedAt, act.deadline, signature)
                );
        }
        if (act.kind == Kind.Retire) {
            return abi.encodeCall(consents.retireBySig, (act.patient, act.by, act.issuedAt, act.deadline, signature));
        }
        if (act.kind == Kind.ObjectToRetirement) {
            return
                abi.encodeCall(consents.objectToRetirementBySig, (act.patient, act.issuedAt, act.deadline, signature));
        }
        return _relayedToRepresentatives(act, signature);
    }

    function _relayedToRepresentatives(Act memory act, bytes memory signature) private view returns (bytes memory) {
        if (act.kind == Kind.NameRepresentative) {
            return
                abi.encodeCall(
                    representatives.nameRepresentativeBySig,
                    (act.patient, act.other, act.purposes, act.expiresAt, act.issuedAt, act.deadline, signature)
                );
        }
        if (act.kind == Kind.RemoveRepresentative) {
            return
                abi.encodeCall(
                    representatives.removeRepresentativeBySig,
                    (act.patient, act.other, act.issuedAt, act.deadline, signature)
                );
        }
        if (act.kind == Kind.Appoint) {
            return abi.encodeCall(representatives.appointRepresentative, (_appointmentOf(act), signature));
        }
        return abi.encodeCall(representatives.decideAppointment, (_appointmentDecisionOf(act), signature));
    }

    /// @dev The type hashes are held equal to the standard's rules in TypedData.t.sol; here only relaying matters.
    function _structHash(Act memory act) private pure returns (bytes32) {
        if (act.kind == Kind.Grant) {
            return keccak256(abi.encode(ConsentTypes.CONSENT_GRANT_TYPEHASH, _grantOf(act)));
        }
        if (act.kind == Kind.Revoke) {
            return keccak256(abi.encode(ConsentTypes.CONSENT_REVOCATION_TYPEHASH, _revocationOf(act)));
        }
        if (act.kind == Kind.Appoint) {
            return keccak256(abi.encode(RepresentativeTypes.REPRESENTATIVE_APPOINTMENT_TYPEHASH, _appointmentOf(act)));
        }
        if (act.kind == Kind.DecideAppointment) {
            return
                keccak256(abi.encode(RepresentativeTypes.APPOINTMENT_DECISION_TYPEHASH, _appointmentDecisionOf(act)));
        }
        return keccak256(bytes.concat(_typeAndSubject(act), abi.encode(act.issuedAt, act.deadline)));
    }

    function _typeAndSubject(Act memory act) private pure returns (bytes memory) {
        if (act.kind == Kind.RevokeAll) return abi.encode(ConsentTypes.REVOKE_ALL_TYPEHASH, act.patient, act.by);
        if (act.kind == Kind.BreakGlassPreference) {
            return abi.encode(ConsentTypes.BREAK_GLASS_PREFERENCE_TYPEHASH, act.patient, act.flag);
        }
        if (act.kind == Kind.SourcePreference) {
            return
                abi.encode(ConsentTypes.EMERGENCY_SOURCE_PREFERENCE_TYPEHASH, act.patient, act.other, act.categories);
        }
        if (act.kind == Kind.NameGuardian) {
            return abi.encode(ConsentTypes.GUARDIAN_NAMING_TYPEHASH, act.patient, act.other);
        }
        if (act.kind == Kind.Retire) return abi.encode(ConsentTypes.RETIREMENT_TYPEHASH, act.patient, act.by);
        if (act.kind == Kind.ObjectToRetirement) {
            return abi.encode(ConsentTypes.RETIREMENT_OBJECTION_TYPEHASH, act.patient);
        }
        if (act.kind == Kind.NameRepresentative) {
            return
                abi.encode(
                    RepresentativeTypes.REPRESENTATIVE_NAMING_TYPEHASH,
                    act.patient,
                    act.other,
                    act.purposes,
                    act.expiresAt
                );
        }
        return abi.encode(RepresentativeTypes.REPRESENTATIVE_REMOVAL_TYPEHASH, act.patient, act.other);
    }

    function _grantOf(Act memory act) private pure returns (IConsentRegistry.ConsentGrant memory) {
        return
            IConsentRegistry.ConsentGrant({
                patient: act.patient,
                decidedBy: act.by,
                grantee: act.other,
                purposes: act.purposes,
                categories: act.categories,
                notBefore: act.notBefore,
                expiresAt: act.expiresAt,
                flags: act.flags,
                evidence: EVIDENCE,
                issuedAt: act.issuedAt,
                deadline: act.deadline
            });
    }

    function _revocationOf(Act memory act) private pure returns (IConsentRegistry.ConsentRevocation memory) {
        return
            IConsentRegistry.ConsentRevocation(
                act.patient,
                act.by,
                act.other,
                act.purposes,
                act.issuedAt,
                act.deadline
            );
    }

    function _appointmentOf(
        Act memory act
    ) private pure returns (IRepresentativeRegistry.RepresentativeAppointment memory) {
        return
            IRepresentativeRegistry.RepresentativeAppointment({
                patient: act.patient,
                representative: act.other,
                officer: act.by,
                purposes: act.purposes,
                mayOverride: act.flag,
                expiresAt: act.expiresAt,
                caseCommitment: 0,
                issuedAt: act.issuedAt,
                deadline: act.deadline
            });
    }

    function _appointmentDecisionOf(
        Act memory act
    ) private pure returns (IRepresentativeRegistry.AppointmentDecision memory) {
        return
            IRepresentativeRegistry.AppointmentDecision(
                act.patient,
                act.other,
                act.by,
                act.flag,
                act.issuedAt,
                act.deadline
            );
    }

    function _name(Kind kind) private pure returns (string memory) {
        string[12] memory names = [
            "grant",
            "revoke",
            "revokeAll",
            "setBreakGlassPreference",
            "setEmergencySourcePreference",
            "nameGuardian",
            "retire",
            "objectToRetirement",
            "nameRepresentative",
            "removeRepresentative",
            "appointRepresentative",
            "decideAppointment"
        ];
        return names[uint256(kind)];
    }

    /* INTERNALS: EMERGENCIES AND PARTICIPANTS */

    function _mayOpen(address patient, address provider) private view returns (bool) {
        return !_retired(patient) && !_refused(patient, provider, ETREAT);
    }

    function _refill(address provider) private {
        uint256 level = tokens[provider] + uint256(time - tokensAt[provider]) * EMERGENCIES_PER_DAY;
        uint256 full = uint256(EMERGENCIES_PER_DAY) * 1 days;
        tokens[provider] = level < full ? level : full;
        tokensAt[provider] = time;
    }

    function _requireReviewCounts(address provider) private {
        IEmergencyAccess.ReviewRecord memory record = consents.reviewRecordOf(provider);
        uint256[3] storage counts = reviewCounts[provider];
        if (record.upheld != counts[0] || record.rejected != counts[1] || record.overdue != counts[2]) {
            broken[EMERGENCIES] = "the provider's record of reviews";
        }
    }

    function _give(address accreditor, address participant, uint256 role) private {
        _accredit(accreditor, participant, Role.wrap(uint16(role)), START + 36500 days);
        accreditationModels[participant][role] = AccreditationModel(Accredited.Yes, START + 36500 days);
    }

    function _serve(address operator, address principal, uint56 roles, uint40 expiresAt) private {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "OperatorAcceptance(address operator,address principal,uint56 roles,uint40 expiresAt,uint256 nonce,uint40 deadline)"
                ),
                operator,
                principal,
                roles,
                expiresAt,
                participants.nonces(operator),
                type(uint40).max
            )
        );
        bytes memory signature = _sign(operator, _participantsDomain(), structHash);
        vm.prank(principal);
        participants.nameOperator(operator, roles, expiresAt, type(uint40).max, signature);
        operatorModels[operator] = OperatorModel(principal, roles, expiresAt);
    }
}
