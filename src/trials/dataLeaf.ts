import { toUtf8Bytes } from "ethers";

import { CareProofError } from "../errors.js";
import { concatBytes, fromHex, toHex, toWord } from "../utils/bytes.js";
import { CANONICAL_FORMS } from "../utils/canonical.js";
import { commitmentTag } from "../utils/commitment.js";
import { keccak256, type Keccak256 } from "../utils/keccak.js";
import { isInteger } from "../utils/writtenJson.js";

/** A leaf of a batch of trial data, as `TrialData` hashes it. */
export interface DataLeaf {
  /** The subject's commitment (0x-hex of 32 bytes), {@link NO_SUBJECT} for a row about none. */
  readonly subject: string;
  /** Salted commitment to the row with its audit record (0x-hex of 32 bytes): kind `trialData`, form `exact`. */
  readonly content: string;
  /** When the row was captured (unix seconds, below 2^40). */
  readonly capturedAt: number;
  /** Digest of the leaf that this row corrects (0x-hex of 32 bytes), {@link CORRECTS_NONE} where it corrects none. */
  readonly corrects: string;
}

/** What `subject` holds where a row is about no subject, such as a definition or a visit of the protocol. */
export const NO_SUBJECT = "0x" + "00".repeat(32);

/** What `corrects` holds where a row corrects no other. */
export const CORRECTS_NONE = NO_SUBJECT;

/** The greatest time of a leaf: a uint40. */
export const MAX_CAPTURED_AT = 2 ** 40 - 1;

const WORD = 32;

/** keccak256 of the leaf's type, the first word of its digest (0x-hex of 32 bytes). */
export const DATA_LEAF_TAG = toHex(
  keccak256(toUtf8Bytes("CareProof.DataLeaf(bytes32 subject,bytes32 content,uint40 capturedAt,bytes32 corrects)")),
);

/**
 * The digest by which a leaf is corrected (0x-hex of 32 bytes): the keccak256 of the ABI encoding of its type tag and its fields.
 *
 * @throws CareProofError `HEX_INVALID` or `LEAF_INVALID`, its path naming the field.
 */
export function dataLeafDigest(leaf: DataLeaf, hash: Keccak256 = keccak256): string {
  return toHex(digest(leaf, hash));
}

/**
 * The leaf as it stands in the tree (0x-hex of 32 bytes): the keccak256 of {@link dataLeafDigest}. Hashed twice so that no inner node,
 * which is one hash of 64 bytes, is ever taken for a leaf.
 *
 * @throws CareProofError `HEX_INVALID` or `LEAF_INVALID`, its path naming the field.
 */
export function dataLeafHash(leaf: DataLeaf, hash: Keccak256 = keccak256): string {
  return toHex(hash(digest(leaf, hash)));
}

/**
 * The salt of a row's commitment (0x-hex of 32 bytes): `keccak256(abi.encode(bytes32 secret, uint256 index))`. Whoever is given it with
 * the row can verify that row, and learns nothing of the others.
 *
 * @param secret The batch's secret, 32 bytes as 0x-hex.
 * @param index The row's index in the batch, from 0.
 * @throws CareProofError `HEX_INVALID`.
 */
export function dataRowSalt(secret: string, index: number, hash: Keccak256 = keccak256): string {
  return toHex(hash(concatBytes([fromHex(secret, WORD, "secret"), toWord(index)])));
}

function digest(leaf: DataLeaf, hash: Keccak256): Uint8Array {
  if (!isInteger(leaf.capturedAt, MAX_CAPTURED_AT)) {
    throw new CareProofError("LEAF_INVALID", `expected an integer from 0 to ${MAX_CAPTURED_AT}`, "capturedAt");
  }
  return hash(
    concatBytes([
      fromHex(DATA_LEAF_TAG, WORD, "tag"),
      fromHex(leaf.subject, WORD, "subject"),
      fromHex(leaf.content, WORD, "content"),
      toWord(leaf.capturedAt),
      fromHex(leaf.corrects, WORD, "corrects"),
    ]),
  );
}

/**
 * Hashes rows of one batch as {@link dataRowSalt}, `commit` and {@link dataLeafDigest} do, many times as fast: the ABI encodings are
 * written once, and from row to row only what differs changes.
 */
export class DataLeafHasher {
  private readonly salted = new Uint8Array(2 * WORD);
  private readonly committed = new Uint8Array(4 * WORD);
  private readonly leaf = new Uint8Array(5 * WORD);
  private capturedAt = -1;

  /** @param secret The batch's secret, 32 bytes as 0x-hex. */
  constructor(
    secret: string,
    private readonly hash: Keccak256,
  ) {
    this.salted.set(fromHex(secret, WORD, "secret"));
    this.committed.set(fromHex(commitmentTag("trialData"), WORD, "tag"));
    this.committed.set(toWord(CANONICAL_FORMS.exact), WORD);
    this.leaf.set(fromHex(DATA_LEAF_TAG, WORD, "tag"));
  }

  /** The commitment of a row's canonical content, 32 bytes. */
  commit(content: Uint8Array, index: number): Uint8Array {
    writeInteger(this.salted, 2 * WORD, index);
    this.committed.set(this.hash(this.salted), 2 * WORD);
    this.committed.set(this.hash(content), 3 * WORD);
    return this.hash(this.committed);
  }

  /**
   * The digest of a leaf, 32 bytes.
   *
   * @param subject 32 bytes.
   * @param content 32 bytes, see {@link commit}.
   * @param corrects 32 bytes; undefined where the row corrects none.
   */
  digest(subject: Uint8Array, content: Uint8Array, capturedAt: number, corrects?: Uint8Array): Uint8Array {
    this.leaf.set(subject, WORD);
    this.leaf.set(content, 2 * WORD);
    if (capturedAt !== this.capturedAt) {
      this.leaf.set(toWord(capturedAt), 3 * WORD);
      this.capturedAt = capturedAt;
    }
    if (corrects === undefined) this.leaf.fill(0, 4 * WORD);
    else this.leaf.set(corrects, 4 * WORD);
    return this.hash(this.leaf);
  }
}

/** Writes a number below 2^48 that ends at an offset, big endian. */
function writeInteger(bytes: Uint8Array, end: number, value: number): void {
  for (let i = 1, rest = value; i <= 6; i++, rest = Math.floor(rest / 256)) bytes[end - i] = rest % 256;
}
