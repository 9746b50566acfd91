/** FDA Form 3911 (Drug Notification) as JSON, as far as the chain and the master data given tell. */

import type { PackageHistory } from "./packageHistory.js";
import { productOf, transactionsOf } from "./papers.js";
import { type MasterData, type PartyOnPaper, partyOnPaper } from "./parties.js";
import { ANSWER_SECONDS } from "./time.js";
import { CareProofError } from "../../errors.js";
import { defined } from "../../utils/defined.js";
import { dayOf, timeOf } from "../../utils/time.js";
import { ITEM_DISPOSITIONS } from "../statuses.js";

/** Types of report, as item 1 of the form has them. */
export const REPORT_TYPES = ["initial", "follow-up", "termination"] as const;

/** What the form says that the chain does not know. */
export interface Form3911Input extends MasterData {
  /** Default: `initial`. */
  readonly report?: (typeof REPORT_TYPES)[number];
  /** Given by the FDA with its receipt of the initial notification. */
  readonly incidentNumber?: string;
  /** What happened; of a request for termination, why the notification is no longer necessary. */
  readonly description?: string;
  /** Address of who notifies. Default: who held the thing when it was found illegitimate, or else quarantined. */
  readonly by?: string;
}

/** The form. Dates are days in UTC, `YYYY-MM-DD`. */
export interface Form3911 {
  readonly form: "FDA 3911";
  readonly typeOfReport: (typeof REPORT_TYPES)[number];
  readonly incidentNumber?: string;
  /** The day of the first notice that is on chain. */
  readonly dateOfInitialNotification?: string;
  /** The day on which the product was found illegitimate. */
  readonly dateDeterminedIllegitimate?: string;
  /** The day on which it was first quarantined as suspect. */
  readonly dateQuarantined?: string;
  /** The end of the 24 hours in which notice is due (ISO 8601, UTC). */
  readonly noticeDue?: string;
  readonly productName?: string;
  readonly strength?: string;
  readonly dosageForm?: string;
  readonly quantity?: string;
  readonly ndc?: string;
  readonly gtin?: string;
  readonly sscc?: string;
  readonly serialNumber?: string;
  readonly lotNumber?: string;
  readonly expirationDate?: string;
  readonly description?: string;
  readonly company: PartyOnPaper;
  /** The immediate trading partners that have to be told: from whom the company received the product, and to whom it sent it. */
  readonly tradingPartners: readonly (PartyOnPaper & { readonly relation: "receivedFrom" | "sentTo" })[];
  /** Notices that are on chain. */
  readonly noticesGiven: readonly { readonly by: PartyOnPaper; readonly time: string; readonly late: boolean }[];
  /** Items of the form that are not known here. */
  readonly unknown: readonly string[];
}

/**
 * Fills in Form 3911 for a suspect or illegitimate thing, a package dispensed twice, or one that was stolen.
 *
 * @throws CareProofError `PRODUCT_NOT_SUSPECT` where nothing of that kind is in its history; `INCIDENT_NUMBER_MISSING` where a
 * follow-up or termination has none; `PRODUCT_MISMATCH`; `REPORTER_UNKNOWN` where nobody is known to have held it.
 */
export function form3911(history: PackageHistory, input: Form3911Input = {}): Form3911 {
  const { report = "initial", incidentNumber, description } = input;
  if (report !== "initial" && incidentNumber === undefined) {
    const message = `a report of type ${report} needs the incident number that the FDA gave the initial notification`;
    throw new CareProofError("INCIDENT_NUMBER_MISSING", message);
  }
  const doubts = doubtsOf(history);
  const { identifier, lot } = history;
  const { name, strength, dosageForm, ndc } = productOf(history, input);
  const company = input.by ?? doubts.holder;
  if (company === undefined) {
    throw new CareProofError("REPORTER_UNKNOWN", "nobody is known to have held it: say who notifies");
  }
  const notices = history.steps.flatMap(({ event, time }) =>
    event.name === "NoticeGiven"
      ? [{ by: partyOnPaper(event.args.by, input), time: timeOf(time), late: event.args.late }]
      : [],
  );
  const known = {
    incidentNumber,
    dateOfInitialNotification: notices[0]?.time.slice(0, 10),
    dateDeterminedIllegitimate: doubts.condemnedAt === undefined ? undefined : dayOf(doubts.condemnedAt),
    dateQuarantined: doubts.quarantinedAt === undefined ? undefined : dayOf(doubts.quarantinedAt),
    noticeDue: doubts.condemnedAt === undefined ? undefined : timeOf(doubts.condemnedAt + ANSWER_SECONDS),
    productName: name,
    strength,
    dosageForm,
    quantity: identifier.kind === "sgtin" ? "1 package" : undefined,
    ndc,
    ...(identifier.kind === "sgtin"
      ? { gtin: identifier.gtin, serialNumber: identifier.serial }
      : { gtin: lot?.gtin, sscc: identifier.sscc }),
    lotNumber: lot?.lotNumber,
    expirationDate: lot?.expirationDate,
    description,
  };
  return {
    form: "FDA 3911",
    typeOfReport: report,
    ...defined(known),
    company: partyOnPaper(company, input),
    tradingPartners: partnersOf(history, company, input),
    noticesGiven: notices,
    unknown: Object.entries(known).flatMap(([item, value]) =>
      value === undefined && !NOT_ITEMS.has(item) && !(report === "initial" && NOT_OF_INITIAL.has(item)) ? [item] : [],
    ),
  };
}

/** What the form does not ask for. */
const NOT_ITEMS = new Set(["dateQuarantined", "noticeDue"]);

/** Items that an initial notification leaves empty. */
const NOT_OF_INITIAL = new Set(["incidentNumber", "dateOfInitialNotification"]);

interface Doubts {
  readonly quarantinedAt?: number;
  readonly condemnedAt?: number;
  /** Who held it then. */
  readonly holder?: string;
}

function doubtsOf({ steps }: PackageHistory): Doubts {
  let doubts: Doubts | undefined;
  for (const { event, time } of steps) {
    switch (event.name) {
      case "Quarantined":
        doubts = { quarantinedAt: doubts?.quarantinedAt ?? time, holder: event.args.custodian };
        break;
      case "Condemned":
        doubts = { ...doubts, condemnedAt: time, holder: event.args.custodian };
        break;
      case "DuplicateDispense":
        doubts = { ...doubts, holder: event.args.second };
        break;
      case "Disposed":
        if (ITEM_DISPOSITIONS[Number(event.args.disposition)] === "Stolen")
          doubts = { ...doubts, holder: event.args.custodian };
        break;
      default:
    }
  }
  if (doubts === undefined) {
    const message =
      "it was never quarantined, found illegitimate, dispensed twice or stolen: there is nothing to notify";
    throw new CareProofError("PRODUCT_NOT_SUSPECT", message);
  }
  return doubts;
}

function partnersOf(history: PackageHistory, company: string, data: MasterData): Form3911["tradingPartners"] {
  const partners = new Map<string, Form3911["tradingPartners"][number]>();
  for (const { step } of transactionsOf(history)) {
    const { from, to } = step.event.args;
    const [account, relation] =
      to === company ? [from, "receivedFrom" as const] : from === company ? [to, "sentTo" as const] : [];
    if (account === undefined || relation === undefined) continue;
    partners.set(`${relation} ${account}`, { ...partyOnPaper(account, data), relation });
  }
  return [...partners.values()];
}
