import { expect } from "chai";

import { expectRefusal } from "./refusal";
import { readBracketed } from "../../../src/provenance/gs1/bracketed.js";
import { companyPrefixOf, isUnderPrefix } from "../../../src/provenance/gs1/companyPrefix.js";
import { expiryDate } from "../../../src/provenance/gs1/dates.js";
import { readDigitalLink, writeDigitalLink } from "../../../src/provenance/gs1/digitalLink.js";
import { readEpcUrn, writeEpcUrn } from "../../../src/provenance/gs1/epcUrn.js";

const PACKAGE = { kind: "sgtin", gtin: "80614141123458", serial: "6789" } as const;
const PALLET = { kind: "sscc", sscc: "106141412345678908" } as const;

describe("readBracketed", () => {
  it("takes \\( for a bracket within data, and one that closes as it is", () => {
    expect(readBracketed("(10)A\\(01)B")).to.deep.equal([{ ai: "10", value: "A(01)B" }]);
  });

  it("names the character where it expected an AI", () => {
    expectRefusal(() => readBracketed("(01)09521234543213(x)1"), "BRACKETS_INVALID", "expected an AI", "character 19");
    expectRefusal(() => readBracketed(""), "BRACKETS_INVALID", "no data");
  });
});

describe("readDigitalLink", () => {
  const pairs = (uri: string): string[] => readDigitalLink(uri).map(({ ai, value }) => `${ai}=${value}`);

  it("takes the last key of the path, not what looks like one before it", () => {
    expect(pairs("https://example.com/00/shop/01/09521234543213/21/01")).to.deep.equal(["01=09521234543213", "21=01"]);
  });

  it("reads attributes in the query, and passes over what is not GS1's", () => {
    expect(pairs("https://example.com/01/09521234543213/21/A%2FB?17=271231&linkType=gs1:pip&x")).to.deep.equal([
      "01=09521234543213",
      "21=A/B",
      "17=271231",
    ]);
  });

  for (const [name, uri, message] of [
    ["a serial in the query", "https://a.example/01/09521234543213?21=A1", "AI 21 may not stand in the query"],
    ["a lot in the query of a GTIN", "https://a.example/01/09521234543213?10=A1", "AI 10 may not stand in the query"],
    ["qualifiers in another order", "https://a.example/01/09521234543213/21/A1/10/L1", "21, 10 may not follow AI 01"],
    ["an AI given twice", "https://a.example/01/09521234543213/21/A?01=09521234543213", "AI 01 is given twice"],
    ["a web address", "https://a.example/about/us", "does not end in a GS1 key"],
    [
      "names that every JavaScript object has",
      "https://a.example/constructor/1/toString/2",
      "does not end in a GS1 key",
    ],
    ["no path", "https://a.example", "not an http or https URI"],
    ["characters that no URI has", 'https://a.example/01/09521234543213/21/A"', "not an http or https URI"],
  ] as const) {
    it(`refuses ${name}`, () => {
      expectRefusal(() => readDigitalLink(uri), "DIGITAL_LINK_INVALID", message);
    });
  }
});

describe("writeDigitalLink", () => {
  it("puts qualifiers in the path, in their order, and the rest in the query", () => {
    const elements = [
      { ai: "21", value: "A/1" },
      { ai: "714", value: "99" },
      { ai: "17", value: "271231" },
      { ai: "10", value: "L+1" },
      { ai: "01", value: "09521234543213" },
    ];
    const uri = "https://id.gs1.org/01/09521234543213/10/L%2B1/21/A%2F1?17=271231&714=99";
    expect(writeDigitalLink(elements)).to.equal(uri);
  });

  it("refuses elements without a key, and those that have no place", () => {
    expectRefusal(() => writeDigitalLink([{ ai: "10", value: "L1" }]), "DIGITAL_LINK_INVALID", "no GS1 key");
    const both = [
      { ai: "00", value: "106141412345678908" },
      { ai: "21", value: "A1" },
    ];
    expectRefusal(() => writeDigitalLink(both), "DIGITAL_LINK_INVALID", "no place in it for AI 21 beside AI 00");
  });
});

