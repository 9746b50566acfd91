/**
 * What every error of this package extends: a stable `code`, one line that says what is wrong and where, and the place
 * (a path in the input, a file, a transaction) where there is one.
 */
export class CareProofError extends Error {
  override readonly name: string = "CareProofError";

  constructor(
    /** Stable name of the failure, for programs. */
    readonly code: string,
    message: string,
    /** Where in the input: a FHIRPath-like path (`Consent.provision.period`), a file and line, or a field's name. */
    readonly path?: string,
    options?: ErrorOptions,
  ) {
    super(path === undefined ? message : `${path}: ${message}`, options);
  }
}
