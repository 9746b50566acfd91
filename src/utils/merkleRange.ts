import { compareWords, fromHex, toHex } from "./bytes.js";
import type { Keccak256 } from "./keccak.js";
import { CareProofError } from "../errors.js";

/** Bytes of a node. */
const NODE = 32;

/**
 * Walks the pairs of siblings over a contiguous range of leaves, from the leaves to the root, each before any that is built of it:
 * in descending order of their nodes, as OpenZeppelin's multiproof does.
 *
 * @param visit Gets the node of the parent, and whether its right and its left child are in the range or built of it.
 */
export function forEachPair(
  treeLeaves: number,
  first: number,
  count: number,
  visit: (parent: number, hasRight: boolean, hasLeft: boolean) => void,
): void {
  const highest = 2 * treeLeaves - 2 - first;
  // Nodes still to be paired, in descending order: what is left of the leaves, then the parents.
  const parents = new Uint32Array(count + 2 * (Math.ceil(Math.log2(treeLeaves)) + 1));
  let taken = 0;
  let added = 0;
  const at = (i: number): number => (i < count ? highest - i : parents[i - count]!);
  for (let node = at(0); node > 0; node = at(taken)) {
    const parent = (node - 1) >> 1;
    const hasRight = node % 2 === 0;
    taken++;
    const hasLeft = !hasRight || (taken < count + added && at(taken) === node - 1);
    if (hasRight && hasLeft) taken++;
    parents[added++] = parent;
    visit(parent, hasRight, hasLeft);
  }
}

/**
 * A contiguous range of the leaves of a `MerkleTree` with the few nodes beside it: enough for the root, and for the proof of each
 * leaf in the range. Those nodes (`MerkleTree.boundary`) are at most two a level.
 */
export class MerkleRange {
  private constructor(
    private readonly treeLeaves: number,
    private readonly first: number,
    private readonly count: number,
    /** The node of each pair's parent, descending. */
    private readonly parents: Uint32Array,
    /** Each pair, the right child before the left. */
    private readonly pairs: Uint8Array,
    /** 32 bytes as 0x-hex. */
    readonly root: string,
  ) {}

  /**
   * Recomputes the root.
   *
   * @param treeLeaves Number of leaves of the whole tree.
   * @param first Index of the first leaf of the range.
   * @param leaves The range's leaves one after the other, 32 bytes each.
   * @param boundary What `MerkleTree.boundary` gave, each 32 bytes as 0x-hex.
   * @throws CareProofError `MERKLE_RANGE_INVALID` where the range is not in the tree or the boundary has another length,
   * `HEX_INVALID`.
   */
  static build(
    treeLeaves: number,
    first: number,
    leaves: Uint8Array,
    boundary: readonly string[],
    hash: Keccak256,
  ): MerkleRange {
    const count = leaves.length / NODE;
    checkRange(treeLeaves, first, count);
    // Each pair makes one node of two, until only the root is left.
    const maxPairs = count + boundary.length - 1;
    const parents = new Uint32Array(maxPairs);
    const pairs = new Uint8Array(maxPairs * 2 * NODE);
    const built = new Uint8Array(maxPairs * NODE);
    const sorted = new Uint8Array(2 * NODE);
    let pair = 0;
    let taken = 0;
    let given = 0;
    const child = (known: boolean): Uint8Array => {
      if (known) {
        const i = taken++;
        return i < count
          ? leaves.subarray(i * NODE, (i + 1) * NODE)
          : built.subarray((i - count) * NODE, (i - count + 1) * NODE);
      }
      const node = boundary[given];
      if (node === undefined) throw wrongBoundary(boundary.length);
      return fromHex(node, NODE, `nodes[${given++}]`);
    };
    forEachPair(treeLeaves, first, count, (parent, hasRight, hasLeft) => {
      const right = child(hasRight);
      const left = child(hasLeft);
      pairs.set(right, pair * 2 * NODE);
      pairs.set(left, pair * 2 * NODE + NODE);
      const leftFirst = compareWords(left, 0, right, 0) <= 0;
      sorted.set(left, leftFirst ? 0 : NODE);
      sorted.set(right, leftFirst ? NODE : 0);
      built.set(hash(sorted), pair * NODE);
      parents[pair++] = parent;
    });
    if (given !== boundary.length) throw wrongBoundary(boundary.length);
    const root = pair === 0 ? leaves : built.subarray((pair - 1) * NODE, pair * NODE);
    return new MerkleRange(treeLeaves, first, count, parents.subarray(0, pair), pairs, toHex(root));
  }

  /**
   * The proof of a leaf of the range: the siblings from the leaf up, each 32 bytes as 0x-hex.
   *
   * @param index Of the leaf in the whole tree.
   * @throws CareProofError `MERKLE_INDEX_INVALID` if it is not in the range.
   */
  proof(index: number): string[] {
    if (!Number.isInteger(index) || index < this.first || index >= this.first + this.count) {
      throw new CareProofError(
        "MERKLE_INDEX_INVALID",
        `no leaf ${index} among ${this.first} to ${this.first + this.count - 1}`,
      );
    }
    const proof: string[] = [];
    for (let node = 2 * this.treeLeaves - 2 - index; node > 0; node = (node - 1) >> 1) {
      const pair = this.pairOf((node - 1) >> 1);
      const sibling = 2 * pair + (node % 2 === 0 ? 1 : 0);
      proof.push(toHex(this.pairs.subarray(sibling * NODE, (sibling + 1) * NODE)));
    }
    return proof;
  }

  /** Place of the pair whose parent is a node. */
  private pairOf(parent: number): number {
    let [low, high] = [0, this.parents.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.parents[middle]! > parent) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Refuses a range that is empty or not in the tree. Throws CareProofError `MERKLE_RANGE_INVALID`. */
export function checkRange(treeLeaves: number, first: number, count: number): void {
  const whole = [treeLeaves, first, count].every(Number.isSafeInteger);
  if (!whole || first < 0 || count < 1 || first + count > treeLeaves) {
    throw new CareProofError(
      "MERKLE_RANGE_INVALID",
      `no range of ${count} leaves from leaf ${first} among ${treeLeaves}`,
    );
  }
}

function wrongBoundary(length: number): CareProofError {
  return new CareProofError("MERKLE_RANGE_INVALID", `${length} nodes beside the range are not as many as it needs`);
}
