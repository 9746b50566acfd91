/** The attacks with numbers, proofs and prefixes that are not what they seem; each must fail. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { accredit, type Account } from "../support/careproof";
import {
  CASES,
  EVENT,
  GTIN,
  LOT,
  PACKAGES,
  PREFIX,
  deploySupplyChain,
  ids,
  sgtin,
  shipment,
  type Origin,
  type SupplyChain,
} from "../support/provenanceParties";
import {
  commission,
  commissionSecondRun,
  disposition,
  obstacle,
  verificationOf,
  type Obstacle,
} from "../support/provenanceStates";
import { deployWithPackages, deployWithPallet, sale, tote } from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";
import { lotNumberBytes } from "../../src/provenance/lot.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const A1 = ids.packages[0]!;
const B1 = ids.packages[3]!;
const [CASE_A, CASE_B] = ids.cases as [bigint, bigint];

/** Nothing can be had with this id and origin: not verified, not taken, not sent, not disposed of. */
async function expectWorthless(
  { provenance }: SupplyChain,
  attacker: Account,
  role: "MANUFACTURER" | "WHOLESALE_DISTRIBUTOR",
  id: bigint,
  origin: Origin,
  why: Obstacle,
  to: Account,
): Promise<void> {
  const contract = provenance.connect(attacker);
  expect((await provenance.verify(id, origin)).obstacle).to.equal(obstacle(why));
  for (const attempt of [
    () => contract.take(id, origin, ROLES[role], EVENT),
    () => contract.dispose(id, origin, disposition("Exported"), ROLES[role], EVENT),
    () => contract.shipFromLot(id, origin, shipment(to, role, "DISPENSER")),
  ]) {
    await expect(attempt(), why).to.be.revertedWithCustomError(provenance, "NotSaleable").withArgs(id, obstacle(why));
  }
}

