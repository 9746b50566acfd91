/**
 * A history as an EPCIS 2.0 JSON-LD document. What happened to things becomes events; notices, questions, answers and telemetry
 * bindings are about papers and devices, and do not.
 */

import type { HistoryStep, PackageHistory } from "./packageHistory.js";
import { type MasterData, partyUri } from "./parties.js";
import { timeOf } from "../../utils/time.js";
import { eventHash, niUri } from "../epcis/eventHash.js";
import { readEpcis } from "../epcis/readEpcis.js";
import { writeDigitalLink } from "../gs1/digitalLink.js";
import { elementsOf } from "../gs1/identification.js";
import { ITEM_DISPOSITIONS } from "../statuses.js";
import { identifierOf, type ProductIdentifier } from "../tokenId.js";

/** Namespace of the extensions `careproof:…`. */
export const CAREPROOF_EPCIS = "https://careproof.dev/epcis/";

const CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/** An event of EPCIS 2.0 as JSON, by the standard's field names and bare words of CBV 2.0. */
export interface EpcisEventJson {
  readonly type: "ObjectEvent" | "AggregationEvent";
  /** `ni:///sha-256;…?ver=CBV2.0`: the event's own hash. The same history gives the same ids. */
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventTimeZoneOffset: "+00:00";
  readonly action: "OBSERVE" | "ADD" | "DELETE";
  readonly epcList?: readonly string[];
  readonly parentID?: string;
  readonly childEPCs?: readonly string[];
  readonly bizStep?: string;
  readonly disposition?: string;
  readonly sourceList?: readonly { readonly type: string; readonly source: string }[];
  readonly destinationList?: readonly { readonly type: string; readonly destination: string }[];
  readonly ilmd?: Readonly<Record<string, string>>;
  /** Name of the contract's event. */
  readonly "careproof:event": string;
  /** Its transaction (0x-hex of 32 bytes). */
  readonly "careproof:transaction": string;
  /** Its place in the block. */
  readonly "careproof:logIndex": string;
  /** Hash of the event in the partner's own EPCIS repository, as it was bound on chain: `ni:///sha-256;…?ver=CBV2.0`. */
  readonly "careproof:eventHash"?: string;
  /** What else was bound on chain: a commitment to evidence (0x-hex of 32 bytes). */
  readonly "careproof:evidence"?: string;
  /** Address of who decided it, as a URI: a manufacturer or regulator, for example. */
  readonly "careproof:by"?: string;
}

/** An EPCISDocument. */
export interface EpcisDocumentJson {
  readonly "@context": readonly [string, Readonly<Record<string, string>>];
  readonly type: "EPCISDocument";
  readonly schemaVersion: "2.0";
  /** Time of the block up to which the history was read. */
  readonly creationDate: string;
  readonly epcisBody: { readonly eventList: readonly EpcisEventJson[] };
}

type Action = EpcisEventJson["action"];
type Content = Partial<Omit<EpcisEventJson, "eventID" | "eventTime" | "type" | "action">>;

/** An event of the document before it has what all have. */
type Draft = Content & Pick<EpcisEventJson, "type" | "action">;

/** A history as an EPCIS 2.0 document that validates against the standard's JSON schema. */
export function epcisHistory(history: PackageHistory, data: MasterData = {}): EpcisDocumentJson {
  const writer = new Writer(history, (account) => partyUri(account, history.chainId, data));
  const drafts = history.steps.flatMap((step) =>
    writer.draftsOf(step).map((draft) => ({
      ...draft,
      eventTime: timeOf(step.time),
      eventTimeZoneOffset: "+00:00" as const,
      ...bound(step, writer.uri),
    })),
  );
  const eventList = identified(drafts, timeOf(history.asOf.time));
  return documentOf(eventList, timeOf(history.asOf.time));
}

function documentOf<Event>(
  eventList: readonly Event[],
  creationDate: string,
): Omit<EpcisDocumentJson, "epcisBody"> & { readonly epcisBody: { readonly eventList: readonly Event[] } } {
  return {
    "@context": [CONTEXT, { careproof: CAREPROOF_EPCIS }],
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate,
    epcisBody: { eventList },
  };
}

/** Gives each event the hash of itself as its id. */
function identified(drafts: readonly Omit<EpcisEventJson, "eventID">[], creationDate: string): EpcisEventJson[] {
  const read = readEpcis(JSON.stringify(documentOf(drafts, creationDate)));
  return drafts.map(({ type, ...rest }, index) => ({
    type,
    eventID: eventHash(read.events[index]!, read),
    ...rest,
  }));
}

/** What the chain bound to a step. */
function bound(
  { event }: HistoryStep,
  uri: (account: string) => string,
): Pick<
  EpcisEventJson,
  | "careproof:event"
  | "careproof:transaction"
  | "careproof:logIndex"
  | "careproof:eventHash"
  | "careproof:evidence"
  | "careproof:by"
> {
  const { name, args, log } = event;
  return {
    "careproof:event": name,
    "careproof:transaction": log.transactionHash,
    "careproof:logIndex": `${log.index}`,
    ...("eventHash" in args ? { "careproof:eventHash": niUri(args.eventHash) } : {}),
    ...("evidence" in args ? { "careproof:evidence": args.evidence } : {}),
    ...("by" in args ? { "careproof:by": uri(args.by) } : {}),
  };
}

class Writer {
  /** Whether the lot is recalled so far: what is in commerce is `recalled` then. */
  private recalled = false;
  /** How far the thing itself is dispensed so far; what ends a review brings that back. */
  private dispensed: string | undefined;

