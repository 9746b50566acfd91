/** What the contracts say of a trial in one call each, with integers as numbers and enums by name. */
import type { Result } from "ethers";

import { TRIAL_HALTS, TRIAL_PHASES, type TrialHalt, type TrialPhase } from "./statuses.js";
import type { ITrialData, TrialFactsStructOutput } from "../bindings/contracts/trials/TrialData.js";
import type { ITrialSafety } from "../bindings/contracts/trials/TrialSafety.js";

/** `TrialFacts` of the contract. Times are unix seconds, 0 for what did not happen; versions are numbers from 1, 0 for none. */
export interface TrialFacts {
  readonly phase: TrialPhase;
  readonly halt: TrialHalt;
  readonly sponsor: string;
  /** The ethics board that approved last; the zero address before the first approval. */
  readonly board: string;
  readonly registeredAt: number;
  /** The first approval. */
  readonly approvedAt: number;
  /** When the first enrolment arrived: the registration is older than this. */
  readonly firstEnrolledAt: number;
  /** The earliest time at which an enrolment says it was signed. */
  readonly earliestSignedAt: number;
  /** Whether somebody is enrolled, and nobody signed before registration and approval. */
  readonly prospective: boolean;
  readonly version: number;
  readonly approvedVersion: number;
  readonly consentVersion: number;
  /** The version by which outcomes are judged: the earliest under which somebody is enrolled. */
  readonly judgedVersion: number;
  /** Whether the list of outcomes of a version was shown to be other than its counts and kinds say. */
  readonly misdeclared: boolean;
  /** Whether the latest version changed the primary outcomes after the version by which they are judged. */
  readonly primariesChanged: boolean;
  readonly othersChanged: boolean;
  readonly amendedAfterUnblinding: boolean;
  /** Subjects ever enrolled. */
  readonly enrolled: number;
  /** Of them those who withdrew. */
  readonly withdrawn: number;
  /** Outcomes of the judged version, of the latest where nobody is enrolled. */
  readonly primaries: number;
  readonly others: number;
  readonly reportedPrimaries: number;
  readonly unreportedPrimaries: number;
  readonly reportedOthers: number;
  /** Results reported for outcomes that were never registered. */
  readonly unregisteredResults: number;
  /** When the data were last locked. */
  readonly lockedAt: number;
  /** How often they were unlocked. */
  readonly unlocks: number;
  readonly unblindedAt: number;
  readonly closedAt: number;
  /** Subjects who were unblinded in an emergency. */
  readonly emergencyUnblindings: number;
  /** By when primary outcomes are to be reported (42 CFR 11.44(a)); 0 where nobody is enrolled. */
  readonly reportDue: number;
  readonly reportOverdue: boolean;
}

/** What counts against a trial's data, for ever: `ITrialData.DataFacts`. */
export interface DataFacts {
  /** Leaves shown to be of a subject who was not in the trial when they were captured. */
  readonly violations: number;
  /** Batches that came after the data were locked once. */
  readonly batchesAfterUnlock: number;
}

/** A trial's serious events, counted: `ITrialSafety.SafetyFacts`. */
export interface SafetyFacts {
  readonly reported: number;
  /** Of which the authority was told. */
  readonly expedited: number;
  /** That were late, told of or not, as far as somebody counted them. */
  readonly late: number;
}

/** The facts of a trial as ethers decodes them. */
export function trialFactsOf(facts: TrialFactsStructOutput): TrialFacts {
  const { phase, halt, ...rest } = plain(facts) as Omit<TrialFacts, "phase" | "halt"> & { phase: number; halt: number };
  return { ...rest, phase: TRIAL_PHASES[phase]!, halt: TRIAL_HALTS[halt]! };
}

/** The facts of a trial's data as ethers decodes them. */
export function dataFactsOf(facts: ITrialData.DataFactsStructOutput): DataFacts {
  return plain(facts) as DataFacts;
}

/** The facts of a trial's safety as ethers decodes them. */
export function safetyFactsOf(facts: ITrialSafety.SafetyFactsStructOutput): SafetyFacts {
  return plain(facts) as SafetyFacts;
}

/** A struct that ethers decoded, as an object: its integers, all below 2^53, as numbers. */
export function plain(struct: object): object {
  const members = Object.entries((struct as Result).toObject() as Record<string, unknown>);
  return Object.fromEntries(members.map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]));
}
