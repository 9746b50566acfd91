import { createSHA256 } from "hash-wasm";

import { MAX_LEAVES, MAX_PATH_LENGTH } from "./lot.js";
import { wordOf, LotLeafHasher } from "./lotLeafHasher.js";
import { checkLotRun, type LotRun } from "./lotRun.js";
import type { LotSection, LotTree, SectionLine } from "./lotTree.js";
import { packSerial, SERIAL_WORDS } from "./packedSerial.js";
import { tokenIdOf, type ProductIdentifier } from "./tokenId.js";
import { CareProofError } from "../errors.js";
import { withPlace } from "../utils/errorPlace.js";
import { createKeccak256 } from "../utils/keccak.js";
import { splitLines } from "../utils/lines.js";
import { MerkleRange } from "../utils/merkleRange.js";
import { isBytes32, isInteger, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in a proof file's first line. */
export const PROOF_FILE_FORMAT = "careproof-lot-proofs";

/** Version of the proof file's format. */
export const PROOF_FILE_VERSION = 1;

/** Packages a line at most, of those that are in no container. */
const LOOSE_PACKAGES = 1000;

const CODE = "PROOF_FILE_INVALID";
const LEAF = 32;

/**
 * A proof file has all that proves the packages and containers of one top container, so that it can travel with them: NDJSON,
 * this header on the first line, then one {@link SectionLine} for each container in the order of leaves, a container before what
 * it holds.
 */
export interface ProofFileHeader extends LotRun {
  readonly format: typeof PROOF_FILE_FORMAT;
  readonly version: typeof PROOF_FILE_VERSION;
  /** The lot's key as a decimal number. */
  readonly lot: string;
  /** Merkle root of the run (0x-hex of 32 bytes). */
  readonly root: string;
  /** Number of leaves of the whole run. */
  readonly leafCount: number;
  /** SSCC of the top container, 18 digits; null for the packages of the run that are in no container. */
  readonly container: string | null;
  /** Index of the first leaf of this file. */
  readonly firstLeaf: number;
  /** Number of leaves of this file. */
  readonly leaves: number;
  /** The nodes beside them, at most two a level (each 0x-hex of 32 bytes): see `MerkleTree.boundary`. */
  readonly nodes: readonly string[];
}

/** Where a package or container was commissioned, with the proof of it: the members of the contract's `Origin`. */
export interface LotProof {
  /** The lot's key. */
  readonly lot: bigint;
  /** The commissioning run. */
  readonly run: number;
  /** Token ids of the containers around it, the innermost first. */
  readonly path: bigint[];
  /** Siblings from the leaf up (each 0x-hex of 32 bytes). */
  readonly proof: string[];
  /** Digits of the GS1 company prefix that a container's SSCC is under. */
  readonly prefixLength: number;
}

/** A proof file that was read, and whose root was recomputed. */
export interface ProofFile {
  readonly header: ProofFileHeader;
  /** SHA-256 of the file's bytes (0x-hex): what `ship` binds. See {@link proofFileHash}. */
  readonly hash: string;
  /** Its containers with the packages in each, in the order of leaves. */
  readonly lines: readonly SectionLine[];
  /** The leaves and the nodes beside them. */
  readonly range: MerkleRange;
}

/** Bytes at once, or in chunks such as those of a file or a response. */
export type Bytes = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes the proof file of a section.
 *
 * @returns Its lines without their ends: each is followed by a line feed in the file, which is UTF-8.
 */
export function* writeProofFile(tree: LotTree, section: LotSection): Generator<string> {
  const { gtin, lotNumber, expirationDate, run, prefixLength } = tree.run;
  const header: ProofFileHeader = {
    format: PROOF_FILE_FORMAT,
    version: PROOF_FILE_VERSION,
    gtin,
    lotNumber,
    lot: tree.lot.toString(),
    run,
    expirationDate,
    prefixLength,
    root: tree.root,
    leafCount: tree.leafCount,
    container: section.container ?? null,
    firstLeaf: section.firstLeaf,
    leaves: section.leaves,
    nodes: tree.boundary(section),
  };
  yield JSON.stringify(header);
  for (const line of tree.lines(section, LOOSE_PACKAGES)) yield JSON.stringify(line);
}

/**
 * SHA-256 of a proof file's bytes as 0x-hex: what `ship` binds, so that a receiver knows which file belongs to a shipment.
 */
export async function proofFileHash(bytes: Bytes): Promise<string> {
  const hasher = await createSHA256();
  for await (const chunk of chunksOf(bytes)) hasher.update(chunk);
  return `0x${hasher.digest()}`;
}

/**
 * Reads a proof file and recomputes the root from its leaves: each package and container in it is then proved. What it cannot show
 * by itself: that the root is the lot's and the expiration date right is known by the chain (`rootOf(lot, run)`, `lotOf(lot)`); that
 * no item was left out, by the file's hash that `ship` binds. A wrong `run` or `prefixLength` makes proofs fail there.
 *
 * @param name The file's name, for errors.
 * @throws CareProofError `PROOF_FILE_INVALID` where it is no proof file, cut off, or has a line that no such file has;
 * `PROOF_FILE_MISMATCH` where the root is another than its header names.
 */
export async function readProofFile(bytes: Bytes, name = "proof file"): Promise<ProofFile> {
  const hasher = await createSHA256();
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(bytes)) {
      hasher.update(chunk);
      yield chunk;
    }
  };
  let header: ProofFileHeader | undefined;
  let leaves: LeafReader | undefined;
  const lines: SectionLine[] = [];
  for await (const { line, number } of utf8Lines(hashed(), name)) {
    const where = `${name}:${number}`;
    const value = parseJsonObject(line, CODE, "proof file", where);
    if (header === undefined || leaves === undefined) {
      header = parseHeader(value, where);
      leaves = new LeafReader(header, new LotLeafHasher(BigInt(header.lot), header.gtin, await createKeccak256()));
    } else {
      lines.push(leaves.read(value, where));
    }
  }
  if (header === undefined || leaves === undefined) throw new CareProofError(CODE, "there is nothing in it", name);
  const { leafCount, firstLeaf, nodes, root } = header;
  let range;
  try {
    range = MerkleRange.build(leafCount, firstLeaf, leaves.finish(name), nodes, await createKeccak256());
  } catch (error) {
    if (!(error instanceof CareProofError) || error.code !== "MERKLE_RANGE_INVALID") throw error;
    throw new CareProofError(CODE, error.message, name, { cause: error });
  }
  if (range.root !== root.toLowerCase()) {
    const message = `its items lead to the root ${range.root}, not to ${root}: an item or a node was changed`;
    throw new CareProofError("PROOF_FILE_MISMATCH", message, name);
  }
  return { header, hash: `0x${hasher.digest()}`, lines, range };
}

