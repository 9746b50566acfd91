import {
  checkElement,
  type Gs1Element,
  hasPredefinedLength,
  leadingAi,
  withoutRepeats,
} from "./applicationIdentifiers.js";
import { CareProofError } from "../../errors.js";

/** FNC1 as scanners transmit it between data fields: ASCII 29, group separator. */
export const GROUP_SEPARATOR = "\u001d";

/** FNC1 as people write it: it is in none of the character sets of data. Read like {@link GROUP_SEPARATOR}. */
const FNC1 = "^";

/**
 * How a message with FNC1 begins: with the symbology identifier of a GS1 DataMatrix, GS1-128, GS1 QR Code, GS1 DataBar or GS1 DotCode
 * (ISO/IEC 15424), or with FNC1 itself, which scanners leave out.
 */
const BEGINNING = /^(?:\](?:d2|C1|Q3|e0|J1)\^?|\^)/;

/** AIs that a maker of medicines prints together: GTIN, lot, production date, expiry, serial, a national number. */
const PACKAGE_AIS = /^(01|10|11|17|21|71[0-7])$/;

/** Longest data field is 90 characters. What is longer is no field that swallowed others, but garbage. */
const MAX_SPLIT_LENGTH = 100;

/**
 * Reads concatenated element strings, as a scanner sends them.
 *
 * With FNC1 (as GS or `^`, or a symbology identifier that says that there would be one) a field that has no predefined length ends at
 * the next. Where the text shows no sign of FNC1, a program may have dropped it: then only the last field may have no predefined length,
 * and the text is refused where its end could as well be further fields.
 *
 * @throws CareProofError `ELEMENT_STRING_INVALID`, `AI_UNKNOWN` (path: `character 17`), `FNC1_MISSING`, `AI_REPEATED`, or of
 * {@link checkElement}.
 * @see GS1 General Specifications, section 7.8.
 */
export function readElementString(scanned: string): Gs1Element[] {
  const text = scanned.replaceAll(GROUP_SEPARATOR, FNC1);
  const beginning = BEGINNING.exec(text)?.[0] ?? "";
  const separated = beginning !== "" || text.includes(FNC1);
  const elements: Gs1Element[] = [];
  for (let at = beginning.length; at < text.length;) {
    const ai = leadingAi(text.slice(at, at + 4));
    if (ai === undefined) {
      const found = JSON.stringify(text.slice(at, at + 4));
      throw new CareProofError("AI_UNKNOWN", `no Application Identifier begins with ${found}`, `character ${at + 1}`);
    }
    const value = fieldAt(text, at + ai.length, ai);
    if (!separated && !hasPredefinedLength(ai)) refuseOtherReading(elements, { ai, value });
    checkElement({ ai, value });
    elements.push({ ai, value });
    at += ai.length + value.length;
    if (text.startsWith(FNC1, at)) at++;
  }
  if (elements.length === 0) throw new CareProofError("ELEMENT_STRING_INVALID", "there is no data in it");
  return withoutRepeats(elements);
}

/**
 * Writes elements one after the other, with FNC1 after each that needs it and is not the last. FNC1 at the beginning, which the
 * barcode has and scanners leave out, is not written.
 *
 * @param fnc1 `^` for people.
 * @throws CareProofError of {@link checkElement}.
 */
export function writeElementString(elements: readonly Gs1Element[], fnc1: "\u001d" | "^" = GROUP_SEPARATOR): string {
  elements.forEach(checkElement);
  return elements
    .map(({ ai, value }, i) => (i + 1 === elements.length || hasPredefinedLength(ai) ? ai + value : ai + value + fnc1))
    .join("");
}

/** The data from `start` to the end of the field. Too short ones are left to the check of the format. */
function fieldAt(text: string, start: number, ai: string): string {
  const rest = text.slice(start);
  const end = rest.indexOf(FNC1);
  const field = end < 0 ? rest : rest.slice(0, end);
  return hasPredefinedLength(ai) ? field.slice(0, predefinedLength(ai)) : field;
}

function predefinedLength(ai: string): number {
  if (ai === "00") return 18;
  if (ai.startsWith("0")) return 14;
  if (ai === "20") return 2;
  return ai.startsWith("41") ? 13 : 6;
}

function refuseOtherReading(before: readonly Gs1Element[], last: Gs1Element): void {
  const other = splits(last, new Set(before.map(({ ai }) => kindOf(ai))));
  if (other === undefined) return;
  const readings = [[last], other].map((elements) => elements.map(({ ai, value }) => `(${ai})${value}`).join(""));
  throw new CareProofError(
    "FNC1_MISSING",
    `without FNC1 it could end in ${readings.join(" or in ")}: give FNC1 as GS (ASCII 29) or ^, or brackets around the AIs`,
    `AI ${last.ai}`,
  );
}

/** The field as it would be were its end further fields of a package, or undefined where that cannot be. */
function splits({ ai, value }: Gs1Element, seen: ReadonlySet<string>): Gs1Element[] | undefined {
  if (value.length > MAX_SPLIT_LENGTH) return undefined;
  const taken = new Set(seen).add(kindOf(ai));
  for (let length = 1; length < value.length; length++) {
    const head = { ai, value: value.slice(0, length) };
    const tail = isValid(head) ? fields(value.slice(length), taken) : undefined;
    if (tail !== undefined) return [head, ...tail];
  }
  return undefined;
}

/** All of `text` as fields of a package of kinds that are not in `seen`. */
function fields(text: string, seen: ReadonlySet<string>): Gs1Element[] | undefined {
  const ai = leadingAi(text);
  if (ai === undefined || !PACKAGE_AIS.test(ai) || seen.has(kindOf(ai))) return undefined;
  const element = { ai, value: fieldAt(text, ai.length, ai) };
  const rest = text.slice(ai.length + element.value.length);
  if (rest === "" && isValid(element)) return [element];
  if (!hasPredefinedLength(ai)) return splits(element, seen);
  const tail = isValid(element) ? fields(rest, new Set(seen).add(kindOf(ai))) : undefined;
  return tail && [element, ...tail];
}

/** The first two digits tell the AIs of packages apart, national numbers taken as one kind: that bounds the search. */
function kindOf(ai: string): string {
  return ai.slice(0, 2);
}

function isValid(element: Gs1Element): boolean {
  try {
    checkElement(element);
    return true;
  } catch {
    return false;
  }
}
