/** The attacks on and by dispensing, each of which must fail. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";
import { accreditorFor, type Account } from "../support/careproof";
import {
  BRING_INTO,
  DAY,
  DISPOSITION,
  ELSEWHERE,
  OBSTACLE,
  PACKAGE,
  SECOND,
  deployPharmacies,
  dispense,
  disposeAs,
  itemOf,
  lastSecondOfUse,
  openPackage,
  quarantine,
  recall,
  standing,
  takeOut,
  type Dispensing,
  type Pharmacies,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, LOT, NO_ORIGIN, ids, sgtin, shipment, treeOf } from "../support/provenanceParties";

/** The second dispensing is a duplicate that changes nothing but the review. */
async function expectDuplicate(chain: Pharmacies, second: Account, asked: Dispensing = {}): Promise<void> {
  const { provenance, pharmacy } = chain;
  const before = await itemOf(chain, PACKAGE);
  const sent = dispense(chain, second, asked);
  await expect(sent)
    .to.emit(provenance, "DuplicateDispense")
    .withArgs(PACKAGE, pharmacy.address, second.address, second.address, EVENT);
  await expect(sent).not.to.emit(provenance, "Dispensed");
  expect(await itemOf(chain, PACKAGE)).to.deep.equal(before);
  expect(await provenance.contestedBy(PACKAGE)).to.equal(second.address);
}

async function expectNotSaleable(
  chain: Pharmacies,
  by: Account,
  obstacle: keyof typeof OBSTACLE,
  asked: Dispensing = {},
): Promise<void> {
  await expect(dispense(chain, by, asked))
    .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
    .withArgs(asked.id ?? PACKAGE, OBSTACLE[obstacle]);
}

describe("attacks by dispensing twice", () => {
  it("the same package dispensed twice by one pharmacy, before it is unpacked", async () => {
    const chain = await loadFixture(deployPharmacies);
    await dispense(chain, chain.pharmacy);
    await expectDuplicate(chain, chain.pharmacy);
  });

  it("the same package dispensed twice by one pharmacy, after it is unpacked", async () => {
    const chain = await loadFixture(deployPharmacies);
    await takeOut(chain);
    await dispense(chain, chain.pharmacy, { origin: NO_ORIGIN });
    await expectDuplicate(chain, chain.pharmacy, { origin: NO_ORIGIN });
  });

  it("the same package dispensed twice by one pharmacy, first in its case and then as if it was unpacked", async () => {
    const chain = await loadFixture(deployPharmacies);
    await dispense(chain, chain.pharmacy);
    await expectNotSaleableToTake(chain);
    await expectDuplicate(chain, chain.pharmacy, { origin: NO_ORIGIN });
  });

  it("the same package dispensed by two pharmacies, before it is unpacked", async () => {
    const chain = await loadFixture(deployPharmacies);
    await dispense(chain, chain.pharmacy);
    await expectDuplicate(chain, chain.otherPharmacy);
  });

  it("the same package dispensed by two pharmacies, after it is unpacked", async () => {
    const chain = await loadFixture(deployPharmacies);
    await takeOut(chain);
    await dispense(chain, chain.pharmacy, { origin: NO_ORIGIN });
    await expectDuplicate(chain, chain.otherPharmacy, { origin: NO_ORIGIN });
    await expectDuplicate(chain, chain.otherPharmacy);
  });

  it("the same package dispensed whole by a pharmacy that received its case after another dispensed it", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, wholesaler, otherPharmacy } = chain;
    await dispense(chain, pharmacy);
    // The case goes back and on to the other pharmacy, and the package is not in it any more.
    await provenance
      .connect(pharmacy)
      .ship([ids.cases[0]!], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR"));
    const asWholesaler = provenance.connect(wholesaler);
    await asWholesaler.receiveShipment([ids.cases[0]!], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await asWholesaler.restock([ids.cases[0]!], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await asWholesaler.ship([ids.cases[0]!], shipment(otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
    await provenance.connect(otherPharmacy).receiveShipment([ids.cases[0]!], ROLES.DISPENSER, EVENT);
    await expectDuplicate(chain, otherPharmacy);
    await expect(dispense(chain, otherPharmacy, { id: SECOND, origin: chain.origins.second })).to.emit(
      provenance,
      "Dispensed",
    );
  });

  it("a package commissioned a second time, dispensed again by the proof of the second run", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, manufacturer, otherPharmacy } = chain;
    const again = await treeOf([{ identifier: sgtin("A1"), path: [] }], 1);
    await provenance.connect(manufacturer).commissionRun(LOT.key, 1, again.root, 7, EVENT);
    await dispense(chain, chain.pharmacy);
    await expectDuplicate(chain, otherPharmacy, { origin: again.originOf(sgtin("A1")) });
  });

  it("a duplicate reported while an opened package is half used stops the rest until it is reviewed", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, investigations, pharmacy, otherPharmacy, regulator } = chain;
    await openPackage(chain);
    await expectDuplicate(chain, otherPharmacy, { units: 5 });
    expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(20n);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 5 }))
      .to.be.revertedWithCustomError(provenance, "UnderReview")
      .withArgs(PACKAGE);
    // Its dispenser cannot end the review itself.
    await expect(investigations.connect(pharmacy).clear(PACKAGE, ROLES.DISPENSER, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "RoleNotFit")
      .withArgs(ROLES.DISPENSER);
    await investigations.connect(regulator).clear(PACKAGE, ROLES.DRUG_REGULATOR, EVIDENCE);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 5 })).to.emit(provenance, "Dispensed");
  });

  it("many real packages smeared as duplicates: 20 at once, and 20 a day from then on", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, otherPharmacy, otherPharmacyKey, pharmacy } = chain;
    const targets = [PACKAGE, SECOND, ids.packages[2]!];
    for (const [i, id] of targets.entries()) {
      const origin = chain.run.originOf(sgtin(`A${i + 1}`));
      await dispense(chain, pharmacy, { id, origin });
    }
    let reported = 0;
    const smear = async (attempts: number) => {
      for (let i = 0; i < attempts; i++) {
        const by = i % 2 === 0 ? otherPharmacy : otherPharmacyKey;
        try {
          await dispense(chain, by, { id: targets[i % 3]!, origin: NO_ORIGIN });
          reported++;
        } catch {
          await expect(dispense(chain, by, { id: targets[i % 3]!, origin: NO_ORIGIN }))
            .to.be.revertedWithCustomError(provenance, "TooManyDuplicates")
            .withArgs(otherPharmacy.address);
        }
      }
    };
    await smear(30);
    expect(reported).to.equal(20);
    await time.increase(DAY / 2n);
    await smear(30);
    expect(reported).to.equal(30);
    // What another reports is not held up by that.
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN })).to.emit(provenance, "DuplicateDispense");
  });

  it("packages smeared that nobody dispensed: they are not touched", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy } = chain;
    await expect(dispense(chain, otherPharmacy))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(PACKAGE, pharmacy.address, otherPharmacy.address);
    expect(await provenance.contestedBy(PACKAGE)).to.equal(ZeroAddress);
    await expect(dispense(chain, pharmacy)).to.emit(provenance, "Dispensed");
  });

  async function expectNotSaleableToTake(chain: Pharmacies): Promise<void> {
    await expect(chain.provenance.connect(chain.pharmacy).take(PACKAGE, chain.origins.package, ROLES.DISPENSER, EVENT))
      .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Supplied);
  }
});