/**
 * The proof of a package or container, out of its file alone.
 *
 * @throws CareProofError `LOT_ITEM_UNKNOWN` if it is not in the file.
 */
export function proofOf(file: ProofFile, identifier: ProductIdentifier): LotProof {
  const { header, lines, range } = file;
  const path: string[] = [];
  let index = header.firstLeaf;
  for (const { sscc, depth, serials } of lines) {
    path.length = depth;
    if (sscc !== undefined) {
      if (identifier.kind === "sscc" && identifier.sscc === sscc) return proofAt(header, range, index, path);
      path.push(sscc);
      index++;
    }
    const place =
      identifier.kind === "sgtin" && identifier.gtin === header.gtin ? serials.indexOf(identifier.serial) : -1;
    if (place >= 0) return proofAt(header, range, index + place, path);
    index += serials.length;
  }
  const key =
    identifier.kind === "sscc" ? `container ${identifier.sscc}` : `package ${JSON.stringify(identifier.serial)}`;
  const of = identifier.kind === "sgtin" && identifier.gtin !== header.gtin ? ` of GTIN ${identifier.gtin}` : "";
  const holder = header.container === null ? "the packages without a container" : `container ${header.container}`;
  throw new CareProofError("LOT_ITEM_UNKNOWN", `${key}${of} is not in the proof file of ${holder}`);
}

/** @param path The containers around it, the outermost first. */
function proofAt(header: ProofFileHeader, range: MerkleRange, index: number, path: readonly string[]): LotProof {
  return {
    lot: BigInt(header.lot),
    run: header.run,
    path: path.map((sscc) => tokenIdOf({ kind: "sscc", sscc })).reverse(),
    proof: range.proof(index),
    prefixLength: header.prefixLength,
  };
}

/** Checks the lines after the first, and hashes their leaves. */
class LeafReader {
  private readonly leaves: Uint8Array;
  private readonly packed = new Uint32Array(SERIAL_WORDS);
  /** Token ids of the containers around what is read, the outermost first. */
  private readonly path: Uint8Array[] = [];
  private readonly seen = new Set<string>();
  private count = 0;

  constructor(
    private readonly header: ProofFileHeader,
    private readonly hasher: LotLeafHasher,
  ) {
    this.leaves = new Uint8Array(header.leaves * LEAF);
  }

