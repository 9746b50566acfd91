import { Contract, getAddress, type Provider } from "ethers";

import { decodeTrialEvent, isOfSubject, type TrialContracts, type TrialEvent } from "./events.js";
import { foldTrialEvents, stepsOf, type ToldByEvents } from "./foldTrialEvents.js";
import { registrationNumberOf } from "./protocol.js";
import { dataFactsOf, safetyFactsOf, type TrialFacts, trialFactsOf } from "./trialFacts.js";
import { isPrimary } from "./trialFindings.js";
import type { AnchoredBatch, DataStream, TrialHistory } from "./trialHistory.js";
import { trialDataAbi, trialRegistryAbi, trialSafetyAbi } from "../abi/index.js";
import type { BatchStream, ITrialData, TrialFactsStructOutput } from "../bindings/contracts/trials/TrialData.js";
import type { ITrialSafety } from "../bindings/contracts/trials/TrialSafety.js";
import { CareProofError } from "../errors.js";
import { timedBlock, timesOfBlocks } from "../utils/blocks.js";
import { inGroups } from "../utils/inGroups.js";
import { LogReader } from "../utils/readLogs.js";

/** Which trial to read, and from where. */
export interface TrialRequest {
  readonly provider: Provider;
  readonly contracts: TrialContracts;
  /** 0x-hex of 32 bytes, see `trialIdOf`. */
  readonly trialId: string;
  /** The block of the deployment, or an earlier one. Default: 0. */
  readonly fromBlock?: number;
  /** Blocks that are searched for logs at once, at most. Default: all, fewer where the node refuses. */
  readonly blockRange?: number;
  /** Gets how many blocks one search has done, and of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Questions that are under way at a time. */
const QUESTIONS = 100;

/**
 * Reads what happened in a trial from the logs of `TrialRegistry`, `TrialData` and `TrialSafety`, and asks the contracts what they say of
 * it at the same block. Both must agree: where events are missing it fails rather than telling half of it. A batch that has no event
 * with the root of the contract is listed as a gap of its stream.
 *
 * @throws CareProofError `TRIAL_UNKNOWN`, `TRIAL_INCOMPLETE` where events are missing from the blocks that are searched,
 * `TRIAL_CONTRACTS_DIFFER` where the contracts are not of one deployment, `LOGS_REFUSED`, `BLOCK_UNKNOWN` where the chain was reorganised
 * meanwhile; what ethers throws where the node does not answer, or a contract is another.
 */
export async function readTrial(request: TrialRequest): Promise<TrialHistory> {
  const { provider, fromBlock = 0, blockRange, onProgress } = request;
  const trialId = request.trialId.toLowerCase();
  const contracts = {
    TrialRegistry: getAddress(request.contracts.TrialRegistry),
    TrialData: getAddress(request.contracts.TrialData),
    TrialSafety: getAddress(request.contracts.TrialSafety),
  };
  const { chainId } = await provider.getNetwork();
  const head = await timedBlock(provider, "latest");
  const chain = new Contracts(provider, contracts, head.number);
  await chain.check();
  const { facts, data } = await chain.recordOf(trialId);
  if (facts.phase === "None") {
    throw new CareProofError("TRIAL_UNKNOWN", `no trial ${trialId} is registered at ${contracts.TrialRegistry}`);
  }
  const safety = await chain.safetyOf(trialId);

  const logs = new LogReader(provider, fromBlock, head.number, blockRange, onProgress);
  const found = await logs.read(Object.values(contracts), [null, trialId]);
  const events = found.flatMap((log) => decodeTrialEvent(log, contracts) ?? []);
  // Of subjects the signatures tell the time, so that the blocks of many enrolments need not be read.
  const others = events.filter((event) => !isOfSubject(event));
  const blocks = others.map(({ log }) => log.blockNumber);
  const times = await timesOfBlocks(provider, blocks, head);
  const timeOf = (event: TrialEvent): number => times.get(event.log.blockNumber)!;
  const { batches, ...told } = foldTrialEvents(events, timeOf);
  const [registered] = stepsOf(told.steps, "TrialRegistered");
  const complete =
    registered !== undefined &&
    isComplete(told, facts) &&
    told.violations.length === data.violations &&
    told.seriousEvents.length === safety.reported &&
    stepsOf(told.steps, "SeriousEventExpedited").length === safety.expedited;
  if (!complete) {
    const message = `events of trial ${trialId} are missing from the blocks that were searched: search from the block of the deployment on`;
    throw new CareProofError("TRIAL_INCOMPLETE", message);
  }
  return {
    chainId,
    contracts,
    trialId,
    registrationNumber: registrationNumberOf(registered.args.registrationNumber),
    asOf: { block: head.number, time: head.timestamp },
    facts,
    data,
    safety,
    streams: await chain.streamsOf(trialId, batches),
    ...told,
  };
}

/** Whether what events tell leads to where the contract says that the trial is. */
function isComplete(told: Omit<ToldByEvents, "batches">, facts: TrialFacts): boolean {
  const { versions, sites, locks, results, unregisteredResults, steps } = told;
  const sum = (name: "enrolled" | "withdrawn"): number => sites.reduce((total, site) => total + site[name], 0);
  const reported = (primary: boolean): number =>
    new Set(results.flatMap(({ outcome }) => (isPrimary(outcome) === primary ? [outcome.index] : []))).size;
  return (
    versions.length === facts.version &&
    versions.every(({ version }, index) => version === index + 1) &&
    (versions.findLast(({ approval }) => approval !== undefined)?.version ?? 0) === facts.approvedVersion &&
    sum("enrolled") === facts.enrolled &&
    sum("withdrawn") === facts.withdrawn &&
    (locks.at(-1)?.lockedAt ?? 0) === facts.lockedAt &&
    locks.filter(({ unlock }) => unlock !== undefined).length === facts.unlocks &&
    stepsOf(steps, "EmergencyUnblindingRecorded").length === facts.emergencyUnblindings &&
    reported(true) === facts.reportedPrimaries &&
    reported(false) === facts.reportedOthers &&
    unregisteredResults.length === facts.unregisteredResults
  );
}

/** The contracts of trials, asked as of one block. Errors are what ethers throws. */
class Contracts {
  private readonly registry: Contract;
  private readonly data: Contract;
  private readonly safety: Contract;

