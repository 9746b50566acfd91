import type { X12Claim } from "./claim.js";
import { ClaimReader } from "./claimReader.js";
import type { X12Payment } from "./payment.js";
import { PaymentReader } from "./paymentReader.js";
import { type X12Left, type X12Place, type X12Problem, X12Fault } from "./problem.js";
import type { X12Segment } from "./segment.js";
import { ISA_WIDTHS } from "./tokenizer.js";
import { catchFault, kindOfVersion, type TransactionReader, type TransactionReport } from "./transaction.js";
import { formatDecimal, parseDecimal } from "../decimal.js";

/** What a stream of X12 yields: a problem where it is found, a transaction set where it ends. */
export type X12Item =
  | { readonly kind: "problem"; readonly problem: X12Problem }
  | {
      readonly kind: "transaction";
      /** `837` or `835`, ST01. */
      readonly transaction: "837" | "835";
      readonly place: X12Place;
      /** The claims of an 837. */
      readonly claims: readonly X12Claim[];
      /** The payment of an 835. */
      readonly payment?: X12Payment;
      /** How many claims of it were left out, and what they charge. */
      readonly leftOut: X12LeftOut;
    }
  | {
      /** A transaction set of which nothing is in the result; the problem that says why came before. */
      readonly kind: "leftOut";
      readonly place: X12Place;
      readonly leftOut: X12LeftOut;
    };

/** How many claims are left out, and what they charge as a decimal. */
export interface X12LeftOut {
  readonly claims: number;
  readonly charge: string;
}

/** An open envelope: what opened it, and how many it holds. */
interface Envelope {
  readonly segment: X12Segment;
  readonly controlNumber: string;
  count: number;
}

interface OpenTransaction extends Envelope {
  readonly reader: TransactionReader | undefined;
  /** Components are separated otherwise than ISA16 says: told once. */
  otherSeparator: boolean;
}

/** ISA to IEA, GS to GE, ST to SE: control numbers and counts. */
export class EnvelopeReader {
  /** Broken where its ISA is: then its transaction sets are left out. */
  private interchange: (Envelope & { readonly broken: boolean }) | undefined;
  private group: (Envelope & { readonly version: string }) | undefined;
  private transaction: OpenTransaction | undefined;
  private last: X12Segment | undefined;
  private items: X12Item[] = [];
  /** Whether segments are passed over up to the next ISA: that was told. */
  private isSkipping = false;
  /** Whether segments outside of a transaction set were told, up to its end. */
  private isStray = false;

  take(segment: X12Segment): readonly X12Item[] {
    if (this.items.length > 0) this.items = [];
    this.last = segment;
    const { id } = segment;
    if (id === "ISA") this.openInterchange(segment);
    else if (!this.isSkipping) this.takeInInterchange(segment);
    return this.items;
  }

  /** @param rest What came after the last segment. */
  end(rest: string): readonly X12Item[] {
    this.items = [];
    const { last } = this;
    const left: X12Left | undefined =
      this.transaction !== undefined
        ? "transaction"
        : this.group !== undefined
          ? "group"
          : this.interchange !== undefined
            ? "interchange"
            : undefined;
    if (last !== undefined && (left !== undefined || rest !== "")) {
      const after = rest === "" ? "" : `, within ${JSON.stringify(rest.slice(0, 20))}`;
      const message = `the text ends after this segment${after}`;
      this.problem(new X12Fault("TRUNCATED", message), last, left ?? "interchange");
      this.leaveOut();
    }
    return this.items;
  }

  private takeInInterchange(segment: X12Segment): void {
    switch (segment.id) {
      case "IEA":
        this.closeInterchange(segment);
        break;
      case "GS":
        this.openGroup(segment);
        break;
      case "GE":
        this.closeGroup(segment);
        break;
      case "ST":
        this.openTransaction(segment);
        break;
      case "SE":
        this.closeTransaction(segment);
        break;
      default:
        this.takeContent(segment);
    }
  }

  private takeContent(segment: X12Segment): void {
    const { transaction } = this;
    if (transaction !== undefined) {
      transaction.count++;
      transaction.reader?.take(segment);
    } else if (!this.isStray && (segment.id !== "TA1" || this.interchange === undefined)) {
      // TA1 acknowledges an interchange, and stands in no group.
      this.isStray = true;
      this.missing("ST", segment, "transaction");
    }
  }

