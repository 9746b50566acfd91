import type { X12Adjustment, X12Procedure } from "./adjustment.js";
import type { X12Provider } from "./claim.js";
import type { X12Place } from "./problem.js";
import type { ServiceDates } from "./segment.js";

/**
 * An 835 (005010X221A1; 004010X091A1): a payment and what it pays. Amounts are decimals with two decimals or more, dates ISO 8601.
 * Patients' names and numbers and bank accounts are not in it.
 */
export interface X12Payment {
  /** BPR02. */
  readonly amount: string;
  /** BPR03: `C` credit, `D` debit. */
  readonly creditOrDebit: string;
  /** BPR04: `ACH`, `CHK`, `NON` no payment. */
  readonly method: string;
  /** BPR16: when the payment is effective. */
  readonly date?: string;
  /** TRN02: number of the check or transfer. */
  readonly traceNumber: string;
  readonly payer: X12PaymentPayer;
  /** N1*PE, REF*TJ. */
  readonly payee: X12Provider;
  readonly claims: readonly X12ClaimPayment[];
  /** PLB: what is paid or withheld apart from these claims. */
  readonly providerAdjustments: readonly X12ProviderAdjustment[];
  /** Whether every line, every claim and the payment adds up, and no claim of it was left out. */
  readonly balanced: boolean;
  /** Where BPR stands. */
  readonly place: X12Place;
}

/** Who pays: N1*PR. */
export interface X12PaymentPayer {
  /** N102. */
  readonly name?: string;
  /** N104 or REF*2U, else TRN03. */
  readonly id?: string;
}

/** What is paid of a claim (loop 2100). */
export interface X12ClaimPayment {
  /** CLP01: CLM01 of the claim. */
  readonly patientControlNumber: string;
  /** CLP02: `1` primary, `2` secondary, `3` tertiary, `4` denied, `22` reversal, whose amounts are negative. */
  readonly status: string;
  /** CLP03. */
  readonly charge: string;
  /** CLP04. */
  readonly paid: string;
  /** CLP05. */
  readonly patientResponsibility: string;
  /** CLP06. */
  readonly claimFilingIndicator?: string;
  /** CLP07. */
  readonly payerControlNumber?: string;
  /** DTM*232 and DTM*233. */
  readonly serviceDates?: ServiceDates;
  readonly adjustments: readonly X12Adjustment[];
  readonly lines: readonly X12LinePayment[];
  /** Where CLP stands. */
  readonly place: X12Place;
}

/** What is paid of a line (loop 2110). */
export interface X12LinePayment {
  /** SVC01. */
  readonly procedure: X12Procedure;
  /** SVC02. */
  readonly charge: string;
  /** SVC03. */
  readonly paid: string;
  /** SVC04. */
  readonly revenueCode?: string;
  /** SVC05: units that were paid. */
  readonly quantity?: string;
  /** DTM*472, or DTM*150 and DTM*151. */
  readonly serviceDates?: ServiceDates;
  readonly adjustments: readonly X12Adjustment[];
}

/** An adjustment of PLB, which belongs to no claim. */
export interface X12ProviderAdjustment {
  /** PLB01. */
  readonly providerId: string;
  /** PLB02: end of the provider's fiscal period. */
  readonly fiscalPeriod: string;
  /** PLB03-1, such as `CS` or `FB`. */
  readonly reason: string;
  /** PLB03-2. */
  readonly reference?: string;
  /** What the payment is less by: negative raises it. */
  readonly amount: string;
}
