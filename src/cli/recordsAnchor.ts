import { Command } from "commander";
import { type SigningKey, Wallet } from "ethers";

import { openManifest } from "./manifestFile.js";
import { addressOption, integerOption, timeOption } from "./options.js";
import { RecordRegistryClient } from "./recordRegistry.js";
import { type Connection, connect } from "./rpc.js";
import { PRIVATE_KEY_VARIABLE, readKey, sendTransaction } from "./sendTransaction.js";
import { type CommonOptions, Progress, type Terminal, writeResult } from "./terminal.js";
import type { ManifestHeader } from "../consent/recordManifest.js";
import { CareProofError } from "../errors.js";
import { fromHex } from "../utils/bytes.js";
import { MerkleTree } from "../utils/merkle.js";

/** What `careproof records anchor --json` prints. */
export interface AnchorResult {
  /** `anchored` now, or `already-anchored` by an earlier run. */
  status: "anchored" | "already-anchored";
  chainId: string;
  registry: string;
  /** The provider in whose stream the batch stands. */
  provider: string;
  /** The batch's number in that stream, from 1. */
  sequence: string;
  root: string;
  count: number;
  /** Hash of the transaction (0x-hex of 32 bytes); only if the batch was anchored now. */
  transaction?: string;
  /** Gas used; only if the batch was anchored now. */
  gasUsed?: string;
}

interface AnchorOptions extends CommonOptions {
  rpc: string;
  registry: string;
  sequence?: bigint;
  chainId?: bigint;
  timeout: number;
}

const HELP = `
The key that sends is taken from the environment variable ${PRIVATE_KEY_VARIABLE}. It is the provider's own or that
of its operator. The manifest is checked whole first.

The command may be run again after any failure: it looks on the chain for the batch before it sends anything, and the contract takes
a sequence number once, so nothing is anchored twice.

With --json: {"status","chainId","registry","provider","sequence","root","count","transaction","gasUsed"}, status one of anchored and
already-anchored, "transaction" and "gasUsed" only with the first`;

/** `careproof records anchor`: the root of a manifest onto the chain. */
export function anchorCommand(terminal: Terminal): Command {
  return new Command("anchor")
    .summary("anchor a manifest's root in RecordRegistry")
    .description("Anchors the batch of a manifest: sends its root and count to RecordRegistry, once.")
    .argument("<manifest>", "the manifest that careproof records commit wrote")
    .requiredOption("--rpc <url>", "an Ethereum node")
    .requiredOption("--registry <address>", "RecordRegistry's address", addressOption)
    .option("--sequence <n>", "the sequence number that the batch must get (default: the next)", integerOption)
    .option("--chain-id <n>", "the chain that the node must serve", integerOption)
    .option("--timeout <seconds>", "how long to wait until the transaction is mined", timeOption, 180)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((manifest: string, options: AnchorOptions) => anchor(terminal, manifest, options));
}

async function anchor(terminal: Terminal, manifestPath: string, options: AnchorOptions): Promise<void> {
  const key = readKey(terminal);
  const header = await checkManifest(manifestPath, new Progress(terminal, options));
  const connection = await connect(options.rpc, options.chainId);
  try {
    const result = await anchorOnce(terminal, connection, header, key, options);
    const { status, provider, sequence, root, transaction } = result;
    const said = status === "anchored" ? "is anchored" : "was anchored before; nothing is sent";
    const lines = [`batch ${sequence} of ${provider} ${said}`, `root         ${root}`];
    if (transaction !== undefined) lines.push(`transaction  ${transaction}`);
    writeResult(terminal, options, result, lines.join("\n"));
  } finally {
    connection.provider.destroy();
  }
}

async function anchorOnce(
  terminal: Terminal,
  connection: Connection,
  header: ManifestHeader,
  key: SigningKey,
  options: AnchorOptions,
): Promise<AnchorResult> {
  const wallet = new Wallet(key, connection.provider);
  const registry = await RecordRegistryClient.at(connection, options.registry);
  const provider = await registry.providerOf(wallet.address);
  const common = {
    chainId: `${connection.chainId}`,
    registry: options.registry,
    provider,
    root: header.root,
    count: header.count,
  };
  const anchored = await registry.findBatch(provider, header.root.toLowerCase());
  if (anchored !== undefined) return { status: "already-anchored", ...common, sequence: `${anchored}` };

  const next = (await registry.lastSequence(provider)) + 1n;
  const sequence = options.sequence ?? next;
  if (sequence !== next) {
    const message = `the next batch of ${provider} is number ${next}, not ${sequence}: another was anchored, or one is missing`;
    throw new CareProofError("SEQUENCE_MISMATCH", message);
  }
  const args = [sequence, header.root, header.count];
  const receipt = await sendTransaction(terminal, connection, wallet, registry.contract, "anchor", args, options);
  return {
    status: "anchored",
    ...common,
    sequence: `${sequence}`,
    transaction: receipt.hash,
    gasUsed: `${receipt.gasUsed}`,
  };
}

/** Reads a manifest whole and builds its tree again: an edited or cut off one is never anchored. */
async function checkManifest(path: string, progress: Progress): Promise<ManifestHeader> {
  const { header, records } = await openManifest(path);
  const leaves = async function* (): AsyncGenerator<Uint8Array> {
    for await (const { record } of records) {
      progress.update("Checking the manifest:", record.index + 1, header.count);
      yield fromHex(record.leaf, 32, "leaf");
    }
  };
  try {
    const tree = await MerkleTree.build(leaves());
    if (tree.root !== header.root.toLowerCase()) {
      throw new CareProofError(
        "MANIFEST_MISMATCH",
        "the root is not that of the manifest's leaves: it was edited",
        path,
      );
    }
  } finally {
    progress.clear();
  }
  return header;
}
