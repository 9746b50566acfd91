/**
 * The journey of a lot of medicines: made, shipped, split, dispensed; what is not genuine is caught; what is left is recalled.
 */
import type { Wallet } from "ethers";

import type { Chain } from "./chain";
import type { CareProofSystem } from "./deployment";
import { SampleLot, sampleEventHash, COMPANY_PREFIX, GTIN, PACKAGES, CASES, PALLETS } from "./lot";
import { accreditation } from "./organisations";
import type { Outcome, Report } from "./report";
import { ROLES, type RoleName } from "../../src/participants/roles";
import { lotNumberBytes } from "../../src/provenance/lot";
import { ITEM_DISPOSITIONS, OBSTACLES } from "../../src/provenance/statuses";
import type { ProductIdentifier } from "../../src/provenance/tokenId";
import { commit, newSalt } from "../../src/utils/commitment";
import { canonicalize } from "../../src/utils/canonical";

const DAY = 86_400;
const YEAR = 365 * DAY;
/** All seven statements of 21 U.S.C. 360eee(27). */
const TRANSACTION_STATEMENT = 0x7f;

/** Takes every step of the chapter `provenance`. */
export async function provenanceChapter(chain: Chain, system: CareProofSystem, report: Report): Promise<void> {
  const { contracts, gs1MemberOrganisation } = system;
  const { provenance, companyPrefixes } = contracts;
  const observed = system.connect(chain.observer);
  const start = await chain.tick();

  report.begin("provenance", "Drug supply chain: who may own medicines, and whose GS1 keys are whose");
  const maker = await chain.funded();
  const wholesaler = await chain.funded();
  const corner = await chain.funded();
  const station = await chain.funded();
  const regulator = await chain.funded();
  const accredit = accreditation({ system, observed, report, validUntil: start + YEAR });
  await accredit("Manufacturer", maker, "MANUFACTURER");
  await accredit("Wholesaler", wholesaler, "WHOLESALE_DISTRIBUTOR");
  await accredit("Pharmacy at the corner", corner, "DISPENSER");
  await accredit("Pharmacy at the station", station, "DISPENSER");
  await accredit("Drug regulator", regulator, "DRUG_REGULATOR");
  const { digits, length } = COMPANY_PREFIX;
  await report.take({
    step: `GS1 registers company prefix ${digits} to the manufacturer`,
    signs: "GS1 member organisation",
    pays: "GS1 member organisation",
    send: () => companyPrefixes.connect(gs1MemberOrganisation).register(BigInt(digits), length, maker.address),
    outcome: async () => is(await observed.companyPrefixes.holderOfGtin(GTIN, length), maker.address, "the holder"),
  });

  const names = new Map([
    [maker.address, "the manufacturer"],
    [wholesaler.address, "the wholesaler"],
    [corner.address, "the pharmacy at the corner"],
    [station.address, "the pharmacy at the station"],
  ]);
  const lot = await SampleLot.build(Math.floor((start + 2 * YEAR) / DAY));
  const { tokenOf, originOf } = lot;
  const nameOf = (address: string): string => names.get(address) ?? "nobody";
  /** What anyone reads of a thing: whether it can be sold, and who holds it. */
  const verdict = (thing: ProductIdentifier, expected: string) => async (): Promise<Outcome> => {
    const { obstacle, custodian } = await observed.provenance.verify(tokenOf(thing), originOf(thing));
    const reason = OBSTACLES[Number(obstacle)]!;
    return { found: `${reason === "None" ? "for sale" : reason}, with ${nameOf(custodian)}`, expected };
  };
  const state = (thing: ProductIdentifier, expected: string) => async (): Promise<Outcome> => {
    const { disposition } = await observed.provenance.itemOf(tokenOf(thing));
    return { found: ITEM_DISPOSITIONS[Number(disposition)]!, expected };
  };
  const papers = async (to: Wallet, from: RoleName, as: RoleName, proofs: string, bizStep: string) => ({
    to: to.address,
    senderRole: ROLES[from],
    receiverRole: ROLES[as],
    transactionStatement: TRANSACTION_STATEMENT,
    transactionInformation: commit(
      "transactionInformation",
      canonicalize(`{"product":"${GTIN}"}`),
      "json#data",
      newSalt(),
    ),
    proofs,
    eventHash: sampleEventHash(bizStep, await chain.tick()),
  });
  const event = async (bizStep: string): Promise<string> => sampleEventHash(bizStep, await chain.tick());
  const receives = (who: Wallet, name: string, role: RoleName, thing: ProductIdentifier, what: string) =>
    report.take({
      step: `${name} receives ${what}`,
      signs: name.toLowerCase(),
      pays: name.toLowerCase(),
      send: async () =>
        provenance.connect(who).receiveShipment([tokenOf(thing)], ROLES[role], await event("receiving")),
      outcome: verdict(thing, `for sale, with ${nameOf(who.address)}`),
    });

  report.begin("provenance", "Made and shipped: one root for the lot, one write for a pallet");
  const [first, second] = [lot.pallet(0), lot.pallet(1)];
  const [inFirstCase, inSecond] = [lot.package(0), lot.package(lot.aPallet)];
  await report.take({
    step: `Manufacturer commissions ${count(PACKAGES)} packages in ${CASES} cases on ${PALLETS} pallets`,
    signs: "manufacturer",
    pays: "manufacturer",
    send: async () =>
      provenance.connect(maker).commissionLot(
        {
          gtin: BigInt(GTIN),
          prefixLength: length,
          lotNumber: lotNumberBytes(lot.number),
          expirationDate: lot.expirationDay,
          units: 30,
        },
        lot.root,
        await event("commissioning"),
      ),
    outcome: verdict(inFirstCase, "for sale, with the manufacturer"),
  });
  const invented = { kind: "sgtin", gtin: GTIN, serial: "INVENTED1" } as const;
  await report.take({
    step: "A package with an invented serial number is scanned",
    outcome: async () => {
      const { obstacle } = await observed.provenance.verify(tokenOf(invented), originOf(inFirstCase));
      return { found: OBSTACLES[Number(obstacle)]!, expected: "NotInLot" };
    },
  });
  for (const [pallet, name] of [
    [first, "a pallet"],
    [second, "another"],
  ] as const) {
    await report.take({
      step: `Manufacturer sends ${name} of 2,000 to the wholesaler, with its papers`,
      signs: "manufacturer",
      pays: "manufacturer",
      send: async () => {
        const shipment = await papers(
          wholesaler,
          "MANUFACTURER",
          "WHOLESALE_DISTRIBUTOR",
          await lot.proofFileHash(pallet),
          "shipping",
        );
        return provenance.connect(maker).shipFromLot(tokenOf(pallet), originOf(pallet), shipment);
      },
      outcome: state(pallet, "InTransit"),
    });
  }
  await report.take({
    step: "Somebody else tries to receive it",
    signs: "pharmacy at the station",
    pays: "pharmacy at the station",
    send: async () =>
      provenance.connect(station).receiveShipment([tokenOf(first)], ROLES.DISPENSER, await event("receiving")),
    refusal: "NotReceiver",
    outcome: state(first, "InTransit"),
  });
  await receives(wholesaler, "Wholesaler", "WHOLESALE_DISTRIBUTOR", first, "the first");
  await receives(wholesaler, "Wholesaler", "WHOLESALE_DISTRIBUTOR", second, "the second");
  await report.take({
    step: "Wholesaler tries to sell the token as any NFT",
    signs: "wholesaler",
    pays: "wholesaler",
    send: () => {
      // Always reverts, so that its ABI says that it changes nothing.
      const transferFrom = provenance.connect(wholesaler).getFunction("transferFrom");
      return transferFrom.send(wholesaler.address, regulator.address, tokenOf(first));
    },
    refusal: "UseShipAndReceive",
    outcome: verdict(first, "for sale, with the wholesaler"),
  });

  report.begin("provenance", "Split and dispensed: a package costs something when something concerns it");
  const firstCase = lot.case(0);
  await report.take({
    step: "Wholesaler takes a case out of the first pallet",
    signs: "wholesaler",
    pays: "wholesaler",
    send: async () =>
      provenance
        .connect(wholesaler)
        .take(tokenOf(firstCase), originOf(firstCase), ROLES.WHOLESALE_DISTRIBUTOR, await event("unpacking")),
    outcome: verdict(inFirstCase, "for sale, with the wholesaler"),
  });
  const sells = (thing: ProductIdentifier, what: string, to: Wallet, name: string) =>
    report.take({
      step: `Wholesaler sends ${what} to the ${name}`,
      signs: "wholesaler",
      pays: "wholesaler",
      send: async () => {
        const proofs = await lot.proofFileHash(first);
        const shipment = await papers(to, "WHOLESALE_DISTRIBUTOR", "DISPENSER", proofs, "shipping");
        return provenance.connect(wholesaler).ship([tokenOf(thing)], shipment);
      },
      outcome: state(thing, "InTransit"),
    });
  await sells(firstCase, "that case", corner, "pharmacy at the corner");
  await sells(second, "the second pallet", station, "pharmacy at the station");
  await receives(corner, "Pharmacy at the corner", "DISPENSER", firstCase, "the case");
  await receives(station, "Pharmacy at the station", "DISPENSER", second, "the pallet");
  const dispenses = (by: Wallet, thing: ProductIdentifier) => async () =>
    provenance.connect(by).dispense(tokenOf(thing), originOf(thing), 0, true, await event("dispensing"));
  await report.take({
    step: "Pharmacy at the corner hands a package out",
    signs: "pharmacy at the corner",
    pays: "pharmacy at the corner",
    send: dispenses(corner, inFirstCase),
    outcome: verdict(inFirstCase, "Supplied, with nobody"),
  });

  report.begin("provenance", "What is not genuine is caught");
  await report.take({
    step: "A clone of it is handed out at the station: reported, and under review",
    signs: "pharmacy at the station",
    pays: "pharmacy at the station",
    send: dispenses(station, inFirstCase),
    outcome: async () => {
      const second = nameOf(await observed.provenance.contestedBy(tokenOf(inFirstCase)));
      const { receivedFrom } = await observed.provenance.verify(tokenOf(inFirstCase), originOf(inFirstCase));
      return {
        found: `${nameOf(receivedFrom)}, then ${second}`,
        expected: "the pharmacy at the corner, then the pharmacy at the station",
      };
    },
  });
  await report.take({
    step: "A clone of a package that lies at the station is handed out at the corner",
    signs: "pharmacy at the corner",
    pays: "pharmacy at the corner",
    send: dispenses(corner, inSecond),
    refusal: "NotCustodian",
    outcome: verdict(inSecond, "for sale, with the pharmacy at the station"),
  });
  const stolen = lot.package(lot.aPallet + 7);
  await report.take({
    step: "Pharmacy at the station reports a package stolen",
    signs: "pharmacy at the station",
    pays: "pharmacy at the station",
    send: async () =>
      provenance
        .connect(station)
        .dispose(
          tokenOf(stolen),
          originOf(stolen),
          ITEM_DISPOSITIONS.indexOf("Stolen"),
          ROLES.DISPENSER,
          await event("decommissioning"),
        ),
    outcome: verdict(stolen, "Stolen, with nobody"),
  });
  await report.take({
    step: "The stolen package is handed out at the corner",
    signs: "pharmacy at the corner",
    pays: "pharmacy at the corner",
    send: dispenses(corner, stolen),
    refusal: "NotSaleable",
    outcome: verdict(stolen, "Stolen, with nobody"),
  });
  await report.take({
    step: "Regulator recalls the lot, class I: one transaction stops what is left of it",
    signs: "drug regulator",
    pays: "drug regulator",
    send: async () => provenance.connect(regulator).recallLot(lot.key, 1, ROLES.DRUG_REGULATOR, await event("holding")),
    outcome: verdict(lot.package(1), "Recalled, with the pharmacy at the corner"),
    faultHere: true,
  });
  await report.take({
    step: "Pharmacy at the corner tries to hand out another package",
    signs: "pharmacy at the corner",
    pays: "pharmacy at the corner",
    send: dispenses(corner, lot.package(1)),
    refusal: "NotSaleable",
    outcome: verdict(lot.package(1), "Recalled, with the pharmacy at the corner"),
  });
  const last = lot.pallet(PALLETS - 1);
  await report.take({
    step: "Manufacturer tries to send a pallet that never left",
    signs: "manufacturer",
    pays: "manufacturer",
    send: async () => {
      const proofs = await lot.proofFileHash(last);
      const shipment = await papers(wholesaler, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR", proofs, "shipping");
      return provenance.connect(maker).shipFromLot(tokenOf(last), originOf(last), shipment);
    },
    refusal: "NotSaleable",
    outcome: verdict(last, "Recalled, with the manufacturer"),
  });
}

function is(found: string, expected: string, name: string): Outcome {
  return { found: found === expected ? name : `not ${name}`, expected: name };
}

function count(number: number): string {
  return number.toLocaleString("en");
}
