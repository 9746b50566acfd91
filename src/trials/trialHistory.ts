/** What happened in a trial, as its history tells it. Times are unix seconds; commitments 0x-hex of 32 bytes. */
import type { BatchKind, DataStatus, SeriousKind } from "./dataStatuses.js";
import type { SubjectEvents, TrialContracts, TrialEvent } from "./events.js";
import type { OutcomeLeaf, Protocol } from "./protocol.js";
import type { TrialRole } from "./statuses.js";
import type { DataFacts, SafetyFacts, TrialFacts } from "./trialFacts.js";

/** An event of a trial that is not of one subject, with its time. */
export type TrialStep = Exclude<TrialEvent, { readonly name: keyof SubjectEvents }> & {
  /** Time of its block. */
  readonly time: number;
};

/** What of a protocol a version can change. */
export const PROTOCOL_PARTS = [
  "protocol",
  "statisticalAnalysisPlan",
  "consentForm",
  "allocation",
  "plannedEnrolment",
  "primaryCompletion",
  "primaryOutcomes",
  "otherOutcomes",
] as const;

/** Name of a part of a protocol. */
export type ProtocolPart = (typeof PROTOCOL_PARTS)[number];

/** An ethics board's electronic signature over a version (21 CFR 11.50); what it means is Approval. */
export interface ProtocolApproval {
  /** Address of the ethics board. */
  readonly board: string;
  /** The key that signed for it. */
  readonly signer: string;
  /** Commitment of the printed name. */
  readonly signerName: string;
  readonly signedAt: number;
  /** When it arrived on the chain. */
  readonly approvedAt: number;
  /** Hash of the transaction, as all `transaction`s here. */
  readonly transaction: string;
}

/** A version of a protocol. */
export interface TrialVersion {
  /** From 1. */
  readonly version: number;
  readonly protocol: Protocol;
  readonly registeredAt: number;
  /** Commitment of the reason; not of the first version. */
  readonly reason?: string;
  /** What differs from the version before, empty for the first. */
  readonly changes: readonly ProtocolPart[];
  /** Whether somebody was enrolled before it, as far as is on the chain. */
  readonly afterFirstEnrolment: boolean;
  readonly afterUnblinding: boolean;
  readonly approval?: ProtocolApproval;
  readonly transaction: string;
}

/** A participant's part in a trial. */
export interface TrialAppointment {
  readonly role: TrialRole;
  readonly participant: string;
  readonly from: number;
  /** The first second at which it no longer counts. */
  readonly until: number;
  readonly appointedAt: number;
  /** When the sponsor ended it before its time, if so. */
  readonly dismissedAt?: number;
}

/** How many subjects of a site consented or withdrew on a day. Nothing tells who. */
export interface EnrolmentDay {
  /** UTC, `YYYY-MM-DD`, of the signatures. */
  readonly day: string;
  readonly enrolled: number;
  readonly reconsented: number;
  readonly withdrawn: number;
}

/** A site's subjects, counted. */
export interface SiteEnrolment {
  readonly site: string;
  readonly enrolled: number;
  readonly reconsented: number;
  readonly withdrawn: number;
  /** In their order. */
  readonly days: readonly EnrolmentDay[];
}

/** A batch of data as it was anchored. */
export interface AnchoredBatch {
  readonly sequence: number;
  readonly kind: BatchKind;
  readonly root: string;
  /** Number of rows, as its writer states it. */
  readonly count: number;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly anchoredAt: number;
  /** How often the data had been unlocked: not 0 for a batch that was added after a lock. */
  readonly unlocks: number;
  /** Rows of it that were shown to be of subjects who were not in the trial. */
  readonly violations: number;
  readonly transaction: string;
}

/** The data of a site or laboratory. */
export interface DataStream {
  readonly writer: string;
  readonly batches: readonly AnchoredBatch[];
  /** Number of batches that the contract says there are. */
  readonly head: number;
  /** Numbers of batches up to the head of which there is no event with the root that the contract has. */
  readonly gaps: readonly number[];
}

/** A row that was shown to be of a subject who was not in the trial when it was captured. */
export interface DataViolation {
  readonly writer: string;
  readonly sequence: number;
  /** Of the row's leaf. */
  readonly digest: string;
  readonly status: DataStatus;
  readonly reporter: string;
  readonly reportedAt: number;
  readonly transaction: string;
}

/** A lock of the data, and the unlock that ended it. */
export interface DataLock {
  readonly lockedAt: number;
  /** Commitment of the data set. */
  readonly dataset: string;
  readonly unlock?: {
    readonly unlockedAt: number;
    readonly dataManager: string;
    readonly safetyBoard: string;
    readonly reason: string;
  };
}

/** A result that was reported of a registered outcome. */
export interface ReportedOutcome {
  readonly outcome: OutcomeLeaf;
  /** Commitment of the result. */
  readonly result: string;
  readonly reportedAt: number;
  readonly transaction: string;
}

/** A result of an outcome that was never registered. */
export interface UnregisteredResult {
  readonly result: string;
  readonly reportedAt: number;
  readonly transaction: string;
}

/** A serious adverse event. */
export interface SeriousEvent {
  /** Its commitment. */
  readonly event: string;
  readonly reporter: string;
  readonly kind: SeriousKind;
  /** When the reporter became aware of it, as it says. */
  readonly awareAt: number;
  /** The last second at which the authority is told in time. */
  readonly dueAt: number;
  readonly reportedAt: number;
  /** When the sponsor said that the authority was told. */
  readonly expeditedAt?: number;
}

/** A trial, what happened in it, and what the contracts say of it. */
export interface TrialHistory {
  readonly chainId: bigint;
  readonly contracts: TrialContracts;
  readonly trialId: string;
  /** Such as `NCT01234567`. */
  readonly registrationNumber: string;
  /** The block as of which facts are, and its time, which is now for the contracts. */
  readonly asOf: { readonly block: number; readonly time: number };
  readonly facts: TrialFacts;
  readonly data: DataFacts;
  readonly safety: SafetyFacts;
  readonly versions: readonly TrialVersion[];
  readonly appointments: readonly TrialAppointment[];
  readonly sites: readonly SiteEnrolment[];
  readonly streams: readonly DataStream[];
  readonly violations: readonly DataViolation[];
  readonly locks: readonly DataLock[];
  readonly results: readonly ReportedOutcome[];
  readonly unregisteredResults: readonly UnregisteredResult[];
  readonly seriousEvents: readonly SeriousEvent[];
  /** Its events but those of subjects, in the order of the chain. */
  readonly steps: readonly TrialStep[];
}
