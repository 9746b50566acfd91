import { expect } from "chai";

import { dataLeafHash, dataRowSalt, dataLeafDigest, NO_SUBJECT } from "../../src/trials/dataLeaf.js";
import { parseDataManifestHeader, parseManifestRow } from "../../src/trials/dataManifest.js";
import { dataRowContent } from "../../src/trials/dataRow.js";
import { readCsvData } from "../../src/trials/csvData.js";
import { commit as commitment } from "../../src/utils/commitment.js";
import { splitLines } from "../../src/utils/lines.js";
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import {
  anchoredOf,
  CAPTURED,
  commit,
  datasetJson,
  enrolmentOf,
  expectError,
  type Read,
  rowsOf,
  SECRET,
  subjectOf,
} from "./batches.js";
import { ROWS, vitalSigns, vitalSignsLines, withValue } from "./datasets.js";

const csv =
  (text: string, key?: string[]): Read =>
  (sink) =>
    readCsvData(splitLines([Buffer.from(text)]), sink, { dataset: "VS", ...(key === undefined ? {} : { key }) });

describe("DataBatch", () => {
  it("commits each row as the slow functions do, and builds OpenZeppelin's tree of them", async () => {
    const { header, lines } = await commit(datasetJson(vitalSigns()));
    const { rows } = await rowsOf(datasetJson(vitalSigns()));
    const leaves = rows.map((row, index) => {
      const content = commitment("trialData", Buffer.from(dataRowContent(row)), "exact", dataRowSalt(SECRET, index));
      const subject = typeof row.key.USUBJID === "string" ? subjectOf(row.key.USUBJID).slice(0, 66) : NO_SUBJECT;
      return dataLeafHash({ subject, content, capturedAt: CAPTURED, corrects: NO_SUBJECT });
    });
    expect(header!.count).to.equal(rows.length);
    expect(header!.root).to.equal(SimpleMerkleTree.of(leaves, { sortLeaves: false }).root);
    expect(header).to.include({ periodStart: CAPTURED, periodEnd: CAPTURED, secret: SECRET });
    const second = parseManifestRow(lines[2]!, parseDataManifestHeader(lines[0]!, ""), () => "");
    expect(second).to.include({ key: '"TEST","001",2', capturedAt: CAPTURED, corrects: 0, occurrence: 1, role: 0 });
  });

  it("gives the same root to the same data, in JSON and NDJSON", async () => {
    const [json, lines] = [await commit(datasetJson(vitalSigns())), await commit(datasetJson(vitalSignsLines()))];
    expect(json.header!.root).to.equal(lines.header!.root);
  });

  it("gives another root with another secret", async () => {
    const other = await commit(datasetJson(vitalSigns()), { secret: `0x${"22".repeat(32)}` });
    expect(other.header!.root).not.to.equal((await commit(datasetJson(vitalSigns()))).header!.root);
  });

  it("refuses rows of subjects who are not enrolled, and names them", async () => {
    const work = (): unknown => commit(datasetJson(vitalSigns()), { enrolment: enrolmentOf("001") });
    const { message } = await expectError(work, "SUBJECT_NOT_ENROLLED");
    expect(message).to.equal(
      'VS {"STUDYID":"TEST","USUBJID":"002","VSSEQ":1} (rows[2]) is of subject "002", who is not enrolled',
    );
  });

  it("refuses all rows about subjects where there is no enrolment list", async () => {
    const work = (): unknown => commit(datasetJson(vitalSigns()), { enrolment: enrolmentOf() });
    expect((await expectError(work, "SUBJECT_NOT_ENROLLED")).message).to.match(/rows\[0\].*rows\[1\].*rows\[2\]/);
  });

  it("refuses rows captured since the subject withdrew, the same second too, as TrialData does", async () => {
    const withdrawn = (withdrawnAt: number): Promise<unknown> =>
      commit(datasetJson(vitalSigns()), {
        enrolment: enrolmentOf("001", { subjectKey: "002", subject: subjectOf("x"), withdrawnAt }),
      });
    const { message } = await expectError(() => withdrawn(CAPTURED), "CAPTURED_AFTER_WITHDRAWAL");
    expect(message).to.equal(
      'VS {"STUDYID":"TEST","USUBJID":"002","VSSEQ":1} (rows[2]) was captured after subject "002" withdrew',
    );
    expect(await withdrawn(CAPTURED + 1)).to.have.nested.property("header.count", 11);
  });

  it("refuses rows captured before the enrolment was signed", async () => {
    const enrolment = enrolmentOf("001", { subjectKey: "002", subject: subjectOf("x"), signedAt: CAPTURED + 1 });
    await expectError(() => commit(datasetJson(vitalSigns()), { enrolment }), "CAPTURED_BEFORE_ENROLMENT");
  });

  it("refuses a file with too few rows, unless that is accepted", async () => {
    const short = datasetJson(vitalSignsLines(ROWS, { records: 5 }));
    await expectError(() => commit(short), "RECORDS_MISMATCH", "records");
    expect((await commit(short, { accept: ["RECORDS_MISMATCH"] })).header!.count).to.equal(11);
  });

  it("refuses a key that comes twice, with both places told apart", async () => {
    const twice = datasetJson(vitalSigns([...ROWS, ROWS[1]!]));
    const { message } = await expectError(() => commit(twice), "KEY_DUPLICATE", "rows[3]");
    expect(message).to.include('VS {"STUDYID":"TEST","USUBJID":"001","VSSEQ":2} comes twice');
  });

  it("counts rows that are the same where there are no key columns", async () => {
    const { header, lines } = await commit(csv("A,B\n1,2\n1,2\n1,2\n"));
    const rows = lines.slice(1).map((line) => parseManifestRow(line, parseDataManifestHeader(lines[0]!, ""), () => ""));
    expect(header!.count).to.equal(3);
    expect(rows.map(({ key, occurrence }) => [key, occurrence])).to.deep.equal([
      ['"1","2"', 1],
      ['"1","2"', 2],
      ['"1","2"', 3],
    ]);
  });

  describe("after earlier batches", () => {
    const firstBatch = (): Promise<{ readonly lines: readonly string[] }> => commit(datasetJson(vitalSigns()));

    it("has nothing where nothing changed", async () => {
      const earlier = await anchoredOf((await firstBatch()).lines);
      const { header, unchanged, corrections, absent } = await commit(datasetJson(vitalSignsLines()), { earlier });
      expect({ header, unchanged, corrections, absent }).to.deep.equal({
        header: undefined,
        unchanged: 11,
        corrections: 0,
        absent: 0,
      });
    });

    it("has only what is new", async () => {
      const earlier = await anchoredOf((await firstBatch()).lines);
      const more = vitalSigns([...ROWS, ["TEST", "002", 2, "70", 70, ""]]);
      const { header, unchanged, lines } = await commit(datasetJson(more), { earlier });
      // The row, and that of the file, which says how many there are.
      expect([header!.count, unchanged, lines.length]).to.deep.equal([2, 10, 3]);
    });

    it("has a changed row as the correction of the one before, with its reason", async () => {
      const { lines } = await firstBatch();
      const earlier = await anchoredOf(lines);
      const changed = datasetJson(vitalSigns(withValue(1, 3, "82")));
      const batch = await commit(changed, { earlier, reason: "typing error", capturedAt: CAPTURED + 9 });
      expect([batch.header!.count, batch.corrections, batch.unchanged]).to.deep.equal([1, 1, 10]);

      const header = parseDataManifestHeader(lines[0]!, "");
      const before = parseManifestRow(lines[2]!, header, () => "");
      const corrects = dataLeafDigest({
        subject: header.subjects[before.subject - 1]!,
        content: before.content,
        capturedAt: before.capturedAt,
        corrects: NO_SUBJECT,
      });
      const row = parseManifestRow(batch.lines[1]!, batch.header!, () => "");
      const { rows } = await rowsOf(changed);
      const content = Buffer.from(dataRowContent({ ...rows[1]!, audit: { ReasonForChange: "typing error" } }));
      expect(row.corrects).to.equal(corrects);
      expect(row.content).to.equal(commitment("trialData", content, "exact", dataRowSalt(SECRET, 0)));
      expect(batch.header!.root).to.equal(
        dataLeafHash({
          subject: subjectOf("001").slice(0, 66),
          content: row.content,
          capturedAt: CAPTURED + 9,
          corrects,
        }),
      );
    });

    it("knows a correction when it comes again, and one that takes a value back", async () => {
      const first = await firstBatch();
      const changed = datasetJson(vitalSigns(withValue(1, 3, "82")));
      const second = await commit(changed, { earlier: await anchoredOf(first.lines), reason: "typing error" });
      const earlier = await anchoredOf(first.lines, second.lines);
      expect((await commit(changed, { earlier })).header).to.equal(undefined);
      const back = await commit(datasetJson(vitalSigns()), { earlier, reason: "was right" });
      expect([back.header!.count, back.corrections]).to.deep.equal([1, 1]);
    });

    it("refuses a changed row without a reason", async () => {
      const earlier = await anchoredOf((await firstBatch()).lines);
      const work = (): unknown => commit(datasetJson(vitalSigns(withValue(1, 3, "82"))), { earlier });
      await expectError(work, "REASON_MISSING", "rows[1]");
    });

    it("says how many rows the file no longer has", async () => {
      const earlier = await anchoredOf((await firstBatch()).lines);
      expect(await commit(datasetJson(vitalSigns(ROWS.slice(0, 1))), { earlier })).to.include({
        absent: 2,
        unchanged: 8,
      });
    });

    it("has the next export's own data, without calling it a correction", async () => {
      const earlier = await anchoredOf((await firstBatch()).lines);
      const next = datasetJson(vitalSigns(ROWS, { datasetJSONCreationDateTime: "2026-02-28T10:00:00" }));
      const { header, corrections, unchanged } = await commit(next, { earlier });
      expect([header!.count, corrections, unchanged]).to.deep.equal([1, 0, 10]);
    });
  });
});
