import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as statuses from "../../src/claims/statuses.js";

describe("statuses of claims", () => {
  const enums = [
    ["ClaimWord", "ClaimStatus", statuses.CLAIM_STATUSES],
    ["IClaimsProcessor", "PendReason", statuses.PEND_REASONS],
    ["IClaimsProcessor", "AdjustmentGroup", statuses.DENIAL_GROUPS],
  ] as const;
  for (const [file, name, values] of enums) {
    it(`has ${name} as ${file}.sol does`, () => {
      const source = readFileSync(join("contracts/claims", `${file}.sol`), "utf8");
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source)![1]!;
      expect(body.split(",").map((value) => value.trim())).to.deep.equal(values);
    });
  }
});
