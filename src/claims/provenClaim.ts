import { Interface } from "ethers";

import type { PlanTerms } from "./planTerms.js";
import type { ClaimSubmission } from "./typedData.js";
import { claimsProcessorAbi } from "../abi/index.js";
import type { PlanTermsStructOutput, ProvenClaimStructOutput } from "../bindings/contracts/claims/ClaimsProcessor.js";

/** A claim with what proves it, as `ClaimsProcessor` takes it: the terms beside the rest, once for all claims of a call. */
export interface ProvenClaim {
  readonly claim: ClaimSubmission;
  /** The terms of the policy's plan. */
  readonly terms: PlanTerms;
  /** Merkle proofs of the lines' fees, 32 bytes as 0x-hex each, one proof a line; or a single multiproof of all, with its flags. */
  readonly feeProofs: readonly (readonly string[])[];
  /** Empty, or the flags of the multiproof. */
  readonly feeProofFlags: readonly boolean[];
  /** Of the member or a representative over the receipt, 0x-hex. */
  readonly receiptSignature: string;
  /** Of the provider over the claim, 0x-hex. */
  readonly claimSignature: string;
}

/** Parsed when first needed, so that importing the package costs nothing. */
let processor: Interface | undefined;

/**
 * The claims of a call of `submit` or `submitMany`, in their order.
 *
 * @param data The transaction's data, 0x-hex.
 * @returns undefined where it is no such call, or not whole.
 */
export function decodeSubmissions(data: string): ProvenClaim[] | undefined {
  processor ??= new Interface(claimsProcessorAbi);
  try {
    const call = processor.parseTransaction({ data });
    if (call?.name !== "submit" && call?.name !== "submitMany") return undefined;
    const [given, terms] = call.args as unknown as [
      ProvenClaimStructOutput | ProvenClaimStructOutput[],
      PlanTermsStructOutput,
    ];
    const all = call.name === "submit" ? [given as ProvenClaimStructOutput] : [...(given as ProvenClaimStructOutput[])];
    return all.map((proven) => provenClaimOf(proven, planTermsOf(terms)));
  } catch {
    // The selector is one of these, what follows is not what it promises.
  }
  return undefined;
}

/** The terms of a plan as a contract gives them. */
export function planTermsOf(terms: PlanTermsStructOutput): PlanTerms {
  const { payer, vault, feeSchedule, deductible, outOfPocketMaximum, automaticPaymentCeiling, benefits } = terms;
  return {
    payer,
    vault,
    feeSchedule,
    deductible,
    outOfPocketMaximum,
    automaticPaymentCeiling,
    timelyFilingDays: Number(terms.timelyFilingDays),
    decisionDays: Number(terms.decisionDays),
    promptPaymentDays: Number(terms.promptPaymentDays),
    interestBasisPoints: Number(terms.interestBasisPoints),
    appealDays: Number(terms.appealDays),
    graceDays: Number(terms.graceDays),
    benefits: [...benefits],
  };
}

function provenClaimOf(proven: ProvenClaimStructOutput, terms: PlanTerms): ProvenClaim {
  const { claim } = proven;
  const { receipt } = claim;
  return {
    claim: {
      receipt: {
        member: receipt.member,
        signedBy: receipt.signedBy,
        provider: receipt.provider,
        encounter: receipt.encounter,
        serviceDay: Number(receipt.serviceDay),
        family: Number(receipt.family),
        receiptAt: Number(receipt.receiptAt),
        salt: receipt.salt,
      },
      policyId: claim.policyId,
      receiptPolicyId: claim.receiptPolicyId,
      lines: claim.lines.map(({ procedure, billed, fee, units }) => ({ procedure, billed, fee, units })),
      primaryClaim: claim.primaryClaim,
      signedBy: claim.signedBy,
      submitter: claim.submitter,
      issuedAt: Number(claim.issuedAt),
      deadline: Number(claim.deadline),
    },
    terms,
    feeProofs: proven.feeProofs.map((nodes) => [...nodes]),
    feeProofFlags: [...proven.feeProofFlags],
    receiptSignature: proven.receiptSignature,
    claimSignature: proven.claimSignature,
  };
}
