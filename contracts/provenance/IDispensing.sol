// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILots} from "./ILots.sol";

/// @title IDispensing
/// @notice The end of a package's way: dispensed once, whole or in parts. Part of `DrugProvenance`.
/// @dev What an observer learns: which package (and so which product) was dispensed by whom and when, which with other
/// knowledge can point to a patient; docs/observer.md says how to keep that small.
interface IDispensing {
    /// @notice Emitted when a package is dispensed, whole or in part.
    /// @param container The token that it was in, or zero.
    /// @param units How many units; `left` remain in the package.
    /// @param supplied Whether it was handed out, so that there is no way back.
    event Dispensed(
        uint256 indexed id,
        address indexed dispenser,
        uint56 indexed lot,
        uint256 container,
        uint16 units,
        uint16 left,
        bool supplied,
        address operator,
        bytes32 eventHash
    );
    /// @notice Emitted when a package that was dispensed would be dispensed again: one of the two is not genuine.
    event DuplicateDispense(
        uint256 indexed id,
        address indexed dispenser,
        address indexed second,
        address operator,
        bytes32 eventHash
    );
    /// @notice Emitted when a dispenser takes back that it dispensed a package.
    event Reactivated(uint256 indexed id, address indexed dispenser, address operator, bytes32 eventHash);

    /// @notice Thrown when an id is not that of a package.
    error NotAPackage(uint256 id);
    /// @notice Thrown when a package has fewer units left.
    error NotEnoughUnits(uint256 id, uint16 left, uint16 units);
    /// @notice Thrown when a dispenser reported 20 duplicates, and the time for one more (a 20th of a day) is not over.
    error TooManyDuplicates(address dispenser);
    /// @notice Thrown when a package is under review.
    error UnderReview(uint256 id);
    /// @notice Thrown when another dispensed a package.
    error NotItsDispenser(uint256 id, address dispenser, address caller);
    /// @notice Thrown when a package was dispensed more than ten days ago (unix seconds).
    error ReactivationTooLate(uint256 id, uint256 deadline);

    /// @notice Dispenses a package, or some units of it. One that was opened is a token of its dispenser until the last unit is
    /// dispensed, and does not move any more; then the token, if there is one, is burnt.
    /// @param origin Its proof; empty where it is a token already.
    /// @param units How many units; zero for all that is left.
    /// @param supplied Whether it is handed out now. If not, {reactivate} can take it back within ten days. Part of a package is
    /// always handed out.
    /// @return dispensed False where it was dispensed before: nothing changes then except that the package is under review
    /// until its maker or a regulator ends that, and {DuplicateDispense} says who met whom.
    /// @dev Caller: a dispenser that holds it. Reverts: `NotInGoodStanding`, {NotAPackage}, `NotSaleable`, `NotCustodian`,
    /// {NotEnoughUnits}, {UnderReview}, {TooManyDuplicates}.
    function dispense(
        uint256 id,
        ILots.Origin calldata origin,
        uint16 units,
        bool supplied,
        bytes32 eventHash
    ) external returns (bool dispensed);

    /// @notice Takes back the dispensing of a whole package that was not handed out (Regulation (EU) 2016/161, Article 13). It is a
    /// token of the same dispenser again. Its run and containers are forgotten: from then on any origin of its lot counts as its.
    /// @dev Caller: the dispenser that dispensed it, within ten days. Reverts: `NotInGoodStanding`, `WrongDisposition`,
    /// {NotItsDispenser}, {ReactivationTooLate}, {UnderReview}, `NotSaleable` where its lot is recalled or expired.
    function reactivate(uint256 id, bytes32 eventHash) external;

    /// @notice Reverts unless `account` could dispense the package now.
    /// @param account A dispenser or a key of its.
    /// @dev Reverts: `NotInGoodStanding`, {NotAPackage}, `NotSaleable`, also where it was dispensed before, `NotCustodian`,
    /// {UnderReview}.
    function requireDispensable(uint256 id, ILots.Origin calldata origin, address account) external view;

    /// @notice How many units were left in a package when some were last dispensed; zero for one never opened.
    function unitsLeftOf(uint256 id) external view returns (uint16);
}
