import { adjustmentsOf, formatQuantity, procedureOf, type X12Adjustment } from "./adjustment.js";
import type { X12Claim, X12ClaimKind, X12ClaimLine, X12LineAdjudication, X12OtherPayer } from "./claim.js";
import { FREQUENCIES, UNITS } from "./codes.js";
import { Draft } from "./draft.js";
import { X12Fault } from "./problem.js";
import type { ServiceDates, X12Segment } from "./segment.js";
import { subscriberOf } from "./subscriber.js";
import type { TransactionReport } from "./transaction.js";
import { formatDecimal } from "../decimal.js";

/** What a claim has from the loops above it. */
export type ClaimContext = Pick<
  X12Claim,
  "billingProvider" | "payerResponsibility" | "claimFilingIndicator" | "payerId"
>;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type OtherPayerDraft = Mutable<Omit<X12OtherPayer, "adjustments">> & { adjustments: X12Adjustment[] };
type AdjudicationDraft = Mutable<Omit<X12LineAdjudication, "adjustments">> & { adjustments: X12Adjustment[] };

interface LineDraft {
  readonly segment: X12Segment;
  readonly number: number;
  service?: Pick<X12ClaimLine, "revenueCode" | "procedure" | "unit" | "quantity">;
  charge: bigint;
  serviceDates?: ServiceDates;
  readonly adjudications: AdjudicationDraft[];
}

/** Where in a claim a segment stands: segments of these names mean other things elsewhere. */
type Loop = "claim" | "provider" | "otherPayer" | "otherPayerName" | "line" | "lineProvider" | "adjudication";

/** The segment with which each kind of claim describes a line. */
const SERVICE_SEGMENTS = { professional: "SV1", institutional: "SV2", dental: "SV3" } as const;

/** A claim of an 837 while it is read: CLM (loop 2300) and what follows it. */
export class ClaimDraft extends Draft {
  private loop: Loop = "claim";
  private head: Omit<X12Claim, "serviceDates" | "otherPayers" | "lines"> | undefined;
  private charge = 0n;
  private serviceDates: ServiceDates | undefined;
  private readonly references: Mutable<Pick<X12Claim, "originalReferenceNumber" | "priorAuthorization">> = {};
  private readonly otherPayers: OtherPayerDraft[] = [];
  private readonly lines: LineDraft[] = [];

  constructor(
    private readonly kind: X12ClaimKind,
    segment: X12Segment,
    report: TransactionReport,
  ) {
    super(segment, report);
  }

  /** Reads CLM. Throws X12Fault. */
  readHead(context: ClaimContext): void {
    const { segment } = this;
    const patientControlNumber = segment.required(1);
    this.charge = segment.charge(2);
    segment.required(5);
    const [facilityCode = "", , frequency = ""] = segment.composite(5, this.report);
    if (facilityCode === "")
      throw new X12Fault("ELEMENT_MISSING", "CLM05-1, the facility's code, is missing", "CLM05-1");
    this.head = {
      kind: this.kind,
      patientControlNumber,
      charge: formatDecimal(this.charge),
      facilityCode,
      frequencyCode: this.frequencyOf(frequency),
      ...context,
      place: this.report.place(segment),
    };
  }

  /** The claim; undefined where it is left out. */
  finish(): X12Claim | undefined {
    if (this.broken) return undefined;
    let claim: X12Claim | undefined;
    this.read(() => {
      claim = this.build();
    }, this.segment);
    return claim;
  }

  protected override takeSegment(segment: X12Segment): void {
    switch (segment.id) {
      case "SBR":
        if (this.lines.length > 0) throw new X12Fault("SEGMENT_UNEXPECTED", "SBR stands after the claim's lines");
        this.otherPayers.push({ ...subscriberOf(segment), adjustments: [] });
        this.loop = "otherPayer";
        break;
      case "NM1":
        this.takeName(segment);
        break;
      case "REF":
        if (this.loop !== "claim") break;
        if (segment.at(1) === "F8") this.references.originalReferenceNumber = segment.required(2);
        if (segment.at(1) === "G1") this.references.priorAuthorization = segment.required(2);
        break;
      case "AMT":
        if (this.loop === "otherPayer" && segment.at(1) === "D") {
          this.otherPayers.at(-1)!.paid = formatDecimal(segment.amount(2));
        }
        break;
      case "CAS":
        this.adjustmentsHere(segment).push(...adjustmentsOf(segment).adjustments);
        break;
      case "DTP":
        this.takeDates(segment);
        break;
      case "LX":
        this.lines.push({ segment, number: lineNumber(segment), charge: 0n, adjudications: [] });
        this.loop = "line";
        break;
      case "SV1":
      case "SV2":
      case "SV3":
        this.takeService(segment);
        break;
      case "SVD":
        this.currentLine(segment).adjudications.push({
          payerId: segment.required(1),
          paid: formatDecimal(segment.amount(2)),
          ...(segment.at(3) === "" ? {} : { procedure: procedureOf(segment, 3, this.report) }),
          adjustments: [],
        });
        this.loop = "adjudication";
        break;
    }
  }

  private takeName(segment: X12Segment): void {
    if (this.lines.length > 0) {
      this.loop = "lineProvider";
    } else if (this.otherPayers.length > 0) {
      this.loop = "otherPayerName";
      if (segment.at(1) === "PR") this.otherPayers.at(-1)!.payerId = segment.required(9);
    } else {
      this.loop = "provider";
    }
  }

