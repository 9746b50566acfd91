import { CareProofError } from "../../errors.js";
import { withPlace } from "../../utils/errorPlace.js";
import { sourceOrDestinationOf } from "./businessVocabulary.js";
import { callKey, type CaptureCall, type CaptureFunction } from "./calls.js";
import { partyKey, type CaptureParty, type CaptureRole } from "./party.js";
import type { CaptureContext } from "./plan.js";
import { readEpc } from "./readEpc.js";
import type { EpcisEvent } from "../epcis/event.js";
import { tokenIdOf } from "../tokenId.js";

/** An event with what is read of it before it is mapped. */
export interface EventReading {
  readonly event: EpcisEvent;
  /** Place in the document, from 0. */
  readonly index: number;
  /** `events[3]`. */
  readonly path: string;
  /** 0x-hex of 32 bytes. */
  readonly hash: string;
  readonly bizStep?: string;
  readonly disposition?: string;
}

/** What an event comes to: calls, or the event that says it already. */
export type Mapped = { readonly calls: readonly CaptureCall[] } | { readonly contained: string };

/** Why an event is not sent although nothing is wrong with it. */
export class NotSent extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Lists of an event that name single things. */
type EpcList = "epcList" | "childEPCs";

/**
 * The token ids of what an event names.
 *
 * @throws NotSent `CLASS_LEVEL`, `NOT_A_PACKAGE_OR_CONTAINER`, `NOTHING_NAMED`; CareProofError of `readEpc`, `EPC_REPEATED`.
 */
export function idsOf({ event, path }: EventReading, list: EpcList): bigint[] {
  const quantities = list === "epcList" ? event.quantityList : event.childQuantityList;
  if (quantities !== undefined && quantities.length > 0) {
    const message =
      "names a quantity of a class of objects; only packages and containers with a number of their own are on the chain";
    throw new NotSent("CLASS_LEVEL", message);
  }
  const epcs = event[list] ?? [];
  if (epcs.length === 0) throw new NotSent("NOTHING_NAMED", "names no package or container");
  const ids = epcs.map((epc, index) => idOf(epc, `${path}.${list}[${index}]`));
  const seen = new Set<bigint>();
  for (const [index, id] of ids.entries()) {
    if (seen.has(id)) throw new CareProofError("EPC_REPEATED", "is named twice", `${path}.${list}[${index}]`);
    seen.add(id);
  }
  return ids;
}

/** The token id of an EPC. Throws NotSent `NOT_A_PACKAGE_OR_CONTAINER`, CareProofError of `readEpc`. */
export function idOf(epc: string, path: string): bigint {
  const identifier = readEpc(epc, path);
  if (identifier === undefined) {
    throw new NotSent("NOT_A_PACKAGE_OR_CONTAINER", `names ${epc}, which is neither an SGTIN nor an SSCC`);
  }
  try {
    return tokenIdOf(identifier);
  } catch (error) {
    throw withPlace(error, path);
  }
}

/** Runs what concerns one thing of an event's list, so that errors name it. */
export function at<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withPlace(error, path);
  }
}

/** The ids for which a function was not called with this event yet, each with its path. */
export function leftOf(
  { hash, path }: EventReading,
  list: EpcList,
  ids: readonly bigint[],
  name: CaptureFunction,
  { chain }: CaptureContext,
): { id: bigint; path: string }[] {
  return ids
    .map((id, index) => ({ id, path: `${path}.${list}[${index}]` }))
    .filter(({ id }) => chain?.done.has(callKey(name, id, hash)) !== true);
}

/** A party that an event names as its source or destination. */
export interface NamedParty {
  readonly party: CaptureParty;
  /** Where the event names it. */
  readonly path: string;
}

/**
 * Who owns or, where that is not said, possesses a transfer's things before (`sourceList`) or after it (`destinationList`).
 *
 * @returns undefined where the event does not say.
 * @throws CareProofError `PARTY_UNKNOWN` where it names somebody whom the parties do not.
 */
export function namedParty(
  { event, path }: EventReading,
  list: "sourceList" | "destinationList",
  { parties }: CaptureContext,
): NamedParty | undefined {
  const entries =
    list === "sourceList"
      ? (event.sourceList ?? []).map(({ type, source }) => ({ type, uri: source }))
      : (event.destinationList ?? []).map(({ type, destination }) => ({ type, uri: destination }));
  for (const wanted of ["owning_party", "possessing_party"]) {
    const index = entries.findIndex(({ type }) => sourceOrDestinationOf(type) === wanted);
    const entry = entries[index];
    if (entry === undefined) continue;
    const at = `${path}.${list}[${index}]`;
    const party = parties.get(partyKey(entry.uri));
    if (party === undefined) {
      throw new CareProofError("PARTY_UNKNOWN", `${entry.uri} is not among the parties: add its address and role`, at);
    }
    return { party, path: at };
  }
  return undefined;
}

/**
 * Whose an event is. That says the party named (the source of what is sent, the destination of what is received), else the read point, else
 * the business location.
 *
 * @returns undefined where nobody is known by them: then it is taken for the actor's.
 */
export function ownerOf(
  { event }: EventReading,
  named: NamedParty | undefined,
  { parties }: CaptureContext,
): CaptureParty | undefined {
  const places = [event.readPoint?.id, event.bizLocation?.id].flatMap((uri) => {
    const party = uri === undefined ? undefined : parties.get(partyKey(uri));
    return party === undefined ? [] : [party];
  });
  return named?.party ?? places[0];
}

/**
 * Refuses to send the event of another, see {@link ownerOf}: that is for the other to do.
 *
 * @throws NotSent `OTHER_PARTY`.
 */
export function requireOwn(reading: EventReading, named: NamedParty | undefined, context: CaptureContext): void {
  const owner = ownerOf(reading, named, context);
  if (owner === undefined || owner.address === context.actor.address) return;
  throw new NotSent("OTHER_PARTY", `is an event of ${owner.address} (${owner.role}), who sends it`);
}

/** Refuses the event of a role that has no part in it. Throws NotSent `ROLE_UNFIT`. */
export function requireRole(
  { event, bizStep, disposition }: EventReading,
  { actor }: CaptureContext,
  roles: readonly CaptureRole[],
): void {
  if (roles.includes(actor.role)) return;
  const what = bizStep ?? disposition ?? event.action ?? event.type;
  throw new NotSent("ROLE_UNFIT", `${what} is for ${roles.join(" or ")} to send, not for ${actor.role}`);
}

/** Refuses the event of somebody who owns no medicines. Throws NotSent `ROLE_UNFIT`. */
export function requireTradingRole(reading: EventReading, context: CaptureContext): void {
  requireRole(reading, context, ["MANUFACTURER", "WHOLESALE_DISTRIBUTOR", "DISPENSER"]);
}
