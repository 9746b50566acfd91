import { BASIS_POINTS, type Benefit, checkAmount, type PlanTerms, unpackBenefit } from "./planTerms.js";
import { CareProofError } from "../errors.js";
import { withPlace } from "../utils/errorPlace.js";

/** Lines that a claim has at most. */
export const MAX_LINES = 50;

/** What all lines of a claim are billed at is below this. */
export const MAX_BILLED = 1n << 48n;

/** Group of an X12 claim adjustment (CAS01): contractual obligation, patient responsibility, other. */
export type AdjustmentGroup = "CO" | "PR" | "OA";

/** Reason of an adjustment by the code list of X12 (external code source 139); see {@link ADJUSTMENTS}. */
export type AdjustmentReason = "45" | "1" | "2" | "3" | "119" | "23";

/** A part of what was billed that is not paid, and why. */
export interface Adjustment {
  readonly group: AdjustmentGroup;
  readonly reason: AdjustmentReason;
  /** Token units, never 0. */
  readonly amount: bigint;
}

/**
 * The adjustments that there are, in the order in which they are listed: above the fee; deductible; coinsurance; copay; above the
 * maximum a service or the annual limit; paid by payers before this one.
 */
export const ADJUSTMENTS = {
  contractual: { group: "CO", reason: "45" },
  deductible: { group: "PR", reason: "1" },
  coinsurance: { group: "PR", reason: "2" },
  copay: { group: "PR", reason: "3" },
  notCovered: { group: "PR", reason: "119" },
  priorPayer: { group: "OA", reason: "23" },
} as const satisfies Record<string, { group: AdjustmentGroup; reason: AdjustmentReason }>;

/** A line of a claim with the fee that the plan's schedule has for it. Amounts are token units below 2^64. */
export interface PricedLine {
  /** What the provider charges for the line. */
  readonly billed: bigint;
  /** What is allowed for one unit of the service. */
  readonly fee: bigint;
  /** Units of the service, below 2^64. */
  readonly units: bigint;
}

/** What was used up of a policy's limits in a benefit year (token units). */
export interface Accumulators {
  /** What the member paid of the deductible. */
  readonly deductibleMet: bigint;
  /** What the member paid of deductible, copays and coinsurance. */
  readonly outOfPocket: bigint;
  /** What the plan paid for the claim's service family. */
  readonly benefitUse: bigint;
}

/** What becomes of a line, or of a claim (token units): `billed` is `paid` plus all adjustments. */
export interface Outcome {
  readonly billed: bigint;
  /** What the plan recognises of it. */
  readonly allowed: bigint;
  /** What the plan pays. */
  readonly paid: bigint;
  /** What the member owes the provider: all adjustments of group PR. */
  readonly memberShare: bigint;
  /** Why the rest is not paid. None appears twice, none is 0. */
  readonly adjustments: readonly Adjustment[];
}

/** A claim with all that its adjudication depends on. */
export interface ClaimToAdjudicate {
  /** The plan. */
  readonly terms: Pick<PlanTerms, "deductible" | "outOfPocketMaximum" | "benefits">;
  /** The service family of all lines: index of its benefit. */
  readonly family: number;
  /** What was used before; nothing by default. */
  readonly accumulators?: Accumulators;
  /** 1 to {@link MAX_LINES} lines, billed at less than {@link MAX_BILLED} together. */
  readonly lines: readonly PricedLine[];
  /** What the payers before this one paid for the whole claim (coordination of benefits); 0 by default. */
  readonly primaryPaid?: bigint;
}

/** An adjudicated claim. */
export interface Adjudication {
  /** One for each line, in order, after coordination of benefits: what payers before paid bears the first lines first. */
  readonly lines: readonly Outcome[];
  /** Their sums. */
  readonly totals: Outcome;
  /** What is used afterwards. */
  readonly accumulators: Accumulators;
}

/** Amounts by the names of their adjustments. */
type Parts = Record<keyof typeof ADJUSTMENTS, bigint>;

const UNUSED: Accumulators = { deductibleMet: 0n, outOfPocket: 0n, benefitUse: 0n };
const WHOLE = BigInt(BASIS_POINTS);
const NAMES = Object.keys(ADJUSTMENTS) as (keyof Parts)[];

