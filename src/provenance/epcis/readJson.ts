import { type EpcisField, invalidEpcis } from "./field.js";
import { COMMENTS, expandBareWord, expandCompactUri, FIELD_PREFIXES, GS1_PREFIXES } from "./vocabulary.js";
import { CareProofError } from "../../errors.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../utils/json.js";

/** Events as fields, before their content is checked. */
export interface EpcisFields {
  readonly schemaVersion?: string;
  /** One at a time: a document of a million packages has as many fields. */
  readonly events: Iterable<EpcisField>;
  /** `{namespace}name` of fields that do not count in event hashes. */
  readonly ignoredFields: readonly string[];
}

type Prefixes = ReadonlyMap<string, string>;

/** What XML calls the entries of lists that JSON writes as arrays. */
const ENTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    epcList: "epc",
    childEPCs: "epc",
    inputEPCList: "epc",
    outputEPCList: "epc",
    quantityList: "quantityElement",
    childQuantityList: "quantityElement",
    inputQuantityList: "quantityElement",
    outputQuantityList: "quantityElement",
    bizTransactionList: "bizTransaction",
    sourceList: "source",
    destinationList: "destination",
    sensorElementList: "sensorElement",
    correctiveEventIDs: "correctiveEventID",
  }),
);

/**
 * Reads an EPCIS 2.0 JSON or JSON-LD value: an EPCISDocument, an EPCISQueryDocument, an event, or an array of events. `@context` is
 * resolved without fetching anything: GS1's context is known, others are read where they stand in the document.
 *
 * @throws CareProofError `EPCIS_INVALID`, `EPCIS_VERSION_UNSUPPORTED`.
 */
export function readJsonFields(value: JsonValue): EpcisFields {
  if (Array.isArray(value)) return { events: eventFields(value, new Map(), ""), ignoredFields: [] };
  if (!isJsonObject(value)) throw invalidEpcis("$", "is neither an EPCIS document nor an event");
  const prefixes = withContext(new Map(), value["@context"], "@context");
  switch (value.type) {
    case "EPCISDocument":
    case "EPCISQueryDocument":
      return documentFields(value, value.type, prefixes);
    case undefined:
      throw invalidEpcis("type", "is missing: this is neither an EPCIS document nor an event");
    default:
      return { events: [eventField(value, new Map(), "$")], ignoredFields: [] };
  }
}

function documentFields(document: JsonObject, type: string, prefixes: Prefixes): EpcisFields {
  const { schemaVersion } = document;
  if (typeof schemaVersion !== "string") throw invalidEpcis("schemaVersion", "is missing or no string");
  if (!/^2\.\d/.test(schemaVersion)) {
    const message = `EPCIS ${JSON.stringify(schemaVersion)} has no JSON form: only 2.0 is read`;
    throw new CareProofError("EPCIS_VERSION_UNSUPPORTED", message, "schemaVersion");
  }
  if (document["@context"] === undefined) throw invalidEpcis("@context", "is missing: it says what the names mean");
  const body = objectAt(document, "epcisBody", "");
  const holders = [document, body];
  let path = "epcisBody.";
  if (type === "EPCISQueryDocument") {
    const results = objectAt(body, "queryResults", path);
    const resultsBody = objectAt(results, "resultsBody", "epcisBody.queryResults.");
    holders.push(results, resultsBody);
    path = "epcisBody.queryResults.resultsBody.";
  }
  const list = holders.at(-1)?.eventList;
  if (!Array.isArray(list)) throw invalidEpcis(`${path}eventList`, "is missing or no array");
  return {
    schemaVersion,
    events: eventFields(list, prefixes, `${path}eventList`),
    ignoredFields: holders.flatMap((holder) => ignoredFields(holder, prefixes)),
  };
}

/** What the reference implementation of the event hash reads `ignoreFields`, of any vocabulary, for. */
function ignoredFields(holder: JsonObject, prefixes: Prefixes): string[] {
  const lists = Object.keys(holder).filter((key) => key.endsWith(":ignoreFields"));
  return lists.flatMap((key) => {
    const names = holder[key];
    if (!Array.isArray(names)) throw invalidEpcis(key, "is no array");
    return names.map((name) => {
      if (typeof name !== "string") throw invalidEpcis(key, "has an entry that is no string");
      return expandName(name, prefixes, key);
    });
  });
}

function objectAt(holder: JsonObject, key: string, path: string): JsonObject {
  const value = holder[key];
  if (!isJsonObject(value)) throw invalidEpcis(path + key, "is missing or no object");
  return value;
}

function* eventFields(list: readonly JsonValue[], prefixes: Prefixes, path: string): Generator<EpcisField> {
  for (const [index, event] of list.entries()) yield eventField(event, prefixes, `${path}[${index}]`);
}

