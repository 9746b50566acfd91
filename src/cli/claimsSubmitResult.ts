import { printable } from "./terminal.js";
import { formatTokenUnits } from "../claims/decimal.js";
import type { ClaimState } from "../claims/claimHistory.js";
import type { ProvenClaim } from "../claims/provenClaim.js";
import { ContractError } from "../contractErrors.js";
import type { CareProofError } from "../errors.js";
import { defined } from "../utils/defined.js";
import { timeOf } from "../utils/time.js";

/** What becomes of a claim of a file. */
export type SubmitAnswer = "paid" | "pended" | "denied" | "alreadySubmitted" | "wouldSubmit" | "refused";

/** A claim in what `careproof claims submit --json` prints. Amounts are decimals of the currency, times UTC. */
export interface SubmitResultClaim {
  /** Its place in the file. */
  index: number;
  answer: SubmitAnswer;
  /** Number of the policy; only where the claim could be read. */
  policyId?: string;
  /** What all lines are billed at; only where the claim could be read. */
  billed?: string;
  /** Only where it is on the chain, or would be. */
  claimId?: string;
  /** The status it has, or would have; only with `claimId`. */
  status?: string;
  /** What the plan pays, once nothing is in the way; with paid, pended and denied. */
  amount?: string;
  /** Deductible, copay and coinsurance; with paid, pended and denied. */
  memberShare?: string;
  /** Why it is pended. */
  reason?: string;
  /** Until when the payer has to decide on what is pended, or what is denied can be appealed. */
  deadline?: string;
  /** Group of a denial (X12 CAS01). */
  group?: string;
  /** Claim adjustment reason code of a denial, such as `204`. */
  reasonCode?: string;
  /** Why it is refused: a code of this package; `CONTRACT_REVERTED` where the contract refuses. */
  code?: string;
  /** Name of the contract's error. */
  error?: string;
  /** What is wrong, for people. */
  problem?: string;
  /** What can be done about the contract's error. */
  remedy?: string;
  /** Where in the file. */
  at?: string;
  /** Hash of the transaction (0x-hex of 32 bytes); only where it was sent now. */
  transaction?: string;
  /** Gas of the transaction, divided by the claims that it has. */
  gasUsed?: string;
}

/** What `careproof claims submit --json` prints. */
export interface SubmitResult {
  /** Address of who submits; not with --dry-run. */
  submitter?: string;
  chainId: string;
  /** Address of `ClaimsProcessor`. */
  contract: string;
  /** In the order of the file. */
  claims: SubmitResultClaim[];
  transactions: { hash: string; claims: number[]; gasUsed: string }[];
}

/** What of a claim there is to say whatever becomes of it. */
export function resultOfFile(index: number, proven: ProvenClaim | undefined): Omit<SubmitResultClaim, "answer"> {
  if (proven === undefined) return { index };
  const { policyId, lines } = proven.claim;
  const billed = lines.reduce((sum, line) => sum + BigInt(line.billed), 0n);
  return { index, policyId: `${policyId}`, billed: formatTokenUnits(billed) };
}

/** What became of a claim that the contract took. */
export function resultOfState({
  status,
  totals,
  amount,
  pended,
  deadline,
  denial,
}: ClaimState): Partial<SubmitResultClaim> & {
  answer: SubmitAnswer;
} {
  const answer = ({ Paid: "paid", Pended: "pended" } as const)[status as string] ?? "denied";
  return defined({
    answer,
    status,
    amount: formatTokenUnits(amount),
    memberShare: formatTokenUnits(totals.deductible + totals.copay + totals.coinsurance),
    reason: pended,
    deadline: deadline === undefined ? undefined : timeOf(deadline),
    group: denial?.group,
    reasonCode: denial === undefined ? undefined : `${denial.reasonCode}`,
  });
}

/**
 * Why a claim is refused.
 *
 * @param place Where in the file, for an error that does not know.
 */
export function resultOfProblem(
  error: CareProofError,
  place: string,
): Partial<SubmitResultClaim> & { answer: SubmitAnswer } {
  const isOfContract = error instanceof ContractError;
  return defined({
    answer: "refused" as const,
    code: error.code,
    error: isOfContract ? error.errorName : undefined,
    problem: error.path === undefined ? error.message : error.message.slice(`${error.path}: `.length),
    remedy: isOfContract ? error.remedy : undefined,
    at: error.path ?? place,
  });
}

/** The result for people: a claim after the other, and how many became what. */
export function describeSubmission({ submitter, chainId, contract, claims, transactions }: SubmitResult): string {
  const lines = [`claims${submitter === undefined ? "" : ` by ${submitter}`} to ${contract} on chain ${chainId}`];
  for (const claim of claims) {
    lines.push(`claims[${claim.index}]  ${describeClaim(claim)}`);
    if (claim.claimId !== undefined) lines.push(`  claim        ${claim.claimId}`);
    if (claim.transaction !== undefined) lines.push(`  transaction  ${claim.transaction}, ${claim.gasUsed} gas`);
  }
  const counts = (["paid", "pended", "denied", "alreadySubmitted", "wouldSubmit", "refused"] as const)
    .map((answer) => ({ answer, count: claims.filter((claim) => claim.answer === answer).length }))
    .filter(({ count }) => count > 0)
    .map(({ answer, count }) => `${count} ${WORDS[answer]}`);
  const gas = transactions.reduce((sum, { gasUsed }) => sum + BigInt(gasUsed), 0n);
  const sent = transactions.length === 0 ? "nothing was sent" : `${transactions.length} sent, ${gas} gas`;
  lines.push(`${counts.join(", ") || "no claims"}; ${sent}`);
  return lines.map(printable).join("\n");
}

const WORDS: Readonly<Record<SubmitAnswer, string>> = {
  paid: "paid",
  pended: "pended",
  denied: "denied",
  alreadySubmitted: "already submitted",
  wouldSubmit: "would be submitted",
  refused: "refused",
};

function describeClaim(claim: SubmitResultClaim): string {
  const { index, answer, status, amount, billed, reason, deadline, group, reasonCode, code, problem, at } = claim;
  switch (answer) {
    case "paid":
      return `paid ${amount} of ${billed}`;
    case "pended":
      return `pended (${reason}), ${amount} of ${billed}; the payer decides by ${deadline}`;
    case "denied":
      return `denied (${group} ${reasonCode}); appeal by ${deadline}`;
    case "alreadySubmitted":
      return `already submitted (${status})`;
    case "wouldSubmit":
      return `would be submitted (${status})`;
    case "refused":
      return `REFUSED (${code})${at === `claims[${index}]` ? "" : ` ${at}`}: ${problem}`;
  }
}
