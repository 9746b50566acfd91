import { type Contract, ZeroAddress } from "ethers";

import { ask, type Connection, contractAt } from "./rpc.js";
import { iParticipantRegistryAbi, trialDataAbi, trialRegistryAbi, trialSafetyAbi } from "../abi/index.js";
import { addressOf, deployments } from "../deployments/index.js";
import { CareProofError } from "../errors.js";
import type { TrialContracts } from "../trials/events.js";
import { trialIdOf } from "../trials/protocol.js";
import { isBytes32 } from "../utils/writtenJson.js";

/** `TrialRegistry` on the chain of a connection; its errors are those of `ask`. */
export class TrialRegistryChain {
  private constructor(
    private readonly connection: Connection,
    readonly contract: Contract,
  ) {}

  /**
   * @param address Default: that of the recorded deployment.
   * @throws CareProofError `NOT_DEPLOYED`, `CONTRACT_MISSING`, `CONTRACT_UNEXPECTED`.
   */
  static async at(connection: Connection, address?: string): Promise<TrialRegistryChain> {
    const chosen = address ?? addressOf(Number(connection.chainId), "TrialRegistry");
    const contract = await contractAt(connection, chosen, trialRegistryAbi);
    // Another contract answers nothing to this.
    await ask(connection, () => contract.getFunction("MAX_ENROLMENTS").staticCall());
    return new TrialRegistryChain(connection, contract);
  }

  async isRegistered(trialId: string): Promise<boolean> {
    const { registeredAt } = await this.call<{ registeredAt: bigint }>(this.contract, "factsOf", trialId);
    return registeredAt !== 0n;
  }

  /** Throws CareProofError `TRIAL_UNKNOWN`. */
  async requireTrial(trialId: string): Promise<void> {
    if (await this.isRegistered(trialId)) return;
    const message = `no trial ${trialId} is registered at ${this.contract.target as string} on chain ${this.connection.chainId}`;
    throw new CareProofError("TRIAL_UNKNOWN", message);
  }

  /** The hash of a version of a trial's protocol. */
  async versionHashOf(trialId: string, version: number): Promise<string> {
    return (await this.call<{ hash: string }>(this.contract, "versionOf", trialId, version)).hash;
  }

  /** The organisation for which a key acts, or itself. */
  async principalOf(account: string): Promise<string> {
    const address = await this.call<string>(this.contract, "participants");
    const participants = await contractAt(this.connection, address, iParticipantRegistryAbi);
    return this.call(participants, "principalOf", account);
  }

  /** A subject by its commitment; undefined where it is not enrolled. */
  async subjectOf(trialId: string, subject: string): Promise<StoredSubject | undefined> {
    const { site, signedAt, withdrawnAt } = await this.call<{ site: string; signedAt: bigint; withdrawnAt: bigint }>(
      this.contract,
      "subjectOf",
      trialId,
      subject,
    );
    if (site === ZeroAddress) return undefined;
    return { signedAt: Number(signedAt), ...(withdrawnAt === 0n ? {} : { withdrawnAt: Number(withdrawnAt) }) };
  }

  /** Whether a row is in the allocation list that the trial committed to. */
  verifyAllocation(trialId: string, allocation: object, proof: readonly string[]): Promise<boolean> {
    return this.call(this.contract, "verifyAllocation", trialId, allocation, proof);
  }

  private call<T>(contract: Contract, name: string, ...args: unknown[]): Promise<T> {
    return ask(this.connection, () => contract.getFunction(name).staticCall(...args) as Promise<T>);
  }
}

/** A subject as the registry has it (unix seconds). */
export interface StoredSubject {
  readonly signedAt: number;
  readonly withdrawnAt?: number;
}

/** `TrialData` on the chain of a connection, and the registry by which it goes; its errors are those of `ask`. */
export class TrialDataChain {
  private constructor(
    private readonly connection: Connection,
    readonly contract: Contract,
    readonly registry: TrialRegistryChain,
  ) {}

  /**
   * @param address Default: that of the recorded deployment.
   * @throws CareProofError `NOT_DEPLOYED`, `CONTRACT_MISSING`, `CONTRACT_UNEXPECTED`.
   */
  static async at(connection: Connection, address?: string): Promise<TrialDataChain> {
    const chosen = address ?? addressOf(Number(connection.chainId), "TrialData");
    const contract = await contractAt(connection, chosen, trialDataAbi);
    const trials = await ask(connection, () => contract.getFunction("trials").staticCall() as Promise<string>);
    return new TrialDataChain(connection, contract, await TrialRegistryChain.at(connection, trials));
  }

  /** The block from which events are searched, where it is known. */
  get fromBlock(): number | undefined {
    const recorded = deployments[Number(this.connection.chainId)]?.contracts.TrialData;
    return recorded?.address === this.contract.target ? recorded.blockNumber : undefined;
  }

  /** Number of the last batch of a writer, 0 before its first. */
  async lastSequence(trialId: string, writer: string): Promise<bigint> {
    return (await this.call<{ sequence: bigint }>("headOf", trialId, writer)).sequence;
  }

  /** The root of a batch. */
  rootOf(trialId: string, writer: string, sequence: bigint): Promise<string> {
    return this.call("rootOf", trialId, writer, sequence);
  }

  private call<T>(name: string, ...args: unknown[]): Promise<T> {
    return ask(this.connection, () => this.contract.getFunction(name).staticCall(...args) as Promise<T>);
  }
}

/** All contracts of trials by their addresses, and the block from which their events are searched where it is known. */
export async function trialContractsAt(
  connection: Connection,
  addresses: { readonly data?: string; readonly safety?: string },
): Promise<{ contracts: TrialContracts; fromBlock?: number }> {
  const chainId = Number(connection.chainId);
  const { contract, registry } = await TrialDataChain.at(connection, addresses.data);
  const safety = addresses.safety ?? addressOf(chainId, "TrialSafety");
  await contractAt(connection, safety, trialSafetyAbi);
  const contracts = {
    TrialRegistry: registry.contract.target as string,
    TrialData: contract.target as string,
    TrialSafety: safety,
  };
  const recorded = deployments[chainId]?.contracts.TrialRegistry;
  return recorded?.address === registry.contract.target
    ? { contracts, fromBlock: recorded.blockNumber }
    : { contracts };
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
