import { CareProofError } from "../errors.js";

/**
 * A number of a JSON text with its digits as written. In FHIR the precision of a decimal is significant (1.00 is not 1.0),
 * which a JavaScript number cannot hold.
 */
export class JsonNumber {
  constructor(
    /** The number's token in the JSON text, for example `1.00` or `-2.5e3`. */
    readonly text: string,
  ) {}
}

/** An object of a JSON text. It has no prototype, so that no key of the input is mistaken for a method. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** What a JSON text says, numbers kept as written. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;

/** Where a JSON text comes from, for messages. */
export interface JsonSource {
  /** The file's name, or `stdin`. */
  readonly name?: string;
  /** Number of the text's first line within its source, from 1: in NDJSON each line is a text of its own. */
  readonly firstLine?: number;
}

/** Levels of nesting above which a text is refused rather than exhausting the stack. No FHIR resource comes near. */
const MAXIMUM_DEPTH = 500;

/**
 * Parses a JSON text (RFC 8259) as strictly as RFC 8785 needs it (I-JSON, RFC 7493): a key given twice and a lone surrogate
 * are refused. Own code since JSON.parse loses digits and duplicate keys, and lossless-json lets both defects through and
 * gives no line.
 *
 * @param text The JSON text.
 * @param source Names the text in errors.
 * @returns The value, numbers as {@link JsonNumber}.
 * @throws CareProofError `JSON_INVALID`, its path being `file:line:column`.
 */
export function parseJson(text: string, source: JsonSource = {}): JsonValue {
  return new Parser(text, source).parse();
}

/** Whether a JSON value is an object (not null, an array or a number). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** A position in a text as `name:line:column`, line and column from 1. */
export function describePosition(text: string, offset: number, source: JsonSource = {}): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length - 1 + (source.firstLine ?? 1);
  const column = offset - (before.lastIndexOf("\n") + 1) + 1;
  return source.name === undefined ? `line ${line}, column ${column}` : `${source.name}:${line}:${column}`;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Characters of a string up to its end, an escape, or a control character. */
// eslint-disable-next-line no-control-regex -- RFC 8259, section 7: these must be escaped in a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const WHITESPACE = /[ \t\n\r]*/y;
/** A surrogate without its partner: no Unicode character. */
export const LONE_SURROGATE = /\p{Surrogate}/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Parser {
  private offset = 0;

  constructor(
    private readonly text: string,
    private readonly source: JsonSource,
  ) {}

  parse(): JsonValue {
    this.skipWhitespace();
    const value = this.value(0);
    this.skipWhitespace();
    if (this.offset < this.text.length) this.fail("unexpected text after the end of the JSON value");
    return value;
  }

  private value(depth: number): JsonValue {
    if (depth > MAXIMUM_DEPTH) this.fail(`nested deeper than ${MAXIMUM_DEPTH} levels`);
    switch (this.text[this.offset]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.literal("true", true);
      case "f":
        return this.literal("false", false);
      case "n":
        return this.literal("null", null);
      default:
        return this.number();
    }
  }

  private object(depth: number): JsonObject {
    const object = Object.create(null) as JsonObject;
    this.offset++;
    this.skipWhitespace();
    if (this.take("}")) return object;
    for (;;) {
      const start = this.offset;
      if (this.text[start] !== '"') this.fail("expected a key in double quotes");
      const key = this.string();
      if (key in object) this.fail(`key ${JSON.stringify(key)} appears twice in one object`, start);
      this.skipWhitespace();
      if (!this.take(":")) this.fail("expected ':' after a key");
      this.skipWhitespace();
      object[key] = this.value(depth + 1);
      this.skipWhitespace();
      if (this.take("}")) return object;
      if (!this.take(",")) this.fail("expected ',' or '}'");
      this.skipWhitespace();
    }
  }

  private array(depth: number): JsonValue[] {
    const array: JsonValue[] = [];
    this.offset++;
    this.skipWhitespace();
    if (this.take("]")) return array;
    for (;;) {
      array.push(this.value(depth + 1));
      this.skipWhitespace();
      if (this.take("]")) return array;
      if (!this.take(",")) this.fail("expected ',' or ']'");
      this.skipWhitespace();
    }
  }

  private string(): string {
    const start = this.offset;
    let value = "";
    this.offset++;
    for (;;) {
      value += this.match(PLAIN);
      const character = this.text[this.offset];
      if (character === '"') break;
      if (character !== "\\") {
        this.fail(character === undefined ? "a string has no end" : "a control character in a string must be escaped");
      }
      value += this.escape();
    }
    this.offset++;
    if (LONE_SURROGATE.test(value)) this.fail("a string has a lone surrogate, which is no Unicode character", start);
    return value;
  }

  private escape(): string {
    const letter = this.text[this.offset + 1] ?? "";
    if (letter === "u") {
      const hex = this.text.slice(this.offset + 2, this.offset + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail("\\u needs four hexadecimal digits");
      this.offset += 6;
      return String.fromCharCode(parseInt(hex, 16));
    }
    const character = ESCAPES[letter];
    if (character === undefined) this.fail("unknown escape in a string");
    this.offset += 2;
    return character;
  }

  private number(): JsonNumber {
    const token = this.match(NUMBER);
    if (token === "") this.fail(this.offset >= this.text.length ? "the text ends too early" : "expected a JSON value");
    return new JsonNumber(token);
  }

  private literal<T extends boolean | null>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.offset)) this.fail("expected a JSON value");
    this.offset += word.length;
    return value;
  }

  private skipWhitespace(): void {
    this.match(WHITESPACE);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.offset;
    const token = pattern.exec(this.text)?.[0] ?? "";
    this.offset += token.length;
    return token;
  }

  private take(character: string): boolean {
    if (this.text[this.offset] !== character) return false;
    this.offset++;
    return true;
  }

  private fail(reason: string, offset = this.offset): never {
    throw new CareProofError("JSON_INVALID", `not JSON: ${reason}`, describePosition(this.text, offset, this.source));
  }
}
