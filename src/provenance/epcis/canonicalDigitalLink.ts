import { checkDigit } from "../checkDigit.js";

const HOST = "https://id.gs1.org";

/** A character of a serial number in an EPC URI, escaped where a URI needs it (GS1 EPC Tag Data Standard, section 6.3). */
const CHARACTER =
  "(?:%2[125-9A-Fa-f]|%3[0-9A-Fa-f]|%4[1-9A-Fa-f]|%5[0-9AaFf]|%6[1-9A-Fa-f]|%7[0-9Aa]|[!'()*+,.0-9:;=A-Za-z_-])";
/** A character of a component/part reference. */
const PART_CHARACTER = "(?:%2[3DFdf]|%3[0-9]|%4[1-9A-Fa-f]|%5[0-9Aa]|[0-9A-Z-])";

/** The canonical GS1 Digital Link path of an EPC URI's parts, or undefined where they are not as the scheme says. */
type Scheme = (prefix: string, rest: string) => string | undefined;

/**
 * A scheme of a GS1 company prefix and a reference of digits, together `digits` long, that make the key with its check digit.
 *
 * @param key The key's digits without the check digit.
 * @param path The path of the key and what follows the reference in the URI.
 * @param suffix What follows the reference, as a regular expression.
 */
function numeric(
  digits: number,
  suffix: string,
  key: (prefix: string, reference: string) => string,
  path: (key: string, suffix: RegExpExecArray) => string,
): Scheme {
  const pattern = new RegExp(`^(\\d*)${suffix}$`);
  return (prefix, rest) => {
    const match = pattern.exec(rest);
    const reference = match?.[1];
    if (match === null || reference === undefined || prefix.length + reference.length !== digits) return undefined;
    const body = key(prefix, reference);
    return path(`${body}${checkDigit(body)}`, match);
  };
}

const joined = (prefix: string, reference: string): string => prefix + reference;
/** A GTIN or SSCC begins with the first digit of the reference. */
const leading = (prefix: string, reference: string): string => reference.charAt(0) + prefix + reference.slice(1);
const asset = (prefix: string, reference: string): string => `0${prefix}${reference}`;

const serial = (longest: number): string => `\\.(${CHARACTER}{1,${longest}})`;
const upTo = (longest: number, prefix: string, text: string): boolean =>
  new RegExp(`^${CHARACTER}{1,${longest - prefix.length}}$`).test(text);

/** EPC URIs (`id`), EPC class URIs (`class`) and EPC pattern URIs (`idpat`), by their scheme. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map(
  Object.entries<Scheme>({
    "id:sgtin": numeric(13, serial(20), leading, (gtin, [, , s]) => `/01/${gtin}/21/${encode(s)}`),
    "id:sscc": numeric(17, "", leading, (sscc) => `/00/${sscc}`),
    "id:sgln": numeric(12, serial(20), joined, (gln, [, , s]) => `/414/${gln}${s === "0" ? "" : `/254/${encode(s)}`}`),
    "id:grai": numeric(12, serial(16), asset, (grai, [, , s]) => `/8003/${grai}${encode(s)}`),
    "id:giai": (prefix, rest) => (upTo(30, prefix, rest) ? `/8004/${prefix}${encode(rest)}` : undefined),
    "id:gsrn": numeric(17, "", joined, (gsrn) => `/8018/${gsrn}`),
    "id:gsrnp": numeric(17, "", joined, (gsrn) => `/8017/${gsrn}`),
    "id:gdti": numeric(12, serial(17), joined, (gdti, [, , s]) => `/253/${gdti}${encode(s)}`),
    "id:cpi": (prefix, rest) => part(prefix, rest, "(\\d{1,12})", (s) => `/8011/${s}`),
    "id:sgcn": numeric(12, "\\.(\\d{1,12})", joined, (gcn, [, , s]) => `/255/${gcn}${s}`),
    "id:ginc": (prefix, rest) => (upTo(30, prefix, rest) ? `/401/${prefix}${encode(rest)}` : undefined),
    "id:gsin": numeric(16, "", joined, (gsin) => `/402/${gsin}`),
    "id:itip": numeric(
      13,
      `\\.(\\d\\d)\\.(\\d\\d)${serial(20)}`,
      leading,
      (gtin, [, , piece, total, s]) => `/8006/${gtin}${piece}${total}/21/${encode(s)}`,
    ),
    "id:upui": numeric(13, serial(28), leading, (gtin, [, , s]) => `/01/${gtin}/235/${encode(s)}`),
    "id:pgln": numeric(12, "", joined, (gln) => `/417/${gln}`),
    "class:lgtin": numeric(13, serial(20), leading, (gtin, [, , lot]) => `/01/${gtin}/10/${encode(lot)}`),
    "idpat:sgtin": numeric(13, "\\.\\*", leading, (gtin) => `/01/${gtin}`),
    "idpat:grai": numeric(12, "\\.\\*", asset, (grai) => `/8003/${grai}`),
    "idpat:gdti": numeric(12, "\\.\\*", joined, (gdti) => `/253/${gdti}`),
    "idpat:sgcn": numeric(12, "\\.\\*", joined, (gcn) => `/255/${gcn}`),
    "idpat:cpi": (prefix, rest) => part(prefix, rest, "\\*", () => ""),
    "idpat:itip": numeric(13, "\\.(\\d\\d)\\.(\\d\\d)\\.\\*", leading, (gtin, [, , n, of]) => `/8006/${gtin}${n}${of}`),
    "idpat:upui": numeric(13, "\\.\\*", leading, (gtin) => `/01/${gtin}`),
  }),
);

function part(prefix: string, rest: string, end: string, path: (end: string) => string): string | undefined {
  const match = new RegExp(`^(${PART_CHARACTER}{1,${30 - prefix.length}})\\.${end}$`).exec(rest);
  return match === null ? undefined : `/8010/${prefix}${match[1]}${path(match[2] ?? "")}`;
}

const EPC_URI = /^urn:epc:((?:id|class|idpat):[a-z]+):(\d{6,12})\.(.*)$/;

/** A character of a value in a GS1 Digital Link URI: of GS1 character set 82 where a path may have it, or escaped. */
const VALUE = "(?:%[0-9A-Fa-f]{2}|[!\"'()*+,.0-9:;<=>?A-Z_a-z-])";

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const value = (longest: number): string => `${VALUE}{1,${longest}}`;

