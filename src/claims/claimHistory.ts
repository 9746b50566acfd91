/** What became of a claim, from the events of `ClaimsProcessor` alone. */
import type { ClaimEvent } from "./events.js";
import type { PlanTerms } from "./planTerms.js";
import type { ProvenClaim } from "./provenClaim.js";
import {
  CLAIM_STATUSES,
  type ClaimStatus,
  DENIAL_GROUPS,
  type DenialGroup,
  PEND_REASONS,
  type PendReason,
} from "./statuses.js";
import type { ClaimKey } from "./typedData.js";
import { defined } from "../utils/defined.js";

/** An event of a claim, with its time. */
export type ClaimStep = ClaimEvent & {
  /** Time of its block (unix seconds). */
  readonly time: number;
};

/** The sums of a claim's lines (token units), by the names of the contract: see `Adjudication.Outcome` there. */
export interface ClaimTotals {
  readonly billed: bigint;
  readonly allowed: bigint;
  /** Above the fee (CO 45). */
  readonly contractual: bigint;
  /** Above the maximum a service or the annual limit (PR 119). */
  readonly notCovered: bigint;
  /** PR 1. */
  readonly deductible: bigint;
  /** PR 3. */
  readonly copay: bigint;
  /** PR 2. */
  readonly coinsurance: bigint;
  /** Paid by a primary payer (OA 23). */
  readonly priorPayer: bigint;
  /** What the plan pays where the claim is paid. */
  readonly paid: bigint;
}

/** Where a claim is. */
export interface ClaimState {
  readonly status: ClaimStatus;
  /** When it arrived, or was voided (unix seconds). */
  readonly receivedAt: number;
  /** As adjudicated last. */
  readonly totals: ClaimTotals;
  /** What the plan pays, or paid, without interest (token units). */
  readonly amount: bigint;
  /** What was paid with it for being late (token units). */
  readonly interest: bigint;
  /** Of the last payment (unix seconds); only where the claim is paid. */
  readonly paidAt?: number;
  /** Why it was pended, if it was. */
  readonly pended?: PendReason;
  /** The last denial, if it was denied since it arrived. */
  readonly denial?: Denial;
  /** Until when the next step is due: the payer's decision, an appeal, the review (unix seconds). Only while the claim is not settled. */
  readonly deadline?: number;
  /** Number of appeals since it arrived: 0 to 2. */
  readonly level: number;
  /** Who decided the last review, if there was one since it arrived. */
  readonly reviewer?: string;
}

/** Why a claim is not paid. */
export interface Denial {
  readonly group: DenialGroup;
  /** X12 claim adjustment reason code (external code source 139), such as 29. */
  readonly reasonCode: number;
  /** Commitment of the notice, 32 bytes as 0x-hex; zeros where the contract denied by the plan's terms. */
  readonly notice: string;
}

/**
 * Why what was submitted is not known: the contract was called by another, such as a wallet or a relayer's contract; the node does not
 * have the transaction; its data is no call that can be read; or what it says is not what the contract took.
 */
export type SubmissionMissing = "INDIRECT_CALL" | "TRANSACTION_UNKNOWN" | "CALL_UNREADABLE" | "CALL_DIFFERS";

/** The policy that was asked to pay. */
export interface ClaimPolicy {
  readonly policyId: bigint;
  /** Address of the member. */
  readonly member: string;
  /** Id of the plan, 32 bytes as 0x-hex. */
  readonly planId: string;
  readonly terms: PlanTerms;
}

/** A claim as it came in. One that was voided can come again, with other lines, and under another policy of the same person. */
export interface Submission {
  /** Its `ClaimAdjudicated`. */
  readonly step: ClaimStep & { readonly name: "ClaimAdjudicated" };
  readonly policy: ClaimPolicy;
  /** What it is stored under: `claimId` of it is the claim's. Only where what was submitted is known. */
  readonly key?: ClaimKey;
  /** As it was passed to the contract; only where it is known. */
  readonly proven?: ProvenClaim;
  /** Only where it is not known. */
  readonly missing?: SubmissionMissing;
}

