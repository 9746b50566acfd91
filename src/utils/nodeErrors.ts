/** What ethers throws when it asks a node. */

/** Whether an error of ethers is that the node does not answer. */
export function isUnreachable(error: unknown): boolean {
  const codes = [
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "EPIPE",
    "EAI_AGAIN",
    "TIMEOUT",
    "NETWORK_ERROR",
    "SERVER_ERROR",
  ];
  return codes.some((code) => hasCode(error, code));
}

/** The error's message as the node worded it. */
export function nodeMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = deepMessage(error);
  return inner ?? ("shortMessage" in error ? String(error.shortMessage) : error.message);
}

function deepMessage(error: object): string | undefined {
  for (const key of ["error", "info"]) {
    const inner: unknown = (error as Record<string, unknown>)[key];
    if (typeof inner !== "object" || inner === null) continue;
    const message = deepMessage(inner) ?? ("message" in inner ? String(inner.message) : undefined);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Whether an error has this code, as errors of ethers and Node do. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
