import { expect } from "chai";

import { CareProofError } from "../../../src/errors.js";

/** Expects a refusal: its code, what its message says, and the place it names, which is empty where it names none. */
export function expectRefusal(act: () => unknown, code: string, message: string | RegExp, path = ""): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, `nothing thrown, expected ${code}`).to.be.instanceOf(CareProofError);
  const error = thrown as CareProofError;
  expect({ code: error.code, path: error.path ?? "" }).to.deep.equal({ code, path });
  if (typeof message === "string") expect(error.message).to.include(message);
  else expect(error.message).to.match(message);
}
