// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {Role, Roles} from "../participants/Role.sol";
import {GS1Identifiers} from "./GS1Identifiers.sol";
import {IItems} from "./IItems.sol";
import {ItemWord} from "./ItemWord.sol";
import {Lots} from "./Lots.sol";

/// @title Items
/// @notice See {IItems}. Part of `DrugProvenance`.
abstract contract Items is Lots, IItems, IERC4906, ERC721 {
    using ItemWord for uint256;

    /// @notice How deep {pack} can nest containers.
    uint8 private constant _MAX_NESTING = 5;
    /// @notice How many things one call can name.
    uint256 private constant _MAX_LIST = 100;

    /// @notice A thing, as found by its id and origin.
    /// @param item As stored; of a thing that is no token yet, as it would be.
    /// @param custodian Who holds it.
    /// @param container The innermost token that it is in, or zero.
    /// @param obstacle Why it cannot be sold.
    /// @param materialised Whether it is stored.
    struct Found {
        Item item;
        address custodian;
        uint256 container;
        Obstacle obstacle;
        bool materialised;
    }

    mapping(uint256 id => uint256 word) internal _words;
    /// @dev Set exactly where this contract is the owner.
    mapping(uint256 id => uint256 container) internal _containers;
    /// @dev Number of levels of containers that were ever packed into this one.
    mapping(uint256 container => uint8) private _levels;
    /// @dev Set exactly where a package was opened.
    mapping(uint256 id => uint16) internal _unitsLeft;

    /* PACKING */

    /// @inheritdoc IItems
    function take(uint256 id, Origin calldata origin, Role role, bytes32 eventHash) external {
        address custodian = _tradingPartner(role);
        Found memory found = _find(id, origin);
        _takeOut(id, found, custodian, eventHash);
    }

    /// @inheritdoc IItems
    function unpack(uint256[] calldata ids, Role role, bytes32 eventHash) external {
        _requireList(ids);
        address custodian = _tradingPartner(role);
        for (uint256 i = 0; i < ids.length; ++i) {
            _takeOut(ids[i], _findToken(ids[i]), custodian, eventHash);
        }
    }

    /// @inheritdoc IItems
    function pack(
        uint256 container,
        uint8 prefixLength,
        uint256[] calldata ids,
        Role role,
        bytes32 eventHash
    ) external {
        _requireList(ids);
        address custodian = _tradingPartner(role);
        address from = _openContainer(container, prefixLength, custodian);
        uint8 level = _levels[container];
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            require(id != container, PackedIntoItself(id));
            Item memory item = _requireOwned(id, custodian, Disposition.Active);
            require(from == address(0) || item.party == from, OriginsMixed(id, container));
            Obstacle obstacle = _obstacleOfLot(item.lot);
            require(obstacle == Obstacle.None, NotSaleable(id, obstacle));
            if (GS1Identifiers.isContainer(id) && level <= _levels[id]) level = _levels[id] + 1;

            _containers[id] = container;
            _update(address(this), id, address(0));
            emit Packed(id, container, msg.sender, eventHash);
        }
        require(level <= _MAX_NESTING, NestedTooDeep(container));
        _levels[container] = level;
    }

    /* THE END */

    /// @inheritdoc IItems
    function dispose(uint256 id, Origin calldata origin, Disposition end, Role role, bytes32 eventHash) external {
        address custodian = _tradingPartner(role);
        require(end >= Disposition.Exported, WrongDisposition(id, end));
        Found memory found = _find(id, origin);
        require(_canEnd(found.obstacle, end), NotSaleable(id, found.obstacle));
        require(found.custodian == custodian, NotCustodian(id, found.custodian, custodian));

        found.item.disposition = end;
        _burnStored(id, found);
        emit Disposed(id, custodian, end, found.item.lot, msg.sender, eventHash);
    }

    /* VIEWS */

    /// @inheritdoc IItems
    function itemOf(uint256 id) external view returns (Item memory) {
        return _item(id);
    }

    /// @inheritdoc IItems
    function containerOf(uint256 id) external view returns (uint256) {
        return _containers[id];
    }

    /// @inheritdoc IItems
    function custodianOf(uint256 id, Origin calldata origin) external view returns (address) {
        Found memory found = _find(id, origin);
        require(found.item.disposition != Disposition.None, NotSaleable(id, found.obstacle));
        return found.custodian;
    }

    /* FINDING */

    /// @notice Where a thing is and whether it can be sold. Never reverts; a thing that does not exist has no custodian and no
    /// disposition.
    function _find(uint256 id, Origin calldata origin) internal view returns (Found memory found) {
        if (_words[id] == 0) return _findInLot(id, origin);
        found = _findToken(id);
        if (origin.lot != 0 && found.item.disposition <= Disposition.PartiallyDispensed) {
            // Another run or other containers than those known: a second thing with the same id. Once dispensed the tag is gone,
            // and the obstacle says enough.
            bool isSame =
                origin.lot == found.item.lot &&
                    (found.item.origin == 0 || found.item.origin == _originTag(_leaf(id, origin), origin.run));
            if (!isSame) found.obstacle = Obstacle.Duplicate;
        }
    }

    /// @notice A thing that is stored, or all zero.
    function _findToken(uint256 id) internal view returns (Found memory found) {
        found.item = _item(id);
        if (found.item.disposition == Disposition.None) return found;
        found.materialised = true;
        found.obstacle = _obstacleOf(found.item.disposition);
        found.custodian = _ownerOf(id);
        if (found.custodian == address(this)) {
            found.container = _containers[id];
            _followContainers(found, _words[found.container]);
        }
        if (found.obstacle == Obstacle.None) found.obstacle = _obstacleOfLot(found.item.lot);
    }

    function _findInLot(uint256 id, Origin calldata origin) private view returns (Found memory found) {
        address maker = _lots[origin.lot].maker;
        bytes32 leaf = _leaf(id, origin);
        found.obstacle = _obstacleToMaterialise(id, leaf, origin, maker);
        if (found.obstacle != Obstacle.None) return found;
        found.item = Item(address(0), origin.lot, _originTag(leaf, origin.run), 0, Disposition.Active);
        found.custodian = maker;
        uint256[] calldata path = origin.path;
        for (uint256 i = 0; i < path.length; ++i) {
            uint256 container = path[i];
            uint256 word = _words[container];
            uint56 lot = word.lot();
            // A container that another maker's tree or {pack} brought about does not hold what this tree says is in it.
            if (lot == 0 || (lot != found.item.lot && _lots[lot].maker != maker)) continue;
            found.container = container;
            _followContainers(found, word);
            break;
        }
        if (found.obstacle == Obstacle.None) found.obstacle = _obstacleOfLot(found.item.lot);
    }

    /// @notice From the container outward: who holds the outermost one, from whom the thing came with it, and the first obstacle.
    /// {pack} bounds the depth.
    /// @param word Of the container.
    function _followContainers(Found memory found, uint256 word) private view {
        uint256 id = found.container;
        while (true) {
            Disposition disposition = word.disposition();
            if (found.obstacle == Obstacle.None) found.obstacle = _obstacleOf(disposition);
            if (word.party() != address(0) && disposition != Disposition.InTransit) found.item.party = word.party();
            found.custodian = _ownerOf(id);
            if (found.custodian != address(this)) return;
            id = _containers[id];
            word = _words[id];
        }
    }

    function _obstacleToMaterialise(
        uint256 id,
        bytes32 leaf,
        Origin calldata origin,
        address maker
    ) private view returns (Obstacle) {
        if (maker == address(0)) return Obstacle.UnknownLot;
        bool isContainer = GS1Identifiers.isContainer(id);
        if (!isContainer && !GS1Identifiers.isPackageOf(id, _lots[origin.lot].gtin)) return Obstacle.NotAnIdentifier;
        if (!_isInRun(leaf, origin)) return Obstacle.NotInLot;
        if (isContainer && _holderOfSscc(id, origin.prefixLength) != maker) return Obstacle.ForeignPrefix;
        return Obstacle.None;
    }

    /// @notice Why a thing in this state cannot be sold.
    function _obstacleOf(Disposition disposition) internal pure returns (Obstacle) {
        return disposition <= Disposition.Active ? Obstacle.None : Obstacle(uint8(disposition));
    }

    /// @notice Whether a lot is recalled or expired. What is in no lot is neither.
    function _obstacleOfLot(uint56 key) internal view returns (Obstacle) {
        if (key == 0) return Obstacle.None;
        Lot storage lot = _lots[key];
        if (lot.recall != RecallClass.None) return Obstacle.Recalled;
        return _isPast(lot.expirationDate) ? Obstacle.Expired : Obstacle.None;
    }

    /// @dev Tells apart what was commissioned twice. Whoever makes two origins with one tag gains nothing: a token's state does not
    /// depend on its origin.
    function _originTag(bytes32 leaf, uint8 run) private pure returns (uint16) {
        uint16 tag = uint16(bytes2(leaf)) ^ run;
        return tag == 0 ? 1 : tag;
    }

    function _holderOfSscc(uint256 id, uint8 length) private view returns (address) {
        return companyPrefixes.holderOfSscc(GS1Identifiers.ssccOf(id), length);
    }

    /* CHANGING */

    /// @notice What is stored of a thing.
    function _item(uint256 id) internal view returns (Item memory) {
        return ItemWord.decode(_words[id]);
    }

    /// @notice Stores what is known of a thing.
    function _setItem(uint256 id, Item memory item) internal {
        _words[id] = ItemWord.encode(item);
    }

    function _takeOut(uint256 id, Found memory found, address custodian, bytes32 eventHash) private {
        require(_isHeld(found.obstacle), NotSaleable(id, found.obstacle));
        require(found.custodian == custodian, NotCustodian(id, found.custodian, custodian));
        require(!found.materialised || found.container != 0, NotPacked(id));

        _setItem(id, found.item);
        _separate(id, found);
        emit Unpacked(id, found.container, found.item.lot, msg.sender, eventHash);
    }

    /// @notice Makes a thing a token of its custodian, in no container.
    function _separate(uint256 id, Found memory found) internal {
        if (!found.materialised) {
            _mint(found.custodian, id);
        } else if (found.container != 0) {
            delete _containers[id];
            _update(found.custodian, id, address(0));
        }
    }

    /// @notice Stores a thing that is no token any more.
    function _burnStored(uint256 id, Found memory found) internal {
        _setItem(id, found.item);
        if (!found.materialised) return;
        if (found.container != 0) delete _containers[id];
        _burn(id);
    }

    /// @dev Returns from whom everything in the container must have come, or zero.
    function _openContainer(uint256 container, uint8 prefixLength, address custodian) private returns (address from) {
        require(GS1Identifiers.isContainer(container), NotAContainer(container));
        if (_words[container] != 0) return _requireOwned(container, custodian, Disposition.Active).party;
        address holder = _holderOfSscc(container, prefixLength);
        require(holder == custodian, PrefixNotHeld(GS1Identifiers.ssccOf(container), prefixLength, holder));

        _setItem(container, Item(address(0), 0, 0, 0, Disposition.Active));
        _mint(custodian, container);
    }

    /// @notice Says that what anyone must know of a token changed (EIP-4906): it is doubted, or that was decided.
    function _metadataChanged(uint256 id) internal {
        emit MetadataUpdate(id);
    }

    /// @notice As {Lots} says.
    function _metadataOfProductChanged(uint48 gtin) internal override {
        uint256 first = GS1Identifiers.firstOf(gtin);
        emit BatchMetadataUpdate(first, first + GS1Identifiers.IDS_OF_A_GTIN - 1);
    }

    /* WHO MAY */

    /// @notice The trading partner behind the caller, in good standing.
    function _tradingPartner(Role role) internal view returns (address) {
        _requireTradingRole(role);
        return participants.resolve(msg.sender, role);
    }

    /// @notice Refuses a role in which nobody owns medicines.
    function _requireTradingRole(Role role) internal pure {
        require(role.bit() & Roles.TRADING_PARTNERS != 0, RoleNotFit(role));
    }

    /// @notice Refuses a list that is empty or longer than {_MAX_LIST}.
    function _requireList(uint256[] calldata ids) internal pure {
        require(ids.length != 0 && ids.length <= _MAX_LIST, ListLengthInvalid(ids.length));
    }

    /// @notice Refuses what is not a token of `owner`.
    function _requireOwner(uint256 id, address owner) internal view {
        address owned = _ownerOf(id);
        if (owned == owner) return;
        require(owned != address(0), NotMaterialised(id));
        require(owned != address(this), StillPacked(id, _containers[id]));
        revert NotCustodian(id, owned, owner);
    }

    /// @notice Refuses what is not a token of `owner` in this disposition.
    function _requireOwned(
        uint256 id,
        address owner,
        Disposition disposition
    ) internal view returns (Item memory item) {
        _requireOwner(id, owner);
        item = _item(id);
        require(item.disposition == disposition, WrongDisposition(id, item.disposition));
    }

    /// @notice Whether a thing is in the hands of its custodian, in commerce or recalled or expired.
    function _isHeld(Obstacle obstacle) internal pure returns (bool) {
        return obstacle == Obstacle.None || obstacle >= Obstacle.Recalled;
    }

    /// @dev Destroyed: what is its holder's and under no review. Stolen, lost: also what is on its way or in quarantine.
    function _canEnd(Obstacle obstacle, Disposition end) private pure returns (bool) {
        if (end == Disposition.Exported) return obstacle == Obstacle.None;
        if (_isHeld(obstacle) || obstacle == Obstacle.PartiallyDispensed) return true;
        if (end == Disposition.Destroyed) return obstacle == Obstacle.Returned;
        return obstacle >= Obstacle.InTransit && obstacle <= Obstacle.Suspect;
    }
}