function eventField(event: JsonValue, prefixes: Prefixes, path: string): EpcisField {
  if (!isJsonObject(event)) throw invalidEpcis(path, "is no event: expected an object");
  if (typeof event.type !== "string") throw invalidEpcis(`${path}.type`, "is missing or no string");
  const scope = withContext(prefixes, event["@context"], `${path}.@context`);
  const children = objectFields(event, scope, path, "", true).filter(({ name }) => name !== "type");
  return { name: event.type, text: "", children, path };
}

/**
 * @param parent Name of the field whose object this is, empty for an event.
 * @param standard Whether the object is the standard's, so that names without a prefix are too.
 */
function objectFields(
  object: JsonObject,
  prefixes: Prefixes,
  path: string,
  parent: string,
  standard: boolean,
): EpcisField[] {
  const scope = parent === "" ? prefixes : withContext(prefixes, object["@context"], `${path}.@context`);
  return Object.keys(object).flatMap((key) => {
    const value = object[key] as JsonValue;
    const name = key === "@context" ? key : expandName(key, scope, path);
    // A null in JSON-LD is nothing.
    if (key === "@context" || COMMENTS.has(name) || value === null) return [];
    const at = `${path}.${key}`;
    const isStandard = standard && !name.startsWith("{") && parent !== "ilmd";
    const entry = isStandard ? ENTRIES.get(name) : undefined;
    if (entry !== undefined) {
      if (!Array.isArray(value)) throw invalidEpcis(at, "expected an array");
      const children = value.map((item, index) => entryField(entry, item, scope, `${at}[${index}]`));
      return [{ name, text: "", children, path: at }];
    }
    return valueFields(name, value, scope, at, parent, isStandard);
  });
}

/** The field of an entry; of `{"type": …, "source": …}` the source is the text, as in XML. */
function entryField(entry: string, item: JsonValue, prefixes: Prefixes, path: string): EpcisField {
  if (isJsonObject(item)) {
    const fields = objectFields(item, prefixes, path, entry, true);
    const text = fields.find(({ name }) => name === entry)?.text ?? "";
    return { name: entry, text, children: fields.filter(({ name }) => name !== entry), path };
  }
  return { name: entry, text: textOf(item, prefixes, path), children: [], path };
}

function valueFields(
  name: string,
  value: JsonValue,
  prefixes: Prefixes,
  path: string,
  parent: string,
  standard: boolean,
): EpcisField[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => valueFields(name, item, prefixes, `${path}[${index}]`, parent, standard));
  }
  if (isJsonObject(value)) {
    return [{ name, text: "", children: objectFields(value, prefixes, path, name, standard), path }];
  }
  let text: string | undefined = textOf(value, prefixes, path);
  if (standard) text = expandBareWord(parent, name, text);
  if (text === undefined)
    throw invalidEpcis(path, `${JSON.stringify(value)} is not a word of the standard's vocabulary`);
  return [{ name, text, children: [], path }];
}

function textOf(value: JsonValue, prefixes: Prefixes, path: string): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "string") throw invalidEpcis(path, "expected a string");
  return expandCompactUri(value.trim(), prefixes);
}

/** The standard's name as it is, another as `{namespace}name`. */
function expandName(key: string, prefixes: Prefixes, path: string): string {
  const colon = key.indexOf(":");
  if (colon < 0) return key;
  const [prefix, rest] = [key.slice(0, colon), key.slice(colon + 1)];
  if (rest.startsWith("//") || prefix === "urn") {
    const end = Math.max(key.lastIndexOf("/"), key.lastIndexOf("#"), prefix === "urn" ? key.lastIndexOf(":") : 0) + 1;
    return `{${key.slice(0, end)}}${key.slice(end)}`;
  }
  const namespace = GS1_PREFIXES.get(prefix) ?? prefixes.get(prefix) ?? FIELD_PREFIXES.get(prefix);
  if (namespace === undefined) {
    throw invalidEpcis(`${path}.${key}`, `no @context says what the prefix ${JSON.stringify(prefix)} means`);
  }
  return `{${namespace}}${rest}`;
}

/** The prefixes that a `@context` adds. What is at an address is not fetched. */
function withContext(prefixes: Prefixes, context: JsonValue | undefined, path: string): Prefixes {
  if (context === undefined || typeof context === "string") return prefixes;
  if (Array.isArray(context)) return context.reduce<Prefixes>((all, part) => withContext(all, part, path), prefixes);
  if (!isJsonObject(context)) throw invalidEpcis(path, "expected a URL, an object, or an array of these");
  const added = Object.entries(context).flatMap(([prefix, meaning]): [string, string][] => {
    const uri = isJsonObject(meaning) ? meaning["@id"] : meaning;
    return typeof uri === "string" && !prefix.startsWith("@") ? [[prefix, uri]] : [];
  });
  return new Map([...prefixes, ...added]);
}
