/** The journey's table: each step as it happens, who signs it, who pays for it, and what the chain says afterwards. */
import type { ContractTransactionResponse } from "ethers";

import { decodeError } from "../../src/contractErrors";

/** A step as it came out. */
export interface StepResult {
  chapter: string;
  step: string;
  /** Whose decision it is; "–" where somebody only asks. */
  signs: string;
  /** Who pays the gas; "–" where nothing is sent. */
  pays: string;
  /** Gas used; null where nothing was sent, or it was refused. */
  gas: number | null;
  /** What was read from the chain afterwards, or why it was refused. */
  result: string;
  /** Whether that is as it must be. */
  ok: boolean;
}

/** What is read after a step, and what it must be. */
export interface Outcome {
  found: string;
  expected: string;
}

/** A step to take. */
export interface Step {
  step: string;
  signs?: string;
  pays?: string;
  /** Sends the transaction; nothing for a question. */
  send?: () => Promise<ContractTransactionResponse>;
  /** Name of the contract's error with which it must be refused; it must succeed where there is none. */
  refusal?: string;
  /** Reads the outcome again, from the chain, through a provider of its own. */
  outcome: () => Promise<Outcome>;
  /** The step that a seeded fault of this chapter leaves out, to prove that the journey notices. */
  faultHere?: boolean;
}

const COLUMNS = { step: 76, signs: 25, pays: 25, gas: 9 };

/** Takes steps one by one, prints them, and remembers how they came out. */
export class Report {
  readonly steps: StepResult[] = [];
  private chapter = "";

  /**
   * @param print Where a line of the table goes; nothing is printed without it.
   * @param faults Names of the chapters in which a fault is seeded.
   */
  constructor(
    private readonly print?: (line: string) => void,
    private readonly faults: readonly string[] = [],
  ) {}

  /** Whether every step came out as it must. */
  get ok(): boolean {
    return this.steps.length > 0 && this.steps.every(({ ok }) => ok);
  }

  begin(chapter: string, title: string): void {
    this.chapter = chapter;
    this.print?.(`\n${title}`);
    this.print?.(this.line("step", "signs", "pays gas", "gas", "what the chain says"));
  }

  async take(step: Step): Promise<void> {
    const result = await this.attempt(step);
    this.steps.push(result);
    const { signs, pays, gas, ok } = result;
    const mark = ok ? "✓" : "✗";
    this.print?.(
      this.line(step.step, signs, pays, gas === null ? "–" : gas.toLocaleString("en"), `${mark} ${result.result}`),
    );
  }

  private async attempt({
    step,
    signs = "–",
    pays = "–",
    send,
    refusal,
    outcome,
    faultHere,
  }: Step): Promise<StepResult> {
    const base = { chapter: this.chapter, step, signs, pays };
    let gas: number | null = null;
    if (send !== undefined && !(faultHere === true && this.faults.includes(this.chapter))) {
      try {
        const receipt = await (await send()).wait();
        gas = Number(receipt!.gasUsed);
        if (refusal !== undefined) return { ...base, gas, result: `accepted, must be refused: ${refusal}`, ok: false };
      } catch (error) {
        const decoded = decodeError(error);
        if (decoded === undefined) throw error;
        if (decoded.errorName !== refusal) return { ...base, gas, result: `refused: ${decoded.message}`, ok: false };
      }
    }
    const refused = refusal === undefined ? "" : `refused: ${refusal}`;
    const { found, expected } = await outcome();
    const ok = found === expected;
    const read = ok ? found : `${found}, must be: ${expected}`;
    return { ...base, gas, result: [refused, read].filter((part) => part !== "").join("; "), ok };
  }

  private line(step: string, signs: string, pays: string, gas: string, result: string): string {
    return [
      step.padEnd(COLUMNS.step),
      signs.padEnd(COLUMNS.signs),
      pays.padEnd(COLUMNS.pays),
      gas.padStart(COLUMNS.gas),
      ` ${result}`,
    ].join(" ");
  }
}
