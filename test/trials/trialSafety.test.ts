import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroAddress, ZeroHash } from "ethers";

import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { SERIOUS_KINDS, type SeriousKind as Kind } from "../../src/trials/dataStatuses.js";
import { TRIAL_ROLES } from "../../src/trials/statuses.js";
import { accredit, accreditorFor, type Account } from "../support/careproof";
import { nextSecond } from "../support/dataLicences";
import { deployDataTrial } from "../support/trialBatches";
import type { Trial } from "../support/trialParties";

const DAY = 86_400;
/** The days of 21 CFR 312.32(c)(2) and (1). */
const DAYS: Record<Kind, number> = { FatalOrLifeThreatening: 7, Serious: 15 };
const numberOf = (kind: Kind): number => SERIOUS_KINDS.indexOf(kind);
const EVENT = id("event");

/** Reports an event by the sponsor's key, if not told otherwise, of which it became aware now. */
async function report(
  { trialSafety, trialId, sponsorKey }: Trial,
  {
    kind = "Serious",
    event = EVENT,
    awareAt,
    by = sponsorKey,
  }: { kind?: Kind; event?: string; awareAt?: number; by?: Account } = {},
) {
  return trialSafety.connect(by).report(trialId, event, numberOf(kind), awareAt ?? (await time.latest()));
}

const factsOf = async ({ trialSafety, trialId }: Trial): Promise<bigint[]> => [
  ...(await trialSafety.safetyOf(trialId)),
];

/** An event of which the sponsor became aware at `awareAt`. */
async function withEvent() {
  const trial = await loadFixture(deployDataTrial);
  const awareAt = await time.latest();
  await report(trial, { awareAt });
  return { ...trial, awareAt, dueAt: awareAt + 15 * DAY };
}

