import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import fc from "fast-check";

import {
  CASES,
  EVENT,
  EVIDENCE,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  PALLET,
  UNITS,
  deploySupplyChain,
  ids,
  shipment,
  type Origin,
  type SupplyChain,
} from "../support/provenanceParties";
import {
  OBSTACLES,
  disposition,
  recall,
  verificationOf,
  type Disposition,
  type Obstacle,
} from "../support/provenanceStates";
import {
  condemn,
  deployWithPharmacy,
  expire,
  giveBack as toMaker,
  quarantine,
  sale,
  tote,
} from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";

const { WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const A1 = ids.packages[0]!;
const B1 = ids.packages[3]!;

const NOBODY = { address: ZeroAddress };
const NO_LOT = [ZeroAddress, 0n, 0n, 0n, 0n, 0n];

/** What `verify` should say of a thing of the lot of the tests. */
interface Expected {
  obstacle: Obstacle;
  disposition: Disposition;
  custodian: { address: string };
  receivedFrom: { address: string };
  recall?: bigint;
}

/** The day on which the lot of the tests expires, as it was when that was commissioned. */
let expires: bigint;

async function expectVerification(chain: SupplyChain, id: bigint, origin: Origin, expected: Expected): Promise<void> {
  const { obstacle, disposition, custodian, receivedFrom, recall: recallClass = 0n } = expected;
  expect(await verificationOf(chain, id, origin)).to.deep.equal({
    obstacle,
    disposition,
    custodian: custodian.address,
    receivedFrom: receivedFrom.address,
    lotKey: LOT.key,
    lot: [chain.manufacturer.address, BigInt(LOT.gtin), expires, recallClass, 1n, BigInt(UNITS)],
  });
}

async function expectUnknown(chain: SupplyChain, id: bigint, origin: Origin, obstacle: Obstacle): Promise<void> {
  expect(await verificationOf(chain, id, origin)).to.deep.equal({
    obstacle,
    disposition: "None",
    custodian: ZeroAddress,
    receivedFrom: ZeroAddress,
    lotKey: 0n,
    lot: NO_LOT,
  });
}

type Case = [
  obstacle: Obstacle,
  arrange: (chain: SupplyChain) => Promise<unknown>,
  expected: (chain: SupplyChain) => Omit<Expected, "obstacle">,
];

const nothing = (): Promise<void> => Promise.resolve();
const dispense = (units: number, supplied: boolean) => (chain: SupplyChain) =>
  chain.provenance.connect(chain.pharmacyKey).dispense(A1, NO_ORIGIN, units, supplied, EVENT);
const dispose = (end: Disposition) => (chain: SupplyChain) =>
  chain.provenance.connect(chain.pharmacy).dispose(A1, NO_ORIGIN, disposition(end), DISPENSER, EVENT);
const giveBack = ({ provenance, pharmacy, wholesaler }: SupplyChain) =>
  provenance.connect(pharmacy).ship([A1], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR"));

/** Of A1, a token that the pharmacy had from the wholesaler. */
const atPharmacy = (own: Disposition) => (chain: SupplyChain) => ({
  disposition: own,
  custodian: chain.pharmacy,
  receivedFrom: chain.wholesaler,
});
const gone = (own: Disposition) => (chain: SupplyChain) => ({ ...atPharmacy(own)(chain), custodian: NOBODY });
const TOKEN_CASES: Case[] = [
  ["None", nothing, atPharmacy("Active")],
  ["ReturnInTransit", giveBack, atPharmacy("ReturnInTransit")],
  [
    "Returned",
    async (chain) => {
      await giveBack(chain);
      await chain.provenance.connect(chain.wholesaler).receiveShipment([A1], WHOLESALE_DISTRIBUTOR, EVENT);
    },
    (chain) => ({ disposition: "Returned", custodian: chain.wholesaler, receivedFrom: NOBODY }),
  ],
  ["Suspect", (chain) => quarantine(chain, A1), atPharmacy("Suspect")],
  ["Illegitimate", (chain) => condemn(chain, A1), atPharmacy("Illegitimate")],
  ["PartiallyDispensed", dispense(10, true), atPharmacy("PartiallyDispensed")],
  [
    "Dispensed",
    dispense(0, false),
    (chain) => ({ disposition: "Dispensed", custodian: NOBODY, receivedFrom: chain.pharmacy }),
  ],
  [
    "Supplied",
    dispense(0, true),
    (chain) => ({ disposition: "Supplied", custodian: NOBODY, receivedFrom: chain.pharmacy }),
  ],
  ...(["Exported", "Destroyed", "Stolen", "Lost"] as const).map((end): Case => [end, dispose(end), gone(end)]),
  ["Recalled", (chain) => recall(chain), (chain) => ({ ...atPharmacy("Active")(chain), recall: 2n })],
  ["Expired", expire, atPharmacy("Active")],
];

/** Of B1, which is in its lot in the pallet, a token that the wholesaler had from the maker. */
const inPallet = (chain: SupplyChain) => ({
  disposition: "Active" as const,
  custodian: chain.wholesaler,
  receivedFrom: chain.manufacturer,
});
const closeIncident = ({ investigations, regulator }: SupplyChain) =>
  investigations.connect(regulator).closeIncident(ids.pallet, false, EVIDENCE, EVIDENCE);
const disposePallet = (end: Disposition) => (chain: SupplyChain) =>
  chain.provenance
    .connect(chain.wholesaler)
    .dispose(ids.pallet, NO_ORIGIN, disposition(end), WHOLESALE_DISTRIBUTOR, EVENT);
const lostWithPallet = (chain: SupplyChain) => ({ ...inPallet(chain), custodian: NOBODY });
const CONTAINER_CASES: Case[] = [
  ["None", nothing, inPallet],
  [
    "InTransit",
    ({ provenance, wholesaler, pharmacy }) => provenance.connect(wholesaler).ship([ids.pallet], sale(pharmacy)),
    // Whom the pallet was sent to is nobody it came from.
    (chain) => ({ ...inPallet(chain), receivedFrom: NOBODY }),
  ],
  [
    "ReturnInTransit",
    ({ provenance, wholesaler, manufacturer }) =>
      provenance.connect(wholesaler).ship([ids.pallet], toMaker(manufacturer)),
    inPallet,
  ],
  ["Suspect", (chain) => quarantine(chain, ids.pallet), inPallet],
  ["Illegitimate", (chain) => condemn(chain, ids.pallet), inPallet],
  [
    "Destroyed",
    async (chain) => {
      await condemn(chain, ids.pallet);
      await closeIncident(chain);
    },
    lostWithPallet,
  ],
  ...(["Exported", "Stolen", "Lost"] as const).map((end): Case => [end, disposePallet(end), lostWithPallet]),
  ["Recalled", (chain) => recall(chain), (chain) => ({ ...inPallet(chain), recall: 2n })],
  ["Expired", expire, inPallet],
];

describe("DrugProvenance: verify", () => {
  const seen = new Set<Obstacle>();

  beforeEach(async () => {
    const { provenance } = await loadFixture(deployWithPharmacy);
    expires = (await provenance.lotOf(LOT.key)).expirationDate;
  });

  for (const [obstacle, arrange, expected] of TOKEN_CASES) {
    it(`of a token: ${obstacle}, with its proof or without`, async () => {
      const chain = await loadFixture(deployWithPharmacy);
      await arrange(chain);
      for (const origin of [NO_ORIGIN, chain.run.originOf(PACKAGES[0]!)]) {
        await expectVerification(chain, A1, origin, { obstacle, ...expected(chain) });
      }
      seen.add(obstacle);
    });
  }

  for (const [obstacle, arrange, expected] of CONTAINER_CASES) {
    it(`of what is in its lot, in a container: ${obstacle}`, async () => {
      const chain = await loadFixture(deployWithPharmacy);
      await arrange(chain);
      await expectVerification(chain, B1, chain.run.originOf(PACKAGES[3]!), { obstacle, ...expected(chain) });
      seen.add(obstacle);
    });
  }

  it("of a token in transit: whom it was sent to", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, wholesaler, pharmacy } = chain;
    await provenance.connect(wholesaler).ship([ids.pallet], sale(pharmacy));
    await expectVerification(chain, ids.pallet, NO_ORIGIN, {
      obstacle: "InTransit",
      disposition: "InTransit",
      custodian: wholesaler,
      receivedFrom: pharmacy,
    });
    seen.add("InTransit");
  });

  it("of what nothing concerned so far: with its maker", async () => {
    const chain = await loadFixture(deploySupplyChain);
    expires = (await chain.provenance.lotOf(LOT.key)).expirationDate;
    for (const [identifier, id] of [
      [PACKAGES[0]!, A1],
      [CASES[0], ids.cases[0]!],
      [PALLET, ids.pallet],
    ] as const) {
      await expectVerification(chain, id, chain.run.originOf(identifier), {
        obstacle: "None",
        disposition: "Active",
        custodian: chain.manufacturer,
        receivedFrom: NOBODY,
      });
    }
  });

  it("of what is not there: nothing but why", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const origin = chain.run.originOf(PACKAGES[3]!);
    const ofCase = chain.run.originOf(CASES[0]);
    const attempts: [Obstacle, bigint, typeof origin][] = [
      ["UnknownLot", B1, NO_ORIGIN],
      ["UnknownLot", B1, { ...origin, lot: 1n }],
      ["NotAnIdentifier", 0n, origin],
      ["NotAnIdentifier", (1n << 256n) - 1n, origin],
      ["NotAnIdentifier", B1 + (1n << 140n), origin],
      ["NotInLot", ids.packages[4]!, origin],
      ["NotInLot", B1, { ...origin, run: 1 }],
      ["NotInLot", B1, { ...origin, proof: [] }],
      ["ForeignPrefix", ids.cases[0]!, { ...ofCase, prefixLength: 6 }],
      ["ForeignPrefix", ids.cases[0]!, { ...ofCase, prefixLength: 255 }],
    ];
    for (const [why, id, from] of attempts) {
      await expectUnknown(chain, id, from, why);
      seen.add(why);
    }
  });

  it("of a second thing with the number of one that is known: Duplicate, and what is known", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { wholesaler, pharmacy, manufacturer, run } = chain;
    const tag = run.originOf(PACKAGES[0]!);
    for (const origin of [
      { ...tag, run: 1 },
      { ...tag, lot: 1n },
      { ...tag, path: [ids.pallet] },
    ]) {
      await expectVerification(chain, A1, origin, { obstacle: "Duplicate", ...atPharmacy("Active")(chain) });
    }
    await dispense(10, true)(chain);
    await expectVerification(
      chain,
      A1,
      { ...tag, path: [] },
      { obstacle: "Duplicate", disposition: "PartiallyDispensed", custodian: pharmacy, receivedFrom: wholesaler },
    );
    await expectVerification(
      chain,
      ids.pallet,
      { ...run.originOf(PALLET), path: [ids.cases[0]!] },
      { obstacle: "Duplicate", disposition: "Active", custodian: wholesaler, receivedFrom: manufacturer },
    );
    seen.add("Duplicate");
  });

  it("of what left commerce: how, whatever proof comes with it", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    await dispense(0, true)(chain);
    const origin = { ...chain.run.originOf(PACKAGES[0]!), path: [] };
    expect(await verificationOf(chain, A1, origin)).to.include({ obstacle: "Supplied", disposition: "Supplied" });
  });

  it("says what concerns a thing before what concerns its container, and that before its lot", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, wholesaler, otherPharmacy } = chain;
    const obstacle = async (id: bigint, origin = NO_ORIGIN) => (await verificationOf(chain, id, origin)).obstacle;
    await provenance.connect(wholesaler).pack(tote(1), 7, [ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    const origin = chain.run.originOf(PACKAGES[3]!);
    await recall(chain);
    expect(await obstacle(B1, origin)).to.equal("Recalled");
    await provenance.connect(wholesaler).ship([tote(1)], sale(otherPharmacy));
    expect(await obstacle(B1, origin)).to.equal("InTransit");
    expect(await obstacle(ids.pallet)).to.equal("InTransit");
    await quarantine(chain, A1);
    expect(await obstacle(A1)).to.equal("Suspect");
  });

  it("counts the last day of use to its end", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const end = (Number(expires) + 1) * 86_400;
    await time.increaseTo(end - 600);
    expect((await verificationOf(chain, A1)).obstacle).to.equal("None");
    await time.increaseTo(end);
    expect((await verificationOf(chain, A1)).obstacle).to.equal("Expired");
  });

  it("of a package that its dispenser took back: no duplicate, since where it was commissioned is not known any more", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    await dispense(0, false)(chain);
    await chain.provenance.connect(chain.pharmacy).reactivate(A1, EVENT);
    const origin = chain.run.originOf(PACKAGES[0]!);
    for (const from of [NO_ORIGIN, origin, { ...origin, path: [] }]) {
      await expectVerification(chain, A1, from, {
        obstacle: "None",
        disposition: "Active",
        custodian: chain.pharmacy,
        receivedFrom: NOBODY,
      });
    }
    expect((await verificationOf(chain, A1, { ...origin, lot: 1n })).obstacle).to.equal("Duplicate");
  });

  it("of a container of no lot: no lot", async () => {
    const chain = await loadFixture(deployWithPharmacy);
    const { provenance, wholesaler } = chain;
    await provenance.connect(wholesaler).pack(tote(1), 7, [ids.pallet], WHOLESALE_DISTRIBUTOR, EVENT);
    expect(await verificationOf(chain, tote(1))).to.deep.equal({
      obstacle: "None",
      disposition: "Active",
      custodian: wholesaler.address,
      receivedFrom: ZeroAddress,
      lotKey: 0n,
      lot: NO_LOT,
    });
  });

  it("never reverts for anything that can be asked", async () => {
    const { provenance, run } = await loadFixture(deployWithPharmacy);
    const origin = run.originOf(PACKAGES[3]!);
    const word = fc.bigInt(0n, (1n << 256n) - 1n);
    const hash = word.map((value) => `0x${value.toString(16).padStart(64, "0")}`);
    const known = fc.constantFrom(...ids.packages, ...ids.cases, ids.pallet, ids.loose);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(known, word),
        fc.record({
          lot: fc.oneof(fc.constant(LOT.key), fc.bigInt(0n, (1n << 56n) - 1n)),
          run: fc.integer({ min: 0, max: 255 }),
          path: fc.oneof(fc.constant(origin.path), fc.array(fc.oneof(known, word), { maxLength: 8 })),
          proof: fc.oneof(fc.constant(origin.proof), fc.array(hash, { maxLength: 25 })),
          prefixLength: fc.integer({ min: 0, max: 255 }),
        }),
        async (id, from) => {
          expect(OBSTACLES[Number((await provenance.verify(id, from)).obstacle)]).to.be.a("string");
        },
      ),
      { numRuns: 150 },
    );
  });

  it("was seen above with every obstacle there is", () => {
    expect([...seen].sort()).to.deep.equal([...OBSTACLES].sort());
  });
});
