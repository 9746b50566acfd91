/** Parametric products, and which policies are enrolled in them. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";

import { productId, type ParametricTerms } from "../../src/claims/parametric.js";
import { planId } from "../../src/claims/planTerms.js";
import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { accredit, type Account } from "../support/careproof";
import { dayNow, planTerms } from "../support/claimsParties";
import {
  BENEFIT,
  benefitOf,
  deployLaboratories,
  enrol,
  parametricTerms,
  sell,
  SMALL,
  type Parametric,
} from "../support/parametric";
import { wrongKeyOf } from "../support/policies";

const publish = ({ parametric, insurerKey }: Parametric, terms: ParametricTerms, caller: Account = insurerKey) =>
  parametric.connect(caller).publish(terms);

/** The vault of another payer, over the same currency. */
async function otherPayer(system: Parametric): Promise<{ payer: Account; vault: string }> {
  const payer = system.otherClinic;
  await accredit(system, payer, "PAYER");
  await system.vaultFactory.connect(payer).createVault(await system.currency.getAddress());
  return { payer, vault: await system.vaultFactory.vaultOf(payer, await system.currency.getAddress()) };
}

describe("ParametricPolicy", () => {
  it("tells its limits and what it rests on", async () => {
    const system = await loadFixture(deployLaboratories);
    const { parametric, vaultFactory, vault } = system;
    expect(await parametric.MAX_ATTESTERS()).to.equal(8n);
    expect(await parametric.MAX_CHALLENGE_DAYS()).to.equal(30n);
    expect(await parametric.REVIEW_PERIOD()).to.equal(60n * 86_400n);
    expect(await parametric.participants()).to.equal(await system.participants.getAddress());
    expect(await parametric.policies()).to.equal(await system.policies.getAddress());
    expect(await parametric.consents()).to.equal(await system.consents.getAddress());
    expect(await parametric.vaults()).to.equal(await vaultFactory.getAddress());
    expect(await vaultFactory.parametric()).to.equal(await parametric.getAddress());
    expect(await vault.parametric()).to.equal(await parametric.getAddress());
    expect(await vault.claims()).to.equal(await system.claims.getAddress());
  });
});

