/**
 * The elements of FHIR R4 `ClaimResponse` and `ExplanationOfBenefit` that are written. Each is assignable to its namesake in
 * `@types/fhir`, which the package so need not depend on.
 */
import type { CodeableConcept, Coding, Reference } from "../../consent/fhir/resource.js";

/** FHIR R4 `Money`. */
export interface Money {
  /** A decimal with at most 6 decimals and 15 digits, which a JavaScript number holds exactly. */
  value: number;
  /** ISO 4217. */
  currency: string;
}

/** FHIR R4 `Identifier`. */
export interface Identifier {
  system: string;
  value: string;
}

/** FHIR R4 `ClaimResponse.item.adjudication`, and that of claims and of `ExplanationOfBenefit`. */
export interface FhirAdjudication {
  category: CodeableConcept;
  /** Reason and group code of X12. */
  reason?: CodeableConcept;
  amount: Money;
}

/** FHIR R4 `ClaimResponse.payment`. */
export interface FhirPayment {
  type: CodeableConcept;
  /** What the amount is less by than what is paid of the claim: negative for interest. */
  adjustment?: Money;
  adjustmentReason?: CodeableConcept;
  date: string;
  amount: Money;
}

/** What `ClaimResponse` and `ExplanationOfBenefit` have in common. */
interface Settlement {
  identifier: Identifier[];
  status: "active" | "cancelled";
  type: CodeableConcept;
  use: "claim";
  patient: Reference;
  created: string;
  insurer: Reference;
  outcome: "complete";
  adjudication?: FhirAdjudication[];
  total: FhirTotal[];
  payment?: FhirPayment;
}

/** FHIR R4 `ClaimResponse.total`. */
export interface FhirTotal {
  category: CodeableConcept;
  amount: Money;
}

/** FHIR R4 `ClaimResponse`. */
export interface ClaimResponse extends Settlement {
  resourceType: "ClaimResponse";
  requestor: Reference;
  /** The claim, by the provider's number of it. */
  request: { type: "Claim"; identifier: Identifier };
  item: { itemSequence: number; adjudication: FhirAdjudication[] }[];
}

/** FHIR R4 `ExplanationOfBenefit`. */
export interface ExplanationOfBenefit extends Settlement {
  resourceType: "ExplanationOfBenefit";
  provider: Reference;
  claim: { type: "Claim"; identifier: Identifier };
  insurance: { focal: true; coverage: { identifier: Identifier } }[];
  item: {
    sequence: number;
    productOrService: { coding: { system?: string; code: string }[] };
    modifier?: { coding: { code: string }[] }[];
    servicedDate: string;
    quantity: { value: number };
    net: Money;
    adjudication: FhirAdjudication[];
  }[];
}

export type { CodeableConcept, Coding, Reference };
