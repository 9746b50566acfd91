/**
 * What patients, providers and appellants sign for `ClaimsProcessor`: the same EIP-712 types as `contracts/claims/ClaimTypes.sol`.
 * What each member means is said there.
 */
import { AbiCoder, keccak256, TypedDataEncoder } from "ethers";

import {
  careProofDomain,
  checkMessage,
  defineTypes,
  type CareProofDomain,
  type MessageInput,
} from "../utils/typedData.js";

/** Number of the purpose HPAYMT, which every receipt names. */
const HPAYMT = 2;

/** The patient's receipt of an encounter. */
export const ENCOUNTER_RECEIPT_TYPES = defineTypes({
  EncounterReceipt: [
    { name: "member", type: "address" },
    { name: "signedBy", type: "address" },
    { name: "provider", type: "address" },
    { name: "encounter", type: "bytes32" },
    { name: "serviceDay", type: "uint32" },
    { name: "family", type: "uint8" },
    { name: "receiptAt", type: "uint40" },
    { name: "salt", type: "bytes32" },
    { name: "purpose", type: "uint8" },
  ],
});

/** The provider's claim: the hash of the receipt, the policy, the lines, who may submit it and until when. */
export const CLAIM_SUBMISSION_TYPES = defineTypes({
  ClaimSubmission: [
    { name: "receipt", type: "bytes32" },
    { name: "policyId", type: "uint32" },
    { name: "receiptPolicyId", type: "uint32" },
    { name: "lines", type: "ClaimLine[]" },
    { name: "primaryClaim", type: "bytes32" },
    { name: "signedBy", type: "address" },
    { name: "submitter", type: "address" },
    { name: "issuedAt", type: "uint40" },
    { name: "deadline", type: "uint40" },
  ],
  ClaimLine: [
    { name: "procedure", type: "bytes32" },
    { name: "billed", type: "uint64" },
    { name: "fee", type: "uint64" },
    { name: "units", type: "uint16" },
  ],
});

/** An appeal of the member or the provider. */
export const APPEAL_TYPES = defineTypes({
  Appeal: [
    { name: "claimId", type: "bytes32" },
    { name: "appellant", type: "address" },
    { name: "level", type: "uint8" },
    { name: "grounds", type: "bytes32" },
    { name: "deadline", type: "uint40" },
  ],
});

/** A receipt as the contract takes it: without its purpose, which is HPAYMT. */
export type EncounterReceipt = Omit<MessageInput<(typeof ENCOUNTER_RECEIPT_TYPES)["EncounterReceipt"]>, "purpose">;

/** A service line. Amounts are token units. */
export type ClaimLine = MessageInput<(typeof CLAIM_SUBMISSION_TYPES)["ClaimLine"]>;

/** What a provider claims. */
export interface ClaimSubmission {
  readonly receipt: EncounterReceipt;
  /** Number of the policy. */
  readonly policyId: number | bigint;
  /** Number of the policy whose member the receipt names: the same, or one of the same person at another payer. */
  readonly receiptPolicyId: number | bigint;
  readonly lines: readonly ClaimLine[];
  /** Id of the claim of the same encounter at another payer, 32 bytes as 0x-hex; zeros where there is none. */
  readonly primaryClaim: string;
  /** The provider, or a key that acts for it. */
  readonly signedBy: string;
  /** Who may submit it; the zero address for anyone. */
  readonly submitter: string;
  /** When it was signed, unix seconds; after a voided claim of the same encounter, only a later one counts. */
  readonly issuedAt: number | bigint;
  /** Until when it may be submitted, unix seconds. */
  readonly deadline: number | bigint;
}

/** What a claim is stored under. */
export interface ClaimKey {
  readonly provider: string;
  /** The policy's subject tag for the year of service, 31 bytes as 0x-hex. */
  readonly subjectTag: string;
  /** Unix seconds divided by 86400. */
  readonly serviceDay: number | bigint;
  /** 0 to 15. */
  readonly family: number | bigint;
  /** 0 to 7: 0 where no claim looks alike. */
  readonly ordinal: number | bigint;
}

/**
 * EIP-712 domain of a `ClaimsProcessor`.
 *
 * @param verifyingContract Address of the contract, 0x-hex of 20 bytes.
 */
export function claimsDomain(chainId: number | bigint, verifyingContract: string): CareProofDomain {
  return careProofDomain("ClaimsProcessor", chainId, verifyingContract);
}

/**
 * The receipt as it is signed.
 *
 * @throws CareProofError `TYPED_DATA_INVALID`, with the member as path.
 */
export function receiptMessage(receipt: EncounterReceipt): Record<string, unknown> {
  return checkMessage(ENCOUNTER_RECEIPT_TYPES.EncounterReceipt, { ...receipt, purpose: HPAYMT });
}

/**
 * The EIP-712 struct hash of a receipt, 32 bytes as 0x-hex. Of it {@link storedReceipt} is stored.
 *
 * @throws CareProofError `TYPED_DATA_INVALID`, with the member as path.
 */
export function receiptHash(receipt: EncounterReceipt): string {
  return TypedDataEncoder.hashStruct("EncounterReceipt", ENCOUNTER_RECEIPT_TYPES, receiptMessage(receipt));
}

/** What of a receipt's hash is stored with a claim: its first 96 bits. Errors as {@link receiptHash}. */
export function storedReceipt(receipt: EncounterReceipt): bigint {
  return BigInt(receiptHash(receipt)) >> 160n;
}

/**
 * The claim as the provider signs it.
 *
 * @throws CareProofError `TYPED_DATA_INVALID`, with the member as path.
 */
export function submissionMessage(claim: ClaimSubmission): Record<string, unknown> {
  const { receipt, lines, ...members } = claim;
  const plain = CLAIM_SUBMISSION_TYPES.ClaimSubmission.filter(({ name }) => name !== "lines");
  return {
    ...checkMessage(plain, { ...members, receipt: receiptHash(receipt) }),
    lines: lines.map((line) => checkMessage(CLAIM_SUBMISSION_TYPES.ClaimLine, line)),
  };
}

/** The id that a claim is stored under: `keccak256(abi.encode(key))`, 32 bytes as 0x-hex. */
export function claimId({ provider, subjectTag, serviceDay, family, ordinal }: ClaimKey): string {
  const types = ["address", "bytes31", "uint32", "uint8", "uint8"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [provider, subjectTag, serviceDay, family, ordinal]));
}

/** Claims of one provider, person, day and family at most: `MAX_LOOK_ALIKES` of the contract. */
export const MAX_LOOK_ALIKES = 8;

/** The keys of claims that look alike, in the order in which they are taken. */
export function keysOf(key: Omit<ClaimKey, "ordinal">): ClaimKey[] {
  return Array.from({ length: MAX_LOOK_ALIKES }, (_, ordinal) => ({ ...key, ordinal }));
}
