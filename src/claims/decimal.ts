import { CareProofError } from "../errors.js";

/** Decimals that an exact number here can have. */
const SCALE = 18;

const ONE = 10n ** BigInt(SCALE);

/** Decimals of the token that claims are paid in. */
const TOKEN_DECIMALS = 6;

/** One token unit as an exact number. */
const UNIT = ONE / 10n ** BigInt(TOKEN_DECIMALS);

/** Amounts are uint96 in the contracts. */
const MAX_UNITS = 2n ** 96n - 1n;

const DECIMAL = /^(-?)(\d*)(?:\.(\d*))?$/;

/**
 * A decimal as an exact number: the value times 10^18. Sums of such numbers are exact.
 *
 * @param text Digits with a decimal point and a minus sign at most, such as `541.00`, `-9`, `.5`.
 * @returns undefined where it is none, or has more than 18 decimals.
 */
export function parseDecimal(text: string): bigint | undefined {
  const [, sign, whole = "", fraction = ""] = DECIMAL.exec(text) ?? [];
  if (sign === undefined || whole + fraction === "" || fraction.length > SCALE) return undefined;
  const value = BigInt(whole + fraction.padEnd(SCALE, "0"));
  return sign === "-" ? -value : value;
}

/** An exact number as text: two decimals, more where the value has more, such as `541.00`, `-0.125`. */
export function formatDecimal(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(SCALE + 1, "0");
  const fraction = digits.slice(-SCALE).replace(/0+$/, "").padEnd(2, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -SCALE)}.${fraction}`;
}

/**
 * An amount of money in units of a token with 6 decimals, as the contracts take it.
 *
 * @param amount A decimal, such as `541.00`.
 * @param options `signed`: take negative amounts too, such as those of a reversal.
 * @returns The units; at most 2^96 - 1, with `signed` at least its negative.
 * @throws CareProofError `AMOUNT_INVALID` (no decimal, or more than 18 decimals), `AMOUNT_TOO_PRECISE` (more than 6 decimals that are not 0), `AMOUNT_NEGATIVE`,
 * `AMOUNT_OVERFLOW`.
 */
export function toTokenUnits(amount: string, options: { signed?: boolean } = {}): bigint {
  const value = parseDecimal(amount);
  const refuse = (code: string, problem: string): CareProofError =>
    new CareProofError(code, `${JSON.stringify(amount)} ${problem}`);
  if (value === undefined) throw refuse("AMOUNT_INVALID", "is no decimal");
  if (value % UNIT !== 0n) {
    throw refuse("AMOUNT_TOO_PRECISE", `has more than ${TOKEN_DECIMALS} decimals, the token has no such part`);
  }
  if (value < 0n && options.signed !== true) throw refuse("AMOUNT_NEGATIVE", "is negative");
  const units = value / UNIT;
  if (units > MAX_UNITS || units < -MAX_UNITS) throw refuse("AMOUNT_OVERFLOW", "is more than 96 bits of token units");
  return units;
}

/** Token units as a decimal: two decimals, more where the amount has more. `541000000n` is `541.00`, `-1n` is `-0.000001`. */
export function formatTokenUnits(units: bigint): string {
  return formatDecimal(units * UNIT);
}