  constructor(
    private readonly history: PackageHistory,
    readonly uri: (account: string) => string,
  ) {}

  draftsOf(step: HistoryStep): Draft[] {
    const { event, thing, left } = step;
    const leaving = thing === undefined || left === undefined ? [] : [aggregation("DELETE", left, thing, "unpacking")];
    switch (event.name) {
      case "LotCommissioned":
        return this.isOfRun(0) ? this.commissioning() : [];
      case "RunCommissioned":
        return this.commissioning();
      case "LotRecalled":
        this.recalled = true;
        return [object("OBSERVE", this.history.identifier, undefined, "recalled")];
      case "Unpacked":
        if (thing === undefined) return [];
        return leaving.length > 0 ? leaving : [object("OBSERVE", thing, undefined, this.inCommerce())];
      case "Packed":
        return thing === undefined
          ? []
          : [aggregation("ADD", identifierOf(event.args.container), thing, "packing", this.inCommerce())];
      default:
        return thing === undefined ? [] : [...leaving, ...this.observed(step, thing)];
    }
  }

  private observed({ event }: HistoryStep, thing: ProductIdentifier): Draft[] {
    switch (event.name) {
      case "Shipped":
        return [{ ...object("OBSERVE", thing, "shipping", "in_transit"), ...this.between(event.args) }];
      case "Received": {
        const disposition = event.args.isReturn ? "returned" : this.inCommerce();
        return [{ ...object("OBSERVE", thing, "receiving", disposition), ...this.between(event.args) }];
      }
      case "ShipmentRefused":
        return [object("OBSERVE", thing, "other", "returned")];
      case "ShipmentCalledBack":
        return [object("OBSERVE", thing, "void_shipping", "returned")];
      case "Restocked":
        return [object("OBSERVE", thing, "stocking", this.inCommerce())];
      case "Dispensed":
        this.dispensed = event.args.left > 0n ? "partially_dispensed" : "dispensed";
        return [object("OBSERVE", thing, "dispensing", this.dispensed)];
      case "Reactivated":
        this.dispensed = undefined;
        return [object("OBSERVE", thing, "stocking", this.inCommerce())];
      case "DuplicateDispense":
        return [object("OBSERVE", thing, "inspecting", "non_sellable_other")];
      case "Quarantined":
        return [object("OBSERVE", thing, "holding", "non_sellable_other")];
      case "Condemned":
        return [object("OBSERVE", thing, "inspecting", "non_sellable_other")];
      case "Cleared":
        return [object("OBSERVE", thing, "inspecting", this.released())];
      case "IncidentClosed":
        return event.args.genuine
          ? [object("OBSERVE", thing, "inspecting", this.released())]
          : [object("DELETE", thing, "destroying", "destroyed")];
      case "Disposed":
        return [ended(ITEM_DISPOSITIONS[Number(event.args.disposition)] ?? "None", thing)];
      default:
        return [];
    }
  }

  /** Whether the thing was, as far as is known, commissioned in this run. */
  private isOfRun(run: number): boolean {
    return (this.history.run ?? 0) === run;
  }

  /** The thing's commissioning, and the containers it was packed in then: all that the lot's tree says at once. */
  private commissioning(): Draft[] {
    const { identifier, lot, path } = this.history;
    const commissioned = object("ADD", identifier, "commissioning", "active");
    const master =
      lot === undefined || identifier.kind === "sscc"
        ? {}
        : { ilmd: { "cbvmda:lotNumber": lot.lotNumber, "cbvmda:itemExpirationDate": lot.expirationDate } };
    const packed = path.map((container, index) =>
      aggregation("ADD", container, path[index - 1] ?? identifier, "packing", "active"),
    );
    return [{ ...commissioned, ...master }, ...packed];
  }

  /** What it is after a doubt about it: opened and dispensed packages stay so. */
  private released(): string {
    return this.dispensed ?? this.inCommerce();
  }

  private inCommerce(): string {
    return this.recalled ? "recalled" : "active";
  }

  private between({ from, to }: { readonly from: string; readonly to: string }): Content {
    return {
      sourceList: [{ type: "owning_party", source: this.uri(from) }],
      destinationList: [{ type: "owning_party", destination: this.uri(to) }],
    };
  }
}

function ended(disposition: (typeof ITEM_DISPOSITIONS)[number], thing: ProductIdentifier): Draft {
  switch (disposition) {
    case "Destroyed":
      return object("DELETE", thing, "destroying", "destroyed");
    case "Stolen":
      return object("DELETE", thing, "decommissioning", "stolen");
    case "Exported":
      return object("DELETE", thing, "decommissioning", "inactive");
    default:
      return object("DELETE", thing, "decommissioning", "unknown");
  }
}

function object(action: Action, thing: ProductIdentifier, bizStep: string | undefined, disposition: string): Draft {
  return {
    type: "ObjectEvent",
    action,
    epcList: [link(thing)],
    ...(bizStep === undefined ? {} : { bizStep }),
    disposition,
  };
}

function aggregation(
  action: Action,
  parent: ProductIdentifier,
  child: ProductIdentifier,
  bizStep: string,
  disposition?: string,
): Draft {
  return {
    type: "AggregationEvent",
    action,
    parentID: link(parent),
    childEPCs: [link(child)],
    bizStep,
    ...(disposition === undefined ? {} : { disposition }),
  };
}

function link(thing: ProductIdentifier): string {
  return writeDigitalLink(elementsOf(thing));
}
