/** EPCIS 2.0 documents for tests of captures: who takes part, what their events say, and the lot that they are about. */
import { LotTree } from "../../../src/provenance/lotTree.js";
import type { CaptureContext, CaptureLot, PlannedEvent } from "../../../src/provenance/capture/plan.js";
import { planCapture } from "../../../src/provenance/capture/planCapture.js";
import { readParties, type CaptureParties } from "../../../src/provenance/capture/party.js";
import { readEpcis } from "../../../src/provenance/epcis/readEpcis.js";
import type { EpcisDocument } from "../../../src/provenance/epcis/event.js";
import { lotOfDocument } from "../../../src/provenance/lotOfDocument.js";
import { readProofFile, writeProofFile, type ProofFile } from "../../../src/provenance/proofFile.js";
import { tokenIdOf, type ProductIdentifier } from "../../../src/provenance/tokenId.js";
import { parseJson } from "../../../src/utils/json.js";
import { GTIN, PREFIX, sgtin, sscc } from "../../support/provenanceParties";

/** The lot of these documents. */
export const LOT_NUMBER = "CAP-1";
export const EXPIRY = "2099-12-31";

/** Parties by name: their URIs, one a PGLN, one an SGLN, one a Digital Link. */
export const URIS = {
  manufacturer: "urn:epc:id:pgln:0614141.00001",
  wholesaler: "urn:epc:id:sgln:0614141.00002.0",
  pharmacy: "https://id.gs1.org/417/0614141000036",
} as const;

/** A party of these documents. */
export type PartyName = keyof typeof URIS;

/** URNs of the packages and containers of {@link GTIN} and {@link PREFIX}. */
export const packageUrn = (serial: string): string => `urn:epc:id:sgtin:${PREFIX.digits}.012345.${serial}`;
export const containerUrn = (reference: number): string =>
  `urn:epc:id:sscc:${PREFIX.digits}.1${String(reference).padStart(9, "0")}`;

/** Token ids of the same. */
export const packageId = (serial: string): bigint => tokenIdOf(sgtin(serial));
export const containerId = (reference: number): bigint => tokenIdOf(sscc(reference));

/** A pallet of one case with two packages and a package beside it, and one loose package. */
export const PALLET = 101;
export const CASE = 102;
export const SERIALS = ["P1", "P2", "BESIDE", "ALONE"];

export type EventFields = Record<string, unknown>;

let minute = 0;

/** An event; each is a minute later than the one made before it, unless it says its own time. */
export function event(type: string, action: string | undefined, fields: EventFields): EventFields {
  const eventTime = new Date(Date.UTC(2026, 0, 5, 8, minute++)).toISOString();
  return { type, ...(action === undefined ? {} : { action }), eventTime, eventTimeZoneOffset: "+00:00", ...fields };
}

export const at = (party: PartyName): EventFields => ({ readPoint: { id: URIS[party] } });

export const commissioning = (serials: readonly string[], fields: EventFields = {}): EventFields =>
  event("ObjectEvent", "ADD", {
    epcList: serials.map(packageUrn),
    bizStep: "commissioning",
    disposition: "active",
    ilmd: { "cbvmda:lotNumber": LOT_NUMBER, "cbvmda:itemExpirationDate": EXPIRY },
    ...at("manufacturer"),
    ...fields,
  });

export const packing = (parent: number, childEPCs: readonly string[], fields: EventFields = {}): EventFields =>
  event("AggregationEvent", "ADD", {
    parentID: containerUrn(parent),
    childEPCs,
    bizStep: "packing",
    ...at("manufacturer"),
    ...fields,
  });

export const unpacking = (parent: number, childEPCs: readonly string[], by: PartyName): EventFields =>
  event("AggregationEvent", "DELETE", { parentID: containerUrn(parent), childEPCs, bizStep: "unpacking", ...at(by) });

export const shipping = (
  epcList: readonly string[],
  from: PartyName,
  to: PartyName,
  fields: EventFields = {},
): EventFields =>
  event("ObjectEvent", "OBSERVE", {
    epcList,
    bizStep: "shipping",
    disposition: "in_transit",
    sourceList: [{ type: "owning_party", source: URIS[from] }],
    destinationList: [{ type: "owning_party", destination: URIS[to] }],
    ...fields,
  });

export const receiving = (epcList: readonly string[], from: PartyName, to: PartyName): EventFields =>
  event("ObjectEvent", "OBSERVE", {
    epcList,
    bizStep: "receiving",
    disposition: "in_progress",
    sourceList: [{ type: "owning_party", source: URIS[from] }],
    destinationList: [{ type: "owning_party", destination: URIS[to] }],
  });

