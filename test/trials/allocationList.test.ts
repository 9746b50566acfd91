import { expect } from "chai";
import { id } from "ethers";

import { readAllocationList } from "../../src/trials/allocationList.js";
import { refusal } from "../support/refusal";

const ROW = { index: 0, subject: id("subject"), arm: 1, salt: id("salt") };

const linesOf = (...rows: unknown[]): { line: string; number: number }[] =>
  rows.map((row, i) => ({ line: typeof row === "string" ? row : JSON.stringify(row), number: i + 1 }));

describe("readAllocationList", () => {
  it("reads rows in their order", async () => {
    const rows = [ROW, { ...ROW, index: 1, arm: 0 }];
    expect(await readAllocationList(linesOf(...rows))).to.deep.equal(rows);
  });

  it("refuses rows that are out of place, cut off or hold something else, with file and line", async () => {
    const bad: unknown[] = [
      { ...ROW, index: 1 },
      { ...ROW, subject: "0x12" },
      { ...ROW, arm: 256 },
      { ...ROW, salt: undefined },
      { ...ROW, treatment: "drug" },
      "{",
    ];
    for (const row of bad) {
      const found = await refusal(() => readAllocationList(linesOf(row), "list"));
      expect(found, JSON.stringify(row)).to.deep.equal({ code: "ALLOCATION_INVALID", path: "list:1" });
    }
    expect(await refusal(() => readAllocationList([], "list"))).to.deep.equal({
      code: "ALLOCATION_INVALID",
      path: "list",
    });
  });
});
