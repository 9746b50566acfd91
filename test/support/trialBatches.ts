/** Batches of trial data for tests, their leaves hashed by ethers and their trees by OpenZeppelin. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { AbiCoder, id, keccak256, ZeroHash } from "ethers";

import type { Account } from "./careproof";
import { treeOf } from "./merkle";
import type { Trial } from "./trialParties";

/** Names of the enums of `ITrialData`, in their order. */
export const BATCH_KINDS = ["Capture", "Query", "Correction", "ExternalLaboratory"] as const;
export type BatchKind = (typeof BATCH_KINDS)[number];
export const DATA_STATUSES = ["Unknown", "Anchored", "NotEnrolled", "AfterWithdrawal", "ConsentOutdated"] as const;
export type DataStatus = (typeof DATA_STATUSES)[number];

export const DATA_LEAF = id("CareProof.DataLeaf(bytes32 subject,bytes32 content,uint40 capturedAt,bytes32 corrects)");

export interface DataLeaf {
  subject: string;
  content: string;
  capturedAt: number;
  corrects: string;
}

/** A row about `subject`, captured at a time. */
export const row = (subject: string, capturedAt: number, content = "row"): DataLeaf => ({
  subject,
  content: id(content),
  capturedAt,
  corrects: ZeroHash,
});

/** The digest of a leaf under `tag`. */
export function digestOf(leaf: DataLeaf, tag = DATA_LEAF): string {
  const values = [tag, leaf.subject, leaf.content, leaf.capturedAt, leaf.corrects];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32", "bytes32", "uint40", "bytes32"], values));
}

export interface BatchOptions {
  kind?: BatchKind;
  sequence?: bigint;
  root?: string;
  count?: bigint;
  start?: number;
  end?: number;
  by?: Account;
}

/** Sends a batch by the key of the site, if not told otherwise: the first, captured in the last minute. */
export async function anchor({ trialData, trialId, siteKey }: Trial, batch: BatchOptions = {}) {
  const now = await time.latest();
  const { kind = "Capture", sequence = 1n, root = id("root"), count = 1n, start = now - 60, end = now } = batch;
  const args = [trialId, BATCH_KINDS.indexOf(kind), sequence, root, count, start, end] as const;
  return trialData.connect(batch.by ?? siteKey).anchor(...args);
}

/** Anchors rows as the site's batch `sequence`; what a row is worth, and the arguments that show one. */
export async function anchorRows(trial: Trial, leaves: DataLeaf[], sequence = 1n) {
  const { trialData, trialId, site } = trial;
  const tree = treeOf(leaves.map((leaf) => digestOf(leaf)));
  await anchor(trial, { sequence, root: tree.root, count: tree.count });
  const shown = (leaf: DataLeaf) => [trialId, site.address, sequence, leaf, tree.proofOf(digestOf(leaf))] as const;
  const statusOf = async (leaf: DataLeaf): Promise<DataStatus> =>
    DATA_STATUSES[Number(await trialData.verifyData(...shown(leaf)))]!;
  return { tree, shown, statusOf };
}