  read({ sscc, depth, serials, ...rest }: Record<string, unknown>, where: string): SectionLine {
    check(Object.keys(rest).length === 0, `"${Object.keys(rest)[0]}" has no meaning here`, where);
    const top = this.count === 0;
    const loose = this.header.container === null;
    const deepest = Math.min(this.path.length, MAX_PATH_LENGTH);
    check(isInteger(depth, deepest) && (depth === 0) === (top || loose), '"depth" is missing or invalid', where);
    check(loose ? sscc === undefined : typeof sscc === "string", '"sscc" is missing or invalid', where);
    check(!top || loose || sscc === this.header.container, `expected the container ${this.header.container}`, where);
    check(
      Array.isArray(serials) && serials.every((serial) => typeof serial === "string"),
      '"serials" is missing',
      where,
    );
    this.path.length = depth as number;
    const line = { sscc, depth, serials } as unknown as SectionLine;
    at(where, () => {
      if (line.sscc !== undefined) this.readContainer(line.sscc, where);
      this.readPackages(line.serials, where);
    });
    return loose ? { depth: line.depth, serials: line.serials } : line;
  }

  /** The leaves one after the other. */
  finish(name: string): Uint8Array {
    check(
      this.count === this.header.leaves,
      `has ${this.count} of the ${this.header.leaves} leaves its header names`,
      name,
    );
    return this.leaves;
  }

  private readContainer(sscc: string, where: string): void {
    const id = wordOf(tokenIdOf({ kind: "sscc", sscc }));
    this.hasher.setPath(this.path.toReversed());
    this.put(`(00)${sscc}`, this.hasher.container(id), where);
    this.path.push(id);
  }

  private readPackages(serials: readonly string[], where: string): void {
    check(
      serials.length === 0 || this.path.length <= MAX_PATH_LENGTH,
      "its packages are in too many containers",
      where,
    );
    if (serials.length === 0) return;
    this.hasher.setPath(this.path.toReversed());
    this.hasher.startPackages();
    for (const serial of serials) {
      packSerial(serial, this.packed, 0);
      this.put(serial, this.hasher.package(this.packed, 0), where);
    }
  }

  private put(key: string, leaf: Uint8Array, where: string): void {
    if (this.seen.has(key)) throw new CareProofError(CODE, `${JSON.stringify(key)} is there twice`, where);
    if (this.count === this.header.leaves) {
      throw new CareProofError(CODE, `has more leaves than the ${this.header.leaves} its header names`, where);
    }
    this.seen.add(key);
    this.leaves.set(leaf, this.count++ * LEAF);
  }
}

function parseHeader(value: Record<string, unknown>, where: string): ProofFileHeader {
  check(value.format === PROOF_FILE_FORMAT, "not a proof file of a lot (careproof provenance lot writes them)", where);
  check(value.version === PROOF_FILE_VERSION, `unknown version ${JSON.stringify(value.version)} of proof files`, where);
  for (const name of ["gtin", "lotNumber", "lot", "expirationDate"]) {
    check(typeof value[name] === "string", `"${name}" is missing or invalid`, where);
  }
  for (const name of ["run", "prefixLength", "firstLeaf"]) {
    check(isInteger(value[name], MAX_LEAVES), `"${name}" is missing or invalid`, where);
  }
  for (const name of ["leafCount", "leaves"]) {
    check(isInteger(value[name], MAX_LEAVES) && value[name] !== 0, `"${name}" is missing or invalid`, where);
  }
  check(isBytes32(value.root), '"root" is missing or invalid', where);
  check(Array.isArray(value.nodes) && value.nodes.every(isBytes32), '"nodes" is missing or invalid', where);
  check(value.container === null || typeof value.container === "string", '"container" is missing or invalid', where);
  const header = value as unknown as ProofFileHeader;
  const lot = at(where, () => checkLotRun(header));
  check(header.lot === lot.toString(), `the key of lot ${header.lotNumber} of ${header.gtin} is ${lot}`, where);
  return header;
}

/** Runs what checks the parts of a line, so that errors name the line. */
function at<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw withPlace(error, where, CODE);
  }
}

function check(valid: boolean, problem: string, where: string): void {
  if (!valid) throw new CareProofError(CODE, problem, where);
}

async function* utf8Lines(chunks: AsyncIterable<Uint8Array>, name: string): ReturnType<typeof splitLines> {
  try {
    yield* splitLines(chunks);
  } catch (error) {
    // What reading itself throws is for whoever opened the file.
    if (!(error instanceof TypeError)) throw error;
    throw new CareProofError(CODE, "it is not UTF-8", name, { cause: error });
  }
}

function chunksOf(bytes: Bytes): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  return bytes instanceof Uint8Array ? [bytes] : bytes;
}
