import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash, id as hashOf } from "ethers";

import { accredit, enlist, type Account } from "../support/careproof";
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
  type Shipment,
  type SupplyChain,
} from "../support/provenanceParties";
import {
  OTHER_ROLES,
  disposition,
  expectToken,
  obstacle,
  originTag,
  recall,
  standing,
  stateOf,
  supervise,
  today,
  type Obstacle,
} from "../support/provenanceStates";
import {
  condemn,
  deployWithPackages,
  deployWithPallet,
  deployWithPharmacy,
  expire,
  quarantine,
  takeLoose,
  tote,
} from "../support/provenanceStock";
import { ROLES, type RoleName } from "../../src/participants/roles.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER, THIRD_PARTY_LOGISTICS_PROVIDER } = ROLES;
const [A1, A2, A3, B1] = ids.packages as [bigint, bigint, bigint, bigint];
const INFORMATION = hashOf("transaction information of a test");
const PROOFS = hashOf("a proof file");

const sale = (to: { address: string }, change: Partial<Shipment> = {}) =>
  shipment(to, "WHOLESALE_DISTRIBUTOR", "DISPENSER", {
    transactionInformation: INFORMATION,
    proofs: PROOFS,
    ...change,
  });
const giveBack = (to: { address: string }, change: Partial<Shipment> = {}) =>
  sale(to, { receiverRole: MANUFACTURER, ...change });

/** The ways to send: tokens, and straight out of the lot. Both from the wholesaler, both of a package that came from the maker. */
const WAYS: Record<string, (chain: SupplyChain, caller: Account, papers: Shipment) => Promise<unknown>> = {
  ship: ({ provenance }, caller, papers) => provenance.connect(caller).ship([A1], papers),
  shipFromLot: ({ provenance, run }, caller, papers) =>
    provenance.connect(caller).shipFromLot(B1, run.originOf(PACKAGES[3]!), papers),
};
const SENT: Record<string, bigint> = { ship: A1, shipFromLot: B1 };

