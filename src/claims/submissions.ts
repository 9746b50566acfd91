/** What was submitted, out of the data of the transactions that led to events. */
import { getAddress, type Log, type TransactionReceipt } from "ethers";

import type { ClaimContracts, StoredClaim } from "./claimContracts.js";
import type { ClaimPolicy, ClaimStep, Submission, SubmissionMissing } from "./claimHistory.js";
import { claimTopic } from "./events.js";
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
  return receipt === null ? "TRANSACTION_UNKNOWN" : takenOf(claims, receipt, address);
}

/**
 * What of a submission led to which `ClaimAdjudicated`: claims are taken one after the other, so the first is of the first that was not
 * refused.
 *
 * @param claims Something for each claim of the call, in its order.
 * @param contract Address of `ClaimsProcessor`.
 * @returns By the places of the logs in their block.
 */
export function takenOf<T>(
  claims: readonly T[],
  receipt: TransactionReceipt,
  contract: string,
): ReadonlyMap<number, T> {
  const refused = refusedIn(receipt, contract);
  const taken = claims.filter((_, index) => !refused.has(index));
  const adjudicated = logsOf(receipt, contract, "ClaimAdjudicated").slice(0, taken.length);
  return new Map(adjudicated.map(({ index }, place) => [index, taken[place]!]));
}

/** The claims of a `submitMany` that were refused, by their places in it, with the selectors of the errors, 4 bytes as 0x-hex. */
export function refusedIn(receipt: TransactionReceipt, contract: string): ReadonlyMap<number, string> {
  const logs = logsOf(receipt, contract, "ClaimRefused");
  return new Map(logs.map(({ topics, data }) => [Number(topics[1]), data.slice(0, 10)]));
}

function logsOf({ logs }: TransactionReceipt, contract: string, name: "ClaimAdjudicated" | "ClaimRefused"): Log[] {
  const topic = claimTopic(name);
  return logs.filter(({ address, topics }) => topics[0] === topic && getAddress(address) === contract);
}

/** The claim with its key, if it is what the contract took. */
async function match(
  chain: ClaimContracts,
  { args }: Adjudication,
  proven: ProvenClaim | undefined,
  stored: ReadonlyMap<string, StoredClaim>,
): Promise<{ key: ClaimKey; proven: ProvenClaim } | SubmissionMissing> {
  if (proven === undefined) return "CALL_DIFFERS";
  const { receipt, policyId, lines } = proven.claim;
  const billed = lines.reduce((sum, line) => sum + BigInt(line.billed), 0n);
  const key = await keyOf(chain, args.policyId, proven, args.claimId);
  const isTaken =
    key !== undefined &&
    BigInt(policyId) === args.policyId &&
    billed === args.totals.billed &&
    storedReceipt(receipt) === stored.get(args.claimId)?.receipt;
  return isTaken ? { key, proven } : "CALL_DIFFERS";
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
