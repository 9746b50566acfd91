/** The X12 samples and their totals. Defined only where the shared data is beside the repository. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { expect } from "chai";

import { formatDecimal, parseDecimal, readX12, type X12Reading } from "../../src/claims/index.js";

const data = resolve(process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data"), "x12");

/** What TOTALS.json knows of a file. Amounts are as written. */
interface Totals {
  ST: number;
  st_types?: string[];
  se_counts_ok: boolean | null;
  claims?: number;
  total_charge?: string;
  total_paid?: string;
  total_patient_resp?: string;
  bpr_amount?: string;
  provider_adjustment_plb?: string;
  payment_balances?: boolean;
  all_claims_balance?: boolean;
  claim_detail?: ClaimTotals[];
  /** Where there is no ISA. */
  parse?: string;
}

interface ClaimTotals {
  id: string;
  charge: string;
  status?: string;
  paid?: string;
  claim_adj?: string;
  line_adj?: string;
  lines: number | { rev?: string; code: string; charge: string }[];
}

/** Files that are read with notes of what is wrong with them, and the notes. */
const NOTES: Record<string, string> = {
  "linuxforhealth/835_005010X221A1/cob-contractural-adjustment.835": "COMPONENT_SEPARATOR_UNDECLARED",
  "linuxforhealth/835_005010X221A1/managed-care.835": "DATE_INVALID",
  "linuxforhealth/837_004010X098A1/dependent-commercial-insurance-01.837": "CODE_AS_NUMBER",
  "linuxforhealth/837_005010X222A2/demo.cob.2ndary.example4.837": "COMPONENT_SEPARATOR_UNDECLARED",
  "linuxforhealth/837_005010X222A2/demo.example6.837": "COMPONENT_SEPARATOR_UNDECLARED",
  "linuxforhealth/837_005010X222A2/demo.example9.837": "COMPONENT_SEPARATOR_UNDECLARED",
  "linuxforhealth/837_005010X223A3/ppo-repriced-claim.837i": "COMPONENT_SEPARATOR_UNDECLARED",
  "pyx12/835id.txt": "PAYMENT_UNBALANCED",
};

/** Files whose ISA has an element of a wrong width: nothing of them is in the result. */
const ISA_INVALID = ["imsweb/837_5010/x12_bad_first_line.txt"];

async function read(file: string): Promise<X12Reading> {
  return readX12([readFileSync(join(data, file))]);
}

function normal(amount: string | undefined): string {
  return formatDecimal(parseDecimal(amount ?? "0")!);
}

function sum(...amounts: (string | undefined)[]): string {
  return formatDecimal(amounts.reduce((total, amount) => total + parseDecimal(amount ?? "0")!, 0n));
}

/** Whether everything in a file adds up. */
function adds({ payment_balances = true, all_claims_balance = true }: Totals): boolean {
  return payment_balances && all_claims_balance;
}

