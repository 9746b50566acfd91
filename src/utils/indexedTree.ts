/**
 * A Merkle tree whose root binds one leaf for each index, as `contracts/utils/IndexedTree.sol` checks it: whoever commits to a list
 * cannot commit to several entries for one place. The way from the root to a leaf is its index, the lowest bit first: 0 left, 1 right.
 */
import { concat, keccak256, ZeroHash } from "ethers";

/** The tree over `leaves`, in order, each 32 bytes as 0x-hex. */
export class IndexedTree {
  /** Root, 32 bytes as 0x-hex; zeros where there are no leaves. */
  readonly root: string;
  readonly #nodes = new Map<string, string>();

  constructor(readonly leaves: readonly string[]) {
    this.root = leaves.length === 0 ? ZeroHash : this.#build(0, 1);
  }

  /**
   * The proof of a leaf: its siblings from the leaf to the root.
   *
   * @param index 0 to the number of leaves less 1.
   * @throws RangeError where there is no such leaf.
   */
  prove(index: number): string[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.leaves.length) {
      throw new RangeError(`There is no leaf ${String(index)} among ${String(this.leaves.length)}.`);
    }
    const proof: string[] = [];
    // Below the present node are every `step`th leaf from `first` on; more than one, until it is the leaf.
    let first = 0;
    for (let step = 1; first + step < this.leaves.length; step *= 2) {
      const isRight = Math.floor(index / step) % 2 === 1;
      proof.unshift(this.#nodes.get(place(isRight ? first : first + step, step * 2))!);
      if (isRight) first += step;
    }
    return proof;
  }

  #build(first: number, step: number): string {
    const node =
      first + step >= this.leaves.length
        ? this.leaves[first]!
        : keccak256(concat([this.#build(first, step * 2), this.#build(first + step, step * 2)]));
    this.#nodes.set(place(first, step), node);
    return node;
  }
}

/** A node, by its first leaf and the step to its next one. */
function place(first: number, step: number): string {
  return `${String(first)}/${String(step)}`;
}
