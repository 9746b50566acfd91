/** Consent and records: terms, signatures, FHIR, and commitments to records. */
export * from "./clearSigning.js";
export * from "./codes.js";
export * from "./describe.js";
export * from "./envelope.js";
export * from "./fhir/checkTerms.js";
export * from "./fhir/readConsent.js";
export * from "./fhir/resourceTypes.js";
export * from "./fhir/terms.js";
export * from "./fhir/writeConsent.js";
export * from "./masks.js";
export * from "./patientAddress.js";
export * from "./typedData.js";
export * from "./words.js";
