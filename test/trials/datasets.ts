/** Dataset-JSON that tests write. Subjects are invented. */

interface Column {
  itemOID: string;
  name: string;
  label: string;
  dataType: string;
  keySequence?: number;
}

export function column(name: string, dataType: string, keySequence?: number): Column {
  return {
    itemOID: `IT.VS.${name}`,
    name,
    label: `Label of ${name}`,
    dataType,
    ...(keySequence === undefined ? {} : { keySequence }),
  };
}

export const COLUMNS = [
  column("STUDYID", "string", 1),
  column("USUBJID", "string", 2),
  column("VSSEQ", "integer", 3),
  column("VSORRES", "string"),
  column("VSSTRESN", "float"),
  column("VSDTC", "datetime"),
];

export const ROWS: readonly unknown[][] = [
  ["TEST", "001", 1, "120", 120, "2026-01-05"],
  ["TEST", "001", 2, "80", 80.5, "2026-01-05T10:30"],
  ["TEST", "002", 1, 'a "quoted" \\ value\n', null, ""],
];

export function metadata(records: number, changes: object = {}): Record<string, unknown> {
  return {
    datasetJSONCreationDateTime: "2026-01-31T10:00:00",
    datasetJSONVersion: "1.1.0",
    fileOID: "file.1",
    studyOID: "TEST",
    itemGroupOID: "IG.VS",
    records,
    name: "VS",
    label: "Vital Signs",
    columns: COLUMNS,
    ...changes,
  };
}

/** The data set as JSON. */
export function vitalSigns(rows: readonly unknown[][] = ROWS, changes: object = {}): string {
  return JSON.stringify({ ...metadata(rows.length, changes), rows });
}

/** The data set as NDJSON. */
export function vitalSignsLines(rows: readonly unknown[][] = ROWS, changes: object = {}): string {
  return [metadata(rows.length, changes), ...rows].map((line) => JSON.stringify(line)).join("\n");
}

/** The rows with one value changed. */
export function withValue(row: number, column: number, value: unknown): unknown[][] {
  return ROWS.map((values, i) => values.map((old, j) => (i === row && j === column ? value : old)));
}
