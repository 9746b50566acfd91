import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { versionHash } from "../../src/trials/protocol.js";
import { accredit, accreditorFor } from "../support/careproof";
import {
  amend,
  appoint,
  approve,
  DAY,
  deployApproved,
  deployLocked,
  deployRecruiting,
  deployRegistered,
  deployUnblinded,
  enrol,
  halt,
  meaning,
  phase,
  protocolWith,
  role,
  signApproval,
  signUnlock,
} from "../support/trialParties";

/** `IParticipantRegistry.Standing.Unaccredited`. */
const UNACCREDITED = 1n;
const REASON = id("reason");

describe("TrialRegistry: appointments", () => {
  it("appoints each role, with its accreditation, for its time", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, sponsorKey, site, dataManager, safetyBoard, stranger } = system;
    await accredit(system, stranger, "LABORATORY");
    const from = await time.latest();
    const until = from + DAY;
    const cases = [
      ["Investigator", site],
      ["DataManager", dataManager],
      ["Monitor", dataManager],
      ["SafetyBoard", safetyBoard],
      ["Laboratory", stranger],
    ] as const;
    for (const [name, participant] of cases) {
      await expect(registry.connect(sponsorKey).appoint(trialId, role(name), participant, from, until))
        .to.emit(registry, "Appointed")
        .withArgs(trialId, role(name), participant.address, from, until);
      const answers = [from - 1, from, until - 1, until].map((at) =>
        registry.isAppointed(trialId, role(name), participant, at),
      );
      expect(await Promise.all(answers)).to.deep.equal([false, true, true, false]);
    }
    expect(await registry.dataEntry(trialId, role("Investigator"), site)).to.deep.equal([
      phase("Registered"),
      true,
      0n,
    ]);
    expect(await registry.dataEntry(trialId, role("Laboratory"), site)).to.deep.equal([phase("Registered"), false, 0n]);
  });

  it("refuses who is not accredited for the role, a key, and the sponsor itself", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, participants, trialId, sponsor, dataManager, siteKey, site } = system;
    for (const [name, participant, kernelRole] of [
      ["Investigator", dataManager, ROLES.INVESTIGATOR_SITE],
      ["SafetyBoard", dataManager, ROLES.DATA_MONITORING_COMMITTEE],
      ["Laboratory", site, ROLES.LABORATORY],
      ["DataManager", site, ROLES.TRIAL_SERVICE_PROVIDER],
      ["Monitor", site, ROLES.TRIAL_SERVICE_PROVIDER],
      ["Investigator", siteKey, ROLES.INVESTIGATOR_SITE],
    ] as const) {
      await expect(appoint(system, name, participant))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(participant.address, kernelRole, UNACCREDITED);
    }
    await accredit(system, sponsor, "INVESTIGATOR_SITE");
    await expect(appoint(system, "Investigator", sponsor))
      .to.be.revertedWithCustomError(registry, "NotIndependent")
      .withArgs(trialId, sponsor.address);
  });

  it("refuses a period that is empty or over, and one that fills the gap after a dismissal", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, sponsorKey, site } = system;
    const sponsor = registry.connect(sponsorKey);
    const now = await time.latest();
    const set = (from: number, until: number) => sponsor.appoint(trialId, role("Investigator"), site, from, until);
    const refused = async (from: number, until: number) =>
      expect(set(from, until)).to.be.revertedWithCustomError(registry, "InvalidPeriod").withArgs(from, until);
    await refused(now + DAY, now + DAY);
    await refused(now - DAY, now);
    // The first one may be in the past: since when it was so, the sponsor says.
    await set(now - DAY, now + DAY);
    await refused(now - 2 * DAY, now + DAY);
    await set(now - DAY, now + 20 * DAY);
    await time.increase(2 * DAY);
    await expect(sponsor.dismiss(trialId, role("Investigator"), site))
      .to.emit(registry, "Dismissed")
      .withArgs(trialId, role("Investigator"), site.address);
    const dismissedAt = await time.latest();
    await expect(sponsor.dismiss(trialId, role("Investigator"), site))
      .to.be.revertedWithCustomError(registry, "NotAppointed")
      .withArgs(trialId, role("Investigator"), site.address);
    await time.increase(2 * DAY);
    await refused(dismissedAt, now + 30 * DAY);
    const from = (await time.latest()) + DAY;
    await set(from, from + DAY);
    // Not begun: it can still be moved, never into the past.
    await refused(dismissedAt, from + DAY);
    await set(from + 1, from + DAY);
    const at = [now - DAY, dismissedAt - 1, dismissedAt, from, from + 1];
    const answers = at.map((second) => registry.isAppointed(trialId, role("Investigator"), site, second));
    expect(await Promise.all(answers)).to.deep.equal([true, true, false, false, true]);
  });

  it("is the sponsor's business, until the trial is closed", async () => {
    const system = await loadFixture(deployUnblinded);
    const { registry, trialId, sponsorKey, otherSponsor, site } = system;
    const now = await time.latest();
    await expect(registry.connect(otherSponsor).appoint(trialId, role("Investigator"), site, now, now + DAY))
      .to.be.revertedWithCustomError(registry, "NotTheSponsor")
      .withArgs(trialId, otherSponsor.address);
    await expect(registry.connect(otherSponsor).dismiss(trialId, role("Investigator"), site))
      .to.be.revertedWithCustomError(registry, "NotTheSponsor")
      .withArgs(trialId, otherSponsor.address);
    await registry.connect(sponsorKey).close(trialId);
    await expect(appoint(system, "Investigator", site))
      .to.be.revertedWithCustomError(registry, "WrongPhase")
      .withArgs(trialId, phase("Closed"));
  });
});

