import { CareProofError } from "../errors.js";

/** What separates columns, as spreadsheets write it: RFC 4180, countries where the comma is the decimal sign, tabs. */
const SEPARATORS = [",", ";", "\t"] as const;

/** The separator of a CSV file by its first line. */
export function csvSeparator(header: string): string {
  return SEPARATORS.find((candidate) => header.includes(candidate)) ?? ",";
}

/**
 * The fields of a record of CSV (RFC 4180): a field that holds the separator, a quotation mark or a line break is quoted.
 *
 * @param where The record's place, for errors.
 * @throws CareProofError `CSV_INVALID`.
 */
export function csvFields(line: string, separator: string, where: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  let start = 0;
  for (;;) {
    const column = `${where} column ${fields.length + 1}`;
    if (line[start] === '"') {
      let end = start + 1;
      while (end < line.length && (line[end] !== '"' || line[end + 1] === '"')) end += line[end] === '"' ? 2 : 1;
      if (end >= line.length)
        throw new CareProofError("CSV_INVALID", "the quotation mark has no end on its line", column);
      fields.push(line.slice(start + 1, end).replaceAll('""', '"'));
      start = end + 1;
      if (start < line.length && line[start] !== separator) {
        throw new CareProofError("CSV_INVALID", "there is text after the quoted field", column);
      }
    } else {
      const next = line.indexOf(separator, start);
      const field = line.slice(start, next < 0 ? undefined : next);
      if (field.includes('"')) {
        const message = 'a field with a quotation mark must be quoted, and the mark doubled: "a""b"';
        throw new CareProofError("CSV_INVALID", message, column);
      }
      fields.push(field);
      start = next < 0 ? line.length : next;
    }
    if (start >= line.length) return fields;
    start++;
  }
}
