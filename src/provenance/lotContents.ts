import { MAX_LEAVES, MAX_PATH_LENGTH } from "./lot.js";
import { wordOf } from "./lotLeafHasher.js";
import { compareSerials, packSerial, SERIAL_WORDS, unpackSerial } from "./packedSerial.js";
import { tokenIdOf, type ProductIdentifier, type Sgtin, type Sscc } from "./tokenId.js";
import { CareProofError } from "../errors.js";
import { withPlace } from "../utils/errorPlace.js";

/** A package or container of a run, and the containers it was packed in. */
export interface LotItem {
  readonly identifier: ProductIdentifier;
  /** The innermost container first, at most 5; empty for what is in none. Whole: the last one is in no other. */
  readonly path: readonly Sscc[];
  /** Number of its line in the input, for errors; without it items are counted from 1. */
  readonly line?: number;
}

/** Names the place of an item in errors: by default `item 3`. */
export type ItemPlace = (line: number) => string;

/** The container of what is in none. */
export const NO_CONTAINER = -1;

/**
 * What a run consists of, in memory as numbers: a million packages take 30 MB. Packages and containers have numbers in the order
 * in which they were added.
 */
export class LotContents {
  private serials = new Uint32Array(1024 * SERIAL_WORDS);
  private parents = new Int32Array(1024);
  private lines = new Uint32Array(1024);
  private packageCount = 0;

  private readonly containerNumbers = new Map<string, number>();
  private readonly containerKeys: string[] = [];
  private readonly containerIds: Uint8Array[] = [];
  private readonly containerParents: number[] = [];
  private readonly containerLines: number[] = [];
  /** Containers that were items themselves. */
  private readonly ownItems = new Set<number>();

  /**
   * @param gtin 14 digits, of all packages.
   */
  constructor(
    private readonly gtin: string,
    private readonly place: ItemPlace = (line) => `item ${line}`,
  ) {}

  /** Number of packages. */
  get packages(): number {
    return this.packageCount;
  }

  /** Number of containers. */
  get containers(): number {
    return this.containerKeys.length;
  }

  /**
   * Adds an item, and the containers of its path.
   *
   * @throws CareProofError whose path is the item's place: of `tokenIdOf`, or `LOT_GTIN_MISMATCH`, `LOT_PATH_TOO_LONG`,
   * `LOT_CONTAINER_CYCLE`, `LOT_CONTAINER_MOVED`, `LOT_DUPLICATE` (of containers; of packages see {@link sortBySerial}),
   * `LOT_TOO_LARGE`.
   */
  add({ identifier, path, line = this.packageCount + this.ownItems.size + 1 }: LotItem): void {
    try {
      if (identifier.kind === "sgtin") this.addPackage(identifier, path, line);
      else this.addContainer(identifier, path, line);
    } catch (error) {
      throw withPlace(error, this.place(line));
    }
  }

  /**
   * The packages in the order of their serials.
   *
   * @throws CareProofError `LOT_DUPLICATE` where two have the same.
   */
  sortBySerial(): Uint32Array {
    const order = Uint32Array.from({ length: this.packageCount }, (_, i) => i);
    const { serials, lines } = this;
    order.sort((a, b) => compareSerials(serials, a * SERIAL_WORDS, b * SERIAL_WORDS) || a - b);
    // The first line at which anything is a second time, so that whoever corrects the input meets them in order.
    let duplicate: number | undefined;
    for (let i = 1; i < order.length; i++) {
      const [first, second] = [order[i - 1]!, order[i]!];
      if (compareSerials(serials, first * SERIAL_WORDS, second * SERIAL_WORDS) !== 0) continue;
      if (duplicate === undefined || second < order[duplicate]!) duplicate = i;
    }
    if (duplicate !== undefined) {
      const [first, second] = [order[duplicate - 1]!, order[duplicate]!];
      const message = `serial ${JSON.stringify(this.serialOf(second))} was given before, at ${this.place(lines[first]!)}`;
      throw new CareProofError("LOT_DUPLICATE", message, this.place(lines[second]!));
    }
    return order;
  }

  /** The containers in the order of their SSCCs. */
  sortContainers(): Uint32Array {
    const keys = this.containerKeys;
    const order = Uint32Array.from({ length: keys.length }, (_, i) => i);
    return order.sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  }