describe("ParametricPolicy: publish", () => {
  for (const caller of ["insurer", "insurerKey"] as const) {
    it(`publishes all terms under their hash, by ${caller === "insurer" ? "the payer" : "a key of it"}`, async () => {
      const system = await loadFixture(deployLaboratories);
      const terms = parametricTerms(system);
      const id = productId(terms);
      expect(await system.parametric.publishedAt(id)).to.equal(0n);
      expect(await system.parametric.connect(system[caller]).publish.staticCall(terms)).to.equal(id);
      await expect(publish(system, terms, system[caller]))
        .to.emit(system.parametric, "ProductPublished")
        .withArgs(id, system.insurer.address, Object.values(terms), system[caller].address);
      expect(await system.parametric.publishedAt(id)).to.equal(await time.latest());
    });
  }

  it("publishes products that are at every limit", async () => {
    const system = await loadFixture(deployLaboratories);
    for (const other of [
      { attesterRole: 55 },
      { attesterRole: ROLES.PROVIDER },
      { waitingDays: 0, windowDays: 0 },
      { waitingDays: 65_535, windowDays: 65_535 },
      { timelyFilingDays: 1 },
      { attesters: 1 },
      { attesters: 8 },
      { challengeDays: 1 },
      { challengeDays: 30 },
    ]) {
      const terms = parametricTerms(system, other);
      await publish(system, terms);
      expect(await system.parametric.publishedAt(productId(terms))).to.equal(await time.latest());
    }
  });

  it("refuses the same terms twice", async () => {
    const system = await loadFixture(deployLaboratories);
    const terms = parametricTerms(system);
    await publish(system, terms);
    await expect(publish(system, terms, system.insurer))
      .to.be.revertedWithCustomError(system.parametric, "AlreadyPublished")
      .withArgs(productId(terms));
  });

  it("refuses who does not act for the payer in good standing", async () => {
    const system = await loadFixture(deployLaboratories);
    const { parametric, participants, insurer } = system;
    const { payer } = await otherPayer(system);
    const terms = parametricTerms(system);
    await expect(publish(system, terms, payer))
      .to.be.revertedWithCustomError(parametric, "NotThePayer")
      .withArgs(insurer.address, payer.address);
    const key = await wrongKeyOf(system, insurer);
    await expect(publish(system, terms, key))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(key.address, ROLES.PAYER, STANDINGS.indexOf("OperatorRoleMissing"));
  });

  it("refuses the vault of another payer, and what no factory made", async () => {
    const system = await loadFixture(deployLaboratories);
    const { vault } = await otherPayer(system);
    for (const wrong of [vault, await system.claims.getAddress(), system.insurer.address]) {
      await expect(publish(system, parametricTerms(system, { vault: wrong })))
        .to.be.revertedWithCustomError(system.parametric, "NotThePayersVault")
        .withArgs(system.insurer.address, wrong);
    }
  });

  it("refuses terms on which nothing could be attested, or challenged for ever", async () => {
    const system = await loadFixture(deployLaboratories);
    const terms = parametricTerms(system);
    const refuses = async (other: Partial<ParametricTerms>, error: string, ...args: unknown[]): Promise<void> => {
      const published = expect(publish(system, { ...terms, ...other })).to.be;
      if (args.length === 0) await published.revertedWithCustomError(system.parametric, error).withArgs();
      else await published.revertedWithCustomError(system.parametric, error).withArgs(...args);
    };
    await refuses({ trigger: ZeroHash }, "TriggerMissing");
    for (const role of [ROLES.PAYER, ROLES.INDEPENDENT_REVIEWER, 56, 65_535]) {
      await refuses({ attesterRole: role }, "UnfitAttesterRole", role);
    }
    await refuses({ waitingDays: 11, windowDays: 10 }, "InvalidWindow", 11, 10);
    await refuses({ timelyFilingDays: 0 }, "EmptyPeriod");
    for (const attesters of [0, 9, 255]) await refuses({ attesters }, "WrongNumberOfAttesters", attesters);
    for (const days of [0, 31, 65_535]) await refuses({ challengeDays: days }, "WrongChallengePeriod", days);
  });
});

