import { type X12Fault } from "./problem.js";
import type { X12Segment } from "./segment.js";
import {
  catchFault,
  type ClaimCount,
  type TransactionContent,
  type TransactionReader,
  type TransactionReport,
} from "./transaction.js";
import { parseDecimal } from "../decimal.js";

/** A claim while it is read: the segment that begins it and what follows. The first fault leaves it out. */
export abstract class Draft {
  broken = false;

  constructor(
    protected readonly segment: X12Segment,
    protected readonly report: TransactionReport,
  ) {}

  take(segment: X12Segment): void {
    if (this.broken) return;
    this.read(() => {
      this.takeSegment(segment);
    }, segment);
  }

  /** Runs what reads a segment of the claim. */
  read(work: () => void, segment: X12Segment): void {
    catchFault(work, (fault) => {
      this.broken = true;
      this.report.problem(fault, segment, "claim");
    });
  }

  protected abstract takeSegment(segment: X12Segment): void;
}

/** Which segments divide a transaction set into claims. */
export interface ClaimDivision {
  /** The one that begins a claim, CLM or CLP. */
  readonly begin: string;
  /** Its element with the claim's charge. */
  readonly chargeIndex: number;
  /** Those that end the claim before. */
  readonly end: ReadonlySet<string>;
}

/** Reads a transaction set with claims one after the other, and what stands above and below them. */
export abstract class ClaimSetReader<Claim extends Draft> implements TransactionReader {
  protected claim: Claim | undefined;
  /** Whether a fault leaves out the whole. */
  protected broken = false;
  private count = 0;
  private charge = 0n;

  protected constructor(
    protected readonly report: TransactionReport,
    private readonly division: ClaimDivision,
  ) {}

  get all(): ClaimCount {
    return { claims: this.count, charge: this.charge };
  }

  take(segment: X12Segment): void {
    const { begin, chargeIndex, end } = this.division;
    if (segment.id === begin || end.has(segment.id)) this.close();
    if (segment.id === begin) {
      this.count++;
      this.charge += parseDecimal(segment.at(chargeIndex)) ?? 0n;
      this.claim = this.open(segment);
    } else if (this.claim !== undefined) {
      this.claim.take(segment);
    } else if (!this.broken) {
      catchFault(
        () => {
          this.takeApart(segment);
        },
        (fault) => {
          this.fail(fault, segment);
        },
      );
    }
  }

  finish(): TransactionContent | undefined {
    this.close();
    return this.broken ? undefined : this.content();
  }

  private close(): void {
    const { claim } = this;
    this.claim = undefined;
    if (claim !== undefined) this.add(claim);
  }

  protected abstract open(segment: X12Segment): Claim;

  /** Takes over a claim whose segments have all been read. */
  protected abstract add(claim: Claim): void;

  /** Takes a segment that is in no claim. */
  protected abstract takeApart(segment: X12Segment): void;

  /** Reports a fault of such a segment. */
  protected abstract fail(fault: X12Fault, segment: X12Segment): void;

  /** What was read, at the end. */
  protected abstract content(): TransactionContent;
}
