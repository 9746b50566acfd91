import { type AnchoredRows, isPresent } from "./anchoredRows.js";
import { type DataProblem, describeKey, keyValuesOf, type RowInfo, type RowSink, type RowTokens } from "./dataRow.js";
import { HashTable, NONE } from "./hashTable.js";
import { RowEncoder } from "./rowEncoder.js";
import type { RowLayout } from "./rowLayout.js";
import { createKeccak256 } from "../utils/keccak.js";

/** Rows of one finding that are named. */
export const ROWS_NAMED = 1000;

/** A row that is not as it was anchored. */
export interface DataFinding {
  /** The row's key in words, such as `DM {"STUDYID":"S1","USUBJID":"001"}`. */
  readonly row: string;
  /** Where in the file it stands; not where it is missing. */
  readonly place?: string;
  /** Of an altered row: the columns that differ, where they can be named. */
  readonly columns?: readonly string[];
}

/** Rows of one kind: their number, and at most {@link ROWS_NAMED} of them by name. */
export interface DataFindings {
  readonly count: number;
  readonly rows: readonly DataFinding[];
}

/** How the rows of a file compare with those that were anchored. */
export interface DataVerification {
  /** Rows of the file. */
  readonly rows: number;
  /** Rows that are exactly what was anchored. */
  readonly exact: number;
  /** Rows that have the key of an anchored one, and other values. */
  readonly altered: DataFindings;
  /** Rows as they were before they were corrected: their correction was anchored, and is not in the file. */
  readonly superseded: DataFindings;
  /** Anchored rows that the file does not have, in the data sets that it has. */
  readonly missing: DataFindings;
  /** Rows that were never anchored, or come once more than they were. */
  readonly added: DataFindings;
}

/** Gives the values of a key of an anchored row, as canonical JSON with commas between them. */
export type KeyReader = (rows: ReadonlySet<number>) => Promise<ReadonlyMap<number, string>>;

class Findings implements DataFindings {
  count = 0;
  readonly rows: DataFinding[] = [];

  add(describe: () => DataFinding): void {
    if (++this.count <= ROWS_NAMED) this.rows.push(describe());
  }
}

const SEEN = 1;
const MATCHED = 2;

/** Compares the rows of a file, as they are read, with those of the batches' manifests. */
export class DataVerifier implements RowSink {
  private readonly altered = new Findings();
  private readonly added = new Findings();
  private readonly covered = new Set<string>();
  private readonly occurrences = new Map<number, number>();
  private readonly counted = new HashTable();
  /** By row of the manifests. */
  private readonly states: Uint8Array;
  /** By key: where the last row with it stands, of those that are superseded. */
  private readonly outdated = new Map<number, DataFinding>();
  private rows = 0;
  private exact = 0;

  private constructor(
    private readonly anchored: AnchoredRows,
    private readonly encoder: RowEncoder,
    private readonly onProgress: ((rows: number) => void) | undefined,
    private readonly onProblem: ((problem: DataProblem) => void) | undefined,
  ) {
    this.states = new Uint8Array(anchored.size);
  }

  /**
   * Begins a comparison.
   *
   * @param anchored The rows of the batches' manifests. That their roots are those on chain is for the caller to ask.
   */
  static async create(
    anchored: AnchoredRows,
    onProgress?: (rows: number) => void,
    onProblem?: (problem: DataProblem) => void,
  ): Promise<DataVerifier> {
    return new DataVerifier(anchored, new RowEncoder(await createKeccak256()), onProgress, onProblem);
  }

  datasets(names: readonly string[]): void {
    for (const name of names) this.covered.add(name);
  }

  problem(problem: DataProblem): void {
    this.onProblem?.(problem);
  }

  row(layout: RowLayout, tokens: RowTokens, info: RowInfo): void {
    if (++this.rows % 4096 === 0) this.onProgress?.(this.rows);
    const occurrence = layout.counted ? this.occurrenceOf(layout, tokens) : 1;
    const key = this.anchored.findKey(this.encoder.keyHash(layout, tokens, occurrence));
    const finding = (columns?: string[]): DataFinding => ({
      row: describeKey(layout.shape, keyValuesOf(layout, tokens)),
      place: info.place(),
      ...(columns === undefined ? {} : { columns }),
    });
    if (key === NONE) {
      this.added.add(finding);
      return;
    }
    const latest = this.anchored.latestOf(key);
    let row = latest;
    while (row !== NONE && !this.anchored.isSame(row, this.encoder, layout, tokens, occurrence))
      row = this.anchored.before(row);
    if (row === NONE) {
      if (this.states[latest] === 0) this.states[latest] = SEEN;
      this.altered.add(() => finding(this.anchored.differences(latest, this.encoder, layout, tokens)));
      return;
    }
    if (this.states[row] === MATCHED) {
      this.added.add(finding);
      return;
    }
    this.exact++;
    this.states[row] = MATCHED;
    if (row === latest) this.outdated.delete(key);
    else if (this.states[latest] !== MATCHED) this.outdated.set(key, finding());
  }

  /**
   * Ends the comparison.
   *
   * @param keys Reads the keys of missing rows from the manifests again, so that not all keys need be kept.
   */
  async finish(keys: KeyReader): Promise<DataVerification> {
    const superseded = new Findings();
    for (const finding of this.outdated.values()) superseded.add(() => finding);
    const missing = await this.missingRows(keys);
    const { rows, altered, added } = this;
    return { rows, exact: this.exact - superseded.count, altered, superseded, missing, added };
  }

  private async missingRows(keys: KeyReader): Promise<Findings> {
    const { anchored } = this;
    const named = new Set<number>();
    let count = 0;
    for (let key = 0; key < anchored.keyCount; key++) {
      let row = anchored.latestOf(key);
      if (!isPresent(anchored.role(row)) || !this.covered.has(anchored.shapeOfRow(row).dataset)) continue;
      while (row !== NONE && this.states[row] === 0) row = anchored.before(row);
      if (row !== NONE) continue;
      if (++count <= ROWS_NAMED) named.add(anchored.latestOf(key));
    }
    const missing = new Findings();
    const texts = count === 0 ? new Map<number, string>() : await keys(named);
    for (const row of named) {
      const { dataset, key } = anchored.shapeOfRow(row);
      missing.add(() => ({ row: describeKey({ dataset, key }, keyTokens(texts.get(row) ?? "")) }));
    }
    missing.count = count;
    return missing;
  }

  private occurrenceOf(layout: RowLayout, tokens: RowTokens): number {
    const known = this.counted.size;
    const key = this.counted.add(this.encoder.keyHash(layout, tokens, 1));
    if (key === known) return 1;
    const occurrence = (this.occurrences.get(key) ?? 1) + 1;
    this.occurrences.set(key, occurrence);
    return occurrence;
  }
}

/** Whether nothing was altered, superseded, missing or added. */
export function isExact({ altered, superseded, missing, added }: DataVerification): boolean {
  return [altered, superseded, missing, added].every(({ count }) => count === 0);
}

/** The canonical JSON of each of the values in a list with commas between them. */
function keyTokens(list: string): string[] {
  return list.match(/"(?:[^"\\]|\\.)*"|\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]|[^,]+/g) ?? [];
}
