/** A trial that lived through all that can happen to it, with what counts against it, for tests. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { id, keccak256 } from "ethers";
import { ethers } from "hardhat";

import type { Account } from "./careproof";
import { digestOf, row } from "./trialBatches";
import {
  amend,
  appoint,
  approve,
  DAY,
  deployApproved,
  enrol,
  outcomesOf,
  OTHERS,
  PRIMARIES,
  signUnlock,
  type Trial,
  withdraw,
} from "./trialParties";
import { BATCH_KINDS, type BatchKind, SERIOUS_KINDS, type SeriousKind } from "../../src/trials/dataStatuses.js";
import type { TrialRequest } from "../../src/trials/readTrial.js";
import { documentsHash, outcomeTree, type Protocol } from "../../src/trials/protocol.js";

/** Subjects of the site, and of the other site. */
export const [ANNA, BERT, CLEO] = ["Anna", "Bert", "Cleo"].map((name) => id(`invented subject ${name}`)) as [
  string,
  string,
  string,
];

export interface TrialLife extends Trial {
  /** The second version. */
  amended: Protocol;
  /** When each thing happened (unix seconds). */
  at: Record<
    "registered" | "approved" | "enrolled" | "amended" | "locked" | "unlocked" | "relocked" | "reported",
    number
  >;
}

/** Times, as the blocks have them. */
const now = (): Promise<number> => time.latest();

export async function anchorRoot(
  { trialData, trialId }: Trial,
  writer: Account,
  kind: BatchKind,
  sequence: number,
  root: string,
  count: number,
  captured: number,
): Promise<void> {
  await trialData
    .connect(writer)
    .anchor(trialId, BATCH_KINDS.indexOf(kind), sequence, root, count, captured - DAY, captured);
}

/** Two sites and three subjects, and a first batch of each site; nothing that counts against the trial. */
export async function deployEnrolled(): Promise<Trial> {
  const trial = await loadFixture(deployApproved);
  const { otherSite, otherSiteKey } = trial;
  await appoint(trial, "Investigator", otherSite);
  await time.increase(DAY);
  await enrol(trial, ANNA);
  await enrol(trial, BERT);
  await enrol(trial, CLEO, { site: otherSite.address }, otherSiteKey);
  return trial;
}

/** {@link deployEnrolled}, then each thing that counts against a trial, once. */
export async function liveThroughTrial(): Promise<TrialLife> {
  const trial = await loadFixture(deployEnrolled);
  const { registry, trialData, trialSafety, trialId, protocol, sponsorKey, site, siteKey, otherSiteKey } = trial;
  const { registeredAt, approvedAt, firstEnrolledAt } = await registry.factsOf(trialId);
  const at = { registered: Number(registeredAt), approved: Number(approvedAt), enrolled: Number(firstEnrolledAt) };
  const bySponsor = registry.connect(sponsorKey);

  await time.increase(DAY);
  const swapped = PRIMARIES.map((outcome) => ({ ...outcome, commitment: id(`swapped ${outcome.index}`) }));
  const amended = { ...protocol, outcomes: outcomesOf(swapped, OTHERS) };
  await amend(trial, amended);
  const amendedAt = await now();
  await approve(trial, amended);
  await enrol(trial, ANNA, { version: 2 });

  const captured = await now();
  await anchorRoot(trial, siteKey, "Capture", 1, id("first batch"), 30, captured);
  await withdraw(trial, BERT);
  await time.increase(DAY);
  const late = row(BERT, await now());
  await anchorRoot(trial, siteKey, "Capture", 2, keccak256(digestOf(late)), 1, late.capturedAt);
  await trialData.reportViolation(trialId, site, 2, late, []);
  await anchorRoot(trial, otherSiteKey, "Capture", 1, id("other site's batch"), 40, captured);

  const report = async (name: string, kind: SeriousKind): Promise<void> => {
    await trialSafety.connect(siteKey).report(trialId, id(name), SERIOUS_KINDS.indexOf(kind), captured);
  };
  await report("told in time", "Serious");
  await trialSafety.connect(sponsorKey).expedite(trialId, id("told in time"));
  await report("told late", "FatalOrLifeThreatening");
  await report("not told", "FatalOrLifeThreatening");
  await time.increase(8 * DAY);
  await trialSafety.connect(sponsorKey).expedite(trialId, id("told late"));

  await bySponsor.closeEnrolment(trialId);
  await bySponsor.lock(trialId, id("data set"));
  const locked = await now();
  const { byManager, byBoard } = await signUnlock(trial, id("reason to unlock"));
  await registry.unlock(trialId, id("reason to unlock"), byManager, byBoard);
  const unlocked = await now();
  await anchorRoot(trial, siteKey, "Correction", 3, id("after the lock"), 5, captured);
  await bySponsor.lock(trialId, id("data set again"));
  const relocked = await now();
  await bySponsor.unblind(trialId);
  const tree = outcomeTree(PRIMARIES);
  await bySponsor.reportOutcome(
    trialId,
    documentsHash(protocol.documents),
    protocol.outcomes,
    PRIMARIES[1]!,
    tree.prove(1),
    id("result"),
  );
  const reported = await now();
  await bySponsor.reportUnregistered(trialId, id("result of something else"));
  await bySponsor.close(trialId);
  return { ...trial, amended, at: { ...at, amended: amendedAt, locked, unlocked, relocked, reported } };
}

/** What reads the trial from the test's chain. */
export async function requestOf({ registry, trialData, trialSafety, trialId }: Trial): Promise<TrialRequest> {
  const contracts = {
    TrialRegistry: await registry.getAddress(),
    TrialData: await trialData.getAddress(),
    TrialSafety: await trialSafety.getAddress(),
  };
  return { provider: ethers.provider, contracts, trialId };
}
