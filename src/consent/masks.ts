/**
 * Sets of names (purposes, categories, flags) to the bitmasks of the contracts and back.
 */

import { toMask, toNames } from "../utils/masks.js";
import {
  CATEGORIES,
  CONSENT_FLAGS,
  FIRST_PROTECTED_BIT,
  PURPOSES,
  type Category,
  type ConsentFlag,
  type Purpose,
} from "./codes.js";

/** The `uint32` bitmask of purposes. Throws {@link CareProofError} `CODE_UNKNOWN` on a name that is not a purpose. */
export function purposesToMask(purposes: Iterable<Purpose>): number {
  return Number(toMask(PURPOSES, "purpose", purposes));
}

/** The names in a `uint32` bitmask of purposes, lowest bit first. Throws `CODE_UNKNOWN` on a bit that has no name. */
export function maskToPurposes(mask: number | bigint): Purpose[] {
  return toNames(PURPOSES, "purpose", BigInt(mask));
}

/** The `uint64` bitmask of categories. Throws `CODE_UNKNOWN` on a name that is not a category. */
export function categoriesToMask(categories: Iterable<Category>): bigint {
  return toMask(CATEGORIES, "category", categories);
}

/** The names in a `uint64` bitmask of categories, lowest bit first. Throws `CODE_UNKNOWN` on a bit that has no name. */
export function maskToCategories(mask: number | bigint): Category[] {
  return toNames(CATEGORIES, "category", BigInt(mask));
}

/** The `uint8` bitmask of flags. Throws `CODE_UNKNOWN` on a name that is not a flag. */
export function flagsToMask(flags: Iterable<ConsentFlag>): number {
  return Number(toMask(CONSENT_FLAGS, "flag", flags));
}

/** The names in a `uint8` bitmask of flags, lowest bit first. Throws `CODE_UNKNOWN` on a bit that has no name. */
export function maskToFlags(mask: number | bigint): ConsentFlag[] {
  return toNames(CONSENT_FLAGS, "flag", BigInt(mask));
}

/** Every purpose in use, as a `uint32` bitmask: `Purposes.KNOWN`. */
export const ALL_PURPOSES: number = purposesToMask(Object.keys(PURPOSES) as Purpose[]);

/** Every general category, as a `uint64` bitmask: no specially protected one is in it. */
export const GENERAL_CATEGORIES: bigint = categoriesToMask(
  (Object.keys(CATEGORIES) as Category[]).filter((name) => CATEGORIES[name] < FIRST_PROTECTED_BIT),
);
