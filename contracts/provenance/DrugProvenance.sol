// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Dispensing} from "./Dispensing.sol";
import {DigitalLinks} from "./DigitalLinks.sol";
import {ICompanyPrefixRegistry} from "./ICompanyPrefixRegistry.sol";
import {IDrugProvenance} from "./IDrugProvenance.sol";
import {Lots} from "./Lots.sol";
import {ProductInvestigations} from "./ProductInvestigations.sol";
import {Reviewable} from "./Reviewable.sol";
import {Shipments} from "./Shipments.sol";

/// @title DrugProvenance
/// @notice See {IDrugProvenance}.
contract DrugProvenance is Shipments, Dispensing, IDrugProvenance {
    /// @dev EIP-4906 has no function, so its id is not that of its interface.
    bytes4 private constant _ERC4906 = 0x49064906;

    /// @notice What makes a URI of a token id.
    DigitalLinks public immutable digitalLinks;

    constructor(
        address authority,
        IParticipantRegistry participants_,
        ICompanyPrefixRegistry companyPrefixes_,
        DigitalLinks digitalLinks_
    )
        Lots(participants_, companyPrefixes_)
        Reviewable(address(new ProductInvestigations(authority, participants_, companyPrefixes_, this)))
        ERC721("CareProof Drug Provenance", "RX")
    {
        digitalLinks = digitalLinks_;
    }

    /// @inheritdoc IDrugProvenance
    function verify(uint256 id, Origin calldata origin) external view returns (Verification memory verification) {
        Found memory found = _find(id, origin);
        verification = Verification(
            found.obstacle,
            found.item.disposition,
            found.custodian,
            found.item.party,
            found.item.lot,
            _lots[found.item.lot]
        );
    }

    /// @notice The GS1 Digital Link URI of a token, at which its holder's or maker's resolver answers.
    function tokenURI(uint256 id) public view override returns (string memory) {
        _requireOwned(id);
        return digitalLinks.uriOf(id);
    }

    /// @notice Always reverts: medicines move by {ship} and {receiveShipment}.
    function transferFrom(address, address, uint256) public pure override(ERC721, IERC721) {
        revert UseShipAndReceive();
    }

    /// @notice Always reverts, as {transferFrom}; the form without data ends here too.
    function safeTransferFrom(address, address, uint256, bytes memory) public pure override(ERC721, IERC721) {
        revert UseShipAndReceive();
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == _ERC4906 || super.supportsInterface(interfaceId);
    }
}
