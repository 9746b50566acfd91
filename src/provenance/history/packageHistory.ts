/** The pedigree of one package or container: what the chain's logs tell of it, and what the chain says of it now. */

import { dataSlice, getBytes, toUtf8String, ZeroAddress } from "ethers";

import type { AttributedHistory, Concern } from "./attribution.js";
import type { ProvenanceEvent, ProvenanceEvents } from "./events.js";
import { dayOf } from "../../utils/time.js";
import { type HistoryWarning, warningsOf } from "./warnings.js";
import { ITEM_DISPOSITIONS, OBSTACLES, RECALL_CLASSES } from "../statuses.js";
import type { ItemDisposition, Obstacle, RecallClass } from "../statuses.js";
import { identifierOf, type ProductIdentifier } from "../tokenId.js";

/** The lot that a thing is from. */
export interface HistoryLot {
  /** Its `lotKey`. */
  readonly key: bigint;
  /** 14 digits. */
  readonly gtin: string;
  /** AI 10. */
  readonly lotNumber: string;
  /** The last day of use (AI 17), `YYYY-MM-DD`. */
  readonly expirationDate: string;
  /** Units of a package that can be dispensed apart; 1 where none can. */
  readonly units: number;
  /** Address of who commissioned it and answers for it. */
  readonly maker: string;
  readonly recall: RecallClass;
  /** Number of its commissioning runs. */
  readonly runs: number;
}

/** What `DrugProvenance.verify` answers. */
export interface Verdict {
  /** Why it cannot be sold; `None` where it can. */
  readonly obstacle: Obstacle;
  readonly disposition: ItemDisposition;
  /** Address of who holds it; undefined for what is out of commerce or not there. */
  readonly custodian?: string;
  /** From whom the custodian received it; in transit: who it was sent to; dispensed: by whom. */
  readonly receivedFrom?: string;
  /** The second dispenser of a package dispensed twice, while that is under review. */
  readonly contestedBy?: string;
  /** Whether the thing's proof was given and asked about, or it is a token that needs none. */
  readonly proved: boolean;
}

/** One event of the history. */
export interface HistoryStep {
  readonly event: ProvenanceEvent;
  readonly concern: Concern;
  /** Time of its block (unix seconds). */
  readonly time: number;
  /** What it is about: the thing itself, a container around it or what it held; absent for lots and answers. */
  readonly thing?: ProductIdentifier;
  /** The container that `thing` was directly in and left by this. */
  readonly left?: ProductIdentifier;
  /** Unpacked, Packed: address of who held it, which the ERC-721 Transfer beside it says. */
  readonly holder?: string;
}

/** The whole history of a thing. */
export interface PackageHistory {
  /** Chain id (EIP-155). */
  readonly chainId: bigint;
  /** Address of `DrugProvenance`. */
  readonly contract: string;
  readonly identifier: ProductIdentifier;
  readonly tokenId: bigint;
  /** The block up to which logs were read, and its time (unix seconds). */
  readonly asOf: { readonly block: number; readonly time: number };
  readonly lot?: HistoryLot;
  /** The run that it was commissioned in, where its proof tells. */
  readonly run?: number;
  /** The containers that it was commissioned in, the innermost first. */
  readonly path: readonly ProductIdentifier[];
  /** Whether `path` is that of a proof. Without one, only what events tell is known. */
  readonly pathProved: boolean;
  readonly verdict: Verdict;
  readonly warnings: readonly HistoryWarning[];
  /** In the order of the chain. */
  readonly steps: readonly HistoryStep[];
}

/** What `DrugProvenance.verify` returns, numbers and addresses as ethers decodes them. */
export interface VerificationResult {
  readonly obstacle: bigint;
  readonly disposition: bigint;
  readonly custodian: string;
  readonly receivedFrom: string;
}

/** What a history is made of. */
export interface HistoryFacts {
  readonly chainId: bigint;
  readonly contract: string;
  readonly tokenId: bigint;
  readonly asOf: { readonly block: number; readonly time: number };
  readonly attributed: AttributedHistory;
  /** All events that were read, for those beside the attributed ones. */
  readonly events: readonly ProvenanceEvent[];
  /** Times of blocks (unix seconds). */
  readonly times: ReadonlyMap<number, number>;
  readonly verification: VerificationResult;
  /** `contestedBy(id)`. */
  readonly contestedBy: string;
  /** The run of its proof, where one was given. */
  readonly run?: number;
  /** Whether its proof was given. */
  readonly proofGiven: boolean;
  /** Whether that proof is right. */
  readonly proofHolds: boolean;
  /** Lot number and last day of use as they are written on it, where they were read too. */
  readonly label?: { readonly lot?: string; readonly expiry?: string };
}

