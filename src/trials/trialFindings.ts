/** What follows from a trial's history, for its report and its warnings. */
import type { OutcomeLeaf } from "./protocol.js";
import { OUTCOME_KINDS } from "./statuses.js";
import type { TrialHistory, TrialVersion } from "./trialHistory.js";

/** The places, from 1, of the primary outcomes of the judged version that are not reported. */
export function unreportedOf({ facts, results }: Pick<TrialHistory, "facts" | "results">): number[] {
  const reported = new Set(results.flatMap(({ outcome }) => (isPrimary(outcome) ? [outcome.index] : [])));
  return Array.from({ length: facts.primaries }, (_, index) => index)
    .filter((index) => !reported.has(index))
    .map((index) => index + 1);
}

/** Commitments of serious events that are due and of which the authority was not told. */
export function overdueEvents({ seriousEvents, asOf }: Pick<TrialHistory, "seriousEvents" | "asOf">): string[] {
  return seriousEvents.flatMap(({ event, dueAt, expeditedAt }) =>
    expeditedAt === undefined && asOf.time > dueAt ? [event] : [],
  );
}

/** Versions that changed the primary outcomes after somebody was enrolled. */
export function changedPrimaries({ versions }: Pick<TrialHistory, "versions">): TrialVersion[] {
  return versions.filter(
    ({ changes, afterFirstEnrolment }) => afterFirstEnrolment && changes.includes("primaryOutcomes"),
  );
}

/** A number with its noun: `1 site`, `3 sites`. */
export function plural(count: number, noun: string, several = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : several}`;
}

/** Whether an outcome is a primary one. */
export function isPrimary({ kind }: OutcomeLeaf): boolean {
  return OUTCOME_KINDS[kind] === "Primary";
}
