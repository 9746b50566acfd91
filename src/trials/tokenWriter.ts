import type { RowTokens } from "./dataRow.js";

/** Values of one row after the other as tokens, for readers that have them as text. */
export class TokenWriter implements RowTokens {
  bytes = new Uint8Array(4096);
  starts = new Uint32Array(64);
  ends = new Uint32Array(64);
  private length = 0;
  private count = 0;
  private readonly encoder = new TextEncoder();

  /** Begins a row. */
  start(): this {
    this.length = 0;
    this.count = 0;
    return this;
  }

  /** Adds a text as a JSON string. */
  text(value: string): this {
    return this.json(JSON.stringify(value));
  }

  /** Adds canonical JSON. */
  json(token: string): this {
    if (this.count === this.starts.length) this.growTokens();
    // At most three bytes of UTF-8 for a UTF-16 code unit.
    if (this.length + 3 * token.length > this.bytes.length) this.growBytes(3 * token.length);
    this.starts[this.count] = this.length;
    this.length += this.encoder.encodeInto(token, this.bytes.subarray(this.length)).written;
    this.ends[this.count++] = this.length;
    return this;
  }

  private growTokens(): void {
    const grow = (words: Uint32Array): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(2 * words.length);
      grown.set(words);
      return grown;
    };
    this.starts = grow(this.starts);
    this.ends = grow(this.ends);
  }

  private growBytes(more: number): void {
    const grown = new Uint8Array(2 * (this.bytes.length + more));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
