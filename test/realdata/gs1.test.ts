/**
 * The unit tests of GS1's Syntax Engine, the GS1 Barcode Syntax Dictionary, and the EPC URN vectors of the EPCIS event hash generator.
 * Defined only where the shared data is beside the repository. A vector that is read otherwise than its source says is named with the
 * reason.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { CareProofError } from "../../src/errors.js";
import {
  checkElement,
  componentsOf,
  type Gs1Element,
  hasPredefinedLength,
  leadingAi,
} from "../../src/provenance/gs1/applicationIdentifiers.js";
import { readBracketed, writeBracketed } from "../../src/provenance/gs1/bracketed.js";
import { readDigitalLink, writeDigitalLink } from "../../src/provenance/gs1/digitalLink.js";
import { DIGITAL_LINK_KEYS, mayStandInQuery } from "../../src/provenance/gs1/digitalLinkKeys.js";
import { readElementString, writeElementString } from "../../src/provenance/gs1/elementString.js";
import { escapeText, unescapeText } from "../../src/provenance/gs1/percentEncoding.js";
import { identify, readGs1 } from "../../src/provenance/gs1/identification.js";

const data = process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data");
const gs1 = join(data, "gs1");

/** Why a vector is read otherwise than its source says, by the vector's text. */
type Reasons = Readonly<Record<string, string>>;

const FNC1_LEFT_OUT = "scanners leave the first FNC1 out, so it may be missing";
const ZEROS = "GTINs of 8, 12 and 13 digits in URIs always get their zeros back, as the event hash needs it";
const WRONG_CHECK_DIGIT = "the GTIN's check digit is wrong, which the generator does not look at";
const PERMITTED_UNKNOWN = "the engine was told to permit AI 89, which does not exist";
const NOT_GS1 = "plain text of a barcode without FNC1 is no GS1 data";
const COMPOSITE = "composite components, which no medicine has, are not read";

/** What the engine finds wrong with AIs that say nothing of a key, a lot or a date: their data is passed on as it is. */
const CONTENT_NOT_CHECKED = [
  ...["ILLEGAL_HOUR", "ILLEGAL_MINUTE", "ILLEGAL_ZERO_VALUE", "NOT_HYPHEN", "NOT_ZERO_OR_ONE", "INVALID_LATITUDE"],
  ...["NOT_ISO3166_OR_999", "NOT_ISO4217", "INVALID_IBAN_CHARACTER", "ILLEGAL_IBAN_COUNTRY_CODE"],
  ...["INVALID_CSET64_PADDING", "TOO_SHORT_FOR_CHECK_PAIR", "INVALID_GCP_PREFIX", "INVALID_IMPORT_IDX_CHARACTER"],
  ...["PIECE_NUMBER_EXCEEDS_TOTAL", "INVALID_BIOLOGICAL_SEX_CODE", "POSITION_IN_SEQUENCE_MALFORMED"],
  ...["ILLEGAL_ZERO_PREFIX", "POSITION_EXCEEDS_END"],
];

/** Linters that hold for AIs whose data is checked, and such an AI. */
const LINTERS: Readonly<Record<string, (input: string) => Gs1Element>> = {
  csum: (value) => (value.length === 18 ? { ai: "00", value } : { ai: "01", value: value.padStart(14, "0") }),
  csetnumeric: (value) => ({ ai: "37", value }),
  cset82: (value) => ({ ai: "10", value }),
  cset39: (value) => ({ ai: "8010", value }),
  yymmd0: (value) => ({ ai: "17", value }),
  yymmdd: (value) => ({ ai: "7006", value }),
  yyyymmdd: (value) => ({ ai: "7250", value }),
};

function cases<T>(name: string): T[] {
  return (JSON.parse(readFileSync(join(gs1, "syntax-engine", `${name}.json`), "utf8")) as { cases: T[] }).cases;
}

const withFnc1 = (elements: readonly Gs1Element[]): string => `^${writeElementString(elements, "^")}`;

function refused(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    expect(error).to.be.instanceOf(CareProofError);
    return true;
  }
}

