import { readChunks, readLines, writeWhole } from "./files.js";
import type { Progress } from "./terminal.js";
import type { CommittedRecord } from "../consent/recordBatch.js";
import {
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type ManifestHeader,
  type ManifestRecord,
  parseManifestHeader,
  parseManifestRecord,
} from "../consent/recordManifest.js";
import { CareProofError } from "../errors.js";
import { fromHex } from "../utils/bytes.js";
import type { CanonicalForm } from "../utils/canonical.js";
import { MerkleTree } from "../utils/merkle.js";

/**
 * Writes a manifest of committed records. In memory are only the tree's nodes (64 bytes a record): what else belongs to a record
 * waits in a temporary file until the tree, and with it the proofs, are known.
 */
export async function writeManifest(
  path: string,
  records: AsyncIterable<CommittedRecord>,
  form: CanonicalForm,
  progress: Progress,
): Promise<ManifestHeader> {
  return writeWhole(path, async (open) => {
    const manifest = open("");
    const spool = open(".records");
    let count = 0;
    const leaves = async function* (): AsyncGenerator<Uint8Array> {
      for await (const record of records) {
        spool.write(JSON.stringify({ index: count++, ...record }));
        progress.update("Committing records:", count);
        yield fromHex(record.leaf, 32, "leaf");
      }
    };
    const tree = await MerkleTree.build(leaves(), {
      onProgress: (done, total) => {
        progress.update("Building the tree:", done, total);
      },
    });
    spool.flush();
    const header: ManifestHeader = {
      format: MANIFEST_FORMAT,
      version: MANIFEST_VERSION,
      form,
      root: tree.root,
      count,
      depth: tree.depth,
      createdAt: Math.floor(Date.now() / 1000),
    };
    manifest.write(JSON.stringify(header));
    let index = 0;
    for await (const { line } of readLines(readChunks(spool.path), spool.path)) {
      manifest.write(`${line.slice(0, -1)},"proof":${JSON.stringify(tree.proof(index++))}}`);
      progress.update("Writing the manifest:", index, count);
    }
    return header;
  });
}

/** A manifest opened for reading: its header, and its records as a stream with the place of each for errors. */
export interface OpenManifest {
  readonly header: ManifestHeader;
  readonly records: AsyncIterable<{ record: ManifestRecord; where: string }>;
}

/**
 * Opens a manifest.
 *
 * @throws CareProofError `FILE_UNREADABLE` or `MANIFEST_INVALID`, the latter while reading too, if lines are missing or too many.
 */
export async function openManifest(path: string): Promise<OpenManifest> {
  const lines = readLines(readChunks(path), path);
  const first = await lines.next();
  if (first.done === true) throw new CareProofError("MANIFEST_INVALID", "the file is empty", path);
  const header = parseManifestHeader(first.value.line, `${path}:${first.value.number}`);
  const records = async function* (): AsyncGenerator<{ record: ManifestRecord; where: string }> {
    let count = 0;
    for await (const { line, number } of lines) {
      const where = `${path}:${number}`;
      const record = parseManifestRecord(line, where);
      if (record.index !== count++) {
        throw new CareProofError("MANIFEST_INVALID", `expected record ${count - 1}, found ${record.index}`, where);
      }
      if (count > header.count) {
        throw new CareProofError("MANIFEST_INVALID", `is one more than the ${header.count} its header names`, where);
      }
      yield { record, where };
    }
    if (count !== header.count) {
      throw new CareProofError(
        "MANIFEST_INVALID",
        `has ${count} of the ${header.count} records its header names`,
        path,
      );
    }
  };
  return { header, records: records() };
}