/** A GS1 key: what its value is, and by which AIs it is qualified, the finest last. */
interface Key {
  readonly value: RegExp;
  readonly qualifiers: readonly string[];
}

const key = (pattern: string, ...qualifiers: string[]): Key => ({ value: whole(pattern), qualifiers });

/** Consumer product variant: names nothing that an event is about. */
const CPV = "22";

/** The GS1 keys that events name, by their AIs. */
const KEYS: ReadonlyMap<string, Key> = new Map([
  ["00", key("\\d{18}")],
  ["01", key("\\d{8}|\\d{12,14}", CPV, "10", "235", "21")],
  ["253", key(`\\d{13}${VALUE}{0,17}`)],
  ["255", key("\\d{13,25}")],
  ["401", key(`\\d{4}${VALUE}{0,26}`)],
  ["402", key("\\d{17}")],
  ["414", key("\\d{13}", "254")],
  ["417", key("\\d{13}")],
  ["8003", key(`\\d{14}${VALUE}{0,16}`)],
  ["8004", key(`\\d{4}${VALUE}{0,26}`)],
  ["8006", key("\\d{18}", CPV, "10", "21")],
  ["8010", key(`\\d{4}${PART_CHARACTER}{0,26}`, "8011")],
  ["8017", key("\\d{18}")],
  ["8018", key("\\d{18}")],
]);

const QUALIFIERS: ReadonlyMap<string, RegExp> = new Map([
  ["10", whole(value(20))],
  ["21", whole(value(20))],
  [CPV, whole(value(20))],
  ["235", whole(value(28))],
  ["254", whole(value(20))],
  ["8011", whole("\\d{1,12}")],
]);

/** Names that older GS1 Digital Link URIs have in place of AIs. */
const AI_OF_NAME: ReadonlyMap<string, string> = new Map([
  ["gtin", "01"],
  ["itip", "8006"],
  ["cpid", "8010"],
  ["gln", "414"],
  ["party", "417"],
  ["gsrnp", "8017"],
  ["gsrn", "8018"],
  ["gcn", "255"],
  ["sscc", "00"],
  ["gdti", "253"],
  ["ginc", "401"],
  ["gsin", "402"],
  ["grai", "8003"],
  ["giai", "8004"],
  ["cpv", CPV],
  ["lot", "10"],
  ["ser", "21"],
]);

/**
 * The canonical GS1 Digital Link URI of a GS1 identifier, as the event hash takes it (CBV 2.0, section 8.9, rules 17 and 18): at
 * id.gs1.org, without query, of the finest level alone.
 *
 * @param uri EPC URI, EPC class URI, EPC pattern URI or GS1 Digital Link URI.
 * @returns undefined for anything else, an ordinary web address for example. Check digits in a Digital Link are not checked.
 */
export function canonicalDigitalLink(uri: string): string | undefined {
  const [, scheme = "", prefix = "", rest = ""] = EPC_URI.exec(uri) ?? [];
  if (scheme !== "") {
    const path = SCHEMES.get(scheme)?.(prefix, rest);
    return path === undefined ? undefined : HOST + path;
  }
  // The host must have a dot, as in the reference implementation.
  const [, path] = /^https?:\/\/[^/?#]*\.[^/?#]*(\/[^?#]*)(?:\?.*)?$/.exec(uri) ?? [];
  if (path === undefined) return undefined;
  const segments = path.split("/");
  for (let start = 1; start + 1 < segments.length; start++) {
    const canonical = canonicalPath(segments, start);
    if (canonical !== undefined) return HOST + canonical;
  }
  return undefined;
}

/** The canonical path of the key at a segment, where all that follows are its qualifiers. */
function canonicalPath(segments: readonly string[], start: number): string | undefined {
  const [ai, written] = pair(segments, start);
  const found = KEYS.get(ai);
  if (found === undefined || (segments.length - start) % 2 !== 0 || !found.value.test(written)) return undefined;
  let finest = -1;
  let suffix = "";
  for (let at = start + 2; at < segments.length; at += 2) {
    const [qualifier, text] = pair(segments, at);
    const rank = found.qualifiers.indexOf(qualifier);
    if (rank < 0 || QUALIFIERS.get(qualifier)?.test(text) !== true) return undefined;
    if (rank > finest) {
      finest = rank;
      suffix = qualifier === CPV ? "" : `/${qualifier}/${encode(text)}`;
    }
  }
  return `/${ai}/${ai === "01" ? written.padStart(14, "0") : encode(written)}${suffix}`;
}

/** The AI and the value that stand at a segment. */
function pair(segments: readonly string[], at: number): [ai: string, value: string] {
  const [name = "", text = ""] = segments.slice(at, at + 2);
  return [AI_OF_NAME.get(name) ?? name, text];
}

/** Escapes what GS1 Digital Link: URI Syntax, table 7-1, wants escaped and an EPC URI does not. */
function encode(text: string | undefined): string {
  return (text ?? "").replace(/[!()*+,:]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
