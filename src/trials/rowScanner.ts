import type { RowTokens } from "./dataRow.js";
import { TokenWriter } from "./tokenWriter.js";
import { CareProofError } from "../errors.js";
import { LONE_SURROGATE } from "../utils/json.js";

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

const encoder = new TextEncoder();
const WORDS = ["true", "false", "null"].map((word) => encoder.encode(word));
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Scans rows of Dataset-JSON, arrays of strings, numbers, true, false and null, without making a value of each: a million rows have
 * some twenty million. Most values are already canonical JSON as they are written; a string with escapes is written anew.
 */
export class RowScanner implements RowTokens {
  bytes = new Uint8Array(0);
  starts: Uint32Array;
  ends: Uint32Array;
  /** Number of values of the row. */
  count = 0;
  /** Where the row ends in the bytes that were scanned. */
  end = 0;
  private readonly ownStarts: Uint32Array;
  private readonly ownEnds: Uint32Array;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  private readonly rewritten = new TokenWriter();

  /** @param columns Number of values that a row should have. */
  constructor(columns: number) {
    // One more, so that a row with too many values is not taken for one that fits.
    this.ownStarts = this.starts = new Uint32Array(columns + 1);
    this.ownEnds = this.ends = new Uint32Array(columns + 1);
  }

  /**
   * Scans the row that begins at an offset.
   *
   * @returns Whether the row ends before the end of the bytes.
   * @throws CareProofError `JSON_INVALID`, without a place.
   */
  scan(bytes: Uint8Array<ArrayBuffer>, start: number, limit: number): boolean {
    if (bytes[start] !== OPEN) throw invalid("expected a row: an array");
    this.bytes = bytes;
    this.starts = this.ownStarts;
    this.ends = this.ownEnds;
    this.count = 0;
    let escaped = false;
    let isAscii = true;
    let at = skipBlanks(bytes, start + 1, limit);
    if (bytes[at] === CLOSE && at < limit) {
      this.end = at + 1;
      return true;
    }
    for (;;) {
      if (at >= limit) return false;
      const from = at;
      if (bytes[at] === QUOTE) {
        for (at++; ; at++) {
          if (at >= limit) return false;
          const byte = bytes[at]!;
          if (byte === QUOTE) break;
          if (byte === BACKSLASH) {
            escaped = true;
            at++;
          } else if (byte < 0x20) throw invalid("a control character in a string must be escaped");
          else if (byte >= 0x80) isAscii = false;
        }
        at++;
      } else {
        while (at < limit && !isEnd(bytes[at]!)) at++;
        // A number may go on in what is not read yet.
        if (at >= limit) return false;
        this.checkWord(bytes, from, at);
      }
      if (this.count < this.starts.length) {
        this.starts[this.count] = from;
        this.ends[this.count] = at;
      }
      this.count++;
      at = skipBlanks(bytes, at, limit);
      if (at >= limit) return false;
      if (bytes[at] === CLOSE) break;
      if (bytes[at] !== COMMA) throw invalid("expected ',' or ']' after a value of a row");
      at = skipBlanks(bytes, at + 1, limit);
    }
    this.end = at + 1;
    if (!isAscii) this.checkUtf8(start);
    if (escaped && this.count < this.starts.length) this.rewrite();
    return true;
  }

  private checkWord(bytes: Uint8Array, from: number, to: number): void {
    let digits = true;
    for (let i = from; i < to; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) digits = false;
    if (digits && to > from && (bytes[from] !== 0x30 || to === from + 1)) return;
    if (WORDS.some((word) => word.length === to - from && word.every((byte, i) => bytes[from + i] === byte))) return;
    const text = this.decode(bytes.subarray(from, to));
    if (!NUMBER.test(text)) {
      throw invalid(
        text.startsWith("[") || text.startsWith("{")
          ? "a value of a row is no array and no object"
          : `expected a value of a row, found ${JSON.stringify(text)}`,
      );
    }
  }

  private checkUtf8(start: number): void {
    this.decode(this.bytes.subarray(start, this.end));
  }

  private decode(bytes: Uint8Array): string {
    try {
      return this.decoder.decode(bytes);
    } catch (error) {
      throw new CareProofError("FILE_UNREADABLE", "it is not UTF-8", undefined, { cause: error });
    }
  }

  /** Strings with escapes as canonical JSON has them. */
  private rewrite(): void {
    const writer = this.rewritten.start();
    for (let i = 0; i < this.count; i++) {
      const text = this.decode(this.bytes.subarray(this.starts[i], this.ends[i]));
      writer.json(text.includes("\\") ? canonicalString(text) : text);
    }
    this.bytes = writer.bytes;
    this.starts = writer.starts;
    this.ends = writer.ends;
  }
}

function canonicalString(token: string): string {
  let text: string;
  try {
    text = JSON.parse(token) as string;
  } catch {
    throw invalid("unknown escape in a string");
  }
  if (LONE_SURROGATE.test(text)) throw invalid("a string has a lone surrogate, which is no Unicode character");
  return JSON.stringify(text);
}

function skipBlanks(bytes: Uint8Array, start: number, limit: number): number {
  let at = start;
  while (at < limit && isBlank(bytes[at]!)) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isEnd(byte: number): boolean {
  return byte === COMMA || byte === CLOSE || isBlank(byte);
}

function invalid(message: string): CareProofError {
  return new CareProofError("JSON_INVALID", `not JSON: ${message}`);
}
