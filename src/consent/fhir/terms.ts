/**
 * What a FHIR R4 `Consent` says in the terms of `ConsentRegistry`.
 */

import { CareProofError } from "../../errors.js";
import type { Category, ConsentFlag, Purpose } from "../codes.js";

/** A person or organisation: how FHIR refers to it, the address it has on chain, or both. At least one is there. */
export interface Party {
  /**
   * FHIR reference: `Organization/f001`, an absolute URL, or `system|value` of an identifier where the consent has
   * nothing but one.
   */
  readonly reference?: string;
  /** EIP-55 checksummed address. */
  readonly address?: string;
}

/** What every decision says. */
interface Decision {
  /** Who decided about their data. */
  readonly patient: Party;
  /** When the patient decided, in unix seconds. */
  readonly issuedAt: number;
  /** Where in the consent this decision stands: a FHIRPath-like path. */
  readonly path: string;
}

/** One call of `ConsentRegistry.grant`: a grantee may use these categories for these purposes. */
export interface ConsentGrant extends Decision {
  readonly kind: "grant";
  readonly grantee: Party;
  /** At least one, each once, in the order of their numbers. */
  readonly purposes: readonly Purpose[];
  /** At least one, each once, in the order of their bits. */
  readonly categories: readonly Category[];
  /** Each once, in the order of their bits. */
  readonly flags: readonly ConsentFlag[];
  /** Unix seconds of the first second at which the consent counts. */
  readonly notBefore: number;
  /** Unix seconds of the first second at which the consent no longer counts. */
  readonly expiresAt: number;
  /**
   * Paths of `provision.class` codings that are not exactly the kinds of data they were read as: `MedicationRequest` alone is
   * read as MEDICATIONS, which is more, and `Observation` as laboratory results, vital signs and social history, which is less.
   * Who must not approximate a consent refuses a grant in which this is not empty.
   */
  readonly inexact: readonly string[];
}

/** One call of `ConsentRegistry.revoke`: a grantee may no longer use anything for these purposes. */
export interface ConsentRevocation extends Decision {
  readonly kind: "revocation";
  readonly grantee: Party;
  /** At least one, each once, in the order of their numbers. */
  readonly purposes: readonly Purpose[];
}

/** One call of `ConsentRegistry.revokeAll`: nobody may use anything any more. */
export interface ConsentRevocationOfAll extends Decision {
  readonly kind: "revocationOfAll";
}

/** What a consent says about one grantee, or about all. */
export type ConsentTerms = ConsentGrant | ConsentRevocation | ConsentRevocationOfAll;

/** Why a consent was not read. */
export type ConsentFormatErrorCode =
  /** Not a FHIR R4 `Consent`, or one that breaks a rule of the standard. */
  | "CONSENT_INVALID"
  /** FHIR R4, but more than consent terms can say. */
  | "CONSENT_INEXPRESSIBLE"
  /** Terms that are none. */
  | "TERMS_INVALID";

/** A consent, or terms, that cannot be read or written. `path` names the offending element. */
export class ConsentFormatError extends CareProofError {
  override readonly name = "ConsentFormatError";

  declare readonly code: ConsentFormatErrorCode;
  declare readonly path: string;
}

/** The longest that a consent may last after `issuedAt`, in seconds: `ConsentRegistry.MAX_DURATION`, 3653 days. */
export const LONGEST_CONSENT = 3653 * 86_400;
