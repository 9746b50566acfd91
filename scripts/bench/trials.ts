/** Gas of clinical trials: every row a transaction of its own, sent by an operator key, on the state that it declares. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { getBytes, id, toBeHex, ZeroHash, type ContractTransactionResponse } from "ethers";

import { measureDataLicence } from "./dataLicence";
import { gasOf, requireState, type Measurement } from "./operation";
import {
  accreditTrialParties,
  appointment,
  approvalOf,
  DAY,
  nextDay,
  organisation,
  outcomesOf,
  protocolOf,
  registration,
  requirePhase,
  subjectAt,
  withTrial,
  type Outcomes,
  type TrialBench,
} from "./trial";
import { measureTrialData } from "./trialData";
import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import {
  documentsHash,
  MAX_OUTCOMES,
  outcomeTree,
  subjectCommitment,
  unlockObject,
  type OutcomeLeaf,
} from "../../src/trials/protocol.js";
import type { CareProof } from "../../test/support/careproof";
import { signApproval, signEnrolment, signEnrolmentList, signWithdrawal } from "../../test/support/trialParties";

/** Subjects of a call. */
const MANY = 50;
/** As a large record of ClinicalTrials.gov has them, and as many as there may be. */
const USUAL = outcomesOf(3, 17);
const MOST = outcomesOf(8, MAX_OUTCOMES - 8);
const REASON = id("reason");
const RESULT = id("result");
/** Of the transaction itself, of a byte of its data that is zero, and of one that is not (gas; EIP-2028). */
const [TRANSACTION, ZERO_BYTE, BYTE] = [21_000, 4, 16];

export type Row = (operation: string, sent: Promise<ContractTransactionResponse>) => Promise<number>;

/** Measures all rows of clinical trials. */
export async function measureTrials(system: CareProof): Promise<Measurement[]> {
  const rows = new Map<string, number>();
  /** Where an operation is measured on several states, its row is the dearest. */
  const row: Row = async (operation, sent) => {
    const gas = await gasOf(sent);
    rows.set(`trials.${operation}`, Math.max(gas, rows.get(`trials.${operation}`) ?? 0));
    return gas;
  };
  const parties = await accreditTrialParties(system);
  await measureRegistrations(parties, row);
  const trial = await measureBeginning(parties, row);
  await measureEnrolment(trial, row, rows);
  await measureHalts(trial, row);
  await measureTrialData(trial, row);
  await measureAmendment(trial, row);
  await measureLock(trial, row);
  await measureReports(trial, USUAL, "", row);
  await measureReports(await unblindedOf(parties, MOST), MOST, ".of256", row);
  await measureMisdeclared(parties, row);
  await measureDataLicence(trial, row);
  return [...rows].map(([operation, gas]) => ({ operation, gas }));
}

/** What a registration costs does not depend on the number of its outcomes. */
async function measureRegistrations(system: TrialBench, row: Row): Promise<void> {
  const executions = new Set<number>();
  for (const [number, outcomes] of [
    ["NCT00000010", outcomesOf(1, 1)],
    ["NCT00000011", USUAL],
    ["NCT00000012", MOST],
  ] as const) {
    const trial = withTrial(system, number, protocolOf(outcomes));
    await requirePhase(trial, "None");
    const sent = system.registry.connect(system.sponsorKey).register(...registration(number, trial.protocol));
    const gas = await row("register", sent);
    executions.add(gas - intrinsicGas((await sent).data));
    await requirePhase(trial, "Registered");
  }
  requireState(executions.size === 1, "registering costs the same whatever the number of outcomes");
}

