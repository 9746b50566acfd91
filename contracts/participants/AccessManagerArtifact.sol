// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Compiled here so that deployments and bindings have OpenZeppelin's contract as they have our own.
// solhint-disable-next-line no-unused-import
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
