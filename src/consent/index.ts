/** Consent and records: terms and their FHIR R4 form, commitments to records, their batches, and sealed records. */

// Codes of purposes, categories and flags, sets of them as bitmasks, and the contracts' enums
export * from "./codes.js";
export * from "./masks.js";
export * from "./statuses.js";

// What people and keys sign, and the same in plain words and for wallets (ERC-7730)
export * from "./clearSigning.js";
export * from "./describe.js";
export * from "./typedData.js";
export * from "./words.js";

// What the contracts say happened: events, the state they add up to, and FHIR R4 AuditEvent
export * from "./auditEvent.js";
export * from "./consentWord.js";
export * from "./events.js";
export * from "./indexer.js";

// FHIR R4 Consent to terms and back
export type { ConsentProvision, CodeableConcept, Coding, Consent, Reference } from "./fhir/resource.js";
export * from "./fhir/checkTerms.js";
export { readConsent, type ReadConsentOptions } from "./fhir/readConsent.js";
export * from "./fhir/resourceTypes.js";
export * from "./fhir/terms.js";
export { writeConsent, type WriteConsentOptions } from "./fhir/writeConsent.js";

// Records: canonical form, commitment, leaf, batch and manifest
export * from "./bundle.js";
export { asResource, parseResource, type FhirResource } from "./fhirResource.js";
export * from "./recordBatch.js";
export { recordCategory } from "./recordCategory.js";
export * from "./recordLeaf.js";
export * from "./recordManifest.js";
export { NO_PATIENT_KEY, patientsByReference, type PatientResolver } from "./recordPatient.js";
export * from "../utils/canonical.js";
export * from "../utils/commitment.js";
export { createKeccak256, type Keccak256 } from "../utils/keccak.js";
export * from "../utils/merkle.js";

// Records sealed for their readers, and addresses of a patient per relationship
export * from "./envelope.js";
export * from "./patientAddress.js";
