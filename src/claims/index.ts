/**
 * Insurance claims: plans, fee schedules, what a plan pays of a claim, computed as the contracts do; parametric products; what is signed;
 * claims on a chain, with what happened to them; X12 837 claims and 835 payments read, X12 interchanges written.
 */
export {
  type Accumulators,
  adjudicate,
  type Adjudication,
  type Adjustment,
  type AdjustmentGroup,
  type AdjustmentReason,
  ADJUSTMENTS,
  type ClaimToAdjudicate,
  MAX_BILLED,
  MAX_LINES,
  type Outcome,
  type PricedLine,
} from "./adjudicate.js";
export * from "./checkClaim.js";
export * from "./claimHistory.js";
export * from "./clearSigning.js";
export * from "./events.js";
export * from "./feeSchedule.js";
export * from "./parametric.js";
export * from "./interest.js";
export * from "./openClaim.js";
export {
  BASIS_POINTS,
  type Benefit,
  LEAST_APPEAL_DAYS,
  MAX_FAMILIES,
  packBenefit,
  planId,
  type PlanTerms,
  unpackBenefit,
} from "./planTerms.js";
export { decodeSubmissions, type ProvenClaim } from "./provenClaim.js";
export * from "./readClaims.js";
export * from "./statuses.js";
export * from "./submissionGroups.js";
export * from "./typedData.js";
export { formatDecimal, formatTokenUnits, parseDecimal, toTokenUnits } from "./decimal.js";
export type { X12Adjustment, X12Procedure } from "./x12/adjustment.js";
export type * from "./x12/claim.js";
export type { X12Item, X12LeftOut } from "./x12/envelopeReader.js";
export type * from "./x12/payment.js";
export type { X12Left, X12Place, X12Problem, X12ProblemCode } from "./x12/problem.js";
export { readX12, type X12Reading, type X12Summary } from "./x12/readX12.js";
export type { ServiceDates } from "./x12/segment.js";
export { streamX12 } from "./x12/streamX12.js";
export type { X12Separators } from "./x12/tokenizer.js";
export * from "./x12/writeX12.js";
