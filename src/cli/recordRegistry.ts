import { type Connection, ask, contractAt } from "./rpc.js";
import { recordRegistryAbi } from "../abi/index.js";
import type { ManifestRecord } from "../consent/recordManifest.js";
import { RECORD_STATUSES } from "../consent/statuses.js";

/** What the registry says about a record. */
export type RecordStatus = Lowercase<(typeof RECORD_STATUSES)[number]>;

/**
 * Asks a RecordRegistry what it says about a record.
 *
 * @param provider Address of the provider that anchored the batch.
 * @param sequence Number of the batch, from 1.
 * @throws CareProofError of `contractAt` and `ask`.
 */
export async function recordStatus(
  connection: Connection,
  registry: string,
  provider: string,
  sequence: bigint,
  record: ManifestRecord,
): Promise<RecordStatus> {
  const contract = await contractAt(connection, registry, recordRegistryAbi);
  const leaf = [record.patient, record.commitment, record.category, record.recordedAt, record.supersedes];
  const status = await ask(
    connection,
    () => contract.getFunction("verify").staticCall(provider, sequence, leaf, record.proof) as Promise<bigint>,
  );
  return (RECORD_STATUSES[Number(status)] ?? "Unknown").toLowerCase() as RecordStatus;
}
