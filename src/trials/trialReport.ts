/** What an honest reader wants to know of a trial, from its history on the chain. */
import type { RecordComparison } from "./recordComparison.js";
import { OUTCOME_KINDS, type OutcomeKind, type TrialHalt, type TrialPhase } from "./statuses.js";
import { timelineOf, type TimelineEntry } from "./timeline.js";
import { changedPrimaries, isPrimary, overdueEvents, plural, unreportedOf } from "./trialFindings.js";
import type { ProtocolPart, TrialHistory, TrialVersion } from "./trialHistory.js";
import { recordWarnings, trialWarnings, type TrialWarning } from "./trialWarnings.js";
import { timeOf } from "../utils/time.js";

/** The answer to a question: yes, no, or that it cannot be said yet. */
export type Answer = "yes" | "no" | "notYet";

/** A question about a trial with its answer, in words that people read and a name that programs match on. */
export interface TrialAnswer {
  readonly code:
    | "registeredFirst"
    | "primaryOutcomesKept"
    | "primaryOutcomesReported"
    | "dataComplete"
    | "dataUntouchedAfterLock"
    | "subjectsConsented"
    | "safetyOnTime"
    | "resultsOnTime";
  readonly question: string;
  readonly answer: Answer;
  /** The evidence. */
  readonly text: string;
}

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

/** What the chain cannot tell of who was enrolled when: said wherever the answer is. */
export const ENROLMENT_UNPROVED =
  "This is proved only of enrolments that are on the chain: that nobody was enrolled earlier without being recorded, and that signers told the time, is not.";

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
    answers: answersOf(history),
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

function answersOf(history: TrialHistory): TrialAnswer[] {
  return [
    registeredFirst(history),
    primaryOutcomesKept(history),
    primaryOutcomesReported(history),
    dataComplete(history),
    dataUntouchedAfterLock(history),
    subjectsConsented(history),
    safetyOnTime(history),
    resultsOnTime(history),
  ];
}

function registeredFirst({ facts }: TrialHistory): TrialAnswer {
  const code = "registeredFirst";
  const question = "Was it registered and approved before the first participant?";
  const approved = facts.approvedAt === 0 ? "not approved yet" : `approved at ${timeOf(facts.approvedAt)}`;
  const registered = `Registered at ${timeOf(facts.registeredAt)}, ${approved}.`;
  if (facts.firstEnrolledAt === 0) {
    return { code, question, answer: "notYet", text: `${registered} Nobody is enrolled. ${ENROLMENT_UNPROVED}` };
  }
  const first = `The first enrolment arrived at ${timeOf(facts.firstEnrolledAt)}; the earliest signature is dated ${timeOf(facts.earliestSignedAt)}.`;
  return {
    code,
    question,
    answer: facts.prospective ? "yes" : "no",
    text: facts.prospective ? `${registered} ${first} ${ENROLMENT_UNPROVED}` : `${registered} ${first}`,
  };
}

function primaryOutcomesKept(history: TrialHistory): TrialAnswer {
  const code = "primaryOutcomesKept";
  const question = "Are the primary outcomes those that were registered before the first participant?";
  const { facts } = history;
  if (facts.misdeclared) {
    const text = "No list can be relied on: one was shown to be other than its counts and kinds say.";
    return { code, question, answer: "no", text };
  }
  const changed = changedPrimaries(history);
  if (changed.length === 0) {
    const version = facts.judgedVersion === 0 ? facts.version : facts.judgedVersion;
    const text = `The ${plural(facts.primaries, "primary outcome")} of version ${version} ${facts.judgedVersion === 0 ? "can still change: nobody is enrolled" : "were never changed since"}.`;
    return { code, question, answer: facts.judgedVersion === 0 ? "notYet" : "yes", text };
  }
  const text = changed.map(
    ({ version, registeredAt, afterUnblinding }) =>
      `Version ${version} changed them at ${timeOf(registeredAt)}, after ${afterUnblinding ? "unblinding" : "the first enrolment"}.`,
  );
  return {
    code,
    question,
    answer: "no",
    text: `${text.join(" ")} Results are judged by version ${facts.judgedVersion}.`,
  };
}

function primaryOutcomesReported(history: TrialHistory): TrialAnswer {
  const code = "primaryOutcomesReported";
  const question = "Were all primary outcomes reported?";
  const { facts } = history;
  const unreported = unreportedOf(history);
  const unregistered =
    facts.unregisteredResults === 0
      ? ""
      : ` ${plural(facts.unregisteredResults, "result")} reported of outcomes that were never registered.`;
  if (unreported.length === 0) {
    return { code, question, answer: "yes", text: `All ${facts.primaries} were reported.${unregistered}` };
  }
  const which = `Primary ${unreported.length === 1 ? "outcome" : "outcomes"} ${unreported.join(", ")} of ${facts.primaries} not reported.`;
  const isOver = facts.phase === "Closed" || facts.reportOverdue;
  return { code, question, answer: isOver ? "no" : "notYet", text: `${which}${unregistered}` };
}

