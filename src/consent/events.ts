/** Logs of the contracts of consent and records as typed events, from whatever library fetched them. */

import { consentRegistryAbi, disclosureLogAbi, recordRegistryAbi, representativeRegistryAbi } from "../abi/index.js";
import type * as Consents from "../bindings/contracts/consent/ConsentRegistry.js";
import type * as Disclosures from "../bindings/contracts/consent/DisclosureLog.js";
import type * as Records from "../bindings/contracts/consent/RecordRegistry.js";
import type * as Representatives from "../bindings/contracts/consent/RepresentativeRegistry.js";
import { type EncodedLog, EventDecoder } from "../utils/eventDecoder.js";

/** A log as ethers and viem fetch it, with the time of its block, which they do not add. */
export interface EventLog extends EncodedLog {
  readonly transactionHash: string;
  /** Its place in the block: ethers' name. One of both names is needed. */
  readonly index?: number;
  /** Its place in the block: viem's name. */
  readonly logIndex?: number;
  /** Time of the block (unix seconds). */
  readonly timestamp: number;
}

/** Where the contracts are whose events are read. A log of any other address is passed over, whatever it says. */
export interface ConsentContracts {
  readonly ConsentRegistry?: string;
  readonly RepresentativeRegistry?: string;
  readonly RecordRegistry?: string;
  readonly DisclosureLog?: string;
}

/** The arguments of each event, by their Solidity names, integers as bigint. */
export interface ConsentEvents {
  ConsentGranted: Consents.ConsentGrantedEvent.OutputObject;
  ConsentRevoked: Consents.ConsentRevokedEvent.OutputObject;
  DecidedByRepresentative: Consents.DecidedByRepresentativeEvent.OutputObject;
  AllRevoked: Consents.AllRevokedEvent.OutputObject;
  GuardianNamed: Consents.GuardianNamedEvent.OutputObject;
  Retired: Consents.RetiredEvent.OutputObject;
  RetirementObjected: Consents.RetirementObjectedEvent.OutputObject;
  GlassBroken: Consents.GlassBrokenEvent.OutputObject;
  EmergencyOpened: Consents.EmergencyOpenedEvent.OutputObject;
  EmergencyReviewed: Consents.EmergencyReviewedEvent.OutputObject;
  ReviewOverdue: Consents.ReviewOverdueEvent.OutputObject;
  BreakGlassPreferenceSet: Consents.BreakGlassPreferenceSetEvent.OutputObject;
  EmergencySourcePreferenceSet: Consents.EmergencySourcePreferenceSetEvent.OutputObject;
  EmergencySourceSet: Consents.EmergencySourceSetEvent.OutputObject;
  EmergencySourceRemoved: Consents.EmergencySourceRemovedEvent.OutputObject;
  RepresentativeNamed: Representatives.RepresentativeNamedEvent.OutputObject;
  RepresentativeAppointed: Representatives.RepresentativeAppointedEvent.OutputObject;
  RepresentationEnded: Representatives.RepresentationEndedEvent.OutputObject;
  AppointmentVetoed: Representatives.AppointmentVetoedEvent.OutputObject;
  AppointmentConfirmed: Representatives.AppointmentConfirmedEvent.OutputObject;
  BatchAnchored: Records.BatchAnchoredEvent.OutputObject;
  RecordSuperseded: Records.RecordSupersededEvent.OutputObject;
  RecordRetracted: Records.RecordRetractedEvent.OutputObject;
  DisclosuresAnchored: Disclosures.DisclosuresAnchoredEvent.OutputObject;
  DisclosureUnlogged: Disclosures.DisclosureUnloggedEvent.OutputObject;
  DisclosureLate: Disclosures.DisclosureLateEvent.OutputObject;
  DisclosureLogged: Disclosures.DisclosureLoggedEvent.OutputObject;
}

/** Name of an event. */
export type ConsentEventName = keyof ConsentEvents;

/** An event, told apart by its `name`. */
export type ConsentEvent = {
  [Name in ConsentEventName]: {
    readonly name: Name;
    readonly args: ConsentEvents[Name];
    /** The log it was read from. */
    readonly log: EventLog;
  };
}[ConsentEventName];

/** Events of these contracts that say nothing about consents and records: who governs, and the EIP-712 domain. */
const OTHERS = new Set(["AuthorityUpdated", "EIP712DomainChanged"]);

const decoder = new EventDecoder<keyof ConsentContracts>(
  {
    ConsentRegistry: consentRegistryAbi,
    RepresentativeRegistry: representativeRegistryAbi,
    RecordRegistry: recordRegistryAbi,
    DisclosureLog: disclosureLogAbi,
  },
  OTHERS,
);

/** The event of a log; undefined where another contract emitted it, or it is none of {@link ConsentEvents}. */
export function decodeEvent(log: EventLog, contracts: ConsentContracts): ConsentEvent | undefined {
  const event = decoder.decode(log, contracts);
  // The ABI and the types of the arguments are generated from the same contract.
  return event === undefined ? undefined : ({ ...event, log } as unknown as ConsentEvent);
}
