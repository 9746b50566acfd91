/**
 * `npm run demo`: the care journey in process, or on a local node with `--rpc`. Exits with 1 if any step does not come out as
 * it must: a denied read that succeeds is a failure. `--json`: `{ok, chainId, contracts: {name: address}, steps: [{chapter,
 * step, signs, pays, gas, result, ok}]}`.
 *
 * The environment variable CAREPROOF_DEMO_FAULT names chapters, with commas between, in which one transaction is left out; the
 * journey must notice.
 */
import "./compiled";
import "./journey/networkOption";

import { Command } from "commander";
import hre from "hardhat";

import { Chain } from "./journey/chain";
import { failure, progress } from "./journey/console";
import { runJourney } from "./journey/run";

async function main(): Promise<void> {
  const options = new Command("demo")
    .description("Runs the care journey on a chain of its own and prints what came of each step.")
    .option("--fhir <file or folder>", "FHIR R4 JSON or NDJSON whose records are anchored (default: a small sample)")
    .option("--rpc <url>", "run on a local node (Hardhat's or anvil) with unlocked accounts instead of in process")
    .option("--json", "print {ok, chainId, contracts, steps} as JSON")
    .parse()
    .opts<{ fhir?: string; rpc?: string; json?: true }>();
  progress("compiling …");
  await hre.run("compile", { quiet: true });
  const chain = await Chain.connect(options.rpc ?? hre.network.provider);
  try {
    const { report, system } = await runJourney(chain, {
      ...(options.fhir === undefined ? {} : { fhir: options.fhir }),
      ...(options.json === undefined
        ? {
            print: (line: string) => {
              console.log(line);
            },
          }
        : {}),
      progress,
      ...(process.env.CAREPROOF_DEMO_FAULT === undefined
        ? {}
        : { faults: process.env.CAREPROOF_DEMO_FAULT.split(",") }),
    });
    const { chainId, contracts } = system.deployment;
    const addresses = Object.fromEntries(Object.entries(contracts).map(([name, { address }]) => [name, address]));
    if (options.json) {
      console.log(JSON.stringify({ ok: report.ok, chainId, contracts: addresses, steps: report.steps }, undefined, 2));
    } else {
      const failed = report.steps.filter(({ ok }) => !ok).length;
      console.log(
        `\n${report.steps.length} steps, ${failed === 0 ? "all as they must be" : `${failed} not as they must be`}.`,
      );
    }
    if (!report.ok) process.exitCode = 1;
  } finally {
    chain.close();
  }
}

main().catch(failure);
