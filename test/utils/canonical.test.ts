import { expect } from "chai";
import fc from "fast-check";

import { applyForm, canonicalize, canonicalJson } from "../../src/utils/canonical.js";
import { type JsonObject, parseJson } from "../../src/utils/json.js";

const text = (json: string): string => canonicalJson(parseJson(json));
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** An object's text with its keys in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe("canonicalJson", () => {
  it("sorts and escapes as the examples of RFC 8785 sections 3.2.2 and 3.2.3", () => {
    // The string of section 3.2.2 and the literals; its numbers are outside, since digits are kept here.
    expect(
      text('{"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}'),
    ).to.equal('{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
    const unsorted =
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",' +
      '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}';
    expect([...text(unsorted).matchAll(/:"([^"]+)"/g)].map((match) => match[1])).to.deep.equal([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  it("agrees with the npm package canonicalize where numbers are whole", async () => {
    const { default: peer } = await import("canonicalize");
    const whole = fc.oneof(
      fc.maxSafeInteger().map((n) => n % 1e15),
      fc.boolean(),
      fc.constant(null),
    );
    const key = fc.string({ unit: "grapheme" });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, whole, key, fc.array(tie("value")), fc.dictionary(key, tie("value"))),
    }));
    fc.assert(
      fc.property(value, (v) => {
        const json = JSON.stringify(v);
        expect(text(json)).to.equal(peer(JSON.parse(json)));
      }),
    );
  });

  it("is the same whatever the order of keys and the whitespace", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const other = JSON.stringify(reversed(JSON.parse(json)), null, 3);
        expect(text(other)).to.equal(text(JSON.stringify(JSON.parse(json))));
      }),
    );
  });

  it("leaves canonical text as it is", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(text(text(json))).to.equal(text(json));
      }),
    );
  });

  it("keeps the digits of numbers, where RFC 8785 rewrites them", () => {
    expect(text('{"b": 1.00, "a": [1.0, 1, 1e2, 100, -0.0]}')).to.equal('{"a":[1.0,1,1e2,100,-0.0],"b":1.00}');
  });
});

describe("canonicalize", () => {
  const resource =
    '{"resourceType":"Observation","meta":{"versionId":"2","lastUpdated":"2026-05-01T00:00:00Z","_lastUpdated":{"id":"x"},' +
    '"source":"urn:a","profile":["p"]},"text":{"status":"generated"},"contained":[{"resourceType":"Patient","id":"p",' +
    '"meta":{"versionId":"1"},"text":{"status":"empty"}}],"valueQuantity":{"value":1.10}}';

  it("by default leaves out the narrative and what servers rewrite in meta, of the resource alone", () => {
    expect(decode(canonicalize(resource))).to.equal(
      '{"contained":[{"id":"p","meta":{"versionId":"1"},"resourceType":"Patient","text":{"status":"empty"}}],' +
        '"meta":{"profile":["p"]},"resourceType":"Observation","valueQuantity":{"value":1.10}}',
    );
  });

  it("drops a meta that becomes empty", () => {
    const text = '{"resourceType":"Patient","meta":{"versionId":"2"}}';
    expect(decode(canonicalize(text))).to.equal('{"resourceType":"Patient"}');
  });

  it("keeps all in the form exact", () => {
    const text = '{"resourceType":"Patient","meta":{"versionId":"2"},"text":{"status":"empty"}}';
    expect(decode(canonicalize(text, "exact"))).to.equal(
      '{"meta":{"versionId":"2"},"resourceType":"Patient","text":{"status":"empty"}}',
    );
  });

  it("says what a form leaves out, without touching the resource", () => {
    const parsed = parseJson(resource) as JsonObject;
    const before = canonicalJson(parsed);
    expect(applyForm(parsed, "json#data").omitted).to.deep.equal([
      "text",
      "meta.versionId",
      "meta.lastUpdated",
      "meta._lastUpdated",
      "meta.source",
    ]);
    expect(canonicalJson(parsed)).to.equal(before);
    expect(applyForm(parsed, "exact").omitted).to.deep.equal([]);
  });

  it("encodes as UTF-8", () => {
    expect([...canonicalize('{"a":"\\u20ac"}')]).to.deep.equal([...Buffer.from('{"a":"€"}', "utf8")]);
  });

  it("refuses JSON that is no object", () => {
    expect(() => canonicalize("[]", "exact", { name: "x.json" })).to.throw("x.json: a FHIR resource is a JSON object");
  });
});
