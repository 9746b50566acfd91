import type { CommittedRecord } from "./recordBatch.js";
import { LEAF_MAXIMA, recordLeafHash } from "./recordLeaf.js";
import { CareProofError } from "../errors.js";
import { CANONICAL_FORMS, type CanonicalForm } from "../utils/canonical.js";
import { commitToHash } from "../utils/commitment.js";
import { keccak256, type Keccak256 } from "../utils/keccak.js";
import { verifyMerkleProof } from "../utils/merkle.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in a manifest's first line. */
export const MANIFEST_FORMAT = "careproof-records-manifest";

/** Version of the manifest's format. */
export const MANIFEST_VERSION = 1;

/**
 * A manifest of a batch of records is one NDJSON file that can be written and read as a stream: this header on the first line,
 * then one {@link ManifestRecord} a line. It holds the salts, so it is as confidential as the records themselves.
 */
export interface ManifestHeader {
  readonly format: typeof MANIFEST_FORMAT;
  readonly version: typeof MANIFEST_VERSION;
  /** The canonical form of every record. */
  readonly form: CanonicalForm;
  /** The Merkle root that `RecordRegistry.anchor` is given (0x-hex of 32 bytes). */
  readonly root: string;
  /** Number of records. */
  readonly count: number;
  /** Number of nodes in the longest proof. */
  readonly depth: number;
  /** When the manifest was written (unix seconds). */
  readonly createdAt: number;
}

/** A record of a manifest: its leaf, salt and proof. */
export interface ManifestRecord extends CommittedRecord {
  /** Index of the leaf in the tree, from 0. */
  readonly index: number;
  /** Siblings from the leaf up to the root (each 0x-hex of 32 bytes), as `RecordRegistry.verify` takes them. */
  readonly proof: readonly string[];
}

/**
 * Reads a manifest's first line.
 *
 * @param where The line's place, for errors.
 * @throws CareProofError `MANIFEST_INVALID`.
 */
export function parseManifestHeader(line: string, where: string): ManifestHeader {
  const header = parseLine(line, where);
  if (header.format !== MANIFEST_FORMAT) {
    throw new CareProofError(
      "MANIFEST_INVALID",
      "not a manifest of records (careproof records commit writes one)",
      where,
    );
  }
  if (header.version !== MANIFEST_VERSION) {
    throw new CareProofError("MANIFEST_INVALID", `unknown manifest version ${JSON.stringify(header.version)}`, where);
  }
  checkField(typeof header.form === "string" && Object.hasOwn(CANONICAL_FORMS, header.form), "form", where);
  checkField(isBytes32(header.root), "root", where);
  checkField(Number.isSafeInteger(header.count) && Number(header.count) > 0, "count", where);
  return header as unknown as ManifestHeader;
}

/**
 * Reads a line of a manifest after the first.
 *
 * @param where The line's place, for errors.
 * @throws CareProofError `MANIFEST_INVALID`.
 */
export function parseManifestRecord(line: string, where: string): ManifestRecord {
  const record = parseLine(line, where);
  checkField(Number.isSafeInteger(record.index), "index", where);
  checkField(typeof record.reference === "string", "reference", where);
  checkField(typeof record.patient === "string" && /^0x[0-9a-fA-F]{40}$/.test(record.patient), "patient", where);
  checkField(isInteger(record.category, LEAF_MAXIMA.category), "category", where);
  checkField(isInteger(record.recordedAt, LEAF_MAXIMA.recordedAt), "recordedAt", where);
  for (const name of ["supersedes", "salt", "commitment", "leaf"]) checkField(isBytes32(record[name]), name, where);
  checkField(Array.isArray(record.proof) && record.proof.every(isBytes32), "proof", where);
  return record as unknown as ManifestRecord;
}

/**
 * Whether a record of a manifest commits to a document.
 *
 * @param canonicalHash keccak256 of the document's canonical bytes in the manifest's form.
 */
export function commitsTo(
  record: ManifestRecord,
  canonicalHash: Uint8Array,
  form: CanonicalForm,
  hash: Keccak256 = keccak256,
): boolean {
  return commitToHash("record", canonicalHash, form, record.salt, hash) === record.commitment.toLowerCase();
}

/**
 * Checks that a record of a manifest belongs to it: its leaf is the hash of its fields, and its proof leads to the root.
 *
 * @param where The line's place, for errors.
 * @throws CareProofError `MANIFEST_MISMATCH` where one of the two was edited or comes from another batch.
 */
export function checkManifestRecord(
  header: ManifestHeader,
  record: ManifestRecord,
  where: string,
  hash: Keccak256 = keccak256,
): void {
  if (recordLeafHash(record, hash) !== record.leaf.toLowerCase()) {
    throw new CareProofError("MANIFEST_MISMATCH", "the leaf is not the hash of its fields: the line was edited", where);
  }
  if (!verifyMerkleProof(header.root, record.leaf, record.proof, hash)) {
    const message = "the proof does not lead to the manifest's root: a line or header of another batch, or edited";
    throw new CareProofError("MANIFEST_MISMATCH", message, where);
  }
}

function parseLine(line: string, where: string): Record<string, unknown> {
  return parseJsonObject(line, "MANIFEST_INVALID", "manifest", where);
}

function checkField(valid: boolean, name: string, where: string): void {
  if (!valid) throw new CareProofError("MANIFEST_INVALID", `"${name}" is missing or invalid`, where);
}
