/** What the package's function adds to the rules, which test/claims/adjudication.test.ts has. */
import { expect } from "chai";

import { adjudicate, ADJUSTMENTS, type ClaimToAdjudicate } from "../../src/claims/adjudicate.js";
import { CareProofError } from "../../src/errors.js";
import { benefitWord, planTerms } from "../support/adjudications";

const LINE = { billed: 150n, fee: 100n, units: 1n };

const CLAIM: ClaimToAdjudicate = {
  terms: planTerms({
    deductible: 40n,
    outOfPocketMaximum: 500n,
    benefits: [benefitWord({ deductibleApplies: true, copay: 10n, coinsuranceBasisPoints: 1000, annualLimit: 800n })],
  }),
  family: 0,
  lines: [LINE],
};

describe("adjudicate", () => {
  it("gives group, reason and amount of what is not paid, none of 0, and the member's share", () => {
    // 100 allowed, 40 deductible, 10 copay, a tenth of 50.
    const outcome = {
      billed: 150n,
      allowed: 100n,
      paid: 45n,
      memberShare: 55n,
      adjustments: [
        { group: "CO", reason: "45", amount: 50n },
        { group: "PR", reason: "1", amount: 40n },
        { group: "PR", reason: "2", amount: 5n },
        { group: "PR", reason: "3", amount: 10n },
      ],
    };
    expect(adjudicate(CLAIM)).to.deep.equal({
      lines: [outcome],
      totals: outcome,
      accumulators: { deductibleMet: 40n, outOfPocket: 55n, benefitUse: 45n },
    });
  });

  it("leaves the member what the plan and the payers before leave", () => {
    const { totals } = adjudicate({ ...CLAIM, primaryPaid: 50n });
    expect([totals.paid, totals.memberShare]).to.deep.equal([45n, 5n]);
    expect(totals.adjustments.at(-1)).to.deep.equal({ group: "OA", reason: "23", amount: 50n });
  });

  it("changes nothing of what it is given", () => {
    const accumulators = Object.freeze({ deductibleMet: 1n, outOfPocket: 2n, benefitUse: 3n });
    const claim = Object.freeze({ ...CLAIM, accumulators, lines: Object.freeze([Object.freeze(LINE)]) });
    expect(adjudicate(claim)).to.deep.equal(adjudicate(claim));
  });

  it("goes on where the claim before ended: two claims come to what one of both lines does", () => {
    const first = adjudicate(CLAIM);
    const second = adjudicate({ ...CLAIM, accumulators: first.accumulators });
    const both = adjudicate({ ...CLAIM, lines: [LINE, LINE] });
    expect([...first.lines, ...second.lines]).to.deep.equal(both.lines);
    expect(second.accumulators).to.deep.equal(both.accumulators);
  });

  it("takes 50 lines billed at one unit less than 2^48", () => {
    const lines = Array.from({ length: 50 }, (_, i) => ({ ...LINE, billed: i === 0 ? 2n ** 48n - 50n : 1n }));
    expect(adjudicate({ ...CLAIM, lines }).totals.billed).to.equal(2n ** 48n - 1n);
  });

  it("lists adjustments as X12 835 has them", () => {
    const codes = Object.values(ADJUSTMENTS).map(({ group, reason }) => `${group} ${reason}`);
    expect(codes).to.deep.equal(["CO 45", "PR 1", "PR 2", "PR 3", "PR 119", "OA 23"]);
  });

  describe("refuses", () => {
    const used = { deductibleMet: 0n, outOfPocket: 0n, benefitUse: 0n };
    const cases: [what: string, given: Partial<ClaimToAdjudicate>, code: string, path: string][] = [
      ["a family without a benefit", { family: 1 }, "FAMILY_NOT_COVERED", "terms.benefits[1]"],
      ["a negative family", { family: -1 }, "FAMILY_NOT_COVERED", "terms.benefits[-1]"],
      [
        "a family that is not covered",
        { terms: { ...CLAIM.terms, benefits: [0n] } },
        "FAMILY_NOT_COVERED",
        "terms.benefits[0]",
      ],
      [
        "a word that is no benefit",
        { terms: { ...CLAIM.terms, benefits: [5n] } },
        "BENEFIT_INVALID",
        "terms.benefits[0]",
      ],
      [
        "a deductible beyond 64 bits",
        { terms: { ...CLAIM.terms, deductible: 2n ** 64n } },
        "TERMS_INVALID",
        "terms.deductible",
      ],
      [
        "a negative maximum",
        { terms: { ...CLAIM.terms, outOfPocketMaximum: -1n } },
        "TERMS_INVALID",
        "terms.outOfPocketMaximum",
      ],
      ["no lines", { lines: [] }, "CLAIM_INVALID", "lines"],
      ["51 lines", { lines: Array.from({ length: 51 }, () => LINE) }, "CLAIM_INVALID", "lines"],
      ["lines billed at 2^48", { lines: [LINE, { ...LINE, billed: 2n ** 48n - 150n }] }, "CLAIM_INVALID", "lines"],
      ["a negative bill", { lines: [LINE, { ...LINE, billed: -1n }] }, "CLAIM_INVALID", "lines[1].billed"],
      ["a fee beyond 64 bits", { lines: [{ ...LINE, fee: 2n ** 64n }] }, "CLAIM_INVALID", "lines[0].fee"],
      [
        "units that are no bigint",
        { lines: [{ ...LINE, units: 1 as unknown as bigint }] },
        "CLAIM_INVALID",
        "lines[0].units",
      ],
      ["a negative primary payment", { primaryPaid: -1n }, "CLAIM_INVALID", "primaryPaid"],
      [
        "more of the deductible met than there is",
        { accumulators: { ...used, deductibleMet: 41n } },
        "ACCUMULATORS_INVALID",
        "accumulators.deductibleMet",
      ],
      [
        "more out of pocket than the maximum",
        { accumulators: { ...used, outOfPocket: 501n } },
        "ACCUMULATORS_INVALID",
        "accumulators.outOfPocket",
      ],
      [
        "more used than the annual limit",
        { accumulators: { ...used, benefitUse: 801n } },
        "ACCUMULATORS_INVALID",
        "accumulators.benefitUse",
      ],
      [
        "a negative use",
        { accumulators: { ...used, benefitUse: -1n } },
        "ACCUMULATORS_INVALID",
        "accumulators.benefitUse",
      ],
    ];
    for (const [what, given, code, path] of cases) {
      it(what, () => {
        expect(() => adjudicate({ ...CLAIM, ...given }))
          .to.throw(CareProofError, path)
          .that.includes({ code, path });
      });
    }
  });
});
