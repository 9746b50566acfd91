import type { ChainOptions } from "./chainOptions.js";
import { claimsProcessorAt } from "./claimsChain.js";
import { ask, connect } from "./rpc.js";
import { Progress, type Terminal } from "./terminal.js";
import { type ClaimsFound, type ClaimsRequest, readClaims } from "../claims/readClaims.js";
import { defined } from "../utils/defined.js";

/**
 * Reads claims from the chain, with progress.
 *
 * @throws CareProofError those of `connect`, `claimsProcessorAt`, `ask` and `readClaims`.
 */
export async function claimsFromChain(
  terminal: Terminal,
  options: ChainOptions,
  filter: Pick<ClaimsRequest, "payer" | "claimant" | "statuses">,
): Promise<ClaimsFound> {
  const connection = await connect(options.rpc, options.chainId);
  const progress = new Progress(terminal, options);
  try {
    const { contract, fromBlock } = await claimsProcessorAt(connection, options.contract);
    const request = defined({
      ...filter,
      provider: connection.provider,
      contract: contract.target as string,
      fromBlock: options.fromBlock ?? fromBlock,
      blockRange: options.blockRange,
      onProgress: (done: number, total: number) => {
        progress.update("Searching blocks:", done, total);
      },
    });
    return await ask(connection, () => readClaims(request));
  } finally {
    progress.clear();
    connection.provider.destroy();
  }
}
