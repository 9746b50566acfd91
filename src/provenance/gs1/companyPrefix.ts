import { CareProofError } from "../../errors.js";
import type { ProductIdentifier } from "../tokenId.js";

/** Digits of a GS1 company prefix. */
const LENGTHS = { least: 6, most: 12 } as const;

/**
 * The digits of a GTIN or SSCC that a GS1 company prefix of a length covers: those after the first, which is the indicator digit of a
 * GTIN-14 and the extension digit of an SSCC.
 *
 * @param length 6 to 12. The key does not tell it.
 * @throws CareProofError `PREFIX_INVALID`.
 */
export function companyPrefixOf(identifier: ProductIdentifier, length: number): string {
  if (!Number.isInteger(length) || length < LENGTHS.least || length > LENGTHS.most) {
    throw new CareProofError("PREFIX_INVALID", `a GS1 company prefix has 6 to 12 digits, not ${length}`);
  }
  const key = identifier.kind === "sgtin" ? identifier.gtin : identifier.sscc;
  return key.slice(1, 1 + length);
}

/**
 * Whether the key of a package or container was given out under a GS1 company prefix.
 *
 * @param prefix 6 to 12 digits.
 * @throws CareProofError `PREFIX_INVALID`.
 */
export function isUnderPrefix(identifier: ProductIdentifier, prefix: string): boolean {
  if (!/^\d+$/.test(prefix)) {
    throw new CareProofError("PREFIX_INVALID", `a GS1 company prefix is digits, not ${JSON.stringify(prefix)}`);
  }
  return companyPrefixOf(identifier, prefix.length) === prefix;
}
