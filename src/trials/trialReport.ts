/** What an honest reader wants to know of a trial, from its history on the chain. */
import type { RecordComparison } from "./recordComparison.js";
import { OUTCOME_KINDS, type OutcomeKind, type TrialHalt, type TrialPhase } from "./statuses.js";
import { timelineOf, type TimelineEntry } from "./timeline.js";
import { type TrialAnswer, trialAnswers } from "./trialAnswers.js";
import { overdueEvents, unreportedOf } from "./trialFindings.js";
import type { ProtocolPart, TrialHistory, TrialVersion } from "./trialHistory.js";
import { recordWarnings, trialWarnings, type TrialWarning } from "./trialWarnings.js";
import { timeOf } from "../utils/time.js";

/** A version of the protocol. */
export interface VersionReport {
  readonly version: number;
  readonly registeredAt: string;
  readonly changes: readonly ProtocolPart[];
  readonly afterFirstEnrolment: boolean;
  readonly afterUnblinding: boolean;
  readonly primaryOutcomes: number;
  readonly otherOutcomes: number;
  /** Of a version after the first: commitment of the reason. */
  readonly reason?: string;
  readonly approval?: {
    readonly board: string;
    readonly signer: string;
    /** Commitment of the printed name. */
    readonly signerName: string;
    readonly meaning: "Approval";
    readonly signedAt: string;
    readonly approvedAt: string;
  };
}

/** A result of a registered outcome. One that is reported again is corrected. */
export interface OutcomeReport {
  readonly kind: OutcomeKind;
  /** Its place in its list, from 1. */
  readonly number: number;
  readonly commitment: string;
  readonly result: string;
  readonly reportedAt: string;
}

/** The data of a site or laboratory. */
export interface StreamReport {
  readonly writer: string;
  readonly batches: number;
  readonly rows: number;
  readonly corrections: number;
  /** Numbers of batches that are missing. */
  readonly gaps: readonly number[];
  /** Batches that came after a lock. */
  readonly afterUnlock: readonly number[];
  /** Of subjects who were not in the trial. */
  readonly violations: number;
  /** The longest time from a batch's last row to its anchoring (seconds). */
  readonly latestEntry: number;
}

/** What `careproof trials report --json` prints. Times are ISO 8601, UTC; absent for what did not happen. */
export interface TrialReport {
  readonly trialId: string;
  readonly registrationNumber: string;
  readonly sponsor: string;
  /** The ethics board that approved last. */
  readonly board?: string;
  readonly phase: TrialPhase;
  readonly halt: TrialHalt;
  readonly chainId: string;
  readonly contracts: TrialHistory["contracts"];
  readonly asOf: { readonly block: number; readonly time: string };
  readonly answers: readonly TrialAnswer[];
  readonly warnings: readonly TrialWarning[];
  readonly registration: {
    readonly prospective: boolean;
    readonly registeredAt: string;
    readonly approvedAt?: string;
    readonly firstEnrolledAt?: string;
    readonly earliestSignedAt?: string;
    readonly lockedAt?: string;
    readonly unblindedAt?: string;
    readonly closedAt?: string;
    readonly reportDue?: string;
  };
  readonly versions: readonly VersionReport[];
  readonly outcomes: {
    /** The version by which outcomes are judged; 0 where nobody is enrolled. */
    readonly judgedVersion: number;
    readonly primaries: number;
    readonly others: number;
    /** Their places in the list, from 1. */
    readonly unreportedPrimaries: readonly number[];
    readonly reportedOthers: number;
    readonly unregisteredResults: number;
    readonly reported: readonly OutcomeReport[];
  };
  readonly enrolment: {
    readonly enrolled: number;
    readonly withdrawn: number;
    readonly emergencyUnblindings: number;
    readonly sites: TrialHistory["sites"];
  };
  readonly data: {
    readonly violations: number;
    readonly batchesAfterUnlock: number;
    readonly unlocks: number;
    readonly streams: readonly StreamReport[];
  };
  readonly safety: TrialHistory["safety"] & {
    /** Commitments of events that are due and of which the authority was not told. */
    readonly overdue: readonly string[];
  };
  readonly timeline: readonly TimelineEntry[];
  /** Where a registry's record was given. */
  readonly record?: RecordComparison;
}

