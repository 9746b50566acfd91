import type { Contract, TransactionReceipt, Wallet } from "ethers";

import type { FileClaim } from "./claimsFile.js";
import {
  resultOfFile,
  resultOfProblem,
  resultOfState,
  type SubmitResult,
  type SubmitResultClaim,
} from "./claimsSubmitResult.js";
import { ask, type Connection } from "./rpc.js";
import { type SendOptions, sendTransaction, withMargin } from "./sendTransaction.js";
import { Progress, type Terminal } from "./terminal.js";
import { checkClaim, signaturesByOthers } from "../claims/checkClaim.js";
import { ClaimContracts } from "../claims/claimContracts.js";
import { claimStateAfter, type ClaimStep, isAdjudication } from "../claims/claimHistory.js";
import { decodeClaimEvent } from "../claims/events.js";
import { planId } from "../claims/planTerms.js";
import type { ProvenClaim } from "../claims/provenClaim.js";
import { CLAIM_STATUSES, type ClaimStatus } from "../claims/statuses.js";
import { groupSubmissions } from "../claims/submissionGroups.js";
import { refusedIn, takenOf } from "../claims/submissions.js";
import { claimId, claimsDomain, keysOf, receiptHash, storedReceipt } from "../claims/typedData.js";
import { ContractError, errorOfSelector } from "../contractErrors.js";
import { CareProofError } from "../errors.js";
import { timedBlock } from "../utils/blocks.js";
import { underPath } from "../utils/errorPlace.js";
import { inGroups } from "../utils/inGroups.js";

/** Claims about which the chain is asked at a time. */
const CLAIMS_AT_ONCE = 20;

/** A claim that could be read. */
type ReadClaim = FileClaim & { readonly proven: ProvenClaim };

/** What the contract would do with a claim. */
interface Accepted {
  readonly claim: ReadClaim;
  readonly claimId: string;
  readonly status: ClaimStatus;
}

/** Claims of a file on their way to the chain, each with its answer in the end. */
export class SubmitRun {
  private readonly answers = new Map<number, Omit<SubmitResultClaim, "index">>();
  private readonly transactions: SubmitResult["transactions"] = [];

  /**
   * @param contract `ClaimsProcessor`.
   * @param wallet Who submits; without one nothing is sent.
   */
  constructor(
    private readonly terminal: Terminal,
    private readonly connection: Connection,
    private readonly contract: Contract,
    private readonly wallet: Wallet | undefined,
    private readonly options: SendOptions,
  ) {}

  /** Answers each claim: sends what is not on the chain, or without a wallet says what would be sent. */
  async run(claims: readonly FileClaim[]): Promise<SubmitResult> {
    const progress = new Progress(this.terminal, this.options);
    try {
      let left = await this.toSend(claims);
      while (left.length > 0) {
        progress.update("Submitted claims:", claims.length - left.length, claims.length);
        left = await this.sendAcceptable(left);
      }
    } finally {
      progress.clear();
    }
    return {
      ...(this.wallet === undefined ? {} : { submitter: this.wallet.address }),
      chainId: `${this.connection.chainId}`,
      contract: this.contract.target as string,
      claims: claims.map(({ index, proven }) => ({ ...resultOfFile(index, proven), ...this.answers.get(index)! })),
      transactions: this.transactions,
    };
  }

  /** Answers what needs no transaction: what cannot be read or sent, and what is on the chain. Gives the others. */
  private async toSend(claims: readonly FileClaim[]): Promise<ReadClaim[]> {
    const { connection, contract } = this;
    const head = await ask(connection, () => timedBlock(connection.provider, "latest"));
    const address = contract.target as string;
    const chain = await ask(connection, () => ClaimContracts.at(connection.provider, address, head.number));
    const checked = claims.filter((claim): claim is ReadClaim => this.isWhole(claim, head.timestamp));
    const isNew = await inGroups(checked, CLAIMS_AT_ONCE, async (claim) => {
      const found = await ask(connection, () => findClaim(chain, claim.proven));
      if (found === undefined) return this.isSigned(claim);
      this.answers.set(claim.index, { answer: "alreadySubmitted", ...found });
      return false;
    });
    const encounters = new Map<string, string>();
    return checked.filter((claim, i) => {
      if (!isNew[i]!) return false;
      const { policyId, receipt } = claim.proven.claim;
      const encounter = `${policyId} ${receiptHash(receipt)}`;
      const before = encounters.get(encounter);
      encounters.set(encounter, before ?? claim.path);
      if (before === undefined) return true;
      const message = `claims the encounter of ${before} again, under the same policy`;
      this.refuse(claim, new CareProofError("CLAIM_DUPLICATE", message, `${claim.path}.receipt`));
      return false;
    });
  }

