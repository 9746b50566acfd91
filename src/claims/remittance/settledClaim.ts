import type { Outcome } from "../adjudicate.js";
import type { X12Procedure } from "../x12/adjustment.js";
import type { X12Provider } from "../x12/claim.js";
import { CareProofError } from "../../errors.js";
import { fromHex } from "../../utils/bytes.js";
import { isInteger } from "../../utils/writtenJson.js";

/** Group and reason code of a denial, or of an adjustment of any kind (X12 CAS01 and CAS02). */
export interface AdjustmentCode {
  /** `CO` contractual obligation, `PR` patient responsibility, `OA` other, `PI` payer initiated. */
  readonly group: string;
  /** Claim adjustment reason code (external code source 139), such as `29`. */
  readonly reason: string;
}

/** A line of a settled claim. */
export interface SettledLine {
  /** The procedure, as the caller knows it: on chain is a commitment to it alone. */
  readonly procedure: X12Procedure;
  /** Units of the service. */
  readonly units: number | bigint;
  /** What the plan's rules make of it; what is said of a denied claim is not what these say, see {@link SettledClaim.denial}. */
  readonly outcome: Outcome;
}

/**
 * A claim as it was settled: paid, denied, or the reversal of either. This is what is told of it in an X12 835 and in FHIR. Nothing
 * of the patient is in it but the numbers that the caller gives. Amounts are token units (6 decimals).
 */
export interface SettledClaim {
  /** Id of the claim, 32 bytes as 0x-hex. */
  readonly claimId: string;
  /** Number of the policy. */
  readonly policyId: number | bigint;
  /** The provider's number of the claim (CLM01), given by the caller: it is not on chain. */
  readonly patientControlNumber: string;
  /** The provider's numbers, given by the caller. */
  readonly provider: X12Provider;
  /** The day of service: unix seconds divided by 86400. */
  readonly serviceDay: number;
  /** When it was paid, denied or voided (unix seconds). */
  readonly settledAt: number;
  /** `P` where the plan is the first payer, `S` the second, `T` a further one (X12 element 1138); `P` by default. */
  readonly payerResponsibility?: "P" | "S" | "T";
  /** At least one. */
  readonly lines: readonly SettledLine[];
  /** What becomes of the claim. Where that is not the sum of its lines, as of an overturned denial that is cut, the difference is the claim's own. */
  readonly totals: Outcome;
  /** Why it was denied; nothing where it was paid. A denied claim is paid nothing, and all that was billed has this code. */
  readonly denial?: AdjustmentCode;
  /** Interest that was paid with it; 0 by default. */
  readonly interest?: bigint;
  /**
   * Whether this takes back what was said of the claim before: it was voided, or a denial was overturned. The figures are those that are
   * taken back, positive. Interest stays with the provider, and is not in it.
   */
  readonly isReversal?: boolean;
}

/** An adjustment with its amount in token units. */
export interface SettledAdjustment extends AdjustmentCode {
  readonly amount: bigint;
}

/** What is told of a line: `billed` is `paid` plus all adjustments. Negative in a reversal. */
export interface LineFigures {
  readonly billed: bigint;
  /** What the plan recognises; undefined where the claim was denied. */
  readonly allowed?: bigint;
  readonly paid: bigint;
  readonly adjustments: readonly SettledAdjustment[];
}

/** What is told of a claim: `billed` is `paid` plus its own adjustments and those of its lines. */
export interface ClaimFigures extends LineFigures {
  /** What the member owes the provider: all adjustments of group PR. */
  readonly memberShare: bigint;
  readonly interest: bigint;
  readonly lines: readonly LineFigures[];
}

/** 9999-12-31, the last day that dates have four digits for the year. */
const LAST_DAY = 2_932_896;

/** Characters of a payer control number: 36^50 is more than 2^256, and CLP07 has at most 50. */
const CONTROL_NUMBER_LENGTH = 50;

/**
 * The payer's number of a claim in an 835 (CLP07): its id to the base 36, in 50 digits and capital letters, since CLP07 has no room for
 * 64 hexadecimal digits.
 *
 * @param claimId 32 bytes as 0x-hex.
 * @throws CareProofError `HEX_INVALID`.
 */
export function payerControlNumber(claimId: string): string {
  fromHex(claimId, 32, "claimId");
  return BigInt(claimId).toString(36).toUpperCase().padStart(CONTROL_NUMBER_LENGTH, "0");
}

/**
 * The id of the claim that a payer control number is of, 32 bytes as 0x-hex.
 *
 * @throws CareProofError `CONTROL_NUMBER_INVALID`.
 */
export function claimIdOfControlNumber(controlNumber: string): string {
  let id = 0n;
  if (/^[0-9A-Z]{50}$/i.test(controlNumber)) {
    for (const digit of controlNumber) id = id * 36n + BigInt(parseInt(digit, 36));
    if (id < 1n << 256n) return `0x${id.toString(16).padStart(64, "0")}`;
  }
  const message = `${JSON.stringify(controlNumber)} is no number of a claim: 50 digits and letters, less than 2^256 to the base 36`;
  throw new CareProofError("CONTROL_NUMBER_INVALID", message);
}

