/** Processes of their own for what is measured by time and memory, so that peak memory is theirs alone. */
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { root, script } from "../processes";

/** Time and memory of a process. */
export interface Figures {
  /** Wall time of what is measured. */
  readonly seconds: number;
  /** Peak resident memory of the whole process. */
  readonly maxRssBytes: number;
}

/**
 * Runs the built tool, which is built first where it is not.
 *
 * @returns What it printed, from the first of its work to the last, and its figures.
 * @throws Error where it did not succeed.
 */
export async function runTool(args: readonly string[]): Promise<Figures & { output: string }> {
  return runChild<Figures>("toolChild.mjs", args, `careproof ${args.slice(0, 2).join(" ")}`);
}

/**
 * Runs a file of this folder on the built package, which is built first where it is not.
 *
 * @param what What it does, for the message where it fails.
 * @returns What it sent, and what it printed.
 * @throws Error where it ended without sending anything.
 */
export async function runChild<Report extends object>(
  file: string,
  args: readonly string[],
  what: string,
): Promise<Report & { output: string }> {
  if (!existsSync(join(root, "dist/esm/cli/main.js"))) await script("build", [], { capture: true });
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, file), args, { execArgv: [], stdio: ["ignore", "pipe", "inherit", "ipc"] });
    const output: Buffer[] = [];
    let report: Report | undefined;
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    child.once("message", (message) => {
      report = message as Report;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (report === undefined) reject(new Error(`${what} ended with exit code ${code} and no result`));
      else resolve({ ...report, output: Buffer.concat(output).toString() });
    });
  });
}
