// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GS1Identifiers} from "./GS1Identifiers.sol";

/// @title DigitalLinks
/// @notice GS1 Digital Link URIs of token ids (GS1 Digital Link Standard: URI Syntax, section 4). A contract of its own, since
/// only readers need it.
contract DigitalLinks {
    /// @notice What stands in front of every URI, without a slash at its end.
    string public resolver;

    /// @notice Thrown when an id is not that of an SGTIN or SSCC.
    error NotAnIdentifier(uint256 id);

    constructor(string memory resolver_) {
        resolver = resolver_;
    }

    /// @notice `{resolver}/01/{gtin}/21/{serial}` of a package, `{resolver}/00/{sscc}` of a logistic unit, token or not.
    /// @dev Reverts: {NotAnIdentifier}.
    function uriOf(uint256 id) external view returns (string memory) {
        require(GS1Identifiers.isValidPackage(id) || GS1Identifiers.isValidContainer(id), NotAnIdentifier(id));
        return GS1Identifiers.digitalLink(resolver, id);
    }
}
