/** A trial's events folded into what happened in it. */
import { BATCH_KINDS, DATA_STATUSES, SERIOUS_KINDS } from "./dataStatuses.js";
import { isOfSubject, type SubjectEvents, type TrialEvent } from "./events.js";
import type { Documents, OutcomeLeaf, OutcomeList, Protocol } from "./protocol.js";
import { TRIAL_ROLES } from "./statuses.js";
import { plain } from "./trialFacts.js";
import {
  type AnchoredBatch,
  type DataLock,
  type DataViolation,
  PROTOCOL_PARTS,
  type ProtocolApproval,
  type ProtocolPart,
  type SeriousEvent,
  type SiteEnrolment,
  type TrialAppointment,
  type TrialHistory,
  type TrialStep,
  type TrialVersion,
} from "./trialHistory.js";
import { dayOf } from "../utils/time.js";

/** The lists of a {@link TrialHistory} that its events tell. */
export type ToldByEvents = Pick<
  TrialHistory,
  | "versions"
  | "appointments"
  | "sites"
  | "violations"
  | "locks"
  | "results"
  | "unregisteredResults"
  | "seriousEvents"
  | "steps"
> & {
  /** The data streams, as far as events tell. */
  readonly batches: ReadonlyMap<string, readonly AnchoredBatch[]>;
};

/**
 * Folds a trial's events.
 *
 * @param events In the order of the chain.
 * @param timeOf Time of an event's block; asked of events that are not of one subject only.
 */
export function foldTrialEvents(events: readonly TrialEvent[], timeOf: (event: TrialEvent) => number): ToldByEvents {
  const steps = events
    .filter((event): event is Exclude<TrialEvent, { name: keyof SubjectEvents }> => !isOfSubject(event))
    .map((event): TrialStep => ({ ...event, time: timeOf(event) }));
  const firstEnrolment = events.find(({ name }) => name === "SubjectEnrolled");
  const violations = stepsOf(steps, "ViolationReported").map(violationOf);
  return {
    versions: versionsOf(steps, firstEnrolment),
    appointments: appointmentsOf(steps),
    sites: sitesOf(events.filter(isOfSubject)),
    batches: batchesOf(steps, violations),
    violations,
    locks: locksOf(steps),
    results: stepsOf(steps, "OutcomeReported").map(({ args, time, log }) => ({
      outcome: plain(args.outcome) as OutcomeLeaf,
      result: args.result,
      reportedAt: time,
      transaction: log.transactionHash,
    })),
    unregisteredResults: stepsOf(steps, "UnregisteredResultReported").map(({ args, time, log }) => ({
      result: args.result,
      reportedAt: time,
      transaction: log.transactionHash,
    })),
    seriousEvents: seriousEventsOf(steps),
    steps,
  };
}

/** A step of one kind. */
export type StepOf<Name extends TrialStep["name"]> = Extract<TrialStep, { readonly name: Name }>;

/** The steps of one kind. */
export function stepsOf<Name extends TrialStep["name"]>(steps: readonly TrialStep[], name: Name): StepOf<Name>[] {
  return steps.filter((step): step is StepOf<Name> => step.name === name);
}

function versionsOf(steps: readonly TrialStep[], firstEnrolment: TrialEvent | undefined): TrialVersion[] {
  const versions: TrialVersion[] = [];
  for (const step of steps) {
    if (step.name !== "TrialRegistered" && step.name !== "ProtocolAmended") continue;
    const protocol = protocolOf(step.args.protocol);
    const before = versions.at(-1);
    const version = step.name === "TrialRegistered" ? 1 : Number(step.args.version);
    const approved = stepsOf(steps, "ProtocolApproved").find(({ args }) => Number(args.version) === version);
    versions.push({
      version,
      protocol,
      registeredAt: step.time,
      ...(step.name === "ProtocolAmended" ? { reason: step.args.reason } : {}),
      changes: before === undefined ? [] : changesOf(before.protocol, protocol),
      afterFirstEnrolment: firstEnrolment !== undefined && isBefore(firstEnrolment, step),
      afterUnblinding: step.name === "ProtocolAmended" && step.args.afterUnblinding,
      ...(approved === undefined ? {} : { approval: approvalOf(approved) }),
      transaction: step.log.transactionHash,
    });
  }
  return versions;
}

function isBefore({ log }: TrialEvent, { log: other }: TrialEvent): boolean {
  return log.blockNumber - other.blockNumber < 0 || (log.blockNumber === other.blockNumber && log.index < other.index);
}

function approvalOf({ args, time, log }: StepOf<"ProtocolApproved">): ProtocolApproval {
  const { board, signer, signerName, signedAt } = args;
  const transaction = log.transactionHash;
  return { board, signer, signerName, signedAt: Number(signedAt), approvedAt: time, transaction };
}

/** The parts in which a version differs from the one before. */
function changesOf(before: Protocol, after: Protocol): ProtocolPart[] {
  const of = ({ documents, outcomes }: Protocol): Record<ProtocolPart, unknown> => ({
    protocol: documents.protocol,
    statisticalAnalysisPlan: documents.statisticalAnalysisPlan,
    consentForm: documents.consentForm,
    allocation: documents.allocationRoot,
    plannedEnrolment: documents.plannedEnrolment,
    primaryCompletion: documents.primaryCompletion,
    primaryOutcomes: outcomes.primaryRoot,
    otherOutcomes: outcomes.otherRoot,
  });
  const [old, now] = [of(before), of(after)];
  return PROTOCOL_PARTS.filter((part) => old[part] !== now[part]);
}

