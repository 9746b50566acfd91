import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES } from "../../src/consent/codes.js";
import { ROLES, STANDINGS, roleMask } from "../../src/participants/roles.js";
import { YEAR, accreditorFor } from "../support/careproof";
import {
  categories,
  denialOf,
  deployWithRepresentative,
  now,
  purposes,
  soon,
  startFrom,
  ALL_CATEGORIES,
  BY_PROXY,
  DENIALS,
  DIRECT,
  KIND,
  type Denial,
  type Parties,
} from "../support/consentParties";

/** What makes each denial the reason for a use of laboratory results for treatment by the hospital's key. */
const CAUSES: Record<Denial, (parties: Parties) => Promise<unknown>> = {
  None: (parties) => DIRECT.grant(parties, 0n),
  Unaccredited: async ({ participants, hospital, operator, stranger }) => {
    await participants.connect(operator).removeOperator(operator);
    const terms = [roleMask("PROVIDER"), (await now()) + YEAR] as const;
    await participants.connect(stranger).offerOperator(operator, ...terms);
    await participants.connect(operator).acceptOperator(stranger);
    expect(await participants.principalOf(operator)).not.to.equal(hospital.address);
  },
  Suspended: (parties) =>
    parties.participants.connect(accreditorFor(parties, "PROVIDER")).suspend(parties.hospital, ROLES.PROVIDER),
  Withdrawn: (parties) =>
    parties.participants.connect(accreditorFor(parties, "PROVIDER")).withdraw(parties.hospital, ROLES.PROVIDER),
  AccreditationExpired: async ({ participants, hospital, operator }) => {
    await participants.connect(hospital).offerOperator(operator, roleMask("PROVIDER"), (await now()) + 3n * YEAR);
    await time.increase(YEAR);
  },
  OperatorExpired: async ({ participants, hospital, operator }) => {
    await participants.connect(hospital).offerOperator(operator, roleMask("PROVIDER"), (await now()) + 100n);
    await time.increase(100n);
  },
  OperatorRoleMissing: async ({ participants, hospital, operator }) =>
    participants.connect(hospital).offerOperator(operator, roleMask("EMERGENCY_CARE"), (await now()) + YEAR),
  Retired: ({ consents, patient }) => consents.connect(patient).retire(patient),
  UnknownPurpose: () => Promise.resolve(),
  NothingAsked: () => Promise.resolve(),
  NeverGranted: () => Promise.resolve(),
  Revoked: (parties) => DIRECT.revoke(parties, 0n),
  RevokedAll: async (parties) => {
    await DIRECT.grant(parties, 0n);
    await parties.consents.connect(parties.patient).revokeAll();
  },
  NotYetValid: async (parties) => DIRECT.grant(parties, 0n, { notBefore: (await now()) + 1000n }),
  Expired: async (parties) => {
    await DIRECT.grant(parties, 0n, { expiresAt: (await now()) + 100n });
    await time.increase(100n);
  },
  RepresentationEnded: async (parties) => {
    await BY_PROXY.grant(parties, 0n);
    await parties.representatives.connect(parties.patient).removeRepresentative(parties.representative);
  },
  CategoryNotCovered: (parties) => DIRECT.grant(parties, 0n, { categories: categories("IMAGING") }),
};

/** What is asked where the question itself is the cause. */
const QUESTIONS: Partial<Record<Denial, { purpose?: bigint; categories?: bigint }>> = {
  UnknownPurpose: { purpose: 16n },
  NothingAsked: { categories: 0n },
};

