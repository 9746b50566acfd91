import { checkElement, type Gs1Element } from "./applicationIdentifiers.js";
import { readBracketed } from "./bracketed.js";
import { expiryDate } from "./dates.js";
import { readDigitalLink } from "./digitalLink.js";
import { GROUP_SEPARATOR, readElementString } from "./elementString.js";
import { readEpcUrn } from "./epcUrn.js";
import { CareProofError } from "../../errors.js";
import { identifierOf, type ProductIdentifier, TOKEN_TAGS } from "../tokenId.js";

/** How an identifier was written. `plain`: a GTIN and a serial number, or an SSCC, by themselves. */
export type Notation = "elementString" | "bracketed" | "digitalLink" | "epcUrn" | "plain" | "tokenId";

/** Elements and how they were written. */
export interface Gs1Message {
  readonly notation: Notation;
  readonly elements: readonly Gs1Element[];
}

/** A package or logistic unit, and what was written beside its key. */
export interface Identification extends Gs1Message {
  readonly identifier: ProductIdentifier;
  /** Lot number (AI 10). */
  readonly lot?: string;
  /** Last day of use (AI 17), as an ISO 8601 date. */
  readonly expiry?: string;
}

/** A GTIN of any length, then a space, comma, slash or plus, then the serial number. */
const GTIN_AND_SERIAL = /^(\d{8}|\d{12,14})(?:\s+|[,/+]\s*)(\S+)$/;
const GTIN = /^(\d{8}|\d{12,14})$/;
const SSCC = /^\d{18}$/;

/** Symbology identifiers (ISO/IEC 15424) of EAN-13 and UPC, and of EAN-8, whose data are a GTIN. */
const RETAIL_SYMBOLOGY = /^\](?:E0(\d{13})|E4(\d{8}))$/;

/** Those of Data Matrix, QR Code and DotCode without FNC1: they may carry a Digital Link, but never element strings. */
const PLAIN_SYMBOLOGY = /^\](?:d[01]|Q[01]|J0)(?=https?:\/\/)/i;

/** More characters than the largest QR Code holds. */
const MAX_LENGTH = 8192;

const GS1_SYMBOLOGY = /^\](?:d2|C1|Q3|e0|J1)/;

/**
 * Reads a GS1 identifier in any notation: element strings with or without FNC1 ({@link readElementString}), with brackets
 * ({@link readBracketed}), a GS1 Digital Link URI ({@link readDigitalLink}), an EPC URN ({@link readEpcUrn}), a GTIN and a serial
 * number, an SSCC, or a token id in decimal or 0x-hex.
 *
 * @throws CareProofError `NOTATION_UNKNOWN`, `TOKEN_ID_INVALID`, or of the function named for the notation.
 */