describe("TrialRegistry: suspension and termination", () => {
  it("is for sponsor, ethics board and safety board, and ends by who suspended or the board", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, sponsor, sponsorKey, boardKey, board, safetyBoardKey, safetyBoard } = system;
    for (const [by, key] of [
      [sponsor, sponsorKey],
      [board, boardKey],
      [safetyBoard, safetyBoardKey],
    ] as const) {
      await expect(registry.connect(key).suspend(trialId, REASON))
        .to.emit(registry, "TrialSuspended")
        .withArgs(trialId, by.address, REASON);
      expect((await registry.factsOf(trialId)).halt).to.equal(halt("Suspended"));
      await expect(registry.connect(key).resume(trialId))
        .to.emit(registry, "TrialResumed")
        .withArgs(trialId, by.address);
      expect((await registry.factsOf(trialId)).halt).to.equal(halt("None"));
    }
    await registry.connect(safetyBoardKey).suspend(trialId, REASON);
    await expect(registry.connect(sponsorKey).resume(trialId))
      .to.be.revertedWithCustomError(registry, "NotOverseer")
      .withArgs(trialId, sponsorKey.address);
    await registry.connect(boardKey).resume(trialId);
  });

  it("refuses everybody else, and a safety board that was dismissed", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, sponsorKey, safetyBoard, safetyBoardKey, siteKey, otherBoard, stranger } = system;
    await registry.connect(sponsorKey).dismiss(trialId, role("SafetyBoard"), safetyBoard);
    for (const by of [safetyBoardKey, siteKey, otherBoard, stranger]) {
      for (const attempt of [
        () => registry.connect(by).suspend(trialId, REASON),
        () => registry.connect(by).terminate(trialId, REASON),
        () => registry.connect(by).resume(trialId),
      ]) {
        await expect(attempt()).to.be.revertedWithCustomError(registry, "NotOverseer").withArgs(trialId, by.address);
      }
    }
  });

  it("lets independent bodies take over what the sponsor suspended, so that it cannot end it", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, sponsorKey, boardKey, safetyBoardKey } = system;
    await registry.connect(sponsorKey).suspend(trialId, REASON);
    await registry.connect(safetyBoardKey).suspend(trialId, REASON);
    for (const by of [sponsorKey, safetyBoardKey]) {
      await expect(registry.connect(by).suspend(trialId, REASON))
        .to.be.revertedWithCustomError(registry, "WrongHalt")
        .withArgs(trialId, halt("Suspended"));
    }
    await registry.connect(boardKey).suspend(trialId, REASON);
    for (const by of [sponsorKey, safetyBoardKey]) {
      await expect(registry.connect(by).resume(trialId))
        .to.be.revertedWithCustomError(registry, "NotOverseer")
        .withArgs(trialId, by.address);
    }
  });

  it("keeps the sponsor from another ethics board while it is suspended", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, participants, trialId, protocol, board, boardKey, otherBoard } = system;
    await registry.connect(boardKey).suspend(trialId, REASON);
    const next = protocolWith({ ...protocol.documents, protocol: id("second") });
    await amend(system, next);
    await expect(approve(system, next, otherBoard))
      .to.be.revertedWithCustomError(registry, "NotTheBoard")
      .withArgs(trialId, board.address);
    // A board that is not accredited any more cannot hold the trial up.
    await participants.connect(accreditorFor(system, "ETHICS_BOARD")).withdraw(board, ROLES.ETHICS_BOARD);
    await approve(system, next, otherBoard);
    await registry.connect(otherBoard).resume(trialId);
  });

  it("can be before any approval, and the board that approves then ends it", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, sponsorKey, boardKey, safetyBoard, safetyBoardKey } = system;
    await appoint(system, "SafetyBoard", safetyBoard);
    await registry.connect(safetyBoardKey).suspend(trialId, REASON);
    await registry.connect(sponsorKey).dismiss(trialId, role("SafetyBoard"), safetyBoard);
    await registry.approve(trialId, await signApproval(system, boardKey, versionHash(protocol)));
    await registry.connect(boardKey).resume(trialId);
    expect((await registry.factsOf(trialId)).halt).to.equal(halt("None"));
  });

  it("refuses to halt without a reason, what is halted for ever or locked, and to resume what is not suspended", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, sponsor, sponsorKey, boardKey } = system;
    const bySponsor = registry.connect(sponsorKey);
    for (const attempt of [() => bySponsor.suspend(trialId, ZeroHash), () => bySponsor.terminate(trialId, ZeroHash)]) {
      await expect(attempt()).to.be.revertedWithCustomError(registry, "CommitmentMissing");
    }
    await expect(bySponsor.resume(trialId))
      .to.be.revertedWithCustomError(registry, "WrongHalt")
      .withArgs(trialId, halt("None"));
    await expect(bySponsor.terminate(trialId, REASON))
      .to.emit(registry, "TrialTerminated")
      .withArgs(trialId, sponsor.address, REASON);
    for (const attempt of [
      () => bySponsor.suspend(trialId, REASON),
      () => registry.connect(boardKey).terminate(trialId, REASON),
      () => registry.connect(boardKey).resume(trialId),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(registry, "WrongHalt")
        .withArgs(trialId, halt("Terminated"));
    }
    // A terminated trial is still locked and reported.
    await bySponsor.lock(trialId, id("data set"));
    await bySponsor.unblind(trialId);
    for (const attempt of [() => bySponsor.suspend(trialId, REASON), () => bySponsor.terminate(trialId, REASON)]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(registry, "WrongPhase")
        .withArgs(trialId, phase("Unblinded"));
    }
  });
});

