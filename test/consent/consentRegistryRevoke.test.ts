import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES } from "../../src/consent/codes.js";
import {
  denialOf,
  deployWithRepresentative,
  inOneBlock,
  now,
  purposes,
  revocationMessage,
  signConsent,
  soon,
  startFrom,
  ALL_PURPOSES,
  BY_PROXY,
  DIRECT,
  KIND,
  NEVER_GRANTED,
  PATIENT_DECIDED,
  ROUTES,
  SIGNED,
} from "../support/consentParties";

describe("ConsentRegistry: revoke", () => {
  for (const route of ROUTES) {
    describe(route.name, () => {
      const decider = route.isByRepresentative ? 0n : PATIENT_DECIDED;

      it("leaves a tombstone for each purpose, emits it, and denies from this very second on", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital, representative } = parties;
        await route.grant(parties, await soon(), { purposes: purposes("TREAT", "HPAYMT", "COC") });
        expect(await denialOf(parties)).to.equal("None");
        const mask = purposes("TREAT", "COC");
        const at = await soon();

        const revoked = route.revoke(parties, at, mask);
        await expect(revoked).to.emit(consents, "ConsentRevoked").withArgs(patient.address, hospital.address, mask, at);
        if (route.isByRepresentative) {
          await expect(revoked)
            .to.emit(consents, "DecidedByRepresentative")
            .withArgs(patient.address, hospital.address, representative.address, mask, at);
        } else {
          await expect(revoked).not.to.emit(consents, "DecidedByRepresentative");
        }

        expect(await denialOf(parties)).to.equal("Revoked");
        expect(await denialOf(parties, { purpose: "HPAYMT" })).not.to.equal("Revoked");
        for (const purpose of [PURPOSES.TREAT, PURPOSES.COC]) {
          expect(await consents.consentOf(patient, hospital, purpose)).to.deep.equal([0n, 0n, 0n, at, decider]);
          expect(await consents.lastDecision(patient, hospital, purpose)).to.deep.equal([KIND.Revoked, at]);
        }
        expect((await consents.lastDecision(patient, hospital, PURPOSES.HPAYMT)).kind).to.equal(KIND.Granted);
      });

      it("leaves a tombstone where nothing was granted, which no earlier grant can undo", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital } = parties;
        const earlier = await now();
        const at = await soon();
        await expect(route.revoke(parties, at, ALL_PURPOSES))
          .to.emit(consents, "ConsentRevoked")
          .withArgs(patient.address, hospital.address, ALL_PURPOSES, at);
        expect(await denialOf(parties)).to.equal("Revoked");
        await expect(SIGNED.grant(parties, earlier))
          .to.be.revertedWithCustomError(consents, "ConsentSuperseded")
          .withArgs(PURPOSES.TREAT, at);
        // It says that it ended nothing, and so does the next; one that ends a grant does not.
        const flags = async () => (await consents.consentOf(patient, hospital, PURPOSES.TREAT)).flags;
        expect(await flags()).to.equal(decider | NEVER_GRANTED);
        await route.revoke(parties, await soon());
        expect(await flags()).to.equal(decider | NEVER_GRANTED);
        await SIGNED.grant(parties, await soon());
        await SIGNED.revoke(parties, await soon());
        expect(await flags()).to.equal(PATIENT_DECIDED);
      });

      it("wins within the second of a grant, whichever comes first in the block", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital } = parties;
        for (const isGrantFirst of [true, false]) {
          const at = await soon();
          const grant = () => route.grant(parties, at);
          const revoke = () => route.revoke(parties, at);
          const statuses = await inOneBlock(...(isGrantFirst ? [grant, revoke] : [revoke, grant]));
          expect(statuses).to.deep.equal(isGrantFirst ? [1, 1] : [1, 0]);
          expect(await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).to.deep.equal([KIND.Revoked, at]);
        }
      });

      it("can be repeated, the later one's time standing", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital } = parties;
        await route.revoke(parties, await soon());
        const at = await soon();
        await route.revoke(parties, at);
        expect(await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).to.deep.equal([KIND.Revoked, at]);
      });

      it("can be followed by a later grant by the same", async () => {
        const parties = await startFrom(deployWithRepresentative);
        await route.grant(parties, await soon());
        await route.revoke(parties, await soon());
        await route.grant(parties, await soon());
        expect(await denialOf(parties)).to.equal("None");
      });

      it("passes over bits that stand for no purpose, and does not fail where there are no others", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital } = parties;
        for (const mask of [0n, 1n << 16n]) {
          await expect(route.revoke(parties, await soon(), mask)).not.to.emit(consents, "ConsentRevoked");
        }
        const at = await soon();
        await expect(route.revoke(parties, at, 0xffffffffn))
          .to.emit(consents, "ConsentRevoked")
          .withArgs(patient.address, hospital.address, ALL_PURPOSES, at);
      });

      it("still works where the patient is retired or revoked everything", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital } = parties;
        await consents.connect(patient).retire(patient);
        const at = await soon();
        await route.revoke(parties, at);
        expect(await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).to.deep.equal([KIND.Revoked, at]);
      });
    });
  }

  it("returns the purposes for which it now stands", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, representative, hospital } = parties;
    const mask = purposes("TREAT", "COC");
    expect(await consents.connect(patient).revoke.staticCall(hospital, mask)).to.equal(mask);
    expect(await consents.connect(representative).revokeFor.staticCall(patient, hospital, mask)).to.equal(mask);
    const signedAt = await now();
    await DIRECT.grant(parties, await soon(), { purposes: purposes("COC", "HPAYMT") });
    for (const [signer, wanted, applied] of [
      [patient, mask, purposes("TREAT")],
      [representative, mask, purposes("TREAT")],
      [patient, purposes("COC", "HPAYMT"), 0n],
    ] as const) {
      const message = revocationMessage(parties, signer.address, signedAt, wanted);
      const signature = await signConsent(parties, signer, "ConsentRevocation", message);
      expect(await consents.revokeBySig.staticCall(message, signature)).to.equal(applied);
    }
  });

  it("changes and emits nothing where all of its purposes were decided later", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, hospital } = parties;
    const signedAt = await now();
    const at = await soon();
    await DIRECT.grant(parties, at);
    const relayed = SIGNED.revoke(parties, signedAt);
    await expect(relayed).not.to.emit(consents, "ConsentRevoked");
    expect(await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).to.deep.equal([KIND.Granted, at]);
    expect(await denialOf(parties)).to.equal("None");
  });

  it("by a representative keeps that the patient had decided", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, hospital } = parties;
    await DIRECT.grant(parties, await soon());
    const at = await soon();
    await BY_PROXY.revoke(parties, at);
    expect(await consents.consentOf(patient, hospital, PURPOSES.TREAT)).to.deep.equal([
      0n,
      0n,
      0n,
      at,
      PATIENT_DECIDED,
    ]);
  });

  it("refuses who is no representative, and one beyond its purposes", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, representatives, patient, hospital, stranger, representative } = parties;
    const consent = purposes("TREAT");
    await expect(consents.connect(stranger).revokeFor(patient, hospital, consent))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(patient.address, stranger.address);
    const message = revocationMessage(parties, stranger.address, await now());
    await expect(consents.revokeBySig(message, await signConsent(parties, stranger, "ConsentRevocation", message)))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(patient.address, stranger.address);

    await representatives.connect(patient).nameRepresentative(representative, consent, (await now()) + 1000n);
    await consents.connect(representative).revokeFor(patient, hospital, consent);
    await expect(consents.connect(representative).revokeFor(patient, hospital, purposes("TREAT", "HRESCH")))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(patient.address, representative.address);
  });

  it("takes any grantee, the zero address included, since a revocation never fails", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient } = parties;
    for (const grantee of [ethers.ZeroAddress, patient.address]) {
      const at = await soon();
      await expect(DIRECT.revoke(parties, at, purposes("TREAT"), grantee))
        .to.emit(consents, "ConsentRevoked")
        .withArgs(patient.address, grantee, purposes("TREAT"), at);
    }
  });
});
