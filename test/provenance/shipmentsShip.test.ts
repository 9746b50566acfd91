import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { accredit, type Account } from "../support/careproof";
import {
  EVENT,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  deploySupplyChain,
  hand,
  ids,
  shipment,
  type Shipment,
  type SupplyChain,
} from "../support/provenanceParties";
import {
  OTHER_ROLES,
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
  deployWithPharmacy,
  expire,
  quarantine,
  takeLoose,
  tote,
  INFORMATION,
  PROOFS,
  giveBack,
  sale,
} from "../support/provenanceStock";
import { ROLES, type RoleName } from "../../src/participants/roles.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const A1 = ids.packages[0]!;
const A2 = ids.packages[1]!;
const A3 = ids.packages[2]!;
const B1 = ids.packages[3]!;
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
          await expect(provenance.connect(wholesaler).ship.staticCall([A1], papers), `${from} to ${to}`).not.to.be
            .reverted;
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
