/**
 * The purposes and categories of `contracts/consent/Purposes.sol` and `Categories.sol`, by their names there. A test holds
 * both equal.
 */

/** Number (0 to 31) of each purpose: codes of HL7 v3 PurposeOfUse (ActReason), and AI_TRAINING of CareProof's own. */
export const PURPOSES = {
  TREAT: 0,
  ETREAT: 1,
  HPAYMT: 2,
  HOPERAT: 3,
  HRESCH: 4,
  CLINTRCH: 5,
  PUBHLTH: 6,
  CAREMGT: 7,
  PATRQT: 8,
  FAMRQT: 9,
  HMARKT: 10,
  COC: 11,
  COVERAGE: 12,
  HQUALIMP: 13,
  PATSFTY: 14,
  BIORCH: 15,
  AI_TRAINING: 31,
} as const;

/** Name of a purpose of use. */
export type Purpose = keyof typeof PURPOSES;

/** Bit number (0 to 63) of each kind of data. 0 to 47 are general, 48 to 63 specially protected (HL7 v3 ActCode). */
export const CATEGORIES = {
  DEMOGRAPHICS: 0,
  ALLERGIES: 1,
  CONDITIONS: 2,
  MEDICATIONS: 3,
  IMMUNIZATIONS: 4,
  LABORATORY: 5,
  IMAGING: 6,
  VITAL_SIGNS: 7,
  PROCEDURES: 8,
  ENCOUNTERS: 9,
  CARE_PLANS: 10,
  NOTES: 11,
  FAMILY_HISTORY: 12,
  SOCIAL_HISTORY: 13,
  GENOMICS: 14,
  DEVICES: 15,
  DEVICE_TELEMETRY: 16,
  COVERAGE_AND_CLAIMS: 17,
  TRIAL_DATA: 18,
  AUDIT_AND_CONSENT: 19,
  OTHER: 20,
  PSY: 48,
  ETH: 49,
  HIV: 50,
  SEX: 51,
  GDIS: 52,
  STD: 53,
  SDV: 54,
  PSYTHPN: 55,
  SCA: 56,
} as const;

/** Name of a kind of data. */
export type Category = keyof typeof CATEGORIES;

/** Bit number of each flag that a consent carries onward: refrain policies of HL7 v3 ActCode. */
export const CONSENT_FLAGS = {
  /** No redisclosure without consent directive. */
  NORDSCLCD: 0,
  /** No reuse beyond the purpose of use. */
  NOREUSE: 1,
  /** No relinking of de-identified data. */
  NORELINK: 2,
} as const;

/** Name of a flag of a consent. */
export type ConsentFlag = keyof typeof CONSENT_FLAGS;

/** The first protected category bit. */
export const FIRST_PROTECTED_BIT = 48;
