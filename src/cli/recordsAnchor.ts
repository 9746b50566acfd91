import { Command } from "commander";
import { formatEther, SigningKey, type TransactionReceipt, Wallet } from "ethers";

import { openManifest } from "./manifestFile.js";
import { addressOption, integerOption, timeOption } from "./options.js";
import { RecordRegistryClient } from "./recordRegistry.js";
import { ask, type Connection, connect } from "./rpc.js";
import { type CommonOptions, Progress, type Terminal, writeResult } from "./terminal.js";
import type { ManifestHeader } from "../consent/recordManifest.js";
import { CareProofError } from "../errors.js";
import { fromHex } from "../utils/bytes.js";
import { MerkleTree } from "../utils/merkle.js";
import { isUnreachable, nodeMessage } from "../utils/nodeErrors.js";

/** The environment variable with the key that sends the transaction. Never an option: those show in process lists. */
export const PRIVATE_KEY_VARIABLE = "CAREPROOF_PRIVATE_KEY";

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
  const nonce = await freeNonce(connection, wallet.address);
  const anchor = registry.contract.getFunction("anchor");
  const call = await anchor.populateTransaction(sequence, header.root, header.count);
  // A call first: it says why the contract refuses, which a failed estimate of gas does not always.
  await ask(connection, () => anchor.staticCall(sequence, header.root, header.count, { from: wallet.address }));
  const transaction = await ask(connection, async () => {
    const fees = await connection.provider.getFeeData();
    const price = fees.maxFeePerGas ?? fees.gasPrice ?? 0n;
    const gasLimit = ((await connection.provider.estimateGas({ ...call, from: wallet.address })) * 12n) / 10n;
    const balance = await connection.provider.getBalance(wallet.address);
    if (balance < gasLimit * price) {
      const message = `the account ${wallet.address} has ${formatEther(balance)} ether; the transaction needs up to ${formatEther(gasLimit * price)}`;
      throw new CareProofError("FUNDS_INSUFFICIENT", message);
    }
    return { ...call, nonce, gasLimit, chainId: connection.chainId, ...feeFields(fees) };
  });
  const receipt = await send(terminal, connection, wallet, transaction, options);
  return {
    status: "anchored",
    ...common,
    sequence: `${sequence}`,
    transaction: receipt.hash,
    gasUsed: `${receipt.gasUsed}`,
  };
}

type Fees = Awaited<ReturnType<Connection["provider"]["getFeeData"]>>;

function feeFields({ maxFeePerGas, maxPriorityFeePerGas, gasPrice }: Fees): object {
  if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) return { type: 2, maxFeePerGas, maxPriorityFeePerGas };
  return { type: 0, gasPrice: gasPrice ?? 0n };
}

/** The account's next nonce, if none of its transactions is waiting: a second one could otherwise anchor the same batch. */
async function freeNonce(connection: Connection, account: string): Promise<number> {
  const { provider } = connection;
  const [mined, pending] = await ask(connection, () =>
    Promise.all([provider.getTransactionCount(account, "latest"), provider.getTransactionCount(account, "pending")]),
  );
  if (pending > mined) {
    const message = `${pending - mined} transactions of ${account} are waiting (from nonce ${mined}): let them be mined or replace them, then run this again`;
    throw new CareProofError("NONCE_PENDING", message);
  }
  return mined;
}

/** Signs, sends and waits. Whatever fails after the transaction left, a second run finds it on the chain. */
async function send(
  terminal: Terminal,
  connection: Connection,
  wallet: Wallet,
  transaction: object,
  { timeout, json }: AnchorOptions,
): Promise<TransactionReceipt> {
  const { provider, node } = connection;
  const populated = await ask(connection, () => wallet.populateTransaction(transaction));
  const signed = await wallet.signTransaction(populated);
  let hash: string;
  try {
    ({ hash } = await provider.broadcastTransaction(signed));
  } catch (error) {
    if (isUnreachable(error)) {
      throw new CareProofError("NODE_LOST", lostMessage(node, "while the transaction was handed over"), undefined, {
        cause: error,
      });
    }
    throw new CareProofError(
      "TRANSACTION_REFUSED",
      `the node at ${node} refuses the transaction: ${nodeMessage(error)}`,
      undefined,
      {
        cause: error,
      },
    );
  }
  if (json !== true) terminal.stderr.write(`careproof: sent ${hash}\n`);
  const deadline = Date.now() + timeout * 1000;
  let lost: unknown;
  while (Date.now() < deadline) {
    try {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt?.status === 0)
        throw new CareProofError("TRANSACTION_FAILED", `the transaction ${hash} was mined but failed`);
      if (receipt !== null) return receipt;
      lost = undefined;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      lost = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (lost !== undefined) {
    throw new CareProofError("NODE_LOST", lostMessage(node, `after the transaction ${hash} was sent`), undefined, {
      cause: lost,
    });
  }
  const message = `the transaction ${hash} is not mined after ${timeout} s; run the same command again later, it sends nothing twice`;
  throw new CareProofError("TRANSACTION_PENDING", message);
}

function lostMessage(node: string, when: string): string {
  return `the node at ${node} went away ${when}; run the same command again, it sends nothing twice`;
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

function readKey(terminal: Terminal): SigningKey {
  const key = terminal.env[PRIVATE_KEY_VARIABLE];
  if (key === undefined || key === "") {
    throw new CareProofError(
      "KEY_MISSING",
      `set the environment variable ${PRIVATE_KEY_VARIABLE} to the key that sends`,
    );
  }
  try {
    return new SigningKey(key.startsWith("0x") ? key : `0x${key}`);
  } catch {
    // The cause is left out: its message has the key in it.
    throw new CareProofError("KEY_INVALID", `${PRIVATE_KEY_VARIABLE} is not a private key of 32 bytes in hex`);
  }
}
