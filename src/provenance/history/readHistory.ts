import { Contract, type Provider, toBeHex } from "ethers";

import { attributeEvents, type AttributedHistory } from "./attribution.js";
import {
  decodeProvenanceEvent,
  inChainOrder,
  type LogTopics,
  type ProvenanceEvent,
  topicsOfAnswers,
  topicsOfContent,
  topicsOfLots,
  topicsOfQuestions,
  topicsOfThings,
} from "./events.js";
import { packageHistory, type PackageHistory, type VerificationResult } from "./packageHistory.js";
import type { Label } from "./warnings.js";
import { drugProvenanceAbi } from "../../abi/index.js";
import { timedBlock, timesOfBlocks } from "../../utils/blocks.js";
import { verifyMerkleProof } from "../../utils/merkle.js";
import { LogReader } from "../../utils/readLogs.js";
import { lotLeaf } from "../lot.js";
import type { LotProof } from "../proofFile.js";
import { OBSTACLES } from "../statuses.js";
import { identifierOf, type ProductIdentifier, tokenIdOf } from "../tokenId.js";

/** Whose history to read, and from where. */
export interface HistoryRequest {
  readonly provider: Provider;
  /** Address of `DrugProvenance`. */
  readonly contract: string;
  readonly identifier: ProductIdentifier;
  /** Its proof, from the proof file of its lot. A thing that is no token yet needs it. */
  readonly proof?: LotProof;
  /** What is written on it beside its key. */
  readonly label?: Label;
  /** The block of deployment, or an earlier one. Default: 0. */
  readonly fromBlock?: number;
  /** Blocks that are searched for logs at once, at most. Default: all, fewer where the node refuses. */
  readonly blockRange?: number;
  /** Gets how many blocks one search has done, and of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What `verify` says of a proof that is not that of the thing. */
const PROOF_FAILS = new Set(["NotAnIdentifier", "UnknownLot", "NotInLot", "ForeignPrefix", "Duplicate"]);

const NO_PROOF: LotProof = { lot: 0n, run: 0, path: [], proof: [], prefixLength: 0 };

/**
 * Reads the history of a package or container from the chain's logs, and asks the contract what it says of it now.
 *
 * @throws CareProofError `LOGS_REFUSED`, `BLOCK_UNKNOWN` where the chain was reorganised meanwhile; what ethers throws where the node
 * does not answer, or the contract is another.
 */
export async function readHistory(request: HistoryRequest): Promise<PackageHistory> {
  const { provider, contract, identifier, proof = NO_PROOF, label, fromBlock = 0, blockRange, onProgress } = request;
  const tokenId = tokenIdOf(identifier);
  const { chainId } = await provider.getNetwork();
  const head = await timedBlock(provider, "latest");
  const drugProvenance = new Contract(contract, drugProvenanceAbi, provider);
  const ask = <T>(name: string, ...args: unknown[]): Promise<T> =>
    drugProvenance.getFunction(name).staticCall(...args, { blockTag: head.number }) as Promise<T>;

  const investigations = await ask<string>("investigations");
  const verification = await ask<VerificationResult>("verify", tokenId, proof);
  const contestedBy = await ask<string>("contestedBy", tokenId);
  const lotOf = async (id: bigint): Promise<bigint> => (await ask<{ lot: bigint }>("itemOf", id)).lot;
  const ownLot = await lotOf(tokenId);
  const proofGiven = request.proof !== undefined;
  const proofHolds =
    proofGiven &&
    !PROOF_FAILS.has(OBSTACLES[Number(verification.obstacle)] ?? "") &&
    (ownLot === 0n || ownLot === proof.lot) &&
    isProved(identifier, proof, await ask<string>("rootOf", proof.lot, proof.run));

  const contracts = { DrugProvenance: contract, ProductInvestigations: investigations };
  const logs = new LogReader(provider, fromBlock, head.number, blockRange, onProgress);
  const events: ProvenanceEvent[] = [];
  const load = async (topics: LogTopics): Promise<ProvenanceEvent[]> => {
    const found = (await logs.read(Object.values(contracts), topics)).flatMap(
      (log) => decodeProvenanceEvent(log, contracts) ?? [],
    );
    events.push(...found);
    return found;
  };
  const itemLots = new Map<bigint, bigint>();
  if (ownLot !== 0n) itemLots.set(tokenId, ownLot);
  if (proofHolds) for (const container of proof.path) itemLots.set(container, await lotOf(container));

  if (identifier.kind === "sscc") await load(topicsOfContent(word(tokenId)));
  const questions = await load(topicsOfQuestions(word(tokenId)));
  const inquiries = questions.flatMap(({ name, args }) => (name === "Asked" ? [word(args.inquiry)] : []));
  if (inquiries.length > 0) await load(topicsOfAnswers(inquiries));

  const known = {
    subject: tokenId,
    itemLots,
    ...(proofHolds ? { path: proof.path, lot: proof.lot, run: proof.run } : {}),
  };
  const attributed = await follow(load, events, known);
  const concerned = attributed.events.map(({ event }) => event.log.blockNumber);
  const times = await timesOfBlocks(provider, concerned, head);
  return packageHistory({
    chainId,
    contract,
    tokenId,
    asOf: { block: head.number, time: head.timestamp },
    attributed,
    events: inChainOrder(events),
    times,
    verification,
    contestedBy,
    ...(proofHolds ? { run: proof.run } : {}),
    proofGiven,
    proofHolds,
    ...(label === undefined ? {} : { label }),
  });
}

/** Reads the events of the thing, then of each container and lot that those lead to, until nothing new comes up. */
async function follow(
  load: (topics: LogTopics) => Promise<unknown>,
  events: readonly ProvenanceEvent[],
  known: Omit<Parameters<typeof attributeEvents>[0], "events">,
): Promise<AttributedHistory> {
  const things = new Set<bigint>();
  const lots = new Set<bigint>();
  let newThings = [known.subject, ...(known.path ?? [])];
  let newLots: bigint[] = [];
  let attributed: AttributedHistory;
  do {
    for (const id of newThings) things.add(id);
    for (const lot of newLots) lots.add(lot);
    if (newThings.length > 0) {
      for (const topics of topicsOfThings(newThings.map(word))) await load(topics);
    }
    if (newLots.length > 0) await load(topicsOfLots(newLots.map(word)));
    attributed = attributeEvents({ ...known, events });
    newThings = [...attributed.containers].filter((id) => !things.has(id));
    newLots = [...attributed.lots].filter((lot) => !lots.has(lot));
  } while (newThings.length > 0 || newLots.length > 0);
  return attributed;
}

/** Whether a proof leads to the root of its run: `verify` does not look at the proof of what is dispensed. */
function isProved(identifier: ProductIdentifier, { lot, path, proof }: LotProof, root: string): boolean {
  return verifyMerkleProof(root, lotLeaf(lot, identifier, path.map(identifierOf)), proof);
}

function word(value: bigint): string {
  return toBeHex(value, 32);
}
