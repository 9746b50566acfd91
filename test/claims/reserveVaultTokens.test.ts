/** Tokens that refuse, lie, burn gas, take fees or call back: nobody loses money, and no payee holds up another's. */
import { anyValue } from "@nomicfoundation/hardhat-chai-matchers/withArgs";
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { AUTOMATIC_PAYMENTS, deployHostile, today, usd, type Funded, type Mode } from "../support/reserveVault";

/** Ways in which a transfer does not happen. */
const FAILURES: Mode[] = ["Reverts", "ReturnsFalse", "ReturnsGarbage", "RevertsAtLength", "BurnsGas"];
const MADE = BigInt(AUTOMATIC_PAYMENTS.indexOf("Made"));
const SHORT = BigInt(AUTOMATIC_PAYMENTS.indexOf("ReserveShort"));
/** 64/63 of 200 000, and 5 000 for the call. */
const NEEDED_GAS = 208_174n;

/** 100 are held for the payee; the token is honest again. */
async function withHeld(): Promise<Funded> {
  const system = await loadFixture(deployHostile);
  await system.setMode("Reverts");
  await system.as("claims", "pay", system.payee.address, usd(100), 0n);
  await system.setMode("Honest");
  return system;
}

describe("ReserveVault: tokens", () => {
  describe("pay", () => {
    for (const mode of FAILURES) {
      it(`holds the amount for the payee where the token ${mode}`, async () => {
        const { vault, token, as, ask, payee, setMode } = await loadFixture(deployHostile);
        await as("claims", "reserve", usd(300));
        await setMode(mode);
        expect(await ask("claims", "pay", payee.address, usd(100), usd(60))).to.deep.equal([false]);
        const call = await as("claims", "pay", payee.address, usd(100), usd(60));
        await expect(call).to.emit(vault, "PaymentHeld").withArgs(payee.address, usd(100));
        expect((await call.wait())!.gasUsed < 400_000n).to.equal(true);
        expect(await vault.heldFor(payee.address)).to.equal(usd(100));
        expect(await vault.reserved()).to.equal(usd(340));
        expect(await vault.available()).to.equal(usd(660));
        expect(await token.balanceOf(vault)).to.equal(usd(1000));
        await as("parametric", "pay", payee.address, usd(5), 0n);
        expect(await vault.heldFor(payee.address)).to.equal(usd(105));
      });
    }

    for (const mode of FAILURES) {
      it(`payAutomatically holds the amount for the payee where the token ${mode}`, async () => {
        const { vault, token, as, ask, payee, setMode } = await loadFixture(deployHostile);
        await setMode(mode);
        expect(await ask("claims", "payAutomatically", payee.address, usd(100))).to.deep.equal([MADE]);
        await expect(as("claims", "payAutomatically", payee.address, usd(100)))
          .to.emit(vault, "PaymentHeld")
          .withArgs(payee.address, usd(100));
        expect(await vault.heldFor(payee.address)).to.equal(usd(100));
        expect(await vault.reserved()).to.equal(usd(100));
        expect(await vault.available()).to.equal(usd(900));
        expect(await token.balanceOf(vault)).to.equal(usd(1000));
        // What is held is not free any more.
        expect(await ask("parametric", "payAutomatically", payee.address, usd(900) + 1n)).to.deep.equal([SHORT]);
        await setMode("Honest");
        await vault.collect(payee.address);
        expect(await token.balanceOf(payee.address)).to.equal(usd(100));
      });
    }

    it("what is held while automatic payments are paused leaves them paused", async () => {
      const { vault, as, payer, payee, setMode } = await loadFixture(deployHostile);
      await vault.connect(payer).pauseAutomaticPayments();
      const until = await vault.pausedUntil();
      await as("claims", "reserve", usd(10));
      await setMode("Reverts");
      await as("claims", "pay", payee.address, usd(100), usd(10));
      await setMode("Honest");
      expect(await vault.pausedUntil()).to.equal(until);
      expect(await vault.reserved()).to.equal(usd(100));
      await vault.collect(payee.address);
      expect(await vault.pausedUntil()).to.equal(until);
    });

    it("transfers where the token returns nothing", async () => {
      const { vault, token, as, ask, payee, setMode } = await loadFixture(deployHostile);
      await setMode("ReturnsNothing");
      expect(await ask("claims", "pay", payee.address, usd(100), 0n)).to.deep.equal([true]);
      await as("claims", "pay", payee.address, usd(100), 0n);
      expect(await token.balanceOf(payee.address)).to.equal(usd(100));
      expect(await vault.reserved()).to.equal(0n);
    });

    it("a payee that the token blacklists holds up nobody else's payment", async () => {
      const { vault, token, mock, as, payee, stranger } = await loadFixture(deployHostile);
      await mock.getFunction("setBlacklisted")(payee.address, true);
      await expect(as("claims", "pay", payee.address, usd(100), 0n))
        .to.emit(vault, "PaymentHeld")
        .withArgs(payee.address, usd(100));
      await as("claims", "pay", stranger.address, usd(900), 0n);
      expect(await token.balanceOf(stranger.address)).to.equal(usd(900));
      await expect(as("claims", "pay", stranger.address, 1n, 0n))
        .to.be.revertedWithCustomError(vault, "InsufficientReserves")
        .withArgs(0n, 1n);
    });

    for (const [name, rest] of [
      ["pay", [0n]],
      ["payAutomatically", []],
    ] as const)
      it(`attack: no sender makes a payment fail by giving it too little gas, by ${name}`, async () => {
        const { vault, spenders, payee } = await loadFixture(deployHostile);
        const pay = vault.interface.encodeFunctionData(
          name as "pay",
          [payee.address, usd(1), ...rest] as unknown as [string, bigint, bigint],
        );
        const outcomes = { paid: 0, reverted: 0 };
        for (let gasLimit = 40_000; gasLimit <= 300_000; gasLimit += 2_000) {
          const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
          const sent = spenders.claims.getFunction("act")(await vault.getAddress(), pay, {
            gasLimit,
          }) as Promise<unknown>;
          await sent.then(
            () => ++outcomes.paid,
            () => ++outcomes.reverted,
          );
          expect(await vault.heldFor(payee.address), `${gasLimit} gas`).to.equal(0n);
          await ethers.provider.send("evm_revert", [snapshot]);
        }
        expect(outcomes.paid).to.be.greaterThan(50);
        expect(outcomes.reverted).to.be.greaterThan(5);
      });

    it("says so where a transfer failed that may have for want of gas", async () => {
      const { vault, vaultAddress, spenders, payee, setMode } = await loadFixture(deployHostile);
      await setMode("Reverts");
      for (const pay of [
        vault.interface.encodeFunctionData("pay", [payee.address, usd(1), 0n]),
        vault.interface.encodeFunctionData("payAutomatically", [payee.address, usd(1)]),
      ]) {
        await expect(spenders.claims.getFunction("act")(vaultAddress, pay, { gasLimit: 200_000 }))
          .to.be.revertedWithCustomError(vault, "InsufficientGas")
          .withArgs(anyValue, NEEDED_GAS);
      }
    });
  });

  describe("collect and collectTo", () => {
    it("anyone has what is held paid, to the payee alone", async () => {
      const { vault, token, payee, stranger } = await loadFixture(withHeld);
      const call = vault.connect(stranger).collect(payee.address);
      await expect(call).to.emit(vault, "PaymentCollected").withArgs(payee.address, payee.address, usd(100));
      await expect(call).to.changeTokenBalances(token, [vault, payee], [-usd(100), usd(100)]);
      expect(await vault.heldFor(payee.address)).to.equal(0n);
      expect(await vault.reserved()).to.equal(0n);
      await expect(vault.collect(payee.address))
        .to.be.revertedWithCustomError(vault, "NothingHeld")
        .withArgs(payee.address);
    });

    it("a payee whose address the token refuses names another", async () => {
      const { vault, token, mock, payee, stranger } = await loadFixture(withHeld);
      await mock.getFunction("setBlacklisted")(payee.address, true);
      await expect(vault.collect(payee.address))
        .to.be.revertedWithCustomError(mock, "Blacklisted")
        .withArgs(payee.address);
      await expect(vault.connect(stranger).collectTo(stranger.address))
        .to.be.revertedWithCustomError(vault, "NothingHeld")
        .withArgs(stranger.address);
      await expect(vault.connect(payee).collectTo(stranger.address))
        .to.emit(vault, "PaymentCollected")
        .withArgs(payee.address, stranger.address, usd(100));
      expect(await token.balanceOf(stranger.address)).to.equal(usd(100));
      expect(await vault.reserved()).to.equal(0n);
    });

    it("stays held where the token fails again", async () => {
      const { vault, token, payee, setMode } = await loadFixture(withHeld);
      await setMode("ReturnsFalse");
      await expect(vault.collect(payee.address))
        .to.be.revertedWithCustomError(vault, "SafeERC20FailedOperation")
        .withArgs(await token.getAddress());
      expect(await vault.heldFor(payee.address)).to.equal(usd(100));
      expect(await vault.reserved()).to.equal(usd(100));
    });

    it("cannot be spent, reserved or withdrawn by others meanwhile", async () => {
      const { vault, as, ask, alice, payee, spenders, mature } = await loadFixture(withHeld);
      await expect(as("claims", "release", 1n))
        .to.be.revertedWithCustomError(vault, "ReserveExceeded")
        .withArgs(await spenders.claims.getAddress(), 0n, 1n);
      expect(await ask("parametric", "reserve", usd(900) + 1n)).to.deep.equal([false]);
      expect(await ask("parametric", "payAutomatically", alice.address, usd(900) + 1n)).to.deep.equal([SHORT]);
      await mature(alice, await vault.balanceOf(alice.address));
      expect(await vault.maxWithdraw(alice.address)).to.equal(usd(900));
      // What is held is certain to go: who buys shares does not pay for it.
      expect(await vault.previewDeposit(usd(1))).to.equal(await vault.convertToShares(usd(1)));
      await vault.collect(payee.address);
      expect(await vault.available()).to.equal(usd(900));
    });
  });

  it("a refund that the token refuses is held", async () => {
    const { vault, as, ask, holder, setMode } = await loadFixture(deployHostile);
    const day = await today();
    await as("policies", "receivePremium", holder.address, usd(30), day, day + 2n);
    await setMode("Reverts");
    expect(await ask("policies", "refundPremium", holder.address, usd(30), day, day + 2n, day)).to.deep.equal([
      usd(30),
      false,
    ]);
    await expect(as("policies", "refundPremium", holder.address, usd(30), day, day + 2n, day))
      .to.emit(vault, "PaymentHeld")
      .withArgs(holder.address, usd(30));
    expect(await vault.heldFor(holder.address)).to.equal(usd(30));
    expect(await vault.unearnedPremium()).to.equal(0n);
    expect(await vault.totalAssets()).to.equal(usd(1000));
  });

  describe("money that comes in", () => {
    const WAYS: [string, (system: Funded) => Promise<unknown>][] = [
      ["a deposit", ({ vault, bob }) => vault.connect(bob).deposit(usd(100), bob.address)],
      ["shares minted", ({ vault, bob }) => vault.connect(bob).mint(usd(100) * 10n ** 6n, bob.address)],
      ["a premium", ({ as, holder }) => as("policies", "receivePremium", holder.address, usd(100), 0n, 0n)],
    ];
    for (const [what, send] of WAYS) {
      it(`${what}: a fee is refused`, async () => {
        const system = await loadFixture(deployHostile);
        await system.setMode("TakesFee");
        await expect(send(system))
          .to.be.revertedWithCustomError(system.vault, "TransferIncomplete")
          .withArgs(usd(100), usd(99));
      });

      it(`${what}: false is refused, no value is fine`, async () => {
        const system = await loadFixture(deployHostile);
        const { vault, token, setMode } = system;
        await setMode("ReturnsFalse");
        await expect(send(system))
          .to.be.revertedWithCustomError(vault, "SafeERC20FailedOperation")
          .withArgs(await token.getAddress());
        await setMode("ReturnsNothing");
        await send(system);
        expect(await token.balanceOf(vault)).to.equal(usd(1100));
      });

      it(`${what}: the token's error is passed on`, async () => {
        const system = await loadFixture(deployHostile);
        await system.setMode("Reverts");
        await expect(send(system)).to.be.revertedWithCustomError(system.mock, "Refused").withArgs();
      });
    }
  });

  describe("attack: a token that calls back", () => {
    const one = 1n;
    /** What is called from within a transfer; all of them read the balance or move money. */
    const calls = async ({ vault, payee, holder, spenders, alice }: Funded) => {
      const { interface: abi } = vault;
      const { claims, policies } = spenders;
      const target = await vault.getAddress();
      const through = async (spender: typeof claims, data: string) =>
        [await spender.getAddress(), spender.interface.encodeFunctionData("act", [target, data])] as const;
      return {
        reserve: await through(claims, abi.encodeFunctionData("reserve", [one])),
        payAutomatically: await through(claims, abi.encodeFunctionData("payAutomatically", [payee.address, one])),
        pay: await through(claims, abi.encodeFunctionData("pay", [payee.address, one, 0n])),
        receivePremium: await through(
          policies,
          abi.encodeFunctionData("receivePremium", [holder.address, one, 0n, 0n]),
        ),
        refundPremium: await through(
          policies,
          abi.encodeFunctionData("refundPremium", [holder.address, one, 0n, 0n, 0n]),
        ),
        collect: [target, abi.encodeFunctionData("collect", [payee.address])] as const,
        collectTo: [target, abi.encodeFunctionData("collectTo", [payee.address])] as const,
        deposit: [target, abi.encodeFunctionData("deposit", [one, alice.address])] as const,
        mint: [target, abi.encodeFunctionData("mint", [one, alice.address])] as const,
        withdraw: [target, abi.encodeFunctionData("withdraw", [one, alice.address, alice.address])] as const,
        redeem: [target, abi.encodeFunctionData("redeem", [one, alice.address, alice.address])] as const,
      };
    };
    const FROM_PAY =
      "reserve payAutomatically pay receivePremium refundPremium collect collectTo deposit mint withdraw redeem".split(
        " ",
      ) as (keyof Awaited<ReturnType<typeof calls>>)[];

    for (const inner of FROM_PAY) {
      it(`cannot ${inner} from within a payment`, async () => {
        const system = await loadFixture(withHeld);
        const { vault, mock, as, payee, setMode } = system;
        await mock.getFunction("prepare")(...(await calls(system))[inner]);
        await setMode("CallsBefore");
        await as("claims", "pay", payee.address, usd(900), 0n);
        expect(await mock.getFunction("callSucceeded")()).to.equal(false);
        expect(await mock.getFunction("callError")()).to.equal(
          vault.interface.getError("ReentrancyGuardReentrantCall")!.selector,
        );
        expect(await vault.reserved()).to.equal(usd(100));
        expect(await vault.available()).to.equal(0n);
      });
    }

    const OUTER: Record<string, (system: Funded) => Promise<unknown>> = {
      payAutomatically: ({ as, holder }) => as("claims", "payAutomatically", holder.address, usd(1)),
      collect: ({ vault, payee }) => vault.collect(payee.address),
      collectTo: ({ vault, payee }) => vault.connect(payee).collectTo(payee.address),
      deposit: ({ vault, bob }) => vault.connect(bob).deposit(usd(1), bob.address),
      mint: ({ vault, bob }) => vault.connect(bob).mint(usd(1), bob.address),
      withdraw: ({ vault, alice }) => vault.connect(alice).withdraw(usd(1), alice.address, alice.address),
      redeem: ({ vault, alice }) => vault.connect(alice).redeem(usd(1), alice.address, alice.address),
      receivePremium: ({ as, holder }) => as("policies", "receivePremium", holder.address, usd(1), 0n, 0n),
      refundPremium: async ({ as, holder }) => {
        const day = await today();
        return as("policies", "refundPremium", holder.address, usd(10), day, day, day);
      },
    };
    for (const [outer, act] of Object.entries(OUTER)) {
      it(`cannot pay from within ${outer}`, async () => {
        const system = await loadFixture(withHeld);
        const { vault, mock, alice, holder, mature, as, setMode } = system;
        await mature(alice, await vault.balanceOf(alice.address));
        const day = await today();
        await as("policies", "receivePremium", holder.address, usd(10), day, day);
        await mock.getFunction("prepare")(...(await calls(system)).pay);
        await setMode("CallsBefore");
        await act(system);
        expect(await mock.getFunction("callError")()).to.equal(
          vault.interface.getError("ReentrancyGuardReentrantCall")!.selector,
        );
      });
    }

    it("works on where it calls something harmless, before or after", async () => {
      const { token, mock, as, payee, vault, vaultAddress, setMode } = await loadFixture(deployHostile);
      await mock.getFunction("prepare")(vaultAddress, vault.interface.encodeFunctionData("totalAssets"));
      for (const mode of ["CallsBefore", "CallsAfter"] as const) {
        await setMode(mode);
        await as("claims", "pay", payee.address, usd(1), 0n);
        expect(await mock.getFunction("callSucceeded")()).to.equal(true);
      }
      expect(await token.balanceOf(payee.address)).to.equal(usd(2));
    });
  });
});
