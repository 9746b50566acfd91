import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";

import {
  documentsHash,
  type OutcomeLeaf,
  outcomeLeaf,
  outcomeTree,
  registrationNumberToBytes32,
  versionHash,
} from "../../src/trials/protocol.js";
import { readTrial } from "../../src/trials/readTrial.js";
import type { TrialAnswer } from "../../src/trials/trialAnswers.js";
import { trialReport, type TrialReport } from "../../src/trials/trialReport.js";
import { timeOf } from "../../src/utils/time.js";
import { accredit } from "../support/careproof";
import { anchorRoot, deployEnrolled, liveThroughTrial, requestOf } from "../support/trialLife";
import {
  amend,
  approve,
  DAY,
  deployApproved,
  deployRegistered,
  deployTrialParties,
  enrol,
  NUMBER,
  outcomesOf,
  OTHERS,
  PRIMARIES,
  type Trial,
} from "../support/trialParties";

async function reportOf(trial: Trial): Promise<TrialReport> {
  return trialReport(await readTrial(await requestOf(trial)));
}

const answerTo = ({ answers }: TrialReport, code: TrialAnswer["code"]): TrialAnswer =>
  answers.find((answer) => answer.code === code)!;

const codesOf = ({ warnings }: TrialReport): string[] => warnings.map(({ code }) => code);

/** Locks, unblinds and reports outcomes of the first version. */
async function reportAll(trial: Trial): Promise<void> {
  const { registry, trialId, protocol, sponsorKey } = trial;
  const bySponsor = registry.connect(sponsorKey);
  await bySponsor.lock(trialId, id("data set"));
  await bySponsor.unblind(trialId);
  const tree = outcomeTree(PRIMARIES);
  for (const outcome of PRIMARIES) {
    const proof = tree.prove(outcome.index);
    await bySponsor.reportOutcome(
      trialId,
      documentsHash(protocol.documents),
      protocol.outcomes,
      outcome,
      proof,
      id("result"),
    );
  }
}

