// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/participants/Role.sol";
import {TrialData} from "../../../contracts/trials/TrialData.sol";
import {TrialRegistry} from "../../../contracts/trials/TrialRegistry.sol";
import {
    Documents,
    ElectronicSignature,
    Enrolment,
    EnrolmentList,
    OutcomeKind,
    OutcomeLeaf,
    OutcomeList,
    Protocol,
    SignatureMeaning,
    TrialRole,
    Withdrawal
} from "../../../contracts/trials/TrialTypes.sol";
import {vm} from "../Vm.sol";
import {World} from "../World.sol";

/// @title TrialsWorld
/// @notice Two sponsors with a trial each, two ethics boards, three sites, a laboratory, a data manager, a safety board. What is signed
/// and committed to is hashed as EIP-712 and the design say, written out again.
abstract contract TrialsWorld is World {
    uint256 public constant TRIALS = 2;
    uint256 public constant SITES = 3;
    uint256 public constant SUBJECTS = 6;
    uint40 private constant FAR = START + 7_200 days;

    TrialRegistry public immutable registry;
    TrialData public immutable data;
    address[TRIALS] internal sponsors;
    address[2] internal boards;
    address[SITES] internal sites;
    address internal immutable laboratory;
    address internal immutable manager_;
    address internal immutable safetyBoard;
    address internal immutable stranger;

    constructor() {
        registry = new TrialRegistry(participants, consents);
        data = new TrialData(registry);
        _nameAccreditor(careAccreditor, Roles.TRIAL_SPONSOR);
        _nameAccreditor(careAccreditor, Roles.ETHICS_BOARD);
        _nameAccreditor(careAccreditor, Roles.INVESTIGATOR_SITE);
        _nameAccreditor(careAccreditor, Roles.LABORATORY);
        _nameAccreditor(careAccreditor, Roles.TRIAL_SERVICE_PROVIDER);
        _nameAccreditor(careAccreditor, Roles.DATA_MONITORING_COMMITTEE);
        for (uint256 i = 0; i < 2; ++i) {
            sponsors[i] = _person(i == 0 ? "sponsor" : "other sponsor");
            boards[i] = _person(i == 0 ? "ethics board" : "other ethics board");
            _accredit(careAccreditor, sponsors[i], Roles.TRIAL_SPONSOR, FAR);
            _accredit(careAccreditor, boards[i], Roles.ETHICS_BOARD, FAR);
        }
        for (uint256 i = 0; i < SITES; ++i) {
            sites[i] = _person(string(abi.encodePacked("site ", i)));
            _accredit(careAccreditor, sites[i], Roles.INVESTIGATOR_SITE, FAR);
        }
        laboratory = _person("laboratory");
        manager_ = _person("data manager");
        safetyBoard = _person("safety board");
        stranger = _person("stranger");
        _accredit(careAccreditor, laboratory, Roles.LABORATORY, FAR);
        _accredit(careAccreditor, manager_, Roles.TRIAL_SERVICE_PROVIDER, FAR);
        _accredit(careAccreditor, safetyBoard, Roles.DATA_MONITORING_COMMITTEE, FAR);
    }

    function trialIdAt(uint256 trial) public view returns (bytes32) {
        return keccak256(abi.encode(_number(trial), sponsors[trial]));
    }

    function _number(uint256 trial) internal pure returns (bytes32) {
        return trial == 0 ? bytes32("NCT01234567") : bytes32("NCT07654321");
    }

    function subjectAt(uint256 trial, uint256 subject) public pure returns (bytes32) {
        return keccak256(abi.encode("subject", trial, subject));
    }

    /// @dev A protocol by its number: its lowest bits are the list of outcomes 2, the plan 1 and the consent form.
    function _protocol(uint256 variant) internal pure returns (Protocol memory protocol) {
        uint256 list = variant & 3;
        protocol.documents = Documents({
            protocol: keccak256("protocol"),
            statisticalAnalysisPlan: variant & 4 == 0 ? keccak256("plan") : bytes32(0),
            consentForm: keccak256(abi.encode("form", variant >> 3)),
            allocationRoot: keccak256("allocation"),
            plannedEnrolment: 100,
            primaryCompletion: START + 400 days
        });
        (uint16 primaries, uint16 others) = _counts(list);
        protocol.outcomes = OutcomeList(_root(list, true), _root(list, false), primaries, others);
    }

    /// @dev In list 3 a primary outcome is hidden among the others.
    function _counts(uint256 list) internal pure returns (uint16 primaries, uint16 others) {
        return list == 1 ? (1, 2) : (2, 2);
    }

    function _outcome(uint256 list, bool isPrimary, uint256 index) internal pure returns (OutcomeLeaf memory leaf) {
        (uint16 primaries, uint16 others) = _counts(list);
        bool isHidden = list == 3 && !isPrimary && index == 1;
        leaf.index = uint16(index);
        leaf.count = isPrimary ? primaries : others;
        leaf.kind = isPrimary || isHidden ? OutcomeKind.Primary : OutcomeKind.Secondary;
        leaf.commitment = keccak256(abi.encode("outcome", list & 1, isPrimary, index));
    }

    function _outcomeProof(uint256 list, bool isPrimary, uint256 index) internal pure returns (bytes32[] memory proof) {
        (uint16 primaries, ) = _counts(list);
        if (isPrimary && primaries == 1) return new bytes32[](0);
        proof = new bytes32[](1);
        proof[0] = _leaf(_outcome(list, isPrimary, index == 0 ? 1 : 0));
    }

    /// @dev Of one leaf, or of two in their order.
    function _root(uint256 list, bool isPrimary) private pure returns (bytes32) {
        bytes32 first = _leaf(_outcome(list, isPrimary, 0));
        (uint16 primaries, ) = _counts(list);
        if (isPrimary && primaries == 1) return first;
        return keccak256(abi.encode(first, _leaf(_outcome(list, isPrimary, 1))));
    }

    function _leaf(OutcomeLeaf memory leaf) internal pure returns (bytes32) {
        bytes32 tag = keccak256("CareProof.OutcomeLeaf(uint16 index,uint16 count,uint8 kind,bytes32 commitment)");
        return keccak256(abi.encode(keccak256(abi.encode(tag, leaf))));
    }

    function _documentsHash(uint256 variant) internal pure returns (bytes32) {
        bytes32 tag = keccak256(
            "CareProof.Documents(bytes32 protocol,bytes32 statisticalAnalysisPlan,bytes32 consentForm,bytes32 allocationRoot,uint32 plannedEnrolment,uint40 primaryCompletion)"
        );
        return keccak256(abi.encode(tag, _protocol(variant).documents));
    }

    function _versionHash(uint256 variant) internal pure returns (bytes32) {
        bytes32 tag = keccak256(
            "CareProof.Protocol(bytes32 documents,bytes32 primaryRoot,bytes32 otherRoot,uint16 primaries,uint16 others)"
        );
        return keccak256(abi.encode(tag, _documentsHash(variant), _protocol(variant).outcomes));
    }

    function _approval(
        bytes32 trialId,
        bytes32 object,
        address signer,
        SignatureMeaning meaning
    ) internal view returns (ElectronicSignature memory approval) {
        approval = ElectronicSignature(signer, keccak256("name"), meaning, time, time + 1 days, "");
        bytes32 typeHash = keccak256(
            "TrialSignature(bytes32 trialId,bytes32 object,uint8 meaning,address signer,bytes32 signerName,uint40 signedAt,uint40 deadline)"
        );
        approval.signature = _signTrials(
            signer,
            keccak256(
                abi.encode(typeHash, trialId, object, meaning, signer, approval.signerName, time, approval.deadline)
            )
        );
    }

    function _signEnrolment(Enrolment memory enrolment, address by) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "Enrolment(bytes32 trialId,address site,bytes32 subject,uint8 version,address signer,uint40 signedAt,uint40 deadline,uint8 meaning)"
        );
        return _signTrials(by, keccak256(abi.encode(typeHash, enrolment, SignatureMeaning.Responsibility)));
    }

    function _signList(EnrolmentList memory list) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "EnrolmentList(bytes32 trialId,address site,uint8 version,address signer,bytes32[] subjects,uint40[] signedAt,uint40 deadline,uint8 meaning)"
        );
        bytes memory head = abi.encode(typeHash, list.trialId, list.site, list.version, list.signer);
        bytes memory arrays = abi.encode(
            keccak256(abi.encodePacked(list.subjects)),
            keccak256(abi.encodePacked(list.signedAt)),
            list.deadline,
            SignatureMeaning.Responsibility
        );
        return _signTrials(list.signer, keccak256(abi.encodePacked(head, arrays)));
    }

    function _signWithdrawal(Withdrawal memory withdrawal) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "Withdrawal(bytes32 trialId,bytes32 subject,address signer,uint40 signedAt,uint40 deadline)"
        );
        return _signTrials(withdrawal.signer, keccak256(abi.encode(typeHash, withdrawal)));
    }

    function _unlockObject(bytes32 reason, uint40 lockedAt, uint8 unlocks) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("CareProof.Unlock(bytes32 reason,uint40 lockedAt,uint8 unlocks)"),
                    reason,
                    lockedAt,
                    unlocks
                )
            );
    }

    function _signTrials(address signer, bytes32 structHash) private view returns (bytes memory) {
        return _sign(signer, _domainSeparator("CareProof TrialRegistry", address(registry)), structHash);
    }
}
