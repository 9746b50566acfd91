import { expect } from "chai";

import { expectRefusal } from "./refusal";
import { readElementString, writeElementString } from "../../../src/provenance/gs1/elementString.js";

const GS = "\u001d";
const pairs = (text: string): string[] => readElementString(text).map(({ ai, value }) => `${ai}=${value}`);

describe("readElementString", () => {
  it("ends a field without predefined length at FNC1, also where it looks like more", () => {
    expect(pairs(`01095212345432132110ABC17271231${GS}10L1`)).to.deep.equal([
      "01=09521234543213",
      "21=10ABC17271231",
      "10=L1",
    ]);
  });

  it("passes over FNC1 that is not needed: after predefined length, and at the end", () => {
    expect(pairs(`^0109521234543213^17271231^21A1^`)).to.deep.equal(["01=09521234543213", "17=271231", "21=A1"]);
  });

  it("reads AIs of two, three and four digits", () => {
    expect(pairs(`]d2010952123454321371012345${GS}310300019570032712311430${GS}21A1`)).to.deep.equal([
      "01=09521234543213",
      "710=12345",
      "3103=000195",
      "7003=2712311430",
      "21=A1",
    ]);
  });

  it("takes the same element twice as one", () => {
    expect(pairs("^0109521234543213010952123454321321A1")).to.deep.equal(["01=09521234543213", "21=A1"]);
  });

  describe("without FNC1", () => {
    it("reads fields of predefined length and one last field", () => {
      expect(pairs("01095212345432131727123121A1B2")).to.deep.equal(["01=09521234543213", "17=271231", "21=A1B2"]);
    });

    for (const [name, text, path, other] of [
      ["a lot that could follow the serial", "0109521234543213211234105678", "AI 21", "(21)1234(10)5678"],
      ["an expiry that could follow it", "010952123454321321A1B217271231", "AI 21", "(21)A1B2(17)271231"],
      ["a serial that could follow the lot", "01095212345432131727123110L121A1", "AI 10", "(10)L1(21)A1"],
      ["expiry and lot", "010952123454321321A1B21727123110LOT", "AI 21", "(21)A1B2(17)271231(10)LOT"],
      ["a GTIN after the serial", "21A1B20109521234543213", "AI 21", "(21)A1B2(01)09521234543213"],
      ["a field too long by what follows", `010952123454321321${"A".repeat(20)}10LOT`, "AI 21", "(10)LOT"],
    ] as const) {
      it(`refuses ${name}, naming both readings`, () => {
        expectRefusal(() => readElementString(text), "FNC1_MISSING", other, path);
      });
    }

    it("does not take for further fields what cannot be: no date, an AI that was there, nothing after the AI", () => {
      expect(pairs("010952123454321321A1B217279931")).to.include("21=A1B217279931");
      expect(pairs("010952123454321321A121B")).to.include("21=A121B");
      expect(pairs("010952123454321321A110")).to.include("21=A110");
    });

    it("looks for other readings of garbage in bounded time", () => {
      const garbage = "710711712713714715716717".repeat(4);
      expectRefusal(() => readElementString(`21${garbage}#`), "SERIAL_INVALID", "found 97", "AI 21");
    });

    it("reads the same text where there is a sign of FNC1", () => {
      expect(pairs("]d20109521234543213211234105678")).to.include("21=1234105678");
      expect(pairs("^0109521234543213211234105678")).to.include("21=1234105678");
    });
  });

  it("refuses what ends within a field, and FNC1 within one of predefined length", () => {
    expectRefusal(() => readElementString("^0109521234543213172712"), "EXPIRY_INVALID", "6 digits, found 4", "AI 17");
    expectRefusal(() => readElementString("^01095212^21A1"), "GTIN_INVALID", "14 digits, found 6", "AI 01");
    expectRefusal(() => readElementString("^21^10A"), "SERIAL_INVALID", "1 to 20 characters, found 0", "AI 21");
  });
});

describe("writeElementString", () => {
  it("puts FNC1 after fields without predefined length, but the last", () => {
    const elements = [
      { ai: "10", value: "L1" },
      { ai: "01", value: "09521234543213" },
      { ai: "21", value: "A1" },
    ];
    expect(writeElementString(elements)).to.equal(`10L1${GS}010952123454321321A1`);
    expect(writeElementString(elements, "^")).to.equal("10L1^010952123454321321A1");
  });

  it("refuses what it could not read", () => {
    expectRefusal(() => writeElementString([{ ai: "21", value: "A^B" }]), "SERIAL_INVALID", "character 2", "AI 21");
  });
});
