import { Command } from "commander";

import { type ChainOptions, withChainOptions } from "./chainOptions.js";
import { addressOption, listOption } from "./options.js";
import { ask, type Connection, connect } from "./rpc.js";
import { printable, Progress, type Terminal, writeResult } from "./terminal.js";
import { readTrialData, type TrialDataOptions, withTrialDataOptions } from "./trialDataFile.js";
import { keysOf, readDataManifestHeader, readManifests } from "./trialManifests.js";
import { TrialDataChain, trialIdFrom } from "./trialsChain.js";
import { CareProofError } from "../errors.js";
import { anchoredBatches, type PlacedBatch } from "../trials/anchoredBatches.js";
import { type DataFindings, type DataVerification, DataVerifier, isExact } from "../trials/dataVerification.js";
import { defined } from "../utils/defined.js";

/** What `careproof trials verify --json` prints. */
export interface VerifyDataResult extends DataVerification {
  /** Whether the file is exactly what was anchored. */
  isExact: boolean;
  chainId: string;
  /** Address of `TrialData`. */
  contract: string;
  trialId: string;
  /** The batches of the manifests, as the chain has them. */
  batches: readonly (PlacedBatch & { manifest: string })[];
  /** Further batches of the same writers, whose manifests were not given: what they correct was not looked at. */
  otherBatches: readonly PlacedBatch[];
}

interface VerifyOptions extends ChainOptions, TrialDataOptions {
  trial: string;
  sponsor?: string;
  manifest: string[];
}

/** Rows of a finding that are shown to people. */
const ROWS_SHOWN = 20;

const HELP = `
Compares the rows of a data file, one by one, with those of the batches whose manifests are given, after computing each batch's root again
and finding it on the chain. A row is exact, altered (another value under the key of an anchored row), superseded (as it was before a
correction that was anchored), missing, or added. Give the manifests of all batches that the file's rows are from.

Exit code 0: every row is exact, and none is missing. 1: not, or a manifest is not what was anchored.

With --json: {"isExact","chainId","contract","trialId","rows","exact","altered":{"count","rows":[{"row","place","columns"}]},
"superseded","missing","added","batches":[{"manifest","writer","sequence","kind","root","count","unlocks"}],"otherBatches"}; "superseded",
"missing" and "added" are as "altered", each with at most 1000 rows by name; "otherBatches" are those of the same writers that no
manifest was given of.`;

/** `careproof trials verify`: a data file, row by row, against what was anchored. */
export function verifyDataCommand(terminal: Terminal): Command {
  return withTrialDataOptions(withChainOptions(new Command("verify"), "TrialData"))
    .summary("compare a data file with what was anchored, row by row")
    .description("Proves that the rows of a data file are exactly those that were anchored, or names those that are not.")
    .argument("<file>", "ODM (.xml), Dataset-JSON (.json, .ndjson) or CSV (.csv)")
    .requiredOption("--trial <trial>", "the trial's id, or its registration number with --sponsor")
    .option("--sponsor <address>", "the sponsor that registered the number", addressOption)
    .requiredOption("--manifest <file>", "the manifest of a batch; may be given several times", listOption, [])
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((file: string, options: VerifyOptions) => verify(terminal, file, options));
}

async function verify(terminal: Terminal, file: string, options: VerifyOptions): Promise<void> {
  const trialId = trialIdFrom(options.trial, options.sponsor);
  const connection = await connect(options.rpc, options.chainId);
  const progress = new Progress(terminal, options);
  try {
    const chain = await TrialDataChain.at(connection, options.contract);
    await chain.requireTrial(trialId);
    const all = await batchesOf(connection, chain, trialId, options, progress);
    const batches = await place(options.manifest, all);
    const found = await compare(file, batches, options, progress);
    progress.clear();
    const writers = new Set(batches.map(({ writer }) => writer));
    const result: VerifyDataResult = {
      isExact: isExact(found),
      chainId: `${connection.chainId}`,
      contract: chain.contract.target as string,
      trialId,
      ...found,
      batches,
      otherBatches: all.filter(({ writer, root }) => writers.has(writer) && batches.every((own) => own.root !== root)),
    };
    if (!result.isExact) terminal.exitCode = 1;
    writeResult(terminal, options, result, describe(result).map(printable).join("\n"));
  } finally {
    progress.clear();
    connection.provider.destroy();
  }
}

