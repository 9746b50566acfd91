/** What happens where a package that was dispensed would be dispensed again. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import {
  BRING_INTO,
  DAY,
  PACKAGE,
  deployPharmacies,
  dispense,
  itemOf,
  nextTime,
  openPackage,
  REVIEWERS,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, LOT, NO_ORIGIN } from "../support/provenanceParties";

const NONE = 0n;

describe("Dispensing: again", () => {
  for (const state of ["PartiallyDispensed", "Dispensed", "Supplied"] as const) {
    it(`what another dispensed (${state}) changes nothing but that it is under review, and names both`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { provenance, pharmacy, otherPharmacy, otherPharmacyKey, origins } = chain;
      await BRING_INTO[state](chain);
      const before = await itemOf(chain, PACKAGE);
      const units = await provenance.unitsLeftOf(PACKAGE);
      for (const origin of [NO_ORIGIN, origins.package]) {
        for (const by of [otherPharmacy, otherPharmacyKey]) {
          expect(await provenance.connect(by).dispense.staticCall(PACKAGE, origin, 0, false, EVIDENCE)).to.equal(false);
          const sent = provenance.connect(by).dispense(PACKAGE, origin, 0, false, EVIDENCE);
          await expect(sent)
            .to.emit(provenance, "DuplicateDispense")
            .withArgs(PACKAGE, pharmacy.address, otherPharmacy.address, by.address, EVIDENCE);
          await expect(sent).not.to.emit(provenance, "Dispensed");
          await expect(sent).not.to.emit(provenance, "Transfer");
        }
      }
      expect(await provenance.contestedBy(PACKAGE)).to.equal(otherPharmacy.address);
      expect(await itemOf(chain, PACKAGE)).to.deep.equal(before);
      expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(units);
      expect(await provenance.balanceOf(otherPharmacy)).to.equal(0n);
    });
  }

  for (const state of ["Dispensed", "Supplied"] as const) {
    it(`what the same pharmacy dispensed whole (${state}) is a duplicate as well`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { provenance, pharmacy, pharmacyKey } = chain;
      await BRING_INTO[state](chain);
      await expect(dispense(chain, pharmacyKey))
        .to.emit(provenance, "DuplicateDispense")
        .withArgs(PACKAGE, pharmacy.address, pharmacy.address, pharmacyKey.address, EVENT);
      expect(await provenance.contestedBy(PACKAGE)).to.equal(pharmacy.address);
    });
  }

  it("the last one to do so is named, while it is under review", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy } = chain;
    await BRING_INTO.Supplied(chain);
    await dispense(chain, otherPharmacy);
    await dispense(chain, pharmacy);
    expect(await provenance.contestedBy(PACKAGE)).to.equal(pharmacy.address);
  });

  for (const [name, { by, who, role }] of Object.entries(REVIEWERS)) {
    it(`an opened package: its dispenser waits until ${name} ends the review`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { provenance, investigations, pharmacy, otherPharmacy } = chain;
      await openPackage(chain);
      await dispense(chain, otherPharmacy);
      await expect(dispense(chain, pharmacy, { units: 1 }))
        .to.be.revertedWithCustomError(provenance, "UnderReview")
        .withArgs(PACKAGE);
      const reviewer = by(chain);
      await expect(investigations.connect(reviewer).clear(PACKAGE, ROLES[role], EVIDENCE))
        .to.emit(investigations, "Cleared")
        .withArgs(PACKAGE, chain[who].address, reviewer.address, EVIDENCE);
      expect(await provenance.contestedBy(PACKAGE)).to.equal(ZeroAddress);
      await expect(dispense(chain, pharmacy, { units: 1 }))
        .to.emit(provenance, "Dispensed")
        .withArgs(PACKAGE, pharmacy.address, LOT.key, NONE, 1, 19, true, pharmacy.address, EVENT);
      await dispense(chain, otherPharmacy);
      expect(await provenance.contestedBy(PACKAGE)).to.equal(otherPharmacy.address);
    });
  }

  it("is reported by a dispenser 20 times, and once more for each 20th of a day", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy, otherPharmacyKey } = chain;
    await BRING_INTO.Supplied(chain);
    const start = await nextTime();
    for (let i = 0; i < 20; i++) {
      if (i > 0) await time.setNextBlockTimestamp(start + BigInt(i));
      // A key counts for its organisation.
      await dispense(chain, i % 2 === 0 ? otherPharmacy : otherPharmacyKey);
    }
    // Each report starts the time for the next one anew; so the last of them counts.
    const next = start + 19n + DAY / 20n;
    await time.setNextBlockTimestamp(next - 1n);
    for (const by of [otherPharmacy, otherPharmacyKey]) {
      await expect(dispense(chain, by))
        .to.be.revertedWithCustomError(provenance, "TooManyDuplicates")
        .withArgs(otherPharmacy.address);
    }
    await time.setNextBlockTimestamp(next);
    await expect(dispense(chain, otherPharmacy)).to.emit(provenance, "DuplicateDispense");
    await expect(dispense(chain, pharmacy)).to.emit(provenance, "DuplicateDispense");
  });
});