describe("attacks with things that are not what they seem", () => {
  it("a serial that is not in the lot", async () => {
    const chain = await loadFixture(deployWithPallet);
    const invented = tokenIdOf(sgtin("INVENTED"));
    for (const origin of [chain.run.originOf(PACKAGES[3]!), { ...chain.run.originOf(PACKAGES[3]!), proof: [] }]) {
      await expectWorthless(
        chain,
        chain.wholesaler,
        "WHOLESALE_DISTRIBUTOR",
        invented,
        origin,
        "NotInLot",
        chain.pharmacy,
      );
    }
  });

  it("a leaf of another lot, whose root it is not under", async () => {
    const chain = await loadFixture(deployWithPallet);
    const { manufacturer, wholesaler, pharmacy } = chain;
    const entry = [B1, CASE_B, ids.pallet] as const;
    const originOf = await commission(chain, manufacturer, GTIN, "OTHER", [entry, [CASE_A]]);
    const attempts: [Origin, Obstacle][] = [
      [{ ...originOf(0), lot: LOT.key }, "NotInLot"],
      [{ ...chain.run.originOf(PACKAGES[3]!), lot: originOf(0).lot }, "NotInLot"],
    ];
    for (const [origin, why] of attempts) {
      await expectWorthless(chain, wholesaler, "WHOLESALE_DISTRIBUTOR", B1, origin, why, pharmacy);
    }
  });

  it("a leaf with another parent than it has", async () => {
    const chain = await loadFixture(deployWithPallet);
    const origin = chain.run.originOf(PACKAGES[3]!);
    for (const path of [[], [CASE_B], [CASE_A, ids.pallet], [ids.pallet, CASE_B], [CASE_B, ids.pallet, ids.pallet]]) {
      const moved = { ...origin, path };
      await expectWorthless(chain, chain.wholesaler, "WHOLESALE_DISTRIBUTOR", B1, moved, "NotInLot", chain.pharmacy);
    }
  });

  it("an inner node of the tree as if it were a thing", async () => {
    const chain = await loadFixture(deployWithPallet);
    const { proof, ...origin } = chain.run.originOf(PACKAGES[3]!);
    for (const id of [BigInt(proof[0]!), BigInt(chain.run.root)]) {
      expect((await chain.provenance.verify(id, { ...origin, proof: proof.slice(1) })).obstacle).to.equal(
        obstacle("NotAnIdentifier"),
      );
    }
  });

  it("a clone offered while the real package sits in a pallet elsewhere", async () => {
    const chain = await loadFixture(deployWithPallet);
    const { provenance, wholesaler, otherWholesaler, pharmacy, run } = chain;
    // Whoever copied number and proof holds nothing: custody is where the pallet is.
    const origin = run.originOf(PACKAGES[3]!);
    const offered = provenance.connect(otherWholesaler);
    for (const attempt of [
      () => offered.take(B1, origin, WHOLESALE_DISTRIBUTOR, EVENT),
      () => offered.shipFromLot(B1, origin, sale(pharmacy)),
      () => offered.dispose(B1, origin, disposition("Lost"), WHOLESALE_DISTRIBUTOR, EVENT),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(provenance, "NotCustodian")
        .withArgs(B1, wholesaler.address, otherWholesaler.address);
    }
    expect(await verificationOf(chain, B1, origin)).to.include({ obstacle: "None", custodian: wholesaler.address });
  });

  it("one number twice: from another run, from other containers, from another lot", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, manufacturer, wholesaler, pharmacy } = chain;
    const secondRun = await commissionSecondRun(chain, [[A1, CASE_A, ids.pallet], [A1], [CASE_A]]);
    const otherLot = await commission(chain, manufacturer, GTIN, "OTHER", [[A1, CASE_A, ids.pallet], [CASE_A]]);
    await provenance.connect(wholesaler).pack(tote(1), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT);
    for (const origin of [secondRun(0), secondRun(1), otherLot(0)]) {
      // It is said of the one that is known as well, with what is known of that.
      expect(await verificationOf(chain, A1, origin)).to.include({
        obstacle: "Duplicate",
        disposition: "Active",
        custodian: wholesaler.address,
        receivedFrom: manufacturer.address,
        lotKey: LOT.key,
      });
      await expect(provenance.connect(wholesaler).take(A1, origin, WHOLESALE_DISTRIBUTOR, EVENT))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(A1, obstacle("Duplicate"));
      await expect(provenance.connect(wholesaler).shipFromLot(A1, origin, sale(pharmacy)))
        .to.be.revertedWithCustomError(provenance, "WrongDisposition")
        .withArgs(A1, disposition("Active"));
    }
    expect(await verificationOf(chain, A1, chain.run.originOf(PACKAGES[0]!))).to.include({ obstacle: "None" });
  });

  it("one key with two token ids: zeros in front of a serial or lot number", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer } = chain;
    // The serial "S" and 1 to 19 zero characters before it: read as text, the same.
    const base = (1n << 248n) | (BigInt(GTIN) << 140n);
    const shifted = Array.from(
      { length: 19 },
      (_, zeros) => base | (BigInt("S".charCodeAt(0)) << (7n * BigInt(18 - zeros))),
    );
    const originOf = await commissionSecondRun(
      chain,
      [tokenIdOf(sgtin("S")), ...shifted].map((id) => [id] as const),
    );
    expect((await provenance.verify(tokenIdOf(sgtin("S")), originOf(0))).obstacle).to.equal(obstacle("None"));
    for (const [i, id] of shifted.entries()) {
      expect((await provenance.verify(id, originOf(i + 1))).obstacle).to.equal(obstacle("NotAnIdentifier"));
    }
    await expectWorthless(
      chain,
      manufacturer,
      "MANUFACTURER",
      shifted[0]!,
      originOf(1),
      "NotAnIdentifier",
      chain.pharmacy,
    );
    const lotNumber = `0x00${lotNumberBytes("L").slice(2, -2)}`;
    const terms = { gtin: BigInt(GTIN), prefixLength: 7, lotNumber, expirationDate: 65_535, units: 1 };
    await expect(provenance.connect(manufacturer).commissionLot(terms, EVENT, EVENT))
      .to.be.revertedWithCustomError(provenance, "InvalidLotNumber")
      .withArgs(lotNumber);
  });
});

/** A second manufacturer with a prefix of its own. */
const FOREIGN = { prefix: 9_521_142n, length: 7, gtin: "09521142123453" };

async function deployWithForeignMaker(): Promise<SupplyChain & { foreign: Account }> {
  const chain = await loadFixture(deployWithPallet);
  const foreign = chain.others[0]!;
  await accredit(chain, foreign, "MANUFACTURER");
  await chain.companyPrefixes
    .connect(chain.gs1MemberOrganisation)
    .register(FOREIGN.prefix, FOREIGN.length, foreign.address);
  return { ...chain, foreign };
}

