import { expect } from "chai";
import fc from "fast-check";

import { expectRefusal } from "./refusal";
import { checkDigit } from "../../../src/provenance/checkDigit.js";
import { writeBracketed } from "../../../src/provenance/gs1/bracketed.js";
import { writeDigitalLink } from "../../../src/provenance/gs1/digitalLink.js";
import { writeElementString } from "../../../src/provenance/gs1/elementString.js";
import { writeEpcUrn } from "../../../src/provenance/gs1/epcUrn.js";
import { elementsOf, identify, readGs1 } from "../../../src/provenance/gs1/identification.js";
import { type ProductIdentifier, tokenIdOf } from "../../../src/provenance/tokenId.js";

const GS = "\u001d";

/** The examples of the EPC Tag Data Standard, sections 6.3.1 and 6.3.2. */
const PACKAGE = { kind: "sgtin", gtin: "80614141123458", serial: "6789" } as const;
const PALLET = { kind: "sscc", sscc: "106141412345678908" } as const;

/** Put together by hand: 01, the GTIN in hex, the serial in ASCII with 7 bits each (0110110 0110111 0111000 0111001). */
const PACKAGE_ID = `0x01${"0".repeat(15)}4951713edb826cddc39${"0".repeat(28)}`;

describe("identify", () => {
  for (const [name, text] of [
    ["a scanned GS1 DataMatrix", "]d20180614141123458216789"],
    ["a GS1-128 that sends FNC1 after its last field", `]C10180614141123458216789${GS}`],
    ["a GS1 QR Code", "]Q30180614141123458216789"],
    ["a GS1 DataBar", "]e00180614141123458216789"],
    ["FNC1 as ^", "^0180614141123458216789"],
    ["no sign of FNC1, the serial last", "0180614141123458216789"],
    ["brackets", "(01)80614141123458(21)6789"],
    ["brackets and spaces, as printed", " (01) 80614141123458 (21) 6789 "],
    ["brackets, the serial first", "(21)6789(01)80614141123458"],
    ["a Digital Link", "https://id.gs1.org/01/80614141123458/21/6789"],
    ["a Digital Link of a maker", "http://example.com:8080/de/produkt/01/80614141123458/21/6789?lang=de#top"],
    ["a Digital Link in a plain Data Matrix", "]d1https://example.com/01/80614141123458/21/6789"],
    ["a Digital Link with words", "https://example.com/gtin/80614141123458/ser/6789"],
    ["an EPC URN", "urn:epc:id:sgtin:0614141.812345.6789"],
    ["an EPC URN with capitals where a URN may have them", "URN:EPC:id:sgtin:0614141.812345.6789"],
    ["GTIN and serial in two words", "80614141123458 6789"],
    ["GTIN and serial parted by a comma", "80614141123458, 6789"],
    ["GTIN and serial parted by a slash", "80614141123458/6789"],
    ["GTIN and serial parted by a plus", "80614141123458+6789"],
    ["the token id in hex", PACKAGE_ID],
    ["the token id in decimal", BigInt(PACKAGE_ID).toString()],
  ] as const) {
    it(`reads a package from ${name}`, () => {
      const { identifier } = identify(text);
      expect(identifier).to.deep.equal(PACKAGE);
      expect(tokenIdOf(identifier)).to.equal(BigInt(PACKAGE_ID));
    });
  }

  for (const [name, text] of [
    ["18 digits", "106141412345678908"],
    ["an element string", "00106141412345678908"],
    ["a GS1-128 with what it holds", `]C10010614141234567890802806141411234583712${GS}10ABC`],
    ["brackets", "(00)106141412345678908"],
    ["a Digital Link", "https://example.com/00/106141412345678908"],
    ["an EPC URN", "urn:epc:id:sscc:0614141.1234567890"],
    ["the token id", `0x02${"0".repeat(47)}179170d5ad28c3c`],
  ] as const) {
    it(`reads a logistic unit from ${name}`, () => {
      expect(identify(text).identifier).to.deep.equal(PALLET);
    });
  }

  it("reads lot, expiry and all else beside the key", () => {
    const read = identify(`]d201806141411234581728020010LOT-7${GS}216789${GS}714A1`, 2026);
    expect(read).to.deep.equal({
      notation: "elementString",
      identifier: PACKAGE,
      lot: "LOT-7",
      expiry: "2028-02-29",
      elements: [
        { ai: "01", value: "80614141123458" },
        { ai: "17", value: "280200" },
        { ai: "10", value: "LOT-7" },
        { ai: "21", value: "6789" },
        { ai: "714", value: "A1" },
      ],
    });
    expect(identify("https://example.com/01/80614141123458/10/LOT-7/21/6789?17=271231", 2026)).to.include({
      lot: "LOT-7",
      expiry: "2027-12-31",
    });
  });

  it("fills up GTINs of 8, 12 and 13 digits, and keeps zeros of serial numbers", () => {
    // 614141123452 is a UPC: 6*3+1+4*3+1+4*3+1+1*3+2+3*3+4+5*3 = 78, so 2.
    expect(identify("614141123452 007").identifier).to.include({ gtin: "00614141123452", serial: "007" });
    expect(identify("https://a.example/01/614141123452/21/007").identifier).to.include({ gtin: "00614141123452" });
    // 9521234543213 is GS1's own example of a GTIN-13.
    expect(identify("9521234543213 007").identifier).to.include({ gtin: "09521234543213" });
    // A GTIN-8: 2*3+3+4*3+5+6*3+7+8*3 = 75, so 5.
    expect(identify("23456785/007").identifier).to.include({ gtin: "00000023456785" });
  });

  it("keeps serial numbers with all kinds of characters of set 82, in every notation", () => {
    const serial = `A(%/?"<>&'*+)!;=_:.,`;
    const identifier: ProductIdentifier = { ...PACKAGE, serial };
    const elements = elementsOf(identifier);
    expect(writeBracketed(elements)).to.equal(`(01)80614141123458(21)A\\(%/?"<>&'*+)!;=_:.,`);
    expect(writeDigitalLink(elements)).to.equal(
      "https://id.gs1.org/01/80614141123458/21/A%28%25%2F%3F%22%3C%3E%26%27%2A%2B%29%21%3B%3D_%3A.%2C",
    );
    expect(writeEpcUrn(identifier, 7)).to.equal("urn:epc:id:sgtin:0614141.812345.A(%25%2F%3F%22%3C%3E%26'*+)!;=_:.,");
    for (const text of notations(identifier, 7)) expect(identify(text).identifier).to.deep.equal(identifier);
  });

  it("reads back every package and logistic unit that it writes", () => {
    const SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    expect(SET_82.length).to.equal(82);
    const characters = fc.constantFrom(...Array.from(SET_82));
    const digits = (length: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: length, maxLength: length });
    const withCheckDigit = (text: string): string => `${text}${checkDigit(text)}`;
    const identifiers = fc.oneof(
      fc.record({
        kind: fc.constant("sgtin" as const),
        gtin: digits(13).map(withCheckDigit),
        serial: fc.string({ unit: characters, minLength: 1, maxLength: 20 }),
      }),
      fc.record({ kind: fc.constant("sscc" as const), sscc: digits(17).map(withCheckDigit) }),
    );
    fc.assert(
      fc.property(identifiers, fc.integer({ min: 6, max: 12 }), (identifier, prefixLength) => {
        for (const text of notations(identifier, prefixLength)) {
          expect(identify(text).identifier, text).to.deep.equal(identifier);
        }
      }),
    );
  });

  it("never throws anything but a CareProofError with a code, whatever the text", () => {
    const pieces = [
      "01",
      "80614141123458",
      "21",
      "10",
      "17",
      "(",
      ")",
      "^",
      GS,
      "]d2",
      "https://a/",
      "/",
      "?",
      "=",
      "%",
    ];
    const texts = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 12 });
    fc.assert(
      fc.property(texts, (parts) => {
        try {
          expect(identify(parts.join("")).identifier.kind).to.match(/^s(gtin|scc)$/);
        } catch (error) {
          expect(error)
            .to.have.property("code")
            .that.matches(/^[A-Z0-9_]+$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  for (const [name, text, code, message, path] of [
    ["a wrong check digit", "]d20180614141123459216789", "GTIN_INVALID", "check digit of 80614141123459", "AI 01"],
    ["a wrong check digit of an SSCC", "106141412345678909", "SSCC_INVALID", "check digit", "AI 00"],
    ["a wrong check digit beside a serial", "80614141123457 1", "GTIN_INVALID", "check digit", "AI 01"],
    [
      "a serial of 21 characters",
      `^018061414112345821${"1".repeat(21)}`,
      "SERIAL_INVALID",
      "1 to 20 characters, found 21",
      "AI 21",
    ],
    [
      "a character outside set 82",
      "80614141123458 AB#1",
      "SERIAL_INVALID",
      'character 3, "#", is not in GS1 character set 82',
      "AI 21",
    ],
    [
      "an umlaut in a Digital Link",
      "https://a.example/01/80614141123458/21/%C3%84",
      "SERIAL_INVALID",
      "character 1",
      "AI 21",
    ],
    ["an unknown AI", "^01806141411234580512", "AI_UNKNOWN", 'begins with "0512"', "character 18"],
    ["an unknown AI in brackets", "(01)80614141123458(05)1", "AI_UNKNOWN", "no such Application Identifier", "AI 05"],
    ["a GTIN cut short", "]d2018061414112", "GTIN_INVALID", "expected 14 digits, found 10", "AI 01"],
    [
      "a lot number too long",
      `(01)80614141123458(21)1(10)${"L".repeat(21)}`,
      "LOT_NUMBER_INVALID",
      "found 21",
      "AI 10",
    ],
    ["a month 13", "(01)80614141123458(21)1(17)271301", "EXPIRY_INVALID", "271301 is not a date", "AI 17"],
    ["the 30th of February", "(01)80614141123458(21)1(17)280230", "EXPIRY_INVALID", "280230 is not a date", "AI 17"],
    ["another value of an AI", "(01)80614141123458(21)1(21)2", "AI_REPEATED", "given twice, as 1 and as 2", "AI 21"],
    ["a GTIN alone", "80614141123458", "SERIAL_MISSING", "GTIN 80614141123458 without a serial number"],
    ["the EAN-13 beside the DataMatrix", "]E09521234543213", "SERIAL_MISSING", "GTIN 09521234543213"],
    ["a lot, which is a class", "urn:epc:class:lgtin:0614141.812345.LOT7", "SERIAL_MISSING", "a kind of package"],
    ["a class in a Digital Link", "https://id.gs1.org/01/80614141123458/10/L1", "SERIAL_MISSING", "a kind of package"],
    ["no key", "(10)ABC", "KEY_MISSING", "no GTIN (AI 01) or SSCC (AI 00)"],
    ["two keys", "(00)106141412345678908(01)80614141123458(21)6789", "KEY_AMBIGUOUS", "give one of them"],
    ["a plain Data Matrix", "]d10180614141123458216789", "NOTATION_UNKNOWN", 'symbology identifier "]d1"'],
    ["a token id of no key", "0x01", "TOKEN_ID_INVALID", "1 is not the token id"],
    ["words", "hello", "NOTATION_UNKNOWN", "no element string"],
    ["nothing", " ", "NOTATION_UNKNOWN", "no element string"],
    ["a symbology identifier alone", "]d2", "ELEMENT_STRING_INVALID", "no data"],
    ["a text longer than any barcode", "9".repeat(9000), "NOTATION_UNKNOWN", "9000 characters"],
  ] as const) {
    it(`refuses ${name}`, () => {
      expectRefusal(() => identify(text), code, message, path);
    });
  }
});

describe("readGs1", () => {
  it("reads classes too, as elements", () => {
    expect(readGs1("urn:epc:class:lgtin:0614141.812345.LOT%2F7")).to.deep.equal({
      notation: "epcUrn",
      elements: [
        { ai: "01", value: "80614141123458" },
        { ai: "10", value: "LOT/7" },
      ],
    });
    expect(readGs1("9521234543213")).to.deep.equal({
      notation: "plain",
      elements: [{ ai: "01", value: "09521234543213" }],
    });
  });
});

function notations(identifier: ProductIdentifier, prefixLength: number): string[] {
  const elements = elementsOf(identifier);
  const tokenId = tokenIdOf(identifier);
  return [
    `]d2${writeElementString(elements)}`,
    `^${writeElementString(elements, "^")}`,
    writeBracketed(elements),
    writeDigitalLink(elements),
    writeDigitalLink(elements, "https://example.com/00/products/"),
    writeEpcUrn(identifier, prefixLength),
    identifier.kind === "sgtin" ? `${identifier.gtin} ${identifier.serial}` : identifier.sscc,
    `${tokenId}`,
    `0x${tokenId.toString(16)}`,
  ];
}
