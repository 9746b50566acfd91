/** What was submitted, out of the data of the transactions that led to events. */
import { getAddress, type TransactionReceipt } from "ethers";

import type { ClaimContracts, StoredClaim } from "./claimContracts.js";
import {
  type ClaimPolicy,
  type ClaimStep,
  isAdjudication,
  type Submission,
  type SubmissionMissing,
} from "./claimHistory.js";
import { claimTopic, decodeClaimEvent } from "./events.js";
import { decodeSubmissions, type ProvenClaim } from "./provenClaim.js";
import { claimId, type ClaimKey, keysOf, storedReceipt } from "./typedData.js";
import { inGroups } from "../utils/inGroups.js";

/** Transactions that are read at a time. */
const TRANSACTIONS = 50;

type Adjudication = Submission["step"];

/**
 * The submission of each `ClaimAdjudicated`.
 *
 * @param policies Those of all of them, by number.
 * @param stored What the contract says of all claims, by id.
 */
export async function readSubmissions(
  chain: ClaimContracts,
  adjudications: readonly Adjudication[],
  policies: ReadonlyMap<bigint, ClaimPolicy>,
  stored: ReadonlyMap<string, StoredClaim>,
): Promise<ReadonlyMap<ClaimStep, Submission>> {
  const hashes = [...new Set(adjudications.map(({ log }) => log.transactionHash))];
  const calls = new Map(
    await inGroups(hashes, TRANSACTIONS, async (hash) => [hash, await readCall(chain, hash)] as const),
  );
  const submissions = await inGroups(adjudications, TRANSACTIONS, async (step): Promise<[ClaimStep, Submission]> => {
    const call = calls.get(step.log.transactionHash)!;
    const known = typeof call === "string" ? call : await match(chain, step, call.get(step.log.index), stored);
    const policy = policies.get(step.args.policyId)!;
    return [step, typeof known === "string" ? { step, policy, missing: known } : { step, policy, ...known }];
  });
  return new Map(submissions);
}

/** The claims of a transaction by the places in the block of the logs they led to. */
type Call = ReadonlyMap<number, ProvenClaim>;

async function readCall(chain: ClaimContracts, hash: string): Promise<Call | SubmissionMissing> {
  const { provider, address } = chain;
  const transaction = await provider.getTransaction(hash);
  if (transaction === null) return "TRANSACTION_UNKNOWN";
  if (transaction.to === null || getAddress(transaction.to) !== address) return "INDIRECT_CALL";
  const claims = decodeSubmissions(transaction.data);
  if (claims === undefined) return "CALL_UNREADABLE";
  const receipt = await provider.getTransactionReceipt(hash);
  if (receipt === null) return "TRANSACTION_UNKNOWN";
  const taken = takenOf(
    claims.map((proven) => ({ proven })),
    receipt,
    address,
  );
  return new Map([...taken].map(([index, { proven }]) => [index, proven]));
}

/**
 * What of a submission led to which `ClaimAdjudicated`: claims are taken one after the other, so each event is of the next that was not
 * refused. An event of another policy, provider or charge is of a call that something else made meanwhile.
 *
 * @param claims The claims of the call, in its order.
 * @param contract Address of `ClaimsProcessor`.
 * @returns By the places of the logs in their block.
 */
export function takenOf<T extends { readonly proven: ProvenClaim }>(
  claims: readonly T[],
  receipt: TransactionReceipt,
  contract: string,
): ReadonlyMap<number, T> {
  const refused = refusedIn(receipt, contract);
  const waiting = claims.filter((_, index) => !refused.has(index));
  const taken = new Map<number, T>();
  for (const log of receipt.logs) {
    const event = decodeClaimEvent(log, contract);
    const next = waiting[taken.size];
    if (event === undefined || next === undefined || !isAdjudication(event)) continue;
    if (isOf(event, next.proven)) taken.set(log.index, next);
  }
  return taken;
}

function isOf({ args }: Pick<Adjudication, "args">, { claim }: ProvenClaim): boolean {
  const billed = claim.lines.reduce((sum, line) => sum + BigInt(line.billed), 0n);
  return (
    BigInt(claim.policyId) === args.policyId &&
    getAddress(claim.receipt.provider) === args.provider &&
    billed === args.totals.billed
  );
}

/** The claims of a `submitMany` that were refused, by their places in it, with the selectors of the errors, 4 bytes as 0x-hex. */
export function refusedIn(receipt: TransactionReceipt, contract: string): ReadonlyMap<number, string> {
  const topic = claimTopic("ClaimRefused");
  const logs = receipt.logs.filter(({ address, topics }) => topics[0] === topic && getAddress(address) === contract);
  return new Map(logs.map(({ topics, data }) => [Number(topics[1]), data.slice(0, 10)]));
}

/** The claim with its key, if it is what the contract took. */
async function match(
  chain: ClaimContracts,
  { args }: Adjudication,
  proven: ProvenClaim | undefined,
  stored: ReadonlyMap<string, StoredClaim>,
): Promise<{ key: ClaimKey; proven: ProvenClaim } | SubmissionMissing> {
  if (proven === undefined) return "CALL_DIFFERS";
  const key = await keyOf(chain, args.policyId, proven, args.claimId);
  const isTaken = storedReceipt(proven.claim.receipt) === stored.get(args.claimId)?.receipt;
  return key !== undefined && isTaken ? { key, proven } : "CALL_DIFFERS";
}

/** The key with an ordinal for which the id is the claim's. */
async function keyOf(
  chain: ClaimContracts,
  policyId: bigint,
  { claim: { receipt } }: ProvenClaim,
  id: string,
): Promise<ClaimKey | undefined> {
  const { provider, serviceDay, family } = receipt;
  const subjectTag = await chain.subjectTagOn(policyId, Number(serviceDay));
  return keysOf({ provider, subjectTag, serviceDay, family }).find((key) => claimId(key) === id);
}
