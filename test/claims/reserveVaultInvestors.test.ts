import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ReserveVault__factory } from "../../src/bindings/index.js";
import { NOTICE, WINDOW, atPar, deployVault, today, usd, type Funded } from "../support/reserveVault";

/** Alice put 1000 in. */
const SHARES = atPar(usd(1000));

/** Alice's whole notice is mature. */
async function withMatureNotice(): Promise<Funded> {
  const system = await loadFixture(deployVault);
  await system.mature(system.alice, SHARES);
  return system;
}

const notice = async ({ vault, alice }: Funded) => [...(await vault.noticeOf(alice.address))];

describe("ReserveVault: investors", () => {
  describe("deposit and mint", () => {
    it("give a million shares for each unit in a new vault", async () => {
      const { vault, token, bob, stranger } = await loadFixture(deployVault);
      const assets = usd(50);
      expect(await vault.previewDeposit(assets)).to.equal(atPar(assets));
      const deposit = vault.connect(bob).deposit(assets, stranger.address);
      await expect(deposit).to.emit(vault, "Deposit").withArgs(bob.address, stranger.address, assets, atPar(assets));
      await expect(deposit).to.changeTokenBalances(token, [bob, vault], [-assets, assets]);
      expect(await vault.previewMint(atPar(assets))).to.equal(assets);
      await expect(vault.connect(bob).mint(atPar(assets), stranger.address))
        .to.emit(vault, "Deposit")
        .withArgs(bob.address, stranger.address, assets, atPar(assets));
      expect(await vault.balanceOf(stranger.address)).to.equal(2n * atPar(assets));
      expect(await vault.totalAssets()).to.equal(usd(1100));
    });

    it("round against the investor", async () => {
      const { vault, vaultAddress, mint } = await loadFixture(deployVault);
      // A share is worth 1.5 millionth units and a little.
      await mint(vaultAddress, usd(500));
      expect(await vault.previewDeposit(1n)).to.equal(666_666n);
      expect(await vault.previewMint(1n)).to.equal(1n);
      expect(await vault.previewRedeem(666_666n)).to.equal(0n);
      expect(await vault.previewWithdraw(1n)).to.equal(666_667n);
    });

    it("count what is reserved, but not what is held or unearned, as the vault's own", async () => {
      const { vault, as, holder } = await loadFixture(deployVault);
      await as("claims", "reserve", usd(500));
      expect(await vault.totalAssets()).to.equal(usd(500));
      expect(await vault.previewDeposit(usd(100))).to.equal(atPar(usd(100)));
      expect(await vault.previewMint(atPar(usd(100)))).to.equal(usd(100));
      expect(await vault.convertToShares(usd(100))).to.be.greaterThan(atPar(usd(199)));
      const day = await today();
      await as("policies", "receivePremium", holder.address, usd(300), day, day + 2n);
      expect(await vault.previewDeposit(usd(100))).to.equal(atPar(usd(100)));
    });

    it("are refused while shares are worth nothing, and open in a vault without shares", async () => {
      const { vault, vaultAddress, token, as, bob, holder, payee, payer, factory } = await loadFixture(deployVault);
      expect(await vault.maxDeposit(bob.address)).to.equal(ethers.MaxUint256);
      expect(await vault.maxMint(bob.address)).to.equal(ethers.MaxUint256);
      await as("claims", "pay", payee.address, usd(1000), 0n);
      expect(await vault.maxDeposit(bob.address)).to.equal(0n);
      expect(await vault.maxMint(bob.address)).to.equal(0n);
      await expect(vault.connect(bob).deposit(usd(1), bob.address))
        .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxDeposit")
        .withArgs(bob.address, usd(1), 0n);
      await expect(vault.connect(bob).mint(5n, bob.address))
        .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxMint")
        .withArgs(bob.address, 5n, 0n);

      // Nor into a hole: of a premium that is not earned a part was paid to members.
      const day = await today();
      await as("policies", "receivePremium", holder.address, usd(30), day, day + 2n);
      await as("claims", "pay", payee.address, usd(1), 0n);
      expect(await vault.maxDeposit(bob.address)).to.equal(0n);
      await token.connect(bob).transfer(vaultAddress, usd(1));
      expect(await vault.maxDeposit(bob.address)).to.equal(0n);
      await token.connect(bob).transfer(vaultAddress, 1n);
      expect(await vault.maxDeposit(bob.address)).to.equal(ethers.MaxUint256);

      const other = await (await ethers.deployContract("TestStablecoin")).getAddress();
      await factory.connect(payer).createVault(other);
      const empty = ReserveVault__factory.connect(await factory.vaultOf(payer.address, other), bob);
      expect(await empty.maxDeposit(bob.address)).to.equal(ethers.MaxUint256);
      expect(await empty.maxMint(bob.address)).to.equal(ethers.MaxUint256);
    });
  });

  describe("requestWithdraw", () => {
    it("begins a notice, and starts it again for all with more", async () => {
      const system = await loadFixture(deployVault);
      const { vault, alice } = system;
      const at = BigInt(await time.latest()) + 10n;
      await time.setNextBlockTimestamp(at);
      await expect(vault.connect(alice).requestWithdraw(100n))
        .to.emit(vault, "WithdrawalRequested")
        .withArgs(alice.address, 100n, at + NOTICE, at + NOTICE + WINDOW);
      expect(await notice(system)).to.deep.equal([100n, at + NOTICE, at + NOTICE + WINDOW]);
      const later = at + NOTICE + 5n;
      await time.setNextBlockTimestamp(later);
      await expect(vault.connect(alice).requestWithdraw(SHARES - 100n))
        .to.emit(vault, "WithdrawalRequested")
        .withArgs(alice.address, SHARES, later + NOTICE, later + NOTICE + WINDOW);
      expect(await vault.maxRedeem(alice.address)).to.equal(0n);
    });

    it("refuses more shares than the owner has, in all, and none", async () => {
      const { vault, alice, bob } = await loadFixture(deployVault);
      await vault.connect(alice).requestWithdraw(1n);
      await expect(vault.connect(alice).requestWithdraw(SHARES))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientBalance")
        .withArgs(alice.address, SHARES, SHARES + 1n);
      for (const account of [alice, bob]) {
        await expect(vault.connect(account).requestWithdraw(0n))
          .to.be.revertedWithCustomError(vault, "NoShares")
          .withArgs(account.address);
      }
    });

    it("matures at its second and lapses at its second", async () => {
      const system = await loadFixture(deployVault);
      const { vault, alice } = system;
      await vault.connect(alice).requestWithdraw(SHARES);
      const maturesAt = BigInt(await time.latest()) + NOTICE;
      await time.increaseTo(maturesAt - 1n);
      expect(await vault.maxRedeem(alice.address)).to.equal(0n);
      expect(await vault.maxWithdraw(alice.address)).to.equal(0n);
      await time.increaseTo(maturesAt);
      expect(await vault.maxRedeem(alice.address)).to.equal(SHARES);
      expect(await vault.maxWithdraw(alice.address)).to.equal(usd(1000));
      await time.increaseTo(maturesAt + WINDOW - 1n);
      expect(await vault.maxRedeem(alice.address)).to.equal(SHARES);
      await time.increaseTo(maturesAt + WINDOW);
      expect(await vault.maxRedeem(alice.address)).to.equal(0n);
      expect(await notice(system)).to.deep.equal([0n, 0n, 0n]);
      // A lapsed notice is none: another counts for itself alone.
      await vault.connect(alice).requestWithdraw(7n);
      expect((await notice(system))[0]).to.equal(7n);
    });
  });

  describe("cancelRequest", () => {
    it("takes all of a notice back", async () => {
      const system = await loadFixture(deployVault);
      const { vault, alice, bob } = system;
      await vault.connect(alice).requestWithdraw(SHARES);
      await expect(vault.connect(alice).cancelRequest())
        .to.emit(vault, "WithdrawalRequestCancelled")
        .withArgs(alice.address, SHARES);
      expect(await notice(system)).to.deep.equal([0n, 0n, 0n]);
      await vault.connect(alice).transfer(bob.address, SHARES);
      expect(await vault.balanceOf(bob.address)).to.equal(SHARES);
    });

    it("refuses where there is none, or it has lapsed", async () => {
      const { vault, alice, bob } = await loadFixture(deployVault);
      await vault.connect(alice).requestWithdraw(SHARES);
      await time.increase(NOTICE + WINDOW);
      for (const account of [alice, bob]) {
        await expect(vault.connect(account).cancelRequest())
          .to.be.revertedWithCustomError(vault, "NoShares")
          .withArgs(account.address);
      }
    });
  });

  describe("shares under notice", () => {
    it("are not transferred, the others are", async () => {
      const { vault, alice, bob, stranger } = await loadFixture(deployVault);
      await vault.connect(alice).requestWithdraw(SHARES - 10n);
      await expect(vault.connect(alice).transfer(bob.address, 11n))
        .to.be.revertedWithCustomError(vault, "SharesUnderNotice")
        .withArgs(alice.address, 10n, 11n);
      await vault.connect(alice).approve(stranger.address, SHARES);
      await expect(vault.connect(stranger).transferFrom(alice.address, bob.address, 11n))
        .to.be.revertedWithCustomError(vault, "SharesUnderNotice")
        .withArgs(alice.address, 10n, 11n);
      await vault.connect(alice).transfer(bob.address, 10n);
      expect(await vault.balanceOf(bob.address)).to.equal(10n);
      await time.increase(NOTICE + WINDOW);
      await vault.connect(alice).transfer(bob.address, SHARES - 10n);
      expect(await vault.balanceOf(bob.address)).to.equal(SHARES);
    });

    it("a transfer of more than there is fails for that", async () => {
      const { vault, alice, bob } = await loadFixture(deployVault);
      await expect(vault.connect(alice).transfer(bob.address, SHARES + 1n))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientBalance")
        .withArgs(alice.address, SHARES, SHARES + 1n);
    });
  });

  describe("withdraw and redeem", () => {
    it("pay out and use the notice up", async () => {
      const system = await loadFixture(withMatureNotice);
      const { vault, token, alice, bob } = system;
      const withdrawal = vault.connect(alice).withdraw(usd(300), bob.address, alice.address);
      await expect(withdrawal)
        .to.emit(vault, "Withdraw")
        .withArgs(alice.address, bob.address, alice.address, usd(300), atPar(usd(300)));
      await expect(withdrawal).to.changeTokenBalances(token, [vault, bob], [-usd(300), usd(300)]);
      expect((await notice(system))[0]).to.equal(atPar(usd(700)));
      await expect(vault.connect(alice).redeem(atPar(usd(700)), bob.address, alice.address))
        .to.emit(vault, "Withdraw")
        .withArgs(alice.address, bob.address, alice.address, usd(700), atPar(usd(700)));
      expect(await notice(system)).to.deep.equal([0n, 0n, 0n]);
      expect(await vault.totalSupply()).to.equal(0n);
    });

    it("pay no more than is under notice and mature", async () => {
      const { vault, alice, mature } = await loadFixture(deployVault);
      await mature(alice, atPar(usd(400)));
      expect(await vault.maxWithdraw(alice.address)).to.equal(usd(400));
      await expect(vault.connect(alice).withdraw(usd(400) + 1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxWithdraw")
        .withArgs(alice.address, usd(400) + 1n, usd(400));
      await expect(vault.connect(alice).redeem(atPar(usd(400)) + 1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxRedeem")
        .withArgs(alice.address, atPar(usd(400)) + 1n, atPar(usd(400)));
      await vault.connect(alice).redeem(atPar(usd(400)), alice.address, alice.address);
      expect(await vault.maxRedeem(alice.address)).to.equal(0n);
    });

    it("are for others within an allowance only", async () => {
      const { vault, alice, bob } = await loadFixture(withMatureNotice);
      await vault.connect(alice).approve(bob.address, 999n);
      await expect(vault.connect(bob).redeem(1000n, bob.address, alice.address))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientAllowance")
        .withArgs(bob.address, 999n, 1000n);
      await vault.connect(bob).redeem(999n, bob.address, alice.address);
      expect(await vault.allowance(alice.address, bob.address)).to.equal(0n);
    });

    it("leave what is reserved, unearned and below the floor", async () => {
      const { vault, as, alice, admin, holder } = await loadFixture(withMatureNotice);
      const day = await today();
      await as("claims", "reserve", usd(100));
      await as("parametric", "reserve", usd(50));
      await as("policies", "receivePremium", holder.address, usd(30), day, day + 2n);
      await vault.connect(admin).setSolvencyFloor(usd(200));
      const left = usd(1000 - 150 - 200);
      expect(await vault.withdrawable()).to.equal(left);
      expect(await vault.maxWithdraw(alice.address)).to.equal(left);
      const most = await vault.maxRedeem(alice.address);
      expect(await vault.previewRedeem(most)).to.equal(left);
      expect(await vault.previewRedeem(most + 1n)).to.equal(left + 1n);
      await expect(vault.connect(alice).redeem(most + 1n, alice.address, alice.address))
        .to.be.revertedWithCustomError(vault, "ERC4626ExceededMaxRedeem")
        .withArgs(alice.address, most + 1n, most);
      await vault.connect(alice).withdraw(left, alice.address, alice.address);
      expect(await vault.withdrawable()).to.equal(0n);
      expect(await vault.maxRedeem(alice.address)).to.equal(0n);
      expect(await vault.maxWithdraw(alice.address)).to.equal(0n);
      await vault.connect(admin).setSolvencyFloor(0n);
      expect(await vault.maxWithdraw(alice.address)).to.equal(usd(200));
    });

    it("let the last share out of a vault that lost money", async () => {
      const { vault, token, as, alice, payee } = await loadFixture(withMatureNotice);
      await as("claims", "pay", payee.address, usd(700), 0n);
      expect(await vault.maxRedeem(alice.address)).to.equal(SHARES);
      await vault.connect(alice).redeem(SHARES, alice.address, alice.address);
      expect(await vault.totalSupply()).to.equal(0n);
      // 300 000 001 / (1 + 10^-9), rounded down: all of it.
      expect(await token.balanceOf(vault)).to.equal(0n);
    });
  });

  it("nobody's deposit fills a hole in a vault without shares", async () => {
    const system = await loadFixture(withMatureNotice);
    const { vault, vaultAddress, token, as, alice, bob, holder, payee } = system;
    await vault.connect(alice).redeem(SHARES, alice.address, alice.address);
    const day = await today();
    await as("policies", "receivePremium", holder.address, usd(30), day, day + 2n);
    expect(await vault.maxDeposit(bob.address)).to.equal(ethers.MaxUint256);
    await as("claims", "pay", payee.address, usd(1), 0n);
    expect(await vault.maxDeposit(bob.address)).to.equal(0n);
    await token.connect(bob).transfer(vaultAddress, usd(1));
    expect(await vault.maxDeposit(bob.address)).to.equal(ethers.MaxUint256);
  });

  it("the views of limits never revert, whatever is owed", async () => {
    const { vault, as, alice, holder, payee } = await loadFixture(withMatureNotice);
    const day = await today();
    await as("policies", "receivePremium", holder.address, usd(500), day, day + 4n);
    await as("claims", "pay", payee.address, usd(1500), 0n);
    // Nothing is there, and 500 are unearned.
    for (const view of [vault.totalAssets(), vault.available(), vault.withdrawable()]) expect(await view).to.equal(0n);
    for (const limit of ["maxDeposit", "maxMint", "maxWithdraw", "maxRedeem"] as const) {
      expect(await vault[limit](alice.address), limit).to.equal(0n);
    }
  });
});
