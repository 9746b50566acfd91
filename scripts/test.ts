/**
 * Everything that must be green: unit and integration tests, the commands and the journey, the package as its users install
 * it, and a short fuzz run. `npm test -- unit` (or `commands`, `fuzz`, `package`) runs only that. The last line has the totals.
 */
import { writeFileSync } from "node:fs";

import { node, type Run, script } from "./processes";
import { forge, isGreen, mocha, testFiles, type Result } from "./testing/runners";

/** Folders of tests that mostly wait for processes of their own, so that they can run beside the others. */
const COMMANDS = ["cli", "journey", "privacy"];

const RUNNERS: Record<string, (options: Run) => Promise<Result>> = {
  unit: (options) =>
    mocha(
      "unit",
      testFiles((folder) => ![...COMMANDS, "package"].includes(folder)),
      options,
    ),
  fuzz: () => forge("fuzz", ["--short"]),
  commands: (options) =>
    mocha(
      "commands",
      testFiles((folder) => COMMANDS.includes(folder)),
      options,
    ),
  package: (options) =>
    mocha(
      "package",
      testFiles((folder) => folder === "package"),
      options,
    ),
};

/** What runs one after the other, beside what else: about equally long on two cores. */
const LANES: string[][] = [
  ["unit", "fuzz"],
  ["commands", "package"],
];

/** Once, before the lanes: two processes of Hardhat would compile at the same time, and the package is tested as it is built. */
async function prepare(names: string[]): Promise<void> {
  if (!names.includes("package")) {
    await node(["hardhat/internal/cli/bootstrap.js", "compile"]);
    return;
  }
  const startedAt = Date.now();
  const { code } = await script("build");
  if (code !== 0) throw new Error("the build failed");
  console.log(`build: ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

async function runOne(name: string, options: Run): Promise<Result> {
  console.log(`\n— ${name} —`);
  const startedAt = Date.now();
  const result = await RUNNERS[name]!(options).catch((error: unknown): Result => ({
    runner: name,
    passed: 0,
    failed: 0,
    problem: String(error),
  }));
  console.log(`${name}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
  return result;
}

async function main(): Promise<void> {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RUNNERS);
  for (const name of names) {
    if (!(name in RUNNERS)) throw new Error(`No runner ${name}: there are ${Object.keys(RUNNERS).join(", ")}.`);
  }
  await prepare(names);
  const results: Result[] = [];
  const lanes = LANES.map((lane) => lane.filter((name) => names.includes(name))).filter((lane) => lane.length > 0);
  await Promise.all(
    lanes.map(async (lane, index) => {
      // The first lane prints as it goes, another when it is done.
      for (const name of lane) results.push(await runOne(name, { capture: index > 0 }));
    }),
  );

  console.log("");
  for (const result of results) {
    const { runner, passed, failed, problem } = result;
    console.log(
      `${isGreen(result) ? "ok    " : "FAILED"} ${runner}: ${passed} passed, ${failed} failed${problem ? ` (${problem})` : ""}`,
    );
  }
  // A runner that is red without a failing test counts as one failure, so that the last line tells the truth alone.
  const sum = (count: (result: Result) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const passed = sum((result) => result.passed);
  const failed = sum((result) => Math.max(result.failed, isGreen(result) ? 0 : 1));
  const totals = `${passed} passed, ${failed} failed`;
  if (process.env.TEST_TOTALS !== undefined) writeFileSync(process.env.TEST_TOTALS, JSON.stringify({ passed, failed }));
  console.log(totals);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
