import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { getBytes, keccak256, toBeHex } from "ethers";

import { concatBytes } from "../../src/utils/bytes.js";
import { keccak256 as hash } from "../../src/utils/keccak.js";
import { MerkleTree } from "../../src/utils/merkle.js";
import { MerkleRange } from "../../src/utils/merkleRange.js";

const leavesOf = (count: number): string[] => Array.from({ length: count }, (_, i) => keccak256(toBeHex(i, 32)));
const joined = (leaves: readonly string[]): Uint8Array => concatBytes(leaves.map((leaf) => getBytes(leaf)));

describe("MerkleRange", () => {
  it("has the root and proofs of OpenZeppelin's tree for every range of trees to 19 leaves", async function () {
    this.timeout(60_000);
    for (let count = 1; count <= 19; count++) {
      const leaves = leavesOf(count);
      const peer = SimpleMerkleTree.of(leaves, { sortLeaves: false });
      const tree = await MerkleTree.build(leaves.map((leaf) => getBytes(leaf)));
      for (let first = 0; first < count; first++) {
        for (let end = first + 1; end <= count; end++) {
          const boundary = tree.boundary(first, end - first);
          expect(boundary.length).to.be.at.most(2 * tree.depth);
          const range = MerkleRange.build(count, first, joined(leaves.slice(first, end)), boundary, hash);
          expect(range.root, `leaves ${first} to ${end} of ${count}`).to.equal(peer.root);
          for (let i = first; i < end; i++) expect(range.proof(i)).to.deep.equal(peer.getProof(i));
        }
      }
    }
  });

  it("has another root where a leaf or a node beside the range is another", async () => {
    const leaves = leavesOf(13);
    const tree = await MerkleTree.build(leaves.map((leaf) => getBytes(leaf)));
    const boundary = tree.boundary(3, 5);
    const range = (bytes: Uint8Array, nodes: string[]): string => MerkleRange.build(13, 3, bytes, nodes, hash).root;
    const inside = leaves.slice(3, 8);
    expect(range(joined(inside), boundary)).to.equal(tree.root);
    expect(range(joined([...inside.slice(1), inside[0]!]), boundary)).to.not.equal(tree.root);
    for (const i of boundary.keys()) {
      const changed = boundary.with(i, leaves[0]!);
      expect(range(joined(inside), changed)).to.not.equal(tree.root);
    }
  });

  it("refuses a range outside the tree, an index outside the range, and too few or too many nodes beside it", async () => {
    const leaves = leavesOf(13);
    const tree = await MerkleTree.build(leaves.map((leaf) => getBytes(leaf)));
    for (const [first, count] of [
      [-1, 2],
      [0, 0],
      [12, 2],
      [0.5, 1],
    ] as const) {
      expect(() => tree.boundary(first, count)).to.throw(`no range of ${count} leaves from leaf ${first} among 13`);
    }
    const boundary = tree.boundary(3, 5);
    const build = (nodes: string[], treeLeaves = 13): MerkleRange =>
      MerkleRange.build(treeLeaves, 3, joined(leaves.slice(3, 8)), nodes, hash);
    expect(() => build(boundary.slice(1))).to.throw("are not as many as it needs");
    expect(() => build([...boundary, boundary[0]!])).to.throw("are not as many as it needs");
    expect(() => build([])).to.throw("are not as many as it needs");
    expect(() => build(boundary, 7)).to.throw("no range of 5 leaves from leaf 3 among 7");
    for (const index of [2, 8, 3.5]) {
      expect(() => build(boundary).proof(index)).to.throw(`no leaf ${index} among 3 to 7`);
    }
  });
});
