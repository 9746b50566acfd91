import { expect } from "chai";

import { found, readAll } from "./resources";

const COVERAGE = {
  resourceType: "Coverage",
  id: "9",
  identifier: [
    { type: { coding: [{ code: "MB" }] }, value: "TESTMEMBER" },
    { system: "urn:test", value: "POLICY-7" },
  ],
  status: "active",
  subscriber: { reference: "Patient/TESTPATIENT" },
  subscriberId: "TESTMEMBER",
  beneficiary: { reference: "Patient/TESTPATIENT", display: "TESTPERSON ALPHA" },
  period: { start: "2026-01-01", end: "2026-12-31" },
  payor: [{ reference: "Organization/payer" }, { identifier: { system: "urn:p", value: "1" } }, { display: "ALPHA" }],
  order: 2,
  class: [{ type: { coding: [{ code: "plan" }] }, value: "SILVER", name: "SILVER PLAN" }, { value: "x" }],
};

describe("a FHIR coverage", () => {
  it("is read with policy, payers, period, order and plan, and nothing of the insured person", async () => {
    const { coverages, problems, summary } = await readAll([COVERAGE]);
    expect(problems).to.deep.equal([]);
    expect(summary).to.include({ transactions: 1, claims: 0, balanced: true });
    expect(coverages).to.deep.equal([
      {
        reference: "Coverage/9",
        policyNumber: "POLICY-7",
        status: "active",
        payers: ["Organization/payer", "urn:p|1"],
        period: { from: "2026-01-01", to: "2026-12-31" },
        order: 2,
        classes: { plan: "SILVER" },
        path: "Coverage",
      },
    ]);
  });

  it("has no payer where people pay for themselves", async () => {
    const payor = ["Patient/5", "http://example.org/fhir/Patient/5", "RelatedPerson/1"].map((reference) => ({
      reference,
    }));
    const { coverages } = await readAll([{ resourceType: "Coverage", status: "active", payor }]);
    expect(coverages).to.deep.equal([{ status: "active", payers: [], classes: {}, path: "Coverage" }]);
  });

  for (const [name, given, problem] of [
    ["without a status", { status: undefined }, "ELEMENT_MISSING resource Coverage.status"],
    ["with another status", { status: "lapsed" }, "CODE_UNKNOWN resource Coverage.status"],
    ["with a period that is no date", { period: { start: "soon" } }, "DATE_INVALID resource Coverage.period.start"],
    ["with half an order", { order: 1.5 }, "ELEMENT_INVALID resource Coverage.order"],
  ] as const) {
    it(`${name} is left out`, async () => {
      const reading = await readAll([{ ...COVERAGE, ...given }]);
      expect(reading.coverages).to.deep.equal([]);
      expect(found(reading)).to.deep.equal([problem]);
    });
  }
});
