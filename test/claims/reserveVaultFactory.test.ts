import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ReserveVaultFactory__factory } from "../../src/bindings/index.js";
import { ROLES, STANDINGS } from "../../src/participants/index.js";
import { accredit, enlist } from "../support/careproof";
import { NOTICE, deployFactory } from "../support/reserveVault";

async function deployUnbound() {
  const system = await loadFixture(deployFactory);
  const { deployer, accessManager, participants } = system;
  const unbound = await new ReserveVaultFactory__factory(deployer).deploy(accessManager, participants, NOTICE);
  const token = await (await ethers.deployContract("TestStablecoin")).getAddress();
  const other = await (await ethers.deployContract("TestStablecoin")).getAddress();
  const { claims, parametric, policies } = system.spenders;
  const bound = [claims, parametric, policies] as const;
  return { ...system, unbound, token, other, bound };
}

/** A hostile token that does nothing hostile. */
async function deployToken(decimals: number): Promise<string> {
  const token = await ethers.deployContract("HostileToken");
  await token.getFunction("setDecimals")(decimals);
  return token.getAddress();
}

describe("ReserveVaultFactory", () => {
  it("names its deployer, its authority, the registry that it asks and the notice", async () => {
    const { factory, deployer, accessManager, participants } = await loadFixture(deployUnbound);
    expect(await factory.deployer()).to.equal(deployer.address);
    expect(await factory.authority()).to.equal(await accessManager.getAddress());
    expect(await factory.participants()).to.equal(await participants.getAddress());
    expect(await factory.noticePeriod()).to.equal(NOTICE);
  });

  describe("bind", () => {
    it("names the contracts that vaults serve, once", async () => {
      const { unbound, bound, spenders } = await loadFixture(deployUnbound);
      expect([await unbound.claims(), await unbound.parametric(), await unbound.policies()]).to.deep.equal(
        Array(3).fill(ethers.ZeroAddress),
      );
      const addresses = await Promise.all(bound.map((contract) => contract.getAddress()));
      await expect(unbound.bind(...bound))
        .to.emit(unbound, "Bound")
        .withArgs(...addresses);
      expect([await unbound.claims(), await unbound.parametric(), await unbound.policies()]).to.deep.equal(addresses);
      await expect(unbound.bind(spenders.policies, spenders.parametric, spenders.claims))
        .to.be.revertedWithCustomError(unbound, "AlreadyBound")
        .withArgs();
    });

    it("attack: nobody but its deployer binds it", async () => {
      const { unbound, bound, admin, payer } = await loadFixture(deployUnbound);
      for (const account of [admin, payer]) {
        await expect(unbound.connect(account).bind(...bound))
          .to.be.revertedWithCustomError(unbound, "NotDeployer")
          .withArgs(account.address);
      }
    });

    for (const position of [0, 1, 2]) {
      it(`refuses an address without code in place ${position}`, async () => {
        const { unbound, bound, stranger } = await loadFixture(deployUnbound);
        const addresses = (await Promise.all(bound.map((contract) => contract.getAddress()))) as [
          string,
          string,
          string,
        ];
        addresses[position] = stranger.address;
        await expect(unbound.bind(...addresses))
          .to.be.revertedWithCustomError(unbound, "NotContract")
          .withArgs(stranger.address);
      });
    }
  });

  describe("createVault", () => {
    for (const who of ["payer", "payerKey"] as const) {
      it(`gives the payer one vault for each asset, sent by the ${who}`, async () => {
        const system = await loadFixture(deployUnbound);
        const { factory, payer, token, other } = system;
        const byPayer = factory.connect(system[who]);
        expect(await factory.vaultOf(payer.address, token)).to.equal(ethers.ZeroAddress);
        const vault = await byPayer.createVault.staticCall(token);
        await expect(byPayer.createVault(token))
          .to.emit(factory, "VaultCreated")
          .withArgs(payer.address, token, vault, system[who].address);
        expect(await factory.vaultOf(payer.address, token)).to.equal(vault);
        expect(await factory.isVault(vault)).to.equal(true);
        await expect(byPayer.createVault(token))
          .to.be.revertedWithCustomError(factory, "VaultExists")
          .withArgs(payer.address, token, vault);

        await byPayer.createVault(other);
        const second = await factory.vaultOf(payer.address, other);
        expect(second).not.to.equal(vault);
        expect(await factory.isVault(second)).to.equal(true);
      });
    }

    it("gives each payer its own", async () => {
      const system = await loadFixture(deployUnbound);
      const { factory, payer, stranger, token } = system;
      await accredit(system, stranger, "PAYER");
      await factory.connect(payer).createVault(token);
      await factory.connect(stranger).createVault(token);
      expect(await factory.vaultOf(payer.address, token)).not.to.equal(await factory.vaultOf(stranger.address, token));
    });

    it("refuses who is no payer, and a key that was named for something else", async () => {
      const system = await loadFixture(deployUnbound);
      const { factory, participants, payer, stranger, alice, token } = system;
      await enlist(system, payer, alice, "PROVIDER");
      for (const [account, standing] of [
        [stranger, "Unaccredited"],
        [alice, "OperatorRoleMissing"],
      ] as const) {
        await expect(factory.connect(account).createVault(token))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, ROLES.PAYER, STANDINGS.indexOf(standing));
      }
    });

    it("refuses before it is bound, and an asset without code", async () => {
      const { factory, unbound, payer, stranger, token } = await loadFixture(deployUnbound);
      await expect(unbound.connect(payer).createVault(token))
        .to.be.revertedWithCustomError(unbound, "NotBound")
        .withArgs();
      await expect(factory.connect(payer).createVault(stranger.address))
        .to.be.revertedWithCustomError(factory, "NotContract")
        .withArgs(stranger.address);
    });

    it("takes a token of 8 decimals, and none of more, whose amounts a vault could not count", async () => {
      const { factory, payer } = await loadFixture(deployUnbound);
      const [eight, nine] = await Promise.all([8, 9].map((decimals) => deployToken(decimals)));
      await expect(factory.connect(payer).createVault(eight!)).to.emit(factory, "VaultCreated");
      await expect(factory.connect(payer).createVault(nine!))
        .to.be.revertedWithCustomError(factory, "TooManyDecimals")
        .withArgs(nine, 9);
      expect(await factory.MAX_DECIMALS()).to.equal(8n);
    });

    it("knows nobody else's contract as a vault", async () => {
      const { factory, spenders } = await loadFixture(deployUnbound);
      expect(await factory.isVault(await spenders.claims.getAddress())).to.equal(false);
      expect(await factory.isVault(ethers.ZeroAddress)).to.equal(false);
    });
  });
});
