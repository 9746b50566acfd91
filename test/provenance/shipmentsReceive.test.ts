/** What ends a transit: receiveShipment, refuse and callBack; and restock after it. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { accredit, type Account } from "../support/careproof";
import { EVENT, LOT, NO_ORIGIN, PACKAGES, hand, ids, shipment, type SupplyChain } from "../support/provenanceParties";
import {
  disposition,
  expectToken,
  obstacle,
  originTag,
  recall,
  standing,
  stateOf,
  supervise,
  today,
  type Disposition,
} from "../support/provenanceStates";
import {
  condemn,
  deployWithPackages,
  deployWithPharmacy,
  expire,
  passDays,
  quarantine,
  tote,
} from "../support/provenanceStock";
import { ROLES, type RoleName } from "../../src/participants/roles.js";

const { WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const [A1, A2, A3, B1] = ids.packages as [bigint, bigint, bigint, bigint];
const PATH = [ids.cases[0]!, ids.pallet];

/** The wholesaler sends A1 and A2 to the pharmacy. */
async function deploySold(): Promise<SupplyChain> {
  const chain = await loadFixture(deployWithPackages);
  await chain.provenance
    .connect(chain.wholesaler)
    .ship([A1, A2], shipment(chain.pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
  return chain;
}

/** The pharmacy sends A1 and A2 back to the wholesaler. */
async function deployGivenBack(): Promise<SupplyChain> {
  const chain = await loadFixture(deployWithPharmacy);
  await chain.provenance
    .connect(chain.pharmacy)
    .ship([A1, A2], shipment(chain.wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR"));
  return chain;
}

describe("Shipments: receiveShipment", () => {
  for (const caller of ["pharmacy", "pharmacyKey"] as const) {
    it(`makes the receiver the owner, called by ${caller}`, async () => {
      const chain = await loadFixture(deploySold);
      const { provenance, wholesaler, pharmacy } = chain;
      const [from, to] = [await provenance.balanceOf(wholesaler), await provenance.balanceOf(pharmacy)];
      const received = provenance.connect(chain[caller]).receiveShipment([A1, A2], DISPENSER, EVENT);
      for (const id of [A1, A2]) {
        await expect(received)
          .to.emit(provenance, "Received")
          .withArgs(id, wholesaler.address, pharmacy.address, false, chain[caller].address, EVENT)
          .and.to.emit(provenance, "Transfer")
          .withArgs(wholesaler.address, pharmacy.address, id);
        await expectToken(chain, id, pharmacy, { party: wholesaler.address, origin: originTag(id, PATH) });
      }
      expect(await provenance.balanceOf(wholesaler)).to.equal(from - 2n);
      expect(await provenance.balanceOf(pharmacy)).to.equal(to + 2n);
    });
  }

  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`of what comes back marks it as returned, from nobody upstream, called by ${caller}`, async () => {
      const chain = await loadFixture(deployGivenBack);
      const { provenance, wholesaler, pharmacy } = chain;
      const received = provenance.connect(chain[caller]).receiveShipment([A1, A2], WHOLESALE_DISTRIBUTOR, EVENT);
      for (const id of [A1, A2]) {
        await expect(received)
          .to.emit(provenance, "Received")
          .withArgs(id, pharmacy.address, wholesaler.address, true, chain[caller].address, EVENT)
          .and.to.emit(provenance, "Transfer")
          .withArgs(pharmacy.address, wholesaler.address, id);
        await expectToken(chain, id, wholesaler, { disposition: "Returned", origin: originTag(id, PATH) });
      }
    });
  }

  it("moves all that is in a container, in one write", async () => {
    const chain = await loadFixture(deploySold);
    const { provenance, wholesaler, pharmacy, run } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [A3], WHOLESALE_DISTRIBUTOR, EVENT);
    await hand(chain, [tote(1), ids.pallet], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    expect(await provenance.custodianOf(A3, NO_ORIGIN)).to.equal(pharmacy.address);
    expect(await provenance.custodianOf(B1, run.originOf(PACKAGES[3]!))).to.equal(pharmacy.address);
    expect(await stateOf(chain, A3)).to.include({ owner: await provenance.getAddress(), container: tote(1) });
  });

  it("takes any role in which the receiver may own medicines now", async () => {
    const chain = await loadFixture(deploySold);
    const { provenance, pharmacy } = chain;
    await accredit(chain, pharmacy, "WHOLESALE_DISTRIBUTOR");
    await supervise(chain, "withdraw", pharmacy, "DISPENSER");
    await provenance.connect(pharmacy).receiveShipment([A1], WHOLESALE_DISTRIBUTOR, EVENT);
    expect((await stateOf(chain, A1)).owner).to.equal(pharmacy.address);
  });

  it("is refused where the lot was recalled or expired on the way", async () => {
    for (const [stop, why] of [
      [recall, "Recalled"],
      [expire, "Expired"],
    ] as const) {
      const chain = await loadFixture(deploySold);
      const { provenance, pharmacy } = chain;
      await stop(chain);
      await expect(provenance.connect(pharmacy).receiveShipment([A1], DISPENSER, EVENT))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(A1, obstacle(why));
      await provenance.connect(pharmacy).refuse([A1], DISPENSER, EVENT);
      expect((await stateOf(chain, A1)).disposition).to.equal("Returned");
    }
  });
});

describe("Shipments: refuse", () => {
  for (const caller of ["pharmacy", "pharmacyKey"] as const) {
    it(`gives a thing back to its sender, to be checked, called by ${caller}`, async () => {
      const chain = await loadFixture(deploySold);
      const { provenance, wholesaler, pharmacy } = chain;
      const refused = provenance.connect(chain[caller]).refuse([A1, A2], DISPENSER, EVENT);
      for (const id of [A1, A2]) {
        await expect(refused)
          .to.emit(provenance, "ShipmentRefused")
          .withArgs(id, wholesaler.address, pharmacy.address, chain[caller].address, EVENT);
        await expectToken(chain, id, wholesaler, { disposition: "Returned", origin: originTag(id, PATH) });
      }
      await expect(refused).not.to.emit(provenance, "Transfer");
    });
  }

  it("is open to a receiver whose accreditation ended, and to its keys", async () => {
    for (const [act, caller] of [
      ["suspend", "pharmacy"],
      ["suspend", "pharmacyKey"],
      ["withdraw", "pharmacy"],
      ["withdraw", "pharmacyKey"],
    ] as const) {
      const chain = await loadFixture(deploySold);
      const { provenance, wholesaler, pharmacy } = chain;
      await supervise(chain, act, pharmacy, "DISPENSER");
      await provenance.connect(chain[caller]).refuse([A1], DISPENSER, EVENT);
      await expectToken(chain, A1, wholesaler, { disposition: "Returned" });
    }
    const chain = await loadFixture(deploySold);
    await passDays(366);
    await chain.provenance.connect(chain.pharmacy).refuse([A1], DISPENSER, EVENT);
    await expectToken(chain, A1, chain.wholesaler, { disposition: "Returned" });
  });

  it("of a return leaves with its sender whom it can send it back to again", async () => {
    const chain = await loadFixture(deployGivenBack);
    const { provenance, wholesaler, pharmacy } = chain;
    await provenance.connect(wholesaler).refuse([A1], WHOLESALE_DISTRIBUTOR, EVENT);
    await expectToken(chain, A1, pharmacy, { disposition: "Returned", party: wholesaler.address });
    await provenance.connect(pharmacy).restock([A1], DISPENSER, EVENT);
    await provenance.connect(pharmacy).ship([A1], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR"));
    expect((await stateOf(chain, A1)).disposition).to.equal("ReturnInTransit");
  });

  it("of a sale lets its sender forget whom it had it from: only the maker takes it back", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, wholesaler, otherWholesaler, otherPharmacy, manufacturer } = chain;
    await hand(chain, [ids.pallet], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [otherWholesaler, "WHOLESALE_DISTRIBUTOR"]);
    const sender = provenance.connect(otherWholesaler);
    await sender.ship([ids.pallet], shipment(otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
    await provenance.connect(otherPharmacy).refuse([ids.pallet], DISPENSER, EVENT);
    await sender.restock([ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    await sender.ship([ids.pallet], shipment(manufacturer, "WHOLESALE_DISTRIBUTOR", "MANUFACTURER"));
    await expectToken(chain, ids.pallet, otherWholesaler, {
      disposition: "ReturnInTransit",
      party: manufacturer.address,
      day: BigInt(await today()),
    });
  });
});

describe("Shipments: callBack", () => {
  /** The first second of a day from which on it is possible, for what was sent today. */
  const firstDay = async () => (await today()) + 15;

  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`takes back what was never received, called by ${caller}`, async () => {
      const chain = await loadFixture(deploySold);
      const { provenance, wholesaler, pharmacy } = chain;
      await time.increaseTo((await firstDay()) * 86_400);
      const calledBack = provenance.connect(chain[caller]).callBack([A1, A2], WHOLESALE_DISTRIBUTOR, EVENT);
      for (const id of [A1, A2]) {
        await expect(calledBack)
          .to.emit(provenance, "ShipmentCalledBack")
          .withArgs(id, wholesaler.address, pharmacy.address, chain[caller].address, EVENT);
        await expectToken(chain, id, wholesaler, { disposition: "Returned", origin: originTag(id, PATH) });
      }
      await expect(calledBack).not.to.emit(provenance, "Transfer");
    });
  }

  it("waits for more than 14 days, to the day", async () => {
    const chain = await loadFixture(deploySold);
    const { provenance, wholesaler } = chain;
    const day = await firstDay();
    const call = () => provenance.connect(wholesaler).callBack([A1], WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(call()).to.be.revertedWithCustomError(provenance, "CallBackTooEarly").withArgs(A1, day);
    await time.setNextBlockTimestamp(day * 86_400 - 1);
    // With a limit of gas, so that it is the block that refuses it and not the estimate before.
    await expect(provenance.connect(wholesaler).callBack([A1], WHOLESALE_DISTRIBUTOR, EVENT, { gasLimit: 500_000 }))
      .to.be.revertedWithCustomError(provenance, "CallBackTooEarly")
      .withArgs(A1, day);
    await time.setNextBlockTimestamp(day * 86_400);
    await provenance.connect(wholesaler).callBack([A1], WHOLESALE_DISTRIBUTOR, EVENT, { gasLimit: 500_000 });
    expect((await stateOf(chain, A1)).disposition).to.equal("Returned");
  });

  it("of a return leaves with its sender whom it can send it back to again", async () => {
    const chain = await loadFixture(deployGivenBack);
    const { provenance, wholesaler, pharmacy } = chain;
    await passDays(15);
    await expect(provenance.connect(pharmacy).callBack([A1], DISPENSER, EVENT))
      .to.emit(provenance, "ShipmentCalledBack")
      .withArgs(A1, pharmacy.address, wholesaler.address, pharmacy.address, EVENT);
    await expectToken(chain, A1, pharmacy, { disposition: "Returned", party: wholesaler.address });
  });

  it("is open to a sender whose accreditation ended, and to its keys", async () => {
    for (const [act, caller] of [
      ["suspend", "wholesaler"],
      ["withdraw", "wholesalerKey"],
    ] as const) {
      const chain = await loadFixture(deploySold);
      const { provenance, wholesaler } = chain;
      await passDays(15);
      await supervise(chain, act, wholesaler, "WHOLESALE_DISTRIBUTOR");
      await provenance.connect(chain[caller]).callBack([A1], WHOLESALE_DISTRIBUTOR, EVENT);
      await expectToken(chain, A1, wholesaler, { disposition: "Returned" });
    }
  });

  it("is for tokens of the caller, in no container", async () => {
    const chain = await loadFixture(deploySold);
    const { provenance, wholesaler, pharmacy } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [A3], WHOLESALE_DISTRIBUTOR, EVENT);
    await passDays(15);
    const call = (list: bigint[], caller: Account = wholesaler, role: number = WHOLESALE_DISTRIBUTOR) =>
      provenance.connect(caller).callBack(list, role, EVENT);
    await expect(call([A1, B1]))
      .to.be.revertedWithCustomError(provenance, "NotMaterialised")
      .withArgs(B1);
    await expect(call([A1, A3]))
      .to.be.revertedWithCustomError(provenance, "StillPacked")
      .withArgs(A3, tote(1));
    await expect(call([A1], pharmacy, DISPENSER))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, wholesaler.address, pharmacy.address);
    await expect(call([A1, A1]))
      .to.be.revertedWithCustomError(provenance, "WrongDisposition")
      .withArgs(A1, disposition("Returned"));
  });
});

describe("Shipments: receiving and refusing", () => {
  const ENDS = {
    receiveShipment: (chain: SupplyChain, caller: Account, list: bigint[], role: number) =>
      chain.provenance.connect(caller).receiveShipment(list, role, EVENT),
    refuse: (chain: SupplyChain, caller: Account, list: bigint[], role: number) =>
      chain.provenance.connect(caller).refuse(list, role, EVENT),
  };

  for (const [name, end] of Object.entries(ENDS)) {
    it(`${name} is for the partner that a thing was sent to`, async () => {
      const chain = await loadFixture(deploySold);
      const { provenance, pharmacy, wholesaler, otherPharmacy } = chain;
      for (const [caller, role] of [
        [otherPharmacy, DISPENSER],
        [wholesaler, WHOLESALE_DISTRIBUTOR],
      ] as const) {
        await expect(end(chain, caller, [A1], role))
          .to.be.revertedWithCustomError(provenance, "NotReceiver")
          .withArgs(A1, pharmacy.address, caller.address);
      }
    });

    it(`${name} is for what is on its way, and that once`, async () => {
      const chain = await loadFixture(deploySold);
      const { provenance, pharmacy } = chain;
      for (const id of [A3, B1]) {
        await expect(end(chain, pharmacy, [A1, id], DISPENSER))
          .to.be.revertedWithCustomError(provenance, "WrongDisposition")
          .withArgs(id, disposition(id === A3 ? "Active" : "None"));
      }
      const after: Disposition = name === "refuse" ? "Returned" : "Active";
      await expect(end(chain, pharmacy, [A1, A1], DISPENSER))
        .to.be.revertedWithCustomError(provenance, "WrongDisposition")
        .withArgs(A1, disposition(after));
      await end(chain, pharmacy, [A1], DISPENSER);
      await expect(end(chain, pharmacy, [A1], DISPENSER))
        .to.be.revertedWithCustomError(provenance, "WrongDisposition")
        .withArgs(A1, disposition(after));
    });
  }

  it("what is in a container is received with it, not by itself", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, pharmacy } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [A3], WHOLESALE_DISTRIBUTOR, EVENT);
    await provenance.connect(wholesaler).ship([tote(1)], shipment(pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
    await expect(provenance.connect(pharmacy).receiveShipment([A3], DISPENSER, EVENT))
      .to.be.revertedWithCustomError(provenance, "WrongDisposition")
      .withArgs(A3, disposition("Active"));
  });
});

describe("Shipments: restock", () => {
  /** A1 came back to the wholesaler. */
  async function deployReturned(): Promise<SupplyChain> {
    const chain = await loadFixture(deployGivenBack);
    await chain.provenance.connect(chain.wholesaler).receiveShipment([A1, A2], WHOLESALE_DISTRIBUTOR, EVENT);
    return chain;
  }

  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`puts on sale again what came back, called by ${caller}`, async () => {
      const chain = await loadFixture(deployReturned);
      const { provenance, wholesaler } = chain;
      const restocked = provenance.connect(chain[caller]).restock([A1, A2], WHOLESALE_DISTRIBUTOR, EVENT);
      for (const id of [A1, A2]) {
        await expect(restocked)
          .to.emit(provenance, "Restocked")
          .withArgs(id, wholesaler.address, chain[caller].address, EVENT);
        await expectToken(chain, id, wholesaler, { origin: originTag(id, PATH) });
      }
    });
  }

  it("and sold again to whom it came back from, it is no return", async () => {
    const chain = await loadFixture(deployReturned);
    const { provenance, wholesaler, pharmacy } = chain;
    await provenance.connect(wholesaler).restock([A1], WHOLESALE_DISTRIBUTOR, EVENT);
    const papers = shipment(pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER");
    await expect(provenance.connect(wholesaler).ship([A1], papers))
      .to.emit(provenance, "Shipped")
      .withArgs(
        A1,
        wholesaler.address,
        pharmacy.address,
        false,
        wholesaler.address,
        papers.transactionInformation,
        papers.proofs,
        EVENT,
      );
    expect((await stateOf(chain, A1)).disposition).to.equal("InTransit");
    await provenance.connect(pharmacy).receiveShipment([A1], DISPENSER, EVENT);
    await expectToken(chain, A1, pharmacy, { party: wholesaler.address });
  });

  it("and sold again between wholesalers, it is no return either", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, otherWholesaler } = chain;
    const wholesale: RoleName = "WHOLESALE_DISTRIBUTOR";
    const [here, there] = [
      [wholesaler, wholesale],
      [otherWholesaler, wholesale],
    ] as const;
    await hand(chain, [A1], here, there);
    await hand(chain, [A1], there, here);
    await expectToken(chain, A1, wholesaler, { disposition: "Returned" });
    await provenance.connect(wholesaler).restock([A1], WHOLESALE_DISTRIBUTOR, EVENT);
    await hand(chain, [A1], here, there);
    await expectToken(chain, A1, otherWholesaler, { party: wholesaler.address });
  });

  it("is for the owner, of returned tokens in no container, recalled and expired ones too", async () => {
    const chain = await loadFixture(deployReturned);
    const { provenance, wholesaler, pharmacy } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    const call = (list: bigint[]) => provenance.connect(wholesaler).restock(list, WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(call([A1, B1]))
      .to.be.revertedWithCustomError(provenance, "NotMaterialised")
      .withArgs(B1);
    await expect(call([A1, ids.pallet]))
      .to.be.revertedWithCustomError(provenance, "StillPacked")
      .withArgs(ids.pallet, tote(1));
    await expect(provenance.connect(pharmacy).restock([A1], DISPENSER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, wholesaler.address, pharmacy.address);
    for (const list of [[A1, A1], [tote(1)]]) {
      await expect(call(list))
        .to.be.revertedWithCustomError(provenance, "WrongDisposition")
        .withArgs(list[0], disposition("Active"));
    }
    await recall(chain);
    await call([A1]);
    await expectToken(chain, A1, wholesaler);
  });

  it("does not end a quarantine", async () => {
    for (const [doubt, name] of [
      [quarantine, "Suspect"],
      [condemn, "Illegitimate"],
    ] as const) {
      const chain = await loadFixture(deployReturned);
      await doubt(chain, A1);
      await expect(chain.provenance.connect(chain.wholesaler).restock([A1], WHOLESALE_DISTRIBUTOR, EVENT))
        .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
        .withArgs(A1, disposition(name));
    }
  });
});

describe("Shipments: a partner's accreditation", () => {
  it("counts at each step of its own: the sender's when it ships, the receiver's when it receives", async () => {
    const chain = await loadFixture(deploySold);
    const { provenance, participants, wholesaler, pharmacy } = chain;
    await supervise(chain, "suspend", pharmacy, "DISPENSER");
    await expect(provenance.connect(pharmacy).receiveShipment([A1], DISPENSER, EVENT))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(pharmacy.address, DISPENSER, standing("Suspended"));
    await supervise(chain, "reinstate", pharmacy, "DISPENSER");
    await supervise(chain, "suspend", wholesaler, "WHOLESALE_DISTRIBUTOR");
    await provenance.connect(pharmacy).receiveShipment([A1], DISPENSER, EVENT);
    await expectToken(chain, A1, pharmacy, { party: wholesaler.address, lot: LOT.key });
  });
});
