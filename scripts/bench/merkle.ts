import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";

import { root, script } from "../processes";

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

/**
 * Builds the package's tree and OpenZeppelin's over the same leaves, each in a process of its own so that peak memory is its own.
 *
 * @throws Error if the roots differ, or OpenZeppelin does not verify one of our proofs.
 */
export async function benchMerkle({ leaves = MILLION }: { leaves?: number } = {}): Promise<MerkleBench> {
  if (!existsSync(join(root, "dist/esm/utils/merkle.js"))) await script("build", [], { capture: true });
  const ours = await medianRun(leaves);
  const peer = await runChild("peer", leaves);
  if (ours.rootOfSorted !== peer.rootOfSorted) {
    throw new Error(
      `roots over the sorted leaves differ: ours ${ours.rootOfSorted}, OpenZeppelin's ${peer.rootOfSorted}`,
    );
  }
  for (const { leaf, proof } of ours.proofs) {
    if (!SimpleMerkleTree.verify(ours.root, leaf, proof)) throw new Error(`OpenZeppelin refuses our proof of ${leaf}`);
  }
  const measure = ({ seconds, maxRssBytes }: Report): MerkleMeasure => ({ seconds, maxRssBytes });
  return { leaves, ours: measure(ours), peer: measure(peer), ratio: peer.seconds / ours.seconds };
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
    const child = fork(join(__dirname, "merkleChild.mjs"), [builder, String(leaves)], { execArgv: [] });
    child.once("message", (report) => {
      resolve(report as Report);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`building "${builder}" ended with exit code ${code} and no result`));
    });
  });
}
