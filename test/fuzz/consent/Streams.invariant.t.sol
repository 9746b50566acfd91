// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisclosureLog} from "../../../contracts/consent/DisclosureLog.sol";
import {DisclosureTypes} from "../../../contracts/consent/DisclosureTypes.sol";
import {IDisclosureLog} from "../../../contracts/consent/IDisclosureLog.sol";
import {IRecordRegistry} from "../../../contracts/consent/IRecordRegistry.sol";
import {RecordRegistry} from "../../../contracts/consent/RecordRegistry.sol";
import {Roles} from "../../../contracts/participants/Role.sol";
import {BatchStream} from "../../../contracts/utils/BatchStream.sol";
import {World} from "../World.sol";
import {bound, vm} from "../Vm.sol";

/// @title StreamHandler
/// @notice A hospital that anchors records, corrects and retracts them; a gateway that anchors receipts, in time, late or
/// never; and who posts the receipts. Batches are trees of two leaves, hashed here.
contract StreamHandler is World {
    string public broken;

    RecordRegistry public immutable records;
    DisclosureLog public immutable log;

    address public immutable hospital = _person("hospital");
    address public immutable gateway = _person("gateway");
    address[] internal keys;

    /// @notice Leaves by the batch that they are in: two each, the first at `2 * (sequence - 1)`.
    bytes32[] public recordLeaves;
    bytes32[] public recordRoots;
    uint256 public recordCount;
    /// @notice The fate of each leaf as the model has it: 0 stands, 1 superseded, 2 retracted.
    mapping(bytes32 digest => uint8) public fates;
    mapping(bytes32 digest => bytes32) public successors;

    struct Receipt {
        bytes32 disclosure;
        address signer;
        uint40 accessedAt;
        uint64 sequence; // batch that it is in; 0 for none
        bytes32 sibling;
        uint40 anchoredAt;
        uint8 status; // 0 unreported, 1 unlogged, 2 late, 3 logged
    }

    Receipt[] internal receipts;
    bytes32[] public receiptRoots;
    uint256 public receiptCount;
    uint256 public unlogged;
    uint256 public late;
    mapping(address key => uint40) internal servesSince;
    mapping(address key => uint40) internal servesUntil;

    constructor() {
        records = new RecordRegistry(participants);
        log = new DisclosureLog(participants);
        _accredit(careAccreditor, hospital, Roles.PROVIDER, START + 3650 days);
        _accredit(careAccreditor, gateway, Roles.GATEWAY, START + 3650 days);
        keys.push(_person("key one"));
        keys.push(_person("key two"));
    }

    modifier inTime() {
        vm.warp(time);
        _;
    }

    function wait(uint256 choice) external inTime {
        time += [uint40(1), 1 hours, 3 days, 8 days][bound(choice, 0, 3)];
        vm.warp(time);
    }

    /* RECORDS */

    function anchorRecords(uint256 seed, uint256 step, bool stranger) external inTime {
        uint64 next = uint64(recordRoots.length) + 1;
        uint64 sequence = uint64(
            bound(step, 0, 5) == 0
                ? next + 1
                : bound(step, 0, 5) == 1
                    ? next - 1
                    : next
        );
        bytes32 first = keccak256(abi.encode("record", seed, recordLeaves.length));
        bytes32 second = keccak256(abi.encode("record", seed, recordLeaves.length + 1));
        // Now and then a leaf is anchored a second time.
        if (seed % 5 == 0 && recordLeaves.length != 0) second = recordLeaves[seed % recordLeaves.length];
        bytes32 root = _pair(_leaf(first), _leaf(second));
        vm.prank(stranger ? gateway : hospital);
        bool ok = _try(address(records), abi.encodeCall(records.anchor, (sequence, root, 2)));
        if (ok != (!stranger && sequence == next)) broken = "anchor a batch of records";
        if (!ok) return;
        recordLeaves.push(first);
        recordLeaves.push(second);
        recordRoots.push(root);
        recordCount += 2;
    }

    function supersede(uint256 oldSeed, uint256 newSeed) external inTime {
        if (recordLeaves.length == 0) return;
        IRecordRegistry.LeafProof memory old = _recordProof(bound(oldSeed, 0, recordLeaves.length - 1));
        IRecordRegistry.LeafProof memory successor = _recordProof(bound(newSeed, 0, recordLeaves.length - 1));
        bool expected = old.digest != successor.digest && fates[old.digest] == 0 && fates[successor.digest] == 0;
        vm.prank(hospital);
        bool ok = _try(address(records), abi.encodeCall(records.supersede, (old, successor)));
        if (ok != expected) broken = "supersede";
        if (!ok) return;
        fates[old.digest] = 1;
        successors[old.digest] = successor.digest;
    }

    function retract(uint256 seed, uint256 reason) external inTime {
        if (recordLeaves.length == 0) return;
        IRecordRegistry.LeafProof memory leaf = _recordProof(bound(seed, 0, recordLeaves.length - 1));
        IRecordRegistry.RetractionReason why = IRecordRegistry.RetractionReason(bound(reason, 0, 3));
        bool expected = fates[leaf.digest] == 0 && why != IRecordRegistry.RetractionReason.None;
        vm.prank(hospital);
        bool ok = _try(address(records), abi.encodeCall(records.retract, (leaf, why)));
        if (ok != expected) broken = "retract";
        if (ok) fates[leaf.digest] = 2;
    }

    function retractWithWrongProof(uint256 seed, bytes32 sibling) external inTime {
        if (recordLeaves.length == 0) return;
        IRecordRegistry.LeafProof memory leaf = _recordProof(bound(seed, 0, recordLeaves.length - 1));
        // An inner node in the place of a leaf, a leaf without its proof, another sibling.
        if (seed % 3 == 0) (leaf.digest, leaf.proof) = (recordRoots[leaf.sequence - 1], new bytes32[](0));
        else if (seed % 3 == 1) leaf.proof = new bytes32[](0);
        else leaf.proof[0] = sibling;
        vm.prank(hospital);
        bool ok = _try(
            address(records),
            abi.encodeCall(records.retract, (leaf, IRecordRegistry.RetractionReason.Duplicate))
        );
        if (ok) broken = "a leaf that is not in the batch";
    }

    /* DISCLOSURES */

    function changeKey(uint256 which) external inTime {
        address key = keys[bound(which, 0, 1)];
        bool serves = servesUntil[key] == START + 36500 days;
        vm.prank(gateway);
        if (serves) {
            participants.removeOperator(key);
            servesUntil[key] = time;
        } else {
            participants.offerOperator(key, uint56(1 << 3), START + 36500 days);
            vm.prank(key);
            participants.acceptOperator(gateway);
            if (servesSince[key] == 0) servesSince[key] = time;
            servesUntil[key] = START + 36500 days;
        }
    }

    function signReceipt(uint256 by, uint256 age) external inTime {
        Receipt memory receipt;
        receipt.disclosure = keccak256(abi.encode("disclosure", receipts.length));
        receipt.signer = [gateway, keys[0], keys[1]][bound(by, 0, 2)];
        receipt.accessedAt = time - [uint40(0), 1 hours, 5 days, 9 days][bound(age, 0, 3)];
        receipts.push(receipt);
    }

    function anchorReceipts(uint256 a, uint256 b, uint256 step) external inTime {
        if (receipts.length < 2) return;
        a = bound(a, 0, receipts.length - 1);
        b = bound(b, 0, receipts.length - 1);
        if (a == b || receipts[a].sequence != 0 || receipts[b].sequence != 0) return;
        uint64 next = uint64(receiptRoots.length) + 1;
        uint64 sequence = bound(step, 0, 4) == 0 ? next + 1 : next;
        (bytes32 left, bytes32 right) = (_leaf(_digest(a)), _leaf(_digest(b)));
        vm.prank(gateway);
        bool ok = _try(address(log), abi.encodeCall(log.anchor, (sequence, _pair(left, right), 2)));
        if (ok != (sequence == next)) broken = "anchor a batch of receipts";
        if (!ok) return;
        (receipts[a].sequence, receipts[a].sibling, receipts[a].anchoredAt) = (sequence, right, time);
        (receipts[b].sequence, receipts[b].sibling, receipts[b].anchoredAt) = (sequence, left, time);
        receiptRoots.push(_pair(left, right));
        receiptCount += 2;
    }

    function report(uint256 which, bool forged) external inTime {
        if (receipts.length == 0) return;
        which = bound(which, 0, receipts.length - 1);
        Receipt storage receipt = receipts[which];
        bytes memory signature = _sign(
            forged ? hospital : receipt.signer,
            _domainSeparator("CareProof DisclosureLog", address(log)),
            keccak256(abi.encode(DisclosureTypes.ACCESS_RECEIPT_TYPEHASH, _receipt(which)))
        );
        bool expected =
            !forged &&
                receipt.status == 0 &&
                time > receipt.accessedAt + 7 days &&
                _served(receipt.signer, receipt.accessedAt);
        bool ok = _try(address(log), abi.encodeCall(log.reportUnlogged, (_receipt(which), signature)));
        if (ok != expected) broken = "reportUnlogged";
        if (!ok) return;
        receipt.status = 1;
        ++unlogged;
    }

    function answer(uint256 which) external inTime {
        if (receipts.length == 0) return;
        which = bound(which, 0, receipts.length - 1);
        Receipt storage receipt = receipts[which];
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = receipt.sibling;
        bool expected = receipt.status == 1 && receipt.sequence != 0;
        bool ok = _try(address(log), abi.encodeCall(log.answer, (_receipt(which), receipt.sequence, proof)));
        if (ok != expected) broken = "answer";
        if (!ok) return;
        --unlogged;
        bool wasLate = receipt.anchoredAt > receipt.accessedAt + 7 days;
        receipt.status = wasLate ? 2 : 3;
        if (wasLate) ++late;
    }

    /* WHAT THE INVARIANTS ASK */

    function counts() external view returns (uint256 leaves, uint256 recordBatches, uint256 receiptBatches, uint256) {
        return (recordLeaves.length, recordRoots.length, receiptRoots.length, receipts.length);
    }

    function receiptStatus(uint256 which) external view returns (bytes32 digest, uint8 status) {
        return (_digest(which), receipts[which].status);
    }

    function _served(address signer, uint40 accessedAt) private view returns (bool) {
        if (signer == gateway) return true;
        uint40 since = servesSince[signer];
        uint40 until = servesUntil[signer];
        return since != 0 && since <= accessedAt && accessedAt < until;
    }

    function _receipt(uint256 which) private view returns (IDisclosureLog.AccessReceipt memory) {
        Receipt storage receipt = receipts[which];
        return IDisclosureLog.AccessReceipt(gateway, receipt.signer, receipt.disclosure, receipt.accessedAt);
    }

    function _digest(uint256 which) private view returns (bytes32) {
        Receipt storage receipt = receipts[which];
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "CareProof.ReceiptLeaf(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)"
                    ),
                    gateway,
                    receipt.signer,
                    receipt.disclosure,
                    receipt.accessedAt
                )
            );
    }

    function _recordProof(uint256 index) private view returns (IRecordRegistry.LeafProof memory leaf) {
        leaf.sequence = uint64(index / 2 + 1);
        leaf.digest = recordLeaves[index];
        leaf.proof = new bytes32[](1);
        leaf.proof[0] = _leaf(recordLeaves[index % 2 == 0 ? index + 1 : index - 1]);
    }

    function _leaf(bytes32 digest) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(digest));
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    function _try(address target, bytes memory data) private returns (bool ok) {
        (ok, ) = target.call(data);
    }
}

