import { LOT_LEAF_TAG, MAX_PATH_LENGTH } from "./lot.js";
import { writeSerial } from "./packedSerial.js";
import { TOKEN_TAGS } from "./tokenId.js";
import { fromHex, toWord } from "../utils/bytes.js";
import type { Keccak256 } from "../utils/keccak.js";

const WORD = 32;
/** Where the words of `abi.encode(tag, lot, id, path)` begin, in bytes: the path is its offset, its length and its words. */
const PLACES = { tag: 0, lot: WORD, id: 2 * WORD, pathOffset: 3 * WORD, pathLength: 4 * WORD, path: 5 * WORD } as const;

/**
 * Hashes leaves of one lot as {@link lotLeaf} does, about a hundred times as fast: the ABI encoding is written once, and from leaf
 * to leaf only what differs changes.
 */
export class LotLeafHasher {
  private readonly content = new Uint8Array(PLACES.path + MAX_PATH_LENGTH * WORD);
  private readonly packageId: Uint8Array;
  private encoded = this.content.subarray(0, PLACES.path);

  /**
   * @param lot The lot's key.
   * @param gtin 14 digits, of the lot's packages.
   */
  constructor(
    lot: bigint,
    gtin: string,
    private readonly hash: Keccak256,
  ) {
    this.content.set(fromHex(LOT_LEAF_TAG, WORD, "tag"), PLACES.tag);
    this.content.set(wordOf(lot), PLACES.lot);
    this.content.set(toWord(PLACES.pathLength), PLACES.pathOffset);
    this.packageId = wordOf((BigInt(TOKEN_TAGS.sgtin) << 248n) | (BigInt(gtin) << 140n));
  }

  /** Sets the path of the leaves that follow: token ids of the containers as 32 bytes each, the innermost first. */
  setPath(path: readonly Uint8Array[]): void {
    this.content.set(toWord(path.length), PLACES.pathLength);
    for (const [i, word] of path.entries()) this.content.set(word, PLACES.path + i * WORD);
    this.encoded = this.content.subarray(0, PLACES.path + path.length * WORD);
  }

  /** The leaf of the container with a token id of 32 bytes. */
  container(id: Uint8Array): Uint8Array {
    this.content.set(id, PLACES.id);
    return this.hash(this.hash(this.encoded));
  }

  /** Prepares for packages, after containers. */
  startPackages(): void {
    this.content.set(this.packageId, PLACES.id);
  }

  /** The leaf of the package with the serial packed at an offset; {@link startPackages} comes before the first. */
  package(packed: Uint32Array, offset: number): Uint8Array {
    writeSerial(packed, offset, this.content, PLACES.id);
    return this.hash(this.hash(this.encoded));
  }
}

/** A number as one 32-byte word, big endian. */
export function wordOf(value: bigint): Uint8Array {
  return fromHex(`0x${value.toString(16).padStart(2 * WORD, "0")}`, WORD, "word");
}
