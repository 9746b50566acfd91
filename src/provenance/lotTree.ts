import { lotCountLeaf } from "./lot.js";
import { type ItemPlace, LotContents, type LotItem, NO_CONTAINER } from "./lotContents.js";
import { LotLeafHasher } from "./lotLeafHasher.js";
import { checkLotRun, type LotRun } from "./lotRun.js";
import { SERIAL_WORDS } from "./packedSerial.js";
import { CareProofError } from "../errors.js";
import { fromHex } from "../utils/bytes.js";
import { newSalt } from "../utils/commitment.js";
import { createKeccak256 } from "../utils/keccak.js";
import { MerkleTree } from "../utils/merkle.js";

const LEAF = 32;
/** Leaves between two pauses that let the event loop run. */
const LEAVES_PER_TURN = 65_536;

/** A step of building a lot's tree, for progress. */
export type LotStep = "reading" | "hashing" | "building";

/** What building a lot's tree reports and needs. */
export interface LotTreeOptions {
  /** Salt of the count leaf, 32 bytes as 0x-hex; random by default. */
  readonly salt?: string;
  /** Names the place of an item in errors. */
  readonly place?: ItemPlace;
  /** Called now and then; the total is not known while items are read. */
  readonly onProgress?: (step: LotStep, done: number, total?: number) => void;
}

/** The content of a top container, or the packages that are in none: a contiguous range of the tree's leaves. */
export interface LotSection {
  /** SSCC of the top container, 18 digits; absent for packages that are in no container. */
  readonly container?: string;
  /** Index of its first leaf. */
  readonly firstLeaf: number;
  /** Number of its leaves: packages and containers. */
  readonly leaves: number;
}

/** A line of a section: a container, or where there is none the section itself, with the packages directly in it. */
export interface SectionLine {
  /** SSCC, 18 digits; absent for packages that are in no container. */
  readonly sscc?: string;
  /** Number of containers around it. */
  readonly depth: number;
  /** Serial numbers of the packages directly in it, ascending. */
  readonly serials: readonly string[];
}

/** A section with the place of its containers among those in order. */
interface PlacedSection extends LotSection {
  readonly from: number;
  readonly to: number;
}

/**
 * The Merkle tree of a commissioning run. Leaves: each top container in the order of SSCCs, followed by what it holds (its packages
 * in the order of serials, then its containers in the order of SSCCs, each in the same way); then the packages that are in no
 * container; the count leaf is the last. So the root depends on what was packed where, not on the order of the input. A million
 * packages take about 150 MB.
 */
export class LotTree {
  private constructor(
    /** The run. */
    readonly run: LotRun,
    /** The lot's key. */
    readonly lot: bigint,
    /** Salt of the count leaf, 32 bytes as 0x-hex. Whoever has it can prove the number of packages. */
    readonly salt: string,
    private readonly contents: LotContents,
    private readonly layout: Layout,
    private readonly tree: MerkleTree,
  ) {}

  /**
   * Builds the tree of a run.
   *
   * @param items Packages and containers in any order. Containers that a path names need not be items.
   * @throws CareProofError of `checkLotRun` and `LotContents.add`; `HEX_INVALID` for the salt; `LOT_DUPLICATE`; `LOT_EMPTY` where
   * there is no package.
   */
  static async build(
    run: LotRun,
    items: Iterable<LotItem> | AsyncIterable<LotItem>,
    { salt = newSalt(), place, onProgress }: LotTreeOptions = {},
  ): Promise<LotTree> {
    const lot = checkLotRun(run);
    fromHex(salt, LEAF, "salt");
    const contents = new LotContents(run.gtin, place);
    const add = (item: LotItem): void => {
      contents.add(item);
      if (contents.packages % 1024 === 0) onProgress?.("reading", contents.packages);
    };
    if (Symbol.iterator in items) for (const item of items) add(item);
    else for await (const item of items) add(item);
    if (contents.packages === 0) throw new CareProofError("LOT_EMPTY", "there is no package to commission");

    const layout = new Layout(contents);
    const leaves = await hashLeaves(run, lot, contents, layout, onProgress);
    leaves.set(
      fromHex(lotCountLeaf(lot, contents.packages, contents.containers, salt), LEAF, "leaf"),
      leaves.length - LEAF,
    );
    const tree = await MerkleTree.build(eachLeaf(leaves), {
      count: leaves.length / LEAF,
      onProgress: (done, total) => onProgress?.("building", done, total),
    });
    return new LotTree(run, lot, salt, contents, layout, tree);
  }

  /** The root, 32 bytes as 0x-hex. */
  get root(): string {
    return this.tree.root;
  }

  /** Number of packages. */
  get packages(): number {
    return this.contents.packages;
  }

  /** Number of containers. */
  get containers(): number {
    return this.contents.containers;
  }

  /** Number of leaves: packages, containers and the count leaf. At most 2^20. */
  get leafCount(): number {
    return this.tree.leafCount;
  }

  /** Number of nodes in the longest proof, at most 20. */
  get depth(): number {
    return this.tree.depth;
  }

  /** The top containers in the order of their leaves, and last the packages that are in none, if there are any. */
  get sections(): readonly LotSection[] {
    return [...this.layout.sections.values()];
  }

