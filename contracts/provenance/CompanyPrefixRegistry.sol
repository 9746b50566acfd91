// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {GS1Identifiers} from "./GS1Identifiers.sol";
import {ICompanyPrefixRegistry} from "./ICompanyPrefixRegistry.sol";

/// @title CompanyPrefixRegistry
/// @notice See {ICompanyPrefixRegistry}.
contract CompanyPrefixRegistry is ICompanyPrefixRegistry, AccessManaged {
    /// @param holder Who holds this prefix, or zero.
    /// @param longer Number of registered prefixes that begin with this one and are longer.
    struct Prefix {
        address holder;
        uint96 longer;
    }

    mapping(uint8 length => mapping(uint64 prefix => Prefix)) private _prefixes;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc ICompanyPrefixRegistry
    function register(uint64 prefix, uint8 length, address holder) external restricted {
        require(
            length >= GS1Identifiers.SHORTEST_PREFIX &&
                length <= GS1Identifiers.LONGEST_PREFIX &&
                prefix < 10 ** length,
            PrefixInvalid(prefix, length)
        );
        require(holder != address(0), NoHolder(prefix, length));
        Prefix storage registered = _prefixes[length][prefix];
        require(registered.holder == address(0) && registered.longer == 0, PrefixTaken(prefix, length));
        registered.holder = holder;

        uint64 shorter = prefix / 10;
        for (uint8 digits = length - 1; digits >= GS1Identifiers.SHORTEST_PREFIX; --digits) {
            Prefix storage beginning = _prefixes[digits][shorter];
            require(beginning.holder == address(0), PrefixTaken(shorter, digits));
            ++beginning.longer;
            shorter /= 10;
        }
        emit CompanyPrefixRegistered(prefix, length, holder, msg.sender);
    }

    /// @inheritdoc ICompanyPrefixRegistry
    function release(uint64 prefix, uint8 length) external restricted {
        address holder = _prefixes[length][prefix].holder;
        require(holder != address(0), NoHolder(prefix, length));
        _prefixes[length][prefix].holder = address(0);

        uint64 shorter = prefix / 10;
        for (uint8 digits = length - 1; digits >= GS1Identifiers.SHORTEST_PREFIX; --digits) {
            --_prefixes[digits][shorter].longer;
            shorter /= 10;
        }
        emit CompanyPrefixReleased(prefix, length, holder, msg.sender);
    }

    /// @inheritdoc ICompanyPrefixRegistry
    function holderOf(uint64 prefix, uint8 length) external view returns (address) {
        return _prefixes[length][prefix].holder;
    }

    /// @inheritdoc ICompanyPrefixRegistry
    function holderOfGtin(uint256 gtin, uint8 length) external view returns (address) {
        require(GS1Identifiers.isGtin(gtin), InvalidGtin(gtin));
        return _prefixes[length][GS1Identifiers.companyPrefix(gtin, 14, length)].holder;
    }

    /// @inheritdoc ICompanyPrefixRegistry
    function holderOfSscc(uint256 sscc, uint8 length) external view returns (address) {
        if (!GS1Identifiers.isSscc(sscc)) return address(0);
        return _prefixes[length][GS1Identifiers.companyPrefix(sscc, 18, length)].holder;
    }
}
