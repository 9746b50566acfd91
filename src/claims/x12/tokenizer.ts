import { X12Segment } from "./segment.js";
import { CareProofError } from "../../errors.js";

/** What separates the parts of an interchange, each one character. */
export interface X12Separators {
  /** Between elements, the character after `ISA`: usually `*`. */
  readonly element: string;
  /** Between components of an element, ISA16: usually `:`. */
  readonly component: string;
  /** After a segment, the character after ISA16: usually `~`. */
  readonly segment: string;
  /** Between repetitions of an element, ISA11 from version 00402 on: usually `^`. No element that is read here repeats. */
  readonly repetition?: string;
}

/** Widths of ISA and its 16 elements, the only ones that are fixed. */
export const ISA_WIDTHS = [3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1] as const;

/** What is looked at to find the end of an ISA: its length, and some room for elements of wrong widths. */
const MAX_ISA_LENGTH = 120;

/**
 * Cuts X12 into segments as it arrives. Separators are those of each ISA. Line breaks and blanks between segments are passed over.
 *
 * Own code: node-x12 reads a whole text and stops at the first error, x12-parser validates nothing and needs Node's streams.
 */
export class X12Tokenizer {
  private text = "";
  private number = 0;
  private separators: X12Separators | undefined;

  /**
   * The segments that are whole with this text. An ISA has 16 elements, whatever their widths.
   *
   * @throws CareProofError `ENVELOPE_MISSING` where the text begins with no ISA.
   */
  *push(text: string): Generator<X12Segment> {
    this.text += text;
    yield* this.cut(false);
  }

  /**
   * The last segments; that of IEA may lack its terminator.
   *
   * @throws CareProofError `ENVELOPE_MISSING`, and `INPUT_EMPTY` where there was no text.
   */
  *end(): Generator<X12Segment> {
    yield* this.cut(true);
    if (this.separators === undefined) throw new CareProofError("INPUT_EMPTY", "there is no X12 text");
    const { element, component } = this.separators;
    if (this.text.startsWith(`IEA${element}`)) {
      yield new X12Segment(this.text.trimEnd().split(element), ++this.number, component);
      this.text = "";
    }
  }

  /** What came after the last segment, without its end. */
  get rest(): string {
    return this.text.trim();
  }

  private *cut(atEnd: boolean): Generator<X12Segment> {
    const { text } = this;
    let start = 0;
    for (;;) {
      while (start < text.length && (text.charCodeAt(start) <= 0x20 || text[start] === "\ufeff")) start++;
      // Four characters tell an ISA from other segments.
      if (text.length - start < 4 && (!atEnd || start === text.length)) break;
      if (isIsa(text, start)) {
        const separators = separatorsOf(text, start);
        if (separators === undefined && text.length - start < MAX_ISA_LENGTH && !atEnd) break;
        this.separators = separators ?? this.separators;
      }
      if (this.separators === undefined) {
        const found = JSON.stringify(text.slice(start, start + 20));
        throw new CareProofError(
          "ENVELOPE_MISSING",
          `begins with ${found}, not with a whole ISA segment: no X12 interchange`,
        );
      }
      const { element, component, segment } = this.separators;
      const end = text.indexOf(segment, start);
      if (end < 0) break;
      yield new X12Segment(text.slice(start, end).split(element), ++this.number, component);
      start = end + 1;
    }
    this.text = text.slice(start);
  }
}

function isIsa(text: string, start: number): boolean {
  return text.startsWith("ISA", start) && /[^A-Za-z0-9\s]/.test(text[start + 3] ?? "A");
}

/** The separators of the ISA at a place; undefined where it is not whole, or so malformed that they cannot be told. */
function separatorsOf(text: string, start: number): X12Separators | undefined {
  const header = text.slice(start, start + MAX_ISA_LENGTH);
  const element = header[3]!;
  const elements = header.split(element, 17);
  const [component, segment] = elements[16] ?? "";
  // Elements of several segments are no ISA.
  if (component === undefined || segment === undefined || !/^\d{5}$/.test(elements[12]!)) return undefined;
  return { element, component, segment };
}
