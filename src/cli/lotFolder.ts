import { createHash } from "node:crypto";
import { join } from "node:path";

import { LineWriter, makeFolder, readChunks, readText, writeFolderWhole } from "./files.js";
import type { Progress } from "./terminal.js";
import { CareProofError } from "../errors.js";
import { countFileOf } from "../provenance/countFile.js";
import { MAX_LEAVES } from "../provenance/lot.js";
import type { LotItem } from "../provenance/lotContents.js";
import { checkLotRun, type LotRun } from "../provenance/lotRun.js";
import { LotTree, type LotStep } from "../provenance/lotTree.js";
import { readProofFile, writeProofFile, type ProofFile } from "../provenance/proofFile.js";
import { withPlace } from "../utils/errorPlace.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in `lot.json`. */
export const LOT_FORMAT = "careproof-lot";

/** Version of the format of `lot.json`. */
export const LOT_VERSION = 1;

/** Name of the run's own file in its folder. */
export const LOT_FILE = "lot.json";

/** Name of the count file in the folder. */
export const COUNT_FILE = "count.json";

/** Files written between two pauses that let the event loop run. */
const FILES_PER_TURN = 16;

const STEPS: Readonly<Record<LotStep, string>> = {
  reading: "Reading packages:",
  hashing: "Hashing leaves:",
  building: "Building the tree:",
};

/** A proof file of a run. */
export interface WrittenProofFile {
  /** SSCC of the top container, 18 digits; null for the packages that are in no container. */
  readonly container: string | null;
  /** Its path in the run's folder. */
  readonly file: string;
  /** SHA-256 of its bytes (0x-hex), what `ship` binds. */
  readonly sha256: string;
}

/** `lot.json`: what commissioning the run takes, and where its proofs are. */
export interface LotFile extends LotRun {
  readonly format: typeof LOT_FORMAT;
  readonly version: typeof LOT_VERSION;
  /** The lot's key as a decimal number. */
  readonly lot: string;
  /** Units of a package that can be dispensed apart; 1 where none can. */
  readonly units: number;
  /** Merkle root (0x-hex of 32 bytes). */
  readonly root: string;
  /** Number of leaves: packages, containers and the count leaf. */
  readonly leafCount: number;
  /** Number of nodes in the longest proof. */
  readonly depth: number;
  /** Name of the file with the number of packages, for regulators. */
  readonly count: string;
  readonly proofs: readonly WrittenProofFile[];
}

/** What a run has in it. */
export interface WrittenLot {
  readonly lot: LotFile;
  readonly packages: number;
  readonly containers: number;
}

/**
 * Builds the tree of a run and writes its folder: `lot.json`, `count.json`, and a proof file for each top container.
 *
 * @param salt Of the count leaf, 32 bytes as 0x-hex; random by default.
 * @param name The input's name, for errors.
 * @throws CareProofError of `LotTree.build`, or `FILE_UNWRITABLE`; nothing half-written stays.
 */
export async function writeLot(
  path: string,
  run: LotRun,
  units: number,
  salt: string | undefined,
  items: AsyncIterable<LotItem>,
  place: (line: number) => string,
  progress: Progress,
): Promise<WrittenLot> {
  return writeFolderWhole(path, async (folder) => {
    const tree = await LotTree.build(run, items, {
      ...(salt === undefined ? {} : { salt }),
      place,
      onProgress: (step, done, total) => {
        progress.update(STEPS[step], done, total);
      },
    });
    const proofs = await writeProofFiles(folder, tree, progress);
    const lot: LotFile = {
      format: LOT_FORMAT,
      version: LOT_VERSION,
      ...run,
      lot: tree.lot.toString(),
      units,
      root: tree.root,
      leafCount: tree.leafCount,
      depth: tree.depth,
      count: COUNT_FILE,
      proofs,
    };
    writeFile(join(folder, COUNT_FILE), [JSON.stringify(countFileOf(tree))]);
    writeFile(join(folder, LOT_FILE), [JSON.stringify(lot)]);
    return { lot, packages: tree.packages, containers: tree.containers };
  });
}

