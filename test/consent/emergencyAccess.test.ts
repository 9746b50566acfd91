import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ROLES, STANDINGS, roleMask } from "../../src/participants/roles.js";
import { EMERGENCIES_PER_DAY, YEAR, accreditorFor, enlist } from "../support/careproof";
import {
  categories,
  denialOf,
  deployParties,
  now,
  purposes,
  review,
  signConsent,
  soon,
  startFrom,
  ALL_CATEGORIES,
  DAY,
  DIRECT,
  EVIDENCE,
  HOUR,
  type Parties,
} from "../support/consentParties";

const REASONS = { ImmediateThreat: 0, UnableToConsent: 1, PublicSafety: 2 } as const;
const SOME = categories("ALLERGIES", "PSY");

/** What the hospital's key is denied for emergency treatment, or "None". */
const emergencyDenial = (parties: Parties, asked = categories("ALLERGIES"), accessor = parties.operator.address) =>
  denialOf(parties, { accessor, purpose: "ETREAT", categories: asked });

const breakGlass = ({ consents, operator, patient }: Parties, mask = SOME) =>
  consents.connect(operator).breakGlass(patient, mask, REASONS.ImmediateThreat, EVIDENCE);

/** Relays the patient's signed preference on breaking the glass. */
async function setPreferenceSigned(parties: Parties, forbidden: boolean, issuedAt: bigint) {
  const { consents, patient, relayer } = parties;
  const message = { patient: patient.address, forbidden, issuedAt, deadline: issuedAt + HOUR };
  const signature = await signConsent(parties, patient, "BreakGlassPreference", message);
  return consents
    .connect(relayer)
    .setBreakGlassPreferenceBySig(patient, forbidden, issuedAt, message.deadline, signature);
}

