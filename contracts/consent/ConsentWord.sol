// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsentRegistry} from "./IConsentRegistry.sol";

/// @title ConsentWord
/// @notice A consent as the one word that is stored: {IConsentRegistry-Consent}, its first member in the lowest bits.
/// @dev Packed by hand because the compiler writes a packed struct member by member, which costs a grant 2 000 gas
/// more.
library ConsentWord {
    uint256 private constant NOT_BEFORE = 64;
    uint256 private constant EXPIRES_AT = 104;
    uint256 private constant ISSUED_AT = 144;
    uint256 private constant FLAGS = 184;

    function pack(
        IConsentRegistry.Terms memory terms,
        uint40 decidedAt,
        uint8 decider
    ) internal pure returns (uint256) {
        return
            terms.categories |
            (uint256(terms.notBefore) << NOT_BEFORE) |
            (uint256(terms.expiresAt) << EXPIRES_AT) |
            tombstone(decidedAt, terms.flags | decider);
    }

    /// @notice A revocation: no categories, no period, but a time and who decided.
    function tombstone(uint40 decidedAt, uint8 decider) internal pure returns (uint256) {
        return (uint256(decidedAt) << ISSUED_AT) | (uint256(decider) << FLAGS);
    }

    function unpack(uint256 word) internal pure returns (IConsentRegistry.Consent memory) {
        return
            IConsentRegistry.Consent(
                categories(word),
                uint40(word >> NOT_BEFORE),
                uint40(word >> EXPIRES_AT),
                issuedAt(word),
                flags(word)
            );
    }

    function categories(uint256 word) internal pure returns (uint64) {
        return uint64(word);
    }

    function notBefore(uint256 word) internal pure returns (uint40) {
        return uint40(word >> NOT_BEFORE);
    }

    function expiresAt(uint256 word) internal pure returns (uint40) {
        return uint40(word >> EXPIRES_AT);
    }

    function issuedAt(uint256 word) internal pure returns (uint40) {
        return uint40(word >> ISSUED_AT);
    }

    function flags(uint256 word) internal pure returns (uint8) {
        return uint8(word >> FLAGS);
    }
}
