import type { LotProof } from "../proofFile.js";

/** The functions that a capture calls, each with the event by which it is found on the chain. */
export const CAPTURE_FUNCTIONS = {
  commissionLot: "LotCommissioned",
  commissionRun: "RunCommissioned",
  recallLot: "LotRecalled",
  take: "Unpacked",
  unpack: "Unpacked",
  pack: "Packed",
  ship: "Shipped",
  shipFromLot: "Shipped",
  receiveShipment: "Received",
  callBack: "ShipmentCalledBack",
  restock: "Restocked",
  dispense: "Dispensed",
  dispose: "Disposed",
  quarantine: "Quarantined",
  record: "EventRecorded",
} as const;

/** A function that a capture calls. */
export type CaptureFunction = keyof typeof CAPTURE_FUNCTIONS;

/** Ids that one call can name at most. */
export const MAX_LIST = 100;

/** The proof of what is a token already. */
export const NO_PROOF: LotProof = { lot: 0n, run: 0, path: [], proof: [], prefixLength: 0 };

/** A transaction: its function and arguments as the contract takes them. */
export interface CaptureCall {
  readonly contract: "DrugProvenance" | "ProductInvestigations" | "EpcisEventLog";
  readonly function: CaptureFunction;
  /** Arguments in the function's order: integers as bigint or number, bytes as 0x-hex, structs by member. */
  readonly args: readonly unknown[];
  /** What it concerns: token ids, the key of a lot, or for `record` the event hashes as numbers. */
  readonly ids: readonly bigint[];
  /** Who has to be in good standing for it, beside the sender, and where the event names that partner. */
  readonly partner?: { readonly address: string; readonly role: string; readonly path: string };
}

/** A call of `DrugProvenance`. */
export function drugProvenance(name: CaptureFunction, ids: readonly bigint[], args: readonly unknown[]): CaptureCall {
  return { contract: "DrugProvenance", function: name, args, ids };
}

/** By what it is known that a call is on the chain: its event, what it concerns and the hash of the EPCIS event (0x-hex). */
export function callKey(name: CaptureFunction, id: bigint, eventHash: string): string {
  return `${CAPTURE_FUNCTIONS[name]} ${id} ${eventHash.toLowerCase()}`;
}

/** Lists of at most {@link MAX_LIST}. */
export function listsOf<T>(all: readonly T[]): T[][] {
  const lists: T[][] = [];
  for (let i = 0; i < all.length; i += MAX_LIST) lists.push(all.slice(i, i + MAX_LIST));
  return lists;
}