  private takeDates(segment: X12Segment): void {
    const qualifier = segment.required(1);
    if (this.loop === "claim" && (qualifier === "434" || qualifier === "472")) this.serviceDates = segment.days();
    if (this.loop === "line" && qualifier === "472") this.currentLine(segment).serviceDates = segment.days();
  }

  private takeService(segment: X12Segment): void {
    const { kind } = this;
    const line = this.currentLine(segment);
    const expected = SERVICE_SEGMENTS[kind];
    if (segment.id !== expected || line.service !== undefined) {
      const message = `${segment.id} stands where a line of a ${kind} claim has one ${expected}`;
      throw new X12Fault("SEGMENT_UNEXPECTED", message);
    }
    if (kind === "institutional") {
      line.charge = segment.charge(3);
      line.service = {
        revenueCode: segment.required(1),
        ...(segment.at(2) === "" ? {} : { procedure: procedureOf(segment, 2, this.report) }),
        ...quantityOf(segment, 4),
      };
    } else {
      const procedure = procedureOf(segment, 1, this.report);
      line.charge = segment.charge(2);
      const units = kind === "professional" ? quantityOf(segment, 3) : quantityAt(segment, 6);
      line.service = { procedure, ...units };
    }
  }

  private adjustmentsHere(segment: X12Segment): X12Adjustment[] {
    if (this.loop === "otherPayer") return this.otherPayers.at(-1)!.adjustments;
    if (this.loop === "adjudication") return this.currentLine(segment).adjudications.at(-1)!.adjustments;
    throw new X12Fault("SEGMENT_UNEXPECTED", "CAS stands outside of what another payer decided (SBR, SVD)");
  }

  private currentLine(segment: X12Segment): LineDraft {
    const line = this.lines.at(-1);
    if (line === undefined) throw new X12Fault("SEGMENT_UNEXPECTED", `${segment.id} stands before LX`);
    return line;
  }

  private build(): X12Claim {
    const { head, lines, segment } = this;
    if (lines.length === 0) throw new X12Fault("SEGMENT_MISSING", "the claim has no line (LX)");
    const read = lines.map((line) => this.lineOf(line));
    const sum = lines.reduce((total, { charge }) => total + charge, 0n);
    if (sum !== this.charge) {
      const message = `CLM02 is ${formatDecimal(this.charge)}, the lines' charges sum to ${formatDecimal(sum)}`;
      throw new X12Fault("CHARGE_UNBALANCED", message, segment.position(2));
    }
    return {
      ...head!,
      ...this.references,
      serviceDates: this.serviceDates ?? span(read.map(({ serviceDates }) => serviceDates!)),
      otherPayers: this.otherPayers,
      lines: read,
    };
  }

  private lineOf({ number, service, charge, serviceDates, adjudications }: LineDraft): X12ClaimLine {
    if (service === undefined) {
      throw new X12Fault("SEGMENT_MISSING", `line ${number} has no ${SERVICE_SEGMENTS[this.kind]}`);
    }
    if (serviceDates === undefined && this.serviceDates === undefined) {
      throw new X12Fault(
        "SEGMENT_MISSING",
        `neither line ${number} nor the claim has service dates (DTP*472, DTP*434)`,
      );
    }
    const dates = serviceDates === undefined ? {} : { serviceDates };
    return { number, ...service, charge: formatDecimal(charge), ...dates, adjudications };
  }

  private frequencyOf(text: string): string {
    // Some senders write codes as numbers with decimals.
    const [, whole] = /^(\d)\.0+$/.exec(text) ?? [];
    if (whole !== undefined) {
      const message = `CLM05-3 is ${JSON.stringify(text)}, read as ${whole}`;
      this.report.problem(new X12Fault("CODE_AS_NUMBER", message, "CLM05-3"), this.segment);
    }
    const code = whole ?? text;
    if (!FREQUENCIES[this.kind].has(code)) {
      const message = `CLM05-3 is ${JSON.stringify(code)}, no frequency of a ${this.kind} claim`;
      throw new X12Fault("FREQUENCY_UNKNOWN", message, "CLM05-3");
    }
    return code;
  }
}

function lineNumber(segment: X12Segment): number {
  const text = segment.required(1);
  if (!/^\d{1,6}$/.test(text))
    throw new X12Fault("ELEMENT_INVALID", `LX01 is ${JSON.stringify(text)}, no number`, "LX01");
  return Number(text);
}

/** Unit and quantity, the one at an index and the other after it. */
function quantityOf(segment: X12Segment, index: number): Pick<X12ClaimLine, "unit" | "quantity"> {
  const unit = segment.code(index, UNITS, "QUALIFIER_UNKNOWN");
  segment.required(index + 1);
  return { unit, ...quantityAt(segment, index + 1) };
}

function quantityAt(segment: X12Segment, index: number): Pick<X12ClaimLine, "quantity"> {
  return segment.at(index) === "" ? {} : { quantity: formatQuantity(segment, index) };
}

function span(dates: readonly ServiceDates[]): ServiceDates {
  return {
    from: dates.reduce((first, { from }) => (from < first ? from : first), dates[0]!.from),
    to: dates.reduce((last, { to }) => (to > last ? to : last), dates[0]!.to),
  };
}
