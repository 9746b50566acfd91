import { Contract, type Provider } from "ethers";

import { decodeTrialEvent, trialTopic } from "./events.js";
import { BATCH_KINDS, type BatchKind } from "./dataStatuses.js";
import { trialDataAbi } from "../abi/index.js";
import { timedBlock } from "../utils/blocks.js";
import { inGroups } from "../utils/inGroups.js";
import { LogReader } from "../utils/readLogs.js";

/** A batch of a trial's data and where it stands. */
export interface PlacedBatch {
  /** Address of the site or laboratory. */
  readonly writer: string;
  /** The batch's number in the writer's stream, from 1. */
  readonly sequence: number;
  readonly kind: BatchKind;
  /** 0x-hex of 32 bytes. */
  readonly root: string;
  /** Number of rows, as its writer states it. */
  readonly count: number;
  /** How often the data had been unlocked: not 0 for a batch that was added after a lock. */
  readonly unlocks: number;
}

/** Which trial's batches to read, and from where. */
export interface BatchesRequest {
  readonly provider: Provider;
  /** Address of `TrialData`. */
  readonly contract: string;
  /** 0x-hex of 32 bytes. */
  readonly trialId: string;
  /** The block of the deployment, or an earlier one. Default: 0. */
  readonly fromBlock?: number;
  /** Blocks that are searched for logs at once, at most. Default: all, fewer where the node refuses. */
  readonly blockRange?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Questions that are under way at a time. */
const QUESTIONS = 100;

/**
 * The batches of a trial's data in the order of the chain: those of its events whose root the contract has too.
 *
 * @throws CareProofError `LOGS_REFUSED`, `BLOCK_UNKNOWN`; what ethers throws where the node does not answer, or the contract is another.
 */
export async function anchoredBatches(request: BatchesRequest): Promise<PlacedBatch[]> {
  const { provider, contract, trialId, fromBlock = 0, blockRange, onProgress } = request;
  const head = await timedBlock(provider, "latest");
  const logs = new LogReader(provider, fromBlock, head.number, blockRange, onProgress);
  const found = await logs.read([contract], [trialTopic("TrialData", "DataAnchored"), trialId]);
  const batches = found.flatMap((log): PlacedBatch[] => {
    const event = decodeTrialEvent(log, { TrialData: contract });
    if (event?.name !== "DataAnchored") return [];
    const { writer, sequence, kind, root, count, unlocks } = event.args;
    return [
      {
        writer,
        sequence: Number(sequence),
        kind: BATCH_KINDS[Number(kind)]!,
        root,
        count: Number(count),
        unlocks: Number(unlocks),
      },
    ];
  });
  const data = new Contract(contract, trialDataAbi, provider);
  const rootOf = ({ writer, sequence }: PlacedBatch): Promise<string> =>
    data.getFunction("rootOf").staticCall(trialId, writer, sequence, { blockTag: head.number }) as Promise<string>;
  const roots = await inGroups(batches, QUESTIONS, rootOf);
  return batches.filter(({ root }, index) => root === roots[index]);
}
