import type { X12Claim } from "./claim.js";
import type { X12Payment } from "./payment.js";
import { UNBALANCED, type X12Problem } from "./problem.js";
import { streamX12 } from "./streamX12.js";
import { formatDecimal, parseDecimal } from "../decimal.js";

/** What is in X12 interchanges, read whole. */
export interface X12Reading {
  readonly summary: X12Summary;
  /** The claims of 837s. */
  readonly claims: readonly X12Claim[];
  /** The payments of 835s. */
  readonly payments: readonly X12Payment[];
  /** What was wrong, in the order of the file. Where one has `left`, that is not in the result. */
  readonly problems: readonly X12Problem[];
}

/** Numbers and totals of what was read, and of what was left out. Amounts are decimals with two decimals or more. */
export interface X12Summary {
  /** Transaction sets (ST). */
  readonly transactions: number;
  /** Claims of 837s (CLM) and of 835s (CLP). */
  readonly claims: number;
  /** Sum of CLM02 and CLP03. */
  readonly totalCharge: string;
  /** Sum of CLP04; `0.00` where there is no 835. */
  readonly totalPaid: string;
  /**
   * Whether everything in the file adds up: 837 claims, 835 lines, claims and payments. False too where a claim was left out or the text
   * is cut off, since nobody can tell then.
   */
  readonly balanced: boolean;
  readonly leftOut: {
    /** Transaction sets of which nothing was read. */
    readonly transactions: number;
    /** Claims, those of such transaction sets too. */
    readonly claims: number;
    /** What these charge, as far as that is an amount. */
    readonly totalCharge: string;
  };
}

/**
 * Reads X12 interchanges whole, see {@link streamX12}.
 *
 * @param chunks UTF-8 or text in pieces of any length.
 * @throws CareProofError `INPUT_EMPTY`, `ENVELOPE_MISSING` where the text does not begin with a whole ISA segment.
 */
export async function readX12(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<X12Reading> {
  const claims: X12Claim[] = [];
  const payments: X12Payment[] = [];
  const problems: X12Problem[] = [];
  const left = { transactions: 0, claims: 0, charge: 0n };
  let transactions = 0;
  for await (const item of streamX12(chunks)) {
    if (item.kind === "problem") {
      problems.push(item.problem);
      continue;
    }
    left.claims += item.leftOut.claims;
    left.charge += parseDecimal(item.leftOut.charge)!;
    if (item.kind === "leftOut") {
      left.transactions++;
    } else {
      transactions++;
      for (const claim of item.claims) claims.push(claim);
      if (item.payment !== undefined) payments.push(item.payment);
    }
  }
  const paidClaims = payments.flatMap((payment) => payment.claims);
  const summary: X12Summary = {
    transactions,
    claims: claims.length + paidClaims.length,
    totalCharge: sumOf([...claims, ...paidClaims].map(({ charge }) => charge)),
    totalPaid: sumOf(paidClaims.map(({ paid }) => paid)),
    balanced: !problems.some(({ code, left: what }) => what === "claim" || UNBALANCED.has(code)),
    leftOut: { transactions: left.transactions, claims: left.claims, totalCharge: formatDecimal(left.charge) },
  };
  return { summary, claims, payments, problems };
}

function sumOf(amounts: readonly string[]): string {
  return formatDecimal(amounts.reduce((sum, amount) => sum + parseDecimal(amount)!, 0n));
}
