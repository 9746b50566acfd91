import { compareWords, fromHex, toHex } from "./bytes.js";
import { createKeccak256, keccak256, type Keccak256 } from "./keccak.js";
import { checkRange, forEachPair } from "./merkleRange.js";
import { CareProofError } from "../errors.js";

/** Bytes of a node. */
const NODE = 32;
/** 32-bit words of a node. */
const NODE_WORDS = NODE / 4;
/** Leaves of a chunk while their number is unknown (1 MiB). */
const CHUNK_LEAVES = 32_768;
/** Nodes between two pauses that let the event loop run. */
const NODES_PER_TURN = 65_536;

/** What building a tree reports and needs. */
export interface MerkleTreeOptions {
  /** Number of leaves, where it is known: then no copy of the leaves is held beside the tree. */
  readonly count?: number;
  /** Called now and then with the number of inner nodes hashed so far and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** One proof of several leaves. */
export interface MerkleMultiProof {
  /** 32 bytes as 0x-hex each. */
  readonly proof: readonly string[];
  /** One for each inner node that is built: true where both children are leaves proven or built of them. */
  readonly flags: readonly boolean[];
}

/**
 * A Merkle tree over 32-byte leaves in one flat array, laid out as OpenZeppelin's `SimpleMerkleTree` with `sortLeaves: false`:
 * node 0 is the root, the children of node i are 2i+1 and 2i+2, leaf i is node 2n-2-i, and an inner node is the keccak256 of
 * its children in ascending order. Root and proofs are thus those of OpenZeppelin, and `MerkleProof` verifies them. A million
 * leaves take 64 MB.
 */
export class MerkleTree {
  private constructor(
    private readonly nodes: Uint8Array,
    /** Number of leaves. */
    readonly leafCount: number,
  ) {}

  /**
   * Builds a tree. Memory is bounded by the tree and one copy of its leaves; the event loop keeps running.
   *
   * @param leaves The leaves in order, 32 bytes each. To be safe from second preimages a leaf must itself be a hash of something
   * other than 64 bytes: domains use double hashes.
   * @throws CareProofError `MERKLE_EMPTY` without leaves, `MERKLE_LEAF_INVALID` where a leaf is not 32 bytes,
   * `MERKLE_COUNT_MISMATCH` where their number is not the one given.
   */
  static async build(
    leaves: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    options: MerkleTreeOptions = {},
  ): Promise<MerkleTree> {
    const collector = options.count === undefined ? new LeafChunks() : new LeafArray(options.count);
    // Awaiting each of a million leaves that are at hand costs more than hashing them.
    if (Symbol.iterator in leaves) for (const leaf of leaves) collector.add(leaf);
    else for await (const leaf of leaves) collector.add(leaf);
    const { nodes, count } = collector.finish();
    await hashInnerNodes(nodes, count, options);
    return new MerkleTree(nodes, count);
  }

  /** The root, 32 bytes as 0x-hex. */
  get root(): string {
    return toHex(this.nodes.subarray(0, NODE));
  }

  /** Number of nodes in the longest proof: ceil(log2(number of leaves)). */
  get depth(): number {
    return Math.ceil(Math.log2(this.leafCount));
  }

  /** The leaf at an index, 32 bytes as 0x-hex. */
  leaf(index: number): string {
    return this.node(this.nodeOfLeaf(index));
  }

  /**
   * The proof of the leaf at an index: the siblings from the leaf up, each 32 bytes as 0x-hex.
   *
   * @throws CareProofError `MERKLE_INDEX_INVALID` if there is no such leaf.
   */
  proof(index: number): string[] {
    const proof: string[] = [];
    for (let node = this.nodeOfLeaf(index); node > 0; node = (node - 1) >> 1) {
      const sibling = node % 2 === 1 ? node + 1 : node - 1;
      proof.push(this.node(sibling));
    }
    return proof;
  }

