import { toUtf8Bytes } from "ethers";

import { CareProofError } from "../errors.js";
import { concatBytes, fromHex, toHex, toWord } from "../utils/bytes.js";
import { keccak256, type Keccak256 } from "../utils/keccak.js";

/** A leaf of a batch of records, as `RecordRegistry` hashes it. */
export interface RecordLeaf {
  /** The patient's address (0x-hex of 20 bytes), one for each relationship where linkage matters. */
  readonly patient: string;
  /** Commitment to the record (0x-hex of 32 bytes), see `commit`. */
  readonly commitment: string;
  /** The kind of data as a bit number (0 to 63), see `CATEGORIES`. */
  readonly category: number;
  /** When the record was made (unix seconds, below 2^40). */
  readonly recordedAt: number;
  /** Digest of the leaf that this record corrects (0x-hex of 32 bytes), {@link NO_PREDECESSOR} where it corrects none. */
  readonly supersedes: string;
}

/** What `supersedes` holds where a record corrects no other. */
export const NO_PREDECESSOR = "0x" + "00".repeat(32);

/** The greatest values of a leaf's numbers: a bit of a uint64, and a uint40. */
export const LEAF_MAXIMA = { category: 63, recordedAt: 2 ** 40 - 1 } as const;

const RECORD_LEAF = keccak256(
  toUtf8Bytes(
    "CareProof.RecordLeaf(address patient,bytes32 commitment,uint8 category,uint40 recordedAt,bytes32 supersedes)",
  ),
);

/**
 * The digest by which a leaf is superseded or retracted (0x-hex of 32 bytes): the keccak256 of the ABI encoding of its type
 * tag and its fields.
 *
 * @throws CareProofError `HEX_INVALID` or `LEAF_INVALID`, its path naming the field.
 */
export function recordLeafDigest(leaf: RecordLeaf, hash: Keccak256 = keccak256): string {
  return toHex(digest(leaf, hash));
}

/**
 * The leaf as it stands in the tree (0x-hex of 32 bytes): the keccak256 of {@link recordLeafDigest}. Hashed twice so that no
 * inner node, which is one hash of 64 bytes, is ever taken for a leaf.
 *
 * @throws CareProofError `HEX_INVALID` or `LEAF_INVALID`, its path naming the field.
 */
export function recordLeafHash(leaf: RecordLeaf, hash: Keccak256 = keccak256): string {
  return toHex(hash(digest(leaf, hash)));
}

function digest(leaf: RecordLeaf, hash: Keccak256): Uint8Array {
  checkInteger(leaf.category, LEAF_MAXIMA.category, "category");
  checkInteger(leaf.recordedAt, LEAF_MAXIMA.recordedAt, "recordedAt");
  const words = [
    RECORD_LEAF,
    new Uint8Array(12),
    fromHex(leaf.patient, 20, "patient"),
    fromHex(leaf.commitment, 32, "commitment"),
    toWord(leaf.category),
    toWord(leaf.recordedAt),
    fromHex(leaf.supersedes, 32, "supersedes"),
  ];
  return hash(concatBytes(words));
}

function checkInteger(value: number, maximum: number, name: string): void {
  if (!Number.isInteger(value) || value < 0 || value > maximum) {
    throw new CareProofError("LEAF_INVALID", `expected an integer from 0 to ${maximum}`, name);
  }
}
