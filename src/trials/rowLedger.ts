import type { AnchoredRows } from "./anchoredRows.js";
import { ROW_ROLES } from "./dataManifest.js";
import { type DataProblem, describeKey, keyValuesOf, type RowInfo, type RowTokens } from "./dataRow.js";
import { HashTable, NONE } from "./hashTable.js";
import type { RowEncoder } from "./rowEncoder.js";
import type { RowLayout } from "./rowLayout.js";
import { CareProofError } from "../errors.js";

/** What a row of a file is to the rows before it. */
export interface Placement {
  /** `unchanged` is a row of an earlier batch, which is not committed again. */
  readonly kind: "new" | "unchanged" | "correction";
  /** Of the row's key, from 1. */
  readonly occurrence: number;
  /** Index of the corrected row among the new rows of this file, -1 where it is none of them. */
  readonly leaf: number;
  /** Number of the corrected row among those of earlier batches, -1 where it is none of them. */
  readonly row: number;
}

/** What a ledger knows of rows that came before. */
export interface RowLedgerOptions {
  /** The rows of the batches before. */
  readonly earlier?: AnchoredRows | undefined;
  /** Whether a correction may be of a row in a file that is not at hand: the file is only looked at. */
  readonly isPreview?: boolean;
  readonly onProblem?: (problem: DataProblem) => void;
}

/**
 * Knows the rows of a file by their keys, as they come, and those of earlier batches: which are new, which are unchanged, and which
 * correct another.
 */
export class RowLedger {
  private readonly seen = new HashTable();
  /** By number of a key: index of its last new row in this file, -1 where all rows of it were unchanged. */
  private lastLeaf = new Int32Array(1024);
  private readonly removed = new Set<number>();
  private readonly occurrences = new Map<number, number>();
  private readonly seenEarlier: Uint8Array;
  private leaves = 0;

  constructor(
    private readonly encoder: RowEncoder,
    private readonly options: RowLedgerOptions = {},
  ) {
    this.seenEarlier = new Uint8Array(options.earlier?.keyCount ?? 0);
  }

  /** Number of rows that are not unchanged. */
  get count(): number {
    return this.leaves;
  }

  /**
   * Places a row.
   *
   * @throws CareProofError `KEY_DUPLICATE`, `CORRECTION_UNKNOWN`, with the row's place.
   */
  place(layout: RowLayout, tokens: RowTokens, info: RowInfo): Placement {
    let occurrence = 1;
    let keyHash = this.encoder.keyHash(layout, tokens, 1);
    let known = this.seen.size;
    let key = this.seen.add(keyHash);
    if (key !== known && layout.counted) {
      occurrence = (this.occurrences.get(key) ?? 1) + 1;
      this.occurrences.set(key, occurrence);
      keyHash = this.encoder.keyHash(layout, tokens, occurrence);
      known = this.seen.size;
      key = this.seen.add(keyHash);
    }
    if (key === this.lastLeaf.length) this.grow();
    const isFirst = key === known;
    const earlierKey = this.options.earlier?.findKey(keyHash) ?? NONE;
    if (earlierKey !== NONE) this.seenEarlier[earlierKey] = 1;
    if (isFirst) this.lastLeaf[key] = NONE;
    else if ((info.transaction ?? "Insert") === "Insert" && !this.removed.has(key)) {
      throw duplicate(layout, tokens, info, "comes twice in the file");
    }
    const placed = this.judge(
      layout,
      tokens,
      info,
      occurrence,
      isFirst ? NONE : this.lastLeaf[key]!,
      earlierKey,
      isFirst,
    );
    if (info.transaction === "Remove") this.removed.add(key);
    else if (this.removed.size > 0) this.removed.delete(key);
    if (placed.kind !== "unchanged") this.lastLeaf[key] = this.leaves++;
    return placed;
  }

  /** How many rows of earlier batches in some data sets the file does not have. */
  absent(datasets: ReadonlySet<string>): number {
    const { earlier } = this.options;
    let absent = 0;
    for (let key = 0; earlier !== undefined && key < earlier.keyCount; key++) {
      const latest = earlier.latestOf(key);
      const isPresent = earlier.role(latest) === ROW_ROLES.row;
      if (this.seenEarlier[key] === 0 && isPresent && datasets.has(earlier.shapeOfRow(latest).dataset)) absent++;
    }
    return absent;
  }

