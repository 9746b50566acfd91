import { expect } from "chai";

import { GTIN, ITEMS, LEAVES, rootOf, RUN, SALT } from "./lotInput";
import { type CountFile, countFileOf, readCountFile } from "../../src/provenance/countFile.js";
import { lotKey } from "../../src/provenance/lot.js";
import { LotTree } from "../../src/provenance/lotTree.js";

describe("count file", () => {
  let file: CountFile;

  before(async () => {
    file = countFileOf(await LotTree.build(RUN, ITEMS, { salt: SALT }));
  });

  it("proves the number of packages and containers of the run", () => {
    const read = readCountFile(`${JSON.stringify(file)}\n`);
    expect(read).to.deep.equal(file);
    expect(read).to.include({
      ...RUN,
      lot: String(lotKey(GTIN, RUN.lotNumber)),
      packages: 7,
      containers: 3,
      salt: SALT,
    });
    expect(rootOf(LEAVES.at(-1)!, read.proof)).to.equal(read.root);
  });

  const changes: [name: string, change: object, code: string, message: string][] = [
    ["another number of packages", { packages: 8 }, "COUNT_FILE_MISMATCH", "do not lead to its root"],
    ["another number of containers", { containers: 2 }, "COUNT_FILE_MISMATCH", "do not lead to its root"],
    ["another salt", { salt: `0x${"00".repeat(32)}` }, "COUNT_FILE_MISMATCH", "do not lead to its root"],
    ["another root", { root: `0x${"00".repeat(32)}` }, "COUNT_FILE_MISMATCH", "do not lead to its root"],
    ["a shorter proof", { proof: [] }, "COUNT_FILE_MISMATCH", "do not lead to its root"],
    ["a key of another lot", { lot: "5" }, "COUNT_FILE_INVALID", `the key of lot ABC/1 of ${GTIN} is `],
    ["a bad lot number", { lotNumber: "a b" }, "COUNT_FILE_INVALID", "character 2 of the lot number"],
    ["no packages", { packages: undefined }, "COUNT_FILE_INVALID", '"packages" is missing or invalid'],
    ["packages as text", { packages: "7" }, "COUNT_FILE_INVALID", '"packages" is missing or invalid'],
    ["a bad salt", { salt: "0x" }, "COUNT_FILE_INVALID", '"salt" is missing or invalid'],
    ["no GTIN", { gtin: 5 }, "COUNT_FILE_INVALID", '"gtin" is missing or invalid'],
    ["a bad proof", { proof: ["0x"] }, "COUNT_FILE_INVALID", '"proof" is missing or invalid'],
    ["another format", { format: "x" }, "COUNT_FILE_INVALID", "not a count file of a lot"],
    ["another version", { version: 2 }, "COUNT_FILE_INVALID", "unknown version 2 of count files"],
  ];
  for (const [name, change, code, message] of changes) {
    it(`is refused with ${name}`, () => {
      expect(() => readCountFile(JSON.stringify({ ...file, ...change }), "count.json"))
        .to.throw(`count.json: `)
        .with.property("code", code);
      expect(() => readCountFile(JSON.stringify({ ...file, ...change }))).to.throw(message);
    });
  }
});
