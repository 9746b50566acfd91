import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { DERIVED_KINDS } from "../../src/trials/dataLicence.js";
import * as statuses from "../../src/trials/dataStatuses.js";

describe("statuses of trial data", () => {
  const enums = [
    ["ITrialData", "BatchKind", statuses.BATCH_KINDS],
    ["ITrialData", "DataStatus", statuses.DATA_STATUSES],
    ["ITrialSafety", "SeriousKind", statuses.SERIOUS_KINDS],
    ["IDataLicence", "LicenceStatus", statuses.LICENCE_STATUSES],
    ["IDataLicence", "LicenceDenial", statuses.LICENCE_DENIALS],
    ["DataLicenceTypes", "DerivedKind", DERIVED_KINDS],
  ] as const;
  for (const [file, name, values] of enums) {
    it(`has ${name} as ${file}.sol does`, () => {
      const source = readFileSync(join("contracts/trials", `${file}.sol`), "utf8");
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source)![1]!;
      expect(body.split(",").map((value) => value.trim())).to.deep.equal(values);
    });
  }
});
