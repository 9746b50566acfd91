/** Batches of trial data that tests make and verify. */
import { expect } from "chai";

import { CareProofError } from "../../src/errors.js";
import { AnchoredRows } from "../../src/trials/anchoredRows.js";
import { DataBatch, type DataBatchOptions, type DataBatchResult } from "../../src/trials/dataBatch.js";
import { parseDataManifestHeader, parseManifestRow } from "../../src/trials/dataManifest.js";
import { type DataProblem, type DataRow, type RowSink, toDataRow } from "../../src/trials/dataRow.js";
import { type DataVerification, DataVerifier } from "../../src/trials/dataVerification.js";
import { readDatasetJson } from "../../src/trials/datasetJson.js";
import { EnrolmentList, type EnrolledSubject } from "../../src/trials/enrolmentList.js";
import { readOdm } from "../../src/trials/odm/readOdm.js";
import { splitLines } from "../../src/utils/lines.js";

/** Hands rows to a sink. */
export type Read = (sink: RowSink) => unknown;

export const SECRET = `0x${"11".repeat(32)}`;
/** A time at which rows of tests are captured: 2026-02-01. */
export const CAPTURED = 1_769_904_000;

/** The commitment of a subject of tests. */
export function subjectOf(key: string): string {
  return `0x${Buffer.from(key).toString("hex").padEnd(64, "5")}`;
}

export function enrolmentOf(...subjects: (string | EnrolledSubject)[]): EnrolmentList {
  const list = new EnrolmentList();
  for (const subject of subjects) {
    list.add(typeof subject === "string" ? { subjectKey: subject, subject: subjectOf(subject) } : subject);
  }
  return list;
}

/** Everybody is enrolled. */
export class Everybody extends EnrolmentList {
  override get(subjectKey: string): EnrolledSubject {
    return { subjectKey, subject: subjectOf(subjectKey).slice(0, 66) };
  }
}

export interface Committed extends DataBatchResult {
  /** The manifest's lines; empty where there is nothing new. */
  readonly lines: readonly string[];
  readonly problems: readonly DataProblem[];
}

export async function commit(read: Read, options: Partial<DataBatchOptions> = {}): Promise<Committed> {
  const parts: Buffer[] = [];
  const problems: DataProblem[] = [];
  const batch = await DataBatch.create({
    secret: SECRET,
    capturedAt: CAPTURED,
    enrolment: new Everybody(),
    onProblem: (problem) => problems.push(problem),
    ...options,
    write: (lines) => parts.push(Buffer.from(lines)),
  });
  await read(batch);
  const result = await batch.finish();
  const rows = Buffer.concat(parts).toString("utf8").split("\n").slice(0, -1);
  return { ...result, problems, lines: result.header === undefined ? [] : [JSON.stringify(result.header), ...rows] };
}

/** The rows of manifests. */
export async function anchoredOf(...manifests: (readonly string[])[]): Promise<AnchoredRows> {
  const anchored = await AnchoredRows.create();
  for (const [i, [first = "", ...rows]] of manifests.entries()) {
    const header = parseDataManifestHeader(first, `manifest ${i}`);
    await anchored.add({ name: `manifest ${i}`, header, lines: splitLines([Buffer.from(rows.join("\n"))]) });
  }
  return anchored;
}

export async function verify(read: Read, ...manifests: (readonly string[])[]): Promise<DataVerification> {
  const anchored = await anchoredOf(...manifests);
  const verifier = await DataVerifier.create(anchored);
  await read(verifier);
  return verifier.finish((rows) => {
    const keys = new Map<number, string>();
    for (const row of rows) {
      const { batch, index } = anchored.place(row);
      const [first = "", ...lines] = manifests[batch]!;
      keys.set(row, parseManifestRow(lines[index]!, parseDataManifestHeader(first, ""), () => "").key);
    }
    return Promise.resolve(keys);
  });
}

/** The rows that a sink gets, as objects. */
export async function rowsOf(read: Read): Promise<{ rows: DataRow[]; problems: DataProblem[]; places: string[] }> {
  const rows: DataRow[] = [];
  const problems: DataProblem[] = [];
  const places: string[] = [];
  await read({
    datasets: () => undefined,
    problem: (problem) => problems.push(problem),
    row: (layout, tokens, info) => {
      rows.push(toDataRow(layout, tokens));
      places.push(info.place());
    },
  });
  return { rows, problems, places };
}

export function datasetJson(text: string): Read {
  return (sink) => readDatasetJson([Buffer.from(text)], sink);
}

export function odm(text: string): Read {
  return (sink) => readOdm(text, sink);
}

/** Expects an error of a code, and of a place where one is given. */
export async function expectError(work: () => unknown, code: string, path?: string): Promise<CareProofError> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).to.be.instanceOf(CareProofError);
  expect((error as CareProofError).code).to.equal(code);
  if (path !== undefined) expect((error as CareProofError).path).to.equal(path);
  return error as CareProofError;
}
