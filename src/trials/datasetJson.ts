import { ByteCursor } from "./byteCursor.js";
import { checkDatasetMetadata, type DatasetMetadata, fitsDataType } from "./datasetColumns.js";
import type { RowSink } from "./dataRow.js";
import { type RowColumn, RowLayout } from "./rowLayout.js";
import { RowScanner } from "./rowScanner.js";
import { TokenWriter } from "./tokenWriter.js";
import { CareProofError } from "../errors.js";
import { canonicalJson } from "../utils/canonical.js";
import { withPlace } from "../utils/errorPlace.js";
import { JsonNumber, type JsonObject, type JsonValue, parseJson } from "../utils/json.js";

/** What a data set file is, and how it is read. */
export interface DatasetOptions {
  /** Column that holds the subject's key: `USUBJID` by default, where there is such a column. */
  readonly subject?: string;
}

/** What was read of a data set. */
export interface DatasetSummary {
  /** Name of the data set, such as `DM`. */
  readonly dataset: string;
  /** Number of rows. */
  readonly rows: number;
  readonly columns: readonly string[];
  /** Names of the key columns; empty where the whole row is the key. */
  readonly key: readonly string[];
}

/** Members that say something about the file, not the data set: the next export has others. */
const FILE_MEMBERS = [
  "datasetJSONCreationDateTime",
  "fileOID",
  "dbLastModifiedDateTime",
  "originator",
  "sourceSystem",
  "records",
];
const FILE_KEY = ["datasetJSONCreationDateTime", "fileOID"];

const [BRACE, CLOSING_BRACE, BRACKET, CLOSING_BRACKET, COMMA, COLON, QUOTE] = [
  0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a, 0x22,
];

/**
 * Reads a CDISC Dataset-JSON 1.1 file, as JSON or NDJSON, row by row. Besides its rows a data set has one for each column's definition,
 * one for what else is said of the data set, and one for the file, so that nothing can change unnoticed.
 *
 * @param chunks The file's bytes.
 * @throws CareProofError, its path being the place in the file: `JSON_INVALID`, `FILE_UNREADABLE` (not UTF-8), `INPUT_EMPTY`, `DATASET_VERSION_UNSUPPORTED`, `DATASET_INVALID`,
 * `COLUMN_DUPLICATE`, `COLUMN_UNKNOWN`, `ROW_INVALID` where a row has another number of values than there are columns; and of the sink.
 */
export async function readDatasetJson(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sink: RowSink,
  options: DatasetOptions = {},
): Promise<DatasetSummary> {
  return new DatasetReader(new ByteCursor(chunks), sink, options).read();
}

class DatasetReader {
  private readonly members: JsonObject = Object.create(null) as JsonObject;
  private table: TableReader | undefined;

  constructor(
    private cursor: ByteCursor,
    private readonly sink: RowSink,
    private readonly options: DatasetOptions,
  ) {}

  async read(): Promise<DatasetSummary> {
    const { cursor } = this;
    if ((await cursor.peek()) === 0xef) cursor.position += 3;
    const first = await cursor.peek();
    if (first < 0) throw new CareProofError("INPUT_EMPTY", "there is nothing in it");
    if (first !== BRACE) throw this.invalid("expected an object");
    const late = await this.readObject();
    const isLines = this.members.rows === undefined && this.table === undefined && late === undefined;
    const metadata = checkDatasetMetadata(this.members);
    if (late !== undefined) {
      this.cursor = new ByteCursor([late]);
      await this.readRows();
    }
    this.table ??= new TableReader(metadata, this.sink, this.options);
    if (isLines) await this.readLines(this.table);
    else if ((await cursor.peek()) >= 0) throw this.invalid("unexpected text after the end of the JSON value");
    return this.table.finish(metadata);
  }