function appointmentsOf(steps: readonly TrialStep[]): TrialAppointment[] {
  const appointments: TrialAppointment[] = [];
  for (const step of steps) {
    if (step.name !== "Appointed" && step.name !== "Dismissed") continue;
    const role = TRIAL_ROLES[Number(step.args.role)]!;
    const { participant } = step.args;
    const last = appointments.findLastIndex((other) => other.role === role && other.participant === participant);
    const known = appointments[last];
    if (step.name === "Dismissed") {
      // It ended at once, and what had not begun never begins.
      if (known !== undefined) appointments[last] = { ...known, until: step.time, dismissedAt: step.time };
      continue;
    }
    const from = Number(step.args.from);
    const until = Number(step.args.until);
    // The same beginning again moves the end.
    if (known?.from === from) appointments[last] = { ...known, until };
    else appointments.push({ role, participant, from, until, appointedAt: step.time });
  }
  return appointments;
}

type Counts = Record<"enrolled" | "reconsented" | "withdrawn", number>;

function sitesOf(events: readonly TrialEvent<keyof SubjectEvents>[]): SiteEnrolment[] {
  const siteOf = new Map<string, string>();
  const sites = new Map<string, Map<string, Counts>>();
  for (const { name, args } of events) {
    const site = name === "SubjectWithdrawn" ? siteOf.get(args.subject) : args.site;
    if (site === undefined) continue;
    siteOf.set(args.subject, site);
    const days = sites.get(site) ?? new Map<string, Counts>();
    sites.set(site, days);
    const day = dayOf(Number(name === "SubjectWithdrawn" ? args.withdrawnAt : args.signedAt));
    const counts = days.get(day) ?? { enrolled: 0, reconsented: 0, withdrawn: 0 };
    days.set(day, counts);
    counts[COUNTED[name]]++;
  }
  return [...sites].map(([site, days]) => ({
    site,
    ...[...days.values()].reduce((sum, counts) => ({
      enrolled: sum.enrolled + counts.enrolled,
      reconsented: sum.reconsented + counts.reconsented,
      withdrawn: sum.withdrawn + counts.withdrawn,
    })),
    days: [...days].map(([day, counts]) => ({ day, ...counts })).sort((a, b) => (a.day < b.day ? -1 : 1)),
  }));
}

const COUNTED = {
  SubjectEnrolled: "enrolled",
  SubjectReconsented: "reconsented",
  SubjectWithdrawn: "withdrawn",
} as const;

function violationOf({ args, time, log }: StepOf<"ViolationReported">): DataViolation {
  return {
    writer: args.writer,
    sequence: Number(args.sequence),
    digest: args.digest,
    status: DATA_STATUSES[Number(args.status)]!,
    reporter: args.reporter,
    reportedAt: time,
    transaction: log.transactionHash,
  };
}

function batchesOf(
  steps: readonly TrialStep[],
  violations: readonly DataViolation[],
): ReadonlyMap<string, readonly AnchoredBatch[]> {
  const streams = new Map<string, AnchoredBatch[]>();
  for (const { args, time, log } of stepsOf(steps, "DataAnchored")) {
    const batches = streams.get(args.writer) ?? [];
    streams.set(args.writer, batches);
    const sequence = Number(args.sequence);
    batches.push({
      sequence,
      kind: BATCH_KINDS[Number(args.kind)]!,
      root: args.root,
      count: Number(args.count),
      periodStart: Number(args.periodStart),
      periodEnd: Number(args.periodEnd),
      anchoredAt: time,
      unlocks: Number(args.unlocks),
      violations: violations.filter((other) => other.writer === args.writer && other.sequence === sequence).length,
      transaction: log.transactionHash,
    });
  }
  return streams;
}

function locksOf(steps: readonly TrialStep[]): DataLock[] {
  const locks: DataLock[] = [];
  for (const step of steps) {
    if (step.name === "DataLocked") locks.push({ lockedAt: step.time, dataset: step.args.dataset });
    const last = locks.at(-1);
    if (step.name !== "DataUnlocked" || last === undefined) continue;
    const { dataManager, safetyBoard, reason } = step.args;
    locks[locks.length - 1] = { ...last, unlock: { unlockedAt: step.time, dataManager, safetyBoard, reason } };
  }
  return locks;
}

function seriousEventsOf(steps: readonly TrialStep[]): SeriousEvent[] {
  const told = new Map(stepsOf(steps, "SeriousEventExpedited").map(({ args, time }) => [args.event_, time]));
  return stepsOf(steps, "SeriousEventReported").map(({ args, time }) => {
    const expeditedAt = told.get(args.event_);
    return {
      event: args.event_,
      reporter: args.reporter,
      kind: SERIOUS_KINDS[Number(args.kind)]!,
      awareAt: Number(args.awareAt),
      dueAt: Number(args.dueAt),
      reportedAt: time,
      ...(expeditedAt === undefined ? {} : { expeditedAt }),
    };
  });
}

function protocolOf({ documents, outcomes }: { documents: object; outcomes: object }): Protocol {
  return { documents: plain(documents) as Documents, outcomes: plain(outcomes) as OutcomeList };
}
