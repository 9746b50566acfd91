import { CLAIM_FILING_INDICATORS, PAYER_RESPONSIBILITIES } from "./codes.js";
import type { X12Segment } from "./segment.js";

/** Responsibility and filing indicator of SBR, of the claim's payer or another. Throws X12Fault. */
export function subscriberOf(segment: X12Segment): { payerResponsibility: string; claimFilingIndicator?: string } {
  const payerResponsibility = segment.code(1, PAYER_RESPONSIBILITIES);
  if (segment.at(9) === "") return { payerResponsibility };
  return { payerResponsibility, claimFilingIndicator: segment.code(9, CLAIM_FILING_INDICATORS) };
}
