// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IItems} from "./IItems.sol";
import {ILots} from "./ILots.sol";

/// @title IReviewable
/// @notice What `ProductInvestigations`, and nobody else, can do to a package or container. Part of `DrugProvenance`.
/// @dev That contract is created by this one and cannot be exchanged. It decides who may doubt and who may decide; here is only
/// what a doubt does.
interface IReviewable {
    /// @notice Thrown when the caller is not the contract of investigations.
    error NotInvestigations(address caller);

    /// @notice Puts a thing into quarantine. It leaves the container it is in, for its custodian.
    /// @param origin Its proof; empty where it is a token already.
    /// @return custodian Who holds it.
    /// @return receivedFrom From whom the custodian received it, or zero.
    /// @return lot The lot it is from, or zero.
    /// @dev Reverts: {NotInvestigations}, `NotSaleable` where it does not exist, is in quarantine already or out of commerce.
    function suspect(
        uint256 id,
        ILots.Origin calldata origin
    ) external returns (address custodian, address receivedFrom, uint56 lot);

    /// @notice Ends a quarantine: in commerce again (what was opened before is opened still), illegitimate, or, for what is
    /// illegitimate, destroyed.
    /// @dev Reverts: {NotInvestigations}, `WrongDisposition` for any other step than Suspect to Active or Illegitimate, and
    /// Illegitimate to Active or Destroyed.
    function settle(uint256 id, IItems.Disposition outcome) external;

    /// @notice Ends the review of a package that was dispensed twice.
    /// @dev Reverts: {NotInvestigations}.
    function endContest(uint256 id) external;

    /// @notice Who dispensed a dispensed package again, while that is under review; otherwise zero.
    function contestedBy(uint256 id) external view returns (address);
}
