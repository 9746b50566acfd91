import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ReserveVault__factory } from "../../src/bindings/index.js";
import { AUTOMATIC_PAYMENTS, DAY, NOTICE, WINDOW, deployVault, usd } from "../support/reserveVault";

const SPENDERS = ["claims", "parametric"] as const;
/** More than 72 bits. */
const TOO_MUCH = 1n << 72n;
const PAUSE = 7n * DAY;
const INTERVAL = 30n * DAY;
/** What `payAutomatically` answers. */
const MADE = [BigInt(AUTOMATIC_PAYMENTS.indexOf("Made"))];
const SHORT = [BigInt(AUTOMATIC_PAYMENTS.indexOf("ReserveShort"))];

/** Whether each succeeded, mined in one block in this order. */
async function inOneBlock(...calls: (() => Promise<{ hash: string }>)[]): Promise<(number | null)[]> {
  await ethers.provider.send("evm_setAutomine", [false]);
  const sent: { hash: string }[] = [];
  try {
    for (const call of calls) sent.push(await call());
    await ethers.provider.send("evm_mine", []);
  } finally {
    await ethers.provider.send("evm_setAutomine", [true]);
  }
  const receipts = await Promise.all(sent.map(async (tx) => ethers.provider.getTransactionReceipt(tx.hash)));
  expect(new Set(receipts.map((receipt) => receipt!.blockNumber)).size).to.equal(1);
  return receipts.map((receipt) => receipt!.status);
}

