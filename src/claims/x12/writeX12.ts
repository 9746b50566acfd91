import { ISA_WIDTHS, type X12Separators } from "./tokenizer.js";
import { CareProofError } from "../../errors.js";

/** An element: text, or the components of a composite one. */
export type X12Element = string | readonly string[];

/** A segment to write: its id, then its elements. Empty ones at its end are left away. */
export type X12SegmentContent = readonly [id: string, ...elements: X12Element[]];

/** A transaction set to write; ST and SE are made. */
export interface X12TransactionContent {
  /** ST01, such as `835`. */
  readonly id: string;
  /** ST02: 4 to 9 characters, unique in its group. */
  readonly controlNumber: string;
  /** ST03, needed in an 837 of 5010, such as `005010X222A1`. */
  readonly implementation?: string;
  /** What stands between ST and SE. */
  readonly segments: readonly X12SegmentContent[];
}

/** A functional group to write; GS and GE are made. */
export interface X12GroupContent {
  /** GS01: `HC` for an 837, `HP` for an 835. */
  readonly functionalId: string;
  /** GS02. */
  readonly sender: string;
  /** GS03. */
  readonly receiver: string;
  /** GS06: 1 to 999999999. */
  readonly controlNumber: number;
  /** GS08, such as `005010X221A1`. */
  readonly version: string;
  readonly transactions: readonly X12TransactionContent[];
}

/** An interchange to write; ISA and IEA are made. */
export interface X12InterchangeContent {
  /** ISA05 and ISA06, such as `{ qualifier: "ZZ", id: "PAYER" }`. */
  readonly sender: { readonly qualifier: string; readonly id: string };
  /** ISA07 and ISA08. */
  readonly receiver: { readonly qualifier: string; readonly id: string };
  /** Date and time of interchange and groups, to the minute, in UTC. */
  readonly time: Date;
  /** ISA12: `00501` by default. */
  readonly version?: string;
  /** ISA13: 0 to 999999999. */
  readonly controlNumber: number;
  /** ISA15: production by default. */
  readonly usage?: "P" | "T";
  /** By default `*`, `:`, `~` and `^`. */
  readonly separators?: X12Separators;
  /** Written after each segment for people to read, such as `\n`; nothing by default. */
  readonly lineBreak?: string;
  readonly groups: readonly X12GroupContent[];
}

const SEPARATORS = { element: "*", component: ":", segment: "~", repetition: "^" } as const;

/** Most of GS06 and ISA13. */
const MAX_CONTROL_NUMBER = 999_999_999;

/**
 * Writes an interchange: the segments given, in envelopes with control numbers and counts.
 *
 * @throws CareProofError `X12_VALUE_INVALID` where a value holds a separator, a control character or a line break, or does not fit into ISA;
 * `SEPARATORS_INVALID` where separators are not different single characters, or are letters, digits or blanks.
 */
export function writeX12(interchange: X12InterchangeContent): string {
  const { sender, receiver, time, controlNumber, groups } = interchange;
  const writer = new SegmentWriter(interchange.separators ?? SEPARATORS, interchange.lineBreak ?? "");
  const [date, clock] = [
    time.toISOString().slice(0, 10).replaceAll("-", ""),
    time.toISOString().slice(11, 16).replace(":", ""),
  ];
  const number = controlNumberOf(controlNumber, "ISA13");
  const version = interchange.version ?? "00501";
  writer.writeIsa([
    ...["ISA", "00", "", "00", "", sender.qualifier, sender.id, receiver.qualifier, receiver.id],
    ...[
      date.slice(2),
      clock,
      version >= "00402" ? (writer.separators.repetition ?? "^") : "U",
      version,
      number.padStart(9, "0"),
      "0",
    ],
    ...[interchange.usage ?? "P", writer.separators.component],
  ]);
  for (const group of groups) {
    const groupNumber = controlNumberOf(group.controlNumber, "GS06");
    writer.write([
      "GS",
      group.functionalId,
      group.sender,
      group.receiver,
      date,
      clock,
      groupNumber,
      "X",
      group.version,
    ]);
    for (const { id, controlNumber: setNumber, implementation = "", segments } of group.transactions) {
      writer.write(["ST", id, setNumber, implementation]);
      for (const segment of segments) writer.write(segment);
      writer.write(["SE", String(segments.length + 2), setNumber]);
    }
    writer.write(["GE", String(group.transactions.length), groupNumber]);
  }
  writer.write(["IEA", String(groups.length), number.padStart(9, "0")]);
  return writer.text;
}

class SegmentWriter {
  private readonly parts: string[] = [];
  private readonly forbidden: ReadonlySet<string>;

  constructor(
    readonly separators: X12Separators,
    private readonly lineBreak: string,
  ) {
    const all = Object.values(separators) as string[];
    this.forbidden = new Set(all);
    if (this.forbidden.size !== all.length || all.some((character) => !/^[^A-Za-z0-9\s]$/.test(character))) {
      const message = `separators are different single characters, no letters, digits or blanks: ${JSON.stringify(separators)}`;
      throw new CareProofError("SEPARATORS_INVALID", message);
    }
    if (/[^\r\n]/.test(lineBreak)) throw new CareProofError("SEPARATORS_INVALID", "a line break is of CR and LF alone");
  }

  get text(): string {
    return this.parts.join("");
  }

  /** ISA has elements of fixed widths, two of which are separators. */
  writeIsa(elements: readonly string[]): void {
    const padded = elements.map((value, index) => {
      const place = `ISA${String(index).padStart(2, "0")}`;
      if (value.length > ISA_WIDTHS[index]!)
        throw invalid(`has more than ${ISA_WIDTHS[index]!} characters`, value, place);
      if (index !== 11 && index !== 16) this.check(value, place);
      return value.padEnd(ISA_WIDTHS[index]!);
    });
    this.put(padded);
  }

  write([id, ...elements]: X12SegmentContent): void {
    if (!/^[A-Z][A-Z0-9]{1,2}$/.test(id)) throw invalid("is no id of a segment", id, id);
    const written = elements.map((element, index) => {
      const place = `${id}${String(index + 1).padStart(2, "0")}`;
      const components = typeof element === "string" ? [element] : element;
      for (const component of components) this.check(component, place);
      return trimmed(components).join(this.separators.component);
    });
    this.put([id, ...trimmed(written)]);
  }

  private put(elements: readonly string[]): void {
    this.parts.push(elements.join(this.separators.element), this.separators.segment, this.lineBreak);
  }

  private check(value: string, place: string): void {
    for (const character of value) {
      if (this.forbidden.has(character) || /\p{Cc}/u.test(character)) {
        throw invalid(`has ${JSON.stringify(character)}, a separator or control character`, value, place);
      }
    }
  }
}

/** Without what is empty at the end. */
function trimmed(values: readonly string[]): readonly string[] {
  return values.slice(0, values.findLastIndex((value) => value !== "") + 1);
}

function controlNumberOf(number: number, place: string): string {
  if (!Number.isInteger(number) || number < 0 || number > MAX_CONTROL_NUMBER) {
    throw invalid(`is no whole number of at most 9 digits`, String(number), place);
  }
  return String(number);
}

function invalid(problem: string, value: string, place: string): CareProofError {
  return new CareProofError("X12_VALUE_INVALID", `${JSON.stringify(value)} ${problem}`, place);
}
