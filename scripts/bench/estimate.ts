import { runChild } from "./child";

/** What {@link benchEstimate} measures. */
export interface EstimateBench {
  readonly claims: number;
  readonly lines: number;
  /** Claims adjudicated in a second on one core, the median of three runs. */
  readonly claimsPerSecond: number;
}

/**
 * Estimates claims of 1 to 10 lines with the built package, in a process of its own.
 *
 * @throws Error if what becomes of the claims does not sum to what was billed.
 */
export async function benchEstimate(): Promise<EstimateBench> {
  return runChild<EstimateBench>("estimateChild.mjs", [], "estimating claims");
}
