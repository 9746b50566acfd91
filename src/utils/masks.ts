/** Sets of names to bitmasks and back, by a table of bit numbers. */
import { CareProofError } from "../errors.js";

/** The bitmask of names, by the bit number of each. `what` says in an error what they name. Throws `CODE_UNKNOWN`. */
export function toMask(table: Readonly<Record<string, number>>, what: string, names: Iterable<string>): bigint {
  let mask = 0n;
  for (const name of names) {
    const bit = Object.hasOwn(table, name) ? table[name] : undefined;
    if (bit === undefined) throw new CareProofError("CODE_UNKNOWN", `${what} "${name}" is not known`);
    mask |= 1n << BigInt(bit);
  }
  return mask;
}

/** The names in a bitmask, in the order of the table. Throws `CODE_UNKNOWN` on a bit that has no name. */
export function toNames<Name extends string>(
  table: Readonly<Record<Name, number>>,
  what: string,
  mask: bigint,
): Name[] {
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