/**
 * What an honest reader wants to know of a trial.
 *
 * @param record What a registry's record reports against what the trial promised.
 */
export function trialReport(history: TrialHistory, record?: RecordComparison): TrialReport {
  const { trialId, registrationNumber, chainId, contracts, asOf, facts, data, safety } = history;
  const unreportedPrimaries = unreportedOf(history);
  return {
    trialId,
    registrationNumber,
    sponsor: facts.sponsor,
    ...(facts.approvedAt === 0 ? {} : { board: facts.board }),
    phase: facts.phase,
    halt: facts.halt,
    chainId: `${chainId}`,
    contracts,
    asOf: { block: asOf.block, time: timeOf(asOf.time) },
    answers: trialAnswers(history),
    warnings: [...trialWarnings(history), ...(record === undefined ? [] : recordWarnings(record))],
    registration: {
      prospective: facts.prospective,
      registeredAt: timeOf(facts.registeredAt),
      ...times(facts, [
        "approvedAt",
        "firstEnrolledAt",
        "earliestSignedAt",
        "lockedAt",
        "unblindedAt",
        "closedAt",
        "reportDue",
      ]),
    },
    versions: history.versions.map(versionReport),
    outcomes: {
      judgedVersion: facts.judgedVersion,
      primaries: facts.primaries,
      others: facts.others,
      unreportedPrimaries,
      reportedOthers: facts.reportedOthers,
      unregisteredResults: facts.unregisteredResults,
      reported: history.results.map(({ outcome, result, reportedAt }) => ({
        kind: OUTCOME_KINDS[outcome.kind]!,
        number: outcome.index + 1,
        commitment: outcome.commitment,
        result,
        reportedAt: timeOf(reportedAt),
      })),
    },
    enrolment: {
      enrolled: facts.enrolled,
      withdrawn: facts.withdrawn,
      emergencyUnblindings: facts.emergencyUnblindings,
      sites: history.sites,
    },
    data: {
      violations: data.violations,
      batchesAfterUnlock: data.batchesAfterUnlock,
      unlocks: facts.unlocks,
      streams: history.streams.map(({ writer, batches, gaps }) => ({
        writer,
        batches: batches.length,
        rows: batches.reduce((rows, { count }) => rows + count, 0),
        corrections: batches.filter(({ kind }) => kind === "Correction").length,
        gaps,
        afterUnlock: batches.filter(({ unlocks }) => unlocks > 0).map(({ sequence }) => sequence),
        violations: batches.reduce((sum, { violations }) => sum + violations, 0),
        latestEntry: Math.max(0, ...batches.map(({ anchoredAt, periodEnd }) => anchoredAt - periodEnd)),
      })),
    },
    safety: { ...safety, overdue: overdueEvents(history) },
    timeline: timelineOf(history),
    ...(record === undefined ? {} : { record }),
  };
}

function versionReport({ version, registeredAt, protocol, reason, approval, ...rest }: TrialVersion): VersionReport {
  return {
    version,
    registeredAt: timeOf(registeredAt),
    changes: rest.changes,
    afterFirstEnrolment: rest.afterFirstEnrolment,
    afterUnblinding: rest.afterUnblinding,
    primaryOutcomes: protocol.outcomes.primaries,
    otherOutcomes: protocol.outcomes.others,
    ...(reason === undefined ? {} : { reason }),
    ...(approval === undefined
      ? {}
      : {
          approval: {
            board: approval.board,
            signer: approval.signer,
            signerName: approval.signerName,
            meaning: "Approval",
            signedAt: timeOf(approval.signedAt),
            approvedAt: timeOf(approval.approvedAt),
          },
        }),
  };
}

/** Those of some times that happened. */
function times<Name extends string>(
  all: Readonly<Record<Name, number>>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const happened = names.filter((name) => all[name] !== 0);
  return Object.fromEntries(happened.map((name) => [name, timeOf(all[name])])) as Partial<Record<Name, string>>;
}
