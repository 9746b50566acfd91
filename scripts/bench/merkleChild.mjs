/**
 * Builds one Merkle tree and sends its figures to the parent: `ours` with the built package, as its users run it, or `peer`
 * with OpenZeppelin's. A process of its own without a compiler in it, so that its peak memory is the tree's.
 */
import { peakMemory } from "./peakMemory.mjs";
import { createKeccak256 } from "../../dist/esm/utils/keccak.js";
import { MerkleTree } from "../../dist/esm/utils/merkle.js";

const PROOFS_CHECKED = 16;
const [builder, text] = process.argv.slice(2);
const count = Number(text);

const toHex = (bytes) => `0x${Buffer.from(bytes).toString("hex")}`;

/** The same leaves in every run: leaf i is the keccak256 of i. */
async function makeLeaves() {
  const hash = await createKeccak256();
  const flat = new Uint8Array(32 * count);
  const number = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < count; i++) {
    number.setUint32(4, i);
    flat.set(hash(new Uint8Array(number.buffer)), 32 * i);
  }
  return flat;
}

async function timed(build) {
  const start = performance.now();
  const tree = await build();
  const seconds = (performance.now() - start) / 1000;
  return { tree, seconds, maxRssBytes: peakMemory() };
}

async function buildOurs() {
  const flat = await makeLeaves();
  const leafAt = (i) => flat.subarray(32 * i, 32 * (i + 1));
  const leaves = function* () {
    for (let i = 0; i < count; i++) yield leafAt(i);
  };
  const { tree, ...figures } = await timed(() => MerkleTree.build(leaves(), { count }));
  const proofs = Array.from({ length: PROOFS_CHECKED }, (_, i) => {
    const index = Math.floor((i * (count - 1)) / (PROOFS_CHECKED - 1));
    return { leaf: toHex(leafAt(index)), proof: tree.proof(index) };
  });
  // After the measurement: the peer sorts leaves, so roots can be compared over sorted ones only.
  const sorted = Array.from(leaves(), toHex).sort();
  const { root: rootOfSorted } = await MerkleTree.build(sorted.map((leaf) => Buffer.from(leaf.slice(2), "hex")));
  return { ...figures, root: tree.root, rootOfSorted, proofs };
}

async function buildPeer() {
  const { SimpleMerkleTree } = await import("@openzeppelin/merkle-tree");
  const flat = await makeLeaves();
  const leaves = Array.from({ length: count }, (_, i) => toHex(flat.subarray(32 * i, 32 * (i + 1))));
  const { tree, ...figures } = await timed(() => SimpleMerkleTree.of(leaves));
  return { ...figures, root: tree.root, rootOfSorted: tree.root, proofs: [] };
}

process.send(await (builder === "ours" ? buildOurs() : buildPeer()));
process.disconnect();
