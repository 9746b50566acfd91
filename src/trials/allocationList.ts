import type { AllocationLeaf } from "./protocol.js";
import { CareProofError } from "../errors.js";
import type { NumberedLine } from "../utils/lines.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

const MEMBERS = ["index", "subject", "arm", "salt"];

/**
 * Reads an opened allocation list: a JSON object {@link AllocationLeaf} a line, in their order.
 *
 * @param name The file's name, for errors.
 * @throws CareProofError `ALLOCATION_INVALID` with file and line, also where there is no row, or one is not at its place.
 */
export async function readAllocationList(
  lines: Iterable<NumberedLine> | AsyncIterable<NumberedLine>,
  name = "allocation list",
): Promise<AllocationLeaf[]> {
  const list: AllocationLeaf[] = [];
  for await (const { line, number } of lines) {
    const where = `${name}:${number}`;
    const invalid = (message: string): CareProofError => new CareProofError("ALLOCATION_INVALID", message, where);
    const value = parseJsonObject(line.trim(), "ALLOCATION_INVALID", "allocation list", where);
    const unknown = Object.keys(value).find((member) => !MEMBERS.includes(member));
    if (unknown !== undefined) throw invalid(`"${unknown}" has no meaning here; known are ${MEMBERS.join(", ")}`);
    const { index, subject, arm, salt } = value;
    if (index !== list.length) throw invalid(`expected row ${list.length}`);
    if (!isBytes32(subject)) throw invalid('"subject" is missing or not 32 bytes as 0x-hex');
    if (!isInteger(arm, 255)) throw invalid('"arm" is missing or not a number from 0 to 255');
    if (!isBytes32(salt)) throw invalid('"salt" is missing or not 32 bytes as 0x-hex');
    list.push({ index: list.length, subject: subject as string, arm: arm as number, salt: salt as string });
  }
  if (list.length === 0) throw new CareProofError("ALLOCATION_INVALID", "has no row", name);
  return list;
}
