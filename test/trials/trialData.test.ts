import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { BATCH_KINDS } from "../../src/trials/dataStatuses.js";
import { TRIAL_PHASES, TRIAL_ROLES, type TrialPhase, type TrialRole } from "../../src/trials/statuses.js";
import { accredit, accreditorFor, type Account } from "../support/careproof";
import { nextSecond } from "../support/dataLicences";
import { anchor, deployDataTrial, lock, unlock, type BatchOptions } from "../support/trialBatches";
import { appoint, approve, deployRegistered, type Trial } from "../support/trialParties";

const ROOT = id("root");

const headOf = async ({ trialData, trialId }: Trial, writer: Account): Promise<bigint[]> => [
  ...(await trialData.headOf(trialId, writer.address)),
];

const refusesPhase = async (trial: Trial, phase: TrialPhase, batch: BatchOptions = {}): Promise<void> => {
  await expect(anchor(trial, batch))
    .to.be.revertedWithCustomError(trial.trialData, "WrongPhase")
    .withArgs(trial.trialId, TRIAL_PHASES.indexOf(phase));
};

const refusesUnappointed = async (
  trial: Trial,
  role: TrialRole,
  writer: Account,
  batch: BatchOptions,
): Promise<void> => {
  await expect(anchor(trial, batch))
    .to.be.revertedWithCustomError(trial.trialData, "NotAppointed")
    .withArgs(trial.trialId, TRIAL_ROLES.indexOf(role), writer.address);
};

const refusesStanding = async (
  trial: Trial,
  role: "INVESTIGATOR_SITE" | "LABORATORY",
  by: Account,
  standing: (typeof STANDINGS)[number],
  batch: BatchOptions = {},
): Promise<void> => {
  await expect(anchor(trial, { ...batch, by }))
    .to.be.revertedWithCustomError(trial.participants, "NotInGoodStanding")
    .withArgs(by.address, ROLES[role], STANDINGS.indexOf(standing));
};

