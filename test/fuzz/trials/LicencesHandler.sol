// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {Roles} from "../../../contracts/participants/Role.sol";
import {DataLicence} from "../../../contracts/trials/DataLicence.sol";
import {DatasetTerms, DerivedKind, Share} from "../../../contracts/trials/DataLicenceTypes.sol";
import {DataUses} from "../../../contracts/trials/DataUses.sol";
import {IDataLicence} from "../../../contracts/trials/IDataLicence.sol";
import {ITrialRegistry} from "../../../contracts/trials/ITrialRegistry.sol";
import {TrialRegistry} from "../../../contracts/trials/TrialRegistry.sol";
import {vm} from "../Vm.sol";
import {World} from "../World.sol";

/// @title LicencesHandler
/// @notice Everyone around licences, in any order: four data sets in two tokens and free of charge, two users, a committee, contributors,
/// a token that sometimes refuses or takes a fee. Who acts is drawn too. Beside it what was paid, and to whom.
contract LicencesHandler is World {
    uint256 public constant DATASETS = 4;
    uint256 public constant ACCOUNTS = 3;
    uint32 private constant _PERIOD = 30;
    uint64 private constant _USES = DataUses.HEALTH_RESEARCH;

    DataLicence public immutable licences;
    HostileToken[2] public tokens;
    address[2] public users;
    address public immutable provider;
    address public immutable committee;
    /// @notice What went wrong in an act, or empty.
    string public broken;
    mapping(string outcome => uint256) public outcomes;
    mapping(uint256 dataset => uint256) public fees;
    mapping(uint256 dataset => uint256) public released;
    bytes32[] public works;
    bytes32[] public lineages;
    mapping(uint256 licenceId => uint256) public datasetOf;

    modifier act() {
        vm.warp(time);
        _;
    }

    constructor() {
        licences = new DataLicence(ITrialRegistry(address(new TrialRegistry(participants, consents))));
        _nameAccreditor(careAccreditor, Roles.DATA_ACCESS_COMMITTEE);
        _nameAccreditor(careAccreditor, Roles.HEALTH_DATA_USER);
        provider = _person("provider");
        committee = _person("committee");
        _accredit(careAccreditor, provider, Roles.PROVIDER, START + 7_200 days);
        _accredit(careAccreditor, committee, Roles.DATA_ACCESS_COMMITTEE, START + 7_200 days);
        for (uint256 i = 0; i < 2; ++i) {
            users[i] = _person(i == 0 ? "user" : "other user");
            _accredit(careAccreditor, users[i], Roles.HEALTH_DATA_USER, START + 7_200 days);
            tokens[i] = new HostileToken();
        }
        for (uint256 i = 0; i < 4; ++i) {
            tokens[i / 2].mint(users[i % 2], 1e30);
            vm.prank(users[i % 2]);
            tokens[i / 2].approve(address(licences), type(uint256).max);
        }
        for (uint256 i = 0; i < DATASETS; ++i) {
            vm.prank(provider);
            licences.publish(termsAt(i));
        }
    }

    /// @notice The first two data sets are paid in one token, the third in another, the last is free. Models may be trained on all but one.
    function termsAt(uint256 dataset) public view returns (DatasetTerms memory terms) {
        terms.provider = provider;
        terms.root = keccak256(abi.encode("data", dataset));
        terms.committee = committee;
        terms.permittedUses = dataset == 1 ? _USES : _USES | DataUses.AI_TRAINING;
        terms.longest = _PERIOD;
        if (dataset == 3) return terms;
        terms.feeToken = address(tokens[dataset / 2]);
        terms.fee = uint128([uint256(1_000_003), 7, 99_999][dataset]);
        terms.shares = new Share[](ACCOUNTS);
        for (uint256 i = 0; i < ACCOUNTS; ++i) terms.shares[i] = Share(accountAt(i), [uint16(3_333), 6_666, 1][i]);
    }

    function accountAt(uint256 account) public pure returns (address) {
        return address(uint160(0xACC0 + account));
    }

    function request(uint256 seed) external act {
        uint256 dataset = _draw(seed, "dataset", DATASETS);
        DatasetTerms memory terms = termsAt(dataset);
        uint64 uses = [terms.permittedUses, _USES, DataUses.GENERAL_RESEARCH][_draw(seed, "uses", 6) % 3];
        uint32 period = _draw(seed, "period", 8) == 0 ? _PERIOD + 1 : 1 + uint32(_draw(seed, "days", _PERIOD));
        address by = [users[0], users[1], provider][_draw(seed, "who", 9) / 4];
        bool may = by != provider && uses != DataUses.GENERAL_RESEARCH && period <= _PERIOD;
        bytes memory call = abi.encodeCall(licences.request, (terms, uses, keccak256("purpose"), period));
        if (_expect(_try(by, call), may, "requested")) datasetOf[licences.count()] = dataset;
    }

    /// @notice Granted, refused or revoked, by the committee or by somebody else.
    function decide(uint256 seed) external act {
        if (licences.count() == 0) return;
        uint256 licence = _drawLicence(seed);
        IDataLicence.LicenceStatus status = licences.licenceOf(licence).status;
        address by = _draw(seed, "who", 6) == 0 ? users[0] : committee;
        bool isRequested = status == IDataLicence.LicenceStatus.Requested;
        DatasetTerms memory terms = termsAt(
            _draw(seed, "other terms", 10) == 0 ? (datasetOf[licence] + 1) % DATASETS : datasetOf[licence]
        );
        bool mayDecide = by == committee && terms.root == termsAt(datasetOf[licence]).root;
        uint256 choice = _draw(seed, "what", 8);
        if (choice < 5) {
            _expect(_try(by, abi.encodeCall(licences.grant, (licence, terms))), mayDecide && isRequested, "granted");
        } else if (choice == 5) {
            bytes memory call = abi.encodeCall(licences.refuse, (licence, terms, keccak256("reason")));
            _expect(_try(by, call), mayDecide && isRequested, "refused");
        } else {
            bytes memory call = abi.encodeCall(licences.revoke, (licence, terms, keccak256("reason")));
            bool may = status == IDataLicence.LicenceStatus.Granted || status == IDataLicence.LicenceStatus.Active;
            _expect(_try(by, call), mayDecide && may, "revoked");
        }
    }

    /// @notice The licensee pays, in a token that may misbehave.
    function activate(uint256 seed) external act {
        if (licences.count() == 0) return;
        uint256 licence = _drawLicence(seed);
        uint256 dataset = datasetOf[licence];
        IDataLicence.Licence memory stored = licences.licenceOf(licence);
        address by = _draw(seed, "who", 6) == 0 ? committee : stored.licensee;
        HostileToken.Mode mode = HostileToken.Mode(_draw(seed, "mode", 3) == 0 ? _draw(seed, "which", 8) : 0);
        if (mode == HostileToken.Mode.BurnsGas) mode = HostileToken.Mode.Honest;
        if (dataset != 3) tokens[dataset / 2].setMode(mode);
        bool pays = dataset == 3 || mode == HostileToken.Mode.Honest || mode == HostileToken.Mode.ReturnsNothing;
        // Of less than a hundred units one percent is nothing.
        if (mode == HostileToken.Mode.TakesFee && dataset == 1) pays = true;
        bool may = by == stored.licensee && stored.status == IDataLicence.LicenceStatus.Granted && pays;
        bytes memory call = abi.encodeCall(licences.activate, (licence, termsAt(dataset)));
        if (_expect(_try(by, call), may, "activated")) fees[dataset] += termsAt(dataset).fee;
        if (dataset != 3) tokens[dataset / 2].setMode(HostileToken.Mode.Honest);
    }

    /// @notice A share is paid out: exactly what is due.
    function release(uint256 seed) external act {
        uint256 dataset = _draw(seed, "dataset", DATASETS);
        address account = accountAt(_draw(seed, "account", ACCOUNTS + 1));
        uint256 due = dueTo(dataset, account);
        uint256 had = dataset == 3 ? 0 : tokens[dataset / 2].balanceOf(account);
        bytes memory call = abi.encodeCall(licences.release, (termsAt(dataset), account));
        if (!_expect(_try(address(0xCA11), call), due != 0, "released")) return;
        released[dataset] += due;
        if (tokens[dataset / 2].balanceOf(account) != had + due) broken = "L1: an account gets its share, to the unit";
    }

    /// @notice What of its share an account has not had: counted here from all fees, rounded down once.
    function dueTo(uint256 dataset, address account) public view returns (uint256) {
        DatasetTerms memory terms = termsAt(dataset);
        for (uint256 i = 0; i < terms.shares.length; ++i) {
            if (terms.shares[i].account != account) continue;
            uint256 whole = (fees[dataset] * terms.shares[i].basisPoints) / 10_000;
            return whole - licences.releasedTo(licences.datasetIdOf(terms), account);
        }
        return 0;
    }

    /// @notice Every way to move a token.
    function move(uint256 seed) external act {
        if (licences.count() == 0) return;
        uint256 licence = _drawLicence(seed);
        (address from, address to) = (licences.licenceOf(licence).licensee, accountAt(0));
        bytes[4] memory calls = [
            abi.encodeWithSignature("transferFrom(address,address,uint256)", from, to, licence),
            abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, licence),
            abi.encodeWithSignature("approve(address,uint256)", to, licence),
            abi.encodeWithSignature("setApprovalForAll(address,bool)", to, true)
        ];
        if (_try(from, calls[_draw(seed, "how", 4)])) broken = "L2: a licence never moves";
        else ++outcomes["not moved"];
    }

    /// @notice A work is made of data sets, and of works.
    function derive(uint256 seed) external act {
        if (licences.count() == 0) return;
        DerivedKind kind = DerivedKind(_draw(seed, "kind", 2));
        uint256[] memory origins = new uint256[](_draw(seed, "more", 3) == 0 ? 2 : 1);
        for (uint256 i = 0; i < origins.length; ++i) {
            origins[i] = _drawLicence(uint256(keccak256(abi.encode(seed, i))));
        }
        address by = _draw(seed, "who", 5) == 0 ? users[0] : licences.licenceOf(origins[0]).licensee;
        bool may = true;
        for (uint256 i = 0; i < origins.length; ++i) may = may && isUsable(origins[i], by, kind);
        bytes32[] memory inputs = new bytes32[](works.length == 0 ? 0 : _draw(seed, "inputs", 2));
        if (inputs.length != 0) {
            inputs[0] = works[_draw(seed, "input", works.length)];
            may = may && _isCovered(inputs[0], origins);
        }
        bytes32 root = keccak256(abi.encode("work", seed));
        bytes memory call = abi.encodeCall(licences.registerDerived, (root, kind, inputs, origins));
        if (!_expect(_try(by, call), may, kind == DerivedKind.Model ? "model" : "derived data set")) return;
        works.push(licences.workIdOf(by, kind, root));
        lineages.push(keccak256(abi.encode(licences.lineageOf(works[works.length - 1]))));
    }

    /// @notice Whether a licence is the holder's, in force, and for such a work: what the rules say, of what is stored.
    function isUsable(uint256 licence, address holder, DerivedKind kind) public view returns (bool) {
        IDataLicence.Licence memory stored = licences.licenceOf(licence);
        return
            stored.licensee == holder &&
            stored.status == IDataLicence.LicenceStatus.Active &&
            time < stored.expiresAt &&
            (kind == DerivedKind.Dataset || stored.uses & DataUses.AI_TRAINING != 0);
    }

    function _isCovered(bytes32 input, uint256[] memory origins) private view returns (bool) {
        uint256[] memory needed = licences.lineageOf(input).licences;
        for (uint256 i = 0; i < needed.length; ++i) {
            bool found = false;
            for (uint256 j = 0; j < origins.length; ++j) found = found || datasetOf[origins[j]] == datasetOf[needed[i]];
            if (!found) return false;
        }
        return true;
    }

    /// @notice Time passes.
    function wait(uint256 seed) external {
        time += [uint40(1), 1 days, 5 days][_draw(seed, "time", 3)];
    }

    function workCount() external view returns (uint256) {
        return works.length;
    }

    /// @dev Mostly one of the last, whose life is not over.
    function _drawLicence(uint256 seed) private view returns (uint256) {
        uint256 count = licences.count();
        uint256 back = _draw(seed, "licence", 4);
        return back < count ? count - back : 1;
    }

    function _try(address by, bytes memory call) private returns (bool ok) {
        vm.prank(by);
        (ok, ) = address(licences).call(call);
    }

    function _expect(bool ok, bool may, string memory what) private returns (bool) {
        if (ok && !may) broken = string.concat("L4: may not be: ", what);
        if (!ok && may) broken = string.concat("L4: may be: ", what);
        ++outcomes[ok ? what : string.concat(what, ", refused")];
        return ok;
    }

    function _draw(uint256 seed, string memory what, uint256 options) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % options;
    }
}
