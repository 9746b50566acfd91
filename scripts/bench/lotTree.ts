import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";

import { runTool, type Figures } from "./child";
import type { LotResult } from "../../src/cli/provenanceLot";
import { checkDigit } from "../../src/provenance/checkDigit";
import { lotLeaf } from "../../src/provenance/lot";
import { proofOf, readProofFile } from "../../src/provenance/proofFile";
import type { Sscc } from "../../src/provenance/tokenId";

/** What a lot's packages are read from. */
export type LotInput = "CSV" | "EPCIS";

/** What {@link benchLotTree} measures. */
export interface LotTreeBench extends Figures {
  readonly input: LotInput;
  readonly packages: number;
  readonly containers: number;
  /** Proof files written, one a pallet. */
  readonly files: number;
}

const MILLION = 1_000_000;
const PACKAGES_A_CASE = 100;
const CASES_A_PALLET = 20;
/** GS1's own example company prefix. */
const COMPANY_PREFIX = "9521141";
const GTIN = "09521141123454";
/** The GTIN's item reference with its indicator, as in an EPC URN. */
const ITEM_REFERENCE = "012345";
const LOT_NUMBER = "BENCH";
const EXPIRY = "2030-12-31";
const PROOFS_CHECKED = 16;

const WRITERS: Readonly<Record<LotInput, (packages: number) => Iterable<string>>> = {
  CSV: linesOf,
  EPCIS: documentOf,
};

/**
 * Has the built tool build the tree and all proof files of a lot, in a process of its own so that peak memory is its own.
 *
 * @throws Error if the tool fails, or OpenZeppelin does not verify a proof out of one of the files.
 */
export async function benchLotTree(input: LotInput, packages = MILLION): Promise<LotTreeBench> {
  const folder = mkdtempSync(join(tmpdir(), "careproof-"));
  try {
    const file = join(folder, "lot");
    const out = join(folder, "out");
    await pipeline(Readable.from(WRITERS[input](packages)), createWriteStream(file));
    const { seconds, maxRssBytes, output } = await runTool([
      ...["provenance", "lot", file, "--out", out, "--gtin", GTIN, "--lot", LOT_NUMBER, "--expiry", EXPIRY],
      ...["--prefix-length", String(COMPANY_PREFIX.length), "--json"],
    ]);
    const result = JSON.parse(output) as LotResult;
    if (result.packages !== packages) throw new Error(`the tree has ${result.packages} packages, not ${packages}`);
    await checkProofs(out, packages, result);
    const { containers, files } = result;
    return { input, packages, containers, files: files.length, seconds, maxRssBytes };
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

/** An EPCIS 2.0 document: a commissioning event for the packages of each pallet, a packing event for each case and pallet. */
function* documentOf(packages: number): Generator<string> {
  const context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"];
  const head = {
    "@context": context,
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: "2026-01-02T00:00:00Z",
  };
  yield `${JSON.stringify(head).slice(0, -1)},"epcisBody":{"eventList":[`;
  let separator = "";
  for (const event of eventsOf(packages)) {
    yield separator + JSON.stringify(event);
    separator = ",";
  }
  yield "]}}";
}

function* eventsOf(packages: number): Generator<object> {
  const common = { action: "ADD", eventTimeZoneOffset: "+00:00", eventTime: "2026-01-01T00:00:00Z" };
  const ilmd = { "cbvmda:lotNumber": LOT_NUMBER, "cbvmda:itemExpirationDate": EXPIRY };
  const range = (first: number, count: number): number[] =>
    Array.from({ length: Math.min(count, packages - first) }, (_, offset) => first + offset);
  const sgtin = (i: number): string => `urn:epc:id:sgtin:${COMPANY_PREFIX}.${ITEM_REFERENCE}.${serialOf(i)}`;
  const sscc = (i: number, level: 0 | 1): string =>
    `urn:epc:id:sscc:${COMPANY_PREFIX}.${pathOf(i)[level].sscc.replace(COMPANY_PREFIX, "").slice(0, -1)}`;
  const packagesAPallet = PACKAGES_A_CASE * CASES_A_PALLET;
  for (let first = 0; first < packages; first += packagesAPallet) {
    const epcList = range(first, packagesAPallet).map(sgtin);
    yield { type: "ObjectEvent", ...common, bizStep: "commissioning", epcList, ilmd };
    const cases: string[] = [];
    for (let inner = first; inner < Math.min(first + packagesAPallet, packages); inner += PACKAGES_A_CASE) {
      const childEPCs = range(inner, PACKAGES_A_CASE).map(sgtin);
      cases.push(sscc(inner, 0));
      yield { type: "AggregationEvent", ...common, bizStep: "packing", parentID: sscc(inner, 0), childEPCs };
    }
    yield { type: "AggregationEvent", ...common, bizStep: "packing", parentID: sscc(first, 1), childEPCs: cases };
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
