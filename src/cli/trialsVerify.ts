import { Command } from "commander";

import { type ChainOptions, withLogOptions } from "./chainOptions.js";
import { documentName } from "./files.js";
import { addressOption, bytes32Option, listOption } from "./options.js";
import { printable, Progress, type Terminal, writeResult } from "./terminal.js";
import { addFileOptions } from "./trialDataOptions.js";
import { readTrialFile, type TrialFileOptions } from "./trialFile.js";
import { openDataManifest, readDataManifests, readKeys } from "./trialManifest.js";
import { problemLines } from "./trialsRead.js";
import { type OnChain, verifyAllocationList, verifyOnChain } from "./trialsVerifyChain.js";
import { CareProofError } from "../errors.js";
import type { DataProblem } from "../trials/dataRow.js";
import { type DataFinding, type DataVerification, DataVerifier, isExact } from "../trials/dataVerification.js";

/** Options with which a file is verified. */
export interface VerifyDataOptions extends Omit<ChainOptions, "rpc">, TrialFileOptions {
  readonly manifest: readonly string[];
  readonly root: readonly string[];
  readonly rpc?: string;
  readonly trial?: string;
  readonly sponsor?: string;
  readonly allocation?: string;
}

/** What `careproof trials verify --json` prints. */
export interface VerifyDataResult extends DataVerification {
  /** Whether nothing is altered, superseded, missing or added. */
  readonly verified: boolean;
  /** The batches, by their manifests. */
  readonly batches: readonly { readonly manifest: string; readonly root: string; readonly count: number }[];
  readonly problems: readonly DataProblem[];
  /** With `--rpc`: where the batches are on the chain. */
  readonly onChain?: OnChain;
}

/** Rows of a finding that are shown to people. */
const ROWS_SHOWN = 20;

const HELP = `
Compares a file row by row with the batches of its manifests, given in their order. Each manifest's root is computed again of its rows; with
--root, once for each manifest, it must be the one that was anchored.

  exact       exactly as it was committed
  altered     has the key of a committed row and other values; the columns that differ are named
  superseded  as it was before a correction that the file does not have
  missing     committed, in a data set that the file has, and not in the file
  added       never committed

With --rpc and --trial the chain is asked: the root of every manifest must be that of a batch of the trial. Batches of the same sites
whose manifests are not given are listed: a row that one of them corrects would pass for exact.

With --allocation instead of a file, an opened allocation list is compared with the one that the trial committed to before the first
participant: NDJSON, {"index","subject","arm","salt"} a line, all of its rows in their order.

Exit code 0 where all rows are exact and none is missing, else 1.

With --json: {"verified","rows","exact","altered":{"count","rows":[{"row","place","columns"}]},"superseded","missing","added","batches":
[{"manifest","root","count"}],"problems","onChain":{"chainId","contract","trialId","batches":[{"manifest","writer","sequence","kind",
"root","count","unlocks"}],"otherBatches"}}; at most 1000 rows of each are named, "onChain" with --rpc only. With --allocation:
{"verified","chainId","contract","trialId","rows","root"}.`;

/** `careproof trials verify`: a file of data row by row against what was committed. */
export function trialsVerifyCommand(terminal: Terminal): Command {
  const command = new Command("verify")
    .summary("compare a file of data row by row with what was committed")
    .description("Verifies a file of trial data row by row: exact, altered, missing, added.")
    .argument("[file]", "ODM, Dataset-JSON or CSV, or - for stdin")
    .option("--manifest <file>", "a batch's manifest, may be given several times in their order", listOption, [])
    .option("--root <hex>", "the root that was anchored, once for each manifest", rootOption, [])
    .option("--rpc <url>", "an Ethereum node")
    .option("--trial <trial>", "the trial's id, or its registration number with --sponsor")
    .option("--sponsor <address>", "the sponsor that registered the number", addressOption)
    .option("--allocation <list>", "an opened allocation list, in place of a file of data");
  return withLogOptions(addFileOptions(command), "TrialData")
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action(async (input: string | undefined, options: VerifyDataOptions) => {
      const { rpc, trial, allocation } = options;
      if ((rpc === undefined) !== (trial === undefined)) command.error("error: --rpc and --trial need each other");
      if ((input === undefined) === (allocation === undefined)) {
        command.error("error: give either a file of data or --allocation");
      }
      const node = rpc === undefined || trial === undefined ? undefined : { ...options, rpc, trial };
      if (allocation !== undefined) {
        if (node === undefined) command.error("error: --allocation needs --rpc and --trial");
        else await verifyAllocationList(terminal, allocation, node);
      }
      if (input === undefined) return;
      if (options.manifest.length === 0) command.error("error: required option '--manifest <file>' not specified");
      if (options.root.length > 0 && options.root.length !== options.manifest.length) {
        command.error("error: give --root once for each --manifest");
      }
      // The chain first: of the manifests' rows only what is anchored says anything.
      const onChain = node === undefined ? undefined : await verifyOnChain(terminal, node);
      const manifest = onChain?.batches.map((batch) => batch.manifest) ?? options.manifest;
      const found = await verifyTrialFile(terminal, input, { ...options, manifest });
      const result: VerifyDataResult = { ...found, ...(onChain === undefined ? {} : { onChain }) };
      if (!result.verified) terminal.exitCode = 1;
      writeResult(terminal, options, result, describe(result));
    });
}

