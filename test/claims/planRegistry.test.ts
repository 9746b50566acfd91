import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";
import { ethers } from "hardhat";

import { packBenefit, planId, type PlanTerms } from "../../src/claims/planTerms.js";
import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { accreditorFor, type Account } from "../support/careproof";
import { UNIT } from "../support/claimsParties";
import { deployPolicies, wrongKeyOf, type Policies } from "../support/policies";

interface Plans extends Policies {
  otherVault: string;
  /** Terms of a plan of the insurer that is not published; `other` changes some. */
  unpublished: (other?: Partial<PlanTerms>) => PlanTerms;
  publish: (terms: PlanTerms, caller?: Account) => Promise<unknown>;
}

const COVERED = packBenefit({
  copay: 10n * UNIT,
  maximumPerService: 0n,
  annualLimit: 0n,
  coinsuranceBasisPoints: 10_000,
  waitingDays: 0,
  deductibleApplies: true,
  needsAuthorization: true,
});

async function deployPlans(): Promise<Plans> {
  const system = await loadFixture(deployPolicies);
  const { plans, insurer, terms, otherTerms } = system;
  return {
    ...system,
    otherVault: otherTerms.vault,
    unpublished: (other = {}) => ({ ...terms, deductible: 7n, ...other }),
    publish: async (terms, caller = insurer) => plans.connect(caller).publish(terms as never),
  };
}

/** The terms as an event has them. */
const asValues = (terms: PlanTerms): unknown[] => [
  terms.payer,
  terms.vault,
  terms.feeSchedule,
  terms.deductible,
  terms.outOfPocketMaximum,
  terms.automaticPaymentCeiling,
  terms.timelyFilingDays,
  terms.decisionDays,
  terms.promptPaymentDays,
  terms.interestBasisPoints,
  terms.appealDays,
  terms.graceDays,
  [...terms.benefits],
];

