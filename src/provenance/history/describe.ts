/** What the events and states of drug provenance mean, in plain words. */

import type { HistoryStep, PackageHistory } from "./packageHistory.js";
import { type MasterData, partyName, thingName } from "./parties.js";
import { dayOf } from "../../utils/time.js";
import {
  ANSWERS,
  ITEM_DISPOSITIONS,
  type ItemDisposition,
  type Obstacle,
  QUESTIONS,
  RECALL_CLASSES,
} from "../statuses.js";
import { identifierOf } from "../tokenId.js";

/** How the end of a thing reads. */
const ENDS: Partial<Record<ItemDisposition, string>> = {
  Exported: "exported",
  Destroyed: "destroyed",
  Stolen: "reported stolen",
  Lost: "reported lost",
};

const OBSTACLE_WORDS: Readonly<Record<Exclude<Obstacle, "None">, string>> = {
  NotAnIdentifier: "its GTIN is not that of the lot, or it is no SGTIN or SSCC",
  InTransit: "it is on its way to a partner",
  ReturnInTransit: "it is on its way back",
  Returned: "it came back and is not checked yet",
  Suspect: "it is in quarantine",
  Illegitimate: "it is illegitimate product",
  PartiallyDispensed: "it is opened: part of it was dispensed",
  Dispensed: "it is dispensed",
  Supplied: "it was handed out",
  Exported: "it was exported",
  Destroyed: "it was destroyed",
  Stolen: "it was stolen",
  Lost: "it is lost",
  UnknownLot: "no such lot is known",
  NotInLot: "it is not in that lot in those containers",
  ForeignPrefix: "its SSCC is not under a prefix of the lot's maker",
  Duplicate: "the same identifier is known from elsewhere",
  Recalled: "its lot is recalled",
  Expired: "it is expired",
};

/** Whether it can be sold now, and why not. */
export function describeVerdict({ verdict }: PackageHistory): string {
  if (!verdict.proved) return "not proved: the chain does not know it without its proof file";
  if (verdict.obstacle === "None") return "genuine; it can be sold";
  return `cannot be sold: ${OBSTACLE_WORDS[verdict.obstacle]}`;
}

/** What a step says in one sentence. */
export function describeStep(step: HistoryStep, data: MasterData = {}): string {
  const words = sentence(step, (account) => partyName(account, data));
  // What it is about is said where that is not the thing itself.
  return step.thing !== undefined && step.concern !== "itself" ? `${thingName(step.thing)} ${words}` : words;
}

function sentence({ event, left, holder }: HistoryStep, name: (account: string) => string): string {
  const by = holder === undefined ? "" : ` by ${name(holder)}`;
  switch (event.name) {
    case "LotCommissioned":
      return `lot commissioned by ${name(event.args.maker)}, last day of use ${dayOf(Number(event.args.expirationDate) * 86_400)}`;
    case "RunCommissioned":
      return `run ${event.args.run} of the lot commissioned`;
    case "LotRecalled":
      return `lot recalled (class ${RECALL_CLASSES[Number(event.args.recallClass)]}) by ${name(event.args.by)}`;
    case "Unpacked":
      return left === undefined ? `taken out of its lot${by}` : `taken out of ${thingName(left)}${by}`;
    case "Packed":
      return `packed into ${thingName(identifierOf(event.args.container))}${by}`;
    case "Disposed":
      return `${ENDS[ITEM_DISPOSITIONS[Number(event.args.disposition)] ?? "None"] ?? "ended"} by ${name(event.args.custodian)}`;
    case "Shipped":
      return `${event.args.isReturn ? "sent back" : "sent"} by ${name(event.args.from)} to ${name(event.args.to)}`;
    case "Received":
      return `${event.args.isReturn ? "received back" : "received"} by ${name(event.args.to)} from ${name(event.args.from)}`;
    case "ShipmentRefused":
      return `refused by ${name(event.args.by)}: it is ${name(event.args.from)}'s again`;
    case "ShipmentCalledBack":
      return `called back by ${name(event.args.from)}: ${name(event.args.to)} never received it`;
    case "Restocked":
      return `checked and put on sale again by ${name(event.args.owner)}`;
    case "Dispensed":
      return dispensed(event.args, name);
    case "DuplicateDispense":
      return `DISPENSED TWICE: by ${name(event.args.dispenser)}, then offered again by ${name(event.args.second)}`;
    case "Reactivated":
      return `dispensing taken back by ${name(event.args.dispenser)}`;
    case "Transfer":
      return `ERC-721 transfer from ${name(event.args.from)} to ${name(event.args.to)}`;
    case "Quarantined":
      return `QUARANTINED by ${name(event.args.by)}, held by ${name(event.args.custodian)}`;
    case "Cleared":
      return `cleared by ${name(event.args.by)}`;
    case "Condemned":
      return `FOUND ILLEGITIMATE by ${name(event.args.by)}, held by ${name(event.args.custodian)}`;
    case "NoticeGiven":
      return `notice of illegitimate product given by ${name(event.args.by)}${event.args.late ? ", late" : ""}`;
    case "IncidentClosed":
      return `incident closed by ${name(event.args.by)}: ${event.args.genuine ? "genuine after all" : "destroyed"}`;
    case "Asked": {
      const question = QUESTIONS[Number(event.args.question)] === "SuspectProduct" ? "suspect product" : "verification";
      return `question ${event.args.inquiry} (${question}) by ${name(event.args.asker)} to ${name(event.args.manufacturer)}`;
    }
    case "Answered":
      return `question ${event.args.inquiry} answered by ${name(event.args.by)}: ${answerWords(event.args.answer)}${event.args.late ? ", late" : ""}`;
    case "TelemetryBound":
      return /^0x0+$/.test(event.args.source)
        ? "no longer bound to a telemetry stream"
        : `bound to telemetry stream ${event.args.stream} of ${name(event.args.source)}`;
  }
}

function dispensed(
  { dispenser, units, left, supplied }: { dispenser: string; units: bigint; left: bigint; supplied: boolean },
  name: (account: string) => string,
): string {
  if (left > 0n) return `${units} ${units === 1n ? "unit" : "units"} dispensed by ${name(dispenser)}, ${left} left`;
  return `dispensed by ${name(dispenser)}, ${supplied ? "handed out" : "not handed out yet"}`;
}

function answerWords(answer: bigint): string {
  const words: Readonly<Record<(typeof ANSWERS)[number], string>> = {
    None: "nothing",
    Genuine: "genuine",
    NotGenuine: "NOT GENUINE",
    CannotTell: "cannot tell",
  };
  return words[ANSWERS[Number(answer)] ?? "None"];
}