describe("Shipments: ship", () => {
  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`sends tokens, which stay the sender's, called by ${caller}`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, pharmacy } = chain;
      await provenance.connect(wholesaler).pack(tote(1), 7, [A3], WHOLESALE_DISTRIBUTOR, EVENT);
      const balance = await provenance.balanceOf(wholesaler);
      const sent = provenance.connect(chain[caller]).ship([A1, A2, tote(1)], sale(pharmacy));
      for (const [id, lot] of [
        [A1, LOT.key],
        [A2, LOT.key],
        [tote(1), 0n],
      ] as const) {
        await expect(sent)
          .to.emit(provenance, "Shipped")
          .withArgs(id, wholesaler.address, pharmacy.address, false, chain[caller].address, INFORMATION, PROOFS, EVENT);
        await expectToken(chain, id, wholesaler, {
          disposition: "InTransit",
          party: pharmacy.address,
          day: BigInt(await today()),
          lot,
        });
      }
      await expect(sent).not.to.emit(provenance, "Transfer");
      expect(await provenance.balanceOf(wholesaler)).to.equal(balance);
      expect(await provenance.custodianOf(A3, NO_ORIGIN)).to.equal(wholesaler.address);
    });

    it(`sends back to whom a thing came from, or to the maker of its lot, called by ${caller}`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, manufacturer } = chain;
      await expect(provenance.connect(chain[caller]).ship([A1], giveBack(manufacturer)))
        .to.emit(provenance, "Shipped")
        .withArgs(
          A1,
          wholesaler.address,
          manufacturer.address,
          true,
          chain[caller].address,
          INFORMATION,
          PROOFS,
          EVENT,
        );
      await expectToken(chain, A1, wholesaler, {
        disposition: "ReturnInTransit",
        party: manufacturer.address,
        day: BigInt(await today()),
      });
    });
  }

  it("keeps what was commissioned where: the origin of a thing outlives the way", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, pharmacy } = chain;
    await provenance.connect(wholesaler).ship([A1], sale(pharmacy));
    expect((await stateOf(chain, A1)).origin).to.equal(originTag(A1, [ids.cases[0]!, ids.pallet]));
  });

  it("goes downstream, or back along the chain: each pair of roles", async () => {
    const names = ["MANUFACTURER", "WHOLESALE_DISTRIBUTOR", "DISPENSER"] as const;
    const downstream: Record<string, RoleName[]> = {
      MANUFACTURER: ["WHOLESALE_DISTRIBUTOR", "DISPENSER"],
      WHOLESALE_DISTRIBUTOR: ["WHOLESALE_DISTRIBUTOR", "DISPENSER"],
      DISPENSER: [],
    };
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, otherWholesaler } = chain;
    await accredit(chain, wholesaler, "MANUFACTURER", "DISPENSER");
    await accredit(chain, otherWholesaler, "MANUFACTURER", "DISPENSER");
    for (const from of names) {
      for (const to of names) {
        const papers = shipment(otherWholesaler, from, to);
        if (downstream[from]!.includes(to)) {
          expect(await provenance.connect(wholesaler).ship.staticCall([A1], papers), `${from} to ${to}`).to.deep.equal(
            [],
          );
        } else {
          await expect(provenance.connect(wholesaler).ship([A1], papers), `${from} to ${to}`)
            .to.be.revertedWithCustomError(provenance, "NotAStepOfTheChain")
            .withArgs(A1, ROLES[from], ROLES[to]);
        }
      }
    }
  });

  it("goes back from a dispenser: to the wholesaler it came from and to the maker, to no other", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, pharmacy, wholesaler, otherWholesaler, manufacturer } = chain;
    await accredit(chain, otherWholesaler, "MANUFACTURER");
    const back = (to: Account, role: RoleName) => shipment(to, "DISPENSER", role);
    for (const [to, role] of [
      [otherWholesaler, "WHOLESALE_DISTRIBUTOR"],
      [otherWholesaler, "MANUFACTURER"],
    ] as const) {
      await expect(provenance.connect(pharmacy).ship([A1], back(to, role)))
        .to.be.revertedWithCustomError(provenance, "NotAStepOfTheChain")
        .withArgs(A1, DISPENSER, ROLES[role]);
    }
    await provenance.connect(pharmacy).ship([A1], back(wholesaler, "WHOLESALE_DISTRIBUTOR"));
    await provenance.connect(pharmacy).ship([A2], back(manufacturer, "MANUFACTURER"));
    expect(await stateOf(chain, A1)).to.include({ disposition: "ReturnInTransit", party: wholesaler.address });
    expect(await stateOf(chain, A2)).to.include({ disposition: "ReturnInTransit", party: manufacturer.address });
  });

  it("is no return to who takes it as a dispenser, even if it came from there", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, wholesaler, pharmacy } = chain;
    await accredit(chain, wholesaler, "DISPENSER");
    await expect(provenance.connect(pharmacy).ship([A1], shipment(wholesaler, "DISPENSER", "DISPENSER")))
      .to.be.revertedWithCustomError(provenance, "NotAStepOfTheChain")
      .withArgs(A1, DISPENSER, DISPENSER);
  });

  it("is no return to the maker as something else than a manufacturer, unless it came from there", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, pharmacy, manufacturer } = chain;
    await accredit(chain, manufacturer, "WHOLESALE_DISTRIBUTOR");
    await expect(provenance.connect(pharmacy).ship([A1], shipment(manufacturer, "DISPENSER", "WHOLESALE_DISTRIBUTOR")))
      .to.be.revertedWithCustomError(provenance, "NotAStepOfTheChain")
      .withArgs(A1, DISPENSER, WHOLESALE_DISTRIBUTOR);
  });

  it("takes tokens of one owner only, in no container", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, pharmacy, wholesaler, stranger, otherPharmacy } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    const ship = (list: bigint[], caller: Account = wholesaler) =>
      provenance.connect(caller).ship(list, sale(otherPharmacy));
    for (const list of [[B1], [tote(1), B1]]) {
      await expect(ship(list)).to.be.revertedWithCustomError(provenance, "NotMaterialised").withArgs(B1);
    }
    for (const list of [[ids.pallet], [tote(1), ids.pallet]]) {
      await expect(ship(list)).to.be.revertedWithCustomError(provenance, "StillPacked").withArgs(ids.pallet, tote(1));
    }
    for (const list of [[A1], [tote(1), A1]]) {
      await expect(ship(list))
        .to.be.revertedWithCustomError(provenance, "NotCustodian")
        .withArgs(A1, pharmacy.address, wholesaler.address);
    }
    await expect(ship([tote(1)], stranger))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(tote(1), wholesaler.address, stranger.address);
    expect((await stateOf(chain, tote(1))).disposition).to.equal("Active");
  });

  it("takes only what can be sold", async () => {
    const stops: Partial<Record<Obstacle, (chain: SupplyChain) => Promise<unknown>>> = {
      InTransit: ({ provenance, wholesaler, pharmacy }) => provenance.connect(wholesaler).ship([A1], sale(pharmacy)),
      ReturnInTransit: ({ provenance, wholesaler, manufacturer }) =>
        provenance.connect(wholesaler).ship([A1], giveBack(manufacturer)),
      Returned: async (chain) => {
        await stops.InTransit!(chain);
        await chain.provenance.connect(chain.pharmacy).refuse([A1], DISPENSER, EVENT);
      },
      Suspect: (chain) => quarantine(chain, A1),
      Illegitimate: (chain) => condemn(chain, A1),
      Recalled: (chain) => recall(chain),
      Expired: expire,
    };
    for (const [why, stop] of Object.entries(stops) as [Obstacle, NonNullable<typeof stops.Expired>][]) {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, pharmacy, manufacturer } = chain;
      await stop(chain);
      for (const papers of [sale(pharmacy), giveBack(manufacturer)]) {
        await expect(provenance.connect(wholesaler).ship([A1], papers), why)
          .to.be.revertedWithCustomError(provenance, "NotSaleable")
          .withArgs(A1, obstacle(why));
      }
    }
  });

  it("sends each thing once", async () => {
    const { provenance, wholesaler, pharmacy } = await loadFixture(deployWithPackages);
    await expect(provenance.connect(wholesaler).ship([A1, A1], sale(pharmacy)))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(A1, obstacle("InTransit"));
  });
});

