import { CareProofError } from "../../errors.js";

/** Formats of dates in AIs. The day of `yymmd0` may be 00: the last of the month. */
export type DateFormat = "yymmd0" | "yymmdd" | "yyyymmdd";

/** Whether digits are a date in the format. */
export function isDate(digits: string, format: DateFormat): boolean {
  const [, year, month, day] = /^(\d+)(\d\d)(\d\d)$/.exec(digits)!.map(Number) as [number, number, number, number];
  if (month < 1 || month > 12) return false;
  // Years of two digits are 1950 to 2099 for as long as this century lasts: each fourth is a leap year, 2000 too.
  return day <= lastDay(format === "yyyymmdd" ? year : 2000 + year, month) && (day > 0 || format === "yymmd0");
}

/**
 * The last day on which a package may be used, from AI 17.
 *
 * @param yymmdd Six digits; day 00 stands for the last day of the month.
 * @param currentYear Decides the century: a year 51 to 99 above the current one was in the last century, one 50 to 99 below comes in
 * the next (GS1 General Specifications, section 7.12).
 * @returns An ISO 8601 date: `2027-02-28`.
 * @throws CareProofError `EXPIRY_INVALID`.
 */
export function expiryDate(yymmdd: string, currentYear = new Date().getUTCFullYear()): string {
  if (!/^\d{6}$/.test(yymmdd) || !isDate(yymmdd, "yymmd0")) {
    throw new CareProofError("EXPIRY_INVALID", `${JSON.stringify(yymmdd)} is not a date (YYMMDD)`, "AI 17");
  }
  const difference = Number(yymmdd.slice(0, 2)) - (currentYear % 100);
  const century = Math.floor(currentYear / 100) + (difference > 50 ? -1 : difference < -49 ? 1 : 0);
  const year = century * 100 + Number(yymmdd.slice(0, 2));
  const month = yymmdd.slice(2, 4);
  const day = yymmdd.endsWith("00") ? lastDay(year, Number(month)) : yymmdd.slice(4);
  return `${year}-${month}-${day}`;
}

function lastDay(year: number, month: number): number {
  // Day 0 of the next month.
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