describe("ParametricPolicy: enrol", () => {
  it("enrols a policy for a sum from today on, by a key of the payer", async () => {
    const system = await loadFixture(deployLaboratories);
    const product = await sell(system, SMALL, {}, []);
    expect((await benefitOf(system, product)).status).to.equal(BENEFIT.None);
    await time.increase(5 * 86_400);
    const today = BigInt(await dayNow());
    await expect(enrol(system, product.terms, SMALL))
      .to.emit(system.parametric, "BenefitEnrolled")
      .withArgs(1n, product.productId, SMALL, today, system.insurerKey.address);
    expect(await benefitOf(system, product)).to.deep.equal([SMALL, today, 0n, 0n, false, BENEFIT.Enrolled]);
  });

  it("begins with the policy, where that begins later", async () => {
    const system = await loadFixture(deployLaboratories);
    const product = await sell(system, SMALL, {}, []);
    const firstDay = (await dayNow()) + 40;
    await system.policies
      .connect(system.insurerKey)
      .issue(system.terms as never, system.stranger, firstDay, firstDay + 10, 0);
    await enrol(system, product.terms, SMALL, 3n);
    const { firstDay: begins } = await system.parametric.benefitOf(3, product.productId);
    expect(begins).to.equal(BigInt(firstDay));
  });

  it("enrols a policy of a plan that covers nothing else, with a premium of its own", async () => {
    const system = await loadFixture(deployLaboratories);
    const { plans, policies, insurer, stranger } = system;
    const plan = planTerms(insurer.address, system.terms.vault, ZeroHash, { benefits: [0n] });
    await plans.connect(insurer).publish(plan as never);
    const firstDay = await dayNow();
    await policies.connect(insurer).issue(plan as never, stranger, firstDay, firstDay + 300, 5n);
    const product = await sell(system, SMALL, {}, []);
    await enrol(system, product.terms, SMALL, 3n, plan);
    expect((await system.parametric.benefitOf(3, product.productId)).status).to.equal(BENEFIT.Enrolled);
  });

  it("takes every sum up to 64 bits", async () => {
    const system = await loadFixture(deployLaboratories);
    const product = await sell(system, 2n ** 64n - 1n);
    expect((await benefitOf(system, product)).sum).to.equal(2n ** 64n - 1n);
  });

  it("attack: neither sum nor terms of a benefit change after it was bought", async () => {
    const system = await loadFixture(deployLaboratories);
    const { terms, productId: id } = await sell(system, SMALL);
    await expect(enrol(system, terms, 1n))
      .to.be.revertedWithCustomError(system.parametric, "WrongBenefitStatus")
      .withArgs(1n, id, BENEFIT.Enrolled);
    await expect(publish(system, terms))
      .to.be.revertedWithCustomError(system.parametric, "AlreadyPublished")
      .withArgs(id);
    const worse = await sell(system, 1n, { ...terms, waitingDays: 299 });
    expect(worse.productId).not.to.equal(id);
    expect(await benefitOf(system, { terms, productId: id })).to.deep.equal([
      SMALL,
      BigInt(await dayNow()),
      0n,
      0n,
      false,
      BENEFIT.Enrolled,
    ]);
  });

  it("is the payer's alone", async () => {
    const system = await loadFixture(deployLaboratories);
    const { terms } = await sell(system, SMALL, {}, []);
    const { payer } = await otherPayer(system);
    await expect(enrol(system, terms, SMALL, 1n, system.terms, payer))
      .to.be.revertedWithCustomError(system.parametric, "NotThePayer")
      .withArgs(system.insurer.address, payer.address);
    await expect(enrol(system, terms, SMALL, 1n, system.terms, system.member))
      .to.be.revertedWithCustomError(system.participants, "NotInGoodStanding")
      .withArgs(system.member.address, ROLES.PAYER, STANDINGS.indexOf("Unaccredited"));
  });

  it("refuses what was never published, and a sum of nothing", async () => {
    const system = await loadFixture(deployLaboratories);
    const { terms } = await sell(system, SMALL, {}, []);
    const changed = { ...terms, challengeAbove: 2n ** 64n - 1n };
    await expect(enrol(system, changed, SMALL))
      .to.be.revertedWithCustomError(system.parametric, "UnknownProduct")
      .withArgs(productId(changed));
    await expect(enrol(system, terms, 0n))
      .to.be.revertedWithCustomError(system.parametric, "NoSum")
      .withArgs();
  });

  it("refuses a policy of another plan, of another payer, or none", async () => {
    const system = await loadFixture(deployLaboratories);
    const { policies, plans, stranger } = system;
    const { terms } = await sell(system, SMALL, {}, []);
    const other = { ...system.terms, deductible: 0n };
    await expect(enrol(system, terms, SMALL, 1n, other))
      .to.be.revertedWithCustomError(system.parametric, "NotThePlan")
      .withArgs(1n, planId(system.terms));
    await expect(enrol(system, terms, SMALL, 9n))
      .to.be.revertedWithCustomError(system.parametric, "NotThePlan")
      .withArgs(9n, ZeroHash);
    const { payer, vault } = await otherPayer(system);
    const foreign = planTerms(payer.address, vault, system.terms.feeSchedule);
    await plans.connect(payer).publish(foreign as never);
    const firstDay = await dayNow();
    await policies.connect(payer).issue(foreign as never, stranger, firstDay, firstDay + 10, 0);
    await expect(enrol(system, terms, SMALL, 3n, foreign))
      .to.be.revertedWithCustomError(system.parametric, "NotThePlansVault")
      .withArgs(vault, system.terms.vault);
  });

  it("refuses a policy whose member is the vault: it would pay itself", async () => {
    const system = await loadFixture(deployLaboratories);
    const { terms } = await sell(system, SMALL, {}, []);
    const firstDay = await dayNow();
    await system.policies
      .connect(system.insurerKey)
      .issue(system.terms as never, system.vault, firstDay, firstDay + 10, 0);
    await expect(enrol(system, terms, SMALL, 3n))
      .to.be.revertedWithCustomError(system.parametric, "MemberIsVault")
      .withArgs(system.terms.vault);
  });
});
