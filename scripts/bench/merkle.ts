import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";

import { runChild, type Figures } from "./child";

/** One builder's figures: of building the tree from leaves in memory; ours is the median of three runs, since one is short. */
export type MerkleMeasure = Figures;

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
  const ours = await medianRun(leaves);
  const peer = await runBuilder("peer", leaves);
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
  while (runs.length < 3) runs.push(await runBuilder("ours", leaves));
  runs.sort((a, b) => a.seconds - b.seconds);
  return runs[1]!;
}

function runBuilder(builder: "ours" | "peer", leaves: number): Promise<Report> {
  return runChild<Report>("merkleChild.mjs", [builder, String(leaves)], `building "${builder}"`);
}