describe("trialReport", () => {
  it("has nothing against a trial that kept its promise", async () => {
    const trial = await loadFixture(deployEnrolled);
    await anchorRoot(trial, trial.siteKey, "Capture", 1, id("batch"), 30, await time.latest());
    await reportAll(trial);
    const report = await reportOf(trial);
    expect(report.warnings).to.deep.equal([]);
    expect(report.answers.map(({ answer }) => answer)).to.deep.equal(Array.from({ length: 8 }, () => "yes"));
    expect(report.outcomes).to.deep.include({ unreportedPrimaries: [], judgedVersion: 1, primaries: 2, others: 3 });
    expect(report.timeline.filter(({ isAgainst }) => isAgainst)).to.deep.equal([]);
  });

  it("says of everything that is not known yet that it is not", async () => {
    const trial = await loadFixture(deployRegistered);
    const report = await reportOf(trial);
    expect(report.answers.map(({ code, answer }) => [code, answer])).to.deep.equal([
      ["registeredFirst", "notYet"],
      ["primaryOutcomesKept", "notYet"],
      ["primaryOutcomesReported", "notYet"],
      ["dataComplete", "notYet"],
      ["dataUntouchedAfterLock", "notYet"],
      ["subjectsConsented", "yes"],
      ["safetyOnTime", "yes"],
      ["resultsOnTime", "notYet"],
    ]);
    expect(report.registration).to.have.all.keys("prospective", "registeredAt");
    expect(report).not.to.have.property("board");
  });

  it("says what stays unproved where a trial reads as prospective", async () => {
    const trial = await loadFixture(deployEnrolled);
    const { answer, text } = answerTo(await reportOf(trial), "registeredFirst");
    expect(answer).to.equal("yes");
    expect(text).to.contain("proved only of enrolments that are on the chain");
  });

  it("reads a trial as retrospective for ever once a signature is older than the approval", async () => {
    const trial = await loadFixture(deployTrialParties);
    const signedAt = await time.latest();
    await time.increase(DAY);
    await trial.registry.connect(trial.sponsorKey).register(registrationNumberToBytes32(NUMBER), trial.protocol);
    await approve(trial);
    await trial.registry
      .connect(trial.sponsorKey)
      .appoint(trial.trialId, 0, trial.site, signedAt - DAY, signedAt + 100 * DAY);
    await enrol(trial, id("invented subject"), { signedAt });
    const report = await reportOf(trial);
    expect(answerTo(report, "registeredFirst").answer).to.equal("no");
    expect(report.registration).to.include({ prospective: false, earliestSignedAt: timeOf(signedAt) });
    expect(codesOf(report)).to.deep.equal(["RETROSPECTIVE"]);
    // The day of that signature comes before the registration.
    expect(report.timeline[0]).to.include({ event: "SubjectsEnrolled", time: timeOf(signedAt).slice(0, 10) });
  });

  it("names each thing that counts against a trial once", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const report = await reportOf(trial);
    expect(codesOf(report)).to.deep.equal([
      "PRIMARY_OUTCOMES_CHANGED",
      "PRIMARY_OUTCOMES_UNREPORTED",
      "UNREGISTERED_RESULTS",
      "DATA_AFTER_UNLOCK",
      "DATA_VIOLATIONS",
      "SAFETY_LATE",
      "SAFETY_OVERDUE",
    ]);
    expect(report.timeline.filter(({ isAgainst }) => isAgainst).map(({ event }) => event)).to.deep.equal([
      "ProtocolAmended",
      "ViolationReported",
      "SeriousEventExpedited",
      "DataAnchored",
      "UnregisteredResultReported",
    ]);
    expect(report.safety.overdue).to.deep.equal([id("not told")]);
    expect(report.outcomes).to.deep.include({ unreportedPrimaries: [1], unregisteredResults: 1 });
    expect(report.data.streams[0]).to.deep.include({ batches: 3, rows: 36, afterUnlock: [3], violations: 1 });
  });

  it("warns of results that are overdue, and answers no where they came too late", async () => {
    const trial = await loadFixture(deployEnrolled);
    await trial.registry.connect(trial.sponsorKey).lock(trial.trialId, id("data set"));
    await time.increase(366 * DAY);
    const overdue = await reportOf(trial);
    expect(codesOf(overdue)).to.deep.equal(["RESULTS_OVERDUE"]);
    expect(answerTo(overdue, "resultsOnTime").answer).to.equal("no");
    const { registry, trialId, protocol, sponsor } = trial;
    // A year is over: so is the accreditation.
    await accredit(trial, sponsor, "TRIAL_SPONSOR");
    await registry.connect(sponsor).unblind(trialId);
    for (const outcome of PRIMARIES) {
      const proof = outcomeTree(PRIMARIES).prove(outcome.index);
      await registry
        .connect(sponsor)
        .reportOutcome(trialId, documentsHash(protocol.documents), protocol.outcomes, outcome, proof, id("result"));
    }
    const late = await reportOf(trial);
    expect(codesOf(late)).to.deep.equal([]);
    expect(answerTo(late, "primaryOutcomesReported").answer).to.equal("yes");
    expect(answerTo(late, "resultsOnTime").answer).to.equal("no");
  });

  it("warns of outcomes changed after unblinding", async () => {
    const trial = await loadFixture(deployEnrolled);
    await reportAll(trial);
    const others = OTHERS.map((outcome) => ({ ...outcome, commitment: id(`other ${outcome.index}`) }));
    await amend(trial, { ...trial.protocol, outcomes: outcomesOf(PRIMARIES, others) });
    const report = await reportOf(trial);
    expect(codesOf(report)).to.deep.equal(["OTHER_OUTCOMES_CHANGED", "AMENDED_AFTER_UNBLINDING"]);
    expect(report.versions[1]).to.deep.include({ changes: ["otherOutcomes"], afterUnblinding: true });
    expect(report.versions[1]).not.to.have.property("approval");
  });

  it("trusts no list of outcomes that was shown to be misdeclared", async () => {
    const trial = await loadFixture(deployApproved);
    // A primary outcome hidden among the others.
    const hidden: OutcomeLeaf = { index: 0, count: 1, kind: 0, commitment: id("hidden primary") };
    const outcomes = { ...outcomesOf(PRIMARIES, [hidden]), otherRoot: outcomeLeaf(hidden), others: 1 };
    const next = { ...trial.protocol, outcomes };
    await amend(trial, next);
    await trial.registry.reportMisdeclared(trial.trialId, 2, documentsHash(next.documents), outcomes, hidden, []);
    const report = await reportOf(trial);
    expect(codesOf(report)).to.deep.equal(["OUTCOMES_MISDECLARED"]);
    expect(answerTo(report, "primaryOutcomesKept").answer).to.equal("no");
    expect(versionHash(next)).to.equal((await trial.registry.versionOf(trial.trialId, 2)).hash);
  });
});
