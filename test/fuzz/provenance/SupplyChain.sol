// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CompanyPrefixRegistry} from "../../../contracts/provenance/CompanyPrefixRegistry.sol";
import {DigitalLinks} from "../../../contracts/provenance/DigitalLinks.sol";
import {DrugProvenance} from "../../../contracts/provenance/DrugProvenance.sol";
import {ILots} from "../../../contracts/provenance/ILots.sol";
import {ProductInvestigations} from "../../../contracts/provenance/ProductInvestigations.sol";
import {Role, Roles} from "../../../contracts/participants/Role.sol";
import {World} from "../World.sol";
import {vm} from "../Vm.sol";
import {LotTree} from "./LotTree.sol";

/// @notice Two makers, their partners and their lots: what is printed on boxes, and where each box was packed.
/// @dev Lot 0 (16 leaves) and lot 1 are of the first maker and share a pallet. Run 1 of lot 0 and lot 3 repeat packages of
/// run 0. Lot 2 is of the second maker, whose tree names the first one's pallet and one of its packages.
abstract contract SupplyChain is World {
    /// @notice Where a thing was commissioned, as its leaf says.
    /// @param fits Whether this lot's maker may say it: the package has the lot's GTIN, the SSCC is the maker's own.
    struct Birth {
        uint256 id;
        uint8 lot;
        uint8 run;
        bool fits;
        uint256[] path;
        bytes32[] proof;
        bytes32 claim;
    }

    struct LotFacts {
        uint56 key;
        address maker;
        uint48 gtin;
        uint16 expirationDate;
        uint16 units;
        bytes32[2] roots;
    }

    uint8 internal constant FIRST_PREFIX = 7;
    uint8 internal constant SECOND_PREFIX = 6;
    uint8 internal constant WHOLESALE_PREFIX = 5;

    CompanyPrefixRegistry internal immutable prefixes;
    DrugProvenance internal immutable provenance;
    ProductInvestigations internal immutable investigations;

    address internal immutable drugAccreditor = _person("accreditor of the supply chain");
    address internal immutable maker1 = _person("manufacturer one");
    address internal immutable maker2 = _person("manufacturer two");
    address internal immutable wholesaler1 = _person("wholesaler one");
    address internal immutable wholesaler2 = _person("wholesaler two");
    address internal immutable dispenser1 = _person("pharmacy one");
    address internal immutable dispenser2 = _person("pharmacy two");
    address internal immutable carrier = _person("third-party logistics provider");
    address internal immutable regulator = _person("drug regulator");
    address internal immutable stranger = _person("stranger");

    /// @notice Everyone who acts: organisations, their keys, and one who is nobody.
    address[] public actors;
    LotFacts[] internal lots;
    /// @notice All packages and containers.
    uint256[] public ids;
    Birth[] internal births;
    mapping(uint256 id => uint256[] indices) internal birthsOf;
    mapping(uint256 id => bool) internal isContainer;

    /// @dev Who can pack into a new SSCC, and under which length of prefix.
    mapping(uint256 container => address) internal ssccHolder;
    mapping(uint256 container => uint8) internal ssccPrefix;

    uint256 internal immutable pallet;
    uint256 internal immutable tote;

    /// @dev What the makers say of the lots.
    ILots.LotTerms[] private _terms;
    /// @dev Of the tree that is being built.
    bytes32[] private _leaves;
    uint256 private _firstBirth;

    constructor() {
        prefixes = new CompanyPrefixRegistry(address(manager));
        DigitalLinks links = new DigitalLinks("https://id.gs1.org");
        provenance = new DrugProvenance(address(manager), participants, prefixes, links);
        investigations = ProductInvestigations(provenance.investigations());
        prefixes.register(9521141, FIRST_PREFIX, maker1);
        prefixes.register(952999, SECOND_PREFIX, maker2);
        prefixes.register(95288, WHOLESALE_PREFIX, wholesaler1);
        for (uint16 role = 10; role <= 14; ++role) _nameAccreditor(drugAccreditor, Role.wrap(role));

        pallet = _container(0, maker1);
        tote = _container(8, maker1);
    }

    /* LOTS */

    function _commissionLots() internal {
        uint16 today = uint16(time / 1 days);
        uint48 gtinA = uint48(LotTree.withCheckDigit(952114112345));
        uint48 gtinB = uint48(LotTree.withCheckDigit(952114154321));
        uint48 gtinC = uint48(LotTree.withCheckDigit(952999123456));
        _describe(maker1, gtinA, "A/1", today + 60, 3);
        _describe(maker1, gtinB, "B-1", today + 400, 1);
        _describe(maker2, gtinC, "C_1", today + 25, 2);
        _describe(maker1, gtinA, "A/2", today + 40, 3);

        uint256 case1 = _container(1, maker1);
        uint256 case2 = _container(2, maker1);
        uint256 looseCase = _container(3, maker1);
        _leaf(0, 0, pallet, _path(0, 0));
        _leaf(0, 0, case1, _path(pallet, 0));
        _leaf(0, 0, case2, _path(pallet, 0));
        _leaf(0, 0, _package(gtinA, "a0"), _path(case1, pallet));
        _leaf(0, 0, _package(gtinA, "a1"), _path(case1, pallet));
        _leaf(0, 0, _package(gtinA, "a2"), _path(case2, pallet));
        _leaf(0, 0, _package(gtinA, "a3"), _path(pallet, 0));
        for (uint8 i = 4; i < 9; ++i) _leaf(0, 0, _package(gtinA, bytes.concat("a", bytes1(48 + i))), _path(0, 0));
        _leaf(0, 0, looseCase, _path(0, 0));
        _leaf(0, 0, _package(gtinA, "a9"), _path(looseCase, 0));
        // Of another product: no package of this lot, whatever the tree says.
        _leaf(0, 0, _package(gtinB, "b0"), _path(0, 0));
        _endRun(0, 0);

        _leaf(0, 1, _package(gtinA, "a0"), _path(0, 0));
        _leaf(0, 1, _package(gtinA, "a4"), _path(looseCase, 0));
        _leaf(0, 1, _package(gtinA, "aX"), _path(pallet, 0));
        _endRun(0, 1);

        uint256 caseB = _container(4, maker1);
        _leaf(1, 0, pallet, _path(0, 0));
        _leaf(1, 0, caseB, _path(pallet, 0));
        _leaf(1, 0, _package(gtinB, "b0"), _path(pallet, 0));
        _leaf(1, 0, _package(gtinB, "b1"), _path(caseB, pallet));
        _leaf(1, 0, _package(gtinB, "b2"), _path(0, 0));
        _leaf(1, 0, _package(gtinB, "b3"), _path(0, 0));
        _leaf(1, 0, _package(gtinB, "b4"), _path(0, 0));
        _endRun(1, 0);

        uint256 foreignCase = _container(5, maker2);
        _leaf(2, 0, pallet, _path(0, 0));
        _leaf(2, 0, _package(gtinA, "a1"), _path(0, 0));
        _leaf(2, 0, foreignCase, _path(pallet, 0));
        _leaf(2, 0, _package(gtinC, "c0"), _path(pallet, 0));
        _leaf(2, 0, _package(gtinC, "c1"), _path(foreignCase, pallet));
        _leaf(2, 0, _package(gtinC, "c2"), _path(0, 0));
        _leaf(2, 0, _package(gtinC, "c3"), _path(0, 0));
        _endRun(2, 0);

        _leaf(3, 0, _package(gtinA, "a1"), _path(0, 0));
        _leaf(3, 0, _package(gtinA, "aY"), _path(0, 0));
        _leaf(3, 0, _package(gtinA, "aZ"), _path(0, 0));
        _endRun(3, 0);

        // In no tree: one for each who may give out SSCCs.
        _know(tote);
        _container(6, maker2);
        _container(7, wholesaler1);
    }

    function _describe(address maker, uint48 gtin, bytes20 number, uint16 expirationDate, uint16 units) private {
        bytes32[2] memory none;
        lots.push(LotFacts(LotTree.lotKey(gtin, number), maker, gtin, expirationDate, units, none));
        ILots.LotTerms memory terms = ILots.LotTerms(
            gtin,
            maker == maker1 ? FIRST_PREFIX : SECOND_PREFIX,
            number,
            expirationDate,
            units
        );
        _terms.push(terms);
    }

    function _leaf(uint8 lot, uint8 run, uint256 id, uint256[] memory path) private {
        _know(id);
        LotFacts storage facts = lots[lot];
        Birth storage birth = births.push();
        birth.id = id;
        birth.lot = lot;
        birth.run = run;
        birth.path = path;
        birth.fits = isContainer[id] ? ssccHolder[id] == facts.maker : (id >> 140) % 2 ** 47 == facts.gtin;
        birth.claim = keccak256(abi.encode(facts.key, run, path));
        birthsOf[id].push(births.length - 1);
        _leaves.push(LotTree.leaf(facts.key, id, path));
    }

    /// @dev The last leaf is that of the count. The first run of a lot commissions it; a second one waits for its maker.
    function _endRun(uint8 lot, uint8 run) private {
        LotFacts storage facts = lots[lot];
        _leaves.push(LotTree.countLeaf(facts.key, _leaves.length, 0));
        bytes32[] memory nodes = LotTree.nodesOf(_leaves);
        facts.roots[run] = nodes[1];
        for (uint256 i = 0; i + 1 < _leaves.length; ++i) births[_firstBirth + i].proof = LotTree.proofOf(nodes, i);
        _firstBirth = births.length;
        delete _leaves;
        if (run != 0) return;
        vm.prank(facts.maker);
        uint56 key = provenance.commissionLot(_terms[lot], nodes[1], bytes32(0));
        vm.assertEq(key, facts.key, "the key of a lot is the first 56 bits of its hash");
    }

    function _package(uint48 gtin, bytes memory serial) private returns (uint256 id) {
        id = LotTree.packageId(gtin, serial);
        _know(id);
    }

    function _container(uint256 serial, address holder) private returns (uint256 id) {
        uint256 digits = 39521141000000000 + serial;
        uint8 length = FIRST_PREFIX;
        if (holder == maker2) {
            digits = 39529990000000000 + serial;
            length = SECOND_PREFIX;
        } else if (holder == wholesaler1) {
            digits = 39528800000000000 + serial;
            length = WHOLESALE_PREFIX;
        }
        id = LotTree.containerId(LotTree.withCheckDigit(digits));
        isContainer[id] = true;
        ssccHolder[id] = holder;
        ssccPrefix[id] = length;
        if (lots.length != 0) _know(id);
    }

    function _know(uint256 id) private {
        for (uint256 i = 0; i < ids.length; ++i) if (ids[i] == id) return;
        ids.push(id);
    }

    function _path(uint256 inner, uint256 outer) private pure returns (uint256[] memory path) {
        path = new uint256[](
            outer != 0
                ? 2
                : inner != 0
                    ? 1
                    : 0
        );
        if (inner != 0) path[0] = inner;
        if (outer != 0) path[1] = outer;
    }
}