export const observing = (epcList: readonly string[], by: PartyName, fields: EventFields): EventFields =>
  event("ObjectEvent", "OBSERVE", { epcList, ...at(by), ...fields });

export const transforming = (inputs: readonly string[], outputs: readonly string[], by: PartyName): EventFields =>
  event("TransformationEvent", undefined, { inputEPCList: inputs, outputEPCList: outputs, ...at(by) });

/** A logger that is fixed to a returnable asset. */
export const associating = (by: PartyName): EventFields =>
  event("AssociationEvent", "ADD", {
    parentID: "urn:epc:id:grai:0614141.12345.1",
    childEPCs: ["urn:epc:id:giai:0614141.1"],
    ...at(by),
  });

/** The text of a document of these events. */
export function documentText(events: readonly EventFields[]): string {
  return JSON.stringify({
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: "2026-01-05T08:00:00Z",
    epcisBody: { eventList: events },
  });
}

export function document(...events: readonly EventFields[]): EpcisDocument {
  return readEpcis(documentText(events));
}

/** The events that make the lot. */
export function lotEvents(): EventFields[] {
  return [
    commissioning(SERIALS.slice(0, 2)),
    commissioning(SERIALS.slice(2)),
    packing(CASE, [packageUrn("P1"), packageUrn("P2")]),
    packing(PALLET, [containerUrn(CASE), packageUrn("BESIDE")]),
  ];
}

/** Addresses, invented where none are given. */
export const ADDRESSES: Readonly<Record<PartyName, string>> = {
  manufacturer: "0x00000000000000000000000000000000000000A1",
  wholesaler: "0x00000000000000000000000000000000000000b2",
  pharmacy: "0x00000000000000000000000000000000000000C3",
};

const ROLES = { manufacturer: "MANUFACTURER", wholesaler: "WHOLESALE_DISTRIBUTOR", pharmacy: "DISPENSER" } as const;

/** The parties file. */
export function partiesText(addresses: Readonly<Record<PartyName, string>> = ADDRESSES): string {
  const names = Object.keys(URIS) as PartyName[];
  return JSON.stringify(
    Object.fromEntries(names.map((name) => [URIS[name], { address: addresses[name], role: ROLES[name] }])),
  );
}

export const PARTIES: CaptureParties = readParties(parseJson(partiesText()), "parties.json");

/** Transaction information as the law asks for it, of an invented product. */
export const TRANSACTION_INFORMATION = {
  products: [
    {
      name: "Examplinib",
      strength: "10 mg",
      dosageForm: "tablet",
      ndc: "0614-1123-45",
      containerSize: "30 tablets",
      containers: 3,
      lots: [LOT_NUMBER],
    },
  ],
  transactionDate: "2026-01-05",
  from: { name: "Invented Pharma Inc.", address: "1 Example Street, Nowhere" },
  to: { name: "Invented Wholesale Ltd.", address: "2 Example Street, Nowhere" },
};

/** A context in which `name` captures, affirms the statements and has transaction information for everything. */
export function contextOf(name: PartyName, more: Partial<CaptureContext> = {}): CaptureContext {
  const information = parseJson(JSON.stringify(TRANSACTION_INFORMATION)) as never;
  return {
    actor: { address: ADDRESSES[name], role: ROLES[name] },
    parties: PARTIES,
    transactionStatement: true,
    transactionInformation: () => ({ information }),
    ...more,
  };
}

/** Plans a document, its events in the order in which they are given. */
export function plan(
  by: PartyName,
  events: readonly EventFields[],
  more: Partial<CaptureContext> = {},
): PlannedEvent[] {
  const { events: planned } = planCapture(document(...events), contextOf(by, more));
  return [...planned].sort((a, b) => a.index - b.index);
}

/** The tree of the lot of some events, as `careproof provenance lot` builds it. */
export async function lotOf(events: readonly EventFields[], run = 0): Promise<CaptureLot> {
  const { items, gtin, lotNumber, expirationDate, prefixLength } = lotOfDocument(document(...events));
  const of = { gtin, lotNumber, expirationDate, prefixLength: prefixLength!, run };
  const tree = await LotTree.build(of, items);
  const proofs: ProofFile[] = [];
  for (const section of tree.sections) {
    const text = [...writeProofFile(tree, section)].map((line) => `${line}\n`).join("");
    proofs.push(await readProofFile(new TextEncoder().encode(text)));
  }
  return { run: of, units: 30, root: tree.root, proofs };
}

export const identifiers = { pallet: sscc(PALLET), case: sscc(CASE) } satisfies Record<string, ProductIdentifier>;
export { GTIN };
