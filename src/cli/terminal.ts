import type { Readable, Writable } from "node:stream";

/** What a command reads and writes besides files, so that tests can give their own. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The exit code of a command that ends without an error; 0 if it sets none. */
  exitCode?: number;
}

/** Options of every command. */
export interface CommonOptions {
  /** Result and errors as JSON. */
  readonly json?: boolean;
  /** No progress on stderr. */
  readonly quiet?: boolean;
}

/** Writes a command's result to stdout: as JSON on one line, or the text for people. */
export function writeResult(terminal: Terminal, options: CommonOptions, result: object, text: string): void {
  terminal.stdout.write(`${options.json === true ? JSON.stringify(result) : text}\n`);
}

/** A line of text as it may be shown: what of the input could move the cursor or begin a line of its own is escaped. */
export function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const BAR_WIDTH = 24;
const REDRAW_MILLISECONDS = 100;

/** Progress on one line of stderr, drawn only where that is a terminal and --quiet is not given. */
export class Progress {
  private readonly visible: boolean;
  private drawnAt = 0;

  constructor(
    private readonly terminal: Terminal,
    options: CommonOptions,
  ) {
    this.visible = terminal.stderr.isTTY === true && options.quiet !== true;
  }

  /** Draws the state of a step: a bar where the total is known, else the count alone. */
  update(step: string, done: number, total?: number): void {
    const now = Date.now();
    if (!this.visible || now - this.drawnAt < REDRAW_MILLISECONDS) return;
    this.drawnAt = now;
    const count = done.toLocaleString("en");
    if (total === undefined) {
      this.draw(`${step} ${count}`);
      return;
    }
    const filled = Math.round((BAR_WIDTH * done) / Math.max(total, 1));
    const bar = "#".repeat(filled).padEnd(BAR_WIDTH, ".");
    this.draw(`${step} [${bar}] ${count} of ${total.toLocaleString("en")}`);
  }

  /** Wipes the line. */
  clear(): void {
    if (this.visible && this.drawnAt !== 0) this.draw("");
  }

  private draw(line: string): void {
    this.terminal.stderr.write(`\r\u001b[K${line}`);
  }
}
