/** What a reader of a trial's report must not miss. */
import { isSwitched, type RecordComparison } from "./recordComparison.js";
import { changedPrimaries, overdueEvents, plural, unreportedOf } from "./trialFindings.js";
import type { TrialHistory } from "./trialHistory.js";
import { timeOf } from "../utils/time.js";

/** What a warning is about. */
export const TRIAL_WARNING_CODES = [
  "RETROSPECTIVE",
  "PRIMARY_OUTCOME_SWITCHED",
  "RECORD_EDITED",
  "PRIMARY_OUTCOMES_CHANGED",
  "OTHER_OUTCOMES_CHANGED",
  "OUTCOMES_MISDECLARED",
  "AMENDED_AFTER_UNBLINDING",
  "PRIMARY_OUTCOMES_UNREPORTED",
  "UNREGISTERED_RESULTS",
  "RESULTS_OVERDUE",
  "DATA_GAP",
  "DATA_AFTER_UNLOCK",
  "DATA_VIOLATIONS",
  "SAFETY_LATE",
  "SAFETY_OVERDUE",
] as const;

/** A warning, in words that people read and a code that programs match on. */
export interface TrialWarning {
  readonly code: (typeof TRIAL_WARNING_CODES)[number];
  readonly message: string;
}

/** The warnings that a trial's history gives, what was promised first. */
export function trialWarnings(history: TrialHistory): TrialWarning[] {
  return [...promises(history), ...reports(history), ...ofData(history), ...ofSafety(history)];
}

/** The warnings that a registry's record gives: primary outcomes that were switched, and registered outcomes that were edited. */
export function recordWarnings({ outcomes, edited, promisedBy }: RecordComparison): TrialWarning[] {
  const switched = outcomes.filter(isSwitched).map(({ fate, registered, reported }) => {
    const [promised, told] = [registered?.measure ?? "", reported?.measure ?? ""].map((measure) =>
      JSON.stringify(measure),
    );
    const messages: Readonly<Record<string, string>> = {
      missing: `the primary outcome ${promised} was promised, and no result of it is reported`,
      added: `${told} is reported as a primary outcome, and was never promised`,
      demoted: `the primary outcome ${promised} is reported as ${told}, which is ${reported?.kind === "secondary" ? "a secondary" : "no primary"} outcome`,
      promoted: `${told} is reported as a primary outcome, and was promised as ${registered?.kind === "secondary" ? "a secondary" : "another"} one`,
    };
    return warning("PRIMARY_OUTCOME_SWITCHED", messages[fate]!);
  });
  if (promisedBy === "record" || edited.length === 0) return switched;
  const message = `the outcomes that the record has as registered differ from those on the chain: ${edited.length} of them`;
  return [...switched, warning("RECORD_EDITED", message)];
}

function warning(code: TrialWarning["code"], message: string): TrialWarning {
  return { code, message };
}

function promises(history: TrialHistory): TrialWarning[] {
  const { facts, versions } = history;
  const found: TrialWarning[] = [];
  if (facts.firstEnrolledAt !== 0 && !facts.prospective) {
    const message = `retrospective: a subject signed at ${timeOf(facts.earliestSignedAt)}, before it was registered and approved`;
    found.push(warning("RETROSPECTIVE", message));
  }
  for (const { version, registeredAt } of changedPrimaries(history)) {
    const message = `version ${version} changed the primary outcomes after the first enrolment, at ${timeOf(registeredAt)}`;
    found.push(warning("PRIMARY_OUTCOMES_CHANGED", message));
  }
  for (const { version, registeredAt, changes, afterFirstEnrolment } of versions) {
    if (!afterFirstEnrolment || !changes.includes("otherOutcomes")) continue;
    const message = `version ${version} changed the secondary or other outcomes after the first enrolment, at ${timeOf(registeredAt)}`;
    found.push(warning("OTHER_OUTCOMES_CHANGED", message));
  }
  if (facts.misdeclared) {
    const message = "a version's list of outcomes was shown to be other than its counts and kinds say";
    found.push(warning("OUTCOMES_MISDECLARED", message));
  }
  for (const { version, registeredAt, afterUnblinding } of versions) {
    if (!afterUnblinding) continue;
    const message = `version ${version} was registered after unblinding, at ${timeOf(registeredAt)}`;
    found.push(warning("AMENDED_AFTER_UNBLINDING", message));
  }
  return found;
}

function reports(history: TrialHistory): TrialWarning[] {
  const { facts } = history;
  const found: TrialWarning[] = [];
  const unreported = unreportedOf(history);
  if (unreported.length > 0 && (facts.phase === "Reported" || facts.phase === "Closed")) {
    const message = `results were reported, but not of primary ${unreported.length === 1 ? "outcome" : "outcomes"} ${unreported.join(", ")}`;
    found.push(warning("PRIMARY_OUTCOMES_UNREPORTED", message));
  }
  if (facts.unregisteredResults > 0) {
    const message = `${plural(facts.unregisteredResults, "result")} reported of outcomes that were never registered`;
    found.push(warning("UNREGISTERED_RESULTS", message));
  }
  if (facts.reportOverdue) {
    const message = `results are overdue since ${timeOf(facts.reportDue)} (42 CFR 11.44(a))`;
    found.push(warning("RESULTS_OVERDUE", message));
  }
  return found;
}

function ofData({ streams, data, facts }: TrialHistory): TrialWarning[] {
  const found: TrialWarning[] = [];
  for (const { writer, gaps } of streams) {
    if (gaps.length > 0) found.push(warning("DATA_GAP", `batches ${gaps.join(", ")} of ${writer} are missing`));
  }
  if (data.batchesAfterUnlock > 0) {
    const message = `batches were added after the data were locked: ${data.batchesAfterUnlock}, after ${plural(facts.unlocks, "unlock")}`;
    found.push(warning("DATA_AFTER_UNLOCK", message));
  }
  if (data.violations > 0) {
    const message = `${plural(data.violations, "row")} shown to be of subjects who were not in the trial when they were captured`;
    found.push(warning("DATA_VIOLATIONS", message));
  }
  return found;
}

function ofSafety(history: TrialHistory): TrialWarning[] {
  const found: TrialWarning[] = [];
  const { late } = history.safety;
  const overdue = overdueEvents(history).length;
  if (late > 0) {
    const message = `the authority was told late of ${plural(late, "serious adverse event")}, or not at all`;
    found.push(warning("SAFETY_LATE", message));
  }
  if (overdue > 0) {
    const message = `the authority was not told of ${plural(overdue, "serious adverse event")} that ${overdue === 1 ? "is" : "are"} due`;
    found.push(warning("SAFETY_OVERDUE", message));
  }
  return found;
}
