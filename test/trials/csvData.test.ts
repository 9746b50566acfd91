import { expect } from "chai";

import { type CsvDataOptions, readCsvData } from "../../src/trials/csvData.js";
import { dataRowContent } from "../../src/trials/dataRow.js";
import { splitLines } from "../../src/utils/lines.js";
import { expectError, rowsOf } from "./batches.js";

const read = (text: string, options: Partial<CsvDataOptions> = {}): ReturnType<typeof rowsOf> =>
  rowsOf((sink) => readCsvData(splitLines([Buffer.from(text)]), sink, { dataset: "DM", ...options }));

describe("readCsvData", () => {
  it("reads columns by their names, quoted fields and fields over several lines", async () => {
    const text = 'USUBJID,NOTE,AGE\r\n001,"a, ""b""\n\nc",30\r\n002,,\r\n';
    const { rows, places } = await read(text, { key: ["USUBJID"] });
    expect(rows.map(dataRowContent)).to.deep.equal([
      '{"dataset":"DM","key":{"USUBJID":"001"},"values":{"AGE":"30","NOTE":"a, \\"b\\"\\n\\nc"}}',
      '{"dataset":"DM","key":{"USUBJID":"002"},"values":{"AGE":"","NOTE":""}}',
    ]);
    expect(places).to.deep.equal(["line 2", "line 5"]);
  });

  it("takes the whole row for the key where none is named", async () => {
    const { rows } = await read("A;B\n1;2\n");
    expect(rows).to.deep.equal([{ dataset: "DM", key: { A: "1", B: "2" }, values: {} }]);
  });

  const refused: [string, string, Partial<CsvDataOptions>, string, string][] = [
    ["a row with a field too many", "A,B\n1,2,3\n", {}, "ROW_INVALID", "line 2"],
    ["a row with a field too few", "A,B\n1,2\n1\n", {}, "ROW_INVALID", "line 3"],
    ["two columns of a name", "A,A\n", {}, "COLUMN_DUPLICATE", "line 1"],
    ["a column without a name", "A,,B\n", {}, "COLUMN_DUPLICATE", "line 1"],
    ["a key column that there is not", "A,B\n", { key: ["C"] }, "COLUMN_UNKNOWN", "line 1"],
    ["a subject column that there is not", "A,B\n", { subject: "C" }, "COLUMN_UNKNOWN", "line 1"],
    ["a quotation mark without an end", 'A,B\n1,"2\n3\n', {}, "CSV_INVALID", "line 2"],
  ];
  for (const [name, text, options, code, path] of refused) {
    it(`refuses ${name}`, async () => {
      await expectError(() => read(text, options), code, path);
    });
  }

  it("refuses nothing at all", async () => {
    await expectError(() => read(""), "INPUT_EMPTY");
  });
});
