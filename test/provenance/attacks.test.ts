/** The attacks on the custody of medicines; each must fail. By forgery, by depth and at the pharmacy's counter: the files beside. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { accredit, enlist } from "../support/careproof";
import { CASES, EVENT, NO_ORIGIN, PACKAGES, hand, ids, shipment, type SupplyChain } from "../support/provenanceParties";
import {
  disposition,
  obstacle,
  recall,
  standing,
  stateOf,
  supervise,
  type Obstacle,
} from "../support/provenanceStates";
import {
  deployWithPackages,
  deployWithPallet,
  deployWithPharmacy,
  expire,
  passDays,
  quarantine,
  sale,
  tote,
} from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";
import {} from "../../src/provenance/tokenId.js";

const { WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const [A1, A2] = ids.packages as [bigint, bigint];
const [B1, B2] = ids.packages.slice(3) as [bigint, bigint];
const CASE_A = ids.cases[0]!;

describe("attacks on custody", () => {
  it("receiving what was sent to another", async () => {
    const { provenance, wholesaler, pharmacy, otherPharmacy } = await loadFixture(deployWithPackages);
    await provenance.connect(wholesaler).ship([A1], sale(pharmacy));
    for (const attempt of [
      () => provenance.connect(otherPharmacy).receiveShipment([A1], DISPENSER, EVENT),
      () => provenance.connect(otherPharmacy).refuse([A1], DISPENSER, EVENT),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(provenance, "NotReceiver")
        .withArgs(A1, pharmacy.address, otherPharmacy.address);
    }
    await passDays(15);
    await expect(provenance.connect(otherPharmacy).callBack([A1], DISPENSER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, wholesaler.address, otherPharmacy.address);
  });

  it("ending a transit as a key without a role in which medicines are owned", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, participants, wholesaler, pharmacy } = chain;
    const [clerk, porter] = [chain.others[0]!, chain.others[1]!];
    await enlist(chain, wholesaler, clerk, "PROVIDER", "THIRD_PARTY_LOGISTICS_PROVIDER");
    await enlist(chain, pharmacy, porter, "PROVIDER");
    await provenance.connect(wholesaler).ship([A1], sale(pharmacy));
    await passDays(15);
    const attempts = [
      [porter, DISPENSER, (role: number) => provenance.connect(porter).refuse([A1], role, EVENT)],
      [clerk, WHOLESALE_DISTRIBUTOR, (role: number) => provenance.connect(clerk).callBack([A1], role, EVENT)],
    ] as const;
    for (const [key, role, attempt] of attempts) {
      await expect(attempt(ROLES.PROVIDER))
        .to.be.revertedWithCustomError(provenance, "RoleNotFit")
        .withArgs(ROLES.PROVIDER);
      await expect(attempt(role))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(key.address, role, standing("OperatorRoleMissing"));
    }
    expect((await stateOf(chain, A1)).disposition).to.equal("InTransit");
  });

  const unsaleable: [string, Obstacle, (chain: SupplyChain) => Promise<unknown>][] = [
    [
      "in transit",
      "InTransit",
      ({ provenance, wholesaler, pharmacy }) => provenance.connect(wholesaler).ship([A1, ids.pallet], sale(pharmacy)),
    ],
    ["recalled", "Recalled", (chain) => recall(chain)],
    ["expired", "Expired", expire],
    [
      "suspect",
      "Suspect",
      async (chain) => {
        await quarantine(chain, A1);
        await quarantine(chain, ids.pallet);
      },
    ],
  ];
  for (const [name, why, stop] of unsaleable) {
    it(`shipping what is ${name}, as a token or out of its lot`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, otherPharmacy, run } = chain;
      await stop(chain);
      await expect(provenance.connect(wholesaler).ship([A1], sale(otherPharmacy)))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(A1, obstacle(why));
      await expect(provenance.connect(wholesaler).shipFromLot(B1, run.originOf(PACKAGES[3]!), sale(otherPharmacy)))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(B1, obstacle(why));
    });
  }

  it("shipping what is inside someone else's container", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, manufacturer, wholesaler, pharmacy, otherPharmacy, run } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT);
    await hand(chain, [tote(1)], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    await expect(provenance.connect(wholesaler).ship([A1], sale(otherPharmacy)))
      .to.be.revertedWithCustomError(provenance, "StillPacked")
      .withArgs(A1, tote(1));
    await expect(provenance.connect(wholesaler).unpack([A1], WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, pharmacy.address, wholesaler.address);
    const papers = shipment(otherPharmacy, "MANUFACTURER", "DISPENSER");
    await expect(provenance.connect(manufacturer).shipFromLot(B2, run.originOf(PACKAGES[4]!), papers))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(B2, wholesaler.address, manufacturer.address);
  });

  it("packing a container into itself or what is in it", async () => {
    const { provenance, wholesaler } = await loadFixture(deployWithPackages);
    const pack = (container: bigint, list: bigint[]) =>
      provenance.connect(wholesaler).pack(container, 7, list, WHOLESALE_DISTRIBUTOR, EVENT);
    await pack(tote(1), [A1]);
    await pack(tote(2), [tote(1)]);
    await pack(tote(3), [tote(2)]);
    await expect(pack(tote(3), [tote(3)]))
      .to.be.revertedWithCustomError(provenance, "PackedIntoItself")
      .withArgs(tote(3));
    for (const [inner, around] of [
      [tote(1), tote(2)],
      [tote(2), tote(3)],
    ] as const) {
      await expect(pack(inner, [tote(3)]))
        .to.be.revertedWithCustomError(provenance, "StillPacked")
        .withArgs(inner, around);
    }
  });

  it("packing a pallet into a case that its own tree says is in it ends with one holder for all", async () => {
    const chain = await loadFixture(deployWithPallet);
    const { provenance, wholesaler, run } = chain;
    await provenance.connect(wholesaler).take(CASE_A, run.originOf(CASES[0]), WHOLESALE_DISTRIBUTOR, EVENT);
    await provenance.connect(wholesaler).pack(CASE_A, 0, [ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    for (const [i, id] of ids.packages.entries()) {
      expect(await provenance.custodianOf(id, run.originOf(PACKAGES[i]!))).to.equal(wholesaler.address);
    }
    await expect(provenance.connect(wholesaler).pack(ids.pallet, 0, [CASE_A], WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "StillPacked")
      .withArgs(ids.pallet, CASE_A);
  });

  it("opening a pallet as a package's container: a package holds nothing", async () => {
    const { provenance, wholesaler } = await loadFixture(deployWithPackages);
    for (const container of [A2, B1]) {
      await expect(provenance.connect(wholesaler).pack(container, 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT))
        .to.be.revertedWithCustomError(provenance, "NotAContainer")
        .withArgs(container);
    }
  });
});

describe("attacks through ERC-721", () => {
  it("a transfer to an unaccredited address, by owner, approved account or operator", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, carrier, stranger, pharmacy } = chain;
    await provenance.connect(wholesaler).approve(carrier, A1);
    await provenance.connect(wholesaler).setApprovalForAll(stranger, true);
    for (const by of [wholesaler, carrier, stranger]) {
      const contract = provenance.connect(by);
      // Not even to a partner.
      for (const to of [stranger, pharmacy]) {
        for (const attempt of [
          () => contract.transferFrom(wholesaler, to, A1),
          () => contract["safeTransferFrom(address,address,uint256)"](wholesaler, to, A1),
          () => contract["safeTransferFrom(address,address,uint256,bytes)"](wholesaler, to, A1, "0x12"),
        ]) {
          await expect(attempt()).to.be.revertedWithCustomError(provenance, "UseShipAndReceive").withArgs();
        }
      }
    }
    expect(await provenance.ownerOf(A1)).to.equal(wholesaler.address);
  });

  it("a partner that is a contract and would call back from onERC721Received is never called", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, wholesaler, otherPharmacy, run } = chain;
    const hostile = await ethers.deployContract("HostileReceiver");
    const partner = { address: await hostile.getAddress() };
    await accredit(chain, partner, "WHOLESALE_DISTRIBUTOR", "DISPENSER");
    const call = async (name: string, args: unknown[]) => {
      const data = provenance.interface.encodeFunctionData(name as never, args as never);
      await hostile.getFunction("act")(provenance, data);
    };
    // From within a transfer it would send on at once what it is about to receive.
    const onward = shipment(otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER");
    await hostile.getFunction("prepare")(provenance.interface.encodeFunctionData("ship", [[ids.pallet], onward]));

    await provenance
      .connect(wholesaler)
      .ship([ids.pallet], shipment(partner, "WHOLESALE_DISTRIBUTOR", "WHOLESALE_DISTRIBUTOR"));
    await call("receiveShipment", [[ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT]);
    expect(await stateOf(chain, ids.pallet)).to.include({ disposition: "Active", owner: partner.address });
    await call("take", [B1, run.originOf(PACKAGES[3]!), WHOLESALE_DISTRIBUTOR, EVENT]);
    await call("pack", [ids.pallet, 0, [B1], WHOLESALE_DISTRIBUTOR, EVENT]);
    await call("unpack", [[B1], WHOLESALE_DISTRIBUTOR, EVENT]);
    await call("shipFromLot", [B2, run.originOf(PACKAGES[4]!), onward]);
    await call("dispense", [B1, NO_ORIGIN, 0, false, EVENT]);
    await call("reactivate", [B1, EVENT]);
    await quarantine(chain, ids.packages[5]!, run.originOf(PACKAGES[5]!));
    expect(await provenance.balanceOf(partner.address)).to.equal(4);
    expect(await hostile.getFunction("called")()).to.equal(false);

    // Called, it would have done harm.
    const from = await provenance.getAddress();
    expect(
      await hostile
        .connect(ethers.provider)
        .getFunction("onERC721Received")
        .staticCall(from, from, ids.pallet, "0x", { from }),
    ).to.equal("0x150b7a02");
  });

  it("an approval is no custody", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, otherWholesaler } = chain;
    await provenance.connect(wholesaler).setApprovalForAll(otherWholesaler, true);
    const approved = provenance.connect(otherWholesaler);
    for (const attempt of [
      () => approved.pack(tote(1), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT),
      () => approved.dispose(A1, NO_ORIGIN, disposition("Lost"), WHOLESALE_DISTRIBUTOR, EVENT),
      () => approved.restock([A1], WHOLESALE_DISTRIBUTOR, EVENT),
    ]) {
      await expect(attempt()).to.be.reverted;
    }
    await expect(approved.dispose(A1, NO_ORIGIN, disposition("Lost"), WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, wholesaler.address, otherWholesaler.address);
  });
});

describe("attacks by a suspended partner", () => {
  it("as the sender", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, participants, wholesaler, wholesalerKey, pharmacy, run } = chain;
    await supervise(chain, "suspend", wholesaler, "WHOLESALE_DISTRIBUTOR");
    for (const caller of [wholesaler, wholesalerKey]) {
      for (const attempt of [
        () => provenance.connect(caller).ship([A1], sale(pharmacy)),
        () => provenance.connect(caller).shipFromLot(B1, run.originOf(PACKAGES[3]!), sale(pharmacy)),
      ]) {
        await expect(attempt())
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(caller.address, WHOLESALE_DISTRIBUTOR, standing("Suspended"));
      }
    }
  });

  it("as the receiver, and as one that is suspended between ship and receive", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, participants, wholesaler, pharmacy, pharmacyKey } = chain;
    await provenance.connect(wholesaler).ship([A1], sale(pharmacy));
    await supervise(chain, "suspend", pharmacy, "DISPENSER");
    await expect(provenance.connect(wholesaler).ship([A2], sale(pharmacy)))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(pharmacy.address, DISPENSER, standing("Suspended"));
    for (const caller of [pharmacy, pharmacyKey]) {
      await expect(provenance.connect(caller).receiveShipment([A1], DISPENSER, EVENT))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(caller.address, DISPENSER, standing("Suspended"));
    }
    expect(await stateOf(chain, A1)).to.include({ disposition: "InTransit", owner: wholesaler.address });
    // The goods are not stuck: whoever is suspended can still say no.
    await provenance.connect(pharmacyKey).refuse([A1], DISPENSER, EVENT);
    expect(await stateOf(chain, A1)).to.include({ disposition: "Returned", owner: wholesaler.address });
  });

  it("as the carrier's principal", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, participants, wholesaler, carrier, pharmacy } = chain;
    await provenance.connect(wholesaler).approve(carrier, A1);
    await supervise(chain, "suspend", wholesaler, "WHOLESALE_DISTRIBUTOR");
    await expect(provenance.connect(carrier).ship([A1], sale(pharmacy)))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(wholesaler.address, WHOLESALE_DISTRIBUTOR, standing("Suspended"));
  });
});
