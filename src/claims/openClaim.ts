/** What is still to be done about a claim, by whom, and until when. */
import type { ClaimHistory, ClaimState } from "./claimHistory.js";
import { interestOn } from "./interest.js";
import type { ClaimStatus } from "./statuses.js";

/** Appeals of a claim at most: `MAX_APPEALS` of the contract. */
export const MAX_APPEALS = 2;

/** A function of `ClaimsProcessor` that can be called for a claim. */
export interface NextStep {
  readonly step: "approve" | "deny" | "review" | "appeal";
  /** Who can: the plan's payer, an independent reviewer, the policy's member or the claim's provider, or anyone. */
  readonly by: "payer" | "reviewer" | "party" | "anyone";
  /** The statuses that it leads to. */
  readonly to: readonly ClaimStatus[];
  /** From this time on (unix seconds); now, where it is not given. */
  readonly from?: number;
  /** Up to this time, with it (unix seconds); for ever, where it is not given. */
  readonly until?: number;
}

/** What an open claim waits for. */
export interface OpenClaim {
  /** The payer's decision; a review; or whether a denial is appealed. */
  readonly awaits: "decision" | "review" | "appeal";
  /** Since when the decision or review is overdue, in seconds; 0 where it is not. */
  readonly overdue: number;
  /** What would be paid with it now for being late (token units). */
  readonly interest: bigint;
  /** What can be done, by whom. */
  readonly next: readonly NextStep[];
}

const AWAITS = {
  Pended: "decision",
  InReview: "review",
  Appealed: "review",
  Denied: "appeal",
  Upheld: "appeal",
} as const;

/** Statuses in which a claim may be open. */
export const OPEN_STATUSES = Object.keys(AWAITS) as (keyof typeof AWAITS)[];

/**
 * What a claim waits for; undefined where it is settled: paid, voided, or denied and no longer to be appealed.
 *
 * @param now Time of the chain (unix seconds).
 */
export function openClaim(
  { state, policy }: Pick<ClaimHistory, "state" | "policy">,
  now: number,
): OpenClaim | undefined {
  const { status, amount, receivedAt, level, deadline = 0 } = state;
  const awaits = isOpenStatus(status) ? AWAITS[status] : undefined;
  if (awaits === undefined) return undefined;
  const { terms } = policy;
  const common = { awaits, interest: interestOn(amount, terms, receivedAt, now) };
  const approve: NextStep = { step: "approve", by: "payer", to: ["Paid"] };
  if (awaits === "appeal") {
    if (now >= deadline || level >= MAX_APPEALS) return undefined;
    const appeal: NextStep = { step: "appeal", by: "party", to: ["Appealed"], until: deadline - 1 };
    return { ...common, overdue: 0, next: [appeal, approve] };
  }
  const overdue = Math.max(0, now - deadline);
  const next: NextStep[] =
    awaits === "decision"
      ? [approve, { step: "deny", by: "payer", to: ["Denied"] }]
      : [{ step: "review", by: "reviewer", to: ["Paid", "Upheld"] }, approve];
  const afterDeadline = amount <= terms.automaticPaymentCeiling ? "Paid" : "InReview";
  // Above the ceiling, and without cover, it is for a reviewer alone; to whom anyone can send what the payer did not decide.
  if (status === "Pended" || (afterDeadline === "Paid" && !(status === "Appealed" && isUncovered(state.denial)))) {
    const from = overdue > 0 ? {} : { from: deadline + 1 };
    next.push({ step: "approve", by: "anyone", to: [afterDeadline], ...from });
  }
  return { ...common, overdue, next };
}

/** Whether it was denied as before cover began or after it ended: X12 claim adjustment reason codes 26 and 27. */
function isUncovered(denial: ClaimState["denial"]): boolean {
  return denial?.reasonCode === 26 || denial?.reasonCode === 27;
}

function isOpenStatus(status: ClaimStatus): status is keyof typeof AWAITS {
  return status in AWAITS;
}
