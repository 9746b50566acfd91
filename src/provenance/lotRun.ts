import { hasCheckDigit } from "./checkDigit.js";
import { lotKey, lotNumberBytes, MAX_RUNS } from "./lot.js";
import { CareProofError } from "../errors.js";

/** Digits of the shortest and the longest GS1 company prefix (GS1 General Specifications, section 1.4.4). */
export const COMPANY_PREFIX_LENGTHS = { shortest: 4, longest: 12 } as const;

/** The last day that `DrugProvenance` can name: 65 535 days after 1970-01-01. */
const LAST_DAY = "2149-06-06";

/** A commissioning run of a lot: what its tree and files are about. */
export interface LotRun {
  /** AI 01: 14 digits with their check digit. */
  readonly gtin: string;
  /** AI 10: 1 to 20 characters of GS1 character set 82. */
  readonly lotNumber: string;
  /** AI 17: the last day of use, `YYYY-MM-DD`. */
  readonly expirationDate: string;
  /** Number of the run, the first being 0; at most 63. */
  readonly run: number;
  /** Digits of the GS1 company prefix that the GTIN and the run's SSCCs are under, 4 to 12. */
  readonly prefixLength: number;
}

/**
 * Checks a run, and gives the key of its lot.
 *
 * @throws CareProofError `GTIN_INVALID`, `LOT_NUMBER_INVALID`, `EXPIRATION_DATE_INVALID`, `RUN_INVALID` or
 * `PREFIX_LENGTH_INVALID`.
 */
export function checkLotRun({ gtin, lotNumber, expirationDate, run, prefixLength }: LotRun): bigint {
  if (!/^\d{14}$/.test(gtin)) {
    throw new CareProofError("GTIN_INVALID", `expected 14 digits, found ${JSON.stringify(gtin)}`);
  }
  if (!hasCheckDigit(gtin)) throw new CareProofError("GTIN_INVALID", `the check digit of ${gtin} is wrong`);
  lotNumberBytes(lotNumber);
  if (!isDay(expirationDate)) {
    const message = `expected a day to ${LAST_DAY} as YYYY-MM-DD, found ${JSON.stringify(expirationDate)}`;
    throw new CareProofError("EXPIRATION_DATE_INVALID", message);
  }
  if (!Number.isInteger(run) || run < 0 || run >= MAX_RUNS) {
    throw new CareProofError("RUN_INVALID", `a lot has runs 0 to ${MAX_RUNS - 1}, found ${run}`);
  }
  const { shortest, longest } = COMPANY_PREFIX_LENGTHS;
  if (!Number.isInteger(prefixLength) || prefixLength < shortest || prefixLength > longest) {
    const message = `a GS1 company prefix has ${shortest} to ${longest} digits, found ${prefixLength}`;
    throw new CareProofError("PREFIX_LENGTH_INVALID", message);
  }
  return lotKey(gtin, lotNumber);
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < "1970-01-01" || text > LAST_DAY) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // The engine takes 31 February for 3 March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
