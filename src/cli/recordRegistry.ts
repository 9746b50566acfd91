import { type Connection, ask, contractAt } from "./rpc.js";
import type { ManifestRecord } from "../consent/recordManifest.js";

/** What the tool uses of `RecordRegistry`. */
export const RECORD_REGISTRY_ABI = [
  "function anchor(uint64 sequence, bytes32 root, uint64 count)",
  "function verify(address provider, uint64 sequence, tuple(address patient, bytes32 commitment, uint8 category, uint40 recordedAt, bytes32 supersedes) leaf, bytes32[] proof) view returns (uint8)",
  "function headOf(address provider) view returns (tuple(uint64 sequence, uint128 leaves, uint40 lastAt))",
  "event BatchAnchored(address indexed provider, uint64 indexed sequence, bytes32 root, uint64 count, address operator)",
] as const;

/** `RecordStatus` of the contract, by its number there. */
export const RECORD_STATUSES = ["unknown", "anchored", "superseded", "retracted"] as const;

/** What the registry says about a record. */
export type RecordStatus = (typeof RECORD_STATUSES)[number];

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
  const contract = await contractAt(connection, registry, RECORD_REGISTRY_ABI);
  const leaf = [record.patient, record.commitment, record.category, record.recordedAt, record.supersedes];
  const status = await ask(
    connection,
    () => contract.getFunction("verify").staticCall(provider, sequence, leaf, record.proof) as Promise<bigint>,
  );
  return RECORD_STATUSES[Number(status)] ?? "unknown";
}
