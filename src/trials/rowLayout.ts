import { CareProofError } from "../errors.js";

/** What a column of a row is: of the audit record, of the key, or a value. */
export type ColumnPart = "audit" | "key" | "value";

/** A column of the rows of a data set. */
export interface RowColumn {
  readonly name: string;
  readonly part: ColumnPart;
}

/** The names of a row's columns, each part in the order of its canonical JSON (by UTF-16 code units). */
export interface RowShape {
  /** Name of the data set, such as `DM`; of ODM the element that holds the row, such as `ClinicalData`. */
  readonly dataset: string;
  readonly audit: readonly string[];
  readonly key: readonly string[];
  readonly values: readonly string[];
}

/** A column with the bytes of the canonical JSON that come before its value. */
export interface LaidField {
  /** Index of the column among those of the layout. */
  readonly column: number;
  readonly before: Uint8Array;
}

const encoder = new TextEncoder();

/** What rows of a layout are. */
export interface RowKind {
  /** Index of the column that holds the subject's key; -1 (the default) where the rows are about no subject. */
  readonly subject?: number;
  /** Whether a key may come several times, each row then being known by its occurrence: where there are no key columns. */
  readonly counted?: boolean;
  /** Whether the row is about the file itself, such as when it was written: the next file has another, which corrects nothing. */
  readonly isFile?: boolean;
}

/** How rows of a kind are laid out: their columns as they come, and in the order of the canonical JSON. */
export class RowLayout implements Required<RowKind> {
  readonly subject: number;
  readonly counted: boolean;
  readonly isFile: boolean;
  readonly shape: RowShape;
  /** Fields in the order of the canonical JSON. */
  readonly audit: readonly LaidField[];
  readonly key: readonly LaidField[];
  readonly values: readonly LaidField[];
  /** `"dataset":"…","key":{` */
  readonly beforeKey: Uint8Array;
  /** What comes before the key's values in the text that {@link keyHash} hashes. */
  readonly keyPrefix: Uint8Array;

  /**
   * @param columns In the order in which a row's tokens come; no name twice in one part.
   * @throws CareProofError `COLUMN_DUPLICATE`.
   */
  constructor(
    dataset: string,
    readonly columns: readonly RowColumn[],
    { subject = -1, counted = false, isFile = false }: RowKind = {},
  ) {
    this.subject = subject;
    this.counted = counted;
    this.isFile = isFile;
    this.audit = fieldsOf(columns, "audit");
    this.key = fieldsOf(columns, "key");
    this.values = fieldsOf(columns, "value");
    const names = (fields: readonly LaidField[]): string[] => fields.map(({ column }) => columns[column]!.name);
    this.shape = { dataset, audit: names(this.audit), key: names(this.key), values: names(this.values) };
    this.beforeKey = encoder.encode(`"dataset":${JSON.stringify(dataset)},"key":{`);
    this.keyPrefix = keyPrefix(this.shape);
  }
}

/**
 * The beginning of the text by whose hash a row is known: the canonical JSON `[dataset,[names of key columns],[their values]]`, and the
 * occurrence as a fourth item where it is not the first.
 */
export function keyPrefix({ dataset, key }: Pick<RowShape, "dataset" | "key">): Uint8Array {
  return encoder.encode(`[${JSON.stringify(dataset)},${JSON.stringify(key)},[`);
}

/** What comes after the key's values in that text. */
export function keySuffix(occurrence: number): Uint8Array {
  return encoder.encode(occurrence === 1 ? "]]" : `],${occurrence}]`);
}

function fieldsOf(columns: readonly RowColumn[], part: ColumnPart): LaidField[] {
  const named = columns
    .map(({ name }, column) => ({ name, column }))
    .filter(({ column }) => columns[column]!.part === part);
  named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return named.map(({ name, column }, i) => {
    if (named[i - 1]?.name === name) throw new CareProofError("COLUMN_DUPLICATE", "names two columns", name);
    return { column, before: encoder.encode(`${i === 0 ? "" : ","}${JSON.stringify(name)}:`) };
  });
}