  /** Reads the members; of rows that come before the columns it gives the bytes. */
  private async readObject(): Promise<Uint8Array | undefined> {
    const { cursor } = this;
    let late: Uint8Array | undefined;
    let hasRows = false;
    cursor.position++;
    if ((await cursor.peek()) === CLOSING_BRACE) {
      cursor.position++;
      return undefined;
    }
    for (;;) {
      if ((await cursor.peek()) !== QUOTE) throw this.invalid("expected a key in double quotes");
      const name = this.parse(await cursor.value(), "") as string;
      if (name in this.members || (name === "rows" && hasRows)) {
        throw this.invalid(`key ${JSON.stringify(name)} appears twice in one object`);
      }
      if ((await cursor.peek()) !== COLON) throw this.invalid("expected ':' after a key");
      cursor.position++;
      if ((await cursor.peek()) < 0) throw this.invalid("the text ends too early");
      if (name !== "rows") this.members[name] = this.parse(await cursor.value(), name);
      else {
        hasRows = true;
        if (["columns", "name", "records", "label"].every((member) => member in this.members)) await this.readRows();
        else late = await cursor.value();
      }
      const next = await cursor.peek();
      if (next !== COMMA && next !== CLOSING_BRACE) {
        throw this.invalid(next < 0 ? "the text ends too early" : "expected ',' or '}'");
      }
      cursor.position++;
      if (next === CLOSING_BRACE) return late;
      await cursor.peek();
    }
  }

  private async readRows(): Promise<void> {
    const { cursor } = this;
    const table = (this.table = new TableReader(checkDatasetMetadata(this.members), this.sink, this.options));
    if ((await cursor.peek()) !== BRACKET) throw new CareProofError("DATASET_INVALID", "is no array", "rows");
    cursor.position++;
    if ((await cursor.peek()) === CLOSING_BRACKET) {
      cursor.position++;
      return;
    }
    for (;;) {
      await cursor.peek();
      await this.readRow(table, () => `rows[${table.rows}]`);
      let next = cursor.bytes[cursor.position];
      if (cursor.position >= cursor.end || (next !== COMMA && next !== CLOSING_BRACKET)) next = await cursor.peek();
      if (next !== COMMA && next !== CLOSING_BRACKET) {
        throw this.invalid(next === -1 ? "the text ends too early" : "expected ',' or ']' after a row");
      }
      cursor.position++;
      if (next === CLOSING_BRACKET) return;
    }
  }

  private async readLines(table: TableReader): Promise<void> {
    const { cursor } = this;
    while ((await cursor.peek()) >= 0) await this.readRow(table, () => `line ${cursor.line}`);
  }

  /** Reads the row at the position. Where all of it is at hand, nothing is awaited. */
  private async readRow(table: TableReader, place: () => string): Promise<void> {
    const { cursor } = this;
    for (;;) {
      try {
        if (table.read(cursor, place)) return;
      } catch (error) {
        throw withPlace(error, place());
      }
      if (!(await cursor.fill()))
        throw new CareProofError("JSON_INVALID", "not JSON: the text ends too early", place());
    }
  }

  private parse(bytes: Uint8Array, path: string): JsonValue {
    try {
      return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch (error) {
      if (!(error instanceof CareProofError)) {
        throw new CareProofError("FILE_UNREADABLE", "it is not UTF-8", path, { cause: error });
      }
      const problem = error.path === undefined ? error.message : error.message.slice(`${error.path}: `.length);
      throw new CareProofError(error.code, problem, path, { cause: error });
    }
  }

  private invalid(problem: string): CareProofError {
    return new CareProofError("JSON_INVALID", `not JSON: ${problem}`, `line ${this.cursor.line}`);
  }
}

/** Values of a column that are not of its data type. */
interface Misfits {
  count: number;
  readonly first: string;
  readonly value: string;
}

/** Hands the rows of a data set to a sink. */
class TableReader {
  rows = 0;
  private readonly layout: RowLayout;
  private readonly scanner: RowScanner;
  private readonly misfits: (Misfits | undefined)[] = [];