  private judge(
    layout: RowLayout,
    tokens: RowTokens,
    info: RowInfo,
    occurrence: number,
    leaf: number,
    earlierKey: number,
    isFirst: boolean,
  ): Placement {
    const { earlier } = this.options;
    const latest = earlier === undefined || earlierKey === NONE ? NONE : earlier.latestOf(earlierKey);
    if (earlier !== undefined && this.isUnchanged(earlier, latest, layout, tokens, info, occurrence)) {
      return { kind: "unchanged", occurrence, leaf: NONE, row: latest };
    }
    const isNew: Placement = { kind: "new", occurrence, leaf: NONE, row: NONE };
    const isRemoved = latest !== NONE && earlier?.role(latest) === ROW_ROLES.removal;
    if (leaf !== NONE) return { kind: "correction", occurrence, leaf, row: NONE };
    if (!isFirst && latest !== NONE) return { kind: "correction", occurrence, leaf: NONE, row: latest };
    const corrects = info.transaction === "Update" || info.transaction === "Remove";
    if (latest === NONE || (isRemoved && corrects)) {
      return corrects ? this.targetOf(layout, tokens, info, occurrence) : isNew;
    }
    if (isRemoved || layout.isFile) return isNew;
    if (info.transaction === "Insert")
      throw duplicate(layout, tokens, info, "is in an earlier batch, with other values");
    return { kind: "correction", occurrence, leaf: NONE, row: latest };
  }

  /** Of a transactional file any version may come again; of what just stands there only the latest is as it was. */
  private isUnchanged(
    earlier: AnchoredRows,
    latest: number,
    layout: RowLayout,
    tokens: RowTokens,
    info: RowInfo,
    occurrence: number,
  ): boolean {
    for (let row = latest; row !== NONE; row = earlier.before(row)) {
      if (earlier.isSame(row, this.encoder, layout, tokens, occurrence)) return true;
      if (info.transaction === undefined) return false;
    }
    return false;
  }

  private targetOf(layout: RowLayout, tokens: RowTokens, info: RowInfo, occurrence: number): Placement {
    const { earlier, isPreview = false, onProblem } = this.options;
    const target = info.target?.();
    const name = describeKey(layout.shape, keyValuesOf(layout, tokens));
    if (target?.kind === "row") {
      const keyHash = this.encoder.keyHash(target.layout, target.tokens, 1);
      const key = this.seen.find(keyHash);
      const earlierKey = earlier?.findKey(keyHash) ?? NONE;
      const leaf = key === NONE ? NONE : this.lastLeaf[key]!;
      const row = leaf !== NONE || earlier === undefined || earlierKey === NONE ? NONE : earlier.latestOf(earlierKey);
      if (leaf !== NONE || row !== NONE) {
        onProblem?.({ code: "CORRECTION_KEY_DIFFERS", message: `${name}: ${target.problem}`, path: info.place() });
        return { kind: "correction", occurrence, leaf, row };
      }
    }
    if (target?.kind === "earlierFile" && isPreview) {
      const message = `${name} corrects a row of an earlier file`;
      onProblem?.({ code: "CORRECTION_OF_EARLIER_FILE", message, path: info.place() });
      return { kind: "new", occurrence, leaf: NONE, row: NONE };
    }
    const message = `a correction of ${name}, which is not in the file${earlier === undefined ? "" : " and in no earlier batch"}`;
    throw new CareProofError("CORRECTION_UNKNOWN", message, info.place());
  }

  private grow(): void {
    const grown = new Int32Array(2 * this.lastLeaf.length);
    grown.set(this.lastLeaf);
    this.lastLeaf = grown;
  }
}

function duplicate(layout: RowLayout, tokens: RowTokens, info: RowInfo, problem: string): CareProofError {
  const name = describeKey(layout.shape, keyValuesOf(layout, tokens));
  return new CareProofError("KEY_DUPLICATE", `${name} ${problem}`, info.place());
}
