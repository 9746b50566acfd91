/** The code systems and kinds of identifiers of FHIR R4 claims. */

/** Adjudication categories of HL7. */
export const ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication";
/** Adjudication categories of CARIN for Blue Button, where HL7's have none. */
export const CARIN_ADJUDICATION = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication";
/** Claim adjustment reason codes of X12 (CARC). */
export const ADJUSTMENT_REASON = "https://x12.org/codes/claim-adjustment-reason-codes";
/** Claim adjustment group codes of X12: CO, OA, PI, PR. */
export const ADJUSTMENT_GROUP = "https://x12.org/codes/claim-adjustment-group-codes";
/** Provider adjustment reason codes of X12, those of PLB. */
export const PROVIDER_ADJUSTMENT_REASON = "https://x12.org/codes/provider-adjustment-reason-codes";
/** Kinds of claims. */
export const CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type";
/** Whether a payment is complete. */
export const PAYMENT_TYPE = "http://terminology.hl7.org/CodeSystem/ex-paymenttype";

/** National Provider Identifiers. */
export const NPI = "http://hl7.org/fhir/sid/us-npi";
/** Employer identification numbers. */
export const EIN = "urn:oid:2.16.840.1.113883.4.4";

/** Ids of claims: 32 bytes as 0x-hex. */
export const CAREPROOF_CLAIM = "https://careproof.dev/fhir/NamingSystem/claim";
/** Numbers of policies. */
export const CAREPROOF_POLICY = "https://careproof.dev/fhir/NamingSystem/policy";
/** Providers' numbers of claims (X12 CLM01). */
export const PATIENT_CONTROL_NUMBER = "https://careproof.dev/fhir/NamingSystem/patient-control-number";

/** HCPCS level II, and codes of level I (CPT) and of dentists (CDT) that are in it. */
const HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
const CPT = "http://www.ama-assn.org/go/cpt";
const CDT = "http://www.ada.org/cdt";
const NDC = "http://hl7.org/fhir/sid/ndc";

/** X12's qualifiers of code systems of procedures (element 235). */
const QUALIFIERS: ReadonlyMap<string, string> = new Map([
  [CPT, "HC"],
  [HCPCS, "HC"],
  ["http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "HC"],
  ["urn:oid:2.16.840.1.113883.6.285", "HC"],
  ["urn:oid:2.16.840.1.113883.6.12", "HC"],
  [CDT, "AD"],
  ["urn:oid:2.16.840.1.113883.6.13", "AD"],
  [NDC, "N4"],
]);

/** X12's qualifier of a code system; undefined where it has none. */
export function qualifierOf(system: string): string | undefined {
  return QUALIFIERS.get(system);
}

/** Code systems of X12's qualifiers that have one. */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ["AD", CDT],
  ["N4", NDC],
]);

/** The code system of a procedure of an X12 claim; undefined where its qualifier tells none. */
export function systemOf(qualifier: string, code: string): string | undefined {
  // CPT codes are of five characters of which the first four are digits; those of HCPCS level II begin with a letter.
  if (qualifier === "HC") return /^\d{4}/.test(code) ? CPT : HCPCS;
  return SYSTEMS.get(qualifier);
}