/** A claim, what happened to it, and where it is. */
export interface ClaimHistory {
  /** 32 bytes as 0x-hex. */
  readonly claimId: string;
  /** Address of the provider. */
  readonly provider: string;
  /** The policy of the last submission. */
  readonly policy: ClaimPolicy;
  readonly state: ClaimState;
  /** Whether its amount is reserved in the payer's vault. */
  readonly reserved: boolean;
  /** Its events in the order of the chain. */
  readonly steps: readonly ClaimStep[];
  /** One for each `ClaimAdjudicated`, in their order. */
  readonly submissions: readonly Submission[];
}

/** Whether an event is that a claim came in. */
export function isAdjudication<Event extends ClaimEvent>(
  event: Event,
): event is Event & { readonly name: "ClaimAdjudicated" } {
  return event.name === "ClaimAdjudicated";
}

/** The status after the last of a claim's events; `None` where none of them sets one. */
export function statusAfter(events: readonly ClaimEvent[]): ClaimStatus {
  return events.reduce<ClaimStatus>((status, event) => statusOf(event) ?? status, "None");
}

function statusOf(event: ClaimEvent): ClaimStatus | undefined {
  switch (event.name) {
    case "ClaimAdjudicated":
      return CLAIM_STATUSES[Number(event.args.status)];
    case "ClaimPended":
      return "Pended";
    case "ClaimDenied":
      return "Denied";
    case "ClaimPaid":
      return "Paid";
    case "ClaimInReview":
      return "InReview";
    case "ClaimAppealed":
      return "Appealed";
    case "ClaimUpheld":
      return "Upheld";
    case "ClaimVoided":
      return "Voided";
    case "ClaimOverturned":
      // It is paid by the event behind it.
      return undefined;
  }
}

/**
 * Where a claim is after its events, in the order of the chain, all of them.
 *
 * @returns undefined where no `ClaimAdjudicated` is among them.
 */
export function claimStateAfter(steps: readonly ClaimStep[]): ClaimState | undefined {
  let state: Partial<ClaimState> = {};
  for (const step of steps) state = defined({ ...state, status: statusOf(step) ?? state.status, ...changes(step) });
  const { status, receivedAt, totals, amount, interest = 0n, level = 0, ...others } = state;
  if (status === undefined || receivedAt === undefined || totals === undefined || amount === undefined)
    return undefined;
  return { status, receivedAt, totals, amount, interest, level, ...others };
}

/** Members that an event sets, or takes away. */
type Changes = { readonly [Member in keyof ClaimState]?: ClaimState[Member] | undefined };

/** What an event changes besides the status. `ClaimPended` and `ClaimDenied` come before the `ClaimAdjudicated` of their transaction. */
function changes(step: ClaimStep): Changes {
  const { time } = step;
  switch (step.name) {
    case "ClaimAdjudicated": {
      const totals = totalsOf(step.args.totals);
      const paidAt = CLAIM_STATUSES[Number(step.args.status)] === "Paid" ? time : undefined;
      return { receivedAt: time, totals, amount: totals.paid, interest: 0n, paidAt };
    }
    case "ClaimPended":
      return { pended: PEND_REASONS[Number(step.args.reason)], deadline: Number(step.args.deadline) };
    case "ClaimDenied": {
      const { group, reasonCode, notice, appealBy } = step.args;
      const denial = { group: DENIAL_GROUPS[Number(group)] ?? "None", reasonCode: Number(reasonCode), notice };
      return { denial, deadline: Number(appealBy) };
    }
    case "ClaimPaid":
      return { amount: step.args.amount, interest: step.args.interest, paidAt: time, deadline: undefined };
    case "ClaimInReview":
      return { deadline: Number(step.args.deadline) };
    case "ClaimAppealed":
      return { deadline: Number(step.args.deadline), level: Number(step.args.level) };
    case "ClaimUpheld":
      return { deadline: Number(step.args.appealBy), reviewer: step.args.reviewer };
    case "ClaimOverturned":
      return { reviewer: step.args.reviewer };
    case "ClaimVoided":
      // What comes after it is as of a new claim.
      return {
        receivedAt: time,
        paidAt: undefined,
        pended: undefined,
        denial: undefined,
        level: undefined,
        reviewer: undefined,
      };
  }
}

function totalsOf(totals: ClaimTotals): ClaimTotals {
  const { billed, allowed, contractual, notCovered, deductible, copay, coinsurance, priorPayer, paid } = totals;
  return { billed, allowed, contractual, notCovered, deductible, copay, coinsurance, priorPayer, paid };
}
