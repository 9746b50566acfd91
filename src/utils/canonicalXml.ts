import type { XmlElement, XmlName, XmlPrefixes } from "./xml.js";

/**
 * An element as canonical XML: Exclusive XML Canonicalization 1.0 (W3C, without comments), without processing instructions, and without
 * the white space between elements where an element holds elements: an indentation says nothing.
 *
 * @param without Elements directly in it that are left out.
 */
export function canonicalXml(element: XmlElement, without: (child: XmlElement) => boolean = () => false): string {
  return write(element, new Map(), without);
}

function write(element: XmlElement, rendered: XmlPrefixes, without: (child: XmlElement) => boolean): string {
  const attributes = element.attributes.sort(
    (a, b) => compare(a.namespace ?? "", b.namespace ?? "") || compare(a.local, b.local),
  );
  const declared = new Map(rendered);
  const declarations: [string, string][] = [];
  for (const { prefix, namespace = "" } of [element, ...attributes.filter((attribute) => attribute.prefix !== "")]) {
    if (prefix === "xml" || (declared.get(prefix) ?? "") === namespace) continue;
    declared.set(prefix, namespace);
    declarations.push([prefix, namespace]);
  }
  declarations.sort(([a], [b]) => compare(a, b));
  const start = [
    nameOf(element),
    ...declarations.map(([prefix, uri]) => `xmlns${prefix === "" ? "" : `:${prefix}`}="${attributeText(uri)}"`),
    ...attributes.map((attribute) => `${nameOf(attribute)}="${attributeText(attribute.value)}"`),
  ];
  const parts = [...element.content()];
  const hasElements = parts.some((part) => typeof part !== "string");
  const content = parts.map((part) => {
    if (typeof part !== "string") return without(part) ? "" : write(part, declared, () => false);
    return hasElements && part.trim() === "" ? "" : contentText(part);
  });
  return `<${start.join(" ")}>${content.join("")}</${nameOf(element)}>`;
}

function nameOf({ prefix, local }: XmlName): string {
  return prefix === "" ? local : `${prefix}:${local}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

function contentText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => REFERENCES[character]!);
}

function attributeText(text: string): string {
  return text.replace(/[&<"\t\n\r]/g, (character) => REFERENCES[character]!);
}
