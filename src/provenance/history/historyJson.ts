/** A history as JSON: a shape that stays, with numbers that may pass 2^53 as text. */

import { toBeHex } from "ethers";

import { describeStep, describeVerdict } from "./describe.js";
import type { HistoryStep, PackageHistory } from "./packageHistory.js";
import { type DscsaPapers, dscsaPapers } from "./papers.js";
import type { MasterData } from "./parties.js";
import { timeOf } from "../../utils/time.js";
import type { HistoryWarning } from "./warnings.js";
import { writeDigitalLink } from "../gs1/digitalLink.js";
import { elementsOf } from "../gs1/identification.js";
import { ANSWERS, ITEM_DISPOSITIONS, QUESTIONS, RECALL_CLASSES } from "../statuses.js";
import type { ProductIdentifier } from "../tokenId.js";

/** One event of a {@link HistoryJson}. */
export interface HistoryStepJson {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Name of the contract's event. */
  readonly event: string;
  /** How it concerns the thing. */
  readonly concern: HistoryStep["concern"];
  /** GS1 Digital Link of what it is about; absent for lots and answers. */
  readonly thing?: string;
  /** GS1 Digital Link of the container that `thing` was directly in and left by this. */
  readonly left?: string;
  /** What it says in plain words. */
  readonly text: string;
  /** The event's arguments by their Solidity names: numbers in decimal, token ids in 0x-hex of 32 bytes, enums by name. */
  readonly args: Readonly<Record<string, string | boolean>>;
  readonly block: number;
  readonly logIndex: number;
  readonly transaction: string;
}

/** What `careproof provenance history --json` prints. */
export interface HistoryJson {
  readonly kind: "sgtin" | "sscc";
  readonly gtin?: string;
  readonly serial?: string;
  readonly sscc?: string;
  /** 0x-hex of 32 bytes. */
  readonly tokenId: string;
  readonly digitalLink: string;
  readonly chainId: string;
  /** Address of `DrugProvenance`. */
  readonly contract: string;
  /** Up to which block the chain was read. */
  readonly asOf: { readonly block: number; readonly time: string };
  readonly lot?: {
    /** 0x-hex of 7 bytes. */
    readonly key: string;
    readonly gtin: string;
    readonly lotNumber: string;
    readonly expirationDate: string;
    readonly units: number;
    readonly maker: string;
    readonly recall: string;
    readonly runs: number;
  };
  /** The commissioning run, where the proof tells. */
  readonly run?: number;
  /** GS1 Digital Links of the containers it was commissioned in, the innermost first. */
  readonly path: readonly string[];
  readonly pathProved: boolean;
  readonly verdict: PackageHistory["verdict"] & { readonly text: string };
  readonly warnings: readonly HistoryWarning[];
  readonly steps: readonly HistoryStepJson[];
  readonly papers: DscsaPapers;
}

/**
 * A history as JSON.
 *
 * @throws CareProofError `PRODUCT_MISMATCH`.
 */
export function historyJson(history: PackageHistory, data: MasterData = {}): HistoryJson {
  const { identifier, tokenId, chainId, contract, asOf, lot, run, path, pathProved, verdict, warnings } = history;
  return {
    ...identifier,
    tokenId: toBeHex(tokenId, 32),
    digitalLink: link(identifier),
    chainId: `${chainId}`,
    contract,
    asOf: { block: asOf.block, time: timeOf(asOf.time) },
    ...(lot === undefined ? {} : { lot: { ...lot, key: toBeHex(lot.key, 7) } }),
    ...(run === undefined ? {} : { run }),
    path: path.map(link),
    pathProved,
    verdict: { ...verdict, text: describeVerdict(history) },
    warnings,
    steps: history.steps.map((step) => stepJson(step, data)),
    papers: dscsaPapers(history, data),
  };
}

function stepJson(step: HistoryStep, data: MasterData): HistoryStepJson {
  const { event, concern, time, thing, left } = step;
  return {
    time: timeOf(time),
    event: event.name,
    concern,
    ...(thing === undefined ? {} : { thing: link(thing) }),
    ...(left === undefined ? {} : { left: link(left) }),
    text: describeStep(step, data),
    args: Object.fromEntries(Object.entries(event.args).map(([name, value]) => [name, written(name, value)])),
    block: event.log.blockNumber,
    logIndex: event.log.index,
    transaction: event.log.transactionHash,
  };
}

/** Arguments that are token ids, and lots' keys: their bytes. */
const HEX: Readonly<Record<string, number>> = { id: 32, container: 32, lot: 7 };

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  disposition: ITEM_DISPOSITIONS,
  recallClass: RECALL_CLASSES,
  question: QUESTIONS,
  answer: ANSWERS,
};

function written(name: string, value: unknown): string | boolean {
  if (typeof value === "boolean") return value;
  if (typeof value !== "bigint") return String(value);
  const bytes = HEX[name];
  return bytes === undefined ? (ENUMS[name]?.[Number(value)] ?? `${value}`) : toBeHex(value, bytes);
}

function link(identifier: ProductIdentifier): string {
  return writeDigitalLink(elementsOf(identifier));
}