describe("TrialRegistry: closing enrolment, lock and unblinding", () => {
  it("goes on step by step, by the sponsor", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, sponsorKey } = system;
    const sponsor = registry.connect(sponsorKey);
    await expect(sponsor.closeEnrolment(trialId)).to.emit(registry, "EnrolmentClosed").withArgs(trialId);
    expect((await registry.factsOf(trialId)).phase).to.equal(phase("Active"));
    await expect(sponsor.lock(trialId, id("data set")))
      .to.emit(registry, "DataLocked")
      .withArgs(trialId, id("data set"));
    const lockedAt = BigInt(await time.latest());
    await expect(sponsor.unblind(trialId)).to.emit(registry, "TrialUnblinded").withArgs(trialId);
    const facts = await registry.factsOf(trialId);
    expect([facts.phase, facts.lockedAt, facts.unblindedAt]).to.deep.equal([
      phase("Unblinded"),
      lockedAt,
      BigInt(await time.latest()),
    ]);
  });

  it("takes no step twice or before its time, and none of another sponsor", async () => {
    const approved = await loadFixture(deployApproved);
    const { registry, trialId, sponsorKey, otherSponsor } = approved;
    const steps = (by: typeof sponsorKey) => ({
      closeEnrolment: () => registry.connect(by).closeEnrolment(trialId),
      lock: () => registry.connect(by).lock(trialId, id("data set")),
      unblind: () => registry.connect(by).unblind(trialId),
      close: () => registry.connect(by).close(trialId),
      reportUnregistered: () => registry.connect(by).reportUnregistered(trialId, id("result")),
    });
    const allowed = async (phaseName: Parameters<typeof phase>[0], names: string[]) => {
      for (const [name, step] of Object.entries(steps(sponsorKey))) {
        if (names.includes(name)) continue;
        await expect(step(), name)
          .to.be.revertedWithCustomError(registry, "WrongPhase")
          .withArgs(trialId, phase(phaseName));
      }
    };
    for (const step of Object.values(steps(otherSponsor))) {
      await expect(step())
        .to.be.revertedWithCustomError(registry, "NotTheSponsor")
        .withArgs(trialId, otherSponsor.address);
    }
    const sponsor = registry.connect(sponsorKey);
    await allowed("Approved", []);
    await enrol(approved, id("subject 0"));
    await allowed("Recruiting", ["closeEnrolment", "lock"]);
    await sponsor.closeEnrolment(trialId);
    await allowed("Active", ["lock"]);
    await expect(sponsor.lock(trialId, ZeroHash)).to.be.revertedWithCustomError(registry, "CommitmentMissing");
    await sponsor.lock(trialId, id("data set"));
    await allowed("Locked", ["unblind"]);
    await sponsor.unblind(trialId);
    await allowed("Unblinded", ["close", "reportUnregistered"]);
    await expect(sponsor.close(trialId)).to.emit(registry, "TrialClosed").withArgs(trialId);
    expect((await registry.factsOf(trialId)).closedAt).to.equal(await time.latest());
    await allowed("Closed", []);
  });

  it("is not unblinded without a statistical analysis plan in the approved version", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, sponsorKey } = system;
    const without = protocolWith({ ...protocol.documents, statisticalAnalysisPlan: ZeroHash });
    await amend(system, without);
    await approve(system, without);
    await appoint(system, "Investigator", system.site);
    await time.increase(10);
    await enrol(system, id("subject 0"), { version: 2 });
    const sponsor = registry.connect(sponsorKey);
    await sponsor.lock(trialId, id("data set"));
    await amend(system, protocol, without);
    await expect(sponsor.unblind(trialId))
      .to.be.revertedWithCustomError(registry, "StatisticalAnalysisPlanMissing")
      .withArgs(trialId);
    await approve(system, protocol);
    await sponsor.unblind(trialId);
  });
});