describe("TrialData", () => {
  it("names what it rests on, and its leaf's tag", async () => {
    const { trialData, trials, participants } = await loadFixture(deployDataTrial);
    expect(await trialData.trials()).to.equal(await trials.getAddress());
    expect(await trialData.participants()).to.equal(await participants.getAddress());
    expect(await trialData.DATA_LEAF()).to.equal(
      id("CareProof.DataLeaf(bytes32 subject,bytes32 content,uint40 capturedAt,bytes32 corrects)"),
    );
  });

  it("answers for a trial that there is not with zeros", async () => {
    const { trialData, site } = await loadFixture(deployDataTrial);
    const [facts, data] = await trialData.recordOf(id("no trial"));
    expect([facts.phase, facts.registeredAt, ...data]).to.deep.equal([0n, 0n, 0n, 0n]);
    expect([...(await trialData.headOf(id("no trial"), site))]).to.deep.equal([0n, 0n, 0n]);
    expect(await trialData.rootOf(id("no trial"), site, 1n)).to.equal(ZeroHash);
    expect(await trialData.violationsOf(id("no trial"), site, 1n)).to.equal(0n);
  });

  describe("anchor", () => {
    for (const who of ["site", "siteKey"] as const) {
      it(`appends a batch to the stream of the site, sent by ${who === "site" ? "itself" : "a key of it"}`, async () => {
        const trial = await loadFixture(deployDataTrial);
        const { trialData, trialId, site } = trial;
        const at = await nextSecond();
        await expect(anchor(trial, { count: 12_843n, start: at - 100, end: at, by: trial[who] }))
          .to.emit(trialData, "DataAnchored")
          .withArgs(trialId, site.address, 1n, 0n, ROOT, 12_843n, at - 100, at, 0n, trial[who].address);
        expect(await headOf(trial, site)).to.deep.equal([1n, 12_843n, BigInt(at)]);
        expect(await trialData.rootOf(trialId, site, 1n)).to.equal(ROOT);
        const [facts, data] = await trialData.recordOf(trialId);
        expect(facts).to.deep.equal(await trial.trials.factsOf(trialId));
        expect([...data]).to.deep.equal([0n, 0n]);
      });
    }

    it("takes queries and corrections of the site into the same stream", async () => {
      const trial = await loadFixture(deployDataTrial);
      const { trialData, trialId, site, siteKey } = trial;
      for (const [index, kind] of (["Capture", "Query", "Correction"] as const).entries()) {
        const sequence = BigInt(index + 1);
        const now = await time.latest();
        await expect(anchor(trial, { kind, sequence, root: id(kind), count: 2n, start: now, end: now }))
          .to.emit(trialData, "DataAnchored")
          .withArgs(
            trialId,
            site.address,
            sequence,
            BATCH_KINDS.indexOf(kind),
            id(kind),
            2n,
            now,
            now,
            0n,
            siteKey.address,
          );
        expect(await trialData.rootOf(trialId, site, sequence)).to.equal(id(kind));
      }
      expect((await headOf(trial, site)).slice(0, 2)).to.deep.equal([3n, 6n]);
    });

    it("appends results of an external laboratory to its own stream", async () => {
      const trial = await loadFixture(deployDataTrial);
      const { trialData, trialId, site, laboratory, laboratoryKey } = trial;
      await anchor(trial);
      await anchor(trial, { kind: "ExternalLaboratory", root: id("results"), by: laboratoryKey });
      await anchor(trial, { kind: "ExternalLaboratory", sequence: 2n, by: laboratory });
      expect(await trialData.rootOf(trialId, laboratory, 1n)).to.equal(id("results"));
      expect((await headOf(trial, laboratory))[0]).to.equal(2n);
      expect((await headOf(trial, site))[0]).to.equal(1n);
    });

    it("keeps each site's stream, and each trial's, apart", async () => {
      const trial = await loadFixture(deployDataTrial);
      const { trialData, trialId, site, otherSite, otherSiteKey } = trial;
      await anchor(trial);
      await anchor(trial, { root: id("other"), by: otherSiteKey });
      expect(await trialData.rootOf(trialId, site, 1n)).to.equal(ROOT);
      expect(await trialData.rootOf(trialId, otherSite, 1n)).to.equal(id("other"));
      expect(await trialData.rootOf(id("another trial"), site, 1n)).to.equal(ZeroHash);
    });

    it("refuses an empty batch", async () => {
      const trial = await loadFixture(deployDataTrial);
      for (const batch of [{ root: ZeroHash }, { count: 0n }]) {
        await expect(anchor(trial, batch)).to.be.revertedWithCustomError(trial.trialData, "EmptyBatch").withArgs();
      }
    });

    for (const [attack, sequence] of [
      ["anchored twice, or in place of another,", 1n],
      ["after one that was dropped", 3n],
      ["without a number", 0n],
    ] as const) {
      it(`attack: a batch ${attack} is refused`, async () => {
        const trial = await loadFixture(deployDataTrial);
        await anchor(trial);
        const head = await headOf(trial, trial.site);
        await expect(anchor(trial, { sequence, root: id("another") }))
          .to.be.revertedWithCustomError(trial.trialData, "BatchOutOfSequence")
          .withArgs(2n, sequence);
        expect(await headOf(trial, trial.site)).to.deep.equal(head);
        expect(await trial.trialData.rootOf(trial.trialId, trial.site, 1n)).to.equal(ROOT);
      });
    }

    it("refuses a period that ends before it starts, or after now", async () => {
      const trial = await loadFixture(deployDataTrial);
      const now = await nextSecond();
      for (const [start, end] of [
        [now - 10, now - 11],
        [now - 10, now + 1],
        [now + 1, now + 1],
      ] as const) {
        await expect(anchor(trial, { start, end }))
          .to.be.revertedWithCustomError(trial.trialData, "WrongCapturePeriod")
          .withArgs(start, end);
      }
      await expect(anchor(trial, { start: now, end: now })).to.emit(trial.trialData, "DataAnchored");
    });

    describe("writers", () => {
      it("attack: a site that is not in the trial anchors nothing", async () => {
        const trial = await loadFixture(deployRegistered);
        await approve(trial);
        await refusesUnappointed(trial, "Investigator", trial.site, {});
        await appoint(trial, "Investigator", trial.otherSite);
        await refusesUnappointed(trial, "Investigator", trial.site, {});
        await refusesUnappointed({ ...trial, trialId: id("no trial") }, "Investigator", trial.otherSite, {
          by: trial.otherSiteKey,
        });
      });

      it("attack: a site anchors nothing after its dismissal, nor outside the dates of its appointment", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { trials, trialId, sponsorKey, site, otherSite } = trial;
        await anchor(trial);
        await trials.connect(sponsorKey).dismiss(trialId, TRIAL_ROLES.indexOf("Investigator"), site);
        await refusesUnappointed(trial, "Investigator", site, { sequence: 2n });
        expect((await headOf(trial, site))[0]).to.equal(1n);
        await time.increase(11 * 365 * 86_400);
        await accredit(trial, otherSite, "INVESTIGATOR_SITE");
        await refusesUnappointed(trial, "Investigator", otherSite, { by: otherSite });
      });

      it("attack: the sponsor writes for no site, not even accredited as one", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { trials, trialId, sponsor, sponsorKey, site } = trial;
        await refusesStanding(trial, "INVESTIGATOR_SITE", sponsor, "Unaccredited");
        await refusesStanding(trial, "INVESTIGATOR_SITE", sponsorKey, "OperatorRoleMissing");
        await accredit(trial, sponsor, "INVESTIGATOR_SITE", "LABORATORY");
        for (const [role, kind] of [
          ["Investigator", "Capture"],
          ["Laboratory", "ExternalLaboratory"],
        ] as const) {
          await refusesUnappointed(trial, role, sponsor, { kind, by: sponsor });
          const [from, until] = [await time.latest(), 4_000_000_000];
          await expect(trials.connect(sponsorKey).appoint(trialId, TRIAL_ROLES.indexOf(role), sponsor, from, until))
            .to.be.revertedWithCustomError(trials, "NotIndependent")
            .withArgs(trialId, sponsor.address);
        }
        expect((await headOf(trial, site))[0]).to.equal(0n);
      });

      it("attack: a site does not write as a laboratory, nor a laboratory as a site", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { site, siteKey, laboratory, laboratoryKey } = trial;
        const results = { kind: "ExternalLaboratory" } as const;
        await refusesStanding(trial, "LABORATORY", siteKey, "OperatorRoleMissing", results);
        await refusesStanding(trial, "INVESTIGATOR_SITE", laboratoryKey, "OperatorRoleMissing");
        await accredit(trial, site, "LABORATORY");
        await refusesUnappointed(trial, "Laboratory", site, { ...results, by: site });
        await accredit(trial, laboratory, "INVESTIGATOR_SITE");
        for (const kind of ["Capture", "Query", "Correction"] as const) {
          await refusesUnappointed(trial, "Investigator", laboratory, { kind, by: laboratory });
        }
      });

      it("attack: who is appointed for something else writes no data, and no stranger does", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { dataManagerKey, stranger } = trial;
        await refusesStanding(trial, "INVESTIGATOR_SITE", dataManagerKey, "OperatorRoleMissing");
        await refusesStanding(trial, "INVESTIGATOR_SITE", stranger, "Unaccredited");
      });

      it("attack: a site whose accreditation is suspended anchors nothing", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { participants, site, siteKey } = trial;
        const accreditor = accreditorFor(trial, "INVESTIGATOR_SITE");
        await participants.connect(accreditor).suspend(site.address, ROLES.INVESTIGATOR_SITE);
        await refusesStanding(trial, "INVESTIGATOR_SITE", siteKey, "Suspended");
      });
    });

    describe("phases", () => {
      it("attack: nothing is anchored before an ethics board approved", async () => {
        const trial = await loadFixture(deployRegistered);
        await appoint(trial, "Investigator", trial.site);
        await refusesPhase(trial, "Registered");
        await approve(trial);
        await expect(anchor(trial)).to.emit(trial.trialData, "DataAnchored");
      });

      it("takes batches when enrolment is closed, suspended or terminated", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { trials, trialData, trialId, sponsorKey } = trial;
        const bySponsor = trials.connect(sponsorKey);
        await bySponsor.suspend(trialId, id("reason"));
        await expect(anchor(trial)).to.emit(trialData, "DataAnchored");
        await bySponsor.terminate(trialId, id("reason"));
        await expect(anchor(trial, { sequence: 2n })).to.emit(trialData, "DataAnchored");
        await bySponsor.closeEnrolment(trialId);
        await expect(anchor(trial, { sequence: 3n })).to.emit(trialData, "DataAnchored");
      });

      it("attack: no batch is taken once the data are locked, nor ever after unblinding", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { trials, trialId, sponsorKey, site } = trial;
        await anchor(trial);
        await lock(trial);
        await refusesPhase(trial, "Locked", { sequence: 2n });
        await refusesPhase(trial, "Locked", { kind: "ExternalLaboratory", by: trial.laboratoryKey });
        await trials.connect(sponsorKey).unblind(trialId);
        await refusesPhase(trial, "Unblinded", { sequence: 2n });
        await trials.connect(sponsorKey).close(trialId);
        await refusesPhase(trial, "Closed", { sequence: 2n });
        expect((await headOf(trial, site))[0]).to.equal(1n);
      });

      it("attack: batches after an unlock are taken, and counted for ever", async () => {
        const trial = await loadFixture(deployDataTrial);
        const { trials, trialData, trialId, site, sponsorKey, laboratoryKey, siteKey } = trial;
        const afterUnlock = async (): Promise<bigint> => (await trialData.recordOf(trialId)).data.batchesAfterUnlock;
        await anchor(trial);
        await lock(trial);
        await unlock(trial);
        expect(await afterUnlock()).to.equal(0n);
        const now = await time.latest();
        await expect(anchor(trial, { kind: "Correction", sequence: 2n, start: now, end: now }))
          .to.emit(trialData, "DataAnchored")
          .withArgs(trialId, site.address, 2n, 2n, ROOT, 1n, now, now, 1n, siteKey.address);
        await anchor(trial, { kind: "ExternalLaboratory", by: laboratoryKey });
        expect(await afterUnlock()).to.equal(2n);
        await lock(trial);
        await refusesPhase(trial, "Locked", { sequence: 3n });
        await unlock(trial);
        await anchor(trial, { sequence: 3n });
        await lock(trial);
        await trials.connect(sponsorKey).unblind(trialId);
        const [facts, data] = await trialData.recordOf(trialId);
        expect([facts.unlocks, ...data]).to.deep.equal([2n, 0n, 3n]);
      });
    });
  });
});
