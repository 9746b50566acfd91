import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import {
  denialOf,
  deployWithGuardian,
  now,
  purposes,
  signConsent,
  soon,
  startFrom,
  ALL_CATEGORIES,
  DAY,
  DIRECT,
  EVIDENCE,
  SIGNED,
  type Parties,
} from "../support/consentParties";

describe("PatientStanding: retirement", () => {
  /** Relays `Retirement`, signed by the patient or the guardian. */
  async function retireSigned(parties: Parties, issuedAt: bigint, who: "patient" | "guardian" | "stranger") {
    const { consents, patient, relayer } = parties;
    const message = { patient: patient.address, decidedBy: parties[who].address, issuedAt, deadline: issuedAt + DAY };
    const signature = await signConsent(parties, parties[who], "Retirement", message);
    return consents
      .connect(relayer)
      .retireBySig(message.patient, message.decidedBy, issuedAt, message.deadline, signature);
  }

  for (const isSigned of [false, true]) {
    const how = isSigned ? " by signature" : "";
    const retire = async (parties: Parties, who: "patient" | "guardian") =>
      isSigned
        ? retireSigned(parties, await now(), who)
        : parties.consents.connect(parties[who]).retire(parties.patient);

    it(`by the patient${how} denies everything at once and for ever`, async () => {
      const parties = await startFrom(deployWithGuardian);
      const { consents, patient, operator } = parties;
      await DIRECT.grant(parties, 0n, { purposes: purposes("TREAT", "ETREAT") });
      await consents.connect(operator).breakGlass(patient, ALL_CATEGORIES, 0, EVIDENCE);
      const at = await soon();
      await expect(retire(parties, "patient"))
        .to.emit(consents, "Retired")
        .withArgs(patient.address, patient.address, at);
      expect((await consents.patientOf(patient)).retiredAt).to.equal(at);
      for (const years of [0n, 50n]) {
        await time.increase(years * 365n * DAY + 1n);
        for (const purpose of ["PATRQT", "FAMRQT"] as const) {
          expect(await denialOf(parties, { purpose })).to.equal("Retired");
        }
        if (years !== 0n) continue;
        expect(await denialOf(parties)).to.equal("Retired");
        expect(await denialOf(parties, { purpose: "ETREAT", accessor: operator.address })).to.equal("Retired");
      }
    });

    it(`by the guardian${how} waits three days`, async () => {
      const parties = await startFrom(deployWithGuardian);
      const { consents, patient, guardian } = parties;
      await DIRECT.grant(parties, 0n);
      const at = await soon();
      await expect(retire(parties, "guardian"))
        .to.emit(consents, "Retired")
        .withArgs(patient.address, guardian.address, at + 3n * DAY);
      await time.increaseTo(at + 3n * DAY - 1n);
      expect(await denialOf(parties)).to.equal("None");
      await time.increaseTo(at + 3n * DAY);
      expect(await denialOf(parties)).to.equal("Retired");
      await expect(DIRECT.grant(parties, 0n))
        .to.be.revertedWithCustomError(consents, "PatientRetired")
        .withArgs(patient.address);
    });
  }

  it("is never put off: an earlier one stands, and one by the patient overtakes the guardian's", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, guardian } = parties;
    const asked = await soon();
    await consents.connect(guardian).retire(patient);
    await soon(DAY);
    await expect(consents.connect(guardian).retire(patient)).not.to.emit(consents, "Retired");
    expect((await consents.patientOf(patient)).retiredAt).to.equal(asked + 3n * DAY);
    const at = await soon();
    await consents.connect(patient).retire(patient);
    for (const account of [patient, guardian]) {
      await expect(consents.connect(account).retire(patient)).not.to.emit(consents, "Retired");
    }
    expect((await consents.patientOf(patient)).retiredAt).to.equal(at);
  });

  it("is refused to anyone else, whether sent or signed", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, stranger } = parties;
    for (const attempt of [
      () => consents.connect(stranger).retire(patient),
      async () => retireSigned(parties, await now(), "stranger"),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
        .withArgs(patient.address, stranger.address);
    }
  });

  it("asked for by the guardian, is stopped by the patient's objection", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, guardian } = parties;
    await DIRECT.grant(parties, 0n);
    await consents.connect(guardian).retire(patient);
    const at = await soon(2n * DAY);
    await expect(consents.connect(patient).objectToRetirement())
      .to.emit(consents, "RetirementObjected")
      .withArgs(patient.address, at);
    expect((await consents.patientOf(patient)).retiredAt).to.equal(0n);
    expect((await consents.guardianshipOf(patient)).objectedAt).to.equal(at);
    await time.increase(10n * DAY);
    expect(await denialOf(parties)).to.equal("None");
  });

  it("can be objected to by signature, but not by one given before it was asked for", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, guardian } = parties;
    const object = async (issuedAt: bigint) => {
      const message = { patient: patient.address, issuedAt, deadline: issuedAt + DAY };
      const signature = await signConsent(parties, patient, "RetirementObjection", message);
      return consents.objectToRetirementBySig(patient, issuedAt, message.deadline, signature);
    };
    const asked = await soon();
    await consents.connect(guardian).retire(patient);
    await expect(object(asked - 1n))
      .to.be.revertedWithCustomError(consents, "DecisionSuperseded")
      .withArgs(asked, asked - 1n);
    await expect(object(asked)).to.emit(consents, "RetirementObjected").withArgs(patient.address, asked);
    expect((await consents.patientOf(patient)).retiredAt).to.equal(0n);
    expect((await consents.guardianshipOf(patient)).objectedAt).to.equal(asked);
  });

  it("cannot be objected to where none was asked for, or where its time has come", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, guardian } = parties;
    const objection = () => expect(consents.connect(patient).objectToRetirement());
    await objection().to.be.revertedWithCustomError(consents, "NoPendingRetirement").withArgs(patient.address);
    const asked = await soon();
    await consents.connect(guardian).retire(patient);
    await time.setNextBlockTimestamp(asked + 3n * DAY);
    await objection().to.be.revertedWithCustomError(consents, "NoPendingRetirement").withArgs(patient.address);
    expect((await consents.patientOf(patient)).retiredAt).to.equal(asked + 3n * DAY);
  });

  it("can be asked for again after an objection, but not with a signature from before it", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, guardian } = parties;
    const signedAt = await now();
    await retireSigned(parties, signedAt, "guardian");
    const objectedAt = await soon();
    await consents.connect(patient).objectToRetirement();
    await expect(retireSigned(parties, signedAt, "guardian"))
      .to.be.revertedWithCustomError(consents, "DecisionSuperseded")
      .withArgs(objectedAt, signedAt);
    const at = await soon();
    await expect(retireSigned(parties, at, "guardian"))
      .to.emit(consents, "Retired")
      .withArgs(patient.address, guardian.address, at + 3n * DAY);
  });

  it("leaves nothing to be granted by a signature from before it", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient } = parties;
    const signedAt = await now();
    await consents.connect(patient).retire(patient);
    await expect(SIGNED.grant(parties, signedAt))
      .to.be.revertedWithCustomError(consents, "PatientRetired")
      .withArgs(patient.address);
  });
});