/**
 * What is told of a settled claim, checked.
 *
 * @throws CareProofError with the member as path: `SETTLEMENT_UNBALANCED` where an amount is not what it is the sum of;
 * `SETTLEMENT_INVALID`, `HEX_INVALID` for what is no settled claim.
 */
export function figuresOf(claim: SettledClaim): ClaimFigures {
  check(claim);
  const { lines, totals, denial, interest = 0n, isReversal = false } = claim;
  const sign = isReversal ? -1n : 1n;
  const told = lines.map(({ outcome }) => figuresOfOutcome(outcome, denial, sign));
  const whole = figuresOfOutcome(totals, denial, sign);
  return {
    ...whole,
    adjustments: withoutLines(whole.adjustments, told),
    memberShare: sum(whole.adjustments.filter(({ group }) => group === "PR").map(({ amount }) => amount)),
    interest,
    lines: told,
  };
}

function figuresOfOutcome(outcome: Outcome, denial: AdjustmentCode | undefined, sign: bigint): LineFigures {
  const billed = sign * outcome.billed;
  if (denial !== undefined) {
    const { group, reason } = denial;
    return { billed, paid: 0n, adjustments: billed === 0n ? [] : [{ group, reason, amount: billed }] };
  }
  return {
    billed,
    allowed: sign * outcome.allowed,
    paid: sign * outcome.paid,
    adjustments: outcome.adjustments.map(({ group, reason, amount }) => ({ group, reason, amount: sign * amount })),
  };
}

/** What of a claim's adjustments its lines do not have, with what of the lines' the claim does not have as negative. */
function withoutLines(all: readonly SettledAdjustment[], lines: readonly LineFigures[]): SettledAdjustment[] {
  const left = new Map<string, SettledAdjustment>();
  const add = ({ group, reason, amount }: SettledAdjustment, sign: bigint): void => {
    const key = `${group} ${reason}`;
    left.set(key, { group, reason, amount: (left.get(key)?.amount ?? 0n) + sign * amount });
  };
  for (const adjustment of all) add(adjustment, 1n);
  for (const { adjustments } of lines) for (const adjustment of adjustments) add(adjustment, -1n);
  return [...left.values()].filter(({ amount }) => amount !== 0n);
}

function check(claim: SettledClaim): void {
  fromHex(claim.claimId, 32, "claimId");
  if (!/^\d+$/.test(String(claim.policyId))) throw invalid("must be a number of a policy", "policyId");
  if (!isInteger(claim.serviceDay, LAST_DAY)) throw invalid("must be days since 1970, before year 10000", "serviceDay");
  if (!isInteger(claim.settledAt, LAST_DAY * 86_400)) {
    throw invalid("must be unix seconds, before year 10000", "settledAt");
  }
  if (claim.lines.length === 0) throw invalid("must have a line", "lines");
  if (claim.denial !== undefined) checkDenial(claim.denial);
  const { interest = 0n } = claim;
  if (interest < 0n) throw invalid("is negative", "interest");
  if (interest > 0n && (claim.denial !== undefined || claim.isReversal === true)) {
    throw invalid("is paid with a claim that is paid, not with a denial or reversal", "interest");
  }
  for (const [i, { outcome }] of claim.lines.entries()) checkOutcome(outcome, `lines[${i}].outcome`);
  checkOutcome(claim.totals, "totals");
  const billed = sum(claim.lines.map(({ outcome }) => outcome.billed));
  if (billed !== claim.totals.billed) {
    throw unbalanced(`is ${claim.totals.billed}, the lines' sum to ${billed}`, "totals.billed");
  }
}

function checkDenial({ group, reason }: AdjustmentCode): void {
  if (!["CO", "OA", "PI", "PR"].includes(group)) throw invalid("must be CO, OA, PI or PR", "denial.group");
  if (!/^[A-Z0-9]{1,5}$/.test(reason)) throw invalid("must be a claim adjustment reason code", "denial.reason");
}

function checkOutcome({ billed, paid, memberShare, adjustments }: Outcome, path: string): void {
  const amounts = adjustments.map(({ amount }) => amount);
  if ([billed, paid, memberShare, ...amounts].some((amount) => amount < 0n)) throw invalid("is negative", path);
  const accounted = paid + sum(amounts);
  if (accounted !== billed) {
    throw unbalanced(`is ${billed}, what is paid and the adjustments sum to ${accounted}`, `${path}.billed`);
  }
  const owed = sum(adjustments.filter(({ group }) => group === "PR").map(({ amount }) => amount));
  if (owed !== memberShare) {
    throw unbalanced(`is ${memberShare}, the adjustments of group PR sum to ${owed}`, `${path}.memberShare`);
  }
}

/** The sum of amounts. */
export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function invalid(problem: string, path: string): CareProofError {
  return new CareProofError("SETTLEMENT_INVALID", problem, path);
}

function unbalanced(problem: string, path: string): CareProofError {
  return new CareProofError("SETTLEMENT_UNBALANCED", problem, path);
}