/**
 * Compares a file with the batches of manifests.
 *
 * @throws CareProofError of `readTrialFile` and `AnchoredRows.add`; `ROOT_MISMATCH` where a root is not that of its manifest;
 * `FORMAT_UNSUPPORTED` for a file without rows.
 */
export async function verifyTrialFile(
  terminal: Terminal,
  input: string,
  options: VerifyDataOptions,
): Promise<VerifyDataResult> {
  const { manifest: paths, root: roots } = options;
  const progress = new Progress(terminal, options);
  const problems: DataProblem[] = [];
  try {
    const batches = [];
    for (const [i, manifest] of paths.entries()) {
      const { root, count } = (await openDataManifest(manifest)).header;
      const anchored = roots[i];
      if (anchored !== undefined && anchored.toLowerCase() !== root.toLowerCase()) {
        throw new CareProofError(
          "ROOT_MISMATCH",
          `its root is ${root}, not the ${anchored} that was anchored`,
          manifest,
        );
      }
      batches.push({ manifest, root, count });
    }
    const anchored = await readDataManifests(paths, progress);
    const verifier = await DataVerifier.create(
      anchored,
      (rows) => {
        progress.update("Comparing rows:", rows);
      },
      (problem) => problems.push(problem),
    );
    const reading = await readTrialFile(terminal, input, verifier, options);
    if (reading.format === "registration") {
      throw new CareProofError("FORMAT_UNSUPPORTED", "a registration has no rows of data", documentName(input));
    }
    const verification = await verifier.finish((rows) => readKeys(paths, anchored, rows));
    return { verified: isExact(verification), ...verification, batches, problems };
  } finally {
    progress.clear();
  }
}

function rootOption(value: string, before: string[]): string[] {
  return listOption(bytes32Option(value), before);
}

function describe(result: VerifyDataResult): string {
  const number = (value: number): string => value.toLocaleString("en");
  const lines = [
    result.verified
      ? `all ${number(result.rows)} rows are exactly what was committed`
      : `${number(result.exact)} of ${number(result.rows)} rows are exactly what was committed`,
    ...result.batches.map(({ root, count, manifest }) => `root  ${root}  ${number(count)} rows  ${manifest}`),
  ];
  if (result.onChain !== undefined) lines.push(...describeOnChain(result.onChain));
  for (const name of ["altered", "superseded", "missing", "added"] as const) {
    const { count, rows } = result[name];
    if (count === 0) continue;
    lines.push("", `${name.toUpperCase()}  ${number(count)}`, ...rows.slice(0, ROWS_SHOWN).map(findingLine));
    if (count > ROWS_SHOWN) lines.push(`  and ${number(count - ROWS_SHOWN)} more`);
  }
  return [...lines, ...problemLines(result.problems)].map(printable).join("\n");
}

function describeOnChain({ batches, otherBatches, trialId, chainId }: OnChain): string[] {
  const lines = batches.map(({ writer, sequence, kind, unlocks }) => {
    const late = unlocks === 0 ? "" : ", ADDED AFTER THE DATA WERE LOCKED ONCE";
    return `batch ${sequence} of ${writer} (${kind}) in trial ${trialId} on chain ${chainId}${late}`;
  });
  const others = otherBatches.map(({ sequence, writer }) => `${sequence} of ${writer}`).join(", ");
  return others === "" ? lines : [...lines, `NOT LOOKED AT, as no manifest of it was given: batch ${others}`];
}

function findingLine({ row, place, columns = [] }: DataFinding): string {
  const where = place === undefined ? "" : `  (${place})`;
  return `  ${row}${columns.length === 0 ? "" : `: ${columns.join(", ")}`}${where}`;
}
