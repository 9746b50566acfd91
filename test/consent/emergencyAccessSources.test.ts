import { ethers } from "hardhat";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { EMERGENCIES_PER_DAY } from "../support/careproof";
import {
  categories,
  denialOf,
  deployParties,
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

const ALLOWED = categories("ALLERGIES", "DEVICE_TELEMETRY");

/** The stranger is an emergency source in force, and the patient allows it ALLOWED. */
async function deployWithSource(): Promise<Parties> {
  const parties = await loadFixture(deployParties);
  const { consents, admin, patient, stranger } = parties;
  await consents.connect(admin).setEmergencySource(stranger);
  await consents.connect(patient).setEmergencySourcePreference(stranger, ALLOWED);
  await time.increase(7n * DAY);
  return parties;
}

const open = ({ consents, stranger, patient, operator }: Parties, mask = ALLOWED, responder = operator) =>
  consents.connect(stranger).openEmergency(patient, responder, mask, EVIDENCE);

const denial = (parties: Parties, asked = ALLOWED) =>
  denialOf(parties, { accessor: parties.operator.address, purpose: "ETREAT", categories: asked });

describe("EmergencyAccess: sources", () => {
  it("are named by governance, with effect after seven days", async () => {
    const parties = await startFrom(deployParties);
    const { consents, admin, patient, stranger } = parties;
    expect(await consents.SOURCE_DELAY()).to.equal(7n * DAY);
    expect(await consents.emergencySourceFrom(stranger)).to.equal(0n);
    await consents.connect(patient).setEmergencySourcePreference(stranger, ALLOWED);
    const at = await soon();
    await expect(consents.connect(admin).setEmergencySource(stranger))
      .to.emit(consents, "EmergencySourceSet")
      .withArgs(stranger.address, at + 7n * DAY);
    expect(await consents.emergencySourceFrom(stranger)).to.equal(at + 7n * DAY);

    await time.setNextBlockTimestamp(at + 7n * DAY - 1n);
    await expect(open(parties))
      .to.be.revertedWithCustomError(consents, "NotEmergencySource")
      .withArgs(stranger.address);
    await time.setNextBlockTimestamp(at + 7n * DAY);
    await expect(open(parties)).to.emit(consents, "EmergencyOpened");
  });

  it("are removed by governance, at once", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, admin, stranger } = parties;
    await expect(consents.connect(admin).removeEmergencySource(stranger))
      .to.emit(consents, "EmergencySourceRemoved")
      .withArgs(stranger.address);
    expect(await consents.emergencySourceFrom(stranger)).to.equal(0n);
    await expect(open(parties))
      .to.be.revertedWithCustomError(consents, "NotEmergencySource")
      .withArgs(stranger.address);
  });

  it("wait again where they are named again", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, admin, stranger } = parties;
    await consents.connect(admin).setEmergencySource(stranger);
    await expect(open(parties))
      .to.be.revertedWithCustomError(consents, "NotEmergencySource")
      .withArgs(stranger.address);
  });

  it("are named and removed by nobody else", async () => {
    const { consents, patient, stranger, accreditors } = await startFrom(deployWithSource);
    for (const account of [patient, stranger, accreditors.medicalBoard]) {
      for (const method of ["setEmergencySource", "removeEmergencySource"] as const) {
        await expect(consents.connect(account)[method](stranger))
          .to.be.revertedWithCustomError(consents, "AccessManagedUnauthorized")
          .withArgs(account.address);
      }
    }
  });
});

