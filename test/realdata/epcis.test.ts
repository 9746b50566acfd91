/**
 * The event-hash vectors of the reference implementation and the OpenEPCIS documents. Defined only where the shared data is beside the
 * repository.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join, relative, resolve } from "node:path";

import { expect } from "chai";

import { CareProofError } from "../../src/errors.js";
import {
  canonicalDigitalLink,
  type EpcisDocument,
  eventHash,
  eventPreHash,
  readEpcis,
} from "../../src/provenance/index.js";

const data = resolve(process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data"), "epcis");

function read(file: string): EpcisDocument {
  return readEpcis(readFileSync(join(data, file), "utf8"));
}

function hashes(file: string): string[] {
  const document = read(file);
  return document.events.map((event) => eventHash(event, document));
}

function preHashes(file: string): string[] {
  const document = read(file);
  return document.events.map((event) => eventPreHash(event, document));
}

function filesBelow(folder: string): string[] {
  const found = readdirSync(join(data, folder), { withFileTypes: true, recursive: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(data, join(entry.parentPath, entry.name)))
    .sort();
}

/** Pre-hash files that upstream did not renew with their hashes: a line each of three files. */
const STALE_PREHASHES = ["epcisDocWithCustomSchemaInContext"];

/** Files marked invalid that cannot be told from valid ones, and why. */
const NOT_REFUSED: Record<string, string> = {
  "openepcis/2.0/XML/capture/Invalid/ObjectEvent_with_wrong_element_order.xml":
    "only the XML schema orders elements, and the valid JumbledFieldsOrder.xml has them out of order too",
};

/** Why the reference implementation's JSON and XML results differ, and which of the two, if any, is ours. */
const DISAGREEING: Record<string, string> = {};

interface ReferenceRun {
  cases: Record<string, { json: string; xml: string; hashes: string[]; prehashes: string[] }>;
  disagreeing_pairs_do_not_use_as_oracle: string[];
}

if (existsSync(data)) {
  describe("EPCIS event hashes of the reference implementation", () => {
    for (const file of filesBelow("event-hash").filter((name) => /\.(jsonld|xml)$/.test(name))) {
      const name = basename(file, extname(file));
      const expected = (kind: string): string[] =>
        readFileSync(join(data, "event-hash", `${name}.${kind}`), "utf8")
          .trim()
          .split(/\r?\n/);

      it(`${basename(file)} has the expected hashes`, () => {
        expect(hashes(file)).to.deep.equal(expected("hashes"));
      });

      if (!STALE_PREHASHES.includes(name) && existsSync(join(data, "event-hash", `${name}.prehashes`))) {
        it(`${basename(file)} has the expected pre-hash strings`, () => {
          expect(preHashes(file)).to.deep.equal(expected("prehashes"));
        });
      }
    }

    for (const file of filesBelow("event-hash-equal")) {
      it(`all events of ${basename(file)} have one hash`, () => {
        const found = hashes(file);
        expect(found.length).to.be.greaterThan(1);
        expect(new Set(found).size).to.equal(1);
      });
    }

    const normaliser = JSON.parse(readFileSync(join(data, "event-hash-dl-normaliser/vectors.json"), "utf8")) as {
      vectors: { input: string; expected: string | null }[];
    };
    for (const { input, expected } of normaliser.vectors) {
      it(`${input} ${expected === null ? "is no GS1 identifier" : `is ${expected}`}`, () => {
        expect(canonicalDigitalLink(input) ?? null).to.equal(expected);
      });
    }

    const run = JSON.parse(
      readFileSync(join(data, "event-hash-refimpl/openepcis-expected.json"), "utf8"),
    ) as ReferenceRun;
    for (const [name, expected] of Object.entries(run.cases)) {
      for (const file of [expected.json, expected.xml]) {
        it(`${name}${extname(file)} has the hashes that the reference implementation gives`, () => {
          expect(preHashes(file)).to.deep.equal(expected.prehashes);
          expect(hashes(file)).to.deep.equal(expected.hashes);
        });
      }
    }

    for (const name of run.disagreeing_pairs_do_not_use_as_oracle) {
      it(`${name}, where the reference implementation's formats differ, has the same hashes as JSON and as XML`, () => {
        expect(hashes(`openepcis/2.0/JSON/${name}.json`)).to.deep.equal(hashes(`openepcis/2.0/XML/${name}.xml`));
      });
    }
    void DISAGREEING;
  });

  describe("the OpenEPCIS documents", () => {
    const files = filesBelow("openepcis").filter((name) => /\.(json|xml)$/.test(name));

    for (const file of files.filter((name) => !name.includes("/Invalid/"))) {
      it(`${file} reads`, () => {
        expect(read(file).events).to.not.be.empty;
      });
    }

    for (const file of files.filter((name) => name.includes("/Invalid/"))) {
      const why = NOT_REFUSED[file];
      if (why === undefined) {
        it(`${file} is refused with the place of the mistake`, () => {
          let failure: unknown;
          try {
            read(file);
          } catch (error) {
            failure = error;
          }
          expect(failure).to.be.instanceOf(CareProofError);
          expect((failure as CareProofError).path).to.be.a("string").that.is.not.empty;
        });
      } else {
        it(`${file} reads: ${why}`, () => {
          expect(read(file).events).to.have.length(1);
        });
      }
    }
  });
}
