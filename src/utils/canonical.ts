import { isJsonObject, JsonNumber, type JsonObject, type JsonSource, type JsonValue, parseJson } from "./json.js";
import { CareProofError } from "../errors.js";

/**
 * The canonical forms of a FHIR resource by name, with the number (uint16) that a commitment binds.
 *
 * - `json#data` (the default): FHIR R4's `http://hl7.org/fhir/canonicalization/json#data` (R4 page json.html), which leaves out the
 *   narrative (`Resource.text`), and besides without `meta.versionId`, `meta.lastUpdated` and `meta.source`, which servers
 *   rewrite. A `meta` left empty goes too.
 * - `exact`: all of the resource.
 *
 * Both leave out only elements of the resource itself, never of a contained one.
 */
export const CANONICAL_FORMS = { "json#data": 1, exact: 2 } as const;

/** Name of a canonical form. */
export type CanonicalForm = keyof typeof CANONICAL_FORMS;

/** Elements that the form `json#data` leaves out, as paths within the resource. */
const DATA_FORM_OMITS = ["text", "meta.versionId", "meta.lastUpdated", "meta.source"] as const;

/**
 * The canonical text of a JSON value: RFC 8785 (JCS) with one deviation: a number keeps its digits as written, since in FHIR a
 * decimal's precision is significant (R4 page datatypes.html) and JCS turns 1.00 into 1. Keys are sorted by UTF-16 code units,
 * there is no whitespace, and strings have only the escapes that JSON demands.
 */
export function canonicalJson(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as JsonValue)}`);
  return `{${members.join(",")}}`;
}

/** A resource without what the form leaves out, and which of those elements it had. The resource itself is not changed. */
export function applyForm(resource: JsonObject, form: CanonicalForm): { content: JsonObject; omitted: string[] } {
  if (form === "exact") return { content: resource, omitted: [] };
  const content: JsonObject = Object.assign(Object.create(null) as JsonObject, resource);
  const omitted: string[] = [];
  let meta: JsonObject | undefined;
  if (isJsonObject(resource.meta)) {
    meta = Object.assign(Object.create(null) as JsonObject, resource.meta);
    content.meta = meta;
  }
  for (const path of DATA_FORM_OMITS) {
    const inMeta = path.startsWith("meta.");
    const parent = inMeta ? meta : content;
    const key = inMeta ? path.slice("meta.".length) : path;
    // A primitive's id and extensions stand beside it under its name with an underscore.
    for (const name of inMeta ? [key, `_${key}`] : [key]) {
      if (parent === undefined || !(name in parent)) continue;
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy without a prototype
      delete parent[name];
      omitted.push(inMeta ? `meta.${name}` : name);
    }
  }
  if (meta !== undefined && Object.keys(meta).length === 0) delete content.meta;
  return { content, omitted };
}

/**
 * The canonical bytes (UTF-8) of a parsed FHIR resource.
 *
 * @param resource The resource as {@link parseJson} gives it.
 * @param form Which canonical form, `json#data` by default.
 */
export function canonicalBytes(resource: JsonObject, form: CanonicalForm = "json#data"): Uint8Array {
  return new TextEncoder().encode(canonicalJson(applyForm(resource, form).content));
}

/**
 * The canonical bytes (UTF-8) of the JSON text of a FHIR resource.
 *
 * @throws CareProofError `JSON_INVALID` with line and column, `FHIR_INVALID` where the text is JSON but no object.
 */
export function canonicalize(text: string, form: CanonicalForm = "json#data", source: JsonSource = {}): Uint8Array {
  const value = parseJson(text, source);
  if (!isJsonObject(value)) throw new CareProofError("FHIR_INVALID", "a FHIR resource is a JSON object", source.name);
  return canonicalBytes(value, form);
}
