import { BASIS_POINTS, type PlanTerms } from "./planTerms.js";

const SECONDS_A_DAY = 86_400;
const DAYS_A_YEAR = 365n;

/**
 * What a claim bears when it is paid at a time, as the contract computes it: simple interest for each day begun after the
 * prompt-payment period, rounded up to a whole unit, in the claimant's favour.
 *
 * @param amount What the plan pays (token units).
 * @param receivedAt When the claim arrived (unix seconds).
 * @param paidAt Time of the block in which it is paid (unix seconds).
 * @returns Token units.
 */
export function interestOn(
  amount: bigint,
  { promptPaymentDays, interestBasisPoints }: Pick<PlanTerms, "promptPaymentDays" | "interestBasisPoints">,
  receivedAt: number,
  paidAt: number,
): bigint {
  const late = paidAt - receivedAt - promptPaymentDays * SECONDS_A_DAY;
  if (late <= 0) return 0n;
  const days = BigInt(Math.ceil(late / SECONDS_A_DAY));
  const divisor = BigInt(BASIS_POINTS) * DAYS_A_YEAR;
  return (amount * BigInt(interestBasisPoints) * days + divisor - 1n) / divisor;
}
