/** What is found illegitimate: the notice that is due within 24 hours, and the incident that a regulator closes. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash, id as hashOf } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import {
  BRING_INTO,
  DAY,
  DISPOSITION,
  OBSTACLE,
  PACKAGE,
  REVIEWERS,
  TOTE,
  condemn,
  deployPharmacies,
  dispense,
  itemOf,
  nextTime,
  openPackage,
  packTote,
  quarantine,
  standing,
  type Pharmacies,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, LOT, NO_ORIGIN, ids } from "../support/provenanceParties";

const FORM_3911 = hashOf("a notice");
const INCIDENT = hashOf("an incident number");

/** The package is suspect, by the pharmacy that holds it. */
async function deploySuspect(): Promise<Pharmacies> {
  const chain = await loadFixture(deployPharmacies);
  await chain.investigations
    .connect(chain.pharmacy)
    .quarantine(PACKAGE, chain.origins.package, ROLES.DISPENSER, EVIDENCE);
  return chain;
}

/** The package is illegitimate, by a regulator. */
async function deployCondemned(): Promise<Pharmacies & { condemnedAt: bigint }> {
  const chain = await loadFixture(deployPharmacies);
  await condemn(chain, PACKAGE, chain.origins.package);
  return { ...chain, condemnedAt: BigInt(await time.latest()) };
}

