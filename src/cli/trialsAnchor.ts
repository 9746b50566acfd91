import { existsSync } from "node:fs";

import { Command, Option } from "commander";
import { Wallet } from "ethers";

import { findBatch } from "./batchStream.js";
import { readChunks, readLines, writeWhole } from "./files.js";
import { addressOption, integerOption, listOption, timeOption } from "./options.js";
import { type Connection, connect } from "./rpc.js";
import { PRIVATE_KEY_VARIABLE, readKey, sendTransaction } from "./sendTransaction.js";
import { type CommonOptions, Progress, type Terminal, writeResult } from "./terminal.js";
import { readTrialData, type TrialDataOptions, withTrialDataOptions } from "./trialDataFile.js";
import { readDataManifestHeader, readManifests } from "./trialManifests.js";
import { TrialDataChain, trialIdFrom } from "./trialsChain.js";
import { CareProofError } from "../errors.js";
import type { AnchoredRows } from "../trials/anchoredRows.js";
import { DataBatch, type DataBatchOptions, type DataBatchResult } from "../trials/dataBatch.js";
import type { DataManifestHeader } from "../trials/dataManifest.js";
import type { DataProblemCode } from "../trials/dataRow.js";
import { EnrolmentList, readEnrolmentList } from "../trials/enrolmentList.js";
import { BATCH_KINDS, type BatchKind } from "../trials/dataStatuses.js";
import { defined } from "../utils/defined.js";
import { inGroups } from "../utils/inGroups.js";

/** What `careproof trials anchor --json` prints. */
export interface AnchorDataResult {
  /** `anchored` now, `already-anchored` by an earlier run, or `nothing-new`: every row of the file is in the manifests given. */
  status: "anchored" | "already-anchored" | "nothing-new";
  chainId: string;
  /** Address of `TrialData`. */
  contract: string;
  trialId: string;
  /** The site or laboratory in whose stream the batch stands. */
  writer: string;
  /** The batch's number in that stream, from 1; not with `nothing-new`, as all that follows. */
  sequence?: string;
  kind?: BatchKind;
  root?: string;
  count?: number;
  /** Unix seconds. */
  periodStart?: number;
  periodEnd?: number;
  /** Rows of the batch that correct another; only of a batch that was made now, as the next two. */
  corrections?: number;
  /** Rows of the file that an earlier batch has as they are. */
  unchanged?: number;
  /** Rows of earlier batches, in the file's data sets, that the file does not have. */
  absent?: number;
  manifest?: string;
  /** Only if the batch was anchored now. */
  transaction?: string;
  gasUsed?: string;
}

interface AnchorOptions extends CommonOptions, TrialDataOptions {
  rpc: string;
  contract?: string;
  trial: string;
  sponsor?: string;
  enrolment?: string;
  manifest: string[];
  out: string;
  kind?: BatchKind;
  reason?: string;
  capturedAt?: number;
  acceptMissing?: boolean;
  chainId?: bigint;
  timeout: number;
}

/** Subjects that are asked for at a time. */
const QUESTIONS = 100;

const HELP = `
The key that sends is taken from the environment variable ${PRIVATE_KEY_VARIABLE}. It is that of the site or laboratory, or of a key
that acts for it.

Reads ODM (.xml), Dataset-JSON (.json, .ndjson) or CSV (.csv, with --dataset), commits to each row with a salt, and anchors the root. Give
the manifests of all batches before with --manifest: then only rows that are new or changed are in the batch, each change as a correction
that names the row it corrects. --enrolment is a list of the subjects, {"subjectKey","subject"} a line: the key in the data, and the
commitment under which the subject is enrolled. The chain is asked for each: a row of a subject who is not enrolled, or that was captured
before the consent or after the withdrawal, makes the command fail before anything is sent.

The manifest holds the batch's secret and the keys of the rows: it is as confidential as the data, and nothing can be verified without it.
It is written before anything is sent. The command may be run again after any failure: where the manifest is there it is not made again,
and the chain is searched for its root before anything is sent, so nothing is anchored twice.

With --json: {"status","chainId","contract","trialId","writer","sequence","kind","root","count","periodStart","periodEnd","corrections",
"unchanged","absent","manifest","transaction","gasUsed"}, status one of anchored, already-anchored and nothing-new; "corrections",
"unchanged" and "absent" where the batch was made now, "transaction" and "gasUsed" where it was anchored now.`;

