import { checkElement, type Gs1Element, withoutRepeats } from "./applicationIdentifiers.js";
import { CareProofError } from "../../errors.js";

/**
 * Reads element strings with brackets around the AIs, as printed below a barcode: `(01)09521234543213(21)ABC`. A bracket that opens
 * within data is `\(`. Spaces around AIs and data are passed over.
 *
 * @throws CareProofError `BRACKETS_INVALID` (path: `character 17`), `AI_UNKNOWN`, `AI_REPEATED`, or of {@link checkElement}.
 */
export function readBracketed(text: string): Gs1Element[] {
  const elements: Gs1Element[] = [];
  const field = /\s*\((\d{2,4})\)((?:\\\(|[^(])*)/y;
  for (let at = 0; at < text.length; at = field.lastIndex) {
    field.lastIndex = at;
    const match = field.exec(text);
    if (match === null) {
      throw new CareProofError(
        "BRACKETS_INVALID",
        "expected an AI of 2 to 4 digits in brackets; a bracket that opens within data is written \\(",
        `character ${at + 1}`,
      );
    }
    const element = { ai: match[1]!, value: match[2]!.trim().replaceAll("\\(", "(") };
    checkElement(element);
    elements.push(element);
  }
  if (elements.length === 0) throw new CareProofError("BRACKETS_INVALID", "there is no data in it");
  return withoutRepeats(elements);
}

/**
 * Writes elements with brackets around the AIs, and `\(` for a bracket that opens within data.
 *
 * @throws CareProofError of {@link checkElement}.
 */
export function writeBracketed(elements: readonly Gs1Element[]): string {
  elements.forEach(checkElement);
  return elements.map(({ ai, value }) => `(${ai})${value.replaceAll("(", "\\(")}`).join("");
}
