import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash, type Contract } from "ethers";

import { planId } from "../../src/claims/planTerms.js";
import { ROLES } from "../../src/participants/roles.js";
import { accreditorFor, type Account } from "../support/careproof";
import { UNIT } from "../support/claimsParties";
import { DAILY, DAY, deployPolicies, noonOf, wrongKeyOf, WEALTH, type Policies } from "../support/policies";

/** What the investor put into the vault. */
const CAPITAL = 100_000n * UNIT;

/** Of `IPolicyRegistry.CoverStatus`. */
const [NOT_IN_FORCE, LAPSED, IN_FORCE] = [0n, 1n, 3n];

/** Policy 1: ten days from today, nothing paid. */
async function deployPolicy(): Promise<Policies> {
  const system = await loadFixture(deployPolicies);
  await system.issue();
  return system;
}

const pay = ({ policies, terms }: Policies, caller: Account, paidThrough: number, policyId = 1) =>
  policies.connect(caller).payPremium(policyId, terms as never, paidThrough);

const cancel = ({ policies, terms }: Policies, caller: Account, lastDay: number) =>
  policies.connect(caller).cancel(1, terms as never, lastDay);

const balanceOf = async ({ currency }: Policies, account: Account): Promise<bigint> =>
  (await currency.getFunction("balanceOf")(account)) as bigint;

