/** Quarantine of what is suspect. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { ROLES, type RoleName } from "../../src/participants/roles.js";
import { accreditorFor, type Account } from "../support/careproof";
import {
  BRING_INTO,
  DAY,
  DISPOSITION,
  OBSTACLE,
  PACKAGE,
  SECOND,
  TOTE,
  deployPharmacies,
  dispense,
  itemOf,
  lastSecondOfUse,
  nextTime,
  openPackage,
  packTote,
  quarantine,
  recall,
  sendBack,
  standing,
  takeOut,
  REVIEWERS,
  OTHER_CASE,
  sendCase,
  type Pharmacies,
} from "../support/pharmacies";
import { EVENT, EVIDENCE, LOT, NO_ORIGIN, ids, shipment, type Origin } from "../support/provenanceParties";

const CASE = ids.cases[0]!;

/** A thing in some state: which, who holds it, and from whom that partner has it. */
interface Subject {
  prepare?: (chain: Pharmacies) => Promise<unknown>;
  id?: bigint;
  origin?: (chain: Pharmacies) => Origin;
  custodian?: "pharmacy" | "wholesaler" | "manufacturer";
  receivedFrom?: "wholesaler" | "manufacturer";
  lot?: bigint;
}

const none = (): Origin => NO_ORIGIN;
/** Everything that can be put into quarantine. */
const SUBJECTS: Record<string, Subject> = {
  "what never left its maker": {
    id: ids.loose,
    origin: ({ origins }) => origins.loose,
    custodian: "manufacturer",
  },
  "an untouched package in a case": { receivedFrom: "wholesaler" },
  "a case": { id: CASE, origin: none, receivedFrom: "wholesaler" },
  "a package as a token": { prepare: takeOut, origin: none, receivedFrom: "wholesaler" },
  "a package in a tote": { prepare: packTote, origin: none, receivedFrom: "wholesaler" },
  "a tote, which is of no lot": { prepare: packTote, id: TOTE, origin: none, lot: 0n },
  // In transit it is known whom it goes to, not whom it came from.
  "what is sent": { prepare: sendCase, id: OTHER_CASE, origin: none, custodian: "wholesaler" },
  "what is in a case that is sent": {
    prepare: sendCase,
    id: ids.packages[3]!,
    origin: ({ origins }) => origins.elsewhere,
    custodian: "wholesaler",
  },
  "what is sent back": { prepare: sendBack, origin: none, receivedFrom: "wholesaler" },
  "what came back": { prepare: BRING_INTO.Returned, origin: none, receivedFrom: "wholesaler" },
  "an opened package": { prepare: openPackage, origin: none, receivedFrom: "wholesaler" },
  "what is recalled": { prepare: recall, receivedFrom: "wholesaler" },
};

/** Who acts, through which account and in which role. */
interface Actor {
  by: (chain: Pharmacies) => Account;
  who: "pharmacy" | "wholesaler" | "manufacturer" | "regulator";
  role: RoleName;
}

const ROLE_OF = { pharmacy: "DISPENSER", wholesaler: "WHOLESALE_DISTRIBUTOR", manufacturer: "MANUFACTURER" } as const;

describe("ProductInvestigations", () => {
  it("is created by DrugProvenance, with the same registries and governance", async () => {
    const { investigations, provenance, participants, companyPrefixes, accessManager } =
      await loadFixture(deployPharmacies);
    expect(await provenance.investigations()).to.equal(await investigations.getAddress());
    expect(await investigations.provenance()).to.equal(await provenance.getAddress());
    expect(await investigations.participants()).to.equal(await participants.getAddress());
    expect(await investigations.companyPrefixes()).to.equal(await companyPrefixes.getAddress());
    expect(await investigations.authority()).to.equal(await accessManager.getAddress());
    expect(await investigations.ANSWER_PERIOD()).to.equal(DAY);
    expect(await investigations.SOURCE_DELAY()).to.equal(7n * DAY);
  });
});

