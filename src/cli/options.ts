import { InvalidArgumentError } from "commander";

import { checkAddress } from "../consent/recordPatient.js";
import { isBytes32 } from "../utils/writtenJson.js";

/** Parses an address option. */
export function addressOption(value: string): string {
  try {
    return checkAddress(value, "");
  } catch {
    throw new InvalidArgumentError(
      "expected an address: 0x and 40 hexadecimal digits, with a valid checksum if in mixed case.",
    );
  }
}

/** Parses an option that is a whole number below 2^64, such as a chain id or a sequence number. */
export function integerOption(value: string): bigint {
  if (!/^\d+$/.test(value) || BigInt(value) >= 2n ** 64n) throw new InvalidArgumentError("expected a whole number.");
  return BigInt(value);
}

/** Parses an option that is the number of a block. */
export function blockOption(value: string): number {
  return Number(integerOption(value));
}

/** Parses an option that is a number of blocks. */
export function rangeOption(value: string): number {
  const blocks = blockOption(value);
  if (blocks === 0) throw new InvalidArgumentError("expected at least 1.");
  return blocks;
}

/** Parses an option that is a time in unix seconds. */
export function timeOption(value: string): number {
  const time = integerOption(value);
  if (time >= 2n ** 40n) throw new InvalidArgumentError("expected unix seconds, below 2^40 (not milliseconds).");
  return Number(time);
}

/** Parses an option that is 32 bytes. */
export function bytes32Option(value: string): string {
  if (!isBytes32(value)) throw new InvalidArgumentError("expected 32 bytes as 0x-hex.");
  return value;
}

/** Parses an option that may be given several times. */
export function listOption(value: string, before: string[]): string[] {
  return [...before, value];
}
