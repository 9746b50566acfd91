import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id as digest } from "ethers";
import { ethers } from "hardhat";

import { ROLES } from "../../../src/participants/roles.js";
import {
  type LotProof,
  type PackageHistory,
  type ProductIdentifier,
  readHistory,
  tokenIdOf,
} from "../../../src/provenance/index.js";
import {
  CASES,
  caseAtPharmacy,
  deploySupplyChain,
  EVENT,
  EVIDENCE,
  GTIN,
  hand,
  ids,
  LEAVES,
  LOOSE,
  LOT,
  NO_ORIGIN,
  PACKAGES,
  PALLET,
  palletAtWholesaler,
  PREFIX,
  sgtin,
  shipment,
  sscc,
  type SupplyChain,
  treeOf,
} from "../../support/provenanceParties";

const TOTE = sscc(77);

/** The history of a thing, with its proof where it is from the lot of the tests. */
async function historyOf(
  chain: SupplyChain,
  identifier: ProductIdentifier,
  proof: LotProof | "none" = chain.run.originOf(identifier),
): Promise<PackageHistory> {
  return readHistory({
    provider: ethers.provider,
    contract: await chain.provenance.getAddress(),
    identifier,
    ...(proof === "none" ? {} : { proof }),
  });
}

/** Event and concern of each step, and what it is about where that is not the thing itself. */
function outline({ steps }: PackageHistory): string[] {
  return steps.map(({ event, concern, thing }) =>
    concern === "container" && thing?.kind === "sscc" ? `${event.name} of ${thing.sscc}` : event.name,
  );
}

const codes = ({ warnings }: PackageHistory): string[] => warnings.map(({ code }) => code);
const [pallet, firstCase] = [PALLET.sscc, CASES[0].sscc];
const WAY_TO_THE_PHARMACY = [
  "LotCommissioned",
  `Shipped of ${pallet}`,
  `Unpacked of ${pallet}`,
  `Received of ${pallet}`,
  `Unpacked of ${firstCase}`,
  `Shipped of ${firstCase}`,
  `Received of ${firstCase}`,
];

async function atPharmacy(): Promise<SupplyChain> {
  const chain = await loadFixture(deploySupplyChain);
  await palletAtWholesaler(chain);
  await caseAtPharmacy(chain);
  return chain;
}