  /** Whether a claim could be read, and is none that the contract refuses whatever is on the chain. */
  private isWhole(claim: FileClaim, now: number): claim is ReadClaim {
    try {
      if (claim.proven === undefined) throw claim.problem!;
      checkClaim(claim.proven, now);
      return true;
    } catch (error) {
      this.refuse(claim, error === claim.problem ? error : underPath(error, claim.path));
      return false;
    }
  }

  /** Whether who is said to sign did, or is a contract, which says so itself when it is asked. */
  private async isSigned(claim: ReadClaim): Promise<boolean> {
    const { connection, contract } = this;
    const address = contract.target as string;
    const { receipt, signedBy } = claim.proven.claim;
    const domain = claimsDomain(connection.chainId, address);
    for (const name of signaturesByOthers(claim.proven, domain)) {
      const signer = name === "receiptSignature" ? receipt.signedBy : signedBy;
      if ((await ask(connection, () => connection.provider.getCode(signer))) !== "0x") continue;
      const message = `is not by ${signer} over these members, for ${address} on chain ${connection.chainId}`;
      this.refuse(claim, new CareProofError("SIGNATURE_INVALID", message, `${claim.path}.${name}`));
      return false;
    }
    return true;
  }

  /** Sends what the contract takes now, answers what it refuses, and gives what it may take afterwards. */
  private async sendAcceptable(claims: readonly ReadClaim[]): Promise<ReadClaim[]> {
    const accepted: Accepted[] = [];
    const waiting: { claim: ReadClaim; error: CareProofError }[] = [];
    const asked = await inGroups(claims, CLAIMS_AT_ONCE, (claim) => this.askContract(claim));
    for (const [i, answer] of asked.entries()) {
      if (!(answer instanceof CareProofError)) accepted.push(answer);
      // Its primary may be among those that are sent now.
      else if (answer instanceof ContractError && answer.errorName === "NotThePrimary") {
        waiting.push({ claim: claims[i]!, error: answer });
      } else this.refuse(claims[i]!, answer);
    }
    if (this.wallet === undefined) {
      for (const { claim, ...would } of accepted) this.answers.set(claim.index, { answer: "wouldSubmit", ...would });
    } else if (accepted.length > 0) {
      await this.send(accepted, this.wallet);
      return waiting.map(({ claim }) => claim);
    }
    for (const { claim, error } of waiting) this.refuse(claim, error);
    return [];
  }

  /** What the contract would do with a claim, or why it refuses it. */
  private async askContract(claim: ReadClaim): Promise<Accepted | CareProofError> {
    // Without a key it is asked for whoever may submit it.
    const from = this.wallet?.address ?? claim.proven.claim.submitter;
    try {
      const [id, status] = await ask(
        this.connection,
        () =>
          this.contract.getFunction("submit").staticCall(claim.proven, claim.proven.terms, { from }) as Promise<
            [string, bigint]
          >,
      );
      return { claim, claimId: id, status: CLAIM_STATUSES[Number(status)] ?? "None" };
    } catch (error) {
      // A token or a wallet that the claim leads to can revert with anything.
      const isOfClaim = error instanceof ContractError || (error as CareProofError).code === "CONTRACT_UNEXPECTED";
      if (error instanceof CareProofError && isOfClaim) return error;
      throw error;
    }
  }

