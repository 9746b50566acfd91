/**
 * `npm run gas`: writes `gas-snapshot.json`, the gas of every operation and the size of every contract, so that each change
 * of cost shows in the diff. `--check`: fails where it is not as measured now, or a contract is larger than allowed.
 */
import "./compiled";

import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { Command } from "commander";
import hre from "hardhat";

import { codeSizes, measureAll } from "./bench/measure";

const SNAPSHOT = "gas-snapshot.json";
/** Largest deployed code allowed (bytes): 2 476 below the limit of EIP-170, so that a fix still fits. */
const MAX_SIZE = 22_100;

async function main(): Promise<void> {
  const { check } = new Command("gas")
    .description("Measures gas and code size, and writes or checks the snapshot.")
    .option("--check", `fail where ${SNAPSHOT} is not as measured`)
    .parse()
    .opts<{ check?: true }>();
  await hre.run("compile", { quiet: true });
  const gas = Object.fromEntries((await measureAll()).map((row) => [row.operation, row.gas]));
  const size = await codeSizes();
  const tooLarge = Object.entries(size).filter(([, bytes]) => bytes > MAX_SIZE);
  if (tooLarge.length > 0) {
    throw new Error(tooLarge.map(([name, bytes]) => `${name}: ${bytes} bytes, allowed are ${MAX_SIZE}`).join("\n"));
  }
  const measured = `${JSON.stringify({ gas, size }, undefined, 2)}\n`;
  const recorded = existsSync(SNAPSHOT) ? readFileSync(SNAPSHOT, "utf8") : "";
  if (check === undefined) {
    writeFileSync(SNAPSHOT, measured);
    console.log(measured === recorded ? `${SNAPSHOT} is as it was.` : `${SNAPSHOT} written.`);
  } else if (measured !== recorded) {
    throw new Error(`${SNAPSHOT} differs from what is measured:\n${differences(recorded, measured).join("\n")}`);
  } else {
    console.log(
      `${SNAPSHOT} is as measured: ${Object.keys(gas).length} operations, ${Object.keys(size).length} sizes.`,
    );
  }
}

function differences(recorded: string, measured: string): string[] {
  const flat = (text: string): Map<string, unknown> =>
    new Map(
      Object.entries(JSON.parse(text === "" ? "{}" : text) as Record<string, Record<string, number>>).flatMap(
        ([kind, values]) => Object.entries(values).map(([name, value]) => [`${kind} ${name}`, value] as const),
      ),
    );
  const before = flat(recorded);
  const now = flat(measured);
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((name) => before.get(name) !== now.get(name))
    .map((name) => `  ${name}: recorded ${String(before.get(name))}, measured ${String(now.get(name))}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
