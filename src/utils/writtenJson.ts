import { parseJson } from "./json.js";
import { CareProofError } from "../errors.js";

/**
 * Reads a JSON object, a file or a line of one, as this package writes them.
 *
 * @param code The error's code.
 * @param kind What the file is, in the words of its reader, such as `manifest`.
 * @param where The text's place, for errors.
 * @throws CareProofError of that code, also where a key is given twice.
 */
export function parseJsonObject(text: string, code: string, kind: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CareProofError(code, `not JSON: the ${kind} is cut off or is no ${kind}`, where);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CareProofError(code, "expected an object", where);
  }
  // JSON.parse lets a key be given twice, and another reader may take the other value. Texts as written here are not read twice.
  if (JSON.stringify(value) !== text) parseStrictly(text, code, where);
  return value as Record<string, unknown>;
}

function parseStrictly(text: string, code: string, where: string): void {
  try {
    parseJson(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CareProofError(code, message, where, { cause: error });
  }
}

/** Whether a field is a whole number from 0 to a maximum. */
export function isInteger(value: unknown, maximum: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maximum;
}

/** Whether a field is 32 bytes as 0x-hex. */
export function isBytes32(value: unknown): boolean {
  return typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value);
}
