import type { X12Adjustment, X12Procedure } from "./adjustment.js";
import type { X12Place } from "./problem.js";
import type { ServiceDates } from "./segment.js";

/** Which of the three kinds of 837: 837P (X222, X098), 837I (X223, X096), 837D (X224, X097). */
export type X12ClaimKind = "professional" | "institutional" | "dental";

/** An organisation or person that provides care, by its numbers. Social security numbers and names are not read. */
export interface X12Provider {
  /** National Provider Identifier, as it is written. */
  readonly npi?: string;
  /** Employer identification number. */
  readonly taxId?: string;
}

/**
 * A claim of an 837 (005010X222A1/A2, X223A2/A3, X224A2/A3; 004010X098, X096, X097 and their addenda). Amounts are decimals with two
 * decimals or more (`541.00`), dates ISO 8601. Nothing of the patient is in it: no name, address, birth date, member id or diagnosis.
 */
export interface X12Claim {
  readonly kind: X12ClaimKind;
  /** CLM01. */
  readonly patientControlNumber: string;
  /** CLM02: the sum of the lines' charges. */
  readonly charge: string;
  /** CLM05-1: place of service, in institutional claims the first two digits of the type of bill. */
  readonly facilityCode: string;
  /** CLM05-3: `1` original, `7` replacement, `8` void; in institutional claims any of NUBC's. */
  readonly frequencyCode: string;
  /** SBR01 of the payer that the claim is to: `P` primary, `S` secondary, `T` tertiary. */
  readonly payerResponsibility: string;
  /** SBR09. */
  readonly claimFilingIndicator?: string;
  /** NM109 of NM1*PR. */
  readonly payerId: string;
  /** NM1*85, REF*EI. */
  readonly billingProvider: X12Provider;
  /** DTP*434 or DTP*472 of the claim, else what its lines' dates span. */
  readonly serviceDates: ServiceDates;
  /** REF*F8: the payer's number of the claim that is replaced or voided. */
  readonly originalReferenceNumber?: string;
  /** REF*G1. */
  readonly priorAuthorization?: string;
  /** Loops 2320: other payers of the same claim. */
  readonly otherPayers: readonly X12OtherPayer[];
  readonly lines: readonly X12ClaimLine[];
  /** Where CLM stands. */
  readonly place: X12Place;
}

/** Another payer of a claim, and what it decided on it (loops 2320 and 2330B). */
export interface X12OtherPayer {
  /** SBR01. */
  readonly payerResponsibility: string;
  /** SBR09. */
  readonly claimFilingIndicator?: string;
  /** NM109 of NM1*PR. */
  readonly payerId?: string;
  /** AMT*D. */
  readonly paid?: string;
  readonly adjustments: readonly X12Adjustment[];
}

/** A service line (loop 2400). */
export interface X12ClaimLine {
  /** LX01. */
  readonly number: number;
  /** SV201, of institutional claims. */
  readonly revenueCode?: string;
  /** SV101, SV202, SV301; a line of an institutional claim may have none. */
  readonly procedure?: X12Procedure;
  readonly charge: string;
  /** SV103, SV204: `UN` units, `MJ` minutes, `DA` days. */
  readonly unit?: string;
  readonly quantity?: string;
  /** DTP*472; where a line has none the claim's dates hold. */
  readonly serviceDates?: ServiceDates;
  /** Loops 2430: what other payers paid of this line. */
  readonly adjudications: readonly X12LineAdjudication[];
}

/** What another payer decided on a line (loop 2430). */
export interface X12LineAdjudication {
  /** SVD01. */
  readonly payerId: string;
  /** SVD02. */
  readonly paid: string;
  /** SVD03. */
  readonly procedure?: X12Procedure;
  readonly adjustments: readonly X12Adjustment[];
}
