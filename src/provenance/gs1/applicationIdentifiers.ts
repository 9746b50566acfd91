import { isDate } from "./dates.js";
import { CareProofError } from "../../errors.js";
import { indexOutsideSet82 } from "../characterSet82.js";
import { hasCheckDigit } from "../checkDigit.js";

/** A data field with the GS1 Application Identifier (AI) that says what it is. */
export interface Gs1Element {
  /** 2 to 4 digits. */
  readonly ai: string;
  /** The data as it stands in a barcode: unescaped, without FNC1. */
  readonly value: string;
}

/**
 * The AIs in use and the format of each, as in the GS1 Barcode Syntax Dictionary, release 2026-01-27. An AI is a regular expression; a
 * format is parts: `N` digits, `X` GS1 character set 82, `Y` set 39, `Z` base64url; a length or `..` and the greatest; `:` and what is
 * checked in it; `?` where it may be left out. Not checked: what says nothing of a key, lot or date, such as codes of countries.
 */
const FORMATS: readonly (readonly [ais: string, format: string])[] = [
  ["00", "N18:csum"],
  ["0[1-3]", "N14:csum"],
  ["10|2[12]|243|254|420|4318|702[0-2]|71[0-7]|7240|8002|8012", "X..20"],
  ["1[1-3]|1[5-7]", "N6:yymmd0"],
  ["20", "N2"],
  ["235", "X..28"],
  ["24[01]|25[01]|400|401|403|4308|4319|7002|7023|8004|90", "X..30"],
  ["242", "N..6"],
  ["253", "N13:csum X..17?"],
  ["255", "N13:csum N..12?"],
  ["3[07]", "N..8"],
  ["3(1[0-6]|[246]\\d|[35][0-7])[0-5]|395[0-5]|8005", "N6"],
  ["39[02]\\d", "N..15"],
  ["39[13]\\d", "N3 N..15"],
  ["394[0-3]|8111", "N4"],
  ["402", "N17:csum"],
  ["41[0-7]", "N13:csum"],
  ["421", "N3 X..9"],
  ["42[246]", "N3"],
  ["42[35]", "N3 N3? N3? N3? N3?"],
  ["427|7008", "X..3"],
  ["43[01][01]|4320", "X..35"],
  ["43[01][2-6]|8110|8112|8200", "X..70"],
  ["43[01]7", "X2"],
  ["4309", "N10 N10"],
  ["432[1-3]|7252", "N1"],
  ["432[45]", "N6:yymmd0 N4"],
  ["4326|7006", "N6:yymmdd"],
  ["433[0-3]", "N6 X1?"],
  ["7001", "N13"],
  ["7003", "N6:yymmdd N4"],
  ["7004", "N..4"],
  ["7005", "X..12"],
  ["7007", "N6:yymmdd N6:yymmdd?"],
  ["7009|7255", "X..10"],
  ["7010", "X..2"],
  ["7011", "N6:yymmdd N4?"],
  ["703\\d", "N3 X..27"],
  ["7040", "N1 X1 X1 X1"],
  ["7041", "X..4"],
  ["723\\d", "X2 X..28"],
  ["7241", "N2"],
  ["7242|8013|8014|8020", "X..25"],
  ["7250", "N8:yyyymmdd"],
  ["7251", "N8:yyyymmdd N4"],
  ["725[349]", "X..40"],
  ["7256|9[1-9]", "X..90"],
  ["7257", "X..70"],
  ["7258", "X3"],
  ["8001", "N4 N5 N3 N1 N1"],
  ["8003", "N1 N13:csum X..16?"],
  ["8006|8026", "N14:csum N4"],
  ["8007", "X..34"],
  ["8008", "N6:yymmdd N2 N2? N2?"],
  ["8009", "X..50"],
  ["8010", "Y..30"],
  ["8011", "N..12"],
  ["801[78]", "N18:csum"],
  ["8019", "N..10"],
  ["8030", "Z..90"],
  ["804[01]", "N15"],
  ["8042", "N32"],
  ["8043", "N18 N..2?"],
];

/** One part of a data field. */
export interface Component {
  readonly characters: "N" | "X" | "Y" | "Z";
  readonly minLength: number;
  readonly maxLength: number;
  readonly check: "csum" | "yymmd0" | "yymmdd" | "yyyymmdd" | undefined;
  readonly optional: boolean;
}

const TABLE = FORMATS.map(([ais, format]) => ({
  pattern: new RegExp(`^(?:${ais})$`),
  components: format.split(" ").map(parseComponent),
}));

/** AIs of a length that their first two digits tell, so that no FNC1 follows them (GS1 General Specifications, figure 7.8.5-2). */
const PREDEFINED_LENGTH = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;

/** First two digits of AIs with three and four digits; the others have two (GS1 General Specifications, section 3.2). */
const THREE_DIGITS = /^(2[3-5]|4[0-2]|71)/;
const FOUR_DIGITS = /^(3[1-69]|43|70|72|8[0-2])/;

