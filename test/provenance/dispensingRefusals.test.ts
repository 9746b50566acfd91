import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { ROLES } from "../../src/participants/roles.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";
import { accreditorFor, type Account } from "../support/careproof";
import {
  BRING_INTO,
  ELSEWHERE,
  OBSTACLE,
  PACKAGE,
  SECOND,
  deployPharmacies,
  dispense,
  lastSecondOfUse,
  openPackage,
  quarantine,
  recall,
  standing,
  takeOut,
  type Dispensing,
  type Pharmacies,
} from "../support/pharmacies";
import { NO_ORIGIN, ids, shipment, sgtin } from "../support/provenanceParties";

const CASE = ids.cases[0]!;

/** Who can act for the pharmacy: itself, and its key. */
const ACTORS: Record<string, (chain: Pharmacies) => Account> = {
  "the pharmacy": ({ pharmacy }) => pharmacy,
  "a key of the pharmacy": ({ pharmacyKey }) => pharmacyKey,
};

/** What both `dispense` and `requireDispensable` refuse: how it comes about, what is asked, and the error. */
interface Refusal {
  prepare?: (chain: Pharmacies) => Promise<unknown>;
  asked?: (chain: Pharmacies) => Dispensing;
  by?: (chain: Pharmacies) => Account;
  contract?: (chain: Pharmacies) => Pharmacies["provenance"] | Pharmacies["participants"];
  error: string;
  args: (chain: Pharmacies) => unknown[];
}

const notSaleable = (obstacle: keyof typeof OBSTACLE, id = PACKAGE) => ({
  error: "NotSaleable",
  args: () => [id, OBSTACLE[obstacle]],
});
const notInGoodStanding = (account: (chain: Pharmacies) => Account, why: Parameters<typeof standing>[0]) => ({
  by: account,
  contract: ({ participants }: Pharmacies) => participants,
  error: "NotInGoodStanding",
  args: (chain: Pharmacies) => [account(chain).address, ROLES.DISPENSER, standing(why)],
});
/** Its characters end with a zero and begin again. */
const NO_SERIAL = PACKAGE + 1n;
const OTHER_GTIN = tokenIdOf(sgtin("A1", "00614141999996"));