describe("TrialRegistry: unlocking", () => {
  it("takes data manager and safety board, is counted for ever, and opens no enrolment", async () => {
    const system = await loadFixture(deployLocked);
    const { registry, trialId, dataManager, safetyBoard, stranger, sponsorKey } = system;
    const { byManager, byBoard } = await signUnlock(system, REASON);
    const unlocked = registry.connect(stranger).unlock(trialId, REASON, byManager, byBoard);
    await expect(unlocked)
      .to.emit(registry, "DataUnlocked")
      .withArgs(trialId, dataManager.address, safetyBoard.address, REASON, 1);
    for (const [name, participant, { signer, signerName, signedAt }] of [
      ["DataManager", dataManager, byManager],
      ["SafetyBoard", safetyBoard, byBoard],
    ] as const) {
      await expect(unlocked)
        .to.emit(registry, "UnlockSigned")
        .withArgs(trialId, role(name), participant.address, signer, signerName, signedAt);
    }
    expect(await registry.dataEntry(trialId, role("Investigator"), system.site)).to.deep.equal([
      phase("Active"),
      true,
      1n,
    ]);
    await expect(enrol(system, id("another subject"))).to.be.revertedWithCustomError(registry, "EnrolmentDenied");
    await registry.connect(sponsorKey).lock(trialId, id("data set"));
    // What unlocked it once does not again.
    await expect(registry.unlock(trialId, REASON, byManager, byBoard))
      .to.be.revertedWithCustomError(registry, "SignedTooEarly")
      .withArgs(byManager.signedAt, await time.latest());
    await registry.connect(sponsorKey).unblind(trialId);
    const facts = await registry.factsOf(trialId);
    expect(facts.unlocks).to.equal(1n);
    const again = await signUnlock(system, REASON);
    await expect(registry.unlock(trialId, REASON, again.byManager, again.byBoard))
      .to.be.revertedWithCustomError(registry, "WrongPhase")
      .withArgs(trialId, phase("Unblinded"));
  });

  it("refuses one role alone, one participant for both, and others", async () => {
    const system = await loadFixture(deployLocked);
    const { registry, participants, trialId, dataManager, dataManagerKey, safetyBoardKey, sponsorKey } = system;
    const { object, byManager, byBoard } = await signUnlock(system, REASON);
    await expect(registry.unlock(trialId, REASON, byManager, byManager))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(dataManagerKey.address, ROLES.DATA_MONITORING_COMMITTEE, 6n);
    await expect(registry.unlock(trialId, REASON, byBoard, byBoard))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(safetyBoardKey.address, ROLES.TRIAL_SERVICE_PROVIDER, 6n);
    await accredit(system, dataManager, "DATA_MONITORING_COMMITTEE");
    const both = await signApproval(system, dataManager, object);
    await expect(registry.unlock(trialId, REASON, both, both))
      .to.be.revertedWithCustomError(registry, "NotAppointed")
      .withArgs(trialId, role("SafetyBoard"), dataManager.address);
    await appoint(system, "SafetyBoard", dataManager);
    await expect(registry.unlock(trialId, REASON, both, both))
      .to.be.revertedWithCustomError(registry, "NotIndependent")
      .withArgs(trialId, dataManager.address);
    await registry.connect(sponsorKey).dismiss(trialId, role("DataManager"), dataManager);
    await expect(registry.unlock(trialId, REASON, byManager, byBoard))
      .to.be.revertedWithCustomError(registry, "NotAppointed")
      .withArgs(trialId, role("DataManager"), dataManager.address);
  });

  it("refuses another reason, meaning or no reason", async () => {
    const system = await loadFixture(deployLocked);
    const { registry, trialId, dataManagerKey } = system;
    const { object, byManager, byBoard } = await signUnlock(system, REASON);
    await expect(registry.unlock(trialId, id("another reason"), byManager, byBoard))
      .to.be.revertedWithCustomError(registry, "InvalidSignature")
      .withArgs(dataManagerKey.address);
    await expect(registry.unlock(trialId, ZeroHash, byManager, byBoard)).to.be.revertedWithCustomError(
      registry,
      "CommitmentMissing",
    );
    const review = await signApproval(system, dataManagerKey, object, { meaning: meaning("Review") });
    await expect(registry.unlock(trialId, REASON, review, byBoard))
      .to.be.revertedWithCustomError(registry, "WrongMeaning")
      .withArgs(meaning("Review"));
  });
});

