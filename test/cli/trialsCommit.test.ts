import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import type { CommitResult } from "../../src/cli/trialsCommit.js";
import type { VerifyDataResult } from "../../src/cli/trialsVerify.js";
import { careproof } from "../support/terminal.js";
import { SECRET, subjectOf } from "../trials/batches.js";
import { ROWS, vitalSigns, vitalSignsLines, withValue } from "../trials/datasets.js";
import { audit, odmDocument, subject } from "../trials/odm/documents.js";

describe("careproof trials commit and verify", () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const put = (name: string, text: string): string => {
    writeFileSync(at(name), text);
    return at(name);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-trials-"));
    const subjects = ["001", "002"].map((subjectKey) => ({ subjectKey, subject: subjectOf(subjectKey).slice(0, 66) }));
    put("subjects.ndjson", subjects.map((line) => JSON.stringify(line)).join("\n"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function commit(file: string, ...args: string[]): Promise<CommitResult> {
    const all = [
      "trials",
      "commit",
      file,
      "--enrolment",
      at("subjects.ndjson"),
      "--captured-at",
      "2026-02-01T00:00:00Z",
    ];
    const ran = await careproof([...all, ...args, "--json"]);
    expect(ran.stderr).to.equal("");
    expect(ran.code).to.equal(0);
    return JSON.parse(ran.stdout) as CommitResult;
  }

  async function verify(file: string, code: number, ...args: string[]): Promise<VerifyDataResult> {
    const ran = await careproof(["trials", "verify", file, ...args, "--json"]);
    expect(ran.stderr).to.equal("");
    expect(ran.code).to.equal(code);
    return JSON.parse(ran.stdout) as VerifyDataResult;
  }

  it("makes a batch with its manifest, with which the file is verified", async () => {
    const file = put("vs.json", vitalSigns());
    const { manifest, root, count, periodStart } = await commit(file);
    expect([manifest, count, periodStart]).to.deep.equal([at("vs.json.manifest.ndjson"), 11, 1_769_904_000]);
    expect(
      await verify(put("vs.ndjson", vitalSignsLines()), 0, "--manifest", manifest!, "--root", root!),
    ).to.deep.include({
      verified: true,
      rows: 11,
      exact: 11,
      batches: [{ manifest, root, count: 11 }],
    });
  });

  it("names a changed value for people", async () => {
    const { manifest } = await commit(put("vs.json", vitalSigns()));
    const changed = put("changed.json", vitalSigns(withValue(1, 3, "81")));
    const ran = await careproof(["trials", "verify", changed, "--manifest", manifest!]);
    expect(ran.code).to.equal(1);
    expect(ran.stdout).to.include("10 of 11 rows are exactly what was committed\n");
    expect(ran.stdout).to.include(
      'ALTERED  1\n  VS {"STUDYID":"TEST","USUBJID":"001","VSSEQ":2}: VSORRES  (rows[1])\n',
    );
  });

  it("names missing rows by their keys, and added ones", async () => {
    const { manifest } = await commit(put("vs.json", vitalSigns()));
    const changed = put("changed.json", vitalSigns([ROWS[0]!, ["TEST", "009", 1, "", 1, ""]], { records: 3 }));
    const { missing, added, exact } = await verify(changed, 1, "--manifest", manifest!);
    expect(exact).to.equal(9);
    expect(missing.rows.map(({ row }) => row)).to.deep.equal([
      'VS {"STUDYID":"TEST","USUBJID":"001","VSSEQ":2}',
      'VS {"STUDYID":"TEST","USUBJID":"002","VSSEQ":1}',
    ]);
    expect(added.rows).to.deep.equal([{ row: 'VS {"STUDYID":"TEST","USUBJID":"009","VSSEQ":1}', place: "rows[1]" }]);
  });

  it("refuses a manifest whose root is not the one that was anchored", async () => {
    const file = put("vs.json", vitalSigns());
    const { manifest } = await commit(file);
    const ran = await careproof([
      "trials",
      "verify",
      file,
      "--manifest",
      manifest!,
      "--root",
      `0x${"11".repeat(32)}`,
      "--json",
    ]);
    expect(ran.code).to.equal(1);
    expect(JSON.parse(ran.stderr)).to.have.nested.property("error.code", "ROOT_MISMATCH");
    const uneven = await careproof([
      "trials",
      "verify",
      file,
      "--manifest",
      manifest!,
      "--root",
      SECRET,
      "--root",
      SECRET,
    ]);
    expect(uneven.code).to.equal(2);
  });

  it("commits what is new since earlier batches, with corrections, and then nothing", async () => {
    const first = await commit(put("a.xml", odmDocument()), "--manifest", at("1.ndjson"));
    expect([first.count, first.corrections]).to.deep.equal([8, 0]);
    const next = odmDocument({
      data: subject() + subject({ transaction: "Update", value: "130", audit: audit("typing error") }),
    });
    const second = await commit(put("b.xml", next), "--since", at("1.ndjson"), "--manifest", at("2.ndjson"));
    expect([second.count, second.corrections, second.unchanged]).to.deep.equal([1, 1, 8]);
    const both = ["--manifest", at("1.ndjson"), "--manifest", at("2.ndjson")];
    expect(await verify(at("b.xml"), 0, ...both)).to.include({ rows: 9, exact: 9 });
    const old = await verify(at("a.xml"), 1, ...both);
    expect([old.superseded.count, old.altered.count, old.missing.count]).to.deep.equal([1, 0, 0]);

    const third = await commit(
      at("b.xml"),
      "--since",
      at("1.ndjson"),
      "--since",
      at("2.ndjson"),
      "--manifest",
      at("3.ndjson"),
    );
    expect(third).to.deep.equal({ count: 0, corrections: 0, unchanged: 9, absent: 0, problems: [] });
    expect(existsSync(at("3.ndjson"))).to.equal(false);
  });

  it("takes the reason for changes of files without an audit trail", async () => {
    await commit(put("a.json", vitalSigns()), "--manifest", at("1.ndjson"));
    const changed = put("b.json", vitalSigns(withValue(1, 3, "81")));
    const args = ["--since", at("1.ndjson"), "--manifest", at("2.ndjson")];
    const enrolled = ["--enrolment", at("subjects.ndjson")];
    const ran = await careproof(["trials", "commit", changed, ...enrolled, ...args, "--json"]);
    expect(ran.code).to.equal(1);
    expect(JSON.parse(ran.stderr)).to.have.nested.property("error.code", "REASON_MISSING");
    expect((await commit(changed, ...args, "--reason", "typing error")).corrections).to.equal(1);
    await verify(changed, 0, "--manifest", at("1.ndjson"), "--manifest", at("2.ndjson"));
  });

  it("writes nothing where a row is of a subject who is not enrolled or has withdrawn", async () => {
    const file = put("vs.json", vitalSigns());
    for (const [list, code] of [
      [{ subjectKey: "001", subject: subjectOf("1").slice(0, 66) }, "SUBJECT_NOT_ENROLLED"],
      [{ subjectKey: "001", subject: subjectOf("1").slice(0, 66), withdrawnAt: 5 }, "CAPTURED_AFTER_WITHDRAWAL"],
    ] as const) {
      const rest = [{ subjectKey: "002", subject: subjectOf("2").slice(0, 66) }].slice(
        code === "SUBJECT_NOT_ENROLLED" ? 1 : 0,
      );
      const enrolment = put("list.ndjson", [list, ...rest].map((line) => JSON.stringify(line)).join("\n"));
      const ran = await careproof(["trials", "commit", file, "--enrolment", enrolment, "--json"]);
      expect(ran.code).to.equal(1);
      expect(JSON.parse(ran.stderr)).to.have.nested.property("error.code", code);
    }
    expect(readdirSync(folder).sort()).to.deep.equal(["list.ndjson", "subjects.ndjson", "vs.json"]);
  });

  it("keeps the manifest for its owner alone, and makes the same root of the same secret", async () => {
    const file = put("vs.json", vitalSigns());
    const [one, two] = [
      await commit(file, "--manifest", at("1.ndjson"), "--secret", SECRET),
      await commit(file, "--manifest", at("2.ndjson"), "--secret", SECRET),
    ];
    expect(one.root).to.equal(two.root);
    expect(statSync(at("1.ndjson")).mode & 0o077).to.equal(0);
    expect(readFileSync(at("1.ndjson"), "utf8").split("\n")).to.have.length(13);
  });

  it("refuses a time that is none, and a registration", async () => {
    const file = put("vs.json", vitalSigns());
    expect((await careproof(["trials", "commit", file, "--captured-at", "yesterday"])).code).to.equal(2);
    const record = put(
      "r.json",
      '{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","briefTitle":"t"}}}',
    );
    const ran = await careproof(["trials", "commit", record, "--json"]);
    expect(JSON.parse(ran.stderr)).to.have.nested.property("error.code", "FORMAT_UNSUPPORTED");
  });
});