export function readGs1(text: string): Gs1Message {
  if (text.length > MAX_LENGTH) {
    throw new CareProofError("NOTATION_UNKNOWN", `${text.length} characters are more than any barcode holds`);
  }
  const trimmed = text.trim().replaceAll(GROUP_SEPARATOR, "^").replace(PLAIN_SYMBOLOGY, "");
  if (/^https?:\/\//i.test(trimmed)) return { notation: "digitalLink", elements: readDigitalLink(trimmed) };
  if (/^urn:/i.test(trimmed)) return { notation: "epcUrn", elements: readEpcUrn(trimmed) };
  if (trimmed.startsWith("(")) return { notation: "bracketed", elements: readBracketed(trimmed) };
  const tokenId = asTokenId(trimmed);
  if (tokenId !== undefined) return { notation: "tokenId", elements: elementsOf(identifierOf(tokenId)) };
  const plain = plainElements(trimmed);
  if (plain !== undefined) return { notation: "plain", elements: plain };
  // FNC1, a GS1 symbology identifier, or an AI.
  if (/^(?:\^|\d\d)/.test(trimmed) || GS1_SYMBOLOGY.test(trimmed)) {
    return { notation: "elementString", elements: readElementString(trimmed) };
  }
  const message = trimmed.startsWith("]")
    ? `the symbology identifier ${JSON.stringify(trimmed.slice(0, 3))} is not of a barcode with GS1 element strings`
    : "this is no element string, GS1 Digital Link, EPC URN, GTIN and serial number, SSCC or token id";
  throw new CareProofError("NOTATION_UNKNOWN", message);
}

/**
 * Reads the identifier of one package or logistic unit in any notation.
 *
 * @param currentYear Decides the century of an expiry ({@link expiryDate}).
 * @throws CareProofError `SERIAL_MISSING` for a GTIN without a serial number, `KEY_MISSING`, `KEY_AMBIGUOUS` where both a package and
 * a logistic unit are named, or of {@link readGs1}.
 */
export function identify(text: string, currentYear?: number): Identification {
  const { notation, elements } = readGs1(text);
  const lot = valueOf(elements, "10");
  const expiry = valueOf(elements, "17");
  return {
    notation,
    identifier: identifierIn(elements),
    ...(lot === undefined ? {} : { lot }),
    ...(expiry === undefined ? {} : { expiry: expiryDate(expiry, currentYear) }),
    elements,
  };
}

/** The elements of a key: AI 01 and 21, or AI 00. */
export function elementsOf(identifier: ProductIdentifier): Gs1Element[] {
  if (identifier.kind === "sscc") return [{ ai: "00", value: identifier.sscc }];
  return [
    { ai: "01", value: identifier.gtin },
    { ai: "21", value: identifier.serial },
  ];
}

function identifierIn(elements: readonly Gs1Element[]): ProductIdentifier {
  const sscc = valueOf(elements, "00");
  const gtin = valueOf(elements, "01");
  const serial = valueOf(elements, "21");
  if (sscc !== undefined) {
    if (gtin === undefined || serial === undefined) return { kind: "sscc", sscc };
    const message = "both a package (AI 01 and 21) and a logistic unit (AI 00) are named: give one of them";
    throw new CareProofError("KEY_AMBIGUOUS", message);
  }
  if (gtin === undefined) throw new CareProofError("KEY_MISSING", "there is no GTIN (AI 01) or SSCC (AI 00)");
  if (serial === undefined) {
    const message = `GTIN ${gtin} without a serial number (AI 21) names a kind of package, not one package`;
    throw new CareProofError("SERIAL_MISSING", message);
  }
  return { kind: "sgtin", gtin, serial };
}

function plainElements(text: string): Gs1Element[] | undefined {
  if (SSCC.test(text)) return checked([{ ai: "00", value: text }]);
  const retail = RETAIL_SYMBOLOGY.exec(text);
  const gtin = GTIN.exec(text)?.[1] ?? retail?.[1] ?? retail?.[2];
  if (gtin !== undefined) return checked([{ ai: "01", value: gtin.padStart(14, "0") }]);
  const both = text.includes("^") ? null : GTIN_AND_SERIAL.exec(text);
  if (both === null) return undefined;
  return checked(elementsOf({ kind: "sgtin", gtin: both[1]!.padStart(14, "0"), serial: both[2]! }));
}

function checked(elements: Gs1Element[]): Gs1Element[] {
  elements.forEach(checkElement);
  return elements;
}

/** 0x-hex of at most 32 bytes, or decimal with a type tag in its highest 8 bits: no element string without FNC1 has so many digits and a key. */
function asTokenId(text: string): bigint | undefined {
  if (/^0x[0-9a-f]{1,64}$/i.test(text)) return BigInt(text);
  if (!/^\d{75,76}$/.test(text)) return undefined;
  const tag = Number(BigInt(text) >> 248n);
  return tag === TOKEN_TAGS.sgtin || tag === TOKEN_TAGS.sscc ? BigInt(text) : undefined;
}

function valueOf(elements: readonly Gs1Element[], ai: string): string | undefined {
  return elements.find((candidate) => candidate.ai === ai)?.value;
}