describe("Shipments: ship, by a third-party logistics provider", () => {
  async function approved(everything: boolean): Promise<SupplyChain & { carrierKey: Account }> {
    const chain = await loadFixture(deployWithPackages);
    const [carrierKey] = chain.others as [Account];
    await enlist(chain, chain.carrier, carrierKey, "THIRD_PARTY_LOGISTICS_PROVIDER");
    const owner = chain.provenance.connect(chain.wholesaler);
    if (everything) await owner.setApprovalForAll(chain.carrier, true);
    else await owner.approve(chain.carrier, A1);
    return { ...chain, carrierKey };
  }

  for (const everything of [false, true]) {
    for (const caller of ["carrier", "carrierKey"] as const) {
      it(`sends for the owner that approved it ${everything ? "for all" : "for one token"}, called by ${caller}`, async () => {
        const chain = await approved(everything);
        const { provenance, wholesaler, pharmacy } = chain;
        await expect(provenance.connect(chain[caller]).ship([A1], sale(pharmacy)))
          .to.emit(provenance, "Shipped")
          .withArgs(A1, wholesaler.address, pharmacy.address, false, chain[caller].address, INFORMATION, PROOFS, EVENT);
        await expectToken(chain, A1, wholesaler, {
          disposition: "InTransit",
          party: pharmacy.address,
          day: BigInt(await today()),
        });
      });
    }
  }

  it("needs the approval for each token", async () => {
    const { provenance, carrier, wholesaler, pharmacy } = await approved(false);
    for (const list of [[A2], [A1, A2]]) {
      await expect(provenance.connect(carrier).ship(list, sale(pharmacy)))
        .to.be.revertedWithCustomError(provenance, "NotCustodian")
        .withArgs(A2, wholesaler.address, carrier.address);
    }
  });

  it("ends with the token's change of hands", async () => {
    const chain = await approved(false);
    const { provenance, carrier, wholesaler, pharmacy } = chain;
    await hand(chain, [A1], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    await expect(provenance.connect(carrier).ship([A1], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR")))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, pharmacy.address, carrier.address);
  });

  it("is for accredited carriers only, for an owner in good standing, in a role of the owner's", async () => {
    const chain = await approved(true);
    const { provenance, participants, carrier, wholesaler, otherWholesaler, stranger, pharmacy } = chain;
    for (const account of [otherWholesaler, stranger]) {
      await provenance.connect(wholesaler).setApprovalForAll(account, true);
      await expect(provenance.connect(account).ship([A1], sale(pharmacy)))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(account.address, THIRD_PARTY_LOGISTICS_PROVIDER, standing("Unaccredited"));
    }
    await expect(provenance.connect(carrier).ship([A1], sale(pharmacy, { senderRole: MANUFACTURER })))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(wholesaler.address, MANUFACTURER, standing("Unaccredited"));
    await supervise(chain, "suspend", wholesaler, "WHOLESALE_DISTRIBUTOR");
    await expect(provenance.connect(carrier).ship([A1], sale(pharmacy)))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(wholesaler.address, WHOLESALE_DISTRIBUTOR, standing("Suspended"));
    await supervise(chain, "reinstate", wholesaler, "WHOLESALE_DISTRIBUTOR");
    await supervise(chain, "suspend", carrier, "THIRD_PARTY_LOGISTICS_PROVIDER");
    await expect(provenance.connect(carrier).ship([A1], sale(pharmacy)))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(carrier.address, THIRD_PARTY_LOGISTICS_PROVIDER, standing("Suspended"));
  });

  it("may do nothing else for the owner", async () => {
    const { provenance, carrier, participants } = await approved(true);
    const asCarrier = provenance.connect(carrier);
    for (const attempt of [
      () => asCarrier.pack(tote(1), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT),
      () => asCarrier.dispose(A1, NO_ORIGIN, disposition("Lost"), WHOLESALE_DISTRIBUTOR, EVENT),
      () => asCarrier.restock([A1], WHOLESALE_DISTRIBUTOR, EVENT),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(carrier.address, WHOLESALE_DISTRIBUTOR, standing("Unaccredited"));
    }
  });
});

describe("Shipments: shipFromLot", () => {
  for (const caller of ["manufacturer", "manufacturerKey"] as const) {
    it(`sends straight out of the lot, called by ${caller}`, async () => {
      const chain = await loadFixture(deploySupplyChain);
      const { provenance, manufacturer, wholesaler, run } = chain;
      const papers = shipment(wholesaler, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR", {
        transactionInformation: INFORMATION,
        proofs: PROOFS,
      });
      for (const [identifier, id, path] of [
        [LOOSE, ids.loose, []],
        [PALLET, ids.pallet, []],
      ] as const) {
        await expect(provenance.connect(chain[caller]).shipFromLot(id, run.originOf(identifier), papers))
          .to.emit(provenance, "Shipped")
          .withArgs(
            id,
            manufacturer.address,
            wholesaler.address,
            false,
            chain[caller].address,
            INFORMATION,
            PROOFS,
            EVENT,
          )
          .and.to.emit(provenance, "Transfer")
          .withArgs(ZeroAddress, manufacturer.address, id)
          .and.to.emit(provenance, "Unpacked")
          .withArgs(id, 0, LOT.key, chain[caller].address, EVENT);
        await expectToken(chain, id, manufacturer, {
          disposition: "InTransit",
          party: wholesaler.address,
          day: BigInt(await today()),
          origin: originTag(id, path),
        });
      }
      expect(await provenance.balanceOf(manufacturer)).to.equal(2);
      expect(await provenance.custodianOf(A1, run.originOf(PACKAGES[0]!))).to.equal(manufacturer.address);
    });
  }

  for (const caller of ["wholesaler", "wholesalerKey"] as const) {
    it(`sends straight out of a container that was received, called by ${caller}`, async () => {
      const chain = await loadFixture(deployWithPallet);
      const { provenance, wholesaler, pharmacy, run } = chain;
      await expect(provenance.connect(chain[caller]).shipFromLot(ids.cases[0]!, run.originOf(CASES[0]), sale(pharmacy)))
        .to.emit(provenance, "Unpacked")
        .withArgs(ids.cases[0], ids.pallet, LOT.key, chain[caller].address, EVENT);
      await expectToken(chain, ids.cases[0]!, wholesaler, {
        disposition: "InTransit",
        party: pharmacy.address,
        day: BigInt(await today()),
        origin: originTag(ids.cases[0]!, [ids.pallet]),
      });
    });

    it(`sends back to whom the container came from, called by ${caller}`, async () => {
      const chain = await loadFixture(deployWithPallet);
      const { provenance, wholesaler, manufacturer, run } = chain;
      await accredit(chain, manufacturer, "WHOLESALE_DISTRIBUTOR");
      const papers = shipment(manufacturer, "WHOLESALE_DISTRIBUTOR", "WHOLESALE_DISTRIBUTOR");
      await expect(provenance.connect(chain[caller]).shipFromLot(B1, run.originOf(PACKAGES[3]!), papers))
        .to.emit(provenance, "Shipped")
        .withArgs(
          B1,
          wholesaler.address,
          manufacturer.address,
          true,
          chain[caller].address,
          papers.transactionInformation,
          papers.proofs,
          EVENT,
        );
      expect(await stateOf(chain, B1)).to.include({ disposition: "ReturnInTransit", party: manufacturer.address });
    });
  }

  it("is refused for what is a token, or was one", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, pharmacy, run } = chain;
    const attempt = () => provenance.connect(wholesaler).shipFromLot(A1, run.originOf(PACKAGES[0]!), sale(pharmacy));
    const expectRefused = async (name: "Active" | "InTransit" | "Lost") => {
      await expect(attempt())
        .to.be.revertedWithCustomError(provenance, "WrongDisposition")
        .withArgs(A1, disposition(name));
    };
    await expectRefused("Active");
    await provenance.connect(wholesaler).ship([A1], sale(pharmacy));
    await expectRefused("InTransit");
    await provenance.connect(wholesaler).dispose(A1, NO_ORIGIN, disposition("Lost"), WHOLESALE_DISTRIBUTOR, EVENT);
    await expectRefused("Lost");
  });

  it("is refused to who does not hold the thing", async () => {
    const { provenance, wholesaler, manufacturer, pharmacy, run } = await loadFixture(deployWithPallet);
    const papers = shipment(pharmacy, "MANUFACTURER", "DISPENSER");
    await expect(provenance.connect(manufacturer).shipFromLot(B1, run.originOf(PACKAGES[3]!), papers))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(B1, wholesaler.address, manufacturer.address);
  });

  it("takes only what can be sold", async () => {
    const stops: Partial<Record<Obstacle, (chain: SupplyChain) => Promise<unknown>>> = {
      InTransit: ({ provenance, wholesaler, pharmacy }) =>
        provenance.connect(wholesaler).ship([ids.pallet], sale(pharmacy)),
      Suspect: (chain) => quarantine(chain, ids.pallet),
      Recalled: (chain) => recall(chain),
      Expired: expire,
    };
    for (const [why, stop] of Object.entries(stops) as [Obstacle, NonNullable<typeof stops.Expired>][]) {
      const chain = await loadFixture(deployWithPallet);
      const { provenance, wholesaler, pharmacy, run } = chain;
      await stop(chain);
      await expect(provenance.connect(wholesaler).shipFromLot(B1, run.originOf(PACKAGES[3]!), sale(pharmacy)), why)
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(B1, obstacle(why));
    }
    const { provenance, wholesaler, pharmacy, run } = await loadFixture(deployWithPallet);
    for (const [origin, why] of [
      [NO_ORIGIN, "UnknownLot"],
      [{ ...run.originOf(PACKAGES[3]!), path: [] }, "NotInLot"],
    ] as const) {
      await expect(provenance.connect(wholesaler).shipFromLot(B1, origin, sale(pharmacy)))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(B1, obstacle(why));
    }
  });
});

describe("Shipments: papers and receiver", () => {
  for (const [name, send] of Object.entries(WAYS)) {
    it(`${name} needs all seven statements and the transaction information`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, pharmacy } = chain;
      const statements = [0, 0xff, ...Array.from({ length: 7 }, (_, bit) => 0x7f ^ (1 << bit))];
      for (const transactionStatement of statements) {
        await expect(send(chain, wholesaler, sale(pharmacy, { transactionStatement })))
          .to.be.revertedWithCustomError(provenance, "PapersIncomplete")
          .withArgs(transactionStatement, INFORMATION);
      }
      await expect(send(chain, wholesaler, sale(pharmacy, { transactionInformation: ZeroHash })))
        .to.be.revertedWithCustomError(provenance, "PapersIncomplete")
        .withArgs(0x7f, ZeroHash);
    });

    it(`${name} needs no proof file`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, pharmacy } = chain;
      await expect(send(chain, wholesaler, sale(pharmacy, { proofs: ZeroHash })))
        .to.emit(provenance, "Shipped")
        .withArgs(
          SENT[name],
          wholesaler.address,
          pharmacy.address,
          false,
          wholesaler.address,
          INFORMATION,
          ZeroHash,
          EVENT,
        );
    });

    it(`${name} goes to another partner itself, not to a key of it`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, wholesalerKey, pharmacy, pharmacyKey } = chain;
      await expect(send(chain, wholesaler, sale(pharmacyKey)))
        .to.be.revertedWithCustomError(provenance, "ReceiverIsOperator")
        .withArgs(pharmacyKey.address, pharmacy.address);
      for (const caller of [wholesaler, wholesalerKey]) {
        await expect(send(chain, caller, sale(wholesaler, { receiverRole: WHOLESALE_DISTRIBUTOR })))
          .to.be.revertedWithCustomError(provenance, "SentToItself")
          .withArgs(wholesaler.address);
      }
      await expect(send(chain, wholesaler, sale(wholesalerKey, { receiverRole: WHOLESALE_DISTRIBUTOR })))
        .to.be.revertedWithCustomError(provenance, "ReceiverIsOperator")
        .withArgs(wholesalerKey.address, wholesaler.address);
    });

    it(`${name} goes to a partner in good standing, in a role in which medicines are owned`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, participants, wholesaler, pharmacy, stranger, carrier } = chain;
      for (const receiverRole of OTHER_ROLES) {
        await expect(send(chain, wholesaler, sale(carrier, { receiverRole })))
          .to.be.revertedWithCustomError(provenance, "RoleNotFit")
          .withArgs(receiverRole);
      }
      for (const [to, receiverRole] of [
        [stranger, DISPENSER],
        [carrier, DISPENSER],
        [pharmacy, WHOLESALE_DISTRIBUTOR],
      ] as const) {
        await expect(send(chain, wholesaler, sale(to, { receiverRole })))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(to.address, receiverRole, standing("Unaccredited"));
      }
      await expect(send(chain, wholesaler, sale({ address: ZeroAddress })))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(ZeroAddress, DISPENSER, standing("Unaccredited"));
      await supervise(chain, "withdraw", pharmacy, "DISPENSER");
      await expect(send(chain, wholesaler, sale(pharmacy)))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(pharmacy.address, DISPENSER, standing("Withdrawn"));
    });

    it(`${name} goes neither upstream nor sideways from a wholesaler to another maker`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, otherWholesaler } = chain;
      await accredit(chain, otherWholesaler, "MANUFACTURER");
      await expect(send(chain, wholesaler, giveBack(otherWholesaler)))
        .to.be.revertedWithCustomError(provenance, "NotAStepOfTheChain")
        .withArgs(SENT[name], WHOLESALE_DISTRIBUTOR, MANUFACTURER);
    });
  }

  it("a tote of no lot goes to no maker", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, manufacturer } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(provenance.connect(wholesaler).ship([tote(1)], giveBack(manufacturer)))
      .to.be.revertedWithCustomError(provenance, "NotAStepOfTheChain")
      .withArgs(tote(1), WHOLESALE_DISTRIBUTOR, MANUFACTURER);
  });

  it("a maker sends to whom it likes downstream, first", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { manufacturer, pharmacy } = chain;
    await takeLoose(chain);
    await hand(chain, [ids.loose], [manufacturer, "MANUFACTURER"], [pharmacy, "DISPENSER"]);
    await expectToken(chain, ids.loose, pharmacy, { party: manufacturer.address });
  });
});