describe("attacks by dispensing what is not genuine or not fit", () => {
  it("a clone dispensed elsewhere while the real package is on a pallet", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, wholesaler, otherPharmacy, origins } = chain;
    await expect(dispense(chain, otherPharmacy, { id: ELSEWHERE, origin: origins.elsewhere }))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(ELSEWHERE, wholesaler.address, otherPharmacy.address);
    expect((await itemOf(chain, ELSEWHERE)).disposition).to.equal(DISPOSITION.None);
  });

  it("a clone dispensed elsewhere while the real package is in a case at another pharmacy, or loose there", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy, origins } = chain;
    const refused = async (origin = origins.package) => {
      await expect(dispense(chain, otherPharmacy, { origin }))
        .to.be.revertedWithCustomError(provenance, "NotCustodian")
        .withArgs(PACKAGE, pharmacy.address, otherPharmacy.address);
    };
    await refused();
    await takeOut(chain);
    await refused();
    await refused(NO_ORIGIN);
  });

  it("a clone dispensed elsewhere by the proof of a lot of the forger's own", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, companyPrefixes, gs1MemberOrganisation, otherManufacturer, otherPharmacy } = chain;
    // The forger holds a prefix and a lot, but not those of the package.
    await companyPrefixes.connect(gs1MemberOrganisation).register(9_521_141n, 7, otherManufacturer.address);
    const gtin = 9_521_141_123_454n;
    const terms = {
      gtin,
      prefixLength: 7,
      lotNumber: `0x${"41".repeat(20)}`,
      expirationDate: (await provenance.lotOf(LOT.key)).expirationDate,
      units: 1,
    };
    const forged = await provenance.lotKey(gtin, terms.lotNumber);
    const tree = await treeOf([{ identifier: sgtin("A1"), path: [] }], 0, forged);
    await provenance.connect(otherManufacturer).commissionLot(terms, tree.root, EVENT);
    await expectNotSaleable(chain, otherPharmacy, "NotAnIdentifier", { origin: tree.originOf(sgtin("A1")) });
  });

  it("an invented serial, with every proof that there is", async () => {
    const chain = await loadFixture(deployPharmacies);
    const invented = tokenIdOf(sgtin("A4"));
    for (const origin of Object.values(chain.origins)) {
      await expectNotSaleable(chain, chain.pharmacy, "NotInLot", { id: invented, origin });
    }
    await expectNotSaleable(chain, chain.pharmacy, "UnknownLot", { id: invented, origin: NO_ORIGIN });
  });

  it("one after the recall of its lot, whole, loose or opened", async () => {
    const chain = await loadFixture(deployPharmacies);
    await takeOut(chain, SECOND, chain.origins.second);
    await openPackage(chain);
    await recall(chain);
    await expectNotSaleable(chain, chain.pharmacy, "Recalled", {
      id: ids.packages[2]!,
      origin: chain.run.originOf(sgtin("A3")),
    });
    await expectNotSaleable(chain, chain.pharmacy, "Recalled", { id: SECOND, origin: NO_ORIGIN });
    await expectNotSaleable(chain, chain.pharmacy, "Recalled", { origin: NO_ORIGIN });
  });

  it("one after its expiry", async () => {
    const chain = await loadFixture(deployPharmacies);
    const last = await lastSecondOfUse(chain, [chain.pharmacy, "DISPENSER"]);
    await time.setNextBlockTimestamp(last + 1n);
    await expectNotSaleable(chain, chain.pharmacy, "Expired");
  });

  it("one while it is suspect, alone or with its case", async () => {
    const chain = await loadFixture(deployPharmacies);
    await quarantine(chain, SECOND, chain.origins.second);
    await expectNotSaleable(chain, chain.pharmacy, "Suspect", { id: SECOND, origin: NO_ORIGIN });
    await quarantine(chain, ids.cases[0]);
    await expectNotSaleable(chain, chain.pharmacy, "Suspect");
  });

  it("one by a suspended pharmacy, by itself and by its key", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, participants, pharmacy, pharmacyKey } = chain;
    await participants.connect(accreditorFor(chain, "DISPENSER")).suspend(pharmacy, ROLES.DISPENSER);
    for (const by of [pharmacy, pharmacyKey]) {
      await expect(dispense(chain, by))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(by.address, ROLES.DISPENSER, standing("Suspended"));
    }
    expect((await provenance.verify(PACKAGE, chain.origins.package)).obstacle).to.equal(OBSTACLE.None);
  });

  it("one by a key of the pharmacy without the role", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { participants, clerk } = chain;
    await expect(dispense(chain, clerk))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(clerk.address, ROLES.DISPENSER, standing("OperatorRoleMissing"));
  });
});

