/**
 * Everything that must be green: unit and integration tests, the package as its users install it, and a short fuzz run.
 * `npm test -- unit` (or `package`, `fuzz`) runs only that. The last line has the totals.
 */
import { writeFileSync } from "node:fs";

import { script } from "./processes";
import { forge, isGreen, mocha, type Result } from "./testing/runners";

const RUNNERS: Record<string, () => Promise<Result>> = {
  unit: () => mocha("unit"),
  package: async () => {
    const { code } = await script("build");
    if (code !== 0) throw new Error("the build failed");
    return mocha("package", ["test/package/consumers.test.ts", "test/package/exports.test.ts"]);
  },
  fuzz: () => forge("fuzz", ["--short"]),
};

async function main(): Promise<void> {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RUNNERS);
  const results: Result[] = [];
  for (const name of names) {
    const runner = RUNNERS[name];
    if (runner === undefined) throw new Error(`No runner ${name}: there are ${Object.keys(RUNNERS).join(", ")}.`);
    console.log(`\n— ${name} —`);
    const startedAt = Date.now();
    const result = await runner().catch((error: unknown): Result => ({
      runner: name,
      passed: 0,
      failed: 0,
      problem: String(error),
    }));
    results.push(result);
    console.log(`${name}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }

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
