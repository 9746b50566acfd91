/** Blocks of a chain and their times. */
import type { Block, Provider } from "ethers";

import { inGroups } from "./inGroups.js";
import { CareProofError } from "../errors.js";

/** What of an ethers provider reads blocks. */
export type BlockSource = Pick<Provider, "getBlock">;

/** A block and its time (unix seconds). */
export type TimedBlock = Pick<Block, "number" | "timestamp">;

/** Reads of blocks that run at once. */
const BLOCKS_AT_ONCE = 20;

/** A block. Throws CareProofError `BLOCK_UNKNOWN` where the chain was reorganised meanwhile; what ethers throws where nothing answers. */
export async function timedBlock(source: BlockSource, tag: number | "latest"): Promise<TimedBlock> {
  const block = await source.getBlock(tag);
  if (block === null) {
    throw new CareProofError("BLOCK_UNKNOWN", `the node does not know block ${tag} any more; try again`);
  }
  return block;
}

/**
 * The times of some blocks by their numbers. Errors as {@link timedBlock}.
 *
 * @param known A block that need not be read again.
 */
export async function timesOfBlocks(
  source: BlockSource,
  blocks: Iterable<number>,
  known: TimedBlock,
): Promise<ReadonlyMap<number, number>> {
  const wanted = [...new Set(blocks)].filter((block) => block !== known.number);
  const read = await inGroups(wanted, BLOCKS_AT_ONCE, (block) => timedBlock(source, block));
  return new Map([known, ...read].map(({ number, timestamp }) => [number, timestamp]));
}

/**
 * The first block with a time of at least `time` (unix seconds), found by halving; `last.number + 1` where there is none. Errors as
 * {@link timedBlock}.
 */
export async function firstBlockAt(
  source: BlockSource,
  time: number,
  first: number,
  last: TimedBlock,
): Promise<number> {
  if (last.timestamp < time) return last.number + 1;
  let [low, high] = [first, last.number];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await timedBlock(source, middle)).timestamp >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
