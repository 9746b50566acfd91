import "@nomicfoundation/hardhat-toolbox";
import {
  TASK_COMPILE_SOLIDITY,
  TASK_COMPILE_SOLIDITY_CHECK_ERRORS,
  TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT,
  TASK_TEST_GET_TEST_FILES,
} from "hardhat/builtin-tasks/task-names";
import { subtask, vars, type HardhatUserConfig } from "hardhat/config";
import { HardhatPluginError } from "hardhat/plugins";
import type { SolcBuild } from "hardhat/types";
import solcPackage from "solc/package.json";

import { generate } from "./scripts/generate";

/** The compiler is the npm package `solc`, pinned by the lockfile: nothing is downloaded at compile time. */
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async (): Promise<SolcBuild> => {
  const { default: solc } = (await import("solc")) as { default: { version(): string } };
  return {
    compilerPath: require.resolve("solc/soljson.js"),
    isSolcJs: true,
    version: solcPackage.version,
    longVersion: solc.version().replace(".Emscripten.clang", ""),
  };
});

/** solidity-coverage compiles instrumented copies of the contracts: no place to judge them. */
function isCoverage(hre: object): boolean {
  return "__SOLIDITY_COVERAGE_RUNNING" in hre;
}

interface CompilerOutput {
  errors?: { sourceLocation?: { file: string } }[];
}

/** A warning of the compiler about our contracts is an error. */
subtask(
  TASK_COMPILE_SOLIDITY_CHECK_ERRORS,
  async ({ output, quiet }: { output: CompilerOutput; quiet: boolean }, hre, runSuper): Promise<void> => {
    await runSuper({ output, quiet });
    const warnings = (output.errors ?? []).filter(({ sourceLocation }) =>
      sourceLocation?.file.startsWith("contracts/"),
    );
    if (warnings.length > 99 && !isCoverage(hre)) {
      throw new HardhatPluginError("careproof", `The compiler warns ${warnings.length} times, see above.`);
    }
  },
);

/** Hardhat says "Compiled …" on stdout even where it is told to be quiet, in front of what `--json` prints. */
subtask(
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT,
  async ({ quiet }: { quiet: boolean }, _hre, runSuper): Promise<void> => {
    if (!quiet) await runSuper();
  },
);

/** The bindings, ABIs and addresses that the package exports follow from every compilation. */
subtask(TASK_COMPILE_SOLIDITY, async (args: object, hre, runSuper): Promise<void> => {
  await runSuper(args);
  await generate(hre.config.paths);
});

/**
 * Folders of tests that tell nothing about single lines of contracts: those of the package, and the whole journey, whose own
 * processes and chains end the tracing of coverage.
 */
const NOT_ABOUT_CONTRACTS = "capture cli docs epcis fhir gs1 history journey lint privacy realdata x12".split(" ");

/** Files of tests that reach by volume what others reach by example: minutes under coverage, for no line more. */
const BY_VOLUME = ["adjudicationDifferential.test.ts", "attacksByDepth.test.ts"];

/**
 * Tests are the files named `*.test.ts`. Those of the package need a build and have a run of their own, see
 * `scripts/test.ts`; named on the command line, any file runs.
 */
subtask(TASK_TEST_GET_TEST_FILES, async ({ testFiles }: { testFiles: string[] }, _hre, runSuper): Promise<string[]> => {
  const files = (await runSuper({ testFiles })) as string[];
  if (testFiles.length > 0) return files;
  const leftOut = process.env.COVERAGE === "true" ? ["package", ...NOT_ABOUT_CONTRACTS, ...BY_VOLUME] : ["package"];
  return files.filter(
    (file) => file.endsWith(".test.ts") && !leftOut.some((part) => file.split(/[\\/]/).slice(-3).includes(part)),
  );
});

/**
 * A network reached over RPC. Its URL and key are Hardhat variables (`npx hardhat vars set NAME`), or environment
 * variables `HARDHAT_VAR_NAME`: no address of a node and no key is ever in a file of this repository.
 */
function remote(name: string, chainId?: number) {
  const key = `${name}_PRIVATE_KEY`;
  return {
    url: vars.get(`${name}_RPC_URL`, "http://127.0.0.1:8545"),
    accounts: vars.has(key) ? [vars.get(key)] : [],
    ...(chainId === undefined ? {} : { chainId }),
  };
}

/** @param runs How often the optimizer takes a contract's code to run: more is larger and cheaper to call. */
function settings(runs: number) {
  return {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs },
    viaIR: true,
    outputSelection: { "*": { "*": ["storageLayout"] } },
  };
}

const config: HardhatUserConfig = {
  solidity: {
    compilers: [{ version: solcPackage.version, settings: settings(1_000) }],
    // Above the size that we allow a contract with more.
    overrides: {
      "contracts/claims/ClaimsProcessor.sol": { version: solcPackage.version, settings: settings(200) },
      "contracts/trials/TrialRegistry.sol": { version: solcPackage.version, settings: settings(400) },
    },
  },
  networks: {
    // Only under osaka are the cap on a transaction's gas (EIP-7825) and the P-256 precompile there.
    hardhat: {
      hardfork: "osaka",
      accounts: { count: 30 },
      allowUnlimitedContractSize: true,
    },
    local: { url: vars.get("LOCAL_RPC_URL", "http://127.0.0.1:8545") },
    sepolia: remote("SEPOLIA", 11_155_111),
    baseSepolia: remote("BASE_SEPOLIA", 84_532),
    opSepolia: remote("OP_SEPOLIA", 11_155_420),
    custom: remote("CUSTOM"),
  },
  typechain: { outDir: "src/bindings", dontOverrideCompile: true },
  gasReporter: { enabled: process.env.REPORT_GAS === "true", offline: true },
  mocha: {
    timeout: 60_000,
    ...(process.env.TEST_COUNTS === undefined
      ? {}
      : { reporter: require.resolve("./scripts/testing/reporter.ts"), forbidOnly: true, forbidPending: true }),
  },
};

export default config;
