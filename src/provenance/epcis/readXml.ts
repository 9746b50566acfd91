import { type EpcisField, invalidEpcis } from "./field.js";
import type { EpcisFields } from "./readJson.js";
import { COMMENTS, expandCompactUri } from "./vocabulary.js";
import { CareProofError } from "../../errors.js";
import type { JsonSource } from "../../utils/json.js";
import { parseXml, type XmlElement, type XmlName } from "../../utils/xml.js";

/** An element whose names are resolved. */
interface EpcisElement {
  /** `{namespace}name`; the name alone where there is no namespace, or one of EPCIS. */
  readonly name: string;
  /** Text before the first child element, without white space around it. */
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly EpcisElement[];
}

/** Namespaces of EPCIS 1.x and 2.x themselves. Their elements within a document are written with and without a prefix. */
const EPCIS_NAMESPACE = /^urn:epcglobal:epcis(?:-query)?:xsd:[12]$/;
const SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";

/** Wrappers that EPCIS 1.x puts around later fields, and 2.0 no longer has. */
const WRAPPERS: ReadonlySet<string> = new Set(["extension", "baseExtension"]);

/**
 * Reads an EPCIS XML text: an EPCISDocument, an EPCISQueryDocument with query results, or an event.
 *
 * @throws CareProofError `XML_INVALID`, `EPCIS_INVALID`.
 */
export function readXmlFields(text: string, source: JsonSource = {}): EpcisFields {
  const root = elementOf(parseXml(text, source));
  const path = [root.name, "EPCISBody"];
  switch (root.name) {
    case "EPCISDocument":
      break;
    case "EPCISQueryDocument":
      path.push("QueryResults", "resultsBody");
      break;
    default:
      return { events: [eventField(root, root.name)], ignoredFields: [] };
  }
  const schemaVersion = root.attributes.get("schemaVersion");
  if (schemaVersion === undefined) throw invalidEpcis(root.name, "has no schemaVersion");
  if (!/^[12]\.\d/.test(schemaVersion)) {
    const message = `EPCIS ${JSON.stringify(schemaVersion)} is not known: 1.x and 2.x are read`;
    throw new CareProofError("EPCIS_VERSION_UNSUPPORTED", message, `${root.name}.schemaVersion`);
  }
  path.push("EventList");
  const list = path.slice(1).reduce((element, name, index) => {
    const child = element.children.find((candidate) => candidate.name === name);
    if (child === undefined) throw invalidEpcis(path.slice(0, index + 2).join("."), "is missing");
    return child;
  }, root);
  const events = unwrapped(list).map((event, index) => eventField(event, `${path.slice(1).join(".")}[${index}]`));
  return { schemaVersion, events, ignoredFields: [] };
}

function eventField(element: EpcisElement, path: string): EpcisField {
  return { name: element.name, text: "", children: childFields(element, path, true), path };
}

/** @param standard Whether the element is the standard's, so that wrappers in it are too. */
function childFields(element: EpcisElement, path: string, standard: boolean): EpcisField[] {
  const attributes = [...element.attributes].map(([name, text]): EpcisField => ({
    name,
    text,
    children: [],
    path: `${path}.${name}`,
  }));
  const children = (standard ? unwrapped(element) : element.children).filter(({ name }) => !COMMENTS.has(name));
  const counts = new Map<string, number>();
  for (const { name } of children) counts.set(name, (counts.get(name) ?? 0) + 1);
  const indices = new Map<string, number>();
  const elements = children.map((child): EpcisField => {
    const { name, text } = child;
    const index = indices.get(name) ?? 0;
    indices.set(name, index + 1);
    const at = `${path}.${name}${(counts.get(name) ?? 0) > 1 ? `[${index}]` : ""}`;
    const isStandard = standard && !name.startsWith("{") && name !== "ilmd";
    return { name, text, children: childFields(child, at, isStandard), path: at };
  });
  // What a document element carries, an event that stands alone may carry.
  return [...attributes, ...elements].filter(({ name }) => name !== "schemaVersion" && name !== "creationDate");
}

/** The children of an element, those in wrappers of EPCIS 1.x too. */
function unwrapped(element: EpcisElement): readonly EpcisElement[] {
  return element.children.flatMap((child) => (WRAPPERS.has(child.name) ? unwrapped(child) : [child]));
}

/** An element with the names of EPCIS. */
function elementOf(element: XmlElement): EpcisElement {
  const attributes = new Map<string, string>();
  for (const attribute of element.attributes) {
    if (attribute.namespace === SCHEMA_INSTANCE) continue;
    attributes.set(nameOf(attribute), expandCompactUri(attribute.value.trim(), element.prefixes));
  }
  let text = "";
  const children: EpcisElement[] = [];
  for (const part of element.content()) {
    if (typeof part !== "string") children.push(elementOf(part));
    else if (children.length === 0) text += part;
  }
  return { name: nameOf(element), text: expandCompactUri(text.trim(), element.prefixes), attributes, children };
}

function nameOf({ namespace, local, prefix }: XmlName): string {
  return namespace === undefined || prefix === "xml" || EPCIS_NAMESPACE.test(namespace)
    ? local
    : `{${namespace}}${local}`;
}
