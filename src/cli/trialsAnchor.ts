import { existsSync, rmSync } from "node:fs";

import { Command, Option } from "commander";
import { Wallet } from "ethers";

import { findBatch } from "./batchStream.js";
import { addressOption, integerOption, timeOption } from "./options.js";
import { type Connection, connect } from "./rpc.js";
import { PRIVATE_KEY_VARIABLE, readKey, sendTransaction } from "./sendTransaction.js";
import { type Terminal, writeResult } from "./terminal.js";
import { readDataManifestHeader } from "./trialManifest.js";
import { TrialDataChain, trialIdFrom } from "./trialsChain.js";
import {
  addCommitOptions,
  type CommitOptions,
  type CommitResult,
  commitTrialFile,
  manifestPath,
} from "./trialsCommit.js";
import { CareProofError } from "../errors.js";
import { BATCH_KINDS, type BatchKind } from "../trials/dataStatuses.js";
import { EnrolmentList } from "../trials/enrolmentList.js";
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

interface AnchorOptions extends CommitOptions {
  readonly rpc: string;
  readonly contract?: string;
  readonly trial: string;
  readonly sponsor?: string;
  readonly kind?: BatchKind;
  readonly chainId?: bigint;
  readonly timeout: number;
}

/** Subjects that are asked for at a time. */
const QUESTIONS = 100;

const HELP = `
The key that sends is taken from the environment variable ${PRIVATE_KEY_VARIABLE}. It is that of the site or laboratory, or of a key
that acts for it.

Reads ODM, Dataset-JSON or CSV, commits to each row with a salt, and anchors the root. Give the manifests of all batches before with
--since, in their order: then only rows that are new or changed are in the batch, each change as a correction that names the row it
corrects. --enrolment is a list of the subjects, {"subjectKey","subject"} a line: the key in the data, and the commitment under which the
subject is enrolled. The chain is asked for each: a row of a subject who is not enrolled, or that was captured before the consent or after
the withdrawal, makes the command fail before anything is sent.

The manifest has the batch's secret and the keys of the rows: it is as confidential as the data, and nothing can be verified without it.
It is written before anything is sent. The command may be run again after any failure: where the manifest is there it is not made again,
and the chain is searched for its root before anything is sent, so nothing is anchored twice.

With --json: {"status","chainId","contract","trialId","writer","sequence","kind","root","count","periodStart","periodEnd","corrections",
"unchanged","absent","manifest","transaction","gasUsed"}, status one of anchored, already-anchored and nothing-new; "corrections",
"unchanged" and "absent" where the batch was made now, "transaction" and "gasUsed" where it was anchored now.`;

/** `careproof trials anchor`: the rows of a data file onto the chain. */
export function trialsAnchorCommand(terminal: Terminal): Command {
  const command = new Command("anchor")
    .summary("anchor what is new in a data file in TrialData")
    .description("Makes a batch of what is new in a data file, and sends its root to TrialData, once.")
    .argument("<file>", "ODM, Dataset-JSON or CSV")
    .requiredOption("--rpc <url>", "an Ethereum node")
    .requiredOption("--trial <trial>", "the trial's id, or its registration number with --sponsor")
    .option("--sponsor <address>", "the sponsor that registered the number", addressOption)
    .addOption(
      new Option("--kind <kind>", "what the batch holds (default: Correction if all rows are, else Capture)").choices(
        BATCH_KINDS,
      ),
    );
  return addCommitOptions(command)
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
  try {
    const chain = await TrialDataChain.at(connection, options.contract);
    const wallet = new Wallet(key, connection.provider);
    await chain.registry.requireTrial(trialId);
    const stream = new Stream(chain, trialId, await chain.registry.principalOf(wallet.address));
    const made = await makeBatch(terminal, file, stream, options);
    const result = await send(terminal, connection, wallet, stream, made, options);
    writeResult(terminal, options, result, describe(result));
  } finally {
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

/** A batch: its manifest, and what became of the file's rows where that was found out now. */
interface Made {
  readonly manifest?: string;
  readonly counts?: Pick<CommitResult, "corrections" | "unchanged" | "absent">;
}

async function makeBatch(terminal: Terminal, file: string, stream: Stream, options: AnchorOptions): Promise<Made> {
  await requireAnchored(stream, options.since);
  const manifest = manifestPath(file, options);
  const commit = async (given: Partial<CommitOptions>): Promise<CommitResult> =>
    commitTrialFile(terminal, file, { ...options, ...given }, (list) => enrolledOnChain(stream, list));
  if (!existsSync(manifest)) {
    const { corrections, unchanged, absent, manifest: written } = await commit({ manifest });
    return defined({ manifest: written, counts: { corrections, unchanged, absent } });
  }
  // An earlier run made it. What it did not see has to go into another batch.
  const { count, manifest: further } = await commit({
    manifest: `${manifest}.further`,
    since: [...options.since, manifest],
  });
  if (further !== undefined) {
    rmSync(further);
    const message = `is the manifest of an earlier state of the file, which has ${count} rows more now: give it with --since, and another name with --manifest`;
    throw new CareProofError("MANIFEST_OUTDATED", message, manifest);
  }
  return { manifest };
}

/** Rows of a batch that was never anchored must not be left out. Throws CareProofError `MANIFEST_NOT_ANCHORED`. */
async function requireAnchored(stream: Stream, manifests: readonly string[]): Promise<void> {
  for (const path of manifests) {
    const { root } = await readDataManifestHeader(path);
    if ((await stream.find(root)) !== undefined) continue;
    const message = `its batch is not in the stream of ${stream.writer}: anchor it first`;
    throw new CareProofError("MANIFEST_NOT_ANCHORED", message, path);
  }
}

/** The subjects of a list as the chain has them; without those who are not enrolled. */
async function enrolledOnChain({ chain, trialId }: Stream, given: EnrolmentList): Promise<EnrolmentList> {
  const asked = await inGroups([...given], QUESTIONS, async ({ subjectKey, subject }) => {
    const state = await chain.registry.subjectOf(trialId, subject);
    return state === undefined ? undefined : { subjectKey, subject, ...state };
  });
  const list = new EnrolmentList();
  for (const subject of asked) if (subject !== undefined) list.add(subject);
  return list;
}

async function send(
  terminal: Terminal,
  connection: Connection,
  wallet: Wallet,
  stream: Stream,
  { manifest, counts }: Made,
  options: AnchorOptions,
): Promise<AnchorDataResult> {
  const { chain, trialId, writer } = stream;
  const contract = chain.contract.target as string;
  const common = { chainId: `${connection.chainId}`, contract, trialId, writer };
  if (manifest === undefined) return { status: "nothing-new", ...common, ...counts };
  const { root, count, periodStart, periodEnd } = await readDataManifestHeader(manifest);
  const kind = options.kind ?? (counts?.corrections === count ? "Correction" : "Capture");
  const batch = { root, count, periodStart, periodEnd, ...counts, manifest };
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
