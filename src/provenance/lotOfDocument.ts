import { bizStepOf } from "./capture/businessVocabulary.js";
import { prefixLengthOf, readEpc } from "./capture/readEpc.js";
import { lotMasterDataOf } from "./capture/readLot.js";
import type { EpcisDocument, EpcisEvent } from "./epcis/event.js";
import { requireVersion2 } from "./epcis/requireVersion2.js";
import { utcMilliseconds } from "./epcis/values.js";
import { lookupKey } from "./lookupKey.js";
import type { LotItem } from "./lotContents.js";
import { lotItemsOfEvents, type LotEvent } from "./lotEvents.js";
import type { LotRun } from "./lotRun.js";
import type { ProductIdentifier } from "./tokenId.js";
import { CareProofError } from "../errors.js";
import { withPlace } from "../utils/errorPlace.js";

/** What is known of a lot beside the document: it chooses among several, and has to agree. */
export type LotTerms = Partial<Pick<LotRun, "gtin" | "lotNumber" | "expirationDate" | "prefixLength">>;

/** A lot that a document commissions. */
export interface LotOfDocument extends Pick<LotRun, "gtin" | "lotNumber" | "expirationDate"> {
  /** Digits of the GS1 company prefix; absent where neither the terms nor an EPC URN tell. */
  readonly prefixLength?: number;
  /** Its packages, and the containers that they were packed in before the document ships anything. For `LotTree.build`. */
  readonly items: AsyncIterable<LotItem>;
}

/** Packages of one product that an event commissions. */
interface Commissioned {
  readonly epcs: string[];
  /** Of the first of them. */
  readonly path: string;
  readonly gtin: string;
  /** Digits of the GS1 company prefix, where the EPCs tell. */
  readonly prefixLength: number | undefined;
  readonly lotNumber: string | undefined;
  readonly expirationDate: string | undefined;
}

interface NumberedEvent {
  readonly event: EpcisEvent;
  /** `events[3]`. */
  readonly path: string;
}

/**
 * The lot that the commissioning and packing events of an EPCIS 2.0 document make up (ObjectEvent ADD commissioning with `lotNumber` and
 * `itemExpirationDate` of CBV in `ilmd`, AggregationEvent ADD). What is packed after the document first ships something is left out.
 *
 * @throws CareProofError `EPCIS_VERSION_UNSUPPORTED`; `LOT_EMPTY` where nothing is commissioned; `LOT_AMBIGUOUS` where the terms leave
 * several lots; `LOT_TERMS_MISSING` where neither terms nor events say something; `LOT_MISMATCH` where they, or two events, contradict
 * each other; of `readEpc`. The items throw as `lotItemsOfEvents` does.
 */
export function lotOfDocument(document: EpcisDocument, terms: LotTerms = {}): LotOfDocument {
  requireVersion2(document);
  const events = document.events
    .map((event, index): NumberedEvent => ({ event, path: `events[${index}]` }))
    .filter(({ event }) => event.errorDeclaration === undefined);
  const commissioned = chosen(events.filter(isCommissioning).flatMap(packagesOf), terms);
  const { gtin } = commissioned[0]!;
  const lotNumber = agreed("lotNumber", "lot number", terms.lotNumber, commissioned);
  const expirationDate = agreed("expirationDate", "expiration date", terms.expirationDate, commissioned);
  const prefixLength = prefixOf(commissioned, terms.prefixLength);
  const building = buildingEvents(events, keysOf(commissioned));
  const parse = (epc: string): ProductIdentifier => {
    const identifier = readEpc(epc);
    if (identifier !== undefined) return identifier;
    throw new CareProofError("NOT_A_PACKAGE_OR_CONTAINER", `${epc} is neither an SGTIN nor an SSCC`);
  };
  return {
    gtin,
    lotNumber,
    expirationDate,
    ...(prefixLength === undefined ? {} : { prefixLength }),
    items: lotItemsOfEvents(drained(building.events), parse, (index) => building.paths[index]!),
  };
}

/** The events in order. What was handed on is not held here too: a lot may have a million packages. */
function* drained(events: LotEvent[]): Generator<LotEvent> {
  events.reverse();
  for (let event = events.pop(); event !== undefined; event = events.pop()) yield event;
}

function isCommissioning({ event }: NumberedEvent): boolean {
  return event.type === "ObjectEvent" && event.action === "ADD" && bizStepOf(event) === "commissioning";
}

