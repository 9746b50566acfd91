/** Consent and records: terms, signatures, FHIR, and commitments to records. */
export * from "./codes.js";
