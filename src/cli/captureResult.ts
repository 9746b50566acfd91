import { printable } from "./terminal.js";
import type { CaptureCall } from "../provenance/capture/calls.js";
import type { CaptureParty } from "../provenance/capture/party.js";
import type { CapturePlan, PlannedEvent } from "../provenance/capture/plan.js";
import { niUri } from "../provenance/epcis/eventHash.js";

/** A call, as `careproof provenance capture --json` prints it. */
export interface CaptureResultCall {
  contract: string;
  function: string;
  /** Decimal: token ids, the key of a lot, or for `record` the event hashes as numbers. */
  ids: string[];
  /** Arguments in the function's order, integers beyond 2^53 in decimal. */
  args: unknown;
  /** Hash of the transaction (0x-hex of 32 bytes); only if it was sent now. */
  transaction?: string;
  /** Gas used; only if it was sent now. */
  gasUsed?: string;
}

/** An event, as `careproof provenance capture --json` prints it. */
export type CaptureResultEvent = Omit<PlannedEvent, "calls"> & { readonly calls: readonly CaptureResultCall[] };

/** What `careproof provenance capture --json` prints. */
export interface CaptureResult {
  /** Address of who captures. */
  party: string;
  role: string;
  /** Only with --rpc. */
  chainId?: string;
  /** Address of `DrugProvenance`; only with --rpc. */
  contract?: string;
  /** The journal's path; only where something was sent. */
  journal?: string;
  events: readonly CaptureResultEvent[];
}

/** A call that was sent. */
export interface SentCall {
  readonly call: CaptureCall;
  readonly transaction: string;
  readonly gasUsed: string;
}

/** The result of a plan, with what was sent of it. */
export function resultOf(
  { events }: CapturePlan,
  { address, role }: CaptureParty,
  sent: readonly SentCall[] = [],
): CaptureResult {
  const receipts = new Map(sent.map((one) => [one.call, one]));
  const callOf = (call: CaptureCall): CaptureResultCall => {
    const receipt = receipts.get(call);
    return {
      contract: call.contract,
      function: call.function,
      ids: call.ids.map(String),
      args: plain(call.args),
      ...(receipt === undefined ? {} : { transaction: receipt.transaction, gasUsed: receipt.gasUsed }),
    };
  };
  return {
    party: address,
    role,
    events: events.map((event) => ({ ...event, hash: niUri(event.hash), calls: event.calls.map(callOf) })),
  };
}

/** The result as a table for people. */
export function describePlan({ party, role, journal, events }: CaptureResult): string {
  const lines = [`capture by ${party} (${role})`];
  for (const { index, type, action, bizStep, disposition, answer, code, reason, at, calls } of events) {
    const what = [type, action, bizStep, disposition].filter((part) => part !== undefined).join(" ");
    lines.push(`event ${index}  ${what}`);
    if (answer === "anchor") lines.push(`  recorded by its hash (${code ?? ""}): ${reason ?? ""}`);
    if (answer === "onChain") lines.push("  on the chain already");
    if (answer === "contained") lines.push(`  nothing to send: ${reason ?? ""}`);
    if (answer === "notSent") lines.push(`  not sent (${code ?? ""}): ${reason ?? ""}`);
    if (answer === "refused") lines.push(`  REFUSED (${code ?? ""}) ${at ?? ""}: ${reason ?? ""}`);
    for (const { function: name, ids, transaction } of calls) {
      const thing = name === "record" ? "event" : "id";
      const count = ids.length === 1 ? `1 ${thing}` : `${ids.length} ${thing}s`;
      lines.push(
        `  ${name.padEnd(16)} ${count.padEnd(10)}${transaction === undefined ? "" : ` ${transaction}`}`.trimEnd(),
      );
    }
  }
  if (journal !== undefined)
    lines.push(`journal  ${journal} (keep it: it has the salts of the transaction information)`);
  return lines.map(printable).join("\n");
}

/** Values as JSON has them: numbers that may pass 2^53 as decimal text. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? member.toString() : member)),
  );
}
