import { drugProvenance, listsOf, type CaptureCall } from "./calls.js";
import type { ItemModel } from "./itemModel.js";
import { mapReceiving, mapShipping } from "./mapTransfers.js";
import type { CaptureContext, ChainItem } from "./plan.js";
import {
  at,
  idsOf,
  leftOf,
  NotSent,
  requireOwn,
  requireRole,
  requireTradingRole,
  type EventReading,
  type Mapped,
} from "./reading.js";
import { lotOfClass } from "./readLot.js";
import { CareProofError } from "../../errors.js";
import { ROLES } from "../../participants/roles.js";
import { ITEM_DISPOSITIONS, RECALL_CLASSES, type ItemDisposition } from "../statuses.js";
import { identifierOf } from "../tokenId.js";

/** How a thing leaves commerce, by the disposition that an event of CBV gives it. */
const ENDS: ReadonlyMap<string, ItemDisposition> = new Map([
  ["inactive", "Exported"],
  ["destroyed", "Destroyed"],
  ["stolen", "Stolen"],
  ["unknown", "Lost"],
]);

/** Dispositions of what must not be sold for now. */
const DOUBTFUL = new Set(["non_sellable_other", "no_pedigree_match", "quarantined"]);

/** Business steps after which what came back is on sale again, if its disposition says so. */
const CHECKED = new Set(["inspecting", "stocking", "storing"]);
const SELLABLE = new Set(["sellable_accessible", "sellable_not_accessible"]);

/**
 * What an ObjectEvent that commissions nothing means (EPCIS 2.0, section 7.4.2; CBV 2.0, sections 7.1 and 7.2).
 *
 * @throws NotSent where nothing on the chain means the same; CareProofError where it cannot be sent as it is.
 */
export function mapObjects(reading: EventReading, context: CaptureContext, model: ItemModel): Mapped {
  const { event, bizStep, disposition } = reading;
  if (event.action === "ADD") {
    const message = `begins the life of things (action ADD) in the business step ${bizStep ?? "(none)"}: only commissioning does that on the chain`;
    throw new NotSent("NO_MEANING", message);
  }
  if (bizStep === "shipping") return mapShipping(reading, context, model);
  if (bizStep === "receiving") return mapReceiving(reading, context, model);
  requireOwn(reading, undefined, context);
  if (disposition === "recalled") return mapRecall(reading, context);
  if (bizStep === "void_shipping")
    return mapLists(reading, context, model, "callBack", ["InTransit", "ReturnInTransit"]);
  if (bizStep === "dispensing" || bizStep === "retail_selling") return mapDispensing(reading, context, model);
  const end = endOf(reading);
  if (end !== undefined) return mapEnd(reading, context, model, end);
  if (bizStep === "holding" || (disposition !== undefined && DOUBTFUL.has(disposition))) {
    return mapQuarantine(reading, context, model);
  }
  if (CHECKED.has(bizStep ?? "") && SELLABLE.has(disposition ?? "") && isReturned(reading, context, model)) {
    return mapLists(reading, context, model, "restock", ["Returned"]);
  }
  const what = [bizStep ?? "no business step", disposition ?? "no disposition"].join(", ");
  throw new NotSent("NO_MEANING", `observes things (${what}): nothing on the chain changes`);
}

/** How the event ends the life of things, if it does. `unknown` alone may be a gap in stock: only with action DELETE it is a loss. */
function endOf({ event, bizStep, disposition }: EventReading): ItemDisposition | undefined {
  if (disposition === "stolen") return "Stolen";
  if (bizStep === "destroying") return "Destroyed";
  if (disposition === "destroyed") return "Destroyed";
  if (event.action !== "DELETE" && bizStep !== "decommissioning") return undefined;
  const end = ENDS.get(disposition ?? "");
  if (end === undefined && bizStep === "decommissioning") {
    const message = `decommissions things without saying what became of them: the disposition must be one of ${[...ENDS.keys()].join(", ")}`;
    throw new NotSent("END_UNSAID", message);
  }
  return end;
}

function mapDispensing(reading: EventReading, context: CaptureContext, model: ItemModel): Mapped {
  const { hash, disposition, bizStep } = reading;
  requireRole(reading, context, ["DISPENSER"]);
  if (disposition === "partially_dispensed") {
    const message = "dispenses packages in part: EPCIS has no field for the number of units, which the contract needs";
    throw new NotSent("UNITS_UNSAID", message);
  }
  const supplied = bizStep === "retail_selling" || disposition === "retail_sold";
  const ids = idsOf(reading, "epcList");
  const left = leftOf(reading, "epcList", ids, "dispense", context);
  const isOwn = (id: bigint): boolean =>
    isDispensed(model.tokenOf(id)) && model.tokenOf(id)?.party === context.actor.address;
  if (bizStep === "retail_selling" && left.length > 0 && left.every(({ id }) => isOwn(id))) {
    throw new NotSent(
      "DISPENSED_ALREADY",
      "sells what the same dispenser dispensed before: the chain knows of one end",
    );
  }
  const calls = left.map(({ id, path }) =>
    at(path, (): CaptureCall => {
      if (identifierOf(id).kind === "sscc") {
        throw new CareProofError("NOT_A_PACKAGE", "packages are dispensed, not containers");
      }
      const found = model.find(id);
      if (found.kind === "token" && isDispensed(found.item)) requireReport(found.item.party, context);
      else model.requireIn(id, ["Active", "PartiallyDispensed"]);
      model.set(id, {
        disposition: supplied ? "Supplied" : "Dispensed",
        party: context.actor.address,
        holder: undefined,
        container: undefined,
      });
      // Units 0: all that is left.
      return drugProvenance("dispense", [id], [id, model.originOf(found), 0, supplied, hash]);
    }),
  );
  return { calls };
}

