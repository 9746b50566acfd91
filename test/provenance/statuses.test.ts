import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import * as statuses from "../../src/provenance/statuses.js";

describe("statuses of drug provenance", () => {
  const enums = [
    ["IItems", "Disposition", statuses.ITEM_DISPOSITIONS],
    ["IItems", "Obstacle", statuses.OBSTACLES],
    ["ILots", "RecallClass", statuses.RECALL_CLASSES],
    ["IProductInvestigations", "Question", statuses.QUESTIONS],
    ["IProductInvestigations", "Answer", statuses.ANSWERS],
  ] as const;
  for (const [file, name, values] of enums) {
    it(`has ${name} as ${file}.sol does`, () => {
      const source = readFileSync(join("contracts/provenance", `${file}.sol`), "utf8");
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source)![1]!;
      expect(body.split(",").map((value) => value.trim())).to.deep.equal(values);
    });
  }
});