  /**
   * The nodes beside a contiguous range of leaves with which `MerkleRange` recomputes the root and the proof of each leaf of it:
   * at most two a level, from the leaves up, each 32 bytes as 0x-hex.
   *
   * @throws CareProofError `MERKLE_RANGE_INVALID` if the range is empty or not in the tree.
   */
  boundary(first: number, count: number): string[] {
    checkRange(this.leafCount, first, count);
    const nodes: string[] = [];
    forEachPair(this.leafCount, first, count, (parent, hasRight, hasLeft) => {
      if (!hasRight) nodes.push(this.node(2 * parent + 2));
      if (!hasLeft) nodes.push(this.node(2 * parent + 1));
    });
    return nodes;
  }

  /**
   * One proof of several leaves, as OpenZeppelin's `MerkleProof.multiProofVerify` takes it with the leaves in the same order.
   *
   * @param indices Of the leaves, ascending and each once.
   * @returns The nodes that the leaves do not give, 32 bytes as 0x-hex each, and for each inner node whether both of its children
   * are leaves or built of them.
   * @throws CareProofError `MERKLE_INDEX_INVALID` if there is no such leaf, or the order is another.
   */
  multiProof(indices: readonly number[]): MerkleMultiProof {
    const queue = indices.map((index, i) => {
      if (i > 0 && index <= indices[i - 1]!) {
        throw new CareProofError(
          "MERKLE_INDEX_INVALID",
          `leaf ${index} after leaf ${indices[i - 1]}: expected ascending`,
        );
      }
      return this.nodeOfLeaf(index);
    });
    if (queue.length === 0) throw new CareProofError("MERKLE_INDEX_INVALID", "expected at least one leaf");
    const proof: string[] = [];
    const flags: boolean[] = [];
    // Nodes come in descending order, so a node's sibling, where it is known, is the next.
    for (let i = 0; queue[i]! > 0; i++) {
      const node = queue[i]!;
      const sibling = node % 2 === 1 ? node + 1 : node - 1;
      const known = queue[i + 1] === sibling;
      flags.push(known);
      if (known) i++;
      else proof.push(this.node(sibling));
      queue.push((node - 1) >> 1);
    }
    return { proof, flags };
  }

  private node(node: number): string {
    return toHex(this.nodes.subarray(node * NODE, (node + 1) * NODE));
  }

  private nodeOfLeaf(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.leafCount) {
      throw new CareProofError("MERKLE_INDEX_INVALID", `no leaf ${index} among ${this.leafCount}`);
    }
    return 2 * this.leafCount - 2 - index;
  }
}

/**
 * Whether a proof leads from a leaf to a root, as OpenZeppelin's `MerkleProof.verify` decides it.
 *
 * @param root 32 bytes as 0x-hex.
 * @param leaf 32 bytes as 0x-hex.
 * @param proof The siblings from the leaf up, each 32 bytes as 0x-hex.
 * @throws CareProofError `HEX_INVALID` if one of them is not 32 bytes of hex.
 */
export function verifyMerkleProof(
  root: string,
  leaf: string,
  proof: readonly string[],
  hash: Keccak256 = keccak256,
): boolean {
  const pair = new Uint8Array(2 * NODE);
  let node = fromHex(leaf, NODE, "leaf");
  for (const [i, text] of proof.entries()) {
    const sibling = fromHex(text, NODE, `proof[${i}]`);
    const nodeFirst = compareWords(node, 0, sibling, 0) <= 0;
    pair.set(node, nodeFirst ? 0 : NODE);
    pair.set(sibling, nodeFirst ? NODE : 0);
    node = hash(pair);
  }
  return compareWords(node, 0, fromHex(root, NODE, "root"), 0) === 0;
}

/** Takes the leaves one by one, and gives the nodes with the leaves in place. */
interface LeafCollector {
  add(leaf: Uint8Array): void;
  finish(): { nodes: Uint8Array<ArrayBuffer>; count: number };
}

