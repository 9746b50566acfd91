// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ICompanyPrefixRegistry
/// @notice Which organisation holds which GS1 company prefix, and so which GTINs and SSCCs are its own.
/// @dev Written by GS1 member organisations through the `AccessManager`, read by `DrugProvenance`. No registered prefix
/// begins with another, so that a GTIN or SSCC has one holder at most. What an observer learns: what GS1's own public
/// registry shows.
interface ICompanyPrefixRegistry {
    /// @notice Emitted when a prefix is registered to a holder.
    event CompanyPrefixRegistered(uint64 indexed prefix, uint8 length, address indexed holder, address indexed by);
    /// @notice Emitted when a prefix has no holder any more.
    event CompanyPrefixReleased(uint64 indexed prefix, uint8 length, address indexed holder, address indexed by);

    /// @notice Thrown when a prefix has not 4 to 12 digits, or more than its length says.
    error PrefixInvalid(uint64 prefix, uint8 length);
    /// @notice Thrown when this prefix, one that it begins with, or one that begins with it is registered.
    error PrefixTaken(uint64 prefix, uint8 length);
    /// @notice Thrown when a prefix has no holder, or would be registered to nobody.
    error NoHolder(uint64 prefix, uint8 length);

    /// @notice Thrown when a GTIN is not 14 digits with a right check digit.
    error InvalidGtin(uint256 gtin);

    /// @notice Registers a company prefix to `holder`.
    /// @param prefix The digits as a number (leading zeros are in `length`).
    /// @param length Number of digits, 4 to 12 (GS1 General Specifications, section 1.4.4).
    /// @dev Caller: a member of AccessManager role 201, a GS1 member organisation. Reverts: `AccessManagedUnauthorized`,
    /// {PrefixInvalid}, {PrefixTaken}, {NoHolder}.
    function register(uint64 prefix, uint8 length, address holder) external;

    /// @notice Takes a company prefix from its holder, who can commission nothing under it from then on. What was
    /// commissioned stays.
    /// @dev Warning: a container that is no token by then cannot become one any more; what is in it still moves package by
    /// package. Release a prefix when the lots under it have expired. Caller: as for {register}. Reverts: `AccessManagedUnauthorized`, {NoHolder}.
    function release(uint64 prefix, uint8 length) external;

    /// @notice Who holds a company prefix, or zero.
    function holderOf(uint64 prefix, uint8 length) external view returns (address);

    /// @notice Who holds the company prefix of `length` digits that a GTIN is under, or zero.
    /// @param gtin GTIN-14 as a number.
    /// @dev Reverts: {InvalidGtin}.
    function holderOfGtin(uint256 gtin, uint8 length) external view returns (address);

    /// @notice Who holds the company prefix of `length` digits that an SSCC is under, or zero; also where it is none.
    /// @param sscc 18 digits as a number.
    function holderOfSscc(uint256 sscc, uint8 length) external view returns (address);
}