describe("TrialSafety", () => {
  it("names what it rests on, and how long a sponsor has", async () => {
    const { trialSafety, trials, participants } = await loadFixture(deployDataTrial);
    expect(await trialSafety.trials()).to.equal(await trials.getAddress());
    expect(await trialSafety.participants()).to.equal(await participants.getAddress());
    for (const kind of SERIOUS_KINDS) {
      expect(await trialSafety.reportingPeriod(numberOf(kind))).to.equal(DAYS[kind] * DAY);
    }
  });

  describe("report", () => {
    for (const who of ["sponsor", "sponsorKey"] as const) {
      for (const kind of SERIOUS_KINDS) {
        it(`stores what is ${kind}, due ${DAYS[kind]} days after the sponsor was aware, sent by ${who}`, async () => {
          const trial = await loadFixture(deployDataTrial);
          const { trialSafety, trialId, sponsor } = trial;
          const awareAt = (await time.latest()) - 3 * DAY;
          const dueAt = awareAt + DAYS[kind] * DAY;
          await expect(report(trial, { kind, awareAt, by: trial[who] }))
            .to.emit(trialSafety, "SeriousEventReported")
            .withArgs(trialId, EVENT, sponsor.address, numberOf(kind), awareAt, dueAt, trial[who].address);
          expect([...(await trialSafety.eventOf(trialId, EVENT))]).to.deep.equal([
            ...[sponsor.address, BigInt(dueAt), 0n, BigInt(numberOf(kind)), false],
          ]);
          expect(await factsOf(trial)).to.deep.equal([1n, 0n, 0n]);
        });
      }
    }

    for (const who of ["site", "siteKey"] as const) {
      it(`stores what a site reports, due after the block in which the sponsor is told, sent by ${who}`, async () => {
        const trial = await loadFixture(deployDataTrial);
        const { trialSafety, trialId, site } = trial;
        const at = await nextSecond();
        const dueAt = at + 7 * DAY;
        await expect(report(trial, { kind: "FatalOrLifeThreatening", awareAt: 1, by: trial[who] }))
          .to.emit(trialSafety, "SeriousEventReported")
          .withArgs(trialId, EVENT, site.address, 0n, 1, dueAt, trial[who].address);
        const { reporter, dueAt: stored } = await trialSafety.eventOf(trialId, EVENT);
        expect([reporter, stored]).to.deep.equal([site.address, BigInt(dueAt)]);
      });
    }

    it("knows nothing of other events and other trials", async () => {
      const trial = await loadFixture(withEvent);
      const { trialSafety, trialId } = trial;
      for (const [of, event] of [
        [trialId, id("another event")],
        [id("another trial"), EVENT],
      ] as const) {
        expect([...(await trialSafety.eventOf(of, event))]).to.deep.equal([ZeroAddress, 0n, 0n, 0n, false]);
        expect(await trialSafety.isOverdue(of, event)).to.equal(false);
      }
      expect([...(await trialSafety.safetyOf(id("another trial")))]).to.deep.equal([0n, 0n, 0n]);
    });

    it("refuses who has no part in the trial", async () => {
      const trial = await loadFixture(deployDataTrial);
      const { trialSafety, participants, trials, trialId, sponsorKey, otherSponsor, site, siteKey, laboratoryKey } =
        trial;
      const refuses = async (by: Account, standing: (typeof STANDINGS)[number]): Promise<void> => {
        await expect(report(trial, { by }))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(by.address, ROLES.INVESTIGATOR_SITE, STANDINGS.indexOf(standing));
      };
      await refuses(otherSponsor, "Unaccredited");
      await refuses(trial.stranger, "Unaccredited");
      await refuses(laboratoryKey, "OperatorRoleMissing");
      await trials.connect(sponsorKey).dismiss(trialId, TRIAL_ROLES.indexOf("Investigator"), site);
      await expect(report(trial, { by: siteKey }))
        .to.be.revertedWithCustomError(trialSafety, "NotAppointed")
        .withArgs(trialId, TRIAL_ROLES.indexOf("Investigator"), site.address);
      await expect(report({ ...trial, trialId: id("no trial") }, { by: trial.otherSiteKey }))
        .to.be.revertedWithCustomError(trialSafety, "NotAppointed")
        .withArgs(id("no trial"), TRIAL_ROLES.indexOf("Investigator"), trial.otherSite.address);
    });

    it("refuses a sponsor that is suspended", async () => {
      const trial = await loadFixture(deployDataTrial);
      const { participants, sponsor, sponsorKey } = trial;
      await participants.connect(accreditorFor(trial, "TRIAL_SPONSOR")).suspend(sponsor.address, ROLES.TRIAL_SPONSOR);
      await expect(report(trial))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(sponsorKey.address, ROLES.INVESTIGATOR_SITE, STANDINGS.indexOf("OperatorRoleMissing"));
    });

    it("refuses an event without a commitment, and one of which somebody became aware in the future", async () => {
      const trial = await loadFixture(deployDataTrial);
      const { trialSafety } = trial;
      await expect(report(trial, { event: ZeroHash }))
        .to.be.revertedWithCustomError(trialSafety, "CommitmentMissing")
        .withArgs();
      const now = await nextSecond();
      await expect(report(trial, { awareAt: now + 1 }))
        .to.be.revertedWithCustomError(trialSafety, "AwareInFuture")
        .withArgs(now + 1);
      await expect(report(trial, { awareAt: now })).to.emit(trialSafety, "SeriousEventReported");
    });

    it("attack: an event is not reported again with more time, by whomever", async () => {
      const trial = await loadFixture(withEvent);
      const { trialSafety, trialId, dueAt, sponsorKey, siteKey } = trial;
      await time.increase(DAY);
      for (const by of [sponsorKey, siteKey]) {
        await expect(report(trial, { by }))
          .to.be.revertedWithCustomError(trialSafety, "EventReportedBefore")
          .withArgs(trialId, EVENT);
      }
      expect((await trialSafety.eventOf(trialId, EVENT)).dueAt).to.equal(dueAt);
    });
  });

  describe("expedite", () => {
    for (const kind of SERIOUS_KINDS) {
      for (const [seconds, late] of [
        [-1, false],
        [0, false],
        [1, true],
      ] as const) {
        it(`${kind}: ${late ? "counts as late" : "is in time"} ${seconds} seconds after it was due`, async () => {
          const trial = await loadFixture(deployDataTrial);
          const { trialSafety, trialId, sponsorKey } = trial;
          const awareAt = await time.latest();
          await report(trial, { kind, awareAt });
          const at = awareAt + DAYS[kind] * DAY + seconds;
          await time.setNextBlockTimestamp(at);
          await expect(trialSafety.connect(sponsorKey).expedite(trialId, EVENT))
            .to.emit(trialSafety, "SeriousEventExpedited")
            .withArgs(trialId, EVENT, late, sponsorKey.address);
          expect(await factsOf(trial)).to.deep.equal([1n, 1n, late ? 1n : 0n]);
          const stored = await trialSafety.eventOf(trialId, EVENT);
          expect([stored.expeditedAt, stored.late]).to.deep.equal([BigInt(at), late]);
          expect(await trialSafety.isOverdue(trialId, EVENT)).to.equal(false);
        });
      }
    }

    it("is told once, so that a late one stays late", async () => {
      const trial = await loadFixture(withEvent);
      const { trialSafety, trialId, sponsor, dueAt } = trial;
      await time.increaseTo(dueAt);
      await trialSafety.connect(sponsor).expedite(trialId, EVENT);
      await expect(trialSafety.connect(sponsor).expedite(trialId, EVENT))
        .to.be.revertedWithCustomError(trialSafety, "ExpeditedBefore")
        .withArgs(trialId, EVENT);
      expect(await factsOf(trial)).to.deep.equal([1n, 1n, 1n]);
    });

    it("is told by nobody but the sponsor, and of what was reported", async () => {
      const trial = await loadFixture(withEvent);
      const { trialSafety, participants, trialId, sponsorKey, otherSponsor, siteKey } = trial;
      await expect(trialSafety.connect(otherSponsor).expedite(trialId, EVENT))
        .to.be.revertedWithCustomError(trialSafety, "NotTheSponsor")
        .withArgs(trialId, otherSponsor.address);
      await expect(trialSafety.connect(siteKey).expedite(trialId, EVENT))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(siteKey.address, ROLES.TRIAL_SPONSOR, STANDINGS.indexOf("OperatorRoleMissing"));
      await expect(trialSafety.connect(sponsorKey).expedite(id("no trial"), EVENT))
        .to.be.revertedWithCustomError(trialSafety, "NotTheSponsor")
        .withArgs(id("no trial"), sponsorKey.address);
      await expect(trialSafety.connect(sponsorKey).expedite(trialId, id("another event")))
        .to.be.revertedWithCustomError(trialSafety, "UnknownEvent")
        .withArgs(trialId, id("another event"));
    });
  });

  describe("countOverdue", () => {
    it("counts an event as late of which the authority was not told, from the second after it was due", async () => {
      const trial = await loadFixture(withEvent);
      const { trialSafety, trialId, dueAt, stranger } = trial;
      await time.increaseTo(dueAt);
      expect(await trialSafety.isOverdue(trialId, EVENT)).to.equal(false);
      await time.increaseTo(dueAt + 1);
      expect(await trialSafety.isOverdue(trialId, EVENT)).to.equal(true);
      await expect(trialSafety.connect(stranger).countOverdue(trialId, EVENT))
        .to.emit(trialSafety, "OverdueEventCounted")
        .withArgs(trialId, EVENT);
      expect(await factsOf(trial)).to.deep.equal([1n, 0n, 1n]);
      expect(await trialSafety.isOverdue(trialId, EVENT)).to.equal(true);
    });

    it("attack: an event is counted as late once, and stays late when the authority is told at last", async () => {
      const trial = await loadFixture(withEvent);
      const { trialSafety, trialId, dueAt, sponsorKey } = trial;
      await time.increaseTo(dueAt + 1);
      await trialSafety.countOverdue(trialId, EVENT);
      await expect(trialSafety.countOverdue(trialId, EVENT))
        .to.be.revertedWithCustomError(trialSafety, "LateBefore")
        .withArgs(trialId, EVENT);
      await trialSafety.connect(sponsorKey).expedite(trialId, EVENT);
      expect(await factsOf(trial)).to.deep.equal([1n, 1n, 1n]);
      expect((await trialSafety.eventOf(trialId, EVENT)).late).to.equal(true);
      await expect(trialSafety.countOverdue(trialId, EVENT))
        .to.be.revertedWithCustomError(trialSafety, "LateBefore")
        .withArgs(trialId, EVENT);
      expect(await trialSafety.isOverdue(trialId, EVENT)).to.equal(false);
    });

    it("attack: what is not due, was told in time, or was never reported is not counted", async () => {
      const trial = await loadFixture(withEvent);
      const { trialSafety, trialId, dueAt, sponsorKey } = trial;
      const told = id("told in time");
      const awareAt = await time.latest();
      await report(trial, { event: told, awareAt });
      await trialSafety.connect(sponsorKey).expedite(trialId, told);
      await time.setNextBlockTimestamp(dueAt);
      await expect(trialSafety.countOverdue(trialId, EVENT))
        .to.be.revertedWithCustomError(trialSafety, "NotOverdue")
        .withArgs(trialId, EVENT, dueAt);
      await time.increase(DAY);
      await expect(trialSafety.countOverdue(trialId, told))
        .to.be.revertedWithCustomError(trialSafety, "NotOverdue")
        .withArgs(trialId, told, awareAt + 15 * DAY);
      await expect(trialSafety.countOverdue(trialId, id("another event")))
        .to.be.revertedWithCustomError(trialSafety, "UnknownEvent")
        .withArgs(trialId, id("another event"));
      expect(await factsOf(trial)).to.deep.equal([2n, 1n, 0n]);
    });

    it("does not count a sponsor late for what a site knew before it reported", async () => {
      const trial = await loadFixture(deployDataTrial);
      const { trialSafety, trialId, siteKey } = trial;
      const awareAt = (await time.latest()) - 100 * DAY;
      await report(trial, { awareAt, by: siteKey });
      expect(await trialSafety.isOverdue(trialId, EVENT)).to.equal(false);
    });
  });

  it("a sponsor that is accredited as a site too reports as the sponsor", async () => {
    const trial = await loadFixture(deployDataTrial);
    const { trialSafety, trialId, sponsor } = trial;
    await accredit(trial, sponsor, "INVESTIGATOR_SITE");
    const awareAt = (await time.latest()) - DAY;
    await report(trial, { awareAt, by: sponsor });
    expect((await trialSafety.eventOf(trialId, EVENT)).dueAt).to.equal(awareAt + 15 * DAY);
  });
});
