import { indexOutsideSet82 } from "./characterSet82.js";
import { hasCheckDigit } from "./checkDigit.js";
import { CareProofError } from "../errors.js";

/** A serialised package: GTIN (AI 01) and serial number (AI 21). */
export interface Sgtin {
  readonly kind: "sgtin";
  /** 14 digits with their check digit; shorter GTINs have leading zeros. */
  readonly gtin: string;
  /** 1 to 20 characters of GS1 character set 82. Upper and lower case differ. */
  readonly serial: string;
}

/** A logistic unit, such as a case, pallet or tote (AI 00). */
export interface Sscc {
  readonly kind: "sscc";
  /** 18 digits with their check digit. */
  readonly sscc: string;
}

/** The GS1 key of a thing that is an ERC-721 token of `DrugProvenance` once something concerns it alone. */
export type ProductIdentifier = Sgtin | Sscc;

/** The type tags in the highest 8 bits of a token id. */
export const TOKEN_TAGS = { sgtin: 1, sscc: 2 } as const;

/** Longest serial number (AI 21) and lot number (AI 10), in characters. */
export const MAX_SERIAL_LENGTH = 20;

const TAG_SHIFT = 248n;
const GTIN_SHIFT = 140n;
const BITS_A_CHARACTER = 7n;

/**
 * The ERC-721 token id of a GS1 key, as `GS1Identifiers.sol` reads it. Bits 248 to 255: type tag. SGTIN (tag 1): bits 140 to 186
 * the GTIN-14 as a number, bits 0 to 139 the serial, 7 bits (ASCII) a character, the first one highest, zeros after the last.
 * SSCC (tag 2): bits 0 to 59 its 18 digits as a number. All other bits are zero.
 *
 * @throws CareProofError `GTIN_INVALID`, `SERIAL_INVALID` or `SSCC_INVALID`.
 */
export function tokenIdOf(identifier: ProductIdentifier): bigint {
  if (identifier.kind === "sscc") {
    requireKey(identifier.sscc, 18, "SSCC");
    return (BigInt(TOKEN_TAGS.sscc) << TAG_SHIFT) | BigInt(identifier.sscc);
  }
  requireKey(identifier.gtin, 14, "GTIN");
  requireText(identifier.serial, "SERIAL", "serial number");
  let serial = 0n;
  for (let i = 0; i < MAX_SERIAL_LENGTH; i++) {
    const code = i < identifier.serial.length ? identifier.serial.charCodeAt(i) : 0;
    serial = (serial << BITS_A_CHARACTER) | BigInt(code);
  }
  return (BigInt(TOKEN_TAGS.sgtin) << TAG_SHIFT) | (BigInt(identifier.gtin) << GTIN_SHIFT) | serial;
}

/**
 * The GS1 key of a token id.
 *
 * @throws CareProofError `TOKEN_ID_INVALID` where no key has this id.
 */
export function identifierOf(tokenId: bigint): ProductIdentifier {
  const identifier = decode(tokenId);
  let encoded: bigint | undefined;
  try {
    encoded = identifier && tokenIdOf(identifier);
  } catch {
    encoded = undefined;
  }
  if (identifier === undefined || encoded !== tokenId) {
    throw new CareProofError("TOKEN_ID_INVALID", `${tokenId} is not the token id of an SGTIN or SSCC`);
  }
  return identifier;
}

function decode(tokenId: bigint): ProductIdentifier | undefined {
  const tag = Number(tokenId >> TAG_SHIFT);
  const key = tokenId & ((1n << TAG_SHIFT) - 1n);
  if (tag === TOKEN_TAGS.sscc) return { kind: "sscc", sscc: key.toString().padStart(18, "0") };
  if (tag !== TOKEN_TAGS.sgtin) return undefined;
  let serial = "";
  for (let rest = key & ((1n << GTIN_SHIFT) - 1n), i = 0; i < MAX_SERIAL_LENGTH; i++, rest >>= BITS_A_CHARACTER) {
    const code = Number(rest & 0x7fn);
    if (code !== 0) serial = String.fromCharCode(code) + serial;
  }
  return { kind: "sgtin", gtin: (key >> GTIN_SHIFT).toString().padStart(14, "0"), serial };
}

function requireKey(digits: string, length: number, name: "GTIN" | "SSCC"): void {
  if (!/^\d+$/.test(digits) || digits.length !== length) {
    throw new CareProofError(`${name}_INVALID`, `expected ${length} digits, found ${JSON.stringify(digits)}`);
  }
  if (/^0+$/.test(digits)) throw new CareProofError(`${name}_INVALID`, `${digits} is all zeros, which is no ${name}`);
  if (!hasCheckDigit(digits)) throw new CareProofError(`${name}_INVALID`, `the check digit of ${digits} is wrong`);
}

/** Refuses what is not 1 to 20 characters of set 82: a serial number (AI 21) or lot number (AI 10). */
export function requireText(text: string, code: "SERIAL" | "LOT_NUMBER", name: string): void {
  if (text.length === 0 || text.length > MAX_SERIAL_LENGTH) {
    throw new CareProofError(
      `${code}_INVALID`,
      `a ${name} has 1 to ${MAX_SERIAL_LENGTH} characters, this one has ${text.length}`,
    );
  }
  const outside = indexOutsideSet82(text);
  if (outside >= 0) {
    throw new CareProofError(
      `${code}_INVALID`,
      `character ${outside + 1} of the ${name}, ${JSON.stringify(text[outside])}, is not in GS1 character set 82`,
    );
  }
}
