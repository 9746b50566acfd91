/** Who ships for the owner. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { enlist, type Account } from "../support/careproof";
import { EVENT, NO_ORIGIN, hand, ids, shipment, type SupplyChain } from "../support/provenanceParties";
import { disposition, expectToken, standing, supervise, today } from "../support/provenanceStates";
import { deployWithPackages, tote, INFORMATION, PROOFS, sale } from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, THIRD_PARTY_LOGISTICS_PROVIDER } = ROLES;
const A1 = ids.packages[0]!;
const A2 = ids.packages[1]!;
describe("Shipments: ship, by a third-party logistics provider", () => {
  async function approved(everything: boolean): Promise<SupplyChain & { carrierKey: Account }> {
    const chain = await loadFixture(deployWithPackages);
    const carrierKey = chain.others[0]!;
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
