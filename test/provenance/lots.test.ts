import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, ZeroAddress, ZeroHash, dataSlice, encodeBytes32String, id, keccak256 } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { EVENT, LOT, PREFIX, UNITS, deploySupplyChain, lotTerms } from "../support/provenanceParties";

const ROOT = id("a root");
const text20 = (text: string): string => dataSlice(encodeBytes32String(text), 0, 20);

describe("lots", () => {
  it("are commissioned with what their manufacturer says of them", async () => {
    const { provenance, manufacturer, manufacturerKey } = await loadFixture(deploySupplyChain);
    const terms = { ...(await lotTerms()), lotNumber: text20("L2") };
    const encoded = AbiCoder.defaultAbiCoder().encode(["uint48", "bytes20"], [terms.gtin, terms.lotNumber]);
    const lot = BigInt(dataSlice(keccak256(encoded), 0, 7));
    expect(await provenance.lotKey(terms.gtin, terms.lotNumber)).to.equal(lot);
    await expect(provenance.connect(manufacturerKey).commissionLot(terms, ROOT, EVENT))
      .to.emit(provenance, "LotCommissioned")
      .withArgs(
        lot,
        manufacturer.address,
        terms.gtin,
        terms.lotNumber,
        terms.expirationDate,
        UNITS,
        ROOT,
        manufacturerKey.address,
        EVENT,
      );
    expect([...(await provenance.lotOf(lot))]).to.deep.equal([
      manufacturer.address,
      terms.gtin,
      BigInt(terms.expirationDate),
      0n,
      1n,
      BigInt(UNITS),
    ]);
    expect(await provenance.rootOf(lot, 0)).to.equal(ROOT);
    expect(await provenance.rootOf(lot, 1)).to.equal(ZeroHash);
  });

  it("are refused with terms that cannot be", async () => {
    const { provenance, manufacturer, companyPrefixes } = await loadFixture(deploySupplyChain);
    const maker = provenance.connect(manufacturer);
    const terms = { ...(await lotTerms()), lotNumber: text20("L2") };
    for (const lotNumber of [
      text20(""),
      text20("a b"),
      "0x4100420000000000000000000000000000000000",
      "0x0041000000000000000000000000000000000000",
    ]) {
      await expect(maker.commissionLot({ ...terms, lotNumber }, ROOT, EVENT))
        .to.be.revertedWithCustomError(provenance, "InvalidLotNumber")
        .withArgs(lotNumber);
    }
    await expect(maker.commissionLot({ ...terms, gtin: terms.gtin + 1n }, ROOT, EVENT))
      .to.be.revertedWithCustomError(companyPrefixes, "InvalidGtin")
      .withArgs(terms.gtin + 1n);
    await expect(maker.commissionLot({ ...terms, prefixLength: 8 }, ROOT, EVENT))
      .to.be.revertedWithCustomError(provenance, "PrefixNotHeld")
      .withArgs(terms.gtin, 8, ZeroAddress);
    const yesterday = terms.expirationDate - 366;
    await expect(maker.commissionLot({ ...terms, expirationDate: yesterday }, ROOT, EVENT))
      .to.be.revertedWithCustomError(provenance, "LotExpired")
      .withArgs(yesterday);
    await expect(maker.commissionLot({ ...terms, units: 0 }, ROOT, EVENT)).to.be.revertedWithCustomError(
      provenance,
      "UnitsMissing",
    );
    await expect(maker.commissionLot(terms, ZeroHash, EVENT)).to.be.revertedWithCustomError(provenance, "EmptyRun");
    await expect(maker.commissionLot(await lotTerms(), ROOT, EVENT))
      .to.be.revertedWithCustomError(provenance, "LotExists")
      .withArgs(LOT.key);
  });

  it("are commissioned by accredited manufacturers only", async () => {
    const { provenance, participants, stranger } = await loadFixture(deploySupplyChain);
    const terms = await lotTerms();
    const asStranger = provenance.connect(stranger);
    await expect(asStranger.commissionLot(terms, ROOT, EVENT)).to.be.revertedWithCustomError(
      participants,
      "NotInGoodStanding",
    );
    await expect(asStranger.commissionRun(LOT.key, 1, ROOT, PREFIX.length, EVENT)).to.be.revertedWithCustomError(
      participants,
      "NotInGoodStanding",
    );
  });

  it("take further runs in their order, 64 at most", async () => {
    const { provenance, manufacturer, manufacturerKey } = await loadFixture(deploySupplyChain);
    const maker = provenance.connect(manufacturer);
    await expect(maker.commissionRun(1, 0, ROOT, PREFIX.length, EVENT))
      .to.be.revertedWithCustomError(provenance, "UnknownLot")
      .withArgs(1);
    for (const run of [0, 2]) {
      await expect(maker.commissionRun(LOT.key, run, ROOT, PREFIX.length, EVENT))
        .to.be.revertedWithCustomError(provenance, "RunOutOfSequence")
        .withArgs(1, run);
    }
    await expect(maker.commissionRun(LOT.key, 1, ZeroHash, PREFIX.length, EVENT)).to.be.revertedWithCustomError(
      provenance,
      "EmptyRun",
    );
    await expect(maker.commissionRun(LOT.key, 1, ROOT, 8, EVENT))
      .to.be.revertedWithCustomError(provenance, "PrefixNotHeld")
      .withArgs(LOT.gtin, 8, ZeroAddress);
    await expect(provenance.connect(manufacturerKey).commissionRun(LOT.key, 1, ROOT, PREFIX.length, EVENT))
      .to.emit(provenance, "RunCommissioned")
      .withArgs(LOT.key, 1, ROOT, manufacturerKey.address, EVENT);
    for (let run = 2; run < 64; run++) await maker.commissionRun(LOT.key, run, id(`root ${run}`), PREFIX.length, EVENT);
    expect((await provenance.lotOf(LOT.key)).runs).to.equal(64n);
    expect(await provenance.rootOf(LOT.key, 63)).to.equal(id("root 63"));
    await expect(maker.commissionRun(LOT.key, 64, ROOT, PREFIX.length, EVENT))
      .to.be.revertedWithCustomError(provenance, "TooManyRuns")
      .withArgs(LOT.key);
  });

  it("take no further run once their maker does not hold the prefix any more", async () => {
    const { provenance, manufacturer, companyPrefixes, gs1MemberOrganisation } = await loadFixture(deploySupplyChain);
    await companyPrefixes.connect(gs1MemberOrganisation).release(PREFIX.prefix, PREFIX.length);
    await expect(provenance.connect(manufacturer).commissionRun(LOT.key, 1, ROOT, PREFIX.length, EVENT))
      .to.be.revertedWithCustomError(provenance, "PrefixNotHeld")
      .withArgs(LOT.gtin, PREFIX.length, ZeroAddress);
  });

  it("are recalled, and only more urgently from then on, for all packages of the product", async () => {
    const { provenance, manufacturer, manufacturerKey, regulator } = await loadFixture(deploySupplyChain);
    const first = (1n << 248n) | (BigInt(LOT.gtin) << 140n);
    const { MANUFACTURER, DRUG_REGULATOR } = ROLES;
    await expect(provenance.connect(manufacturerKey).recallLot(LOT.key, 3, MANUFACTURER, EVENT))
      .to.emit(provenance, "LotRecalled")
      .withArgs(LOT.key, manufacturer.address, 3, manufacturerKey.address, EVENT)
      .and.to.emit(provenance, "BatchMetadataUpdate")
      .withArgs(first, first + (1n << 140n) - 1n);
    await expect(provenance.connect(regulator).recallLot(LOT.key, 1, DRUG_REGULATOR, EVENT))
      .to.emit(provenance, "LotRecalled")
      .withArgs(LOT.key, regulator.address, 1, regulator.address, EVENT);
    expect((await provenance.lotOf(LOT.key)).recall).to.equal(1n);
    for (const recallClass of [0, 1, 2, 3]) {
      await expect(provenance.connect(manufacturer).recallLot(LOT.key, recallClass, MANUFACTURER, EVENT))
        .to.be.revertedWithCustomError(provenance, "RecallOnlyRises")
        .withArgs(1);
    }
  });

  it("are recalled by nobody else, and not to no recall", async () => {
    const { provenance, participants, manufacturer, wholesaler, stranger } = await loadFixture(deploySupplyChain);
    const { MANUFACTURER, WHOLESALE_DISTRIBUTOR } = ROLES;
    const maker = provenance.connect(manufacturer);
    await expect(maker.recallLot(1, 1, MANUFACTURER, EVENT))
      .to.be.revertedWithCustomError(provenance, "UnknownLot")
      .withArgs(1);
    await expect(provenance.connect(wholesaler).recallLot(LOT.key, 1, WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "RoleNotFit")
      .withArgs(WHOLESALE_DISTRIBUTOR);
    await expect(provenance.connect(stranger).recallLot(LOT.key, 1, MANUFACTURER, EVENT)).to.be.revertedWithCustomError(
      participants,
      "NotInGoodStanding",
    );
    await expect(maker.recallLot(LOT.key, 0, MANUFACTURER, EVENT))
      .to.be.revertedWithCustomError(provenance, "RecallOnlyRises")
      .withArgs(0);
  });
});
