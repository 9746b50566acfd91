import type { SettledClaim, SettledLine } from "./settledClaim.js";
import { type Accumulators, adjudicate, ADJUSTMENTS, type Outcome } from "../adjudicate.js";
import type {
  ClaimHistory,
  ClaimPolicy,
  ClaimStep,
  ClaimTotals,
  Submission,
  SubmissionMissing,
} from "../claimHistory.js";
import { CareProofError } from "../../errors.js";
import { unpackBenefit } from "../planTerms.js";
import { CLAIM_STATUSES, DENIAL_GROUPS } from "../statuses.js";

/** A claim as it was settled on a chain: a {@link SettledClaim} without what the chain does not know. */
export interface ChainSettlement extends Omit<SettledClaim, "patientControlNumber" | "provider" | "lines"> {
  /** The policy that was asked to pay, with its plan and member. */
  readonly policy: ClaimPolicy;
  /** Address of the provider. */
  readonly providerAddress: string;
  readonly lines: readonly ChainLine[];
}

/** A line with the commitment to its procedure, 32 bytes as 0x-hex. */
export interface ChainLine extends Omit<SettledLine, "procedure"> {
  readonly procedure: string;
}

/** A settlement of which the figures are not known. */
export interface SettlementProblem {
  readonly claimId: string;
  readonly policy: ClaimPolicy;
  /** Address of the provider. */
  readonly providerAddress: string;
  /** When it was settled (unix seconds). */
  readonly settledAt: number;
  /** `SUBMISSION_UNKNOWN` or `REPLAY_DIFFERS`. */
  readonly error: CareProofError;
}

/** What was settled, in the order of the chain. */
export interface ChainSettlements {
  readonly settlements: readonly ChainSettlement[];
  readonly problems: readonly SettlementProblem[];
}

/** What a review that upholds a denial nobody gave a reason for says: based on the findings of a review organization. */
const REVIEWED = { group: "CO", reason: "216" } as const;

const MISSING: Readonly<Record<SubmissionMissing, string>> = {
  INDIRECT_CALL: "it was submitted through another contract",
  TRANSACTION_UNKNOWN: "the node does not have its transaction",
  CALL_UNREADABLE: "its transaction is no submission that can be read",
  CALL_DIFFERS: "its transaction does not say what the contract took",
};

const NAMES = Object.keys(ADJUSTMENTS) as (keyof typeof ADJUSTMENTS)[];

/**
 * What was settled of claims: payments, denials and reversals, with the figures of each line. The contract emits the sums of a claim; its
 * lines follow from what was submitted and what was used up before, and are adjudicated again here, claim after claim in the order of the
 * chain. Where the sums are not those of the contract, the settlement is a problem instead.
 *
 * A claim that was denied and paid later is told by the reversal of the denial and the payment. Where less was paid than it was priced at,
 * the rest is OA 23 (others paid meanwhile), or PR 119 where it is the annual limit that was left. A claim that a review did not grant, and
 * nobody had denied, has CO 216.
 *
 * @param claims All claims of the policies, from their first on: what one uses up is missing to the next.
 */
export function settlementsOf(claims: readonly ClaimHistory[]): ChainSettlements {
  const replay = new Replay();
  const steps = claims.flatMap((claim) => claim.steps.map((step) => ({ claim, step })));
  steps.sort((a, b) => a.step.log.blockNumber - b.step.log.blockNumber || a.step.log.index - b.step.log.index);
  for (const { claim, step } of steps) replay.take(claim, step);
  return replay;
}

/** A claim while its events are replayed. */
interface Running {
  readonly claim: ClaimHistory;
  /** Place of the next submission. */
  next: number;
  submission?: Submission;
  /** As adjudicated, with the lines; or why they are not known. */
  lines?: readonly ChainLine[] | CareProofError;
  /** The sums of what was told last, or is to be told when it is paid. */
  totals: Outcome;
  /** What it uses up, if it does. */
  held?: Accumulators;
  denial?: { readonly group: string; readonly reason: string };
  /** Whether the denial was told. */
  isDenied: boolean;
}

