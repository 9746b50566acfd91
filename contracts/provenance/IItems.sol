// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Role} from "../participants/Role.sol";
import {ILots} from "./ILots.sol";

/// @title IItems
/// @notice Packages and containers: what state each is in, who holds it, and how it leaves and enters containers. Part of
/// `DrugProvenance`.
/// @dev Custody follows the container: whoever holds a pallet holds all in it. A thing becomes an ERC-721 token at the
/// first event that concerns it alone, and so leaves the containers of its lot; before that it has no owner, and its state
/// follows from its `ILots.Origin`. `role` is always the one in which the caller acts: MANUFACTURER, WHOLESALE_DISTRIBUTOR
/// or DISPENSER. `eventHash` is the CBV 2.0 hash of the EPCIS event that says the same. What an observer learns: which
/// partner held what, when, and from whom it came; the trading graph of a public chain is public.
interface IItems {
    /// @notice The life of a package or container. See docs/provenance.md for who moves what where.
    /// @param None Nothing concerned it alone so far: what its containers and its lot say holds.
    /// @param Active In commerce, with its owner (CBV `active`).
    /// @param InTransit Sent to a partner, still the sender's (CBV `in_transit`).
    /// @param ReturnInTransit Sent back along the chain, still the sender's.
    /// @param Returned Came back, or its shipment ended; to be checked before it is sold again (CBV `returned`).
    /// @param Suspect In quarantine (21 U.S.C. 360eee(21)).
    /// @param Illegitimate Found to be illegitimate (21 U.S.C. 360eee(8)).
    /// @param PartiallyDispensed Opened: it stays with its dispenser (CBV `partially_dispensed`).
    /// @param Dispensed Decommissioned by its dispenser, not yet handed out (CBV `dispensed`).
    /// @param Supplied Handed to the public. Final.
    /// @param Exported Left the market (CBV `inactive`). Final.
    /// @param Destroyed Final (CBV `destroyed`).
    /// @param Stolen Final (CBV `stolen`).
    /// @param Lost Final (CBV `unknown`).
    enum Disposition {
        None,
        Active,
        InTransit,
        ReturnInTransit,
        Returned,
        Suspect,
        Illegitimate,
        PartiallyDispensed,
        Dispensed,
        Supplied,
        Exported,
        Destroyed,
        Stolen,
        Lost
    }

    /// @notice Why a thing cannot be sold now. What concerns itself comes before what concerns its containers, and that
    /// before what concerns its lot. `InTransit` to `Lost` have the numbers of those dispositions, of the thing or of a
    /// container around it.
    /// @param None Nothing: it can.
    /// @param NotAnIdentifier The id is not that of an SGTIN or SSCC, or its GTIN is not that of the lot.
    /// @param UnknownLot There is no such lot.
    /// @param NotInLot It is not in that lot in those containers: the proof fails.
    /// @param ForeignPrefix The SSCC of a container is not under a GS1 company prefix of the lot's maker, or is none: its check digit
    /// is wrong.
    /// @param Duplicate The same id is known from another lot, run or container.
    /// @param Recalled Its lot is recalled.
    /// @param Expired Its last day of use is over.
    enum Obstacle {
        None,
        NotAnIdentifier,
        InTransit,
        ReturnInTransit,
        Returned,
        Suspect,
        Illegitimate,
        PartiallyDispensed,
        Dispensed,
        Supplied,
        Exported,
        Destroyed,
        Stolen,
        Lost,
        UnknownLot,
        NotInLot,
        ForeignPrefix,
        Duplicate,
        Recalled,
        Expired
    }

    /// @notice What is stored of a package or container. One slot.
    /// @param party In transit: who it was sent to. Dispensed: by whom. Otherwise: from whom its holder received it; zero if from
    /// nobody, or after it came back or a shipment of it ended.
    /// @param lot The lot it is from; zero for a container that was not commissioned in a lot.
    /// @param origin Tag of the run and the containers it was commissioned in, or zero if not known; once dispensed the upper
    /// 16 bits of the time of that.
    /// @param day In transit: when it was shipped (days since 1970-01-01 UTC); once dispensed the lower 16 bits of the time
    /// of that (unix seconds).
    /// @param disposition Where it is in its life.
    struct Item {
        address party;
        uint56 lot;
        uint16 origin;
        uint16 day;
        Disposition disposition;
    }

    /// @notice Emitted when a package or container leaves what it was packed in, or its lot (`container` zero). Whose it is says
    /// the ERC-721 `Transfer` before it.
    event Unpacked(uint256 indexed id, uint256 indexed container, uint56 lot, address operator, bytes32 eventHash);
    /// @notice Emitted when a token is packed into a container. Whose it was says the ERC-721 `Transfer` before it.
    event Packed(uint256 indexed id, uint256 indexed container, address operator, bytes32 eventHash);
    /// @notice Emitted when a package or container leaves commerce other than by being dispensed.
    event Disposed(
        uint256 indexed id,
        address indexed custodian,
        Disposition disposition,
        uint56 lot,
        address operator,
        bytes32 eventHash
    );

