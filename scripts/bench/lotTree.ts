import { fork } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";

import type { LotResult } from "../../src/cli/provenanceLot";
import { checkDigit } from "../../src/provenance/checkDigit";
import { lotLeaf } from "../../src/provenance/lot";
import { proofOf, readProofFile } from "../../src/provenance/proofFile";
import type { Sscc } from "../../src/provenance/tokenId";
import { root, script } from "../processes";

/** What {@link benchLotTree} measures. */
export interface LotTreeBench {
  readonly packages: number;
  readonly containers: number;
  /** Proof files written, one a pallet. */
  readonly files: number;
  /** Wall time from the CSV file to the folder of tree and proof files. */
  readonly seconds: number;
  /** Peak resident memory of the whole process. */
  readonly maxRssBytes: number;
}

type Figures = Pick<LotTreeBench, "seconds" | "maxRssBytes">;

const MILLION = 1_000_000;
const PACKAGES_A_CASE = 100;
const CASES_A_PALLET = 20;
/** GS1's own example company prefix. */
const COMPANY_PREFIX = "9521141";
const GTIN = "09521141123454";
const PROOFS_CHECKED = 16;

/**
 * Has the built tool build the tree and all proof files of a lot, in a process of its own so that peak memory is its own.
 *
 * @throws Error if the tool fails, or OpenZeppelin does not verify a proof out of one of the files.
 */
export async function benchLotTree({ packages = MILLION }: { packages?: number } = {}): Promise<LotTreeBench> {
  if (!existsSync(join(root, "dist/esm/cli/main.js"))) await script("build", [], { capture: true });
  const folder = mkdtempSync(join(tmpdir(), "careproof-"));
  try {
    const input = join(folder, "lot.csv");
    const out = join(folder, "out");
    await pipeline(Readable.from(linesOf(packages)), createWriteStream(input));
    const { seconds, maxRssBytes, ...result } = await runChild([
      ...["provenance", "lot", input, "--out", out, "--gtin", GTIN, "--lot", "BENCH", "--expiry", "2030-12-31"],
      ...["--prefix-length", String(COMPANY_PREFIX.length), "--json"],
    ]);
    if (result.packages !== packages) throw new Error(`the tree has ${result.packages} packages, not ${packages}`);
    await checkProofs(out, packages, result);
    const { containers, files } = result;
    return { packages, containers, files: files.length, seconds, maxRssBytes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A million lines as a packaging line would write them: serials that follow no order. */
function* linesOf(packages: number): Generator<string> {
  yield "serial,case,pallet\n";
  for (let i = 0; i < packages; i++) {
    const [innermost, outermost] = pathOf(i);
    yield `${serialOf(i)},${innermost.sscc},${outermost.sscc}\n`;
  }
}

/** 15 characters; the factor is odd, so that no two are the same below 2^32. */
function serialOf(i: number): string {
  return (
    `${Math.imul(i, 0x9e3779b1) >>> 0}`.padStart(10, "0") + (i % 46_656).toString(36).toUpperCase().padStart(5, "0")
  );
}

function pathOf(i: number): [Sscc, Sscc] {
  const innermost = Math.floor(i / PACKAGES_A_CASE);
  return [ssccOf("1", innermost), ssccOf("2", Math.floor(innermost / CASES_A_PALLET))];
}

function ssccOf(extension: string, reference: number): Sscc {
  const digits = `${extension}${COMPANY_PREFIX}${String(reference).padStart(9, "0")}`;
  return { kind: "sscc", sscc: `${digits}${checkDigit(digits)}` };
}

async function checkProofs(out: string, packages: number, { lot, root: tree, files }: LotResult): Promise<void> {
  const fileOf = new Map(files.map(({ container, file }) => [container, file]));
  for (let n = 0; n < PROOFS_CHECKED; n++) {
    const i = Math.floor((n * (packages - 1)) / (PROOFS_CHECKED - 1));
    const path = pathOf(i);
    const file = await readProofFile(readFileSync(join(out, fileOf.get(path[1].sscc)!)));
    const identifier = { kind: "sgtin", gtin: GTIN, serial: serialOf(i) } as const;
    const { proof } = proofOf(file, identifier);
    if (!SimpleMerkleTree.verify(tree, lotLeaf(BigInt(lot), identifier, path), proof)) {
      throw new Error(`OpenZeppelin refuses our proof of package ${identifier.serial}`);
    }
  }
}

function runChild(args: string[]): Promise<LotResult & Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, "lotTreeChild.mjs"), args, {
      execArgv: [],
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    let output = "";
    let figures: Figures | undefined;
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("message", (message) => {
      figures = message as Figures;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (figures === undefined) reject(new Error(`careproof provenance lot ended with exit code ${code}`));
      else resolve({ ...(JSON.parse(output) as LotResult), ...figures });
    });
  });
}
