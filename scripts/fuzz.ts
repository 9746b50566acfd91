/**
 * Runs the Solidity fuzz and invariant tests of `test/fuzz` with forge, from the binary that npm installed.
 *
 * - `npm run fuzz`: the long run (profile `long` of foundry.toml).
 * - `--short`: the short run, as in `npm test`.
 * - `--match <test>`: only tests whose name matches this regular expression.
 * - `--canary`: only the test that fails on purpose; it must make this exit non-zero.
 *
 * Exits with forge's code, and non-zero where no test ran. The last line printed is `N passed, N failed`.
 */
import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const ROOT = path.join(__dirname, "..");

/** What a run of forge came to. */
export interface ForgeResult {
  /** Number of tests that passed. */
  passed: number;
  /** Number of tests that failed. */
  failed: number;
  /** forge's exit code; 1 where it said success but no test ran or one failed. */
  exitCode: number;
}

/** What {@link runForge} can be told; the long run of everything by default. */
export interface ForgeOptions {
  /** Profile of foundry.toml: `default` is the short run. */
  profile?: "default" | "long" | "canary";
  /** Only tests whose name matches this regular expression. */
  match?: string;
}

/**
 * Path of forge's native binary. The command that npm links (`npx forge`) exits 0 even where tests fail, so it is never
 * used.
 *
 * @throws Error where npm has no forge for this platform.
 */
export function forgeBinary(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const system = process.platform;
  const name = `@foundry-rs/forge-${system}-${architecture}`;
  const binary = system === "win32" ? "forge.exe" : "forge";
  try {
    // The platform's package is a dependency of @foundry-rs/forge, not of ours.
    const fromForge = createRequire(require.resolve("@foundry-rs/forge/package.json"));
    return path.join(path.dirname(fromForge.resolve(`${name}/package.json`)), "bin", binary);
  } catch {
    throw new Error(
      `forge is not installed: npm has it as ${name}; run npm ci on Linux, macOS or Windows (x64 or arm64)`,
    );
  }
}

/**
 * Runs forge's tests, streaming what it prints.
 *
 * @returns The counts that forge printed, and the exit code to give on.
 * @throws Error where forge is not installed or cannot be started.
 */
export function runForge({ profile = "long", match }: ForgeOptions = {}): Promise<ForgeResult> {
  // forge would replay the failures of earlier code first.
  for (const cache of ["cache/invariant", "cache/fuzz"])
    rmSync(path.join(ROOT, cache), { recursive: true, force: true });

  const seed = profile === "long" ? ["--fuzz-seed", `0x${randomBytes(32).toString("hex")}`] : [];
  const args = ["test", ...seed, ...(match === undefined ? [] : ["--match-test", match])];
  return new Promise((resolve, reject) => {
    const forge = spawn(forgeBinary(), args, {
      cwd: ROOT,
      env: { ...process.env, FOUNDRY_PROFILE: profile, FOUNDRY_DISABLE_NIGHTLY_WARNING: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    forge.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    });
    forge.on("error", reject);
    forge.on("close", (code) => {
      const passed = count(output, /(\d+) tests? passed/g);
      const failed = count(output, /tests? passed, (\d+) failed/g);
      resolve({ passed, failed, exitCode: code === 0 && (failed !== 0 || passed === 0) ? 1 : (code ?? 1) });
    });
  });
}

/** The number in the last match: forge's last line sums up all suites. Zero where nothing matches. */
function count(output: string, pattern: RegExp): number {
  const matches = [...stripColours(output).matchAll(pattern)];
  return Number(matches.at(-1)?.[1] ?? 0);
}

function stripColours(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}

function optionsOf(argv: readonly string[]): ForgeOptions {
  const options: ForgeOptions = {};
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i];
    if (argument === "--short") options.profile = "default";
    else if (argument === "--canary") options.profile = "canary";
    else if (argument === "--match" && argv[i + 1] !== undefined) options.match = argv[++i]!;
    else throw new Error(`unknown option ${String(argument)}: use --short, --match <test> or --canary`);
  }
  return options;
}

async function main(): Promise<void> {
  const { passed, failed, exitCode } = await runForge(optionsOf(process.argv.slice(2)));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = exitCode;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
