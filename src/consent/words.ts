/** Purposes, categories and flags in plain words, as a wallet or a form shows them to the person who decides. */

import type { Category, ConsentFlag, Purpose } from "./codes.js";

/** What each purpose is, to be read after "for". */
export const PURPOSE_WORDS: Readonly<Record<Purpose, string>> = {
  TREAT: "treatment",
  ETREAT: "emergency treatment",
  HPAYMT: "payment for care",
  HOPERAT: "running the health care organisation",
  HRESCH: "research",
  CLINTRCH: "clinical trials",
  PUBHLTH: "public health",
  CAREMGT: "managing the patient's care",
  PATRQT: "the patient's own request",
  FAMRQT: "the family's request",
  HMARKT: "marketing",
  COC: "coordinating care",
  COVERAGE: "finding out about insurance coverage",
  HQUALIMP: "improving the quality of care",
  PATSFTY: "patient safety",
  BIORCH: "biomedical research",
  AI_TRAINING: "training artificial intelligence",
};

/** What each category is. */
export const CATEGORY_WORDS: Readonly<Record<Category, string>> = {
  DEMOGRAPHICS: "name, contact and personal details",
  ALLERGIES: "allergies",
  CONDITIONS: "conditions and diagnoses",
  MEDICATIONS: "medications",
  IMMUNIZATIONS: "immunizations",
  LABORATORY: "laboratory results",
  IMAGING: "images",
  VITAL_SIGNS: "vital signs",
  PROCEDURES: "procedures",
  ENCOUNTERS: "visits",
  CARE_PLANS: "care plans",
  NOTES: "notes and documents",
  FAMILY_HISTORY: "family history",
  SOCIAL_HISTORY: "social history",
  GENOMICS: "genome data",
  DEVICES: "devices",
  DEVICE_TELEMETRY: "measurements that devices send",
  COVERAGE_AND_CLAIMS: "insurance and claims",
  TRIAL_DATA: "clinical trial data",
  AUDIT_AND_CONSENT: "records of access and consent",
  OTHER: "other health data",
  PSY: "psychiatric data",
  ETH: "substance use data (42 CFR Part 2)",
  HIV: "HIV or AIDS data",
  SEX: "sexual and reproductive health data",
  GDIS: "genetic disease data",
  STD: "sexually transmitted disease data",
  SDV: "sexual assault, abuse or domestic violence data",
  PSYTHPN: "psychotherapy notes",
  SCA: "sickle cell data",
};

/** What each flag asks of who uses the data, as a sentence without its full stop. */
export const FLAG_WORDS: Readonly<Record<ConsentFlag, string>> = {
  NORDSCLCD: "It may not be disclosed further without the patient's consent",
  NOREUSE: "It may not be used for anything else",
  NORELINK: "It may not be linked to the patient again once that link was removed",
};
