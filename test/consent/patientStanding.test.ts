import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES } from "../../src/consent/codes.js";
import {
  appointRepresentative,
  categories,
  denialOf,
  deployParties,
  deployWithGuardian,
  deployWithRepresentative,
  nameRepresentative,
  now,
  purposes,
  review,
  signConsent,
  someTerms,
  soon,
  startFrom,
  ALL_CATEGORIES,
  ALL_PURPOSES,
  BY_PROXY,
  DAY,
  DIRECT,
  EVIDENCE,
  HOUR,
  KIND,
  type Parties,
} from "../support/consentParties";

const NOBODY = ethers.ZeroAddress;

/** Relays `RevokeAll` of `issuedAt`, signed by `who` in the name of `decidedBy`. */
async function revokeAllSigned(
  parties: Parties,
  issuedAt: bigint,
  who: "patient" | "guardian" | "stranger" = "patient",
) {
  const { consents, patient, relayer } = parties;
  const message = { patient: patient.address, decidedBy: parties[who].address, issuedAt, deadline: issuedAt + HOUR };
  const signature = await signConsent(parties, parties[who], "RevokeAll", message);
  return consents
    .connect(relayer)
    .revokeAllBySig(message.patient, message.decidedBy, issuedAt, message.deadline, signature);
}

describe("PatientStanding: revokeAll", () => {
  const routes: Record<string, (parties: Parties, at: bigint) => Promise<unknown>> = {
    "by the patient": ({ consents, patient }) => consents.connect(patient).revokeAll(),
    "by the patient, for themselves": ({ consents, patient }) => consents.connect(patient).revokeAllFor(patient),
    "by the guardian": ({ consents, patient, guardian }) => consents.connect(guardian).revokeAllFor(patient),
    "signed by the patient": (parties, at) => revokeAllSigned(parties, at),
    "signed by the guardian": (parties, at) => revokeAllSigned(parties, at, "guardian"),
  };

  for (const [name, revokeAll] of Object.entries(routes)) {
    const decidedBy = name.includes("guardian") ? "guardian" : "patient";
    it(`${name} revokes all that was decided, and nothing of another patient's`, async () => {
      const parties = await startFrom(deployWithGuardian);
      const { consents, patient, neighbour, hospital, stranger } = parties;
      await DIRECT.grant(parties, 0n, { purposes: ALL_PURPOSES });
      await BY_PROXY.grant(parties, 0n, { grantee: stranger.address });
      await DIRECT.grant({ ...parties, patient: neighbour }, 0n);
      const at = await soon();

      await expect(revokeAll(parties, at))
        .to.emit(consents, "AllRevoked")
        .withArgs(patient.address, parties[decidedBy].address, at);

      expect(await consents.patientOf(patient)).to.deep.equal([at, 0n, 0n, false, at]);
      for (const purpose of Object.values(PURPOSES)) {
        expect(await consents.lastDecision(patient, hospital, purpose)).to.deep.equal([KIND.RevokedAll, at]);
      }
      expect(await denialOf(parties)).to.equal("RevokedAll");
      expect(await denialOf(parties, { patient: neighbour.address })).to.equal("None");
      expect(await consents.lastDecision(patient, stranger, PURPOSES.TREAT)).to.deep.equal([KIND.RevokedAll, at]);
    });

    it(`${name} leaves the patient free to grant again from the next second on`, async () => {
      const parties = await startFrom(deployWithGuardian);
      await revokeAll(parties, await soon());
      await DIRECT.grant(parties, 0n);
      expect(await denialOf(parties)).to.equal("None");
    });
  }

  it("changes and emits nothing where everything was revoked as late or later, and does not fail", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient } = parties;
    const at = await soon();
    await consents.connect(patient).revokeAll();
    for (const issuedAt of [at, at - 5n]) {
      await expect(revokeAllSigned(parties, issuedAt)).not.to.emit(consents, "AllRevoked");
      expect((await consents.patientOf(patient)).revokedAllAt).to.equal(at);
    }
  });

  it("leaves what was decided after the signature", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient } = parties;
    const signedAt = await now();
    await DIRECT.grant(parties, await soon());
    await revokeAllSigned(parties, signedAt);
    expect((await consents.patientOf(patient)).revokedAllAt).to.equal(signedAt);
    expect(await denialOf(parties)).to.equal("None");
  });

  it("is refused to anyone else, whether sent or signed", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, stranger, guardian } = parties;
    for (const account of [stranger, guardian]) {
      await expect(consents.connect(account).revokeAllFor(patient))
        .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
        .withArgs(patient.address, account.address);
    }
    await expect(revokeAllSigned(parties, await now(), "stranger"))
      .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
      .withArgs(patient.address, stranger.address);
    await expect(consents.revokeAllBySig(patient, NOBODY, 1, (await now()) + DAY, "0x"))
      .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
      .withArgs(patient.address, NOBODY);
  });

  it("ends representatives whom the patient named, also those of the same second", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, representative } = parties;
    await consents.connect(patient).revokeAll();
    for (const decide of [BY_PROXY.grant, BY_PROXY.revoke]) {
      await expect(decide(parties, 0n))
        .to.be.revertedWithCustomError(consents, "NotRepresentative")
        .withArgs(patient.address, representative.address);
    }
    await nameRepresentative(parties);
    await expect(BY_PROXY.revoke(parties, 0n)).to.emit(consents, "ConsentRevoked");
  });

  it("leaves a representative whom a court appointed", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    await appointRepresentative(parties, true);
    await BY_PROXY.grant(parties, 0n);
    await consents.connect(patient).revokeAll();
    expect(await denialOf(parties)).to.equal("RevokedAll");
    await BY_PROXY.grant(parties, 0n);
    expect(await denialOf(parties)).to.equal("None");
  });

  it("ends open emergencies, and does not keep out later ones", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, operator, hospital, privacyOffice } = parties;
    const use = { accessor: operator.address, purpose: "ETREAT", categories: categories("ALLERGIES") } as const;
    await consents.connect(operator).breakGlass(patient, ALL_CATEGORIES, 0, EVIDENCE);
    expect(await denialOf(parties, use)).to.equal("None");
    await consents.connect(patient).revokeAll();
    expect(await denialOf(parties, use)).to.equal("NeverGranted");
    await review(consents.connect(privacyOffice), operator, true);
    await consents.connect(operator).breakGlass(patient, ALL_CATEGORIES, 0, EVIDENCE);
    expect(await denialOf(parties, use)).to.equal("None");
    expect((await consents.reviewRecordOf(hospital)).upheld).to.equal(1n);
  });
});

