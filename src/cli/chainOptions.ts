import type { Command } from "commander";

import { addressOption, blockOption, integerOption, rangeOption } from "./options.js";
import type { CommonOptions } from "./terminal.js";

/** Options of commands that read a contract's logs from a chain. */
export interface ChainOptions extends CommonOptions {
  readonly rpc: string;
  readonly contract?: string;
  readonly chainId?: bigint;
  readonly fromBlock?: number;
  readonly blockRange?: number;
}

/** The command with {@link ChainOptions}; `contract` is the name of the contract whose logs it reads. */
export function withChainOptions(command: Command, contract: string): Command {
  return withLogOptions(command.requiredOption("--rpc <url>", "an Ethereum node"), contract);
}

/** As {@link withChainOptions}, without the node. */
export function withLogOptions(command: Command, contract: string): Command {
  return command
    .option("--contract <address>", `${contract}'s address (default: of the recorded deployment)`, addressOption)
    .option("--chain-id <n>", "the chain that the node must serve", integerOption)
    .option("--from-block <n>", "the first block to search (default: of the recorded deployment, or 0)", blockOption)
    .option("--block-range <n>", "blocks searched at once, at most (default: what the node allows)", rangeOption);
}
