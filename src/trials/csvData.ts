import type { DatasetSummary } from "./datasetJson.js";
import type { RowSink } from "./dataRow.js";
import { type RowColumn, RowLayout } from "./rowLayout.js";
import { TokenWriter } from "./tokenWriter.js";
import { CareProofError } from "../errors.js";
import { csvFields, csvSeparator } from "../utils/csv.js";
import { type NumberedLine } from "../utils/lines.js";

/** What CSV does not say of a data set. */
export interface CsvDataOptions {
  /** Name of the data set, such as `DM`. */
  readonly dataset: string;
  /** Column that holds the subject's key: `USUBJID` by default, where there is such a column. */
  readonly subject?: string;
  /** The key columns; by default the whole row is the key, and rows that are the same are counted. */
  readonly key?: readonly string[];
}

/**
 * Reads CSV (RFC 4180) whose first record names the columns. Every value is a text. A field may go over several lines.
 *
 * @throws CareProofError, its path being the line: `INPUT_EMPTY`, `CSV_INVALID`, `COLUMN_DUPLICATE`, `COLUMN_UNKNOWN`, `ROW_INVALID` where
 * a row has another number of values than there are columns; and of the sink.
 */
export async function readCsvData(
  lines: Iterable<NumberedLine> | AsyncIterable<NumberedLine>,
  sink: RowSink,
  options: CsvDataOptions,
): Promise<DatasetSummary> {
  const { dataset, key = [] } = options;
  let columns: string[] | undefined;
  let separator = ",";
  let layout: RowLayout | undefined;
  let rows = 0;
  const tokens = new TokenWriter();
  for await (const { line, number } of records(lines)) {
    const where = `line ${number}`;
    if (columns === undefined || layout === undefined) {
      separator = csvSeparator(line);
      columns = csvFields(line.replace(/^\uFEFF/, ""), separator, where);
      layout = layoutOf(columns, options, where);
      sink.datasets([dataset]);
      continue;
    }
    const fields = csvFields(line, separator, where);
    if (fields.length !== columns.length) {
      throw new CareProofError(
        "ROW_INVALID",
        `has ${fields.length} values, there are ${columns.length} columns`,
        where,
      );
    }
    tokens.start();
    for (const field of fields) tokens.text(field);
    sink.row(layout, tokens, { place: () => where });
    rows++;
  }
  if (columns === undefined) throw new CareProofError("INPUT_EMPTY", "there is nothing in it");
  return { dataset, rows, columns, key };
}

function layoutOf(
  columns: readonly string[],
  { dataset, subject, key = [] }: CsvDataOptions,
  where: string,
): RowLayout {
  for (const name of subject === undefined ? key : [...key, subject]) {
    if (!columns.includes(name))
      throw new CareProofError("COLUMN_UNKNOWN", `there is no column ${JSON.stringify(name)}`, where);
  }
  const unnamed = columns.findIndex((name, i) => name === "" || columns.indexOf(name) < i);
  if (unnamed >= 0) throw new CareProofError("COLUMN_DUPLICATE", `column ${unnamed + 1} has no name of its own`, where);
  const laid = columns.map((name): RowColumn => ({
    name,
    part: key.length === 0 || key.includes(name) ? "key" : "value",
  }));
  return new RowLayout(dataset, laid, { subject: columns.indexOf(subject ?? "USUBJID"), counted: key.length === 0 });
}

/** The records: lines, where a quoted field has line breaks joined. */
async function* records(lines: Iterable<NumberedLine> | AsyncIterable<NumberedLine>): AsyncGenerator<NumberedLine> {
  let open: NumberedLine | undefined;
  let last = 0;
  for await (const { line: written, number } of lines) {
    const line = written.endsWith("\r") ? written.slice(0, -1) : written;
    // Empty lines are not among the lines; within a field they are part of it.
    const joined: NumberedLine =
      open === undefined
        ? { line, number }
        : { line: open.line + "\n".repeat(number - last) + line, number: open.number };
    last = number;
    open = countQuotes(joined.line) % 2 === 0 ? undefined : joined;
    if (open === undefined) yield joined;
  }
  if (open !== undefined)
    throw new CareProofError("CSV_INVALID", "the quotation mark has no end", `line ${open.number}`);
}

function countQuotes(line: string): number {
  let count = 0;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) count++;
  return count;
}