describe("ReserveVault", () => {
  it("names whose it is, what it serves and its periods", async () => {
    const { vault, payer, spenders, token, accessManager, participants } = await loadFixture(deployVault);
    const { claims, parametric, policies } = spenders;
    expect(await vault.payer()).to.equal(payer.address);
    expect(await vault.claims()).to.equal(await claims.getAddress());
    expect(await vault.parametric()).to.equal(await parametric.getAddress());
    expect(await vault.policies()).to.equal(await policies.getAddress());
    expect(await vault.asset()).to.equal(await token.getAddress());
    expect(await vault.authority()).to.equal(await accessManager.getAddress());
    expect(await vault.noticePeriod()).to.equal(NOTICE);
    expect(await vault.participants()).to.equal(await participants.getAddress());
    expect(await vault.WITHDRAWAL_WINDOW()).to.equal(WINDOW);
    expect(await vault.PAUSE_PERIOD()).to.equal(PAUSE);
    expect(await vault.PAUSE_INTERVAL()).to.equal(INTERVAL);
    expect(await vault.name()).to.equal("CareProof Reserve");
    expect(await vault.symbol()).to.equal("RESERVE");
    // Six digits of the asset and the million virtual shares of a unit.
    expect(await vault.decimals()).to.equal(12n);
    expect(await token.decimals()).to.equal(6n);
  });

  describe("reserve and release", () => {
    for (const spender of SPENDERS) {
      it(`${spender} reserves and releases its own, all that is in the vault at most`, async () => {
        const { vault, as, ask, spenders } = await loadFixture(deployVault);
        const account = await spenders[spender].getAddress();
        expect(await ask(spender, "reserve", usd(1000))).to.deep.equal([true]);
        expect(await ask(spender, "reserve", usd(1000) + 1n)).to.deep.equal([false]);
        await expect(as(spender, "reserve", usd(400)))
          .to.emit(vault, "ReservedSet")
          .withArgs(account, usd(400));
        await expect(as(spender, "reserve", usd(600)))
          .to.emit(vault, "ReservedSet")
          .withArgs(account, usd(1000));
        expect(await vault.reservedBy(account)).to.equal(usd(1000));
        expect(await vault.reserved()).to.equal(usd(1000));
        expect(await vault.available()).to.equal(0n);
        expect(await vault.totalAssets()).to.equal(0n);
        expect(await ask(spender, "reserve", 0n)).to.deep.equal([true]);
        expect(await ask(spender, "reserve", 1n)).to.deep.equal([false]);
        await expect(as(spender, "reserve", 1n)).not.to.emit(vault, "ReservedSet");
        expect(await vault.reservedBy(account)).to.equal(usd(1000));
        await expect(as(spender, "release", usd(300)))
          .to.emit(vault, "ReservedSet")
          .withArgs(account, usd(700));
        expect(await vault.available()).to.equal(usd(300));
        expect(await vault.totalAssets()).to.equal(usd(300));
        await expect(as(spender, "release", usd(700) + 1n))
          .to.be.revertedWithCustomError(vault, "ReserveExceeded")
          .withArgs(account, usd(700), usd(700) + 1n);
      });
    }

    it("refuses what does not fit its word", async () => {
      const { vault, vaultAddress, as, mint } = await loadFixture(deployVault);
      await mint(vaultAddress, TOO_MUCH);
      await expect(as("claims", "reserve", TOO_MUCH))
        .to.be.revertedWithCustomError(vault, "SafeCastOverflowedUintDowncast")
        .withArgs(72n, TOO_MUCH);
      await as("claims", "reserve", TOO_MUCH - 1n);
      expect(await vault.reserved()).to.equal(TOO_MUCH - 1n);
    });
  });

  describe("pay", () => {
    for (const spender of SPENDERS) {
      it(`${spender} pays out of what is free, and out of what it reserved`, async () => {
        const { vault, as, ask, token, payee, spenders } = await loadFixture(deployVault);
        const account = await spenders[spender].getAddress();
        expect(await ask(spender, "pay", payee.address, usd(100), 0n)).to.deep.equal([true]);
        const free = as(spender, "pay", payee.address, usd(100), 0n);
        await expect(free).to.changeTokenBalances(token, [vault, payee], [-usd(100), usd(100)]);
        // No event of the vault's own: nothing of it changes.
        expect((await (await free).wait())!.logs.map(({ address }) => address)).to.deep.equal([
          await token.getAddress(),
        ]);

        await as(spender, "reserve", usd(500));
        await expect(as(spender, "pay", payee.address, usd(300), usd(200)))
          .to.emit(vault, "ReservedSet")
          .withArgs(account, usd(300));
        expect(await token.balanceOf(payee.address)).to.equal(usd(400));
        expect(await vault.reserved()).to.equal(usd(300));
        await as(spender, "pay", payee.address, usd(300), usd(300));
        expect(await token.balanceOf(payee.address)).to.equal(usd(700));
        expect(await vault.reserved()).to.equal(0n);
        expect(await vault.totalAssets()).to.equal(usd(300));
      });
    }

    it("takes from nobody else's reserve", async () => {
      const { vault, as, payee, spenders } = await loadFixture(deployVault);
      await as("claims", "reserve", usd(600));
      await expect(as("parametric", "pay", payee.address, usd(400) + 1n, 0n))
        .to.be.revertedWithCustomError(vault, "InsufficientReserves")
        .withArgs(usd(400), usd(400) + 1n);
      await expect(as("parametric", "pay", payee.address, usd(1), usd(1)))
        .to.be.revertedWithCustomError(vault, "ReserveExceeded")
        .withArgs(await spenders.parametric.getAddress(), 0n, usd(1));
      await expect(as("parametric", "release", 1n))
        .to.be.revertedWithCustomError(vault, "ReserveExceeded")
        .withArgs(await spenders.parametric.getAddress(), 0n, 1n);
      await as("parametric", "pay", payee.address, usd(400), 0n);
      await as("claims", "pay", payee.address, usd(600), usd(600));
      expect(await vault.reservedBy(await spenders.claims.getAddress())).to.equal(0n);
      expect(await vault.available()).to.equal(0n);
    });

    it("asks of what is free only what the reserve does not give", async () => {
      const { vault, as, payee } = await loadFixture(deployVault);
      await as("claims", "reserve", usd(900));
      await expect(as("claims", "pay", payee.address, usd(1000) + 1n, usd(900)))
        .to.be.revertedWithCustomError(vault, "InsufficientReserves")
        .withArgs(usd(100), usd(100) + 1n);
      await as("claims", "pay", payee.address, usd(1000), usd(900));
      expect(await vault.reserved()).to.equal(0n);
    });

    it("takes no more from the reserve than it pays", async () => {
      const { vault, as, payee } = await loadFixture(deployVault);
      await as("claims", "reserve", usd(10));
      await expect(as("claims", "pay", payee.address, usd(1), usd(2)))
        .to.be.revertedWithCustomError(vault, "ReserveExceedsPayment")
        .withArgs(usd(2), usd(1));
    });

    it("of two payments of the last unit in one block, one is made", async () => {
      const { as, token, vault, payee } = await loadFixture(deployVault);
      await as("claims", "pay", payee.address, usd(1000) - 1n, 0n);
      const statuses = await inOneBlock(
        () => as("claims", "pay", payee.address, 1n, 0n),
        () => as("parametric", "pay", payee.address, 1n, 0n),
      );
      expect(statuses.sort()).to.deep.equal([0, 1]);
      expect(await token.balanceOf(payee.address)).to.equal(usd(1000));
      expect(await vault.available()).to.equal(0n);
    });
  });

  describe("payAutomatically", () => {
    for (const spender of SPENDERS) {
      it(`${spender} pays all that is free at most, and nothing otherwise`, async () => {
        const { vault, as, ask, token, payee } = await loadFixture(deployVault);
        await as("claims", "reserve", usd(300));
        await as("parametric", "reserve", usd(200));
        expect(await ask(spender, "payAutomatically", payee.address, usd(100))).to.deep.equal(MADE);
        const call = as(spender, "payAutomatically", payee.address, usd(100));
        await expect(call).to.changeTokenBalances(token, [vault, payee], [-usd(100), usd(100)]);
        // No event of the vault's own: nothing of it changes.
        expect((await (await call).wait())!.logs.map(({ address }) => address)).to.deep.equal([
          await token.getAddress(),
        ]);

        // Its own reserve does not count as free either.
        expect(await ask(spender, "payAutomatically", payee.address, usd(400) + 1n)).to.deep.equal(SHORT);
        const short = as(spender, "payAutomatically", payee.address, usd(400) + 1n);
        await expect(short).to.changeTokenBalances(token, [vault, payee], [0n, 0n]);
        expect((await (await short).wait())!.logs).to.deep.equal([]);
        expect(await vault.heldFor(payee.address)).to.equal(0n);

        expect(await ask(spender, "payAutomatically", payee.address, usd(400))).to.deep.equal(MADE);
        await as(spender, "payAutomatically", payee.address, usd(400));
        expect(await token.balanceOf(payee.address)).to.equal(usd(500));
        expect(await vault.available()).to.equal(0n);
        expect(await vault.reserved()).to.equal(usd(500));
        expect(await ask(spender, "payAutomatically", payee.address, 1n)).to.deep.equal(SHORT);
      });
    }

    it("of a payment and a reservation of the last unit in one block, one is made", async () => {
      const { vault, as, token, payee } = await loadFixture(deployVault);
      await as("claims", "pay", payee.address, usd(1000) - 1n, 0n);
      // Neither reverts: the second does nothing.
      const statuses = await inOneBlock(
        () => as("claims", "payAutomatically", payee.address, 1n),
        () => as("parametric", "reserve", 1n),
      );
      expect(statuses).to.deep.equal([1, 1]);
      expect((await token.balanceOf(payee.address)) - (usd(1000) - 1n) + (await vault.reserved())).to.equal(1n);
      expect(await vault.reserved()).to.equal(await token.balanceOf(vault));
    });
  });

  describe("who may", () => {
    const TO = ethers.ZeroAddress;
    for (const [name, args] of [
      ["reserve", [1n]],
      ["reserve", [usd(1001)]],
      ["release", [0n]],
      ["release", [1n]],
      ["payAutomatically", [TO, 0n]],
      ["payAutomatically", [TO, 1n]],
      ["payAutomatically", [TO, usd(1001)]],
      ["pay", [TO, 0n, 0n]],
      ["pay", [TO, 1n, 0n]],
      ["pay", [TO, 1n, 1n]],
    ] as const) {
      for (const who of ["payer", "payerKey", "alice", "policies"] as const) {
        it(`${who} cannot ${name}(${args.join(", ")})`, async () => {
          const parties = await loadFixture(deployVault);
          const { vault, as } = parties;
          const account = who === "policies" ? await parties.spenders.policies.getAddress() : parties[who].address;
          const call =
            who === "policies"
              ? as("policies", name, ...args)
              : vault.connect(parties[who]).getFunction(name)(...(args as [string, bigint, bigint]));
          await expect(call).to.be.revertedWithCustomError(vault, "NotSpender").withArgs(account);
        });
      }
    }

    for (const spender of ["claims", "parametric"] as const) {
      it(`${spender} cannot bring premiums or give them back`, async () => {
        const { vault, as, holder, spenders } = await loadFixture(deployVault);
        const account = await spenders[spender].getAddress();
        for (const [name, args] of [
          ["receivePremium", [holder.address, 1n, 0n, 0n]],
          ["refundPremium", [holder.address, 1n, 0n, 0n, 0n]],
        ] as const) {
          await expect(as(spender, name, ...args))
            .to.be.revertedWithCustomError(vault, "NotPolicyRegistry")
            .withArgs(account);
        }
      });
    }

    it("nobody but the vault itself transfers out of it", async () => {
      const { vault, as, payer, spenders, payee } = await loadFixture(deployVault);
      await expect(vault.connect(payer).transferOut(payer.address, 1n))
        .to.be.revertedWithCustomError(vault, "NotSpender")
        .withArgs(payer.address);
      await expect(as("claims", "transferOut" as "pay", payee.address, 1n))
        .to.be.revertedWithCustomError(vault, "NotSpender")
        .withArgs(await spenders.claims.getAddress());
    });
  });

  describe("setSolvencyFloor", () => {
    it("is for whom the AccessManager lets, and is kept", async () => {
      const { vault, vaultAddress, accessManager, admin, payer, stranger } = await loadFixture(deployVault);
      await expect(vault.connect(payer).setSolvencyFloor(0n))
        .to.be.revertedWithCustomError(vault, "AccessManagedUnauthorized")
        .withArgs(payer.address);
      const { selector } = ReserveVault__factory.createInterface().getFunction("setSolvencyFloor");
      await accessManager.connect(admin).setTargetFunctionRole(vaultAddress, [selector], 1000n);
      await accessManager.connect(admin).grantRole(1000n, stranger.address, 0);
      await expect(vault.connect(stranger).setSolvencyFloor(usd(5)))
        .to.emit(vault, "SolvencyFloorSet")
        .withArgs(usd(5), stranger.address);
      expect(await vault.solvencyFloor()).to.equal(usd(5));
    });

    it("does not hold members' money back", async () => {
      const { vault, as, admin, token, payee } = await loadFixture(deployVault);
      await vault.connect(admin).setSolvencyFloor(usd(1000));
      expect(await vault.withdrawable()).to.equal(0n);
      await as("claims", "reserve", usd(500));
      await as("claims", "pay", payee.address, usd(1000), usd(500));
      expect(await token.balanceOf(payee.address)).to.equal(usd(1000));
    });
  });
});
