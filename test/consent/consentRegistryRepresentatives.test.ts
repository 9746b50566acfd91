import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES } from "../../src/consent/codes.js";
import {
  appointRepresentative,
  denialOf,
  deployParties,
  deployWithRepresentative,
  grantMessage,
  nameRepresentative,
  now,
  purposes,
  signConsent,
  someTerms,
  soon,
  startFrom,
  BY_PROXY,
  BY_REPRESENTATIVE,
  DAY,
  DIRECT,
  EVIDENCE,
  PATIENT_DECIDED,
  ROUTES,
  type Parties,
} from "../support/consentParties";

const TREAT = purposes("TREAT");

/** The court's appointee is in force and may decide against what the patient decided. */
async function deployWithOverridingAppointee(): Promise<Parties> {
  const parties = await loadFixture(deployParties);
  await appointRepresentative(parties, true);
  return parties;
}

for (const route of ROUTES.filter(({ isByRepresentative }) => isByRepresentative)) {
  describe(`ConsentRegistry: grant ${route.name}`, () => {
    it("is refused to who represents nobody", async () => {
      const parties = await startFrom(deployParties);
      await expect(route.grant(parties, await soon()))
        .to.be.revertedWithCustomError(parties.consents, "NotRepresentative")
        .withArgs(parties.patient.address, parties.representative.address);
    });

    it("is refused for a purpose beyond the representation, the others of the mask with it", async () => {
      const parties = await startFrom(deployParties);
      await nameRepresentative(parties, purposes("TREAT", "COC"));
      await expect(route.grant(parties, await soon(), { purposes: purposes("TREAT", "HRESCH") }))
        .to.be.revertedWithCustomError(parties.consents, "NotRepresentative")
        .withArgs(parties.patient.address, parties.representative.address);
      await route.grant(parties, await soon(), { purposes: purposes("TREAT", "COC") });
      expect(await denialOf(parties)).to.equal("None");
    });

    it("is refused beyond the end of the representation, and counts until then", async () => {
      const parties = await startFrom(deployParties);
      const end = (await now()) + 1000n;
      await nameRepresentative(parties, TREAT, end);
      await expect(route.grant(parties, await soon(), { expiresAt: end + 1n }))
        .to.be.revertedWithCustomError(parties.consents, "ConsentOutlivesRepresentation")
        .withArgs(end + 1n, end);
      await route.grant(parties, await soon(), { expiresAt: end });
      await time.increaseTo(end - 1n);
      expect(await denialOf(parties)).to.equal("None");
      await time.increaseTo(end);
      expect(await denialOf(parties)).to.equal("Expired");
    });

    it("is refused after the end of the representation", async () => {
      const parties = await startFrom(deployParties);
      await nameRepresentative(parties, TREAT, (await now()) + 100n);
      await time.increase(100n);
      await expect(route.grant(parties, await soon()))
        .to.be.revertedWithCustomError(parties.consents, "NotRepresentative")
        .withArgs(parties.patient.address, parties.representative.address);
    });

    it("is refused where the patient decided, naming the purpose", async () => {
      const parties = await startFrom(deployWithRepresentative);
      await DIRECT.revoke(parties, 0n, purposes("COC"));
      await expect(route.grant(parties, await soon(), { purposes: purposes("TREAT", "COC") }))
        .to.be.revertedWithCustomError(parties.consents, "PatientDecided")
        .withArgs(PURPOSES.COC);
      expect(await denialOf(parties)).to.equal("NeverGranted");
    });

    it("by an appointee who may override replaces what the patient decided, and keeps that the patient had", async () => {
      const parties = await startFrom(deployWithOverridingAppointee);
      const { consents, patient, hospital, representative } = parties;
      await DIRECT.revoke(parties, 0n);
      const at = await soon();
      await route.grant(parties, at);
      expect(await denialOf(parties)).to.equal("None");
      const { flags, issuedAt } = await consents.consentOf(patient, hospital, PURPOSES.TREAT);
      expect([flags, issuedAt]).to.deep.equal([BY_REPRESENTATIVE | PATIENT_DECIDED, at]);
      expect(await consents.representativeOf(patient, hospital, PURPOSES.TREAT)).to.equal(representative.address);
    });

    it("where the patient decided nothing leaves no sign that they had", async () => {
      const parties = await startFrom(deployWithOverridingAppointee);
      const { consents, patient, hospital } = parties;
      await route.grant(parties, await soon());
      expect((await consents.consentOf(patient, hospital, PURPOSES.TREAT)).flags).to.equal(BY_REPRESENTATIVE);
    });
  });
}

describe("ConsentRegistry: what a representative granted", () => {
  it("stops counting when the representative is removed, whatever its own period says", async () => {
    const parties = await startFrom(deployWithRepresentative);
    await BY_PROXY.grant(parties, 0n);
    await parties.representatives.connect(parties.patient).removeRepresentative(parties.representative);
    expect(await denialOf(parties)).to.equal("RepresentationEnded");
  });

  it("does not come back where the same representative is named again", async () => {
    const parties = await startFrom(deployWithRepresentative);
    await BY_PROXY.grant(parties, 0n);
    await parties.representatives.connect(parties.patient).removeRepresentative(parties.representative);
    await nameRepresentative(parties);
    expect(await denialOf(parties)).to.equal("RepresentationEnded");
    await BY_PROXY.grant(parties, 0n);
    expect(await denialOf(parties)).to.equal("None");
  });

  it("of an appointee is suspended by the patient's veto", async () => {
    const parties = await startFrom(deployWithOverridingAppointee);
    await BY_PROXY.grant(parties, 0n);
    expect(await denialOf(parties)).to.equal("None");
    await parties.representatives.connect(parties.patient).removeRepresentative(parties.representative);
    expect(await denialOf(parties)).to.equal("RepresentationEnded");
    await expect(BY_PROXY.grant(parties, 0n)).to.be.revertedWithCustomError(parties.consents, "NotRepresentative");
  });

  it("can be replaced by the patient, and then counts as the patient's", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, representatives, patient, hospital, representative } = parties;
    await BY_PROXY.grant(parties, 0n);
    await DIRECT.grant(parties, 0n);
    await representatives.connect(patient).removeRepresentative(representative);
    expect(await denialOf(parties)).to.equal("None");
    expect((await consents.consentOf(patient, hospital, PURPOSES.TREAT)).flags).to.equal(PATIENT_DECIDED);
    expect(await consents.representativeOf(patient, hospital, PURPOSES.TREAT)).to.equal(ethers.ZeroAddress);
  });

  it("can be revoked by another representative who is in force", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { representatives, patient, stranger } = parties;
    await BY_PROXY.grant(parties, 0n);
    await representatives.connect(patient).nameRepresentative(stranger, TREAT, (await now()) + DAY);
    await BY_PROXY.revoke({ ...parties, representative: stranger }, 0n);
    expect(await denialOf(parties)).to.equal("Revoked");
    await BY_PROXY.grant(parties, 0n);
    expect(await denialOf(parties)).to.equal("None");
  });

  it("in one patient's name says nothing about another's", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, neighbour, hospital, representative } = parties;
    await expect(consents.connect(representative).grantFor(neighbour, hospital, TREAT, await someTerms(), EVIDENCE))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(neighbour.address, representative.address);
  });

  it("by signature counts only from when it was named, as it stood when signed", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, representative } = parties;
    const before = await grantMessage(parties, representative.address, await now());
    const signature = await signConsent(parties, representative, "ConsentGrant", before);
    await nameRepresentative(parties);
    await expect(consents.grantBySig(before, signature))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(patient.address, representative.address);
  });
});
