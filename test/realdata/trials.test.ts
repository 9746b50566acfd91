/** The samples of trials: registrations, ODM and Dataset-JSON. Defined only where the shared data is beside the repository. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { readDatasetJson } from "../../src/trials/datasetJson.js";
import { type DataVerification, isExact } from "../../src/trials/dataVerification.js";
import { readOdm } from "../../src/trials/odm/readOdm.js";
import { readTrialRegistrations } from "../../src/trials/registration/readRegistrations.js";
import { decodeXml } from "../../src/utils/xmlBytes.js";
import { commit, type Committed, type Read, verify } from "../trials/batches.js";

const data = resolve(process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data"), "trials");

/** What is wrong with samples, by their problems' codes. */
const PROBLEMS: Record<string, string[]> = {
  "dataset-json/extensions/extended_dataset.json": ["RECORDS_MISMATCH", "DATA_TYPE_MISMATCH"],
  "odm-v1.1/odm1_1_0_example.xml": [
    "DATE_TIME_INVALID",
    "DATE_TIME_INVALID",
    "CORRECTION_KEY_DIFFERS",
    "DATE_TIME_INVALID",
    "DATE_TIME_INVALID",
  ],
  "odm-v2/Columbia-Suicide_Severity_Scale_ODMv2.xml": ["VERSION_MISSING"],
};

/** A text in which one value is changed. */
interface Flip {
  readonly text: string;
  readonly name: string;
}

function files(pattern: RegExp): string[] {
  return readdirSync(data, { recursive: true, encoding: "utf8" })
    .filter((file) => pattern.test(file))
    .sort();
}

function textOf(file: string): string {
  const bytes = readFileSync(join(data, file));
  return file.endsWith(".xml") ? decodeXml(bytes) : bytes.toString("utf8");
}

function reader(file: string, text: string): Read {
  return (sink) => (file.endsWith(".xml") ? readOdm(text, sink) : readDatasetJson([Buffer.from(text)], sink));
}

function commitFile(file: string): Promise<Committed> {
  return commit(reader(file, textOf(file)), { accept: ["RECORDS_MISMATCH"] });
}

/** Letters and digits within values of a text, some of them in equal distances, each replaced by another. */
function flips(file: string, text: string): Flip[] {
  const value = file.endsWith(".xml")
    ? /(?:="|>)([^"<>]*[A-Za-z0-9][^"<>]*)(?="|<)/g
    : /(?<=[[,:] ?)("(?:[^"\\]|\\.)*[A-Za-z0-9]"|-?\d+(?:\.\d+)?)(?= ?[,\]}])/g;
  const content = text.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>/g, (left) => " ".repeat(left.length));
  const places = [...content.matchAll(value)].map((match) => {
    const last = /[A-Za-z0-9](?=[^A-Za-z0-9]*$)/.exec(match[0])!;
    return match.index + last.index;
  });
  const step = Math.max(1, Math.floor(places.length / 12));
  return places
    .filter((_, i) => i % step === 0)
    .map((place) => {
      const old = text[place]!;
      const other = /\d/.test(old) ? `${(Number(old) + 1) % 10}` : old === "x" ? "y" : "x";
      return { text: text.slice(0, place) + other + text.slice(place + 1), name: text.slice(place - 20, place + 5) };
    });
}

/** What differs; an error of reading finds a changed value too. */
async function foundIn(read: Read, lines: readonly string[]): Promise<DataVerification | string> {
  try {
    return await verify(read, lines);
  } catch (error) {
    return (error as { code?: string }).code ?? "";
  }
}

if (existsSync(data)) {
  describe("the samples of trials", () => {
    const datasets = files(/^dataset-json\/.*\.json$/);
    const documents = files(/^odm-.*\.xml$/);
    const records = files(/^ctgov-.*\./);

    it("are all there: 24 data sets, 13 ODM documents, 16 records", () => {
      expect([datasets.length, documents.length, records.length]).to.deep.equal([24, 13, 16]);
    });

    for (const file of records) {
      it(`reads ${file}`, () => {
        const [trial, ...others] = readTrialRegistrations(textOf(file));
        expect(others).to.deep.equal([]);
        expect(trial!.registrationNumber).to.equal(/NCT\d{8}/.exec(file)![0]);
        const written = textOf(file).match(
          /"(?:PrimaryOutcomeMeasure|measure)":|<(?:primary|secondary|other)_outcome>/g,
        );
        if (!file.startsWith("ctgov-v1")) expect(trial!.outcomes).to.have.length(written?.length ?? 0);
        const missing = trial!.outcomes.length === 0;
        expect(trial!.problems.some(({ code }) => code === "OUTCOMES_MISSING")).to.equal(missing);
      });
    }

    for (const file of [...datasets, ...documents]) {
      it(`commits and verifies ${file}, and finds each changed value in it`, async () => {
        const text = textOf(file);
        const { header, lines, problems } = await commitFile(file);
        expect(problems.map(({ code }) => code)).to.deep.equal(PROBLEMS[file] ?? []);
        if (file.endsWith(".json")) {
          const { rows, columns } = JSON.parse(text) as { rows: unknown[]; columns: unknown[] };
          expect(header!.count).to.equal(rows.length + columns.length + 2);
        }
        expect(isExact(await verify(reader(file, text), lines))).to.equal(true);
        for (const flip of flips(file, text)) {
          const found = await foundIn(reader(file, flip.text), lines);
          if (typeof found === "string") expect(found, flip.name).to.match(/^[A-Z_]+$/);
          else {
            const named = [...found.altered.rows, ...found.added.rows, ...found.missing.rows];
            expect(named.length, flip.name).to.be.greaterThan(0);
          }
        }
      });
    }

    for (const file of files(/^dataset-json\/.*\.ndjson$/)) {
      it(`makes the same root of ${file} as of its JSON`, async () => {
        const [json, lines] = [await commitFile(file.replace(".ndjson", ".json")), await commitFile(file)];
        expect(lines.header!.root).to.equal(json.header!.root);
      });
    }

    it("finds the correction of the ODM 1.1 example, and its reason", async () => {
      const { corrections } = await commitFile("odm-v1.1/odm1_1_0_example.xml");
      expect(corrections).to.equal(1);
    });
  });
}
