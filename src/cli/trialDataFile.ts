import { readFile } from "node:fs/promises";

import type { Command } from "commander";

import { inFile } from "./jsonInput.js";
import { readChunks, readLines, unreadable } from "./files.js";
import { listOption } from "./options.js";
import { CareProofError } from "../errors.js";
import { readCsvData } from "../trials/csvData.js";
import type { RowSink } from "../trials/dataRow.js";
import { readDatasetJson } from "../trials/datasetJson.js";
import { readOdm } from "../trials/odm/readOdm.js";
import { defined } from "../utils/defined.js";
import { decodeXml } from "../utils/xmlBytes.js";

/** What a file of trial data does not say itself. */
export interface TrialDataOptions {
  /** Column that holds the subject's key. */
  readonly subject?: string;
  /** Of CSV: name of the data set, and its key columns. */
  readonly dataset?: string;
  readonly key: string[];
}

/** The command with {@link TrialDataOptions}. */
export function withTrialDataOptions(command: Command): Command {
  return command
    .option("--subject <column>", "the column of the subject's key (default: USUBJID)")
    .option("--dataset <name>", "of CSV: the data set's name, such as DM")
    .option("--key <column>", "of CSV: a key column; may be given several times", listOption, []);
}

/**
 * Reads the rows of a data file by its name: `.xml` as ODM, `.csv` as CSV, `.json`, `.ndjson` and `.jsonl` as Dataset-JSON.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `DATA_FORMAT_UNKNOWN`, `DATASET_MISSING` for CSV without a name, and those of what reads the
 * format, with the file before the place.
 */
export async function readTrialData(path: string, sink: RowSink, options: TrialDataOptions): Promise<void> {
  const { subject, dataset, key } = options;
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  await inFile(path, async () => {
    switch (extension) {
      case "xml":
        readOdm(decodeXml(await bytesOf(path)), sink);
        return;
      case "csv":
        if (dataset === undefined) throw new CareProofError("DATASET_MISSING", "of CSV the data set's name is needed (--dataset)");
        await readCsvData(readLines(readChunks(path), path), sink, defined({ dataset, subject, key }));
        return;
      case "json":
      case "ndjson":
      case "jsonl":
        await readDatasetJson(readChunks(path), sink, defined({ subject }));
        return;
      default:
        throw new CareProofError("DATA_FORMAT_UNKNOWN", "is no .xml (ODM), .json or .ndjson (Dataset-JSON), or .csv file");
    }
  });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}
