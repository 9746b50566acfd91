import { expect } from "chai";
import { concat, id, keccak256, ZeroHash } from "ethers";

import { IndexedTree } from "../../src/utils/indexedTree.js";

const pair = (left: string, right: string): string => keccak256(concat([left, right]));
const leaf = (index: number): string => id(`leaf ${String(index)}`);
const leaves = (count: number): string[] => Array.from({ length: count }, (_, index) => leaf(index));

/** The root to which a proof leads, by the way that the index says. */
function rootFrom(node: string, index: number, proof: readonly string[]): string {
  return proof.reduce((below, sibling, i) => {
    const isRight = (index >> (proof.length - 1 - i)) & 1;
    return isRight ? pair(sibling, below) : pair(below, sibling);
  }, node);
}

describe("IndexedTree", () => {
  it("puts even places left and odd ones right, at each level", () => {
    const [a, b, c, d, e] = leaves(5) as [string, string, string, string, string];
    expect(new IndexedTree([]).root).to.equal(ZeroHash);
    expect(new IndexedTree([a]).root).to.equal(a);
    expect(new IndexedTree([a, b, c]).root).to.equal(pair(pair(a, c), b));
    expect(new IndexedTree([a, b, c, d, e]).root).to.equal(pair(pair(pair(a, e), c), pair(b, d)));
  });

  it("proves every leaf of small trees at its place, and at no other", () => {
    for (const count of [1, 2, 3, 4, 5, 8, 9]) {
      const tree = new IndexedTree(leaves(count));
      for (let index = 0; index < count; ++index) {
        const proof = tree.prove(index);
        expect(rootFrom(leaf(index), index, proof)).to.equal(tree.root);
        for (let other = 0; other < count; ++other) {
          if (other !== index) expect(rootFrom(leaf(index), other, proof)).not.to.equal(tree.root);
        }
      }
    }
  });

  it("proves no leaf that is not there", () => {
    for (const index of [-1, 3, 0.5]) {
      expect(() => new IndexedTree(leaves(3)).prove(index)).to.throw(RangeError, "There is no leaf");
    }
  });
});
