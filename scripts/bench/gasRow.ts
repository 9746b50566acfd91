/** A row of the bench: what an operation costs, beside its peer and its limit. */
export interface GasRow {
  operation: string;
  gas: number;
  /** Most gas allowed; null where nothing is promised. */
  limit: number | null;
  /** What the peer does instead; null where there is none. */
  peer: string | null;
  peerGas: number | null;
}
