import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { careproof, type Ran } from "../support/terminal";

const PAGE = readFileSync(join(__dirname, "../../docs/claims.md"), "utf8");

/** The first block of a language after a text of docs/claims.md. */
function block(after: string, language: string): string {
  const from = PAGE.indexOf(after);
  expect(from, after).to.be.at.least(0);
  return new RegExp(`\n\n\`\`\`${language}\n([^]*?)\`\`\``).exec(PAGE.slice(from))![1]!;
}

describe("careproof claims estimate", () => {
  const estimate = (input: object | string, ...args: string[]): Promise<Ran> => {
    const stdin = typeof input === "string" ? input : JSON.stringify(input);
    return careproof(["claims", "estimate", "-", ...args], { stdin });
  };

  const simple = { terms: { benefits: [{}] }, family: 0, lines: [{ billed: "10.00", fee: "10.00" }] };

  describe("with the worked example of docs/claims.md", () => {
    const input = block("### Worked example", "json");

    // Calculated by hand, see the page.
    const adjustment = (group: string, reason: string, amount: string) => ({ group, reason, amount });
    const line = (billed: string, allowed: string, paid: string, memberShare: string, ...adjustments: object[]) => ({
      ...{ billed, allowed, paid, memberShare },
      adjustments,
    });
    const coordinated = {
      lines: [
        line("250.00", "180.00", "8.00", "0.00", adjustment("CO", "45", "70.00"), adjustment("OA", "23", "172.00")),
        line("450.00", "450.00", "392.00", "0.00", adjustment("OA", "23", "58.00")),
        line("100.33", "90.00", "20.00", "0.00", adjustment("CO", "45", "10.33"), adjustment("OA", "23", "70.00")),
      ],
      totals: line(
        ...(["800.33", "720.00", "420.00", "0.00"] as const),
        ...[adjustment("CO", "45", "80.33"), adjustment("OA", "23", "300.00")],
      ),
      accumulators: { deductibleMet: "450.00", outOfPocket: "1900.00", benefitUse: "920.00" },
    };
    const alone = {
      lines: [
        line(
          ...(["250.00", "180.00", "88.00", "92.00"] as const),
          ...[adjustment("CO", "45", "70.00"), adjustment("PR", "1", "50.00")],
          ...[adjustment("PR", "2", "22.00"), adjustment("PR", "3", "20.00")],
        ),
        line("450.00", "450.00", "392.00", "58.00", adjustment("PR", "3", "8.00"), adjustment("PR", "119", "50.00")),
        line("100.33", "90.00", "20.00", "70.00", adjustment("CO", "45", "10.33"), adjustment("PR", "119", "70.00")),
      ],
      totals: line(
        ...(["800.33", "720.00", "500.00", "220.00"] as const),
        ...[adjustment("CO", "45", "80.33"), adjustment("PR", "1", "50.00"), adjustment("PR", "2", "22.00")],
        ...[adjustment("PR", "3", "28.00"), adjustment("PR", "119", "120.00")],
      ),
      accumulators: { deductibleMet: "500.00", outOfPocket: "2000.00", benefitUse: "1000.00" },
    };

    it("prints every line's parts as JSON", async () => {
      const ran = await estimate(input, "--json");
      expect(ran).to.include({ code: 0, stderr: "" });
      expect(JSON.parse(ran.stdout)).to.deep.equal(coordinated);
    });

    it("prints what the plan pays alone where no payer paid before", async () => {
      const { primaryPaid, ...first } = JSON.parse(input) as { primaryPaid: string };
      expect(primaryPaid).to.equal("300.00");
      expect(JSON.parse((await estimate(first, "--json")).stdout)).to.deep.equal(alone);
    });

    it("prints the table that the page shows", async () => {
      expect(await estimate(input)).to.deep.equal({ code: 0, stdout: block("### Worked example", ""), stderr: "" });
    });
  });

  it("takes all that is not given as none, and units as 1", async () => {
    const ran = await estimate(simple);
    expect(ran.stdout.split("\n")).to.deep.equal([
      "line   billed  allowed   paid  member",
      "1       10.00    10.00  10.00    0.00",
      "total   10.00    10.00  10.00    0.00",
      "",
      "deductible met   0.00",
      "out of pocket    0.00",
      "benefit used    10.00",
      "",
    ]);
  });

  it("counts to the sixth decimal, and rounds the member's share up there", async () => {
    const terms = { benefits: [{ coinsuranceBasisPoints: 3333 }] };
    const { stdout } = await estimate({ ...simple, terms, lines: [{ billed: "0.00001", fee: "1" }] }, "--json");
    const { totals } = JSON.parse(stdout) as { totals: object };
    // 33.33 % of 10 units: 3.333.
    expect(totals).to.include({ billed: "0.00001", paid: "0.000006", memberShare: "0.000004" });
  });

  it("takes a benefit's word as the contract has it, and the other terms of a plan", async () => {
    const word = `0x${((0x80n << 224n) + 2_000_000n).toString(16)}`;
    const terms = { payer: "0x1111111111111111111111111111111111111111", graceDays: 31, benefits: [null, word] };
    const { stdout } = await estimate({ ...simple, terms, family: 1 }, "--json");
    expect((JSON.parse(stdout) as { totals: object }).totals).to.include({ paid: "8.00", memberShare: "2.00" });
  });

  it("reads a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "careproof-estimate-"));
    try {
      const file = join(folder, "claim.json");
      writeFileSync(file, JSON.stringify(simple));
      const ran = await careproof(["claims", "estimate", file, "--json"]);
      expect((JSON.parse(ran.stdout) as { totals: object }).totals).to.include({ paid: "10.00" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has an example in its help", async () => {
    const { code, stdout } = await careproof(["claims", "estimate", "--help"]);
    expect(code).to.equal(0);
    const example = /Example: claim\.json is\n([^]*?)\n\n/.exec(stdout)![1]!;
    expect(await estimate(example)).to.include({ code: 0, stderr: "" });
  });

  describe("refuses with the place in the JSON", () => {
    const benefit = (members: object) => ({ ...simple, terms: { benefits: [members] } });
    const cases: [what: string, input: object | string, code: string, path: string | undefined, message: string][] = [
      ["no JSON", "{", "JSON_INVALID", "stdin:1:2", "expected a key"],
      ["a key given twice", '{"family":0,"family":1}', "JSON_INVALID", "stdin:1:13", "appears twice"],
      ["no object", "[]", "ESTIMATE_INVALID", undefined, "expected an object"],
      ["no terms", { ...simple, terms: undefined }, "ESTIMATE_INVALID", "terms", "expected an object"],
      ["no benefits", { ...simple, terms: {} }, "ESTIMATE_INVALID", "terms.benefits", "expected an array"],
      ["no family", { ...simple, family: undefined }, "ESTIMATE_INVALID", "family", "expected a whole number"],
      ["half a family", { ...simple, family: 0.5 }, "ESTIMATE_INVALID", "family", "expected a whole number"],
      ["a family without a benefit", { ...simple, family: 3 }, "FAMILY_NOT_COVERED", "terms.benefits[3]", "not cover"],
      [
        "an unknown member",
        { ...simple, terms: { benefits: [{}], deductable: "1.00" } },
        "ESTIMATE_INVALID",
        "terms.deductable",
        "known are deductible",
      ],
      ["an unknown member of all", { ...simple, plan: 1 }, "ESTIMATE_INVALID", "plan", "known are terms"],
      [
        "an amount as a number",
        { ...simple, lines: [{ billed: 150, fee: "1" }] },
        "ESTIMATE_INVALID",
        "lines[0].billed",
        'such as "150.00"',
      ],
      ["a line without a fee", { ...simple, lines: [{ billed: "1" }] }, "ESTIMATE_INVALID", "lines[0].fee", "expected"],
      [
        "what is no amount",
        { ...simple, lines: [{ billed: "1,50", fee: "1" }] },
        "AMOUNT_INVALID",
        "lines[0].billed",
        '"1,50" is no decimal',
      ],
      [
        "a negative amount",
        { ...simple, lines: [{ billed: "1", fee: "-1" }] },
        "AMOUNT_NEGATIVE",
        "lines[0].fee",
        "is negative",
      ],
      [
        "a seventh decimal",
        { ...simple, primaryPaid: "0.0000001" },
        "AMOUNT_TOO_PRECISE",
        "primaryPaid",
        "more than 6 decimals",
      ],
      [
        "an amount beyond 64 bits",
        { ...simple, lines: [{ billed: "1", fee: "18446744073709.551616" }] },
        "CLAIM_INVALID",
        "lines[0].fee",
        "2^64 - 1",
      ],
      ["no lines", { ...simple, lines: [] }, "CLAIM_INVALID", "lines", "has 0 lines"],
      [
        "units in quotes",
        { ...simple, lines: [{ billed: "1", fee: "1", units: "2" }] },
        "ESTIMATE_INVALID",
        "lines[0].units",
        "expected a whole number",
      ],
      [
        "more than the whole of coinsurance",
        benefit({ coinsuranceBasisPoints: 10_001 }),
        "BENEFIT_INVALID",
        "terms.benefits[0].coinsuranceBasisPoints",
        "from 0 to 10000",
      ],
      [
        "a flag that is none",
        benefit({ deductibleApplies: "yes" }),
        "ESTIMATE_INVALID",
        "terms.benefits[0].deductibleApplies",
        "true or false",
      ],
      [
        "a benefit that is text",
        { ...simple, terms: { benefits: ["all"] } },
        "ESTIMATE_INVALID",
        "terms.benefits[0]",
        "0x-hex",
      ],
      [
        "a word that is no benefit",
        { ...simple, terms: { benefits: ["0x01"] } },
        "BENEFIT_INVALID",
        "terms.benefits[0]",
        "does not say that it is covered",
      ],
      [
        "more used than there is",
        { ...simple, terms: { benefits: [{ annualLimit: "1.00" }] }, accumulators: { benefitUse: "1.000001" } },
        "ACCUMULATORS_INVALID",
        "accumulators.benefitUse",
        "more than the plan's 1000000",
      ],
    ];
    for (const [what, input, code, path, message] of cases) {
      it(what, async () => {
        const ran = await estimate(input, "--json");
        expect(ran).to.include({ code: 1, stdout: "" });
        const { error } = JSON.parse(ran.stderr) as { error: { code: string; path?: string; message: string } };
        expect({ code: error.code, path: error.path }).to.deep.equal({ code, path });
        expect(error.message).to.contain(message);
        expect((await estimate(input)).stderr).to.equal(`careproof: ${error.message}\n`);
      });
    }
  });
});
