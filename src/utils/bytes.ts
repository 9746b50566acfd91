import { CareProofError } from "../errors.js";

/** Hex digits of each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

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
  if (hex.length !== 2 + 2 * length || !/^0x[0-9a-fA-F]*$/.test(hex)) {
    throw new CareProofError("HEX_INVALID", `expected ${length} bytes as 0x-prefixed hex`, name);
  }
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

/** A non-negative integer as one 32-byte word of the ABI, big endian. */
export function toWord(value: number): Uint8Array {
  const word = new Uint8Array(32);
  for (let i = 31, rest = value; rest > 0; i--, rest = Math.floor(rest / 256)) word[i] = rest % 256;
  return word;
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
