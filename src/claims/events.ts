/** Logs of `ClaimsProcessor` as typed events, from whatever library fetched them. */
import { claimsProcessorAbi } from "../abi/index.js";
import type * as Claims from "../bindings/contracts/claims/ClaimsProcessor.js";
import { type EncodedLog, EventDecoder } from "../utils/eventDecoder.js";

/** A log as ethers fetches it. */
export interface ClaimLog extends EncodedLog {
  readonly transactionHash: string;
  readonly blockNumber: number;
  /** Its place in the block. */
  readonly index: number;
}

/** The arguments of each event that is of a claim, by their Solidity names, integers as bigint. */
export interface ClaimEvents {
  ClaimAdjudicated: Claims.ClaimAdjudicatedEvent.OutputObject;
  ClaimPended: Claims.ClaimPendedEvent.OutputObject;
  ClaimDenied: Claims.ClaimDeniedEvent.OutputObject;
  ClaimPaid: Claims.ClaimPaidEvent.OutputObject;
  ClaimInReview: Claims.ClaimInReviewEvent.OutputObject;
  ClaimAppealed: Claims.ClaimAppealedEvent.OutputObject;
  ClaimUpheld: Claims.ClaimUpheldEvent.OutputObject;
  ClaimOverturned: Claims.ClaimOverturnedEvent.OutputObject;
  ClaimVoided: Claims.ClaimVoidedEvent.OutputObject;
}

/** Name of an event. */
export type ClaimEventName = keyof ClaimEvents;

/** An event of a claim, told apart by its `name`. */
export type ClaimEvent = {
  [Name in ClaimEventName]: {
    readonly name: Name;
    readonly args: ClaimEvents[Name];
    /** The log it was read from. */
    readonly log: ClaimLog;
  };
}[ClaimEventName];

/** Every event after a claim's first, which is `ClaimAdjudicated`. */
export const LATER_CLAIM_EVENTS = [
  "ClaimPended",
  "ClaimDenied",
  "ClaimPaid",
  "ClaimInReview",
  "ClaimAppealed",
  "ClaimUpheld",
  "ClaimOverturned",
  "ClaimVoided",
] as const satisfies readonly ClaimEventName[];

/** Events that are of no claim: one that was refused has none, and the EIP-712 domain. */
const OTHERS = new Set(["ClaimRefused", "EIP712DomainChanged"]);

const decoder = new EventDecoder<"ClaimsProcessor">({ ClaimsProcessor: claimsProcessorAbi }, OTHERS);

/**
 * The event of a log.
 *
 * @param contract Address of `ClaimsProcessor`.
 * @returns undefined where another contract emitted it, or it is none of {@link ClaimEvents}.
 */
export function decodeClaimEvent(log: ClaimLog, contract: string): ClaimEvent | undefined {
  const event = decoder.decode(log, { ClaimsProcessor: contract });
  // The ABI and the types of the arguments are generated from the same contract.
  return event === undefined ? undefined : ({ ...event, log } as unknown as ClaimEvent);
}

/** The first topic of an event's logs (0x-hex of 32 bytes). */
export function claimTopic(name: ClaimEventName | "ClaimRefused"): string {
  return decoder.topicOf("ClaimsProcessor", name);
}
