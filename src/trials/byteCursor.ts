import { CareProofError } from "../errors.js";

const [SPACE, TAB, LINE_FEED, CARRIAGE_RETURN] = [0x20, 0x09, 0x0a, 0x0d];

/** Reads bytes as they come, and holds those that are not done with. */
export class ByteCursor {
  /** What is held; the part from {@link position} to {@link end} is still to be read. */
  bytes = new Uint8Array(0);
  position = 0;
  end = 0;
  /** Line of the position, from 1; counted where white space is skipped. */
  line = 1;
  private readonly chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** Reads more; false at the end. What was before the position is given up. */
  async fill(): Promise<boolean> {
    const next = await this.chunks.next();
    if (next.done === true) return false;
    const left = this.bytes.subarray(this.position, this.end);
    if (left.length + next.value.length > this.bytes.length) {
      // A value may be far longer than a chunk: room for it is doubled.
      const larger = new Uint8Array(Math.max(2 * left.length, left.length + next.value.length));
      larger.set(left);
      this.bytes = larger;
    } else this.bytes.copyWithin(0, this.position, this.end);
    this.bytes.set(next.value, left.length);
    this.position = 0;
    this.end = left.length + next.value.length;
    return true;
  }

  /** The next byte that is no white space of JSON, -1 at the end. It is not taken. */
  async peek(): Promise<number> {
    for (;;) {
      for (; this.position < this.end; this.position++) {
        const byte = this.bytes[this.position]!;
        if (byte === LINE_FEED) this.line++;
        else if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) return byte;
      }
      if (!(await this.fill())) return -1;
    }
  }

  /** The bytes of the JSON value at the position: up to where its brackets and quotation marks are closed. It is not checked otherwise. */
  async value(): Promise<Uint8Array> {
    let scanned = 0;
    let depth = 0;
    let inString = false;
    for (;;) {
      for (; this.position + scanned < this.end; scanned++) {
        const byte = this.bytes[this.position + scanned]!;
        if (inString) {
          if (byte === 0x5c) scanned++;
          else if (byte === 0x22) {
            inString = false;
            if (depth === 0) return this.take(scanned + 1);
          }
        } else if (byte === 0x22) inString = true;
        else if (byte === 0x7b || byte === 0x5b) depth++;
        else if (byte === 0x7d || byte === 0x5d) {
          if (depth === 0) return this.take(scanned);
          if (--depth === 0) return this.take(scanned + 1);
        } else if (depth === 0 && (byte === 0x2c || byte === LINE_FEED || byte === SPACE)) return this.take(scanned);
      }
      if (!(await this.fill())) {
        if (depth === 0 && !inString) return this.take(this.end - this.position);
        throw new CareProofError("JSON_INVALID", "not JSON: the text ends too early");
      }
    }
  }

  private take(length: number): Uint8Array {
    const taken = this.bytes.slice(this.position, this.position + length);
    this.position += length;
    for (const byte of taken) if (byte === LINE_FEED) this.line++;
    return taken;
  }
}