/** Holds each vector against `agrees`, but for those with a reason, of which none may agree after all. */
function compare<T>(
  vectors: T[],
  nameOf: (vector: T) => string,
  agrees: (vector: T) => boolean,
  reasons: Reasons,
): void {
  const disagreeing = vectors.filter((vector) => !agrees(vector)).map(nameOf);
  expect([...new Set(disagreeing)].sort()).to.deep.equal(Object.keys(reasons).sort());
}

if (existsSync(gs1)) {
  describe("GS1's own vectors", () => {
    it("reads 47 element strings as the Syntax Engine does", () => {
      const vectors = cases<{ ok: boolean; element_string: string }>("element-string-validate");
      expect(vectors.length).to.equal(47);
      const agrees = ({ ok, element_string: text }: (typeof vectors)[number]): boolean =>
        ok
          ? // FNC1 at the end is of no use.
            withFnc1(readElementString(text)) === text.replace(/\^$/, "")
          : refused(() => readElementString(text));
      compare(vectors, (vector) => vector.element_string, agrees, { "991234": FNC1_LEFT_OUT });
    });

    it("turns 16 bracketed texts into element strings, and back", () => {
      const vectors = cases<{ ok: boolean; bracketed: string; element_string: string }>("bracketed-to-element-string");
      expect(vectors.length).to.equal(16);
      const agrees = ({ ok, bracketed, element_string: text }: (typeof vectors)[number]): boolean =>
        ok
          ? withFnc1(readBracketed(bracketed)) === text && writeBracketed(readElementString(text)) === bracketed
          : refused(() => readBracketed(bracketed));
      compare(vectors, (vector) => vector.bracketed, agrees, {});
    });

    it("reads 71 Digital Links as the Syntax Engine does", () => {
      const vectors = cases<{ ok: boolean; uri: string; element_string?: string }>("digital-link-parse");
      expect(vectors.length).to.equal(71);
      const agrees = ({ ok, uri, element_string: text }: (typeof vectors)[number]): boolean => {
        const read = (): Gs1Element[] => readDigitalLink(uri);
        return ok ? !refused(read) && withFnc1(read()) === text : refused(read);
      };
      compare(vectors, (vector) => vector.uri, agrees, {
        "https://a/01/2112345678900": ZEROS,
        "https://a/01/416000336108": ZEROS,
        "https://a/8004/9520614141234567?01=2112345678900": ZEROS,
        "https://example.com/01/09520123456788?99=XYZ&89=ABC123": PERMITTED_UNKNOWN,
      });
    });

    it("writes 14 Digital Links as the Syntax Engine does", () => {
      const vectors = cases<{ ok: boolean; stem: string; bracketed: string; uri?: string }>("digital-link-generate");
      expect(vectors.length).to.equal(14);
      const agrees = ({ ok, stem, bracketed, uri }: (typeof vectors)[number]): boolean => {
        const write = (): string => writeDigitalLink(readBracketed(bracketed), stem);
        return ok ? !refused(write) && write() === uri : refused(write);
      };
      compare(vectors, (vector) => vector.bracketed, agrees, {
        "(01)12312312312326(99)000001(89)XXX(95)INT": PERMITTED_UNKNOWN,
      });
    });

    it("reads 33 scans", () => {
      const vectors = cases<{ ok: boolean; scan_data: string; data_str: string }>("scan-data");
      expect(vectors.length).to.equal(33);
      const agrees = ({ ok, scan_data: scan, data_str: text }: (typeof vectors)[number]): boolean => {
        if (!ok || refused(() => readGs1(scan))) return !ok && refused(() => readGs1(scan));
        const { notation, elements } = readGs1(scan);
        if (notation === "elementString") return withFnc1(elements) === text;
        if (notation === "digitalLink") return withFnc1(elements) === withFnc1(readGs1(text).elements);
        return withFnc1(elements) === `^01${text.padStart(14, "0")}`;
      };
      compare(vectors, (vector) => vector.scan_data, agrees, {
        "]E02112345678900|]e099COMPOSITE\u001d98XYZ": COMPOSITE,
        "]J0TESTING": NOT_GS1,
        "]J0\\^TESTING": NOT_GS1,
        "]Q1": NOT_GS1,
        "]Q1TESTING": NOT_GS1,
        "]Q1\\^TESTING": NOT_GS1,
        "]Q1^TESTING": NOT_GS1,
        "]d1": NOT_GS1,
        "]d1\\^TESTING": NOT_GS1,
        "]d1^TESTING": NOT_GS1,
      });
    });

    it("reads the text of 11 photographed GS1 barcodes, and writes the same", () => {
      const folder = join(gs1, "barcodes");
      const databars = readdirSync(join(folder, "rssexpanded-1")).filter((name) => /^\d+\.txt$/.test(name));
      const files = ["datamatrix-1/gs1-figure-4.15.1-2-32x32.txt", ...databars.map((name) => `rssexpanded-1/${name}`)];
      expect(files.length).to.equal(11);
      const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
      for (const text of texts) expect(writeElementString(readElementString(`]d2${text}`))).to.equal(text);
      // Figure 4.15.1-2 of the GS1 General Specifications.
      expect(identify(texts[0]!, 2014)).to.deep.include({
        identifier: { kind: "sgtin", gtin: "09504000059101", serial: "12345678p901" },
        lot: "1234567p",
        expiry: "2014-11-20",
      });
    });

    it("sees the defects of 60 texts that touch a key, a lot or a date", () => {
      const vectors = cases<{ bracketed: string; error: string | null }>("ai-lint");
      expect(vectors.length).to.equal(60);
      const missed = vectors.filter((v) => refused(() => readBracketed(v.bracketed)) !== (v.error !== null));
      const kinds = new Set(missed.map(({ error }) => (error!.startsWith("COUPON_") ? "COUPON_" : error!)));
      expect([...kinds].sort()).to.deep.equal(["COUPON_", ...CONTENT_NOT_CHECKED].sort());
    });

    it("sees AIs repeated with another value in 46 texts; which AIs go together is not checked", () => {
      const vectors = cases<{ ok: boolean; rule: string; bracketed: string }>("ai-association");
      expect(vectors.length).to.equal(46);
      const repeats = vectors.filter(({ rule }) => rule === "validateAIrepeats");
      expect(repeats.length).to.equal(10);
      const agrees = (v: (typeof vectors)[number]): boolean => refused(() => readBracketed(v.bracketed)) !== v.ok;
      expect(repeats.filter((vector) => !agrees(vector))).to.deep.equal([]);
      expect(vectors.filter((vector) => vector.ok && !agrees(vector))).to.deep.equal([]);
    });

    it("checks digits, dates and characters as 185 vectors of seven linters say", () => {
      const { linters } = JSON.parse(readFileSync(join(gs1, "syntax-engine", "linters.json"), "utf8")) as {
        linters: Record<string, { input: string; error: string | null }[]>;
      };
      // The others check content of AIs that say nothing of a key, a lot or a date.
      // Two of these let no data pass, which the formats do not.
      const vectors = Object.entries(LINTERS).flatMap(([linter, elementOf]) =>
        linters[linter]!.filter(({ input }) => input !== "").map((vector) => ({
          ...vector,
          linter,
          element: elementOf(vector.input),
        })),
      );
      expect(vectors.length).to.equal(185);
      const wrong = vectors.filter(
        ({ element, error }) =>
          refused(() => {
            checkElement(element);
          }) !==
          (error !== null),
      );
      expect(wrong).to.deep.equal([]);
    });

    it("escapes 6 texts for a path, and unescapes 13", () => {
      const escapes = cases<{ input: string; as_path: string }>("uri-escape");
      expect(escapes.length).to.equal(6);
      for (const { input, as_path: escaped } of escapes) expect(escapeText(input)).to.equal(escaped);
      const unescapes = cases<{ input: string; as_path: string; as_query: string }>("uri-unescape");
      expect(unescapes.length).to.equal(13);
      for (const { input, as_path: path, as_query: query } of unescapes) {
        expect(unescapeText(input)).to.equal(path);
        expect(unescapeText(input.replaceAll("+", " "))).to.equal(query);
      }
    });

    it("knows every AI of the Syntax Dictionary by its format, and no other", () => {
      const lines = readFileSync(join(gs1, "reference", "gs1-syntax-dictionary.txt"), "utf8").split("\n");
      const expected = new Map<string, object>();
      for (const line of lines.filter((candidate) => /^\d/.test(candidate))) {
        const [, first, last, flags, rest] = /^(\d+)(?:-(\d+))?\s+([*?]*)\s*(.*?)(?:\s+#.*)?$/.exec(line)!;
        const words = rest!.split(/\s+/);
        const keys = words.filter((word) => word.startsWith("dlpkey"));
        const components = words.filter((word) => /^\[?[NXYZ]/.test(word)).map(componentOf);
        for (let ai = Number(first); ai <= Number(last ?? first); ai++) {
          expected.set(`${ai}`.padStart(first!.length, "0"), {
            components,
            predefined: flags!.includes("*"),
            inQuery: flags!.includes("?"),
            key: keys.map((key) =>
              key === "dlpkey"
                ? []
                : key
                    .slice(7)
                    .split("|")
                    .map((ais) => ais.split(",")),
            )[0],
          });
        }
      }
      expect(expected.size).to.be.greaterThan(500);
      const actual = new Map<string, object>();
      for (const length of [2, 3, 4]) {
        for (let i = 0; i < 10 ** length; i++) {
          const ai = `${i}`.padStart(length, "0");
          const components = componentsOf(ai);
          if (components === undefined) continue;
          expect(leadingAi(`${ai}123456`)).to.equal(ai);
          actual.set(ai, {
            components,
            predefined: hasPredefinedLength(ai),
            inQuery: mayStandInQuery(ai),
            key: DIGITAL_LINK_KEYS[ai],
          });
        }
      }
      expect([...actual.keys()].sort()).to.deep.equal([...expected.keys()].sort());
      for (const [ai, entry] of actual) expect({ ai, ...entry }).to.deep.equal({ ai, ...expected.get(ai) });
    });
  });

  describe("EPC URNs and Digital Links of the event hash generator", () => {
    const { vectors } = JSON.parse(
      readFileSync(join(data, "epcis", "event-hash-dl-normaliser", "vectors.json"), "utf8"),
    ) as { vectors: { input: string; expected: string | null }[] };

    it("are read as the same package, container or lot, where they are in the scope of this package", () => {
      expect(vectors.length).to.equal(43);
      const inScope = vectors.filter(({ input }) => OUT_OF_SCOPE.every((pattern) => !pattern.test(input)));
      expect(inScope.length).to.equal(19);
      const agrees = ({ input, expected }: (typeof vectors)[number]): boolean => {
        if (refused(() => readGs1(input))) return expected === null;
        // The generator keeps the narrowest number alone.
        const { elements } = readGs1(input);
        const has = (ai: string): boolean => elements.some((element) => element.ai === ai);
        const kept = ["00", "01", has("21") ? "21" : "10"];
        return writeDigitalLink(elements.filter(({ ai }) => kept.includes(ai))) === expected;
      };
      compare(inScope, ({ input }) => input, agrees, {
        "http://example.de/01/040123451234/cpv/344/lot/ABD": WRONG_CHECK_DIGIT,
        "http://example.de/gtin-8/01/97803111": WRONG_CHECK_DIGIT,
      });
    });
  });
}

/** Vectors that name neither a package nor a logistic unit nor a lot. */
const OUT_OF_SCOPE = [
  /^urn:epc:id:(sgln|grai|gsrn|cpi|ginc|itip|pgln|gsin)/,
  /^urn:epc:idpat:/,
  /\/(itip|8006|414|8003|8004|8018|253|255)\//,
];

/** A part of a format as the Syntax Dictionary writes it, with those linters that are checked. */
function componentOf(word: string): object {
  const [, bracket, characters, upTo, length, linters] = /^(\[)?([NXYZ])(\.\.)?(\d+)\]?(?:,([\w,]+))?$/.exec(word)!;
  return {
    characters,
    minLength: upTo === undefined ? Number(length) : 1,
    maxLength: Number(length),
    check: (linters ?? "").split(",").find((linter) => ["csum", "yymmd0", "yymmdd", "yyyymmdd"].includes(linter)),
    optional: bracket !== undefined,
  };
}
