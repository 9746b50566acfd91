/** The FHIR samples of claims and what SOURCES.md says of them. Defined only where the shared data is beside the repository. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { type FhirReading, formatDecimal, parseDecimal, readFhirClaims } from "../../src/claims/index.js";

const data = resolve(process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data"), "fhir");

async function read(file: string): Promise<FhirReading> {
  return readFhirClaims([{ text: readFileSync(join(data, file), "utf8"), source: { name: file } }]);
}

function files(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(data, folder))
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`);
}

interface Sample {
  resourceType: string;
  total?: { value: number };
  item: { net?: { value: number } }[];
  entry?: { resource: Sample }[];
}

/** What the claims of a sample charge by their totals, or else by their lines, in cents: the samples have no smaller parts. */
function charges(file: string): number[] {
  const sample = JSON.parse(readFileSync(join(data, file), "utf8")) as Sample;
  return (sample.entry?.map(({ resource }) => resource) ?? [sample])
    .filter(({ resourceType }) => resourceType === "Claim")
    .map(({ total, item }) => total?.value ?? item.reduce((sum, { net }) => sum + net!.value, 0))
    .map((value) => Math.round(value * 100));
}

function cents(amount: string): number {
  return Number(parseDecimal(amount)! / parseDecimal("0.01")!);
}

if (existsSync(data)) {
  const sources = readFileSync(join(data, "SOURCES.md"), "utf8");

  /** How many samples of a kind there are by SOURCES.md. */
  const numberOf = (kind: string): number => Number(new RegExp(`^\\| ${kind} \\| (\\d+) \\|`, "m").exec(sources)?.[1]);

  describe("the FHIR samples of claims", () => {
    const examples = files("r4-examples", /^Claim-/);
    it("are as many as SOURCES.md says", () => {
      expect(examples).to.have.length(numberOf("r4-example-Claim"));
      expect(files("synthea", /json$/)).to.have.length(numberOf("synthea-bundle"));
    });

    for (const file of examples) {
      it(`${file} is read, and adds up`, async () => {
        const { summary, problems } = await read(file);
        expect(problems).to.deep.equal([]);
        expect(summary).to.deep.equal({
          transactions: 1,
          claims: 1,
          totalCharge: formatDecimal((BigInt(charges(file)[0]!) * parseDecimal("1")!) / 100n),
          totalPaid: "0.00",
          balanced: true,
          leftOut: { transactions: 0, claims: 0, totalCharge: "0.00" },
        });
      });
    }

    for (const file of files("synthea", /json$/)) {
      it(`${file} has the claims that SOURCES.md counts, with their totals`, async () => {
        const line = sources.split("\n").find((one) => one.startsWith(`| ${file.normalize()} `));
        const [, claims, explanations] = /Claim (\d+), EOB (\d+)/.exec(line!)!;
        const reading = await read(file);
        expect(reading.claims).to.have.length(Number(claims));
        expect(reading.passedOver.ExplanationOfBenefit).to.equal(Number(explanations));
        expect(reading.claims.map(({ charge }) => cents(charge))).to.deep.equal(charges(file));
        expect(cents(reading.summary.totalCharge)).to.equal(charges(file).reduce((sum, one) => sum + one, 0));
        expect(reading.summary.leftOut).to.deep.equal({ transactions: 0, claims: 0, totalCharge: "0.00" });
        // The price of the encounter is in the total alone: its line has no charge.
        expect([...new Set(reading.problems.map(({ code, left }) => `${code} ${left}`))]).to.deep.equal([
          "CHARGE_UNKNOWN undefined",
        ]);
      });
    }

    const coverages = [...files("r4-examples", /^Coverage-/), ...files("cms-bfd", /^Coverage-/)];
    for (const file of coverages) {
      it(`${file} is read as a coverage`, async () => {
        const { coverages: found, problems } = await read(file);
        expect(problems).to.deep.equal([]);
        expect(found.map(({ status }) => status)).to.deep.equal(["active"]);
      });
    }
  });
}
