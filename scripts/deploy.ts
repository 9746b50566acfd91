/**
 * `npm run deploy -- --network <name>`: deploys CareProof on a network of `hardhat.config.ts`, hands the authority over, and
 * writes `deployments/<chainId>.json`. A run that was interrupted goes on where it stopped: what is deployed is not deployed
 * again. The parameters (`admin`, and one address for each accrediting body) are in `ignition/parameters/<name>.json`.
 */
import "./compiled";
import "./journey/networkOption";

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Command } from "commander";
import { formatEther, getAddress, isAddress } from "ethers";
import hre from "hardhat";

import { saveDeployment } from "./deployments";
import { failure, progress } from "./journey/console";
import { CREATED_BY, FACTORIES, commitOfCheckout } from "./journey/deployment";
import { ACCREDITORS } from "../ignition/authority";
import CareProofModule from "../ignition/modules/CareProof";
import type { DeployedContract } from "../src/deployments/deployment";
import { CareProofError } from "../src/errors";

/** Parameters that the module `CareProof` needs: addresses. */
const ADDRESSES = ["admin", "gs1MemberOrganisation", ...Object.keys(ACCREDITORS)];

type Parameters = Record<string, Record<string, string | number>>;

async function main(): Promise<void> {
  const names = Object.keys(hre.config.networks).filter((name) => !["hardhat", "localhost"].includes(name));
  const { network, parameters: file } = new Command("deploy")
    .description("Deploys CareProof and hands its authority over.")
    .requiredOption("--network <name>", `one of ${names.join(", ")}`)
    .option("--parameters <file>", "Ignition parameters (default: ignition/parameters/<network>.json)")
    .parse()
    .opts<{ network: string; parameters?: string }>();

  const { ethers, ignition } = hre;
  const chainId = await connectedChain(network);
  const [deployer] = await ethers.getSigners();
  if (deployer === undefined) {
    const variable = `${network.replace(/[A-Z]/g, "_$&").toUpperCase()}_PRIVATE_KEY`;
    throw new CareProofError("NO_ACCOUNT", `no key to deploy with: npx hardhat vars set ${variable}`);
  }
  const balance = await ethers.provider.getBalance(deployer.address);
  if (balance === 0n) {
    throw new CareProofError("NO_FUNDS", `${deployer.address} has no funds on chain ${chainId}: deploying takes gas`);
  }
  const parameters = await readParameters(network, file, deployer.address);
  progress(`deploying on chain ${chainId} from ${deployer.address}, which has ${formatEther(balance)} …`);
  await hre.run("compile", { quiet: true });
  const { productInvestigations } = await ignition.deploy(CareProofModule, { parameters, displayUi: true });

  const contracts = created(join(hre.config.paths.ignition, "deployments", `chain-${chainId}`), {
    ProductInvestigations: await productInvestigations.getAddress(),
  });
  const record = saveDeployment({ chainId, contracts, ...commitOfCheckout(), parameters });
  for (const [name, { address }] of Object.entries(contracts)) console.log(`${name.padEnd(24)} ${address}`);
  console.log(
    `Recorded in ${record}. The deployer holds no role any more; the admin is ${parameters.CareProof!.admin}.`,
  );
}

/** The chain id of the node, which must be the network's. */
async function connectedChain(network: string): Promise<number> {
  let chainId: number;
  try {
    chainId = Number((await hre.ethers.provider.getNetwork()).chainId);
  } catch (cause) {
    throw new CareProofError("RPC_UNREACHABLE", `the node of network ${network} does not answer`, undefined, { cause });
  }
  const expected = hre.network.config.chainId;
  if (expected !== undefined && expected !== chainId) {
    throw new CareProofError(
      "CHAIN_MISMATCH",
      `network ${network} is chain ${expected}, but its node serves chain ${chainId}`,
    );
  }
  return chainId;
}

/** The parameters, checked: who governs is never guessed, except on a local chain, where the node's accounts do. */
async function readParameters(network: string, given: string | undefined, deployer: string): Promise<Parameters> {
  const file = given ?? join("ignition", "parameters", `${network}.json`);
  let parameters: Parameters;
  if (given === undefined && network === "local" && !existsSync(file)) {
    const accounts = (await hre.ethers.getSigners()).slice(1).map(({ address }) => address);
    parameters = { CareProof: Object.fromEntries(ADDRESSES.map((name, index) => [name, accounts[index] ?? ""])) };
  } else {
    try {
      parameters = JSON.parse(readFileSync(file, "utf8")) as Parameters;
    } catch (cause) {
      const needed = `{"CareProof": {${ADDRESSES.map((name) => `"${name}": "0x…"`).join(", ")}}}`;
      throw new CareProofError("PARAMETERS_MISSING", `cannot be read as JSON; it has to be ${needed}`, file, { cause });
    }
  }
  const addresses = parameters.CareProof ?? {};
  for (const name of ADDRESSES) {
    const value = addresses[name];
    if (!isAddress(value))
      throw new CareProofError("PARAMETER_INVALID", "is not an address", `${file} CareProof.${name}`);
  }
  if (getAddress(String(addresses.admin)) === deployer) {
    throw new CareProofError(
      "PARAMETER_INVALID",
      "is the deployer, who must hold nothing afterwards",
      `${file} CareProof.admin`,
    );
  }
  return parameters;
}

/**
 * Address, block and transaction of each contract, from Ignition's journal of the deployment.
 *
 * @param within Addresses of the contracts that other contracts created.
 */
function created(folder: string, within: Record<string, string>): Record<string, DeployedContract> {
  const found: Record<string, DeployedContract> = {};
  for (const line of readFileSync(join(folder, "journal.jsonl"), "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const entry = JSON.parse(line) as {
      type: string;
      futureId?: string;
      hash?: string;
      receipt?: { contractAddress?: string; blockNumber: number };
    };
    const name = entry.futureId?.split("#")[1];
    const address = entry.receipt?.contractAddress;
    if (entry.type !== "TRANSACTION_CONFIRM" || name === undefined || address === undefined || !(name in FACTORIES))
      continue;
    found[name] = {
      address: getAddress(address) as `0x${string}`,
      blockNumber: entry.receipt!.blockNumber,
      transactionHash: entry.hash as `0x${string}`,
    };
  }
  for (const [name, address] of Object.entries(within)) {
    const creation = found[CREATED_BY[name]!];
    if (creation !== undefined) found[name] = { ...creation, address: getAddress(address) as `0x${string}` };
  }
  const missing = Object.keys(FACTORIES).filter((name) => found[name] === undefined);
  if (missing.length > 0) throw new Error(`${folder} does not tell where ${missing.join(", ")} is`);
  return found;
}

main().catch(failure);