function packagesOf({ event, path }: NumberedEvent): Commissioned[] {
  const { lotNumber, expirationDate } = lotMasterDataOf(event, path);
  const groups = new Map<string, Commissioned>();
  for (const [index, epc] of (event.epcList ?? []).entries()) {
    const at = `${path}.epcList[${index}]`;
    const identifier = readEpc(epc, at);
    if (identifier?.kind !== "sgtin") continue;
    const { gtin } = identifier;
    const prefixLength = prefixLengthOf(epc);
    const name = `${gtin} ${prefixLength}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { epcs: [epc], path: at, gtin, prefixLength, lotNumber, expirationDate });
    else group.epcs.push(epc);
  }
  return [...groups.values()];
}

function keysOf(commissioned: readonly Commissioned[]): Set<string> {
  const keys = new Set<string>();
  for (const { epcs } of commissioned) {
    for (const epc of epcs) keys.add(lookupKey(readEpc(epc)!));
  }
  return keys;
}

/** What was commissioned of the one lot that the terms leave. */
function chosen(all: readonly Commissioned[], { gtin, lotNumber }: LotTerms): readonly Commissioned[] {
  if (all.length === 0) throw new CareProofError("LOT_EMPTY", "no event commissions a package");
  const nameOf = (one: Pick<Commissioned, "gtin" | "lotNumber">): string =>
    `GTIN ${one.gtin}${one.lotNumber === undefined ? "" : ` lot ${one.lotNumber}`}`;
  const fits = (one: Commissioned): boolean =>
    (gtin === undefined || one.gtin === gtin) &&
    (lotNumber === undefined || one.lotNumber === undefined || one.lotNumber === lotNumber);
  const fitting = all.filter(fits);
  if (fitting.length === 0) {
    const found = [...new Set(all.map(nameOf))].join(", ");
    const asked = [gtin && `GTIN ${gtin}`, lotNumber && `lot ${lotNumber}`].filter(Boolean).join(" ");
    throw new CareProofError("LOT_MISMATCH", `the events commission ${found}, not ${asked}`, all[0]!.path);
  }
  const lots = [...new Set(fitting.map((one) => nameOf({ gtin: one.gtin, lotNumber: lotNumber ?? one.lotNumber })))];
  if (lots.length > 1) {
    const message = `the events commission several lots (${lots.join(", ")}): say which one by GTIN and lot number`;
    throw new CareProofError("LOT_AMBIGUOUS", message, fitting[0]!.path);
  }
  return fitting;
}

/** What events and terms say of a lot, if they agree. */
function agreed(
  member: "lotNumber" | "expirationDate",
  name: string,
  term: string | undefined,
  all: readonly Commissioned[],
): string {
  let value = term;
  for (const one of all) {
    value ??= one[member];
    if (one[member] === undefined || one[member] === value) continue;
    const message = `the ${name} is ${one[member]} here, but ${String(value)} ${term === undefined ? "in an earlier event" : "was given"}`;
    throw new CareProofError("LOT_MISMATCH", message, one.path);
  }
  if (value === undefined) {
    throw new CareProofError("LOT_TERMS_MISSING", `no event says the ${name}: give it`, all[0]!.path);
  }
  return value;
}

function prefixOf(all: readonly Commissioned[], term: number | undefined): number | undefined {
  let length = term;
  for (const { prefixLength: found, path } of all) {
    length ??= found;
    if (found === undefined || found === length) continue;
    const message = `the company prefix has ${found} digits here, but ${String(length)} ${term === undefined ? "in an earlier EPC" : "was given"}`;
    throw new CareProofError("LOT_MISMATCH", message, path);
  }
  return length;
}

/** The events that build the lot, without what they say of other things. `own` has its packages; its containers are added. */
function buildingEvents(all: readonly NumberedEvent[], own: Set<string>): { events: LotEvent[]; paths: string[] } {
  const timeOf = ({ event }: NumberedEvent): number => utcMilliseconds(event.eventTime) ?? 0;
  const shipped = Math.min(
    ...all.filter(({ event }) => event.type === "ObjectEvent" && bizStepOf(event) === "shipping").map(timeOf),
  );
  const before = all.filter(
    (one) =>
      isCommissioning(one) ||
      (timeOf(one) < shipped && ["ADD", "DELETE"].includes(one.event.action ?? "") && isAboutThings(one)),
  );
  const keyOfEpc = (epc: string): string | undefined => {
    const identifier = readEpc(epc);
    return identifier === undefined ? undefined : lookupKey(identifier);
  };
  const isOwn = (epc: string): boolean => {
    const key = keyOfEpc(epc);
    return key !== undefined && own.has(key);
  };
  // A container belongs to the lot if something of the lot is in it, at any depth.
  for (let size = -1; size !== own.size;) {
    size = own.size;
    for (const { event, path } of before) {
      if (event.type !== "AggregationEvent" || event.action !== "ADD" || event.parentID === undefined) continue;
      try {
        const parent = keyOfEpc(event.parentID);
        if (parent !== undefined && (event.childEPCs ?? []).some(isOwn)) own.add(parent);
      } catch (error) {
        throw withPlace(error, path);
      }
    }
  }
  const [building, paths]: [LotEvent[], string[]] = [[], []];
  for (const { event, path } of before) {
    const { type, action, parentID } = event;
    const [epcList, childEPCs] = [(event.epcList ?? []).filter(isOwn), (event.childEPCs ?? []).filter(isOwn)];
    if (epcList.length === 0 && childEPCs.length === 0) continue;
    const about = { type, action: action!, epcList, childEPCs };
    building.push(parentID === undefined ? about : { ...about, parentID });
    paths.push(path);
  }
  return { events: building, paths };
}

function isAboutThings({ event }: NumberedEvent): boolean {
  return event.type === "AggregationEvent" || (event.type === "ObjectEvent" && event.action === "DELETE");
}
