import { expect } from "chai";

import { CareProofError } from "../../src/errors.js";

/** Code and path of the error of this package that an action throws. */
export async function refusal(action: () => unknown): Promise<{ code: string; path: string | undefined }> {
  try {
    await action();
  } catch (error) {
    expect(error).to.be.instanceOf(CareProofError);
    const { code, path } = error as CareProofError;
    return { code, path };
  }
  throw new Error("nothing was thrown");
}
