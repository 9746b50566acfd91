import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { DAY, deployVault, noonIn, today, usd, type Funded } from "../support/reserveVault";

/** Below the cap on a transaction's gas (EIP-7825: 2^24), with room to spare. */
const WORST_CASE = 12_000_000n;

/** Ten a day and five units over. */
const PREMIUM = usd(100) + 5n;
const CAPITAL = usd(1000);

/** The premium above over ten days, of which the first is `from` days from today. */
async function withPremium(from = 0n): Promise<Funded & { first: bigint; last: bigint }> {
  const system = await loadFixture(deployVault);
  const first = (await today()) + from;
  const last = first + 9n;
  await system.as("policies", "receivePremium", system.holder.address, PREMIUM, first, last);
  return { ...system, first, last };
}

const goTo = (day: bigint): Promise<void> => time.increaseTo(day * DAY);

describe("ReserveVault: premiums", () => {
  describe("receivePremium", () => {
    it("pulls the premium and says so", async () => {
      const { vault, token, as, holder } = await loadFixture(deployVault);
      const first = await today();
      const call = as("policies", "receivePremium", holder.address, PREMIUM, first, first + 9n);
      await expect(call)
        .to.emit(vault, "PremiumReceived")
        .withArgs(holder.address, PREMIUM, first, first + 9n);
      await expect(call).to.changeTokenBalances(token, [holder, vault], [-PREMIUM, PREMIUM]);
    });

    it("earns it in equal parts, each when its day is over, and the remainder at once", async () => {
      const { vault, first } = await withPremium();
      for (let day = 0n; day <= 10n; ++day) {
        const unearned = usd(100) - usd(10) * day;
        expect(await vault.unearnedPremium(), `day ${day}`).to.equal(unearned);
        expect(await vault.totalAssets()).to.equal(CAPITAL + PREMIUM - unearned);
        await time.increaseTo((first + day + 1n) * DAY - 1n);
        expect(await vault.unearnedPremium(), `last second of day ${day}`).to.equal(unearned);
        await goTo(first + day + 1n);
      }
      expect(await vault.totalAssets()).to.equal(CAPITAL + PREMIUM);
    });

    it("earns nothing of a period before it begins", async () => {
      const { vault, first, last } = await withPremium(5n);
      await goTo(first);
      expect(await vault.unearnedPremium()).to.equal(usd(100));
      await goTo(first + 1n);
      expect(await vault.unearnedPremium()).to.equal(usd(90));
      await goTo(last);
      expect(await vault.unearnedPremium()).to.equal(usd(10));
      await goTo(last + 1n);
      expect(await vault.unearnedPremium()).to.equal(0n);
    });

    for (const [what, from, unearned] of [
      ["that began five days ago the share of those", -5n, 50],
      ["of which only today is left all but that", -9n, 10],
      ["that is over all of it", -10n, 0],
    ] as const) {
      it(`earns at once of a period ${what}`, async () => {
        const { vault, last } = await withPremium(from);
        expect(await vault.unearnedPremium()).to.equal(usd(unearned));
        await goTo(last + 2n);
        expect(await vault.unearnedPremium()).to.equal(0n);
      });
    }

    it("adds up premiums over different periods, whoever counted what was earned and when", async () => {
      const { vault, as, holder, first } = await withPremium();
      // 7 a day on days 3 to 12, 1 a day on days 2 to 5, and one that gives less than a unit a day.
      await as("policies", "receivePremium", holder.address, 70n, first + 3n, first + 12n);
      await goTo(first + 1n);
      await vault.accrue(ethers.MaxUint256);
      await as("policies", "receivePremium", holder.address, 4n, first + 2n, first + 5n);
      await as("policies", "receivePremium", holder.address, 9n, first, first + 9n);
      expect(await vault.unearnedPremium()).to.equal(usd(90) + 74n);
      await goTo(first + 4n);
      await vault.accrue(1n);
      // Days 2 and 3 of the third, day 3 of the second.
      expect(await vault.unearnedPremium()).to.equal(usd(60) + 63n + 2n);
      await vault.accrue(ethers.MaxUint256);
      expect(await vault.unearnedPremium()).to.equal(usd(60) + 63n + 2n);
      await goTo(first + 12n);
      expect(await vault.unearnedPremium()).to.equal(7n);
      await goTo(first + 13n);
      expect(await vault.unearnedPremium()).to.equal(0n);
      // What comes after a time in which nothing was unearned is earned as ever.
      await goTo(first + 40n);
      await as("policies", "receivePremium", holder.address, 20n, first + 40n, first + 41n);
      expect(await vault.unearnedPremium()).to.equal(20n);
      await goTo(first + 41n);
      expect(await vault.unearnedPremium()).to.equal(10n);
    });

    it("refuses a period that ends before it begins", async () => {
      const { vault, as, holder } = await loadFixture(deployVault);
      const day = await today();
      await expect(as("policies", "receivePremium", holder.address, 10n, day, day - 1n))
        .to.be.revertedWithCustomError(vault, "PeriodInvalid")
        .withArgs(day, day - 1n);
    });
  });

  describe("refundPremium", () => {
    for (const [what, from, waited, refund] of [
      ["from today on", 0n, 0n, 100],
      ["from a later day on", 4n, 0n, 60],
      ["from today on, three days later", 3n, 3n, 70],
      ["of its last day", 9n, 9n, 10],
      ["after its last day: nothing", 10n, 2n, 0],
    ] as const) {
      it(`gives back what is unearned ${what}`, async () => {
        const { vault, token, as, ask, holder, first, last } = await withPremium();
        if (waited > 0n) await noonIn(waited);
        const args = [holder.address, PREMIUM, first, last, first + from] as const;
        if (waited > 0n) await vault.accrue(0n);
        expect(await ask("policies", "refundPremium", ...args)).to.deep.equal([usd(refund), true]);
        const call = as("policies", "refundPremium", ...args);
        await expect(call)
          .to.emit(vault, "PremiumRefunded")
          .withArgs(holder.address, usd(refund), first + from, last);
        await expect(call).to.changeTokenBalances(token, [vault, holder], [-usd(refund), usd(refund)]);
        // Until that day it is earned as before, and then there is nothing more to earn.
        for (let day = first + waited; day <= last + 2n; ++day) {
          if (day > first + waited) await goTo(day);
          const left = first + from > day ? first + from - day : 0n;
          const until = left > 10n - (day - first) ? 10n - (day - first) : left;
          expect(await vault.unearnedPremium(), `day ${day - first}`).to.equal(until > 0n ? usd(10) * until : 0n);
        }
        expect(await vault.totalAssets()).to.equal(CAPITAL + PREMIUM - usd(refund));
      });
    }

    it("gives back what begins later, from whatever day on and on the day it begins", async () => {
      const { vault, token, as, holder, first, last } = await withPremium(5n);
      await as("policies", "receivePremium", holder.address, 20n, first, last);
      await as("policies", "refundPremium", holder.address, PREMIUM, first, last, first - 3n);
      expect(await token.balanceOf(holder.address)).to.equal(usd(1_000_000) - 5n - 20n);
      await goTo(first);
      await as("policies", "refundPremium", holder.address, 20n, first, last, first);
      expect(await token.balanceOf(holder.address)).to.equal(usd(1_000_000) - 5n);
      expect(await vault.unearnedPremium()).to.equal(0n);
      await goTo(last + 5n);
      expect(await vault.totalAssets()).to.equal(CAPITAL + 5n);
    });

    it("gives back nothing of a premium of less than a unit a day, which was earned at once", async () => {
      const { vault, as, ask, holder, first, last } = await withPremium();
      await as("policies", "receivePremium", holder.address, 9n, first, last);
      expect(await ask("policies", "refundPremium", holder.address, 9n, first, last, first)).to.deep.equal([0n, true]);
      await as("policies", "refundPremium", holder.address, 9n, first, last, first);
      expect(await vault.unearnedPremium()).to.equal(usd(100));
      expect(await vault.totalAssets()).to.equal(CAPITAL + 5n + 9n);
    });

    it("leaves what others paid for", async () => {
      const { vault, as, holder, bob, first, last } = await withPremium();
      await as("policies", "receivePremium", bob.address, PREMIUM, first, last);
      await as("policies", "refundPremium", holder.address, PREMIUM, first, last, first + 5n);
      expect(await vault.unearnedPremium()).to.equal(usd(150));
      await goTo(first + 5n);
      expect(await vault.unearnedPremium()).to.equal(usd(50));
      await goTo(last + 1n);
      expect(await vault.unearnedPremium()).to.equal(0n);
    });

    it("refuses a day that is over, and a period that ends before it begins", async () => {
      const { vault, as, holder, first, last } = await withPremium();
      await goTo(first + 2n);
      await expect(as("policies", "refundPremium", holder.address, PREMIUM, first, last, first + 1n))
        .to.be.revertedWithCustomError(vault, "DayPassed")
        .withArgs(first + 1n, first + 2n);
      await expect(as("policies", "refundPremium", holder.address, PREMIUM, last, first, last))
        .to.be.revertedWithCustomError(vault, "PeriodInvalid")
        .withArgs(last, first);
    });

    it("comes after what members are owed", async () => {
      const { vault, as, holder, first, last } = await withPremium();
      await as("claims", "reserve", CAPITAL + usd(1));
      await expect(as("policies", "refundPremium", holder.address, PREMIUM, first, last, first))
        .to.be.revertedWithCustomError(vault, "InsufficientReserves")
        .withArgs(usd(99) + 5n, usd(100));
    });
  });

  describe("after years in which nobody called", () => {
    const YEARS = 3650n;

    async function abandoned() {
      const system = await loadFixture(deployVault);
      const { vault, as, alice, holder } = system;
      const first = await today();
      await as("policies", "receivePremium", holder.address, usd(3660), first, first + YEARS + 9n);
      await vault.connect(alice).requestWithdraw(1n);
      await noonIn(YEARS);
      await ethers.provider.send("evm_mine", []);
      return { ...system, first };
    }

    it("what is unearned is right at once, and counted in parts all the same", async () => {
      const { vault } = await loadFixture(abandoned);
      expect(await vault.unearnedPremium()).to.equal(usd(10));
      expect(await vault.totalAssets()).to.equal(CAPITAL + usd(3650));
      await vault.accrue(1000n);
      expect(await vault.unearnedPremium()).to.equal(usd(10));
      await vault.accrue(1000n);
      await vault.accrue(ethers.MaxUint256);
      expect(await vault.unearnedPremium()).to.equal(usd(10));
      expect(await vault.totalAssets()).to.equal(CAPITAL + usd(3650));
    });

    for (const [what, call] of [
      ["accrue", ({ vault }) => vault.accrue(ethers.MaxUint256)],
      ["deposit", ({ vault, bob }) => vault.connect(bob).deposit(usd(1), bob.address)],
      ["mint", ({ vault, bob }) => vault.connect(bob).mint(usd(1), bob.address)],
      ["withdraw", ({ vault, alice }) => vault.connect(alice).withdraw(0n, alice.address, alice.address)],
      ["redeem", ({ vault, alice }) => vault.connect(alice).redeem(0n, alice.address, alice.address)],
      ["receivePremium", ({ as, holder }) => as("policies", "receivePremium", holder.address, 1n, 0n, 0n)],
    ] as [string, (system: Funded) => ReturnType<Funded["as"]>][]) {
      it(`ten of them, ${what} fits one transaction`, async () => {
        const system = await loadFixture(abandoned);
        const receipt = await (await call(system)).wait();
        expect(receipt!.gasUsed < WORST_CASE, `${receipt!.gasUsed} gas`).to.equal(true);
        expect(await system.vault.unearnedPremium()).to.equal(usd(10));
      });
    }

    it("a refund fits one transaction", async () => {
      const { vault, as, holder, first } = await loadFixture(abandoned);
      const day = first + YEARS;
      const call = await as("policies", "refundPremium", holder.address, usd(3660), first, day + 9n, day);
      const receipt = await call.wait();
      expect(receipt!.gasUsed < WORST_CASE, `${receipt!.gasUsed} gas`).to.equal(true);
      expect(await vault.unearnedPremium()).to.equal(0n);
    });

    it("a hundred years after the last premium cost what a day does", async () => {
      const { vault } = await withPremium();
      await time.increase(100n * 365n * DAY);
      const receipt = await (await vault.accrue(ethers.MaxUint256)).wait();
      expect(receipt!.gasUsed < 100_000n, `${receipt!.gasUsed} gas`).to.equal(true);
      expect(await vault.unearnedPremium()).to.equal(0n);
    });
  });

  it("attack: who deposits just before premiums are earned cannot leave with them before its notice is over", async () => {
    const { vault, token, bob, first, mature } = await withPremium();
    await vault.connect(bob).deposit(CAPITAL, bob.address);
    const shares = await vault.balanceOf(bob.address);
    await goTo(first + 10n);
    expect(await vault.maxRedeem(bob.address)).to.equal(0n);
    await expect(vault.connect(bob).redeem(shares, bob.address, bob.address))
      .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxRedeem")
      .withArgs(bob.address, shares, 0n);
    // It bore the risk of thirty days for its half of them.
    await mature(bob, shares);
    await vault.connect(bob).redeem(shares, bob.address, bob.address);
    const gain = (await token.balanceOf(bob.address)) - usd(1_000_000);
    expect(gain).to.be.within(usd(50) - 2n, usd(50) + 5n);
  });

  it("attack: a premium for days to come raises the price of no share in its block", async () => {
    const { vault, as, holder } = await loadFixture(deployVault);
    const before = await vault.convertToAssets(10n ** 15n);
    const day = await today();
    await as("policies", "receivePremium", holder.address, usd(365), day, day + 364n);
    expect(await vault.convertToAssets(10n ** 15n)).to.equal(before);
  });
});
