/** What happened in a trial in plain words, in the order of the chain. */
import type { ProtocolPart, SiteEnrolment, TrialHistory, TrialStep, TrialVersion } from "./trialHistory.js";
import { plural } from "./trialFindings.js";
import { BATCH_KINDS } from "./dataStatuses.js";
import { OUTCOME_KINDS, TRIAL_ROLES } from "./statuses.js";
import { dayOf, timeOf } from "../utils/time.js";

/** One line of a trial's timeline. */
export interface TimelineEntry {
  /** ISO 8601, UTC; of enrolments and withdrawals the day of their signatures, `YYYY-MM-DD`. */
  readonly time: string;
  /** Name of the contract's event; `SubjectsEnrolled`, `SubjectsReconsented` and `SubjectsWithdrawn` for the subjects of a day. */
  readonly event: string;
  readonly text: string;
  /** Whether it counts against the trial. */
  readonly isAgainst: boolean;
  /** 0x-hex of 32 bytes; absent of subjects. */
  readonly transaction?: string;
}

/** Of `YYYY-MM-DD`. */
const DAY_LENGTH = 10;

/** What a version changed, in words. */
export const PART_WORDS: Readonly<Record<ProtocolPart, string>> = {
  protocol: "the protocol",
  statisticalAnalysisPlan: "the statistical analysis plan",
  consentForm: "the consent form",
  allocation: "the allocation list",
  plannedEnrolment: "the planned enrolment",
  primaryCompletion: "the planned primary completion date",
  primaryOutcomes: "the primary outcomes",
  otherOutcomes: "the secondary and other outcomes",
};

const ROLE_WORDS: Readonly<Record<(typeof TRIAL_ROLES)[number], string>> = {
  Investigator: "investigator site",
  DataManager: "data manager",
  Monitor: "monitor",
  SafetyBoard: "safety board",
  Laboratory: "laboratory",
};

const KIND_WORDS: Readonly<Record<(typeof BATCH_KINDS)[number], string>> = {
  Capture: "rows as captured",
  Query: "queries",
  Correction: "corrections",
  ExternalLaboratory: "results of a laboratory",
};

