import { readFileSync } from "node:fs";

import { expect } from "chai";

import * as statuses from "../../src/trials/statuses.js";

describe("statuses of trials", () => {
  const enums = [
    ["Phase", statuses.TRIAL_PHASES],
    ["Halt", statuses.TRIAL_HALTS],
    ["TrialRole", statuses.TRIAL_ROLES],
    ["SignatureMeaning", statuses.SIGNATURE_MEANINGS],
    ["OutcomeKind", statuses.OUTCOME_KINDS],
    ["EnrolmentRefusal", statuses.ENROLMENT_REFUSALS],
  ] as const;
  for (const [name, values] of enums) {
    it(`has ${name} as TrialTypes.sol does`, () => {
      const source = readFileSync("contracts/trials/TrialTypes.sol", "utf8");
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source)![1]!;
      expect(body.split(",").map((value) => value.trim())).to.deep.equal(values);
    });
  }
});
