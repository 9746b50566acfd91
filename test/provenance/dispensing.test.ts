import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { accredit, type Account } from "../support/careproof";
import {
  DISPOSITION,
  OBSTACLE,
  PACKAGE,
  SECOND,
  TOTE,
  deployPharmacies,
  dispense,
  disposeAs,
  endedItem,
  itemOf,
  lastSecondOfUse,
  nextTime,
  openPackage,
  packTote,
  quarantine,
  recall,
  takeOut,
  type Pharmacies,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, LOT, NO_ORIGIN, UNITS, ids, shipment, treeOf, sgtin } from "../support/provenanceParties";

const NONE = 0n;
const CASE = ids.cases[0]!;

/** Who can act for the pharmacy: itself, and its key. */
const ACTORS: Record<string, (chain: Pharmacies) => Account> = {
  "the pharmacy": ({ pharmacy }) => pharmacy,
  "a key of the pharmacy": ({ pharmacyKey }) => pharmacyKey,
};

describe("Dispensing: a whole package", () => {
  for (const [name, actor] of Object.entries(ACTORS)) {
    for (const supplied of [true, false]) {
      it(`is dispensed by ${name} out of its case, ${supplied ? "" : "not "}handed out, without ever being a token`, async () => {
        const chain = await loadFixture(deployPharmacies);
        const { provenance, pharmacy } = chain;
        const by = actor(chain);
        const at = await nextTime();
        const sent = dispense(chain, by, { supplied });
        await expect(sent)
          .to.emit(provenance, "Dispensed")
          .withArgs(PACKAGE, pharmacy.address, LOT.key, CASE, UNITS, 0, supplied, by.address, EVENT);
        await expect(sent).not.to.emit(provenance, "Transfer");
        expect(await itemOf(chain, PACKAGE)).to.deep.equal(
          endedItem(pharmacy, at, supplied ? "Supplied" : "Dispensed"),
        );
        expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(0n);
        expect(await provenance.contestedBy(PACKAGE)).to.equal(ZeroAddress);
        expect(await provenance.custodianOf(PACKAGE, NO_ORIGIN)).to.equal(ZeroAddress);
        expect(await provenance.balanceOf(pharmacy)).to.equal(1n);
        await expect(provenance.ownerOf(PACKAGE))
          .to.be.revertedWithCustomError(provenance, "ERC721NonexistentToken")
          .withArgs(PACKAGE);
      });
    }
  }

  it("is dispensed as a token, which is burnt", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, pharmacyKey } = chain;
    await takeOut(chain);
    expect(await provenance.balanceOf(pharmacy)).to.equal(2n);
    const at = await nextTime();
    await expect(dispense(chain, pharmacyKey, { origin: NO_ORIGIN }))
      .to.emit(provenance, "Dispensed")
      .withArgs(PACKAGE, pharmacy.address, LOT.key, NONE, UNITS, 0, true, pharmacyKey.address, EVENT)
      .and.to.emit(provenance, "Transfer")
      .withArgs(pharmacy.address, ZeroAddress, PACKAGE);
    expect(await itemOf(chain, PACKAGE)).to.deep.equal(endedItem(pharmacy, at, "Supplied"));
    expect(await provenance.balanceOf(pharmacy)).to.equal(1n);
  });

  it("is dispensed out of a tote that it was packed into, which keeps the rest", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, pharmacyKey } = chain;
    await packTote(chain);
    const contract = await provenance.getAddress();
    expect(await provenance.balanceOf(contract)).to.equal(2n);
    const at = await nextTime();
    await expect(dispense(chain, pharmacyKey, { origin: NO_ORIGIN }))
      .to.emit(provenance, "Dispensed")
      .withArgs(PACKAGE, pharmacy.address, LOT.key, TOTE, UNITS, 0, true, pharmacyKey.address, EVENT)
      .and.to.emit(provenance, "Transfer")
      .withArgs(contract, ZeroAddress, PACKAGE);
    expect(await itemOf(chain, PACKAGE)).to.deep.equal(endedItem(pharmacy, at, "Supplied"));
    expect(await provenance.containerOf(PACKAGE)).to.equal(NONE);
    expect(await provenance.containerOf(SECOND)).to.equal(TOTE);
    expect(await provenance.balanceOf(contract)).to.equal(1n);
  });

  it("is dispensed straight out of its lot by a maker that also dispenses, out of no container", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, manufacturer, origins } = chain;
    await accredit(chain, manufacturer, "DISPENSER");
    await expect(dispense(chain, manufacturer, { id: ids.loose, origin: origins.loose }))
      .to.emit(provenance, "Dispensed")
      .withArgs(ids.loose, manufacturer.address, LOT.key, NONE, UNITS, 0, true, manufacturer.address, EVENT);
  });

  it("is also what is dispensed where all its units are named", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    const at = await nextTime();
    await expect(dispense(chain, pharmacy, { units: UNITS, supplied: false }))
      .to.emit(provenance, "Dispensed")
      .withArgs(PACKAGE, pharmacy.address, LOT.key, CASE, UNITS, 0, false, pharmacy.address, EVENT);
    expect(await itemOf(chain, PACKAGE)).to.deep.equal(endedItem(pharmacy, at, "Dispensed"));
  });

  it("says that it was dispensed, and of what is dispensed afterwards that it was not", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, origins } = chain;
    const asked = provenance.connect(pharmacy).dispense;
    expect(await asked.staticCall(PACKAGE, origins.package, 0, true, EVENT)).to.equal(true);
    expect(await asked.staticCall(PACKAGE, origins.package, 1, true, EVENT)).to.equal(true);
    await dispense(chain, pharmacy);
    expect(await asked.staticCall(PACKAGE, origins.package, 0, true, EVENT)).to.equal(false);
  });

  it("is known by verify with who dispensed it", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, origins } = chain;
    await dispense(chain, pharmacy);
    for (const origin of [NO_ORIGIN, origins.package]) {
      const verification = await provenance.verify(PACKAGE, origin);
      expect(verification.obstacle).to.equal(OBSTACLE.Supplied);
      expect(verification.disposition).to.equal(DISPOSITION.Supplied);
      expect(verification.custodian).to.equal(ZeroAddress);
      expect(verification.receivedFrom).to.equal(pharmacy.address);
      expect(verification.lotKey).to.equal(LOT.key);
    }
  });
});

