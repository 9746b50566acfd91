/**
 * The enums of the contracts of trial data, serious events and data licences, by their names there and in their order. A test holds
 * both equal.
 */

/** What a batch of trial data holds: `ITrialData.BatchKind`. */
export const BATCH_KINDS = ["Capture", "Query", "Correction", "ExternalLaboratory"] as const;

/** Name of a kind. */
export type BatchKind = (typeof BATCH_KINDS)[number];

/** What a leaf of trial data is worth: `ITrialData.DataStatus`. */
export const DATA_STATUSES = ["Unknown", "Anchored", "NotEnrolled", "AfterWithdrawal", "ConsentOutdated"] as const;

/** Name of a status. */
export type DataStatus = (typeof DATA_STATUSES)[number];

/** How long the sponsor has to report an event (21 CFR 312.32(c)): `ITrialSafety.SeriousKind`. */
export const SERIOUS_KINDS = ["FatalOrLifeThreatening", "Serious"] as const;

/** Name of a kind. */
export type SeriousKind = (typeof SERIOUS_KINDS)[number];

/** Where a data licence is in its life: `IDataLicence.LicenceStatus`. */
export const LICENCE_STATUSES = ["None", "Requested", "Refused", "Granted", "Active", "Revoked"] as const;

/** Name of a status. */
export type LicenceStatus = (typeof LICENCE_STATUSES)[number];

/** Why data may not be used: `IDataLicence.LicenceDenial`. */
export const LICENCE_DENIALS = [
  "None",
  "NotInGoodStanding",
  "NoLicence",
  "Revoked",
  "Expired",
  "UseNotLicensed",
] as const;

/** Name of a denial. */
export type LicenceDenial = (typeof LICENCE_DENIALS)[number];
