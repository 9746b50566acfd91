/** Running the project's tools as child processes, without a shell. */
import { spawn } from "node:child_process";
import { join } from "node:path";

/** The root of the repository. */
export const root = join(__dirname, "..");

export interface Run {
  /** Environment variables added to this process's. */
  env?: NodeJS.ProcessEnv;
  /** Folder to run in; the repository's root unless told. */
  cwd?: string;
  /** Return what the command prints instead of passing it on. */
  capture?: boolean;
  /** Return what the command prints, and pass it on too. */
  echo?: boolean;
}

export interface Finished {
  /** Exit code; 1 where a signal ended the command. */
  code: number;
  /** What was printed, both streams in order, where it was captured. */
  output: string;
}

/** Runs a command to its end, whatever its exit code. */
export function run(command: string, args: string[], options: Run = {}): Promise<Finished> {
  const { env, cwd = root, capture = false, echo = false } = options;
  const stream = capture || echo ? "pipe" : "inherit";
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", stream, stream] });
    let output = "";
    for (const source of [child.stdout, child.stderr]) {
      source?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (echo) process.stdout.write(chunk);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Runs a module of a package in Node, `["typescript/bin/tsc", "-p", …]`, and throws where it fails. */
export async function node([module, ...args]: [string, ...string[]], options: Run = {}): Promise<string> {
  const { code, output } = await run(process.execPath, [binary(module), ...args], options);
  if (code !== 0) throw new Error(`${[module, ...args].join(" ")} exited with ${code}${output && `:\n${output}`}`);
  return output;
}

/** Runs `scripts/<name>.ts`. */
export function script(name: string, args: string[] = [], options: Run = {}): Promise<Finished> {
  return run(
    process.execPath,
    ["--require", "ts-node/register/transpile-only", `scripts/${name}.ts`, ...args],
    options,
  );
}

/** Path of a file of an installed package. */
export function binary(module: string): string {
  return join(root, "node_modules", module);
}
