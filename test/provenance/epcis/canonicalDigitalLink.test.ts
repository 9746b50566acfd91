import { expect } from "chai";

import { canonicalDigitalLink } from "../../../src/provenance/index.js";

/** Identifiers that mean one thing, first as the canonical GS1 Digital Link URI. Check digits are worked out by hand. */
const SAME: Record<string, string[]> = {
  "https://id.gs1.org/01/09521141012345/21/2017": [
    "urn:epc:id:sgtin:9521141.001234.2017",
    "https://example.com/01/9521141012345/21/2017",
    "https://example.com/products/gtin/09521141012345/lot/L1/ser/2017?exp=271231",
    "http://example.com/01/09521141012345/22/2A/21/2017",
  ],
  "https://id.gs1.org/01/09521141012345/10/L-1": ["urn:epc:class:lgtin:9521141.001234.L-1"],
  "https://id.gs1.org/01/09521141012345": [
    "urn:epc:idpat:sgtin:9521141.001234.*",
    "https://example.com/01/09521141012345?linkType=all",
  ],
  "https://id.gs1.org/01/09521141012345/21/a%2Fb%21%28c%29%2A%2B%2C%3A": [
    "urn:epc:id:sgtin:9521141.001234.a%2Fb!(c)*+,:",
    "https://example.com/01/09521141012345/21/a%2Fb!(c)*+,:",
  ],
  "https://id.gs1.org/8003/09521141000014A1": ["urn:epc:id:grai:9521141.00001.A1"],
  // A company prefix of 12 digits leaves no digit for the reference.
  "https://id.gs1.org/414/9521141000014": ["urn:epc:id:sgln:952114100001..0"],
  "https://id.gs1.org/414/9521141000014/254/7": ["urn:epc:id:sgln:952114100001..7"],
};

/** Texts that are no GS1 identifiers, and stay as they are. */
const OTHERS: Record<string, string> = {
  "a serial of 21 characters": `urn:epc:id:sgtin:9521141.001234.${"1".repeat(21)}`,
  "a prefix and reference that are too long together": "urn:epc:id:sgtin:9521141.0012345.1",
  "an unknown scheme": "urn:epc:id:abc:9521141.001234.1",
  "a Digital Link with a fragment": "https://example.com/01/09521141012345#top",
  "an unknown qualifier": "https://example.com/01/09521141012345/99/x",
  "a path with names of JavaScript": "https://example.com/constructor/undefined",
  "a business transaction": "urn:epcglobal:cbv:bt:4012345000009:ASN1099",
  "a place": "geo:50.947573340894124,6.922120147375441",
};

describe("canonical GS1 Digital Link URIs", () => {
  for (const [canonical, others] of Object.entries(SAME)) {
    for (const uri of [canonical, ...others]) {
      it(`${uri} is ${canonical}`, () => {
        expect(canonicalDigitalLink(uri)).to.equal(canonical);
      });
    }
  }

  for (const [what, uri] of Object.entries(OTHERS)) {
    it(`${what} is left alone`, () => {
      expect(canonicalDigitalLink(uri)).to.equal(undefined);
    });
  }

  it("a URI of very many segments is looked through once", () => {
    expect(canonicalDigitalLink(`https://example.com${"/01/09521141012345".repeat(20_000)}/x`)).to.equal(undefined);
  });
});
