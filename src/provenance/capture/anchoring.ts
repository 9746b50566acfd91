import { callKey, listsOf, type CaptureCall } from "./calls.js";
import type { CaptureContext, PlannedEvent } from "./plan.js";
import { ownerOf, type EventReading } from "./reading.js";
import { ROLES } from "../../participants/roles.js";

/** Why an event is not the actor's to vouch for, or not at all: such an event is never recorded. */
const NOT_RECORDED: ReadonlySet<string> = new Set([
  "OTHER_PARTY",
  "ROLE_UNFIT",
  "ERROR_DECLARATION",
  "DECLARED_WRONG",
  "REPEATED",
]);

/** Answers that are given before it is asked whose an event is. */
const OWNER_UNASKED: ReadonlySet<string> = new Set(["TRANSACTION", "TRANSFORMATION", "ASSOCIATION", "NO_MEANING"]);

/**
 * Whether an event for which nothing else is sent is recorded by its hash, or was.
 *
 * @param code Why nothing else is sent.
 * @returns undefined where it is not recorded.
 */
export function anchorOf(
  reading: EventReading,
  code: string,
  context: CaptureContext,
): Extract<PlannedEvent["answer"], "anchor" | "onChain"> | undefined {
  if (context.eventLog !== true || NOT_RECORDED.has(code)) return undefined;
  if (OWNER_UNASKED.has(code)) {
    const owner = ownerOf(reading, undefined, context);
    if (owner !== undefined && owner.address !== context.actor.address) return undefined;
  }
  const { hash } = reading;
  return context.chain?.done.has(callKey("record", BigInt(hash), hash)) === true ? "onChain" : "anchor";
}

/** A plan's events with the calls that record what is answered `anchor`: the first of up to a hundred carries the call of all. */
export function withRecordCalls(events: readonly PlannedEvent[], { actor }: CaptureContext): PlannedEvent[] {
  const calls = new Map<PlannedEvent, CaptureCall>();
  for (const list of listsOf(events.filter(({ answer }) => answer === "anchor"))) {
    const hashes = list.map(({ hash }) => hash);
    calls.set(list[0]!, {
      contract: "EpcisEventLog",
      function: "record",
      args: [hashes, ROLES[actor.role]],
      ids: hashes.map(BigInt),
    });
  }
  return events.map((event) => {
    const call = calls.get(event);
    return call === undefined ? event : { ...event, calls: [call] };
  });
}