  private async send(accepted: readonly Accepted[], wallet: Wallet): Promise<void> {
    const { terminal, connection, contract } = this;
    const alone = accepted.length === 1;
    const submit = contract.getFunction("submit");
    const sized = await inGroups(accepted, CLAIMS_AT_ONCE, async ({ claim }) => ({
      claim,
      planId: planId(claim.proven.terms),
      gas: alone
        ? 0n
        : withMargin(
            await ask(connection, () => submit.estimateGas(claim.proven, claim.proven.terms, { from: wallet.address })),
          ),
    }));
    const head = await ask(connection, () => connection.provider.getBlock("latest"));
    for (const { claims, gasLimit } of groupSubmissions(sized, head?.gasLimit ?? 0n)) {
      const all = claims.map(({ proven }) => proven);
      const options = { ...this.options, ...(gasLimit === undefined ? {} : { gasLimit }) };
      const [name, argument] = gasLimit === undefined ? ["submit", all[0]] : ["submitMany", all];
      const args = [argument, all[0]!.terms];
      try {
        const receipt = await sendTransaction(terminal, connection, wallet, contract, name, args, options);
        await this.answer(claims, receipt);
      } catch (error) {
        // What was sent before can have changed what the contract says of a claim that goes alone.
        if (gasLimit !== undefined || !(error instanceof ContractError)) throw error;
        this.refuse(claims[0]!, error);
      }
    }
  }

  /** Reads from the logs of a transaction what became of its claims. */
  private async answer(claims: readonly ReadClaim[], receipt: TransactionReceipt): Promise<void> {
    const { connection, contract } = this;
    const address = contract.target as string;
    const { timestamp: time } = await ask(connection, () => timedBlock(connection.provider, receipt.blockNumber));
    const events = receipt.logs.flatMap((log) => decodeClaimEvent(log, address) ?? []);
    const steps = events.map((event): ClaimStep => ({ ...event, time }));
    const taken = takenOf(claims, receipt, address);
    const common = { transaction: receipt.hash, gasUsed: `${receipt.gasUsed / BigInt(claims.length)}` };
    for (const { args, log } of steps.filter(isAdjudication)) {
      const state = claimStateAfter(steps.filter((step) => step.args.claimId === args.claimId));
      const claim = taken.get(log.index);
      if (claim === undefined || state === undefined) continue;
      this.answers.set(claim.index, { ...resultOfState(state), claimId: args.claimId, ...common });
    }
    for (const [index, selector] of refusedIn(receipt, address)) {
      const claim = claims[index]!;
      // What changed since it was asked before: the contract says it now, with what the event leaves out.
      const now = await this.askContract(claim);
      const error = now instanceof CareProofError ? now : refusedBy(selector);
      this.answers.set(claim.index, { ...resultOfProblem(error, claim.path), ...common });
    }
    for (const claim of claims) {
      if (this.answers.has(claim.index)) continue;
      const message = `the transaction ${receipt.hash} does not tell what became of it: run this again`;
      this.refuse(claim, new CareProofError("CONTRACT_UNEXPECTED", message));
    }
    this.transactions.push({
      hash: receipt.hash,
      claims: claims.map(({ index }) => index),
      gasUsed: `${receipt.gasUsed}`,
    });
  }

  private refuse({ index, path }: FileClaim, error: unknown): void {
    if (!(error instanceof CareProofError)) throw error;
    this.answers.set(index, resultOfProblem(error, path));
  }
}

/** The claim of the same encounter under the same policy, if it is on the chain: the contract would refuse it again, or does not know it. */
async function findClaim(
  chain: ClaimContracts,
  { claim }: ProvenClaim,
): Promise<{ claimId: string; status: ClaimStatus } | undefined> {
  const { provider, serviceDay, family } = claim.receipt;
  const policyId = BigInt(claim.policyId);
  const subjectTag = await chain.subjectTagOn(policyId, Number(serviceDay));
  for (const key of keysOf({ provider, subjectTag, serviceDay, family })) {
    const id = claimId(key);
    const stored = await chain.claimOf(id);
    if (stored.status === "None") return undefined;
    if (stored.receipt !== storedReceipt(claim.receipt) || stored.policyId !== policyId) continue;
    // A voided claim comes back by a later signature only.
    const isDone = stored.status !== "Voided" || Number(claim.issuedAt) <= stored.receivedAt;
    return isDone ? { claimId: id, status: stored.status } : undefined;
  }
  return undefined;
}

/** The error of a claim that the contract would take now. */
function refusedBy(selector: string): CareProofError {
  const known = errorOfSelector(selector);
  if (known !== undefined) return new ContractError(known.errorName, {}, known.remedy, selector);
  const message = `the contract refused it with ${selector} while it was submitted; run this again`;
  return new CareProofError("CONTRACT_REVERTED", message);
}
