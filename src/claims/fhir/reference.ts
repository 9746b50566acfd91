import type { FhirElement } from "./element.js";
import { EIN, NPI } from "./systems.js";
import { isJsonObject, type JsonObject } from "../../utils/json.js";
import type { X12Provider } from "../x12/claim.js";

/** The resource that a literal reference names in the same text, undefined where it is elsewhere. */
export type Resolve = (reference: string) => JsonObject | undefined;

const TAX_NUMBER = "TAX";

/** A reference as it stands, or its identifier as `system|value`; undefined where it has neither. Throws CareProofError `ELEMENT_INVALID`. */
export function referenceText(reference: FhirElement | undefined): string | undefined {
  if (reference === undefined) return undefined;
  const literal = reference.text("reference");
  if (literal !== undefined) return literal;
  const identifier = reference.child("identifier");
  const value = identifier?.text("value");
  if (identifier === undefined || value === undefined) return undefined;
  return `${identifier.text("system") ?? ""}|${value}`;
}

/** NPI and tax number of who a reference names, as far as they are known here. Throws CareProofError `ELEMENT_INVALID`. */
export function providerOf(reference: FhirElement | undefined, resolve: Resolve): X12Provider {
  if (reference === undefined) return {};
  const literal = reference.text("reference");
  const target = literal === undefined ? undefined : resolve(literal);
  const own = reference.value.identifier;
  const identifiers = [own ?? [], target?.identifier ?? []].flat().filter((one) => isJsonObject(one));
  const npi = identifiers.find(({ system }) => system === NPI)?.value;
  const taxId = identifiers.find((one) => one.system === EIN || isTaxNumber(one))?.value;
  return {
    ...(typeof npi === "string" ? { npi } : {}),
    ...(typeof taxId === "string" ? { taxId } : {}),
  };
}

/** Whether an identifier is a tax number by its type (HL7 v2 table 0203). */
function isTaxNumber({ type }: JsonObject): boolean {
  return codesOf(type).includes(TAX_NUMBER);
}

/** The codes of a `CodeableConcept`; none where it is none. */
export function codesOf(concept: JsonObject[string] | undefined): string[] {
  const codings = isJsonObject(concept) && Array.isArray(concept.coding) ? concept.coding : [];
  return codings.flatMap((one) => (isJsonObject(one) && typeof one.code === "string" ? [one.code] : []));
}
