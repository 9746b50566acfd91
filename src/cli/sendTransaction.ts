import { type Contract, formatEther, keccak256, SigningKey, type TransactionReceipt, type Wallet } from "ethers";

import { ask, type Connection } from "./rpc.js";
import type { CommonOptions, Terminal } from "./terminal.js";
import { CareProofError } from "../errors.js";
import { isUnreachable, nodeMessage } from "../utils/nodeErrors.js";

/** The environment variable with the key that sends transactions. Never an option: those show in process lists. */
export const PRIVATE_KEY_VARIABLE = "CAREPROOF_PRIVATE_KEY";

/** What sending takes from the command line. */
export interface SendOptions extends CommonOptions {
  /** How long to wait until a transaction is mined, in seconds. */
  readonly timeout: number;
  /** The transaction's gas limit; by default a fifth above what the node estimates. */
  readonly gasLimit?: bigint;
}

/** The key that sends. Throws CareProofError `KEY_MISSING`, `KEY_INVALID`. */
export function readKey(terminal: Terminal): SigningKey {
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

/** The account's next nonce, if none of its transactions is waiting: a second one could otherwise do the same again. */
export async function freeNonce(connection: Connection, account: string): Promise<number> {
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

/**
 * Calls a function once to see what it answers or why the contract refuses, then sends it as a transaction and waits until that is
 * mined. Whatever fails after the transaction left, a second run finds on the chain what it did.
 *
 * @param beforeSending Gets what the call answered, and the transaction's hash just before it leaves; may throw.
 * @throws CareProofError of `ask`, or `NONCE_PENDING`, `FUNDS_INSUFFICIENT`, `NODE_LOST`, `TRANSACTION_REFUSED`,
 * `TRANSACTION_FAILED`, `TRANSACTION_PENDING`.
 */
export async function sendTransaction(
  terminal: Terminal,
  connection: Connection,
  wallet: Wallet,
  contract: Contract,
  name: string,
  args: readonly unknown[],
  options: SendOptions,
  beforeSending: (answer: unknown, hash: string) => void = () => undefined,
): Promise<TransactionReceipt> {
  const nonce = await freeNonce(connection, wallet.address);
  const method = contract.getFunction(name);
  const call = await method.populateTransaction(...args);
  // A call first: it says why the contract refuses, which a failed estimate of gas does not always.
  const { gasLimit: given } = options;
  const limits = { from: wallet.address, ...(given === undefined ? {} : { gasLimit: given }) };
  const answer = await ask(connection, () => method.staticCall(...args, limits) as Promise<unknown>);
  const transaction = await ask(connection, async () => {
    const fees = await connection.provider.getFeeData();
    const price = fees.maxFeePerGas ?? fees.gasPrice ?? 0n;
    const gasLimit = given ?? withMargin(await connection.provider.estimateGas({ ...call, from: wallet.address }));
    const balance = await connection.provider.getBalance(wallet.address);
    if (balance < gasLimit * price) {
      const message = `the account ${wallet.address} has ${formatEther(balance)} ether; the transaction needs up to ${formatEther(gasLimit * price)}`;
      throw new CareProofError("FUNDS_INSUFFICIENT", message);
    }
    return { ...call, nonce, gasLimit, chainId: connection.chainId, ...feeFields(fees) };
  });
  const populated = await ask(connection, () => wallet.populateTransaction(transaction));
  const signed = await wallet.signTransaction(populated);
  beforeSending(answer, keccak256(signed));
  return handOver(terminal, connection, signed, options);
}

/** A gas limit for what a node estimates: a fifth above, as the chain moves on until the transaction is mined. */
export function withMargin(estimate: bigint): bigint {
  return (estimate * 12n) / 10n;
}

type Fees = Awaited<ReturnType<Connection["provider"]["getFeeData"]>>;

function feeFields({ maxFeePerGas, maxPriorityFeePerGas, gasPrice }: Fees): object {
  if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) return { type: 2, maxFeePerGas, maxPriorityFeePerGas };
  return { type: 0, gasPrice: gasPrice ?? 0n };
}

async function handOver(
  terminal: Terminal,
  connection: Connection,
  signed: string,
  { timeout, json }: SendOptions,
): Promise<TransactionReceipt> {
  const { provider, node } = connection;
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
