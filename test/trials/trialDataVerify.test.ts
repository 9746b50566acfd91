/** What a leaf of a trial's data is worth, and leaves that convict a batch. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { DATA_STATUSES, type DataStatus } from "../../src/trials/dataStatuses.js";
import { registrationNumberToBytes32, trialIdOf } from "../../src/trials/protocol.js";
import { leafOf } from "../support/merkle";
import {
  amendConsentForm,
  anchor,
  anchorRows,
  deployDataTrial,
  enrolAt,
  lock,
  withdrawNow,
  DATA_LEAF,
  digestOf,
  row,
  type DataLeaf,
} from "../support/trialBatches";
import { appoint, approve, NUMBER, type Trial } from "../support/trialParties";

const NOBODY = id("somebody who is not in the trial");

/** A trial with five rows of its subject, of whom the last is about no subject. */
async function withRows() {
  const trial = await loadFixture(deployDataTrial);
  const { subject, enrolledAt } = trial;
  const names = ["blood pressure", "weight", "adverse events", "medication"];
  const rows = [
    ...names.map((name, i) => row(subject, enrolledAt + i, name)),
    row(ZeroHash, enrolledAt, "visit of the protocol"),
  ] as [DataLeaf, DataLeaf, DataLeaf, DataLeaf, DataLeaf];
  return { ...trial, rows, batch: await anchorRows(trial, rows) };
}

const status = (name: DataStatus): number => DATA_STATUSES.indexOf(name);

