import { JsonInput } from "./jsonInput.js";
import { readBenefits, TERMS_MEMBERS } from "./planTermsInput.js";
import type { Accumulators, ClaimToAdjudicate, PricedLine } from "../claims/adjudicate.js";
import type { JsonValue } from "../utils/json.js";

const ACCUMULATORS = ["deductibleMet", "outOfPocket", "benefitUse"] as const;

const json = new JsonInput("ESTIMATE_INVALID");

/**
 * The claim that a JSON text for `careproof claims estimate` describes.
 *
 * @throws CareProofError with the path in the JSON: `ESTIMATE_INVALID`, `BENEFIT_INVALID`, and of `toTokenUnits` for an amount.
 */
export function readEstimate(value: JsonValue): ClaimToAdjudicate {
  const input = json.object(value, "", ["terms", "family", "accumulators", "lines", "primaryPaid"]);
  return {
    terms: termsOf(input.terms),
    family: json.integer(input.family, "family"),
    accumulators: accumulatorsOf(input.accumulators),
    lines: json.each(input.lines, "lines", lineOf),
    primaryPaid: json.amount(input.primaryPaid, "primaryPaid", 0n),
  };
}

/** The members of the terms that make a difference to what is paid of a claim. */
function termsOf(value: JsonValue | undefined): ClaimToAdjudicate["terms"] {
  const terms = json.object(value, "terms", TERMS_MEMBERS);
  return {
    deductible: json.amount(terms.deductible, "terms.deductible", 0n),
    outOfPocketMaximum: json.amount(terms.outOfPocketMaximum, "terms.outOfPocketMaximum", 0n),
    benefits: readBenefits(json, terms.benefits, "terms.benefits"),
  };
}

function accumulatorsOf(value: JsonValue | undefined): Accumulators {
  const used = value === undefined ? {} : json.object(value, "accumulators", ACCUMULATORS);
  const amount = (name: (typeof ACCUMULATORS)[number]): bigint => json.amount(used[name], `accumulators.${name}`, 0n);
  return {
    deductibleMet: amount("deductibleMet"),
    outOfPocket: amount("outOfPocket"),
    benefitUse: amount("benefitUse"),
  };
}

function lineOf(value: JsonValue, path: string): PricedLine {
  const line = json.object(value, path, ["billed", "fee", "units"]);
  return {
    billed: json.amount(line.billed, `${path}.billed`),
    fee: json.amount(line.fee, `${path}.fee`),
    units: BigInt(json.integer(line.units, `${path}.units`, 1)),
  };
}