/** `careproof trials anchor`: the rows of a data file onto the chain. */
export function anchorDataCommand(terminal: Terminal): Command {
  return withTrialDataOptions(new Command("anchor"))
    .summary("anchor the rows of a data file in TrialData")
    .description("Makes a batch of what is new in a data file, and sends its root to TrialData, once.")
    .argument("<file>", "ODM (.xml), Dataset-JSON (.json, .ndjson) or CSV (.csv)")
    .requiredOption("--rpc <url>", "an Ethereum node")
    .requiredOption("--trial <trial>", "the trial's id, or its registration number with --sponsor")
    .requiredOption("--out <manifest>", "the manifest to write")
    .option("--sponsor <address>", "the sponsor that registered the number", addressOption)
    .option("--enrolment <file>", "the subjects, a JSON object a line")
    .option("--manifest <file>", "the manifest of a batch before; may be given several times", listOption, [])
    .addOption(
      new Option("--kind <kind>", "what the batch holds (default: Correction if all rows are, else Capture)").choices(
        BATCH_KINDS,
      ),
    )
    .option("--reason <text>", "why rows without an audit record were changed")
    .option("--captured-at <time>", "when rows without an audit record were captured (default: now)", timeOption)
    .option("--accept-missing", "take a file that announces more rows than it has")
    .option("--contract <address>", "TrialData's address (default: of the recorded deployment)", addressOption)
    .option("--chain-id <n>", "the chain that the node must serve", integerOption)
    .option("--timeout <seconds>", "how long to wait until the transaction is mined", timeOption, 180)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((file: string, options: AnchorOptions) => anchor(terminal, file, options));
}

async function anchor(terminal: Terminal, file: string, options: AnchorOptions): Promise<void> {
  const key = readKey(terminal);
  const trialId = trialIdFrom(options.trial, options.sponsor);
  const connection = await connect(options.rpc, options.chainId);
  const progress = new Progress(terminal, options);
  try {
    const chain = await TrialDataChain.at(connection, options.contract);
    const wallet = new Wallet(key, connection.provider);
    const writer = await chain.principalOf(wallet.address);
    await chain.requireTrial(trialId);
    const stream = new Stream(chain, trialId, writer);
    const made = await makeBatch(file, stream, options, progress);
    progress.clear();
    const result = await send(terminal, connection, wallet, stream, made, options);
    writeResult(terminal, options, result, describe(result));
  } finally {
    progress.clear();
    connection.provider.destroy();
  }
}

/** The batches of a writer in a trial. */
class Stream {
  constructor(
    readonly chain: TrialDataChain,
    readonly trialId: string,
    readonly writer: string,
  ) {}

  last(): Promise<bigint> {
    return this.chain.lastSequence(this.trialId, this.writer);
  }

  async find(root: string): Promise<bigint | undefined> {
    const rootOf = (sequence: bigint): Promise<string> => this.chain.rootOf(this.trialId, this.writer, sequence);
    return findBatch(await this.last(), root.toLowerCase(), rootOf);
  }
}

/** A batch: what became of the file's rows, where that was found out now. */
interface Made {
  readonly header?: DataManifestHeader;
  readonly result?: DataBatchResult;
}

async function makeBatch(file: string, stream: Stream, options: AnchorOptions, progress: Progress): Promise<Made> {
  const { out } = options;
  const earlier = await inOrder(stream, options.manifest);
  const exists = existsSync(out);
  const rows = await readManifests(exists ? [...earlier, out] : earlier, (path, done, total) => {
    progress.update(`Reading ${path}:`, done, total);
  });
  const enrolment = await enrolmentOf(stream, options);
  if (!exists) {
    const result = await writeBatch(file, rows, enrolment, options, progress);
    return defined({ header: result.header, result });
  }
  // An earlier run made it. What it did not see has to go into another batch.
  const again = await DataBatch.create({ ...batchOptions(rows, enrolment, options, progress), write: () => undefined });
  await readTrialData(file, again, options);
  const { header } = await again.finish();
  if (header !== undefined) {
    const message = `is the manifest of an earlier state of the file, which has ${header.count} rows more now: give it with --manifest, and another name with --out`;
    throw new CareProofError("MANIFEST_OUTDATED", message, out);
  }
  return { header: await readDataManifestHeader(out) };
}

/** Manifests in the order of their batches. Throws CareProofError `MANIFEST_NOT_ANCHORED`. */
async function inOrder(stream: Stream, paths: readonly string[]): Promise<string[]> {
  const found: { path: string; sequence: bigint }[] = [];
  for (const path of paths) {
    const { root } = await readDataManifestHeader(path);
    const sequence = await stream.find(root);
    if (sequence === undefined) {
      const message = `its batch is not in the stream of ${stream.writer}: anchor it first`;
      throw new CareProofError("MANIFEST_NOT_ANCHORED", message, path);
    }
    found.push({ path, sequence });
  }
  return found.sort((a, b) => Number(a.sequence - b.sequence)).map(({ path }) => path);
}

