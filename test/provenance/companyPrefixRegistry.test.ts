import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { GTIN, PREFIX, deploySupplyChain, sscc } from "../support/provenanceParties";

describe("company prefix registry", () => {
  it("registers and releases a prefix", async () => {
    const { companyPrefixes, gs1MemberOrganisation, wholesaler } = await loadFixture(deploySupplyChain);
    const registry = companyPrefixes.connect(gs1MemberOrganisation);
    for (const [prefix, length] of [
      [9521n, 4],
      [952_000_000_001n, 12],
    ] as const) {
      await expect(registry.register(prefix, length, wholesaler.address))
        .to.emit(companyPrefixes, "CompanyPrefixRegistered")
        .withArgs(prefix, length, wholesaler.address, gs1MemberOrganisation.address);
      expect(await companyPrefixes.holderOf(prefix, length)).to.equal(wholesaler.address);
      await expect(registry.release(prefix, length))
        .to.emit(companyPrefixes, "CompanyPrefixReleased")
        .withArgs(prefix, length, wholesaler.address, gs1MemberOrganisation.address);
      expect(await companyPrefixes.holderOf(prefix, length)).to.equal(ZeroAddress);
      await expect(registry.release(prefix, length))
        .to.be.revertedWithCustomError(companyPrefixes, "NoHolder")
        .withArgs(prefix, length);
    }
  });

  it("refuses what is no prefix, and nobody as holder", async () => {
    const { companyPrefixes, gs1MemberOrganisation, wholesaler } = await loadFixture(deploySupplyChain);
    const registry = companyPrefixes.connect(gs1MemberOrganisation);
    for (const [prefix, length] of [
      [952, 3],
      [952, 13],
      [10_000, 4],
    ] as const) {
      await expect(registry.register(prefix, length, wholesaler.address))
        .to.be.revertedWithCustomError(companyPrefixes, "PrefixInvalid")
        .withArgs(prefix, length);
    }
    await expect(registry.register(9521, 4, ZeroAddress))
      .to.be.revertedWithCustomError(companyPrefixes, "NoHolder")
      .withArgs(9521, 4);
  });

  it("keeps every prefix from beginning with another, until that is released", async () => {
    const { companyPrefixes, gs1MemberOrganisation, wholesaler } = await loadFixture(deploySupplyChain);
    const registry = companyPrefixes.connect(gs1MemberOrganisation);
    const { prefix, length } = PREFIX;
    await expect(registry.register(prefix, length, wholesaler.address))
      .to.be.revertedWithCustomError(companyPrefixes, "PrefixTaken")
      .withArgs(prefix, length);
    await expect(registry.register(prefix / 10n, length - 1, wholesaler.address))
      .to.be.revertedWithCustomError(companyPrefixes, "PrefixTaken")
      .withArgs(prefix / 10n, length - 1);
    await expect(registry.register(prefix * 100n, length + 2, wholesaler.address))
      .to.be.revertedWithCustomError(companyPrefixes, "PrefixTaken")
      .withArgs(prefix, length);
    await registry.release(prefix, length);
    await registry.register(prefix / 10n, length - 1, wholesaler.address);
    expect(await companyPrefixes.holderOf(prefix / 10n, length - 1)).to.equal(wholesaler.address);
  });

  it("finds the holder of a GTIN and of an SSCC", async () => {
    const { companyPrefixes, manufacturer } = await loadFixture(deploySupplyChain);
    const container = BigInt(sscc(1).sscc);
    expect(await companyPrefixes.holderOfGtin(GTIN, 7)).to.equal(manufacturer.address);
    expect(await companyPrefixes.holderOfSscc(container, 7)).to.equal(manufacturer.address);
    for (const length of [0, 3, 6, 8, 13, 255]) {
      expect(await companyPrefixes.holderOfGtin(GTIN, length)).to.equal(ZeroAddress);
      expect(await companyPrefixes.holderOfSscc(container, length)).to.equal(ZeroAddress);
    }
    for (const gtin of [0n, BigInt(GTIN) + 1n, 10n ** 14n]) {
      await expect(companyPrefixes.holderOfGtin(gtin, 7))
        .to.be.revertedWithCustomError(companyPrefixes, "InvalidGtin")
        .withArgs(gtin);
    }
    for (const key of [0n, container + 1n, 10n ** 18n]) {
      expect(await companyPrefixes.holderOfSscc(key, 7)).to.equal(ZeroAddress);
    }
  });

  it("is written by GS1 member organisations only", async () => {
    const { companyPrefixes, stranger } = await loadFixture(deploySupplyChain);
    const registry = companyPrefixes.connect(stranger);
    for (const attempt of [
      () => registry.register(9521, 4, stranger.address),
      () => registry.release(PREFIX.prefix, 7),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(companyPrefixes, "AccessManagedUnauthorized")
        .withArgs(stranger.address);
    }
  });
});
