import type { Filter, Log } from "ethers";

import { CareProofError } from "../errors.js";
import { hasCode, isUnreachable, nodeMessage } from "./nodeErrors.js";

/** What of an ethers provider reads logs. */
export interface LogSource {
  getLogs(filter: Filter): Promise<Log[]>;
}

/**
 * Reads logs in ranges of blocks that the node is willing to search: it begins with all, and halves where the node refuses. What it
 * learns holds for all later calls.
 */
export class LogReader {
  /**
   * @param source Such as an ethers provider.
   * @param from First block.
   * @param to Last block.
   * @param blocks Blocks searched at once, at most.
   * @param onProgress Gets how many blocks were searched by one call so far, and of how many.
   */
  constructor(
    private readonly source: LogSource,
    private readonly from: number,
    private readonly to: number,
    private blocks = Number.POSITIVE_INFINITY,
    private readonly onProgress: (done: number, total: number) => void = () => undefined,
  ) {}

  /**
   * The logs of some contracts with these topics, in the order of the chain.
   *
   * @throws CareProofError `LOGS_REFUSED` where the node refuses even a single block; what ethers throws where it does not answer.
   */
  async read(address: string[], topics: NonNullable<Filter["topics"]>): Promise<Log[]> {
    const total = this.to - this.from + 1;
    const logs: Log[] = [];
    for (let first = this.from; first <= this.to;) {
      const last = Math.min(this.to, first + this.blocks - 1);
      try {
        logs.push(...(await this.source.getLogs({ address, topics, fromBlock: first, toBlock: last })));
        first = last + 1;
        this.onProgress(first - this.from, total);
      } catch (error) {
        this.halve(error, first, last);
      }
    }
    return logs;
  }

  /** Nodes word their limits in many ways: all that is sure is whether fewer blocks help. */
  private halve(error: unknown, first: number, last: number): void {
    // A status of HTTP is how some nodes refuse a range; the rest of these errors is that there is no node.
    if (isUnreachable(error) && !hasCode(error, "SERVER_ERROR")) throw error;
    const searched = last - first + 1;
    if (searched > 1) {
      this.blocks = Math.floor(searched / 2);
      return;
    }
    if (isUnreachable(error)) throw error;
    const message = `the node refuses to search even one block (${first}) for logs: ${nodeMessage(error)}`;
    throw new CareProofError("LOGS_REFUSED", message, undefined, { cause: error });
  }
}
