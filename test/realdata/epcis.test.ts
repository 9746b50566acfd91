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

/** Pre-hash files with a line that upstream did not renew with its hash. */
const STALE_PREHASHES = ["epcisDocWithCustomSchemaInContext"];

/** Files marked invalid that cannot be told from valid ones, and why. */
const NOT_REFUSED: Record<string, string> = {
  "openepcis/2.0/XML/capture/Invalid/ObjectEvent_with_wrong_element_order.xml":
    "only the XML schema orders elements, and the valid JumbledFieldsOrder.xml has them out of order too",
};

/** A pair of documents for which the reference implementation gives other hashes as JSON than as XML. */
interface Disagreement {
  /** What the reference implementation does not do as CBV says, or what else differs. */
  readonly why: string;
  /** The hashes that it gives (version 1.9.3) in the format where it does as CBV says, without what is around their hex digits. */
  readonly hashes?: readonly string[];
}

const DISAGREEMENTS: Record<string, Disagreement> = {
  "capture/Documents/AggregationEvent_all_possible_fields": {
    why: "JSON booleans became Python's True",
    hashes: ["bcf638df9c51bee60c6a48f84ba34207f1168eaddc936e54809c81687ecbbaca"],
  },
  "capture/Documents/AggregationEvent_with_sensorData": {
    why: "compact URIs of other vocabularies stayed compact in XML",
    hashes: ["988df910f94ff05fb800efe7755bb717b20a9784e2a5c55cbf075dd1e473f980"],
  },
  "capture/Documents/JumbledFieldsOrder": {
    why: "JSON booleans became Python's True",
    hashes: ["0157dfa119bfc49fcbf62a9fb07a9f76afb9d2ba4902c5a61f606e0d87680b32"],
  },
  "capture/Documents/Namespaces_at_different_level": {
    why: "the @context of a JSON event counted as a field, and gs1: stayed compact in JSON",
    hashes: [
      "3ccebd81aba12aa0282ee801520154d5c3084b68ced4a897cc09be07045d092b",
      "a008846f5ac770a14311c3f701ac076763cfa97998ec27bb90a321406001cde4",
      "5130c7e3d6345cf64d82f7064ac8f9e60a7c7ae988f68e331a014e513f277798",
      "26b30b9222ef1691ae7163763c1fbf0499e1a23620c0e4dda1975cc5d3528df4",
      "5509cf1340b08ed2a275a20dd92329a00e7f4cd98078b0459a46bdec5fed3476",
    ],
  },
  "capture/Documents/SensorData_and_extension": {
    why: "compact URIs of other vocabularies stayed compact in XML",
    hashes: ["dc553ea18db2298361835392506762b14b1a09c1f7e082c5733f6efeaa373076"],
  },
  "capture/Documents/TransactionEvent_with_userExtensions": {
    why: "EffectiveDoseRate, a bare word that the JSON-LD context does not have, stayed bare in JSON",
    hashes: ["d72bf71d6589d5708f537224da920a6513e5f4438acf221db55862a27bcb1ffe"],
  },
  "capture/Documents/TransformationEvent_with_sensorData": {
    why: "compact URIs of other vocabularies stayed compact in XML",
    hashes: ["d719a265b66b091b8c7030700390a2b5f61eb3ca1b200b71fc0661d2566c1c17"],
  },
  "query/JumbledFieldsOrder": {
    why: "as in the capture document of that name",
    hashes: ["0157dfa119bfc49fcbf62a9fb07a9f76afb9d2ba4902c5a61f606e0d87680b32"],
  },
  "query/ObjectEventWithAllPossibleFields": { why: "JSON booleans became Python's True, and cbvmda: stayed compact" },
  "query/TransactionEvent_with_userExtensions": { why: "as in the capture document of that name" },
};

/** The one pair whose two documents say different things: measurement types of https://gs1.org/voc/ and https://ref.gs1.org/voc/. */
const DIFFERENT_DOCUMENTS = "query/queryDocument";

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

    it("explains every pair for which the reference implementation's formats differ", () => {
      expect(run.disagreeing_pairs_do_not_use_as_oracle).to.have.members([
        ...Object.keys(DISAGREEMENTS),
        DIFFERENT_DOCUMENTS,
      ]);
      expect(hashes(`openepcis/2.0/JSON/${DIFFERENT_DOCUMENTS}.json`)).to.not.deep.equal(
        hashes(`openepcis/2.0/XML/${DIFFERENT_DOCUMENTS}.xml`),
      );
    });

    for (const [name, { why, hashes: expected }] of Object.entries(DISAGREEMENTS)) {
      it(`${name} has one hash as JSON and as XML; the reference implementation has two: ${why}`, () => {
        const json = hashes(`openepcis/2.0/JSON/${name}.json`);
        expect(json).to.deep.equal(hashes(`openepcis/2.0/XML/${name}.xml`));
        if (expected !== undefined) {
          expect(json).to.deep.equal(expected.map((digits) => `ni:///sha-256;${digits}?ver=CBV2.0`));
        }
      });
    }
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
