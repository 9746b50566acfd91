import { DataLeafHasher } from "./dataLeaf.js";
import { type DataManifestHeader, type ManifestRow, parseManifestRow, ROW_ROLES } from "./dataManifest.js";
import type { RowTokens } from "./dataRow.js";
import { HashTable, NONE } from "./hashTable.js";
import { CHECK_LENGTH, type RowEncoder } from "./rowEncoder.js";
import { keyPrefix, keySuffix, type RowLayout, type RowShape } from "./rowLayout.js";
import { CareProofError } from "../errors.js";
import { concatBytes, fromHex } from "../utils/bytes.js";
import { createKeccak256, type Keccak256 } from "../utils/keccak.js";
import type { NumberedLine } from "../utils/lines.js";
import { MerkleTree } from "../utils/merkle.js";

const HASH = 32;

/** A manifest as it is read. */
export interface ReadManifest {
  /** The file's name, for errors. */
  readonly name: string;
  readonly header: DataManifestHeader;
  /** The lines after the first. */
  readonly lines: AsyncIterable<NumberedLine>;
}

/** A batch whose manifest was read. */
interface Batch {
  readonly name: string;
  readonly header: DataManifestHeader;
  readonly hasher: DataLeafHasher;
  readonly subjects: readonly Uint8Array[];
  /** Number of its first row among all. */
  readonly first: number;
  /** Numbers of its shapes among all. */
  readonly shapes: readonly number[];
}

/**
 * The rows of one or several batches, as their manifests have them, in flat arrays: a million rows take about 200 MB. Rows are numbered
 * from 0 through all batches.
 */
export class AnchoredRows {
  /** Shapes of all batches. */
  readonly shapes: RowShape[] = [];
  private readonly batches: Batch[] = [];
  private readonly keys = new HashTable();
  /** By number of a key: its latest row. */
  private latest = new Int32Array(1024);
  private count = 0;
  private contents = new Uint8Array(0);
  private digests = new Uint8Array(0);
  private checks = new Uint8Array(0);
  private checksLength = 0;
  private checksStart = new Float64Array(0);
  private shapeOf = new Uint16Array(0);
  private roleOf = new Uint8Array(0);
  private corrects = new Uint8Array(0);
  /** The row before with the same key. */
  private previous = new Int32Array(0);

  private constructor(private readonly hash: Keccak256) {}

  /** No rows yet. */
  static async create(): Promise<AnchoredRows> {
    return new AnchoredRows(await createKeccak256());
  }

  /** Number of rows. */
  get size(): number {
    return this.count;
  }

  /** Number of keys; they are numbered from 0. */
  get keyCount(): number {
    return this.keys.size;
  }

  /**
   * Adds the rows of a batch, which comes after those added before it. The root is computed again of them.
   *
   * @param onProgress Called now and then with the number of rows read.
   * @throws CareProofError `MANIFEST_INVALID`, `MANIFEST_MISMATCH` where the rows are not those of the root.
   */
  async add({ name, header, lines }: ReadManifest, onProgress?: (rows: number) => void): Promise<void> {
    const batch: Batch = {
      name,
      header,
      hasher: new DataLeafHasher(header.secret, this.hash),
      subjects: [new Uint8Array(HASH), ...header.subjects.map((subject) => fromHex(subject, HASH, "subjects"))],
      first: this.count,
      shapes: header.shapes.map((shape) => this.numberOf(shape)),
    };
    this.batches.push(batch);
    const end = batch.first + header.count;
    this.reserve(end);
    const prefixes = header.shapes.map(keyPrefix);
    const encoder = new TextEncoder();
    for await (const { line, number } of lines) {
      const row = parseManifestRow(line.trimEnd(), header, () => `${name}:${number}`);
      if (this.count === end) {
        throw new CareProofError(
          "MANIFEST_INVALID",
          `is one more than the ${header.count} its header names`,
          `${name}:${number}`,
        );
      }
      const keyText = [prefixes[row.shape]!, encoder.encode(row.key), keySuffix(row.occurrence)];
      this.put(batch, row, this.hash(concatBytes(keyText)));
      if (this.count % 1024 === 0) onProgress?.(this.count - batch.first);
    }
    if (this.count !== end) {
      const message = `has ${this.count - batch.first} of the ${header.count} rows its header names`;
      throw new CareProofError("MANIFEST_INVALID", message, name);
    }
    const tree = await MerkleTree.build(this.leaves(batch.first), { count: header.count });
    if (tree.root !== header.root.toLowerCase()) {
      throw new CareProofError("MANIFEST_MISMATCH", "the root is not that of the manifest's rows: it was edited", name);
    }
  }

  /** The number of a key by its hash, -1 where it is none. */
  findKey(keyHash: Uint8Array): number {
    return this.keys.find(keyHash);
  }

  /** The latest row with a key. */
  latestOf(key: number): number {
    return this.latest[key]!;
  }

  /** The row before with the same key, -1 where there is none. */
  before(row: number): number {
    return this.previous[row]!;
  }

  /** Whether a row is the removal of one, or about a file: see `ROW_ROLES`. */
  role(row: number): number {
    return this.roleOf[row]!;
  }