function isDispensed(item: ChainItem | undefined): boolean {
  return item?.disposition === "Dispensed" || item?.disposition === "Supplied";
}

/** Dispensing a second time is not refused by the contract: it names both dispensers, and the package comes under review. */
function requireReport(first: string | undefined, { actor, reportDuplicates }: CaptureContext): void {
  if (first === actor.address) {
    throw new CareProofError("DISPENSED_BEFORE", "was dispensed before by the same dispenser, in another event");
  }
  if (reportDuplicates === true) return;
  const message = `was dispensed before by ${first ?? "somebody"}: one of the two is not genuine. Keep it; --report-duplicates reports it, which puts it under review`;
  throw new CareProofError("DUPLICATE_DISPENSE", message);
}

function mapEnd(reading: EventReading, context: CaptureContext, model: ItemModel, end: ItemDisposition): Mapped {
  const { hash } = reading;
  requireTradingRole(reading, context);
  const calls = leftOf(reading, "epcList", idsOf(reading, "epcList"), "dispose", context).map(({ id, path }) =>
    at(path, (): CaptureCall => {
      const found = model.find(id);
      model.requireHeld(id, found);
      model.set(id, { disposition: end, holder: undefined, party: undefined, container: undefined });
      const args = [id, model.originOf(found), ITEM_DISPOSITIONS.indexOf(end), ROLES[context.actor.role], hash];
      return drugProvenance("dispose", [id], args);
    }),
  );
  return { calls };
}

/** The hash of the event is the evidence: it commits to all that the event says. */
function mapQuarantine(reading: EventReading, context: CaptureContext, model: ItemModel): Mapped {
  const { hash } = reading;
  const left = leftOf(reading, "epcList", idsOf(reading, "epcList"), "quarantine", context);
  const free = left.filter(({ id }) => !["Suspect", "Illegitimate"].includes(model.tokenOf(id)?.disposition ?? ""));
  if (left.length > 0 && free.length === 0)
    throw new NotSent("IN_QUARANTINE", "sets things apart that are in quarantine");
  const calls = free.map(({ id, path }) =>
    at(path, (): CaptureCall => {
      const found = model.find(id);
      model.set(id, { disposition: "Suspect", container: undefined });
      return {
        contract: "ProductInvestigations",
        function: "quarantine",
        args: [id, model.originOf(found), ROLES[context.actor.role], hash],
        ids: [id],
      };
    }),
  );
  return { calls };
}

function mapRecall(reading: EventReading, context: CaptureContext): Mapped {
  const { event, path, hash } = reading;
  const lots = (event.quantityList ?? []).map(({ epcClass }, index) =>
    lotOfClass(epcClass, `${path}.quantityList[${index}].epcClass`),
  );
  if (lots.length === 0) {
    const message =
      "recalls single packages; the chain recalls lots, which an event names in its quantityList (LGTIN, or AI 01 and 10)";
    throw new NotSent("LOT_UNSAID", message);
  }
  requireRole(reading, context, ["MANUFACTURER", "DRUG_REGULATOR"]);
  const { recallClass, actor } = context;
  if (recallClass === undefined) {
    const message =
      "recalls a lot: say how urgent that is (--recall-class I, II or III; 21 CFR 7.3(m)), since EPCIS has no field for it";
    throw new CareProofError("RECALL_CLASS_MISSING", message, path);
  }
  const calls = lots.map((lot) =>
    drugProvenance("recallLot", [lot], [lot, RECALL_CLASSES.indexOf(recallClass), ROLES[actor.role], hash]),
  );
  return { calls };
}

/** Calls with up to a hundred tokens of the actor's in some disposition. */
function mapLists(
  reading: EventReading,
  context: CaptureContext,
  model: ItemModel,
  name: "callBack" | "restock",
  dispositions: readonly ItemDisposition[],
): Mapped {
  requireTradingRole(reading, context);
  const left = leftOf(reading, "epcList", idsOf(reading, "epcList"), name, context);
  for (const { id, path } of left) {
    at(path, () => {
      model.requireIn(id, dispositions);
      model.set(id, { disposition: name === "callBack" ? "Returned" : "Active", party: undefined });
    });
  }
  const calls = listsOf(left.map(({ id }) => id)).map((ids) =>
    drugProvenance(name, ids, [ids, ROLES[context.actor.role], reading.hash]),
  );
  return { calls };
}

/** Whether all that an earlier capture of the event did not put on sale again is to be. */
function isReturned(reading: EventReading, context: CaptureContext, model: ItemModel): boolean {
  const left = leftOf(reading, "epcList", idsOf(reading, "epcList"), "restock", context);
  return left.every(({ id }) => model.tokenOf(id)?.disposition === "Returned");
}
