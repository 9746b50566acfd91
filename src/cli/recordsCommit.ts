import { existsSync } from "node:fs";

import { Command } from "commander";

import { readAddresses } from "./addresses.js";
import { documentName, MANIFEST_SUFFIX, readResourceTexts } from "./files.js";
import { writeManifest } from "./manifestFile.js";
import { addressOption, timeOption } from "./options.js";
import { type CommonOptions, printable, Progress, type Terminal, writeResult } from "./terminal.js";
import { CATEGORIES } from "../consent/codes.js";
import { type CommittedRecord, commitRecords } from "../consent/recordBatch.js";
import { type PatientResolver, patientsByReference } from "../consent/recordPatient.js";
import { CareProofError } from "../errors.js";
import type { CanonicalForm } from "../utils/canonical.js";

/** What `careproof records commit --json` prints. */
export interface CommitResult {
  /** Path of the manifest. */
  manifest: string;
  form: CanonicalForm;
  /** Merkle root (0x-hex of 32 bytes). */
  root: string;
  /** Number of records. */
  count: number;
  /** Number of nodes in the longest proof. */
  depth: number;
  /** Number of records by name of category. */
  categories: Record<string, number>;
  /** Number of Bundles that were split, by their type. */
  bundles: Record<string, number>;
}

interface CommitOptions extends CommonOptions {
  out?: string;
  patient?: string;
  patients?: string;
  exact?: boolean;
  recordedAt?: number;
}

const HELP = `
Reads one FHIR R4 resource, a Bundle, NDJSON of either, a folder of such files, or stdin (-). Bundles are split into their
entries' resources. The manifest holds the salts: keep it as safe as the records, since without it nothing can be proved and
with it a commitment can be linked to its record.

--patients names a JSON file: {"Patient/1": "0x…", "urn:uuid:…": "0x…", "*": "0x…"}, "*" being for resources that name no patient.

With --json: {"manifest","form","root","count","depth","categories":{name: count},"bundles":{type: count}}`;

/** `careproof records commit`: FHIR R4 resources to a manifest of salted commitments with their Merkle proofs. */
export function commitCommand(terminal: Terminal): Command {
  return new Command("commit")
    .summary("commit FHIR R4 resources to a manifest with root, salts and proofs")
    .description("Commits FHIR R4 resources: canonical form, salt, commitment, Merkle batch; writes a manifest.")
    .argument("<input>", "a file, a folder, or - for stdin")
    .option("--out <manifest>", `the manifest to write (default: <input>${MANIFEST_SUFFIX})`)
    .option("--patient <address>", "the address of the patient of all records", addressOption)
    .option("--patients <file>", "JSON: the address of each patient by FHIR reference")
    .option("--exact", "commit to all of a resource, also to narrative, version, update time and source")
    .option("--recorded-at <seconds>", "when the records were made, in unix seconds (default: now)", timeOption)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((input: string, options: CommitOptions, command: Command) => commit(terminal, input, options, command));
}

async function commit(terminal: Terminal, input: string, options: CommitOptions, command: Command): Promise<void> {
  if ((options.patient === undefined) === (options.patients === undefined)) {
    command.error("error: give the patient's address with --patient, or several with --patients");
  }
  if (input === "-" && options.out === undefined) command.error("error: --out is needed where the input is stdin");
  const out = options.out ?? input.replace(/[/\\]+$/, "") + MANIFEST_SUFFIX;
  if (existsSync(out)) {
    throw new CareProofError(
      "FILE_EXISTS",
      "exists already; a manifest has the only copy of its salts, so it is kept",
      out,
    );
  }
  const form = options.exact === true ? "exact" : "json#data";
  const patient = options.patient ?? (await readPatients(options.patients ?? ""));
  const progress = new Progress(terminal, options);
  const bundles: Record<string, number> = {};
  const categories: Record<string, number> = {};
  const records = commitRecords(readResourceTexts(input, terminal), {
    patient,
    form,
    ...(options.recordedAt === undefined ? {} : { recordedAt: options.recordedAt }),
    onBundle: (type) => (bundles[type] = (bundles[type] ?? 0) + 1),
  });
  let header;
  try {
    header = await writeManifest(out, countRecords(records, categories, documentName(input)), form, progress);
  } finally {
    progress.clear();
  }
  const result: CommitResult = {
    manifest: out,
    form,
    root: header.root,
    count: header.count,
    depth: header.depth,
    categories,
    bundles,
  };
  writeResult(terminal, options, result, describe(result));
}

function describe({ manifest, form, root, count, categories, bundles }: CommitResult): string {
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([name, number]) => `${name} ${number}`)
      .join(", ");
  const lines = [
    `${count} ${count === 1 ? "record" : "records"} committed in form ${form}`,
    `root        ${root}`,
    `categories  ${list(categories)}`,
    ...(Object.keys(bundles).length > 0 ? [`bundles     split into their resources: ${list(bundles)}`] : []),
    `manifest    ${manifest}`,
  ];
  return lines.map(printable).join("\n");
}

/** Counts the records by category as they pass. Throws CareProofError `INPUT_EMPTY` where none does. */
async function* countRecords(
  records: AsyncIterable<CommittedRecord>,
  counts: Record<string, number>,
  source: string,
): AsyncGenerator<CommittedRecord> {
  const names = new Map(Object.entries(CATEGORIES).map(([name, bit]): [number, string] => [bit, name]));
  for await (const record of records) {
    const name = names.get(record.category) ?? String(record.category);
    counts[name] = (counts[name] ?? 0) + 1;
    yield record;
  }
  if (Object.keys(counts).length === 0) {
    throw new CareProofError("INPUT_EMPTY", "there is no resource to commit", source);
  }
}

async function readPatients(path: string): Promise<PatientResolver> {
  const addresses = await readAddresses(path, "PATIENTS_INVALID");
  if (Object.keys(addresses).length === 0) throw new CareProofError("PATIENTS_INVALID", "names no patient", path);
  return patientsByReference(addresses);
}