describe("TrialRegistry: emergency unblinding", () => {
  it("is recorded by the subject's site, once for each subject, and counted", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, site, siteKey, otherSiteKey, sponsorKey } = system;
    const subject = id("subject 0");
    const bySite = registry.connect(siteKey);
    await expect(registry.connect(otherSiteKey).recordEmergencyUnblinding(trialId, subject, REASON))
      .to.be.revertedWithCustomError(registry, "NotTheSite")
      .withArgs(site.address, otherSiteKey.address);
    await expect(bySite.recordEmergencyUnblinding(trialId, id("nobody"), REASON))
      .to.be.revertedWithCustomError(registry, "NotEnrolled")
      .withArgs(trialId, id("nobody"));
    await expect(bySite.recordEmergencyUnblinding(trialId, subject, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "CommitmentMissing",
    );
    await expect(bySite.recordEmergencyUnblinding(trialId, subject, REASON))
      .to.emit(registry, "EmergencyUnblindingRecorded")
      .withArgs(trialId, subject, site.address, REASON);
    await expect(bySite.recordEmergencyUnblinding(trialId, subject, REASON))
      .to.be.revertedWithCustomError(registry, "AlreadyUnblinded")
      .withArgs(trialId, subject);
    expect((await registry.subjectOf(trialId, subject)).unblinded).to.equal(true);
    expect((await registry.factsOf(trialId)).emergencyUnblindings).to.equal(1n);

    await enrol(system, id("subject 1"));
    await registry.connect(sponsorKey).lock(trialId, id("data set"));
    await registry.connect(sponsorKey).unblind(trialId);
    await expect(bySite.recordEmergencyUnblinding(trialId, id("subject 1"), REASON))
      .to.be.revertedWithCustomError(registry, "WrongPhase")
      .withArgs(trialId, phase("Unblinded"));
  });
});