  /** The container that a package is in, or {@link NO_CONTAINER}. */
  containerOf(item: number): number {
    return this.parents[item]!;
  }

  /** The container that a container is in, or {@link NO_CONTAINER}. */
  parentOf(container: number): number {
    return this.containerParents[container]!;
  }

  serialOf(item: number): string {
    return unpackSerial(this.serials, item * SERIAL_WORDS);
  }

  /** Packed serials, {@link SERIAL_WORDS} a package. */
  get packedSerials(): Uint32Array {
    return this.serials;
  }

  ssccOf(container: number): string {
    return this.containerKeys[container]!;
  }

  /** Token ids (32 bytes each) of a container and those around it, the innermost first. */
  pathFrom(container: number): Uint8Array[] {
    const path: Uint8Array[] = [];
    for (let i = container; i !== NO_CONTAINER; i = this.parentOf(i)) path.push(this.containerIds[i]!);
    return path;
  }

  private addPackage(identifier: Sgtin, path: readonly Sscc[], line: number): void {
    if (identifier.gtin !== this.gtin) {
      tokenIdOf(identifier);
      throw new CareProofError(
        "LOT_GTIN_MISMATCH",
        `the package is of GTIN ${identifier.gtin}, the lot of ${this.gtin}`,
      );
    }
    checkLength(path);
    if (this.packageCount === this.parents.length) this.grow();
    packSerial(identifier.serial, this.serials, this.packageCount * SERIAL_WORDS);
    this.parents[this.packageCount] = this.addPath(path, line);
    this.lines[this.packageCount++] = line;
    this.checkSize();
  }

  private addContainer(identifier: Sscc, path: readonly Sscc[], line: number): void {
    checkLength(path);
    const container = this.addPath([identifier, ...path], line);
    if (this.ownItems.has(container)) {
      throw new CareProofError("LOT_DUPLICATE", `container ${identifier.sscc} was given before`);
    }
    this.ownItems.add(container);
    this.checkSize();
  }

  /** Adds what is new of a path, checks what is not, and gives the number of its innermost container. */
  private addPath(path: readonly Sscc[], line: number): number {
    let parent = NO_CONTAINER;
    for (let i = path.length - 1; i >= 0; i--) {
      const container = this.containerNumbers.get(path[i]!.sscc) ?? this.newContainer(path[i]!, parent, line);
      if (this.parentOf(container) !== parent) this.failMoved(path, container, parent);
      parent = container;
    }
    return parent;
  }

  private newContainer(sscc: Sscc, parent: number, line: number): number {
    const id = wordOf(tokenIdOf(sscc));
    const container = this.containerKeys.push(sscc.sscc) - 1;
    this.containerNumbers.set(sscc.sscc, container);
    this.containerIds.push(id);
    this.containerParents.push(parent);
    this.containerLines.push(line);
    return container;
  }

  private failMoved(path: readonly Sscc[], container: number, parent: number): never {
    const sscc = this.ssccOf(container);
    if (path.filter((step) => step.sscc === sscc).length > 1) {
      throw new CareProofError("LOT_CONTAINER_CYCLE", `container ${sscc} would be inside itself`);
    }
    const name = (other: number): string => (other === NO_CONTAINER ? "no container" : this.ssccOf(other));
    const place = this.place(this.containerLines[container]!);
    const message = `container ${sscc} is in ${name(parent)} here, but in ${name(this.parentOf(container))} at ${place}`;
    throw new CareProofError("LOT_CONTAINER_MOVED", message);
  }

  private checkSize(): void {
    if (this.packages + this.containers + 1 > MAX_LEAVES) {
      const message = `a run has at most ${MAX_LEAVES - 1} packages and containers: commission the rest as a further run`;
      throw new CareProofError("LOT_TOO_LARGE", message);
    }
  }

  private grow(): void {
    this.serials = enlarged(this.serials, new Uint32Array(2 * this.serials.length));
    this.parents = enlarged(this.parents, new Int32Array(2 * this.parents.length));
    this.lines = enlarged(this.lines, new Uint32Array(2 * this.lines.length));
  }
}

function enlarged<T extends Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function checkLength(path: readonly Sscc[]): void {
  if (path.length <= MAX_PATH_LENGTH) return;
  const message = `${path.length} containers one in another, at most ${MAX_PATH_LENGTH} are possible`;
  throw new CareProofError("LOT_PATH_TOO_LONG", message);
}
