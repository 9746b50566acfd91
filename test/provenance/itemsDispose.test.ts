import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import {
  CASES,
  EVENT,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  deploySupplyChain,
  ids,
  type SupplyChain,
} from "../support/provenanceParties";
import {
  DISPOSITIONS,
  disposition,
  obstacle,
  originTag,
  recall,
  stateOf,
  verificationOf,
  type Disposition,
  type Obstacle,
} from "../support/provenanceStates";
import { deployWithPackages, deployWithPharmacy, expire, tote } from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const [A1, A2] = ids.packages as [bigint, bigint];
const ENDS = ["Exported", "Destroyed", "Stolen", "Lost"] as const;

const dispose = ({ provenance, wholesaler }: SupplyChain, id: bigint, end: Disposition, origin = NO_ORIGIN) =>
  provenance.connect(wholesaler).dispose(id, origin, disposition(end), WHOLESALE_DISTRIBUTOR, EVENT);

describe("Items: dispose", () => {
  for (const end of ENDS) {
    for (const caller of ["wholesaler", "wholesalerKey"] as const) {
      it(`burns a token and stores that it is ${end}, called by ${caller}`, async () => {
        const chain = await loadFixture(deployWithPackages);
        const { provenance, wholesaler, manufacturer } = chain;
        const balance = await provenance.balanceOf(wholesaler);
        await expect(
          provenance.connect(chain[caller]).dispose(A1, NO_ORIGIN, disposition(end), WHOLESALE_DISTRIBUTOR, EVENT),
        )
          .to.emit(provenance, "Disposed")
          .withArgs(A1, wholesaler.address, disposition(end), LOT.key, chain[caller].address, EVENT)
          .and.to.emit(provenance, "Transfer")
          .withArgs(wholesaler.address, ZeroAddress, A1);
        expect(await stateOf(chain, A1)).to.deep.equal({
          disposition: end,
          party: manufacturer.address,
          lot: LOT.key,
          origin: originTag(A1, [ids.cases[0]!, ids.pallet]),
          day: 0n,
          owner: null,
          container: 0n,
          custodian: ZeroAddress,
        });
        await expect(provenance.ownerOf(A1))
          .to.be.revertedWithCustomError(provenance, "ERC721NonexistentToken")
          .withArgs(A1);
        expect(await provenance.balanceOf(wholesaler)).to.equal(balance - 1n);
      });
    }
  }

  it("needs no token: what is in its lot never becomes one", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler, manufacturer, run } = chain;
    const B1 = ids.packages[3]!;
    const balance = await provenance.balanceOf(wholesaler);
    await expect(dispose(chain, B1, "Stolen", run.originOf(PACKAGES[3]!)))
      .to.emit(provenance, "Disposed")
      .withArgs(B1, wholesaler.address, disposition("Stolen"), LOT.key, wholesaler.address, EVENT)
      .and.not.to.emit(provenance, "Transfer");
    expect(await stateOf(chain, B1)).to.deep.equal({
      disposition: "Stolen",
      party: manufacturer.address,
      lot: LOT.key,
      origin: originTag(B1, [ids.cases[1]!, ids.pallet]),
      day: 0n,
      owner: null,
      container: 0n,
      custodian: ZeroAddress,
    });
    expect(await provenance.balanceOf(wholesaler)).to.equal(balance);
  });

  it("takes a packed token out of its container for ever", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, wholesaler } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [A1, A2], WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(dispose(chain, A1, "Lost"))
      .to.emit(provenance, "Transfer")
      .withArgs(await provenance.getAddress(), ZeroAddress, A1);
    expect(await stateOf(chain, A1)).to.include({ disposition: "Lost", owner: null, container: 0n });
    expect(await stateOf(chain, A2)).to.include({ disposition: "Active", container: tote(1) });
    expect(await provenance.balanceOf(provenance)).to.equal(1);
  });

  it("of a container ends all in it, tokens and what is none", async () => {
    for (const end of ENDS) {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesaler, run } = chain;
      await provenance.connect(wholesaler).pack(ids.pallet, 0, [A1], WHOLESALE_DISTRIBUTOR, EVENT);
      await dispose(chain, ids.pallet, end);
      for (const [id, origin] of [
        [A1, NO_ORIGIN],
        [ids.packages[4]!, run.originOf(PACKAGES[4]!)],
        [ids.cases[1]!, run.originOf(CASES[1])],
      ] as const) {
        expect(await verificationOf(chain, id, origin)).to.include({
          obstacle: end,
          disposition: "Active",
          custodian: ZeroAddress,
        });
        await expect(dispose(chain, id, "Lost", origin))
          .to.be.revertedWithCustomError(provenance, "NotSaleable")
          .withArgs(id, obstacle(end));
      }
    }
  });

  it("destroys, or reports as stolen or lost, what is recalled or expired; it exports neither", async () => {
    for (const [stop, why] of [
      [recall, "Recalled"],
      [expire, "Expired"],
    ] as const) {
      for (const end of ["Destroyed", "Stolen", "Lost"] as const) {
        const chain = await loadFixture(deployWithPackages);
        await stop(chain);
        await expect(dispose(chain, A1, "Exported"))
          .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
          .withArgs(A1, obstacle(why));
        await dispose(chain, A1, end);
        expect((await stateOf(chain, A1)).disposition).to.equal(end);
      }
    }
  });

  it("takes no other end", async () => {
    const chain = await loadFixture(deployWithPackages);
    for (const name of DISPOSITIONS.slice(0, DISPOSITIONS.indexOf("Exported"))) {
      await expect(dispose(chain, A1, name), name)
        .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
        .withArgs(A1, disposition(name));
    }
  });

  it("is refused for what is not where the proof says, or is known from elsewhere", async () => {
    const chain = await loadFixture(deployWithPackages);
    const { provenance, run } = chain;
    const origin = run.originOf(PACKAGES[3]!);
    const attempts: [bigint, typeof origin, Obstacle][] = [
      [ids.packages[3]!, NO_ORIGIN, "UnknownLot"],
      [ids.packages[4]!, origin, "NotInLot"],
      [1n, origin, "NotAnIdentifier"],
      [A1, { ...run.originOf(PACKAGES[0]!), path: [] }, "Duplicate"],
    ];
    for (const [id, from, why] of attempts) {
      await expect(dispose(chain, id, "Lost", from), why)
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(id, obstacle(why));
    }
  });

  it("is refused to who does not hold the thing", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, pharmacy, wholesaler, manufacturer, run } = chain;
    await expect(dispose(chain, A1, "Lost"))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(A1, pharmacy.address, wholesaler.address);
    const origin = run.originOf(PACKAGES[3]!);
    await expect(
      provenance.connect(manufacturer).dispose(ids.packages[3]!, origin, disposition("Lost"), MANUFACTURER, EVENT),
    )
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(ids.packages[3], wholesaler.address, manufacturer.address);
    await provenance.connect(pharmacy).dispose(A1, NO_ORIGIN, disposition("Destroyed"), DISPENSER, EVENT);
    expect((await stateOf(chain, A1)).disposition).to.equal("Destroyed");
  });
});

describe("Items: what is stored", () => {
  it("is nothing of what nothing concerned alone so far", async () => {
    const { provenance } = await loadFixture(deploySupplyChain);
    expect([...(await provenance.itemOf(A1))]).to.deep.equal([ZeroAddress, 0n, 0n, 0n, 0n]);
    expect(await provenance.containerOf(A1)).to.equal(0);
    await expect(provenance.ownerOf(A1))
      .to.be.revertedWithCustomError(provenance, "ERC721NonexistentToken")
      .withArgs(A1);
  });

  it("custodianOf asks for the proof of what is no token, and reverts for what does not exist", async () => {
    const { provenance, manufacturer, run } = await loadFixture(deploySupplyChain);
    const origin = run.originOf(PACKAGES[0]!);
    expect(await provenance.custodianOf(A1, origin)).to.equal(manufacturer.address);
    const attempts: [bigint, typeof origin, Obstacle][] = [
      [A1, NO_ORIGIN, "UnknownLot"],
      [A2, origin, "NotInLot"],
      [5n, origin, "NotAnIdentifier"],
    ];
    for (const [id, from, why] of attempts) {
      await expect(provenance.custodianOf(id, from))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(id, obstacle(why));
    }
  });
});
