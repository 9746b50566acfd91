/** Everything that can be judged without running: formatting, types, linters and the privacy rules. Warnings count. */
import { ALLOWED } from "./lint/allowed";
import { findLeaks, lastBuild } from "./lint/privacy";
import { binary, node, root, run } from "./processes";

const STEPS: Record<string, [string, ...string[]]> = {
  prettier: ["prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
  eslint: ["eslint/bin/eslint.js", "--max-warnings", "0", "."],
  solhint: ["solhint/solhint.js", "--noPoster", "--max-warnings", "0", "contracts/**/*.sol"],
  types: ["typescript/bin/tsc", "--noEmit"],
};

function privacy(): number {
  const findings = findLeaks(lastBuild(root), (file) => /^contracts\/(?!mocks\/)/.test(file));
  for (const { rule, where, problem } of findings) console.error(`${where}\n  ${rule}: ${problem}`);
  if (findings.length > 0)
    console.error(`Allowed so far: ${Object.keys(ALLOWED).length}, see scripts/lint/allowed.ts.`);
  return findings.length === 0 ? 0 : 1;
}

async function lint(): Promise<void> {
  // Types of the contracts, ABIs and the compiler's view of them are generated.
  await node(["hardhat/internal/cli/bootstrap.js", "compile", "--quiet"]);
  const failed: string[] = [];
  for (const [step, [module, ...args]] of Object.entries(STEPS)) {
    const { code } = await run(process.execPath, [binary(module), ...args]);
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${step}`);
    if (code !== 0) failed.push(step);
  }
  const code = privacy();
  console.log(`${code === 0 ? "ok    " : "FAILED"} privacy`);
  if (code !== 0) failed.push("privacy");
  if (failed.length > 0) throw new Error(`Lint failed: ${failed.join(", ")}`);
}

lint().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
