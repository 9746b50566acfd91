import type { JsonObject } from "../../utils/json.js";
import type { CaptureCall } from "./calls.js";
import type { CaptureParties, CaptureParty } from "./party.js";
import type { EpcisEventType } from "../epcis/event.js";
import type { LotRun } from "../lotRun.js";
import type { ProofFile } from "../proofFile.js";
import type { ItemDisposition, RecallClass } from "../statuses.js";

/**
 * What an event comes to. `send`: the calls that are left to send. `anchor`: nothing else is sent for it, so its hash is recorded in
 * `EpcisEventLog`; the first of up to a hundred such events has the call for all. `onChain`: an earlier capture sent or recorded it.
 * `contained`: the call of another event of the document says it (`reason` names it). `notSent`: nothing on the chain means the same.
 * `refused`: it means something on the chain, but cannot be sent as it is; then nothing of the document is.
 */
export type CaptureAnswer = "send" | "anchor" | "onChain" | "contained" | "notSent" | "refused";

/** An event of a document, and what capturing it means. */
export interface PlannedEvent {
  /** Its place in the document, from 0. */
  readonly index: number;
  /** `events[3]`, as in the paths of errors. */
  readonly path: string;
  readonly type: EpcisEventType;
  readonly action?: string;
  /** The bare word of CBV, or the URI of another vocabulary. */
  readonly bizStep?: string;
  /** As `bizStep`. */
  readonly disposition?: string;
  readonly eventTime: string;
  readonly eventID?: string;
  /** Its CBV 2.0 event hash, 32 bytes as 0x-hex: what its calls carry. */
  readonly hash: string;
  readonly answer: CaptureAnswer;
  /** Why, for programs; for `anchor` and for `onChain` of what was recorded, why nothing else is sent. Absent for other `onChain`, and `send`. */
  readonly code?: string;
  /** Why, in words. */
  readonly reason?: string;
  /** Where in the document, if `refused`. */
  readonly at?: string;
  readonly calls: readonly CaptureCall[];
}

/** What capturing a document means. Its events stand in the order of their times, in which they are sent. */
export interface CapturePlan {
  readonly events: readonly PlannedEvent[];
}

/** A lot's tree that `careproof provenance lot` built: what commissioning it takes, and its proofs. */
export interface CaptureLot {
  readonly run: LotRun;
  /** Units of a package that can be dispensed apart. */
  readonly units: number;
  /** Merkle root, 32 bytes as 0x-hex. */
  readonly root: string;
  /** All of its proof files. */
  readonly proofs: readonly ProofFile[];
}

/** What the chain knows of a package or container that is, or was, a token. */
export interface ChainItem {
  readonly disposition: ItemDisposition;
  /** Who holds it, through all containers; absent out of commerce. */
  readonly holder?: string;
  /** In transit: who it was sent to. Dispensed: by whom. */
  readonly party?: string;
  /** What it was packed into, if it is. */
  readonly container?: bigint;
  /** The key of its lot; zero for a container of none. */
  readonly lot: bigint;
  /** In transit: SHA-256 of the proof file that belongs to the shipment (0x-hex), zeros if none does. */
  readonly proofs?: string;
}

/** What the chain knows of a lot. */
export interface ChainLot {
  readonly maker: string;
  /** Of its runs, from run 0. */
  readonly roots: readonly string[];
}

/** What the chain knows of a document's things. */
export interface CaptureChain {
  /** Those that are or were tokens. */
  readonly items: ReadonlyMap<bigint, ChainItem>;
  /** By key. */
  readonly lots: ReadonlyMap<bigint, ChainLot>;
  /** The calls that are on the chain, see `callKey`. */
  readonly done: ReadonlySet<string>;
}

/** Transaction information of a shipment, and its commitment. */
export interface CommittedInformation {
  readonly information: JsonObject;
  /** 32 bytes as 0x-hex; absent while there is no salt: such a plan is not to be sent. */
  readonly commitment?: string;
}

/** What a plan needs beside the document. */
export interface CaptureContext {
  /** Who captures. */
  readonly actor: CaptureParty;
  /** Whom the URIs of sources, destinations and places mean. */
  readonly parties: CaptureParties;
  readonly lots?: readonly CaptureLot[];
  /** Proof files that came with shipments. */
  readonly proofs?: readonly ProofFile[];
  /** Absent: the plan takes the document and the files for all there is, and things without a proof for tokens. */
  readonly chain?: CaptureChain;
  /** Whether the sender affirms the seven statements of 21 U.S.C. 360eee(27) for every shipment in the document. */
  readonly transactionStatement?: boolean;
  /** The transaction information of a shipping event, by the event's hash and eventID. */
  readonly transactionInformation?: (hash: string, eventID?: string) => CommittedInformation | undefined;
  readonly recallClass?: Exclude<RecallClass, "None">;
  /** Digits of the company prefix of a container that is new, where its EPC does not tell. */
  readonly prefixLength?: number;
  /** Whether dispensing what another dispensed is reported: both are then named, and the package is under review. */
  readonly reportDuplicates?: boolean;
  /** Whether an `EpcisEventLog` is at hand: then events for which nothing else is sent are recorded by their hashes. */
  readonly eventLog?: boolean;
}
