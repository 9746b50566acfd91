import { CareProofError } from "../errors.js";

/**
 * An error with the place in the input that whoever threw it did not know; any other is returned as it is.
 *
 * @param code Its code; its own by default.
 */
export function withPlace(error: unknown, place: string, code?: string): unknown {
  if (!(error instanceof CareProofError) || error.path !== undefined) return error;
  return new CareProofError(code ?? error.code, error.message, place, { cause: error });
}
