import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { accredit } from "../support/careproof";
import {
  CASES,
  EVENT,
  LOOSE,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  PALLET,
  deploySupplyChain,
  ids,
  shipment,
  type SupplyChain,
} from "../support/provenanceParties";
import {
  disposition,
  expectToken,
  obstacle,
  originTag,
  recall,
  stateOf,
  today,
  type Obstacle,
} from "../support/provenanceStates";
import {
  deployWithPackages,
  deployWithPallet,
  expire,
  quarantine,
  INFORMATION,
  PROOFS,
  sale,
} from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";

const { WHOLESALE_DISTRIBUTOR } = ROLES;
const A1 = ids.packages[0]!;
const B1 = ids.packages[3]!;
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
      [{ ...run.originOf(PACKAGES[3]!), run: 1 }, "NotInLot"],
    ] as const) {
      await expect(provenance.connect(wholesaler).shipFromLot(B1, origin, sale(pharmacy)))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(B1, obstacle(why));
    }
  });
});
