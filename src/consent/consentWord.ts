/** A consent as the one word that `ConsentRegistry` stores and `ConsentGranted` carries: `contracts/consent/ConsentWord.sol`. */

import { CareProofError } from "../errors.js";
import { maskToCategories, maskToFlags } from "./masks.js";
import type { Category, ConsentFlag } from "./codes.js";

/** Bit of the flags that says of a revocation that nothing was ever granted before it. */
export const NEVER_GRANTED = 1 << 5;
/** Bit of the flags that says that a representative decided. */
export const BY_REPRESENTATIVE = 1 << 6;
/** Bit of the flags that says that the patient decided here at some time. */
export const PATIENT_DECIDED = 1 << 7;

/** What stands in a consent's word. `IConsentRegistry.Consent`, with its bitmasks as names. */
export interface StoredConsent {
  /** Kinds of data that may be used, lowest bit first; none where the consent was revoked. */
  categories: Category[];
  /** The first second at which it counts (unix seconds). */
  notBefore: number;
  /** The first second at which it no longer counts (unix seconds). */
  expiresAt: number;
  /** When it was decided (unix seconds). */
  issuedAt: number;
  /** What the user of the data must carry onward. */
  flags: ConsentFlag[];
  /** Whether a representative decided. */
  byRepresentative: boolean;
  /**
   * Whether the patient decided here at some time. In storage only: `ConsentGranted` need not set it for a decision of a
   * representative.
   */
  patientDecided: boolean;
}

/**
 * Reads the word `consent` of the event `ConsentGranted`.
 *
 * @param word 256 bits, members from the lowest bits up: categories 64, notBefore 40, expiresAt 40, issuedAt 40, flags 8.
 * @throws CareProofError `CONSENT_WORD_INVALID` where bits above the flags are set, `CODE_UNKNOWN` for a category or flag
 * that has no name.
 */
export function decodeConsentGranted(word: bigint): StoredConsent {
  if (word < 0n || word >> 192n !== 0n) {
    throw new CareProofError("CONSENT_WORD_INVALID", `0x${word.toString(16)} is no consent: it has more than 192 bits`);
  }
  const field = (offset: bigint, bits: number): number => Number(BigInt.asUintN(bits, word >> offset));
  const flags = field(184n, 8);
  return {
    categories: maskToCategories(BigInt.asUintN(64, word)),
    notBefore: field(64n, 40),
    expiresAt: field(104n, 40),
    issuedAt: field(144n, 40),
    flags: maskToFlags(flags & ~(BY_REPRESENTATIVE | PATIENT_DECIDED)),
    byRepresentative: (flags & BY_REPRESENTATIVE) !== 0,
    patientDecided: (flags & PATIENT_DECIDED) !== 0,
  };
}
