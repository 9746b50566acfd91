// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IReviewable} from "./IReviewable.sol";
import {Items} from "./Items.sol";

/// @title Reviewable
/// @notice See {IReviewable}. Part of `DrugProvenance`.
abstract contract Reviewable is Items, IReviewable {
    /// @notice The contract of investigations.
    address public immutable investigations;

    /// @inheritdoc IReviewable
    mapping(uint256 id => address second) public contestedBy;

    modifier onlyInvestigations() {
        require(msg.sender == investigations, NotInvestigations(msg.sender));
        _;
    }

    constructor(address investigations_) {
        investigations = investigations_;
    }

    /// @inheritdoc IReviewable
    function suspect(
        uint256 id,
        Origin calldata origin
    ) external onlyInvestigations returns (address custodian, address receivedFrom, uint56 lot) {
        Found memory found = _find(id, origin);
        Obstacle obstacle = found.obstacle;
        require(
            _isHeld(obstacle) ||
                (obstacle >= Obstacle.InTransit && obstacle <= Obstacle.Returned) ||
                obstacle == Obstacle.PartiallyDispensed,
            NotSaleable(id, obstacle)
        );
        // Whom it was sent to is nobody it came from, unless it was a return.
        if (found.item.disposition == Disposition.InTransit) found.item.party = address(0);
        found.item.disposition = Disposition.Suspect;
        found.item.day = 0;
        _setItem(id, found.item);
        _separate(id, found);
        _metadataChanged(id);
        return (found.custodian, found.item.party, found.item.lot);
    }

    /// @inheritdoc IReviewable
    function settle(uint256 id, Disposition outcome) external onlyInvestigations {
        Item memory item = _item(id);
        Disposition before = item.disposition;
        require(
            (before == Disposition.Suspect && outcome == Disposition.Illegitimate) ||
                (before == Disposition.Illegitimate && outcome == Disposition.Destroyed) ||
                ((before == Disposition.Suspect || before == Disposition.Illegitimate) &&
                    outcome == Disposition.Active),
            WrongDisposition(id, before)
        );
        // What was opened stays with its dispenser.
        bool isOpened = outcome == Disposition.Active && _unitsLeft[id] != 0;
        item.disposition = isOpened ? Disposition.PartiallyDispensed : outcome;
        _setItem(id, item);
        if (outcome == Disposition.Destroyed) _burn(id);
        else _metadataChanged(id);
    }

    /// @inheritdoc IReviewable
    function endContest(uint256 id) external onlyInvestigations {
        delete contestedBy[id];
    }
}
