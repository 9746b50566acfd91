/**
 * The code systems that a FHIR R4 `Consent` is read with, and CareProof's own.
 */

import { FIRST_PROTECTED_BIT, CATEGORIES, type Category } from "../codes.js";

/** HL7 v3 ActReason: the codes of the value set PurposeOfUse. */
export const ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
/** HL7 v3 ActCode: sensitivity and refrain policies, OPTIN and OPTOUT. */
export const ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/** HL7 v3 ParticipationType: the roles of actors. */
export const PARTICIPATION_TYPE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
/** HL7 v3 Confidentiality. */
export const CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
/** FHIR R4 consent scope. */
export const CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope";
/** FHIR R4 consent action. */
export const CONSENT_ACTION = "http://terminology.hl7.org/CodeSystem/consentaction";
/** FHIR resource types. */
export const RESOURCE_TYPES = "http://hl7.org/fhir/resource-types";
/** LOINC, of which only the code of a consent document is used. */
export const LOINC = "http://loinc.org";

/** CareProof's own purposes, which HL7's value set of FHIR R4 lacks. Its one code is `AI_TRAINING`. */
export const CAREPROOF_PURPOSE = "https://careproof.dev/fhir/CodeSystem/purpose";
/**
 * CareProof's kinds of data. Its codes are the names of the general categories. Used in `provision.class` where a kind
 * is not the same as a set of resource types: a laboratory result and a blood pressure are both an `Observation`.
 */
export const CAREPROOF_CATEGORY = "https://careproof.dev/fhir/CodeSystem/category";

/** The system of an identifier whose value is a URI (FHIR R4, Identifier). */
export const URI_IDENTIFIER = "urn:ietf:rfc:3986";

/** HL7's object identifiers of the same code systems. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["urn:oid:2.16.840.1.113883.5.8", ACT_REASON],
  ["urn:oid:2.16.840.1.113883.5.4", ACT_CODE],
  ["urn:oid:2.16.840.1.113883.5.90", PARTICIPATION_TYPE],
  ["urn:oid:2.16.840.1.113883.5.25", CONFIDENTIALITY],
]);

/** The URI of a code system under which this package knows it: HL7's OIDs become HL7's URLs, all else stays. */
export function canonicalSystem(system: string): string {
  return ALIASES.get(system) ?? system;
}

/** Whether a category is one of the specially protected kinds, whose names are codes of ActCode. */
export function isProtected(category: Category): boolean {
  return CATEGORIES[category] >= FIRST_PROTECTED_BIT;
}