describe("EmergencyAccess: breakGlass", () => {
  it("says how long an emergency lasts, and by when it must be reviewed", async () => {
    const { consents } = await startFrom(deployParties);
    expect(await consents.EMERGENCY_DURATION()).to.equal(8n * HOUR);
    expect(await consents.REVIEW_PERIOD()).to.equal(72n * HOUR);
  });

  for (const [name, reason] of Object.entries(REASONS)) {
    it(`(${name}) opens access for eight hours to the key alone, and leaves a review to be done`, async () => {
      const parties = await startFrom(deployParties);
      const { consents, patient, hospital, operator } = parties;
      const at = await soon();
      await expect(consents.connect(operator).breakGlass(patient, SOME, reason, EVIDENCE))
        .to.emit(consents, "GlassBroken")
        .withArgs(patient.address, hospital.address, operator.address, SOME, at + 8n * HOUR, reason, EVIDENCE);

      const emergency = await consents.emergencyOf(patient, hospital, operator, false);
      expect(emergency).to.deep.equal([SOME, at, at + 8n * HOUR]);
      expect(await consents.pendingReviewOf(operator)).to.deep.equal([patient.address, at, false, hospital.address]);
      expect(await consents.reviewRecordOf(hospital)).to.deep.equal([0n, 0n, 0n]);
      expect(await consents.emergenciesAvailable(hospital)).to.equal(EMERGENCIES_PER_DAY - 1);

      expect(await emergencyDenial(parties, SOME)).to.equal("None");
      expect(await emergencyDenial(parties, categories("HIV"))).to.equal("NeverGranted");
      expect(await emergencyDenial(parties, SOME | categories("HIV"))).to.equal("NeverGranted");
      expect(await emergencyDenial(parties, SOME | (1n << 64n))).to.equal("NeverGranted");
      expect(await emergencyDenial(parties, SOME, hospital.address)).to.equal("NeverGranted");
      const treatment = { accessor: operator.address, categories: SOME, purpose: "TREAT" } as const;
      expect(await denialOf(parties, treatment)).to.equal("NeverGranted");
      const neighbour = { ...treatment, purpose: "ETREAT", patient: parties.neighbour.address } as const;
      expect(await denialOf(parties, neighbour)).to.equal("NeverGranted");

      await time.increaseTo(at + 8n * HOUR - 1n);
      expect(await emergencyDenial(parties)).to.equal("None");
      await time.increaseTo(at + 8n * HOUR);
      expect(await emergencyDenial(parties)).to.equal("NeverGranted");
    });
  }

  it("can be done by the provider itself", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, hospital } = parties;
    await consents.connect(hospital).breakGlass(patient, SOME, 0, EVIDENCE);
    expect(await emergencyDenial(parties, SOME, hospital.address)).to.equal("None");
    expect(await emergencyDenial(parties)).to.equal("NeverGranted");
  });

  const insufficient = {
    "covers other kinds of data": () => Promise.resolve({ categories: categories("IMAGING") }),
    "counts from a later time on": async () => ({ notBefore: (await now()) + HOUR }),
  };
  for (const [what, terms] of Object.entries(insufficient)) {
    it(`stands in for a consent that ${what}, until the patient's next word`, async () => {
      const parties = await startFrom(deployParties);
      const etreat = { purposes: purposes("ETREAT") };
      await DIRECT.grant(parties, 0n, { ...etreat, ...(await terms()) });
      await breakGlass(parties);
      expect(await emergencyDenial(parties)).to.equal("None");
      await DIRECT.grant(parties, 0n, { ...etreat, categories: categories("IMAGING") });
      expect(await emergencyDenial(parties)).to.equal("CategoryNotCovered");
    });
  }

  it("stands in for a consent that has run out", async () => {
    const parties = await startFrom(deployParties);
    await DIRECT.grant(parties, 0n, { purposes: purposes("ETREAT"), expiresAt: (await now()) + HOUR });
    await time.increase(HOUR);
    expect(await emergencyDenial(parties)).to.equal("Expired");
    await breakGlass(parties);
    expect(await emergencyDenial(parties)).to.equal("None");
  });

  it("does not stand in for a consent that was refused, whatever comes after", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    await breakGlass(parties);
    await DIRECT.revoke(parties, 0n, purposes("ETREAT"));
    expect(await emergencyDenial(parties)).to.equal("Revoked");
    await consents.connect(patient).revokeAll();
    expect(await emergencyDenial(parties)).to.equal("Revoked");
  });

  it("does not come back when the patient forbids and allows it again", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    await breakGlass(parties);
    await consents.connect(patient).setBreakGlassPreference(true);
    expect(await emergencyDenial(parties)).to.equal("NeverGranted");
    await consents.connect(patient).setBreakGlassPreference(false);
    expect(await emergencyDenial(parties)).to.equal("NeverGranted");
  });

  it("ends with the standing of who broke it", async () => {
    const parties = await startFrom(deployParties);
    const { participants, hospital, operator } = parties;
    await breakGlass(parties);
    await participants.connect(hospital).offerOperator(operator, roleMask("PROVIDER"), (await now()) + YEAR);
    expect(await emergencyDenial(parties)).to.equal("OperatorRoleMissing");
    await participants.connect(hospital).offerOperator(operator, roleMask("EMERGENCY_CARE"), (await now()) + YEAR);
    expect(await emergencyDenial(parties)).to.equal("None");
    await participants.connect(accreditorFor(parties, "EMERGENCY_CARE")).suspend(hospital, ROLES.EMERGENCY_CARE);
    expect(await emergencyDenial(parties)).to.equal("Suspended");
  });

  it("does not follow a key to another provider", async () => {
    const parties = await startFrom(deployParties);
    const { participants, stranger, operator } = parties;
    await breakGlass(parties);
    await participants
      .connect(accreditorFor(parties, "EMERGENCY_CARE"))
      .accredit(stranger, ROLES.EMERGENCY_CARE, (await now()) + YEAR);
    await participants.connect(operator).removeOperator(operator);
    await enlist(parties, stranger, operator, "EMERGENCY_CARE");
    expect(await emergencyDenial(parties)).to.equal("NeverGranted");
  });

  it("refuses no categories and categories that stand for nothing", async () => {
    const parties = await startFrom(deployParties);
    for (const mask of [0n, 1n << 21n, ALL_CATEGORIES | (1n << 63n)]) {
      await expect(breakGlass(parties, mask))
        .to.be.revertedWithCustomError(parties.consents, "UnknownCategories")
        .withArgs(mask);
    }
  });

  it("refuses one without the commitment of a justification", async () => {
    const { consents, operator, patient } = await startFrom(deployParties);
    await expect(
      consents.connect(operator).breakGlass(patient, SOME, 0, ethers.ZeroHash),
    ).to.be.revertedWithCustomError(consents, "EvidenceMissing");
  });

  it("leaves a review to be done also where the patient was nobody", async () => {
    const parties = await startFrom(deployParties);
    const { consents, operator } = parties;
    await consents.connect(operator).breakGlass(ethers.ZeroAddress, SOME, 0, EVIDENCE);
    await expect(breakGlass(parties))
      .to.be.revertedWithCustomError(consents, "EmergencyUnreviewed")
      .withArgs(operator.address, ethers.ZeroAddress);
  });

  it("refuses a retired patient's", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    await consents.connect(patient).retire(patient);
    await expect(breakGlass(parties))
      .to.be.revertedWithCustomError(consents, "PatientRetired")
      .withArgs(patient.address);
  });

  it("refuses a provider whom the patient refused ETREAT, and no other", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, hospital, stranger, participants } = parties;
    await DIRECT.revoke(parties, 0n, purposes("ETREAT"));
    await expect(breakGlass(parties))
      .to.be.revertedWithCustomError(consents, "EmergencyForbidden")
      .withArgs(patient.address, hospital.address);
    await participants
      .connect(accreditorFor(parties, "EMERGENCY_CARE"))
      .accredit(stranger, ROLES.EMERGENCY_CARE, (await now()) + YEAR);
    await expect(consents.connect(stranger).breakGlass(patient, SOME, 0, EVIDENCE)).to.emit(consents, "GlassBroken");
  });

  it("refuses a key that owes a review, whose broken glass still counts", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, neighbour, operator } = parties;
    await breakGlass(parties);
    await expect(consents.connect(operator).breakGlass(neighbour, SOME, 0, EVIDENCE))
      .to.be.revertedWithCustomError(consents, "EmergencyUnreviewed")
      .withArgs(operator.address, patient.address);
    expect(await emergencyDenial(parties)).to.equal("None");
  });

  it("is limited in rate for each provider, refilling over a day", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, hospital, privacyOffice, operator } = parties;
    expect(await consents.emergenciesAvailable(hospital)).to.equal(EMERGENCIES_PER_DAY);
    for (let i = 0; i < EMERGENCIES_PER_DAY; i++) {
      await breakGlass(parties);
      await review(consents.connect(privacyOffice), operator, true);
    }
    expect(await consents.emergenciesAvailable(hospital)).to.equal(0n);
    for (const key of [operator, hospital]) {
      await expect(consents.connect(key).breakGlass(patient, SOME, 0, EVIDENCE))
        .to.be.revertedWithCustomError(consents, "EmergencyRateExceeded")
        .withArgs(hospital.address);
    }
    expect(await consents.emergenciesAvailable(patient)).to.equal(EMERGENCIES_PER_DAY);
    await time.increase(DAY / BigInt(EMERGENCIES_PER_DAY) + 1n);
    expect(await consents.emergenciesAvailable(hospital)).to.equal(1n);
    await breakGlass(parties);
    expect(await consents.emergenciesAvailable(hospital)).to.equal(0n);
  });

  it("refuses who is in no good standing for emergency care, with the reason", async () => {
    const parties = await startFrom(deployParties);
    const { consents, participants, patient, hospital, operator, stranger } = parties;
    const refuses = async (key: typeof operator, standing: (typeof STANDINGS)[number]) =>
      expect(consents.connect(key).breakGlass(patient, SOME, 0, EVIDENCE))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(key.address, ROLES.EMERGENCY_CARE, STANDINGS.indexOf(standing));
    await refuses(stranger, "Unaccredited");
    await participants.connect(hospital).offerOperator(operator, roleMask("PROVIDER"), (await now()) + YEAR);
    await refuses(operator, "OperatorRoleMissing");
    await participants.connect(accreditorFor(parties, "EMERGENCY_CARE")).withdraw(hospital, ROLES.EMERGENCY_CARE);
    await refuses(hospital, "Withdrawn");
  });
});