  private openInterchange(segment: X12Segment): void {
    this.abandon("interchange", segment);
    this.isSkipping = false;
    const wrong = ISA_WIDTHS.findIndex((width, index) => segment.at(index).length !== width);
    const isWhole = segment.elements.length === ISA_WIDTHS.length;
    if (wrong >= 0 || !isWhole) {
      const position = segment.position(Math.max(wrong, 0));
      const message = isWhole
        ? `${position} has ${segment.at(wrong).length} characters, not ${ISA_WIDTHS[wrong]!}`
        : `ISA has ${segment.elements.length - 1} elements, not 16`;
      this.problem(new X12Fault("ISA_INVALID", message, position), segment, "interchange");
      // Without its separators nothing can be read.
      this.isSkipping = !isWhole;
      if (!isWhole) return;
    }
    this.interchange = { segment, controlNumber: segment.at(13), count: 0, broken: wrong >= 0 };
  }

  private closeInterchange(segment: X12Segment): void {
    this.abandon("group", segment);
    const { interchange } = this;
    if (interchange === undefined) {
      this.missing("ISA", segment, "interchange");
      return;
    }
    this.checkTrailer(segment, interchange, "ISA13", "GS", "interchange");
    this.interchange = undefined;
  }

  private openGroup(segment: X12Segment): void {
    this.abandon("group", segment);
    if (this.interchange === undefined) {
      this.missing("ISA", segment, "interchange");
      return;
    }
    this.interchange.count++;
    this.group = { segment, controlNumber: segment.at(6), version: segment.at(8), count: 0 };
  }

  private closeGroup(segment: X12Segment): void {
    this.abandon("transaction", segment);
    const { group } = this;
    if (group === undefined) {
      this.missing("GS", segment, "group");
      return;
    }
    this.checkTrailer(segment, group, "GS06", "ST", "group");
    this.group = undefined;
  }

  private openTransaction(segment: X12Segment): void {
    this.abandon("transaction", segment);
    this.isStray = this.group === undefined;
    if (this.group === undefined) {
      this.missing("GS", segment, "transaction");
      return;
    }
    this.group.count++;
    const kind = segment.at(1);
    const hasVersion = segment.at(3) !== "";
    const version = hasVersion ? segment.at(3) : this.group.version;
    const found = kindOfVersion(version);
    const isKnown = found !== undefined && kind === (found === "remittance" ? "835" : "837");
    const common = { segment, controlNumber: segment.at(2), count: 1, otherSeparator: false };
    if (!isKnown) {
      this.transaction = { ...common, reader: undefined };
      const message = `${kind} of version ${JSON.stringify(version)} is not read, only 837P, 837I, 837D and 835`;
      const position = found === undefined && hasVersion ? "ST03" : "ST01";
      this.problem(new X12Fault("TRANSACTION_UNSUPPORTED", message, position), segment, "transaction");
      return;
    }
    const report: TransactionReport = {
      place: (at, element) => this.placeOf(at, element),
      problem: (fault, at, left) => {
        const { transaction } = this;
        if (fault.code === "COMPONENT_SEPARATOR_UNDECLARED" && transaction !== undefined) {
          if (transaction.otherSeparator) return;
          transaction.otherSeparator = true;
        }
        this.problem(fault, at, left);
      },
    };
    const reader = found === "remittance" ? new PaymentReader(report) : new ClaimReader(found, report);
    this.transaction = { ...common, reader };
  }

