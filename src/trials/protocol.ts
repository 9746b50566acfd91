/** What a trial commits to, hashed as `contracts/trials/TrialTypes.sol` does. Every hash and commitment is 32 bytes as 0x-hex. */
import { AbiCoder, decodeBytes32String, encodeBytes32String, getAddress, id, keccak256 } from "ethers";

import { CareProofError } from "../errors.js";
import { IndexedTree } from "../utils/indexedTree.js";

/** Type tag of {@link Documents}. */
export const DOCUMENTS_TAG = id(
  "CareProof.Documents(bytes32 protocol,bytes32 statisticalAnalysisPlan,bytes32 consentForm,bytes32 allocationRoot,uint32 plannedEnrolment,uint40 primaryCompletion)",
);
/** Type tag of a protocol version. */
export const PROTOCOL_TAG = id(
  "CareProof.Protocol(bytes32 documents,bytes32 primaryRoot,bytes32 otherRoot,uint16 primaries,uint16 others)",
);
/** Type tag of {@link OutcomeLeaf}. */
export const OUTCOME_LEAF_TAG = id("CareProof.OutcomeLeaf(uint16 index,uint16 count,uint8 kind,bytes32 commitment)");
/** Type tag of {@link AllocationLeaf}. */
export const ALLOCATION_LEAF_TAG = id("CareProof.AllocationLeaf(uint32 index,bytes32 subject,uint8 arm,bytes32 salt)");
/** Type tag of a subject that has an address. */
export const SUBJECT_TAG = id("CareProof.TrialSubject(address subject,bytes32 salt)");
/** Type tag of what is signed to unlock data. */
export const UNLOCK_TAG = id("CareProof.Unlock(bytes32 reason,uint40 lockedAt,uint8 unlocks)");

/** Outcomes of a version at most, primary and others together. */
export const MAX_OUTCOMES = 256;

/** The documents of a protocol version, as commitments. */
export interface Documents {
  readonly protocol: string;
  /** Zeros where there is none yet. */
  readonly statisticalAnalysisPlan: string;
  readonly consentForm: string;
  /** Root of {@link allocationTree}; zeros where the trial is not randomised. */
  readonly allocationRoot: string;
  /** Number of subjects. */
  readonly plannedEnrolment: number;
  /** Planned primary completion date, unix seconds. */
  readonly primaryCompletion: number;
}

/** The outcomes of a protocol version: roots of {@link outcomeTree}s, and how many leaves each has. */
export interface OutcomeList {
  readonly primaryRoot: string;
  /** Zeros where there are none. */
  readonly otherRoot: string;
  /** At least 1. */
  readonly primaries: number;
  /** With `primaries` at most {@link MAX_OUTCOMES}. */
  readonly others: number;
}

/** A protocol version. */
export interface Protocol {
  readonly documents: Documents;
  readonly outcomes: OutcomeList;
}

/** An outcome as a leaf of its tree. */
export interface OutcomeLeaf {
  /** Its place in its tree, from 0. */
  readonly index: number;
  /** Number of leaves of its tree. */
  readonly count: number;
  /** Number of the kind: its place in `OUTCOME_KINDS`. */
  readonly kind: number;
  /** Commitment of measure and time frame. */
  readonly commitment: string;
}

/** A row of the allocation list as a leaf of its tree. */
export interface AllocationLeaf {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** Commitment of the subject. */
  readonly subject: string;
  /** Number of the arm. */
  readonly arm: number;
  /** 32 random bytes. */
  readonly salt: string;
}

/** The hash of documents. */
export function documentsHash(documents: Documents): string {
  const { protocol, statisticalAnalysisPlan, consentForm, allocationRoot } = documents;
  return hashOf(
    ["bytes32", "bytes32", "bytes32", "bytes32", "bytes32", "uint32", "uint40"],
    [
      DOCUMENTS_TAG,
      protocol,
      statisticalAnalysisPlan,
      consentForm,
      allocationRoot,
      documents.plannedEnrolment,
      documents.primaryCompletion,
    ],
  );
}

/** The hash of a protocol version, which an ethics board signs. */
export function versionHash({ documents, outcomes }: Protocol): string {
  const { primaryRoot, otherRoot, primaries, others } = outcomes;
  return hashOf(
    ["bytes32", "bytes32", "bytes32", "bytes32", "uint16", "uint16"],
    [PROTOCOL_TAG, documentsHash(documents), primaryRoot, otherRoot, primaries, others],
  );
}

