/** Tokens bound to a telemetry stream, and the excursions that put them into quarantine. */
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash, id as hashOf } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";
import {
  BRING_INTO,
  DAY,
  DISPOSITION,
  OBSTACLE,
  PACKAGE,
  TOTE,
  deployPharmacies,
  dispense,
  itemOf,
  nextTime,
  packTote,
  standing,
  takeOut,
  type Pharmacies,
} from "../support/pharmacies";
import { CASES, EVENT, EVIDENCE, LOT, NO_ORIGIN, PALLET, hand, ids, shipment } from "../support/provenanceParties";

const CASE = tokenIdOf(CASES[0]);
const STREAM = hashOf("a telemetry stream");
const EXCURSION = hashOf("the proof of an excursion");

/** The stranger is an excursion source in force, and the pharmacy's case is bound to a stream of its. */
async function deployWithSource(): Promise<Pharmacies> {
  const chain = await loadFixture(deployPharmacies);
  await chain.investigations.connect(chain.admin).setExcursionSource(chain.stranger);
  await time.increase(7n * DAY);
  await chain.investigations.connect(chain.pharmacy).bindTelemetry(CASE, chain.stranger, STREAM, ROLES.DISPENSER);
  return chain;
}

const report = ({ investigations, stranger }: Pharmacies, id = CASE) =>
  investigations.connect(stranger).reportExcursion(id, EXCURSION);

describe("ProductInvestigations: excursion sources", () => {
  it("are named by governance, with effect after seven days", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, admin, pharmacy, stranger } = chain;
    await investigations.connect(pharmacy).bindTelemetry(CASE, stranger, STREAM, ROLES.DISPENSER);
    expect(await investigations.excursionSourceFrom(stranger)).to.equal(0n);
    const at = await nextTime();
    await expect(investigations.connect(admin).setExcursionSource(stranger))
      .to.emit(investigations, "ExcursionSourceSet")
      .withArgs(stranger.address, at + 7n * DAY);
    expect(await investigations.excursionSourceFrom(stranger)).to.equal(at + 7n * DAY);

    await time.setNextBlockTimestamp(at + 7n * DAY - 1n);
    await expect(report(chain))
      .to.be.revertedWithCustomError(investigations, "NotExcursionSource")
      .withArgs(stranger.address);
    await time.setNextBlockTimestamp(at + 7n * DAY);
    await expect(report(chain)).to.emit(investigations, "Quarantined");
  });

  it("wait again where they are named again", async () => {
    const chain = await loadFixture(deployWithSource);
    const { investigations, admin, stranger } = chain;
    await investigations.connect(admin).setExcursionSource(stranger);
    await expect(report(chain))
      .to.be.revertedWithCustomError(investigations, "NotExcursionSource")
      .withArgs(stranger.address);
  });

  it("are removed by governance, at once", async () => {
    const chain = await loadFixture(deployWithSource);
    const { investigations, admin, stranger } = chain;
    await expect(investigations.connect(admin).removeExcursionSource(stranger))
      .to.emit(investigations, "ExcursionSourceRemoved")
      .withArgs(stranger.address);
    expect(await investigations.excursionSourceFrom(stranger)).to.equal(0n);
    await expect(report(chain))
      .to.be.revertedWithCustomError(investigations, "NotExcursionSource")
      .withArgs(stranger.address);
  });

  it("are named and removed by nobody else", async () => {
    const { investigations, stranger, deployer, regulator, manufacturer, gs1MemberOrganisation, accreditors } =
      await loadFixture(deployWithSource);
    const bodies = Object.values(accreditors);
    for (const account of [stranger, deployer, regulator, manufacturer, gs1MemberOrganisation, ...bodies]) {
      for (const method of ["setExcursionSource", "removeExcursionSource"] as const) {
        await expect(investigations.connect(account)[method](stranger))
          .to.be.revertedWithCustomError(investigations, "AccessManagedUnauthorized")
          .withArgs(account.address);
      }
    }
  });
});

