/** Investors and payers who would take what is not theirs. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ReserveVault__factory } from "../../src/bindings/index.js";
import { NOTICE, WINDOW, atPar, deployVault, usd } from "../support/reserveVault";

const SHARES = atPar(usd(1000));

/** A vault in which nobody has put anything. */
async function deployEmpty() {
  const system = await loadFixture(deployVault);
  const mock = await ethers.deployContract("TestStablecoin");
  const token = ReserveVault__factory.connect(await mock.getAddress(), system.deployer);
  await system.factory.connect(system.payer).createVault(token);
  const vaultAddress = await system.factory.vaultOf(system.payer.address, token);
  for (const account of [system.alice, system.bob]) {
    await mock.getFunction("mint")(account.address, usd(10_000_000));
    await token.connect(account).approve(vaultAddress, ethers.MaxUint256);
  }
  return { ...system, token, empty: ReserveVault__factory.connect(vaultAddress, system.deployer) };
}

describe("ReserveVault: attacks", () => {
  for (const [first, donation] of [
    [1n, usd(1000)],
    [1n, usd(1_000_000)],
    [1000n, usd(1000)],
    [usd(1), usd(1_000_000)],
  ] as const) {
    it(`first-depositor inflation with ${first} units and a donation of ${donation} loses the attacker's money`, async () => {
      const { token, empty, alice: attacker, bob: victim } = await loadFixture(deployEmpty);
      const before = await token.balanceOf(attacker.address);
      await empty.connect(attacker).deposit(first, attacker.address);
      await token.connect(attacker).transfer(empty, donation);
      await empty.connect(victim).deposit(usd(1000), victim.address);
      for (const account of [attacker, victim]) {
        await empty.connect(account).requestWithdraw(await empty.balanceOf(account.address));
      }
      await time.increase(NOTICE);
      const attackers = await empty.balanceOf(attacker.address);
      await empty.connect(attacker).redeem(attackers, attacker.address, attacker.address);
      expect(await token.balanceOf(attacker.address)).to.be.lessThan(before);
      const victims = await empty.balanceOf(victim.address);
      const back = await empty.connect(victim).redeem.staticCall(victims, victim.address, victim.address);
      // At most a share's price is lost to rounding: a millionth of what the attacker put in.
      expect(back).to.be.at.least(usd(1000) - (first + donation) / 1_000_000n - 2n);
    });
  }

  it("a withdrawal racing a visible claim does not get out before its notice", async () => {
    const { vault, as, alice, payee } = await loadFixture(deployVault);
    await vault.connect(alice).requestWithdraw(SHARES);
    await expect(vault.connect(alice).redeem(SHARES, alice.address, alice.address))
      .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxRedeem")
      .withArgs(alice.address, SHARES, 0n);
    await as("claims", "pay", payee.address, usd(800), 0n);
    await time.increase(NOTICE);
    expect(await vault.maxWithdraw(alice.address)).to.equal(usd(200));
  });

  it("a mature withdrawal behind a reservation leaves it there", async () => {
    const { vault, token, as, alice, payee, mature } = await loadFixture(deployVault);
    await mature(alice, SHARES);
    await as("claims", "reserve", usd(800));
    await expect(vault.connect(alice).withdraw(usd(200) + 1n, alice.address, alice.address))
      .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxWithdraw")
      .withArgs(alice.address, usd(200) + 1n, usd(200));
    await vault.connect(alice).withdraw(usd(200), alice.address, alice.address);
    await as("claims", "pay", payee.address, usd(800), usd(800));
    expect(await token.balanceOf(payee.address)).to.equal(usd(800));
  });

  it("shares under notice do not escape a loss, by waiting or by changing hands", async () => {
    const { vault, as, alice, bob, payee } = await loadFixture(deployVault);
    await vault.connect(bob).deposit(usd(1000), bob.address);
    await vault.connect(alice).requestWithdraw(SHARES);
    await expect(vault.connect(alice).transfer(bob.address, 1n))
      .to.be.revertedWithCustomError(vault, "SharesUnderNotice")
      .withArgs(alice.address, 0n, 1n);
    await as("claims", "pay", payee.address, usd(1000), 0n);
    expect(await vault.convertToAssets(SHARES)).to.equal(usd(500));
    await time.increase(NOTICE);
    expect(await vault.maxWithdraw(alice.address)).to.equal(usd(500));
    expect(await vault.convertToAssets(await vault.balanceOf(bob.address))).to.equal(usd(500));
  });

  it("a notice kept mature in case of bad news lapses", async () => {
    const { vault, alice, mature } = await loadFixture(deployVault);
    await mature(alice, SHARES);
    await time.increase(WINDOW);
    await expect(vault.connect(alice).redeem(1n, alice.address, alice.address))
      .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxRedeem")
      .withArgs(alice.address, 1n, 0n);
  });

  it("a mature notice does not cover shares that were bought after it was given", async () => {
    const { vault, alice, mature } = await loadFixture(deployVault);
    await mature(alice, SHARES);
    await vault.connect(alice).deposit(usd(1000), alice.address);
    expect(await vault.maxRedeem(alice.address)).to.equal(SHARES);
  });

  it("investors do not take what members are owed, in whatever parts they withdraw", async () => {
    const { vault, token, as, alice, bob, mature } = await loadFixture(deployVault);
    await vault.connect(bob).deposit(usd(1000), bob.address);
    await as("claims", "reserve", usd(1500));
    await vault.connect(alice).requestWithdraw(SHARES);
    await mature(bob, SHARES);
    for (const account of [alice, bob, alice, bob]) {
      const most = await vault.maxRedeem(account.address);
      await vault.connect(account).redeem(most, account.address, account.address);
    }
    expect(await token.balanceOf(vault)).to.be.at.least(usd(1500));
    expect(await vault.available()).to.equal(0n);
  });

  it("a payer does not withdraw reserves: it has no way out but shares of its own", async () => {
    const { vault, token, as, payer, alice, mature } = await loadFixture(deployVault);
    await vault.connect(payer).deposit(usd(1000), payer.address);
    await as("claims", "reserve", usd(2000));
    await mature(payer, SHARES);
    expect(await vault.maxWithdraw(payer.address)).to.equal(0n);
    await expect(vault.connect(payer).withdraw(1n, payer.address, payer.address))
      .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxWithdraw")
      .withArgs(payer.address, 1n, 0n);
    await expect(vault.connect(payer).redeem(1n, payer.address, alice.address))
      .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxRedeem")
      .withArgs(alice.address, 1n, 0n);
    expect(await token.balanceOf(vault)).to.equal(usd(2000));
  });

  it("a donation is the shareholders', and pays members", async () => {
    const { vault, vaultAddress, token, as, bob, payee } = await loadFixture(deployVault);
    await token.connect(bob).transfer(vaultAddress, usd(500));
    expect(await vault.totalAssets()).to.equal(usd(1500));
    expect(await vault.balanceOf(bob.address)).to.equal(0n);
    await as("claims", "pay", payee.address, usd(1500), 0n);
    expect(await token.balanceOf(payee.address)).to.equal(usd(1500));
  });

  it("who knows that a reservation will be released buys nothing with it", async () => {
    const { vault, token, as, bob, mature } = await loadFixture(deployVault);
    await as("claims", "reserve", usd(999));
    // At the price that counts reserves as paid this would be 99 % of all shares.
    await vault.connect(bob).deposit(usd(100), bob.address);
    await as("claims", "release", usd(999));
    const shares = await vault.balanceOf(bob.address);
    await mature(bob, shares);
    await vault.connect(bob).redeem(shares, bob.address, bob.address);
    expect(await token.balanceOf(bob.address)).to.be.at.most(usd(1_000_000));
  });
});