/**
 * A registration number as the contract takes it: ASCII from the left, zeros behind it.
 *
 * @param number Such as "NCT01234567": 1 to 31 characters from space to tilde.
 * @throws CareProofError `REGISTRATION_NUMBER_INVALID`.
 */
export function registrationNumberToBytes32(number: string): string {
  if (!/^[!-~](?:[ -~]{0,29}[!-~])?$/.test(number)) {
    throw new CareProofError("REGISTRATION_NUMBER_INVALID", "a registration number has 1 to 31 ASCII characters");
  }
  return encodeBytes32String(number);
}

/**
 * The registration number of what {@link registrationNumberToBytes32} returns.
 *
 * @throws CareProofError `REGISTRATION_NUMBER_INVALID`.
 */
export function registrationNumberOf(bytes32: string): string {
  let number: string;
  try {
    number = decodeBytes32String(bytes32);
  } catch (cause) {
    throw new CareProofError("REGISTRATION_NUMBER_INVALID", "this is no registration number", undefined, { cause });
  }
  if (registrationNumberToBytes32(number) !== bytes32.toLowerCase()) {
    throw new CareProofError("REGISTRATION_NUMBER_INVALID", "there is something behind the registration number");
  }
  return number;
}

/**
 * The id of a trial.
 *
 * @param registrationNumber Such as "NCT01234567".
 * @param sponsor Address of the sponsor.
 * @throws CareProofError `REGISTRATION_NUMBER_INVALID`.
 */
export function trialIdOf(registrationNumber: string, sponsor: string): string {
  return hashOf(["bytes32", "address"], [registrationNumberToBytes32(registrationNumber), getAddress(sponsor)]);
}

/** An outcome as a leaf: a double hash, so that no inner node is ever taken for one. */
export function outcomeLeaf({ index, count, kind, commitment }: OutcomeLeaf): string {
  return keccak256(
    hashOf(["bytes32", "uint16", "uint16", "uint8", "bytes32"], [OUTCOME_LEAF_TAG, index, count, kind, commitment]),
  );
}

/** The tree of a version's primary outcomes, or of its others: each outcome at its index. */
export function outcomeTree(outcomes: readonly OutcomeLeaf[]): IndexedTree {
  return new IndexedTree(inOrder(outcomes, "outcomes").map(outcomeLeaf));
}

/** A row of the allocation list as a leaf: a double hash, as {@link outcomeLeaf}. */
export function allocationLeaf({ index, subject, arm, salt }: AllocationLeaf): string {
  return keccak256(
    hashOf(["bytes32", "uint32", "bytes32", "uint8", "bytes32"], [ALLOCATION_LEAF_TAG, index, subject, arm, salt]),
  );
}

/** The tree of an allocation list: each row at its index. */
export function allocationTree(rows: readonly AllocationLeaf[]): IndexedTree {
  return new IndexedTree(inOrder(rows, "rows").map(allocationLeaf));
}

/**
 * The commitment of a subject that has an address.
 *
 * @param salt 32 random bytes as 0x-hex, not zeros: a salt of zeros stands for a signature of the site.
 */
export function subjectCommitment(address: string, salt: string): string {
  return hashOf(["bytes32", "address", "bytes32"], [SUBJECT_TAG, getAddress(address), salt]);
}

/**
 * What the data manager and the safety board sign to unlock data.
 *
 * @param reason Commitment of the reason.
 * @param lockedAt When the data were locked, unix seconds.
 * @param unlocks How often they were unlocked before.
 */
export function unlockObject(reason: string, lockedAt: number | bigint, unlocks: number | bigint): string {
  return hashOf(["bytes32", "bytes32", "uint40", "uint8"], [UNLOCK_TAG, reason, lockedAt, unlocks]);
}

/** Every leaf says its place, so that none is at another. */
function inOrder<Leaf extends { readonly index: number }>(leaves: readonly Leaf[], path: string): readonly Leaf[] {
  leaves.forEach(({ index }, place) => {
    if (index !== place) {
      throw new CareProofError("INDEX_WRONG", `is at place ${String(place)}, and says ${String(index)}`, path);
    }
  });
  return leaves;
}

function hashOf(types: string[], values: unknown[]): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
}