/** A trial that is registered, approved, and has people in it. */
async function measureBeginning(parties: TrialBench, row: Row): Promise<TrialBench> {
  const number = "NCT01234567";
  const trial = withTrial(parties, number, protocolOf(USUAL));
  const { registry, sponsorKey, stranger } = trial;
  const bySponsor = registry.connect(sponsorKey);
  await row("register", bySponsor.register(...registration(number, trial.protocol)));
  const signedAt = await nextDay();
  await row("approve.first", registry.connect(stranger).approve(trial.trialId, await approvalOf(trial, signedAt)));
  await requirePhase(trial, "Approved");
  for (const [name, participant] of [
    ["Investigator", trial.site],
    ["Investigator", trial.otherSite],
    ["DataManager", trial.dataManager],
    ["SafetyBoard", trial.safetyBoard],
    ["Laboratory", trial.laboratory],
  ] as const) {
    await row("appoint", bySponsor.appoint(...appointment(trial, name, participant, signedAt)));
  }
  const [monitor] = await organisation(trial, "monitor", "TRIAL_SERVICE_PROVIDER");
  await bySponsor.appoint(...appointment(trial, "Monitor", monitor, signedAt));
  const [, monitors, address] = appointment(trial, "Monitor", monitor, signedAt);
  await row("dismiss", bySponsor.dismiss(trial.trialId, monitors, address));
  const again = (await nextDay()) + DAY;
  requireState((await time.latest()) < again, "an appointment to come");
  await row("appoint.again", bySponsor.appoint(...appointment(trial, "Monitor", monitor, again)));
  return trial;
}

/** Subjects one by one and many at once, with an address and without, withdrawn and unblinded. */
async function measureEnrolment(trial: TrialBench, row: Row, rows: Map<string, number>): Promise<void> {
  const { registry, trialId, site, siteKey, person, stranger } = trial;
  const relayed = registry.connect(stranger);
  const signedAt = await nextDay();
  const dates = { signedAt, deadline: signedAt + 30 * DAY };
  let subjects = 0;
  const requireNew = async (subject: string): Promise<string> => {
    requireState((await registry.subjectOf(trialId, subject)).signedAt === 0n, "a new subject");
    return subject;
  };
  const next = (): Promise<string> => requireNew(subjectAt(subjects++));
  const requireEnrolled = async (count: bigint): Promise<void> => {
    requireState((await registry.factsOf(trialId)).enrolled === count, `${count} subjects`);
  };

  await requireEnrolled(0n);
  for (const operation of ["enrol.first", "enrol"]) {
    const { enrolment, signature } = await signEnrolment(trial, await next(), dates);
    await row(operation, relayed.enrol(enrolment, signature));
  }
  await requireEnrolled(2n);

  const terms = {
    categories: 1n << BigInt(CATEGORIES.TRIAL_DATA),
    notBefore: 0,
    expiresAt: signedAt + 365 * DAY,
    flags: 0,
  };
  await trial.consents.connect(person).grant(site, 1n << BigInt(PURPOSES.CLINTRCH), terms, id("evidence"));
  const salt = id("salt of the person");
  const own = await requireNew(subjectCommitment(person.address, salt));
  const { enrolment, signature } = await signEnrolment(trial, own, dates, person);
  await row("enrolWithConsent", registry.connect(siteKey).enrolWithConsent(enrolment, person, salt, signature));
  await requireEnrolled(3n);

  const items = [];
  for (let index = 0; index < MANY; index++) {
    const signed = await signEnrolment(trial, await next(), dates);
    items.push({ ...signed.enrolment, signature: signed.signature });
  }
  rows.set("trials.enrolMany.each", (await gasOf(relayed.enrolMany(trialId, site, 1, items))) / MANY);
  await requireEnrolled(3n + BigInt(MANY));

  const listed = [];
  for (let index = 0; index < MANY; index++) listed.push(await next());
  const times = listed.map((_, index) => signedAt + index);
  requireState(!times.some((at) => getBytes(toBeHex(at)).includes(0)), "no zero byte in a time");
  const list = await signEnrolmentList(trial, listed, { signedAt: times, deadline: dates.deadline });
  const ofList = await gasOf(relayed.enrolManyByInvestigator(list.list, list.signature));
  rows.set("trials.enrolManyByInvestigator.each", ofList / MANY);
  await requireEnrolled(3n + 2n * BigInt(MANY));

  const leaving = await nextDay();
  const left = { signedAt: leaving, deadline: leaving + 30 * DAY };
  const bySite = await signWithdrawal(trial, subjectAt(0), left);
  await row("withdraw", relayed.withdraw(bySite.withdrawal, ZeroHash, bySite.signature));
  const byPerson = await signWithdrawal(trial, own, left, person);
  await row("withdraw", relayed.withdraw(byPerson.withdrawal, salt, byPerson.signature));
  const unblinding = registry.connect(siteKey);
  for (const index of [1, 2]) {
    await row("recordEmergencyUnblinding", unblinding.recordEmergencyUnblinding(trialId, subjectAt(index), REASON));
  }
}

