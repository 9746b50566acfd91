import { adjustmentsOf, formatQuantity, procedureOf, type X12Adjustment, type X12Procedure } from "./adjustment.js";
import { CLAIM_FILING_INDICATORS, CLAIM_STATUSES } from "./codes.js";
import { Draft } from "./draft.js";
import type { X12ClaimPayment, X12LinePayment } from "./payment.js";
import { X12Fault } from "./problem.js";
import type { ServiceDates, X12Segment } from "./segment.js";
import type { TransactionReport } from "./transaction.js";
import { formatDecimal } from "../decimal.js";

/** A claim of an 835, what it pays as an exact number, and whether it and its lines add up. */
export interface ReadClaimPayment {
  readonly claim: X12ClaimPayment;
  readonly paid: bigint;
  readonly balanced: boolean;
}

/** What is charged, paid and adjusted: of a claim or a line. */
interface Sums {
  readonly segment: X12Segment;
  readonly charge: bigint;
  readonly paid: bigint;
  readonly adjustments: X12Adjustment[];
  adjusted: bigint;
  from?: string;
  to?: string;
}

interface LineDraft extends Sums {
  readonly procedure: X12Procedure;
}

/** DTM01 of the days of a claim and of a line: first, last, or both at once. */
const CLAIM_DAYS = { first: ["232"], last: ["233"] } as const;
const LINE_DAYS = { first: ["150", "472"], last: ["151", "472"] } as const;

/** A claim of an 835 while it is read: CLP (loop 2100) and what follows it. */
export class ClaimPaymentDraft extends Draft {
  private claim: Sums | undefined;
  private patientResponsibility = 0n;
  private readonly lines: LineDraft[] = [];

  constructor(segment: X12Segment, report: TransactionReport) {
    super(segment, report);
    this.read(() => {
      segment.required(1);
      segment.code(2, CLAIM_STATUSES);
      this.claim = { segment, charge: segment.amount(3), paid: segment.amount(4), adjustments: [], adjusted: 0n };
      if (segment.at(5) !== "") this.patientResponsibility = segment.amount(5);
      if (segment.at(6) !== "") segment.code(6, CLAIM_FILING_INDICATORS);
    }, segment);
  }

  /** The claim; undefined where it is left out. What does not add up is reported, and the claim is read. */
  finish(): ReadClaimPayment | undefined {
    const { claim, segment, lines } = this;
    if (this.broken || claim === undefined) return undefined;
    const filing = segment.at(6);
    const payerControlNumber = segment.at(7);
    return {
      claim: {
        patientControlNumber: segment.at(1),
        status: segment.at(2),
        charge: formatDecimal(claim.charge),
        paid: formatDecimal(claim.paid),
        patientResponsibility: formatDecimal(this.patientResponsibility),
        ...(filing === "" ? {} : { claimFilingIndicator: filing }),
        ...(payerControlNumber === "" ? {} : { payerControlNumber }),
        ...datesOf(claim),
        adjustments: claim.adjustments,
        lines: lines.map(linePayment),
        place: this.report.place(segment),
      },
      paid: claim.paid,
      balanced: this.isBalanced(claim),
    };
  }

  protected override takeSegment(segment: X12Segment): void {
    const current = this.lines.at(-1) ?? this.claim!;
    switch (segment.id) {
      case "CAS": {
        const { adjustments, sum } = adjustmentsOf(segment);
        current.adjustments.push(...adjustments);
        current.adjusted += sum;
        break;
      }
      case "SVC":
        this.takeLine(segment);
        break;
      case "DTM": {
        const { first, last } = this.lines.length > 0 ? LINE_DAYS : CLAIM_DAYS;
        const qualifier: string = segment.at(1);
        if (first.some((known) => known === qualifier)) current.from = segment.day(2);
        if (last.some((known) => known === qualifier)) current.to = segment.day(2);
        break;
      }
    }
  }

  private takeLine(segment: X12Segment): void {
    const procedure = procedureOf(segment, 1, this.report);
    if (segment.at(5) !== "") segment.amount(5);
    this.lines.push({
      segment,
      procedure,
      charge: segment.amount(2),
      paid: segment.amount(3),
      adjustments: [],
      adjusted: 0n,
    });
  }

  /** X12N 835, section 1.10.2: every line, the claim, and the lines together. */
  private isBalanced(claim: Sums): boolean {
    const { lines } = this;
    const lineFindings = lines.map((line) => this.check(line, line.adjusted, "LINE_UNBALANCED", 2, 3));
    const adjusted = lines.reduce((sum, line) => sum + line.adjusted, claim.adjusted);
    const findings = [...lineFindings, this.check(claim, adjusted, "CLAIM_UNBALANCED", 3, 4)];
    const charged = lines.reduce((sum, { charge }) => sum + charge, 0n);
    if (lines.length > 0 && charged !== claim.charge) {
      const message = `CLP03 is ${formatDecimal(claim.charge)}, the lines' charges (SVC02) sum to ${formatDecimal(charged)}`;
      this.report.problem(new X12Fault("CLAIM_UNBALANCED", message, "CLP03"), claim.segment);
      findings.push(false);
    }
    return !findings.includes(false);
  }

  /** Whether a charge less its adjustments is what is paid. */
  private check(
    { segment, charge, paid }: Sums,
    adjusted: bigint,
    code: "LINE_UNBALANCED" | "CLAIM_UNBALANCED",
    chargeIndex: number,
    paidIndex: number,
  ): boolean {
    if (charge - adjusted === paid) return true;
    const [chargeText, adjustedText, paidText] = [charge, adjusted, paid].map(formatDecimal);
    const [chargeAt, paidAt] = [segment.position(chargeIndex), segment.position(paidIndex)];
    const message = `${paidAt} is ${paidText!}, ${chargeAt} (${chargeText!}) less CAS (${adjustedText!}) is ${formatDecimal(charge - adjusted)}`;
    this.report.problem(new X12Fault(code, message, paidAt), segment);
    return false;
  }
}

function linePayment(line: LineDraft): X12LinePayment {
  const { segment, procedure, charge, paid, adjustments } = line;
  const revenueCode = segment.at(4);
  return {
    procedure,
    charge: formatDecimal(charge),
    paid: formatDecimal(paid),
    ...(revenueCode === "" ? {} : { revenueCode }),
    ...(segment.at(5) === "" ? {} : { quantity: formatQuantity(segment, 5) }),
    ...datesOf(line),
    adjustments,
  };
}

function datesOf({ from, to }: Sums): { serviceDates?: ServiceDates } {
  const first = from ?? to;
  return first === undefined ? {} : { serviceDates: { from: first, to: to ?? first } };
}