describe("EmergencyAccess: openEmergency", () => {
  it("opens access for eight hours to the responder, needing neither review nor rate", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, patient, hospital, operator, stranger } = parties;
    const at = await soon();
    const mask = categories("ALLERGIES");
    await expect(open(parties, mask))
      .to.emit(consents, "EmergencyOpened")
      .withArgs(patient.address, hospital.address, operator.address, stranger.address, mask, at + 8n * HOUR, EVIDENCE);
    expect(await consents.emergencyOf(patient, hospital, operator, true)).to.deep.equal([mask, at, at + 8n * HOUR]);
    expect((await consents.pendingReviewOf(operator)).openedAt).to.equal(0n);
    expect(await consents.emergenciesAvailable(hospital)).to.equal(EMERGENCIES_PER_DAY);
    expect(await denial(parties, mask)).to.equal("None");
    expect(await denial(parties, ALLOWED)).to.equal("NeverGranted");
    await time.increaseTo(at + 8n * HOUR);
    expect(await denial(parties, mask)).to.equal("NeverGranted");
  });

  it("works although the patient forbids breaking the glass, since the patient allowed this source", async () => {
    const parties = await startFrom(deployWithSource);
    await parties.consents.connect(parties.patient).setBreakGlassPreference(true);
    await open(parties);
    expect(await denial(parties)).to.equal("None");
  });

  it("asks for a justification", async () => {
    const { consents, stranger, patient, operator } = await startFrom(deployWithSource);
    await expect(
      consents.connect(stranger).openEmergency(patient, operator, ALLOWED, ethers.ZeroHash),
    ).to.be.revertedWithCustomError(consents, "EvidenceMissing");
  });

  it("is ended by a revocation of ETREAT", async () => {
    const parties = await startFrom(deployWithSource);
    await open(parties);
    await DIRECT.revoke(parties, 0n, purposes("ETREAT"));
    expect(await denial(parties)).to.equal("Revoked");
  });

  it("is ended by a revocation of everything, and the source allowed nothing any more until allowed again", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, patient, stranger } = parties;
    await open(parties);
    await consents.connect(patient).revokeAll();
    expect(await denial(parties)).to.equal("NeverGranted");
    await expect(open(parties))
      .to.be.revertedWithCustomError(consents, "SourceNotAllowed")
      .withArgs(patient.address, stranger.address, 0n);
    await consents.connect(patient).setEmergencySourcePreference(stranger, ALLOWED);
    await open(parties);
    expect(await denial(parties)).to.equal("None");
  });

  it("stands beside what the same key broke the glass for: neither ends or narrows the other", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, patient, operator, privacyOffice } = parties;
    await consents.connect(operator).breakGlass(patient, categories("HIV"), 0, EVIDENCE);
    await open(parties);
    expect(await denial(parties, categories("HIV"))).to.equal("None");
    expect(await denial(parties)).to.equal("None");
    await review(consents.connect(privacyOffice), operator, false);
    expect(await denial(parties, categories("HIV"))).to.equal("NeverGranted");
    expect(await denial(parties)).to.equal("None");
  });

  it("refuses no categories and categories that stand for nothing", async () => {
    const parties = await startFrom(deployWithSource);
    for (const mask of [0n, 1n << 40n]) {
      await expect(open(parties, mask))
        .to.be.revertedWithCustomError(parties.consents, "UnknownCategories")
        .withArgs(mask);
    }
  });

  it("refuses a retired patient's, and a provider whom the patient refused ETREAT", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, patient, hospital } = parties;
    await DIRECT.revoke(parties, 0n, purposes("ETREAT"));
    await expect(open(parties))
      .to.be.revertedWithCustomError(consents, "EmergencyForbidden")
      .withArgs(patient.address, hospital.address);
    await consents.connect(patient).retire(patient);
    await expect(open(parties)).to.be.revertedWithCustomError(consents, "PatientRetired").withArgs(patient.address);
  });

  it("refuses a responder who is in no good standing for emergency care", async () => {
    const parties = await startFrom(deployWithSource);
    await expect(open(parties, ALLOWED, parties.relayer))
      .to.be.revertedWithCustomError(parties.participants, "NotInGoodStanding")
      .withArgs(parties.relayer.address, ROLES.EMERGENCY_CARE, STANDINGS.indexOf("Unaccredited"));
  });
});

describe("EmergencyAccess: the patient's preference for a source", () => {
  /** Relays the patient's signed preference for the stranger. */
  async function setSigned(parties: Parties, mask: bigint, issuedAt: bigint) {
    const { consents, patient, relayer, stranger } = parties;
    const source = stranger.address;
    const message = { patient: patient.address, source, categories: mask, issuedAt, deadline: issuedAt + HOUR };
    const signature = await signConsent(parties, patient, "EmergencySourcePreference", message);
    return consents
      .connect(relayer)
      .setEmergencySourcePreferenceBySig(patient, source, mask, issuedAt, message.deadline, signature);
  }
  const routes: Record<string, (parties: Parties, mask: bigint, at: bigint) => Promise<unknown>> = {
    "by the patient": ({ consents, patient, stranger }, mask) =>
      consents.connect(patient).setEmergencySourcePreference(stranger, mask),
    "signed by the patient": setSigned,
  };

  for (const [name, setPreference] of Object.entries(routes)) {
    it(`${name} says what it may open, and with zero that it may open nothing`, async () => {
      const parties = await startFrom(deployWithSource);
      const { consents, patient, stranger } = parties;
      for (const mask of [ALL_CATEGORIES, categories("HIV"), 0n]) {
        const at = await soon();
        await expect(setPreference(parties, mask, at))
          .to.emit(consents, "EmergencySourcePreferenceSet")
          .withArgs(patient.address, stranger.address, mask, at);
        expect(await consents.sourcePreferenceOf(patient, stranger)).to.deep.equal([mask, at]);
        if (mask !== 0n) await expect(open(parties, mask)).to.emit(consents, "EmergencyOpened");
      }
      await expect(open(parties, categories("HIV")))
        .to.be.revertedWithCustomError(consents, "SourceNotAllowed")
        .withArgs(patient.address, stranger.address, 0n);
    });

    it(`${name} is refused with categories that stand for nothing`, async () => {
      const parties = await startFrom(deployWithSource);
      await expect(setPreference(parties, 1n << 21n, await soon()))
        .to.be.revertedWithCustomError(parties.consents, "UnknownCategories")
        .withArgs(1n << 21n);
    });
  }

  it("by signature counts only where it is later than the last", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, patient, stranger } = parties;
    const at = await soon();
    await consents.connect(patient).setEmergencySourcePreference(stranger, 0);
    for (const issuedAt of [at - 1n, at]) {
      await expect(setSigned(parties, ALLOWED, issuedAt))
        .to.be.revertedWithCustomError(consents, "DecisionSuperseded")
        .withArgs(at, issuedAt);
    }
    expect(await consents.sourcePreferenceOf(patient, stranger)).to.deep.equal([0n, at]);
  });

  it("by signature that allows nothing wins within the second of one that allows", async () => {
    const parties = await startFrom(deployWithSource);
    const { consents, patient, stranger } = parties;
    const at = await soon();
    await consents.connect(patient).setEmergencySourcePreference(stranger, ALL_CATEGORIES);
    await expect(setSigned(parties, 0n, at - 1n)).to.be.revertedWithCustomError(consents, "DecisionSuperseded");
    await setSigned(parties, 0n, at);
    expect(await consents.sourcePreferenceOf(patient, stranger)).to.deep.equal([0n, at]);
  });
});