/** Suspended by each who may, and terminated, which another trial is: a trial that is terminated enrols no more. */
async function measureHalts(trial: TrialBench, row: Row): Promise<void> {
  const { registry, trialId } = trial;
  for (const key of [trial.sponsorKey, trial.boardKey, trial.safetyBoardKey]) {
    await row("suspend", registry.connect(key).suspend(trialId, REASON));
    await row("resume", registry.connect(key).resume(trialId));
  }
  const ended = await recruitingOf(trial, "NCT00000020", outcomesOf(1, 0));
  await ended.registry
    .connect(trial.sponsorKey)
    .appoint(...appointment(ended, "SafetyBoard", trial.safetyBoard, await nextDay()));
  await row("terminate", registry.connect(trial.safetyBoardKey).terminate(ended.trialId, REASON));
}

/** A version with another consent form: registered, approved, and consented to by a subject. */
async function measureAmendment(trial: TrialBench, row: Row): Promise<void> {
  const { registry, trialId, protocol, stranger } = trial;
  const next = protocolOf(USUAL, "second consent form");
  await row("amend", registry.connect(trial.sponsorKey).amend(trialId, protocol, next, REASON));
  const signedAt = await nextDay();
  await row("approve", registry.connect(stranger).approve(trialId, await approvalOf(trial, signedAt, next)));
  const later = await nextDay();
  const { enrolment, signature } = await signEnrolment(trial, subjectAt(2), {
    version: 2,
    signedAt: later,
    deadline: later + 30 * DAY,
  });
  await row("enrol.again", registry.connect(stranger).enrol(enrolment, signature));
  requireState((await registry.subjectOf(trialId, subjectAt(2))).version === 2n, "consented to the second version");
}

/** Enrolment closed, data locked, unlocked by two, locked again, and unblinded. */
async function measureLock(trial: TrialBench, row: Row): Promise<void> {
  const { registry, trialId, stranger } = trial;
  const bySponsor = registry.connect(trial.sponsorKey);
  await row("closeEnrolment", bySponsor.closeEnrolment(trialId));
  const lockedAt = (await nextDay()) + DAY;
  // It is signed.
  await time.setNextBlockTimestamp(lockedAt);
  await row("lock", bySponsor.lock(trialId, id("data set")));
  requireState((await registry.factsOf(trialId)).lockedAt === BigInt(lockedAt), "locked at a fixed time");
  const object = unlockObject(REASON, lockedAt, 0);
  const signedAt = await nextDay();
  const dates = { signedAt, deadline: signedAt + 30 * DAY };
  const byManager = await signApproval(trial, trial.dataManagerKey, object, dates);
  const byBoard = await signApproval(trial, trial.safetyBoardKey, object, dates);
  await row("unlock", registry.connect(stranger).unlock(trialId, REASON, byManager, byBoard));
  await requirePhase(trial, "Active");
  await measureAfterUnlock(trial, row);
  await row("lock", bySponsor.lock(trialId, id("data set, corrected")));
  await row("unblind", bySponsor.unblind(trialId));
  await requirePhase(trial, "Unblinded");
}

/** A batch after the data were unlocked, which is counted for ever: a site's later one, as the trial's first such and as another. */
async function measureAfterUnlock({ trialData, trialId, site, siteKey }: TrialBench, row: Row): Promise<void> {
  const end = await nextDay();
  for (const name of ["afterUnlock", "afterUnlock again"]) {
    const sequence = (await trialData.headOf(trialId, site)).sequence + 1n;
    requireState(sequence > 1n, "a later batch");
    const sent = trialData.connect(siteKey).anchor(trialId, 2, sequence, id(name), 1_000, end - DAY, end);
    await row("anchor.afterUnlock", sent);
  }
}