describe("ConsentRegistry: check", () => {
  for (const denial of DENIALS) {
    it(`${denial === "None" ? "permits" : `denies: ${denial}`}, and requirePermitted says the same`, async () => {
      const parties = await startFrom(deployWithRepresentative);
      const { consents, patient, operator } = parties;
      await CAUSES[denial](parties);
      const question = { purpose: BigInt(PURPOSES.TREAT), categories: categories("LABORATORY"), ...QUESTIONS[denial] };
      expect(await denialOf(parties, { accessor: operator.address, ...question })).to.equal(denial);

      const required = consents.requirePermitted(patient, operator, question.purpose, question.categories);
      if (denial === "None") {
        await required;
      } else {
        await expect(required)
          .to.be.revertedWithCustomError(consents, "ConsentDenied")
          .withArgs(patient.address, operator.address, question.purpose, DENIALS.indexOf(denial));
      }
    });
  }

  it("has the standings of participants at the same numbers as its reasons", () => {
    const renamed = { Good: "None", Expired: "AccreditationExpired" } as Record<string, string>;
    expect(STANDINGS.map((standing) => renamed[standing] ?? standing)).to.deep.equal(
      DENIALS.slice(0, STANDINGS.length),
    );
  });

  it("gives the first reason of: purpose, categories, standing, retirement, consent, period, cover, representation", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, participants, patient, hospital, operator } = parties;
    const board = participants.connect(accreditorFor(parties, "PROVIDER"));
    // All reasons at once; each is taken away after it was given.
    const notBefore = (await now()) + 1000n;
    await BY_PROXY.grant(parties, 0n, { categories: categories("IMAGING"), notBefore, expiresAt: notBefore + 1000n });
    await parties.representatives.connect(patient).removeRepresentative(parties.representative);
    await participants.connect(hospital).offerOperator(operator, roleMask("EMERGENCY_CARE"), (await now()) + YEAR);
    await board.suspend(hospital, ROLES.PROVIDER);
    const accessor = operator.address;
    const reasons: Denial[] = [];
    reasons.push(await denialOf(parties, { accessor, purpose: 40n, categories: 0n }));
    reasons.push(await denialOf(parties, { accessor, categories: 0n }));
    reasons.push(await denialOf(parties, { accessor }));
    await participants.connect(hospital).offerOperator(operator, roleMask("PROVIDER"), (await now()) + YEAR);
    reasons.push(await denialOf(parties, { accessor }));
    await board.reinstate(hospital, ROLES.PROVIDER);
    reasons.push(await denialOf(parties, { accessor }));
    await time.increaseTo(notBefore);
    reasons.push(await denialOf(parties, { accessor }));
    reasons.push(await denialOf(parties, { accessor, categories: categories("IMAGING") }));
    await time.increaseTo(notBefore + 1000n);
    reasons.push(await denialOf(parties, { accessor }));
    await consents.connect(patient).revokeAll();
    reasons.push(await denialOf(parties, { accessor }));
    await DIRECT.revoke(parties, 0n);
    await consents.connect(patient).revokeAll();
    reasons.push(await denialOf(parties, { accessor }));
    await consents.connect(patient).retire(patient);
    reasons.push(await denialOf(parties, { accessor }));
    await board.withdraw(hospital, ROLES.PROVIDER);
    reasons.push(await denialOf(parties, { accessor }));
    expect(reasons).to.deep.equal([
      "UnknownPurpose",
      "NothingAsked",
      "OperatorRoleMissing",
      "Suspended",
      "NotYetValid",
      "CategoryNotCovered",
      "RepresentationEnded",
      "Expired",
      "RevokedAll",
      "Revoked",
      "Retired",
      "Withdrawn",
    ]);
  });

  it("asks the organisation behind a key, and denies an organisation's consent to another's key", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { operator, stranger } = parties;
    await DIRECT.grant(parties, 0n);
    expect(await denialOf(parties)).to.equal("None");
    expect(await denialOf(parties, { accessor: operator.address })).to.equal("None");
    expect(await denialOf(parties, { accessor: stranger.address })).to.equal("Unaccredited");
    await parties.participants.connect(parties.hospital).removeOperator(operator);
    expect(await denialOf(parties, { accessor: operator.address })).to.equal("Unaccredited");
    expect(await denialOf(parties)).to.equal("None");
  });

  it("permits a use by a key's consent to nobody but its organisation: one given to the key itself counts for nothing", async () => {
    const parties = await startFrom(deployWithRepresentative);
    await DIRECT.grant(parties, 0n, { grantee: parties.operator.address });
    expect(await denialOf(parties, { accessor: parties.operator.address })).to.equal("NeverGranted");
    expect(await denialOf(parties)).to.equal("NeverGranted");
  });

  for (const purpose of ["PATRQT", "FAMRQT"] as const) {
    it(`permits ${purpose} to any address, accredited or not, and to no key of it`, async () => {
      const parties = await startFrom(deployWithRepresentative);
      const { stranger, hospital, operator } = parties;
      for (const grantee of [stranger.address, hospital.address]) {
        await DIRECT.grant(parties, 0n, { grantee, purposes: purposes(purpose) });
        expect(await denialOf(parties, { accessor: grantee, purpose })).to.equal("None");
      }
      expect(await denialOf(parties, { accessor: operator.address, purpose })).to.equal("NeverGranted");
      expect(await denialOf(parties, { accessor: stranger.address, purpose: "TREAT" })).to.equal("Unaccredited");
    });
  }

  it("asks for all categories: none is implied by another, nor by the purpose", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const granted = categories("LABORATORY", "MEDICATIONS", "PSY");
    await DIRECT.grant(parties, 0n, { categories: granted });
    for (let bit = 0n; bit < 70n; bit++) {
      const asked = 1n << bit;
      const expected = (granted & asked) !== 0n ? "None" : "CategoryNotCovered";
      expect(await denialOf(parties, { categories: asked }), `bit ${bit}`).to.equal(expected);
      expect(await denialOf(parties, { categories: granted | asked }), `bit ${bit} more`).to.equal(expected);
    }
    expect(await denialOf(parties, { categories: granted })).to.equal("None");
  });

  it("denies categories that stand for nothing, those above 64 bits included, even to who may use all", async () => {
    const parties = await startFrom(deployWithRepresentative);
    await DIRECT.grant(parties, 0n, { categories: ALL_CATEGORIES });
    expect(await denialOf(parties, { categories: ALL_CATEGORIES })).to.equal("None");
    for (const unknown of [1n << 21n, 1n << 47n, 1n << 57n, 1n << 63n, 1n << 64n, 1n << 255n, ethers.MaxUint256]) {
      const asked = ALL_CATEGORIES | unknown;
      expect(await denialOf(parties, { categories: asked }), asked.toString(16)).to.equal("CategoryNotCovered");
    }
  });

  it("answers for one grantee and patient alone", async () => {
    const parties = await startFrom(deployWithRepresentative);
    await DIRECT.grant(parties, 0n);
    expect(await denialOf(parties, { patient: parties.neighbour.address })).to.equal("NeverGranted");
    expect(await denialOf(parties, { patient: ethers.ZeroAddress })).to.equal("NeverGranted");
    expect(await denialOf(parties, { accessor: ethers.ZeroAddress })).to.equal("Unaccredited");
  });
});

