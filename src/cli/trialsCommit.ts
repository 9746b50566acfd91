import { Command } from "commander";

import { documentName, readChunks, readLines } from "./files.js";
import { bytes32Option, listOption } from "./options.js";
import { type CommonOptions, printable, Progress, type Terminal, writeResult } from "./terminal.js";
import { addFileOptions, momentOption } from "./trialDataOptions.js";
import { readTrialFile, type TrialFileOptions } from "./trialFile.js";
import { readDataManifests, writeDataManifest } from "./trialManifest.js";
import { problemLines } from "./trialsRead.js";
import { CareProofError } from "../errors.js";
import { DataBatch, type DataBatchResult } from "../trials/dataBatch.js";
import type { DataProblem, DataProblemCode } from "../trials/dataRow.js";
import { type EnrolmentList, readEnrolmentList } from "../trials/enrolmentList.js";
import { timeOf } from "../utils/time.js";

/** Options with which a file becomes a batch. */
export interface CommitOptions extends CommonOptions, TrialFileOptions {
  readonly manifest?: string;
  readonly enrolment?: string;
  readonly since: readonly string[];
  readonly capturedAt?: number;
  readonly reason?: string;
  readonly secret?: string;
  readonly accept: readonly string[];
}

/** What `careproof trials commit --json` prints. */
export interface CommitResult {
  /** The manifest's file; absent where there is nothing new. */
  readonly manifest?: string;
  readonly root?: string;
  /** Rows of the batch. */
  readonly count: number;
  readonly corrections: number;
  readonly unchanged: number;
  readonly absent: number;
  readonly periodStart?: number;
  readonly periodEnd?: number;
  readonly problems: readonly DataProblem[];
}

const HELP = `
Makes a batch of a file's rows: a leaf for each, their Merkle tree, and a manifest, with which anyone who is given it and the file can
verify every row. The manifest has the batch's secret: it is as confidential as the data. Nothing is sent.

The enrolment list is NDJSON, a subject a line: {"subjectKey","subject","signedAt","withdrawnAt"}: the key in the data, the commitment
under which the subject was enrolled, and, in unix seconds, when the enrolment was signed and when the subject withdrew. A row of a subject
who is not in it, or that was captured after the subject withdrew or before the enrolment was signed, makes the command fail.

With --since, once for each manifest before in their order, only rows that are new or changed are in the batch; a changed row corrects the
one before. Its reason is that of its ODM audit record, or --reason.

  careproof trials commit vs.ndjson --enrolment subjects.ndjson --captured-at 2026-02-01T00:00:00Z
  careproof trials commit odm.xml --enrolment subjects.ndjson --since first.manifest.ndjson --manifest second.manifest.ndjson

With --json: {"manifest","root","count","corrections","unchanged","absent","periodStart","periodEnd","problems":[{"code","message",
"path"}]}. "absent" are rows of the batches before, in the file's data sets, that the file does not have. Where there is nothing new,
"count" is 0 and there is no manifest.`;

/** Adds the options with which a file becomes a batch. */
export function addCommitOptions(command: Command): Command {
  return addFileOptions(command)
    .option("--manifest <file>", "the manifest to write (default: the file's name with .manifest.ndjson)")
    .option("--enrolment <file>", "the trial's subjects")
    .option("--since <manifest>", "a manifest of a batch before, may be given several times", listOption, [])
    .option("--captured-at <time>", "when rows without an audit record were captured (default: now)", momentOption)
    .option("--reason <text>", "why rows without an audit record were changed")
    .option("--secret <hex>", "the batch's secret, 32 bytes (default: random)", bytes32Option)
    .option("--accept <code>", "make the batch in spite of a problem, RECORDS_MISMATCH", listOption, []);
}

