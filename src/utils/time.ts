/** Times of the chain as papers write them: UTC. */

/** Unix seconds as an ISO 8601 time with the precision of a second: `2026-03-01T09:30:00Z`. */
export function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** The day of unix seconds, `YYYY-MM-DD`. */
export function dayOf(seconds: number): string {
  return timeOf(seconds).slice(0, 10);
}
