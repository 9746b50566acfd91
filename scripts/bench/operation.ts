import type { BaseContract, ContractTransactionResponse } from "ethers";

/** One row of the gas table. */
export interface Measurement {
  /** Name, `<domain>.<operation>[.<state>]`. */
  operation: string;
  /** Gas, from the receipt (for questions: what the call costs the contract that asks). */
  gas: number;
}

/** What the peer does instead of an operation, and what it costs (gas). */
export interface PeerMeasurement {
  peer: string;
  gas: number;
}

/** The gas of a transaction, which must have succeeded. */
export async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt?.status !== 1) throw new Error("a measured transaction did not succeed");
  return Number(receipt.gasUsed);
}

/** What a question cost the contract that asked it, which emits `Measured(gasUsed, permitted)`. The answer must be yes. */
export async function measuredBy(caller: BaseContract, args: unknown[]): Promise<number> {
  const sent = await caller.getFunction("measure").send(...args);
  const receipt = await sent.wait();
  const measured = caller.interface.parseLog(receipt!.logs[0]!)!.args as unknown as [bigint, boolean];
  requireState(measured[1], "permitted");
  return Number(measured[0]);
}

/** Fails where a state is not the one that a row declares: a row must not be measured on a warmer one. */
export function requireState(condition: boolean, state: string): void {
  if (!condition) throw new Error(`not in the declared state: ${state}`);
}
