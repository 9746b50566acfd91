/**
 * FHIR `dateTime` (R4, Data Types, primitive types) as an interval of unix seconds. A value of less precision than a
 * second stands for every second that it matches, which is how `Period` reads its ends: 2012-02-03T10:00:00 is in a
 * period that ends 2012-02-03. Where no time zone is written, UTC is read.
 */

/** The whole seconds that a FHIR `dateTime` covers. */
export interface SecondsInterval {
  /** Unix seconds of the first second. */
  readonly first: number;
  /** Unix seconds of the first second after it. */
  readonly end: number;
}

const PATTERN =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/;

/** The seconds that a FHIR R4 `dateTime` (or `date`) covers, or undefined where `text` is no such value. */
export function parseDateTime(text: string): SecondsInterval | undefined {
  const match = PATTERN.exec(text);
  if (match === null || match[1] === "0000") return undefined;
  const [, year = "", month, day, hour, minute, second, fraction, zone] = match;
  const at = (y: number, m: number, d: number): number => {
    // Date.UTC reads years below 100 as 19xx.
    const date = new Date(Date.UTC(2000, m, d));
    date.setUTCFullYear(y, m, d);
    return date.getTime() / 1000;
  };
  const y = Number(year);
  if (month === undefined) return { first: at(y, 0, 1), end: at(y + 1, 0, 1) };
  const m = Number(month) - 1;
  if (day === undefined) return { first: at(y, m, 1), end: at(y, m + 1, 1) };
  const start = at(y, m, Number(day));
  if (new Date(start * 1000).getUTCMonth() !== m) return undefined;
  if (hour === undefined || zone === undefined) return { first: start, end: start + 86_400 };
  const offset =
    zone === "Z" ? 0 : Number(`${zone[0] ?? ""}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  // A leap second has no number of its own in unix time: it counts as the second before it.
  const seconds = Math.min(Number(second), 59);
  const first = start + Number(hour) * 3600 + Number(minute) * 60 + seconds - offset * 60;
  // A fraction begins inside its second: the first whole second is the next one.
  return fraction !== undefined && Number(fraction) > 0
    ? { first: first + 1, end: first + 1 }
    : { first, end: first + 1 };
}

/** A FHIR R4 `dateTime` in UTC with the precision of a second, for unix seconds from year 1970 to 9999. */
export function formatDateTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