/** What the contract says of a payment. */
type Payment = Extract<ClaimStep, { readonly name: "ClaimPaid" }>["args"];

const NOTHING: Outcome = { billed: 0n, allowed: 0n, paid: 0n, memberShare: 0n, adjustments: [] };

class Replay implements ChainSettlements {
  readonly settlements: ChainSettlement[] = [];
  readonly problems: SettlementProblem[] = [];
  private readonly running = new Map<string, Running>();
  private readonly used = new Used();

  take(claim: ClaimHistory, step: ClaimStep): void {
    const run = this.running.get(claim.claimId) ?? { claim, next: 0, totals: NOTHING, isDenied: false };
    this.running.set(claim.claimId, run);
    switch (step.name) {
      case "ClaimAdjudicated":
        this.takeSubmission(run, step);
        break;
      case "ClaimDenied":
        run.denial = {
          group: DENIAL_GROUPS[Number(step.args.group)] ?? "",
          reason: String(step.args.reasonCode),
        };
        // Where the contract denies it, this comes before what says that it came in.
        if (run.held !== undefined) this.deny(run, step);
        break;
      case "ClaimUpheld":
        run.denial ??= REVIEWED;
        if (!run.isDenied) this.deny(run, step);
        break;
      case "ClaimPaid":
        this.pay(run, step, step.args);
        break;
      case "ClaimVoided":
        this.tell(run, step, { isReversal: true });
        this.used.giveBack(run);
        delete run.submission;
        break;
    }
  }

  private takeSubmission(run: Running, step: ClaimStep & { readonly name: "ClaimAdjudicated" }): void {
    const submission = run.claim.submissions[run.next++]!;
    run.submission = submission;
    run.totals = outcomeOf(step.args.totals);
    run.lines = linesOf(submission, run.totals, this.used.of(submission));
    run.isDenied = false;
    const status = CLAIM_STATUSES[Number(step.args.status)];
    if (status === "Denied") {
      this.deny(run, step);
      return;
    }
    delete run.denial;
    this.used.add(run, { ...shareOf(run.totals), benefitUse: run.totals.paid });
    if (status === "Paid") this.tell(run, step, {});
  }

  private deny(run: Running, step: ClaimStep): void {
    this.used.giveBack(run);
    run.isDenied = true;
    this.tell(run, step, { denial: run.denial! });
  }

  private pay(run: Running, step: ClaimStep, paid: Payment): void {
    if (run.isDenied) this.tell(run, step, { denial: run.denial!, isReversal: true });
    if (run.held === undefined) this.useUp(run, paid);
    run.isDenied = false;
    delete run.denial;
    this.tell(run, step, paid.interest === 0n ? {} : { interest: paid.interest });
  }

  /** What was denied uses up nothing until it is paid, and then as far as limits and other payers leave it. */
  private useUp(run: Running, { amount, deductible, memberShare }: Payment): void {
    const { totals, submission } = run;
    const before = this.used.of(submission!);
    const { terms } = submission!.policy;
    const { outOfPocket } = shareOf(totals);
    const countable = terms.outOfPocketMaximum === 0n ? outOfPocket : terms.outOfPocketMaximum - before.outOfPocket;
    const annualLimit = benefitOf(submission!)?.annualLimit ?? 0n;
    const isLimit = annualLimit !== 0n && amount === annualLimit - before.benefitUse;
    const priced = withLess(totals, amount, isLimit ? "notCovered" : "priorPayer");
    // What the limit cuts off does not count, but is owed; what is less than that, others paid.
    run.totals = memberShare < least(outOfPocket, countable) ? withShare(priced, memberShare) : priced;
    this.used.add(run, { deductibleMet: deductible, outOfPocket: memberShare, benefitUse: amount });
  }