/** The timeline of a trial, the earliest first. */
export function timelineOf(history: TrialHistory): TimelineEntry[] {
  const steps = history.steps.map((step): TimelineEntry => ({
    time: timeOf(step.time),
    event: step.name,
    text: describeTrialStep(step, history.versions),
    isAgainst: isAgainst(step, history.versions),
    transaction: step.log.transactionHash,
  }));
  // A day of signatures comes behind the times within it.
  return [...subjectEntries(history.sites), ...steps].sort((a, b) => {
    const [first, second] = [orderOf(a), orderOf(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  });
}

function orderOf({ time }: TimelineEntry): string {
  return time.length === DAY_LENGTH ? `${time}U` : time;
}

/** What a step says in one sentence. */
export function describeTrialStep(step: TrialStep, versions: readonly TrialVersion[]): string {
  switch (step.name) {
    case "TrialRegistered": {
      const { outcomes, documents } = step.args.protocol;
      return `registered by ${step.args.sponsor}: ${outcomes.primaries} primary and ${outcomes.others} other outcomes, ${documents.plannedEnrolment} subjects planned, primary completion planned for ${dayOf(Number(documents.primaryCompletion))}`;
    }
    case "ProtocolAmended": {
      const version = versions[Number(step.args.version) - 1];
      const changes = (version?.changes ?? []).map((part) => PART_WORDS[part]).join(", ");
      return `version ${step.args.version} of the protocol changes ${changes}${lateness(version)}`;
    }
    case "ProtocolApproved":
      return `the ethics board ${step.args.board} approved version ${step.args.version}, signed at ${timeOf(Number(step.args.signedAt))}`;
    case "Appointed":
      return `${step.args.participant} appointed ${roleWords(step.args.role)} from ${timeOf(Number(step.args.from))} until ${timeOf(Number(step.args.until))}`;
    case "Dismissed":
      return `${step.args.participant} dismissed as ${roleWords(step.args.role)}`;
    case "EmergencyUnblindingRecorded":
      return `one subject of ${step.args.site} unblinded in an emergency`;
    case "EnrolmentClosed":
      return "enrolment closed";
    case "TrialSuspended":
      return `enrolment suspended by ${step.args.by}`;
    case "TrialResumed":
      return `enrolment resumed by ${step.args.by}`;
    case "TrialTerminated":
      return `enrolment ended for ever by ${step.args.by}`;
    case "DataLocked":
      return `data locked, as the data set ${step.args.dataset}`;
    case "UnlockSigned":
      return `${step.args.participant} signed as ${roleWords(step.args.role)} that the data be unlocked, at ${timeOf(Number(step.args.signedAt))}`;
    case "DataUnlocked":
      return `data unlocked by the data manager ${step.args.dataManager} and the safety board ${step.args.safetyBoard} (unlock ${step.args.unlocks})`;
    case "TrialUnblinded":
      return "unblinded";
    case "OutcomeReported":
      return `result of ${outcomeName(step.args.outcome)} reported`;
    case "UnregisteredResultReported":
      return "result reported of an outcome that was never registered";
    case "OutcomesMisdeclared":
      return `the outcomes of version ${step.args.version} are not as declared: ${outcomeName(step.args.outcome)} is of ${step.args.outcome.count}`;
    case "TrialClosed":
      return "closed by the sponsor";
    case "DataAnchored": {
      const { kind, count, sequence, writer, unlocks, periodStart, periodEnd } = step.args;
      const after = unlocks === 0n ? "" : ", AFTER THE DATA WERE LOCKED ONCE";
      return `batch ${sequence} of ${writer} anchored: ${count} ${KIND_WORDS[BATCH_KINDS[Number(kind)]!]}, captured from ${timeOf(Number(periodStart))} to ${timeOf(Number(periodEnd))}${after}`;
    }
    case "ViolationReported": {
      const { writer, sequence, status } = step.args;
      return `a row of batch ${sequence} of ${writer} shown to be of a subject who ${VIOLATION_WORDS[Number(status)] ?? "was not in the trial"} when it was captured`;
    }
    case "SeriousEventReported":
      return `serious adverse event reported by ${step.args.reporter}; the authority is to be told by ${timeOf(Number(step.args.dueAt))}`;
    case "SeriousEventExpedited":
      return `the authority told of a serious adverse event${step.args.late ? ", LATE" : ""}`;
    case "OverdueEventCounted":
      return "a serious adverse event counted as overdue: the authority was not told of it";
  }
}

/** `ITrialData.DataStatus` of what can be reported. */
const VIOLATION_WORDS: Readonly<Record<number, string>> = { 2: "was not enrolled", 3: "had withdrawn" };

function lateness(version: TrialVersion | undefined): string {
  if (version?.afterUnblinding === true) return ", AFTER UNBLINDING";
  return version?.afterFirstEnrolment === true ? ", after the first enrolment" : "";
}

function isAgainst(step: TrialStep, versions: readonly TrialVersion[]): boolean {
  switch (step.name) {
    case "ProtocolAmended": {
      const version = versions[Number(step.args.version) - 1];
      const changesPromise = version?.changes.includes("primaryOutcomes") === true && version.afterFirstEnrolment;
      return changesPromise || step.args.afterUnblinding;
    }
    case "DataAnchored":
      return step.args.unlocks !== 0n;
    case "SeriousEventExpedited":
      return step.args.late;
    default:
      return ["UnregisteredResultReported", "OutcomesMisdeclared", "ViolationReported", "OverdueEventCounted"].includes(
        step.name,
      );
  }
}

function roleWords(role: bigint): string {
  return ROLE_WORDS[TRIAL_ROLES[Number(role)]!];
}

/** An outcome by its place in its list, from 1. */
function outcomeName({ kind, index }: { readonly kind: bigint; readonly index: bigint }): string {
  const words = { Primary: "primary", Secondary: "secondary", Other: "other" } as const;
  return `${words[OUTCOME_KINDS[Number(kind)]!]} outcome ${index + 1n}`;
}

const SUBJECT_WORDS = {
  enrolled: ["SubjectsEnrolled", "enrolled"],
  reconsented: ["SubjectsReconsented", "consented to a later version"],
  withdrawn: ["SubjectsWithdrawn", "withdrew"],
} as const;

/** The subjects of each day, all sites together. */
function subjectEntries(sites: readonly SiteEnrolment[]): TimelineEntry[] {
  return (Object.keys(SUBJECT_WORDS) as (keyof typeof SUBJECT_WORDS)[]).flatMap((what) => {
    const [event, words] = SUBJECT_WORDS[what];
    const days = new Map<string, { subjects: number; sites: number }>();
    for (const { days: list } of sites) {
      for (const counts of list) {
        if (counts[what] === 0) continue;
        const before = days.get(counts.day) ?? { subjects: 0, sites: 0 };
        days.set(counts.day, { subjects: before.subjects + counts[what], sites: before.sites + 1 });
      }
    }
    return [...days].map(([time, counts]) => {
      const text = `${plural(counts.subjects, "subject")} ${words} at ${plural(counts.sites, "site")}`;
      return { time, event, text, isAgainst: false };
    });
  });
}
