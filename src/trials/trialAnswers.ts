/** The questions that an honest reader has about a trial, answered from its history on the chain. */
import { changedPrimaries, isPrimary, overdueEvents, plural, unreportedOf } from "./trialFindings.js";
import type { TrialHistory } from "./trialHistory.js";
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

/** What the chain cannot tell of who was enrolled when: said wherever the answer is. */
export const ENROLMENT_UNPROVED =
  "This is proved only of enrolments that are on the chain: that nobody was enrolled earlier without being recorded, and that signers told the time, is not.";

/** What an honest reader asks of a trial, answered. */
export function trialAnswers(history: TrialHistory): TrialAnswer[] {
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
  const text = `${plural(batches, "batch", "batches")} of ${plural(streams.length, "writer")}, ${plural(rows, "row")}, without a gap. How many rows a batch has is as its writer states it.`;
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
  const question = "Are the data as they were first locked, with nothing added afterwards?";
  const [first] = locks;
  if (first === undefined) return { code, question, answer: "notYet", text: "The data are not locked." };
  const locked = `First locked at ${timeOf(first.lockedAt)}`;
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
