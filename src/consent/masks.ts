/**
 * Sets of names (purposes, categories, flags) to the bitmasks of the contracts and back.
 */

import { CareProofError } from "../errors.js";
import {
  CATEGORIES,
  CONSENT_FLAGS,
  FIRST_PROTECTED_BIT,
  PURPOSES,
  type Category,
  type ConsentFlag,
  type Purpose,
} from "./codes.js";

function toMask(table: Readonly<Record<string, number>>, what: string, names: Iterable<string>): bigint {
  let mask = 0n;
  for (const name of names) {
    const bit = Object.hasOwn(table, name) ? table[name] : undefined;
    if (bit === undefined) throw new CareProofError("CODE_UNKNOWN", `${what} "${name}" is not known`);
    mask |= 1n << BigInt(bit);
  }
  return mask;
}

function toNames<Name extends string>(table: Readonly<Record<Name, number>>, what: string, mask: bigint): Name[] {
  const names: Name[] = [];
  let rest = mask;
  for (const [name, bit] of Object.entries<number>(table)) {
    const value = 1n << BigInt(bit);
    if ((rest & value) === 0n) continue;
    names.push(name as Name);
    rest &= ~value;
  }
  if (rest !== 0n) throw new CareProofError("CODE_UNKNOWN", `bits 0x${rest.toString(16)} stand for no ${what}`);
  return names;
}

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