describe("Dispensing: parts of a package", () => {
  for (const [name, actor] of Object.entries(ACTORS)) {
    it(`are dispensed by ${name} until the last unit; in between it is a token of the pharmacy`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { provenance, pharmacy, wholesaler } = chain;
      const by = actor(chain);
      const first = dispense(chain, by, { units: 10, supplied: false });
      await expect(first)
        .to.emit(provenance, "Dispensed")
        .withArgs(PACKAGE, pharmacy.address, LOT.key, CASE, 10, 20, true, by.address, EVENT)
        .and.to.emit(provenance, "Transfer")
        .withArgs(ZeroAddress, pharmacy.address, PACKAGE);
      expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(20n);
      expect(await provenance.ownerOf(PACKAGE)).to.equal(pharmacy.address);
      const opened = await itemOf(chain, PACKAGE);
      expect(opened).to.include({
        party: wholesaler.address,
        lot: LOT.key,
        day: 0n,
        disposition: DISPOSITION.PartiallyDispensed,
      });

      const next = dispense(chain, by, { origin: NO_ORIGIN, units: 5 });
      await expect(next)
        .to.emit(provenance, "Dispensed")
        .withArgs(PACKAGE, pharmacy.address, LOT.key, NONE, 5, 15, true, by.address, EVENT);
      await expect(next).not.to.emit(provenance, "Transfer");
      expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(15n);
      expect(await itemOf(chain, PACKAGE)).to.deep.equal(opened);

      const at = await nextTime();
      await expect(dispense(chain, by, { origin: NO_ORIGIN, units: 15 }))
        .to.emit(provenance, "Dispensed")
        .withArgs(PACKAGE, pharmacy.address, LOT.key, NONE, 15, 0, true, by.address, EVENT)
        .and.to.emit(provenance, "Transfer")
        .withArgs(pharmacy.address, ZeroAddress, PACKAGE);
      expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(0n);
      expect(await itemOf(chain, PACKAGE)).to.deep.equal(endedItem(pharmacy, at, "Supplied"));
      expect(await provenance.balanceOf(pharmacy)).to.equal(1n);
    });
  }

  it("end with all that is left where no number is named, handed out whatever is said", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, origins } = chain;
    await openPackage(chain);
    const at = await nextTime();
    // Given again, the origin must be that of the token, and is.
    await expect(dispense(chain, pharmacy, { origin: origins.package, supplied: false }))
      .to.emit(provenance, "Dispensed")
      .withArgs(PACKAGE, pharmacy.address, LOT.key, NONE, 20, 0, true, pharmacy.address, EVENT);
    expect(await itemOf(chain, PACKAGE)).to.deep.equal(endedItem(pharmacy, at, "Supplied"));
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.be.revertedWithCustomError(provenance, "WrongDisposition")
      .withArgs(PACKAGE, DISPOSITION.Supplied);
  });

  it("are dispensed of a token, which stays what it is", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    await takeOut(chain);
    const taken = await itemOf(chain, PACKAGE);
    const sent = dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 29 });
    await expect(sent)
      .to.emit(provenance, "Dispensed")
      .withArgs(PACKAGE, pharmacy.address, LOT.key, NONE, 29, 1, true, pharmacy.address, EVENT);
    await expect(sent).not.to.emit(provenance, "Transfer");
    expect(await itemOf(chain, PACKAGE)).to.deep.equal({ ...taken, disposition: DISPOSITION.PartiallyDispensed });
    expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(1n);
  });

  it("are dispensed of a package in a tote, which it leaves", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    await packTote(chain);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 1 }))
      .to.emit(provenance, "Dispensed")
      .withArgs(PACKAGE, pharmacy.address, LOT.key, TOTE, 1, 29, true, pharmacy.address, EVENT)
      .and.to.emit(provenance, "Transfer")
      .withArgs(await provenance.getAddress(), pharmacy.address, PACKAGE);
    expect(await provenance.containerOf(PACKAGE)).to.equal(NONE);
    expect(await provenance.containerOf(SECOND)).to.equal(TOTE);
    expect(await provenance.ownerOf(PACKAGE)).to.equal(pharmacy.address);
  });

  it("are no more than are left", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    await expect(dispense(chain, pharmacy, { units: UNITS + 1 }))
      .to.be.revertedWithCustomError(provenance, "NotEnoughUnits")
      .withArgs(PACKAGE, UNITS, UNITS + 1);
    await openPackage(chain);
    await expect(dispense(chain, pharmacy, { units: 21 }))
      .to.be.revertedWithCustomError(provenance, "NotEnoughUnits")
      .withArgs(PACKAGE, 20, 21);
  });
});

