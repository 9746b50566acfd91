/** What a reader of a history must not miss. */

import type { PackageHistory } from "./packageHistory.js";
import { ANSWER_SECONDS } from "./time.js";
import { dayOf, timeOf } from "../../utils/time.js";
import { ANSWERS } from "../statuses.js";

/** What a warning is about. */
export const WARNING_CODES = [
  "DUPLICATE_DISPENSE",
  "QUARANTINED",
  "ILLEGITIMATE",
  "RECALLED",
  "EXPIRED",
  "STOLEN",
  "LOST",
  "NOT_GENUINE",
  "NOT_PROVED",
  "PATH_UNKNOWN",
  "RUN_UNKNOWN",
  "LABEL_DIFFERS",
  "NOTICE_OVERDUE",
  "ANSWER_OVERDUE",
] as const;

/** A warning, in words that people read and a code that programs match on. */
export interface HistoryWarning {
  readonly code: (typeof WARNING_CODES)[number];
  readonly message: string;
}

/** What is written on a package beside its key. */
export interface Label {
  readonly lot?: string;
  readonly expiry?: string;
}

type Unwarned = Omit<PackageHistory, "warnings">;

/** The warnings that a history gives, the worst first. */
export function warningsOf(history: Unwarned, label: Label = {}): HistoryWarning[] {
  return [
    ...duplicates(history),
    ...states(history),
    ...doubts(history),
    ...ofLabel(history, label),
    ...gaps(history),
    ...clocks(history),
  ];
}

function warning(code: HistoryWarning["code"], message: string): HistoryWarning {
  return { code, message };
}

function duplicates({ steps, verdict }: Unwarned): HistoryWarning[] {
  return steps.flatMap(({ event, time }) => {
    if (event.name !== "DuplicateDispense") return [];
    const { dispenser, second } = event.args;
    const review = verdict.contestedBy === undefined ? "the review of it has ended" : "under review";
    const message = `dispensed by ${dispenser} and offered again by ${second} at ${timeOf(time)}: one of the two is not genuine (${review})`;
    return [warning("DUPLICATE_DISPENSE", message)];
  });
}

function states({ verdict, lot, asOf }: Unwarned): HistoryWarning[] {
  const found: HistoryWarning[] = [];
  const is = (state: "Suspect" | "Illegitimate" | "Stolen" | "Lost"): boolean =>
    verdict.obstacle === state || verdict.disposition === state;
  if (is("Suspect")) found.push(warning("QUARANTINED", "in quarantine as suspect product"));
  if (is("Illegitimate")) found.push(warning("ILLEGITIMATE", "found to be illegitimate product"));
  if (is("Stolen")) found.push(warning("STOLEN", "reported stolen"));
  if (is("Lost")) found.push(warning("LOST", "reported lost"));
  if (lot !== undefined && lot.recall !== "None") {
    found.push(warning("RECALLED", `lot ${lot.lotNumber} is recalled (class ${lot.recall})`));
  }
  if (lot !== undefined && dayOf(asOf.time) > lot.expirationDate) {
    found.push(warning("EXPIRED", `expired: ${lot.expirationDate} was the last day of use`));
  }
  return found;
}

const NOT_GENUINE: Partial<Record<Unwarned["verdict"]["obstacle"], string>> = {
  NotAnIdentifier: "its GTIN is not that of the lot",
  UnknownLot: "there is no such lot",
  NotInLot: "it is not in that lot in those containers: its proof fails",
  ForeignPrefix: "its SSCC is not under a GS1 company prefix of the lot's maker",
  Duplicate: "the same identifier is known from another lot, run or container",
};

function doubts({ verdict, steps }: Unwarned): HistoryWarning[] {
  const found: HistoryWarning[] = [];
  const reason = NOT_GENUINE[verdict.obstacle];
  if (reason !== undefined && verdict.proved) found.push(warning("NOT_GENUINE", `not genuine as presented: ${reason}`));
  for (const { event } of steps) {
    if (event.name !== "Answered" || ANSWERS[Number(event.args.answer)] !== "NotGenuine") continue;
    found.push(warning("NOT_GENUINE", `${event.args.by} answered question ${event.args.inquiry}: not genuine`));
  }
  return found;
}

function ofLabel({ lot }: Unwarned, label: Label): HistoryWarning[] {
  if (lot === undefined) return [];
  const found: HistoryWarning[] = [];
  const differs = (what: string, written: string | undefined, known: string): void => {
    if (written === undefined || written === known) return;
    found.push(warning("LABEL_DIFFERS", `its label says ${what} ${written}, the chain ${known}`));
  };
  differs("lot", label.lot, lot.lotNumber);
  differs("last day of use", label.expiry, lot.expirationDate);
  return found;
}

/** What is not in the history because nothing tells. */
function gaps({ verdict, pathProved, steps, lot }: Unwarned): HistoryWarning[] {
  if (!verdict.proved) {
    const message = "nothing on the chain proves it: give the proof file that travels with it";
    return [warning("NOT_PROVED", message)];
  }
  if (pathProved) return [];
  const found: HistoryWarning[] = [];
  const first = steps.find(({ concern }) => concern === "itself")?.event.name;
  if (first === "Quarantined" || first === "Disposed") {
    const message = "the containers it was in before are not known without its proof file: their moves are missing";
    found.push(warning("PATH_UNKNOWN", message));
  }
  if (lot !== undefined && lot.runs > 1) {
    const message = "in which commissioning run it was made is not known without its proof file";
    found.push(warning("RUN_UNKNOWN", message));
  }
  return found;
}

function clocks({ steps, asOf }: Unwarned): HistoryWarning[] {
  const found: HistoryWarning[] = [];
  const later = steps.map(({ event }) => event);
  steps.forEach(({ event, time }, index) => {
    if (asOf.time <= time + ANSWER_SECONDS) return;
    if (event.name === "Asked") {
      const { inquiry } = event.args;
      if (later.some((other) => other.name === "Answered" && other.args.inquiry === inquiry)) return;
      found.push(warning("ANSWER_OVERDUE", `question ${inquiry} to ${event.args.manufacturer} is not answered`));
    }
    if (event.name === "Condemned") {
      const { custodian, id } = event.args;
      const settles = later.slice(index).some((other) => {
        if (other.name === "IncidentClosed") return other.args.id === id;
        return other.name === "NoticeGiven" && other.args.id === id && other.args.by === custodian;
      });
      if (!settles)
        found.push(warning("NOTICE_OVERDUE", `${custodian} gave no notice of illegitimate product in time`));
    }
  });
  return found;
}