/** Each result that may be reported, of the version by which the trial is judged, and the end. */
async function measureReports(trial: TrialBench, outcomes: Outcomes, suffix: string, row: Row): Promise<void> {
  const { registry, trialId, protocol } = trial;
  const bySponsor = registry.connect(trial.sponsorKey);
  await requirePhase(trial, "Unblinded");
  const report = async (of: OutcomeLeaf[], index: number): Promise<void> => {
    const proof = outcomeTree(of).prove(index);
    // Its last row is not full: the first leaf is as deep as any.
    requireState(
      index !== 0 || proof.length === Math.ceil(Math.log2(of.length)),
      "a proof as long as its tree is deep",
    );
    const args = [trialId, documentsHash(protocol.documents), protocol.outcomes, of[index]!, proof, RESULT] as const;
    await row(`reportOutcome${suffix}`, bySponsor.reportOutcome(...args));
  };
  // The first moves the phase. The tree of the others is the deeper one; what is reported last clears the word.
  await report(outcomes.others, 0);
  await requirePhase(trial, "Reported");
  for (let index = 0; index < outcomes.primaries.length; index++) await report(outcomes.primaries, index);
  await report(outcomes.others, outcomes.others.length - 2);
  await row("reportUnregistered", bySponsor.reportUnregistered(trialId, RESULT));
  await row("close", bySponsor.close(trialId));
}

/** A list of 256 outcomes in which a primary one is hidden among the others. */
async function measureMisdeclared(parties: TrialBench, row: Row): Promise<void> {
  const { primaries, others } = MOST;
  const hidden = { ...others[200]!, kind: 0 };
  const list = { primaries, others: others.with(200, hidden) };
  const trial = withTrial(parties, "NCT00000030", protocolOf(list));
  const { registry, trialId, protocol } = trial;
  await registry.connect(trial.sponsorKey).register(...registration("NCT00000030", protocol));
  const proof = outcomeTree(list.others).prove(200);
  requireState(proof.length === 8, "a proof of 8 hashes");
  const args = [trialId, 1, documentsHash(protocol.documents), protocol.outcomes, hidden, proof] as const;
  await row("reportMisdeclared", registry.connect(trial.stranger).reportMisdeclared(...args));
  requireState((await registry.factsOf(trialId)).misdeclared, "misdeclared for ever");
}

/** Another trial with one subject. */
async function recruitingOf(parties: TrialBench, number: string, outcomes: Outcomes): Promise<TrialBench> {
  const trial = withTrial(parties, number, protocolOf(outcomes));
  const { registry, trialId, stranger } = trial;
  const bySponsor = registry.connect(trial.sponsorKey);
  await bySponsor.register(...registration(number, trial.protocol));
  const signedAt = await nextDay();
  await registry.connect(stranger).approve(trialId, await approvalOf(trial, signedAt));
  await bySponsor.appoint(...appointment(trial, "Investigator", trial.site, signedAt));
  const consentedAt = await nextDay();
  const signed = await signEnrolment(trial, subjectAt(0), { signedAt: consentedAt, deadline: consentedAt + 30 * DAY });
  await registry.connect(stranger).enrol(signed.enrolment, signed.signature);
  return trial;
}

/** Another trial, unblinded. */
async function unblindedOf(parties: TrialBench, outcomes: Outcomes): Promise<TrialBench> {
  const trial = await recruitingOf(parties, "NCT00000021", outcomes);
  const bySponsor = trial.registry.connect(trial.sponsorKey);
  await bySponsor.lock(trial.trialId, id("data set"));
  await bySponsor.unblind(trial.trialId);
  return trial;
}

/** What a transaction costs before it does anything. */
function intrinsicGas(data: string): number {
  const bytes = getBytes(data);
  const zeros = bytes.filter((byte) => byte === 0).length;
  return TRANSACTION + zeros * ZERO_BYTE + (bytes.length - zeros) * BYTE;
}
