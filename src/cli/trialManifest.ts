import { readChunks, readLines, writeWhole } from "./files.js";
import type { Progress } from "./terminal.js";
import { AnchoredRows, type ReadManifest } from "../trials/anchoredRows.js";
import type { DataBatchResult } from "../trials/dataBatch.js";
import { type DataManifestHeader, parseDataManifestHeader, parseManifestRow } from "../trials/dataManifest.js";
import { CareProofError } from "../errors.js";

/**
 * Opens a manifest of trial data.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `MANIFEST_INVALID`.
 */
export async function openDataManifest(path: string): Promise<ReadManifest> {
  const lines = readLines(readChunks(path), path);
  const first = await lines.next();
  if (first.done === true) throw new CareProofError("MANIFEST_INVALID", "the file is empty", path);
  return { name: path, header: parseDataManifestHeader(first.value.line, `${path}:${first.value.number}`), lines };
}

/** The header of a manifest. Errors as {@link openDataManifest}. */
export async function readDataManifestHeader(path: string): Promise<DataManifestHeader> {
  const { header, lines } = await openDataManifest(path);
  // Ends the reading of the file.
  await lines[Symbol.asyncIterator]().return?.();
  return header;
}

/**
 * The rows of the batches of manifests, which come in the order of the batches.
 *
 * @throws CareProofError `FILE_UNREADABLE`, and of `AnchoredRows.add`.
 */
export async function readDataManifests(paths: readonly string[], progress: Progress): Promise<AnchoredRows> {
  const anchored = await AnchoredRows.create();
  for (const path of paths) {
    const manifest = await openDataManifest(path);
    await anchored.add(manifest, (rows) => {
      progress.update("Reading the manifest:", rows, manifest.header.count);
    });
  }
  return anchored;
}

/** The keys of rows, read from the manifests again. */
export async function readKeys(
  paths: readonly string[],
  anchored: AnchoredRows,
  rows: ReadonlySet<number>,
): Promise<Map<number, string>> {
  const wanted = paths.map(() => new Map<number, number>());
  for (const row of rows) {
    const { batch, index } = anchored.place(row);
    wanted[batch]!.set(index, row);
  }
  const keys = new Map<number, string>();
  for (const [i, path] of paths.entries()) {
    if (wanted[i]!.size === 0) continue;
    const { header, lines } = await openDataManifest(path);
    let index = 0;
    for await (const { line, number } of lines) {
      const row = wanted[i]!.get(index++);
      if (row !== undefined) keys.set(row, parseManifestRow(line.trimEnd(), header, () => `${path}:${number}`).key);
    }
  }
  return keys;
}

/**
 * Writes a manifest whole, or nothing where there is nothing new. The rows wait in a temporary file, since the header before them has
 * the root.
 *
 * @param make Gets what takes the rows' lines.
 */
export async function writeDataManifest<T extends { readonly batch: DataBatchResult }>(
  path: string,
  make: (write: (lines: Uint8Array) => void) => Promise<T>,
): Promise<T> {
  return writeWhole(path, async (open) => {
    const manifest = open("");
    const rows = open(".rows");
    const made = await make((lines) => {
      rows.writeBytes(lines);
    });
    const { header } = made.batch;
    if (header === undefined) throw new NothingNew(made);
    manifest.write(JSON.stringify(header));
    for await (const lines of readChunks(rows.path)) manifest.writeBytes(lines);
    return made;
  }).catch((error: unknown) => {
    if (error instanceof NothingNew) return error.made as T;
    throw error;
  });
}

/** Ends the writing of a manifest without one. */
class NothingNew extends Error {
  constructor(readonly made: unknown) {
    super("there is nothing new");
  }
}