  /** The proof of the leaf at an index: siblings from the leaf up, each 32 bytes as 0x-hex. */
  proof(index: number): string[] {
    return this.tree.proof(index);
  }

  /** The nodes beside a section's leaves, with which each of their proofs can be recomputed. See `MerkleTree.boundary`. */
  boundary({ firstLeaf, leaves }: LotSection): string[] {
    return this.tree.boundary(firstLeaf, leaves);
  }

  /** What is in a section, in the order of leaves; of packages in no container at most `loosePackages` a line. */
  *lines({ firstLeaf }: LotSection, loosePackages: number): Generator<SectionLine> {
    const section = this.layout.sections.get(firstLeaf);
    if (section === undefined)
      throw new CareProofError("MERKLE_RANGE_INVALID", `no section begins at leaf ${firstLeaf}`);
    const { contents, layout } = this;
    const serialsOf = (packages: Uint32Array): string[] => Array.from(packages, (item) => contents.serialOf(item));
    if (section.container === undefined) {
      const loose = layout.packagesIn(NO_CONTAINER);
      for (let i = 0; i < loose.length; i += loosePackages) {
        yield { depth: 0, serials: serialsOf(loose.subarray(i, i + loosePackages)) };
      }
      return;
    }
    for (const container of layout.containers.subarray(section.from, section.to)) {
      const depth = contents.pathFrom(container).length - 1;
      yield { sscc: contents.ssccOf(container), depth, serials: serialsOf(layout.packagesIn(container)) };
    }
  }
}

/** The order of leaves. */
class Layout {
  /** Containers in the order of their leaves. */
  readonly containers: Uint32Array;
  /** By the index of their first leaf. */
  readonly sections = new Map<number, PlacedSection>();
  /** Packages by container, those in none last. */
  private readonly packages: Uint32Array;
  /** Where in them the packages of each container begin; the last two are the beginning of those in none, and the end. */
  private readonly starts: Uint32Array;

  constructor(contents: LotContents) {
    const slot = (container: number): number => (container === NO_CONTAINER ? contents.containers : container);
    const sorted = contents.sortBySerial();
    this.starts = new Uint32Array(contents.containers + 2);
    for (const item of sorted) this.starts[slot(contents.containerOf(item)) + 1]! += 1;
    for (let i = 1; i < this.starts.length; i++) this.starts[i]! += this.starts[i - 1]!;
    const next = this.starts.slice();
    this.packages = new Uint32Array(sorted.length);
    for (const item of sorted) this.packages[next[slot(contents.containerOf(item))]!++] = item;

    const children = new Map<number, number[]>();
    for (const container of contents.sortContainers()) {
      const siblings = children.get(contents.parentOf(container));
      if (siblings === undefined) children.set(contents.parentOf(container), [container]);
      else siblings.push(container);
    }
    this.containers = new Uint32Array(contents.containers);
    let placed = 0;
    let leaves = 0;
    const place = (container: number): void => {
      this.containers[placed++] = container;
      leaves += 1 + this.packagesIn(container).length;
      children.get(container)?.forEach(place);
    };
    for (const top of children.get(NO_CONTAINER) ?? []) {
      const [from, firstLeaf] = [placed, leaves];
      place(top);
      const container = contents.ssccOf(top);
      this.sections.set(firstLeaf, { container, firstLeaf, leaves: leaves - firstLeaf, from, to: placed });
    }
    const loose = this.packagesIn(NO_CONTAINER).length;
    if (loose > 0) this.sections.set(leaves, { firstLeaf: leaves, leaves: loose, from: placed, to: placed });
  }

  /** The packages directly in a container, or in none, in the order of their serials. */
  packagesIn(container: number): Uint32Array {
    const slot = container === NO_CONTAINER ? this.starts.length - 2 : container;
    return this.packages.subarray(this.starts[slot], this.starts[slot + 1]);
  }
}

/** All leaves but the last, which is the count leaf's. */
async function hashLeaves(
  { gtin }: LotRun,
  lot: bigint,
  contents: LotContents,
  layout: Layout,
  onProgress: LotTreeOptions["onProgress"],
): Promise<Uint8Array> {
  const hasher = new LotLeafHasher(lot, gtin, await createKeccak256());
  const serials = contents.packedSerials;
  const count = contents.packages + contents.containers + 1;
  const leaves = new Uint8Array(count * LEAF);
  let done = 0;
  const put = (leaf: Uint8Array): void => {
    leaves.set(leaf, done++ * LEAF);
  };
  for (let i = 0; i <= layout.containers.length; i++) {
    const container = i === layout.containers.length ? NO_CONTAINER : layout.containers[i]!;
    const path = contents.pathFrom(container);
    if (container !== NO_CONTAINER) {
      hasher.setPath(path.slice(1));
      put(hasher.container(path[0]!));
    }
    hasher.setPath(path);
    hasher.startPackages();
    for (const item of layout.packagesIn(container)) {
      put(hasher.package(serials, item * SERIAL_WORDS));
      if (done % LEAVES_PER_TURN === 0) {
        onProgress?.("hashing", done, count);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    }
  }
  return leaves;
}

function* eachLeaf(leaves: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < leaves.length; i += LEAF) yield leaves.subarray(i, i + LEAF);
}