describe("Dispensing: an opened package", () => {
  it("neither moves nor is packed, taken out, exported, bound to a stream or reactivated", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, investigations, pharmacy, wholesaler, origins } = chain;
    await openPackage(chain);
    const holder = provenance.connect(pharmacy);
    const back = shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR");
    const opened = DISPOSITION.PartiallyDispensed;
    for (const attempt of [
      () => holder.ship([PACKAGE], back),
      () => holder.take(PACKAGE, NO_ORIGIN, ROLES.DISPENSER, EVENT),
      () => holder.unpack([PACKAGE], ROLES.DISPENSER, EVENT),
      () => disposeAs(chain, "Exported"),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.PartiallyDispensed);
    }
    for (const attempt of [
      () => holder.shipFromLot(PACKAGE, origins.package, back),
      () => holder.pack(TOTE, 7, [PACKAGE], ROLES.DISPENSER, EVENT),
      () => holder.restock([PACKAGE], ROLES.DISPENSER, EVENT),
      () => holder.callBack([PACKAGE], ROLES.DISPENSER, EVENT),
      () => holder.reactivate(PACKAGE, EVENT),
    ]) {
      await expect(attempt()).to.be.revertedWithCustomError(provenance, "WrongDisposition").withArgs(PACKAGE, opened);
    }
    await expect(investigations.connect(pharmacy).bindTelemetry(PACKAGE, pharmacy.address, EVENT, ROLES.DISPENSER))
      .to.be.revertedWithCustomError(investigations, "NotConcerned")
      .withArgs(PACKAGE, pharmacy.address);
    expect((await itemOf(chain, PACKAGE)).disposition).to.equal(opened);
  });

  for (const end of ["Destroyed", "Stolen", "Lost"] as const) {
    it(`can end as ${end.toLowerCase()}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { provenance, pharmacy } = chain;
      await openPackage(chain);
      await expect(provenance.connect(pharmacy).dispose(PACKAGE, NO_ORIGIN, DISPOSITION[end], ROLES.DISPENSER, EVENT))
        .to.emit(provenance, "Disposed")
        .withArgs(PACKAGE, pharmacy.address, DISPOSITION[end], LOT.key, pharmacy.address, EVENT)
        .and.to.emit(provenance, "Transfer")
        .withArgs(pharmacy.address, ZeroAddress, PACKAGE);
      await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN }))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE[end]);
    });
  }

  it("is opened still after a quarantine that was unfounded, with as many units", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, investigations, pharmacy, regulator } = chain;
    await openPackage(chain);
    const opened = await itemOf(chain, PACKAGE);
    await quarantine(chain);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN }))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Suspect);
    await investigations.connect(regulator).clear(PACKAGE, ROLES.DRUG_REGULATOR, EVIDENCE);
    expect(await itemOf(chain, PACKAGE)).to.deep.equal(opened);
    expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(20n);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 1 })).to.emit(provenance, "Dispensed");
  });

  it("is no longer dispensed once its lot is recalled", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    await openPackage(chain);
    await recall(chain);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN }))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Recalled);
  });

  it("is dispensed in its last second of use and no longer", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy } = chain;
    await openPackage(chain);
    const last = await lastSecondOfUse(chain, [pharmacy, "DISPENSER"]);
    await dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 1 });
    await time.setNextBlockTimestamp(last + 1n);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN, units: 1 }))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Expired);
  });

  it("is refused with the proof of another commissioning", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, manufacturer } = chain;
    await openPackage(chain);
    const again = await treeOf([{ identifier: sgtin("A1"), path: [] }], 1);
    await provenance.connect(manufacturer).commissionRun(LOT.key, 1, again.root, 7, EVENT);
    await expect(dispense(chain, pharmacy, { origin: again.originOf(sgtin("A1")) }))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Duplicate);
  });
});
