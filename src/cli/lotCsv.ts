import { readLines } from "./files.js";
import { CareProofError } from "../errors.js";
import { MAX_PATH_LENGTH } from "../provenance/lot.js";
import type { LotItem } from "../provenance/lotContents.js";
import { type Sscc, tokenIdOf } from "../provenance/tokenId.js";
import { withPlace } from "../utils/errorPlace.js";

/** What separates columns, as spreadsheets write it: RFC 4180, countries where the comma is the decimal sign, tabs. */
const SEPARATORS = [",", ";", "\t"] as const;

/** Header of the column of serial numbers. */
const SERIAL = "serial";

/**
 * The packages of a CSV file (RFC 4180) as a stream. The first line names the columns: `serial`, then the containers, the innermost
 * first, by any names. A cell without a container says that the package is in none of that kind. A field that holds the separator or
 * a quotation mark is quoted; a field does not go over lines. SSCCs are 18 digits, with or without `(00)` or `00` before them.
 *
 * @param name The file's name, for errors, which name line and column.
 * @param gtin 14 digits, of all packages.
 * @throws CareProofError `FILE_UNREADABLE`, `CSV_INVALID`, `INPUT_EMPTY` or `SSCC_INVALID`.
 */
export async function* readLotCsv(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  gtin: string,
): AsyncGenerator<LotItem> {
  let columns: string[] | undefined;
  let separator = ",";
  const containers = new Map<string, Sscc>();
  let pathText: string | undefined;
  let path: readonly Sscc[] = [];
  for await (const { line: text, number } of readLines(chunks, name)) {
    const where = `${name}:${number}`;
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (columns === undefined) {
      separator = SEPARATORS.find((candidate) => line.includes(candidate)) ?? ",";
      columns = headerOf(line, separator, where);
      continue;
    }
    const fields = fieldsOf(line, separator, where);
    if (fields.length !== columns.length) {
      const message = `has ${fields.length} columns, the header has ${columns.length}`;
      throw new CareProofError("CSV_INVALID", message, where);
    }
    const [serial = "", ...cells] = fields;
    if (serial === "") throw new CareProofError("CSV_INVALID", "is empty", `${where} column "${columns[0]}"`);
    // Packages of one container follow each other.
    const cellsText = cells.join(separator);
    if (cellsText !== pathText) {
      pathText = cellsText;
      path = pathOf(cells, columns, containers, where);
    }
    yield { identifier: { kind: "sgtin", gtin, serial }, path, line: number };
  }
  if (columns === undefined) throw new CareProofError("INPUT_EMPTY", "there is nothing in it", name);
}

function headerOf(line: string, separator: string, where: string): string[] {
  const columns = fieldsOf(line, separator, where).map((column) => column.trim());
  if (columns[0]?.toLowerCase() !== SERIAL) {
    const message = `the first column must be "${SERIAL}", those after it the containers, the innermost first`;
    throw new CareProofError("CSV_INVALID", `${message}; found ${JSON.stringify(columns[0])}`, where);
  }
  if (columns.length - 1 > MAX_PATH_LENGTH) {
    const message = `names ${columns.length - 1} containers, at most ${MAX_PATH_LENGTH} are possible`;
    throw new CareProofError("CSV_INVALID", message, where);
  }
  const unnamed = columns.findIndex((column, i) => column === "" || columns.indexOf(column) < i);
  if (unnamed >= 0) {
    throw new CareProofError("CSV_INVALID", `column ${unnamed + 1} has no name of its own`, where);
  }
  return columns;
}

function pathOf(
  cells: readonly string[],
  columns: readonly string[],
  containers: Map<string, Sscc>,
  where: string,
): readonly Sscc[] {
  const path: Sscc[] = [];
  for (const [i, cell] of cells.entries()) {
    if (cell === "") continue;
    let container = containers.get(cell);
    if (container === undefined) {
      container = { kind: "sscc", sscc: /^(?:\(00\)|00)(\d{18})$/.exec(cell)?.[1] ?? cell };
      try {
        tokenIdOf(container);
      } catch (error) {
        throw withPlace(error, `${where} column "${columns[i + 1]}"`);
      }
      containers.set(cell, container);
    }
    path.push(container);
  }
  return path;
}

/** The fields of a line. */
function fieldsOf(line: string, separator: string, where: string): string[] {
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
