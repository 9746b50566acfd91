import { Contract, type Provider } from "ethers";

import { CLAIM_STATUSES, type ClaimStatus } from "./statuses.js";
import { claimsProcessorAbi, policyRegistryAbi } from "../abi/index.js";
import type { ClaimStructOutput, IClaimsProcessor } from "../bindings/contracts/claims/ClaimsProcessor.js";
import type { IPolicyRegistry } from "../bindings/contracts/claims/PolicyRegistry.js";
import { inGroups } from "../utils/inGroups.js";

/** Questions that are under way at a time. */
const QUESTIONS = 100;

/** What the contract says of a claim. */
export interface StoredClaim {
  readonly status: ClaimStatus;
  /** What the plan pays or paid, without interest (token units). */
  readonly amount: bigint;
  readonly policyId: bigint;
  /** When it arrived or was voided (unix seconds); 0 of one that is paid. */
  readonly receivedAt: number;
  /** First 96 bits of the receipt's hash. */
  readonly receipt: bigint;
  /** Whether its amount is reserved in the vault. */
  readonly reserved: boolean;
}

/** `ClaimsProcessor` and the registry of policies it goes by, asked as of one block. Errors are what ethers throws. */
export class ClaimContracts {
  private readonly tags = new Map<string, Promise<string>>();

  private constructor(
    readonly provider: Provider,
    /** Address of `ClaimsProcessor`. */
    readonly address: string,
    private readonly processor: Contract,
    private readonly policies: Contract,
    /** Address of `PlanRegistry`. */
    readonly plans: string,
    private readonly block: number,
  ) {}

  /** @param address That of `ClaimsProcessor`. */
  static async at(provider: Provider, address: string, block: number): Promise<ClaimContracts> {
    const at = { blockTag: block };
    const processor = new Contract(address, claimsProcessorAbi, provider);
    const registry = (await processor.getFunction("policies").staticCall(at)) as string;
    const policies = new Contract(registry, policyRegistryAbi, provider);
    const plans = (await policies.getFunction("plans").staticCall(at)) as string;
    return new ClaimContracts(provider, address, processor, policies, plans, block);
  }

  /** Address of the registry of policies. */
  get policiesAddress(): string {
    return this.policies.target as string;
  }

  /** What is stored of some claims, by their ids. */
  async claimsOf(ids: readonly string[]): Promise<ReadonlyMap<string, StoredClaim>> {
    const read = await inGroups(ids, QUESTIONS, async (id) => [id, await this.claimOf(id)] as const);
    return new Map(read);
  }

  /** What is stored of a claim. */
  async claimOf(id: string): Promise<StoredClaim> {
    const { claim, open } = await this.ask<{ claim: ClaimStructOutput; open: IClaimsProcessor.OpenClaimStructOutput }>(
      this.processor,
      "claimOf",
      id,
    );
    const { amount, policyId, receipt } = claim;
    const { reserved } = open;
    const status = CLAIM_STATUSES[Number(claim.status)]!;
    return { status, amount, policyId, receivedAt: Number(open.receivedAt), receipt, reserved };
  }

  /** A policy's member and plan. */
  async policyOf(policyId: bigint): Promise<{ member: string; planId: string }> {
    const { member, planId } = await this.ask<IPolicyRegistry.PolicyStructOutput>(this.policies, "policyOf", policyId);
    return { member, planId };
  }

  /** The subject tag of a policy for the calendar year of a day, 31 bytes as 0x-hex; zeros where none was declared. */
  subjectTagOn(policyId: bigint, day: number): Promise<string> {
    const place = `${policyId} ${day}`;
    const known =
      this.tags.get(place) ??
      this.ask<IPolicyRegistry.CoverStructOutput>(this.policies, "coverOn", policyId, day, 0).then(
        ({ subjectTag }) => subjectTag,
      );
    this.tags.set(place, known);
    return known;
  }

  private ask<T>(contract: Contract, name: string, ...args: unknown[]): Promise<T> {
    return contract.getFunction(name).staticCall(...args, { blockTag: this.block }) as Promise<T>;
  }
}
