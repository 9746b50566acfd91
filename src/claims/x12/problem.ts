/** What can be wrong with an X12 file, by the problem's stable code. */
export type X12ProblemCode =
  // The envelope.
  | "ISA_INVALID"
  | "ENVELOPE_MISSING"
  | "ENVELOPE_UNCLOSED"
  | "TRUNCATED"
  | "CONTROL_NUMBER_MISMATCH"
  | "COUNT_MISMATCH"
  | "TRANSACTION_UNSUPPORTED"
  // A transaction's content.
  | "SEGMENT_MISSING"
  | "SEGMENT_UNEXPECTED"
  | "ELEMENT_MISSING"
  | "ELEMENT_INVALID"
  | "QUALIFIER_UNKNOWN"
  | "CODE_UNKNOWN"
  | "FREQUENCY_UNKNOWN"
  | "DATE_INVALID"
  | "AMOUNT_INVALID"
  | "AMOUNT_NEGATIVE"
  // Sums.
  | "CHARGE_UNBALANCED"
  | "LINE_UNBALANCED"
  | "CLAIM_UNBALANCED"
  | "PAYMENT_UNBALANCED"
  // Read as it was meant.
  | "COMPONENT_SEPARATOR_UNDECLARED"
  | "CODE_AS_NUMBER";

/** Codes of problems with which a file does not add up, or cannot be said to. */
export const UNBALANCED: ReadonlySet<X12ProblemCode> = new Set([
  "TRUNCATED",
  "AMOUNT_INVALID",
  "AMOUNT_NEGATIVE",
  "CHARGE_UNBALANCED",
  "LINE_UNBALANCED",
  "CLAIM_UNBALANCED",
  "PAYMENT_UNBALANCED",
]);

/**
 * What is not in the result because of a problem. `claim`: a claim, or all claims of the billing provider or subscriber whose segment
 * is wrong. `transaction`: a transaction set with all its claims. `group` and `interchange`: it is not whole as it stands in the file,
 * and transactions of it that are sound were read.
 */
export type X12Left = "claim" | "transaction" | "group" | "interchange";

/** Where in a file. Control numbers are there as far as the place is within their envelope. */
export interface X12Place {
  /** ISA13. */
  readonly interchange?: string;
  /** GS06. */
  readonly group?: string;
  /** ST02. */
  readonly transaction?: string;
  /** The segment's number in the file, from 1. */
  readonly segment: number;
  /** Its number in the transaction; ST is 1. */
  readonly segmentInTransaction?: number;
  /** Such as `CLM`. */
  readonly segmentId: string;
  /** Position of the element, and of the component in it: `CLM02`, `SV101-2`. */
  readonly element?: string;
}

/** A problem with a file that was read for the rest. */
export interface X12Problem {
  /** Stable name, for programs. */
  readonly code: X12ProblemCode;
  /** What is wrong, for people, without its place. */
  readonly message: string;
  /** undefined where nothing was left out. */
  readonly left?: X12Left;
  readonly place: X12Place;
}

/** What is wrong with a segment; whoever reads it knows what is left out therefore. */
export class X12Fault extends Error {
  constructor(
    readonly code: X12ProblemCode,
    message: string,
    /** Position of the element, such as `CLM02`. */
    readonly element?: string,
  ) {
    super(message);
  }
}