/** A folder that {@link writeLot} wrote, read back. */
export interface LotFolder {
  readonly lot: LotFile;
  /** All proof files of the run. */
  readonly proofs: readonly ProofFile[];
}

/**
 * Reads the folder of a run, and checks that its proof files are whole and lead to its root.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `LOT_FOLDER_INVALID`, or of `readProofFile`.
 */
export async function readLotFolder(path: string, progress: Progress): Promise<LotFolder> {
  const name = join(path, LOT_FILE);
  const lot = parseLotFile(await readText(name), name);
  const proofs: ProofFile[] = [];
  let leaves = 1;
  for (const { file, sha256 } of lot.proofs) {
    const where = join(path, file);
    const proof = await readProofFile(readChunks(where), where);
    if (proof.hash !== sha256 || proof.header.root !== lot.root) {
      throw new CareProofError("LOT_FOLDER_INVALID", `is not the proof file that ${LOT_FILE} names`, where);
    }
    leaves += proof.header.leaves;
    progress.update("Reading proof files:", proofs.push(proof), lot.proofs.length);
  }
  progress.clear();
  if (leaves !== lot.leafCount) {
    throw new CareProofError("LOT_FOLDER_INVALID", `names proof files of ${leaves} of ${lot.leafCount} leaves`, name);
  }
  return { lot, proofs };
}

function parseLotFile(text: string, name: string): LotFile {
  const code = "LOT_FOLDER_INVALID";
  const file = parseJsonObject(text.trim(), code, "file of a lot", name);
  const check = (valid: boolean, problem: string): void => {
    if (!valid) throw new CareProofError(code, problem, name);
  };
  check(file.format === LOT_FORMAT, "not the file of a lot (careproof provenance lot writes them)");
  check(file.version === LOT_VERSION, `unknown version ${JSON.stringify(file.version)} of lots`);
  for (const field of ["gtin", "lotNumber", "expirationDate", "lot"]) {
    check(typeof file[field] === "string", `"${field}" is missing or invalid`);
  }
  check(isInteger(file.units, 65_535) && file.units !== 0, '"units" is missing or invalid');
  check(isInteger(file.leafCount, MAX_LEAVES), '"leafCount" is missing or invalid');
  check(isBytes32(file.root), '"root" is missing or invalid');
  const proofs: readonly unknown[] = Array.isArray(file.proofs) ? file.proofs : [];
  check(proofs.length > 0 && proofs.every(isWrittenProofFile), '"proofs" is missing or invalid');
  const lot = file as unknown as LotFile;
  try {
    check(checkLotRun(lot).toString() === lot.lot, `"lot" is not the key of lot ${lot.lotNumber} of ${lot.gtin}`);
  } catch (error) {
    throw withPlace(error, name, code);
  }
  return lot;
}

/** A proof file stands in the folder itself: a changed `lot.json` leads to no other. */
function isWrittenProofFile(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("file" in value) || !("sha256" in value)) return false;
  return /^proofs\/(?:\d{18}|loose)\.ndjson$/.test(String(value.file)) && isBytes32(value.sha256);
}

async function writeProofFiles(folder: string, tree: LotTree, progress: Progress): Promise<WrittenProofFile[]> {
  makeFolder(join(folder, "proofs"));
  const { sections } = tree;
  const written: WrittenProofFile[] = [];
  for (const section of sections) {
    const container = section.container ?? null;
    const file = `proofs/${container ?? "loose"}.ndjson`;
    written.push({ container, file, sha256: writeFile(join(folder, file), writeProofFile(tree, section)) });
    if (written.length % FILES_PER_TURN !== 0) continue;
    progress.update("Writing proof files:", written.length, sections.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return written;
}

/** Writes a file, and gives the SHA-256 of its bytes as 0x-hex. */
function writeFile(path: string, lines: Iterable<string>): string {
  const hash = createHash("sha256");
  const writer = new LineWriter(path);
  try {
    for (const line of lines) {
      writer.write(line);
      hash.update(line).update("\n");
    }
    writer.flush();
  } finally {
    writer.close();
  }
  return `0x${hash.digest("hex")}`;
}
