import { verifyTypedData } from "ethers";

import { MAX_BILLED, MAX_LINES } from "./adjudicate.js";
import { feeLeaf } from "./feeSchedule.js";
import { checkAmount, planId } from "./planTerms.js";
import type { ProvenClaim } from "./provenClaim.js";
import { CLAIM_SUBMISSION_TYPES, ENCOUNTER_RECEIPT_TYPES, receiptMessage, submissionMessage } from "./typedData.js";
import { CareProofError } from "../errors.js";
import { underPath } from "../utils/errorPlace.js";
import { verifyMerkleProof } from "../utils/merkle.js";
import type { CareProofDomain } from "../utils/typedData.js";

/** Units of a line are below this. */
const MAX_UNITS = 1n << 16n;

const SECONDS_A_DAY = 86_400;

/**
 * Refuses a claim that the contract would refuse, as far as no chain is needed to know: its shape, amounts, fee proofs (but a multiproof)
 * and times. Policy, plan, consent and accreditation only the chain knows; what the plan's terms deny is not refused.
 *
 * @param now Time of the chain (unix seconds).
 * @throws CareProofError with the member as path, such as `lines[0].billed`: `CLAIM_INVALID`, `AMOUNT_NEGATIVE`, `AMOUNT_OVERFLOW`,
 * `FEE_PROOF_INVALID`, `RECEIPT_TIME_INVALID`, `ISSUED_IN_FUTURE`, `DEADLINE_PASSED`, `TYPED_DATA_INVALID`, `TERMS_INVALID`,
 * `BENEFIT_INVALID`.
 */
export function checkClaim(proven: ProvenClaim, now: number): void {
  const { claim, terms } = proven;
  under("terms", () => planId(terms));
  checkLines(proven);
  under("receipt", () => receiptMessage(claim.receipt));
  submissionMessage(claim);
  const { serviceDay, receiptAt } = claim.receipt;
  if (Number(receiptAt) < Number(serviceDay) * SECONDS_A_DAY) {
    refuse("RECEIPT_TIME_INVALID", "is before the day of service", "receipt.receiptAt");
  }
  if (Number(receiptAt) > now) refuse("RECEIPT_TIME_INVALID", "is in the future of the chain", "receipt.receiptAt");
  if (Number(claim.issuedAt) > now) refuse("ISSUED_IN_FUTURE", "is in the future of the chain", "issuedAt");
  if (Number(claim.deadline) < now) refuse("DEADLINE_PASSED", "is past: have the provider sign again", "deadline");
}

function checkLines({ claim, terms, feeProofs, feeProofFlags }: ProvenClaim): void {
  const { lines } = claim;
  if (lines.length === 0 || lines.length > MAX_LINES) {
    refuse("CLAIM_INVALID", `has ${lines.length} lines, possible are 1 to ${MAX_LINES}`, "lines");
  }
  const isMultiProof = feeProofFlags.length > 0;
  if (feeProofs.length !== (isMultiProof ? 1 : lines.length)) {
    refuse("FEE_PROOF_INVALID", `there are ${feeProofs.length} proofs for ${lines.length} lines`, "lines");
  }
  let billed = 0n;
  for (const [index, line] of lines.entries()) {
    const path = `lines[${index}]`;
    const [charge, fee, units] = [BigInt(line.billed), BigInt(line.fee), BigInt(line.units)];
    for (const [name, amount] of [
      ["billed", charge],
      ["fee", fee],
    ] as const) {
      checkAmount(amount, `${path}.${name}`, amount < 0n ? "AMOUNT_NEGATIVE" : "AMOUNT_OVERFLOW");
    }
    if (units < 1n || units >= MAX_UNITS) refuse("CLAIM_INVALID", "must be from 1 to 65535", `${path}.units`);
    billed += charge;
    if (isMultiProof) continue;
    const leaf = under(path, () => feeLeaf(claim.receipt.family, line.procedure, fee));
    if (!under(`${path}.feeProof`, () => verifyMerkleProof(terms.feeSchedule, leaf, feeProofs[index]!))) {
      refuse(
        "FEE_PROOF_INVALID",
        "does not lead to the fee schedule of the plan, in the service family of the receipt",
        `${path}.feeProof`,
      );
    }
  }
  if (billed >= MAX_BILLED) refuse("AMOUNT_OVERFLOW", "all lines together are billed at 2^48 units or more", "lines");
}

/** A signature of a claim. */
export type ClaimSignature = "receiptSignature" | "claimSignature";

/**
 * The signatures that are not by the key of who is said to sign. A contract wallet can still accept them (ERC-1271), which only the
 * chain knows.
 *
 * @param domain See `claimsDomain`.
 */
export function signaturesByOthers(proven: ProvenClaim, domain: CareProofDomain): ClaimSignature[] {
  const { claim, receiptSignature, claimSignature } = proven;
  const isBy = (signer: string, sign: () => string): boolean => {
    try {
      return sign() === signer;
    } catch {
      // No signature of a key at all.
      return false;
    }
  };
  const receipt = isBy(claim.receipt.signedBy, () =>
    verifyTypedData(domain, ENCOUNTER_RECEIPT_TYPES, receiptMessage(claim.receipt), receiptSignature),
  );
  const submission = isBy(claim.signedBy, () =>
    verifyTypedData(domain, CLAIM_SUBMISSION_TYPES, submissionMessage(claim), claimSignature),
  );
  return [...(receipt ? [] : (["receiptSignature"] as const)), ...(submission ? [] : (["claimSignature"] as const))];
}

function under<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw underPath(error, path);
  }
}

function refuse(code: string, problem: string, path: string): never {
  throw new CareProofError(code, problem, path);
}