  constructor(
    provider: Provider,
    { TrialRegistry, TrialData, TrialSafety }: TrialContracts,
    private readonly block: number,
  ) {
    this.registry = new Contract(TrialRegistry, trialRegistryAbi, provider);
    this.data = new Contract(TrialData, trialDataAbi, provider);
    this.safety = new Contract(TrialSafety, trialSafetyAbi, provider);
  }

  /** Throws CareProofError `TRIAL_CONTRACTS_DIFFER`. */
  async check(): Promise<void> {
    for (const contract of [this.data, this.safety]) {
      const registry = await this.ask<string>(contract, "trials");
      if (registry === this.registry.target) continue;
      const message = `${contract.target as string} goes by the registry ${registry}, not by ${this.registry.target as string}`;
      throw new CareProofError("TRIAL_CONTRACTS_DIFFER", message);
    }
  }

  async recordOf(trialId: string): Promise<Pick<TrialHistory, "facts" | "data">> {
    const { trial, data } = await this.ask<{
      trial: TrialFactsStructOutput;
      data: ITrialData.DataFactsStructOutput;
    }>(this.data, "recordOf", trialId);
    return { facts: trialFactsOf(trial), data: dataFactsOf(data) };
  }

  async safetyOf(trialId: string): Promise<TrialHistory["safety"]> {
    return safetyFactsOf(await this.ask<ITrialSafety.SafetyFactsStructOutput>(this.safety, "safetyOf", trialId));
  }

  /** The streams with what the contract has of them. */
  async streamsOf(
    trialId: string,
    told: ReadonlyMap<string, readonly AnchoredBatch[]>,
  ): Promise<readonly DataStream[]> {
    const streams: DataStream[] = [];
    for (const [writer, batches] of told) {
      const { sequence } = await this.ask<BatchStream.HeadStructOutput>(this.data, "headOf", trialId, writer);
      const numbers = Array.from({ length: Number(sequence) }, (_, index) => index + 1);
      const rootOf = (number: number): Promise<string> => this.ask(this.data, "rootOf", trialId, writer, number);
      const roots = await inGroups(numbers, QUESTIONS, rootOf);
      const toldRoots = new Map(batches.map((batch) => [batch.sequence, batch.root]));
      const gaps = numbers.filter((number) => toldRoots.get(number) !== roots[number - 1]);
      streams.push({ writer, batches, head: numbers.length, gaps });
    }
    return streams;
  }

  private ask<T>(contract: Contract, name: string, ...args: unknown[]): Promise<T> {
    return contract.getFunction(name).staticCall(...args, { blockTag: this.block }) as Promise<T>;
  }
}
