// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {GS1Identifiers} from "./GS1Identifiers.sol";
import {ICompanyPrefixRegistry} from "./ICompanyPrefixRegistry.sol";
import {ILots} from "./ILots.sol";

/// @title Lots
/// @notice See {ILots}. Part of `DrugProvenance`.
abstract contract Lots is ILots {
    /// @notice The type tag of the leaf of a package or container.
    bytes32 public constant LOT_LEAF = keccak256("CareProof.LotLeaf(uint56 lot,uint256 id,uint256[] path)");
    /// @notice How many runs a lot can have.
    uint8 private constant _MAX_RUNS = 64;
    /// @notice How many containers a leaf can name.
    uint256 private constant _MAX_PATH_LENGTH = 5;
    /// @notice How many hashes a proof can have: a run has at most 2^20 leaves.
    uint256 private constant _MAX_PROOF_LENGTH = 20;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @notice Who holds which GS1 company prefix.
    ICompanyPrefixRegistry public immutable companyPrefixes;

    mapping(uint56 lot => Lot) internal _lots;
    /// @dev The key is the lot's, shifted by 8 bits, and the run's number.
    mapping(uint256 lotAndRun => bytes32 root) private _roots;

    constructor(IParticipantRegistry participants_, ICompanyPrefixRegistry companyPrefixes_) {
        participants = participants_;
        companyPrefixes = companyPrefixes_;
    }

    /// @inheritdoc ILots
    function commissionLot(LotTerms calldata terms, bytes32 root, bytes32 eventHash) external returns (uint56 lot) {
        address maker = participants.resolve(msg.sender, Roles.MANUFACTURER);
        require(GS1Identifiers.isText(terms.lotNumber), InvalidLotNumber(terms.lotNumber));
        _requirePrefix(terms.gtin, terms.prefixLength, maker);
        require(!_isPast(terms.expirationDate), LotExpired(terms.expirationDate));
        require(terms.units != 0, UnitsMissing());
        require(root != 0, EmptyRun());
        lot = lotKey(terms.gtin, terms.lotNumber);
        // Lot 0 stands for none.
        require(lot != 0 && _lots[lot].maker == address(0), LotExists(lot));

        _lots[lot] = Lot(maker, terms.gtin, terms.expirationDate, RecallClass.None, 1, terms.units);
        _roots[_runKey(lot, 0)] = root;
        emit LotCommissioned(
            lot,
            maker,
            terms.gtin,
            terms.lotNumber,
            terms.expirationDate,
            terms.units,
            root,
            msg.sender,
            eventHash
        );
    }

    /// @inheritdoc ILots
    function commissionRun(uint56 lot, uint8 run, bytes32 root, uint8 prefixLength, bytes32 eventHash) external {
        address maker = participants.resolve(msg.sender, Roles.MANUFACTURER);
        Lot storage commissioned = _lots[lot];
        _requireMaker(commissioned.maker, maker, lot);
        uint8 runs = commissioned.runs;
        require(runs < _MAX_RUNS, TooManyRuns(lot));
        require(run == runs, RunOutOfSequence(runs, run));
        require(root != 0, EmptyRun());
        _requirePrefix(commissioned.gtin, prefixLength, maker);

        commissioned.runs = run + 1;
        _roots[_runKey(lot, run)] = root;
        emit RunCommissioned(lot, run, root, msg.sender, eventHash);
    }

    /// @inheritdoc ILots
    function recallLot(uint56 lot, RecallClass recallClass, Role role, bytes32 eventHash) external {
        Lot storage recalled = _lots[lot];
        require(recalled.maker != address(0), UnknownLot(lot));
        bool regulates = Role.unwrap(role) == Role.unwrap(Roles.DRUG_REGULATOR);
        require(regulates || Role.unwrap(role) == Role.unwrap(Roles.MANUFACTURER), RoleNotFit(role));
        address by = participants.resolve(msg.sender, role);
        if (!regulates) _requireMaker(recalled.maker, by, lot);
        RecallClass before = recalled.recall;
        require(
            recallClass != RecallClass.None && (before == RecallClass.None || recallClass < before),
            RecallOnlyRises(before)
        );

        recalled.recall = recallClass;
        emit LotRecalled(lot, by, recallClass, msg.sender, eventHash);
        _metadataOfProductChanged(recalled.gtin);
    }

    /// @inheritdoc ILots
    function lotKey(uint48 gtin, bytes20 lotNumber) public pure returns (uint56) {
        return uint56(bytes7(keccak256(abi.encode(gtin, lotNumber))));
    }

    /// @inheritdoc ILots
    function lotOf(uint56 lot) external view returns (Lot memory) {
        return _lots[lot];
    }

    /// @inheritdoc ILots
    function rootOf(uint56 lot, uint8 run) external view returns (bytes32) {
        return _roots[_runKey(lot, run)];
    }

    /// @dev Says to indexers (EIP-4906) that what is known of all packages of a product may have changed.
    function _metadataOfProductChanged(uint48 gtin) internal virtual;

    /// @notice Whether `leaf` is in the run that `origin` names.
    function _isInRun(bytes32 leaf, Origin calldata origin) internal view returns (bool) {
        bytes32[] calldata proof = origin.proof;
        if (origin.path.length > _MAX_PATH_LENGTH || proof.length > _MAX_PROOF_LENGTH) return false;
        return MerkleProof.verifyCalldata(proof, _roots[_runKey(origin.lot, origin.run)], leaf);
    }

    /// @notice The leaf of `id` in its lot and containers.
    function _leaf(uint256 id, Origin calldata origin) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(LOT_LEAF, origin.lot, id, origin.path))));
    }

    /// @notice Whether a day of use (days since 1970-01-01 UTC) is over.
    function _isPast(uint16 day) internal view returns (bool) {
        return block.timestamp / 1 days > day;
    }

    function _runKey(uint56 lot, uint8 run) private pure returns (uint256) {
        return (uint256(lot) << 8) | run;
    }

    function _requirePrefix(uint48 gtin, uint8 length, address maker) private view {
        address holder = companyPrefixes.holderOfGtin(gtin, length);
        require(holder == maker, PrefixNotHeld(gtin, length, holder));
    }

    function _requireMaker(address maker, address caller, uint56 lot) private pure {
        require(maker != address(0), UnknownLot(lot));
        require(maker == caller, NotMaker(maker, caller));
    }
}
