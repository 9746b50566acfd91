import type { X12Claim, X12ClaimKind } from "./claim.js";
import type { X12Payment } from "./payment.js";
import { X12Fault, type X12Place } from "./problem.js";
import type { ProblemReport, X12Segment } from "./segment.js";

/** How the reader of a transaction set tells where it is and what is wrong. */
export interface TransactionReport extends ProblemReport {
  /** The place of a segment, and of an element in it. */
  place(segment: X12Segment, element?: string): X12Place;
}

/** What is known of the claims of a transaction set whether they are in the result or not. */
export interface ClaimCount {
  /** How many CLM or CLP segments there are. */
  readonly claims: number;
  /** What they charge as an exact number; those that are no amounts count nothing. */
  readonly charge: bigint;
}

/** What is read out of a transaction set. */
export interface TransactionContent {
  readonly claims: readonly X12Claim[];
  readonly payment?: X12Payment;
  /** All of it, with what was left out. */
  readonly all: ClaimCount;
}

/** Reads the segments between ST and SE. */
export interface TransactionReader {
  take(segment: X12Segment): void;
  /** Ends the reading at SE. Returns undefined where the whole of it is left out. */
  finish(): TransactionContent | undefined;
  /** The same of a transaction set that is left out. */
  readonly all: ClaimCount;
}

/** What a transaction set is, by ST03 or GS08. */
export type X12TransactionKind = X12ClaimKind | "remittance";

const VERSIONS: readonly [RegExp, X12TransactionKind][] = [
  [/^(005010X222|004010X098)(A\d)?$/, "professional"],
  [/^(005010X223|004010X096)(A\d)?$/, "institutional"],
  [/^(005010X224|004010X097)(A\d)?$/, "dental"],
  [/^(005010X221|004010X091)(A\d)?$/, "remittance"],
];

/** The kind of a transaction set of a version such as `005010X222A1`; undefined where it is another. */
export function kindOfVersion(version: string): X12TransactionKind | undefined {
  return VERSIONS.find(([pattern]) => pattern.test(version))?.[1];
}

/** Runs what reads a segment, and gives its fault to whoever knows what is left out therefore. */
export function catchFault(read: () => void, onFault: (fault: X12Fault) => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof X12Fault)) throw error;
    onFault(error);
  }
}
