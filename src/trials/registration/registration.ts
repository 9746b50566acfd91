import type { TrialRegistryName } from "./registrationNumber.js";

/** Kind of an outcome. `postHoc` only of results: it was not specified before. */
export type TrialOutcomeKind = "primary" | "secondary" | "other" | "postHoc";

/** An outcome measure, as it was registered or as results are reported for it. */
export interface TrialOutcome {
  readonly kind: TrialOutcomeKind;
  /** What is measured; of results the title under which they are reported. */
  readonly measure: string;
  /** When it is measured, in the words of the record. */
  readonly timeFrame?: string;
  readonly description?: string;
}

/** A group of participants. */
export interface TrialArm {
  readonly label: string;
  /** As the registry has it, such as `EXPERIMENTAL`. */
  readonly type?: string;
  readonly description?: string;
}

/** A date that may be a month: `2026-01-31` or `2026-01`. */
export interface TrialDate {
  readonly date: string;
  /** Whether it has come: `ACTUAL`, or `ESTIMATED`; undefined where the record does not say. */
  readonly type?: "ACTUAL" | "ESTIMATED";
}

/** What is missing from a record. */
export interface RegistrationProblem {
  readonly code: "OUTCOMES_MISSING" | "SPONSOR_MISSING" | "DATE_INVALID" | "ENROLMENT_INVALID";
  readonly message: string;
  readonly path: string;
}

/** A trial as a registry has it. */
export interface TrialRegistration {
  /** The form of the record: ClinicalTrials.gov's API v2, its legacy API v1, its legacy XML. */
  readonly format: "ctgov-v2" | "ctgov-v1" | "ctgov-xml";
  readonly registrationNumber: string;
  readonly registry: TrialRegistryName;
  readonly title: string;
  readonly officialTitle?: string;
  /** Name of the lead sponsor. */
  readonly sponsor?: string;
  /** In the words of API v2: `INTERVENTIONAL`, `OBSERVATIONAL`, `EXPANDED_ACCESS`. */
  readonly studyType?: string;
  readonly status?: string;
  /** `RANDOMIZED`, `NON_RANDOMIZED`, `NA`. */
  readonly allocation?: string;
  /** `NONE`, `SINGLE`, `DOUBLE`, `TRIPLE`, `QUADRUPLE`. */
  readonly masking?: string;
  /** Number of participants, planned or as it came. */
  readonly enrolment?: { readonly count: number; readonly type?: "ACTUAL" | "ESTIMATED" };
  readonly start?: TrialDate;
  readonly primaryCompletion?: TrialDate;
  /** The primary ones first, each kind in the order of the record. */
  readonly outcomes: readonly TrialOutcome[];
  readonly arms: readonly TrialArm[];
  readonly hasResults: boolean;
  /** The outcomes for which results are reported, in the order of the record. */
  readonly reportedOutcomes: readonly TrialOutcome[];
  readonly problems: readonly RegistrationProblem[];
}
