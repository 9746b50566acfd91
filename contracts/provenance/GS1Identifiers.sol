// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title GS1Identifiers
/// @notice Keys of the GS1 General Specifications as ERC-721 token ids, which can be read back to the key.
/// @dev Bits 248 to 255: type tag. SGTIN (tag 1): bits 140 to 186 the GTIN-14 as a number, bits 0 to 139 the serial number
/// (AI 21), 7 bits (ASCII) a character, the first one highest, zeros after the last. SSCC (tag 2): bits 0 to 59 its 18
/// digits as a number. All other bits are zero, so that one key has one id.
library GS1Identifiers {
    /// @notice The type tag of a serialised package (AI 01 and 21).
    uint256 internal constant SGTIN = 1;
    /// @notice The type tag of a logistic unit: a case, a pallet, a tote (AI 00).
    uint256 internal constant SSCC = 2;

    /// @notice Number of digits of the shortest GS1 company prefix (GS1 General Specifications, section 1.4.4).
    uint8 internal constant SHORTEST_PREFIX = 4;
    /// @notice Number of digits of the longest GS1 company prefix.
    uint8 internal constant LONGEST_PREFIX = 12;

    /// @notice Number of ids that one GTIN has.
    uint256 internal constant IDS_OF_A_GTIN = 1 << 140;

    uint256 private constant _TAG_SHIFT = 248;
    uint256 private constant _GTIN_SHIFT = 140;
    uint256 private constant _GTIN_MASK = (1 << 47) - 1;
    uint256 private constant _SERIAL_MASK = (1 << _GTIN_SHIFT) - 1;
    /// @dev One bit a character of the AI encodable character set 82 (GS1 General Specifications, figure 7.11-1), by its
    /// ASCII code.
    uint256 private constant _CHARACTER_SET_82 = 0x7fffffe87fffffeffffffe600000000;
    /// @dev Those of them that a URI takes as they are (RFC 3986, section 2.3).
    uint256 private constant _UNRESERVED = 0x7fffffe87fffffe03ff600000000000;

    /// @notice Whether `id` has the tag of a package.
    function isPackage(uint256 id) internal pure returns (bool) {
        return id >> _TAG_SHIFT == SGTIN;
    }

    /// @notice Whether `id` has the tag of a logistic unit.
    function isContainer(uint256 id) internal pure returns (bool) {
        return id >> _TAG_SHIFT == SSCC;
    }

    /// @notice The GTIN-14 of a package, as a number.
    function gtinOf(uint256 id) internal pure returns (uint48) {
        // Forty-seven bits.
        return uint48((id >> _GTIN_SHIFT) & _GTIN_MASK);
    }

    /// @notice The lowest id that a package of `gtin` can have.
    function firstOf(uint48 gtin) internal pure returns (uint256) {
        return (SGTIN << _TAG_SHIFT) | (uint256(gtin) << _GTIN_SHIFT);
    }

    /// @notice What is below the tag of a logistic unit: its 18 digits as a number.
    function ssccOf(uint256 id) internal pure returns (uint256) {
        return id & ((1 << _TAG_SHIFT) - 1);
    }

    /// @notice Whether `gtin` is a GTIN-14 with a right check digit.
    function isGtin(uint256 gtin) internal pure returns (bool) {
        return gtin != 0 && gtin < 10 ** 14 && _hasCheckDigit(gtin);
    }

    /// @notice Whether `sscc` is 18 digits with a right check digit.
    function isSscc(uint256 sscc) internal pure returns (bool) {
        return sscc != 0 && sscc < 10 ** 18 && _hasCheckDigit(sscc);
    }

    /// @notice Whether `id` is the id of a package with this GTIN: 1 to 20 characters of set 82, no other bit.
    function isPackageOf(uint256 id, uint48 gtin) internal pure returns (bool) {
        return id - (id & _SERIAL_MASK) == firstOf(gtin) && hasSerial(id);
    }

    /// @notice Whether `id` is the id of a package.
    function isValidPackage(uint256 id) internal pure returns (bool) {
        return isGtin(gtinOf(id)) && isPackageOf(id, gtinOf(id));
    }

    /// @notice Whether `id` is the id of a logistic unit.
    function isValidContainer(uint256 id) internal pure returns (bool) {
        return isContainer(id) && isSscc(ssccOf(id));
    }

    /// @notice Whether the serial number of a package is 1 to 20 characters of set 82.
    function hasSerial(uint256 id) internal pure returns (bool) {
        return _isText(id & _SERIAL_MASK, 7);
    }

    /// @notice Whether `text` is 1 to 20 characters of set 82 with zeros after the last: a lot number (AI 10).
    function isText(bytes20 text) internal pure returns (bool) {
        return _isText(uint160(text), 8);
    }

    /// @notice The GS1 company prefix of `length` digits of a GTIN-14 (after its indicator digit) or SSCC (after its
    /// extension digit); zero where no prefix has that length.
    /// @param digits Number of digits of the key: 14 or 18.
    function companyPrefix(uint256 key, uint256 digits, uint256 length) internal pure returns (uint64) {
        if (length < SHORTEST_PREFIX || length > LONGEST_PREFIX) return 0;
        // Powers of ten below 10^14.
        unchecked {
            return uint64((key / 10 ** (digits - 1 - length)) % 10 ** length);
        }
    }

    /// @notice The GS1 Digital Link URI of a key: `{resolver}/01/{gtin}/21/{serial}` or `{resolver}/00/{sscc}`.
    function digitalLink(string memory resolver, uint256 id) internal pure returns (string memory) {
        if (isContainer(id)) return string.concat(resolver, "/00/", _padded(ssccOf(id), 18));
        return string.concat(resolver, "/01/", _padded(gtinOf(id), 14), "/21/", _serial(id));
    }

    /// @dev Up to 20 characters of `bits` bits, the first one highest, zeros after the last. One inside is outside the set; one in
    /// front would give one text several numbers.
    function _isText(uint256 text, uint256 bits) private pure returns (bool) {
        if (text >> (19 * bits) == 0) return false;
        uint256 mask = (1 << bits) - 1;
        while (text & mask == 0) text >>= bits;
        uint256 seen = 0;
        for (; text != 0; text >>= bits) seen |= 1 << (text & mask);
        return seen & ~_CHARACTER_SET_82 == 0;
    }

    /// @dev Weights 3 and 1 from the right (GS1 General Specifications, section 7.9.1), two digits at a time. Leading zeros
    /// weigh nothing.
    function _hasCheckDigit(uint256 key) private pure returns (bool) {
        uint256 sum = 0;
        // At most nine pairs of digits: nothing can overflow.
        unchecked {
            for (; key != 0; key /= 100) {
                uint256 pair = key % 100;
                sum += 3 * (pair / 10) + (pair % 10);
            }
        }
        return sum % 10 == 0;
    }

    function _padded(uint256 number, uint256 length) private pure returns (string memory) {
        // A 1 in front keeps the leading zeros.
        bytes memory digits = bytes(Strings.toString(10 ** length + number));
        bytes memory padded = new bytes(length);
        for (uint256 i = 0; i < length; ++i) padded[i] = digits[i + 1];
        return string(padded);
    }

    function _serial(uint256 id) private pure returns (string memory serial) {
        uint256 rest = id & _SERIAL_MASK;
        for (uint256 shift = _GTIN_SHIFT; rest != 0; rest &= (1 << shift) - 1) {
            shift -= 7;
            uint256 code = rest >> shift;
            serial =
                (_UNRESERVED >> code) & 1 == 1
                    ? string.concat(serial, string(abi.encodePacked(uint8(code))))
                    : string.concat(serial, "%", _hexDigit(code >> 4), _hexDigit(code & 15));
        }
    }

    function _hexDigit(uint256 digit) private pure returns (string memory) {
        return string(abi.encodePacked(bytes("0123456789ABCDEF")[digit]));
    }
}
