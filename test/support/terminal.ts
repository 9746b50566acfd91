/** The command-line tool run within the test's process. */
import { Readable, Writable } from "node:stream";

import { main } from "../../src/cli/main.js";

export interface Ran {
  /** Exit code. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface Given {
  stdin?: string;
  env?: Record<string, string>;
}

/** Runs `careproof` with arguments, and returns what it printed. */
export async function careproof(args: readonly string[], { stdin = "", env = {} }: Given = {}): Promise<Ran> {
  const stdout = new Collector();
  const stderr = new Collector();
  const code = await main(args, { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, env });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
