import { readChunks, readLines } from "./files.js";
import { CareProofError } from "../errors.js";
import { AnchoredRows, type ReadManifest } from "../trials/anchoredRows.js";
import { type DataManifestHeader, parseDataManifestHeader, parseManifestRow } from "../trials/dataManifest.js";

/**
 * Opens a manifest of trial data.
 *
 * @throws CareProofError `FILE_UNREADABLE` or `MANIFEST_INVALID`.
 */
export async function openDataManifest(path: string): Promise<ReadManifest> {
  const lines = readLines(readChunks(path), path);
  const first = await lines.next();
  if (first.done === true) throw new CareProofError("MANIFEST_INVALID", "the file is empty", path);
  const header = parseDataManifestHeader(first.value.line, `${path}:${first.value.number}`);
  return { name: path, header, lines };
}

/** The header of a manifest. Errors as {@link openDataManifest}. */
export async function readDataManifestHeader(path: string): Promise<DataManifestHeader> {
  const { header, lines } = await openDataManifest(path);
  await (lines as AsyncGenerator).return(undefined);
  return header;
}

/**
 * The rows of manifests, the earliest first.
 *
 * @throws CareProofError those of `openDataManifest` and `AnchoredRows.add`.
 */
export async function readManifests(
  paths: readonly string[],
  onProgress: (path: string, rows: number, total: number) => void,
): Promise<AnchoredRows> {
  const rows = await AnchoredRows.create();
  for (const path of paths) {
    const manifest = await openDataManifest(path);
    await rows.add(manifest, (done) => {
      onProgress(path, done, manifest.header.count);
    });
  }
  return rows;
}

/** The keys of some rows of manifests, by the rows' numbers through all of them: see `DataVerifier.finish`. */
export async function keysOf(paths: readonly string[], wanted: ReadonlySet<number>): Promise<ReadonlyMap<number, string>> {
  const keys = new Map<number, string>();
  let row = 0;
  for (const path of paths) {
    const { header, lines } = await openDataManifest(path);
    for await (const { line, number } of lines) {
      if (wanted.has(row)) keys.set(row, parseManifestRow(line.trimEnd(), header, () => `${path}:${number}`).key);
      row++;
    }
  }
  return keys;
}
