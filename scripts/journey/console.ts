/** What the scripts say besides their results. */
import { CareProofError } from "../../src/errors";

/** News of progress, on stderr: stdout is the result. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** One line for a failure that has a remedy; the whole story for one that is a defect. */
export function failure(error: unknown): void {
  if (error instanceof CareProofError) console.error(error.message);
  else console.error(error);
  process.exitCode = 1;
}
