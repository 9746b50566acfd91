import { basename } from "node:path";

import { documentChunks, documentName, readLines, unreadable } from "./files.js";
import { limitHeapGrowth } from "./heapGrowth.js";
import { inFile } from "./jsonInput.js";
import type { Terminal } from "./terminal.js";
import { readCsvData } from "../trials/csvData.js";
import { type DatasetSummary, readDatasetJson } from "../trials/datasetJson.js";
import type { RowSink } from "../trials/dataRow.js";
import { type OdmSummary, readOdm } from "../trials/odm/readOdm.js";
import { readTrialRegistrations } from "../trials/registration/readRegistrations.js";
import type { TrialRegistration } from "../trials/registration/registration.js";
import { CareProofError } from "../errors.js";
import { concatBytes } from "../utils/bytes.js";
import { decodeXml } from "../utils/xmlBytes.js";

/** What a file does not say of itself. */
export interface TrialFileOptions {
  /** Name of the data set of a CSV file; the file's own by default. */
  readonly dataset?: string;
  /** Column of the subject's key. */
  readonly subject?: string;
  /** Key columns of a CSV file. */
  readonly key?: readonly string[];
}

/** What was read of a file. */
export type TrialReading =
  | { readonly format: "odm"; readonly summary: OdmSummary }
  | { readonly format: "dataset-json" | "csv"; readonly summary: DatasetSummary }
  | { readonly format: "registration"; readonly registrations: readonly TrialRegistration[] };

/** Bytes by which a file's format is told. */
const SNIFFED = 64 * 1024;
const DATASET_MEMBER = /"(?:datasetJSON\w*|itemGroupOID|columns)"\s*:/;

/**
 * Reads a file of a trial, told by what is in it: ODM, Dataset-JSON or CSV, whose rows go to a sink, or a record of ClinicalTrials.gov.
 *
 * @param input The file, or `-` for stdin.
 * @throws CareProofError of the readers and of the sink, with the file before the place; `FILE_UNREADABLE`, `INPUT_EMPTY`,
 * `FORMAT_UNSUPPORTED` for a SAS transport file.
 */
export async function readTrialFile(
  terminal: Terminal,
  input: string,
  sink: RowSink,
  options: TrialFileOptions,
): Promise<TrialReading> {
  const name = documentName(input);
  return inFile(name, async () => {
    const { start, chunks } = await sniff(readable(documentChunks(input, terminal), name));
    const text = new TextDecoder("latin1").decode(start).replace(/^\u00ef\u00bb\u00bf/, "");
    // A byte order mark of UTF-16 is before XML; JSON and CSV are UTF-8.
    const isUtf16 = /^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(text);
    const first = text.trimStart()[0];
    if (first === undefined) throw new CareProofError("INPUT_EMPTY", "there is nothing in it");
    if (first === "<" || isUtf16) return readXmlFile(decodeXml(await allOf(chunks)), sink);
    if (first === "{") {
      if (DATASET_MEMBER.test(text))
        return { format: "dataset-json", summary: await readDatasetJson(chunks, sink, options) };
      const json = new TextDecoder("utf-8", { fatal: true }).decode(await allOf(chunks));
      return { format: "registration", registrations: readTrialRegistrations(json) };
    }
    if (text.startsWith("HEADER RECORD*******LIB")) {
      const message = "a SAS transport file (XPT) is not read: convert it to Dataset-JSON or CSV";
      throw new CareProofError("FORMAT_UNSUPPORTED", message);
    }
    const dataset =
      options.dataset ??
      basename(name)
        .replace(/\.\w+$/, "")
        .toUpperCase();
    return { format: "csv", summary: await readCsvData(readLines(chunks, name), sink, { ...options, dataset }) };
  });
}

function readXmlFile(text: string, sink: RowSink): TrialReading {
  limitHeapGrowth();
  const isRecord = /<clinical_study[\s>]/.test(text.slice(0, SNIFFED));
  if (isRecord) return { format: "registration", registrations: readTrialRegistrations(text) };
  return { format: "odm", summary: readOdm(text, sink) };
}

async function sniff(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ start: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const seen: Uint8Array[] = [];
  for (let length = 0; length < SNIFFED;) {
    const next = await chunks.next();
    if (next.done === true) break;
    seen.push(next.value);
    length += next.value.length;
  }
  const start = concatBytes(seen).subarray(0, SNIFFED);
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield* seen.splice(0);
    yield* chunks;
  };
  return { start, chunks: all() };
}

async function allOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return concatBytes(parts);
}

async function* readable(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    const { code, message } = unreadable(name, error) as CareProofError;
    throw new CareProofError(code, message.slice(`${name}: `.length), undefined, { cause: error });
  }
}
