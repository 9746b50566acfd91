/**
 * The elements of FHIR R4 `Consent` that `writeConsent` writes. Each is assignable to its namesake in `@types/fhir`
 * (`fhir4.Consent`), which the package so need not depend on.
 */

/** FHIR R4 `Coding`. */
export interface Coding {
  system: string;
  code: string;
}

/** FHIR R4 `CodeableConcept`. */
export interface CodeableConcept {
  coding: Coding[];
}

/** FHIR R4 `Reference`: literal, logical, or both. */
export interface Reference {
  reference?: string;
  identifier?: { system: string; value: string };
}

/** FHIR R4 `Consent.provision`. */
export interface ConsentProvision {
  period?: { start: string; end: string };
  actor: { role: CodeableConcept; reference: Reference }[];
  securityLabel?: Coding[];
  purpose?: Coding[];
  class?: Coding[];
}

/** FHIR R4 `Consent`. */
export interface Consent {
  resourceType: "Consent";
  id?: string;
  status: "active";
  scope: CodeableConcept;
  category: CodeableConcept[];
  patient: Reference;
  dateTime: string;
  policyRule: CodeableConcept;
  provision?: ConsentProvision;
}