describe("EPC URNs", () => {
  it("are those of the EPC Tag Data Standard", () => {
    expect(writeEpcUrn(PACKAGE, 7)).to.equal("urn:epc:id:sgtin:0614141.812345.6789");
    expect(writeEpcUrn(PALLET, 7)).to.equal("urn:epc:id:sscc:0614141.1234567890");
    expect(readEpcUrn("urn:epc:id:sgtin:0614141.812345.32a%2Fb")[1]).to.deep.equal({ ai: "21", value: "32a/b" });
  });

  it("have a company prefix of 6 to 12 digits", () => {
    expect(writeEpcUrn(PACKAGE, 6)).to.equal("urn:epc:id:sgtin:061414.8112345.6789");
    expect(writeEpcUrn(PACKAGE, 12)).to.equal("urn:epc:id:sgtin:061414112345.8.6789");
    expect(writeEpcUrn(PALLET, 12)).to.equal("urn:epc:id:sscc:061414123456.17890");
    expectRefusal(() => writeEpcUrn(PACKAGE, 13), "PREFIX_INVALID", "6 to 12 digits, not 13");
  });

  for (const [name, urn, message] of [
    ["another scheme", "urn:epc:id:sgln:0614141.12345.0", "expected urn:epc:id:sgtin:"],
    ["a pattern", "urn:epc:idpat:sgtin:0614141.812345.*", "expected urn:epc:id:sgtin:"],
    ["a prefix too short", "urn:epc:id:sgtin:06141.81212345.1", "6 to 12 digits"],
    ["a digit too few", "urn:epc:id:sgtin:0614141.81234.6789", "have 12 digits together, not 13"],
    ["no serial", "urn:epc:id:sgtin:0614141.812345", "serial or lot number, is missing"],
    ["an SSCC with three parts", "urn:epc:id:sscc:0614141.1234567890.1", "an SSCC has two parts"],
  ] as const) {
    it(`are refused with ${name}`, () => {
      expectRefusal(() => readEpcUrn(urn), "EPC_URN_INVALID", message);
    });
  }

  it("are refused with a serial number that none can be", () => {
    const urn = `urn:epc:id:sgtin:0614141.812345.${"1".repeat(21)}`;
    expectRefusal(() => readEpcUrn(urn), "SERIAL_INVALID", "found 21", "AI 21");
  });

  it("are not written for a key that is none", () => {
    expectRefusal(() => writeEpcUrn({ ...PACKAGE, gtin: "80614141123457" }, 7), "GTIN_INVALID", "check digit");
  });
});

describe("company prefixes", () => {
  it("follow the indicator digit of a GTIN-14 and the extension digit of an SSCC", () => {
    expect(companyPrefixOf(PACKAGE, 7)).to.equal("0614141");
    expect(companyPrefixOf(PALLET, 10)).to.equal("0614141234");
  });

  it("cover a key or not", () => {
    expect(isUnderPrefix(PACKAGE, "0614141")).to.equal(true);
    expect(isUnderPrefix(PALLET, "0614141")).to.equal(true);
    expect(isUnderPrefix(PACKAGE, "8061414")).to.equal(false);
    expect(isUnderPrefix(PALLET, "061414112345")).to.equal(false);
  });

  it("are 6 to 12 digits", () => {
    for (const prefix of ["06141", "0614141123458", ""]) {
      expectRefusal(() => isUnderPrefix(PACKAGE, prefix), "PREFIX_INVALID", /prefix/);
    }
    expectRefusal(() => isUnderPrefix(PACKAGE, "061414x"), "PREFIX_INVALID", 'digits, not "061414x"');
  });
});

describe("expiryDate", () => {
  it("takes day 00 for the last of the month", () => {
    expect(expiryDate("270200", 2026)).to.equal("2027-02-28");
    expect(expiryDate("280200", 2026)).to.equal("2028-02-29");
    expect(expiryDate("270400", 2026)).to.equal("2027-04-30");
    expect(expiryDate("271231", 2026)).to.equal("2027-12-31");
  });

  it("finds the century from the difference to the current year, as section 7.12 says", () => {
    expect(expiryDate("760101", 2026)).to.equal("2076-01-01");
    expect(expiryDate("770101", 2026)).to.equal("1977-01-01");
    expect(expiryDate("990101", 2026)).to.equal("1999-01-01");
    expect(expiryDate("000101", 2026)).to.equal("2000-01-01");
    expect(expiryDate("460101", 2095)).to.equal("2046-01-01");
    expect(expiryDate("450101", 2095)).to.equal("2145-01-01");
  });

  it("refuses what is no date", () => {
    for (const text of ["270001", "271301", "270431", "270229", "27123", "27123x"]) {
      expectRefusal(() => expiryDate(text, 2026), "EXPIRY_INVALID", "is not a date", "AI 17");
    }
  });
});