describe("ProductInvestigations: condemn", () => {
  const actors = {
    ...REVIEWERS,
    "its owner": { by: ({ pharmacy }: Pharmacies) => pharmacy, who: "pharmacy", role: "DISPENSER" },
    "a key of its owner": { by: ({ pharmacyKey }: Pharmacies) => pharmacyKey, who: "pharmacy", role: "DISPENSER" },
  } as const;
  for (const [name, { by, who, role }] of Object.entries(actors)) {
    it(`finds a suspect thing illegitimate, by ${name}`, async () => {
      const chain = await loadFixture(deploySuspect);
      const { investigations, provenance, pharmacy, wholesaler } = chain;
      const before = await itemOf(chain, PACKAGE);
      const { openedAt } = await investigations.caseOf(PACKAGE);
      const caller = by(chain);
      const at = await nextTime();
      await expect(investigations.connect(caller).condemn(PACKAGE, ROLES[role], EVENT))
        .to.emit(investigations, "Condemned")
        .withArgs(PACKAGE, chain[who].address, pharmacy.address, wholesaler.address, caller.address, EVENT)
        .and.to.emit(provenance, "MetadataUpdate")
        .withArgs(PACKAGE);
      expect(await itemOf(chain, PACKAGE)).to.deep.equal({ ...before, disposition: DISPOSITION.Illegitimate });
      expect(await provenance.ownerOf(PACKAGE)).to.equal(pharmacy.address);
      expect(await investigations.caseOf(PACKAGE)).to.deep.equal([pharmacy.address, openedAt, at, false]);
    });
  }

  it("is possible for its owner also where a regulator doubts it", async () => {
    const chain = await loadFixture(deploySuspect);
    const { investigations, pharmacy } = chain;
    await quarantine(chain);
    await expect(investigations.connect(pharmacy).condemn(PACKAGE, ROLES.DISPENSER, EVIDENCE)).to.emit(
      investigations,
      "Condemned",
    );
    expect((await investigations.caseOf(PACKAGE)).byRegulator).to.equal(true);
  });

  it("is not for others, in other roles or in no good standing, and needs evidence", async () => {
    const chain = await loadFixture(deploySuspect);
    const { investigations, participants, otherPharmacy, otherManufacturer, wholesaler, pharmacy, stranger } = chain;
    for (const [caller, role] of [
      [otherPharmacy, "DISPENSER"],
      [wholesaler, "WHOLESALE_DISTRIBUTOR"],
      [otherManufacturer, "MANUFACTURER"],
    ] as const) {
      await expect(investigations.connect(caller).condemn(PACKAGE, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(investigations, "NotConcerned")
        .withArgs(PACKAGE, caller.address);
    }
    await expect(investigations.connect(pharmacy).condemn(PACKAGE, ROLES.THIRD_PARTY_LOGISTICS_PROVIDER, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "RoleNotFit")
      .withArgs(ROLES.THIRD_PARTY_LOGISTICS_PROVIDER);
    await expect(investigations.connect(stranger).condemn(PACKAGE, ROLES.DRUG_REGULATOR, EVIDENCE))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.DRUG_REGULATOR, standing("Unaccredited"));
    await expect(
      investigations.connect(pharmacy).condemn(PACKAGE, ROLES.DISPENSER, ZeroHash),
    ).to.be.revertedWithCustomError(investigations, "EvidenceMissing");
    expect((await itemOf(chain, PACKAGE)).disposition).to.equal(DISPOSITION.Suspect);
    expect((await investigations.caseOf(PACKAGE)).condemnedAt).to.equal(0n);
  });

  for (const state of ["Active", "Returned", "PartiallyDispensed", "Supplied", "Illegitimate", "Lost"] as const) {
    it(`is not of what is in state ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      await BRING_INTO[state](chain);
      for (const { by, role } of Object.values(actors)) {
        await expect(chain.investigations.connect(by(chain)).condemn(PACKAGE, ROLES[role], EVIDENCE))
          .to.be.revertedWithCustomError(chain.provenance, "WrongDisposition")
          .withArgs(PACKAGE, DISPOSITION[state]);
      }
    });
  }
});

describe("ProductInvestigations: giveNotice", () => {
  const actors = {
    "its owner": { by: ({ pharmacy }: Pharmacies) => pharmacy, who: "pharmacy", role: "DISPENSER" },
    "a key of its owner": { by: ({ pharmacyKey }: Pharmacies) => pharmacyKey, who: "pharmacy", role: "DISPENSER" },
    "the maker": REVIEWERS["the maker"]!,
    "a key of the maker": REVIEWERS["a key of the maker"]!,
  } as const;
  for (const [name, { by, who, role }] of Object.entries(actors)) {
    it(`records the notice of ${name} at the end of its 24 hours as in time`, async () => {
      const chain = await loadFixture(deployCondemned);
      const { investigations, condemnedAt } = chain;
      const dueAt = condemnedAt + DAY;
      const caller = by(chain);
      const { address } = chain[who];
      expect(await investigations.noticeOf(PACKAGE, address)).to.deep.equal([0n, dueAt, false]);
      await time.setNextBlockTimestamp(dueAt);
      await expect(investigations.connect(caller).giveNotice(PACKAGE, ROLES[role], FORM_3911))
        .to.emit(investigations, "NoticeGiven")
        .withArgs(PACKAGE, address, FORM_3911, false, caller.address);
      expect(await investigations.noticeOf(PACKAGE, address)).to.deep.equal([dueAt, dueAt, false]);
      await time.increase(DAY);
      expect(await investigations.noticeOf(PACKAGE, address)).to.deep.equal([dueAt, dueAt, false]);
    });

    it(`records the notice of ${name} a second later as late`, async () => {
      const chain = await loadFixture(deployCondemned);
      const { investigations, condemnedAt } = chain;
      const dueAt = condemnedAt + DAY;
      const caller = by(chain);
      const { address } = chain[who];
      await time.increaseTo(dueAt);
      expect(await investigations.noticeOf(PACKAGE, address)).to.deep.equal([0n, dueAt, false]);
      await time.setNextBlockTimestamp(dueAt + 1n);
      await expect(investigations.connect(caller).giveNotice(PACKAGE, ROLES[role], FORM_3911))
        .to.emit(investigations, "NoticeGiven")
        .withArgs(PACKAGE, address, FORM_3911, true, caller.address);
      expect(await investigations.noticeOf(PACKAGE, address)).to.deep.equal([dueAt + 1n, dueAt, true]);
    });
  }

  it("is overdue for who gave none, a second after its 24 hours", async () => {
    const { investigations, pharmacy, condemnedAt } = await loadFixture(deployCondemned);
    await time.increaseTo(condemnedAt + DAY + 1n);
    expect(await investigations.noticeOf(PACKAGE, pharmacy)).to.deep.equal([0n, condemnedAt + DAY, true]);
  });

  it("is each partner's own, and given once", async () => {
    const { investigations, pharmacy, pharmacyKey, manufacturer } = await loadFixture(deployCondemned);
    await investigations.connect(pharmacy).giveNotice(PACKAGE, ROLES.DISPENSER, FORM_3911);
    expect((await investigations.noticeOf(PACKAGE, manufacturer)).givenAt).to.equal(0n);
    await investigations.connect(manufacturer).giveNotice(PACKAGE, ROLES.MANUFACTURER, FORM_3911);
    for (const caller of [pharmacy, pharmacyKey]) {
      await expect(investigations.connect(caller).giveNotice(PACKAGE, ROLES.DISPENSER, FORM_3911))
        .to.be.revertedWithCustomError(investigations, "NoticeGivenBefore")
        .withArgs(PACKAGE, pharmacy.address);
    }
  });

  it("is due again where a thing is found illegitimate a second time", async () => {
    const chain = await loadFixture(deployCondemned);
    const { investigations, pharmacy, regulator } = chain;
    const holder = investigations.connect(pharmacy);
    await holder.giveNotice(PACKAGE, ROLES.DISPENSER, FORM_3911);
    await investigations.connect(regulator).closeIncident(PACKAGE, true, INCIDENT, EVIDENCE);
    await quarantine(chain);
    expect(await investigations.noticeOf(PACKAGE, pharmacy)).to.deep.equal([0n, 0n, false]);
    const again = await nextTime();
    await investigations.connect(regulator).condemn(PACKAGE, ROLES.DRUG_REGULATOR, EVIDENCE);
    expect(await investigations.noticeOf(PACKAGE, pharmacy)).to.deep.equal([0n, again + DAY, false]);
    const at = await nextTime();
    await expect(holder.giveNotice(PACKAGE, ROLES.DISPENSER, FORM_3911))
      .to.emit(investigations, "NoticeGiven")
      .withArgs(PACKAGE, pharmacy.address, FORM_3911, false, pharmacy.address);
    expect(await investigations.noticeOf(PACKAGE, pharmacy)).to.deep.equal([at, again + DAY, false]);
  });

  it("is not for others, in other roles or in no good standing, and needs the notice", async () => {
    const chain = await loadFixture(deployCondemned);
    const { investigations, participants, otherPharmacy, otherManufacturer, wholesaler, regulator, pharmacy, clerk } =
      chain;
    for (const [caller, role] of [
      [otherPharmacy, "DISPENSER"],
      [wholesaler, "WHOLESALE_DISTRIBUTOR"],
      [otherManufacturer, "MANUFACTURER"],
    ] as const) {
      await expect(investigations.connect(caller).giveNotice(PACKAGE, ROLES[role], FORM_3911))
        .to.be.revertedWithCustomError(investigations, "NotConcerned")
        .withArgs(PACKAGE, caller.address);
    }
    for (const role of [ROLES.DRUG_REGULATOR, ROLES.THIRD_PARTY_LOGISTICS_PROVIDER]) {
      await expect(investigations.connect(regulator).giveNotice(PACKAGE, role, FORM_3911))
        .to.be.revertedWithCustomError(investigations, "RoleNotFit")
        .withArgs(role);
    }
    await expect(investigations.connect(clerk).giveNotice(PACKAGE, ROLES.DISPENSER, FORM_3911))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(clerk.address, ROLES.DISPENSER, standing("OperatorRoleMissing"));
    await expect(
      investigations.connect(pharmacy).giveNotice(PACKAGE, ROLES.DISPENSER, ZeroHash),
    ).to.be.revertedWithCustomError(investigations, "EvidenceMissing");
  });

  for (const state of ["Active", "Suspect", "Supplied", "Destroyed"] as const) {
    it(`is not of what is in state ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      await BRING_INTO[state](chain);
      await expect(chain.investigations.connect(chain.pharmacy).giveNotice(PACKAGE, ROLES.DISPENSER, FORM_3911))
        .to.be.revertedWithCustomError(chain.investigations, "NotIllegitimate")
        .withArgs(PACKAGE);
    });
  }
});

describe("ProductInvestigations: closeIncident", () => {
  for (const by of ["regulator", "regulatorKey"] as const) {
    it(`puts what was genuine after all into commerce again, by ${by}`, async () => {
      const chain = await loadFixture(deployCondemned);
      const { investigations, provenance, pharmacy, wholesaler, regulator } = chain;
      await expect(investigations.connect(chain[by]).closeIncident(PACKAGE, true, INCIDENT, EVENT))
        .to.emit(investigations, "IncidentClosed")
        .withArgs(PACKAGE, regulator.address, INCIDENT, true, chain[by].address, EVENT)
        .and.to.emit(provenance, "MetadataUpdate")
        .withArgs(PACKAGE);
      expect(await itemOf(chain, PACKAGE)).to.include({
        party: wholesaler.address,
        lot: LOT.key,
        disposition: DISPOSITION.Active,
      });
      await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN })).to.emit(provenance, "Dispensed");
    });

    it(`ends what was not genuine as destroyed, by ${by}`, async () => {
      const chain = await loadFixture(deployCondemned);
      const { investigations, provenance, pharmacy, regulator } = chain;
      const sent = investigations.connect(chain[by]).closeIncident(PACKAGE, false, INCIDENT, EVENT);
      await expect(sent)
        .to.emit(investigations, "IncidentClosed")
        .withArgs(PACKAGE, regulator.address, INCIDENT, false, chain[by].address, EVENT)
        .and.to.emit(provenance, "Transfer")
        .withArgs(pharmacy.address, ZeroAddress, PACKAGE);
      await expect(sent).not.to.emit(provenance, "MetadataUpdate");
      expect((await itemOf(chain, PACKAGE)).disposition).to.equal(DISPOSITION.Destroyed);
      expect(await provenance.custodianOf(PACKAGE, NO_ORIGIN)).to.equal(ZeroAddress);
    });
  }

  it("destroys a container with all in it", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, provenance, regulator, pharmacy, origins } = chain;
    await condemn(chain, ids.cases[0]);
    await investigations.connect(regulator).closeIncident(ids.cases[0]!, false, INCIDENT, EVIDENCE);
    await expect(dispense(chain, pharmacy))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Destroyed);
    expect(await provenance.custodianOf(PACKAGE, origins.package)).to.equal(ZeroAddress);
  });

  it("leaves an opened package that was genuine opened", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, provenance, regulator } = chain;
    await openPackage(chain);
    await condemn(chain);
    await investigations.connect(regulator).closeIncident(PACKAGE, true, INCIDENT, EVIDENCE);
    expect((await itemOf(chain, PACKAGE)).disposition).to.equal(DISPOSITION.PartiallyDispensed);
    expect(await provenance.unitsLeftOf(PACKAGE)).to.equal(20n);
  });

  it("is for what is of no lot as well", async () => {
    const chain = await loadFixture(deployPharmacies);
    await packTote(chain);
    await condemn(chain, TOTE);
    await expect(chain.investigations.connect(chain.regulator).closeIncident(TOTE, true, INCIDENT, EVIDENCE)).to.emit(
      chain.investigations,
      "IncidentClosed",
    );
    expect((await itemOf(chain, TOTE)).disposition).to.equal(DISPOSITION.Active);
  });

  it("is for regulators only", async () => {
    const { investigations, participants, manufacturer, pharmacy, stranger, otherPharmacyKey } =
      await loadFixture(deployCondemned);
    for (const [caller, why] of [
      [manufacturer, "Unaccredited"],
      [pharmacy, "Unaccredited"],
      [stranger, "Unaccredited"],
      [otherPharmacyKey, "OperatorRoleMissing"],
    ] as const) {
      await expect(investigations.connect(caller).closeIncident(PACKAGE, true, INCIDENT, EVIDENCE))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(caller.address, ROLES.DRUG_REGULATOR, standing(why));
    }
  });

  it("needs the incident's number and evidence", async () => {
    const { investigations, regulator } = await loadFixture(deployCondemned);
    for (const [incident, evidence] of [
      [ZeroHash, EVIDENCE],
      [INCIDENT, ZeroHash],
    ] as const) {
      await expect(
        investigations.connect(regulator).closeIncident(PACKAGE, true, incident, evidence),
      ).to.be.revertedWithCustomError(investigations, "EvidenceMissing");
    }
  });

  for (const state of ["Active", "Suspect", "Supplied", "Destroyed"] as const) {
    it(`is not of what is in state ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      await BRING_INTO[state](chain);
      for (const genuine of [true, false]) {
        await expect(chain.investigations.connect(chain.regulator).closeIncident(PACKAGE, genuine, INCIDENT, EVIDENCE))
          .to.be.revertedWithCustomError(chain.investigations, "NotIllegitimate")
          .withArgs(PACKAGE);
      }
    });
  }
});
