import { readText } from "./files.js";
import { checkAddress } from "../consent/recordPatient.js";
import { CareProofError } from "../errors.js";
import { isJsonObject, parseJson } from "../utils/json.js";

/**
 * Reads a JSON file of addresses by FHIR reference: `{"Organization/f001": "0x…"}`.
 *
 * @param code Code of the error where the file holds something else.
 * @throws CareProofError `FILE_UNREADABLE`, `JSON_INVALID`, `code`, or `ADDRESS_INVALID` with file and reference.
 */
export async function readAddresses(path: string, code: string): Promise<Record<string, string>> {
  const value = parseJson(await readText(path), { name: path });
  if (!isJsonObject(value)) {
    throw new CareProofError(code, "must be a JSON object of addresses by FHIR reference", path);
  }
  return Object.fromEntries(
    Object.entries(value).map(([reference, address]) => {
      const where = `${path} ${JSON.stringify(reference)}`;
      if (typeof address !== "string") throw new CareProofError("ADDRESS_INVALID", "must be an address", where);
      return [reference, checkAddress(address, where)];
    }),
  );
}
