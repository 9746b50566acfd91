// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataLicence} from "../../../contracts/trials/DataLicence.sol";
import {IDataLicence} from "../../../contracts/trials/IDataLicence.sol";
import {vm} from "../Vm.sol";
import {LicencesHandler} from "./LicencesHandler.sol";

/// @title LicencesInvariants
/// @notice What stays true of data licences whatever anyone does, in any order. Numbers as in docs/properties.md.
contract LicencesInvariants {
    LicencesHandler internal handler;
    DataLicence internal licences;

    function setUp() external {
        handler = new LicencesHandler();
        licences = handler.licences();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_licences() external {
        vm.warp(handler.time());
        vm.assertEq(handler.broken(), "", "see the message");
        _assertFees();
        _assertTokens();
        for (uint256 i = 0; i < handler.workCount(); ++i) {
            bytes32 lineage = keccak256(abi.encode(licences.lineageOf(handler.works(i))));
            vm.assertEq(lineage, handler.lineages(i), "L3: what a work was made of never changes");
        }
    }

    function _assertFees() private view {
        uint256[2] memory held;
        uint256[2] memory due;
        for (uint256 dataset = 0; dataset < handler.DATASETS() - 1; ++dataset) {
            (uint256 fees, uint256 released) = (handler.fees(dataset), handler.released(dataset));
            bytes32 id = licences.datasetIdOf(handler.termsAt(dataset));
            vm.assertEq(licences.feesOf(id), fees, "L1: fees are what was paid");
            vm.assertGe(fees, released, "L1: no more is paid out than was paid in");
            held[dataset / 2] += fees - released;
            for (uint256 i = 0; i < handler.ACCOUNTS(); ++i) {
                due[dataset / 2] += handler.dueTo(dataset, handler.accountAt(i));
            }
        }
        for (uint256 i = 0; i < 2; ++i) {
            uint256 balance = handler.tokens(i).balanceOf(address(licences));
            vm.assertEq(balance, held[i], "L1: of each token there is what was not paid out");
            vm.assertGe(balance, due[i], "L1: what is due is there");
        }
    }

    /// @dev A token for each licence that is active, its licensee's, and no other.
    function _assertTokens() private view {
        uint256[2] memory active;
        for (uint256 i = 1; i <= licences.count(); ++i) {
            IDataLicence.Licence memory licence = licences.licenceOf(i);
            if (licence.status != IDataLicence.LicenceStatus.Active) continue;
            vm.assertEq(licences.ownerOf(i), licence.licensee, "L2: a licence in force is its licensee's");
            ++active[licence.licensee == handler.users(0) ? 0 : 1];
        }
        for (uint256 i = 0; i < 2; ++i) {
            vm.assertEq(licences.balanceOf(handler.users(i)), active[i], "L2: and there is no other token");
        }
    }
}

/// @title LicencesReach
/// @notice That a campaign of these acts comes to all that it is about.
contract LicencesReach {
    function test_everythingHappensToLicences() external {
        string[14] memory outcomes = [
            "requested",
            "requested, refused",
            "granted",
            "refused",
            "revoked",
            "revoked, refused",
            "activated",
            "activated, refused",
            "released",
            "released, refused",
            "not moved",
            "model",
            "model, refused",
            "derived data set"
        ];
        LicencesHandler handler = new LicencesHandler();
        for (uint256 i = 0; i < 2_000; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(i)));
            uint256 choice = drawn % 7;
            if (choice == 0) handler.request(drawn);
            else if (choice == 1) handler.decide(drawn);
            else if (choice == 2) handler.activate(drawn);
            else if (choice == 3) handler.release(drawn);
            else if (choice == 4) handler.move(drawn);
            else if (choice == 5) handler.derive(drawn);
            else if (drawn % 5 == 0) handler.wait(drawn);
        }
        vm.assertEq(handler.broken(), "", "see the message");
        for (uint256 i = 0; i < outcomes.length; ++i) {
            vm.assertGe(handler.outcomes(outcomes[i]), 5, string.concat("hardly ever happens: ", outcomes[i]));
        }
    }
}
