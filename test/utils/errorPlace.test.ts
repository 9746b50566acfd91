import { expect } from "chai";

import { CareProofError } from "../../src/errors.js";
import { underPath } from "../../src/utils/errorPlace.js";

describe("underPath", () => {
  const placed = (error: unknown): Partial<CareProofError> => underPath(error, "lines[2]") as CareProofError;

  it("puts the path in front of the member that an error names", () => {
    const error = placed(new CareProofError("FEE_INVALID", "is negative", "fee"));
    expect(error).to.include({ code: "FEE_INVALID", path: "lines[2].fee", message: "lines[2].fee: is negative" });
  });

  it("gives the path to an error that names none", () => {
    const error = placed(new CareProofError("FEE_MISSING", "is missing"));
    expect(error).to.include({ code: "FEE_MISSING", path: "lines[2]", message: "lines[2]: is missing" });
  });

  it("leaves other errors as they are", () => {
    const error = new TypeError("a defect");
    expect(placed(error)).to.equal(error);
  });
});
