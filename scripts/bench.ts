/**
 * `npm run bench`: what each operation costs, beside what its peer costs in the same run, and the limit it must keep. Exits
 * with 1 where a limit is passed. `--json`: an array of `{operation, gas, limit, peer, peerGas}`.
 */
import "./compiled";

import { Command } from "commander";
import hre from "hardhat";

import { benchClaimsFile, type ClaimsFileBench } from "./bench/claims837";
import type { Figures } from "./bench/child";
import { benchEstimate, type EstimateBench } from "./bench/estimate";
import { writeGasPage } from "./bench/gasPage";
import type { GasRow } from "./bench/gasRow";
import {
  CLAIMS_FILE_LIMITS,
  ESTIMATE_LIMITS,
  LIMITS,
  LOT_TREE_LIMITS,
  MERKLE_LIMITS,
  TRIAL_ROWS_LIMITS,
} from "./bench/limits";
import { benchLotTree, type LotTreeBench } from "./bench/lotTree";
import { measureAll, measurePeers } from "./bench/measure";
import { benchMerkle, type MerkleBench } from "./bench/merkle";
import { benchTrialRows } from "./bench/trialRows";

async function main(): Promise<void> {
  const options = new Command("bench")
    .description("Measures this project beside its peers, and fails where a limit is passed.")
    .option("--json", "print an array of {operation, gas, limit, peer, peerGas}; what is no gas goes to stderr")
    .option("--docs", "write the figures to docs/gas.md too")
    .option("--gas-only", "leave out what is no gas: the Merkle tree's peer takes about two minutes")
    .parse()
    .opts<{ json?: true; docs?: true; gasOnly?: true }>();
  await hre.run("compile", { quiet: true });
  progress("measuring gas …");
  const ours = await measureAll();
  progress("measuring the peers …");
  const peers = await measurePeers();
  const rows: GasRow[] = ours.map(({ operation, gas }) => ({
    operation,
    gas,
    limit: LIMITS[operation] ?? null,
    peer: peers[operation]?.peer ?? null,
    peerGas: peers[operation]?.gas ?? null,
  }));
  const measured = new Set(rows.map(({ operation }) => operation));
  const problems = [
    ...Object.keys(LIMITS)
      .filter((operation) => !measured.has(operation))
      .map((operation) => `${operation}: has a limit, but was not measured`),
    ...rows
      .filter(({ gas, limit }) => limit !== null && gas > limit)
      .map(({ operation, gas, limit }) => `${operation}: ${gas} gas, the limit is ${limit}`),
  ];

  let merkle: MerkleBench | undefined;
  const lines: string[] = [];
  if (options.gasOnly === undefined) {
    progress("estimating claims, and reading a file of ten megabytes of them …");
    const estimate = await benchEstimate();
    const claimsFile = await benchClaimsFile();
    lines.push(estimateLine(estimate), claimsFileLine(claimsFile));
    if (estimate.claimsPerSecond < ESTIMATE_LIMITS.claimsPerSecond) {
      problems.push(`claims.estimate: ${estimateLine(estimate)}`);
    }
    problems.push(...figuresAbove("claims.read", claimsFile, CLAIMS_FILE_LIMITS));
    for (const input of ["CSV", "EPCIS"] as const) {
      progress(`building the tree and proof files of a lot of one million packages out of ${input} …`);
      const lotTree = await benchLotTree(input);
      lines.push(lotTreeLine(lotTree));
      problems.push(...figuresAbove(`provenance.lotTree of ${input}`, lotTree, LOT_TREE_LIMITS));
    }
    progress("making a batch of a data set of one million rows, and verifying it …");
    const trialRows = await benchTrialRows();
    for (const what of ["anchor", "verify"] as const) {
      lines.push(trialRowsLine(what, trialRows.rows, trialRows[what]));
      problems.push(...figuresAbove(`trials.${what} of a file`, trialRows[what], TRIAL_ROWS_LIMITS[what]));
    }
    progress("building Merkle trees of one million leaves, the peer's takes about two minutes …");
    merkle = await benchMerkle();
    lines.push(merkleLine(merkle));
    if (merkle.ratio < MERKLE_LIMITS.ratio) {
      problems.push(`merkle.build: ${merkle.ratio.toFixed(1)} times as fast, must be ${MERKLE_LIMITS.ratio}`);
    }
    if (merkle.ours.maxRssBytes >= MERKLE_LIMITS.maxRssBytes) {
      problems.push(
        `merkle.build: ${merkle.ours.maxRssBytes} bytes of memory, must be below ${MERKLE_LIMITS.maxRssBytes}`,
      );
    }
  }

  if (options.docs) await writeGasPage(rows, merkle);
  if (options.json) {
    console.log(JSON.stringify(rows, undefined, 2));
    for (const line of lines) progress(line);
  } else {
    console.log([table(rows), ...lines].join("\n\n"));
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function table(rows: GasRow[]): string {
  const number = (value: number | null): string => (value === null ? "–" : value.toLocaleString("en"));
  const cells = rows.map(({ operation, gas, limit, peer, peerGas }) => [
    operation,
    number(gas),
    number(limit),
    number(peerGas),
    peerGas === null ? "–" : `${(peerGas / gas).toFixed(2)} ×`,
    peer ?? "",
  ]);
  const header = ["operation", "gas", "limit", "peer", "peer / ours", "the peer does"];
  const widths = header.map((title, column) =>
    Math.max(...[header, ...cells].map((row) => row[column]!.length), title.length),
  );
  const line = (row: string[]): string =>
    row
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join("  ")
      .trimEnd();
  const lines = [line(header), ...cells.map(line)];
  return lines.join("\n");
}

function figuresAbove(what: string, { seconds, maxRssBytes }: Figures, limits: Figures): string[] {
  return [
    ...(seconds > limits.seconds ? [`${seconds.toFixed(1)} s, the limit is ${limits.seconds} s`] : []),
    ...(maxRssBytes >= limits.maxRssBytes
      ? [`${megabytes(maxRssBytes)}, must be below ${megabytes(limits.maxRssBytes)}`]
      : []),
  ].map((problem) => `${what}: ${problem}`);
}

function estimateLine({ claims, lines, claimsPerSecond }: EstimateBench): string {
  const number = (value: number): string => Math.floor(value).toLocaleString("en");
  return (
    `claims.estimate, ${number(claims)} claims of ${number(lines)} lines: ${number(claimsPerSecond)} claims a second ` +
    `(at least ${number(ESTIMATE_LIMITS.claimsPerSecond)})`
  );
}

function claimsFileLine({ bytes, claims, seconds, maxRssBytes }: ClaimsFileBench): string {
  return (
    `claims.read, ${megabytes(bytes)} of 837 with ${claims.toLocaleString("en")} claims: ${seconds.toFixed(1)} s, ` +
    `${megabytes(maxRssBytes)} (at most ${CLAIMS_FILE_LIMITS.seconds} s, below ${megabytes(CLAIMS_FILE_LIMITS.maxRssBytes)})`
  );
}

function lotTreeLine({ input, packages, containers, files, seconds, maxRssBytes }: LotTreeBench): string {
  return (
    `provenance.lotTree of ${input}, ${packages.toLocaleString("en")} packages in ${containers.toLocaleString("en")} containers, ${files} ` +
    `proof files: ${seconds.toFixed(1)} s, ${megabytes(maxRssBytes)} ` +
    `(at most ${LOT_TREE_LIMITS.seconds} s, below ${megabytes(LOT_TREE_LIMITS.maxRssBytes)})`
  );
}

function trialRowsLine(what: "anchor" | "verify", rows: number, { seconds, maxRssBytes }: Figures): string {
  const limits = TRIAL_ROWS_LIMITS[what];
  return (
    `trials.${what}, ${rows.toLocaleString("en")} rows of Dataset-JSON: ${seconds.toFixed(1)} s, ${megabytes(maxRssBytes)} ` +
    `(at most ${limits.seconds} s, below ${megabytes(limits.maxRssBytes)})`
  );
}

function merkleLine({ leaves, ours, peer, ratio }: MerkleBench): string {
  return (
    `merkle.build, ${leaves.toLocaleString("en")} leaves: ${ours.seconds.toFixed(2)} s, ${megabytes(ours.maxRssBytes)}; ` +
    `@openzeppelin/merkle-tree ${peer.seconds.toFixed(1)} s, ${megabytes(peer.maxRssBytes)}; ` +
    `${ratio.toFixed(0)} times as fast (at least ${MERKLE_LIMITS.ratio}, below ${megabytes(MERKLE_LIMITS.maxRssBytes)})`
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** On stderr: stdout is the result. */
function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