describe("TrialData: leaves", () => {
  describe("verifyData", () => {
    it("knows every leaf of a batch, and the only leaf of another", async () => {
      const trial = await loadFixture(withRows);
      for (const leaf of trial.rows) expect(await trial.batch.statusOf(leaf)).to.equal("Anchored");
      const only = row(trial.subject, trial.enrolledAt, "only");
      const { statusOf, tree } = await anchorRows(trial, [only], 2n);
      expect(tree.proofOf(digestOf(only))).to.deep.equal([]);
      expect(await statusOf(only)).to.equal("Anchored");
    });

    it("knows a correction, and the leaf that it corrects as well", async () => {
      const trial = await loadFixture(withRows);
      const correction = {
        ...row(trial.subject, trial.enrolledAt + 5, "corrected"),
        corrects: digestOf(trial.rows[0]),
      };
      const { statusOf } = await anchorRows(trial, [correction], 2n);
      expect(await statusOf(correction)).to.equal("Anchored");
      expect(await trial.batch.statusOf(trial.rows[0])).to.equal("Anchored");
    });

    it("does not know a leaf of which anything was altered", async () => {
      const { trialData, batch, rows } = await loadFixture(withRows);
      const [trialId, writer, sequence, leaf, proof] = batch.shown(rows[0]);
      const altered: Partial<DataLeaf>[] = [
        { subject: NOBODY },
        { content: id("another row") },
        { capturedAt: leaf.capturedAt + 1 },
        { corrects: digestOf(rows[1]) },
      ];
      expect(altered).to.have.lengthOf(Object.keys(leaf).length);
      for (const change of altered) {
        const answer = await trialData.verifyData(trialId, writer, sequence, { ...leaf, ...change }, proof);
        expect(answer, JSON.stringify(change)).to.equal(status("Unknown"));
      }
    });

    it("does not know a leaf with another's proof, in another batch, of another writer, or of another trial", async () => {
      const trial = await loadFixture(withRows);
      const { trialData, batch, rows, otherSite } = trial;
      await anchor(trial, { sequence: 2n });
      const [trialId, writer, sequence, leaf, proof] = batch.shown(rows[0]);
      const proofOfOther = batch.shown(rows[1])[4];
      for (const args of [
        [trialId, writer, sequence, leaf, proofOfOther],
        [trialId, writer, sequence, leaf, []],
        [trialId, writer, 0n, leaf, proof],
        [trialId, writer, 2n, leaf, proof],
        [trialId, writer, 3n, leaf, proof],
        [trialId, otherSite.address, sequence, leaf, proof],
        [id("another trial"), writer, sequence, leaf, proof],
      ] as const) {
        expect(await trialData.verifyData(...(args as Parameters<typeof trialData.verifyData>))).to.equal(
          status("Unknown"),
        );
      }
    });

    it("attack: an inner node, and a leaf hashed once, are no leaves", async () => {
      const trial = await loadFixture(withRows);
      const { trialData, trialId, site, batch, rows, subject, enrolledAt } = trial;
      const { node, proof } = batch.tree.parentOf(digestOf(rows[0]));
      // A node as everything that a caller can make 32 bytes of.
      for (const leaf of [
        { ...rows[0], content: node },
        { ...rows[0], subject: node },
        { ...rows[0], corrects: node },
      ]) {
        expect(await trialData.verifyData(trialId, site, 1n, leaf, proof)).to.equal(status("Unknown"));
      }
      const once = row(subject, enrolledAt, "once");
      await anchor(trial, { sequence: 2n, root: digestOf(once) });
      expect(await trialData.verifyData(trialId, site, 2n, once, [])).to.equal(status("Unknown"));
    });

    it("attack: a leaf of another kind with the same words is none of data", async () => {
      const trial = await loadFixture(withRows);
      const { trialData, trialId, site, subject, enrolledAt } = trial;
      const leaf = row(subject, enrolledAt);
      const tags = [
        "CareProof.RecordLeaf(address patient,bytes32 commitment,uint8 category,uint40 recordedAt,bytes32 supersedes)",
        "CareProof.AllocationLeaf(uint32 index,bytes32 subject,uint8 arm,bytes32 salt)",
        "CareProof.OutcomeLeaf(uint16 index,uint16 count,uint8 kind,bytes32 commitment)",
        "CareProof.FeeLeaf",
      ].map((text) => id(text));
      for (const [index, tag] of [...tags, ZeroHash].entries()) {
        const sequence = BigInt(index + 2);
        await anchor(trial, { sequence, root: leafOf(digestOf(leaf, tag)) });
        expect(await trialData.verifyData(trialId, site, sequence, leaf, [])).to.equal(status("Unknown"));
      }
      await anchor(trial, { sequence: 7n, root: leafOf(digestOf(leaf, DATA_LEAF)) });
      expect(await trialData.verifyData(trialId, site, 7n, leaf, [])).to.equal(status("Anchored"));
    });

    it("attack: names data of a subject who is not in the trial", async () => {
      const trial = await loadFixture(withRows);
      const leaf = row(NOBODY, trial.enrolledAt);
      const { statusOf } = await anchorRows(trial, [leaf], 2n);
      expect(await statusOf(leaf)).to.equal("NotEnrolled");
      await enrolAt(trial, NOBODY, trial.enrolledAt);
      expect(await statusOf(leaf)).to.equal("Anchored");
    });

    it("attack: names data of a subject of another trial", async () => {
      const trial = await loadFixture(withRows);
      const { trials, trialData, otherSponsor, protocol } = trial;
      await trials.connect(otherSponsor).register(registrationNumberToBytes32(NUMBER), protocol);
      const trialId = trialIdOf(NUMBER, otherSponsor.address);
      const another = { ...trial, trialId, sponsor: otherSponsor, sponsorKey: otherSponsor };
      await approve(another);
      await appoint(another, "Investigator", another.site);
      const leaf = row(trial.subject, trial.enrolledAt);
      const { statusOf } = await anchorRows(another, [leaf]);
      expect(await statusOf(leaf)).to.equal("NotEnrolled");
      expect((await trialData.recordOf(another.trialId)).data.violations).to.equal(0n);
    });

    it("attack: names data captured before the subject consented, to the second", async () => {
      const trial = await loadFixture(withRows);
      const leaves = [-1, 0].map((seconds) => row(trial.subject, trial.enrolledAt + seconds, "early"));
      const { statusOf } = await anchorRows(trial, leaves, 2n);
      expect(await statusOf(leaves[0]!)).to.equal("NotEnrolled");
      expect(await statusOf(leaves[1]!)).to.equal("Anchored");
    });

    it("attack: names data captured after the subject withdrew, to the second; what was collected stays", async () => {
      const trial = await loadFixture(withRows);
      await time.increase(1_000);
      const withdrawnAt = await withdrawNow(trial, trial.subject);
      const leaves = [-1, 0, 1].map((seconds) => row(trial.subject, withdrawnAt + seconds, "late"));
      const { statusOf } = await anchorRows(trial, leaves, 2n);
      expect(await statusOf(leaves[0]!)).to.equal("Anchored");
      expect(await statusOf(leaves[1]!)).to.equal("AfterWithdrawal");
      expect(await statusOf(leaves[2]!)).to.equal("AfterWithdrawal");
      for (const leaf of trial.rows) expect(await trial.batch.statusOf(leaf)).to.equal("Anchored");
    });

    it("names data captured under a consent to an older form than was approved by then", async () => {
      const trial = await loadFixture(withRows);
      await time.increase(1_000);
      await amendConsentForm(trial);
      const approvedAt = await time.latest();
      await time.increase(1_000);
      const again = await enrolAt(trial, trial.subject, undefined, 2);
      const leaves = [approvedAt - 1, approvedAt, again - 1, again].map((at) => row(trial.subject, at, "later"));
      const { statusOf } = await anchorRows(trial, leaves, 2n);
      const statuses = [];
      for (const leaf of leaves) statuses.push(await statusOf(leaf));
      expect(statuses).to.deep.equal(["Anchored", "ConsentOutdated", "ConsentOutdated", "Anchored"]);
    });
  });

  describe("reportViolation", () => {
    /** Rows of somebody who is not in the trial, and of the subject after it withdrew, in batch 2. */
    async function withViolations() {
      const trial = await loadFixture(withRows);
      await time.increase(1_000);
      const withdrawnAt = await withdrawNow(trial, trial.subject);
      const unconsented = row(NOBODY, trial.enrolledAt);
      const withdrawn = row(trial.subject, withdrawnAt);
      const good = row(ZeroHash, withdrawnAt);
      return {
        ...trial,
        unconsented,
        withdrawn,
        good,
        second: await anchorRows(trial, [unconsented, withdrawn, good], 2n),
      };
    }

    const countsOf = async ({ trialData, trialId, site }: Trial, sequence = 2n): Promise<[bigint, bigint]> => [
      await trialData.violationsOf(trialId, site, sequence),
      (await trialData.recordOf(trialId)).data.violations,
    ];

    it("flags batch and trial, by whomever, and says so", async () => {
      const trial = await loadFixture(withViolations);
      const { trialData, trialId, site, second, stranger } = trial;
      for (const [leaf, name, count] of [
        [trial.unconsented, "NotEnrolled", 1n],
        [trial.withdrawn, "AfterWithdrawal", 2n],
      ] as const) {
        await expect(trialData.connect(stranger).reportViolation(...second.shown(leaf)))
          .to.emit(trialData, "ViolationReported")
          .withArgs(trialId, site.address, 2n, digestOf(leaf), status(name), stranger.address);
        expect(await countsOf(trial)).to.deep.equal([count, count]);
      }
      expect(await countsOf(trial, 1n)).to.deep.equal([0n, 2n]);
    });

    it("attack: a leaf counts once in a batch; in another batch it counts there", async () => {
      const trial = await loadFixture(withViolations);
      const { trialData, second, unconsented } = trial;
      await trialData.reportViolation(...second.shown(unconsented));
      await expect(trialData.reportViolation(...second.shown(unconsented)))
        .to.be.revertedWithCustomError(trialData, "ViolationReportedBefore")
        .withArgs(digestOf(unconsented));
      const third = await anchorRows(trial, [unconsented], 3n);
      await trialData.reportViolation(...third.shown(unconsented));
      expect(await countsOf(trial)).to.deep.equal([1n, 2n]);
      expect(await countsOf(trial, 3n)).to.deep.equal([1n, 2n]);
    });

    it("attack: a good leaf, one under an outdated consent, and one that is not in the batch convict nobody", async () => {
      const trial = await loadFixture(withViolations);
      const { trialData, trialId, site, second, good, rows, unconsented, subject } = trial;
      await enrolAt(trial, id("subject 2"));
      await amendConsentForm(trial);
      const outdated = row(id("subject 2"), await time.latest());
      const third = await anchorRows(trial, [outdated], 3n);
      const [, , , , proof] = second.shown(unconsented);
      for (const [args, name] of [
        [second.shown(good), "Anchored"],
        [trial.batch.shown(rows[0]), "Anchored"],
        [third.shown(outdated), "ConsentOutdated"],
        [[trialId, site.address, 2n, row(subject, 4_000_000_000), proof], "Unknown"],
        [[trialId, site.address, 1n, unconsented, proof], "Unknown"],
      ] as const) {
        await expect(trialData.reportViolation(...(args as Parameters<typeof trialData.verifyData>)))
          .to.be.revertedWithCustomError(trialData, "NotAViolation")
          .withArgs(digestOf(args[3]), status(name));
      }
      expect((await trialData.recordOf(trialId)).data.violations).to.equal(0n);
    });

    it("stays when the enrolment arrives later, however it is dated", async () => {
      const trial = await loadFixture(withViolations);
      const { trialData, second, unconsented, enrolledAt } = trial;
      await trialData.reportViolation(...second.shown(unconsented));
      await enrolAt(trial, NOBODY, enrolledAt);
      expect(await second.statusOf(unconsented)).to.equal("Anchored");
      expect(await countsOf(trial)).to.deep.equal([1n, 1n]);
      await expect(trialData.reportViolation(...second.shown(unconsented)))
        .to.be.revertedWithCustomError(trialData, "NotAViolation")
        .withArgs(digestOf(unconsented), status("Anchored"));
    });

    it("is possible for ever, after the trial was closed too", async () => {
      const trial = await loadFixture(withViolations);
      const { trials, trialData, trialId, sponsorKey, second, unconsented } = trial;
      await lock(trial);
      await trials.connect(sponsorKey).unblind(trialId);
      await trials.connect(sponsorKey).close(trialId);
      await trialData.reportViolation(...second.shown(unconsented));
      const [facts, data] = await trialData.recordOf(trialId);
      expect([facts.phase, data.violations]).to.deep.equal([8n, 1n]);
    });
  });
});
