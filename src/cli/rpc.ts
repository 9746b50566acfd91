import { Contract, FetchRequest, type InterfaceAbi, JsonRpcProvider } from "ethers";

import { decodeError } from "../contractErrors.js";
import { CareProofError } from "../errors.js";
import { hasCode, isUnreachable, nodeMessage } from "../utils/nodeErrors.js";

const TIMEOUT_MILLISECONDS = 20_000;

/** A node, and the chain it serves. */
export interface Connection {
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
  /** The node without path and query, which may hold a key: for messages. */
  readonly node: string;
}

/**
 * Connects to an Ethereum node over HTTP.
 *
 * @param url The node's URL.
 * @param chainId The chain it must serve, if the user named one.
 * @throws CareProofError `RPC_INVALID` for no HTTP URL, `RPC_UNREACHABLE` where no node answers, `CHAIN_MISMATCH`.
 */
export async function connect(url: string, chainId?: bigint): Promise<Connection> {
  const node = nodeName(url);
  const found = await askChainId(url, node);
  if (chainId !== undefined && chainId !== found) {
    throw new CareProofError("CHAIN_MISMATCH", `the node at ${node} serves chain ${found}, not chain ${chainId}`);
  }
  const request = new FetchRequest(url);
  request.timeout = TIMEOUT_MILLISECONDS;
  // The chain was just asked for; without a static network ethers would retry for ever once the node is gone.
  // Answers are not kept: the one to a question asked again after a transaction is another.
  const provider = new JsonRpcProvider(request, found, { staticNetwork: true, cacheTimeout: -1 });
  return { provider, chainId: found, node };
}

/**
 * A contract of which there is code on the chain.
 *
 * @throws CareProofError `CONTRACT_MISSING`.
 */
export async function contractAt(connection: Connection, address: string, abi: InterfaceAbi): Promise<Contract> {
  const { provider, chainId, node } = connection;
  const code = await ask(connection, () => provider.getCode(address));
  if (code === "0x") {
    throw new CareProofError("CONTRACT_MISSING", `there is no contract at ${address} on chain ${chainId} (${node})`);
  }
  return new Contract(address, abi, provider);
}

/**
 * Asks the node something, with one clear line if it no longer answers or what answers is not the contract.
 *
 * @throws CareProofError `RPC_UNREACHABLE`, `CONTRACT_UNEXPECTED` or `RPC_FAILED`, ContractError where the contract refuses.
 */
export async function ask<T>({ node, chainId }: Connection, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof CareProofError) throw error;
    if (isUnreachable(error)) {
      throw new CareProofError("RPC_UNREACHABLE", `the node at ${node} does not answer any more`, undefined, {
        cause: error,
      });
    }
    const revert = decodeError(error);
    if (revert !== undefined) throw revert;
    if (hasCode(error, "BAD_DATA") || hasCode(error, "CALL_EXCEPTION")) {
      const message = `the contract on chain ${chainId} is not the one expected: it does not answer as it should`;
      throw new CareProofError("CONTRACT_UNEXPECTED", message, undefined, { cause: error });
    }
    throw new CareProofError("RPC_FAILED", `the node at ${node} refuses: ${nodeMessage(error)}`, undefined, {
      cause: error,
    });
  }
}

async function askChainId(url: string, node: string): Promise<bigint> {
  let answer: unknown;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    answer = await response.json();
  } catch (error) {
    const message = error instanceof SyntaxError ? "what answers is no Ethereum node" : "nothing answers";
    throw new CareProofError("RPC_UNREACHABLE", `${message} at ${node}`, undefined, { cause: error });
  }
  const result = typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
  if (typeof result !== "string" || !/^0x[0-9a-fA-F]+$/.test(result)) {
    throw new CareProofError("RPC_UNREACHABLE", `what answers at ${node} is no Ethereum node, or refuses access`);
  }
  return BigInt(result);
}

function nodeName(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new CareProofError("RPC_INVALID", "the RPC address is not a URL such as http://127.0.0.1:8545");
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new CareProofError("RPC_INVALID", "the RPC address must begin with http:// or https://");
  }
  // Neither fetch nor ethers sends them over plain HTTP: without this line it would seem that nothing answers.
  if (parsed.username !== "" || parsed.password !== "") {
    throw new CareProofError("RPC_INVALID", "the RPC address must not hold a user name or password");
  }
  return parsed.origin;
}
