import { readText } from "./files.js";
import { checkAddress } from "../consent/recordPatient.js";
import { CareProofError } from "../errors.js";
import { hasCheckDigit } from "../provenance/checkDigit.js";
import type { Parties, PartyDetails, ProductDetails } from "../provenance/history/parties.js";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../utils/json.js";

/** What a member's text must be, where that is not any text. */
type Rules = Readonly<Record<string, { readonly pattern: RegExp; readonly expected: string } | undefined>>;

const ANY = undefined;

const PARTY: Rules = {
  name: ANY,
  address: ANY,
  gln: { pattern: /^\d{13}$/, expected: "a GLN of 13 digits with its check digit" },
};

const PRODUCT: Rules = {
  gtin: { pattern: /^\d{14}$/, expected: "a GTIN of 14 digits with its check digit" },
  name: ANY,
  strength: ANY,
  dosageForm: ANY,
  ndc: { pattern: /^[\d-]{10,13}$/, expected: "a National Drug Code: 10 or 11 digits, with or without hyphens" },
  containerSize: ANY,
};

/** Members with a check digit. */
const CHECKED = new Set(["gln", "gtin"]);

/**
 * Reads who stands behind addresses: `{"0x…": {"name", "address", "gln"}}`, of which the name is needed.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `JSON_INVALID`, `ADDRESS_INVALID` or `PARTIES_INVALID`, with file and member.
 */
export async function readParties(path: string): Promise<Parties> {
  const file = objectIn(
    await jsonOf(path),
    path,
    "PARTIES_INVALID",
    "an object of trading partners by their addresses",
  );
  const parties: Record<string, PartyDetails> = {};
  for (const [account, value] of Object.entries(file)) {
    const where = `${path} ${JSON.stringify(account)}`;
    const party = objectIn(value, where, "PARTIES_INVALID", "an object with name, address and gln");
    const details = textsIn(party, PARTY, where, "PARTIES_INVALID");
    if (details.name === undefined) throw new CareProofError("PARTIES_INVALID", "has no name", where);
    parties[checkAddress(account, where)] = details as unknown as PartyDetails;
  }
  return parties;
}

/**
 * Reads the master data of a product: `{"gtin", "name", "strength", "dosageForm", "ndc", "containerSize"}`, any of them.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `JSON_INVALID` or `PRODUCT_INVALID`, with file and member.
 */
export async function readProduct(path: string): Promise<ProductDetails> {
  const expected = "an object with the master data of a product";
  const file = objectIn(await jsonOf(path), path, "PRODUCT_INVALID", expected);
  return textsIn(file, PRODUCT, path, "PRODUCT_INVALID");
}

async function jsonOf(path: string): Promise<JsonValue> {
  return parseJson(await readText(path), { name: path });
}

function objectIn(value: JsonValue, where: string, code: string, expected: string): JsonObject {
  if (!isJsonObject(value)) throw new CareProofError(code, `expected ${expected}`, where);
  return value;
}

/** The members, all of them texts that are known and as they must be. */
function textsIn(object: JsonObject, rules: Rules, where: string, code: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      if (!(name in rules)) {
        const known = Object.keys(rules).join(", ");
        throw new CareProofError(code, `${JSON.stringify(name)} has no meaning here; known are ${known}`, where);
      }
      if (typeof value !== "string" || value.trim() === "") {
        throw new CareProofError(code, `"${name}" must be a text`, where);
      }
      const rule = rules[name];
      if (rule !== undefined && (!rule.pattern.test(value) || (CHECKED.has(name) && !hasCheckDigit(value)))) {
        throw new CareProofError(code, `"${name}" must be ${rule.expected}`, where);
      }
      return [name, value];
    }),
  );
}