/** `careproof trials commit`: the rows of a file as a batch, with its manifest. */
export function trialsCommitCommand(terminal: Terminal): Command {
  const command = new Command("commit")
    .summary("make a batch of the rows of ODM, Dataset-JSON or CSV, with its manifest")
    .description("Makes a batch of trial data: leaves, Merkle tree and manifest.")
    .argument("<file>", "the file, or - for stdin");
  return addCommitOptions(command)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action(async (input: string, options: CommitOptions) => {
      const result = await commitTrialFile(terminal, input, options);
      writeResult(terminal, options, result, describe(result));
    });
}

/**
 * Makes a batch of a file and writes its manifest.
 *
 * @param enrolled Makes of the enrolment list what is known of its subjects elsewhere.
 * @throws CareProofError of `readTrialFile`, `DataBatch`, `readEnrolmentList` and the manifests before; `FORMAT_UNSUPPORTED` for a file
 * without rows; `FILE_UNWRITABLE`.
 */
export async function commitTrialFile(
  terminal: Terminal,
  input: string,
  options: CommitOptions,
  enrolled: (list: EnrolmentList) => Promise<EnrolmentList> = (list) => Promise.resolve(list),
): Promise<CommitResult> {
  const { enrolment, since, capturedAt, reason, secret } = options;
  const progress = new Progress(terminal, options);
  const path = manifestPath(input, options);
  const problems: DataProblem[] = [];
  try {
    const earlier = since.length === 0 ? undefined : await readDataManifests(since, progress);
    const list =
      enrolment === undefined
        ? undefined
        : await enrolled(await readEnrolmentList(readLines(readChunks(enrolment), enrolment), enrolment));
    const { batch } = await writeDataManifest(path, async (write): Promise<{ batch: DataBatchResult }> => {
      const builder = await DataBatch.create({
        write,
        ...(list === undefined ? {} : { enrolment: list }),
        ...(earlier === undefined ? {} : { earlier }),
        ...(capturedAt === undefined ? {} : { capturedAt }),
        ...(reason === undefined ? {} : { reason }),
        ...(secret === undefined ? {} : { secret }),
        accept: options.accept as DataProblemCode[],
        onProblem: (problem) => problems.push(problem),
        onProgress: (step, done, total) => {
          progress.update(step === "reading" ? "Committing rows:" : "Building the tree:", done, total);
        },
      });
      const reading = await readTrialFile(terminal, input, builder, options);
      if (reading.format === "registration") {
        const message = "a registration has no rows of data: careproof trials register takes it";
        throw new CareProofError("FORMAT_UNSUPPORTED", message, documentName(input));
      }
      return { batch: await builder.finish() };
    });
    const { header, corrections, unchanged, absent } = batch;
    const common = { corrections, unchanged, absent, problems };
    if (header === undefined) return { count: 0, ...common };
    const { root, count, periodStart, periodEnd } = header;
    return { manifest: path, root, count, ...common, periodStart, periodEnd };
  } finally {
    progress.clear();
  }
}

/** The manifest's file. */
export function manifestPath(input: string, { manifest }: Pick<CommitOptions, "manifest">): string {
  return manifest ?? `${documentName(input)}.manifest.ndjson`;
}

function describe(result: CommitResult): string {
  const { manifest, root, count, corrections, unchanged, absent, periodStart, periodEnd, problems } = result;
  const number = (value: number): string => value.toLocaleString("en");
  const lines =
    manifest === undefined || root === undefined
      ? ["there is nothing new"]
      : [
          `batch        ${number(count)} rows, ${number(corrections)} of them corrections`,
          `root         ${root}`,
          `captured     ${timeOf(periodStart ?? 0)} to ${timeOf(periodEnd ?? 0)}`,
          `manifest     ${manifest}`,
        ];
  if (unchanged > 0) lines.push(`unchanged    ${number(unchanged)}`);
  if (absent > 0) lines.push(`NOT IN FILE  ${number(absent)} rows of the batches before`);
  return [...lines, ...problemLines(problems)].map(printable).join("\n");
}
