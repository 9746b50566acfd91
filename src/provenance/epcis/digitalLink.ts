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
    return path(body + checkDigit(body), match);
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
const SCHEMES: Readonly<Record<string, Scheme>> = {
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
};

function part(prefix: string, rest: string, end: string, path: (end: string) => string): string | undefined {
  const match = new RegExp(`^(${PART_CHARACTER}{1,${30 - prefix.length}})\\.${end}$`).exec(rest);
  return match === null ? undefined : `/8010/${prefix}${match[1]}${path(match[2] ?? "")}`;
}

const EPC_URI = /^urn:epc:((?:id|class|idpat):[a-z]+):(\d{6,12})\.(.*)$/;

/** A value in a GS1 Digital Link URI: characters of GS1 character set 82 that a path may have, or escapes. */
const VALUE = "(?:%[0-9A-Fa-f]{2}|[!\"'()*+,.0-9:;<=>?A-Z_a-z-])";
const value = (shortest: number, longest: number): string => `${VALUE}{${shortest},${longest}}`;

/** GS1 keys by their AI: what a value is, and which qualifiers name something finer, the finest last. CPV (22) names nothing finer. */
const KEYS: Readonly<Record<string, { readonly value: string; readonly qualifiers?: readonly string[] }>> = {
  "00": { value: "\\d{18}" },
  "01": { value: "\\d{8}|\\d{12,14}", qualifiers: ["22", "10", "235", "21"] },
  "253": { value: `\\d{13}${value(0, 17)}` },
  "255": { value: "\\d{13,25}" },
  "401": { value: `\\d{4}${value(0, 26)}` },
  "402": { value: "\\d{17}" },
  "414": { value: "\\d{13}", qualifiers: ["254"] },
  "417": { value: "\\d{13}" },
  "8003": { value: `\\d{14}${value(0, 16)}` },
  "8004": { value: `\\d{4}${value(0, 26)}` },
  "8006": { value: "\\d{18}", qualifiers: ["22", "10", "21"] },
  "8010": { value: `\\d{4}${PART_CHARACTER}{0,26}`, qualifiers: ["8011"] },
  "8017": { value: "\\d{18}" },
  "8018": { value: "\\d{18}" },
};

const QUALIFIERS: Readonly<Record<string, string>> = {
  "10": value(1, 20),
  "21": value(1, 20),
  "22": value(1, 20),
  "235": value(1, 28),
  "254": value(1, 20),
  "8011": "\\d{1,12}",
};

/** Names that older GS1 Digital Link URIs have in place of AIs. */
const AI_OF_NAME: Readonly<Record<string, string>> = {
  gtin: "01",
  itip: "8006",
  cpid: "8010",
  gln: "414",
  party: "417",
  gsrnp: "8017",
  gsrn: "8018",
  gcn: "255",
  sscc: "00",
  gdti: "253",
  ginc: "401",
  gsin: "402",
  grai: "8003",
  giai: "8004",
  cpv: "22",
  lot: "10",
  ser: "21",
};

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
    const path = SCHEMES[scheme]?.(prefix, rest);
    return path === undefined ? undefined : HOST + path;
  }
  // The host must have a dot, as in the reference implementation.
  const [, path] = /^https?:\/\/[^/?#]*\.[^/?#]*(\/[^?#]*)(?:\?.*)?$/.exec(uri) ?? [];
  if (path === undefined) return undefined;
  const segments = path.split("/").slice(1);
  for (let start = 0; start + 1 < segments.length; start++) {
    const canonical = canonicalPath(segments.slice(start));
    if (canonical !== undefined) return HOST + canonical;
  }
  return undefined;
}

/** The canonical path of a key with its qualifiers, all segments being these. */
function canonicalPath([name = "", written = "", ...rest]: readonly string[]): string | undefined {
  const ai = AI_OF_NAME[name] ?? name;
  const key = KEYS[ai];
  if (key === undefined || rest.length % 2 !== 0 || !matches(key.value, written)) return undefined;
  let finest = -1;
  let suffix = "";
  for (let i = 0; i < rest.length; i += 2) {
    const [qualifierName = "", qualifierValue = ""] = rest.slice(i, i + 2);
    const qualifier = AI_OF_NAME[qualifierName] ?? qualifierName;
    const rank = key.qualifiers?.indexOf(qualifier) ?? -1;
    if (rank < 0 || !matches(QUALIFIERS[qualifier] ?? "", qualifierValue)) return undefined;
    if (rank > finest) {
      finest = rank;
      suffix = qualifier === "22" ? "" : `/${qualifier}/${encode(qualifierValue)}`;
    }
  }
  return `/${ai}/${ai === "01" ? written.padStart(14, "0") : encode(written)}${suffix}`;
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

/** Escapes what GS1 Digital Link: URI Syntax, table 7-1, wants escaped and an EPC URI does not. */
function encode(text: string | undefined): string {
  return (text ?? "").replace(/[!()*+,:]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
