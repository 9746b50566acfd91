import type { X12Procedure } from "../x12/adjustment.js";
import type { X12ClaimKind, X12Provider } from "../x12/claim.js";
import type { X12Summary } from "../x12/readX12.js";
import type { ServiceDates } from "../x12/segment.js";

/** Kinds of FHIR R4 claims (code system claim-type): those of X12 (dental is `oral` in FHIR), and two more. */
export type FhirClaimKind = X12ClaimKind | "pharmacy" | "vision";

/**
 * A FHIR R4 `Claim` in the shape that X12 claims are read in. Amounts are decimals with two decimals or more (`541.00`), dates ISO 8601.
 * References are as they stand, or `system|value` of an identifier. Nothing of the patient is in it, nor diagnoses, names and displays.
 */
export interface FhirClaim {
  readonly kind: FhirClaimKind;
  /** `Claim.use`: only `claim` asks for money. */
  readonly use: "claim" | "preauthorization" | "predetermination";
  /** The value of the first identifier, else the id. */
  readonly patientControlNumber: string;
  /** `Claim.total`, else the sum of the lines' charges. */
  readonly charge: string;
  /** ISO 4217 code of all amounts, where one is written. */
  readonly currency?: string;
  /** `7` (replacement) where it relates to a prior claim, else `1`. */
  readonly frequencyCode: "1" | "7";
  /** X12 element 1138, by the sequence of the focal insurance: `P` primary, `S` secondary, `T` tertiary. */
  readonly payerResponsibility: string;
  /** `Claim.insurer`. */
  readonly payerId?: string;
  /** The focal `Claim.insurance.coverage`. */
  readonly coverage?: string;
  /** `Claim.provider`. */
  readonly provider?: string;
  /** The provider's NPI and tax number, where its reference has them, or the resource that it names in the same text. */
  readonly billingProvider: X12Provider;
  /** What the services span, else `Claim.billablePeriod`. */
  readonly serviceDates: ServiceDates;
  /** The prior claim that it replaces. */
  readonly originalReferenceNumber?: string;
  /** The first `Claim.insurance.preAuthRef` of the focal insurance. */
  readonly priorAuthorization?: string;
  /** The other insurances. */
  readonly otherPayers: readonly FhirOtherPayer[];
  readonly lines: readonly FhirClaimLine[];
  /** Where the claim stands, such as `claims.json Bundle.entry[3].resource`. */
  readonly path: string;
}

/** An insurance of a claim that is not the focal one. */
export interface FhirOtherPayer {
  /** X12 element 1138. */
  readonly payerResponsibility: string;
  readonly coverage?: string;
}

/** A line of a claim (`Claim.item`). */
export interface FhirClaimLine {
  /** `sequence`. */
  readonly number: number;
  /** `revenue`. */
  readonly revenueCode?: string;
  /** `productOrService` and `modifier` where X12 has a qualifier for the code system: CPT, HCPCS, CDT, NDC. */
  readonly procedure?: X12Procedure;
  /** The first coding of `productOrService`. */
  readonly coding?: { readonly system?: string; readonly code: string };
  /** `net`, else price times quantity times factor; undefined where neither is there. */
  readonly charge?: string;
  readonly quantity?: string;
  /** `serviced`; where a line has none the claim's dates hold. */
  readonly serviceDates?: ServiceDates;
}

/** A FHIR R4 `Coverage`, without the insured person. */
export interface FhirCoverage {
  /** `Coverage/id`; undefined where it has no id. */
  readonly reference?: string;
  /** Number of the policy or certificate: the value of the first identifier that is no member number. */
  readonly policyNumber?: string;
  /** `active`, `cancelled`, `draft`, `entered-in-error`. */
  readonly status: string;
  /** `payor`, without people. */
  readonly payers: readonly string[];
  readonly period?: { readonly from?: string; readonly to?: string };
  /** Order of coverage, from 1. */
  readonly order?: number;
  /** Values of `class` by their kind, such as `plan`, `group`. */
  readonly classes: Readonly<Record<string, string>>;
  readonly path: string;
}

/** A problem with FHIR resources that were read for the rest. */
export interface FhirProblem {
  /** Stable name, for programs. */
  readonly code: string;
  /** What is wrong, for people, without its place. */
  readonly message: string;
  /** What is not in the result: a claim, another resource, a whole JSON text. undefined where nothing was left out. */
  readonly left?: "claim" | "resource" | "text";
  /** Where: file and line as far as they are known, and the path in the resource. */
  readonly path: string;
}

/** What is in FHIR R4 resources, read whole. */
export interface FhirReading {
  /** As of X12: a transaction is a JSON text, nothing is paid. */
  readonly summary: X12Summary;
  readonly claims: readonly FhirClaim[];
  readonly coverages: readonly FhirCoverage[];
  /** What was wrong, in order. Where one has `left`, that is not in the result. */
  readonly problems: readonly FhirProblem[];
  /** Numbers of the resources of other types, which are not read. */
  readonly passedOver: Readonly<Record<string, number>>;
}
