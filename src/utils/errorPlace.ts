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

/** An error whose place, if it has one, is a member of what stands at `path`: with the whole path. Any other is returned as it is. */
export function underPath(error: unknown, path: string): unknown {
  if (!(error instanceof CareProofError)) return error;
  if (error.path === undefined) return withPlace(error, path);
  const problem = error.message.slice(`${error.path}: `.length);
  return new CareProofError(error.code, problem, `${path}.${error.path}`, { cause: error });
}