describe("attacks under someone else's prefix", () => {
  it("commissioning a lot of someone else's product", async () => {
    const { provenance, manufacturer, foreign } = await loadFixture(deployWithForeignMaker);
    const lotNumber = lotNumberBytes("FAKE");
    for (const [prefixLength, holder] of [
      [7, manufacturer.address],
      [8, ZeroAddress],
    ] as const) {
      const terms = { gtin: BigInt(GTIN), prefixLength, lotNumber, expirationDate: 65_535, units: 1 };
      await expect(provenance.connect(foreign).commissionLot(terms, EVENT, EVENT))
        .to.be.revertedWithCustomError(provenance, "PrefixNotHeld")
        .withArgs(GTIN, prefixLength, holder);
    }
    await expect(provenance.connect(foreign).commissionRun(LOT.key, 1, EVENT, 7, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotMaker")
      .withArgs(manufacturer.address, foreign.address);
  });

  it("someone else's packages and containers in a tree of one's own", async () => {
    const chain = await loadFixture(deployWithForeignMaker);
    const { foreign, pharmacy } = chain;
    const originOf = await commission(chain, foreign, FOREIGN.gtin, "FAKE", [[B1], [CASE_B], [tote(1)]]);
    await expectWorthless(chain, foreign, "MANUFACTURER", B1, originOf(0), "NotAnIdentifier", pharmacy);
    await expectWorthless(chain, foreign, "MANUFACTURER", CASE_B, originOf(1), "ForeignPrefix", pharmacy);
    await expectWorthless(chain, foreign, "MANUFACTURER", tote(1), originOf(2), "ForeignPrefix", pharmacy);
  });

  it("a foreign maker materialises my container's SSCC, which it came by: it holds nothing of mine", async () => {
    const chain = await loadFixture(deployWithForeignMaker);
    const { provenance, companyPrefixes, gs1MemberOrganisation, manufacturer, foreign, wholesaler, run } = chain;
    await companyPrefixes.connect(gs1MemberOrganisation).release(PREFIX.prefix, PREFIX.length);
    await companyPrefixes.connect(gs1MemberOrganisation).register(PREFIX.prefix, PREFIX.length, foreign.address);
    const originOf = await commission(chain, foreign, FOREIGN.gtin, "FAKE", [[CASE_A], [CASE_B]]);
    // From its own tree, and by packing.
    await provenance.connect(foreign).take(CASE_A, originOf(0), MANUFACTURER, EVENT);
    await provenance.connect(foreign).pack(CASE_B, 7, [CASE_A], MANUFACTURER, EVENT);
    expect(await provenance.ownerOf(CASE_B)).to.equal(foreign.address);
    for (const [i, id] of ids.packages.entries()) {
      const origin = run.originOf(PACKAGES[i]!);
      expect(await verificationOf(chain, id, origin)).to.include({
        obstacle: "None",
        custodian: wholesaler.address,
        receivedFrom: manufacturer.address,
        lotKey: LOT.key,
      });
      await expect(provenance.connect(foreign).take(id, origin, MANUFACTURER, EVENT))
        .to.be.revertedWithCustomError(provenance, "NotCustodian")
        .withArgs(id, wholesaler.address, foreign.address);
    }
  });

  it("after a prefix was released, its former holder commissions nothing under it; its packages still move", async () => {
    const chain = await loadFixture(deployWithForeignMaker);
    const { provenance, companyPrefixes, gs1MemberOrganisation, manufacturer, wholesaler, pharmacy, run } = chain;
    await companyPrefixes.connect(gs1MemberOrganisation).release(PREFIX.prefix, PREFIX.length);
    const terms = {
      gtin: BigInt(GTIN),
      prefixLength: 7,
      lotNumber: lotNumberBytes("LATE"),
      expirationDate: 65_535,
      units: 1,
    };
    for (const attempt of [
      () => provenance.connect(manufacturer).commissionLot(terms, EVENT, EVENT),
      () => provenance.connect(manufacturer).commissionRun(LOT.key, 1, EVENT, 7, EVENT),
    ]) {
      await expect(attempt()).to.be.revertedWithCustomError(provenance, "PrefixNotHeld").withArgs(GTIN, 7, ZeroAddress);
    }
    await expectWorthless(
      chain,
      wholesaler,
      "WHOLESALE_DISTRIBUTOR",
      CASE_A,
      run.originOf(CASES[0]),
      "ForeignPrefix",
      pharmacy,
    );
    await provenance.connect(wholesaler).shipFromLot(B1, run.originOf(PACKAGES[3]!), sale(pharmacy));
    await provenance.connect(pharmacy).receiveShipment([B1], DISPENSER, EVENT);
    expect(await provenance.ownerOf(B1)).to.equal(pharmacy.address);
  });
});