/**
 * Adjudicates a claim as the contracts do, without them: what is paid, and group and reason of what is not. Whether it is paid
 * depends on more than this: the policy, the consent, time limits, the waiting period, prior authorisation, whether the service
 * was claimed before.
 *
 * The order of the rules: fee (CO 45), maximum a service (PR 119), deductible (PR 1), copay (PR 3), coinsurance (PR 2; rounded up to
 * a whole unit), out-of-pocket maximum, annual limit (PR 119); after all lines what payers before this one paid (OA 23): it bears the
 * plan's part as far as all payers together would pay more than is allowed, then coinsurance, copay, deductible, what is not covered.
 *
 * @throws CareProofError with the place as path: `FAMILY_NOT_COVERED`; `BENEFIT_INVALID`; `CLAIM_INVALID` for lines and primaryPaid;
 * `TERMS_INVALID`; `ACCUMULATORS_INVALID`, also where more was used than the plan has.
 */
export function adjudicate(claim: ClaimToAdjudicate): Adjudication {
  const benefit = benefitOf(claim);
  const { terms, accumulators: before = UNUSED, primaryPaid = 0n } = claim;
  checkLines(claim.lines);
  checkAmount(primaryPaid, "primaryPaid", "CLAIM_INVALID");
  const room = roomOf(terms, benefit, before);

  const parts = claim.lines.map((line) => partsOf(line, benefit, room));
  coordinate(claim.lines, parts, primaryPaid);
  const lines = parts.map((part, i) => outcomeOf(claim.lines[i]!.billed, part));
  const sums = noParts();
  for (const part of parts) for (const name of NAMES) sums[name] += part[name];
  const totals = outcomeOf(
    lines.reduce((sum, line) => sum + line.billed, 0n),
    sums,
  );
  const accumulators = {
    deductibleMet: before.deductibleMet + sums.deductible,
    outOfPocket: before.outOfPocket + sums.deductible + sums.copay + sums.coinsurance,
    benefitUse: before.benefitUse + totals.paid,
  };
  return { lines, totals, accumulators };
}

/** What other payers' money bears of the member's, in this order. */
const BORNE = ["coinsurance", "copay", "deductible", "notCovered"] as const;

/** Coordinates a claim with what other payers paid for it: each unit of their money bears a unit of one line's plan or member part. */
function coordinate(lines: readonly PricedLine[], parts: readonly Parts[], primaryPaid: bigint): void {
  if (primaryPaid === 0n) return;
  const paidOf = (i: number): bigint => NAMES.reduce((rest, name) => rest - parts[i]![name], lines[i]!.billed);
  const planPays = lines.reduce((sum, _, i) => sum + paidOf(i), 0n);
  const allowed = lines.reduce((sum, { billed }, i) => sum + billed - parts[i]!.contractual, 0n);
  const prior = least(primaryPaid, allowed);
  /** Takes up to `amount` from the lines, the first ones first. */
  const take = (amount: bigint, of: (i: number) => bigint, name?: (typeof BORNE)[number]): bigint => {
    let left = amount;
    for (const [i, part] of parts.entries()) {
      const taken = least(of(i), left);
      if (name !== undefined) part[name] -= taken;
      part.priorPayer += taken;
      left -= taken;
    }
    return left;
  };
  const cut = atLeastZero(planPays + prior - allowed);
  take(cut, paidOf);
  let left = prior - cut;
  for (const name of BORNE) left = take(left, (i) => parts[i]![name], name);
}

/** What is left of each limit, undefined for none. It shrinks from line to line. */
interface Room {
  deductible: bigint;
  outOfPocket: bigint | undefined;
  benefit: bigint | undefined;
}

