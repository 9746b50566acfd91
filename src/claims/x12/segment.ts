import { X12Fault, type X12Left } from "./problem.js";
import { isDate } from "../../provenance/gs1/dates.js";
import { parseDecimal } from "../decimal.js";

/** Element 782, monetary amount: at most 18 digits. */
const MAX_DIGITS = 18;

/** A first component of one or two characters, and a separator that is not the declared one. */
const OTHER_SEPARATOR = /^[A-Z0-9]{1,2}([:>|^])/;

/** Days from and to, both included, as ISO 8601 dates; equal for one day. */
export interface ServiceDates {
  readonly from: string;
  readonly to: string;
}

/** Takes what is wrong with a segment. */
export interface ProblemReport {
  /** @param left What is left out therefore; undefined where nothing is. */
  problem(fault: X12Fault, segment: X12Segment, left?: X12Left): void;
}

/** A segment of an interchange. */
export class X12Segment {
  constructor(
    /** The segment's id, then its elements: `elements[2]` is the second. */
    readonly elements: readonly string[],
    /** Its number in the file, from 1. */
    readonly number: number,
    /** The interchange's separator of components. */
    private readonly component: string,
  ) {}

  /** Such as `CLM`. */
  get id(): string {
    return this.elements[0]!;
  }

  /** An element; empty where there is none. */
  at(index: number): string {
    return this.elements[index] ?? "";
  }

  /** How a place in it is named: `CLM05`, `CLM05-3`. */
  position(index: number, component?: number): string {
    const element = `${this.id}${String(index).padStart(2, "0")}`;
    return component === undefined ? element : `${element}-${component}`;
  }

  /** An element that must be there. Throws X12Fault `ELEMENT_MISSING`, `ELEMENT_INVALID` where its bytes were no UTF-8. */
  required(index: number): string {
    const value = this.at(index);
    const position = this.position(index);
    if (value.trim() === "") throw new X12Fault("ELEMENT_MISSING", `${position} is missing`, position);
    if (value.includes("\ufffd")) throw new X12Fault("ELEMENT_INVALID", `${position} is not UTF-8`, position);
    return value;
  }

  /**
   * The components of a composite element.
   *
   * @param report Told where another separator than the declared one is used, as some senders do: that is read.
   */
  composite(index: number, report: ProblemReport): string[] {
    const value = this.at(index);
    const parts = value.split(this.component);
    const other = parts.length === 1 ? OTHER_SEPARATOR.exec(value)?.[1] : undefined;
    if (other === undefined) return parts;
    const position = this.position(index);
    const message = `components of ${position} are separated by "${other}", ISA16 declares "${this.component}"`;
    report.problem(new X12Fault("COMPONENT_SEPARATOR_UNDECLARED", message, position), this);
    return value.split(other);
  }

  /** An amount as an exact number. Throws X12Fault `ELEMENT_MISSING`, `AMOUNT_INVALID`. */
  amount(index: number): bigint {
    const text = this.required(index);
    const position = this.position(index);
    const value = parseDecimal(text);
    if (value === undefined || text.replace(/\D/g, "").length > MAX_DIGITS) {
      const message = `${position} is ${JSON.stringify(text)}, no decimal of at most ${MAX_DIGITS} digits`;
      throw new X12Fault("AMOUNT_INVALID", message, position);
    }
    return value;
  }

  /** An amount that cannot be below zero. Throws X12Fault as `amount`, and `AMOUNT_NEGATIVE`. */
  charge(index: number): bigint {
    const value = this.amount(index);
    if (value < 0n) {
      const position = this.position(index);
      throw new X12Fault("AMOUNT_NEGATIVE", `${position} is negative: ${this.at(index)}`, position);
    }
    return value;
  }

  /** An element of a list of codes. Throws X12Fault `ELEMENT_MISSING`, or of the code given where it is not in the list. */
  code(index: number, known: ReadonlySet<string>, code: "CODE_UNKNOWN" | "QUALIFIER_UNKNOWN" = "CODE_UNKNOWN"): string {
    const value = this.required(index);
    const position = this.position(index);
    if (!known.has(value)) throw new X12Fault(code, `${position} is ${JSON.stringify(value)}, no known code`, position);
    return value;
  }

  /** A day (CCYYMMDD) as an ISO 8601 date. Throws X12Fault `ELEMENT_MISSING`, `DATE_INVALID`. */
  day(index: number): string {
    return this.isoDay(this.required(index), index);
  }

  /** The days of a DTP segment. Throws X12Fault `QUALIFIER_UNKNOWN` where DTP02 is neither D8 nor RD8, `DATE_INVALID`. */
  days(): ServiceDates {
    const format = this.code(2, DATE_FORMATS, "QUALIFIER_UNKNOWN");
    const text = this.required(3);
    if (format === "D8") {
      const day = this.isoDay(text, 3);
      return { from: day, to: day };
    }
    const [from = "", to = "", ...others] = text.split("-");
    const dates = { from: this.isoDay(from, 3), to: this.isoDay(to, 3) };
    if (others.length > 0 || dates.from > dates.to) throw this.noDate(text, 3);
    return dates;
  }

  private isoDay(text: string, index: number): string {
    if (!/^\d{8}$/.test(text) || !isDate(text, "yyyymmdd")) throw this.noDate(text, index);
    return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  }

  private noDate(text: string, index: number): X12Fault {
    const position = this.position(index);
    return new X12Fault("DATE_INVALID", `${position} is ${JSON.stringify(text)}, no date or range`, position);
  }
}

const DATE_FORMATS: ReadonlySet<string> = new Set(["D8", "RD8"]);
