import { canonicalDigitalLink } from "./canonicalDigitalLink.js";
import { webVocabularyUri } from "./vocabulary.js";

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * The instant of an xsd:dateTimeStamp in milliseconds since 1970, the third decimal place rounded up where the fourth is 5 to 9
 * (event hash, rule 9). Seconds may be missing, as some systems write them.
 *
 * @returns undefined for what is no date and time with a zone.
 */
export function utcMilliseconds(text: string): number | undefined {
  const [, minutes = "", seconds = "00", fraction = "", zone = ""] = DATE_TIME.exec(text) ?? [];
  const wallClock = `${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}`;
  // Without a zone Date.parse would take local time, and it accepts 30 February and 24:00.
  const asUtc = Date.parse(`${wallClock}Z`);
  const time = Date.parse(`${wallClock}${zone}`);
  if (Number.isNaN(time) || Number.isNaN(asUtc) || new Date(asUtc).toISOString() !== `${wallClock}Z`) return undefined;
  return time + (fraction.charAt(3) >= "5" ? 1 : 0);
}

/** A time as the event hash writes it: UTC with milliseconds. */
export function canonicalTime(text: string): string {
  const time = utcMilliseconds(text);
  return time === undefined ? text : new Date(time).toISOString();
}

/** A value as the event hash writes it: CBV web URI, number without needless digits, canonical GS1 Digital Link URI, else as it is. */
export function canonicalValue(text: string): string {
  const value = canonicalNumber(webVocabularyUri(text.trim()));
  return canonicalDigitalLink(value) ?? value;
}

/** Whether a text is a decimal number, with or without an exponent. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * A number as the reference implementation writes it, which is how Python writes the nearest IEEE 754 double: a whole number with all
 * its digits, another with the fewest digits that tell it from its neighbours, with an exponent below 0.0001. Other texts as they are.
 */
function canonicalNumber(text: string): string {
  if (!isNumber(text)) return text;
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  if (Number.isInteger(number)) return BigInt(number).toString();
  if (Math.abs(number) >= 1e-4) return String(number);
  const [digits = "", exponent = ""] = number.toExponential().split("e-");
  return `${digits}e-${exponent.padStart(2, "0")}`;
}
