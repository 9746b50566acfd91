/**
 * One address a relationship, all from one seed. A patient who uses the same address with a hospital and with an employer's
 * doctor tells everyone who reads the chain that they are the same person; addresses derived here cannot be linked without the
 * seed.
 *
 * The path is `m/44'/60'/1128354373'/a'/b'/0/0` (BIP-32; the first two levels are BIP-44's for Ethereum, the third is "CARE" in
 * ASCII, to stay apart from the accounts of ordinary wallets). `a` and `b` are the first and second 31 bits of
 * the SHA-256 of the label in UTF-8 under Unicode normalisation form C: every level that depends on the label is hardened, so
 * that not even an extended public key of one relationship leads to another.
 */

import { HDNodeWallet, getBytes, isHexString, sha256, toUtf8Bytes } from "ethers";

import { CareProofError } from "../errors.js";

/** "CARE" in ASCII, 0x43415245. */
const PURPOSE = 0x43415245;

/**
 * The BIP-32 path of a relationship.
 *
 * @param relationship A label that the patient's software keeps for the relationship and never changes, for instance the identifier of the
 * organisation. Labels that differ by Unicode normalisation alone are the same.
 * @throws CareProofError `RELATIONSHIP_INVALID` where the label is empty.
 */
export function relationshipPath(relationship: string): string {
  const label = relationship.normalize("NFC");
  if (label.trim() === "") throw new CareProofError("RELATIONSHIP_INVALID", "a relationship needs a label");
  const hash = BigInt(sha256(toUtf8Bytes(label)));
  const first = hash >> 225n;
  const second = (hash >> 194n) & 0x7fff_ffffn;
  return `m/44'/60'/${String(PURPOSE)}'/${String(first)}'/${String(second)}'/0/0`;
}

/**
 * The wallet that a patient uses in one relationship. Pure: the same seed and label always give the same wallet.
 *
 * @param seed BIP-39 seed, or other secret random bytes: 0x-hex of 16 to 64 bytes.
 * @param relationship See {@link relationshipPath}.
 * @throws CareProofError `SEED_INVALID` (never with the seed in its message), `RELATIONSHIP_INVALID`.
 */
export function patientWallet(seed: string, relationship: string): HDNodeWallet {
  if (!isHexString(seed) || seed.length < 34 || seed.length > 130 || seed.length % 2 !== 0) {
    throw new CareProofError("SEED_INVALID", "a seed is 0x-hex of 16 to 64 bytes");
  }
  return HDNodeWallet.fromSeed(getBytes(seed)).derivePath(relationshipPath(relationship));
}

/** The address that a patient uses in one relationship: {@link patientWallet}'s, EIP-55 checksummed. */
export function patientAddress(seed: string, relationship: string): string {
  return patientWallet(seed, relationship).address;
}
