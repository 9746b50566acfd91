// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IDispensing} from "../../../contracts/provenance/IDispensing.sol";
import {IItems} from "../../../contracts/provenance/IItems.sol";
import {ILots} from "../../../contracts/provenance/ILots.sol";
import {IProductInvestigations} from "../../../contracts/provenance/IProductInvestigations.sol";
import {IShipments} from "../../../contracts/provenance/IShipments.sol";
import {IParticipantRegistry} from "../../../contracts/participants/IParticipantRegistry.sol";
import {vm} from "../Vm.sol";
import {Deed} from "./ProvenanceActs.sol";
import {ProvenanceHandler} from "./ProvenanceHandler.sol";

/// @title ReachTest
/// @notice A campaign in which something never happens proves nothing of it. The same handler, driven by drawn numbers as the
/// campaign drives it: each act is to be accepted, and each reason to refuse one is to be met, several times.
contract ReachTest {
    uint256 private constant RUNS = 256;
    uint256 private constant DEPTH = 64;
    uint256 private constant DEEDS = 24;

    /// @dev One act may be refused for this reason.
    struct Refusal {
        Deed deed;
        bytes4 reason;
    }

    ProvenanceHandler private _handler;
    bytes4[] private _acts;
    Refusal[] private _refusals;

    function test_everyActHappensAndIsRefused() external {
        _handler = new ProvenanceHandler();
        _listActs();
        _listRefusals();
        uint256 n = _refusals.length;
        uint256[] memory accepted = new uint256[](DEEDS);
        uint256[] memory refused = new uint256[](n);
        for (uint256 run = 0; run < RUNS; ++run) {
            // Memory outlives the way back.
            uint256 start = vm.snapshotState();
            for (uint256 i = 0; i < DEPTH; ++i) _act(keccak256(abi.encode(run, i)));
            for (uint256 d = 0; d < DEEDS; ++d) accepted[d] += _handler.accepted(Deed(d));
            for (uint256 r = 0; r < n; ++r) refused[r] += _handler.refused(_refusals[r].deed, _refusals[r].reason);
            vm.revertToState(start);
        }
        for (uint256 d = 0; d < DEEDS; ++d) {
            // No transfer of ERC-721 is ever accepted.
            if (Deed(d) == Deed.Transfer) vm.assertEq(accepted[d], 0, "a transfer was accepted");
            else vm.assertGe(accepted[d], 3, string.concat("hardly ever accepted: ", _handler.nameOf(Deed(d))));
        }
        for (uint256 r = 0; r < n; ++r) {
            string memory name = _handler.nameOf(_refusals[r].deed);
            vm.assertGe(refused[r], 1, string.concat("never refused with one of its errors: ", name));
        }
    }

    function _act(bytes32 seed) private {
        bytes memory words = abi.encode(
            _word(seed, 1),
            _word(seed, 2),
            _word(seed, 3),
            uint256(_word(seed, 4)) % 2 ** 16,
            uint256(_word(seed, 5)) % 2
        );
        bytes4 act = _acts[uint256(seed) % _acts.length];
        // This one has its flag in the third place, and one more number in the fourth.
        if (act == ProvenanceHandler.closeIncident.selector) {
            words = abi.encode(_word(seed, 1), _word(seed, 2), uint256(_word(seed, 3)) % 2);
        } else if (act == ProvenanceHandler.dispenseAtHand.selector) {
            words = abi.encode(_word(seed, 1), uint256(_word(seed, 2)) % 2, uint256(_word(seed, 3)) % 2);
        } else if (act == ProvenanceHandler.shipFromLot.selector || act == ProvenanceHandler.dispose.selector) {
            words = abi.encode(_word(seed, 1), _word(seed, 2), _word(seed, 3), _word(seed, 4));
        }
        (bool ok, ) = address(_handler).call(bytes.concat(act, words));
        vm.assertTrue(ok, "the handler reverted");
    }

    function _word(bytes32 seed, uint256 number) private pure returns (bytes32) {
        return keccak256(abi.encode(seed, number));
    }

    function _listActs() private {
        _acts = [
            ProvenanceHandler.wait.selector,
            ProvenanceHandler.changeStanding.selector,
            ProvenanceHandler.commissionRun.selector,
            ProvenanceHandler.recallLot.selector,
            ProvenanceHandler.take.selector,
            ProvenanceHandler.pack.selector,
            ProvenanceHandler.unpack.selector,
            ProvenanceHandler.ship.selector,
            ProvenanceHandler.shipCarried.selector,
            ProvenanceHandler.shipFromLot.selector,
            ProvenanceHandler.deliver.selector,
            ProvenanceHandler.deliverToPharmacy.selector,
            ProvenanceHandler.deliverToPharmacyAgain.selector,
            ProvenanceHandler.giveBack.selector,
            ProvenanceHandler.receiveShipment.selector,
            ProvenanceHandler.refuse.selector,
            ProvenanceHandler.callBack.selector,
            ProvenanceHandler.restock.selector,
            ProvenanceHandler.dispense.selector,
            ProvenanceHandler.dispenseAtHand.selector,
            ProvenanceHandler.dispenseAgain.selector,
            ProvenanceHandler.reactivate.selector,
            ProvenanceHandler.dispose.selector,
            ProvenanceHandler.quarantine.selector,
            ProvenanceHandler.takeOver.selector,
            ProvenanceHandler.clear.selector,
            ProvenanceHandler.condemn.selector,
            ProvenanceHandler.giveNotice.selector,
            ProvenanceHandler.closeIncident.selector,
            ProvenanceHandler.approve.selector,
            ProvenanceHandler.transferFrom.selector
        ];
    }

    function _listRefusals() private {
        bytes4[4] memory always = [
            IParticipantRegistry.NotInGoodStanding.selector,
            ILots.RoleNotFit.selector,
            IItems.NotSaleable.selector,
            IItems.NotCustodian.selector
        ];
        Deed[6] memory ofHolders = [Deed.Take, Deed.Pack, Deed.Unpack, Deed.Ship, Deed.ShipFromLot, Deed.Dispose];
        for (uint256 d = 0; d < 6; ++d) for (uint256 e = 0; e < 4; ++e) _refusal(ofHolders[d], always[e]);
        for (uint256 d = uint256(Deed.Receive); d <= uint256(Deed.CallBack); ++d) {
            _refusal(Deed(d), IParticipantRegistry.NotInGoodStanding.selector);
            _refusal(Deed(d), ILots.RoleNotFit.selector);
            _refusal(Deed(d), IItems.WrongDisposition.selector);
        }
        Deed[6] memory ofInvestigations = [
            Deed.Quarantine,
            Deed.Clear,
            Deed.EndContest,
            Deed.Condemn,
            Deed.GiveNotice,
            Deed.CloseIncident
        ];
        for (uint256 d = 0; d < 6; ++d) {
            _refusal(ofInvestigations[d], IProductInvestigations.EvidenceMissing.selector);
        }
        _listOtherRefusals();
    }

    function _listOtherRefusals() private {
        _refusal(Deed.CommissionRun, ILots.NotMaker.selector);
        _refusal(Deed.CommissionRun, ILots.RunOutOfSequence.selector);
        _refusal(Deed.CommissionRun, ILots.EmptyRun.selector);
        _refusal(Deed.CommissionRun, ILots.PrefixNotHeld.selector);
        _refusal(Deed.RecallLot, ILots.NotMaker.selector);
        _refusal(Deed.RecallLot, ILots.RecallOnlyRises.selector);
        _refusal(Deed.Take, IItems.NotPacked.selector);
        _refusal(Deed.Unpack, IItems.NotPacked.selector);
        _refusal(Deed.Pack, IItems.NotAContainer.selector);
        _refusal(Deed.Pack, ILots.PrefixNotHeld.selector);
        _refusal(Deed.Pack, IItems.NotMaterialised.selector);
        _refusal(Deed.Pack, IItems.StillPacked.selector);
        _refusal(Deed.Pack, IItems.WrongDisposition.selector);
        _refusal(Deed.Pack, IItems.PackedIntoItself.selector);
        _refusal(Deed.Pack, IItems.OriginsMixed.selector);
        _refusal(Deed.Ship, IItems.NotMaterialised.selector);
        _refusal(Deed.Ship, IItems.StillPacked.selector);
        _refusal(Deed.Ship, IShipments.PapersIncomplete.selector);
        _refusal(Deed.Ship, IShipments.ReceiverIsOperator.selector);
        _refusal(Deed.Ship, IShipments.SentToItself.selector);
        _refusal(Deed.Ship, IShipments.NotAStepOfTheChain.selector);
        _refusal(Deed.ShipFromLot, IItems.WrongDisposition.selector);
        _refusal(Deed.ShipFromLot, IShipments.PapersIncomplete.selector);
        _refusal(Deed.ShipFromLot, IShipments.NotAStepOfTheChain.selector);
        _refusal(Deed.Receive, IShipments.NotReceiver.selector);
        _refusal(Deed.Receive, IItems.NotSaleable.selector);
        _refusal(Deed.Refuse, IShipments.NotReceiver.selector);
        _refusal(Deed.CallBack, IItems.NotCustodian.selector);
        _refusal(Deed.CallBack, IShipments.CallBackTooEarly.selector);
        _refusal(Deed.Restock, IItems.NotCustodian.selector);
        _refusal(Deed.Restock, IItems.WrongDisposition.selector);
        _refusal(Deed.Dispense, IParticipantRegistry.NotInGoodStanding.selector);
        _refusal(Deed.Dispense, IDispensing.NotAPackage.selector);
        _refusal(Deed.Dispense, IDispensing.NotEnoughUnits.selector);
        _refusal(Deed.Dispense, IDispensing.UnderReview.selector);
        _refusal(Deed.Dispense, IItems.NotSaleable.selector);
        _refusal(Deed.Dispense, IItems.NotCustodian.selector);
        _refusal(Deed.Reactivate, IItems.WrongDisposition.selector);
        _refusal(Deed.Reactivate, IDispensing.NotItsDispenser.selector);
        _refusal(Deed.Reactivate, IDispensing.ReactivationTooLate.selector);
        _refusal(Deed.Reactivate, IDispensing.UnderReview.selector);
        _refusal(Deed.Reactivate, IItems.NotSaleable.selector);
        _refusal(Deed.Quarantine, IItems.NotSaleable.selector);
        _refusal(Deed.Quarantine, IProductInvestigations.NotConcerned.selector);
        _refusal(Deed.Clear, IProductInvestigations.NotConcerned.selector);
        _refusal(Deed.Clear, IProductInvestigations.RegulatorsCase.selector);
        _refusal(Deed.EndContest, IItems.WrongDisposition.selector);
        _refusal(Deed.EndContest, IProductInvestigations.NoOpenCase.selector);
        _refusal(Deed.Condemn, IItems.WrongDisposition.selector);
        _refusal(Deed.Condemn, IProductInvestigations.NotConcerned.selector);
        _refusal(Deed.GiveNotice, IProductInvestigations.NotIllegitimate.selector);
        _refusal(Deed.GiveNotice, IProductInvestigations.NotConcerned.selector);
        _refusal(Deed.GiveNotice, IProductInvestigations.NoticeGivenBefore.selector);
        _refusal(Deed.CloseIncident, IProductInvestigations.NotIllegitimate.selector);
        _refusal(Deed.CloseIncident, IParticipantRegistry.NotInGoodStanding.selector);
        _refusal(Deed.Approve, IERC721Errors.ERC721NonexistentToken.selector);
        _refusal(Deed.Approve, IERC721Errors.ERC721InvalidApprover.selector);
        _refusal(Deed.Transfer, IShipments.UseShipAndReceive.selector);
    }

    function _refusal(Deed deed, bytes4 reason) private {
        _refusals.push(Refusal(deed, reason));
    }
}
