import { CareProofError } from "../errors.js";

/** One contract of a deployment. */
export interface DeployedContract {
  /** Address, 0x-hex of 20 bytes with EIP-55 checksum. */
  address: `0x${string}`;
  /** Block in which the contract was created: where an indexer starts. */
  blockNumber: number;
  /** Transaction that created it, 0x-hex of 32 bytes. */
  transactionHash: `0x${string}`;
}

/** What was deployed on one chain: `deployments/<chainId>.json`. */
export interface Deployment {
  /** Chain id (EIP-155). 31337 is a local chain of Hardhat or anvil. */
  chainId: number;
  /** Contracts by their Solidity name. */
  contracts: Readonly<Record<string, DeployedContract>>;
  /** Commit of the sources, hex of 20 bytes; absent where the checkout had none. */
  commit?: string;
  /** Parameters of the Ignition modules, as given. */
  parameters?: Readonly<Record<string, unknown>>;
}

/**
 * Reads the record of a deployment from parsed JSON.
 * @param source What the JSON was read from, for error messages.
 * @throws CareProofError `INVALID_DEPLOYMENT` that names the field which is missing or malformed.
 */
export function parseDeployment(json: unknown, source = "deployment"): Deployment {
  const record = requireObject(json, source);
  const { chainId, contracts } = record;
  if (!isCount(chainId) || chainId === 0) throw invalid(`${source}.chainId`, "must be a positive integer");
  for (const [name, value] of Object.entries(requireObject(contracts, `${source}.contracts`))) {
    const path = `${source}.contracts.${name}`;
    const { address, blockNumber, transactionHash } = requireObject(value, path);
    if (!isHex(address, 20)) throw invalid(`${path}.address`, "must be 0x-hex of 20 bytes");
    if (!isCount(blockNumber)) throw invalid(`${path}.blockNumber`, "must be a block number");
    if (!isHex(transactionHash, 32)) throw invalid(`${path}.transactionHash`, "must be 0x-hex of 32 bytes");
  }
  return record as unknown as Deployment;
}

function requireObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object");
  return value as Record<string, unknown>;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHex(value: unknown, bytes: number): value is `0x${string}` {
  return typeof value === "string" && new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`).test(value);
}

function invalid(path: string, problem: string): CareProofError {
  return new CareProofError("INVALID_DEPLOYMENT", problem, path);
}
