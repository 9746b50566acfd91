import { XMLParser, XMLValidator } from "fast-xml-parser";

import { describePosition, type JsonSource } from "./json.js";
import { CareProofError } from "../errors.js";

/** An element as fast-xml-parser gives it in document order: `{name: children}`, text `{"#text": …}`, attributes under `:@`. */
type XmlNode = Readonly<Record<string, XmlNode[] | string | Readonly<Record<string, string>>>>;

/** Namespaces by prefix; the default namespace has the empty prefix. */
export type XmlPrefixes = ReadonlyMap<string, string>;

/** A name of an element or attribute. */
export interface XmlName {
  /** As written, empty where there is none. */
  readonly prefix: string;
  readonly local: string;
  /** Undefined where it is in no namespace. */
  readonly namespace: string | undefined;
}

/** An attribute; declarations of namespaces are none. */
export interface XmlAttribute extends XmlName {
  readonly value: string;
}

/** How a text is parsed. */
export interface XmlOptions {
  /**
   * Whether a document type that only names an external DTD (`<!DOCTYPE ODM SYSTEM "…">`) is passed over. The DTD is never fetched. One
   * with declarations of its own is refused in any case.
   */
  readonly ignoreExternalDoctype?: boolean;
}

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

const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

/** An element of a parsed text. Its parts are made when they are asked for, so that a large text is not held twice. */
export class XmlElement implements XmlName {
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string | undefined;
  /** The namespaces that are declared at the element. */
  readonly prefixes: XmlPrefixes;
  private readonly tag: string;

  constructor(
    private readonly node: XmlNode,
    outer: XmlPrefixes,
  ) {
    this.tag = Object.keys(node).find((key) => key !== ":@")!;
    const declared = this.written().flatMap(([name, value]): [string, string][] => {
      if (name === "xmlns") return [["", decodeReferences(value)]];
      return name.startsWith("xmlns:") ? [[name.slice("xmlns:".length), decodeReferences(value)]] : [];
    });
    this.prefixes = declared.length === 0 ? outer : new Map([...outer, ...declared]);
    ({ prefix: this.prefix, local: this.local, namespace: this.namespace } = resolve(this.tag, this.prefixes, true));
  }

  /** In the order in which they are written. */
  get attributes(): XmlAttribute[] {
    return this.written()
      .filter(([name]) => name !== "xmlns" && !name.startsWith("xmlns:"))
      .map(([name, value]) => ({
        ...resolve(name, this.prefixes, false),
        // XML 1.0, section 3.3.3: white space in a value is spaces.
        value: decodeReferences(value.replace(/[\t\n]/g, " ")),
      }));
  }

  /** The value of an attribute in no namespace. */
  attribute(name: string): string | undefined {
    const value = (this.node[":@"] as Readonly<Record<string, string>> | undefined)?.[name];
    return value === undefined ? undefined : decodeReferences(value.replace(/[\t\n]/g, " "));
  }

  /** Texts and elements in their order. Comments and processing instructions are none. */
  *content(): Generator<string | XmlElement> {
    for (const part of this.node[this.tag] as XmlNode[]) {
      if ("#text" in part) yield decodeReferences(part["#text"] as string);
      else if ("#cdata" in part) yield (part["#cdata"] as XmlNode[]).map((text) => text["#text"] as string).join("");
      else yield new XmlElement(part, this.prefixes);
    }
  }

  /** The elements within it. */
  *children(): Generator<XmlElement> {
    for (const part of this.content()) if (typeof part !== "string") yield part;
  }

  /** The first element within it of a local name; undefined where there is none. */
  child(local: string): XmlElement | undefined {
    for (const child of this.children()) if (child.local === local) return child;
    return undefined;
  }

  /** All text directly in it, as written. */
  get text(): string {
    let text = "";
    for (const part of this.content()) if (typeof part === "string") text += part;
    return text;
  }

