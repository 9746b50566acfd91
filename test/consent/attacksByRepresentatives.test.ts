/** The attacks of representatives on what the patient decided; each must fail. */
import { expect } from "chai";

import { PURPOSES } from "../../src/consent/codes.js";
import {
  appointRepresentative,
  categories,
  denialOf,
  deployParties,
  deployWithRepresentative,
  inOneBlock,
  nameRepresentative,
  now,
  purposes,
  signConsent,
  soon,
  startFrom,
  ALL_CATEGORIES,
  BY_PROXY,
  DAY,
  DIRECT,
  HOUR,
  KIND,
  ROUTES,
  SIGNED,
  type Denial,
  type Parties,
} from "../support/consentParties";
import { domainOf, sign } from "../support/consentMessages";

const TREAT = purposes("TREAT");

/** What the patient decided about treatment by the hospital, which no representative may change into a permission. */
const DECISIONS: Record<string, { decide: (parties: Parties) => Promise<unknown>; denial: Denial }> = {
  "a revocation": {
    decide: async (parties) => {
      await DIRECT.grant(parties, 0n);
      await DIRECT.revoke(parties, 0n);
    },
    denial: "Revoked",
  },
  "a refusal of what was never granted": { decide: (parties) => DIRECT.revoke(parties, 0n), denial: "Revoked" },
  "a consent that ran out": {
    decide: async (parties) => DIRECT.grant(parties, await soon(), { expiresAt: (await now()) + 11n }),
    denial: "Expired",
  },
  "a narrower consent": {
    decide: (parties) => DIRECT.grant(parties, 0n, { categories: categories("IMAGING") }),
    denial: "CategoryNotCovered",
  },
  "a revocation of everything": {
    decide: async (parties) => {
      await DIRECT.grant(parties, 0n);
      await parties.consents.connect(parties.patient).revokeAll();
      await nameRepresentative(parties);
    },
    denial: "RevokedAll",
  },
  "a revocation of everything where nothing was granted": {
    decide: async (parties) => {
      await parties.consents.connect(parties.patient).revokeAll();
      await nameRepresentative(parties);
    },
    denial: "NeverGranted",
  },
};

async function refused(parties: Parties, attempt: Promise<unknown>): Promise<void> {
  await expect(attempt).to.be.revertedWithCustomError(parties.consents, "PatientDecided").withArgs(PURPOSES.TREAT);
}

for (const route of ROUTES.filter(({ isByRepresentative }) => isByRepresentative)) {
  describe(`attacks ${route.name}`, () => {
    for (const [name, { decide, denial }] of Object.entries(DECISIONS)) {
      it(`re-grants after ${name}`, async () => {
        const parties = await startFrom(deployWithRepresentative);
        await decide(parties);
        await refused(parties, route.grant(parties, await soon(), { categories: ALL_CATEGORIES }));
        expect(await denialOf(parties)).to.equal(denial);
      });

      it(`launders ${name} by revoking first and granting then`, async () => {
        const parties = await startFrom(deployWithRepresentative);
        await decide(parties);
        await route.revoke(parties, await soon());
        await refused(parties, route.grant(parties, await soon()));
        expect(await denialOf(parties)).to.equal("Revoked");
      });

      it(`launders ${name} through an appointee who may override`, async () => {
        const parties = await startFrom(deployWithRepresentative);
        const { stranger } = parties;
        await decide(parties);
        // The stranger is the court's appointee: overrides, and then makes way.
        const withAppointee = { ...parties, representative: stranger };
        await appointRepresentative(withAppointee, true);
        const held = { categories: categories("MEDICATIONS"), expiresAt: (await now()) + DAY };
        await BY_PROXY.grant(withAppointee, await soon(), held);
        await refused(parties, route.grant(parties, await soon()));
        await BY_PROXY.revoke(withAppointee, await soon());
        await refused(parties, route.grant(parties, await soon()));
        expect(await denialOf(parties)).to.equal("Revoked");
      });

      it(`by an appointee without the power to override, after ${name}`, async () => {
        const parties = await startFrom(deployWithRepresentative);
        await decide(parties);
        const withAppointee = { ...parties, representative: parties.stranger };
        await appointRepresentative(withAppointee, false);
        await refused(withAppointee, route.grant(withAppointee, await soon()));
        expect(await denialOf(parties)).to.equal(denial);
      });
    }

    it("a representative beyond scope", async () => {
      const parties = await startFrom(deployParties);
      await nameRepresentative(parties, TREAT);
      for (const mask of [purposes("HRESCH"), purposes("TREAT", "HRESCH")]) {
        await expect(route.grant(parties, await soon(), { purposes: mask }))
          .to.be.revertedWithCustomError(parties.consents, "NotRepresentative")
          .withArgs(parties.patient.address, parties.representative.address);
        await expect(route.revoke(parties, await soon(), mask))
          .to.be.revertedWithCustomError(parties.consents, "NotRepresentative")
          .withArgs(parties.patient.address, parties.representative.address);
      }
    });

    it("a representative after removal", async () => {
      const parties = await startFrom(deployWithRepresentative);
      await parties.representatives.connect(parties.patient).removeRepresentative(parties.representative);
      await expect(route.grant(parties, await soon()))
        .to.be.revertedWithCustomError(parties.consents, "NotRepresentative")
        .withArgs(parties.patient.address, parties.representative.address);
    });

    it("a representative in the block of the patient's revocation, before or after it", async () => {
      const parties = await startFrom(deployWithRepresentative);
      const { consents, patient, hospital } = parties;
      for (const isGrantFirst of [true, false]) {
        const at = await soon();
        const grant = () => route.grant(parties, at);
        const revoke = () => DIRECT.revoke(parties, at);
        await inOneBlock(...(isGrantFirst ? [grant, revoke] : [revoke, grant]));
        expect(await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).to.deep.equal([KIND.Revoked, at]);
        // The next round would be one of what the patient decided.
        if (isGrantFirst) await refused(parties, route.grant(parties, await soon()));
      }
    });
  });
}

