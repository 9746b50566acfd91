import { getAddress, type Provider, toBeHex, zeroPadValue } from "ethers";

import { ClaimContracts, type StoredClaim } from "./claimContracts.js";
import {
  type ClaimHistory,
  type ClaimPolicy,
  claimStateAfter,
  type ClaimStep,
  isAdjudication,
  statusAfter,
  type Submission,
} from "./claimHistory.js";
import { type ClaimEvent, claimTopic, decodeClaimEvent, LATER_CLAIM_EVENTS } from "./events.js";
import { planId, type PlanTerms } from "./planTerms.js";
import { planTermsOf } from "./provenClaim.js";
import type { ClaimStatus } from "./statuses.js";
import { readSubmissions } from "./submissions.js";
import { planRegistryAbi, policyRegistryAbi } from "../abi/index.js";
import type { PlanPublishedEvent } from "../bindings/contracts/claims/PlanRegistry.js";
import { CareProofError } from "../errors.js";
import { firstBlockAt, type TimedBlock, timedBlock, timesOfBlocks } from "../utils/blocks.js";
import { EventDecoder } from "../utils/eventDecoder.js";
import { inGroups } from "../utils/inGroups.js";
import { LogReader } from "../utils/readLogs.js";

/** Which claims to read, and from where. All that is given must hold of a claim. */
export interface ClaimsRequest {
  readonly provider: Provider;
  /** Address of `ClaimsProcessor`. */
  readonly contract: string;
  /** Address of the payer of a policy's plan that was asked to pay. */
  readonly payer?: string;
  /** Address of the provider that claims. */
  readonly claimant?: string;
  /** Number of a policy that was asked to pay. */
  readonly policyId?: number | bigint;
  /** Statuses in which a claim is now. */
  readonly statuses?: readonly ClaimStatus[];
  /** Something happened to the claim from this time on (unix seconds). */
  readonly since?: number;
  /** Something happened to the claim up to this time, and not before `since` if that is given too (unix seconds). */
  readonly until?: number;
  /** The block of the deployment, or an earlier one: claims, plans and policies before it are not found. Default: 0. */
  readonly fromBlock?: number;
  /** Blocks that are searched for logs at once, at most. Default: all, fewer where the node refuses. */
  readonly blockRange?: number;
  /** Gets how many blocks one search has done, and of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Claims as they are at a block. */
export interface ClaimsFound {
  readonly chainId: bigint;
  /** Address of `ClaimsProcessor`. */
  readonly contract: string;
  /** The block as of which states are, and its time (unix seconds), which is now for the contract. */
  readonly asOf: { readonly block: number; readonly time: number };
  /** In the order in which they came in first. */
  readonly claims: readonly ClaimHistory[];
}

/** Questions that are under way at a time. */
const QUESTIONS = 100;

/** Values that one place of a filter has at most; above it all is read. */
const MOST_VALUES = 500;

const registries = new EventDecoder<"PlanRegistry" | "PolicyRegistry">(
  { PlanRegistry: planRegistryAbi, PolicyRegistry: policyRegistryAbi },
  new Set(),
);

/**
 * Reads claims from the chain: their events folded into where each is now, the terms of their plans, and what was submitted, out of the
 * data of the transactions.
 *
 * What was submitted counts only where it is what the contract took: the claim's id is that of its key with one of the ordinals 0 to 7
 * and the policy's subject tag, and its receipt, its policy, and what is billed are those of the chain. Where it is not known, the
 * claim says why.
 *
 * @throws CareProofError `LOGS_REFUSED`, `BLOCK_UNKNOWN` where the chain was reorganised meanwhile, `CLAIMS_INCOMPLETE` where events or a
 * plan are missing from the blocks that are searched; what ethers throws where the node does not answer, or the contract is another.
 */
export async function readClaims(request: ClaimsRequest): Promise<ClaimsFound> {
  const { provider, fromBlock = 0, blockRange, onProgress } = request;
  const contract = getAddress(request.contract);
  const { chainId } = await provider.getNetwork();
  const head = await timedBlock(provider, "latest");
  const logs = new LogReader(provider, fromBlock, head.number, blockRange, onProgress);
  const chain = await ClaimContracts.at(provider, contract, head.number);

  const events = (await eventsOf(request, chain, logs)).filter(
    chosenBy(request.statuses, await blocksOf(request, fromBlock, head)),
  );
  const all = events.flat();
  const times = await timesOfBlocks(
    provider,
    all.map(({ log }) => log.blockNumber),
    head,
  );
  const stepOf = (event: ClaimEvent): ClaimStep => ({ ...event, time: times.get(event.log.blockNumber)! });
  const claims = events.map((list) => list.map(stepOf));
  const adjudications = claims.flat().filter(isAdjudication);
  const policies = await policiesOf(new Set(adjudications.map(({ args }) => args.policyId)), chain, logs);
  const stored = await chain.claimsOf(claims.map(idOfClaim));
  const submissions = await readSubmissions(chain, adjudications, policies, stored);
  return {
    chainId,
    contract,
    asOf: { block: head.number, time: head.timestamp },
    claims: claims.map((steps) => historyOf(steps, submissions, stored)),
  };
}

/** The events of each claim that is asked for, in the order of the chain; claims in that of their first. */
async function eventsOf(request: ClaimsRequest, chain: ClaimContracts, logs: LogReader): Promise<ClaimEvent[][]> {
  const { payer, claimant, policyId } = request;
  const adjudicated = claimTopic("ClaimAdjudicated");
  const signatures = [adjudicated, ...LATER_CLAIM_EVENTS.map(claimTopic)];
  let ids: ReadonlySet<string> | undefined;
  if (payer !== undefined || claimant !== undefined || policyId !== undefined) {
    const policies = payer === undefined ? undefined : await policiesOfPayer(payer, chain, logs);
    const asked = policyId === undefined ? policies : [toBeHex(policyId, 32)].filter((id) => policies?.has(id) ?? true);
    const topics = [adjudicated, null, values(asked), claimant === undefined ? null : zeroPadValue(claimant, 32)];
    const wanted = asked === undefined ? undefined : new Set(asked);
    const found = wanted?.size === 0 ? [] : await logs.read([chain.address], topics);
    ids = new Set(found.flatMap((log) => (wanted?.has(log.topics[2]!) === false ? [] : log.topics[1]!)));
    if (ids.size === 0) return [];
  }
  const claims = new Map<string, ClaimEvent[]>();
  for (const log of await logs.read([chain.address], [signatures, values(ids)])) {
    const event = decodeClaimEvent(log, chain.address);
    if (event === undefined || ids?.has(event.args.claimId) === false) continue;
    const before = claims.get(event.args.claimId);
    if (before === undefined) claims.set(event.args.claimId, [event]);
    else before.push(event);
  }
  // A claim that came in before the blocks that are searched is none of them.
  return [...claims.values()].filter((list) => list.some(isAdjudication));
}

/** Values of one place of a filter; null, which is any, for too many. */
function values(some: Iterable<string> | undefined): string[] | null {
  const list = some === undefined ? [] : [...some];
  return list.length === 0 || list.length > MOST_VALUES ? null : list;
}

/** Numbers of the policies of a payer's plans, 0x-hex of 32 bytes. */
async function policiesOfPayer(payer: string, chain: ClaimContracts, logs: LogReader): Promise<Set<string>> {
  const published = await logs.read(
    [chain.plans],
    [registries.topicOf("PlanRegistry", "PlanPublished"), null, zeroPadValue(payer, 32)],
  );
  const plans = new Set(published.map(({ topics }) => topics[1]!));
  if (plans.size === 0) return new Set();
  const issued = await logs.read(
    [chain.policiesAddress],
    [registries.topicOf("PolicyRegistry", "PolicyIssued"), null, values(plans)],
  );
  return new Set(issued.flatMap(({ topics }) => (plans.has(topics[2]!) ? [topics[1]!] : [])));
}

/** The policies of these numbers with their plans. Throws CareProofError `CLAIMS_INCOMPLETE`. */
async function policiesOf(
  numbers: ReadonlySet<bigint>,
  chain: ClaimContracts,
  logs: LogReader,
): Promise<ReadonlyMap<bigint, ClaimPolicy>> {
  const found = await inGroups([...numbers], QUESTIONS, async (policyId) => ({
    policyId,
    ...(await chain.policyOf(policyId)),
  }));
  const wanted = new Set(found.map((policy) => policy.planId));
  const plans = new Map<string, PlanTerms>();
  if (wanted.size > 0) {
    const topics = [registries.topicOf("PlanRegistry", "PlanPublished"), values(wanted)];
    for (const log of await logs.read([chain.plans], topics)) {
      const event = registries.decode(log, { PlanRegistry: chain.plans });
      const { planId: id, terms } = event!.args as unknown as PlanPublishedEvent.OutputObject;
      plans.set(id, planTermsOf(terms));
    }
  }
  return new Map(
    found.map(({ policyId, member, planId: id }) => {
      const terms = plans.get(id);
      if (terms === undefined || planId(terms) !== id) {
        throw incomplete(`the plan ${id} of policy ${policyId} was published before the blocks that were searched`);
      }
      return [policyId, { policyId, member, planId: id, terms }];
    }),
  );
}

/** The blocks of a period. */
async function blocksOf(
  { provider, since, until }: ClaimsRequest,
  fromBlock: number,
  head: TimedBlock,
): Promise<{ first: number; last: number }> {
  return {
    first: since === undefined ? fromBlock : await firstBlockAt(provider, since, fromBlock, head),
    last: until === undefined ? head.number : (await firstBlockAt(provider, until + 1, fromBlock, head)) - 1,
  };
}

/** Whether a claim is in one of some statuses, and something happened to it within some blocks. */
function chosenBy(
  statuses: readonly ClaimStatus[] | undefined,
  { first, last }: { readonly first: number; readonly last: number },
): (events: readonly ClaimEvent[]) => boolean {
  return (events) =>
    statuses?.includes(statusAfter(events)) !== false &&
    events.some(({ log }) => log.blockNumber >= first && log.blockNumber <= last);
}

function historyOf(
  steps: readonly ClaimStep[],
  submissions: ReadonlyMap<ClaimStep, Submission>,
  stored: ReadonlyMap<string, StoredClaim>,
): ClaimHistory {
  const claimId = idOfClaim(steps);
  const state = claimStateAfter(steps);
  const own = steps.filter(isAdjudication).map((step) => submissions.get(step)!);
  const { status, amount, reserved } = stored.get(claimId)!;
  // What the logs tell and what the contract says are the same, or logs are missing.
  if (state?.status !== status || state.amount !== amount) {
    throw incomplete(`the events of claim ${claimId} do not lead to where it is`);
  }
  const { step, policy } = own.at(-1)!;
  return { claimId, provider: step.args.provider, policy, state, reserved, steps, submissions: own };
}

function idOfClaim(steps: readonly ClaimStep[]): string {
  return steps[0]!.args.claimId;
}

function incomplete(problem: string): CareProofError {
  return new CareProofError("CLAIMS_INCOMPLETE", `${problem}: search from the block of the deployment on`);
}
