import type { RowLayout, RowShape } from "./rowLayout.js";
import { canonicalJson } from "../utils/canonical.js";
import { type JsonValue, parseJson } from "../utils/json.js";

/** ODM 2.0, section TransactionType: what a row of a transactional file does. `Context` does nothing and is no row. */
export type TransactionType = "Insert" | "Update" | "Remove" | "Upsert";

/**
 * The values of a row as canonical JSON (RFC 8785, numbers as they are written), one after the other in a buffer. It is used again for
 * the next row: whoever keeps a row copies it.
 */
export interface RowTokens {
  readonly bytes: Uint8Array;
  /** Where the value of each column begins. */
  readonly starts: Uint32Array;
  /** Where it ends. */
  readonly ends: Uint32Array;
}

/** What is known of a row besides its values. */
export interface RowInfo {
  /** Where it stands: line, or path of the element. */
  place(): string;
  /** When it was captured (unix seconds), as its audit record says; undefined where there is none. */
  readonly capturedAt?: number | undefined;
  /** What it does; undefined where it just stands there, as in a snapshot. */
  readonly transaction?: TransactionType | undefined;
  /** Of a correction whose key is that of no row: the row that it must mean, or what else is known of it. */
  target?(): CorrectionTarget | undefined;
}

/** What a correction means whose key is that of no row. */
export type CorrectionTarget =
  /** The only row that it can mean, and how the two differ. */
  | { readonly kind: "row"; readonly layout: RowLayout; readonly tokens: RowTokens; readonly problem: string }
  /** A row of a file that came before this one. */
  | { readonly kind: "earlierFile" };

/** What is wrong with a file that can be read none the less. */
export interface DataProblem {
  /** Stable name, for programs. */
  readonly code: DataProblemCode;
  readonly message: string;
  readonly path: string;
}

/** Kinds of {@link DataProblem}. */
export type DataProblemCode =
  /** The metadata announce another number of rows. */
  | "RECORDS_MISMATCH"
  /** A value is not of its column's data type. */
  | "DATA_TYPE_MISMATCH"
  /** A date and time of an audit record is not as ISO 8601 has it. */
  | "DATE_TIME_INVALID"
  /** A correction's keys are those of no row, but only one row can be meant. */
  | "CORRECTION_KEY_DIFFERS"
  /** A correction is of a row that must be in an earlier file. */
  | "CORRECTION_OF_EARLIER_FILE"
  /** The file does not say of which version of the standard it is. */
  | "VERSION_MISSING";

/** Takes the rows of a file as they are read. */
export interface RowSink {
  /** The data sets that the file holds: a row of them that it does not have is missing. Comes before the first row. */
  datasets(names: readonly string[]): void;
  row(layout: RowLayout, tokens: RowTokens, info: RowInfo): void;
  problem(problem: DataProblem): void;
}

/** A row as an object, for few rows. */
export interface DataRow {
  readonly dataset: string;
  readonly key: Readonly<Record<string, JsonValue>>;
  /** From 2, where the key columns' values came before. */
  readonly occurrence?: number;
  readonly values: Readonly<Record<string, JsonValue>>;
  /** Who changed it, where, when and why, as ODM's AuditRecord says. */
  readonly audit?: Readonly<Record<string, JsonValue>>;
}

/** The canonical content of a row: what its commitment commits to. */
export function dataRowContent(row: DataRow): string {
  const { audit, dataset, key, occurrence, values } = row;
  const members = [
    ...(audit === undefined ? [] : [`"audit":${canonicalJson(audit)}`]),
    `"dataset":${JSON.stringify(dataset)}`,
    `"key":${canonicalJson(key)}`,
    ...(occurrence === undefined ? [] : [`"occurrence":${occurrence}`]),
    `"values":${canonicalJson(values)}`,
  ];
  return `{${members.join(",")}}`;
}

/** A row as a sink gets it, as an object. */
export function toDataRow({ shape, audit, key, values }: RowLayout, tokens: RowTokens): DataRow {
  const part = (names: readonly string[], fields: readonly { readonly column: number }[]): Record<string, JsonValue> =>
    Object.fromEntries(names.map((name, i) => [name, parseJson(tokenText(tokens, fields[i]!.column))]));
  return {
    dataset: shape.dataset,
    key: part(shape.key, key),
    values: part(shape.values, values),
    ...(audit.length === 0 ? {} : { audit: part(shape.audit, audit) }),
  };
}

/** The canonical JSON of one value of a row. */
export function tokenText({ bytes, starts, ends }: RowTokens, column: number): string {
  return new TextDecoder().decode(bytes.subarray(starts[column], ends[column]));
}

/** A row's key in words: `DM {"STUDYID":"S1","USUBJID":"001"}`. */
export function describeKey(shape: Pick<RowShape, "dataset" | "key">, keyValues: readonly string[]): string {
  const members = shape.key.map((name, i) => `${JSON.stringify(name)}:${keyValues[i]!}`);
  return `${shape.dataset} {${members.join(",")}}`;
}

/** The values of a row's key, as canonical JSON. */
export function keyValuesOf(layout: RowLayout, tokens: RowTokens): string[] {
  return layout.key.map(({ column }) => tokenText(tokens, column));
}
