import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES, type Purpose } from "../../src/consent/codes.js";
import {
  categories,
  consentWord,
  denialOf,
  deployWithRepresentative,
  inOneBlock,
  now,
  purposes,
  someTerms,
  soon,
  startFrom,
  ALL_CATEGORIES,
  ALL_PURPOSES,
  BY_REPRESENTATIVE,
  DIRECT,
  EVIDENCE,
  KIND,
  PATIENT_DECIDED,
  ROUTES,
  SIGNED,
} from "../support/consentParties";

/** 3653 days, as IConsentRegistry says. */
const MAX_DURATION = 3653n * 24n * 3600n;

describe("ConsentRegistry: grant", () => {
  it("says how long a consent can be given for", async () => {
    const { consents } = await startFrom(deployWithRepresentative);
    expect(await consents.MAX_DURATION()).to.equal(MAX_DURATION);
  });

  it("knows the registries it was deployed with", async () => {
    const { consents, participants, representatives, accessManager } = await startFrom(deployWithRepresentative);
    expect(await consents.participants()).to.equal(await participants.getAddress());
    expect(await consents.representatives()).to.equal(await representatives.getAddress());
    expect(await consents.authority()).to.equal(await accessManager.getAddress());
  });

  for (const route of ROUTES) {
    describe(route.name, () => {
      const decider = route.isByRepresentative ? BY_REPRESENTATIVE : PATIENT_DECIDED;

      it("stores the consent for each purpose, emits it as one word, and permits the use", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital, representative } = parties;
        const mask = purposes("TREAT", "HPAYMT", "AI_TRAINING");
        const terms = { ...(await someTerms()), notBefore: await now(), flags: 0b101n };
        const at = await soon();

        const granted = route.grant(parties, at, { purposes: mask, ...terms });
        const word = consentWord(terms, at, decider);
        await expect(granted)
          .to.emit(consents, "ConsentGranted")
          .withArgs(patient.address, hospital.address, mask, word, EVIDENCE);
        if (route.isByRepresentative) {
          await expect(granted)
            .to.emit(consents, "DecidedByRepresentative")
            .withArgs(patient.address, hospital.address, representative.address, mask, at);
        } else {
          await expect(granted).not.to.emit(consents, "DecidedByRepresentative");
        }

        for (const [name, number] of Object.entries(PURPOSES)) {
          const isGranted = ((mask >> BigInt(number)) & 1n) === 1n;
          expect(await consents.consentOf(patient, hospital, number), name).to.deep.equal(
            isGranted
              ? [terms.categories, terms.notBefore, terms.expiresAt, at, terms.flags | decider]
              : [0n, 0n, 0n, 0n, 0n],
          );
          expect(await consents.lastDecision(patient, hospital, number), name).to.deep.equal(
            isGranted ? [KIND.Granted, at] : [KIND.None, 0n],
          );
          expect(await consents.representativeOf(patient, hospital, number), name).to.equal(
            isGranted && route.isByRepresentative ? representative.address : ethers.ZeroAddress,
          );
        }
        expect(await denialOf(parties)).to.equal("None");
        expect(await denialOf(parties, { patient: parties.neighbour.address })).to.equal("NeverGranted");
      });

      it("replaces what was granted before, and leaves other grantees and purposes as they are", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital, stranger } = parties;
        const first = await soon();
        await route.grant(parties, first, { purposes: purposes("TREAT", "COC") });
        const second = await soon();
        await route.grant(parties, second, { categories: categories("IMAGING") });
        const third = await soon();
        await route.grant(parties, third, { grantee: stranger.address });

        expect((await consents.consentOf(patient, hospital, PURPOSES.TREAT)).categories).to.equal(
          categories("IMAGING"),
        );
        expect((await consents.consentOf(patient, hospital, PURPOSES.TREAT)).issuedAt).to.equal(second);
        expect((await consents.consentOf(patient, hospital, PURPOSES.COC)).issuedAt).to.equal(first);
        expect((await consents.consentOf(patient, stranger, PURPOSES.TREAT)).issuedAt).to.equal(third);
      });

      it("takes every category and purpose in use, and the longest period", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, representatives, patient, representative, hospital } = parties;
        const at = await soon();
        // A representative's grant ends with the representation at the latest.
        const representation = await representatives.representationOf(patient, representative);
        const expiresAt = route.isByRepresentative ? representation.expiresAt : at + MAX_DURATION;
        await route.grant(parties, at, { purposes: ALL_PURPOSES, categories: ALL_CATEGORIES, expiresAt, flags: 7n });
        for (const name of Object.keys(PURPOSES) as Purpose[]) {
          const consent = await consents.consentOf(patient, hospital, PURPOSES[name]);
          expect([consent.categories, consent.expiresAt], name).to.deep.equal([ALL_CATEGORIES, expiresAt]);
        }
      });

      for (const [what, mask] of [
        ["no purpose", 0n],
        ["a purpose that stands for nothing", purposes("TREAT") | (1n << 16n)],
        ["only the highest purpose that stands for nothing", 1n << 30n],
      ] as const) {
        it(`refuses ${what}`, async () => {
          const parties = await startFrom(deployWithRepresentative);
          await expect(route.grant(parties, await soon(), { purposes: mask }))
            .to.be.revertedWithCustomError(parties.consents, "UnknownPurposes")
            .withArgs(mask);
        });
      }

      for (const [what, mask] of [
        ["no category", 0n],
        ["a general category that stands for nothing", categories("LABORATORY") | (1n << 21n)],
        ["a protected category that stands for nothing", 1n << 57n],
        ["the highest bit", 1n << 63n],
      ] as const) {
        it(`refuses ${what}`, async () => {
          const parties = await startFrom(deployWithRepresentative);
          await expect(route.grant(parties, await soon(), { categories: mask }))
            .to.be.revertedWithCustomError(parties.consents, "UnknownCategories")
            .withArgs(mask);
        });
      }

      for (const flags of [0x08n, BY_REPRESENTATIVE, PATIENT_DECIDED, 0xffn]) {
        it(`refuses flags 0x${flags.toString(16)}, which a grant cannot set`, async () => {
          const parties = await startFrom(deployWithRepresentative);
          await expect(route.grant(parties, await soon(), { flags }))
            .to.be.revertedWithCustomError(parties.consents, "UnknownFlags")
            .withArgs(flags);
        });
      }

      for (const [what, period] of [
        ["is empty", (at: bigint) => ({ notBefore: at + 100n, expiresAt: at + 100n })],
        ["ends before it begins", (at: bigint) => ({ notBefore: at + 100n, expiresAt: at + 99n })],
        ["ends in the very second", (at: bigint) => ({ notBefore: 0n, expiresAt: at })],
        ["has no end", () => ({ notBefore: 0n, expiresAt: 0n })],
        ["is a second too long", (at: bigint) => ({ notBefore: 0n, expiresAt: at + MAX_DURATION + 1n })],
      ] as const) {
        it(`refuses a period that ${what}`, async () => {
          const parties = await startFrom(deployWithRepresentative);
          const at = await soon();
          const { notBefore, expiresAt } = period(at);
          await expect(route.grant(parties, at, { notBefore, expiresAt }))
            .to.be.revertedWithCustomError(parties.consents, "InvalidPeriod")
            .withArgs(notBefore, expiresAt);
        });
      }

      it("refuses consent to nobody and to the patient", async () => {
        const parties = await startFrom(deployWithRepresentative);
        for (const grantee of [ethers.ZeroAddress, parties.patient.address]) {
          await expect(route.grant(parties, await soon(), { grantee }))
            .to.be.revertedWithCustomError(parties.consents, "InvalidGrantee")
            .withArgs(grantee);
        }
      });

      it("refuses one without the commitment of what was shown", async () => {
        const parties = await startFrom(deployWithRepresentative);
        await expect(route.grant(parties, await soon(), { evidence: ethers.ZeroHash })).to.be.revertedWithCustomError(
          parties.consents,
          "EvidenceMissing",
        );
      });

      it("refuses a retired patient's", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient } = parties;
        await consents.connect(patient).retire(patient);
        await expect(route.grant(parties, await soon()))
          .to.be.revertedWithCustomError(consents, "PatientRetired")
          .withArgs(patient.address);
      });

      it("refuses one of the second in which everything was revoked", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient } = parties;
        const at = await soon();
        const statuses = await inOneBlock(
          () => consents.connect(patient).revokeAll(),
          () => route.grant(parties, at),
        );
        expect(statuses).to.deep.equal([1, 0]);
        expect((await consents.patientOf(patient)).revokedAllAt).to.equal(at);
        expect(await denialOf(parties)).to.equal("NeverGranted");
      });

      it("refuses one that is not later than what stands, and then changes no purpose of the mask", async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { consents, patient, hospital } = parties;
        const at = await soon();
        const mask = purposes("TREAT", "HPAYMT", "COC");
        const statuses = await inOneBlock(
          () => route.grant(parties, at, { purposes: purposes("HPAYMT") }),
          () => route.grant(parties, at, { purposes: mask }),
        );
        expect(statuses).to.deep.equal([1, 0]);
        expect(await consents.lastDecision(patient, hospital, PURPOSES.HPAYMT)).to.deep.equal([KIND.Granted, at]);
        for (const purpose of [PURPOSES.TREAT, PURPOSES.COC]) {
          expect(await consents.lastDecision(patient, hospital, purpose)).to.deep.equal([KIND.None, 0n]);
        }
      });
    });
  }

  it("names the purpose and the time of the decision that stands", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, hospital } = parties;
    const terms = await someTerms();
    const at = await soon();
    await DIRECT.grant(parties, at, { purposes: purposes("HPAYMT") });
    // A call is made at the time of the last block.
    await expect(consents.connect(patient).grant.staticCall(hospital, purposes("HPAYMT"), terms, EVIDENCE))
      .to.be.revertedWithCustomError(consents, "ConsentSuperseded")
      .withArgs(PURPOSES.HPAYMT, at);
    await expect(SIGNED.grant(parties, at, { purposes: purposes("TREAT", "HPAYMT", "COC") }))
      .to.be.revertedWithCustomError(consents, "ConsentSuperseded")
      .withArgs(PURPOSES.HPAYMT, at);
  });

  it("names the time of a revocation of everything", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient } = parties;
    const at = await soon();
    await consents.connect(patient).revokeAll();
    for (const issuedAt of [at, at - 1n]) {
      await expect(SIGNED.grant(parties, issuedAt))
        .to.be.revertedWithCustomError(consents, "DecisionSuperseded")
        .withArgs(at, issuedAt);
    }
  });

  it("counts from `notBefore` on and until the second before `expiresAt`", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const notBefore = (await now()) + 100n;
    const expiresAt = notBefore + 100n;
    await DIRECT.grant(parties, 0n, { notBefore, expiresAt });
    for (const [at, denial] of [
      [notBefore - 1n, "NotYetValid"],
      [notBefore, "None"],
      [expiresAt - 1n, "None"],
      [expiresAt, "Expired"],
    ] as const) {
      await time.increaseTo(at);
      expect(await denialOf(parties), `${at - notBefore} seconds after notBefore`).to.equal(denial);
    }
  });
});