describe("ProductInvestigations: bindTelemetry", () => {
  for (const by of ["pharmacy", "pharmacyKey"] as const) {
    it(`binds an active token of its owner to a stream, and ends that with zeros, by ${by}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { investigations, stranger } = chain;
      const owner = investigations.connect(chain[by]);
      await takeOut(chain);
      for (const [source, stream] of [
        [stranger.address, STREAM],
        [chain.carrier.address, EVIDENCE],
        [ZeroAddress, ZeroHash],
      ] as const) {
        await expect(owner.bindTelemetry(PACKAGE, source, stream, ROLES.DISPENSER))
          .to.emit(investigations, "TelemetryBound")
          .withArgs(PACKAGE, source, stream, chain[by].address);
        expect(await investigations.telemetrySourceOf(PACKAGE)).to.equal(source);
      }
      expect(await investigations.telemetrySourceOf(CASE)).to.equal(ZeroAddress);
    });
  }

  it("is not for others, in other roles or in no good standing", async () => {
    const { investigations, participants, otherPharmacy, wholesaler, manufacturer, regulator, clerk, stranger } =
      await loadFixture(deployPharmacies);
    for (const [caller, role] of [
      [otherPharmacy, "DISPENSER"],
      [wholesaler, "WHOLESALE_DISTRIBUTOR"],
      [manufacturer, "MANUFACTURER"],
    ] as const) {
      await expect(investigations.connect(caller).bindTelemetry(CASE, stranger, STREAM, ROLES[role]))
        .to.be.revertedWithCustomError(investigations, "NotConcerned")
        .withArgs(CASE, caller.address);
    }
    for (const role of [ROLES.DRUG_REGULATOR, ROLES.THIRD_PARTY_LOGISTICS_PROVIDER]) {
      await expect(investigations.connect(regulator).bindTelemetry(CASE, stranger, STREAM, role))
        .to.be.revertedWithCustomError(investigations, "RoleNotFit")
        .withArgs(role);
    }
    await expect(investigations.connect(clerk).bindTelemetry(CASE, stranger, STREAM, ROLES.DISPENSER))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(clerk.address, ROLES.DISPENSER, standing("OperatorRoleMissing"));
  });

  it("is not of what is in a tote, or no token", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { investigations, pharmacy, stranger } = chain;
    const refused = async () => {
      await expect(investigations.connect(pharmacy).bindTelemetry(PACKAGE, stranger, STREAM, ROLES.DISPENSER))
        .to.be.revertedWithCustomError(investigations, "NotConcerned")
        .withArgs(PACKAGE, pharmacy.address);
    };
    await refused();
    await packTote(chain);
    await refused();
  });

  for (const state of Object.keys(BRING_INTO) as (keyof typeof BRING_INTO)[]) {
    if (state === "Active") continue;
    it(`is not of what is in state ${state}`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { investigations, pharmacy, stranger } = chain;
      await BRING_INTO[state](chain);
      await expect(investigations.connect(pharmacy).bindTelemetry(PACKAGE, stranger, STREAM, ROLES.DISPENSER))
        .to.be.revertedWithCustomError(investigations, "NotConcerned")
        .withArgs(PACKAGE, pharmacy.address);
    });
  }
});

describe("ProductInvestigations: reportExcursion", () => {
  it("quarantines the token, as a doubt that its maker can end", async () => {
    const chain = await loadFixture(deployWithSource);
    const { investigations, provenance, pharmacy, wholesaler, manufacturer, stranger } = chain;
    const at = await nextTime();
    await expect(report(chain))
      .to.emit(investigations, "Quarantined")
      .withArgs(CASE, stranger.address, pharmacy.address, wholesaler.address, stranger.address, EXCURSION)
      .and.to.emit(provenance, "MetadataUpdate")
      .withArgs(CASE);
    expect((await itemOf(chain, CASE)).disposition).to.equal(DISPOSITION.Suspect);
    expect(await investigations.caseOf(CASE)).to.deep.equal([stranger.address, at, 0n, false]);
    await investigations.connect(manufacturer).clear(CASE, ROLES.MANUFACTURER, EVIDENCE);
    await expect(dispense(chain, pharmacy)).to.emit(provenance, "Dispensed");
  });

  it("stops what is in it: no package is shipped, taken out or dispensed", async () => {
    const chain = await loadFixture(deployWithSource);
    const { provenance, pharmacy, wholesaler, origins } = chain;
    await report(chain);
    const holder = provenance.connect(pharmacy);
    const back = shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR");
    for (const attempt of [
      () => holder.shipFromLot(PACKAGE, origins.package, back),
      () => holder.take(PACKAGE, origins.package, ROLES.DISPENSER, EVENT),
      () => holder.dispense(PACKAGE, origins.package, 0, true, EVENT),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.Suspect);
    }
    await expect(holder.ship([CASE], back))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(CASE, OBSTACLE.Suspect);
    expect((await provenance.verify(PACKAGE, origins.package)).obstacle).to.equal(OBSTACLE.Suspect);
  });

  it("stops what was packed into it, and what is deeper inside", async () => {
    const chain = await loadFixture(deployWithSource);
    const { provenance, investigations, pharmacy, stranger } = chain;
    await packTote(chain);
    await investigations.connect(pharmacy).bindTelemetry(TOTE, stranger, STREAM, ROLES.DISPENSER);
    await report(chain, TOTE);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN }))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Suspect);
    await expect(provenance.connect(pharmacy).unpack([PACKAGE], ROLES.DISPENSER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Suspect);
  });

  it("reaches a pallet with all that never left it", async () => {
    const chain = await loadFixture(deployWithSource);
    const { provenance, investigations, wholesaler, stranger, origins, run } = chain;
    await investigations
      .connect(wholesaler)
      .bindTelemetry(tokenIdOf(PALLET), stranger, STREAM, ROLES.WHOLESALE_DISTRIBUTOR);
    await report(chain, ids.pallet);
    for (const [id, origin] of [
      [ids.packages[3]!, origins.elsewhere],
      [ids.cases[1]!, run.originOf(CASES[1])],
    ] as const) {
      expect((await provenance.verify(id, origin)).obstacle).to.equal(OBSTACLE.Suspect);
    }
    // The first case had left it before.
    expect((await provenance.verify(PACKAGE, origins.package)).obstacle).to.equal(OBSTACLE.None);
  });

  it("reaches a token in transit and in the hands of its next owner", async () => {
    const chain = await loadFixture(deployWithSource);
    const { investigations, provenance, pharmacy, wholesaler, stranger } = chain;
    await hand(chain, [CASE], [pharmacy, "DISPENSER"], [wholesaler, "WHOLESALE_DISTRIBUTOR"]);
    expect(await investigations.telemetrySourceOf(CASE)).to.equal(stranger.address);
    await provenance.connect(wholesaler).restock([CASE], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await provenance
      .connect(wholesaler)
      .ship([CASE], shipment(chain.otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
    await expect(report(chain))
      .to.emit(investigations, "Quarantined")
      .withArgs(CASE, stranger.address, wholesaler.address, ZeroAddress, stranger.address, EXCURSION);
    expect(await itemOf(chain, CASE)).to.include({ party: ZeroAddress, lot: LOT.key, day: 0n });
  });

  it("is for sources in force, of what is bound to them, with evidence", async () => {
    const chain = await loadFixture(deployWithSource);
    const { investigations, admin, pharmacy, manufacturer, regulator, stranger, carrier } = chain;
    for (const caller of [admin, pharmacy, manufacturer, regulator]) {
      await expect(investigations.connect(caller).reportExcursion(CASE, EXCURSION))
        .to.be.revertedWithCustomError(investigations, "NotExcursionSource")
        .withArgs(caller.address);
    }
    await expect(report(chain, PACKAGE))
      .to.be.revertedWithCustomError(investigations, "NotBoundTo")
      .withArgs(PACKAGE, stranger.address);
    await expect(investigations.connect(stranger).reportExcursion(CASE, ZeroHash)).to.be.revertedWithCustomError(
      investigations,
      "EvidenceMissing",
    );
    await investigations.connect(pharmacy).bindTelemetry(CASE, carrier, STREAM, ROLES.DISPENSER);
    await expect(report(chain))
      .to.be.revertedWithCustomError(investigations, "NotBoundTo")
      .withArgs(CASE, stranger.address);
  });

  it("is not of what is in quarantine already, or out of commerce", async () => {
    const chain = await loadFixture(deployWithSource);
    const { investigations, provenance, pharmacy, stranger } = chain;
    await takeOut(chain);
    await investigations.connect(pharmacy).bindTelemetry(PACKAGE, stranger, STREAM, ROLES.DISPENSER);
    await report(chain);
    await expect(report(chain))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(CASE, OBSTACLE.Suspect);
    await dispense(chain, pharmacy, { origin: NO_ORIGIN });
    await expect(report(chain, PACKAGE))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.Supplied);
  });
});