  shapeOfRow(row: number): RowShape {
    return this.shapes[this.shapeOf[row]!]!;
  }

  /** The digest of a row's leaf, 32 bytes. */
  digest(row: number): Uint8Array {
    return this.digests.subarray(row * HASH, (row + 1) * HASH);
  }

  /** Whether a row as it was read is exactly the one that was committed. */
  isSame(row: number, encoder: RowEncoder, layout: RowLayout, tokens: RowTokens, occurrence: number): boolean {
    const batch = this.batchOf(row);
    const reason = this.corrects[row] === 1 ? batch.header.reason : undefined;
    const content = batch.hasher.commit(encoder.content(layout, tokens, occurrence, reason), row - batch.first);
    for (let i = 0, place = row * HASH; i < HASH; i++) if (content[i] !== this.contents[place + i]) return false;
    return true;
  }

  /** The names of the columns in which a row as it was read differs from the one that was committed; empty where none can be named. */
  differences(row: number, encoder: RowEncoder, layout: RowLayout, tokens: RowTokens): string[] {
    const before = this.shapeOfRow(row);
    const names = ({ audit, values }: RowShape): string[] => [...audit.map((name) => `audit ${name}`), ...values];
    const committed = checksByName(names(before), this.checks, this.checksStart[row]!);
    const read = checksByName(names(layout.shape), encoder.checks(layout, tokens, seedOf(this.batchOf(row).header)), 0);
    const all = new Set([...committed.keys(), ...read.keys()]);
    return [...all].filter((name) => committed.get(name) !== read.get(name));
  }

  /** The batch of a row, by its place among those added, and the row's index in it. */
  place(row: number): { batch: number; index: number } {
    const batch = this.batchOf(row);
    return { batch: this.batches.indexOf(batch), index: row - batch.first };
  }

  private batchOf(row: number): Batch {
    let found = this.batches.length - 1;
    while (this.batches[found]!.first > row) found--;
    return this.batches[found]!;
  }

  private *leaves(first: number): Generator<Uint8Array> {
    for (let row = first; row < this.count; row++) yield this.hash(this.digest(row));
  }

  private put(batch: Batch, row: ManifestRow, keyHash: Uint8Array): void {
    const number = this.count++;
    const content = fromHex(row.content, HASH, "content");
    const corrects = row.corrects === 0 ? undefined : fromHex(row.corrects, HASH, "corrects");
    this.contents.set(content, number * HASH);
    this.digests.set(
      batch.hasher.digest(batch.subjects[row.subject]!, content, row.capturedAt, corrects),
      number * HASH,
    );
    this.corrects[number] = corrects === undefined ? 0 : 1;
    this.shapeOf[number] = batch.shapes[row.shape]!;
    this.roleOf[number] = row.role;
    this.putChecks(row.checks, number);
    const known = this.keys.size;
    const key = this.keys.add(keyHash);
    this.previous[number] = key === known ? NONE : this.latest[key]!;
    if (key === this.latest.length) this.latest = grown(this.latest, Int32Array, 2 * key);
    this.latest[key] = number;
  }

  private putChecks(checks: string, row: number): void {
    this.checksStart[row] = this.checksLength;
    if (this.checksLength + checks.length > this.checks.length) {
      this.checks = grown(this.checks, Uint8Array, Math.max(1 << 20, 1.5 * this.checks.length + checks.length));
    }
    for (let i = 0; i < checks.length; i++) this.checks[this.checksLength++] = checks.charCodeAt(i);
  }

  private reserve(rows: number): void {
    this.contents = grown(this.contents, Uint8Array, rows * HASH);
    this.digests = grown(this.digests, Uint8Array, rows * HASH);
    this.checksStart = grown(this.checksStart, Float64Array, rows);
    this.shapeOf = grown(this.shapeOf, Uint16Array, rows);
    this.roleOf = grown(this.roleOf, Uint8Array, rows);
    this.corrects = grown(this.corrects, Uint8Array, rows);
    this.previous = grown(this.previous, Int32Array, rows);
  }

  private numberOf(shape: RowShape): number {
    const text = JSON.stringify(shape);
    const known = this.shapes.findIndex((other) => JSON.stringify(other) === text);
    return known >= 0 ? known : this.shapes.push(shape) - 1;
  }
}

/** What makes the checksums of a batch others than those of another. */
export function seedOf({ secret }: Pick<DataManifestHeader, "secret">): number {
  return parseInt(secret.slice(2, 10), 16);
}

/** Whether a row of a manifest stands for a row of the data now: not a removal, and not about a file. */
export function isPresent(role: number): boolean {
  return role === ROW_ROLES.row;
}

function checksByName(names: readonly string[], checks: Uint8Array, start: number): Map<string, string> {
  return new Map(
    names.map((name, i) => {
      const from = start + i * CHECK_LENGTH;
      return [name, String.fromCharCode(...checks.subarray(from, from + CHECK_LENGTH))];
    }),
  );
}

function grown<T extends Uint8Array | Uint16Array | Int32Array | Float64Array>(
  array: T,
  type: new (length: number) => T,
  length: number,
): T {
  const larger = new type(Math.ceil(length));
  larger.set(array);
  return larger;
}