describe("PatientStanding: guardian", () => {
  it("says how long a change waits", async () => {
    const { consents } = await startFrom(deployParties);
    expect(await consents.GUARDIAN_DELAY()).to.equal(3n * DAY);
  });

  it("holds at once where it is the first", async () => {
    const { consents, patient, guardian } = await startFrom(deployParties);
    const at = await soon();
    await expect(consents.connect(patient).nameGuardian(guardian))
      .to.emit(consents, "GuardianNamed")
      .withArgs(patient.address, guardian.address, at, at);
    expect(await consents.guardianshipOf(patient)).to.deep.equal([NOBODY, at, 0n, guardian.address, at]);
    await expect(consents.connect(guardian).revokeAllFor(patient)).to.emit(consents, "AllRevoked");
  });

  it("named by signature holds from the relay on, and has the time of the signature", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, guardian, relayer } = parties;
    const issuedAt = await now();
    const message = { patient: patient.address, guardian: guardian.address, issuedAt, deadline: issuedAt + HOUR };
    const signature = await signConsent(parties, patient, "GuardianNaming", message);
    const at = await soon(100n);
    const relay = () =>
      consents.connect(relayer).nameGuardianBySig(patient, guardian, issuedAt, message.deadline, signature);
    await expect(relay()).to.emit(consents, "GuardianNamed").withArgs(patient.address, guardian.address, at, issuedAt);
    expect(await consents.guardianshipOf(patient)).to.deep.equal([NOBODY, issuedAt, 0n, guardian.address, at]);
    // It takes effect once.
    await expect(relay()).to.be.revertedWithCustomError(consents, "DecisionSuperseded").withArgs(issuedAt, issuedAt);
  });

  for (const [what, next] of [
    ["replaced", "stranger"],
    ["removed", "nobody"],
  ] as const) {
    it(`keeps its power for three days after it was ${what}, and loses it then`, async () => {
      const parties = await startFrom(deployWithGuardian);
      const { consents, patient, guardian, stranger } = parties;
      const named = next === "nobody" ? NOBODY : stranger.address;
      const at = await soon();
      await expect(consents.connect(patient).nameGuardian(named))
        .to.emit(consents, "GuardianNamed")
        .withArgs(patient.address, named, at + 3n * DAY, at);
      const before = await consents.guardianshipOf(patient);
      expect(before).to.deep.equal([guardian.address, at, 0n, named, at + 3n * DAY]);

      await time.setNextBlockTimestamp(at + 3n * DAY - 1n);
      await expect(consents.connect(guardian).revokeAllFor(patient)).to.emit(consents, "AllRevoked");
      await expect(consents.connect(guardian).revokeAllFor(patient))
        .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
        .withArgs(patient.address, guardian.address);
      const byNext = consents.connect(stranger).revokeAllFor(patient);
      if (next === "nobody") {
        await expect(byNext).to.be.revertedWithCustomError(consents, "NotPatientOrGuardian");
      } else {
        await expect(byNext).to.emit(consents, "AllRevoked");
      }
    });
  }

  it("once removed, can be named anew at once", async () => {
    const { consents, patient, guardian } = await startFrom(deployWithGuardian);
    await consents.connect(patient).nameGuardian(NOBODY);
    await time.increase(3n * DAY);
    const at = await soon();
    await expect(consents.connect(patient).nameGuardian(guardian))
      .to.emit(consents, "GuardianNamed")
      .withArgs(patient.address, guardian.address, at, at);
  });

  it("can revoke everything and ask for retirement, and nothing else", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, guardian, hospital } = parties;
    const terms = await someTerms();
    const refused = [
      () => consents.connect(guardian).grantFor(patient, hospital, purposes("TREAT"), terms, EVIDENCE),
      () => consents.connect(guardian).revokeFor(patient, hospital, purposes("TREAT")),
    ];
    for (const attempt of refused) {
      await expect(attempt())
        .to.be.revertedWithCustomError(consents, "NotRepresentative")
        .withArgs(patient.address, guardian.address);
    }
    // What is decided for oneself says nothing about the patient.
    await consents.connect(guardian).nameGuardian(guardian);
    await consents.connect(guardian).setBreakGlassPreference(true);
    expect((await consents.patientOf(patient)).breakGlassForbidden).to.equal(false);
    expect((await consents.guardianshipOf(patient)).next).to.equal(guardian.address);
  });
});