  private tell(
    run: Running,
    { time }: ClaimStep,
    more: Pick<ChainSettlement, "denial" | "interest" | "isReversal">,
  ): void {
    const { claim, submission, lines, totals } = run;
    const { policy, proven, key } = submission!;
    if (lines instanceof CareProofError || lines === undefined) {
      this.problems.push({
        claimId: claim.claimId,
        policy,
        providerAddress: claim.provider,
        settledAt: time,
        error: lines!,
      });
      return;
    }
    this.settlements.push({
      claimId: claim.claimId,
      policyId: policy.policyId,
      policy,
      providerAddress: claim.provider,
      serviceDay: Number(key!.serviceDay),
      settledAt: time,
      payerResponsibility: BigInt(proven!.claim.primaryClaim) === 0n ? "P" : "S",
      lines,
      totals,
      ...more,
    });
  }
}

/** What is used of limits, by policy, year and family. */
class Used {
  private readonly amounts = new Map<string, bigint>();

  of(submission: Submission): Accumulators {
    const [year, family] = placesOf(submission);
    const at = (place: string): bigint => this.amounts.get(place) ?? 0n;
    return {
      deductibleMet: at(`${year} deductible`),
      outOfPocket: at(`${year} outOfPocket`),
      benefitUse: at(family),
    };
  }

  add(run: Running, amounts: Accumulators): void {
    this.change(run.submission!, amounts, 1n);
    run.held = amounts;
  }

  giveBack(run: Running): void {
    if (run.held !== undefined) this.change(run.submission!, run.held, -1n);
    delete run.held;
  }

  private change(submission: Submission, { deductibleMet, outOfPocket, benefitUse }: Accumulators, sign: bigint): void {
    const [year, family] = placesOf(submission);
    for (const [place, amount] of [
      [`${year} deductible`, deductibleMet],
      [`${year} outOfPocket`, outOfPocket],
      [family, benefitUse],
    ] as const) {
      this.amounts.set(place, (this.amounts.get(place) ?? 0n) + sign * amount);
    }
  }
}

/** The benefit year of a policy, and the family in it. */
function placesOf({ policy, key }: Submission): [year: string, family: string] {
  const year = `${policy.policyId} ${key === undefined ? "" : yearOf(Number(key.serviceDay))}`;
  return [year, `${year} ${key?.family ?? ""}`];
}

function yearOf(day: number): number {
  return new Date(day * 86_400_000).getUTCFullYear();
}

/** The lines of a submission with their figures, if these sum to those of the contract. */
function linesOf(submission: Submission, totals: Outcome, accumulators: Accumulators): ChainLine[] | CareProofError {
  const { proven, key, missing, policy } = submission;
  if (proven === undefined || key === undefined) {
    return new CareProofError("SUBMISSION_UNKNOWN", `its lines are not known: ${MISSING[missing!]}`);
  }
  const lines = proven.claim.lines.map(({ billed, fee, units }) => ({
    billed: BigInt(billed),
    fee: BigInt(fee),
    units: BigInt(units),
  }));
  const family = Number(key.family);
  const priorPayer = totals.adjustments.find(({ group }) => group === ADJUSTMENTS.priorPayer.group)?.amount ?? 0n;
  let outcomes: readonly Outcome[];
  if (benefitOf(submission) === undefined) {
    outcomes = lines.map(({ billed }) => notCovered(billed));
  } else {
    try {
      const again = adjudicate({ terms: policy.terms, family, accumulators, lines, primaryPaid: priorPayer });
      if (!isSame(again.totals, totals)) return differs();
      outcomes = again.lines;
    } catch (error) {
      if (error instanceof CareProofError) return differs(error);
      throw error;
    }
  }
  return outcomes.map((outcome, i) => ({
    procedure: proven.claim.lines[i]!.procedure.toLowerCase(),
    units: lines[i]!.units,
    outcome,
  }));
}

function differs(cause?: CareProofError): CareProofError {
  const why = cause === undefined ? "" : ` (${cause.message})`;
  const message = `adjudicated again, its lines do not sum to what the contract says${why}: claims before it are missing`;
  return new CareProofError("REPLAY_DIFFERS", message, undefined, { cause });
}

