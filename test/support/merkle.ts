/** Merkle trees for tests, by OpenZeppelin's implementation in JavaScript: independent of the package's own. */
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { keccak256 } from "ethers";

/** The leaf in a tree of what has `digest`: its hash once more. */
export const leafOf = (digest: string): string => keccak256(digest);

/** The tree over the leaves of `digests`, and the proof of each. */
export function treeOf(digests: string[]) {
  const tree = SimpleMerkleTree.of(digests.map(leafOf));
  return {
    root: tree.root,
    count: BigInt(digests.length),
    proofOf: (digest: string): string[] => tree.getProof(leafOf(digest)),
    /** An inner node, the parent of the leaf of `digest`, with the proof of that node. */
    parentOf(digest: string): { node: string; proof: string[] } {
      const [sibling, ...proof] = tree.getProof(leafOf(digest));
      const pair = [leafOf(digest), sibling!].sort();
      return { node: keccak256(`0x${pair.map((hash) => hash.slice(2)).join("")}`), proof };
    },
  };
}
