// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Benefit} from "../../../contracts/claims/Benefit.sol";
import {ClaimKey, ClaimLine, ClaimSubmission, EncounterReceipt} from "../../../contracts/claims/ClaimTypes.sol";
import {ClaimsProcessor} from "../../../contracts/claims/ClaimsProcessor.sol";
import {PlanRegistry} from "../../../contracts/claims/PlanRegistry.sol";
import {PlanTerms} from "../../../contracts/claims/PlanTerms.sol";
import {PolicyRegistry} from "../../../contracts/claims/PolicyRegistry.sol";
import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {ReserveVaultFactory} from "../../../contracts/claims/ReserveVaultFactory.sol";
import {Categories} from "../../../contracts/consent/Categories.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {Roles} from "../../../contracts/participants/Role.sol";
import {vm} from "../Vm.sol";
import {World} from "../World.sol";

/// @title ClaimsWorld
/// @notice Three payers with a plan, a vault and two policies each, of the same two persons; two providers, two reviewers, an investor.
/// The second person pays premiums. What is signed is hashed as EIP-712 says, written out again from the standard.
abstract contract ClaimsWorld is World {
    uint256 public constant PAYERS = 3;
    uint256 public constant PERSONS = 2;
    uint256 public constant FAMILIES = 3;
    uint256 internal constant DECISION_DAYS = 30;
    uint256 internal constant PROMPT_DAYS = 30;
    uint256 internal constant BASIS_POINTS = 1_200;
    uint64 internal constant CEILING = 500;
    uint64 internal constant PREMIUM = 5;
    uint256 private constant FIRST_YEAR = 2027;
    /// @dev 1 January 2027, in days.
    uint256 private constant FIRST_NEW_YEAR = 20_819;
    uint256 private constant YEARS = 12;
    uint40 private constant FAR = START + 3_600 days;

    HostileToken public immutable token = new HostileToken();
    PolicyRegistry public immutable policies;
    ClaimsProcessor public immutable claims;
    ReserveVault[PAYERS] public vaults;
    address[PAYERS] internal payers;
    address[2] public providers;
    address[2] internal reviewers;
    address internal immutable investor = address(0x1175);
    address internal immutable stranger = address(0x57A);

    constructor() {
        ReserveVaultFactory factory = new ReserveVaultFactory(address(manager), participants, 30 days);
        PlanRegistry plans = new PlanRegistry(participants, factory);
        policies = new PolicyRegistry(participants, plans);
        claims = new ClaimsProcessor(participants, policies, consents, representatives);
        factory.bind(address(claims), address(plans), address(policies));
        _nameAccreditor(careAccreditor, Roles.PAYER);
        _nameAccreditor(careAccreditor, Roles.ENROLMENT_AUTHORITY);
        _nameAccreditor(careAccreditor, Roles.INDEPENDENT_REVIEWER);
        for (uint256 i = 0; i < 2; ++i) {
            providers[i] = _person(i == 0 ? "clinic" : "hospital");
            reviewers[i] = _person(i == 0 ? "reviewer" : "other reviewer");
            _accredit(careAccreditor, providers[i], Roles.PROVIDER, FAR);
            _accredit(careAccreditor, reviewers[i], Roles.INDEPENDENT_REVIEWER, FAR);
            vm.prank(providers[i]);
            token.approve(address(claims), type(uint256).max);
        }
        address enrolment = _person("enrolment authority");
        _accredit(careAccreditor, enrolment, Roles.ENROLMENT_AUTHORITY, FAR);
        token.mint(investor, 1e30);
        token.mint(stranger, 1e30);
        for (uint256 payer = 0; payer < PAYERS; ++payer) {
            payers[payer] = _person(string(abi.encodePacked("payer ", payer)));
            _accredit(careAccreditor, payers[payer], Roles.PAYER, FAR);
            vm.prank(payers[payer]);
            vaults[payer] = ReserveVault(address(factory.createVault(token)));
            vm.prank(payers[payer]);
            plans.publish(_terms(payer));
            vm.prank(investor);
            token.approve(address(vaults[payer]), type(uint256).max);
            vm.prank(stranger);
            token.approve(address(vaults[payer]), type(uint256).max);
            for (uint256 person = 0; person < PERSONS; ++person) _insure(person, payer, enrolment);
        }
    }

    /// @dev A policy has the number 1 + 2 * payer + person.
    function _insure(uint256 person, uint256 payer, address enrolment) private {
        _person(_nameOf(person, payer));
        uint32 today = uint32(START / 1 days);
        vm.prank(payers[payer]);
        policies.issue(_terms(payer), _member(person, payer), today, today + 3_500, person == 1 ? PREMIUM : 0);
        for (uint256 year = FIRST_YEAR; year < FIRST_YEAR + YEARS; ++year) {
            vm.prank(enrolment);
            policies.declareSubjectTag(_policy(person, payer), year, _tag(person, year), 0);
        }
        _consent(person, payer);
    }

    function _consent(uint256 person, uint256 payer) internal {
        vm.prank(_member(person, payer));
        consents.grant(
            payers[payer],
            1 << 2,
            IConsentRegistry.Terms(uint64(Categories.COVERAGE_AND_CLAIMS), 0, FAR, 0),
            keccak256("form")
        );
    }

    function _member(uint256 person, uint256 payer) internal pure returns (address) {
        return vm.addr(uint256(keccak256(bytes(_nameOf(person, payer)))));
    }

    function _nameOf(uint256 person, uint256 payer) private pure returns (string memory) {
        return string(abi.encodePacked("member ", person, payer));
    }

    function _policy(uint256 person, uint256 payer) internal pure returns (uint32) {
        return uint32(1 + PERSONS * payer + person);
    }

    function _tag(uint256 person, uint256 year) internal pure returns (bytes31) {
        return bytes31(keccak256(abi.encode("tag", person, year)));
    }

    /// @dev The calendar year of a day of the tests, counted from the first.
    function yearOf(uint256 day) public pure returns (uint256 year) {
        year = FIRST_YEAR;
        day -= FIRST_NEW_YEAR;
        for (uint256 length = 365; day >= length; length = year % 4 == 0 ? 366 : 365) {
            day -= length;
            ++year;
        }
    }

    /// @notice A plan: the first family has a copay and no limit, the second a maximum a service and a limit, the third is of another
    /// word of the accumulators.
    function _terms(uint256 payer) internal view returns (PlanTerms memory terms) {
        terms.payer = payers[payer];
        terms.vault = address(vaults[payer]);
        terms.feeSchedule = _root(payer);
        terms.deductible = deductibleOf(payer);
        terms.outOfPocketMaximum = maximumOf(payer);
        terms.automaticPaymentCeiling = CEILING;
        terms.timelyFilingDays = 90;
        terms.decisionDays = uint16(DECISION_DAYS);
        terms.promptPaymentDays = uint16(PROMPT_DAYS);
        terms.interestBasisPoints = uint16(BASIS_POINTS);
        terms.appealDays = 180;
        terms.graceDays = 31;
        terms.benefits = new Benefit[](FAMILIES);
        terms.benefits[0] = Benefit.wrap((uint256(0x81) << 224) | 100);
        terms.benefits[1] = Benefit.wrap(
            (uint256(0x80) << 224) | (2_000 << 192) | (annualLimitOf(1) << 128) | (1_300 << 64)
        );
        terms.benefits[2] = Benefit.wrap((uint256(0x81) << 224) | (1_000 << 192) | (annualLimitOf(2) << 128));
    }

    function deductibleOf(uint256 payer) public pure returns (uint64) {
        return uint64(1_000 + 500 * payer);
    }

    function maximumOf(uint256 payer) public pure returns (uint64) {
        return uint64(2_500 + 500 * payer);
    }

    /// @notice The annual limit of a family in every plan; zero for none.
    function annualLimitOf(uint256 family) public pure returns (uint256) {
        return [uint256(0), 1_000, 900, 0][family];
    }

    function _feeOf(uint256 procedure, uint256 payer) internal pure returns (uint64) {
        return uint64((procedure == 0 ? 1_500 : 800) + 250 * payer);
    }

    function _procedure(uint256 procedure) internal pure returns (bytes32) {
        return keccak256(abi.encode("procedure", procedure));
    }

    /// @dev A tree of two fees in each of four families; each pair of nodes is hashed in ascending order.
    function _root(uint256 payer) private pure returns (bytes32) {
        return _node(_node(_pair(0, payer), _pair(1, payer)), _node(_pair(2, payer), _pair(3, payer)));
    }

    function _feeProof(
        uint256 family,
        uint256 procedure,
        uint256 payer
    ) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](3);
        proof[0] = _leaf(family, 1 - procedure, payer);
        proof[1] = _pair(family ^ 1, payer);
        proof[2] = _node(_pair(family ^ 2, payer), _pair(family ^ 3, payer));
    }

    function _pair(uint256 family, uint256 payer) private pure returns (bytes32) {
        return _node(_leaf(family, 0, payer), _leaf(family, 1, payer));
    }

    function _leaf(uint256 family, uint256 procedure, uint256 payer) private pure returns (bytes32) {
        bytes32 tag = keccak256("CareProof.FeeLeaf(uint8 family,bytes32 commitment,uint64 fee)");
        bytes32 inner = keccak256(abi.encode(tag, family, _procedure(procedure), _feeOf(procedure, payer)));
        return keccak256(abi.encode(inner));
    }

    function _node(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _hashReceipt(EncounterReceipt memory receipt) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "EncounterReceipt(address member,address signedBy,address provider,bytes32 encounter,uint32 serviceDay,uint8 family,uint40 receiptAt,bytes32 salt,uint8 purpose)"
                    ),
                    receipt,
                    uint8(2)
                )
            );
    }

    function _hashSubmission(ClaimSubmission memory claim) internal pure returns (bytes32) {
        bytes memory lines;
        for (uint256 i = 0; i < claim.lines.length; ++i) lines = abi.encodePacked(lines, _hashLine(claim.lines[i]));
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "ClaimSubmission(bytes32 receipt,uint32 policyId,uint32 receiptPolicyId,ClaimLine[] lines,bytes32 primaryClaim,address signedBy,address submitter,uint40 issuedAt,uint40 deadline)ClaimLine(bytes32 procedure,uint64 billed,uint64 fee,uint16 units)"
                    ),
                    _hashReceipt(claim.receipt),
                    claim.policyId,
                    claim.receiptPolicyId,
                    keccak256(lines),
                    claim.primaryClaim,
                    claim.signedBy,
                    claim.submitter,
                    claim.issuedAt,
                    claim.deadline
                )
            );
    }

    function _hashLine(ClaimLine memory line) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(keccak256("ClaimLine(bytes32 procedure,uint64 billed,uint64 fee,uint16 units)"), line)
            );
    }

    function _signClaims(address signer, bytes32 structHash) internal view returns (bytes memory) {
        return _sign(signer, _domainSeparator("CareProof ClaimsProcessor", address(claims)), structHash);
    }

    function _idOf(ClaimKey memory key) internal pure returns (bytes32) {
        return keccak256(abi.encode(key));
    }
}