describe("ConsentRegistry: requirePermitted by a contract", () => {
  it("lets the contract go on where it is permitted, and stops it with the reason where not", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, operator } = parties;
    const user = await ethers.deployContract("PermittedUse");
    const registry = await consents.getAddress();
    const args = [registry, patient.address, PURPOSES.TREAT, categories("LABORATORY")] as const;
    const use = user.connect(operator).getFunction("use");

    await expect(use(...args))
      .to.be.revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(patient.address, operator.address, PURPOSES.TREAT, DENIALS.indexOf("NeverGranted"));
    await DIRECT.grant(parties, 0n);
    await expect(use(...args))
      .to.emit(user, "Used")
      .withArgs(patient.address, operator.address);
    await DIRECT.revoke(parties, 0n);
    await expect(use(...args))
      .to.be.revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(patient.address, operator.address, PURPOSES.TREAT, DENIALS.indexOf("Revoked"));
  });
});

describe("ConsentRegistry: lastDecision, consentOf, representativeOf", () => {
  it("tell the kind and time of the latest decision, whether or not it has run out", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, hospital, neighbour } = parties;
    const last = () => consents.lastDecision(patient, hospital, PURPOSES.TREAT);
    expect(await last()).to.deep.equal([KIND.None, 0n]);

    const grantedAt = await soon();
    await DIRECT.grant(parties, grantedAt, { expiresAt: grantedAt + 100n });
    expect(await last()).to.deep.equal([KIND.Granted, grantedAt]);
    await time.increase(200n);
    expect(await denialOf(parties)).to.equal("Expired");
    expect(await last()).to.deep.equal([KIND.Granted, grantedAt]);

    const allAt = await soon();
    await consents.connect(patient).revokeAll();
    expect(await last()).to.deep.equal([KIND.RevokedAll, allAt]);
    // Also for what was never decided one by one.
    expect(await consents.lastDecision(patient, neighbour, PURPOSES.COC)).to.deep.equal([KIND.RevokedAll, allAt]);

    const againAt = await soon();
    await DIRECT.grant(parties, againAt);
    expect(await last()).to.deep.equal([KIND.Granted, againAt]);
    const revokedAt = await soon();
    await DIRECT.revoke(parties, revokedAt);
    expect(await last()).to.deep.equal([KIND.Revoked, revokedAt]);
    const allAgainAt = await soon();
    await consents.connect(patient).revokeAll();
    expect(await last()).to.deep.equal([KIND.RevokedAll, allAgainAt]);
  });

  it("tell whether a consent counted at some time, whatever ended it later", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, hospital } = parties;
    const counted = (at: bigint, asked = categories("LABORATORY")) =>
      consents.countedAt(patient, hospital, PURPOSES.TREAT, asked, at);
    const grantedAt = await soon();
    expect(await counted(grantedAt)).to.equal(false);
    const [from, until] = [grantedAt + 50n, grantedAt + 100n];
    await DIRECT.grant(parties, grantedAt, { notBefore: from, expiresAt: until });
    const period = [from - 1n, from, until - 1n, until];
    expect(await Promise.all(period.map((at) => counted(at)))).to.deep.equal([false, true, true, false]);
    expect(await counted(from, categories("LABORATORY", "NOTES"))).to.equal(false);

    // Everything is revoked within the period: it counted until then.
    await time.increaseTo(from + 10n);
    const allAt = await soon();
    await consents.connect(patient).revokeAll();
    expect(await counted(allAt - 1n)).to.equal(true);
    expect(await counted(allAt)).to.equal(false);

    const againAt = await soon();
    await DIRECT.grant(parties, againAt);
    const revokedAt = await soon();
    await DIRECT.revoke(parties, revokedAt);
    expect(await counted(revokedAt - 1n)).to.equal(true);
    expect(await counted(revokedAt)).to.equal(false);
    const onceMoreAt = await soon();
    await DIRECT.grant(parties, onceMoreAt);
    const retiredAt = await soon();
    await consents.connect(patient).retire(patient);
    expect(await counted(retiredAt - 1n)).to.equal(true);
    expect(await counted(retiredAt)).to.equal(false);
  });

  it("are empty for purposes that stand for nothing", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, patient, hospital } = parties;
    await DIRECT.grant(parties, 0n);
    for (const purpose of [16, 32, 255]) {
      expect(await consents.lastDecision(patient, hospital, purpose)).to.deep.equal([KIND.None, 0n]);
      expect(await consents.consentOf(patient, hospital, purpose)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
      expect(await consents.representativeOf(patient, hospital, purpose)).to.equal(ethers.ZeroAddress);
    }
  });
});
