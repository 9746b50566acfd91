import type { Accumulators, ClaimToAdjudicate, PricedLine } from "../claims/adjudicate.js";
import { toTokenUnits } from "../claims/decimal.js";
import { packBenefit } from "../claims/planTerms.js";
import { CareProofError } from "../errors.js";
import { underPath } from "../utils/errorPlace.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../utils/json.js";

/** Members of the terms that make no difference to what is paid of a claim. */
const OTHER_TERMS = [
  ...["payer", "vault", "feeSchedule", "automaticPaymentCeiling", "timelyFilingDays", "decisionDays"],
  ...["promptPaymentDays", "interestBasisPoints", "appealDays", "graceDays"],
];
const BENEFIT_AMOUNTS = ["copay", "maximumPerService", "annualLimit"] as const;
const BENEFIT_NUMBERS = ["coinsuranceBasisPoints", "waitingDays"] as const;
const BENEFIT_FLAGS = ["deductibleApplies", "needsAuthorization"] as const;
const ACCUMULATORS = ["deductibleMet", "outOfPocket", "benefitUse"] as const;

/**
 * The claim that a JSON text for `careproof claims estimate` describes.
 *
 * @throws CareProofError with the path in the JSON: `ESTIMATE_INVALID`, `BENEFIT_INVALID`, and of `toTokenUnits` for an amount.
 */
export function readEstimate(value: JsonValue): ClaimToAdjudicate {
  const input = objectAt(value, "", ["terms", "family", "accumulators", "lines", "primaryPaid"]);
  return {
    terms: termsOf(input.terms),
    family: integerAt(input.family, "family"),
    accumulators: accumulatorsOf(input.accumulators),
    lines: arrayAt(input.lines, "lines").map((line, i) => lineOf(line, `lines[${i}]`)),
    primaryPaid: amountAt(input.primaryPaid, "primaryPaid", 0n),
  };
}

function termsOf(value: JsonValue | undefined): ClaimToAdjudicate["terms"] {
  const terms = objectAt(value, "terms", ["deductible", "outOfPocketMaximum", "benefits", ...OTHER_TERMS]);
  return {
    deductible: amountAt(terms.deductible, "terms.deductible", 0n),
    outOfPocketMaximum: amountAt(terms.outOfPocketMaximum, "terms.outOfPocketMaximum", 0n),
    benefits: arrayAt(terms.benefits, "terms.benefits").map((benefit, i) => benefitOf(benefit, `terms.benefits[${i}]`)),
  };
}

/** The word of a benefit: of its members, of null for none, or as it is written. */
function benefitOf(value: JsonValue, path: string): bigint {
  if (value === null) return 0n;
  if (typeof value === "string") {
    if (/^0x[0-9a-fA-F]{1,64}$/.test(value)) return BigInt(value);
    throw invalid("expected an object, null where the family is not covered, or the word as 0x-hex", path);
  }
  const benefit = objectAt(value, path, [...BENEFIT_AMOUNTS, ...BENEFIT_NUMBERS, ...BENEFIT_FLAGS]);
  const amount = (name: (typeof BENEFIT_AMOUNTS)[number]): bigint => amountAt(benefit[name], `${path}.${name}`, 0n);
  const number = (name: (typeof BENEFIT_NUMBERS)[number]): number => integerAt(benefit[name], `${path}.${name}`, 0);
  const flag = (name: (typeof BENEFIT_FLAGS)[number]): boolean => booleanAt(benefit[name], `${path}.${name}`);
  const members = {
    copay: amount("copay"),
    maximumPerService: amount("maximumPerService"),
    annualLimit: amount("annualLimit"),
    coinsuranceBasisPoints: number("coinsuranceBasisPoints"),
    waitingDays: number("waitingDays"),
    deductibleApplies: flag("deductibleApplies"),
    needsAuthorization: flag("needsAuthorization"),
  };
  return within(path, () => packBenefit(members));
}

function accumulatorsOf(value: JsonValue | undefined): Accumulators {
  const used = value === undefined ? {} : objectAt(value, "accumulators", ACCUMULATORS);
  const amount = (name: (typeof ACCUMULATORS)[number]): bigint => amountAt(used[name], `accumulators.${name}`, 0n);
  return {
    deductibleMet: amount("deductibleMet"),
    outOfPocket: amount("outOfPocket"),
    benefitUse: amount("benefitUse"),
  };
}

function lineOf(value: JsonValue, path: string): PricedLine {
  const line = objectAt(value, path, ["billed", "fee", "units"]);
  return {
    billed: amountAt(line.billed, `${path}.billed`),
    fee: amountAt(line.fee, `${path}.fee`),
    units: BigInt(integerAt(line.units, `${path}.units`, 1)),
  };
}

/** An amount of currency in token units; the default where it is not given, if there is one. */
function amountAt(value: JsonValue | undefined, path: string, otherwise?: bigint): bigint {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (typeof value !== "string") throw invalid('expected a decimal in quotes, such as "150.00"', path);
  return within(path, () => toTokenUnits(value));
}

function integerAt(value: JsonValue | undefined, path: string, otherwise?: number): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (!(value instanceof JsonNumber) || !/^\d{1,15}$/.test(value.text)) throw invalid("expected a whole number", path);
  return Number(value.text);
}

function booleanAt(value: JsonValue | undefined, path: string): boolean {
  if (value === undefined) return false;
  if (typeof value !== "boolean") throw invalid("expected true or false", path);
  return value;
}

function arrayAt(value: JsonValue | undefined, path: string): JsonValue[] {
  if (!Array.isArray(value)) throw invalid("expected an array", path);
  return value;
}

function objectAt(value: JsonValue | undefined, path: string, known: readonly string[]): JsonObject {
  if (!isJsonObject(value)) throw invalid("expected an object", path);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const place = path === "" ? unknown : `${path}.${unknown}`;
    throw invalid(`has no meaning here; known are ${known.join(", ")}`, place);
  }
  return value;
}

function invalid(problem: string, path: string): CareProofError {
  return new CareProofError("ESTIMATE_INVALID", problem, path === "" ? undefined : path);
}

/** Runs what knows at most the member within a path, and names the whole path in its error. */
function within<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw underPath(error, path);
  }
}
