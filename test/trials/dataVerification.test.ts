import { expect } from "chai";

import { isExact } from "../../src/trials/dataVerification.js";
import { anchoredOf, commit, datasetJson, expectError, verify } from "./batches.js";
import { COLUMNS, ROWS, vitalSigns, vitalSignsLines, withValue } from "./datasets.js";

const KEYS = ['"001","VSSEQ":1', '"001","VSSEQ":2', '"002","VSSEQ":1'].map(
  (key) => `VS {"STUDYID":"TEST","USUBJID":${key}}`,
);

describe("DataVerifier", () => {
  it("finds a file exact, whatever the order of its rows", async () => {
    const { lines } = await commit(datasetJson(vitalSigns()));
    const found = await verify(datasetJson(vitalSignsLines([...ROWS].reverse())), lines);
    expect(found).to.include({ rows: 11, exact: 11 });
    expect(isExact(found)).to.equal(true);
  });

  for (const [row, values] of ROWS.entries()) {
    for (const [place, value] of values.entries()) {
      it(`finds the value of ${COLUMNS[place]!.name} changed in row ${row}, and names it`, async () => {
        const { lines } = await commit(datasetJson(vitalSigns()));
        const other = typeof value === "number" ? value + 10 : "2026";
        const found = await verify(datasetJson(vitalSigns(withValue(row, place, other))), lines);
        expect(isExact(found)).to.equal(false);
        if (place < 3) {
          expect(found.missing.rows).to.deep.equal([{ row: KEYS[row] }]);
          expect(found.added.count).to.equal(1);
          expect(found.added.rows[0]!.place).to.equal(`rows[${row}]`);
        } else {
          expect(found.altered).to.deep.include({
            count: 1,
            rows: [{ row: KEYS[row], place: `rows[${row}]`, columns: [COLUMNS[place]!.name] }],
          });
        }
      });
    }
  }

  it("finds a changed definition, and names what differs", async () => {
    const { lines } = await commit(datasetJson(vitalSigns()));
    const columns = COLUMNS.map((column, i) => (i === 4 ? { ...column, label: "Another label" } : column));
    const found = await verify(datasetJson(vitalSigns(ROWS, { columns })), lines);
    expect(found.altered.rows).to.deep.equal([
      { row: 'VS {"itemOID":"IT.VS.VSSTRESN"}', place: "columns[4]", columns: ["label"] },
    ]);
  });

  it("finds missing and added rows", async () => {
    const { lines } = await commit(datasetJson(vitalSigns()));
    const found = await verify(datasetJson(vitalSigns([ROWS[0]!, ["TEST", "003", 1, "1", 1, ""], ROWS[2]!])), lines);
    expect(found).to.include({ rows: 11, exact: 10 });
    expect(found.missing).to.deep.include({ count: 1, rows: [{ row: KEYS[1] }] });
    expect(found.added.rows).to.deep.equal([
      { row: 'VS {"STUDYID":"TEST","USUBJID":"003","VSSEQ":1}', place: "rows[1]" },
    ]);
  });

  it("counts a row that comes twice as added", async () => {
    const { lines } = await commit(datasetJson(vitalSigns()));
    const found = await verify(datasetJson(vitalSigns([...ROWS, ROWS[1]!], { records: 3 })), lines);
    expect(found).to.include({ rows: 12, exact: 11 });
    expect(found.added.rows).to.deep.equal([{ row: KEYS[1], place: "rows[3]" }]);
  });

  it("misses nothing of a data set that the file does not have", async () => {
    const vitals = await commit(datasetJson(vitalSigns()));
    const others = await commit(datasetJson(vitalSigns(ROWS, { name: "XX" })));
    expect(isExact(await verify(datasetJson(vitalSigns()), vitals.lines, others.lines))).to.equal(true);
  });

  it("tells a row as it was before its correction from an altered one", async () => {
    const first = await commit(datasetJson(vitalSigns()));
    const corrected = datasetJson(vitalSigns(withValue(1, 3, "82")));
    const second = await commit(corrected, { earlier: await anchoredOf(first.lines), reason: "typing error" });
    expect(isExact(await verify(corrected, first.lines, second.lines))).to.equal(true);
    const old = await verify(datasetJson(vitalSigns()), first.lines, second.lines);
    expect(old).to.include({ exact: 10 });
    expect(old.altered.count).to.equal(0);
    expect(old.superseded).to.deep.include({ count: 1, rows: [{ row: KEYS[1], place: "rows[1]" }] });
  });

  describe("refuses a manifest", () => {
    const edits: [string, (lines: string[]) => string[], string][] = [
      ["with a row's content edited", (lines) => change(lines, 2, /"0x.{4}/, '"0x0000'), "MANIFEST_MISMATCH"],
      ["with a row's time edited", (lines) => change(lines, 2, /1769904000/, "1769904001"), "MANIFEST_MISMATCH"],
      [
        "with two rows changed about",
        ([header, a, b, c, ...rest]) => [header!, c!, b!, a!, ...rest],
        "MANIFEST_MISMATCH",
      ],
      ["with a row left out", ([header, , ...rest]) => [header!, ...rest], "MANIFEST_INVALID"],
      ["with a row more", (lines) => [...lines, lines[1]!], "MANIFEST_INVALID"],
      ["that is cut off in a row", (lines) => change(lines, lines.length - 1, /.{9}$/, ""), "MANIFEST_INVALID"],
      ["of another version", (lines) => change(lines, 0, /"version":1/, '"version":2'), "MANIFEST_INVALID"],
      ["that is something else", () => ['{"format":"x"}'], "MANIFEST_INVALID"],
    ];
    for (const [name, edit, code] of edits) {
      it(name, async () => {
        const { lines } = await commit(datasetJson(vitalSigns()));
        await expectError(() => anchoredOf(edit([...lines])), code);
      });
    }
  });
});

function change(lines: string[], line: number, pattern: RegExp, by: string): string[] {
  return lines.map((text, i) => (i === line ? text.replace(pattern, by) : text));
}
