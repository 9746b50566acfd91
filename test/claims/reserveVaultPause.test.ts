/** The payer's stop of automatic payments: who, for how long, how often, and what it does not touch. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { ROLES, STANDINGS } from "../../src/participants/index.js";
import { accredit, accreditorFor, enlist } from "../support/careproof";
import { AUTOMATIC_PAYMENTS, DAY, deployVault, usd, type Funded } from "../support/reserveVault";

const SPENDERS = ["claims", "parametric"] as const;
const PERIOD = 7n * DAY;
const INTERVAL = 30n * DAY;

/** The answer of `payAutomatically` to a spender, in a block at `seconds`. */
async function answerAt(system: Funded, seconds: bigint, assets = usd(1)): Promise<string> {
  await time.increaseTo(seconds);
  const [answer] = await system.ask("claims", "payAutomatically", system.payee.address, assets);
  return AUTOMATIC_PAYMENTS[Number(answer)]!;
}

/** Paused by the payer, and until when. */
async function withPause(): Promise<Funded & { until: bigint }> {
  const system = await loadFixture(deployVault);
  await system.vault.connect(system.payer).pauseAutomaticPayments();
  return { ...system, until: BigInt(await time.latest()) + PERIOD };
}

describe("ReserveVault: pause", () => {
  for (const who of ["payer", "payerKey"] as const) {
    it(`the ${who} stops automatic payments for seven days`, async () => {
      const system = await loadFixture(deployVault);
      const { vault } = system;
      expect(await vault.pausedUntil()).to.equal(0n);
      const at = BigInt(await time.latest()) + 100n;
      await time.setNextBlockTimestamp(at);
      await expect(vault.connect(system[who]).pauseAutomaticPayments())
        .to.emit(vault, "AutomaticPaymentsPaused")
        .withArgs(at + PERIOD, system[who].address);
      expect(await vault.pausedUntil()).to.equal(at + PERIOD);
      expect(await answerAt(system, at + 1n)).to.equal("Paused");
      expect(await answerAt(system, at + PERIOD - 1n)).to.equal("Paused");
      expect(await answerAt(system, at + PERIOD)).to.equal("Made");
    });
  }

  for (const spender of SPENDERS) {
    it(`${spender} is told, and nothing moves`, async () => {
      const { vault, as, ask, token, payee, until } = await withPause();
      expect(await ask(spender, "payAutomatically", payee.address, usd(1))).to.deep.equal([1n]);
      const call = as(spender, "payAutomatically", payee.address, usd(1));
      await expect(call).to.changeTokenBalances(token, [vault, payee], [0n, 0n]);
      expect((await (await call).wait())!.logs).to.deep.equal([]);
      expect(await vault.heldFor(payee.address)).to.equal(0n);
      expect(await vault.available()).to.equal(usd(1000));
      expect(await vault.pausedUntil()).to.equal(until);
    });
  }

  it("comes before a want of money", async () => {
    const system = await withPause();
    expect(await answerAt(system, system.until - 1n, usd(1000) + 1n)).to.equal("Paused");
    expect(await answerAt(system, system.until, usd(1000) + 1n)).to.equal("ReserveShort");
  });

  for (const spender of SPENDERS) {
    it(`what ${spender} approved is reserved, paid and released all the same`, async () => {
      const { vault, as, ask, token, payee, spenders, until } = await withPause();
      const account = await spenders[spender].getAddress();
      expect(await ask(spender, "reserve", usd(400))).to.deep.equal([true]);
      await as(spender, "reserve", usd(400));
      await as(spender, "pay", payee.address, usd(150), usd(100));
      await as(spender, "pay", payee.address, usd(50), 0n);
      await as(spender, "release", usd(100));
      expect(await token.balanceOf(payee.address)).to.equal(usd(200));
      expect(await vault.reservedBy(account)).to.equal(usd(200));
      expect(await vault.available()).to.equal(usd(600));
      // One word holds the reserves and the pause: neither touches the other.
      expect(await vault.pausedUntil()).to.equal(until);
    });
  }

  it("leaves what is reserved as it is", async () => {
    const { vault, as, payer, spenders } = await loadFixture(deployVault);
    await as("claims", "reserve", usd(10));
    await as("parametric", "reserve", usd(20));
    await vault.connect(payer).pauseAutomaticPayments();
    expect(await vault.reservedBy(await spenders.claims.getAddress())).to.equal(usd(10));
    expect(await vault.reservedBy(await spenders.parametric.getAddress())).to.equal(usd(20));
    expect(await vault.reserved()).to.equal(usd(30));
  });

  it("attack: a pause is not renewed, by another key either, before thirty days after its end", async () => {
    const { vault, payer, payerKey, until } = await withPause();
    for (const at of [until - PERIOD + 1n, until - 1n, until, until + INTERVAL - 1n]) {
      await time.increaseTo(at);
      for (const account of [payer, payerKey]) {
        await expect(vault.connect(account).pauseAutomaticPayments.staticCall())
          .to.be.revertedWithCustomError(vault, "PausedLately")
          .withArgs(until);
      }
    }
    await time.setNextBlockTimestamp(until + INTERVAL);
    await expect(vault.connect(payerKey).pauseAutomaticPayments())
      .to.emit(vault, "AutomaticPaymentsPaused")
      .withArgs(until + INTERVAL + PERIOD, payerKey.address);
    await expect(vault.connect(payer).pauseAutomaticPayments())
      .to.be.revertedWithCustomError(vault, "PausedLately")
      .withArgs(until + INTERVAL + PERIOD);
  });

  it("attack: another payer and its key do not stop this one's payments", async () => {
    const system = await loadFixture(deployVault);
    const { vault, payer, bob, stranger } = system;
    await accredit(system, stranger, "PAYER");
    await enlist(system, stranger, bob, "PAYER");
    for (const account of [stranger, bob]) {
      await expect(vault.connect(account).pauseAutomaticPayments())
        .to.be.revertedWithCustomError(vault, "NotThePayer")
        .withArgs(payer.address, account.address);
    }
    expect(await vault.pausedUntil()).to.equal(0n);
  });

  it("attack: neither strangers, investors and the regulator, nor a key that was named for something else", async () => {
    const system = await loadFixture(deployVault);
    const { vault, participants, payer, alice, admin, stranger, bob } = system;
    await enlist(system, payer, bob, "PROVIDER");
    for (const [account, standing] of [
      [stranger, "Unaccredited"],
      [alice, "Unaccredited"],
      [admin, "Unaccredited"],
      [bob, "OperatorRoleMissing"],
    ] as const) {
      await expect(vault.connect(account).pauseAutomaticPayments())
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(account.address, ROLES.PAYER, STANDINGS.indexOf(standing));
    }
    expect(await vault.pausedUntil()).to.equal(0n);
  });

  it("a payer whose accreditation was withdrawn stops nothing", async () => {
    const system = await loadFixture(deployVault);
    const { vault, participants, payer } = system;
    await participants.connect(accreditorFor(system, "PAYER")).withdraw(payer.address, ROLES.PAYER);
    await expect(vault.connect(payer).pauseAutomaticPayments())
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(payer.address, ROLES.PAYER, STANDINGS.indexOf("Withdrawn"));
  });
});
