/** The runners of tests, each reduced to how many tests passed and failed. The canaries run through the same functions. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

import { binary, root, run, type Run, script } from "../processes";

export interface Result {
  runner: string;
  passed: number;
  failed: number;
  /** Why the runner is red although no test of it failed. */
  problem?: string;
}

/** Green: tests ran, all passed, and the runner itself says so by its exit code. */
export function isGreen({ passed, failed, problem }: Result): boolean {
  return passed > 0 && failed === 0 && problem === undefined;
}

/** The files `*.test.ts` in those folders of `test/` that are `wanted`; "" for files in none. */
export function testFiles(wanted: (folder: string) => boolean): string[] {
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && wanted(file.includes(sep) ? file.split(sep)[0]! : ""))
    .map((file) => join("test", file))
    .sort();
}

/** Runs mocha within Hardhat, which compiles first; with `capture`, what it prints is shown at its end. */
export async function mocha(runner: string, files: string[], { capture = false }: Run = {}): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "careproof-"));
  try {
    const counts = join(folder, "counts.json");
    const hardhat = binary("hardhat/internal/cli/bootstrap.js");
    const env = { TEST_COUNTS: counts };
    const { code, output } = await run(process.execPath, [hardhat, "test", ...files], { env, capture });
    if (capture) console.log(`\n— ${runner} —\n${output}`);
    if (!existsSync(counts)) return { runner, passed: 0, failed: 0, problem: `ended with ${code} before any test` };
    const { passed, failed } = JSON.parse(readFileSync(counts, "utf8")) as { passed: number; failed: number };
    return judged({ runner, passed, failed }, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the fuzz and invariant tests with forge; `scripts/fuzz.ts` prints the counts last. */
export async function forge(runner: string, args: string[]): Promise<Result> {
  const { code, output } = await script("fuzz", args, { echo: true });
  const totals = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  return judged({ runner, passed: Number(totals?.[1] ?? 0), failed: Number(totals?.[2] ?? 0) }, code);
}

/** The exit code and the counts must agree; a run without tests proves nothing. */
function judged(result: Result, code: number): Result {
  if (code !== 0 && result.failed === 0) return { ...result, problem: `ended with ${code} although no test failed` };
  if (code === 0 && result.failed > 0) return { ...result, problem: "ended with 0 although tests failed" };
  if (result.passed + result.failed === 0) return { ...result, problem: "ran no test" };
  return result;
}
