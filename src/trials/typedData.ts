/**
 * What ethics boards, sites, subjects and others sign for `TrialRegistry`: the same EIP-712 types as
 * `contracts/trials/TrialTypes.sol`. What each member means is said there.
 */
import {
  careProofDomain,
  checkMessage,
  defineTypes,
  type CareProofDomain,
  type MessageInput,
} from "../utils/typedData.js";
import { SIGNATURE_MEANINGS } from "./statuses.js";

/** What every enrolment is signed as: responsibility. */
const RESPONSIBILITY = SIGNATURE_MEANINGS.indexOf("Responsibility");

/** An electronic signature (21 CFR 11.50): over a protocol version, or what unlocks data. */
export const TRIAL_SIGNATURE_TYPES = defineTypes({
  TrialSignature: [
    { name: "trialId", type: "bytes32" },
    { name: "object", type: "bytes32" },
    { name: "meaning", type: "uint8" },
    { name: "signer", type: "address" },
    { name: "signerName", type: "bytes32" },
    { name: "signedAt", type: "uint40" },
    { name: "deadline", type: "uint40" },
  ],
});

/** The enrolment of a subject, or their consent to a later version. */
export const ENROLMENT_TYPES = defineTypes({
  Enrolment: [
    { name: "trialId", type: "bytes32" },
    { name: "site", type: "address" },
    { name: "subject", type: "bytes32" },
    { name: "version", type: "uint8" },
    { name: "signer", type: "address" },
    { name: "signedAt", type: "uint40" },
    { name: "deadline", type: "uint40" },
    { name: "meaning", type: "uint8" },
  ],
});

/** Enrolments that an investigator signs as one list. */
export const ENROLMENT_LIST_TYPES = defineTypes({
  EnrolmentList: [
    { name: "trialId", type: "bytes32" },
    { name: "site", type: "address" },
    { name: "version", type: "uint8" },
    { name: "signer", type: "address" },
    { name: "subjects", type: "bytes32[]" },
    { name: "signedAt", type: "uint40[]" },
    { name: "deadline", type: "uint40" },
    { name: "meaning", type: "uint8" },
  ],
});

/** A subject's withdrawal. */
export const WITHDRAWAL_TYPES = defineTypes({
  Withdrawal: [
    { name: "trialId", type: "bytes32" },
    { name: "subject", type: "bytes32" },
    { name: "signer", type: "address" },
    { name: "signedAt", type: "uint40" },
    { name: "deadline", type: "uint40" },
  ],
});

/** What a {@link TRIAL_SIGNATURE_TYPES} signature says. Times are unix seconds. */
export type TrialSignature = MessageInput<(typeof TRIAL_SIGNATURE_TYPES)["TrialSignature"]>;

/** An enrolment as the contract takes it: without its meaning, which is Responsibility. Times are unix seconds. */
export type Enrolment = Omit<MessageInput<(typeof ENROLMENT_TYPES)["Enrolment"]>, "meaning">;

/** Enrolments of one trial, site and version, as the contract takes them. */
export interface EnrolmentList {
  /** 32 bytes as 0x-hex. */
  readonly trialId: string;
  readonly site: string;
  readonly version: number | bigint;
  /** A key of the site. */
  readonly signer: string;
  /** Commitments of the subjects, 32 bytes as 0x-hex each. */
  readonly subjects: readonly string[];
  /** When each subject consented, unix seconds. */
  readonly signedAt: readonly (number | bigint)[];
  /** Until when it may be relayed, unix seconds. */
  readonly deadline: number | bigint;
}

/** A withdrawal. Times are unix seconds. */
export type Withdrawal = MessageInput<(typeof WITHDRAWAL_TYPES)["Withdrawal"]>;

/**
 * EIP-712 domain of a `TrialRegistry`.
 *
 * @param verifyingContract Address of the contract, 0x-hex of 20 bytes.
 */
export function trialRegistryDomain(chainId: number | bigint, verifyingContract: string): CareProofDomain {
  return careProofDomain("TrialRegistry", chainId, verifyingContract);
}

/**
 * The enrolment as it is signed.
 *
 * @throws CareProofError `TYPED_DATA_INVALID`, with the member as path.
 */
export function enrolmentMessage(enrolment: Enrolment): Record<string, unknown> {
  return checkMessage(ENROLMENT_TYPES.Enrolment, { ...enrolment, meaning: RESPONSIBILITY });
}

/**
 * The list of enrolments as it is signed.
 *
 * @throws CareProofError `TYPED_DATA_INVALID`, with the member as path.
 */
export function enrolmentListMessage(list: EnrolmentList): Record<string, unknown> {
  const { subjects, signedAt, ...members } = list;
  const plain = ENROLMENT_LIST_TYPES.EnrolmentList.filter(({ type }) => !type.endsWith("[]"));
  const oneOf = (name: string, type: string, value: unknown): unknown =>
    checkMessage([{ name, type }], { [name]: value })[name];
  return {
    ...checkMessage(plain, { ...members, meaning: RESPONSIBILITY }),
    subjects: subjects.map((subject) => oneOf("subjects", "bytes32", subject)),
    signedAt: signedAt.map((time) => oneOf("signedAt", "uint40", time)),
  };
}
