import type { ProductIdentifier } from "./tokenId.js";

/**
 * Tells identifiers apart where many are looked up: as token ids they would be slow, since engines hash the low digits of a bigint, and
 * those of all packages with short serials are zero.
 */
export function lookupKey(identifier: ProductIdentifier): string {
  return identifier.kind === "sscc" ? identifier.sscc : `${identifier.gtin} ${identifier.serial}`;
}
