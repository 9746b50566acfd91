import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ROLES, STANDINGS, accreditorRole, type RoleName } from "../../src/participants/roles.js";
import { YEAR, accredit, accreditorFor, enlist } from "../support/careproof";
import {
  denialOf,
  deployParties,
  now,
  review,
  soon,
  startFrom,
  ALL_CATEGORIES,
  EVIDENCE,
  HOUR,
  type Parties,
} from "../support/consentParties";

const NOTHING_OWED = [ethers.ZeroAddress, 0n, false, ethers.ZeroAddress];

/** The hospital's key has broken the glass of the patient. */
async function deployWithBrokenGlass(): Promise<Parties> {
  const parties = await loadFixture(deployParties);
  await parties.consents.connect(parties.operator).breakGlass(parties.patient, ALL_CATEGORIES, 0, EVIDENCE);
  return parties;
}

const denial = (parties: Parties) => denialOf(parties, { accessor: parties.operator.address, purpose: "ETREAT" });

/** Governance names `accreditor` for `role`, and it accredits `participant`. */
async function accreditBy(
  { accessManager, participants, admin }: Parties,
  accreditor: HardhatEthersSigner,
  participant: HardhatEthersSigner,
  role: RoleName,
): Promise<void> {
  await accessManager.connect(admin).grantRole(accreditorRole(role), accreditor, 0);
  await participants.connect(accreditor).accredit(participant, ROLES[role], (await now()) + YEAR);
}

