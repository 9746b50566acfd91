import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import {
  CASES,
  EVENT,
  LOOSE,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  PALLET,
  deploySupplyChain,
  hand,
  ids,
  shipment,
  type SupplyChain,
} from "../support/provenanceParties";
import {
  commissionSecondRun,
  expectToken,
  obstacle,
  originTag,
  recall,
  stateOf,
  type Obstacle,
} from "../support/provenanceStates";
import {
  condemn,
  deployWithPackages,
  deployWithPallet,
  deployWithPharmacy,
  expire,
  quarantine,
  tote,
} from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const A1 = ids.packages[0]!;
const A2 = ids.packages[1]!;
const PATH_OF_A1 = [ids.cases[0]!, ids.pallet];

/** The wholesaler packs A1 into a tote, and that into another. */
async function packDeep({ provenance, wholesaler }: SupplyChain): Promise<void> {
  await provenance.connect(wholesaler).pack(tote(1), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT);
  await provenance.connect(wholesaler).pack(tote(2), 7, [tote(1)], WHOLESALE_DISTRIBUTOR, EVENT);
}

describe("Items: take", () => {
  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`makes a package a token of who holds the pallet that it was in, called by ${caller}`, async () => {
      const chain = await loadFixture(deployWithPallet);
      const { provenance, wholesaler, manufacturer, run } = chain;
      const origin = run.originOf(PACKAGES[0]!);
      expect(await provenance.custodianOf(A1, origin)).to.equal(wholesaler.address);
      const before = await provenance.balanceOf(wholesaler);
      await expect(provenance.connect(chain[caller]).take(A1, origin, WHOLESALE_DISTRIBUTOR, EVENT))
        .to.emit(provenance, "Unpacked")
        .withArgs(A1, ids.pallet, LOT.key, chain[caller].address, EVENT)
        .and.to.emit(provenance, "Transfer")
        .withArgs(ZeroAddress, wholesaler.address, A1);
      await expectToken(chain, A1, wholesaler, { party: manufacturer.address, origin: originTag(A1, PATH_OF_A1) });
      expect(await provenance.balanceOf(wholesaler)).to.equal(before + 1n);
    });
  }

  for (const caller of ["manufacturer", "manufacturerKey"] as const) {
    it(`makes what nothing concerned so far a token of its maker, called by ${caller}`, async () => {
      const chain = await loadFixture(deploySupplyChain);
      const { provenance, manufacturer, run } = chain;
      for (const [identifier, id, path] of [
        [LOOSE, ids.loose, []],
        [PACKAGES[0]!, A1, PATH_OF_A1],
        [PALLET, ids.pallet, []],
      ] as const) {
        await expect(provenance.connect(chain[caller]).take(id, run.originOf(identifier), MANUFACTURER, EVENT))
          .to.emit(provenance, "Unpacked")
          .withArgs(id, 0, LOT.key, chain[caller].address, EVENT);
        await expectToken(chain, id, manufacturer, { origin: originTag(id, path) });
      }
      expect(await provenance.balanceOf(manufacturer)).to.equal(3);
    });
  }

  it("leaves the rest in the container: taken out of the pallet, a case moves with what is in it, and only that", async () => {
    const chain = await loadFixture(deployWithPallet);
    const { provenance, wholesaler, pharmacy, otherPharmacy, run } = chain;
    const custodians = () =>
      Promise.all(ids.packages.map((id, i) => provenance.custodianOf(id, run.originOf(PACKAGES[i]!))));
    await provenance.connect(wholesaler).take(ids.cases[0]!, run.originOf(CASES[0]), WHOLESALE_DISTRIBUTOR, EVENT);
    await hand(chain, [ids.cases[0]!], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    expect(await custodians()).to.deep.equal([
      ...Array<string>(3).fill(pharmacy.address),
      ...Array<string>(3).fill(wholesaler.address),
    ]);
    await hand(chain, [ids.pallet], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [otherPharmacy, "DISPENSER"]);
    expect(await custodians()).to.deep.equal([
      ...Array<string>(3).fill(pharmacy.address),
      ...Array<string>(3).fill(otherPharmacy.address),
    ]);
    expect(await provenance.custodianOf(ids.cases[1]!, run.originOf(CASES[1]))).to.equal(otherPharmacy.address);
  });

  it("takes a token out of the containers it was packed in, without a proof or with it", async () => {
    for (const withProof of [false, true]) {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, manufacturer, run } = chain;
      await packDeep(chain);
      const balance = await provenance.balanceOf(wholesaler);
      const origin = withProof ? run.originOf(PACKAGES[0]!) : NO_ORIGIN;
      await expect(provenance.connect(wholesaler).take(A1, origin, WHOLESALE_DISTRIBUTOR, EVENT))
        .to.emit(provenance, "Unpacked")
        .withArgs(A1, tote(1), LOT.key, wholesaler.address, EVENT)
        .and.to.emit(provenance, "Transfer")
        .withArgs(await provenance.getAddress(), wholesaler.address, A1);
      await expectToken(chain, A1, wholesaler, { party: manufacturer.address, origin: originTag(A1, PATH_OF_A1) });
      expect(await provenance.balanceOf(wholesaler)).to.equal(balance + 1n);
    }
  });

  it("remembers from whom a thing came with its container, the outermost that came from anyone", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, pharmacy } = chain;
    await packDeep(chain);
    await hand(chain, [tote(2)], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    await provenance.connect(pharmacy).take(A1, NO_ORIGIN, DISPENSER, EVENT);
    await expectToken(chain, A1, pharmacy, { party: wholesaler.address });
  });

  it("takes out what is recalled or expired, to be set apart", async () => {
    for (const stop of [recall, expire]) {
      const chain = await loadFixture(deployWithPallet);
      const { provenance, wholesaler, manufacturer, run } = chain;
      await stop(chain);
      await provenance.connect(wholesaler).take(A1, run.originOf(PACKAGES[0]!), WHOLESALE_DISTRIBUTOR, EVENT);
      await expectToken(chain, A1, wholesaler, { party: manufacturer.address });
    }
  });

  it("is refused to who does not hold the thing", async () => {
    const chain = await loadFixture(deployWithPallet);
    const { provenance, wholesaler, manufacturer, otherWholesaler, run } = chain;
    const origin = run.originOf(PACKAGES[0]!);
    for (const [caller, role] of [
      [manufacturer, MANUFACTURER],
      [otherWholesaler, WHOLESALE_DISTRIBUTOR],
    ] as const) {
      await expect(provenance.connect(caller).take(A1, origin, role, EVENT))
        .to.be.revertedWithCustomError(provenance, "NotCustodian")
        .withArgs(A1, wholesaler.address, caller.address);
    }
    await expect(provenance.connect(wholesaler).take(ids.loose, run.originOf(LOOSE), WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(ids.loose, manufacturer.address, wholesaler.address);
  });

  it("is refused for a token that is in no container", async () => {
    const { provenance, wholesaler, run } = await loadFixture(deployWithPackages);
    for (const [id, origin] of [
      [A1, NO_ORIGIN],
      [A1, run.originOf(PACKAGES[0]!)],
      [ids.pallet, NO_ORIGIN],
    ] as const) {
      await expect(provenance.connect(wholesaler).take(id, origin, WHOLESALE_DISTRIBUTOR, EVENT))
        .to.be.revertedWithCustomError(provenance, "NotPacked")
        .withArgs(id);
    }
  });

  it("is refused for what is not where the proof says, or is known from elsewhere", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, run } = chain;
    const origin = run.originOf(PACKAGES[3]!);
    const secondRun = await commissionSecondRun(chain, [[A1, ...PATH_OF_A1]]);
    const attempts: [bigint, typeof origin, Obstacle][] = [
      [ids.packages[3]!, NO_ORIGIN, "UnknownLot"],
      [ids.packages[3]!, { ...origin, lot: 1n }, "UnknownLot"],
      [ids.packages[3]!, { ...origin, run: 1 }, "NotInLot"],
      [ids.packages[3]!, { ...origin, path: [ids.pallet] }, "NotInLot"],
      [ids.packages[3]! + 1n, origin, "NotAnIdentifier"],
      [ids.cases[0]!, { ...run.originOf(CASES[0]), prefixLength: 8 }, "ForeignPrefix"],
      [A1, secondRun(0), "Duplicate"],
    ];
    for (const [id, from, why] of attempts) {
      await expect(provenance.connect(wholesaler).take(id, from, WHOLESALE_DISTRIBUTOR, EVENT), why)
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(id, obstacle(why));
    }
  });

  it("is refused while what is around the thing is on its way, came back, or is in quarantine", async () => {
    const step: Partial<Record<Obstacle, (chain: SupplyChain) => Promise<unknown>>> = {
      InTransit: ({ provenance, wholesaler, pharmacy }) =>
        provenance.connect(wholesaler).ship([ids.pallet], shipment(pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER")),
      ReturnInTransit: ({ provenance, wholesaler, manufacturer }) =>
        provenance
          .connect(wholesaler)
          .ship([ids.pallet], shipment(manufacturer, "WHOLESALE_DISTRIBUTOR", "MANUFACTURER")),
      Returned: async (chain) => {
        await step.InTransit!(chain);
        await chain.provenance.connect(chain.pharmacy).refuse([ids.pallet], DISPENSER, EVENT);
      },
      Suspect: (chain) => quarantine(chain, ids.pallet),
      Illegitimate: (chain) => condemn(chain, ids.pallet),
      Destroyed: async (chain) => {
        await step.Illegitimate!(chain);
        await chain.investigations.connect(chain.regulator).closeIncident(ids.pallet, false, EVENT, EVENT);
      },
    };
    for (const [why, arrange] of Object.entries(step) as [Obstacle, NonNullable<typeof step.Suspect>][]) {
      const chain = await loadFixture(deployWithPallet);
      await arrange(chain);
      const { provenance, wholesaler, run } = chain;
      await expect(
        provenance.connect(wholesaler).take(A1, run.originOf(PACKAGES[0]!), WHOLESALE_DISTRIBUTOR, EVENT),
        why,
      )
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(A1, obstacle(why));
    }
  });
});