async function batchesOf(
  connection: Connection,
  chain: TrialDataChain,
  trialId: string,
  options: VerifyOptions,
  progress: Progress,
): Promise<PlacedBatch[]> {
  const request = defined({
    provider: connection.provider,
    contract: chain.contract.target as string,
    trialId,
    fromBlock: options.fromBlock ?? chain.fromBlock,
    blockRange: options.blockRange,
    onProgress: (done: number, total: number) => {
      progress.update("Searching blocks:", done, total);
    },
  });
  return ask(connection, () => anchoredBatches(request));
}

/** The batches of manifests, each writer's in the order of its stream. Throws CareProofError `MANIFEST_NOT_ANCHORED`. */
async function place(
  manifests: readonly string[],
  all: readonly PlacedBatch[],
): Promise<(PlacedBatch & { manifest: string })[]> {
  const placed: (PlacedBatch & { manifest: string })[] = [];
  for (const manifest of manifests) {
    const { root } = await readDataManifestHeader(manifest);
    const batch = all.find((other) => other.root === root.toLowerCase());
    if (batch === undefined) {
      const message = "its root is of no batch of this trial: it was edited, never anchored, or is of another trial";
      throw new CareProofError("MANIFEST_NOT_ANCHORED", message, manifest);
    }
    placed.push({ manifest, ...batch });
  }
  return placed.sort((a, b) => (a.writer === b.writer ? a.sequence - b.sequence : a.writer < b.writer ? -1 : 1));
}

async function compare(
  file: string,
  batches: readonly { readonly manifest: string }[],
  options: VerifyOptions,
  progress: Progress,
): Promise<DataVerification> {
  const manifests = batches.map(({ manifest }) => manifest);
  const rows = await readManifests(manifests, (path, done, total) => {
    progress.update(`Reading ${path}:`, done, total);
  });
  const verifier = await DataVerifier.create(rows, (done) => {
    progress.update("Comparing rows:", done);
  });
  await readTrialData(file, verifier, options);
  return verifier.finish((wanted) => keysOf(manifests, wanted));
}

function describe(result: VerifyDataResult): string[] {
  const { rows, exact, batches, otherBatches } = result;
  const lines = [
    result.isExact
      ? `exact: these ${rows} rows are exactly what was anchored`
      : `NOT EXACT: ${exact} of ${rows} rows are what was anchored`,
  ];
  for (const { writer, sequence, kind, unlocks } of batches) {
    const late = unlocks === 0 ? "" : ", ADDED AFTER THE DATA WERE LOCKED ONCE";
    lines.push(`batch       ${sequence} of ${writer} (${kind})${late}`);
  }
  if (otherBatches.length > 0) {
    const numbers = otherBatches.map(({ sequence, writer }) => `${sequence} of ${writer}`).join(", ");
    lines.push(`not looked at, as no manifest of it was given: batch ${numbers}`);
  }
  for (const name of ["altered", "superseded", "missing", "added"] as const) lines.push(...describeFindings(name, result[name]));
  return lines;
}

function describeFindings(name: string, { count, rows }: DataFindings): string[] {
  if (count === 0) return [];
  const shown = rows.slice(0, ROWS_SHOWN).map(({ row, place, columns = [] }) => {
    const where = place === undefined ? "" : ` (${place})`;
    return `  ${row}${where}${columns.length === 0 ? "" : `: ${columns.join(", ")}`}`;
  });
  return [`${name.padEnd(12)}${count}`, ...shown, ...(count > shown.length ? [`  and ${count - shown.length} more`] : [])];
}
