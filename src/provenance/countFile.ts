import { lotCountLeaf, MAX_LEAVES } from "./lot.js";
import { checkLotRun, type LotRun } from "./lotRun.js";
import type { LotTree } from "./lotTree.js";
import { CareProofError } from "../errors.js";
import { withPlace } from "../utils/errorPlace.js";
import { verifyMerkleProof } from "../utils/merkle.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in a count file. */
export const COUNT_FILE_FORMAT = "careproof-lot-count";

/** Version of the count file's format. */
export const COUNT_FILE_VERSION = 1;

/** How many packages and containers a run has, with the proof of it. For regulators: nothing of it is on chain. */
export interface CountFile extends LotRun {
  readonly format: typeof COUNT_FILE_FORMAT;
  readonly version: typeof COUNT_FILE_VERSION;
  /** The lot's key as a decimal number. */
  readonly lot: string;
  /** Merkle root of the run (0x-hex of 32 bytes). */
  readonly root: string;
  readonly packages: number;
  readonly containers: number;
  /** Salt of the count leaf (0x-hex of 32 bytes). */
  readonly salt: string;
  /** Siblings of the count leaf up to the root (each 0x-hex of 32 bytes). */
  readonly proof: readonly string[];
}

/** The count file of a run. */
export function countFileOf(tree: LotTree): CountFile {
  const { gtin, lotNumber, expirationDate, run, prefixLength } = tree.run;
  return {
    format: COUNT_FILE_FORMAT,
    version: COUNT_FILE_VERSION,
    gtin,
    lotNumber,
    lot: tree.lot.toString(),
    run,
    expirationDate,
    prefixLength,
    root: tree.root,
    packages: tree.packages,
    containers: tree.containers,
    salt: tree.salt,
    proof: tree.proof(tree.leafCount - 1),
  };
}

/**
 * Reads a count file, and verifies the numbers against its root. That the root is the lot's is known by the chain
 * (`rootOf(lot, run)`).
 *
 * @param name The file's name, for errors.
 * @throws CareProofError `COUNT_FILE_INVALID` where it is no count file, `COUNT_FILE_MISMATCH` where root, numbers and salt do not
 * fit together.
 */
export function readCountFile(text: string, name = "count file"): CountFile {
  const file = parseJsonObject(text.trim(), "COUNT_FILE_INVALID", "count file", name);
  const check = (valid: boolean, problem: string): void => {
    if (!valid) throw new CareProofError("COUNT_FILE_INVALID", problem, name);
  };
  check(file.format === COUNT_FILE_FORMAT, "not a count file of a lot (careproof provenance lot writes them)");
  check(file.version === COUNT_FILE_VERSION, `unknown version ${JSON.stringify(file.version)} of count files`);
  for (const field of ["gtin", "lotNumber", "lot", "expirationDate"]) {
    check(typeof file[field] === "string", `"${field}" is missing or invalid`);
  }
  for (const field of ["packages", "containers"])
    check(isInteger(file[field], MAX_LEAVES), `"${field}" is missing or invalid`);
  for (const field of ["root", "salt"]) check(isBytes32(file[field]), `"${field}" is missing or invalid`);
  check(Array.isArray(file.proof) && file.proof.every(isBytes32), '"proof" is missing or invalid');
  const count = file as unknown as CountFile;
  let lot: bigint;
  try {
    lot = checkLotRun(count);
  } catch (error) {
    throw withPlace(error, name, "COUNT_FILE_INVALID");
  }
  check(count.lot === lot.toString(), `the key of lot ${count.lotNumber} of ${count.gtin} is ${lot}`);
  if (!verifyMerkleProof(count.root, lotCountLeaf(lot, count.packages, count.containers, count.salt), count.proof)) {
    const message = "numbers, salt and proof do not lead to its root: it was changed, or is of another run";
    throw new CareProofError("COUNT_FILE_MISMATCH", message, name);
  }
  return count;
}
