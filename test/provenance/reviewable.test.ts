/** The doors of `DrugProvenance` that stand open to `ProductInvestigations` alone. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import {
  BRING_INTO,
  DISPOSITION,
  PACKAGE,
  deployPharmacies,
  dispense,
  itemOf,
  openPackage,
  type DispositionName,
} from "../support/pharmacies";
import { LOT } from "../support/provenanceParties";
import { impersonated } from "../support/signedDecisions";

const OUTCOMES = Object.keys(DISPOSITION) as DispositionName[];

/** The only steps that `settle` takes. */
const STEPS: Partial<Record<DispositionName, DispositionName[]>> = {
  Suspect: ["Active", "Illegitimate"],
  Illegitimate: ["Active", "Destroyed"],
};

describe("Reviewable", () => {
  it("is closed to everyone but the contract of investigations", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, admin, deployer, manufacturer, regulator, regulatorKey, pharmacy, stranger, origins } = chain;
    for (const caller of [admin, deployer, manufacturer, regulator, regulatorKey, pharmacy, stranger]) {
      for (const attempt of [
        () => provenance.connect(caller).suspect(PACKAGE, origins.package),
        () => provenance.connect(caller).settle(PACKAGE, DISPOSITION.Active),
        () => provenance.connect(caller).endContest(PACKAGE),
      ]) {
        await expect(attempt()).to.be.revertedWithCustomError(provenance, "NotInvestigations").withArgs(caller.address);
      }
    }
    expect((await itemOf(chain, PACKAGE)).disposition).to.equal(DISPOSITION.None);
  });

  it("tells who holds a thing, from whom it came and of which lot it is", async () => {
    const { provenance, investigations, pharmacy, wholesaler, origins } = await loadFixture(deployPharmacies);
    const caller = await impersonated(await investigations.getAddress());
    expect(await provenance.connect(caller).suspect.staticCall(PACKAGE, origins.package)).to.deep.equal([
      pharmacy.address,
      wholesaler.address,
      LOT.key,
    ]);
  });

  for (const [state, bringInto] of Object.entries(BRING_INTO)) {
    it(`settles what is in state ${state} as ${STEPS[state as DispositionName]?.join(" or ") ?? "nothing else"}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { provenance, investigations } = chain;
      await bringInto(chain);
      const door = provenance.connect(await impersonated(await investigations.getAddress()));
      const before = DISPOSITION[state as DispositionName];
      for (const outcome of OUTCOMES) {
        if (STEPS[state as DispositionName]?.includes(outcome)) {
          await door.settle.staticCall(PACKAGE, DISPOSITION[outcome]);
        } else {
          await expect(door.settle(PACKAGE, DISPOSITION[outcome]))
            .to.be.revertedWithCustomError(provenance, "WrongDisposition")
            .withArgs(PACKAGE, before);
        }
      }
      expect((await itemOf(chain, PACKAGE)).disposition).to.equal(before);
    });
  }

  it("settles nothing of what nothing concerned alone so far", async () => {
    const { provenance, investigations } = await loadFixture(deployPharmacies);
    const door = provenance.connect(await impersonated(await investigations.getAddress()));
    for (const outcome of OUTCOMES) {
      await expect(door.settle(PACKAGE, DISPOSITION[outcome]))
        .to.be.revertedWithCustomError(provenance, "WrongDisposition")
        .withArgs(PACKAGE, DISPOSITION.None);
    }
  });

  it("ends the review of what was dispensed twice, and changes nothing else", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, investigations, otherPharmacy } = chain;
    await openPackage(chain);
    await dispense(chain, otherPharmacy);
    const before = await itemOf(chain, PACKAGE);
    const door = provenance.connect(await impersonated(await investigations.getAddress()));
    await door.endContest(PACKAGE);
    expect(await provenance.contestedBy(PACKAGE)).to.equal(ZeroAddress);
    expect(await itemOf(chain, PACKAGE)).to.deep.equal(before);
  });
});