function dataComplete({ streams, facts }: TrialHistory): TrialAnswer {
  const code = "dataComplete";
  const question = "Are the data complete: every batch of every site in sequence?";
  const gaps = streams.flatMap(({ writer, gaps: numbers }) =>
    numbers.length === 0 ? [] : [`Of ${writer} batches ${numbers.join(", ")} are missing.`],
  );
  if (gaps.length > 0) return { code, question, answer: "no", text: gaps.join(" ") };
  const batches = streams.reduce((sum, { head }) => sum + head, 0);
  const rows = streams.reduce((sum, stream) => stream.batches.reduce((count, batch) => count + batch.count, sum), 0);
  const text = `${plural(batches, "batch", "batches")} of ${plural(streams.length, "writer")}, ${plural(rows, "row")}, without a gap.`;
  const isFinal = facts.lockedAt !== 0 && ["Locked", "Unblinded", "Reported", "Closed"].includes(facts.phase);
  return {
    code,
    question,
    answer: isFinal ? "yes" : "notYet",
    text: isFinal ? text : `${text} The data are not locked.`,
  };
}

function dataUntouchedAfterLock({ facts, data, locks }: TrialHistory): TrialAnswer {
  const code = "dataUntouchedAfterLock";
  const question = "Was nothing added after the data were locked?";
  const [first] = locks;
  if (first === undefined) return { code, question, answer: "notYet", text: "The data are not locked." };
  const locked = `Locked at ${timeOf(first.lockedAt)}`;
  if (facts.unlocks === 0) return { code, question, answer: "yes", text: `${locked}, and never unlocked.` };
  const text = `${locked}; ${plural(facts.unlocks, "unlock")}, and ${plural(data.batchesAfterUnlock, "batch", "batches")} added after that.`;
  return { code, question, answer: data.batchesAfterUnlock === 0 ? "yes" : "no", text };
}

function subjectsConsented({ data, facts }: TrialHistory): TrialAnswer {
  const code = "subjectsConsented";
  const question = "Are the data of subjects who were in the trial when they were captured?";
  const people = `${facts.enrolled} enrolled, ${facts.withdrawn} of them withdrew.`;
  return data.violations === 0
    ? { code, question, answer: "yes", text: `${people} No row was shown to be of anybody else.` }
    : {
        code,
        question,
        answer: "no",
        text: `${people} ${plural(data.violations, "row")} shown to be of somebody else.`,
      };
}

function safetyOnTime(history: TrialHistory): TrialAnswer {
  const code = "safetyOnTime";
  const question = "Was the authority told of every serious adverse event in time?";
  const { reported, expedited, late } = history.safety;
  const overdue = overdueEvents(history).length;
  const text = `${plural(reported, "event")} reported, the authority told of ${expedited}; ${late} counted as late, ${overdue} overdue now. That every event was reported is not proved.`;
  if (late > 0 || overdue > 0) return { code, question, answer: "no", text };
  return { code, question, answer: reported > expedited ? "notYet" : "yes", text };
}

function resultsOnTime(history: TrialHistory): TrialAnswer {
  const code = "resultsOnTime";
  const question = "Were results reported within a year of primary completion (42 CFR 11.44(a))?";
  const { facts } = history;
  if (facts.reportDue === 0) return { code, question, answer: "notYet", text: "Nobody is enrolled." };
  const due = `Due by ${timeOf(facts.reportDue)}.`;
  if (facts.unreportedPrimaries > 0) {
    const answer = facts.reportOverdue ? "no" : "notYet";
    return {
      code,
      question,
      answer,
      text: `${due} ${plural(facts.unreportedPrimaries, "primary outcome")} not reported.`,
    };
  }
  const reportedAt = lastFirstReport(history);
  const answer = reportedAt <= facts.reportDue ? "yes" : "no";
  return { code, question, answer, text: `${due} The last primary outcome was reported at ${timeOf(reportedAt)}.` };
}

/** When the last of the primary outcomes was reported for the first time. */
function lastFirstReport({ results }: TrialHistory): number {
  const first = new Map<number, number>();
  for (const { outcome, reportedAt } of results) {
    if (isPrimary(outcome) && !first.has(outcome.index)) first.set(outcome.index, reportedAt);
  }
  return Math.max(0, ...first.values());
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
