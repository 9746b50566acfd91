/** A data set of a million rows, which the built tool makes a batch of and verifies. Subjects are invented. */
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { id } from "ethers";

import { runTool, type Figures } from "./child";

/** What {@link benchTrialRows} measures. */
export interface TrialRowsBench {
  readonly rows: number;
  /** From the file to the manifest and the root, as `trials anchor` does before it sends its transaction. */
  readonly anchor: Figures;
  /** The file against its manifest, row by row. */
  readonly verify: Figures;
}

const MILLION = 1_000_000;
const SUBJECTS = 5_000;
/** What else than its rows a data set commits to: a row for each column, one for the data set, and one for the file. */
const DEFINITIONS = 2;
const STUDY = "BENCH";
const SECRET = id("secret of the batch");
/** Unix seconds; when every row was captured, and everybody enrolled before. */
const [ENROLLED_AT, CAPTURED_AT] = [1_900_000_000, 1_950_000_000];

type DataType = "string" | "integer" | "double";

/** Columns of vital signs (CDISC SDTM VS): name, type, and place in the key. */
const COLUMNS: readonly (readonly [string, DataType, number?])[] = [
  ["STUDYID", "string", 1],
  ["DOMAIN", "string"],
  ["USUBJID", "string", 2],
  ["VSSEQ", "integer", 3],
  ["VSTESTCD", "string"],
  ["VSTEST", "string"],
  ["VSORRES", "string"],
  ["VSORRESU", "string"],
  ["VSSTRESN", "double"],
  ["VISITNUM", "integer"],
  ["VISIT", "string"],
  ["VSDTC", "string"],
];
const TESTS = [
  ["SYSBP", "Systolic Blood Pressure", "mmHg"],
  ["DIABP", "Diastolic Blood Pressure", "mmHg"],
  ["PULSE", "Pulse Rate", "beats/min"],
  ["TEMP", "Temperature", "C"],
] as const;

/**
 * Has the built tool make a batch of a Dataset-JSON file and verify the file by its manifest, each in a process of its own.
 *
 * @throws Error if the tool fails, commits to other rows than were written, or does not find all of them exact.
 */
export async function benchTrialRows(rows = MILLION): Promise<TrialRowsBench> {
  const folder = mkdtempSync(join(tmpdir(), "careproof-"));
  try {
    const [file, enrolment, manifest] = ["vs.ndjson", "subjects.ndjson", "manifest.ndjson"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await pipeline(Readable.from(linesOf(rows)), createWriteStream(file));
    await pipeline(Readable.from(subjects()), createWriteStream(enrolment));
    const anchor = await runTool([
      ...["trials", "commit", file, "--enrolment", enrolment, "--manifest", manifest, "--secret", SECRET],
      ...["--captured-at", String(CAPTURED_AT), "--json", "--quiet"],
    ]);
    const { count, root } = JSON.parse(anchor.output) as { count: number; root: string };
    const expected = rows + COLUMNS.length + DEFINITIONS;
    if (count !== expected) throw new Error(`the batch has ${count} rows, not ${expected}`);
    const verify = await runTool([
      "trials",
      "verify",
      file,
      "--manifest",
      manifest,
      "--root",
      root,
      "--json",
      "--quiet",
    ]);
    const found = JSON.parse(verify.output) as { verified: boolean; exact: number };
    if (!found.verified || found.exact !== expected) throw new Error(`${found.exact} of ${expected} rows are exact`);
    return { rows, anchor, verify };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Dataset-JSON 1.1 as NDJSON. */
function* linesOf(rows: number): Generator<string> {
  const columns = COLUMNS.map(([name, dataType, keySequence]) => ({
    itemOID: `IT.VS.${name}`,
    name,
    label: `Label of ${name}`,
    dataType,
    ...(keySequence === undefined ? {} : { keySequence }),
  }));
  const head = {
    datasetJSONCreationDateTime: "2031-10-01T00:00:00",
    datasetJSONVersion: "1.1.0",
    studyOID: STUDY,
    itemGroupOID: "IG.VS",
    records: rows,
    name: "VS",
    label: "Vital Signs",
    columns,
  };
  yield `${JSON.stringify(head)}\n`;
  for (let i = 0; i < rows; i++) yield `${JSON.stringify(rowAt(i))}\n`;
}

function rowAt(i: number): (string | number)[] {
  const [code, test, unit] = TESTS[i % TESTS.length]!;
  const visit = Math.floor(i / (TESTS.length * SUBJECTS));
  const result = 50 + ((i * 7_919) % 1_000) / 10;
  const day = String(1 + (visit % 28)).padStart(2, "0");
  return [
    ...[STUDY, "VS", subjectKey(Math.floor(i / TESTS.length) % SUBJECTS), i + 1, code, test, String(result), unit],
    ...[result, visit + 1, `VISIT ${visit + 1}`, `2031-09-${day}T08:30:00`],
  ];
}

function* subjects(): Generator<string> {
  for (let index = 0; index < SUBJECTS; index++) {
    const subject = { subjectKey: subjectKey(index), subject: id(`subject ${index}`), signedAt: ENROLLED_AT };
    yield `${JSON.stringify(subject)}\n`;
  }
}

function subjectKey(index: number): string {
  return `${STUDY}-${String(index).padStart(5, "0")}`;
}