/** The subjects of the list as the chain has them. */
async function enrolmentOf({ chain, trialId }: Stream, { enrolment }: AnchorOptions): Promise<EnrolmentList> {
  const list = new EnrolmentList();
  if (enrolment === undefined) return list;
  const given = await readEnrolmentList(readLines(readChunks(enrolment), enrolment), enrolment);
  const asked = await inGroups([...given], QUESTIONS, async (entry) => ({
    entry,
    state: await chain.subjectOf(trialId, entry.subject),
  }));
  for (const { entry, state } of asked) {
    if (state === undefined) continue;
    const { subjectKey, subject } = entry;
    list.add(defined({ subjectKey, subject, signedAt: state.signedAt, withdrawnAt: state.withdrawnAt }));
  }
  return list;
}

function batchOptions(
  earlier: AnchoredRows,
  enrolment: EnrolmentList,
  { reason, capturedAt, acceptMissing }: AnchorOptions,
  progress: Progress,
): Omit<DataBatchOptions, "write"> {
  const accept: readonly DataProblemCode[] = acceptMissing === true ? ["RECORDS_MISMATCH"] : [];
  return defined({
    earlier,
    enrolment,
    reason,
    capturedAt,
    accept,
    onProgress: (step: "reading" | "building", done: number, total?: number) => {
      progress.update(step === "reading" ? "Committing rows:" : "Building the tree:", done, total);
    },
  });
}

/** Makes the batch and writes its manifest, whole or not at all; nothing where there is nothing new. */
async function writeBatch(
  file: string,
  earlier: AnchoredRows,
  enrolment: EnrolmentList,
  options: AnchorOptions,
  progress: Progress,
): Promise<DataBatchResult> {
  const nothing = new NothingNew();
  try {
    return await writeWhole(options.out, async (open) => {
      const manifest = open("");
      const spool = open(".rows");
      const batch = await DataBatch.create({
        ...batchOptions(earlier, enrolment, options, progress),
        write: (lines) => {
          spool.writeBytes(lines);
        },
      });
      await readTrialData(file, batch, options);
      const result = await batch.finish();
      if (result.header === undefined) throw nothing.with(result);
      manifest.write(JSON.stringify(result.header));
      for await (const chunk of readChunks(spool.path)) manifest.writeBytes(chunk);
      return result;
    });
  } catch (error) {
    if (error !== nothing || nothing.result === undefined) throw error;
    return nothing.result;
  }
}

/** Ends the writing of a manifest that would have no row. */
class NothingNew extends Error {
  result?: DataBatchResult;

  with(result: DataBatchResult): this {
    this.result = result;
    return this;
  }
}

async function send(
  terminal: Terminal,
  connection: Connection,
  wallet: Wallet,
  stream: Stream,
  { header, result }: Made,
  options: AnchorOptions,
): Promise<AnchorDataResult> {
  const { chain, trialId, writer } = stream;
  const contract = chain.contract.target as string;
  const common = { chainId: `${connection.chainId}`, contract, trialId, writer };
  const counts = result && { corrections: result.corrections, unchanged: result.unchanged, absent: result.absent };
  if (header === undefined) return { status: "nothing-new", ...common, ...counts };
  const { root, count, periodStart, periodEnd } = header;
  const kind = options.kind ?? (result?.corrections === count ? "Correction" : "Capture");
  const batch = { root, count, periodStart, periodEnd, ...counts, manifest: options.out };
  const anchored = await stream.find(root);
  if (anchored !== undefined) return { status: "already-anchored", ...common, sequence: `${anchored}`, ...batch };
  const sequence = (await stream.last()) + 1n;
  const args = [trialId, BATCH_KINDS.indexOf(kind), sequence, root, count, periodStart, periodEnd];
  const receipt = await sendTransaction(terminal, connection, wallet, chain.contract, "anchor", args, options);
  return {
    status: "anchored",
    ...common,
    sequence: `${sequence}`,
    kind,
    ...batch,
    transaction: receipt.hash,
    gasUsed: `${receipt.gasUsed}`,
  };
}

function describe({ status, writer, sequence, root, count, transaction, manifest, ...rest }: AnchorDataResult): string {
  const { corrections, unchanged, absent } = rest;
  const lines: string[] = [];
  if (status === "nothing-new") lines.push("nothing is new: every row is in the manifests; nothing is sent");
  else {
    const said = status === "anchored" ? "is anchored" : "was anchored before; nothing is sent";
    lines.push(`batch ${sequence} of ${writer} ${said}`, `root         ${root}`, `rows         ${count}`);
    lines.push(`manifest     ${manifest}`);
  }
  if (corrections !== undefined) {
    lines.push(`corrections  ${corrections}`, `unchanged    ${unchanged}`, `absent       ${absent}`);
  }
  if (transaction !== undefined) lines.push(`transaction  ${transaction}`);
  return lines.join("\n");
}