/** For a known number of leaves: each goes where it belongs at once. */
class LeafArray implements LeafCollector {
  private readonly nodes: Uint8Array<ArrayBuffer>;
  private added = 0;

  constructor(private readonly count: number) {
    this.nodes = allocateNodes(count);
  }

  add(leaf: Uint8Array): void {
    checkLeaf(leaf, this.added);
    if (this.added === this.count) this.failCount("more");
    this.nodes.set(leaf, (2 * this.count - 2 - this.added++) * NODE);
  }

  finish(): { nodes: Uint8Array<ArrayBuffer>; count: number } {
    if (this.added < this.count) this.failCount("fewer");
    return { nodes: this.nodes, count: this.count };
  }

  private failCount(what: string): never {
    throw new CareProofError("MERKLE_COUNT_MISMATCH", `there are ${what} leaves than the ${this.count} announced`);
  }
}

/** For an unknown number of leaves: chunks, since growing one array would need three times the memory. */
class LeafChunks implements LeafCollector {
  private readonly chunks: Uint8Array<ArrayBuffer>[] = [];
  private chunk = new Uint8Array(0);
  private added = 0;

  add(leaf: Uint8Array): void {
    checkLeaf(leaf, this.added);
    const place = this.added++ % CHUNK_LEAVES;
    if (place === 0) this.chunks.push((this.chunk = new Uint8Array(CHUNK_LEAVES * NODE)));
    this.chunk.set(leaf, place * NODE);
  }

  /** Writes the leaves from the end of the array backwards, giving each chunk free once it is copied. */
  finish(): { nodes: Uint8Array<ArrayBuffer>; count: number } {
    const nodes = allocateNodes(this.added);
    const words = new Uint32Array(nodes.buffer);
    let node = words.length - NODE_WORDS;
    for (let left = this.added, chunk; (chunk = this.chunks.shift()) !== undefined; left -= CHUNK_LEAVES) {
      const source = new Uint32Array(chunk.buffer, 0, Math.min(left, CHUNK_LEAVES) * NODE_WORDS);
      for (let place = 0; place < source.length; place += NODE_WORDS, node -= NODE_WORDS) {
        copyNode(source, place, words, node);
      }
    }
    return { nodes, count: this.added };
  }
}

function allocateNodes(count: number): Uint8Array<ArrayBuffer> {
  if (count === 0) throw new CareProofError("MERKLE_EMPTY", "a Merkle tree needs at least one leaf");
  return new Uint8Array((2 * count - 1) * NODE);
}

function checkLeaf(leaf: Uint8Array, index: number): void {
  if (leaf.length !== NODE) {
    throw new CareProofError("MERKLE_LEAF_INVALID", `leaf ${index} has ${leaf.length} bytes instead of 32`);
  }
}

async function hashInnerNodes(
  nodes: Uint8Array<ArrayBuffer>,
  count: number,
  { onProgress }: MerkleTreeOptions,
): Promise<void> {
  const hash = await createKeccak256();
  const words = new Uint32Array(nodes.buffer);
  const pair = new Uint8Array(2 * NODE);
  const pairWords = new Uint32Array(pair.buffer);
  const total = count - 1;
  for (let node = total - 1; node >= 0; node--) {
    const left = 2 * node + 1;
    const right = left + 1;
    const [first, second] = compareWords(nodes, left * NODE, nodes, right * NODE) <= 0 ? [left, right] : [right, left];
    copyNode(words, first * NODE_WORDS, pairWords, 0);
    copyNode(words, second * NODE_WORDS, pairWords, NODE_WORDS);
    nodes.set(hash(pair), node * NODE);
    if (node % NODES_PER_TURN === 0) {
      onProgress?.(total - node, total);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

/** Copies a node by 32-bit words, at offsets in words: four times as fast as byte by byte, and without a view for each. */
function copyNode(from: Uint32Array, fromOffset: number, to: Uint32Array, toOffset: number): void {
  for (let i = 0; i < NODE_WORDS; i++) to[toOffset + i] = from[fromOffset + i]!;
}