const CHARACTERS = {
  N: { pattern: /^\d$/, name: "a digit" },
  X: { pattern: undefined, name: "in GS1 character set 82" },
  Y: { pattern: /^[A-Z0-9#\-/]$/, name: "in GS1 character set 39" },
  Z: { pattern: /^[A-Za-z0-9\-_=]$/, name: "in the base64url alphabet" },
} as const;

/** Error codes of the AIs on which a token id, a lot or an expiry depends. */
const CODES: Readonly<Record<string, string>> = {
  "00": "SSCC_INVALID",
  "01": "GTIN_INVALID",
  "02": "GTIN_INVALID",
  "10": "LOT_NUMBER_INVALID",
  "17": "EXPIRY_INVALID",
  "21": "SERIAL_INVALID",
};

/** The parts of an AI's data field, or undefined where there is no such AI. */
export function componentsOf(ai: string): readonly Component[] | undefined {
  return TABLE.find(({ pattern }) => pattern.test(ai))?.components;
}

/** Whether no FNC1 is needed after the AI's data field. */
export function hasPredefinedLength(ai: string): boolean {
  return PREDEFINED_LENGTH.test(ai);
}

/** The AI with which `text` begins, or undefined where there is none. */
export function leadingAi(text: string): string | undefined {
  const ai = text.slice(0, FOUR_DIGITS.test(text) ? 4 : THREE_DIGITS.test(text) ? 3 : 2);
  return componentsOf(ai) === undefined ? undefined : ai;
}

/**
 * Refuses data that are not as their AI's format says.
 *
 * @throws CareProofError `AI_UNKNOWN`, or `GTIN_INVALID`, `SERIAL_INVALID`, `SSCC_INVALID`, `LOT_NUMBER_INVALID`, `EXPIRY_INVALID`,
 * and for all other AIs `AI_VALUE_INVALID`. The path is the AI: `AI 21`.
 */
export function checkElement({ ai, value }: Gs1Element): void {
  const path = `AI ${ai}`;
  const components = componentsOf(ai);
  if (components === undefined) throw new CareProofError("AI_UNKNOWN", "there is no such Application Identifier", path);
  const code = CODES[ai] ?? "AI_VALUE_INVALID";
  const maxLength = components.reduce((sum, component) => sum + component.maxLength, 0);
  const minLength = components.reduce((sum, { optional, minLength: min }) => sum + (optional ? 0 : min), 0);
  if (value.length < minLength || value.length > maxLength) {
    const expected = minLength === maxLength ? `${minLength}` : `${minLength} to ${maxLength}`;
    const unit = components.every(({ characters }) => characters === "N") ? "digits" : "characters";
    throw new CareProofError(code, `expected ${expected} ${unit}, found ${value.length}`, path);
  }
  let at = 0;
  for (const component of components) {
    if (component.optional && at === value.length) break;
    const part = value.slice(at, at + component.maxLength);
    const problem = problemOf(part, at, component);
    if (problem !== undefined) throw new CareProofError(code, problem, path);
    at += part.length;
  }
}

function problemOf(part: string, at: number, component: Component): string | undefined {
  if (part.length < component.minLength) return `ends within a part of ${component.minLength} characters`;
  const { pattern, name } = CHARACTERS[component.characters];
  const outside =
    pattern === undefined
      ? indexOutsideSet82(part)
      : Array.from(part).findIndex((character) => !pattern.test(character));
  if (outside >= 0) return `character ${at + outside + 1}, ${JSON.stringify(part[outside])}, is not ${name}`;
  if (component.check === undefined) return undefined;
  if (component.check === "csum") return hasCheckDigit(part) ? undefined : `the check digit of ${part} is wrong`;
  return isDate(part, component.check) ? undefined : `${part} is not a date (${component.check.toUpperCase()})`;
}

function parseComponent(text: string): Component {
  const [, characters, upTo, length, check, optional] = /^([NXYZ])(\.\.)?(\d+)(?::(\w+))?(\?)?$/.exec(text)!;
  return {
    characters: characters as Component["characters"],
    minLength: upTo === undefined ? Number(length) : 1,
    maxLength: Number(length),
    check: check as Component["check"],
    optional: optional !== undefined,
  };
}

/**
 * The elements without those that say the same again.
 *
 * @throws CareProofError `AI_REPEATED` where an AI comes with two values.
 */
export function withoutRepeats(elements: readonly Gs1Element[]): Gs1Element[] {
  const values = new Map<string, string>();
  for (const { ai, value } of elements) {
    const before = values.get(ai);
    if (before !== undefined && before !== value) {
      throw new CareProofError("AI_REPEATED", `is given twice, as ${before} and as ${value}`, `AI ${ai}`);
    }
    values.set(ai, value);
  }
  // A Map keeps the order of the first of each.
  return Array.from(values, ([ai, value]) => ({ ai, value }));
}
