import { type JsonInput, within } from "./jsonInput.js";
import { packBenefit, planId, type PlanTerms } from "../claims/planTerms.js";
import type { JsonValue } from "../utils/json.js";

const AMOUNTS = ["deductible", "outOfPocketMaximum", "automaticPaymentCeiling"] as const;
const NUMBERS = [
  "timelyFilingDays",
  "decisionDays",
  "promptPaymentDays",
  "interestBasisPoints",
  "appealDays",
  "graceDays",
] as const;

/** Members of the terms of a plan. */
export const TERMS_MEMBERS = [...AMOUNTS, "benefits", ...NUMBERS, "payer", "vault", "feeSchedule"] as const;

const BENEFIT_AMOUNTS = ["copay", "maximumPerService", "annualLimit"] as const;
const BENEFIT_NUMBERS = ["coinsuranceBasisPoints", "waitingDays"] as const;
const BENEFIT_FLAGS = ["deductibleApplies", "needsAuthorization"] as const;

/**
 * The terms of a plan, all of them, amounts as decimals of the currency.
 *
 * @throws CareProofError of `json`, `TERMS_INVALID` or `BENEFIT_INVALID` with the path.
 */
export function readTerms(json: JsonInput, value: JsonValue | undefined, path: string): PlanTerms {
  const terms = json.object(value, path, TERMS_MEMBERS);
  const amount = (name: (typeof AMOUNTS)[number]): bigint => json.amount(terms[name], `${path}.${name}`);
  const number = (name: (typeof NUMBERS)[number]): number => json.integer(terms[name], `${path}.${name}`);
  const read = {
    payer: json.address(terms.payer, `${path}.payer`),
    vault: json.address(terms.vault, `${path}.vault`),
    feeSchedule: json.bytes32(terms.feeSchedule, `${path}.feeSchedule`),
    deductible: amount("deductible"),
    outOfPocketMaximum: amount("outOfPocketMaximum"),
    automaticPaymentCeiling: amount("automaticPaymentCeiling"),
    timelyFilingDays: number("timelyFilingDays"),
    decisionDays: number("decisionDays"),
    promptPaymentDays: number("promptPaymentDays"),
    interestBasisPoints: number("interestBasisPoints"),
    appealDays: number("appealDays"),
    graceDays: number("graceDays"),
    benefits: readBenefits(json, terms.benefits, `${path}.benefits`),
  };
  // Whatever no plan can have is said here, with its path.
  within(path, () => planId(read));
  return read;
}

/** The words of a plan's benefits. */
export function readBenefits(json: JsonInput, value: JsonValue | undefined, path: string): bigint[] {
  return json.each(value, path, (benefit, place) => readBenefit(json, benefit, place));
}

/** The word of a benefit: of its members, of null for none, or as it is written. */
function readBenefit(json: JsonInput, value: JsonValue, path: string): bigint {
  if (value === null) return 0n;
  if (typeof value === "string") {
    if (/^0x[0-9a-fA-F]{1,64}$/.test(value)) return BigInt(value);
    throw json.invalid("expected an object, null where the family is not covered, or the word as 0x-hex", path);
  }
  const benefit = json.object(value, path, [...BENEFIT_AMOUNTS, ...BENEFIT_NUMBERS, ...BENEFIT_FLAGS]);
  const amount = (name: (typeof BENEFIT_AMOUNTS)[number]): bigint => json.amount(benefit[name], `${path}.${name}`, 0n);
  const number = (name: (typeof BENEFIT_NUMBERS)[number]): number => json.integer(benefit[name], `${path}.${name}`, 0);
  const flag = (name: (typeof BENEFIT_FLAGS)[number]): boolean => json.flag(benefit[name], `${path}.${name}`);
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