describe("readHistory", () => {
  it("tells the whole way of a package that was never touched alone: its pallet's, then its case's", async () => {
    const chain = await loadFixture(atPharmacy);
    const history = await historyOf(chain, PACKAGES[0]!);
    expect(outline(history)).to.deep.equal(WAY_TO_THE_PHARMACY);
    expect(history.verdict).to.deep.equal({
      obstacle: "None",
      disposition: "Active",
      custodian: chain.pharmacy.address,
      receivedFrom: chain.wholesaler.address,
      proved: true,
    });
    expect(history.lot).to.deep.include({
      key: LOT.key,
      gtin: GTIN,
      lotNumber: LOT.lotNumber,
      maker: chain.manufacturer.address,
      recall: "None",
      runs: 1,
    });
    expect(history.path).to.deep.equal([CASES[0], PALLET]);
    expect(history.warnings).to.deep.equal([]);
    expect(history.chainId).to.equal(31_337n);
  });

  it("times each step by its block, and says as of which block it was read", async () => {
    const chain = await loadFixture(deploySupplyChain);
    await time.setNextBlockTimestamp((await time.latest()) + 1000);
    await palletAtWholesaler(chain);
    const { steps, asOf } = await historyOf(chain, PALLET);
    for (const { event, time: at } of steps) {
      expect(at).to.equal((await ethers.provider.getBlock(event.log.blockNumber))!.timestamp);
    }
    expect(asOf).to.deep.equal({ block: await ethers.provider.getBlockNumber(), time: await time.latest() });
  });

  it("follows a package into its own history, and stops following its case when it has left it", async () => {
    const chain = await loadFixture(atPharmacy);
    const { provenance, pharmacy, run, wholesaler } = chain;
    const [first] = PACKAGES as [(typeof PACKAGES)[0]];
    await provenance.connect(pharmacy).dispense(tokenIdOf(first), run.originOf(first), 0, true, EVENT);
    await provenance
      .connect(pharmacy)
      .ship([ids.cases[0]!], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR"));
    await provenance.connect(wholesaler).receiveShipment([ids.cases[0]!], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);

    const dispensed = await historyOf(chain, first);
    expect(outline(dispensed)).to.deep.equal([...WAY_TO_THE_PHARMACY, "Dispensed"]);
    expect(dispensed.verdict).to.include({ obstacle: "Supplied", disposition: "Supplied" });
    expect(dispensed.steps.at(-1)?.left).to.deep.equal(CASES[0]);
    const left = await historyOf(chain, PACKAGES[1]!);
    expect(outline(left)).to.deep.equal([
      ...WAY_TO_THE_PHARMACY,
      `Shipped of ${firstCase}`,
      `Received of ${firstCase}`,
    ]);
    expect(left.verdict).to.include({ obstacle: "Returned", custodian: wholesaler.address });
  });

  it("shows no moves of the pallet after the case has left it, nor those of another case", async () => {
    const chain = await loadFixture(atPharmacy);
    const before = outline(await historyOf(chain, PACKAGES[0]!));
    await hand(
      chain,
      [ids.pallet],
      [chain.wholesaler, "WHOLESALE_DISTRIBUTOR"],
      [chain.otherWholesaler, "WHOLESALE_DISTRIBUTOR"],
    );
    expect(outline(await historyOf(chain, PACKAGES[0]!))).to.deep.equal(before);
    // What stayed on the pallet went with it.
    expect(outline(await historyOf(chain, PACKAGES[3]!))).to.deep.equal([
      ...WAY_TO_THE_PHARMACY.slice(0, 4),
      `Shipped of ${pallet}`,
      `Received of ${pallet}`,
    ]);
  });

  it("follows a package into the tote it is packed in, while it is in it", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer, run, wholesaler, otherWholesaler } = chain;
    const tote = tokenIdOf(TOTE);
    const maker = provenance.connect(manufacturer);
    await maker.take(ids.loose, run.originOf(LOOSE), ROLES.MANUFACTURER, EVENT);
    await maker.pack(tote, PREFIX.length, [ids.loose], ROLES.MANUFACTURER, EVENT);
    await hand(chain, [tote], [manufacturer, "MANUFACTURER"], [wholesaler, "WHOLESALE_DISTRIBUTOR"]);
    await provenance.connect(wholesaler).unpack([ids.loose], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await hand(chain, [tote], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [otherWholesaler, "WHOLESALE_DISTRIBUTOR"]);

    const history = await historyOf(chain, LOOSE);
    expect(outline(history)).to.deep.equal([
      "LotCommissioned",
      "Unpacked",
      "Packed",
      `Shipped of ${TOTE.sscc}`,
      `Received of ${TOTE.sscc}`,
      "Unpacked",
    ]);
    expect(history.steps.map(({ holder }) => holder).filter((holder) => holder !== undefined)).to.deep.equal([
      manufacturer.address,
      manufacturer.address,
      wholesaler.address,
    ]);
    expect(history.steps.at(-1)?.left).to.deep.equal(TOTE);
    // The tote's own history says what was in it.
    const ofTote = await historyOf(chain, TOTE, "none");
    expect(ofTote.steps.map(({ event, concern }) => `${event.name} ${concern}`)).to.deep.equal([
      "Packed content",
      "Shipped itself",
      "Received itself",
      "Unpacked content",
      "Shipped itself",
      "Received itself",
    ]);
    expect(ofTote.lot).to.equal(undefined);
  });

  it("does not follow a foreign maker's container with the SSCC of a path", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer, companyPrefixes, gs1MemberOrganisation } = chain;
    // The maker lost its prefix, another got it, and packs its own goods into the same SSCC.
    await companyPrefixes.connect(gs1MemberOrganisation).release(PREFIX.prefix, PREFIX.length);
    await companyPrefixes
      .connect(gs1MemberOrganisation)
      .register(PREFIX.prefix, PREFIX.length, chain.otherWholesaler.address);
    await provenance.connect(manufacturer).take(ids.loose, chain.run.originOf(LOOSE), ROLES.MANUFACTURER, EVENT);
    await hand(chain, [ids.loose], [manufacturer, "MANUFACTURER"], [chain.otherWholesaler, "WHOLESALE_DISTRIBUTOR"]);
    const other = provenance.connect(chain.otherWholesaler);
    await other.pack(ids.pallet, PREFIX.length, [ids.loose], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await other.ship([ids.pallet], shipment(chain.pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));

    const history = await historyOf(chain, PACKAGES[0]!);
    expect(outline(history)).to.deep.equal(["LotCommissioned"]);
    expect(history.verdict).to.include({ obstacle: "None", custodian: manufacturer.address });
    expect(outline(await historyOf(chain, LOOSE)).slice(-2)).to.deep.equal(["Packed", `Shipped of ${pallet}`]);
  });

  it("tells from events alone where a token was before, without its proof", async () => {
    const chain = await loadFixture(atPharmacy);
    const { provenance, pharmacy, run } = chain;
    await provenance.connect(pharmacy).dispense(ids.packages[0]!, run.originOf(PACKAGES[0]!), 0, true, EVENT);
    const history = await historyOf(chain, PACKAGES[0]!, "none");
    expect(outline(history)).to.deep.equal([...WAY_TO_THE_PHARMACY, "Dispensed"]);
    expect(history.path).to.deep.equal([CASES[0], PALLET]);
    expect(history.pathProved).to.equal(false);
    expect(history.warnings).to.deep.equal([]);
  });

  it("warns of quarantine, and of what it cannot know without a proof", async () => {
    const chain = await loadFixture(atPharmacy);
    const { investigations, regulator, run } = chain;
    await investigations
      .connect(regulator)
      .quarantine(ids.packages[0]!, run.originOf(PACKAGES[0]!), ROLES.DRUG_REGULATOR, EVIDENCE);
    const proved = await historyOf(chain, PACKAGES[0]!);
    expect(outline(proved)).to.deep.equal([...WAY_TO_THE_PHARMACY, "Quarantined"]);
    expect(codes(proved)).to.deep.equal(["QUARANTINED"]);
    expect(proved.steps.at(-1)?.left).to.deep.equal(CASES[0]);
    const without = await historyOf(chain, PACKAGES[0]!, "none");
    expect(outline(without)).to.deep.equal(["LotCommissioned", "Quarantined"]);
    expect(codes(without)).to.deep.equal(["QUARANTINED", "PATH_UNKNOWN"]);
  });

  it("tells of quarantine, condemnation, notice and the end of the case", async () => {
    const chain = await loadFixture(atPharmacy);
    const { investigations, pharmacy, regulator, run } = chain;
    const [thing] = ids.packages as [bigint];
    await investigations.connect(pharmacy).quarantine(thing, run.originOf(PACKAGES[0]!), ROLES.DISPENSER, EVIDENCE);
    await investigations.connect(pharmacy).condemn(thing, ROLES.DISPENSER, EVIDENCE);
    expect(codes(await historyOf(chain, PACKAGES[0]!))).to.deep.equal(["ILLEGITIMATE"]);
    await time.increase(24 * 3600 + 1);
    expect(codes(await historyOf(chain, PACKAGES[0]!))).to.deep.equal(["ILLEGITIMATE", "NOTICE_OVERDUE"]);
    await investigations.connect(pharmacy).giveNotice(thing, ROLES.DISPENSER, EVIDENCE);
    await investigations.connect(regulator).closeIncident(thing, false, digest("incident 7"), EVIDENCE);
    const history = await historyOf(chain, PACKAGES[0]!);
    expect(outline(history).slice(-4)).to.deep.equal(["Quarantined", "Condemned", "NoticeGiven", "IncidentClosed"]);
    expect(history.verdict).to.include({ obstacle: "Destroyed", disposition: "Destroyed" });
    expect(codes(history)).to.deep.equal([]);
  });

  it("tells that a regulator took the case over, and of its end", async () => {
    const chain = await loadFixture(atPharmacy);
    const { investigations, pharmacy, regulator, run } = chain;
    const origin = run.originOf(PACKAGES[0]!);
    const [thing] = ids.packages as [bigint];
    await investigations.connect(pharmacy).quarantine(thing, origin, ROLES.DISPENSER, EVIDENCE);
    await investigations.connect(regulator).quarantine(thing, origin, ROLES.DRUG_REGULATOR, EVIDENCE);
    await investigations.connect(regulator).clear(thing, ROLES.DRUG_REGULATOR, EVIDENCE);
    const history = await historyOf(chain, PACKAGES[0]!);
    expect(outline(history).slice(-3)).to.deep.equal(["Quarantined", "Quarantined", "Cleared"]);
    expect(history.verdict).to.include({ obstacle: "None", custodian: pharmacy.address });
    expect(history.warnings).to.deep.equal([]);
  });

  it("warns of a package dispensed twice, with both dispensers, until the review of it ends", async () => {
    const chain = await loadFixture(atPharmacy);
    const { provenance, investigations, pharmacy, otherPharmacy, regulator, run } = chain;
    const [thing] = ids.packages as [bigint];
    await provenance.connect(pharmacy).dispense(thing, run.originOf(PACKAGES[0]!), 0, true, EVENT);
    await provenance.connect(otherPharmacy).dispense(thing, run.originOf(PACKAGES[0]!), 0, true, EVENT);
    const open = await historyOf(chain, PACKAGES[0]!);
    expect(open.verdict.contestedBy).to.equal(otherPharmacy.address);
    expect(codes(open)).to.deep.equal(["DUPLICATE_DISPENSE"]);
    expect(open.warnings[0]?.message)
      .to.include(pharmacy.address)
      .and.include(otherPharmacy.address)
      .and.include("under review");
    await investigations.connect(regulator).clear(thing, ROLES.DRUG_REGULATOR, EVIDENCE);
    const ended = await historyOf(chain, PACKAGES[0]!);
    expect(outline(ended).slice(-3)).to.deep.equal(["Dispensed", "DuplicateDispense", "Cleared"]);
    expect(ended.warnings[0]?.message).to.include("the review of it has ended");
  });

  it("warns of a recall and an expiry of its lot, and of a label that says otherwise", async () => {
    const chain = await loadFixture(atPharmacy);
    await chain.provenance.connect(chain.manufacturer).recallLot(LOT.key, 2, ROLES.MANUFACTURER, EVENT);
    const recalled = await historyOf(chain, PACKAGES[0]!);
    expect(outline(recalled)).to.deep.equal([...WAY_TO_THE_PHARMACY, "LotRecalled"]);
    expect(recalled.warnings).to.deep.equal([
      { code: "RECALLED", message: `lot ${LOT.lotNumber} is recalled (class II)` },
    ]);
    await time.increase(366 * 86_400);
    const { warnings } = await readHistory({
      provider: ethers.provider,
      contract: await chain.provenance.getAddress(),
      identifier: PACKAGES[0]!,
      proof: chain.run.originOf(PACKAGES[0]!),
      label: { lot: "OTHER", expiry: recalled.lot!.expirationDate },
    });
    expect(warnings.map(({ code }) => code)).to.deep.equal(["RECALLED", "EXPIRED", "LABEL_DIFFERS"]);
    expect(warnings[2]?.message).to.equal(`its label says lot OTHER, the chain ${LOT.lotNumber}`);
  });

  it("tells of questions and answers about an identifier, also one that does not exist", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { investigations, pharmacy, manufacturer } = chain;
    const invented = sgtin("INVENTED");
    await investigations.connect(pharmacy).ask(tokenIdOf(invented), PREFIX.length, 1, ROLES.DISPENSER, EVIDENCE);
    await time.increase(24 * 3600 + 1);
    expect(codes(await historyOf(chain, invented, "none"))).to.deep.equal(["NOT_PROVED", "ANSWER_OVERDUE"]);
    await investigations.connect(manufacturer).answer(1, 2, ROLES.MANUFACTURER, EVIDENCE);
    const history = await historyOf(chain, invented, "none");
    expect(outline(history)).to.deep.equal(["Asked", "Answered"]);
    expect(codes(history)).to.deep.equal(["NOT_GENUINE", "NOT_PROVED"]);
  });

  it("does not take the path of a proof that fails", async () => {
    const chain = await loadFixture(atPharmacy);
    const { provenance, pharmacy, run } = chain;
    const forged = { ...run.originOf(PACKAGES[3]!), proof: [...run.originOf(PACKAGES[0]!).proof] };
    const untouched = await historyOf(chain, PACKAGES[0]!, forged);
    expect(untouched.steps).to.deep.equal([]);
    expect(untouched.verdict.obstacle).to.equal("NotInLot");
    expect(codes(untouched)).to.deep.equal(["NOT_GENUINE"]);
    // Once it is dispensed, the contract looks at no proof any more.
    await provenance.connect(pharmacy).dispense(ids.packages[0]!, run.originOf(PACKAGES[0]!), 0, true, EVENT);
    const dispensed = await historyOf(chain, PACKAGES[0]!, forged);
    expect(outline(dispensed)).to.deep.equal([...WAY_TO_THE_PHARMACY, "Dispensed"]);
    expect(dispensed.path).to.deep.equal([CASES[0], PALLET]);
    expect(dispensed.pathProved).to.equal(false);
  });

  it("names the run of a package of a later run, not the first", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const late = sgtin("LATE");
    const second = await treeOf([{ identifier: late, path: [] }, ...LEAVES.slice(0, 1)], 1);
    await chain.provenance.connect(chain.manufacturer).commissionRun(LOT.key, 1, second.root, PREFIX.length, EVENT);
    const history = await historyOf(chain, late, second.originOf(late));
    expect(outline(history)).to.deep.equal(["LotCommissioned", "RunCommissioned"]);
    expect(history.run).to.equal(1);
    expect(outline(await historyOf(chain, LOOSE))).to.deep.equal(["LotCommissioned"]);
    await chain.provenance
      .connect(chain.manufacturer)
      .take(tokenIdOf(late), second.originOf(late), ROLES.MANUFACTURER, EVENT);
    expect(codes(await historyOf(chain, late, "none"))).to.deep.equal(["RUN_UNKNOWN"]);
  });

  it("tells of a package opened, returned stock put on sale again, and a shipment refused", async () => {
    const chain = await loadFixture(atPharmacy);
    const { provenance, pharmacy, otherPharmacy, wholesaler, run } = chain;
    await provenance.connect(pharmacy).dispense(ids.packages[0]!, run.originOf(PACKAGES[0]!), 10, true, EVENT);
    expect((await historyOf(chain, PACKAGES[0]!)).verdict.disposition).to.equal("PartiallyDispensed");
    const other = provenance.connect(wholesaler);
    await other.take(ids.cases[1]!, run.originOf(CASES[1]), ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await other.ship([ids.cases[1]!], shipment(otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER"));
    await provenance.connect(otherPharmacy).refuse([ids.cases[1]!], ROLES.DISPENSER, EVENT);
    await other.restock([ids.cases[1]!], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    const refused = outline(await historyOf(chain, PACKAGES[3]!));
    const second = CASES[1].sscc;
    expect(refused.slice(-4)).to.deep.equal([
      `Unpacked of ${second}`,
      `Shipped of ${second}`,
      `ShipmentRefused of ${second}`,
      `Restocked of ${second}`,
    ]);
  });

  it("tells nothing of what nothing is known of", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const history = await historyOf(chain, sgtin("INVENTED"), "none");
    expect(history.steps).to.deep.equal([]);
    expect(history.verdict).to.deep.equal({ obstacle: "UnknownLot", disposition: "None", proved: false });
    expect(codes(history)).to.deep.equal(["NOT_PROVED"]);
    expect(codes(await historyOf(chain, sgtin("INVENTED"), { ...NO_ORIGIN, lot: LOT.key }))).to.deep.equal([
      "NOT_GENUINE",
    ]);
  });
});