  constructor(
    private readonly metadata: DatasetMetadata,
    private readonly sink: RowSink,
    { subject }: DatasetOptions,
  ) {
    const { columns } = metadata;
    const hasKey = columns.some(({ keySequence }) => keySequence !== undefined);
    const rowColumns = columns.map(({ name: column, keySequence }): RowColumn => {
      return { name: column, part: !hasKey || keySequence !== undefined ? "key" : "value" };
    });
    const subjectColumn = columns.findIndex(({ name: column }) => column === (subject ?? "USUBJID"));
    if (subject !== undefined && subjectColumn < 0) {
      throw new CareProofError("COLUMN_UNKNOWN", `there is no column ${JSON.stringify(subject)}`, "columns");
    }
    this.layout = new RowLayout(metadata.name, rowColumns, { subject: subjectColumn, counted: !hasKey });
    this.scanner = new RowScanner(columns.length);
    sink.datasets([metadata.name]);
  }

  /** Reads the row at the cursor's position; false where more has to be read first. */
  read(cursor: ByteCursor, place: () => string): boolean {
    const { scanner, metadata } = this;
    if (!scanner.scan(cursor.bytes, cursor.position, cursor.end)) return false;
    cursor.position = scanner.end;
    const { columns } = metadata;
    if (scanner.count !== columns.length) {
      const message = `has ${scanner.count} values, there are ${columns.length} columns`;
      throw new CareProofError("ROW_INVALID", message);
    }
    for (let i = 0; i < columns.length; i++) {
      if (!fitsDataType(columns[i]!.dataType, scanner.bytes, scanner.starts[i]!, scanner.ends[i]!))
        this.misfit(i, place());
    }
    this.sink.row(this.layout, scanner, { place });
    this.rows++;
    return true;
  }

  /** Ends the rows: checks their number, and adds those of the definitions. */
  finish({ name, records, columns, members }: DatasetMetadata): DatasetSummary {
    if (records !== this.rows) {
      const message = `${records} are announced, there are ${this.rows} rows: rows are missing, or too many`;
      this.sink.problem({ code: "RECORDS_MISMATCH", message, path: "records" });
    }
    for (const [i, misfit] of this.misfits.entries()) {
      if (misfit === undefined) continue;
      const { name: column, dataType } = columns[i]!;
      const more = misfit.count > 1 ? `, and so are ${misfit.count - 1} more` : "";
      const message = `${column} is ${misfit.value}, which is no ${dataType}${more}`;
      this.sink.problem({ code: "DATA_TYPE_MISMATCH", message, path: misfit.first });
    }
    this.addDefinitions(name, members);
    const key = columns.filter(({ keySequence }) => keySequence !== undefined);
    key.sort((a, b) => a.keySequence! - b.keySequence!);
    const names = (list: typeof columns): string[] => list.map((column) => column.name);
    return { dataset: name, rows: this.rows, columns: names(columns), key: names(key) };
  }

  private misfit(column: number, first: string): void {
    const known = this.misfits[column];
    if (known !== undefined) known.count++;
    else {
      const { bytes, starts, ends } = this.scanner;
      const value = new TextDecoder().decode(bytes.subarray(starts[column], ends[column]));
      this.misfits[column] = { count: 1, first, value };
    }
  }

  private addDefinitions(dataset: string, members: JsonObject): void {
    for (const [position, column] of (members.columns as JsonObject[]).entries()) {
      const values = { ...column, position: new JsonNumber(`${position + 1}`) };
      this.addObject(dataset, values, ["itemOID"], `columns[${position}]`);
    }
    const others = Object.keys(members).filter((name) => name !== "columns");
    const pick = (names: string[]): JsonObject => Object.fromEntries(names.map((name) => [name, members[name]!]));
    this.addObject(dataset, pick(others.filter((name) => !FILE_MEMBERS.includes(name))), [], "metadata");
    this.addObject(dataset, pick(others.filter((name) => FILE_MEMBERS.includes(name))), FILE_KEY, "metadata", true);
  }

  private addObject(dataset: string, object: JsonObject, key: readonly string[], place: string, isFile = false): void {
    const columns = Object.keys(object).map((name): RowColumn => ({
      name,
      part: key.includes(name) ? "key" : "value",
    }));
    const writer = new TokenWriter().start();
    for (const { name } of columns) writer.json(canonicalJson(object[name]!));
    this.sink.row(new RowLayout(dataset, columns, { isFile }), writer, { place: () => place });
  }
}
