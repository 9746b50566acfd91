/**
 * `npm start`: a local chain with CareProof on it. Deploys everything, takes the care journey, writes the addresses where
 * `careproof/deployments` reads them, and keeps the chain running until Ctrl-C.
 */
import "./compiled";

import { createServer } from "node:net";

import { Command, InvalidArgumentError } from "commander";
import hre from "hardhat";
import { TASK_NODE_CREATE_SERVER } from "hardhat/builtin-tasks/task-names";
import type { JsonRpcServer } from "hardhat/types";

import { saveDeployment } from "./deployments";
import { Chain } from "./journey/chain";
import { failure, progress } from "./journey/console";
import { runJourney } from "./journey/run";
import { CareProofError } from "../src/errors";

const HOST = "127.0.0.1";

async function main(): Promise<void> {
  const { port, fhir } = new Command("start")
    .description("Starts a local chain with CareProof deployed, and keeps it running.")
    .option("--port <number>", "port of the chain's JSON-RPC", readPort, 8545)
    .option("--fhir <file or folder>", "FHIR R4 JSON or NDJSON whose records are anchored (default: a small sample)")
    .parse()
    .opts<{ port: number; fhir?: string }>();
  await requireFree(port);
  progress("compiling …");
  await hre.run("compile", { quiet: true });
  const server = (await hre.run(TASK_NODE_CREATE_SERVER, {
    hostname: HOST,
    port,
    provider: hre.network.provider,
  })) as JsonRpcServer;
  await server.listen();
  process.once("SIGINT", () => {
    progress("\nstopping the chain …");
    void server.close().finally(() => process.exit(0));
  });

  // Sent in process, observed over HTTP, as a dApp would.
  const chain = await Chain.connect(hre.network.provider, `http://${HOST}:${port}`);
  const { report, system } = await runJourney(chain, {
    ...(fhir === undefined ? {} : { fhir }),
    print: (line) => {
      console.log(line);
    },
    progress,
  });
  const record = saveDeployment(system.deployment);
  console.log(`\nCareProof runs on chain ${chain.chainId}, http://${HOST}:${port}:`);
  for (const [name, { address }] of Object.entries(system.deployment.contracts)) {
    console.log(`  ${name.padEnd(24)} ${address}`);
  }
  const ahead = Math.floor(((await chain.provider.getBlock("latest"))!.timestamp - Date.now() / 1000) / 86_400);
  if (ahead > 0) console.log(`\nIts clock is ${ahead} days ahead: the journey waited for deadlines.`);
  console.log(`\nThe addresses are in ${record} and in careproof/deployments. Ctrl-C ends the chain.`);
  chain.close();
  if (!report.ok) {
    await server.close();
    throw new CareProofError("JOURNEY_FAILED", "a step did not come out as it must, see the table");
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError("a port is 1 to 65535");
  return port;
}

/** Fails with one clear line where something listens on the port already. */
function requireFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === "EADDRINUSE";
      const problem = taken ? "is taken: end what listens there, or give another with --port" : cause.message;
      reject(new CareProofError("PORT_TAKEN", `port ${port} ${problem}`, undefined, { cause }));
    });
    probe.listen(port, HOST, () => {
      probe.close(() => {
        resolve();
      });
    });
  });
}

main().catch((error: unknown) => {
  failure(error);
  process.exit(1);
});
