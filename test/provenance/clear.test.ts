/** The end of a doubt that was unfounded. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import {
  BRING_INTO,
  DISPOSITION,
  OBSTACLE,
  PACKAGE,
  TOTE,
  condemn,
  deployPharmacies,
  dispense,
  itemOf,
  openPackage,
  packTote,
  recall,
  standing,
  takeOut,
  REVIEWERS,
  OTHER_CASE,
  sendCase,
  type Pharmacies,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, LOT, NO_ORIGIN, shipment } from "../support/provenanceParties";

describe("ProductInvestigations: clear", () => {
  /** The pharmacy doubts a package that it took out of its case. */
  async function deployDoubted(): Promise<Pharmacies> {
    const chain = await loadFixture(deployPharmacies);
    await takeOut(chain);
    await chain.investigations.connect(chain.pharmacy).quarantine(PACKAGE, NO_ORIGIN, ROLES.DISPENSER, EVIDENCE);
    return chain;
  }

  for (const [name, { by, who, role }] of Object.entries(REVIEWERS)) {
    it(`puts a suspect thing into commerce again, by ${name}`, async () => {
      const chain = await loadFixture(deployDoubted);
      const { investigations, provenance, pharmacy, wholesaler } = chain;
      const doubt = await investigations.caseOf(PACKAGE);
      const caller = by(chain);
      await expect(investigations.connect(caller).clear(PACKAGE, ROLES[role], EVENT))
        .to.emit(investigations, "Cleared")
        .withArgs(PACKAGE, chain[who].address, caller.address, EVENT)
        .and.to.emit(provenance, "MetadataUpdate")
        .withArgs(PACKAGE);
      expect(await itemOf(chain, PACKAGE)).to.include({
        party: wholesaler.address,
        lot: LOT.key,
        disposition: DISPOSITION.Active,
      });
      expect(await provenance.ownerOf(PACKAGE)).to.equal(pharmacy.address);
      expect(await investigations.caseOf(PACKAGE)).to.deep.equal(doubt);
      await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN })).to.emit(provenance, "Dispensed");
    });
  }

  it("leaves what is recalled unsaleable", async () => {
    const chain = await loadFixture(deployDoubted);
    await recall(chain);
    await chain.investigations.connect(chain.manufacturer).clear(PACKAGE, ROLES.MANUFACTURER, EVIDENCE);
    expect((await chain.provenance.verify(PACKAGE, NO_ORIGIN)).obstacle).to.equal(OBSTACLE.Recalled);
  });

  it("leaves the doubt about what is both suspect and dispensed twice for a second call", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, provenance, pharmacy, otherPharmacy, manufacturer } = chain;
    await openPackage(chain);
    await dispense(chain, otherPharmacy);
    await investigations.connect(pharmacy).quarantine(PACKAGE, NO_ORIGIN, ROLES.DISPENSER, EVIDENCE);
    const clear = () => investigations.connect(manufacturer).clear(PACKAGE, ROLES.MANUFACTURER, EVIDENCE);
    await clear();
    expect((await itemOf(chain, PACKAGE)).disposition).to.equal(DISPOSITION.PartiallyDispensed);
    expect(await provenance.contestedBy(PACKAGE)).to.equal(otherPharmacy.address);
    await clear();
    expect(await provenance.contestedBy(PACKAGE)).to.equal(ZeroAddress);
  });

  it("of what is of no lot is for regulators", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, pharmacy, manufacturer, regulator } = chain;
    await packTote(chain);
    await investigations.connect(pharmacy).quarantine(TOTE, NO_ORIGIN, ROLES.DISPENSER, EVIDENCE);
    await expect(investigations.connect(manufacturer).clear(TOTE, ROLES.MANUFACTURER, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "NotConcerned")
      .withArgs(TOTE, manufacturer.address);
    await expect(investigations.connect(regulator).clear(TOTE, ROLES.DRUG_REGULATOR, EVIDENCE)).to.emit(
      investigations,
      "Cleared",
    );
  });

  it("is not for who holds it, for other makers, or for accounts in no good standing", async () => {
    const chain = await loadFixture(deployDoubted);
    const { investigations, participants, pharmacy, otherManufacturer, stranger } = chain;
    for (const role of ["DISPENSER", "WHOLESALE_DISTRIBUTOR", "THIRD_PARTY_LOGISTICS_PROVIDER"] as const) {
      await expect(investigations.connect(pharmacy).clear(PACKAGE, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(investigations, "RoleNotFit")
        .withArgs(ROLES[role]);
    }
    await expect(investigations.connect(otherManufacturer).clear(PACKAGE, ROLES.MANUFACTURER, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "NotConcerned")
      .withArgs(PACKAGE, otherManufacturer.address);
    for (const role of ["MANUFACTURER", "DRUG_REGULATOR"] as const) {
      await expect(investigations.connect(stranger).clear(PACKAGE, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(stranger.address, ROLES[role], standing("Unaccredited"));
    }
  });

  it("is not for a key without the role", async () => {
    const { investigations, participants, otherPharmacyKey } = await loadFixture(deployDoubted);
    for (const role of ["MANUFACTURER", "DRUG_REGULATOR"] as const) {
      await expect(investigations.connect(otherPharmacyKey).clear(PACKAGE, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(otherPharmacyKey.address, ROLES[role], standing("OperatorRoleMissing"));
    }
  });

  it("needs evidence", async () => {
    const { investigations, manufacturer } = await loadFixture(deployDoubted);
    await expect(
      investigations.connect(manufacturer).clear(PACKAGE, ROLES.MANUFACTURER, ZeroHash),
    ).to.be.revertedWithCustomError(investigations, "EvidenceMissing");
  });

  for (const state of ["Active", "PartiallyDispensed", "Dispensed", "Supplied", "Returned", "Lost"] as const) {
    it(`finds no doubt about what is in state ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      await BRING_INTO[state](chain);
      for (const { by, role } of Object.values(REVIEWERS)) {
        await expect(chain.investigations.connect(by(chain)).clear(PACKAGE, ROLES[role], EVIDENCE))
          .to.be.revertedWithCustomError(chain.investigations, "NoOpenCase")
          .withArgs(PACKAGE);
      }
    });
  }

  it("is not of what is illegitimate", async () => {
    const chain = await loadFixture(deployPharmacies);
    await condemn(chain, PACKAGE, chain.origins.package);
    for (const { by, role } of Object.values(REVIEWERS)) {
      await expect(chain.investigations.connect(by(chain)).clear(PACKAGE, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
        .withArgs(PACKAGE, DISPOSITION.Illegitimate);
    }
  });

  it("of a shipment leaves it with its sender, who can send it again", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, investigations, wholesaler, otherPharmacy, manufacturer } = chain;
    await sendCase(chain);
    await investigations.connect(wholesaler).quarantine(OTHER_CASE, NO_ORIGIN, ROLES.WHOLESALE_DISTRIBUTOR, EVIDENCE);
    await investigations.connect(manufacturer).clear(OTHER_CASE, ROLES.MANUFACTURER, EVIDENCE);
    expect((await itemOf(chain, OTHER_CASE)).disposition).to.equal(DISPOSITION.Active);
    await expect(
      provenance.connect(wholesaler).ship([OTHER_CASE], shipment(otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER")),
    ).to.emit(provenance, "Shipped");
  });
});
