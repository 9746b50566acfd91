/** Coverage of the contracts by the unit and integration tests, and the floor under it. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { binary, node, root, run } from "./processes";

/** Least percentage of what is counted that the tests must reach. */
const FLOORS = { lines: 100, functions: 100, branches: 95 };

type Kind = keyof typeof FLOORS;

/** One file in istanbul's format: how often each line, function and branch was reached. */
interface FileCoverage {
  l: Record<string, number>;
  f: Record<string, number>;
  b: Record<string, number[]>;
}

function hits({ l, f, b }: FileCoverage): Record<Kind, number[]> {
  return { lines: Object.values(l), functions: Object.values(f), branches: Object.values(b).flat() };
}

function percent(counts: number[]): number {
  return counts.length === 0 ? 100 : (100 * counts.filter((count) => count > 0).length) / counts.length;
}

async function main(): Promise<void> {
  const hardhat = binary("hardhat/internal/cli/bootstrap.js");
  const { code } = await run(process.execPath, [hardhat, "coverage"], { env: { COVERAGE: "true" } });
  // The bindings were those of the instrumented contracts, so that tests which deploy through them count.
  await node(["hardhat/internal/cli/bootstrap.js", "compile", "--quiet"]);
  if (code !== 0) throw new Error(`Tests failed under coverage (exit code ${code}).`);

  const report = JSON.parse(readFileSync(join(root, "coverage.json"), "utf8")) as Record<string, FileCoverage>;
  const files = Object.entries(report).map(([file, coverage]) => ({
    file: relative(root, file),
    hits: hits(coverage),
  }));
  if (files.length === 0) throw new Error("The coverage report has no contract.");

  const kinds = Object.keys(FLOORS) as Kind[];
  const missed: string[] = [];
  for (const kind of kinds) {
    const reached = percent(files.flatMap((file) => file.hits[kind]));
    console.log(`${kind}: ${reached.toFixed(2)} % (floor ${FLOORS[kind]} %)`);
    if (reached >= FLOORS[kind]) continue;
    const places = files.filter((file) => percent(file.hits[kind]) < 100).map(({ file }) => file);
    missed.push(`${kind} ${reached.toFixed(2)} % < ${FLOORS[kind]} %: ${places.join(", ")}`);
  }
  if (missed.length > 0) throw new Error(missed.join("\n"));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
