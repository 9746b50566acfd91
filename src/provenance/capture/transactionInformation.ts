import { CareProofError } from "../../errors.js";
import { canonicalBytes } from "../../utils/canonical.js";
import { commit } from "../../utils/commitment.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../utils/json.js";
import { isBytes32 } from "../../utils/writtenJson.js";

/** What 21 U.S.C. 360eee(26) (A) to (F) asks of each product: its members, all texts but `containers`, a number, and `lots`. */
const PRODUCT_TEXTS = ["name", "strength", "dosageForm", "ndc", "containerSize"] as const;

/** (I) and (J): who sells and who buys. */
const PARTIES = ["from", "to"] as const;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Checks transaction information: `{"products":[{"name","strength","dosageForm","ndc","containerSize","containers","lots"}],
 * "transactionDate","shipmentDate","from":{"name","address"},"to":{"name","address"}}`. `containers` is their number, `lots` the lot
 * numbers, dates are `YYYY-MM-DD`; `shipmentDate` is there only where it is more than 24 hours after the transaction. `eventFields` may
 * be the root of the event's fields (`commitFields`, 32 bytes as 0x-hex), so that the event can be shown in part. Members of one's own
 * may be added; the commitment covers them too.
 *
 * @param path Where it stands, for errors.
 * @throws CareProofError `TRANSACTION_INFORMATION_INVALID` with the member's path.
 * @see 21 U.S.C. 360eee(26).
 */
export function checkTransactionInformation(value: JsonValue | undefined, path: string): JsonObject {
  const information = objectAt(value, path);
  const { products } = information;
  if (!Array.isArray(products) || products.length === 0) throw invalid(`${path}.products`, "is missing or empty");
  for (const [index, product] of products.entries()) checkProduct(product, `${path}.products[${index}]`);
  requireDay(information.transactionDate, `${path}.transactionDate`);
  if (information.shipmentDate !== undefined) requireDay(information.shipmentDate, `${path}.shipmentDate`);
  for (const party of PARTIES) {
    const at = `${path}.${party}`;
    const { name, address } = objectAt(information[party], at);
    requireText(name, `${at}.name`);
    requireText(address, `${at}.address`);
  }
  const { eventFields } = information;
  if (eventFields !== undefined && !isBytes32(eventFields)) {
    throw invalid(`${path}.eventFields`, "is no Merkle root (32 bytes as 0x-hex)");
  }
  return information;
}

/**
 * The commitment that `ship` takes: that of `docs/vectors/commitments.json` with the kind `transactionInformation` and the form `exact`.
 *
 * @param salt 32 bytes as 0x-hex; who gets the information gets it too.
 * @returns 32 bytes as 0x-hex.
 */
export function transactionInformationCommitment(information: JsonObject, salt: string): string {
  return commit("transactionInformation", canonicalBytes(information, "exact"), "exact", salt);
}

function checkProduct(value: JsonValue, path: string): void {
  const product = objectAt(value, path);
  for (const member of PRODUCT_TEXTS) requireText(product[member], `${path}.${member}`);
  const { containers, lots } = product;
  if (!(containers instanceof JsonNumber) || !/^[1-9]\d*$/.test(containers.text)) {
    throw invalid(`${path}.containers`, "is missing or no whole number above 0");
  }
  if (!Array.isArray(lots) || lots.length === 0) throw invalid(`${path}.lots`, "is missing or empty");
  for (const [index, lot] of lots.entries()) requireText(lot, `${path}.lots[${index}]`);
}

function objectAt(value: JsonValue | undefined, path: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(path, "is missing or no object");
  return value;
}

function requireText(value: JsonValue | undefined, path: string): void {
  if (typeof value !== "string" || value.trim() === "") throw invalid(path, "is missing or no text");
}

function requireDay(value: JsonValue | undefined, path: string): void {
  if (typeof value !== "string" || !DAY.test(value) || Number.isNaN(Date.parse(value))) {
    throw invalid(path, "is missing or no day (YYYY-MM-DD)");
  }
}

function invalid(path: string, message: string): CareProofError {
  return new CareProofError("TRANSACTION_INFORMATION_INVALID", message, path);
}
