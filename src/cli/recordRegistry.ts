import { type Contract } from "ethers";

import { findBatch } from "./batchStream.js";
import { ask, type Connection, contractAt } from "./rpc.js";
import { iParticipantRegistryAbi, recordRegistryAbi } from "../abi/index.js";
import type { ManifestRecord } from "../consent/recordManifest.js";
import { RECORD_STATUSES } from "../consent/statuses.js";

/** What the registry says about a record. */
export type RecordStatus = Lowercase<(typeof RECORD_STATUSES)[number]>;

/** A RecordRegistry on the chain of a connection; its errors are those of `ask`. */
export class RecordRegistryClient {
  private constructor(
    private readonly connection: Connection,
    readonly contract: Contract,
  ) {}

  /** Throws CareProofError `CONTRACT_MISSING` where there is no code at the address. */
  static async at(connection: Connection, address: string): Promise<RecordRegistryClient> {
    return new RecordRegistryClient(connection, await contractAt(connection, address, recordRegistryAbi));
  }

  /** What the registry says about a record of batch `sequence` of a provider. */
  async statusOf(provider: string, sequence: bigint, record: ManifestRecord): Promise<RecordStatus> {
    const leaf = [record.patient, record.commitment, record.category, record.recordedAt, record.supersedes];
    const status = await this.call<bigint>("verify", provider, sequence, leaf, record.proof);
    return (RECORD_STATUSES[Number(status)] ?? "Unknown").toLowerCase() as RecordStatus;
  }

  /** The provider in whose stream a key anchors: the organisation for which it acts, or itself. */
  async providerOf(account: string): Promise<string> {
    const participants = await this.call<string>("participants");
    const registry = await contractAt(this.connection, participants, iParticipantRegistryAbi);
    return ask(this.connection, () => registry.getFunction("principalOf").staticCall(account) as Promise<string>);
  }

  /** Number of the last batch of a provider, 0 before its first. */
  async lastSequence(provider: string): Promise<bigint> {
    return (await this.call<{ sequence: bigint }>("headOf", provider)).sequence;
  }

  /** The number of the batch of a provider that has a root, the latest first, or undefined. */
  async findBatch(provider: string, root: string): Promise<bigint | undefined> {
    const last = await this.lastSequence(provider);
    return findBatch(last, root, (number) => this.call("rootOf", provider, number));
  }

  private call<T>(name: string, ...args: unknown[]): Promise<T> {
    return ask(this.connection, () => this.contract.getFunction(name).staticCall(...args) as Promise<T>);
  }
}
