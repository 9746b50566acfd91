import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { getBytes, hexlify, keccak256, toBeHex } from "ethers";
import fc from "fast-check";

import { CareProofError } from "../../src/errors.js";
import { MerkleTree, verifyMerkleProof } from "../../src/utils/merkle.js";

const leavesOf = (count: number, seed = 0): string[] =>
  Array.from({ length: count }, (_, i) => keccak256(toBeHex(seed * 1_000_003 + i, 32)));

const bytesOf = (leaves: readonly string[]): Uint8Array[] => leaves.map((leaf) => getBytes(leaf));

async function* stream(leaves: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const leaf of leaves) yield await Promise.resolve(getBytes(leaf));
}

describe("MerkleTree", () => {
  it("has the root and proofs of OpenZeppelin's SimpleMerkleTree for every number of leaves to 66", async () => {
    for (let count = 1; count <= 66; count++) {
      const leaves = leavesOf(count, count);
      const peer = SimpleMerkleTree.of(leaves, { sortLeaves: false });
      const tree = await MerkleTree.build(bytesOf(leaves));
      expect(tree.root, `root of ${count}`).to.equal(peer.root);
      expect(tree.leafCount).to.equal(count);
      for (let i = 0; i < count; i++) expect(tree.proof(i)).to.deep.equal(peer.getProof(i));
    }
  });

  it("proves every leaf of a random tree, built from a stream", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), async (count, seed) => {
        const leaves = leavesOf(count, seed);
        const tree = await MerkleTree.build(stream(leaves));
        expect(tree.root).to.equal(SimpleMerkleTree.of(leaves, { sortLeaves: false }).root);
        for (const [i, leaf] of leaves.entries()) {
          expect(tree.leaf(i)).to.equal(leaf);
          expect(tree.proof(i).length).to.be.at.most(tree.depth);
          expect(SimpleMerkleTree.verify(tree.root, leaf, tree.proof(i))).to.equal(true);
        }
      }),
      { numRuns: 10 },
    );
  });

  it("proves several leaves at once, as OpenZeppelin's SimpleMerkleTree does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.nat(),
        fc.array(fc.nat(), { minLength: 1 }),
        async (count, seed, picks) => {
          const leaves = leavesOf(count, seed);
          const tree = await MerkleTree.build(bytesOf(leaves));
          const indices = [...new Set(picks.map((pick) => pick % count))].sort((a, b) => a - b);
          const peer = SimpleMerkleTree.of(leaves, { sortLeaves: false });
          const { leaves: proven, proof, proofFlags } = peer.getMultiProof(indices);
          expect(indices.map((index) => leaves[index])).to.deep.equal(proven);
          expect(tree.multiProof(indices)).to.deep.equal({ proof, flags: proofFlags });
        },
      ),
    );
  });

  it("refuses a proof of no leaf, of leaves in another order, twice or outside", async () => {
    const tree = await MerkleTree.build(bytesOf(leavesOf(4)));
    for (const indices of [[], [2, 1], [1, 1], [3, 4], [-1], [0.5]]) {
      expect(() => tree.multiProof(indices), String(indices))
        .to.throw(CareProofError)
        .with.property("code", "MERKLE_INDEX_INVALID");
    }
  });

  it("builds over several chunks of leaves, with progress, while the event loop runs", async () => {
    const leaves = Array.from({ length: 70_000 }, (_, i) => toBeHex(i + 1, 32));
    const progress: [number, number][] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const tree = await MerkleTree.build(bytesOf(leaves), {
      onProgress: (done, total) => progress.push([done, total]),
    });
    clearInterval(timer);
    expect(verifyMerkleProof(tree.root, leaves[69_999]!, tree.proof(69_999))).to.equal(true);
    expect(verifyMerkleProof(tree.root, leaves[32_768]!, tree.proof(32_768))).to.equal(true);
    expect(tree.depth).to.equal(17);
    expect(progress.at(-1)).to.deep.equal([69_999, 69_999]);
    expect(turns).to.be.greaterThan(0);
  });

  it("takes the number of leaves where it is known, and refuses another", async () => {
    const leaves = leavesOf(9);
    const { root } = await MerkleTree.build(bytesOf(leaves));
    expect((await MerkleTree.build(stream(leaves), { count: 9 })).root).to.equal(root);
    for (const [count, message] of [
      [8, "more leaves than the 8 announced"],
      [10, "fewer leaves than the 10 announced"],
    ] as const) {
      await MerkleTree.build(bytesOf(leaves), { count }).then(
        () => expect.fail("took another number of leaves"),
        (error: unknown) =>
          expect(error).to.include({ code: "MERKLE_COUNT_MISMATCH" }).and.property("message", `there are ${message}`),
      );
    }
  });

  it("refuses no leaves, a leaf of another length, and an index outside", async () => {
    await MerkleTree.build([]).then(
      () => expect.fail("built a tree without leaves"),
      (error: unknown) => expect(error).to.include({ code: "MERKLE_EMPTY" }),
    );
    await MerkleTree.build([new Uint8Array(31)]).then(
      () => expect.fail("took a short leaf"),
      (error: unknown) => expect(error).to.include({ code: "MERKLE_LEAF_INVALID" }),
    );
    const tree = await MerkleTree.build([new Uint8Array(32)]);
    for (const index of [-1, 1, 0.5]) expect(() => tree.proof(index)).to.throw(`no leaf ${index} among 1`);
  });
});

describe("verifyMerkleProof", () => {
  it("decides as OpenZeppelin for right, swapped and shortened proofs", async () => {
    const leaves = leavesOf(13);
    const tree = await MerkleTree.build(bytesOf(leaves));
    const leaf = leaves[4]!;
    const proof = tree.proof(4);
    const candidates = [proof, proof.slice(1), [...proof].reverse(), [...proof, tree.root], []];
    for (const candidate of candidates) {
      expect(verifyMerkleProof(tree.root, leaf, candidate)).to.equal(
        SimpleMerkleTree.verify(tree.root, leaf, candidate),
      );
    }
    expect(verifyMerkleProof(tree.root, leaf, proof)).to.equal(true);
    expect(verifyMerkleProof(tree.root, leaves[5]!, proof)).to.equal(false);
  });

  it("refuses what is not hex of 32 bytes", () => {
    const zero = hexlify(new Uint8Array(32));
    expect(() => verifyMerkleProof(zero, zero, ["0x12"])).to.throw("proof[0]: expected 32 bytes");
  });
});