  private closeTransaction(segment: X12Segment): void {
    const { transaction } = this;
    if (transaction === undefined) {
      if (!this.isStray) this.missing("ST", segment, "transaction");
      this.isStray = false;
      return;
    }
    transaction.count++;
    let content: ReturnType<TransactionReader["finish"]>;
    catchFault(
      () => {
        content = transaction.reader?.finish();
      },
      (fault) => {
        this.problem(fault, transaction.segment, "transaction");
      },
    );
    const isRight = this.checkTrailer(segment, transaction, "ST02", "segments", "transaction");
    if (content === undefined || !isRight || this.interchange?.broken === true) {
      this.leaveOut();
      return;
    }
    const { claims, payment, all } = content;
    const read = payment?.claims ?? claims;
    const charge = read.reduce((left, claim) => left - parseDecimal(claim.charge)!, all.charge);
    this.items.push({
      kind: "transaction",
      transaction: payment === undefined ? "837" : "835",
      place: this.placeOf(transaction.segment),
      claims,
      ...(payment === undefined ? {} : { payment }),
      leftOut: { claims: all.claims - read.length, charge: formatDecimal(charge) },
    });
    this.transaction = undefined;
  }

  /** Compares the count and the control number of a trailer with its envelope. */
  private checkTrailer(
    segment: X12Segment,
    { controlNumber, count }: Envelope,
    header: string,
    counted: "segments" | "ST" | "GS",
    left: "transaction" | "group" | "interchange",
  ): boolean {
    const found: X12Fault[] = [];
    if (!/^\d+$/.test(segment.at(1)) || Number(segment.at(1)) !== count) {
      const [at, what] = [segment.position(1), counted === "segments" ? "segments" : `${counted} segments`];
      const message = `${at} is ${JSON.stringify(segment.at(1))}, there are ${count} ${what}`;
      found.push(new X12Fault("COUNT_MISMATCH", message, at));
    }
    if (segment.at(2) !== controlNumber) {
      const at = segment.position(2);
      const message = `${at} is ${JSON.stringify(segment.at(2))}, ${header} is ${JSON.stringify(controlNumber)}`;
      found.push(new X12Fault("CONTROL_NUMBER_MISMATCH", message, at));
    }
    for (const fault of found) this.problem(fault, segment, left);
    return found.length === 0;
  }

  /** Leaves what is open up to a level, because a segment comes that cannot stand in it. */
  private abandon(level: "transaction" | "group" | "interchange", segment: X12Segment): void {
    const unclosed = (name: string, left: X12Left): void => {
      this.problem(new X12Fault("ENVELOPE_UNCLOSED", `${segment.id} comes before ${name}`), segment, left);
    };
    if (this.transaction !== undefined) {
      unclosed("SE", "transaction");
      this.leaveOut();
    }
    if (level === "transaction") return;
    if (this.group !== undefined) unclosed("GE", "group");
    this.group = undefined;
    if (level === "group") return;
    if (this.interchange !== undefined) unclosed("IEA", "interchange");
    this.interchange = undefined;
  }

  private leaveOut(): void {
    const { transaction } = this;
    if (transaction === undefined) return;
    const { claims, charge } = transaction.reader?.all ?? { claims: 0, charge: 0n };
    this.items.push({
      kind: "leftOut",
      place: this.placeOf(transaction.segment),
      leftOut: { claims, charge: formatDecimal(charge) },
    });
    this.transaction = undefined;
  }

  /** Tells that a segment stands outside of its envelope; without ISA what follows is passed over up to the next. */
  private missing(header: "ISA" | "GS" | "ST", segment: X12Segment, left: X12Left): void {
    this.isSkipping = this.interchange === undefined;
    const outside = this.isSkipping ? "ISA" : header;
    const message = `${segment.id} stands outside of ${outside} and its trailer`;
    this.problem(new X12Fault("ENVELOPE_MISSING", message), segment, this.isSkipping ? "interchange" : left);
  }

  private problem({ code, message, element }: X12Fault, segment: X12Segment, left?: X12Left): void {
    const place = this.placeOf(segment, element);
    this.items.push({ kind: "problem", problem: { code, message, ...(left === undefined ? {} : { left }), place } });
  }

  private placeOf(segment: X12Segment, element?: string): X12Place {
    const { interchange, group, transaction } = this;
    return {
      ...(interchange === undefined ? {} : { interchange: interchange.controlNumber }),
      ...(group === undefined ? {} : { group: group.controlNumber }),
      ...(transaction === undefined
        ? {}
        : {
            transaction: transaction.controlNumber,
            segmentInTransaction: segment.number - transaction.segment.number + 1,
          }),
      segment: segment.number,
      segmentId: segment.id,
      ...(element === undefined ? {} : { element }),
    };
  }
}