describe("EmergencyAccess: reviewEmergency", () => {
  it("upholds: the access runs on, the key is free again, and who upheld whom is counted", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, patient, hospital, operator, privacyOffice } = parties;
    await expect(review(consents.connect(privacyOffice), operator, true))
      .to.emit(consents, "EmergencyReviewed")
      .withArgs(patient.address, hospital.address, operator.address, privacyOffice.address, true);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([1n, 0n, 0n]);
    expect(await consents.upheldBetween(privacyOffice, hospital)).to.equal(1n);
    expect(await consents.pendingReviewOf(operator)).to.deep.equal(NOTHING_OWED);
    expect(await denial(parties)).to.equal("None");
    await expect(consents.connect(operator).breakGlass(patient, ALL_CATEGORIES, 0, EVIDENCE)).not.to.be.reverted;
  });

  it("rejects: the access ends at once, and it counts against the provider for ever", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, patient, hospital, operator, privacyOffice } = parties;
    await expect(review(consents.connect(privacyOffice), operator, false))
      .to.emit(consents, "EmergencyReviewed")
      .withArgs(patient.address, hospital.address, operator.address, privacyOffice.address, false);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([0n, 1n, 0n]);
    expect(await consents.upheldBetween(privacyOffice, hospital)).to.equal(0n);
    expect(await consents.pendingReviewOf(operator)).to.deep.equal(NOTHING_OWED);
    expect(await consents.emergencyOf(patient, hospital, operator, false)).to.deep.equal([0n, 0n, 0n]);
    expect(await denial(parties)).to.equal("NeverGranted");

    await consents.connect(operator).breakGlass(patient, ALL_CATEGORIES, 0, EVIDENCE);
    await review(consents.connect(privacyOffice), operator, true);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([1n, 1n, 0n]);
  });

  it("is done in the name of the participant whose key the reviewer is", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, patient, hospital, operator, privacyOffice, stranger } = parties;
    await enlist(parties, privacyOffice, stranger, "PRIVACY_OFFICER");
    await expect(review(consents.connect(stranger), operator, true))
      .to.emit(consents, "EmergencyReviewed")
      .withArgs(patient.address, hospital.address, operator.address, privacyOffice.address, true);
    expect(await consents.upheldBetween(privacyOffice, hospital)).to.equal(1n);
  });

  it("judges the provider for which the key acted then, whomever it serves now", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, participants, hospital, operator, privacyOffice, stranger } = parties;
    await participants.connect(operator).removeOperator(operator);
    await enlist(parties, stranger, operator, "EMERGENCY_CARE");
    await review(consents.connect(privacyOffice), operator, false);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([0n, 1n, 0n]);
    expect(await consents.reviewRecordOf(stranger)).to.deep.equal([0n, 0n, 0n]);
  });

  it("is refused where nothing is owed, and a second time", async () => {
    const { consents, operator, hospital, privacyOffice } = await startFrom(deployWithBrokenGlass);
    await review(consents.connect(privacyOffice), operator, true);
    for (const key of [operator, hospital]) {
      await expect(review(consents.connect(privacyOffice), key, true))
        .to.be.revertedWithCustomError(consents, "NothingToReview")
        .withArgs(key.address);
    }
  });

  it("is refused for another emergency than the one that is owed", async () => {
    const { consents, patient, neighbour, operator, privacyOffice } = await startFrom(deployWithBrokenGlass);
    const { openedAt } = await consents.pendingReviewOf(operator);
    for (const [whose, when] of [
      [neighbour, openedAt],
      [patient, openedAt - 1n],
    ] as const) {
      await expect(consents.connect(privacyOffice).reviewEmergency(operator, whose, when, true))
        .to.be.revertedWithCustomError(consents, "NothingToReview")
        .withArgs(operator.address);
    }
  });

  it("is refused to who is no privacy officer in good standing", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, participants, operator, oversight, stranger, hospital, privacyOffice } = parties;
    const refuses = async (key: HardhatEthersSigner, standing: (typeof STANDINGS)[number]) =>
      expect(review(consents.connect(key), operator, true))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(key.address, ROLES.PRIVACY_OFFICER, STANDINGS.indexOf(standing));
    for (const account of [stranger, hospital, oversight]) await refuses(account, "Unaccredited");
    await refuses(operator, "OperatorRoleMissing");
    await participants.connect(accreditorFor(parties, "PRIVACY_OFFICER")).suspend(privacyOffice, ROLES.PRIVACY_OFFICER);
    await refuses(privacyOffice, "Suspended");
  });

  it("is refused to the provider itself, privacy officer though it be", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, hospital, operator, stranger } = parties;
    await accredit(parties, hospital, "PRIVACY_OFFICER");
    await enlist(parties, hospital, stranger, "PRIVACY_OFFICER");
    for (const reviewer of [hospital, stranger]) {
      await expect(review(consents.connect(reviewer), operator, true))
        .to.be.revertedWithCustomError(consents, "ReviewerNotIndependent")
        .withArgs(hospital.address, hospital.address);
    }
  });

  it("is refused to one accredited by who accredited the provider as PROVIDER", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, hospital, operator, stranger, accreditors } = parties;
    // Another body accredits for emergency care, so that the medical board's word is left on PROVIDER alone.
    await accreditBy(parties, accreditors.ethicsAuthority, hospital, "EMERGENCY_CARE");
    await accreditBy(parties, accreditors.medicalBoard, stranger, "PRIVACY_OFFICER");
    await expect(review(consents.connect(stranger), operator, true))
      .to.be.revertedWithCustomError(consents, "ReviewerNotIndependent")
      .withArgs(stranger.address, hospital.address);
  });

  it("is refused to one accredited by who accredited the provider for EMERGENCY_CARE", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, hospital, operator, stranger, accreditors } = parties;
    await accreditBy(parties, accreditors.ethicsAuthority, hospital, "EMERGENCY_CARE");
    await accreditBy(parties, accreditors.ethicsAuthority, stranger, "PRIVACY_OFFICER");
    await expect(review(consents.connect(stranger), operator, true))
      .to.be.revertedWithCustomError(consents, "ReviewerNotIndependent")
      .withArgs(stranger.address, hospital.address);
  });
});

