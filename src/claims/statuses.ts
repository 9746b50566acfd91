/** The enums of the contracts of claims, by their names there and in their order. A test holds both equal. */

/** Where a claim is in its life: `ClaimStatus`. */
export const CLAIM_STATUSES = ["None", "Paid", "Pended", "InReview", "Denied", "Appealed", "Upheld", "Voided"] as const;

/** Name of a status. */
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];

/** Why a claim waits for a decision: `IClaimsProcessor.PendReason`. */
export const PEND_REASONS = [
  "None",
  "LookAlike",
  "ReceiptOnly",
  "AwaitingPremium",
  "AboveCeiling",
  "PaymentsPaused",
  "ReserveShort",
] as const;

/** Name of a reason. */
export type PendReason = (typeof PEND_REASONS)[number];

/** Who bears what is denied (X12 CAS01): `IClaimsProcessor.AdjustmentGroup`. */
export const DENIAL_GROUPS = ["None", "CO", "PR", "OA", "PI"] as const;

/** Name of a group. */
export type DenialGroup = (typeof DENIAL_GROUPS)[number];