describe("PlanRegistry", () => {
  it("tells its limits and what it rests on", async () => {
    const { plans, participants, vaultFactory } = await loadFixture(deployPlans);
    expect(await plans.MAX_BENEFITS()).to.equal(16n);
    expect(await plans.MIN_APPEAL_DAYS()).to.equal(180n);
    expect(await plans.MAX_INTEREST()).to.equal(10_000n);
    expect(await plans.participants()).to.equal(await participants.getAddress());
    expect(await plans.vaults()).to.equal(await vaultFactory.getAddress());
  });

  describe("publish", () => {
    for (const caller of ["insurer", "insurerKey"] as const) {
      it(`publishes all terms under their hash, for ${caller === "insurer" ? "the payer" : "a key of it"}`, async () => {
        const system = await loadFixture(deployPlans);
        const { plans, insurer, unpublished } = system;
        const terms = unpublished();
        expect(await plans.publishedAt(planId(terms))).to.equal(0n);
        expect(await plans.connect(system[caller]).publish.staticCall(terms as never)).to.equal(planId(terms));
        await expect(system.publish(terms, system[caller]))
          .to.emit(plans, "PlanPublished")
          .withArgs(planId(terms), insurer.address, asValues(terms), system[caller].address);
        expect(await plans.publishedAt(planId(terms))).to.equal(await time.latest());
      });
    }

    it("publishes plans that are at every limit", async () => {
      const { plans, unpublished, publish } = await loadFixture(deployPlans);
      for (const terms of [
        unpublished({ benefits: [COVERED] }),
        unpublished({ benefits: Array<bigint>(16).fill(COVERED) }),
        unpublished({ benefits: [COVERED, 0n, COVERED] }),
        unpublished({ appealDays: 180 }),
        unpublished({ appealDays: 65_535 }),
        unpublished({ timelyFilingDays: 1, decisionDays: 1, promptPaymentDays: 1 }),
        unpublished({ interestBasisPoints: 10_000 }),
        unpublished({ interestBasisPoints: 0, graceDays: 0 }),
      ]) {
        await publish(terms);
        expect(await plans.publishedAt(planId(terms))).to.equal(await time.latest());
      }
    });

    it("refuses the same terms twice, and keeps when they were published", async () => {
      const { plans, unpublished, publish, insurerKey } = await loadFixture(deployPlans);
      const terms = unpublished();
      await publish(terms);
      const publishedAt = await time.latest();
      await expect(publish(terms, insurerKey))
        .to.be.revertedWithCustomError(plans, "AlreadyPublished")
        .withArgs(planId(terms));
      expect(await plans.publishedAt(planId(terms))).to.equal(publishedAt);
    });

    it("refuses who is no payer in good standing", async () => {
      const system = await loadFixture(deployPlans);
      const { participants, insurer, insurerKey, clinic, unpublished, publish } = system;
      const refuses = async (account: Account, standing: (typeof STANDINGS)[number]): Promise<void> => {
        await expect(publish(unpublished(), account))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, ROLES.PAYER, STANDINGS.indexOf(standing));
      };
      await refuses(clinic, "Unaccredited");
      await refuses(await wrongKeyOf(system, insurer), "OperatorRoleMissing");
      await participants.connect(accreditorFor(system, "PAYER")).suspend(insurer.address, ROLES.PAYER);
      await refuses(insurer, "Suspended");
      await refuses(insurerKey, "Suspended");
    });

    it("refuses terms in another payer's name", async () => {
      const { plans, insurer, otherInsurer, otherVault, unpublished, publish } = await loadFixture(deployPlans);
      for (const terms of [unpublished(), unpublished({ vault: otherVault })]) {
        await expect(publish(terms, otherInsurer))
          .to.be.revertedWithCustomError(plans, "NotThePayer")
          .withArgs(insurer.address, otherInsurer.address);
      }
    });

    it("refuses another payer's vault, and what only looks like one", async () => {
      const { plans, insurer, otherVault, currency, unpublished, publish } = await loadFixture(deployPlans);
      const token = await currency.getAddress();
      for (const vault of [otherVault, token, insurer.address, ethers.ZeroAddress]) {
        await expect(publish(unpublished({ vault })))
          .to.be.revertedWithCustomError(plans, "NotThePayersVault")
          .withArgs(insurer.address, vault);
      }
    });

    it("refuses a plan without benefits, and one with more than 16", async () => {
      const { plans, unpublished, publish } = await loadFixture(deployPlans);
      for (const families of [0, 17]) {
        await expect(publish(unpublished({ benefits: Array<bigint>(families).fill(COVERED) })))
          .to.be.revertedWithCustomError(plans, "WrongNumberOfBenefits")
          .withArgs(families);
      }
    });

    for (const [what, word] of [
      ["that does not say that it is covered", COVERED ^ (1n << 231n)],
      ["that has a flag which stands for nothing", COVERED | (1n << 226n)],
      ["that has the highest flag which stands for nothing", COVERED | (1n << 230n)],
      ["that has a bit above its flags", COVERED | (1n << 232n)],
      ["of which members pay more than all", COVERED + (1n << 192n)],
    ] as const) {
      it(`refuses a benefit ${what}, and says which`, async () => {
        const { plans, unpublished, publish } = await loadFixture(deployPlans);
        for (const family of [0, 2]) {
          const benefits = [COVERED, 0n, COVERED];
          benefits[family] = word;
          await expect(publish(unpublished({ benefits })))
            .to.be.revertedWithCustomError(plans, "MalformedBenefit")
            .withArgs(family);
        }
      });
    }

    it("refuses fewer than 180 days to appeal", async () => {
      const { plans, unpublished, publish } = await loadFixture(deployPlans);
      for (const appealDays of [0, 179]) {
        await expect(publish(unpublished({ appealDays })))
          .to.be.revertedWithCustomError(plans, "AppealPeriodTooShort")
          .withArgs(appealDays);
      }
    });

    for (const period of ["timelyFilingDays", "decisionDays", "promptPaymentDays"] as const) {
      it(`refuses no ${period}`, async () => {
        const { plans, unpublished, publish } = await loadFixture(deployPlans);
        await expect(publish(unpublished({ [period]: 0 })))
          .to.be.revertedWithCustomError(plans, "EmptyPeriod")
          .withArgs();
      });
    }

    it("refuses interest above 100 % a year", async () => {
      const { plans, unpublished, publish } = await loadFixture(deployPlans);
      await expect(publish(unpublished({ interestBasisPoints: 10_001 })))
        .to.be.revertedWithCustomError(plans, "InterestTooHigh")
        .withArgs(10_001);
    });
  });

  describe("planIdOf", () => {
    it("is another for each term that differs, whether they are published or not", async () => {
      const { plans, terms, otherInsurer, otherVault } = await loadFixture(deployPlans);
      const changes: Partial<PlanTerms>[] = [
        {},
        { payer: otherInsurer.address },
        { vault: otherVault },
        { feeSchedule: id("other fees") },
        { deductible: terms.deductible + 1n },
        { outOfPocketMaximum: terms.outOfPocketMaximum + 1n },
        { automaticPaymentCeiling: terms.automaticPaymentCeiling + 1n },
        { timelyFilingDays: 91 },
        { decisionDays: 31 },
        { promptPaymentDays: 31 },
        { interestBasisPoints: 1_201 },
        { appealDays: 181 },
        { graceDays: 32 },
        { benefits: [...terms.benefits, 0n] },
        { benefits: [...terms.benefits].reverse() },
      ];
      const ids = new Set<string>();
      for (const change of changes) {
        const changed = { ...terms, ...change };
        const onChain = await plans.planIdOf(changed as never);
        expect(onChain).to.equal(planId(changed));
        ids.add(onChain);
      }
      expect(ids.size).to.equal(changes.length);
    });
  });
});
