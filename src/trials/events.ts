/** Logs of `TrialRegistry`, `TrialData` and `TrialSafety` as typed events, from whatever library fetched them. */
import { trialDataAbi, trialRegistryAbi, trialSafetyAbi } from "../abi/index.js";
import type * as Data from "../bindings/contracts/trials/TrialData.js";
import type * as Registry from "../bindings/contracts/trials/TrialRegistry.js";
import type * as Safety from "../bindings/contracts/trials/TrialSafety.js";
import { type EncodedLog, EventDecoder } from "../utils/eventDecoder.js";

/** A log as ethers fetches it. */
export interface TrialLog extends EncodedLog {
  readonly transactionHash: string;
  readonly blockNumber: number;
  /** Its place in the block. */
  readonly index: number;
}

/** Where the contracts are whose events are read. A log of any other address is passed over, whatever it says. */
export interface TrialContracts {
  readonly TrialRegistry: string;
  readonly TrialData: string;
  readonly TrialSafety: string;
}

/** The arguments of each event of one subject, by their Solidity names, integers as bigint. */
export interface SubjectEvents {
  SubjectEnrolled: Registry.SubjectEnrolledEvent.OutputObject;
  SubjectReconsented: Registry.SubjectReconsentedEvent.OutputObject;
  SubjectWithdrawn: Registry.SubjectWithdrawnEvent.OutputObject;
}

/** The arguments of each event of a trial, by their Solidity names, integers as bigint. */
export interface TrialEvents extends SubjectEvents {
  TrialRegistered: Registry.TrialRegisteredEvent.OutputObject;
  ProtocolAmended: Registry.ProtocolAmendedEvent.OutputObject;
  ProtocolApproved: Registry.ProtocolApprovedEvent.OutputObject;
  Appointed: Registry.AppointedEvent.OutputObject;
  Dismissed: Registry.DismissedEvent.OutputObject;
  EmergencyUnblindingRecorded: Registry.EmergencyUnblindingRecordedEvent.OutputObject;
  EnrolmentClosed: Registry.EnrolmentClosedEvent.OutputObject;
  TrialSuspended: Registry.TrialSuspendedEvent.OutputObject;
  TrialResumed: Registry.TrialResumedEvent.OutputObject;
  TrialTerminated: Registry.TrialTerminatedEvent.OutputObject;
  DataLocked: Registry.DataLockedEvent.OutputObject;
  UnlockSigned: Registry.UnlockSignedEvent.OutputObject;
  DataUnlocked: Registry.DataUnlockedEvent.OutputObject;
  TrialUnblinded: Registry.TrialUnblindedEvent.OutputObject;
  OutcomeReported: Registry.OutcomeReportedEvent.OutputObject;
  UnregisteredResultReported: Registry.UnregisteredResultReportedEvent.OutputObject;
  OutcomesMisdeclared: Registry.OutcomesMisdeclaredEvent.OutputObject;
  TrialClosed: Registry.TrialClosedEvent.OutputObject;
  DataAnchored: Data.DataAnchoredEvent.OutputObject;
  ViolationReported: Data.ViolationReportedEvent.OutputObject;
  SeriousEventReported: Safety.SeriousEventReportedEvent.OutputObject;
  SeriousEventExpedited: Safety.SeriousEventExpeditedEvent.OutputObject;
  OverdueEventCounted: Safety.OverdueEventCountedEvent.OutputObject;
}

/** Name of an event. */
export type TrialEventName = keyof TrialEvents;

/** An event, told apart by its `name`. */
export type TrialEvent<Names extends TrialEventName = TrialEventName> = {
  [Name in Names]: {
    readonly name: Name;
    readonly args: TrialEvents[Name];
    /** The log it was read from. */
    readonly log: TrialLog;
  };
}[Names];

/** Events that change no trial: a refusal, and the EIP-712 domain. */
const OTHERS = new Set(["EnrolmentRefused", "EIP712DomainChanged"]);

const decoder = new EventDecoder<keyof TrialContracts>(
  { TrialRegistry: trialRegistryAbi, TrialData: trialDataAbi, TrialSafety: trialSafetyAbi },
  OTHERS,
);

/** The event of a log; undefined where another contract emitted it, or it is none of {@link TrialEvents}. */
export function decodeTrialEvent(log: TrialLog, contracts: Partial<TrialContracts>): TrialEvent | undefined {
  const event = decoder.decode(log, contracts);
  // The ABI and the types of the arguments are generated from the same contract.
  return event === undefined ? undefined : ({ ...event, log } as unknown as TrialEvent);
}

/** The first topic of an event's logs (0x-hex of 32 bytes). */
export function trialTopic(contract: keyof TrialContracts, name: TrialEventName): string {
  return decoder.topicOf(contract, name);
}

/** Whether an event is of one subject. */
export function isOfSubject(event: TrialEvent): event is TrialEvent<keyof SubjectEvents> {
  return ["SubjectEnrolled", "SubjectReconsented", "SubjectWithdrawn"].includes(event.name);
}
