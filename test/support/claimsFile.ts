/** Proven claims as the file that `careproof claims submit` reads. */
import { FEES, type proveClaim, type Insurance } from "./claimsParties";
import { formatTokenUnits } from "../../src/claims/decimal.js";
import type { PlanTerms } from "../../src/claims/planTerms.js";

type Proven = Awaited<ReturnType<typeof proveClaim>>;

/** The terms of a plan as JSON. */
export function termsJson(terms: PlanTerms): object {
  return {
    ...terms,
    deductible: formatTokenUnits(terms.deductible),
    outOfPocketMaximum: formatTokenUnits(terms.outOfPocketMaximum),
    automaticPaymentCeiling: formatTokenUnits(terms.automaticPaymentCeiling),
    benefits: terms.benefits.map((word) => `0x${word.toString(16)}`),
  };
}

/** A claim as JSON, each line with its proof. */
export function claimJson({ claim, terms, feeProofs, receiptSignature, claimSignature }: Proven) {
  return {
    ...claim,
    policyId: Number(claim.policyId),
    receiptPolicyId: Number(claim.receiptPolicyId),
    terms: termsJson(terms),
    lines: claim.lines.map(({ procedure, billed, fee, units }, i) => ({
      procedure: procedure,
      billed: formatTokenUnits(BigInt(billed)),
      fee: formatTokenUnits(BigInt(fee)),
      units: Number(units),
      feeProof: feeProofs[i],
    })),
    receiptSignature,
    claimSignature,
  };
}

/** The same with the procedures' codes in place of commitment, fee and proof, as it is with a fee schedule. */
export function claimByCodes(proven: Proven, ...codes: { qualifier: string; code: string }[]) {
  const { lines, ...claim } = claimJson(proven);
  return {
    ...claim,
    lines: lines.map(({ billed, units }, i) => ({ procedure: codes[i], billed, units })),
  };
}

/** The fee schedule of the tests as JSON. */
export function feeScheduleJson({ fees }: Insurance): object {
  const entries = FEES.map(({ family, procedure, fee }) => ({
    family,
    procedure,
    fee: formatTokenUnits(fee),
    salt: fees.prove(family, procedure).salt,
  }));
  return { entries };
}