describe("EmergencyAccess: an overdue review", () => {
  it("is counted once, by anyone, and in the open", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, patient, hospital, operator, stranger } = parties;
    const { openedAt } = await consents.pendingReviewOf(operator);
    const dueAt = openedAt + 72n * HOUR;
    const report = () => consents.connect(stranger).reportOverdueReview(operator);
    await time.setNextBlockTimestamp(dueAt);
    await expect(report())
      .to.be.revertedWithCustomError(consents, "ReviewNotOverdue")
      .withArgs(operator.address, dueAt);
    await time.setNextBlockTimestamp(dueAt + 1n);
    await expect(report())
      .to.emit(consents, "ReviewOverdue")
      .withArgs(patient.address, hospital.address, operator.address);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([0n, 0n, 1n]);
    expect((await consents.pendingReviewOf(operator)).reportedOverdue).to.equal(true);
    await expect(report())
      .to.be.revertedWithCustomError(consents, "ReviewNotOverdue")
      .withArgs(operator.address, dueAt);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([0n, 0n, 1n]);
  });

  it("cannot be counted where nothing is owed", async () => {
    const { consents, hospital } = await startFrom(deployWithBrokenGlass);
    await expect(consents.reportOverdueReview(hospital))
      .to.be.revertedWithCustomError(consents, "NothingToReview")
      .withArgs(hospital.address);
  });

  it("can still be done by a privacy officer, and then starts afresh", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, patient, hospital, operator, privacyOffice } = parties;
    await time.increase(73n * HOUR);
    await consents.reportOverdueReview(operator);
    await review(consents.connect(privacyOffice), operator, true);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([1n, 0n, 1n]);
    const at = await soon();
    await consents.connect(operator).breakGlass(patient, ALL_CATEGORIES, 0, EVIDENCE);
    expect(await consents.pendingReviewOf(operator)).to.deep.equal([patient.address, at, false, hospital.address]);
  });

  it("can be done by an oversight authority, from the second after it was due", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, participants, patient, hospital, operator, oversight, stranger } = parties;
    const dueAt = (await consents.pendingReviewOf(operator)).openedAt + 72n * HOUR;
    await time.setNextBlockTimestamp(dueAt);
    await expect(review(consents.connect(oversight), operator, false))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(oversight.address, ROLES.PRIVACY_OFFICER, STANDINGS.indexOf("Unaccredited"));
    await expect(review(consents.connect(stranger), operator, false))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.OVERSIGHT_AUTHORITY, STANDINGS.indexOf("Unaccredited"));
    await expect(review(consents.connect(oversight), operator, false))
      .to.emit(consents, "EmergencyReviewed")
      .withArgs(patient.address, hospital.address, operator.address, oversight.address, false);
    expect(await consents.reviewRecordOf(hospital)).to.deep.equal([0n, 1n, 0n]);
  });

  it("can be done by an oversight authority that is a privacy officer too, but no independent one", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, hospital, operator, oversight, accreditors } = parties;
    await accreditBy(parties, accreditors.medicalBoard, oversight, "PRIVACY_OFFICER");
    await expect(review(consents.connect(oversight), operator, true))
      .to.be.revertedWithCustomError(consents, "ReviewerNotIndependent")
      .withArgs(oversight.address, hospital.address);
    await time.increase(73n * HOUR);
    await expect(review(consents.connect(oversight), operator, true)).to.emit(consents, "EmergencyReviewed");
  });

  it("cannot be done by the provider as its own oversight", async () => {
    const parties = await startFrom(deployWithBrokenGlass);
    const { consents, hospital, operator } = parties;
    await accredit(parties, hospital, "OVERSIGHT_AUTHORITY");
    await time.increase(73n * HOUR);
    await expect(review(consents.connect(hospital), operator, true))
      .to.be.revertedWithCustomError(consents, "ReviewerNotIndependent")
      .withArgs(hospital.address, hospital.address);
  });
});