describe("Items: unpack", () => {
  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`makes packed things tokens of who holds the container again, called by ${caller}`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, manufacturer } = chain;
      await packDeep(chain);
      await provenance.connect(wholesaler).pack(tote(2), 7, [A2], WHOLESALE_DISTRIBUTOR, EVENT);
      const [balance, held] = [await provenance.balanceOf(wholesaler), await provenance.balanceOf(provenance)];
      const unpacked = provenance.connect(chain[caller]).unpack([A1, A2, tote(1)], WHOLESALE_DISTRIBUTOR, EVENT);
      for (const [id, container, lot] of [
        [A1, tote(1), LOT.key],
        [A2, tote(2), LOT.key],
        [tote(1), tote(2), 0n],
      ] as const) {
        await expect(unpacked)
          .to.emit(provenance, "Unpacked")
          .withArgs(id, container, lot, chain[caller].address, EVENT)
          .and.to.emit(provenance, "Transfer")
          .withArgs(await provenance.getAddress(), wholesaler.address, id);
        await expectToken(chain, id, wholesaler, { lot, party: lot === 0n ? ZeroAddress : manufacturer.address });
      }
      expect(await provenance.balanceOf(wholesaler)).to.equal(balance + 3n);
      expect(await provenance.balanceOf(provenance)).to.equal(held - 3n);
    });
  }

  it("takes out what is recalled or expired", async () => {
    for (const stop of [recall, expire]) {
      const chain = await loadFixture(deployWithPackages);
      await packDeep(chain);
      await stop(chain);
      await chain.provenance.connect(chain.wholesaler).unpack([A1], WHOLESALE_DISTRIBUTOR, EVENT);
      expect(await stateOf(chain, A1)).to.include({ owner: chain.wholesaler.address, container: 0n });
    }
  });

  it("is refused as a whole where one thing is not the caller's, in no container, or no token", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, pharmacy, wholesaler, manufacturer, run } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    const call = (list: bigint[]) => provenance.connect(wholesaler).unpack(list, WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(call([ids.pallet, A1]))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, pharmacy.address, wholesaler.address);
    await expect(call([ids.pallet, ids.packages[3]!]))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(ids.packages[3], ZeroAddress, wholesaler.address);
    for (const list of [[tote(1)], [ids.pallet, ids.pallet]]) {
      await expect(call(list)).to.be.revertedWithCustomError(provenance, "NotPacked").withArgs(list[0]);
    }
    await expect(provenance.connect(manufacturer).unpack([ids.pallet], MANUFACTURER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(ids.pallet, wholesaler.address, manufacturer.address);
    expect((await stateOf(chain, ids.pallet)).container).to.equal(tote(1));
    expect(await provenance.custodianOf(ids.packages[3]!, run.originOf(PACKAGES[3]!))).to.equal(wholesaler.address);
  });

  it("is refused while the container is on its way, and for what left commerce", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, pharmacy } = chain;
    await packDeep(chain);
    await provenance.connect(wholesaler).ship([tote(2)], shipment(pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
    await expect(provenance.connect(wholesaler).unpack([A1], WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(A1, obstacle("InTransit"));
    await condemn(chain, A2);
    await expect(provenance.connect(wholesaler).unpack([A2], WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(A2, obstacle("Illegitimate"));
  });
});
