import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import {
  changed,
  claims,
  GROUP,
  INTERCHANGE,
  paidClaim,
  paymentHead,
  payments,
  professional,
} from "../claims/x12/documents";
import { bundle, claim, usd } from "../claims/fhir/resources";
import type { FhirReading, X12Reading } from "../../src/claims/index.js";
import { careproof } from "../support/terminal.js";

const CLAIMS = claims(professional("A", "B"));
const PAYMENT = payments([...paymentHead("80.00"), ...paidClaim("A")]);

describe("careproof claims read", () => {
  it("prints claims and payments as a table, with totals", async () => {
    const ran = await careproof(["claims", "read", "-"], { stdin: `${CLAIMS}${PAYMENT}` });
    expect(ran).to.deep.equal({
      code: 0,
      stdout: `${[
        "         number  charge   paid  service",
        "claim    A       100.00         2026-01-03 to 2026-01-05  professional, 2 lines, payer PAYER1",
        "claim    B       100.00         2026-01-03 to 2026-01-05  professional, 2 lines, payer PAYER1",
        "payment  CHECK1          80.00  2026-01-10                CHK, 1 claim",
        "  paid   A       100.00  80.00  2026-01-03                status 1",
        "",
        "read      3 claims in 2 transactions",
        "charge    300.00",
        "paid      80.00",
        "balanced  yes",
      ].join("\n")}\n`,
      stderr: "",
    });
  });

  it("prints one object with --json", async () => {
    const ran = await careproof(["claims", "read", "-", "--json"], { stdin: `${CLAIMS}${PAYMENT}` });
    expect(ran.code).to.equal(0);
    expect(ran.stdout.trimEnd()).not.to.include("\n");
    const { summary, claims: read, payments: paid, problems } = JSON.parse(ran.stdout) as X12Reading;
    expect(summary).to.deep.equal({
      transactions: 2,
      claims: 3,
      totalCharge: "300.00",
      totalPaid: "80.00",
      balanced: true,
      leftOut: { transactions: 0, claims: 0, totalCharge: "0.00" },
    });
    expect(read.map(({ patientControlNumber }) => patientControlNumber)).to.deep.equal(["A", "B"]);
    expect(read[0]!.place).to.include({ interchange: INTERCHANGE, group: GROUP, transaction: "0001", segment: 19 });
    expect(paid[0]).to.include({ amount: "80.00", traceNumber: "CHECK1", balanced: true });
    expect(problems).to.deep.equal([]);
  });

  it("prints all claims of a file with thousands, with --json", async () => {
    const numbers = Array.from({ length: 2001 }, (_, index) => `N${index}`);
    const ran = await careproof(["claims", "read", "-", "--json"], { stdin: claims(professional(...numbers)) });
    const { claims: read } = JSON.parse(ran.stdout) as X12Reading;
    expect(read.map(({ patientControlNumber }) => patientControlNumber)).to.deep.equal(numbers);
  });

  it("reports what was left out with its place, and exits with 1", async () => {
    const stdin = changed(CLAIMS, "CLM*A*100.00", "CLM*A*99.00");
    const text = await careproof(["claims", "read", "-"], { stdin });
    expect(text).to.deep.equal({
      code: 1,
      stdout: `${[
        "       number  charge  paid  service",
        "claim  B       100.00        2026-01-03 to 2026-01-05  professional, 2 lines, payer PAYER1",
        "",
        "read      1 claim in 1 transaction",
        "charge    100.00",
        "paid      0.00",
        "balanced  NO",
        "LEFT OUT  1 claim, 0 whole transactions, charge 99.00",
        "",
        `left out: claim  CHARGE_UNBALANCED  interchange ${INTERCHANGE} group ${GROUP} transaction 0001 segment 19 CLM: ` +
          "CLM02 is 99.00, the lines' charges sum to 100.00",
      ].join("\n")}\n`,
      stderr: "",
    });

    const json = await careproof(["claims", "read", "-", "--json", "--quiet"], { stdin });
    expect(json.code).to.equal(1);
    expect(json.stderr).to.equal("");
    const { summary, problems } = JSON.parse(json.stdout) as X12Reading;
    expect(summary).to.deep.include({ claims: 1, balanced: false });
    expect(problems).to.deep.equal([
      {
        code: "CHARGE_UNBALANCED",
        message: "CLM02 is 99.00, the lines' charges sum to 100.00",
        left: "claim",
        place: {
          interchange: INTERCHANGE,
          group: GROUP,
          transaction: "0001",
          segmentInTransaction: 17,
          segment: 19,
          segmentId: "CLM",
          element: "CLM02",
        },
      },
    ]);
  });

  it("says that a payment does not add up, and exits with 0 since all was read", async () => {
    const ran = await careproof(["claims", "read", "-"], { stdin: changed(PAYMENT, "BPR*I*80.00", "BPR*I*81.00") });
    expect(ran.code).to.equal(0);
    expect(ran.stdout).to.include("CHK, 1 claim, NOT BALANCED");
    expect(ran.stdout).to.include("balanced  NO");
    expect(ran.stdout).to.match(/^note {2}PAYMENT_UNBALANCED .*BPR02 is 81\.00/m);
  });

  it("prints nothing but totals of a file without claims", async () => {
    const ran = await careproof(["claims", "read", "-"], { stdin: changed(CLAIMS, "ST*837*0001", "ST*276*0001") });
    expect(ran.code).to.equal(1);
    expect(ran.stdout).to.match(/^read {6}0 claims in 0 transactions\n/);
  });

  it("escapes what of a file could move the cursor", async () => {
    const ran = await careproof(["claims", "read", "-"], { stdin: claims(professional("A\u001b[2J")) });
    expect(ran.stdout).to.include("A\\u001b[2J");
    expect(ran.stdout).not.to.include("\u001b");
  });

  it("names the file that is no X12, in one line and as JSON", async () => {
    const ran = await careproof(["claims", "read", "-"], { stdin: "ST*837*0001~" });
    expect(ran).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: 'careproof: stdin: begins with "ST*837*0001~", not with a whole ISA segment: no X12 interchange\n',
    });
    const empty = await careproof(["claims", "read", "-", "--json"], { stdin: "\n" });
    expect(empty.code).to.equal(1);
    expect(JSON.parse(empty.stderr)).to.deep.equal({
      error: { code: "INPUT_EMPTY", message: "stdin: there is no X12 text", path: "stdin" },
    });
  });

  it("reads files, and names one that is not there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "careproof-x12-"));
    try {
      const file = join(folder, "claims.837");
      writeFileSync(file, CLAIMS);
      expect((await careproof(["claims", "read", file])).stdout).to.include("read      2 claims in 1 transaction");
      const none = join(folder, "none.837");
      expect(await careproof(["claims", "read", none])).to.deep.equal({
        code: 1,
        stdout: "",
        stderr: `careproof: ${none}: cannot be read (no such file or folder)\n`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads FHIR claims, told by what is in the text, and prints them as a table", async () => {
    const stdin = `\n ${JSON.stringify(bundle(claim({ use: "preauthorization" }), claim({ id: "c2", total: usd(1) }), { resourceType: "Patient" }), null, 1)}`;
    const ran = await careproof(["claims", "read", "-"], { stdin });
    expect(ran).to.deep.equal({
      code: 1,
      stdout: `${[
        "       number  charge  paid  service",
        "claim  c1      100.00        2026-01-03 to 2026-01-05  professional preauthorization, 2 lines, payer Organization/payer, USD",
        "",
        "read      1 claim in 1 transaction",
        "charge    100.00",
        "paid      0.00",
        "balanced  NO",
        "not read  Patient 1",
        "LEFT OUT  1 claim, 0 whole transactions, charge 1.00",
        "",
        "left out: claim  CHARGE_UNBALANCED  stdin:2 Bundle.entry[1].resource.total.value: is 1.00, the lines' charges sum to 100.00",
      ].join("\n")}\n`,
      stderr: "",
    });
  });

  it("prints FHIR claims, one a line, as the same object with --json, and leaves out another currency", async () => {
    const stdin = [claim(), claim({ id: "c2" }), "{"]
      .map((one) => (one === "{" ? one : JSON.stringify(one)))
      .join("\n");
    const ran = await careproof(["claims", "read", "-", "--json", "--currency", "USD"], { stdin });
    expect(ran.code).to.equal(1);
    const reading = JSON.parse(ran.stdout) as FhirReading & { payments: unknown };
    expect(reading.summary).to.deep.equal({
      transactions: 2,
      claims: 2,
      totalCharge: "200.00",
      totalPaid: "0.00",
      balanced: false,
      leftOut: { transactions: 1, claims: 0, totalCharge: "0.00" },
    });
    expect(reading.claims.map(({ patientControlNumber }) => patientControlNumber)).to.deep.equal(["c1", "c2"]);
    expect(reading).to.deep.include({ payments: [], coverages: [], passedOver: {} });
    expect(reading.problems).to.have.length(1);

    const other = await careproof(["claims", "read", "-", "--json", "--currency", "EUR"], { stdin });
    expect((JSON.parse(other.stdout) as FhirReading).problems.map(({ code }) => code)).to.deep.equal([
      "CURRENCY_MISMATCH",
      "CURRENCY_MISMATCH",
      "JSON_INVALID",
    ]);
  });

  it("names the place in a FHIR text that is no JSON, and refuses a currency that is none", async () => {
    const ran = await careproof(["claims", "read", "-", "--json"], { stdin: "{,}" });
    expect(ran.code).to.equal(1);
    expect((JSON.parse(ran.stderr) as { error: object }).error).to.include({ code: "JSON_INVALID", path: "stdin:1:2" });
    expect((await careproof(["claims", "read", "-", "--currency", "usd"], { stdin: "{}" })).code).to.equal(2);
  });

  it("shows an example and the shape of the JSON with --help", async () => {
    const { code, stdout } = await careproof(["claims", "read", "--help"]);
    expect(code).to.equal(0);
    expect(stdout).to.include("careproof claims read claims.837");
    expect(stdout).to.include('{"summary":{"transactions","claims","totalCharge","totalPaid","balanced"');
  });
});
