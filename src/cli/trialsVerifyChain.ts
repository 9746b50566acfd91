import type { ChainOptions } from "./chainOptions.js";
import { readChunks, readLines } from "./files.js";
import { ask, connect } from "./rpc.js";
import { Progress, type Terminal, writeResult } from "./terminal.js";
import { readDataManifestHeader } from "./trialManifest.js";
import { TrialDataChain, trialIdFrom } from "./trialsChain.js";
import { CareProofError } from "../errors.js";
import { readAllocationList } from "../trials/allocationList.js";
import { anchoredBatches, type PlacedBatch } from "../trials/anchoredBatches.js";
import { allocationTree } from "../trials/protocol.js";
import { defined } from "../utils/defined.js";

/** Which trial on which node. */
export interface TrialOnNode extends ChainOptions {
  readonly trial: string;
  readonly sponsor?: string;
}

/** Where the batches of manifests are on the chain. */
export interface OnChain {
  readonly chainId: string;
  /** Address of `TrialData`. */
  readonly contract: string;
  readonly trialId: string;
  /** Each writer's in the order of its stream. */
  readonly batches: readonly (PlacedBatch & { readonly manifest: string })[];
  /** Further batches of the same writers, of which no manifest was given. */
  readonly otherBatches: readonly PlacedBatch[];
}

/** What `careproof trials verify --allocation --json` prints. */
export interface AllocationResult {
  /** Whether the list is the one that the trial committed to. */
  readonly verified: boolean;
  readonly chainId: string;
  /** Address of `TrialRegistry`. */
  readonly contract: string;
  readonly trialId: string;
  readonly rows: number;
  /** Root of the list. */
  readonly root: string;
}

/**
 * Finds the batches of manifests on the chain by their roots.
 *
 * @throws CareProofError `MANIFEST_NOT_ANCHORED`, and those of `connect`, `TrialDataChain.at` and `anchoredBatches`.
 */
export async function verifyOnChain(
  terminal: Terminal,
  options: TrialOnNode & { readonly manifest: readonly string[] },
): Promise<OnChain> {
  const trialId = trialIdFrom(options.trial, options.sponsor);
  const connection = await connect(options.rpc, options.chainId);
  const progress = new Progress(terminal, options);
  try {
    const chain = await TrialDataChain.at(connection, options.contract);
    await chain.registry.requireTrial(trialId);
    const contract = chain.contract.target as string;
    const request = defined({
      provider: connection.provider,
      contract,
      trialId,
      fromBlock: options.fromBlock ?? chain.fromBlock,
      blockRange: options.blockRange,
      onProgress: (done: number, total: number) => {
        progress.update("Searching blocks:", done, total);
      },
    });
    const all = await ask(connection, () => anchoredBatches(request));
    const batches = await place(options.manifest, all);
    const writers = new Set(batches.map(({ writer }) => writer));
    const roots = new Set(batches.map(({ root }) => root));
    const otherBatches = all.filter(({ writer, root }) => writers.has(writer) && !roots.has(root));
    return { chainId: `${connection.chainId}`, contract, trialId, batches, otherBatches };
  } finally {
    progress.clear();
    connection.provider.destroy();
  }
}

async function place(manifests: readonly string[], all: readonly PlacedBatch[]): Promise<OnChain["batches"]> {
  const placed: (PlacedBatch & { manifest: string })[] = [];
  for (const manifest of manifests) {
    const { root } = await readDataManifestHeader(manifest);
    const batch = all.find((other) => other.root === root.toLowerCase());
    if (batch === undefined) {
      const message = "its root is of no batch of this trial: it was edited, never anchored, or is of another trial";
      throw new CareProofError("MANIFEST_NOT_ANCHORED", message, manifest);
    }
    placed.push({ manifest, ...batch });
  }
  return placed.sort((a, b) => (a.writer === b.writer ? a.sequence - b.sequence : a.writer < b.writer ? -1 : 1));
}

/**
 * Compares an opened allocation list with the one that the trial committed to.
 *
 * @throws CareProofError `ALLOCATION_INVALID`, `FILE_UNREADABLE`, and those of `connect` and `TrialDataChain.at`.
 */
export async function verifyAllocationList(terminal: Terminal, path: string, options: TrialOnNode): Promise<void> {
  const trialId = trialIdFrom(options.trial, options.sponsor);
  const list = await readAllocationList(readLines(readChunks(path), path), path);
  const tree = allocationTree(list);
  const connection = await connect(options.rpc, options.chainId);
  try {
    const chain = await TrialDataChain.at(connection, options.contract);
    await chain.registry.requireTrial(trialId);
    // A proof from the list's own tree: it leads to the committed root only where the whole list is the one.
    const verified = await chain.registry.verifyAllocation(trialId, list[0]!, tree.prove(0));
    const result: AllocationResult = {
      verified,
      chainId: `${connection.chainId}`,
      contract: chain.registry.contract.target as string,
      trialId,
      rows: list.length,
      root: tree.root,
    };
    if (!verified) terminal.exitCode = 1;
    const text = verified
      ? `these ${list.length} rows are the allocation list that the trial committed to`
      : `NOT the allocation list that the trial committed to: its ${list.length} rows have the root ${tree.root}`;
    writeResult(terminal, options, result, text);
  } finally {
    connection.provider.destroy();
  }
}