describe("ProductInvestigations: quarantine", () => {
  for (const [subject, { prepare, custodian = "pharmacy", receivedFrom, ...thing }] of Object.entries(SUBJECTS)) {
    const id = thing.id ?? PACKAGE;
    const actors: Record<string, Actor> = {
      ...REVIEWERS,
      "its custodian": { by: (chain) => chain[custodian], who: custodian, role: ROLE_OF[custodian] },
      "a key of its custodian": { by: (chain) => chain[`${custodian}Key`], who: custodian, role: ROLE_OF[custodian] },
    };
    for (const [name, { by, who, role }] of Object.entries(actors)) {
      // What is of no lot has no maker.
      if (thing.lot === 0n && role === "MANUFACTURER") continue;
      it(`of ${subject}, by ${name}`, async () => {
        const chain = await loadFixture(deployPharmacies);
        const { provenance, investigations } = chain;
        await prepare?.(chain);
        const origin = thing.origin?.(chain) ?? chain.origins.package;
        const party = receivedFrom === undefined ? ZeroAddress : chain[receivedFrom].address;
        const caller = by(chain);
        const at = await nextTime();
        await expect(investigations.connect(caller).quarantine(id, origin, ROLES[role], EVIDENCE))
          .to.emit(investigations, "Quarantined")
          .withArgs(id, chain[who].address, chain[custodian].address, party, caller.address, EVIDENCE)
          .and.to.emit(provenance, "MetadataUpdate")
          .withArgs(id);
        const { origin: tag, ...item } = await itemOf(chain, id);
        expect(item).to.deep.equal({
          party,
          lot: thing.lot ?? LOT.key,
          day: 0n,
          disposition: DISPOSITION.Suspect,
        });
        expect(tag === 0n).to.equal(thing.lot === 0n);
        expect(await provenance.ownerOf(id)).to.equal(chain[custodian].address);
        expect(await provenance.containerOf(id)).to.equal(0n);
        expect(await investigations.caseOf(id)).to.deep.equal([chain[who].address, at, 0n, role === "DRUG_REGULATOR"]);
      });
    }
  }

  it("of what is expired", async () => {
    const chain = await loadFixture(deployPharmacies);
    const last = await lastSecondOfUse(chain, [chain.regulator, "DRUG_REGULATOR"]);
    await time.setNextBlockTimestamp(last + 1n);
    await expect(
      chain.investigations
        .connect(chain.regulator)
        .quarantine(PACKAGE, chain.origins.package, ROLES.DRUG_REGULATOR, EVIDENCE),
    ).to.emit(chain.investigations, "Quarantined");
  });

  it("of one package leaves the rest of its tote where it is", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance } = chain;
    await packTote(chain);
    await quarantine(chain);
    expect(await provenance.containerOf(SECOND)).to.equal(TOTE);
    expect((await provenance.verify(SECOND, NO_ORIGIN)).obstacle).to.equal(OBSTACLE.None);
  });

  it("stops what is in it and all that is inside", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, wholesaler, origins } = chain;
    await quarantine(chain, CASE);
    const back = shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR");
    for (const [id, attempt] of [
      [CASE, () => provenance.connect(pharmacy).ship([CASE], back)],
      [PACKAGE, () => provenance.connect(pharmacy).shipFromLot(PACKAGE, origins.package, back)],
      [PACKAGE, () => dispense(chain, pharmacy)],
      [PACKAGE, () => provenance.connect(pharmacy).take(PACKAGE, origins.package, ROLES.DISPENSER, EVENT)],
      [PACKAGE, () => quarantine(chain, PACKAGE, origins.package)],
    ] as const) {
      await expect(attempt()).to.be.revertedWithCustomError(provenance, "NotSaleable").withArgs(id, OBSTACLE.Suspect);
    }
    await expect(provenance.connect(pharmacy).pack(CASE, 7, [PACKAGE], ROLES.DISPENSER, EVENT))
      .to.be.revertedWithCustomError(provenance, "WrongDisposition")
      .withArgs(CASE, DISPOSITION.Suspect);
  });

  it("ends a shipment: nobody receives, refuses or calls it back", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, wholesaler, otherPharmacy } = chain;
    await sendCase(chain);
    await quarantine(chain, OTHER_CASE);
    for (const attempt of [
      () => provenance.connect(otherPharmacy).receiveShipment([OTHER_CASE], ROLES.DISPENSER, EVENT),
      () => provenance.connect(otherPharmacy).refuse([OTHER_CASE], ROLES.DISPENSER, EVENT),
      () => provenance.connect(wholesaler).callBack([OTHER_CASE], ROLES.WHOLESALE_DISTRIBUTOR, EVENT),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(provenance, "WrongDisposition")
        .withArgs(OTHER_CASE, DISPOSITION.Suspect);
    }
    expect(await provenance.ownerOf(OTHER_CASE)).to.equal(wholesaler.address);
  });

  it("is not by whom it does not concern", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, otherPharmacy, otherPharmacyKey, wholesaler, otherManufacturer, origins } = chain;
    for (const [caller, who, role] of [
      [otherPharmacy, otherPharmacy, "DISPENSER"],
      [otherPharmacyKey, otherPharmacy, "DISPENSER"],
      [wholesaler, wholesaler, "WHOLESALE_DISTRIBUTOR"],
      [otherManufacturer, otherManufacturer, "MANUFACTURER"],
    ] as const) {
      await expect(investigations.connect(caller).quarantine(PACKAGE, origins.package, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(investigations, "NotConcerned")
        .withArgs(PACKAGE, who.address);
    }
  });

  it("is not by the partner that something is sent to, nor by a maker that acts as something else", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, participants, otherPharmacy, manufacturer } = chain;
    await sendCase(chain);
    await expect(investigations.connect(otherPharmacy).quarantine(OTHER_CASE, NO_ORIGIN, ROLES.DISPENSER, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "NotConcerned")
      .withArgs(OTHER_CASE, otherPharmacy.address);
    await participants
      .connect(accreditorFor(chain, "DISPENSER"))
      .accredit(manufacturer, ROLES.DISPENSER, (await nextTime()) + DAY);
    await expect(investigations.connect(manufacturer).quarantine(OTHER_CASE, NO_ORIGIN, ROLES.DISPENSER, EVIDENCE))
      .to.be.revertedWithCustomError(investigations, "NotConcerned")
      .withArgs(OTHER_CASE, manufacturer.address);
  });

  for (const state of [
    "Suspect",
    "Illegitimate",
    "Dispensed",
    "Supplied",
    "Exported",
    "Destroyed",
    "Stolen",
    "Lost",
  ] as const) {
    it(`is not of what is in state ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      await BRING_INTO[state](chain);
      for (const { by, role } of Object.values(REVIEWERS)) {
        await expect(chain.investigations.connect(by(chain)).quarantine(PACKAGE, NO_ORIGIN, ROLES[role], EVIDENCE))
          .to.be.revertedWithCustomError(chain.provenance, "NotSaleable")
          .withArgs(PACKAGE, OBSTACLE[state]);
      }
    });
  }

  it("is not of what is unknown", async () => {
    const { investigations, provenance, regulator, origins } = await loadFixture(deployPharmacies);
    const { DRUG_REGULATOR } = ROLES;
    for (const [origin, obstacle] of [
      [NO_ORIGIN, OBSTACLE.UnknownLot],
      [origins.second, OBSTACLE.NotInLot],
    ] as const) {
      await expect(investigations.connect(regulator).quarantine(PACKAGE, origin, DRUG_REGULATOR, EVIDENCE))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, obstacle);
    }
  });

  it("is in a role that has a part in it, in good standing, with evidence", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, participants, carrier, pharmacy, clerk, stranger, origins } = chain;
    for (const role of [ROLES.THIRD_PARTY_LOGISTICS_PROVIDER, ROLES.PROVIDER, 200]) {
      await expect(investigations.connect(carrier).quarantine(PACKAGE, origins.package, role, EVIDENCE))
        .to.be.revertedWithCustomError(investigations, "RoleNotFit")
        .withArgs(role);
    }
    for (const [caller, role, why] of [
      [stranger, "DRUG_REGULATOR", "Unaccredited"],
      [stranger, "MANUFACTURER", "Unaccredited"],
      [clerk, "DISPENSER", "OperatorRoleMissing"],
    ] as const) {
      await expect(investigations.connect(caller).quarantine(PACKAGE, origins.package, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(caller.address, ROLES[role], standing(why));
    }
    await expect(
      investigations.connect(pharmacy).quarantine(PACKAGE, origins.package, ROLES.DISPENSER, ZeroHash),
    ).to.be.revertedWithCustomError(investigations, "EvidenceMissing");
  });
});

describe("ProductInvestigations: a regulator takes over", () => {
  /** The pharmacy doubts the package itself. */
  async function deploySuspect(): Promise<Pharmacies> {
    const chain = await loadFixture(deployPharmacies);
    await chain.investigations
      .connect(chain.pharmacy)
      .quarantine(PACKAGE, chain.origins.package, ROLES.DISPENSER, EVIDENCE);
    return chain;
  }

  for (const by of ["regulator", "regulatorKey"] as const) {
    it(`what another put into quarantine, by ${by}; then the maker cannot clear it any more`, async () => {
      const chain = await loadFixture(deploySuspect);
      const { investigations, provenance, pharmacy, wholesaler, regulator, manufacturer, origins } = chain;
      const before = await itemOf(chain, PACKAGE);
      const at = await nextTime();
      const sent = investigations
        .connect(chain[by])
        .quarantine(PACKAGE, by === "regulator" ? NO_ORIGIN : origins.package, ROLES.DRUG_REGULATOR, EVENT);
      await expect(sent)
        .to.emit(investigations, "Quarantined")
        .withArgs(PACKAGE, regulator.address, pharmacy.address, wholesaler.address, chain[by].address, EVENT);
      await expect(sent).not.to.emit(provenance, "Transfer");
      expect(await investigations.caseOf(PACKAGE)).to.deep.equal([regulator.address, at, 0n, true]);
      expect(await itemOf(chain, PACKAGE)).to.deep.equal(before);

      await expect(investigations.connect(manufacturer).clear(PACKAGE, ROLES.MANUFACTURER, EVIDENCE))
        .to.be.revertedWithCustomError(investigations, "RegulatorsCase")
        .withArgs(PACKAGE);
      await expect(investigations.connect(chain[by]).clear(PACKAGE, ROLES.DRUG_REGULATOR, EVIDENCE)).to.emit(
        investigations,
        "Cleared",
      );
    });
  }

  it("not once it is a regulator's case already", async () => {
    const chain = await loadFixture(deploySuspect);
    const { investigations, provenance, regulator, regulatorKey } = chain;
    await quarantine(chain);
    for (const caller of [regulator, regulatorKey]) {
      await expect(investigations.connect(caller).quarantine(PACKAGE, NO_ORIGIN, ROLES.DRUG_REGULATOR, EVIDENCE))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.Suspect);
    }
  });

  it("and nobody else does, not even who holds or made it", async () => {
    const chain = await loadFixture(deploySuspect);
    const { investigations, provenance, pharmacy, manufacturer } = chain;
    for (const [caller, role] of [
      [pharmacy, "DISPENSER"],
      [manufacturer, "MANUFACTURER"],
    ] as const) {
      await expect(investigations.connect(caller).quarantine(PACKAGE, NO_ORIGIN, ROLES[role], EVIDENCE))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.Suspect);
    }
  });

  it("for one doubt, not for the next one by another", async () => {
    const chain = await loadFixture(deploySuspect);
    const { investigations, pharmacy, manufacturer, regulator } = chain;
    await quarantine(chain);
    await investigations.connect(regulator).clear(PACKAGE, ROLES.DRUG_REGULATOR, EVIDENCE);
    await investigations.connect(pharmacy).quarantine(PACKAGE, NO_ORIGIN, ROLES.DISPENSER, EVIDENCE);
    await expect(investigations.connect(manufacturer).clear(PACKAGE, ROLES.MANUFACTURER, EVIDENCE)).to.emit(
      investigations,
      "Cleared",
    );
  });
});