    /// @notice Thrown when a thing cannot be handled in this way because of `obstacle`.
    error NotSaleable(uint256 id, Obstacle obstacle);
    /// @notice Thrown when the caller does not hold a thing.
    error NotCustodian(uint256 id, address custodian, address caller);
    /// @notice Thrown when a thing is in no container.
    error NotPacked(uint256 id);
    /// @notice Thrown when a thing is in a container, and has to leave it first.
    error StillPacked(uint256 id, uint256 container);
    /// @notice Thrown when a thing is not a token yet; {take} it out of its container first.
    error NotMaterialised(uint256 id);
    /// @notice Thrown when a token is not in a state in which this can be done.
    error WrongDisposition(uint256 id, Disposition disposition);
    /// @notice Thrown when an id is not that of a logistic unit.
    error NotAContainer(uint256 id);
    /// @notice Thrown when a container would hold itself.
    error PackedIntoItself(uint256 id);
    /// @notice Thrown when containers would be nested deeper than 5.
    error NestedTooDeep(uint256 container);
    /// @notice Thrown when a thing would go into a container that came from another partner than itself.
    error OriginsMixed(uint256 id, uint256 container);
    /// @notice Thrown when a list is empty or has more than 100 things.
    error ListLengthInvalid(uint256 length);

    /// @notice Takes a package or container out of what it was packed in; it becomes a token of its holder.
    /// @param origin Its proof; empty where it is a token already.
    /// @dev Caller: its custodian. Recalled and expired things can be taken out, to be set apart. Reverts: `RoleNotFit`,
    /// `NotInGoodStanding`, {NotSaleable}, {NotCustodian}, {NotPacked}.
    function take(uint256 id, ILots.Origin calldata origin, Role role, bytes32 eventHash) external;

    /// @notice Packs tokens into a logistic unit. One that is no token yet becomes one of the caller's.
    /// @param container Token id of an SSCC.
    /// @param prefixLength Where `container` is no token yet: number of digits of the GS1 company prefix that it is under.
    /// @param ids 1 to 100 tokens. From then on the contract itself is their ERC-721 owner, and their custodian whoever holds
    /// the container.
    /// @dev Caller: the owner of all of them, and of the container or its GS1 company prefix. Reverts: `RoleNotFit`,
    /// `NotInGoodStanding`, {ListLengthInvalid}, {NotAContainer}, `PrefixNotHeld`, {NotCustodian}, {NotMaterialised},
    /// {StillPacked}, {WrongDisposition} unless all are active, {NotSaleable} where a lot is recalled or expired,
    /// {PackedIntoItself}, {NestedTooDeep}, {OriginsMixed}.
    /// Warning: a container moves although a lot in it was recalled since: no transaction could look at all that is in it. Nobody
    /// can send or dispense those packages. A container keeps the depth it once had when what was in it is taken out. Whoever
    /// packs into an SSCC that a lot's tree names already loses that container of the tree: what is in it is then found in the
    /// container around it.
    function pack(uint256 container, uint8 prefixLength, uint256[] calldata ids, Role role, bytes32 eventHash) external;

    /// @notice Takes tokens out of the containers they were packed in, whatever is around those.
    /// @param ids 1 to 100 tokens.
    /// @dev Caller: their custodian. Reverts: {ListLengthInvalid} and as {take}.
    function unpack(uint256[] calldata ids, Role role, bytes32 eventHash) external;

    /// @notice Takes a package or container, with all in it, out of commerce for good: exported, destroyed, stolen or lost.
    /// A token is burnt.
    /// @param origin Its proof; empty where it is a token already.
    /// @dev Caller: its custodian. What is suspect or on its way can only be stolen or lost; only what is saleable can be
    /// exported, not what was opened. Reverts: `RoleNotFit`, `NotInGoodStanding`, {WrongDisposition} for another end, {NotSaleable},
    /// {NotCustodian}.
    function dispose(uint256 id, ILots.Origin calldata origin, Disposition end, Role role, bytes32 eventHash) external;

    /// @notice What is stored of a package or container; all zero for one that nothing concerned alone so far.
    function itemOf(uint256 id) external view returns (Item memory);

    /// @notice The container that a token was packed into by {pack}, or zero.
    function containerOf(uint256 id) external view returns (uint256);

    /// @notice Who holds a package or container: the owner of the outermost container it has not left, or its maker.
    /// @param origin Its proof; empty where it is a token already.
    /// @dev Reverts: {NotSaleable} where it does not exist. Zero for what is out of commerce.
    function custodianOf(uint256 id, ILots.Origin calldata origin) external view returns (address);
}
