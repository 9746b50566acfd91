/** Batches of trial data for tests, their leaves hashed by ethers and their trees by OpenZeppelin. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { AbiCoder, id, keccak256, Wallet, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { accredit, enlist, type Account } from "./careproof";
import { treeOf } from "./merkle";
import { amend, appoint, approve, deployApproved, enrol, signUnlock, withdraw, type Trial } from "./trialParties";
import { BATCH_KINDS, DATA_STATUSES, type BatchKind, type DataStatus } from "../../src/trials/dataStatuses.js";

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

/** A trial with a laboratory and both sites in it, and a subject at the first. */
export interface DataTrial extends Trial {
  laboratory: Account;
  laboratoryKey: Account;
  subject: string;
  /** When the subject's enrolment was signed (unix seconds). */
  enrolledAt: number;
}

/** As `deployApproved`, with the people of {@link DataTrial}. */
export async function deployDataTrial(): Promise<DataTrial> {
  const trial = await loadFixture(deployApproved);
  const [laboratory, laboratoryKey] = [Wallet.createRandom(ethers.provider), Wallet.createRandom(ethers.provider)];
  for (const { address } of [laboratory, laboratoryKey]) {
    await trial.deployer.sendTransaction({ to: address, value: ethers.parseEther("10") });
  }
  await accredit(trial, laboratory, "LABORATORY");
  await enlist(trial, laboratory, laboratoryKey, "LABORATORY");
  await appoint(trial, "Laboratory", laboratory);
  await appoint(trial, "Investigator", trial.otherSite);
  const subject = id("subject 0");
  return { ...trial, laboratory, laboratoryKey, subject, enrolledAt: await enrolAt(trial, subject) };
}

/** Enrols a subject by the key of the site, signed at a time, by default now. Answers when. */
export async function enrolAt(trial: Trial, subject: string, signedAt?: number, version = 1): Promise<number> {
  const at = signedAt ?? (await time.latest());
  await enrol(trial, subject, { signedAt: at, version });
  return at;
}

/** Withdraws a subject now. Answers when. */
export async function withdrawNow(trial: Trial, subject: string): Promise<number> {
  const at = await time.latest();
  await withdraw(trial, subject, { signedAt: at });
  return at;
}

/** Registers version 2 with another consent form, and has it approved. */
export async function amendConsentForm(trial: Trial): Promise<void> {
  const { documents, outcomes } = trial.protocol;
  const next = { documents: { ...documents, consentForm: id("second consent form") }, outcomes };
  await amend(trial, next);
  await approve(trial, next);
}

/** Locks the data. */
export async function lock({ trials, trialId, sponsorKey }: Trial): Promise<void> {
  await trials.connect(sponsorKey).lock(trialId, id("data set"));
}

/** Unlocks the data, by the data manager and the safety board. */
export async function unlock(trial: Trial): Promise<void> {
  const reason = id("reason");
  const { byManager, byBoard } = await signUnlock(trial, reason);
  await trial.trials.unlock(trial.trialId, reason, byManager, byBoard);
}
