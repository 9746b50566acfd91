/** The enums of the contracts of consent and records, by their names there and in their order. A test holds both equal. */

/** Why a use is denied: `IConsentRegistry.Denial`. */
export const DENIALS = [
  "None",
  "Unaccredited",
  "Suspended",
  "Withdrawn",
  "AccreditationExpired",
  "OperatorExpired",
  "OperatorRoleMissing",
  "Retired",
  "UnknownPurpose",
  "NothingAsked",
  "NeverGranted",
  "Revoked",
  "RevokedAll",
  "NotYetValid",
  "Expired",
  "RepresentationEnded",
  "CategoryNotCovered",
] as const;

/** Name of a reason. */
export type Denial = (typeof DENIALS)[number];

/** The latest decision that stands: `IConsentRegistry.DecisionKind`. */
export const DECISION_KINDS = ["None", "Granted", "Revoked", "RevokedAll"] as const;

/** Why the glass was broken: `IEmergencyAccess.BreakGlassReason`. */
export const BREAK_GLASS_REASONS = ["ImmediateThreat", "UnableToConsent", "PublicSafety"] as const;

/** The life of a representation: `IRepresentativeRegistry.RepresentationStatus`. */
export const REPRESENTATION_STATUSES = ["None", "Named", "Appointed", "Vetoed", "Confirmed", "Ended"] as const;

/** What a record is worth: `IRecordRegistry.RecordStatus`. */
export const RECORD_STATUSES = ["Unknown", "Anchored", "Superseded", "Retracted"] as const;

/** Why a record was retracted: `IRecordRegistry.RetractionReason`. */
export const RETRACTION_REASONS = ["None", "EnteredInError", "WrongPatient", "Duplicate"] as const;

/** What became of a receipt of an access: `IDisclosureLog.ReceiptStatus`. */
export const RECEIPT_STATUSES = ["Unreported", "Unlogged", "Late", "Logged"] as const;
