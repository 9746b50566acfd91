/** What licences cost, who gets it, and tokens that refuse, lie, take fees or call back. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, MaxUint256, type Contract } from "ethers";
import { ethers } from "hardhat";

import { datasetId, type DatasetTerms } from "../../src/trials/dataLicence.js";
import { ASKED, balanceOf, denialOf, deployDataLicences, FEE, type DataLicences } from "../support/dataLicences";
import { MODES, type Mode } from "../support/reserveVault";

const setMode = async ({ token }: DataLicences, mode: Mode): Promise<void> => {
  await token.getFunction("setMode")(MODES.indexOf(mode));
};
/** What is due of `paid` to who has `basisPoints`, all in all. */
const part = (paid: bigint, basisPoints: number): bigint => (paid * BigInt(basisPoints)) / 10_000n;

/** As `deployDataLicences`, with one licence paid for. */
async function deployPaid(): Promise<DataLicences> {
  const system = await loadFixture(deployDataLicences);
  await system.inForce();
  return system;
}

describe("DataLicence: fees", () => {
  describe("activate", () => {
    it("takes the fee of whoever sends it, and of a free data set nothing", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, inForce, user, userKey, terms, freeTerms } = system;
      const before = [await balanceOf(system, user), await balanceOf(system, userKey)] as const;
      await inForce({ by: user });
      await inForce({ by: userKey });
      await inForce({ terms: freeTerms });
      expect(await balanceOf(system, user)).to.equal(before[0] - FEE);
      expect(await balanceOf(system, userKey)).to.equal(before[1] - FEE);
      expect(await balanceOf(system, await licences.getAddress())).to.equal(2n * FEE);
      expect(await licences.feesOf(datasetId(terms))).to.equal(2n * FEE);
      expect(await licences.feesOf(datasetId(freeTerms))).to.equal(0n);
    });

    it("attack: a licence is not had without its fee: no allowance, no money", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, granted, terms, token, user, userKey } = system;
      await granted();
      const spender = await licences.getAddress();
      const byKey = token.connect(userKey) as Contract;
      await byKey.getFunction("approve")(spender, FEE - 1n);
      await expect(licences.connect(userKey).activate(1, terms as never))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(spender, FEE - 1n, FEE);
      await byKey.getFunction("approve")(spender, FEE);
      const rest = (await balanceOf(system, userKey)) - FEE + 1n;
      await byKey.getFunction("transfer")(user.address, rest);
      await expect(licences.connect(userKey).activate(1, terms as never))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
        .withArgs(userKey.address, FEE - 1n, FEE);
      expect(await denialOf(system, terms, user)).to.equal("NoLicence");
      expect(await licences.balanceOf(user)).to.equal(0n);
    });

    it("attack: where the token takes a part of it, the fee is not paid", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, granted, terms, user, userKey } = system;
      await granted();
      await setMode(system, "TakesFee");
      await expect(licences.connect(userKey).activate(1, terms as never))
        .to.be.revertedWithCustomError(licences, "TransferIncomplete")
        .withArgs(FEE, FEE - FEE / 100n);
      expect(await denialOf(system, terms, user)).to.equal("NoLicence");
    });

    for (const [mode, error] of [
      ["Reverts", "Refused"],
      ["ReturnsFalse", "SafeERC20FailedOperation"],
      ["ReturnsGarbage", "SafeERC20FailedOperation"],
    ] as const) {
      it(`attack: where the token ${mode}, the fee is not paid`, async () => {
        const system = await loadFixture(deployDataLicences);
        const { licences, granted, terms, token, tokenAddress, user, userKey } = system;
        await granted();
        await setMode(system, mode);
        const args = error === "Refused" ? [] : [tokenAddress];
        await expect(licences.connect(userKey).activate(1, terms as never))
          .to.be.revertedWithCustomError(error === "Refused" ? token : licences, error)
          .withArgs(...args);
        expect(await denialOf(system, terms, user)).to.equal("NoLicence");
      });
    }

    it("takes the fee where the token returns nothing", async () => {
      const system = await loadFixture(deployDataLicences);
      const { licences, inForce, terms } = system;
      await setMode(system, "ReturnsNothing");
      await inForce();
      expect(await licences.feesOf(datasetId(terms))).to.equal(FEE);
      expect(await balanceOf(system, await licences.getAddress())).to.equal(FEE);
    });

    for (const mode of ["CallsBefore", "CallsAfter"] as const) {
      it(`attack: a token that ${mode === "CallsBefore" ? "calls before" : "calls after"} it moves balances pays for two licences once`, async () => {
        const system = await loadFixture(deployDataLicences);
        const { licences, participants, granted, terms, token, tokenAddress, user, userKey } = system;
        await granted();
        await granted();
        // The token acts for the licensee, so that nothing but the guard refuses it.
        const signer = await ethers.getImpersonatedSigner(tokenAddress);
        await system.deployer.sendTransaction({ to: user.address, value: 1n });
        await ethers.provider.send("hardhat_setBalance", [tokenAddress, "0x8ac7230489e80000"]);
        const expiresAt = BigInt((await ethers.provider.getBlock("latest"))!.timestamp) + 10_000n;
        await participants.connect(user).offerOperator(tokenAddress, 1n << 4n, expiresAt);
        await participants.connect(signer).acceptOperator(user.address);
        const target = await licences.getAddress();
        const encode = licences.interface;
        for (const call of [
          encode.encodeFunctionData("activate", [2, terms as never]),
          encode.encodeFunctionData("release", [terms as never, system.alice.address]),
        ]) {
          const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
          await token.getFunction("prepare")(target, call);
          await setMode(system, mode);
          await licences.connect(userKey).activate(1, terms as never);
          expect(await token.getFunction("callSucceeded")()).to.equal(false);
          expect(await token.getFunction("callError")()).to.equal(id("ReentrancyGuardReentrantCall()").slice(0, 10));
          expect(await licences.feesOf(datasetId(terms))).to.equal(FEE);
          expect((await licences.licenceOf(2)).expiresAt).to.equal(0n);
          await ethers.provider.send("evm_revert", [snapshot]);
        }
      });
    }
  });

  describe("release", () => {
    it("pays each account its share, whoever asks, and says so", async () => {
      const system = await loadFixture(deployPaid);
      const { licences, terms, stranger, bob } = system;
      for (const { account, basisPoints } of terms.shares) {
        const amount = part(FEE, basisPoints);
        expect(await licences.connect(stranger).release.staticCall(terms as never, account)).to.equal(amount);
        await expect(licences.connect(account === bob.address ? bob : stranger).release(terms as never, account))
          .to.emit(licences, "ShareReleased")
          .withArgs(datasetId(terms), account, amount);
        expect(await balanceOf(system, account)).to.equal(amount);
        expect(await licences.releasedTo(datasetId(terms), account)).to.equal(amount);
      }
    });

    it("attack: nothing is paid twice", async () => {
      const { licences, terms, alice } = await loadFixture(deployPaid);
      await licences.release(terms as never, alice.address);
      await expect(licences.connect(alice).release(terms as never, alice.address))
        .to.be.revertedWithCustomError(licences, "NothingDue")
        .withArgs(datasetId(terms), alice.address);
    });

    it("attack: who has no share, or terms that nobody published, get nothing of others' money", async () => {
      const { licences, terms, stranger } = await loadFixture(deployPaid);
      const own: DatasetTerms = { ...terms, shares: [{ account: stranger.address, basisPoints: 10_000 }] };
      for (const asked of [terms, own, { ...terms, fee: FEE * 2n }]) {
        await expect(licences.connect(stranger).release(asked as never, stranger.address))
          .to.be.revertedWithCustomError(licences, "NothingDue")
          .withArgs(datasetId(asked), stranger.address);
      }
    });

    it("keeps what it rounds away for later, and never pays more than came in", async () => {
      const system = await loadFixture(deployPaid);
      const { licences, terms, inForce } = system;
      const address = await licences.getAddress();
      for (let paid = 1n; paid <= 6n; ++paid) {
        // Each in another rhythm.
        for (const [index, { account }] of terms.shares.entries()) {
          if (paid % BigInt(index + 1) === 0n) await licences.release(terms as never, account);
        }
        let released = 0n;
        for (const { account, basisPoints } of terms.shares) {
          const got = await balanceOf(system, account);
          expect(got).to.be.at.most(part(paid * FEE, basisPoints));
          released += got;
        }
        expect(await balanceOf(system, address)).to.equal(paid * FEE - released);
        if (paid < 6n) await inForce();
      }
      for (const { account, basisPoints } of terms.shares) {
        expect(await balanceOf(system, account)).to.equal(part(6n * FEE, basisPoints));
      }
      // Six fees of …07, in basis points of 3333, 3333 and 3334: of each share a fraction of a unit is kept.
      expect(await balanceOf(system, address)).to.equal(2n);
    });

    it("nobody holds up another's share", async () => {
      const system = await loadFixture(deployPaid);
      const { licences, terms, token, alice, bob } = system;
      await token.getFunction("setBlacklisted")(alice.address, true);
      await expect(licences.release(terms as never, alice.address))
        .to.be.revertedWithCustomError(token, "Blacklisted")
        .withArgs(alice.address);
      await licences.release(terms as never, bob.address);
      expect(await balanceOf(system, bob)).to.equal(part(FEE, 3333));
      expect(await licences.releasedTo(datasetId(terms), alice.address)).to.equal(0n);
      await token.getFunction("setBlacklisted")(alice.address, false);
      await licences.release(terms as never, alice.address);
      expect(await balanceOf(system, alice)).to.equal(part(FEE, 3333));
    });

    it("keeps what a token does not transfer, and pays where it returns nothing", async () => {
      const system = await loadFixture(deployPaid);
      const { licences, terms, tokenAddress, alice } = system;
      for (const mode of ["ReturnsFalse", "ReturnsGarbage"] as const) {
        await setMode(system, mode);
        await expect(licences.release(terms as never, alice.address))
          .to.be.revertedWithCustomError(licences, "SafeERC20FailedOperation")
          .withArgs(tokenAddress);
      }
      expect(await licences.releasedTo(datasetId(terms), alice.address)).to.equal(0n);
      await setMode(system, "ReturnsNothing");
      await licences.release(terms as never, alice.address);
      expect(await balanceOf(system, alice)).to.equal(part(FEE, 3333));
    });

    for (const mode of ["CallsBefore", "CallsAfter"] as const) {
      it(`attack: a token that ${mode === "CallsBefore" ? "calls before" : "calls after"} it moves balances gets a share once`, async () => {
        const system = await loadFixture(deployPaid);
        const { licences, terms, token, alice } = system;
        const call = licences.interface.encodeFunctionData("release", [terms as never, alice.address]);
        await token.getFunction("prepare")(await licences.getAddress(), call);
        await setMode(system, mode);
        await licences.release(terms as never, alice.address);
        expect(await token.getFunction("callSucceeded")()).to.equal(false);
        expect(await token.getFunction("callError")()).to.equal(id("ReentrancyGuardReentrantCall()").slice(0, 10));
        expect(await balanceOf(system, alice)).to.equal(part(FEE, 3333));
      });
    }

    it("attack: a data set with a worthless token gets nothing of another's fees", async () => {
      const system = await loadFixture(deployPaid);
      const { licences, hospital, terms, alice, userKey, granted } = system;
      const worthless = await ethers.deployContract("HostileToken");
      await worthless.getFunction("mint")(userKey.address, 10n * FEE);
      await (worthless.connect(userKey) as Contract).getFunction("approve")(await licences.getAddress(), MaxUint256);
      const others: DatasetTerms = {
        ...terms,
        feeToken: await worthless.getAddress(),
        shares: [{ account: alice.address, basisPoints: 10_000 }],
      };
      await licences.connect(hospital).publish(others as never);
      const licenceId = await granted({ terms: others, uses: ASKED });
      await licences.connect(userKey).activate(licenceId, others as never);
      await licences.release(others as never, alice.address);
      expect(await balanceOf(system, alice)).to.equal(0n);
      expect(await worthless.getFunction("balanceOf")(alice.address)).to.equal(FEE);
      expect(await balanceOf(system, await licences.getAddress())).to.equal(FEE);
    });

    it("pays for what was paid also after the licence was revoked", async () => {
      const system = await loadFixture(deployPaid);
      const { licences, terms, committee, alice } = system;
      await licences.connect(committee).revoke(1, terms as never, id("reason"));
      await licences.release(terms as never, alice.address);
      expect(await balanceOf(system, alice)).to.equal(part(FEE, 3333));
    });
  });
});
