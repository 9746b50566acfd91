import { CareProofError } from "../errors.js";

/** Hex digits of each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The value of each hex digit by its character code, -1 for every other character. */
const DIGITS = Array.from({ length: 128 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase()),
);

/** Bytes as 0x-prefixed lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let hex = "0x";
  for (const byte of bytes) hex += HEX[byte]!;
  return hex;
}

/**
 * The bytes of 0x-prefixed hex of an exact length.
 *
 * @param name The field's name, for the error.
 * @throws CareProofError `HEX_INVALID`.
 */
export function fromHex(hex: string, length: number, name: string): Uint8Array {
  const bytes = new Uint8Array(length);
  let valid = hex.length === 2 + 2 * length && hex.startsWith("0x");
  for (let i = 0; i < length && valid; i++) {
    const [high, low] = [digit(hex, 2 + 2 * i), digit(hex, 3 + 2 * i)];
    valid = high >= 0 && low >= 0;
    bytes[i] = high * 16 + low;
  }
  if (!valid) throw new CareProofError("HEX_INVALID", `expected ${length} bytes as 0x-prefixed hex`, name);
  return bytes;
}

/** A non-negative integer as one 32-byte word of the ABI, big endian. */
export function toWord(value: number): Uint8Array {
  const word = new Uint8Array(32);
  for (let i = 31, rest = value; rest > 0; i--, rest = Math.floor(rest / 256)) word[i] = rest % 256;
  return word;
}

/** Compares two 32-byte words in their arrays as big-endian numbers: negative, 0 or positive. */
export function compareWords(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): number {
  for (let i = 0; i < 32; i++) {
    const difference = a[aOffset + i]! - b[bOffset + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Byte strings one after the other. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function digit(text: string, index: number): number {
  return DIGITS[text.charCodeAt(index)] ?? -1;
}
