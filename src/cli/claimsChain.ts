import type { Contract } from "ethers";

import { ask, type Connection, contractAt } from "./rpc.js";
import { claimsProcessorAbi } from "../abi/index.js";
import { addressOf, deployments } from "../deployments/index.js";

/**
 * `ClaimsProcessor` on the chain of a connection, and the block from which its events are searched where it is known.
 *
 * @param address Default: that of the recorded deployment.
 * @throws CareProofError `NOT_DEPLOYED`, `CONTRACT_MISSING`, `CONTRACT_UNEXPECTED`.
 */
export async function claimsProcessorAt(
  connection: Connection,
  address?: string,
): Promise<{ contract: Contract; fromBlock?: number }> {
  const chainId = Number(connection.chainId);
  const contract = await contractAt(connection, address ?? addressOf(chainId, "ClaimsProcessor"), claimsProcessorAbi);
  // Another contract answers nothing to this.
  await ask(connection, () => contract.getFunction("MAX_CLAIMS").staticCall());
  const recorded = deployments[chainId]?.contracts.ClaimsProcessor;
  return recorded?.address === contract.target ? { contract, fromBlock: recorded.blockNumber } : { contract };
}