const REFUSALS: Record<string, Refusal> = {
  "by a stranger": notInGoodStanding(({ stranger }) => stranger, "Unaccredited"),
  "by a wholesaler": notInGoodStanding(({ wholesaler }) => wholesaler, "Unaccredited"),
  "by a key for other roles": notInGoodStanding(({ clerk }) => clerk, "OperatorRoleMissing"),
  "by a suspended pharmacy": {
    ...notInGoodStanding(({ pharmacy }) => pharmacy, "Suspended"),
    prepare: (chain) =>
      chain.participants.connect(accreditorFor(chain, "DISPENSER")).suspend(chain.pharmacy, ROLES.DISPENSER),
  },
  "by a key of a suspended pharmacy": {
    ...notInGoodStanding(({ pharmacyKey }) => pharmacyKey, "Suspended"),
    prepare: (chain) =>
      chain.participants.connect(accreditorFor(chain, "DISPENSER")).suspend(chain.pharmacy, ROLES.DISPENSER),
  },
  "of a container": {
    asked: () => ({ id: CASE, origin: NO_ORIGIN }),
    error: "NotAPackage",
    args: () => [CASE],
  },
  "without a proof": { asked: () => ({ origin: NO_ORIGIN }), ...notSaleable("UnknownLot") },
  "with the proof of another": {
    asked: ({ origins }) => ({ origin: origins.second }),
    ...notSaleable("NotInLot"),
  },
  "of an id that is no SGTIN": { asked: () => ({ id: NO_SERIAL }), ...notSaleable("NotAnIdentifier", NO_SERIAL) },
  "of a GTIN that is not the lot's": {
    asked: () => ({ id: OTHER_GTIN }),
    ...notSaleable("NotAnIdentifier", OTHER_GTIN),
  },
  "of what another holds": {
    by: ({ otherPharmacy }) => otherPharmacy,
    error: "NotCustodian",
    args: ({ pharmacy, otherPharmacy }) => [PACKAGE, pharmacy.address, otherPharmacy.address],
  },
  "of a token that another holds": {
    prepare: takeOut,
    asked: () => ({ origin: NO_ORIGIN }),
    by: ({ otherPharmacy }) => otherPharmacy,
    error: "NotCustodian",
    args: ({ pharmacy, otherPharmacy }) => [PACKAGE, pharmacy.address, otherPharmacy.address],
  },
  "of what is on another's pallet": {
    asked: ({ origins }) => ({ id: ELSEWHERE, origin: origins.elsewhere }),
    error: "NotCustodian",
    args: ({ wholesaler, pharmacy }) => [ELSEWHERE, wholesaler.address, pharmacy.address],
  },
  "of what is recalled": { prepare: recall, ...notSaleable("Recalled") },
  ...Object.fromEntries(
    (
      ["ReturnInTransit", "Returned", "Suspect", "Illegitimate", "Exported", "Destroyed", "Stolen", "Lost"] as const
    ).map((state) => [
      `of what is in state ${state}`,
      { prepare: BRING_INTO[state], asked: () => ({ origin: NO_ORIGIN }), ...notSaleable(state) },
    ]),
  ),
  "of what is in a container that is sent": {
    prepare: ({ provenance, pharmacy, wholesaler }) =>
      provenance.connect(pharmacy).ship([CASE], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR")),
    ...notSaleable("ReturnInTransit"),
  },
  "of what is in a container that is in quarantine": {
    prepare: (chain) => quarantine(chain, CASE),
    ...notSaleable("Suspect"),
  },
};

describe("Dispensing: what is refused", () => {
  const refused = async (name: string) => {
    const refusal = REFUSALS[name]!;
    const chain = await loadFixture(deployPharmacies);
    await refusal.prepare?.(chain);
    const by = refusal.by?.(chain) ?? chain.pharmacy;
    const contract = refusal.contract?.(chain) ?? chain.provenance;
    return { ...refusal, chain, by, contract, asked: refusal.asked?.(chain) ?? {} };
  };
  for (const name of Object.keys(REFUSALS)) {
    it(`${name}: dispense and requireDispensable say why`, async () => {
      const { chain, by, contract, asked, error, args } = await refused(name);
      await expect(dispense(chain, by, asked))
        .to.be.revertedWithCustomError(contract, error)
        .withArgs(...args(chain));
      const { id, origin } = { id: PACKAGE, origin: chain.origins.package, ...asked };
      await expect(chain.provenance.requireDispensable(id, origin, by))
        .to.be.revertedWithCustomError(contract, error)
        .withArgs(...args(chain));
    });
  }

  it("after its last second of use", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, origins } = chain;
    const last = await lastSecondOfUse(chain, [pharmacy, "DISPENSER"]);
    await dispense(chain, pharmacy);
    await time.setNextBlockTimestamp(last + 1n);
    await expect(dispense(chain, pharmacy, { id: SECOND, origin: origins.second }))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(SECOND, OBSTACLE.Expired);
  });
});

describe("Dispensing: requireDispensable", () => {
  for (const [name, actor] of Object.entries(ACTORS)) {
    it(`says nothing where ${name} could dispense`, async () => {
      const chain = await loadFixture(deployPharmacies);
      const { provenance, origins } = chain;
      const by = actor(chain);
      await provenance.requireDispensable(PACKAGE, origins.package, by);
      await expect(dispense(chain, by, { units: 1 })).to.emit(provenance, "Dispensed");
      await provenance.requireDispensable(PACKAGE, NO_ORIGIN, by);
      await expect(dispense(chain, by, { origin: NO_ORIGIN })).to.emit(provenance, "Dispensed");
    });
  }

  it("refuses what was dispensed before, by whomever", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy } = chain;
    await openPackage(chain);
    await expect(provenance.requireDispensable(PACKAGE, NO_ORIGIN, otherPharmacy))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(PACKAGE, OBSTACLE.PartiallyDispensed);
    await dispense(chain, pharmacy);
    await dispense(chain, pharmacy, { id: SECOND, origin: chain.origins.second, supplied: false });
    for (const account of [pharmacy, otherPharmacy]) {
      await expect(provenance.requireDispensable(PACKAGE, NO_ORIGIN, account))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(PACKAGE, OBSTACLE.Supplied);
      await expect(provenance.requireDispensable(SECOND, NO_ORIGIN, account))
        .to.be.revertedWithCustomError(provenance, "NotSaleable")
        .withArgs(SECOND, OBSTACLE.Dispensed);
    }
  });

  it("refuses an opened package under review", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, otherPharmacy } = chain;
    await openPackage(chain);
    await dispense(chain, otherPharmacy);
    await expect(provenance.requireDispensable(PACKAGE, NO_ORIGIN, pharmacy))
      .to.be.revertedWithCustomError(provenance, "UnderReview")
      .withArgs(PACKAGE);
  });
});
