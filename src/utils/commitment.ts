import { toUtf8Bytes } from "ethers";

import { concatBytes, fromHex, toHex, toWord } from "./bytes.js";
import { CANONICAL_FORMS, type CanonicalForm } from "./canonical.js";
import { keccak256, type Keccak256 } from "./keccak.js";

/** What a commitment is to. Each kind has its own tag, so that a commitment to one is never taken for another. */
export type CommitmentKind =
  | "record"
  | "consentDocument"
  | "disclosure"
  | "transactionInformation"
  | "procedureCode"
  | "parametricTrigger"
  | "trialData"
  | "trialDocument"
  | "trialOutcome";

const TAGS: Readonly<Record<CommitmentKind, Uint8Array>> = {
  record: keccak256(toUtf8Bytes("CareProof.Record")),
  consentDocument: keccak256(toUtf8Bytes("CareProof.ConsentDocument")),
  disclosure: keccak256(toUtf8Bytes("CareProof.Disclosure")),
  transactionInformation: keccak256(toUtf8Bytes("CareProof.TransactionInformation")),
  procedureCode: keccak256(toUtf8Bytes("CareProof.ProcedureCode")),
  parametricTrigger: keccak256(toUtf8Bytes("CareProof.ParametricTrigger")),
  trialData: keccak256(toUtf8Bytes("CareProof.TrialData")),
  trialDocument: keccak256(toUtf8Bytes("CareProof.TrialDocument")),
  trialOutcome: keccak256(toUtf8Bytes("CareProof.TrialOutcome")),
};

/** The tag (bytes32 as 0x-hex) of a kind of commitment: keccak256 of its name, such as `CareProof.Record`. */
export function commitmentTag(kind: CommitmentKind): string {
  return toHex(TAGS[kind]);
}

/**
 * A fresh salt: 32 random bytes of the platform's WebCrypto, as 0x-hex. It is kept with the content; destroying both is
 * erasure, since what stays on chain can then be linked to nothing.
 */
export function newSalt(): string {
  return toHex(globalThis.crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The salted commitment to a document:
 * `keccak256(abi.encode(bytes32 tag, uint16 form, bytes32 salt, keccak256(canonical)))`, as 0x-hex of 32 bytes.
 * Test vectors: `docs/vectors/commitments.json`.
 *
 * @param kind What the document is.
 * @param canonical The document's canonical bytes, see {@link CANONICAL_FORMS}.
 * @param form The canonical form of those bytes.
 * @param salt 32 bytes as 0x-hex, see {@link newSalt}.
 * @param hash Keccak-256; give one of `createKeccak256` for many commitments.
 * @throws CareProofError `HEX_INVALID` if the salt is not 32 bytes of hex.
 */
export function commit(
  kind: CommitmentKind,
  canonical: Uint8Array,
  form: CanonicalForm,
  salt: string,
  hash: Keccak256 = keccak256,
): string {
  return commitToHash(kind, hash(canonical), form, salt, hash);
}

/** As {@link commit}, from the keccak256 of the canonical bytes: to try many salts on one document. */
export function commitToHash(
  kind: CommitmentKind,
  canonicalHash: Uint8Array,
  form: CanonicalForm,
  salt: string,
  hash: Keccak256 = keccak256,
): string {
  const words = [TAGS[kind], toWord(CANONICAL_FORMS[form]), fromHex(salt, 32, "salt"), canonicalHash];
  return toHex(hash(concatBytes(words)));
}
