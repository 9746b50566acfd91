/** The enums of `TrialData` and `TrialSafety`, by their names there and in their order. A test holds both equal. */

/** What a batch holds: `ITrialData.BatchKind`. */
export const BATCH_KINDS = ["Capture", "Query", "Correction", "ExternalLaboratory"] as const;

/** Name of a kind of batch. */
export type BatchKind = (typeof BATCH_KINDS)[number];

/** What a row is worth: `ITrialData.DataStatus`. */
export const DATA_STATUSES = ["Unknown", "Anchored", "NotEnrolled", "AfterWithdrawal", "ConsentOutdated"] as const;

/** Name of what a row is worth. */
export type DataStatus = (typeof DATA_STATUSES)[number];

/** How long the sponsor has to tell the authority (21 CFR 312.32(c)): `ITrialSafety.SeriousKind`. */
export const SERIOUS_KINDS = ["FatalOrLifeThreatening", "Serious"] as const;

/** Name of a kind of serious event. */
export type SeriousKind = (typeof SERIOUS_KINDS)[number];
