/** Logs of `DrugProvenance` and `ProductInvestigations` as typed events, from whatever library fetched them. */

import { drugProvenanceAbi, productInvestigationsAbi } from "../../abi/index.js";
import type * as Provenance from "../../bindings/contracts/provenance/DrugProvenance.js";
import type * as Investigations from "../../bindings/contracts/provenance/ProductInvestigations.js";
import { type EncodedLog, EventDecoder } from "../../utils/eventDecoder.js";

/** A log as ethers fetches it. */
export interface ProvenanceLog extends EncodedLog {
  readonly transactionHash: string;
  readonly blockNumber: number;
  /** Its place in the block. */
  readonly index: number;
}

/** Where the contracts are whose events are read. A log of any other address is passed over, whatever it says. */
export interface ProvenanceContracts {
  readonly DrugProvenance: string;
  readonly ProductInvestigations: string;
}

/** The arguments of each event, by their Solidity names, integers as bigint. */
export interface ProvenanceEvents {
  LotCommissioned: Provenance.LotCommissionedEvent.OutputObject;
  RunCommissioned: Provenance.RunCommissionedEvent.OutputObject;
  LotRecalled: Provenance.LotRecalledEvent.OutputObject;
  Unpacked: Provenance.UnpackedEvent.OutputObject;
  Packed: Provenance.PackedEvent.OutputObject;
  Disposed: Provenance.DisposedEvent.OutputObject;
  Shipped: Provenance.ShippedEvent.OutputObject;
  Received: Provenance.ReceivedEvent.OutputObject;
  ShipmentRefused: Provenance.ShipmentRefusedEvent.OutputObject;
  ShipmentCalledBack: Provenance.ShipmentCalledBackEvent.OutputObject;
  Restocked: Provenance.RestockedEvent.OutputObject;
  Dispensed: Provenance.DispensedEvent.OutputObject;
  DuplicateDispense: Provenance.DuplicateDispenseEvent.OutputObject;
  Reactivated: Provenance.ReactivatedEvent.OutputObject;
  Transfer: Provenance.TransferEvent.OutputObject;
  Quarantined: Investigations.QuarantinedEvent.OutputObject;
  Cleared: Investigations.ClearedEvent.OutputObject;
  Condemned: Investigations.CondemnedEvent.OutputObject;
  NoticeGiven: Investigations.NoticeGivenEvent.OutputObject;
  IncidentClosed: Investigations.IncidentClosedEvent.OutputObject;
  Asked: Investigations.AskedEvent.OutputObject;
  Answered: Investigations.AnsweredEvent.OutputObject;
  TelemetryBound: Investigations.TelemetryBoundEvent.OutputObject;
}

/** Name of an event. */
export type ProvenanceEventName = keyof ProvenanceEvents;

/** An event, told apart by its `name`. */
export type ProvenanceEvent = {
  [Name in ProvenanceEventName]: {
    readonly name: Name;
    readonly args: ProvenanceEvents[Name];
    /** The log it was read from. */
    readonly log: ProvenanceLog;
  };
}[ProvenanceEventName];

/** Events that say nothing about a thing: who may ship it, who governs, and what others say again (EIP-4906). */
const OTHERS = new Set([
  "Approval",
  "ApprovalForAll",
  "AuthorityUpdated",
  "BatchMetadataUpdate",
  "ExcursionSourceRemoved",
  "ExcursionSourceSet",
  "MetadataUpdate",
]);

const decoder = new EventDecoder<keyof ProvenanceContracts>(
  { DrugProvenance: drugProvenanceAbi, ProductInvestigations: productInvestigationsAbi },
  OTHERS,
);

/** The event of a log; undefined where another contract emitted it, or it is none of {@link ProvenanceEvents}. */
export function decodeProvenanceEvent(
  log: ProvenanceLog,
  contracts: Partial<ProvenanceContracts>,
): ProvenanceEvent | undefined {
  const event = decoder.decode(log, contracts);
  // The ABI and the types of the arguments are generated from the same contract.
  return event === undefined ? undefined : ({ ...event, log } as unknown as ProvenanceEvent);
}

/** Of each contract, the events whose first indexed argument is the token id. */
const OF_A_THING: Readonly<Record<keyof ProvenanceContracts, readonly ProvenanceEventName[]>> = {
  DrugProvenance: [
    "Unpacked",
    "Packed",
    "Disposed",
    "Shipped",
    "Received",
    "ShipmentRefused",
    "ShipmentCalledBack",
    "Restocked",
    "Dispensed",
    "DuplicateDispense",
    "Reactivated",
  ],
  ProductInvestigations: ["Quarantined", "Cleared", "Condemned", "NoticeGiven", "IncidentClosed", "TelemetryBound"],
};

const OF_A_LOT: readonly ProvenanceEventName[] = ["LotCommissioned", "RunCommissioned", "LotRecalled"];

/** Topics of a log filter: each one, one of several, or any. */
export type LogTopics = (string | string[] | null)[];

/** The topics of everything that concerns some things alone but questions. @param ids Token ids as 0x-hex of 32 bytes. */
export function topicsOfThings(ids: string[]): LogTopics[] {
  const contracts = Object.keys(OF_A_THING) as (keyof ProvenanceContracts)[];
  const signatures = contracts.flatMap((contract) =>
    OF_A_THING[contract].map((name) => decoder.topicOf(contract, name)),
  );
  return [
    [signatures, ids],
    [decoder.topicOf("DrugProvenance", "Transfer"), null, null, ids],
  ];
}

/** The topics of what was packed into a container, and taken out of it. @param id Its token id as 0x-hex of 32 bytes. */
export function topicsOfContent(id: string): LogTopics {
  return [[decoder.topicOf("DrugProvenance", "Packed"), decoder.topicOf("DrugProvenance", "Unpacked")], null, id];
}

/** The topics of what concerns some lots. @param lots Their keys as 0x-hex of 32 bytes. */
export function topicsOfLots(lots: string[]): LogTopics {
  return [OF_A_LOT.map((name) => decoder.topicOf("DrugProvenance", name)), lots];
}

/** The topics of the questions about a thing. @param id Its token id as 0x-hex of 32 bytes. */
export function topicsOfQuestions(id: string): LogTopics {
  return [decoder.topicOf("ProductInvestigations", "Asked"), null, id];
}

/** The topics of the answers to questions. @param inquiries Their numbers as 0x-hex of 32 bytes. */
export function topicsOfAnswers(inquiries: string[]): LogTopics {
  return [decoder.topicOf("ProductInvestigations", "Answered"), inquiries];
}

/** Events in the order of the chain, each once. */
export function inChainOrder(events: Iterable<ProvenanceEvent>): ProvenanceEvent[] {
  const found = new Map<string, ProvenanceEvent>();
  for (const event of events) found.set(`${event.log.blockNumber}/${event.log.index}`, event);
  return [...found.values()].sort((a, b) => a.log.blockNumber - b.log.blockNumber || a.log.index - b.log.index);
}
