import { CareProofError } from "../errors.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../utils/json.js";

/** Data types of Dataset-JSON 1.1, section 'Data types'. */
const DATA_TYPES = [
  "string",
  "integer",
  "decimal",
  "float",
  "double",
  "boolean",
  "datetime",
  "date",
  "time",
  "URI",
] as const;

/** A data type of a column. */
export type DatasetDataType = (typeof DATA_TYPES)[number];

/** A column of a Dataset-JSON data set. */
export interface DatasetColumn {
  readonly name: string;
  readonly dataType: DatasetDataType;
  /** From 1; absent where it is no key column. */
  readonly keySequence?: number;
}

const VERSION = /^1\.1(?:\.(?:0|[1-9]\d*))?$/;
const REQUIRED = ["datasetJSONCreationDateTime", "itemGroupOID", "name", "label"] as const;

/** What Dataset-JSON says of a data set besides its rows. */
export interface DatasetMetadata {
  readonly name: string;
  readonly records: number;
  readonly columns: readonly DatasetColumn[];
  /** All members but `rows`, as they are written. */
  readonly members: JsonObject;
}

/**
 * Checks the metadata of a Dataset-JSON file.
 *
 * @param members All members but `rows`.
 * @throws CareProofError `DATASET_VERSION_UNSUPPORTED`, `DATASET_INVALID`, `COLUMN_DUPLICATE`, with the member's path.
 */
export function checkDatasetMetadata(members: JsonObject): DatasetMetadata {
  const { datasetJSONVersion, records } = members;
  if (typeof datasetJSONVersion !== "string") throw invalid("is missing, or no text", "datasetJSONVersion");
  if (!VERSION.test(datasetJSONVersion)) {
    const message = `Dataset-JSON ${JSON.stringify(datasetJSONVersion)} is not known: 1.1 is read`;
    throw new CareProofError("DATASET_VERSION_UNSUPPORTED", message, "datasetJSONVersion");
  }
  for (const name of REQUIRED) textAt(members, name, name);
  if (!(records instanceof JsonNumber) || !/^\d{1,15}$/.test(records.text)) {
    throw invalid("is missing, or no whole number", "records");
  }
  if (!Array.isArray(members.columns) || members.columns.length === 0) {
    throw invalid("is missing, or no array of columns", "columns");
  }
  const columns = members.columns.map((column, i) => checkColumn(column, `columns[${i}]`));
  checkUnique(columns, ({ name }) => name, "name");
  checkUnique(columns, ({ keySequence }) => keySequence, "keySequence");
  return { name: textAt(members, "name", "name"), records: Number(records.text), columns, members };
}

function checkColumn(column: JsonValue, path: string): DatasetColumn {
  if (!isJsonObject(column)) throw invalid("is no column: expected an object", path);
  for (const name of ["itemOID", "label"]) textAt(column, name, `${path}.${name}`);
  const dataType = textAt(column, "dataType", `${path}.dataType`);
  if (!isDataType(dataType)) {
    throw invalid(`${JSON.stringify(dataType)} is none of ${DATA_TYPES.join(", ")}`, `${path}.dataType`);
  }
  const { keySequence } = column;
  if (keySequence !== undefined && !(keySequence instanceof JsonNumber && /^[1-9]\d{0,8}$/.test(keySequence.text))) {
    throw invalid("is no whole number from 1", `${path}.keySequence`);
  }
  return {
    name: textAt(column, "name", `${path}.name`),
    dataType,
    ...(keySequence === undefined ? {} : { keySequence: Number(keySequence.text) }),
  };
}

function checkUnique(
  columns: readonly DatasetColumn[],
  of: (column: DatasetColumn) => string | number | undefined,
  member: string,
): void {
  const seen = new Set<string | number>();
  for (const [i, column] of columns.entries()) {
    const value = of(column);
    if (value !== undefined && seen.has(value)) {
      const message = `${JSON.stringify(value)} is that of another column too`;
      throw new CareProofError("COLUMN_DUPLICATE", message, `columns[${i}].${member}`);
    }
    if (value !== undefined) seen.add(value);
  }
}

function textAt(object: JsonObject, member: string, path: string): string {
  const value = object[member];
  if (typeof value !== "string") throw invalid("is missing, or no text", path);
  return value;
}

function isDataType(value: string): value is DatasetDataType {
  return (DATA_TYPES as readonly string[]).includes(value);
}

function invalid(message: string, path: string): CareProofError {
  return new CareProofError("DATASET_INVALID", message, path);
}

const QUOTE = 0x22;
/** ISO 8601 as SDTM has it (SDTM Implementation Guide 3.3, section 4.4): parts may be missing from the right or be a hyphen; intervals. */
const DATE = /^(?:\d{4}|-)(?:-(?:(?:0[1-9]|1[0-2])|-)(?:-(?:(?:0[1-9]|[12]\d|3[01])|-)?)?)?$/;
const TIME = /^(?:(?:[01]\d|2[0-4])|-)(?::(?:[0-5]\d|-)(?::(?:(?:[0-5]\d|60)(?:\.\d+)?|-))?)?(?:Z|[+-]\d\d:?\d\d)?$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;

/**
 * Whether a value, as canonical JSON, fits a data type. Nothing (`null`, and an empty text where values are texts) fits all.
 */
export function fitsDataType(dataType: DatasetDataType, bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]!;
  const isText = first === QUOTE;
  // "null" and numbers are told by their first character.
  if (first === 0x6e) return true;
  switch (dataType) {
    case "string":
    case "URI":
      return isText;
    case "boolean":
      return first === 0x74 || first === 0x66;
    case "integer":
      return isDigits(bytes, start, end) || INTEGER.test(ascii(bytes, start, end));
    case "float":
    case "double":
      return first === 0x2d || (first >= 0x30 && first <= 0x39);
    default:
      if (!isText) return false;
      return (
        end - start === 2 || isDay(bytes, start + 1, end - 1) || fitsText(dataType, ascii(bytes, start + 1, end - 1))
      );
  }
}

function fitsText(dataType: "decimal" | "datetime" | "date" | "time", text: string): boolean {
  switch (dataType) {
    case "decimal":
      return DECIMAL.test(text);
    case "time":
      return TIME.test(text);
    default:
      return text.split("/").every((moment) => {
        const [date = "", time] = moment.split("T");
        return DATE.test(date) && (time === undefined || TIME.test(time));
      });
  }
}

/** Whether it is `2026-01-31`, as most dates are. */
function isDay(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 10 || bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return false;
  if (!isDigits(bytes, start, start + 4)) return false;
  if (!isDigits(bytes, start + 5, start + 7) || !isDigits(bytes, start + 8, end)) return false;
  const month = 10 * bytes[start + 5]! + bytes[start + 6]! - 528;
  const day = 10 * bytes[start + 8]! + bytes[start + 9]! - 528;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return false;
  return true;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
