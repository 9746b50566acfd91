import { fork } from "node:child_process";

import { fromHex, toHex } from "../../src/utils/bytes.js";
import { createKeccak256 } from "../../src/utils/keccak.js";
import { MerkleTree } from "../../src/utils/merkle.js";

/** One builder's figures. */
export interface MerkleMeasure {
  /** Wall time of building the tree from leaves in memory; ours is the median of three runs, since one is short. */
  readonly seconds: number;
  /** Peak resident memory of the whole process that built it. */
  readonly maxRssBytes: number;
}

/** What {@link benchMerkle} measures. */
export interface MerkleBench {
  readonly leaves: number;
  readonly ours: MerkleMeasure;
  /** `SimpleMerkleTree.of` of @openzeppelin/merkle-tree as its README uses it, which sorts the leaves. */
  readonly peer: MerkleMeasure;
  /** The peer's seconds divided by ours. */
  readonly ratio: number;
}

interface Report extends MerkleMeasure {
  readonly root: string;
  /** Root of a tree over the leaves in ascending order, which is the only one that the peer builds by default. */
  readonly rootOfSorted: string;
  /** Proofs of some leaves; only ours are checked, by the peer's verifier. */
  readonly proofs: readonly { leaf: string; proof: string[] }[];
}

const MILLION = 1_000_000;
const PROOFS_CHECKED = 16;

/**
 * Builds the package's tree and OpenZeppelin's over the same leaves, each in a process of its own so that peak memory is its own.
 *
 * @throws Error if the roots differ, or OpenZeppelin does not verify one of our proofs.
 */
export async function benchMerkle({ leaves = MILLION }: { leaves?: number } = {}): Promise<MerkleBench> {
  const ours = await medianRun(leaves);
  const peer = await runChild("peer", leaves);
  if (ours.rootOfSorted !== peer.rootOfSorted) {
    throw new Error(
      `roots over the sorted leaves differ: ours ${ours.rootOfSorted}, OpenZeppelin's ${peer.rootOfSorted}`,
    );
  }
  const { SimpleMerkleTree } = await import("@openzeppelin/merkle-tree");
  for (const { leaf, proof } of ours.proofs) {
    if (!SimpleMerkleTree.verify(ours.root, leaf, proof)) throw new Error(`OpenZeppelin refuses our proof of ${leaf}`);
  }
  const measure = ({ seconds, maxRssBytes }: Report): MerkleMeasure => ({ seconds, maxRssBytes });
  return { leaves, ours: measure(ours), peer: measure(peer), ratio: peer.seconds / ours.seconds };
}

async function buildOurs(count: number): Promise<Report> {
  const flat = await makeLeaves(count);
  const leaves = function* (): Generator<Uint8Array> {
    for (let i = 0; i < count; i++) yield flat.subarray(32 * i, 32 * (i + 1));
  };
  const start = performance.now();
  const tree = await MerkleTree.build(leaves(), { count });
  const seconds = (performance.now() - start) / 1000;
  const proofs = Array.from({ length: PROOFS_CHECKED }, (_, i) => {
    const index = Math.floor((i * (count - 1)) / (PROOFS_CHECKED - 1));
    return { leaf: toHex(flat.subarray(32 * index, 32 * (index + 1))), proof: tree.proof(index) };
  });
  const maxRssBytes = peakMemory();
  const sorted = Array.from(leaves(), toHex).sort();
  const { root: rootOfSorted } = await MerkleTree.build(sorted.map((leaf) => fromHex(leaf, 32, "leaf")));
  return { seconds, maxRssBytes, root: tree.root, rootOfSorted, proofs };
}

async function buildPeer(count: number): Promise<Report> {
  const { SimpleMerkleTree } = await import("@openzeppelin/merkle-tree");
  const flat = await makeLeaves(count);
  const leaves = Array.from({ length: count }, (_, i) => toHex(flat.subarray(32 * i, 32 * (i + 1))));
  const start = performance.now();
  const tree = SimpleMerkleTree.of(leaves);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, maxRssBytes: peakMemory(), root: tree.root, rootOfSorted: tree.root, proofs: [] };
}

/** The same leaves in every run: leaf i is the keccak256 of i. */
async function makeLeaves(count: number): Promise<Uint8Array> {
  const hash = await createKeccak256();
  const flat = new Uint8Array(32 * count);
  const number = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < count; i++) {
    number.setUint32(4, i);
    flat.set(hash(new Uint8Array(number.buffer)), 32 * i);
  }
  return flat;
}

function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** The run of middle length of three, each in a process of its own. */
async function medianRun(leaves: number): Promise<Report> {
  const runs: Report[] = [];
  while (runs.length < 3) runs.push(await runChild("ours", leaves));
  runs.sort((a, b) => a.seconds - b.seconds);
  return runs[1]!;
}

function runChild(builder: "ours" | "peer", leaves: number): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [builder, String(leaves)], { execArgv: ["-r", "ts-node/register/transpile-only"] });
    child.once("message", (report) => {
      resolve(report as Report);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`building "${builder}" ended with exit code ${code} and no result`));
    });
  });
}

async function main(): Promise<void> {
  const [builder, count] = process.argv.slice(2);
  if (process.send !== undefined && (builder === "ours" || builder === "peer")) {
    process.send(await (builder === "ours" ? buildOurs(Number(count)) : buildPeer(Number(count))));
    process.disconnect();
    return;
  }
  const bench = await benchMerkle(builder === undefined ? {} : { leaves: Number(builder) });
  const line = (name: string, { seconds, maxRssBytes }: MerkleMeasure): string =>
    `${name.padEnd(30)} ${seconds.toFixed(2).padStart(8)} s ${(maxRssBytes / 1e6).toFixed(0).padStart(7)} MB`;
  console.log(`Merkle tree of ${bench.leaves.toLocaleString("en")} leaves, the same root, proofs checked`);
  console.log(line("careproof", bench.ours));
  console.log(line("@openzeppelin/merkle-tree", bench.peer));
  console.log(`${bench.ratio.toFixed(1)} times as fast`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