describe("attacks of representatives by what they hold back", () => {
  it("a grant signed while in office, relayed after removal", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, representatives, patient, representative } = parties;
    const at = await now();
    const held = ROUTES.at(-1)!;
    await representatives.connect(patient).removeRepresentative(representative);
    await expect(held.grant(parties, at))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(patient.address, representative.address);
  });

  it("a grant sent while the patient's signed revocation is on its way", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, hospital } = parties;
    const signedAt = await now();
    const at = await soon();
    await BY_PROXY.grant(parties, at);
    await expect(SIGNED.revoke(parties, signedAt))
      .to.emit(consents, "ConsentRevoked")
      .withArgs(patient.address, hospital.address, TREAT, signedAt);
    expect(await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).to.deep.equal([KIND.Revoked, at]);
    await refused(parties, BY_PROXY.grant(parties, 0n));
  });

  it("a revocation sent while the patient's is on its way, to swallow it and to grant then", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const signedAt = await now();
    await BY_PROXY.revoke(parties, await soon());
    await SIGNED.revoke(parties, signedAt);
    await refused(parties, BY_PROXY.grant(parties, 0n));
    expect(await denialOf(parties)).to.equal("Revoked");
  });

  it("a grant sent while the patient's signed revocation of everything is on its way", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient } = parties;
    const issuedAt = await now();
    const message = { patient: patient.address, decidedBy: patient.address, issuedAt, deadline: issuedAt + HOUR };
    const signature = await signConsent(parties, patient, "RevokeAll", message);
    await BY_PROXY.grant(parties, await soon());
    const arrivedAt = await soon();
    await consents.revokeAllBySig(patient, patient, issuedAt, message.deadline, signature);
    const { revokedAllAt, revokedAllArrivedAt } = await consents.patientOf(patient);
    expect([revokedAllAt, revokedAllArrivedAt]).to.deep.equal([issuedAt, arrivedAt]);
    expect(await denialOf(parties)).to.equal("RevokedAll");
  });

  it("a naming signed before everything was revoked, relayed after it", async () => {
    const parties = await startFrom(deployParties);
    const { consents, representatives, patient, representative } = parties;
    const issuedAt = await now();
    const naming = {
      patient: patient.address,
      representative: representative.address,
      purposes: TREAT,
      expiresAt: issuedAt + DAY,
      issuedAt,
      deadline: issuedAt + HOUR,
    };
    const domain = await domainOf("CareProof Representatives", representatives);
    const signature = await sign(patient, domain, "RepresentativeNaming", naming);
    await consents.connect(patient).revokeAll();
    await representatives.nameRepresentativeBySig(
      patient,
      representative,
      TREAT,
      naming.expiresAt,
      issuedAt,
      naming.deadline,
      signature,
    );
    await expect(BY_PROXY.grant(parties, 0n, { expiresAt: naming.expiresAt }))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(patient.address, representative.address);
  });

  it("a revocation of everything in the patient's name", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, representative } = parties;
    await expect(consents.connect(representative).revokeAllFor(patient))
      .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
      .withArgs(patient.address, representative.address);
    const issuedAt = await now();
    const message = {
      patient: patient.address,
      decidedBy: representative.address,
      issuedAt,
      deadline: issuedAt + HOUR,
    };
    const signature = await signConsent(parties, representative, "RevokeAll", message);
    await expect(consents.revokeAllBySig(patient, representative, issuedAt, message.deadline, signature))
      .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
      .withArgs(patient.address, representative.address);
  });
});
