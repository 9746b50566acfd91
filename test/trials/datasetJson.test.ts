import { expect } from "chai";

import { dataRowContent } from "../../src/trials/dataRow.js";
import { readDatasetJson } from "../../src/trials/datasetJson.js";
import { datasetJson, expectError, rowsOf } from "./batches.js";
import { column, COLUMNS, metadata, ROWS, vitalSigns, vitalSignsLines, withValue } from "./datasets.js";

describe("readDatasetJson", () => {
  it("gives each row its key and its values, in canonical JSON", async () => {
    const { rows } = await rowsOf(datasetJson(vitalSigns()));
    expect(rows.slice(0, 3).map(dataRowContent)).to.deep.equal([
      '{"dataset":"VS","key":{"STUDYID":"TEST","USUBJID":"001","VSSEQ":1},"values":{"VSDTC":"2026-01-05","VSORRES":"120","VSSTRESN":120}}',
      '{"dataset":"VS","key":{"STUDYID":"TEST","USUBJID":"001","VSSEQ":2},"values":{"VSDTC":"2026-01-05T10:30","VSORRES":"80","VSSTRESN":80.5}}',
      '{"dataset":"VS","key":{"STUDYID":"TEST","USUBJID":"002","VSSEQ":1},"values":{"VSDTC":"","VSORRES":"a \\"quoted\\" \\\\ value\\n","VSSTRESN":null}}',
    ]);
  });

  it("gives a row to each column's definition, to the data set and to the file", async () => {
    const { rows } = await rowsOf(datasetJson(vitalSigns()));
    expect(rows).to.have.length(ROWS.length + COLUMNS.length + 2);
    expect(dataRowContent(rows[3]!)).to.equal(
      '{"dataset":"VS","key":{"itemOID":"IT.VS.STUDYID"},"values":{"dataType":"string","keySequence":1,"label":"Label of STUDYID","name":"STUDYID","position":1}}',
    );
    expect(rows.slice(-2).map(dataRowContent)).to.deep.equal([
      '{"dataset":"VS","key":{},"values":{"datasetJSONVersion":"1.1.0","itemGroupOID":"IG.VS","label":"Vital Signs","name":"VS","studyOID":"TEST"}}',
      '{"dataset":"VS","key":{"datasetJSONCreationDateTime":"2026-01-31T10:00:00","fileOID":"file.1"},"values":{"records":3}}',
    ]);
  });

  it("reads the same rows from NDJSON, with the lines as places", async () => {
    const json = await rowsOf(datasetJson(vitalSigns()));
    const lines = await rowsOf(datasetJson(vitalSignsLines()));
    expect(lines.rows).to.deep.equal(json.rows);
    expect(lines.places.slice(0, 3)).to.deep.equal(["line 2", "line 3", "line 4"]);
    expect(json.places.slice(0, 3)).to.deep.equal(["rows[0]", "rows[1]", "rows[2]"]);
  });

  it("reads the same rows wherever the file is cut into chunks, and where the rows come before the columns", async () => {
    const { rows: whole } = await rowsOf(datasetJson(vitalSigns()));
    const bytes = Buffer.from(
      vitalSigns(ROWS.map((row) => row.map((value) => (value === "120" ? "120 µg/L é😀" : value)))),
    );
    const { rows: expected } = await rowsOf((sink) => readDatasetJson([bytes], sink));
    for (const size of [1, 2, 7, 64]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const { rows } = await rowsOf((sink) => readDatasetJson(chunks, sink));
      expect(rows).to.deep.equal(expected);
    }
    const late = JSON.stringify({ rows: ROWS, ...metadata(ROWS.length) });
    expect((await rowsOf(datasetJson(late))).rows).to.deep.equal(whole);
  });

  it("keeps the digits of numbers, and makes one form of strings that are escaped otherwise", async () => {
    const rows = vitalSigns().replace(",120,", ",120.00,").replace('"120"', '"\\u0031\\u00320"');
    expect(dataRowContent((await rowsOf(datasetJson(rows))).rows[0]!)).to.include('"VSORRES":"120","VSSTRESN":120.00}');
  });

  it("says what it read", async () => {
    const summary = await readDatasetJson([Buffer.from(vitalSigns())], {
      datasets: () => undefined,
      problem: () => undefined,
      row: () => undefined,
    });
    expect(summary).to.deep.equal({
      dataset: "VS",
      rows: 3,
      columns: ["STUDYID", "USUBJID", "VSSEQ", "VSORRES", "VSSTRESN", "VSDTC"],
      key: ["STUDYID", "USUBJID", "VSSEQ"],
    });
  });

  it("says where the number of records is not that of the rows", async () => {
    const { problems } = await rowsOf(datasetJson(vitalSignsLines(ROWS, { records: 4 })));
    expect(problems.map(({ code, path }) => [code, path])).to.deep.equal([["RECORDS_MISMATCH", "records"]]);
  });

  const misfits: [string, number, unknown][] = [
    ["a text in a column of integers", 2, "1"],
    ["a fraction in a column of integers", 2, 1.5],
    ["a number in a column of texts", 3, 120],
    ["a text in a column of floats", 4, "120"],
    ["a month that there is not", 5, "2026-13-05"],
    ["a day of another form", 5, "5 Jan 2026"],
    ["an hour that there is not", 5, "2026-01-05T25:00"],
  ];
  for (const [name, place, value] of misfits) {
    it(`notes ${name}, and the column`, async () => {
      const { problems } = await rowsOf(datasetJson(vitalSigns(withValue(1, place, value))));
      expect(problems.map(({ code, path }) => [code, path])).to.deep.equal([["DATA_TYPE_MISMATCH", "rows[1]"]]);
      expect(problems[0]!.message).to.match(new RegExp(`^${COLUMNS[place]!.name} is `));
    });
  }

  const fitting: [string, string][] = [
    ["a partial date", "2026-01"],
    ["a date without a month", "2026---05"],
    ["an interval", "2026-01-05T10:30/2026-01-06"],
    ["a time zone", "2026-01-05T10:30:15Z"],
  ];
  for (const [name, value] of fitting) {
    it(`takes ${name} for a date`, async () => {
      expect((await rowsOf(datasetJson(vitalSigns(withValue(1, 5, value))))).problems).to.deep.equal([]);
    });
  }

  const refused: [string, string, string, string][] = [
    [
      "another version",
      vitalSigns(ROWS, { datasetJSONVersion: "1.0.0" }),
      "DATASET_VERSION_UNSUPPORTED",
      "datasetJSONVersion",
    ],
    ["no version", vitalSigns(ROWS, { datasetJSONVersion: undefined }), "DATASET_INVALID", "datasetJSONVersion"],
    ["no columns", vitalSigns(ROWS, { columns: [] }), "DATASET_INVALID", "columns"],
    [
      "an unknown data type",
      vitalSigns(ROWS, { columns: [column("A", "text")] }),
      "DATASET_INVALID",
      "columns[0].dataType",
    ],
    [
      "two columns of a name",
      vitalSigns(ROWS, { columns: [...COLUMNS.slice(0, 5), column("VSSEQ", "date")] }),
      "COLUMN_DUPLICATE",
      "columns[5].name",
    ],
    ["records that are no number", vitalSigns(ROWS, { records: "3" }), "DATASET_INVALID", "records"],
    ["a row with a value too few", vitalSigns([ROWS[0]!, ROWS[1]!.slice(1)]), "ROW_INVALID", "rows[1]"],
    ["a row with a value too many", vitalSignsLines([ROWS[0]!, [...ROWS[1]!, 1]]), "ROW_INVALID", "line 3"],
    ["a row that is an object", vitalSignsLines([ROWS[0]!, {} as unknown[]]), "JSON_INVALID", "line 3"],
    ["a value that is an array", vitalSigns(withValue(0, 3, [1])), "JSON_INVALID", "rows[0]"],
    ["a lone surrogate", vitalSigns().replace('"120"', '"\\ud800"'), "JSON_INVALID", "rows[0]"],
    ["a number of other digits", vitalSigns().replace(",80.5,", ",080.5,"), "JSON_INVALID", "rows[1]"],
    ["a text cut off in a row", vitalSigns().slice(0, -20), "JSON_INVALID", "rows[2]"],
    ["text after the end", `${vitalSigns()}x`, "JSON_INVALID", "line 1"],
    ["a key twice", vitalSigns().replace("{", '{"name":"XX",'), "JSON_INVALID", "line 1"],
    [
      "a key twice within the metadata",
      vitalSigns().replace('"label"', '"name":"A","label"'),
      "JSON_INVALID",
      "line 1",
    ],
  ];
  for (const [name, text, code, path] of refused) {
    it(`refuses ${name}`, async () => {
      await expectError(() => rowsOf(datasetJson(text)), code, path);
    });
  }

  it("refuses bytes that are not UTF-8, and nothing", async () => {
    const bytes = Buffer.from(vitalSigns().replace('"120"', '"µ"'), "latin1");
    await expectError(() => rowsOf((sink) => readDatasetJson([bytes], sink)), "FILE_UNREADABLE", "rows[0]");
    await expectError(() => rowsOf(datasetJson(" \n")), "INPUT_EMPTY");
  });

  it("refuses a column of subjects that there is not", async () => {
    const read = (): unknown =>
      rowsOf((sink) => readDatasetJson([Buffer.from(vitalSigns())], sink, { subject: "SUBJID" }));
    await expectError(read, "COLUMN_UNKNOWN", "columns");
  });
});