function benefitOf({ policy, key }: Submission): ReturnType<typeof unpackBenefit> {
  return unpackBenefit(policy.terms.benefits[Number(key?.family ?? -1)] ?? 0n);
}

/** A line of a family that the plan does not cover. */
function notCovered(billed: bigint): Outcome {
  const { group, reason } = ADJUSTMENTS.notCovered;
  const adjustments = billed === 0n ? [] : [{ group, reason, amount: billed }];
  return { billed, allowed: 0n, paid: 0n, memberShare: billed, adjustments };
}

/** The sums of an event as an outcome. */
function outcomeOf(totals: ClaimTotals): Outcome {
  const { billed, allowed, paid } = totals;
  const adjustments = NAMES.flatMap((name) => {
    const { group, reason } = ADJUSTMENTS[name];
    return totals[name] === 0n ? [] : [{ group, reason, amount: totals[name] }];
  });
  const memberShare = adjustments.reduce((sum, { group, amount }) => (group === "PR" ? sum + amount : sum), 0n);
  return { billed, allowed, paid, memberShare, adjustments };
}

/** An outcome of which less is paid, and the rest is an adjustment. */
function withLess(outcome: Outcome, paid: bigint, name: "notCovered" | "priorPayer"): Outcome {
  const cut = outcome.paid - paid;
  if (cut === 0n) return outcome;
  const { group, reason } = ADJUSTMENTS[name];
  const before = outcome.adjustments.find((one) => one.group === group && one.reason === reason)?.amount ?? 0n;
  return {
    ...outcome,
    paid,
    memberShare: outcome.memberShare + (group === "PR" ? cut : 0n),
    adjustments: [
      ...outcome.adjustments.filter((one) => one.group !== group || one.reason !== reason),
      { group, reason, amount: before + cut },
    ],
  };
}

/** An outcome of which the member owes less, as other payers paid it: coinsurance first, then copay, then deductible. */
function withShare(outcome: Outcome, share: bigint): Outcome {
  let cut = shareOf(outcome).outOfPocket - share;
  const waived = cut;
  const adjustments = new Map(outcome.adjustments.map((one) => [`${one.group} ${one.reason}`, one]));
  for (const name of ["coinsurance", "copay", "deductible"] as const) {
    const { group, reason } = ADJUSTMENTS[name];
    const place = `${group} ${reason}`;
    const amount = adjustments.get(place)?.amount ?? 0n;
    const less = least(amount, cut);
    cut -= less;
    if (less === amount) adjustments.delete(place);
    else adjustments.set(place, { group, reason, amount: amount - less });
  }
  const { group, reason } = ADJUSTMENTS.priorPayer;
  const place = `${group} ${reason}`;
  adjustments.set(place, { group, reason, amount: (adjustments.get(place)?.amount ?? 0n) + waived });
  return { ...outcome, memberShare: outcome.memberShare - waived, adjustments: [...adjustments.values()] };
}

/** What of an outcome counts to the deductible and to the out-of-pocket maximum. */
function shareOf({ adjustments }: Outcome): { deductibleMet: bigint; outOfPocket: bigint } {
  const amountOf = (name: keyof typeof ADJUSTMENTS): bigint => {
    const { group, reason } = ADJUSTMENTS[name];
    return adjustments.find((one) => one.group === group && one.reason === reason)?.amount ?? 0n;
  };
  const deductibleMet = amountOf("deductible");
  return { deductibleMet, outOfPocket: deductibleMet + amountOf("copay") + amountOf("coinsurance") };
}

function isSame(one: Outcome, other: Outcome): boolean {
  const text = ({ billed, allowed, paid, memberShare, adjustments }: Outcome): string =>
    [
      billed,
      allowed,
      paid,
      memberShare,
      ...adjustments.flatMap(({ group, reason, amount }) => [group, reason, amount]),
    ].join();
  return text(one) === text(other);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
