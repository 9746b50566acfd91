// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DrugProvenance} from "../../../contracts/provenance/DrugProvenance.sol";
import {IDrugProvenance} from "../../../contracts/provenance/IDrugProvenance.sol";
import {IItems} from "../../../contracts/provenance/IItems.sol";
import {ILots} from "../../../contracts/provenance/ILots.sol";
import {vm} from "../Vm.sol";
import {ProvenanceHandler} from "./ProvenanceHandler.sol";
import {ProvenanceModel} from "./ProvenanceModel.sol";

/// @title ProvenanceInvariants
/// @notice What stays true of medicines whatever anyone does, in any order. Numbers as in docs/properties.md.
/// @dev One campaign asserts all, since reaching the states costs more than looking at them.
contract ProvenanceInvariants {
    ProvenanceHandler internal handler;
    DrugProvenance internal provenance;

    function setUp() external {
        handler = new ProvenanceHandler();
        provenance = handler.contracts();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev After each act: what it was about, and another thing each time. All things at the end.
    function invariant_provenance() external {
        vm.warp(handler.time());
        _assertWatched();
        uint256 n = handler.touchedCount();
        for (uint256 i = 0; i < n; ++i) _assertThing(handler.touched(i));
        _assertThing(handler.ids(handler.acts() % handler.idCount()));
        _assertD6_balances();
        // Last, so that an act against the rules is first told by what it breaks.
        _assertD11_rules();
    }

    function afterInvariant() external {
        vm.warp(handler.time());
        uint256 n = handler.idCount();
        uint256 tokens = 0;
        for (uint256 i = 0; i < n; ++i) {
            uint256 id = handler.ids(i);
            _assertThing(id);
            if (_ownerOf(id) != address(0)) ++tokens;
        }
        (uint256 expected, ) = handler.supply();
        vm.assertEq(tokens, expected, "D6: the tokens that exist are those minted and not burnt");
    }

    function _assertThing(uint256 id) private view {
        _assertD1_saleableInOnePlace(id);
        _assertD3_nothingSaleableOfAStoppedLot(id);
        _assertD4_oneHolder(id);
        _assertD6_packed(id);
        _assertD8_doubted(id);
        _assertD9_final(id);
        _assertD11_verified(id);
    }

    function _assertWatched() private view {
        _assertD2_dispensedOnce();
        _assertD3_stopped();
        _assertD7_received();
        _assertD8_unmoved();
        _assertD9_ended();
        _assertD10_lots();
    }

    /// @dev Of all places in which trees say that this token is. What is no token yet can be in two only where its maker said so
    /// twice; then the first one that counts ends the other.
    function _assertD1_saleableInOnePlace(uint256 id) private view {
        if (provenance.itemOf(id).disposition == IItems.Disposition.None) return;
        uint256[] memory births = handler.birthsOfThing(id);
        ILots.Origin memory none;
        IDrugProvenance.Verification memory bare = provenance.verify(id, none);
        uint256 saleable = 0;
        for (uint256 i = 0; i < births.length; ++i) {
            IDrugProvenance.Verification memory said = provenance.verify(id, handler.originOf(births[i]));
            if (said.obstacle != IItems.Obstacle.None) continue;
            ++saleable;
            vm.assertEq(said.custodian, bare.custodian, "D1: no package is saleable in two places");
        }
        // The run and path are forgotten where it was dispensed and taken back; its holder is not.
        if (handler.isOriginForgotten(id)) return;
        vm.assertTrue(saleable <= 1, "D1: of all origins of one id at most one is saleable");
    }

    function _assertD2_dispensedOnce() private view {
        vm.assertEq(
            handler.broken(2),
            "",
            "D2: no package is dispensed twice, nor more units of it than it has, unless it was reactivated"
        );
    }

    function _assertD3_nothingSaleableOfAStoppedLot(uint256 id) private view {
        uint256[] memory births = handler.birthsOfThing(id);
        for (uint256 i = 0; i < births.length; ++i) {
            ProvenanceModel.Place memory place = handler.placeOf(id, births[i]);
            if (!place.exists || !handler.isLotStopped(place.lot)) continue;
            ILots.Origin memory origin = handler.originOf(births[i]);
            vm.assertTrue(
                provenance.verify(id, origin).obstacle != IItems.Obstacle.None,
                "D3: nothing of a recalled or expired lot is saleable"
            );
            if (place.holder == address(0)) continue;
            try provenance.requireDispensable(id, origin, place.holder) {
                vm.assertTrue(false, "D3: nothing of a recalled or expired lot can be dispensed");
            } catch {
                continue;
            }
        }
    }

    function _assertD3_stopped() private view {
        vm.assertEq(
            handler.broken(3),
            "",
            "D3: nothing of a recalled or expired lot is packed, sent, received, dispensed, reactivated or exported"
        );
    }

    function _assertD4_oneHolder(uint256 id) private view {
        string memory message = "D4: exactly one party holds a thing, the one that has it in its warehouse";
        uint256[] memory births = handler.birthsOfThing(id);
        for (uint256 i = 0; i < births.length; ++i) {
            ProvenanceModel.Place memory place = handler.placeOf(id, births[i]);
            ILots.Origin memory origin = handler.originOf(births[i]);
            if (place.exists) vm.assertEq(provenance.custodianOf(id, origin), place.holder, message);
            else vm.assertEq(provenance.verify(id, origin).custodian, address(0), message);
        }
        ProvenanceModel.Place memory token = handler.placeOfToken(id);
        ILots.Origin memory none;
        vm.assertEq(provenance.verify(id, none).custodian, token.holder, message);
        vm.assertEq(
            _ownerOf(id),
            handler.tokenOwner(id),
            "D4: the ERC-721 owner is the holder, or the contract of what is packed"
        );
    }

    function _assertD6_balances() private view {
        uint256 sum = provenance.balanceOf(address(provenance));
        (uint256 tokens, uint256 packed) = handler.supply();
        vm.assertEq(sum, packed, "D6: the contract owns exactly what is packed");
        uint256 n = handler.actorCount();
        for (uint256 i = 0; i < n; ++i) sum += provenance.balanceOf(handler.actors(i));
        vm.assertEq(sum, tokens, "D6: balances sum to the tokens minted and not burnt");
    }

    function _assertD6_packed(uint256 id) private view {
        vm.assertTrue(
            (provenance.containerOf(id) != 0) == (_ownerOf(id) == address(provenance)),
            "D6: what is packed is owned by the contract, and nothing else is"
        );
    }

    function _assertD7_received() private view {
        vm.assertEq(
            handler.broken(7),
            "",
            "D7: custody passes only by receiveShipment, to the partner it was sent to, in good standing; in transit it is the sender's"
        );
    }

    function _assertD8_doubted(uint256 id) private view {
        ILots.Origin memory none;
        ProvenanceModel.Place memory token = handler.placeOfToken(id);
        if (token.obstacle != IItems.Obstacle.Suspect && token.obstacle != IItems.Obstacle.Illegitimate) return;
        IItems.Obstacle obstacle = provenance.verify(id, none).obstacle;
        vm.assertEq(uint256(obstacle), uint256(token.obstacle), "D8: what is doubted stays so until that is decided");
    }

    function _assertD8_unmoved() private view {
        vm.assertEq(
            handler.broken(8),
            "",
            "D8: what is suspect or illegitimate never moves and is never dispensed; a regulator's case ends by a regulator"
        );
    }

    function _assertD9_final(uint256 id) private view {
        IItems.Disposition end = handler.endOf(id);
        if (end == IItems.Disposition.None) return;
        string memory message = "D9: final dispositions never change";
        vm.assertEq(uint256(provenance.itemOf(id).disposition), uint256(end), message);
        vm.assertEq(_ownerOf(id), address(0), "D9: what is at its end is no token");
    }

    function _assertD9_ended() private view {
        vm.assertEq(handler.broken(9), "", "D9: final dispositions never change");
    }

    function _assertD10_lots() private view {
        vm.assertEq(
            handler.broken(10),
            "",
            "D10: a recall only becomes more urgent, runs only grow, roots never change"
        );
    }

    function _assertD11_rules() private view {
        vm.assertEq(
            handler.broken(11),
            "",
            "D11: each act on medicines is accepted exactly when the rules say so, else refused for a reason that is so"
        );
    }

    function _assertD11_verified(uint256 id) private view {
        uint256[] memory births = handler.birthsOfThing(id);
        for (uint256 i = 0; i < births.length; ++i) {
            ProvenanceModel.Place memory place = handler.placeOf(id, births[i]);
            IDrugProvenance.Verification memory said = provenance.verify(id, handler.originOf(births[i]));
            if (place.exists) {
                vm.assertEq(
                    uint256(said.obstacle),
                    uint256(place.obstacle),
                    "D11: verify says why a thing cannot be sold"
                );
            } else {
                vm.assertTrue(
                    said.disposition == IItems.Disposition.None && said.obstacle != IItems.Obstacle.None,
                    "D11: verify says that there is no such thing"
                );
            }
        }
    }

    function _ownerOf(uint256 id) private view returns (address) {
        try provenance.ownerOf(id) returns (address owner) {
            return owner;
        } catch {
            return address(0);
        }
    }
}
