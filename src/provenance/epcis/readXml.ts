import { XMLParser, XMLValidator } from "fast-xml-parser";

import { type EpcisField, invalidEpcis } from "./field.js";
import type { EpcisFields } from "./readJson.js";
import { COMMENTS, expandCompactUri } from "./vocabulary.js";
import { CareProofError } from "../../errors.js";
import { describePosition, type JsonSource } from "../../utils/json.js";

/** An element as fast-xml-parser gives it in document order: `{name: children}`, text `{"#text": …}`, attributes under `:@`. */
type XmlNode = Readonly<Record<string, XmlNode[] | string | Readonly<Record<string, string>>>>;

/** An element whose names are resolved. */
interface XmlElement {
  /** `{namespace}name`; the name alone where there is no namespace, or one of EPCIS. */
  readonly name: string;
  /** Text before the first child element, without white space around it. */
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

type Prefixes = ReadonlyMap<string, string>;

const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: false,
  cdataPropName: "#cdata",
  ignoreDeclaration: true,
  ignorePiTags: true,
});

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
  const root = parseXml(text, source);
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

function eventField(element: XmlElement, path: string): EpcisField {
  return { name: element.name, text: "", children: childFields(element, path, true), path };
}

/** @param standard Whether the element is the standard's, so that wrappers in it are too. */
function childFields(element: XmlElement, path: string, standard: boolean): EpcisField[] {
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
function unwrapped(element: XmlElement): readonly XmlElement[] {
  return element.children.flatMap((child) => (WRAPPERS.has(child.name) ? unwrapped(child) : [child]));
}

function parseXml(text: string, source: JsonSource): XmlElement {
  const doctype = text.indexOf("<!DOCTYPE");
  if (doctype >= 0) throw invalidXml("a document type is not allowed", describePosition(text, doctype, source));
  const validity = XMLValidator.validate(text);
  if (validity !== true) {
    // The column is missing where there is no element at all.
    const { msg, line, col } = validity.err as { msg: string; line: number; col?: number };
    const { name } = source;
    const path = name === undefined ? `line ${line}` : [name, line, col].filter((part) => part !== undefined).join(":");
    throw invalidXml(describeFault(msg), path);
  }
  let nodes: XmlNode[];
  try {
    nodes = PARSER.parse(text) as XmlNode[];
  } catch (error) {
    throw invalidXml(error instanceof Error ? error.message : String(error), source.name);
  }
  const [root, ...others] = nodes.filter((node) => !("#text" in node));
  if (root === undefined || others.length > 0) throw invalidXml("expected one root element", source.name);
  return elementOf(root, new Map());
}

/** The validator's message; where elements are not closed it is a JSON list of them. */
function describeFault(message: string): string {
  const [, open] = /^Invalid '\[(.*)\]' found\.$/.exec(message) ?? [];
  return open === undefined ? message : `the text ends within ${open.replace(/[\s"]/g, "").replaceAll(",", ", ")}`;
}

function elementOf(node: XmlNode, outer: Prefixes): XmlElement {
  const tag = Object.keys(node).find((key) => key !== ":@")!;
  const written = Object.entries((node[":@"] ?? {}) as Readonly<Record<string, string>>);
  const declared = written.flatMap(([name, value]): [string, string][] => {
    if (name === "xmlns") return [["", decodeEntities(value)]];
    return name.startsWith("xmlns:") ? [[name.slice("xmlns:".length), decodeEntities(value)]] : [];
  });
  const prefixes = declared.length === 0 ? outer : new Map([...outer, ...declared]);
  const attributes = new Map<string, string>();
  for (const [name, value] of written) {
    if (name === "xmlns" || name.startsWith("xmlns:")) continue;
    const resolved = qualifiedName(name, prefixes, false);
    if (!resolved.startsWith(`{${SCHEMA_INSTANCE}}`)) attributes.set(resolved, textOf(decodeEntities(value), prefixes));
  }
  const content = node[tag] as XmlNode[];
  let text = "";
  const children: XmlElement[] = [];
  for (const part of content) {
    if ("#text" in part) text += children.length === 0 ? decodeEntities(part["#text"] as string) : "";
    else if ("#cdata" in part) text += children.length === 0 ? cdata(part) : "";
    else children.push(elementOf(part, prefixes));
  }
  return { name: qualifiedName(tag, prefixes, true), text: textOf(text, prefixes), attributes, children };
}

function cdata(node: XmlNode): string {
  return (node["#cdata"] as XmlNode[]).map((part) => part["#text"] as string).join("");
}

function textOf(text: string, prefixes: Prefixes): string {
  return expandCompactUri(text.trim(), prefixes);
}

function qualifiedName(name: string, prefixes: Prefixes, isElement: boolean): string {
  const colon = name.indexOf(":");
  // An attribute without a prefix is in no namespace.
  if (colon < 0 && !isElement) return name;
  const namespace = prefixes.get(colon < 0 ? "" : name.slice(0, colon));
  if (namespace === undefined && colon >= 0 && !name.startsWith("xml:")) {
    throw invalidXml(`the prefix of ${JSON.stringify(name)} is not declared`);
  }
  const local = name.slice(colon + 1);
  return namespace === undefined || EPCIS_NAMESPACE.test(namespace) ? local : `{${namespace}}${local}`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Replaces the references that XML defines itself (XML 1.0, sections 4.1 and 4.6). */
function decodeEntities(text: string): string {
  return text.replace(/&([^;]*);/g, (reference, name: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal ?? NaN) : parseInt(hex, 16);
    const character = ENTITIES.get(name) ?? characterOf(code);
    if (character === undefined) throw invalidXml(`${reference} is no character and no entity of XML itself`);
    return character;
  });
}

function characterOf(code: number): string | undefined {
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

function invalidXml(message: string, path?: string): CareProofError {
  return new CareProofError("XML_INVALID", `not XML: ${message}`, path);
}