if (existsSync(data)) {
  const totals = JSON.parse(readFileSync(join(data, "TOTALS.json"), "utf8")) as Record<string, Totals>;
  const files = Object.entries(totals);
  const isRead = ({ st_types: types = [], se_counts_ok: ok, parse }: Totals): boolean =>
    parse === undefined && ok === true && types.every((type) => type === "837" || type === "835");

  describe("the X12 samples", () => {
    it("are all in TOTALS.json", () => {
      const samples = readdirSync(data, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(txt|83\w+)$/.test(entry.name) && !entry.name.includes("res997"))
        .map((entry) => relative(data, join(entry.parentPath, entry.name)));
      expect(samples).to.have.members(Object.keys(totals));
    });

    for (const [file, expected] of files.filter(([, one]) => isRead(one))) {
      it(`${file} is read with its totals`, async () => {
        const { summary, problems } = await read(file);
        expect(summary).to.deep.equal({
          transactions: expected.ST,
          claims: expected.claims,
          totalCharge: normal(expected.total_charge),
          totalPaid: normal(expected.total_paid),
          balanced: adds(expected),
          leftOut: { transactions: 0, claims: 0, totalCharge: "0.00" },
        });
        expect(problems.map(({ code, left }) => ({ code, left }))).to.deep.equal(
          file in NOTES ? [{ code: NOTES[file], left: undefined }] : [],
        );
      });
    }

    for (const [file, expected] of files.filter(([, one]) => isRead(one) && one.st_types?.[0] === "837")) {
      it(`${file} has its claims and lines`, async () => {
        const { claims } = await read(file);
        expect(
          claims.map(({ patientControlNumber: id, charge, lines }) => ({
            id,
            charge,
            lines: lines.map((line) => ({
              ...(line.revenueCode === undefined ? {} : { rev: line.revenueCode }),
              // Samples with other separators have the whole composite as the code.
              code: line.procedure?.code ?? "",
              charge: line.charge,
            })),
          })),
        ).to.deep.equal(
          expected.claim_detail!.map(({ id, charge, lines }) => ({
            id,
            charge: normal(charge),
            lines: (lines as { rev?: string; code: string; charge: string }[]).map((line) => ({
              ...(line.rev === undefined ? {} : { rev: line.rev }),
              code: line.code.split(/[:>]/)[1] ?? "",
              charge: normal(line.charge),
            })),
          })),
        );
      });
    }

    for (const [file, expected] of files.filter(([, one]) => isRead(one) && one.st_types?.[0] === "835")) {
      it(`${file} has its payment, claims and adjustments`, async () => {
        const [payment] = (await read(file)).payments;
        expect(payment!.amount).to.equal(normal(expected.bpr_amount));
        expect(sum(...payment!.providerAdjustments.map(({ amount }) => amount))).to.equal(
          normal(expected.provider_adjustment_plb),
        );
        expect(sum(...payment!.claims.map((claim) => claim.patientResponsibility))).to.equal(
          normal(expected.total_patient_resp),
        );
        expect(
          payment!.claims.map(({ patientControlNumber: id, status, charge, paid, adjustments, lines }) => ({
            ...{ id, status, charge, paid },
            claim_adj: sum(...adjustments.map(({ amount }) => amount)),
            line_adj: sum(...lines.flatMap((line) => line.adjustments.map(({ amount }) => amount))),
            lines: lines.length,
          })),
        ).to.deep.equal(
          expected.claim_detail!.map(({ id, status, charge, paid, claim_adj, line_adj, lines }) => ({
            ...{ id, status, lines },
            ...{ charge: normal(charge), paid: normal(paid) },
            ...{ claim_adj: normal(claim_adj), line_adj: normal(line_adj) },
          })),
        );
      });
    }

    it("pyx12/835id.txt has reversals with negative amounts, and says what its payment is and what it should be", async () => {
      const { payments, problems } = await read("pyx12/835id.txt");
      expect(payments[0]!.claims.map(({ status, paid }) => `${status} ${paid}`)).to.deep.equal([
        "22 -210.00",
        "1 200.00",
        "22 -500.25",
      ]);
      expect(problems[0]!.message).to.equal(
        "BPR02 is 5950.21, the claims' payments (-510.25) less PLB (-977.94) are 467.69",
      );
    });

    // What imsweb's files are for is structure: SE01 is wrong in all of them, and nearly all charges are not those of the lines.
    for (const [file, expected] of files.filter(([, one]) => one.se_counts_ok === false)) {
      it(`${file} is left out, every claim with its charge`, async () => {
        const { summary, claims, problems } = await read(file);
        expect(claims).to.deep.equal([]);
        expect(summary).to.deep.equal({
          ...{ transactions: 0, claims: 0, totalCharge: "0.00", totalPaid: "0.00" },
          balanced: expected.all_claims_balance,
          leftOut: {
            transactions: expected.ST,
            claims: expected.claims,
            totalCharge: normal(expected.total_charge),
          },
        });
        const counts = problems.filter(({ code }) => code === "COUNT_MISMATCH");
        expect(counts.filter(({ place }) => place.element === "SE01")).to.have.length(expected.ST);
        expect(problems.some(({ code }) => code === "ISA_INVALID")).to.equal(ISA_INVALID.includes(file));
      });
    }

    for (const [file, expected] of files.filter(([, { st_types: types = [] }]) =>
      types.some((type) => type !== "837" && type !== "835"),
    )) {
      it(`${file} is left out: ${expected.st_types!.join()} is not read`, async () => {
        const { summary, problems } = await read(file);
        expect(summary.leftOut).to.include({ transactions: expected.ST });
        expect(problems[0]).to.include({ code: "TRANSACTION_UNSUPPORTED", left: "transaction" });
      });
    }

    it("pyx12/837miss.txt is cut off after ST", async () => {
      const { summary, problems } = await read("pyx12/837miss.txt");
      expect(summary.leftOut).to.include({ transactions: 1, claims: 0 });
      expect(problems.map(({ code, place }) => `${code} ${place.segment} ${place.segmentId}`)).to.deep.equal([
        "TRUNCATED 3 ST",
      ]);
    });

    for (const [file] of files.filter(([, { parse }]) => parse !== undefined)) {
      it(`${file} is refused: it has no ISA`, async () => {
        let failure: unknown;
        try {
          await read(file);
        } catch (error) {
          failure = error;
        }
        expect(failure).to.have.property("code", "ENVELOPE_MISSING");
      });
    }
  });
}
