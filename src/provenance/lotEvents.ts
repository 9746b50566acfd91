import { lookupKey } from "./lookupKey.js";
import type { LotItem } from "./lotContents.js";
import type { ProductIdentifier, Sscc } from "./tokenId.js";
import { CareProofError } from "../errors.js";
import { withPlace } from "../utils/errorPlace.js";

/** What commissioning and first aggregation need of an EPCIS 2.0 event, by the standard's names (EPCIS 2.0, section 7.4). */
export interface LotEvent {
  /** `ObjectEvent`, `AggregationEvent` …; events of other types say nothing about a lot's content. */
  readonly type: string;
  /** `ADD`, `OBSERVE` or `DELETE`. */
  readonly action?: string;
  /** ObjectEvent: what was commissioned, as EPC URNs or GS1 Digital Links. */
  readonly epcList?: readonly string[];
  /** AggregationEvent: the container. */
  readonly parentID?: string;
  /** AggregationEvent: what was packed into it. */
  readonly childEPCs?: readonly string[];
}

/** Reads an EPC URN or GS1 Digital Link URI. */
export type IdentifierParser = (text: string) => ProductIdentifier;

/** What an identifier is known of before all events are read. */
interface Found {
  readonly identifier: ProductIdentifier;
  /** Whether an event commissioned it. */
  commissioned: boolean;
  /** The container that it was packed into. */
  parent?: Found;
}

/**
 * What a run consists of, out of its events: packages by ObjectEvents with action ADD, containers by AggregationEvents with action
 * ADD, whatever their order. Events with action OBSERVE, and those of other types, change nothing. A package must be commissioned; a
 * container need not be.
 *
 * @param parse Reads the events' identifiers.
 * @param where Names an event (index from 0) in errors.
 * @returns Items for `LotTree.build`, their lines being the numbers of events from 1.
 * @throws CareProofError `EVENT_ACTION_UNFIT` for action DELETE; `LOT_CONTAINER_INVALID` where the parent is missing or no SSCC;
 * `LOT_CONTAINER_MOVED` where something was packed twice; `LOT_CONTAINER_CYCLE`; `LOT_DUPLICATE` where something was commissioned
 * twice; `LOT_NOT_COMMISSIONED`; and what `parse` throws, with the event's place.
 */
export async function* lotItemsOfEvents(
  events: Iterable<LotEvent> | AsyncIterable<LotEvent>,
  parse: IdentifierParser,
  where: (event: number) => string = (event) => `event ${event + 1}`,
): AsyncGenerator<LotItem> {
  const found = new Map<string, Found>();
  const find = (text: string, place: string): Found => {
    const identifier = at(place, () => parse(text));
    const key = lookupKey(identifier);
    let item = found.get(key);
    if (item === undefined) found.set(key, (item = { identifier, commissioned: false }));
    return item;
  };
  let event = 0;
  for await (const { type, action, epcList = [], parentID, childEPCs = [] } of events) {
    const place = where(event++);
    if (type !== "ObjectEvent" && type !== "AggregationEvent") continue;
    if (action === "DELETE") {
      const message = "takes something away (action DELETE): a lot is commissioned with what it consists of at the end";
      throw new CareProofError("EVENT_ACTION_UNFIT", message, place);
    }
    if (action !== "ADD") continue;
    if (type === "ObjectEvent") {
      for (const epc of epcList) commission(find(epc, place), place);
    } else {
      if (parentID === undefined) throw new CareProofError("LOT_CONTAINER_INVALID", "there is no parentID", place);
      const parent = find(parentID, place);
      for (const epc of childEPCs) pack(find(epc, place), parent, place);
    }
  }
  for (const [key, item] of found) {
    // What was handed on is not held here too: a lot may have a million packages.
    found.delete(key);
    yield { identifier: item.identifier, path: pathOf(item) };
  }
}

function commission(item: Found, place: string): void {
  if (item.commissioned) {
    throw new CareProofError("LOT_DUPLICATE", `${nameOf(item)} was commissioned before`, place);
  }
  item.commissioned = true;
}

function pack(item: Found, parent: Found, place: string): void {
  if (parent.identifier.kind !== "sscc") {
    const message = `${nameOf(parent)} is no SSCC: a container of a lot has one`;
    throw new CareProofError("LOT_CONTAINER_INVALID", message, place);
  }
  if (item.parent !== undefined && item.parent !== parent) {
    const message = `${nameOf(item)} was packed into ${nameOf(item.parent)} before`;
    throw new CareProofError("LOT_CONTAINER_MOVED", message, place);
  }
  for (let outer: Found | undefined = parent; outer !== undefined; outer = outer.parent) {
    if (outer === item) {
      throw new CareProofError("LOT_CONTAINER_CYCLE", `${nameOf(item)} would be inside itself`, place);
    }
  }
  item.parent = parent;
}

function pathOf(item: Found): Sscc[] {
  if (item.identifier.kind === "sgtin" && !item.commissioned) {
    throw new CareProofError("LOT_NOT_COMMISSIONED", `${nameOf(item)} was packed, but no event commissions it`);
  }
  const path: Sscc[] = [];
  for (let outer = item.parent; outer !== undefined; outer = outer.parent) path.push(outer.identifier as Sscc);
  return path;
}

function nameOf({ identifier }: Found): string {
  return identifier.kind === "sscc"
    ? `container ${identifier.sscc}`
    : `package ${identifier.gtin} ${JSON.stringify(identifier.serial)}`;
}

function at<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw withPlace(error, place);
  }
}
