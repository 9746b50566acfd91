// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Role} from "../participants/Role.sol";

/// @title ILots
/// @notice Lots of medicines at a cost that does not grow with them. Part of `DrugProvenance`.
/// @dev A lot is a GTIN and a lot number (GS1 AI 01 and 10). Each of its up to 64 commissioning runs (shifts of a line) is
/// one Merkle root over its packages and containers. A leaf is `keccak256(keccak256(abi.encode(LOT_LEAF, lot, id,
/// path)))`; `path` are the containers around it, the innermost first. One more leaf of each run binds how many there are
/// (`CareProof.LotCountLeaf`), shown to regulators only. What an observer learns: who made which lots of which product
/// and when they expire; not how many packages a lot has.
interface ILots {
    /// @notice How dangerous a recalled product is (21 CFR 7.3(m)): `I` may kill, `III` hardly harms.
    enum RecallClass {
        None,
        I,
        II,
        III
    }

    /// @notice What a lot is. One slot.
    /// @param maker The manufacturer or repackager that commissioned it.
    /// @param gtin GTIN-14 of its packages, as a number.
    /// @param expirationDate The last day of use (days since 1970-01-01 UTC; GS1 AI 17).
    /// @param recall Whether it is recalled, and how urgently.
    /// @param runs Number of commissioning runs so far.
    /// @param units Number of units (tablets, vials …) of a package that can be dispensed apart; 1 where none can.
    struct Lot {
        address maker;
        uint48 gtin;
        uint16 expirationDate;
        RecallClass recall;
        uint8 runs;
        uint16 units;
    }

    /// @notice What a manufacturer says of a new lot.
    /// @param gtin GTIN-14 as a number.
    /// @param prefixLength Number of digits of the GS1 company prefix that the GTIN is under.
    /// @param lotNumber AI 10: 1 to 20 characters of GS1 character set 82 in ASCII, zeros after the last.
    /// @param expirationDate The last day of use (days since 1970-01-01 UTC).
    /// @param units As in {Lot}.
    struct LotTerms {
        uint48 gtin;
        uint8 prefixLength;
        bytes20 lotNumber;
        uint16 expirationDate;
        uint16 units;
    }

    /// @notice Where a package or container was commissioned: what its leaf says, and the proof of it. All empty for one
    /// that is a token already.
    /// @param lot The lot's {lotKey}.
    /// @param run The commissioning run, the first being 0.
    /// @param path Token ids of the containers it was packed in, the innermost first, at most 5.
    /// @param proof Sibling hashes from the leaf up (OpenZeppelin `MerkleProof`), at most 20.
    /// @param prefixLength Of a container: number of digits of the GS1 company prefix that its SSCC is under. Not looked
    /// at for packages.
    struct Origin {
        uint56 lot;
        uint8 run;
        uint256[] path;
        bytes32[] proof;
        uint8 prefixLength;
    }

    /// @notice Emitted when a manufacturer commissions a lot, with its first run.
    /// @param eventHash CBV 2.0 hash of the EPCIS event that says the same, as everywhere in this contract.
    event LotCommissioned(
        uint56 indexed lot,
        address indexed maker,
        uint48 indexed gtin,
        bytes20 lotNumber,
        uint16 expirationDate,
        uint16 units,
        bytes32 root,
        address operator,
        bytes32 eventHash
    );
    /// @notice Emitted when a manufacturer adds a commissioning run to a lot of its own.
    event RunCommissioned(uint56 indexed lot, uint8 run, bytes32 root, address operator, bytes32 eventHash);
    /// @notice Emitted when a lot is recalled, or recalled more urgently.
    event LotRecalled(
        uint56 indexed lot,
        address indexed by,
        RecallClass recallClass,
        address operator,
        bytes32 eventHash
    );

    /// @notice Thrown when a lot number is not 1 to 20 characters of GS1 character set 82.
    error InvalidLotNumber(bytes20 lotNumber);
    /// @notice Thrown when the caller does not hold the GS1 company prefix of `length` digits that a GTIN or SSCC is under.
    error PrefixNotHeld(uint256 key, uint8 length, address holder);
    /// @notice Thrown when a lot would have expired already.
    error LotExpired(uint16 expirationDate);
    /// @notice Thrown when a package would have no unit.
    error UnitsMissing();
    /// @notice Thrown when a lot of this GTIN and lot number was commissioned before, or another lot has the same key.
    error LotExists(uint56 lot);
    /// @notice Thrown when there is no such lot.
    error UnknownLot(uint56 lot);
    /// @notice Thrown when a commissioning run has no root.
    error EmptyRun();
    /// @notice Thrown when a run is not the next one of its lot: it was added before, or one before it is missing.
    error RunOutOfSequence(uint8 expected, uint8 run);
    /// @notice Thrown when a lot has 64 runs.
    error TooManyRuns(uint56 lot);
    /// @notice Thrown when the caller is not the manufacturer of the lot.
    error NotMaker(address maker, address caller);
    /// @notice Thrown when a recall would be taken back or made less urgent.
    error RecallOnlyRises(RecallClass recall);
    /// @notice Thrown when a role has no part in this.
    error RoleNotFit(Role role);

    /// @notice Commissions a lot with its first run, whatever their size.
    /// @param root Merkle root of the run.
    /// @dev Caller: a manufacturer that holds the GS1 company prefix. Reverts: `NotInGoodStanding`, `InvalidGtin`,
    /// {InvalidLotNumber}, {PrefixNotHeld}, {LotExpired}, {UnitsMissing}, {EmptyRun}, {LotExists}.
    function commissionLot(LotTerms calldata terms, bytes32 root, bytes32 eventHash) external returns (uint56 lot);

    /// @notice Adds a commissioning run to a lot. Expiry and recall are the lot's.
    /// @param run Its number: that of runs so far.
    /// @param root Merkle root of the run.
    /// @param prefixLength As in {LotTerms}.
    /// @dev Caller: the lot's manufacturer, while it holds the GS1 company prefix. Reverts: `NotInGoodStanding`, {UnknownLot},
    /// {NotMaker}, {TooManyRuns}, {RunOutOfSequence}, {EmptyRun}, {PrefixNotHeld}.
    /// Warning: a run can name a container of an earlier run, which may have been sent since; who holds that container then
    /// holds on record what this run says is in it. Makers build runs with a tool that refuses this.
    function commissionRun(uint56 lot, uint8 run, bytes32 root, uint8 prefixLength, bytes32 eventHash) external;

    /// @notice Recalls a lot: none of its packages ships, is received or is dispensed any more, wherever it is. There is
    /// no way back; it can only become more urgent.
    /// @param role In which the caller acts: MANUFACTURER or DRUG_REGULATOR.
    /// @dev Caller: the lot's manufacturer, or a drug regulator. Reverts: {RoleNotFit}, `NotInGoodStanding`, {UnknownLot},
    /// {NotMaker}, {RecallOnlyRises}.
    function recallLot(uint56 lot, RecallClass recallClass, Role role, bytes32 eventHash) external;

    /// @notice The key of a lot: the first 56 bits of `keccak256(abi.encode(gtin, lotNumber))`.
    function lotKey(uint48 gtin, bytes20 lotNumber) external pure returns (uint56);

    /// @notice What a lot is; all zero if there is none.
    function lotOf(uint56 lot) external view returns (Lot memory);

    /// @notice The root of a commissioning run, or zero.
    function rootOf(uint56 lot, uint8 run) external view returns (bytes32);
}
