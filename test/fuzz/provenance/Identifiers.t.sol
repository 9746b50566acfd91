// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DigitalLinks} from "../../../contracts/provenance/DigitalLinks.sol";
import {GS1Identifiers} from "../../../contracts/provenance/GS1Identifiers.sol";
import {bound, vm} from "../Vm.sol";
import {LotTree} from "./LotTree.sol";

/// @title IdentifiersTest
/// @notice Token ids against an encoder and a decoder of their own, which work character by character on texts.
contract IdentifiersTest {
    /// @dev The AI encodable character set 82, as GS1 General Specifications figure 7.11-1 lists it.
    bytes private constant SET_82 =
        "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    /// @dev Those of them that are not written as they are in a URI.
    bytes private constant ESCAPED = "!\"%&'()*+,/:;<=>?";

    DigitalLinks private immutable links = new DigitalLinks("");

    function test_D5_theSetHas82Characters() external pure {
        vm.assertEq(SET_82.length, 82, "D5: character set 82 has 82 characters");
    }

    function testFuzz_D5_anIdSaysItsGtinAndSerial(uint256 digits, uint256 seed, uint256 length) external view {
        uint256 gtin = LotTree.withCheckDigit(bound(digits, 1, 10 ** 13 - 1));
        bytes memory serial = _text(seed, bound(length, 1, 20));
        uint256 id = LotTree.packageId(gtin, serial);
        vm.assertTrue(GS1Identifiers.isValidPackage(id), "D5: every GTIN with every serial is a package");
        vm.assertFalse(GS1Identifiers.isContainer(id), "D5: a package is no container");
        vm.assertEq(uint256(GS1Identifiers.gtinOf(id)), gtin, "D5: an id says its GTIN");
        vm.assertTrue(GS1Identifiers.isPackageOf(id, uint48(gtin)), "D5: a package is of its GTIN");
        vm.assertFalse(GS1Identifiers.isPackageOf(id, uint48(gtin) + 1), "D5: a package is of no other GTIN");
        string memory expected = string.concat("/01/", _decimal(gtin, 14), "/21/", _escaped(serial));
        vm.assertEq(links.uriOf(id), expected, "D5: an id says its serial, character by character");
    }

    function testFuzz_D5_anIdSaysItsSscc(uint256 digits) external view {
        uint256 sscc = LotTree.withCheckDigit(bound(digits, 1, 10 ** 17 - 1));
        uint256 id = LotTree.containerId(sscc);
        vm.assertTrue(GS1Identifiers.isValidContainer(id), "D5: every SSCC is a container");
        vm.assertFalse(GS1Identifiers.isValidPackage(id), "D5: a container is no package");
        vm.assertEq(GS1Identifiers.ssccOf(id), sscc, "D5: an id says its SSCC");
        vm.assertEq(links.uriOf(id), string.concat("/00/", _decimal(sscc, 18)), "D5: an id says its SSCC");
    }

    function testFuzz_D5_noTwoTextsHaveOneId(
        uint256 seed,
        uint256 length,
        uint256 seed2,
        uint256 length2
    ) external pure {
        bytes memory one = _text(seed, bound(length, 1, 20));
        // A text, or the first one shortened or changed in one place.
        bytes memory other = _text(seed2, bound(length2, 1, 20));
        if (seed2 % 3 == 0) other = _first(one, bound(length2, 1, one.length));
        if (seed2 % 3 == 1) {
            other = bytes.concat(one);
            other[length2 % other.length] = SET_82[(seed2 >> 8) % 82];
        }
        bool same = keccak256(one) == keccak256(other);
        bool sameId = LotTree.packageId(1, one) == LotTree.packageId(1, other);
        vm.assertTrue(same == sameId, "D5: no two texts have one id");
    }

    /// @dev Whatever the number: where the contract takes it for an id, its text leads back to that number and no other.
    function testFuzz_D5_noTwoIdsHaveOneText(uint256 id, uint256 digits, uint256 seed, uint256 change) external view {
        id = _near(id, digits, seed, change);
        (bool valid, bytes memory serial) = _decode(id);
        if (id >> 248 == 2) valid = _isKey(id % 2 ** 248, 18);
        bool taken = GS1Identifiers.isValidPackage(id) || GS1Identifiers.isValidContainer(id);
        vm.assertTrue(taken == valid, "D5: exactly what is a GTIN and serial or an SSCC is an id");
        if (!valid) return;
        uint256 again =
            id >> 248 == 1 ? LotTree.packageId((id >> 140) % 2 ** 47, serial) : LotTree.containerId(id % 2 ** 60);
        vm.assertEq(again, id, "D5: no two ids have one text");
        vm.assertTrue(bytes(links.uriOf(id)).length >= 22, "D5: an id has a text");
    }

    function testFuzz_D5_lotNumbersAreTexts(bytes20 number, uint256 seed, uint256 length, uint256 place) external pure {
        vm.assertTrue(
            GS1Identifiers.isText(bytes20(_text(seed, bound(length, 1, 20)))),
            "D5: every text of 1 to 20 characters is a lot number"
        );
        if (seed % 2 == 0) number = _withByte(bytes20(_text(seed, bound(length, 1, 20))), place);
        bool valid = number[0] != 0;
        for (uint256 i = 0; i < 20; ++i) {
            if (number[i] == 0) valid = valid && (i == 19 || number[i + 1] == 0);
            else valid = valid && _isInSet(uint8(number[i]));
        }
        vm.assertTrue(GS1Identifiers.isText(number) == valid, "D5: nothing else is a lot number");
    }

    /// @dev Any number, or an id with one bit turned, one digit wrong, or one character exchanged.
    function _near(uint256 id, uint256 digits, uint256 seed, uint256 change) private pure returns (uint256) {
        uint256 gtin = LotTree.withCheckDigit(bound(digits, 0, 10 ** 13 - 1));
        uint256 kind = bound(change, 0, 5);
        change >>= 8;
        if (kind == 0) return id;
        if (kind == 1) return LotTree.containerId(LotTree.withCheckDigit(bound(digits, 0, 10 ** 17 - 1)));
        if (kind == 2) return LotTree.containerId(bound(digits, 0, 10 ** 18 + 99));
        id = LotTree.packageId(gtin, _text(seed, bound(seed >> 160, 1, 20)));
        if (kind == 3) return id ^ (1 << (change % 256));
        if (kind == 4) return LotTree.packageId(bound(digits, 0, 10 ** 14 + 99), _text(seed, 3));
        uint256 shift = 7 * (change % 20);
        return (id & ~(uint256(127) << shift)) | (((change >> 16) % 128) << shift);
    }

    function _decode(uint256 id) private pure returns (bool valid, bytes memory serial) {
        uint256 length = 0;
        bool ended = false;
        valid = id >> 248 == 1 && id / 2 ** 187 == 2 ** 61 && _isKey((id >> 140) % 2 ** 47, 14);
        for (uint256 i = 0; i < 20; ++i) {
            uint256 code = (id / 128 ** (19 - i)) % 128;
            if (code == 0) ended = true;
            else if (ended || !_isInSet(code)) valid = false;
            else ++length;
        }
        valid = valid && length != 0;
        serial = new bytes(length);
        for (uint256 i = 0; valid && i < length; ++i) serial[i] = bytes1(uint8((id / 128 ** (19 - i)) % 128));
    }

    function _isKey(uint256 key, uint256 digits) private pure returns (bool) {
        return key != 0 && key < 10 ** digits && LotTree.withCheckDigit(key / 10) == key;
    }

    function _isInSet(uint256 code) private pure returns (bool) {
        for (uint256 i = 0; i < SET_82.length; ++i) if (uint8(SET_82[i]) == code) return true;
        return false;
    }

    function _text(uint256 seed, uint256 length) private pure returns (bytes memory text) {
        text = new bytes(length);
        for (uint256 i = 0; i < length; ++i) text[i] = SET_82[uint256(keccak256(abi.encode(seed, i))) % 82];
    }

    function _first(bytes memory text, uint256 length) private pure returns (bytes memory beginning) {
        beginning = new bytes(length);
        for (uint256 i = 0; i < length; ++i) beginning[i] = text[i];
    }

    function _withByte(bytes20 text, uint256 place) private pure returns (bytes20) {
        uint256 shift = 8 * (place % 20);
        return
            bytes20(
                (uint160(text) & ~(uint160(255) << uint160(shift))) | (uint160((place >> 8) % 256) << uint160(shift))
            );
    }

    function _decimal(uint256 number, uint256 length) private pure returns (string memory) {
        bytes memory digits = new bytes(length);
        for (uint256 i = length; i != 0; number /= 10) digits[--i] = bytes1(uint8(48 + (number % 10)));
        return string(digits);
    }

    function _escaped(bytes memory text) private pure returns (string memory written) {
        for (uint256 i = 0; i < text.length; ++i) {
            bool escape = false;
            for (uint256 j = 0; j < ESCAPED.length; ++j) if (ESCAPED[j] == text[i]) escape = true;
            bytes memory hexDigits = "0123456789ABCDEF";
            bytes memory one =
                escape
                    ? bytes.concat("%", hexDigits[uint8(text[i]) / 16], hexDigits[uint8(text[i]) % 16])
                    : bytes.concat(text[i]);
            written = string(bytes.concat(bytes(written), one));
        }
    }
}