describe("PolicyRegistry: premiums", () => {
  describe("payPremium", () => {
    it("takes the premium of each day from whoever pays, into the payer's vault, and says so", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, vault, currency, employer, today } = system;
      const paid = pay(system, employer, today + 4);
      await expect(paid)
        .to.emit(policies, "PremiumPaid")
        .withArgs(1, employer.address, 5n * DAILY, today + 4);
      await expect(paid)
        .to.emit(vault, "PremiumReceived")
        .withArgs(employer.address, 5n * DAILY, today, today + 4);
      await expect(paid).to.changeTokenBalances(currency, [employer, vault], [-5n * DAILY, 5n * DAILY]);
      expect((await policies.policyOf(1)).paidThrough).to.equal(today + 4);
    });

    it("takes no day twice and leaves none out, in however many payments by whomever", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, vault, employer, member, today } = system;
      for (const [payer, paidThrough, firstDay] of [
        [employer, today, today],
        [member, today + 1, today + 1],
        [employer, today + 9, today + 2],
      ] as const) {
        await expect(pay(system, payer, paidThrough))
          .to.emit(vault, "PremiumReceived")
          .withArgs(payer.address, DAILY * BigInt(paidThrough - firstDay + 1), firstDay, paidThrough);
        expect((await policies.policyOf(1)).paidThrough).to.equal(paidThrough);
      }
      expect(await balanceOf(system, employer)).to.equal(WEALTH - 9n * DAILY);
      expect(await balanceOf(system, member)).to.equal(WEALTH - DAILY);
    });

    it("has the vault earn each day's premium when that day is over", async () => {
      const system = await loadFixture(deployPolicy);
      const { vault, employer, today } = system;
      await pay(system, employer, today + 2);
      await pay(system, employer, today + 9);
      for (let day = 0; day <= 10; day += 1) {
        expect(await vault.unearnedPremium(), `day ${day}`).to.equal(DAILY * BigInt(10 - day));
        expect(await vault.totalAssets(), `day ${day}`).to.equal(CAPITAL + DAILY * BigInt(day));
        await time.increaseTo((today + day + 1) * DAY);
      }
    });

    it("has the vault earn nothing before the policy begins", async () => {
      const system = await loadFixture(deployPolicies);
      const { vault, employer, issue, today } = system;
      await issue({ firstDay: today + 5 });
      await pay(system, employer, today + 14);
      await time.increaseTo((today + 6) * DAY - 1);
      expect(await vault.unearnedPremium()).to.equal(10n * DAILY);
      await time.increaseTo((today + 6) * DAY);
      expect(await vault.unearnedPremium()).to.equal(9n * DAILY);
    });

    it("has the vault earn at once what is paid in arrears", async () => {
      const system = await loadFixture(deployPolicy);
      const { vault, employer, today } = system;
      await noonOf(today + 3);
      await pay(system, employer, today + 4);
      // Days 0 to 2 are over; 3 and 4 are not.
      expect(await vault.unearnedPremium()).to.equal(2n * DAILY);
      await noonOf(today + 20);
      await pay(system, employer, today + 9);
      expect(await vault.unearnedPremium()).to.equal(0n);
      expect(await vault.totalAssets()).to.equal(CAPITAL + 10n * DAILY);
    });

    it("refuses to be paid for no day, for a day that is paid, and for days after the last", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, employer, today } = system;
      const refuses = async (paidThrough: number): Promise<void> => {
        await expect(pay(system, employer, paidThrough))
          .to.be.revertedWithCustomError(policies, "WrongPremiumPeriod")
          .withArgs(1, paidThrough);
      };
      for (const day of [today - 1, today - 2, 0, today + 10, 0xffffffff]) await refuses(day);
      await pay(system, employer, today + 4);
      for (const day of [today + 4, today + 3, today]) await refuses(day);
      await pay(system, employer, today + 9);
      for (const day of [today + 9, today + 10]) await refuses(day);
      expect(await balanceOf(system, employer)).to.equal(WEALTH - 10n * DAILY);
    });

    for (const [what, paidThrough] of [
      ["nothing was paid", -1],
      ["half was paid", 4],
    ] as const) {
      it(`refuses premium once the grace period is over, where ${what}: cover is not bought when it is needed`, async () => {
        const system = await loadFixture(deployPolicy);
        const { policies, terms, employer, today } = system;
        if (paidThrough >= 0) await pay(system, employer, today + paidThrough);
        const lapsesAt = (today + paidThrough + terms.graceDays + 1) * DAY;
        await time.setNextBlockTimestamp(lapsesAt);
        await expect(pay(system, employer, today + paidThrough + 1))
          .to.be.revertedWithCustomError(policies, "PolicyLapsed")
          .withArgs(1, today + paidThrough);
        await time.increaseTo(lapsesAt);
        const { status } = await policies.coverOn(1, today + paidThrough + 1, terms.graceDays);
        expect(status).to.equal(LAPSED);
      });

      it(`is in time in the last second of the grace period, where ${what}`, async () => {
        const system = await loadFixture(deployPolicy);
        const { policies, terms, employer, today } = system;
        if (paidThrough >= 0) await pay(system, employer, today + paidThrough);
        await time.setNextBlockTimestamp((today + paidThrough + terms.graceDays + 1) * DAY - 1);
        await pay(system, employer, today + 9);
        expect((await policies.coverOn(1, today + 9, terms.graceDays)).status).to.equal(IN_FORCE);
      });
    }

    it("refuses any premium of a policy without one", async () => {
      const system = await loadFixture(deployPolicies);
      const { policies, employer, issue, today } = system;
      await issue({ dailyPremium: 0n });
      for (const day of [today, today + 9]) {
        await expect(pay(system, employer, day))
          .to.be.revertedWithCustomError(policies, "WrongPremiumPeriod")
          .withArgs(1, day);
      }
    });

    it("refuses other terms than the policy's, which could name another vault, and a policy that was never issued", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, terms, otherTerms, employer, today } = system;
      for (const [policyId, plan, actual] of [
        [1, otherTerms, planId(terms)],
        [1, { ...terms, vault: otherTerms.vault }, planId(terms)],
        [2, terms, ZeroHash],
        [0, terms, ZeroHash],
      ] as const) {
        await expect(policies.connect(employer).payPremium(policyId, plan as never, today))
          .to.be.revertedWithCustomError(policies, "NotThePlan")
          .withArgs(policyId, actual);
      }
    });

    it("leaves everything as it is where the caller has not approved the vault, or has too little", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, vault, currency, employer, stranger, today } = system;
      await expect(pay(system, stranger, today))
        .to.be.revertedWithCustomError(currency, "ERC20InsufficientAllowance")
        .withArgs(await vault.getAddress(), 0n, DAILY);
      await (currency.connect(employer) as Contract).getFunction("transfer")(stranger, WEALTH);
      await expect(pay(system, employer, today))
        .to.be.revertedWithCustomError(currency, "ERC20InsufficientBalance")
        .withArgs(employer.address, 0n, DAILY);
      expect((await policies.policyOf(1)).paidThrough).to.equal(today - 1);
      expect(await vault.unearnedPremium()).to.equal(0n);
    });
  });

  describe("cancel", () => {
    for (const by of ["member", "insurer", "insurerKey"] as const) {
      const who = { member: "the member", insurer: "the payer", insurerKey: "a key of the payer" }[by];
      it(`ends the policy for ${who}, and gives the member the premium of the days after, whoever paid it`, async () => {
        const system = await loadFixture(deployPolicy);
        const { policies, vault, currency, employer, member, today } = system;
        await pay(system, employer, today + 2);
        await pay(system, employer, today + 7);
        const cancelled = cancel(system, system[by], today + 1);
        // Days 2 to 7, of both payments.
        await expect(cancelled)
          .to.emit(policies, "PolicyCancelled")
          .withArgs(1, today + 1, 6n * DAILY, system[by].address);
        await expect(cancelled)
          .to.emit(vault, "PremiumRefunded")
          .withArgs(member.address, 6n * DAILY, today + 2, today + 7);
        await expect(cancelled).to.changeTokenBalances(
          currency,
          [member, vault, employer],
          [6n * DAILY, -6n * DAILY, 0n],
        );
        const policy = await policies.policyOf(1);
        expect([policy.lastDay, policy.paidThrough]).to.deep.equal([BigInt(today + 1), BigInt(today + 1)]);
      });
    }

    it("leaves cover to the last day, and none after it", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, employer, member, terms, today } = system;
      await pay(system, employer, today + 9);
      await cancel(system, member, today);
      expect((await policies.coverOn(1, today, terms.graceDays)).status).to.equal(IN_FORCE);
      expect((await policies.coverOn(1, today + 1, terms.graceDays)).status).to.equal(NOT_IN_FORCE);
      expect(await policies.ownerOf(1)).to.equal(member.address);
    });

    it("leaves the vault what it earns to the last day, and nothing that it cannot earn", async () => {
      const system = await loadFixture(deployPolicy);
      const { vault, employer, member, today } = system;
      await pay(system, employer, today + 9);
      await noonOf(today + 3);
      await cancel(system, member, today + 5);
      expect(await vault.unearnedPremium()).to.equal(3n * DAILY);
      await noonOf(today + 20);
      expect(await vault.unearnedPremium()).to.equal(0n);
      expect(await vault.totalAssets()).to.equal(CAPITAL + 6n * DAILY);
    });

    it("gives nothing back where nothing is paid ahead of the last day", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, vault, currency, employer, insurerKey, member, today } = system;
      await pay(system, employer, today + 4);
      for (const lastDay of [today + 6, today + 4]) {
        const cancelled = cancel(system, insurerKey, lastDay);
        await expect(cancelled).to.emit(policies, "PolicyCancelled").withArgs(1, lastDay, 0n, insurerKey.address);
        await expect(cancelled).not.to.emit(vault, "PremiumRefunded");
        await expect(cancelled).to.changeTokenBalances(currency, [member, vault], [0n, 0n]);
        const policy = await policies.policyOf(1);
        expect([policy.lastDay, policy.paidThrough]).to.deep.equal([BigInt(lastDay), BigInt(today + 4)]);
      }
    });

    it("gives nothing back of a policy without a premium", async () => {
      const system = await loadFixture(deployPolicies);
      const { policies, vault, member, issue, terms, today } = system;
      await issue({ dailyPremium: 0n });
      const cancelled = cancel(system, member, today + 3);
      await expect(cancelled)
        .to.emit(policies, "PolicyCancelled")
        .withArgs(1, today + 3, 0n, member.address);
      await expect(cancelled).not.to.emit(vault, "PremiumRefunded");
      expect((await policies.coverOn(1, today + 3, terms.graceDays)).status).to.equal(IN_FORCE);
      expect((await policies.coverOn(1, today + 4, terms.graceDays)).status).to.equal(NOT_IN_FORCE);
    });

    it("gives back each day once, where it is brought forward again", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, employer, member, insurer, today } = system;
      await pay(system, employer, today + 9);
      for (const [caller, lastDay, days] of [
        [member, today + 7, 2n],
        [insurer, today + 6, 1n],
        [member, today, 6n],
      ] as const) {
        await expect(cancel(system, caller, lastDay))
          .to.emit(policies, "PolicyCancelled")
          .withArgs(1, lastDay, days * DAILY, caller.address);
      }
      expect(await balanceOf(system, member)).to.equal(WEALTH + 9n * DAILY);
    });

    it("lets arrears be paid to the last day, and nothing after it", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, employer, member, today } = system;
      await cancel(system, member, today + 3);
      await noonOf(today + 12);
      await expect(pay(system, employer, today + 4))
        .to.be.revertedWithCustomError(policies, "WrongPremiumPeriod")
        .withArgs(1, today + 4);
      await expect(pay(system, employer, today + 3))
        .to.emit(policies, "PremiumPaid")
        .withArgs(1, employer.address, 4n * DAILY, today + 3);
    });

    for (const [when, before] of [
      ["on the day before it begins", 1],
      ["days before it begins", 4],
    ] as const) {
      it(`gives back everything where it ends ${when}: nothing was ever covered`, async () => {
        const system = await loadFixture(deployPolicies);
        const { policies, vault, employer, member, issue, terms, today } = system;
        const firstDay = today + 5;
        await issue({ firstDay });
        await pay(system, employer, firstDay + 3);
        const cancelled = cancel(system, member, firstDay - before);
        await expect(cancelled)
          .to.emit(policies, "PolicyCancelled")
          .withArgs(1, firstDay - before, 4n * DAILY, member.address);
        await expect(cancelled)
          .to.emit(vault, "PremiumRefunded")
          .withArgs(member.address, 4n * DAILY, firstDay, firstDay + 3);
        expect(await balanceOf(system, member)).to.equal(WEALTH + 4n * DAILY);
        expect(await vault.unearnedPremium()).to.equal(0n);
        for (const day of [firstDay - before, firstDay, firstDay + 3]) {
          expect((await policies.coverOn(1, day, terms.graceDays)).status, `day ${day}`).to.equal(NOT_IN_FORCE);
        }
        await expect(pay(system, employer, firstDay))
          .to.be.revertedWithCustomError(policies, "WrongPremiumPeriod")
          .withArgs(1, firstDay);
      });

      it(`ends ${when} where nothing was paid, too`, async () => {
        const system = await loadFixture(deployPolicies);
        const { policies, vault, member, issue, terms, today } = system;
        const firstDay = today + 5;
        await issue({ firstDay });
        const cancelled = cancel(system, member, firstDay - before);
        await expect(cancelled)
          .to.emit(policies, "PolicyCancelled")
          .withArgs(1, firstDay - before, 0n, member.address);
        await expect(cancelled).not.to.emit(vault, "PremiumRefunded");
        expect((await policies.coverOn(1, firstDay, terms.graceDays)).status).to.equal(NOT_IN_FORCE);
      });
    }

    it("gives back all but today of a policy that is paid to the last day that there is", async () => {
      const system = await loadFixture(deployPolicies);
      const { policies, employer, member, issue, today } = system;
      const [lastDay, dailyPremium] = [0xffffffff, 1n];
      await issue({ lastDay, dailyPremium });
      await pay(system, employer, lastDay);
      await expect(cancel(system, member, today))
        .to.emit(policies, "PolicyCancelled")
        .withArgs(1, today, lastDay - today, member.address);
      expect(await balanceOf(system, member)).to.equal(WEALTH + BigInt(lastDay - today));
    });

    it("is never retroactive, and never makes a policy longer", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, insurer, member, today } = system;
      await noonOf(today + 3);
      for (const lastDay of [today + 2, today, 0, today + 9, today + 10]) {
        for (const caller of [member, insurer]) {
          await expect(cancel(system, caller, lastDay))
            .to.be.revertedWithCustomError(policies, "WrongCancellation")
            .withArgs(1, lastDay);
        }
      }
      await noonOf(today + 20);
      await expect(cancel(system, member, today + 20))
        .to.be.revertedWithCustomError(policies, "WrongCancellation")
        .withArgs(1, today + 20);
      expect((await policies.policyOf(1)).lastDay).to.equal(today + 9);
    });

    it("refuses who is neither the member nor the plan's payer, in good standing", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, participants, insurer, insurerKey, otherInsurer, employer, enrolment, today } = system;
      await pay(system, employer, today + 9);
      const refuses = async (...callers: Account[]): Promise<void> => {
        for (const caller of callers) {
          await expect(cancel(system, caller, today))
            .to.be.revertedWithCustomError(policies, "NotPartyTo")
            .withArgs(1, caller.address);
        }
      };
      await refuses(employer, otherInsurer, enrolment, await wrongKeyOf(system, insurer));
      await participants.connect(accreditorFor(system, "PAYER")).suspend(insurer.address, ROLES.PAYER);
      await refuses(insurer, insurerKey);
      expect((await policies.policyOf(1)).lastDay).to.equal(today + 9);
    });

    it("still ends for the member while the payer is suspended", async () => {
      const system = await loadFixture(deployPolicy);
      const { policies, participants, insurer, employer, member, today } = system;
      await pay(system, employer, today + 9);
      await participants.connect(accreditorFor(system, "PAYER")).suspend(insurer.address, ROLES.PAYER);
      await expect(cancel(system, member, today))
        .to.emit(policies, "PolicyCancelled")
        .withArgs(1, today, 9n * DAILY, member.address);
    });

    it("refuses other terms than the policy's, and a policy that was never issued", async () => {
      const { policies, terms, otherTerms, member, otherInsurer, today } = await loadFixture(deployPolicy);
      for (const [caller, policyId, plan, actual] of [
        [member, 1, { ...terms, vault: otherTerms.vault }, planId(terms)],
        [otherInsurer, 1, otherTerms, planId(terms)],
        [member, 2, terms, ZeroHash],
      ] as const) {
        await expect(policies.connect(caller).cancel(policyId, plan as never, today))
          .to.be.revertedWithCustomError(policies, "NotThePlan")
          .withArgs(policyId, actual);
      }
    });
  });
});
