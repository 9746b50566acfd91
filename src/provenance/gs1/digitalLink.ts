import { checkElement, type Gs1Element, hasPredefinedLength, withoutRepeats } from "./applicationIdentifiers.js";
import { DIGITAL_LINK_KEYS as KEYS, DIGITAL_LINK_WORDS as WORDS, mayStandInQuery } from "./digitalLinkKeys.js";
import { escapeText, unescapeText } from "./percentEncoding.js";
import { CareProofError } from "../../errors.js";

/** The resolver of GS1, in canonical GS1 Digital Link URIs. */
export const GS1_RESOLVER = "https://id.gs1.org";

/** http or https, in capitals in QR codes that save space; a host; the path; the query; the fragment. */
const URI = /^(?:https?|HTTPS?):\/\/[A-Za-z0-9.-]+(?::\d+)?\/([^?#]*)(?:\?([^#]*))?(?:#.*)?$/;
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/;

/**
 * Reads a GS1 Digital Link URI (uncompressed): of any host, with any path before the key. GTINs of 8, 12 and 13 digits get their
 * zeros back. In the query, names that are no number are not GS1's and are passed over.
 *
 * @throws CareProofError `DIGITAL_LINK_INVALID`, or of {@link checkElement}.
 * @see GS1 Digital Link Standard: URI Syntax.
 */
export function readDigitalLink(uri: string): Gs1Element[] {
  const match = URI.exec(uri);
  if (match === null || !URI_CHARACTERS.test(uri)) throw invalid("it is not an http or https URI with a path");
  const segments = match[1]!.split("/");
  const start = keyIndex(segments);
  if (start < 0) throw invalid("its path does not end in a GS1 key, such as /01/ and a GTIN, and qualifiers of it");
  const elements: Gs1Element[] = [];
  for (let i = start; i < segments.length; i += 2) {
    elements.push(element(aiOf(segments[i]!), unescapeText(segments[i + 1]!)));
  }
  const [key, ...qualifiers] = elements.map(({ ai }) => ai) as [string, ...string[]];
  const sequences = KEYS[key]!.filter((sequence) => isInOrder(qualifiers, sequence));
  if (qualifiers.length > 0 && sequences.length === 0) {
    throw invalid(`AI ${qualifiers.join(", ")} may not follow AI ${key} in the path, or not in this order`);
  }
  for (const { ai, value } of queryElements(match[2] ?? "")) {
    const belongsInPath = sequences.some((sequence) => sequence.includes(ai));
    if (!mayStandInQuery(ai) || belongsInPath) throw invalid(`AI ${ai} may not stand in the query`);
    elements.push(element(ai, value));
  }
  const repeated = elements.find(({ ai }, i) => elements.findIndex((other) => other.ai === ai) !== i);
  if (repeated !== undefined) throw invalid(`AI ${repeated.ai} is given twice`);
  return elements;
}

/**
 * Writes a GS1 Digital Link URI: the first key and its qualifiers as the path, the other elements as the query, those of predefined
 * length first. Of values, all but letters, digits and `-._~` is escaped.
 *
 * @param stem What stands before the key: scheme, host and perhaps a path.
 * @throws CareProofError `DIGITAL_LINK_INVALID` where no element is a key, or one may not stand in the query, or of {@link checkElement}.
 */
export function writeDigitalLink(elements: readonly Gs1Element[], stem = GS1_RESOLVER): string {
  elements.forEach(checkElement);
  const distinct = withoutRepeats(elements);
  const key = distinct.find(({ ai }) => Object.hasOwn(KEYS, ai));
  if (key === undefined) throw invalid("there is no GS1 key, such as a GTIN, to write it with");
  const others = distinct.filter((candidate) => candidate !== key);
  // A key may have two sequences of qualifiers: the one is taken that leaves nothing without a place.
  const sequence = [...KEYS[key.ai]!, []].find((ais) =>
    others.every(({ ai }) => ais.includes(ai) || mayStandInQuery(ai)),
  );
  if (sequence === undefined) {
    const ais = others.filter(({ ai }) => !mayStandInQuery(ai)).map(({ ai }) => ai);
    throw invalid(`there is no place in it for AI ${ais.join(", ")} beside AI ${key.ai}`);
  }
  const path = [key, ...sequence.flatMap((ai) => others.filter((candidate) => candidate.ai === ai))];
  const rest = others.filter((candidate) => !path.includes(candidate));
  const query = [
    ...rest.filter(({ ai }) => hasPredefinedLength(ai)),
    ...rest.filter(({ ai }) => !hasPredefinedLength(ai)),
  ];
  const uri = `${stem.replace(/\/$/, "")}/${path.map(({ ai, value }) => `${ai}/${escapeText(value)}`).join("/")}`;
  return query.length === 0 ? uri : `${uri}?${query.map(({ ai, value }) => `${ai}=${escapeText(value)}`).join("&")}`;
}

/** Where the key stands: the last pair, counted from the end, that begins with one. What stands before it is the host's own. */
function keyIndex(segments: readonly string[]): number {
  for (let i = segments.length - 2; i >= 0; i -= 2) if (Object.hasOwn(KEYS, aiOf(segments[i]!))) return i;
  return -1;
}

function aiOf(segment: string): string {
  return Object.hasOwn(WORDS, segment) ? WORDS[segment]! : segment;
}

function isInOrder(qualifiers: readonly string[], sequence: readonly string[]): boolean {
  const places = qualifiers.map((ai) => sequence.indexOf(ai));
  return places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]!));
}

function queryElements(query: string): Gs1Element[] {
  return query.split("&").flatMap((parameter) => {
    const [, name, value] = /^(\d+)=(.*)$/.exec(parameter) ?? [];
    return name === undefined ? [] : [{ ai: name, value: unescapeText(value!.replaceAll("+", " ")) }];
  });
}

function element(ai: string, text: string): Gs1Element {
  const value = ai === "01" && /^(\d{8}|\d{12,13})$/.test(text) ? text.padStart(14, "0") : text;
  checkElement({ ai, value });
  return { ai, value };
}

function invalid(message: string): CareProofError {
  return new CareProofError("DIGITAL_LINK_INVALID", message);
}
