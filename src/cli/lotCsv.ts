import { readLines } from "./files.js";
import { CareProofError } from "../errors.js";
import { MAX_PATH_LENGTH } from "../provenance/lot.js";
import type { LotItem } from "../provenance/lotContents.js";
import { type Sscc, tokenIdOf } from "../provenance/tokenId.js";
import { csvFields, csvSeparator } from "../utils/csv.js";
import { withPlace } from "../utils/errorPlace.js";

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
      separator = csvSeparator(line);
      columns = headerOf(line, separator, where);
      continue;
    }
    const fields = csvFields(line, separator, where);
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
  const columns = csvFields(line, separator, where).map((column) => column.trim());
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