describe("EmergencyAccess: the patient's preference on breaking the glass", () => {
  const routes: Record<string, (parties: Parties, forbidden: boolean, at: bigint) => Promise<unknown>> = {
    "by the patient": ({ consents, patient }, forbidden) =>
      consents.connect(patient).setBreakGlassPreference(forbidden),
    "signed by the patient": setPreferenceSigned,
  };

  for (const [name, setPreference] of Object.entries(routes)) {
    it(`${name} forbids it, ends what is open, and allows it again`, async () => {
      const parties = await startFrom(deployParties);
      const { consents, patient, hospital, privacyOffice, operator } = parties;
      await breakGlass(parties);
      const at = await soon();
      await expect(setPreference(parties, true, at))
        .to.emit(consents, "BreakGlassPreferenceSet")
        .withArgs(patient.address, true, at);
      expect(await consents.patientOf(patient)).to.deep.equal([0n, 0n, at, true, 0n]);
      expect(await emergencyDenial(parties)).to.equal("NeverGranted");
      await review(consents.connect(privacyOffice), operator, true);
      await expect(breakGlass(parties))
        .to.be.revertedWithCustomError(consents, "EmergencyForbidden")
        .withArgs(patient.address, hospital.address);

      const allowedAt = await soon();
      await expect(setPreference(parties, false, allowedAt))
        .to.emit(consents, "BreakGlassPreferenceSet")
        .withArgs(patient.address, false, allowedAt);
      await breakGlass(parties);
      expect(await emergencyDenial(parties)).to.equal("None");
    });
  }

  it("by signature counts only where it is later than the last", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    const at = await soon();
    await consents.connect(patient).setBreakGlassPreference(true);
    for (const issuedAt of [at - 1n, at]) {
      await expect(setPreferenceSigned(parties, false, issuedAt))
        .to.be.revertedWithCustomError(consents, "DecisionSuperseded")
        .withArgs(at, issuedAt);
    }
    expect((await consents.patientOf(patient)).breakGlassForbidden).to.equal(true);
    await setPreferenceSigned(parties, false, await soon());
    expect((await consents.patientOf(patient)).breakGlassForbidden).to.equal(false);
  });

  it("by signature that forbids wins within the second of one that allows", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    const at = await soon();
    await consents.connect(patient).setBreakGlassPreference(false);
    await expect(setPreferenceSigned(parties, true, at - 1n))
      .to.be.revertedWithCustomError(consents, "DecisionSuperseded")
      .withArgs(at, at - 1n);
    await setPreferenceSigned(parties, true, at);
    expect((await consents.patientOf(patient)).breakGlassForbidden).to.equal(true);
  });

  it("leaves the consent to ETREAT that the patient gave", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    await consents.connect(patient).setBreakGlassPreference(true);
    await DIRECT.grant(parties, 0n, { purposes: purposes("ETREAT") });
    expect(await emergencyDenial(parties, categories("LABORATORY"))).to.equal("None");
    expect(await emergencyDenial(parties, ethers.MaxUint256)).to.equal("CategoryNotCovered");
  });
});