/** What of a line is not paid. What it takes of the room is gone from it afterwards. */
function partsOf(line: PricedLine, benefit: Benefit, room: Room): Parts {
  const parts = noParts();
  parts.contractual = atLeastZero(line.billed - line.fee * line.units);
  const allowed = line.billed - parts.contractual;
  const covered = least(allowed, benefit.maximumPerService === 0n ? undefined : benefit.maximumPerService);

  // What each rule asks of the member.
  const deductible = least(covered, room.deductible);
  const copay = least(covered - deductible, benefit.copay);
  const shared = covered - deductible - copay;
  const coinsurance = shared - (shared * (WHOLE - BigInt(benefit.coinsuranceBasisPoints))) / WHOLE;

  // What the member pays of it: the waiver takes coinsurance first, so what is left of the maximum goes to the deductible first.
  const take = (asked: bigint): bigint => {
    const amount = least(asked, room.outOfPocket);
    if (room.outOfPocket !== undefined) room.outOfPocket -= amount;
    return amount;
  };
  parts.deductible = take(deductible);
  parts.copay = take(copay);
  parts.coinsurance = take(coinsurance);
  room.deductible -= parts.deductible;

  const owed = covered - parts.deductible - parts.copay - parts.coinsurance;
  const paid = least(owed, room.benefit);
  if (room.benefit !== undefined) room.benefit -= paid;
  parts.notCovered = allowed - covered + (owed - paid);
  return parts;
}

function outcomeOf(billed: bigint, parts: Parts): Outcome {
  const adjustments: Adjustment[] = [];
  let paid = billed;
  let memberShare = 0n;
  for (const name of NAMES) {
    const amount = parts[name];
    if (amount === 0n) continue;
    const { group, reason } = ADJUSTMENTS[name];
    adjustments.push({ group, reason, amount });
    paid -= amount;
    if (group === "PR") memberShare += amount;
  }
  return { billed, allowed: billed - parts.contractual, paid, memberShare, adjustments };
}

function benefitOf({ terms, family }: ClaimToAdjudicate): Benefit {
  const path = `terms.benefits[${family}]`;
  let benefit: Benefit | undefined;
  try {
    benefit = unpackBenefit(terms.benefits[family] ?? 0n);
  } catch (error) {
    throw withPlace(error, path);
  }
  if (benefit === undefined) {
    throw new CareProofError("FAMILY_NOT_COVERED", "the plan does not cover this service family", path);
  }
  return benefit;
}

function checkLines(lines: readonly PricedLine[]): void {
  if (lines.length === 0 || lines.length > MAX_LINES) {
    throw new CareProofError("CLAIM_INVALID", `has ${lines.length} lines, expected 1 to ${MAX_LINES}`, "lines");
  }
  let billed = 0n;
  for (const [i, line] of lines.entries()) {
    for (const name of ["billed", "fee", "units"] as const) {
      const value = line[name];
      if (typeof value !== "bigint" || value < 0n || value >= 1n << 64n) {
        throw new CareProofError("CLAIM_INVALID", "must be a whole number from 0 to 2^64 - 1", `lines[${i}].${name}`);
      }
    }
    billed += line.billed;
  }
  if (billed >= MAX_BILLED) {
    throw new CareProofError("CLAIM_INVALID", `are billed at ${billed} units together, the limit is 2^48 - 1`, "lines");
  }
}

function roomOf(terms: ClaimToAdjudicate["terms"], benefit: Benefit, used: Accumulators): Room {
  for (const name of ["deductible", "outOfPocketMaximum"] as const) {
    checkAmount(terms[name], `terms.${name}`, "TERMS_INVALID");
  }
  const left = (limit: bigint, name: keyof Accumulators): bigint => {
    if (used[name] > limit) {
      const message = `is ${used[name]}, more than the plan's ${limit}`;
      throw new CareProofError("ACCUMULATORS_INVALID", message, `accumulators.${name}`);
    }
    return limit - used[name];
  };
  for (const name of Object.keys(UNUSED) as (keyof Accumulators)[]) {
    checkAmount(used[name], `accumulators.${name}`, "ACCUMULATORS_INVALID");
  }
  return {
    deductible: benefit.deductibleApplies ? left(terms.deductible, "deductibleMet") : 0n,
    outOfPocket: terms.outOfPocketMaximum === 0n ? undefined : left(terms.outOfPocketMaximum, "outOfPocket"),
    benefit: benefit.annualLimit === 0n ? undefined : left(benefit.annualLimit, "benefitUse"),
  };
}

function noParts(): Parts {
  return { contractual: 0n, deductible: 0n, coinsurance: 0n, copay: 0n, notCovered: 0n, priorPayer: 0n };
}

/** The smaller of an amount and a limit, where there is one. */
function least(amount: bigint, limit: bigint | undefined): bigint {
  return limit !== undefined && limit < amount ? limit : amount;
}

function atLeastZero(amount: bigint): bigint {
  return amount < 0n ? 0n : amount;
}
