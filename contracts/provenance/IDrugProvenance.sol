// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDispensing} from "./IDispensing.sol";
import {IItems} from "./IItems.sol";
import {ILots} from "./ILots.sol";
import {IReviewable} from "./IReviewable.sol";
import {IShipments} from "./IShipments.sol";

/// @title IDrugProvenance
/// @notice Is this package real, where is it, and may it be sold? Packages and containers are ERC-721 tokens whose id is their
/// GS1 key, at a cost next to nothing until something concerns that very package.
/// @dev ERC-721 with its deviations: every transfer function reverts `UseShipAndReceive`; an approved account may {ship} for
/// the owner, if it is a third-party logistics provider, and nothing more; nothing calls `onERC721Received`; a packed token is
/// owned by this contract. No pause, no upgrade, no administrator of tokens: nothing here is open to governance.
interface IDrugProvenance is ILots, IItems, IShipments, IReviewable, IDispensing {
    /// @notice What this contract knows of a package or container.
    /// @param obstacle Why it cannot be sold, or `None`.
    /// @param disposition Its own state; `Active` for one that is genuine and no token yet, `None` for one that is not there.
    /// @param custodian Who holds it; zero out of commerce.
    /// @param receivedFrom From whom the custodian received it, or zero. In transit: who it was sent to. Dispensed: by whom.
    /// @param lotKey The lot it is from.
    /// @param lot That lot: its maker answers for it.
    struct Verification {
        Obstacle obstacle;
        Disposition disposition;
        address custodian;
        address receivedFrom;
        uint56 lotKey;
        Lot lot;
    }

    /// @notice Answers whether a package or container is genuine, where it is from, who holds it, and why it cannot be sold.
    /// @param origin Its proof; may be empty where it is a token already. Given, it must be where the token is from.
    /// @dev Anyone, for nothing. Never reverts for any id and origin that decode.
    function verify(uint256 id, Origin calldata origin) external view returns (Verification memory);
}
