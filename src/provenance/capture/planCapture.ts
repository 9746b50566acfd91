import { anchorOf, withRecordCalls } from "./anchoring.js";
import { bizStepOf, dispositionOf } from "./businessVocabulary.js";
import { callKey, type CaptureCall } from "./calls.js";
import { Commissioning } from "./commissioning.js";
import { ItemModel } from "./itemModel.js";
import { mapAggregation } from "./mapAggregation.js";
import { mapObjects } from "./mapObjects.js";
import type { CaptureContext, CapturePlan, PlannedEvent } from "./plan.js";
import { type EventReading, type Mapped, NotSent } from "./reading.js";
import { CareProofError } from "../../errors.js";
import type { EpcisDocument, EpcisEvent } from "../epcis/event.js";
import { eventHashBytes32 } from "../epcis/eventHash.js";
import { requireVersion2 } from "../epcis/requireVersion2.js";
import { utcMilliseconds } from "../epcis/values.js";

/**
 * Plans what capturing an EPCIS 2.0 document sends to `DrugProvenance`, `ProductInvestigations` and, where one is at hand,
 * `EpcisEventLog`. Every event gets one answer; what is wrong with an event is that event's answer (`refused`), not an exception, so that a plan shows all of it at once.
 *
 * @param document As `readEpcis` reads it.
 * @param context Who captures, the files at hand, and what the chain knows.
 * @throws CareProofError `EPCIS_VERSION_UNSUPPORTED` for a document of EPCIS 1.x, path `schemaVersion`.
 */
export function planCapture(document: EpcisDocument, context: CaptureContext): CapturePlan {
  requireVersion2(document);
  const hashes = document.events.map((event) => eventHashBytes32(event, document));
  const readings = document.events.map((event, index): EventReading => readingOf(event, index, hashes[index]!));
  readings.sort((a, b) => timeOf(a.event) - timeOf(b.event) || a.index - b.index);
  const planner = new Planner(readings, context);
  const events = readings.map((reading) => planner.plan(reading));
  return { events: withRecordCalls(events, context) };
}

function readingOf(event: EpcisEvent, index: number, hash: string): EventReading {
  const [bizStep, disposition] = [bizStepOf(event), dispositionOf(event)];
  return {
    event,
    index,
    path: `events[${index}]`,
    hash,
    ...(bizStep === undefined ? {} : { bizStep }),
    ...(disposition === undefined ? {} : { disposition }),
  };
}

function timeOf({ eventTime }: EpcisEvent): number {
  return utcMilliseconds(eventTime) ?? 0;
}

class Planner {
  private readonly model: ItemModel;
  private readonly commissioning: Commissioning;
  private readonly seen = new Map<string, string>();
  /** Events that another declares to be wrong: by eventID and by hash, and where. */
  private readonly declaredWrong = new Map<string, string>();

  constructor(
    readings: readonly EventReading[],
    private readonly context: CaptureContext,
  ) {
    this.model = new ItemModel(context);
    for (const { event, hash, path } of readings) {
      if (event.errorDeclaration === undefined) continue;
      this.declaredWrong.set(hash, path);
      if (event.eventID !== undefined) this.declaredWrong.set(event.eventID, path);
    }
    const counting = readings.filter((reading) => this.wrongBy(reading) === undefined);
    this.commissioning = new Commissioning(counting, context, this.model);
  }

  plan(reading: EventReading): PlannedEvent {
    const { event, index, path, hash, bizStep, disposition } = reading;
    return {
      index,
      path,
      type: event.type,
      ...(event.action === undefined ? {} : { action: event.action }),
      ...(bizStep === undefined ? {} : { bizStep }),
      ...(disposition === undefined ? {} : { disposition }),
      eventTime: event.eventTime,
      ...(event.eventID === undefined ? {} : { eventID: event.eventID }),
      hash,
      ...this.answer(reading),
    };
  }

  private answer(reading: EventReading): Pick<PlannedEvent, "answer" | "code" | "reason" | "at" | "calls"> {
    try {
      this.requireNew(reading);
      const mapped = this.map(reading);
      if ("contained" in mapped) {
        return this.withoutCalls(reading, "contained", "CONTAINED", mapped.contained);
      }
      const calls = mapped.calls.filter((call) => !this.isDone(call, reading.hash));
      return { answer: calls.length === 0 ? "onChain" : "send", calls };
    } catch (error) {
      if (error instanceof NotSent) return this.withoutCalls(reading, "notSent", error.code, error.message);
      if (!(error instanceof CareProofError)) throw error;
      const at = error.path ?? reading.path;
      const reason = error.path === undefined ? error.message : error.message.slice(error.path.length + 2);
      return { answer: "refused", code: error.code, reason, at, calls: [] };
    }
  }

  /** The answer to an event that has no calls of its own: its hash is recorded if it can be. */
  private withoutCalls(
    reading: EventReading,
    otherwise: "contained" | "notSent",
    code: string,
    reason: string,
  ): ReturnType<Planner["answer"]> {
    return { answer: anchorOf(reading, code, this.context) ?? otherwise, code, reason, calls: [] };
  }

  private requireNew({ event, hash, path }: EventReading): void {
    if (event.errorDeclaration !== undefined) {
      const named = event.eventID === undefined ? "an earlier event" : `the earlier event ${event.eventID}`;
      const message = `declares that ${named} was wrong; its hash is that of the earlier event, so it is never sent. What is on the chain stays: events of their own correct it`;
      throw new NotSent("ERROR_DECLARATION", message);
    }
    const wrong = this.wrongBy({ event, hash });
    if (wrong !== undefined) throw new NotSent("DECLARED_WRONG", `${wrong} declares it to be wrong`);
    const before = this.seen.get(hash);
    if (before !== undefined) throw new NotSent("REPEATED", `is the same event as ${before}, which is sent once`);
    this.seen.set(hash, path);
  }

  private wrongBy({ event, hash }: Pick<EventReading, "event" | "hash">): string | undefined {
    return this.declaredWrong.get(hash) ?? this.declaredWrong.get(event.eventID ?? "");
  }

  private map(reading: EventReading): Mapped {
    switch (reading.event.type) {
      case "ObjectEvent":
        if (reading.bizStep === "commissioning" && reading.event.action === "ADD")
          return this.commissioning.map(reading);
        return mapObjects(reading, this.context, this.model);
      case "AggregationEvent":
        return mapAggregation(reading, this.context, this.model, this.commissioning);
      case "TransactionEvent":
        throw new NotSent("TRANSACTION", "ties things to business transactions, of which the chain knows nothing");
      case "TransformationEvent":
        throw new NotSent(
          "TRANSFORMATION",
          "makes things out of others, which the chain does not follow: commission what comes out",
        );
      case "AssociationEvent":
        throw new NotSent("ASSOCIATION", "ties things to assets, of which the chain knows nothing");
    }
  }

  private isDone({ function: name, ids }: CaptureCall, hash: string): boolean {
    return ids.every((id) => this.context.chain?.done.has(callKey(name, id, hash)));
  }
}
