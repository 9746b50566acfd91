import type { Contract } from "ethers";

import { ask, type Connection, contractAt } from "./rpc.js";
import { trialDataAbi, trialRegistryAbi, trialSafetyAbi } from "../abi/index.js";
import { addressOf, deployments } from "../deployments/index.js";
import { CareProofError } from "../errors.js";
import type { TrialContracts } from "../trials/events.js";
import { trialIdOf } from "../trials/protocol.js";
import { isBytes32 } from "../utils/writtenJson.js";

/** `TrialData` and the registry by which it goes. */
export interface TrialDataChain {
  readonly data: Contract;
  readonly registry: Contract;
}

/**
 * `TrialRegistry` on the chain of a connection.
 *
 * @param address Default: that of the recorded deployment.
 * @throws CareProofError `NOT_DEPLOYED`, `CONTRACT_MISSING`, `CONTRACT_UNEXPECTED`.
 */
export async function trialRegistryAt(connection: Connection, address?: string): Promise<Contract> {
  const chosen = address ?? addressOf(Number(connection.chainId), "TrialRegistry");
  const registry = await contractAt(connection, chosen, trialRegistryAbi);
  // Another contract answers nothing to this.
  await ask(connection, () => registry.getFunction("MAX_ENROLMENTS").staticCall());
  return registry;
}

/** As {@link trialRegistryAt}, for `TrialData`. */
export async function trialDataAt(connection: Connection, address?: string): Promise<TrialDataChain> {
  const chosen = address ?? addressOf(Number(connection.chainId), "TrialData");
  const data = await contractAt(connection, chosen, trialDataAbi);
  const trials = await ask(connection, () => data.getFunction("trials").staticCall() as Promise<string>);
  return { data, registry: await trialRegistryAt(connection, trials) };
}

/** All contracts of trials by their addresses, and the block from which their events are searched where it is known. */
export async function trialContractsAt(
  connection: Connection,
  addresses: { readonly data?: string; readonly safety?: string },
): Promise<{ contracts: TrialContracts; fromBlock?: number }> {
  const chainId = Number(connection.chainId);
  const { data, registry } = await trialDataAt(connection, addresses.data);
  const safety = addresses.safety ?? addressOf(chainId, "TrialSafety");
  await contractAt(connection, safety, trialSafetyAbi);
  const contracts = {
    TrialRegistry: registry.target as string,
    TrialData: data.target as string,
    TrialSafety: safety,
  };
  const recorded = deployments[chainId]?.contracts.TrialRegistry;
  return recorded?.address === registry.target ? { contracts, fromBlock: recorded.blockNumber } : { contracts };
}

/**
 * The id of a trial as people name it: the id itself, or the registration number with its sponsor.
 *
 * @throws CareProofError `SPONSOR_MISSING`, and those of `trialIdOf`.
 */
export function trialIdFrom(trial: string, sponsor: string | undefined): string {
  if (isBytes32(trial)) return trial.toLowerCase();
  if (sponsor === undefined) {
    const message = `${JSON.stringify(trial)} is no trial id (0x-hex of 32 bytes): of a registration number the sponsor is needed (--sponsor), as each sponsor can register it`;
    throw new CareProofError("SPONSOR_MISSING", message);
  }
  return trialIdOf(trial, sponsor);
}