/// @title StreamInvariants
/// @notice What stays true of records and disclosures whatever anyone does. Numbers as in docs/properties.md.
contract StreamInvariants {
    StreamHandler private handler;
    RecordRegistry private records;
    DisclosureLog private log;

    function setUp() external {
        handler = new StreamHandler();
        records = handler.records();
        log = handler.log();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_I3_streamsOnlyGrow() external view {
        vm.assertEq(handler.broken(), "", "I3, I8, I10: each act is accepted exactly when the rules say so");
        (, uint256 recordBatches, uint256 receiptBatches, ) = handler.counts();
        BatchStream.Head memory head = records.headOf(handler.hospital());
        vm.assertEq(head.sequence, recordBatches, "I3: the record stream's sequence never goes back");
        vm.assertEq(head.leaves, handler.recordCount(), "I3: the record stream's count never goes back");
        vm.assertEq(records.headOf(handler.gateway()).sequence, 0, "I3: nobody else appends to it");
        head = log.headOf(handler.gateway());
        vm.assertEq(head.sequence, receiptBatches, "I3: the disclosure stream's sequence never goes back");
        vm.assertEq(head.leaves, handler.receiptCount(), "I3: the disclosure stream's count never goes back");
        for (uint256 i = 0; i < recordBatches; ++i) {
            bytes32 root = records.rootOf(handler.hospital(), uint64(i + 1));
            vm.assertEq(root, handler.recordRoots(i), "I3: a record root once written never changes");
        }
        for (uint256 i = 0; i < receiptBatches; ++i) {
            (bytes32 root, ) = log.batchOf(handler.gateway(), uint64(i + 1));
            vm.assertEq(root, handler.receiptRoots(i), "I3: a disclosure root once written never changes");
        }
    }

    function invariant_I8_recordVersions() external view {
        vm.assertEq(handler.broken(), "", "I3, I8, I10: each act is accepted exactly when the rules say so");
        (uint256 leaves, , , ) = handler.counts();
        for (uint256 i = 0; i < leaves; ++i) {
            bytes32 digest = handler.recordLeaves(i);
            (IRecordRegistry.RecordStatus status, bytes32 successor, ) = records.statusOf(handler.hospital(), digest);
            uint8 fate = handler.fates(digest);
            IRecordRegistry.RecordStatus expected =
                fate == 0
                    ? IRecordRegistry.RecordStatus.Unknown
                    : fate == 1
                        ? IRecordRegistry.RecordStatus.Superseded
                        : IRecordRegistry.RecordStatus.Retracted;
            vm.assertTrue(status == expected, "I8: a final status never changes");
            vm.assertEq(successor, handler.successors(digest), "I8: a successor never changes");
            uint256 steps;
            while (successor != 0) {
                (, successor, ) = records.statusOf(handler.hospital(), successor);
                vm.assertGe(leaves, ++steps, "I8: versions never form a circle");
            }
        }
    }

    function invariant_I10_gatewayRecord() external view {
        vm.assertEq(handler.broken(), "", "I3, I8, I10: each act is accepted exactly when the rules say so");
        IDisclosureLog.GatewayRecord memory record = log.recordOf(handler.gateway());
        vm.assertEq(record.unlogged, handler.unlogged(), "I10: what was not logged counts against the gateway");
        vm.assertEq(record.late, handler.late(), "I10: what was logged late counts for ever");
        (, , , uint256 count) = handler.counts();
        for (uint256 i = 0; i < count; ++i) {
            (bytes32 digest, uint8 status) = handler.receiptStatus(i);
            vm.assertTrue(uint8(log.statusOf(digest)) == status, "I10: a receipt's status is final once answered");
        }
    }
}
