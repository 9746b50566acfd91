import { expect } from "chai";
import fc from "fast-check";

import { CareProofError } from "../../src/errors.js";
import { JsonNumber, type JsonValue, parseJson } from "../../src/utils/json.js";

/** The value as JSON.parse would give it, to compare. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function failure(text: string, source = {}): CareProofError {
  try {
    parseJson(text, source);
  } catch (error) {
    if (error instanceof CareProofError) return error;
    throw error;
  }
  throw new Error("the text was accepted");
}

describe("parseJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // fast-check's keys may be "__proto__", which Object.fromEntries keeps as JSON.parse does.
        expect(plain(parseJson(text))).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it("keeps a number's digits", () => {
    expect(parseJson("1.00")).to.deep.equal(new JsonNumber("1.00"));
    expect(parseJson("-0.0e+10")).to.deep.equal(new JsonNumber("-0.0e+10"));
    expect(parseJson("123456789012345678901234567890")).to.deep.equal(new JsonNumber("123456789012345678901234567890"));
  });

  it("keeps a key named __proto__ as any other", () => {
    const value = parseJson('{"__proto__":{"a":true}}');
    expect(Object.keys(value as object)).to.deep.equal(["__proto__"]);
  });

  for (const [name, text, message] of [
    ["a repeated key", '{"a":1,\n "b":2,\n "a":1}', 'line 3, column 2: not JSON: key "a" appears twice in one object'],
    ["a key repeated in another spelling", '{"a":1,"\\u0061":1}', 'key "a" appears twice'],
    ["a lone high surrogate", '["\\ud800"]', "lone surrogate"],
    ["a lone low surrogate in a key", '{"\\udc00":1}', "lone surrogate"],
    ["a control character in a string", '"a\nb"', "control character"],
    ["an unknown escape", '"\\x41"', "unknown escape"],
    ["a short \\u escape", '"\\u12"', "four hexadecimal digits"],
    ["a leading zero", "01", "unexpected text after the end"],
    ["a number without digits after the point", "1.", "unexpected text after the end"],
    ["NaN", "NaN", "expected a JSON value"],
    ["single quotes", "{'a':1}", "key in double quotes"],
    ["a trailing comma in an object", '{"a":1,}', "key in double quotes"],
    ["a trailing comma in an array", "[1,]", "expected a JSON value"],
    ["a missing comma", "[1 2]", "expected ',' or ']'"],
    ["a comment", "/* */ 1", "expected a JSON value"],
    ["text after the value", "{} {}", "unexpected text after the end"],
    ["an empty text", "", "ends too early"],
    ["a cut off text", '{"a":', "ends too early"],
    ["a string without end", '{"a":"b', "a string has no end"],
    ["nesting that would exhaust the stack", "[".repeat(100_000), "nested deeper than 500 levels"],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(failure(text)).to.include({ code: "JSON_INVALID" });
      expect(failure(text).message).to.include(message);
    });
  }

  it("names file, line and column", () => {
    expect(failure('{"a":\n  tru}', { name: "a.ndjson", firstLine: 7 }).path).to.equal("a.ndjson:8:3");
  });
});