describe("attacks after dispensing", () => {
  it("a dispenser that reactivates what another dispensed", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy } = chain;
    await BRING_INTO.Dispensed(chain);
    await expect(provenance.connect(otherPharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotItsDispenser")
      .withArgs(PACKAGE, pharmacy.address, otherPharmacy.address);
    // Reporting a duplicate first does not make it the one that dispensed.
    await dispense(chain, otherPharmacy);
    await expect(provenance.connect(otherPharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotItsDispenser")
      .withArgs(PACKAGE, pharmacy.address, otherPharmacy.address);
  });

  it("a dispenser that reactivates what is recalled", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    await BRING_INTO.Dispensed(chain);
    await recall(chain);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Recalled);
  });

  it("a dispenser that reactivates what a second one offers as well, to sell both", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy } = chain;
    await BRING_INTO.Dispensed(chain);
    await expectDuplicate(chain, otherPharmacy);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "UnderReview")
      .withArgs(PACKAGE);
  });

  it("a custodian that declares suspect product lost gets neither it nor its record back", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, investigations, pharmacy, regulator, wholesaler } = chain;
    await quarantine(chain, PACKAGE, chain.origins.package);
    const doubt = await investigations.caseOf(PACKAGE);
    const holder = provenance.connect(pharmacy);
    // It cannot be said to be exported or destroyed, only to be gone.
    for (const end of ["Exported", "Destroyed"] as const) {
      await expect(disposeAs(chain, end, NO_ORIGIN))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.Suspect);
    }
    await expect(disposeAs(chain, "Lost", NO_ORIGIN))
      .to.emit(provenance, "Disposed")
      .withArgs(PACKAGE, pharmacy.address, DISPOSITION.Lost, LOT.key, pharmacy.address, EVENT);
    expect(await investigations.caseOf(PACKAGE)).to.deep.equal(doubt);

    await expectNotSaleable(chain, pharmacy, "Lost", { origin: NO_ORIGIN });
    await expectNotSaleable(chain, pharmacy, "Lost");
    await expect(holder.ship([PACKAGE], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR")))
      .to.be.revertedWithCustomError(provenance, "NotMaterialised")
      .withArgs(PACKAGE);
    await expect(holder.take(PACKAGE, chain.origins.package, ROLES.DISPENSER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Lost);
    await expect(investigations.connect(regulator).clear(PACKAGE, ROLES.DRUG_REGULATOR, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "NoOpenCase")
      .withArgs(PACKAGE);
  });

  it("a custodian that declares illegitimate product lost, stolen or destroyed", async () => {
    const chain = await loadFixture(deployPharmacies);
    await BRING_INTO.Illegitimate(chain);
    for (const end of ["Exported", "Destroyed", "Stolen", "Lost"] as const) {
      await expect(disposeAs(chain, end, NO_ORIGIN))
        .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.Illegitimate);
    }
  });

  it("a dispenser that declares lost what it dispensed, to have it again", async () => {
    const chain = await loadFixture(deployPharmacies);
    await BRING_INTO.Dispensed(chain);
    for (const end of ["Exported", "Destroyed", "Stolen", "Lost"] as const) {
      await expect(disposeAs(chain, end, NO_ORIGIN))
        .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.Dispensed);
    }
  });
});
