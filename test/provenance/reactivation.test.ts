/** `reactivate`, by Regulation (EU) 2016/161, Article 13(1): each letter has its test. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { accreditorFor } from "../support/careproof";
import {
  BRING_INTO,
  DAY,
  DISPOSITION,
  OBSTACLE,
  PACKAGE,
  deployPharmacies,
  dispense,
  itemOf,
  lastSecondOfUse,
  nextTime,
  recall,
  standing,
  takeOut,
  type Pharmacies,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, LOT, NO_ORIGIN, UNITS, shipment } from "../support/provenanceParties";

/** The package is dispensed, and not handed out. */
async function deployDispensed(): Promise<Pharmacies & { dispensedAt: bigint }> {
  const chain = await loadFixture(deployPharmacies);
  const dispensedAt = await nextTime();
  await BRING_INTO.Dispensed(chain);
  return { ...chain, dispensedAt };
}

const ACTIVE = { party: ZeroAddress, lot: LOT.key, origin: 0n, day: 0n, disposition: DISPOSITION.Active };

describe("Dispensing: reactivate", () => {
  for (const actor of ["pharmacy", "pharmacyKey"] as const) {
    it(`makes the package a token of the same dispenser again, by ${actor}`, async () => {
      const chain = await loadFixture(deployDispensed);
      const { provenance, pharmacy, origins } = chain;
      const by = chain[actor];
      await expect(provenance.connect(by).reactivate(PACKAGE, EVIDENCE))
        .to.emit(provenance, "Reactivated")
        .withArgs(PACKAGE, pharmacy.address, by.address, EVIDENCE)
        .and.to.emit(provenance, "Transfer")
        .withArgs(ZeroAddress, pharmacy.address, PACKAGE);
      expect(await itemOf(chain, PACKAGE)).to.deep.equal(ACTIVE);
      expect(await provenance.ownerOf(PACKAGE)).to.equal(pharmacy.address);
      expect(await provenance.balanceOf(pharmacy)).to.equal(2n);
      for (const origin of [NO_ORIGIN, origins.package]) {
        expect((await provenance.verify(PACKAGE, origin)).obstacle).to.equal(OBSTACLE.None);
      }
    });
  }

  it("works for what was a token before it was dispensed", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    await takeOut(chain);
    await dispense(chain, pharmacy, { origin: NO_ORIGIN, supplied: false });
    await provenance.connect(pharmacy).reactivate(PACKAGE, EVENT);
    expect(await itemOf(chain, PACKAGE)).to.deep.equal(ACTIVE);
    expect(await provenance.balanceOf(pharmacy)).to.equal(2n);
  });

  it("leaves a package that is dispensed, opened and reactivated like any other", async () => {
    const chain = await loadFixture(deployDispensed);
    const { provenance, pharmacy } = chain;
    await provenance.connect(pharmacy).reactivate(PACKAGE, EVENT);
    await dispense(chain, pharmacy, { supplied: false });
    await provenance.connect(pharmacy).reactivate(PACKAGE, EVENT);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 1 }))
      .to.emit(provenance, "Dispensed")
      .withArgs(PACKAGE, pharmacy.address, LOT.key, 0, 1, UNITS - 1, true, pharmacy.address, EVENT);
  });

  it("leaves a package that goes back to its maker only, since whom it came from is forgotten", async () => {
    const chain = await loadFixture(deployDispensed);
    const { provenance, pharmacy, wholesaler, manufacturer } = chain;
    const holder = provenance.connect(pharmacy);
    await holder.reactivate(PACKAGE, EVENT);
    await expect(holder.ship([PACKAGE], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR")))
      .to.be.revertedWithCustomError(provenance, "NotAStepOfTheChain")
      .withArgs(PACKAGE, ROLES.DISPENSER, ROLES.WHOLESALE_DISTRIBUTOR);
    await expect(holder.ship([PACKAGE], shipment(manufacturer, "DISPENSER", "MANUFACTURER"))).to.emit(
      provenance,
      "Shipped",
    );
  });

  it("(a) is for the dispenser that dispensed it, not for another", async () => {
    const chain = await loadFixture(deployDispensed);
    const { provenance, pharmacy, otherPharmacy, otherPharmacyKey } = chain;
    for (const by of [otherPharmacy, otherPharmacyKey]) {
      await expect(provenance.connect(by).reactivate(PACKAGE, EVENT))
        .to.be.revertedWithCustomError(provenance, "NotItsDispenser")
        .withArgs(PACKAGE, pharmacy.address, otherPharmacy.address);
    }
  });

  it("(a) is for whom that dispenser's accreditation still covers", async () => {
    const chain = await loadFixture(deployDispensed);
    const { provenance, participants, pharmacy, pharmacyKey, clerk, stranger } = chain;
    const refused = async (account: { address: string }, why: Parameters<typeof standing>[0], as = account) => {
      await expect(provenance.connect(as as typeof pharmacy).reactivate(PACKAGE, EVENT))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(account.address, ROLES.DISPENSER, standing(why));
    };
    await refused(stranger, "Unaccredited");
    await refused(clerk, "OperatorRoleMissing");
    await participants.connect(accreditorFor(chain, "DISPENSER")).suspend(pharmacy, ROLES.DISPENSER);
    await refused(pharmacy, "Suspended");
    await refused(pharmacyKey, "Suspended");
  });

  it("(b) is possible for ten days after, and not a second longer", async () => {
    const chain = await loadFixture(deployDispensed);
    const { provenance, pharmacy, dispensedAt } = chain;
    const deadline = dispensedAt + 10n * DAY;
    await time.setNextBlockTimestamp(deadline + 1n);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "ReactivationTooLate")
      .withArgs(PACKAGE, deadline);
  });

  it("(b) is possible in the last second of these ten days", async () => {
    const { provenance, pharmacy, dispensedAt } = await loadFixture(deployDispensed);
    await time.setNextBlockTimestamp(dispensedAt + 10n * DAY);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT)).to.emit(provenance, "Reactivated");
  });

  it("(c) is for what has not expired: to the last second of its last day of use", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    const last = await lastSecondOfUse(chain, [pharmacy, "DISPENSER"]);
    await time.setNextBlockTimestamp(last - 2n);
    await BRING_INTO.Dispensed(chain);
    await time.setNextBlockTimestamp(last + 1n);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Expired);
    await time.setNextBlockTimestamp(last);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT)).to.emit(provenance, "Reactivated");
  });

  it("(d) is not for what is recalled", async () => {
    const chain = await loadFixture(deployDispensed);
    const { provenance, pharmacy } = chain;
    await recall(chain);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Recalled);
  });

  for (const state of ["Suspect", "Illegitimate", "Exported", "Destroyed", "Stolen", "Lost"] as const) {
    it(`(d) is not for what is in state ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      await BRING_INTO[state](chain);
      await expect(chain.provenance.connect(chain.pharmacy).reactivate(PACKAGE, EVENT))
        .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
        .withArgs(PACKAGE, DISPOSITION[state]);
    });
  }

  it("(d) is not for what is under review, until that has ended", async () => {
    const chain = await loadFixture(deployDispensed);
    const { provenance, investigations, pharmacy, otherPharmacy, manufacturer } = chain;
    await dispense(chain, otherPharmacy);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "UnderReview")
      .withArgs(PACKAGE);
    await investigations.connect(manufacturer).clear(PACKAGE, ROLES.MANUFACTURER, EVIDENCE);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT)).to.emit(provenance, "Reactivated");
  });

  for (const state of ["Supplied", "PartiallyDispensed"] as const) {
    it(`(e) is not for what was handed to the public: ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      await BRING_INTO[state](chain);
      await expect(chain.provenance.connect(chain.pharmacy).reactivate(PACKAGE, EVENT))
        .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
        .withArgs(PACKAGE, DISPOSITION[state]);
    });
  }

  it("is not for what was never dispensed, or is reactivated already", async () => {
    const { provenance, pharmacy } = await loadFixture(deployPharmacies);
    const dispenser = provenance.connect(pharmacy);
    await expect(dispenser.reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "WrongDisposition")
      .withArgs(PACKAGE, DISPOSITION.None);
    const chain = await loadFixture(deployDispensed);
    await chain.provenance.connect(chain.pharmacy).reactivate(PACKAGE, EVENT);
    await expect(chain.provenance.connect(chain.pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
      .withArgs(PACKAGE, DISPOSITION.Active);
  });
});
