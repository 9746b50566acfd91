/**
 * What the package derives from the compiled contracts and the recorded deployments. Nothing of it is in git:
 *
 * - `src/bindings/`: typechain's classes and types for ethers,
 * - `src/abi/generated/`: one module a contract, its ABI `as const`, so that viem and wagmi infer types from it,
 * - `src/deployments/generated.ts`: the records of `deployments/<chainId>.json`.
 *
 * Runs after every compilation (`hardhat.config.ts`), and does nothing where its sources have not changed.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { glob, runTypeChain } from "typechain";

import { bakeDeployments } from "./deployments";

interface Artifact {
  contractName: string;
  sourceName: string;
  abi: { type: string }[];
  bytecode: string;
}

/** Contracts of other packages that a deployment of CareProof has and a dApp calls. */
const FOREIGN = ["@openzeppelin/contracts/access/manager/AccessManager.sol/AccessManager.json"];

export interface Paths {
  root: string;
  artifacts: string;
}

/** Writes whatever is out of date; returns the names of the contracts whose interfaces are published. */
export async function generate({ root, artifacts }: Paths): Promise<string[]> {
  const files = publishedArtifacts(artifacts);
  const contents = files.map((file) => readFileSync(file, "utf8"));
  const published = contents.map((content) => JSON.parse(content) as Artifact);

  const bindings = join(root, "src/bindings");
  const abis = join(root, "src/abi/generated");
  const stamp = join(root, "cache/generated.txt");
  // The generator itself is among its sources: a change of it shows in what it writes.
  const state = createHash("sha256")
    .update([readFileSync(__filename, "utf8"), ...contents].join("\n"))
    .digest("hex");
  const fresh =
    existsSync(join(bindings, "index.ts")) &&
    existsSync(join(abis, "index.ts")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === state;
  if (!fresh) {
    await writeBindings(root, files, bindings);
    writeAbis(published, abis);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, state);
  }
  bakeDeployments(root);
  return published.map(({ contractName }) => contractName);
}

/** Artifacts of what can be deployed or called: our contracts and interfaces, without mocks, and the `FOREIGN` ones. */
function publishedArtifacts(artifacts: string): string[] {
  const own = glob(artifacts, [`${artifacts}/contracts/!(mocks)/**/+([a-zA-Z0-9_]).json`]);
  const foreign = FOREIGN.map((file) => join(artifacts, file)).filter((file) => existsSync(file));
  return [...own, ...foreign].filter(isCallable).sort();
}

/** Leaves out libraries, which are compiled into their callers, and abstract contracts, which are never there alone. */
function isCallable(file: string): boolean {
  const { contractName, abi, bytecode } = JSON.parse(readFileSync(file, "utf8")) as Artifact;
  return abi.some(({ type }) => type === "function") && (bytecode !== "0x" || /^I[A-Z]/.test(contractName));
}

async function writeBindings(root: string, files: string[], outDir: string): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  await runTypeChain({
    cwd: root,
    allFiles: files,
    filesToProcess: files,
    outDir,
    target: "ethers-v6",
    flags: { alwaysGenerateOverloads: false, discriminateTypes: false, environment: "hardhat", node16Modules: true },
  });
  // typechain 8.3.2 leaves the extension out where it imports a folder, which node16 resolution of ESM refuses.
  for (const file of glob(outDir, [`${outDir}/**/index.ts`])) {
    const source = readFileSync(file, "utf8");
    writeFileSync(file, source.replace(/ from "(\.{1,2}\/[^"]+?)(?<!\.js)";/g, ' from "$1/index.js";'));
  }
}

function writeAbis(artifacts: Artifact[], outDir: string): void {
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  const header = "// Written by scripts/generate.ts from the compiled contracts. Do not edit.\n";
  for (const { contractName, sourceName, abi } of artifacts) {
    const source =
      `${header}/** ABI of \`${contractName}\` (\`${sourceName}\`). */\n` +
      `export const ${abiName(contractName)} = ${JSON.stringify(abi, undefined, 2)} as const;\n`;
    writeFileSync(join(outDir, `${contractName}.ts`), source);
  }
  const index = artifacts
    .map(({ contractName }) => `export { ${abiName(contractName)} } from "./${contractName}.js";\n`)
    .join("");
  writeFileSync(join(outDir, "index.ts"), header + index);
}

/** `ConsentRegistry` → `consentRegistryAbi`, `IConsentRegistry` → `iConsentRegistryAbi`, as wagmi's generator names them. */
function abiName(contract: string): string {
  return `${contract.charAt(0).toLowerCase()}${contract.slice(1)}Abi`;
}
