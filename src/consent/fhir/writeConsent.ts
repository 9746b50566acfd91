/**
 * Consent terms to a FHIR R4 `Consent`: the reverse of `readConsent`.
 */

import { maskToPurposes, ALL_PURPOSES } from "../masks.js";
import type { Category, Purpose } from "../codes.js";
import { checkTerms } from "./checkTerms.js";
import { formatDateTime } from "./dateTime.js";
import { writeParty } from "./party.js";
import { typesOfCategory } from "./resourceTypes.js";
import {
  ACT_CODE,
  ACT_REASON,
  CAREPROOF_CATEGORY,
  CAREPROOF_PURPOSE,
  CONSENT_SCOPE,
  isProtected,
  LOINC,
  PARTICIPATION_TYPE,
  RESOURCE_TYPES,
} from "./systems.js";
import type { ConsentTerms } from "./terms.js";
import type { Coding, CodeableConcept, Consent, ConsentProvision, Reference } from "./resource.js";

/** How to write a consent. */
export interface WriteConsentOptions {
  /** Chain id of the addresses in the terms; needed where there are any. */
  readonly chainId?: number | bigint;
  /** `Consent.id`; none where it is left out, as for a resource that a server is to name. */
  readonly id?: string;
}

/**
 * The FHIR R4 `Consent` that says what `terms` say. `readConsent` gives the same terms back (but for `path` and
 * `inexact`).
 *
 * A grant is written as OPTIN, a revocation as OPTOUT. Throws `ConsentFormatError` `TERMS_INVALID` on terms that are none.
 */
export function writeConsent(terms: ConsentTerms, options: WriteConsentOptions = {}): Consent {
  const checked = checkTerms(terms);
  const provision = provisionOf(checked, options.chainId);
  return {
    resourceType: "Consent",
    ...(options.id === undefined ? {} : { id: options.id }),
    status: "active",
    scope: concept(CONSENT_SCOPE, "patient-privacy"),
    category: [concept(LOINC, "59284-0")],
    patient: writeParty(checked.patient, "terms.patient", options.chainId),
    dateTime: formatDateTime(checked.issuedAt),
    policyRule: concept(ACT_CODE, checked.kind === "grant" ? "OPTIN" : "OPTOUT"),
    ...(provision === undefined ? {} : { provision }),
  };
}

function provisionOf(terms: ConsentTerms, chainId: number | bigint | undefined): ConsentProvision | undefined {
  if (terms.kind === "revocationOfAll") return undefined;
  const recipient = actor(writeParty(terms.grantee, "terms.grantee", chainId));
  if (terms.kind === "revocation") {
    const all = terms.purposes.length === maskToPurposes(ALL_PURPOSES).length;
    return { actor: [recipient], ...(all ? {} : { purpose: terms.purposes.map(purpose) }) };
  }
  const securityLabel = [
    ...terms.categories.filter(isProtected).map((name) => coding(ACT_CODE, name)),
    ...terms.flags.map((name) => coding(ACT_CODE, name)),
  ];
  const classes = terms.categories.filter((name) => !isProtected(name)).flatMap(classesOf);
  return {
    // The end of a FHIR period is in it; `expiresAt` is the first second that is not.
    period: { start: formatDateTime(terms.notBefore), end: formatDateTime(terms.expiresAt - 1) },
    actor: [recipient],
    ...(securityLabel.length === 0 ? {} : { securityLabel }),
    purpose: terms.purposes.map(purpose),
    ...(classes.length === 0 ? {} : { class: classes }),
  };
}

function classesOf(category: Category): Coding[] {
  const types = typesOfCategory(category);
  return types?.map((type) => coding(RESOURCE_TYPES, type)) ?? [coding(CAREPROOF_CATEGORY, category)];
}

function purpose(name: Purpose): Coding {
  return coding(name === "AI_TRAINING" ? CAREPROOF_PURPOSE : ACT_REASON, name);
}

function actor(reference: Reference): { role: CodeableConcept; reference: Reference } {
  return { role: concept(PARTICIPATION_TYPE, "PRCP"), reference };
}

function coding(system: string, code: string): Coding {
  return { system, code };
}

function concept(system: string, code: string): CodeableConcept {
  return { coding: [coding(system, code)] };
}