/**
 * Puts a history together. Pure: all that it needs was read before.
 *
 * @throws CareProofError `TOKEN_ID_INVALID`.
 */
export function packageHistory(facts: HistoryFacts): PackageHistory {
  const { chainId, contract, tokenId, asOf, attributed, times, verification, proofGiven, run } = facts;
  const transfers = facts.events.filter((event) => event.name === "Transfer");
  const steps = attributed.events.map(({ event, concern, left }): HistoryStep => {
    const holder = holderBeside(event, transfers);
    return {
      event,
      concern,
      time: times.get(event.log.blockNumber) ?? asOf.time,
      ...("id" in event.args ? { thing: identifierOf(event.args.id) } : {}),
      ...(left === undefined ? {} : { left: identifierOf(left) }),
      ...(holder === undefined ? {} : { holder }),
    };
  });
  const disposition = ITEM_DISPOSITIONS[Number(verification.disposition)] ?? "None";
  const lot = lotOf(facts);
  const history = {
    chainId,
    contract,
    identifier: identifierOf(tokenId),
    tokenId,
    asOf,
    ...(lot === undefined ? {} : { lot }),
    ...(run === undefined ? {} : { run }),
    path: attributed.path.map(identifierOf),
    pathProved: facts.proofHolds,
    verdict: {
      obstacle: OBSTACLES[Number(verification.obstacle)] ?? "UnknownLot",
      disposition,
      ...address("custodian", verification.custodian),
      ...address("receivedFrom", verification.receivedFrom),
      ...address("contestedBy", facts.contestedBy),
      proved: proofGiven || disposition !== "None",
    },
    steps,
  };
  return { ...history, warnings: warningsOf(history, facts.label) };
}

/** A lot number as text, from the contract's `bytes20`. */
export function lotNumberText(lotNumber: string): string {
  const length = getBytes(lotNumber).findLastIndex((byte) => byte !== 0) + 1;
  return toUtf8String(dataSlice(lotNumber, 0, length));
}

/** The lot as its events tell it. */
function lotOf({ attributed, events }: HistoryFacts): HistoryLot | undefined {
  let commissioned: ProvenanceEvents["LotCommissioned"] | undefined;
  let recall: RecallClass = "None";
  for (const { event } of attributed.events) {
    if (event.name === "LotCommissioned") commissioned = event.args;
    if (event.name === "LotRecalled") recall = RECALL_CLASSES[Number(event.args.recallClass)] ?? "I";
  }
  if (commissioned === undefined) return undefined;
  const { lot: key } = commissioned;
  return {
    key,
    gtin: commissioned.gtin.toString().padStart(14, "0"),
    lotNumber: lotNumberText(commissioned.lotNumber),
    expirationDate: dayOf(Number(commissioned.expirationDate) * 86_400),
    units: Number(commissioned.units),
    maker: commissioned.maker,
    recall,
    runs: 1 + events.filter(({ name, args }) => name === "RunCommissioned" && args.lot === key).length,
  };
}

/** Who held what was packed, or holds what was taken out: the last transfer of it before, in the same transaction. */
function holderBeside(event: ProvenanceEvent, transfers: readonly ProvenanceEvent[]): string | undefined {
  if (event.name !== "Packed" && event.name !== "Unpacked") return undefined;
  const transfer = transfers.findLast(
    ({ name, args, log }) =>
      name === "Transfer" &&
      args.tokenId === event.args.id &&
      log.transactionHash === event.log.transactionHash &&
      log.index < event.log.index,
  );
  if (transfer?.name !== "Transfer") return undefined;
  return event.name === "Packed" ? transfer.args.from : transfer.args.to;
}

function address<Name extends string>(name: Name, value: string): Partial<Record<Name, string>> {
  return value === ZeroAddress ? {} : ({ [name]: value } as Record<Name, string>);
}
