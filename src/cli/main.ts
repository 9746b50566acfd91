import { Command, CommanderError } from "commander";

import { claimsCommand } from "./claims.js";
import { consentCommand } from "./consent.js";
import { provenanceCommand } from "./provenance.js";
import { recordsCommand } from "./records.js";
import { printable, type Terminal } from "./terminal.js";
import { trialsCommand } from "./trials.js";
import { CareProofError } from "../errors.js";
import { VERSION } from "../version.js";

/** Exit codes: the work is done, it failed, or the command line is wrong. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/**
 * The command-line tool.
 *
 * Results go to stdout, everything else to stderr. A failure is one line `careproof: <what and where>` there, with `--json`
 * `{"error":{"code","message","path"}}`, `path` only where there is a place in the input; a stack trace is never shown.
 *
 * @param args The arguments, without those of Node.
 * @returns The exit code: 0, 1 where the command failed, 2 where its arguments are wrong.
 */
export async function main(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const json = args.includes("--json");
  try {
    await program(terminal, json).parseAsync(args, { from: "user" });
    return terminal.exitCode ?? EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      const message = error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
      // Where no command is named, commander shows the help and has no message of its own.
      if (json) writeError(terminal, { code: "USAGE", message });
      return EXIT.usage;
    }
    const failure =
      error instanceof CareProofError
        ? { code: error.code, message: error.message, ...(error.path === undefined ? {} : { path: error.path }) }
        : { code: "UNEXPECTED", message: error instanceof Error ? firstLine(error.message) : String(error) };
    if (json) writeError(terminal, failure);
    else terminal.stderr.write(`careproof: ${printable(failure.message)}\n`);
    return EXIT.failed;
  }
}

function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env };
}

function program(terminal: Terminal, json: boolean): Command {
  const root = new Command("careproof")
    .description(
      "CareProof: consent and records (FHIR R4), drug provenance (GS1, EPCIS 2.0), claims (X12), trials (CDISC), proofs, the chain.",
    )
    .version(VERSION)
    .addCommand(consentCommand(terminal))
    .addCommand(recordsCommand(terminal))
    .addCommand(provenanceCommand(terminal))
    .addCommand(claimsCommand(terminal))
    .addCommand(trialsCommand(terminal));
  forEachCommand(root, (command) =>
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => (json ? true : terminal.stderr.write(text)),
      outputError: (text, write) => {
        write(
          `${text
            .replace(/^error: /, "careproof: ")
            .trim()
            .replace(/\s*\n\s*/g, " ")}\n`,
        );
      },
    }),
  );
  return root;
}

function forEachCommand(command: Command, apply: (command: Command) => unknown): void {
  apply(command);
  for (const child of command.commands) forEachCommand(child, apply);
}

function writeError(terminal: Terminal, error: { code: string; message: string; path?: string }): void {
  terminal.stderr.write(`${JSON.stringify({ error })}\n`);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