  private written(): [string, string][] {
    return Object.entries((this.node[":@"] ?? {}) as Readonly<Record<string, string>>);
  }
}

/**
 * Parses an XML text. Nothing is fetched, and no entity is known but the five of XML itself, so that no text grows when it is read.
 *
 * @returns The root element.
 * @throws CareProofError `XML_INVALID` with line and column, also where there is a document type. That a name's prefix is not declared,
 * or a reference unknown, is found when the element is read.
 */
export function parseXml(text: string, source: JsonSource = {}, options: XmlOptions = {}): XmlElement {
  let content = text.replace(/\r\n?/g, "\n");
  if (options.ignoreExternalDoctype === true) content = withoutExternalDoctype(content);
  const doctype = content.indexOf("<!DOCTYPE");
  if (doctype >= 0) throw invalidXml("a document type is not allowed", describePosition(content, doctype, source));
  const validity = XMLValidator.validate(content);
  if (validity !== true) {
    // The column is missing where there is no element at all.
    const { msg, line, col } = validity.err as { msg: string; line: number; col?: number };
    const { name } = source;
    const path = name === undefined ? `line ${line}` : [name, line, col].filter((part) => part !== undefined).join(":");
    throw invalidXml(describeFault(msg), path);
  }
  let nodes: XmlNode[];
  try {
    nodes = PARSER.parse(content) as XmlNode[];
  } catch (error) {
    throw invalidXml(error instanceof Error ? error.message : String(error), source.name);
  }
  const [root, ...others] = nodes.filter((node) => !("#text" in node));
  if (root === undefined || others.length > 0) throw invalidXml("expected one root element", source.name);
  return new XmlElement(root, new Map());
}

/** Spaces in the place of a document type before the root that has no declarations of its own. */
function withoutExternalDoctype(text: string): string {
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    while (/\s/.test(text[start] ?? "")) start++;
    const end = text.startsWith("<!--", start)
      ? text.indexOf("-->", start + 4) + 3
      : text.startsWith("<?", start)
        ? text.indexOf("?>", start) + 2
        : 0;
    if (end <= start) break;
    start = end;
  }
  const end = text.indexOf(">", start) + 1;
  const declaration = text.slice(start, end);
  const external = /^<!DOCTYPE\s+[^\s<>[\]"']+\s+(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"[^"]*"|'[^']*')\s*>$/;
  if (!external.test(declaration)) return text;
  return text.slice(0, start) + declaration.replace(/[^\n]/g, " ") + text.slice(end);
}

/** The validator's message; where elements are not closed it is a JSON list of them. */
function describeFault(message: string): string {
  const [, open] = /^Invalid '\[(.*)\]' found\.$/.exec(message) ?? [];
  return open === undefined ? message : `the text ends within ${open.replace(/[\s"]/g, "").replaceAll(",", ", ")}`;
}

function resolve(name: string, prefixes: XmlPrefixes, isElement: boolean): XmlName {
  const colon = name.indexOf(":");
  const prefix = colon < 0 ? "" : name.slice(0, colon);
  const local = name.slice(colon + 1);
  if (prefix === "xml") return { prefix, local, namespace: XML_NAMESPACE };
  // An attribute without a prefix is in no namespace.
  if (colon < 0 && !isElement) return { prefix, local, namespace: undefined };
  const namespace = prefixes.get(prefix);
  if (namespace === undefined && colon >= 0) {
    throw invalidXml(`the prefix of ${JSON.stringify(name)} is not declared`);
  }
  return { prefix, local, namespace: namespace === "" ? undefined : namespace };
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Replaces the references that XML defines itself (XML 1.0, sections 4.1 and 4.6). */
function decodeReferences(text: string): string {
  if (!text.includes("&")) return text;
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

/** The error of what is not XML. */
export function invalidXml(message: string, path?: string): CareProofError {
  return new CareProofError("XML_INVALID", `not XML: ${message}`, path);
}
