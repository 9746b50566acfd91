import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import {
  CASES,
  EVENT,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  PALLET,
  deploySupplyChain,
  hand,
  ids,
  sgtin,
  shipment,
  sscc,
  type SupplyChain,
} from "../support/provenanceParties";
import { disposition, expectToken, obstacle, recall, stateOf, type Disposition } from "../support/provenanceStates";
import {
  WHOLESALER_PREFIX,
  condemn,
  deployWithPackages,
  deployWithPharmacy,
  expire,
  quarantine,
  takeLoose,
  tote,
} from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const [A1, A2, A3] = ids.packages as [bigint, bigint, bigint];

const pack = ({ provenance, wholesaler }: SupplyChain, container: bigint, list: bigint[], prefixLength = 7) =>
  provenance.connect(wholesaler).pack(container, prefixLength, list, WHOLESALE_DISTRIBUTOR, EVENT);

describe("Items: pack", () => {
  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`puts tokens into a new container under the caller's prefix, called by ${caller}`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, manufacturer } = chain;
      const self = await provenance.getAddress();
      const balance = await provenance.balanceOf(wholesaler);
      const origins = {
        [String(A1)]: (await stateOf(chain, A1)).origin,
        [String(A2)]: (await stateOf(chain, A2)).origin,
      };
      const packed = provenance.connect(chain[caller]).pack(tote(1), 7, [A1, A2], WHOLESALE_DISTRIBUTOR, EVENT);
      await expect(packed).to.emit(provenance, "Transfer").withArgs(ZeroAddress, wholesaler.address, tote(1));
      for (const id of [A1, A2]) {
        await expect(packed)
          .to.emit(provenance, "Packed")
          .withArgs(id, tote(1), chain[caller].address, EVENT)
          .and.to.emit(provenance, "Transfer")
          .withArgs(wholesaler.address, self, id);
        expect(await stateOf(chain, id)).to.deep.equal({
          disposition: "Active",
          party: manufacturer.address,
          lot: LOT.key,
          origin: origins[String(id)],
          day: 0n,
          owner: self,
          container: tote(1),
          custodian: wholesaler.address,
        });
      }
      await expectToken(chain, tote(1), wholesaler, { lot: 0n, origin: 0n });
      expect(await provenance.balanceOf(wholesaler)).to.equal(balance - 1n);
      expect(await provenance.balanceOf(self)).to.equal(2);
    });
  }

  it("adds to a container that is a token of the caller already, whatever prefix is named", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, manufacturer } = chain;
    await pack(chain, tote(1), [A1]);
    await pack(chain, tote(1), [A2], 0);
    await expect(pack(chain, ids.pallet, [A3], 0))
      .to.emit(provenance, "Packed")
      .withArgs(A3, ids.pallet, wholesaler.address, EVENT);
    for (const [id, container] of [
      [A1, tote(1)],
      [A2, tote(1)],
      [A3, ids.pallet],
    ] as const) {
      expect(await stateOf(chain, id)).to.include({ container, custodian: wholesaler.address });
    }
    await expectToken(chain, ids.pallet, wholesaler, { party: manufacturer.address });
  });

  it("makes custody follow the outermost container", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, pharmacy } = chain;
    await pack(chain, tote(1), [A1]);
    await pack(chain, tote(2), [tote(1), A2]);
    await hand(chain, [tote(2)], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    for (const id of [A1, tote(1), A2, tote(2)]) {
      expect(await provenance.custodianOf(id, NO_ORIGIN)).to.equal(pharmacy.address);
    }
    expect(await provenance.custodianOf(A3, NO_ORIGIN)).to.equal(wholesaler.address);
  });

  it("takes a logistic unit only as container: no package, whether it is a token or not", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance } = chain;
    for (const container of [A2, ids.packages[3]!, tokenIdOf(sgtin("NEW", "09521141123454")), 0n, 3n << 248n]) {
      await expect(pack(chain, container, [A1]))
        .to.be.revertedWithCustomError(provenance, "NotAContainer")
        .withArgs(container);
    }
  });

  it("takes a new container only under a prefix that the caller holds", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, manufacturer, companyPrefixes, gs1MemberOrganisation } = chain;
    const key = (container: bigint) => container & ((1n << 248n) - 1n);
    const attempts: [container: bigint, length: number, holder: string][] = [
      [tote(1), 8, ZeroAddress],
      [tote(1), 0, ZeroAddress],
      [tote(1), 255, ZeroAddress],
      [tote(1) + 1n, 7, ZeroAddress],
      [tote(1) | (1n << 60n), 7, ZeroAddress],
      [ids.cases[0]!, 7, manufacturer.address],
    ];
    for (const [container, length, holder] of attempts) {
      await expect(pack(chain, container, [A1], length))
        .to.be.revertedWithCustomError(provenance, "PrefixNotHeld")
        .withArgs(key(container), length, holder);
    }
    await companyPrefixes.connect(gs1MemberOrganisation).release(WHOLESALER_PREFIX.prefix, 7);
    await expect(pack(chain, tote(1), [A1]))
      .to.be.revertedWithCustomError(provenance, "PrefixNotHeld")
      .withArgs(key(tote(1)), 7, ZeroAddress);
  });

  it("takes what is recalled or expired neither into a new container nor into one in use", async () => {
    for (const [stop, why] of [
      [recall, "Recalled"],
      [expire, "Expired"],
    ] as const) {
      const chain = await loadFixture(deployWithPackages);
      await pack(chain, tote(1), [A1]);
      await stop(chain);
      for (const container of [tote(1), tote(2)]) {
        await expect(pack(chain, container, [A2]))
          .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
          .withArgs(A2, obstacle(why));
      }
    }
  });

  it("packs nothing that is recalled with something that is not", async () => {
    const chain = await loadFixture(deployWithPackages);
    await pack(chain, tote(1), [A1]);
    await recall(chain);
    await expect(pack(chain, tote(2), [tote(1), A2]))
      .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
      .withArgs(A2, obstacle("Recalled"));
    // Of what is within a container no transaction can know.
    await pack(chain, tote(2), [tote(1)]);
    expect((await stateOf(chain, tote(1))).container).to.equal(tote(2));
  });

  it("puts nothing into a container whose own lot is recalled", async () => {
    const chain = await loadFixture(deployWithPackages);
    const [identifier, id] = [CASES[1], ids.cases[1]!];
    await pack(chain, tote(1), [A1]);
    await recall(chain);
    await chain.provenance
      .connect(chain.wholesaler)
      .take(id, chain.run.originOf(identifier), WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(pack(chain, id, [tote(1)]))
      .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
      .withArgs(id, obstacle("Recalled"));
  });

  it("takes active things only, into an active container", async () => {
    const arrangements: Partial<Record<Disposition, (chain: SupplyChain, id: bigint) => Promise<unknown>>> = {
      InTransit: ({ provenance, wholesaler, pharmacy }, id) =>
        provenance.connect(wholesaler).ship([id], shipment(pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER")),
      ReturnInTransit: ({ provenance, wholesaler, manufacturer }, id) =>
        provenance.connect(wholesaler).ship([id], shipment(manufacturer, "WHOLESALE_DISTRIBUTOR", "MANUFACTURER")),
      Returned: async (chain, id) => {
        await arrangements.InTransit!(chain, id);
        await chain.provenance.connect(chain.pharmacy).refuse([id], DISPENSER, EVENT);
      },
      Suspect: quarantine,
      Illegitimate: condemn,
    };
    for (const [name, arrange] of Object.entries(arrangements)) {
      const chain = await loadFixture(deployWithPackages);
      await arrange(chain, A1);
      await arrange(chain, ids.pallet);
      await expect(pack(chain, tote(1), [A2, A1]), name)
        .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
        .withArgs(A1, disposition(name as Disposition));
      await expect(pack(chain, ids.pallet, [A2]), name)
        .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
        .withArgs(ids.pallet, disposition(name as Disposition));
    }
  });

  it("takes only tokens of the caller, into a container of the caller", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, wholesaler, pharmacy } = chain;
    await pack(chain, tote(1), [ids.pallet]);
    await pack(chain, tote(2), [tote(1)]);
    await expect(pack(chain, tote(3), [A1]))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, pharmacy.address, wholesaler.address);
    await expect(provenance.connect(pharmacy).pack(tote(2), 7, [A1], DISPENSER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(tote(2), wholesaler.address, pharmacy.address);
    await expect(pack(chain, tote(3), [ids.packages[3]!]))
      .to.be.revertedWithCustomError(provenance, "NotMaterialised")
      .withArgs(ids.packages[3]);
    await expect(pack(chain, tote(3), [tote(1)]))
      .to.be.revertedWithCustomError(provenance, "StillPacked")
      .withArgs(tote(1), tote(2));
    await expect(pack(chain, tote(1), [tote(2)]))
      .to.be.revertedWithCustomError(provenance, "StillPacked")
      .withArgs(tote(1), tote(2));
    await expect(pack(chain, tote(3), [tote(2), tote(2)]))
      .to.be.revertedWithCustomError(provenance, "StillPacked")
      .withArgs(tote(2), tote(3));
  });

  it("takes no container that left commerce", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler } = chain;
    await pack(chain, tote(1), [A1]);
    await provenance
      .connect(wholesaler)
      .dispose(tote(1), NO_ORIGIN, disposition("Destroyed"), WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(pack(chain, tote(1), [A2]))
      .to.be.revertedWithCustomError(provenance, "NotMaterialised")
      .withArgs(tote(1));
  });

  it("keeps what came from one partner apart from what came from another", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, pharmacy, manufacturer, gs1MemberOrganisation, companyPrefixes } = chain;
    await takeLoose(chain);
    await pack(chain, tote(1), [A1]);
    await hand(chain, [A2, tote(1)], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    await hand(chain, [ids.loose], [manufacturer, "MANUFACTURER"], [pharmacy, "DISPENSER"]);
    const into = (container: bigint, list: bigint[]) =>
      provenance.connect(pharmacy).pack(container, 5, list, DISPENSER, EVENT);
    await expect(into(tote(1), [A2, ids.loose]))
      .to.be.revertedWithCustomError(provenance, "OriginsMixed")
      .withArgs(ids.loose, tote(1));
    await into(tote(1), [A2]);
    expect((await stateOf(chain, A2)).container).to.equal(tote(1));
    // A container of its own came from nobody, so that each thing in it still says where it came from.
    await companyPrefixes.connect(gs1MemberOrganisation).register(10614, 5, pharmacy.address);
    const own = tokenIdOf(sscc(1, "10614"));
    await into(own, [ids.loose, tote(1)]);
    await provenance.connect(pharmacy).unpack([ids.loose, A2], DISPENSER, EVENT);
    await expectToken(chain, ids.loose, pharmacy, { party: manufacturer.address });
    await expectToken(chain, A2, pharmacy, { party: wholesaler.address });
  });

  it("refuses a container in itself", async () => {
    const chain = await loadFixture(deployWithPackages);
    await pack(chain, tote(1), [A1]);
    for (const container of [tote(1), tote(2), ids.pallet]) {
      await expect(pack(chain, container, [A2, container]))
        .to.be.revertedWithCustomError(chain.provenance, "PackedIntoItself")
        .withArgs(container);
    }
  });

  it("nests five levels of containers in one and no more", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler } = chain;
    await pack(chain, tote(0), [A1]);
    for (let level = 1; level <= 5; level++) await pack(chain, tote(level), [tote(level - 1)]);
    await expect(pack(chain, tote(6), [tote(5)]))
      .to.be.revertedWithCustomError(provenance, "NestedTooDeep")
      .withArgs(tote(6));
    expect(await provenance.custodianOf(A1, NO_ORIGIN)).to.equal(wholesaler.address);
    // Beside what is nested deepest there is still room.
    await pack(chain, tote(5), [A2, A3]);
    expect((await stateOf(chain, A3)).container).to.equal(tote(5));
  });

  it("counts the deepest container in it, in whatever order they come", async () => {
    const chain = await loadFixture(deployWithPackages);
    await pack(chain, tote(10), [A3]);
    await pack(chain, tote(0), [A1]);
    for (let level = 1; level <= 4; level++) await pack(chain, tote(level), [tote(level - 1)]);
    // The container of level 4 first and one of level 0 last: level 5.
    await pack(chain, tote(5), [tote(4), tote(10)]);
    await expect(pack(chain, tote(6), [tote(5)]))
      .to.be.revertedWithCustomError(chain.provenance, "NestedTooDeep")
      .withArgs(tote(6));
  });

  it("keeps the depth a container once had when what was in it is taken out", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler } = chain;
    await pack(chain, tote(0), [A1]);
    for (let level = 1; level <= 5; level++) await pack(chain, tote(level), [tote(level - 1)]);
    await provenance.connect(wholesaler).unpack([tote(4)], WHOLESALE_DISTRIBUTOR, EVENT);
    await pack(chain, tote(5), [A2]);
    await expect(pack(chain, tote(6), [tote(5)]))
      .to.be.revertedWithCustomError(provenance, "NestedTooDeep")
      .withArgs(tote(6));
  });

  it("into an SSCC that a lot's tree names takes that container from the tree", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer, manufacturerKey, run } = chain;
    await takeLoose(chain);
    await provenance.connect(manufacturerKey).pack(ids.cases[0]!, 7, [ids.loose], MANUFACTURER, EVENT);
    await expect(provenance.connect(manufacturer).take(ids.cases[0]!, run.originOf(CASES[0]), MANUFACTURER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(ids.cases[0], obstacle("Duplicate"));
    // What the tree puts into it is found in the container around it: on the pallet, wherever that goes.
    await provenance
      .connect(manufacturer)
      .shipFromLot(
        ids.pallet,
        run.originOf(PALLET),
        shipment(chain.wholesaler, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR"),
      );
    await provenance.connect(chain.wholesaler).receiveShipment([ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    expect(await provenance.custodianOf(A1, run.originOf(PACKAGES[0]!))).to.equal(chain.wholesaler.address);
    expect(await provenance.custodianOf(ids.loose, NO_ORIGIN)).to.equal(manufacturer.address);
  });
});
