/** The enums of the contracts of trials, by their names there and in their order. A test holds both equal. */

/** Where a trial is in its life: `Phase`, as ClinicalTrials.gov names it; `Active` is "active, not recruiting". */
export const TRIAL_PHASES = [
  "None",
  "Registered",
  "Approved",
  "Recruiting",
  "Active",
  "Locked",
  "Unblinded",
  "Reported",
  "Closed",
] as const;

/** Name of a phase. */
export type TrialPhase = (typeof TRIAL_PHASES)[number];

/** Whether enrolment was stopped: `Halt`. */
export const TRIAL_HALTS = ["None", "Suspended", "Terminated"] as const;

/** Name of a halt. */
export type TrialHalt = (typeof TRIAL_HALTS)[number];

/** What a participant does in a trial: `TrialRole`. */
export const TRIAL_ROLES = ["Investigator", "DataManager", "Monitor", "SafetyBoard", "Laboratory"] as const;

/** Name of a role in a trial. */
export type TrialRole = (typeof TRIAL_ROLES)[number];

/** What a signature means (21 CFR 11.50(a)(3)): `SignatureMeaning`. */
export const SIGNATURE_MEANINGS = ["None", "Authorship", "Review", "Approval", "Responsibility"] as const;

/** Name of a meaning. */
export type SignatureMeaning = (typeof SIGNATURE_MEANINGS)[number];

/** Kinds of outcomes: `OutcomeKind`. */
export const OUTCOME_KINDS = ["Primary", "Secondary", "Other"] as const;

/** Name of a kind. */
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** Why a subject is not enrolled: `EnrolmentRefusal`. */
export const ENROLMENT_REFUSALS = [
  "None",
  "NotRecruiting",
  "TrialHalted",
  "VersionNotInForce",
  "SubjectMissing",
  "AlreadyEnrolled",
  "SubjectWithdrawn",
  "SignedInFuture",
  "DeadlinePassed",
  "SignedBeforeEnrolment",
  "SiteNotAppointed",
  "SignerNotOfSite",
  "InvalidSignature",
] as const;

/** Name of a refusal. */
export type EnrolmentRefusal = (typeof ENROLMENT_REFUSALS)[number];
