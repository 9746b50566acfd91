/**
 * Worked examples, calculated by hand from the rules of docs/claims.md, for the contracts' library and the package's function alike.
 */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { PANIC_CODES } from "@nomicfoundation/hardhat-chai-matchers/panic";
import { expect } from "chai";

import { adjudicate, type ClaimToAdjudicate, type PricedLine } from "../../src/claims/adjudicate.js";
import type { Benefit } from "../../src/claims/planTerms.js";
import {
  type AdjudicationMembers,
  benefitWord,
  deployAdjudication,
  membersOf,
  type OutcomeMembers,
  planTerms,
} from "../support/adjudications";

interface Example {
  benefit?: Partial<Benefit>;
  deductible?: bigint;
  outOfPocketMaximum?: bigint;
  /** Deductible met, out of pocket, benefit use. */
  before?: [bigint, bigint, bigint];
  /** Billed, fee a unit, units. */
  lines: [bigint, bigint, bigint][];
  primaryPaid?: bigint;
}

interface Expected {
  /** Members that are not 0. */
  lines: Partial<OutcomeMembers>[];
  total: Partial<OutcomeMembers>;
  /** Deductible met, out of pocket, benefit use. */
  after: [bigint, bigint, bigint];
}

describe("Adjudication", () => {
  /** Both adjudicate the example as expected. */
  async function expectBoth(example: Example, { lines, total, after }: Expected): Promise<void> {
    const claim = claimOf(example);
    const expected = { lines: lines.map(whole), total: whole(total), accumulators: accumulatorsOf(after) };

    const { adjudicateByContract } = await loadFixture(deployAdjudication);
    const [byContract] = await adjudicateByContract([claim]);
    expect(byContract, "contract").to.deep.equal(expected);

    const adjudicated = adjudicate(claim);
    const byPackage: AdjudicationMembers = {
      lines: adjudicated.lines.map(membersOf),
      total: membersOf(adjudicated.totals),
      accumulators: adjudicated.accumulators,
    };
    expect(byPackage, "package").to.deep.equal(expected);
  }

  /** As {@link expectBoth}, for a claim of one line. */
  async function expectLine(
    example: Omit<Example, "lines">,
    line: [bigint, bigint, bigint],
    outcome: Partial<OutcomeMembers>,
    after: [bigint, bigint, bigint],
  ): Promise<void> {
    await expectBoth({ ...example, lines: [line] }, { lines: [outcome], total: outcome, after });
  }

  describe("the fee", () => {
    it("allows what is billed where that is below the fee, and pays it", async () => {
      await expectLine({}, [80n, 100n, 1n], { billed: 80n, allowed: 80n, paid: 80n }, [0n, 0n, 80n]);
    });

    it("leaves what is above it to the provider (CO 45)", async () => {
      const outcome = { billed: 150n, allowed: 100n, contractual: 50n, paid: 100n };
      await expectLine({}, [150n, 100n, 1n], outcome, [0n, 0n, 100n]);
    });

    it("counts for each unit of the service", async () => {
      const outcome = { billed: 350n, allowed: 300n, contractual: 50n, paid: 300n };
      await expectLine({}, [350n, 100n, 3n], outcome, [0n, 0n, 300n]);
    });

    it("allows nothing for no unit, and nothing at a fee of 0", async () => {
      await expectLine({}, [70n, 100n, 0n], { billed: 70n, contractual: 70n }, [0n, 0n, 0n]);
      await expectLine({}, [70n, 0n, 5n], { billed: 70n, contractual: 70n }, [0n, 0n, 0n]);
    });

    it("takes the greatest fee and number of units", async () => {
      const most = 2n ** 64n - 1n;
      const outcome = { billed: 2n ** 48n - 1n, allowed: 2n ** 48n - 1n, paid: 2n ** 48n - 1n };
      await expectLine({}, [2n ** 48n - 1n, most, most], outcome, [0n, 0n, 2n ** 48n - 1n]);
    });
  });

  it("has nothing of a line of nothing, whatever the plan", async () => {
    const benefit = { copay: 5n, maximumPerService: 1n, annualLimit: 1n, coinsuranceBasisPoints: 10_000 };
    const example = { benefit: { ...benefit, deductibleApplies: true }, deductible: 9n, outOfPocketMaximum: 9n };
    await expectLine(example, [0n, 100n, 1n], {}, [0n, 0n, 0n]);
  });

  describe("the maximum a service", () => {
    it("covers no more of a line, and the rest is the member's (PR 119)", async () => {
      const outcome = { billed: 150n, allowed: 120n, contractual: 30n, notCovered: 20n, paid: 100n };
      await expectLine({ benefit: { maximumPerService: 100n } }, [150n, 60n, 2n], outcome, [0n, 0n, 100n]);
    });

    it("is of each line", async () => {
      const line = { billed: 60n, allowed: 60n, notCovered: 10n, paid: 50n };
      await expectBoth(
        {
          benefit: { maximumPerService: 50n },
          lines: [
            [60n, 60n, 1n],
            [60n, 60n, 1n],
          ],
        },
        {
          lines: [line, line],
          total: { billed: 120n, allowed: 120n, notCovered: 20n, paid: 100n },
          after: [0n, 0n, 100n],
        },
      );
    });

    it("comes before the member's share: deductible and coinsurance are of what is covered", async () => {
      const benefit = { maximumPerService: 100n, deductibleApplies: true, coinsuranceBasisPoints: 5000 };
      // 100 covered, 40 deductible, half of 60.
      const outcome = { billed: 200n, allowed: 200n, notCovered: 100n, deductible: 40n, coinsurance: 30n, paid: 30n };
      await expectLine({ benefit, deductible: 40n }, [200n, 200n, 1n], outcome, [40n, 70n, 30n]);
    });
  });

  describe("the deductible", () => {
    it("takes a line whole while it is not met (PR 1)", async () => {
      const example = { benefit: { deductibleApplies: true, copay: 10n }, deductible: 500n };
      const outcome = { billed: 100n, allowed: 100n, deductible: 100n };
      await expectLine(example, [100n, 100n, 1n], outcome, [100n, 100n, 0n]);
    });

    it("takes of the line in which it is met only what was missing", async () => {
      const example: Omit<Example, "lines"> = {
        benefit: { deductibleApplies: true },
        deductible: 500n,
        before: [470n, 480n, 0n],
      };
      const outcome = { billed: 100n, allowed: 100n, deductible: 30n, paid: 70n };
      await expectLine(example, [100n, 100n, 1n], outcome, [500n, 510n, 70n]);
    });

    it("is met by one line for the next", async () => {
      await expectBoth(
        {
          benefit: { deductibleApplies: true },
          deductible: 150n,
          lines: [
            [100n, 100n, 1n],
            [100n, 100n, 1n],
            [100n, 100n, 1n],
          ],
        },
        {
          lines: [
            { billed: 100n, allowed: 100n, deductible: 100n },
            { billed: 100n, allowed: 100n, deductible: 50n, paid: 50n },
            { billed: 100n, allowed: 100n, paid: 100n },
          ],
          total: { billed: 300n, allowed: 300n, deductible: 150n, paid: 150n },
          after: [150n, 150n, 150n],
        },
      );
    });

    it("is not asked of a family to which it does not apply, and not met by it", async () => {
      const outcome = { billed: 100n, allowed: 100n, copay: 10n, paid: 90n };
      await expectLine({ benefit: { copay: 10n }, deductible: 500n }, [100n, 100n, 1n], outcome, [0n, 10n, 90n]);
    });
  });

  describe("the copay", () => {
    it("is asked of every line (PR 3)", async () => {
      const line = { billed: 100n, allowed: 100n, copay: 25n, paid: 75n };
      await expectBoth(
        {
          benefit: { copay: 25n },
          lines: [
            [100n, 100n, 1n],
            [100n, 100n, 1n],
          ],
        },
        {
          lines: [line, line],
          total: { billed: 200n, allowed: 200n, copay: 50n, paid: 150n },
          after: [0n, 50n, 150n],
        },
      );
    });

    it("is at most what the deductible leaves", async () => {
      const example = { benefit: { deductibleApplies: true, copay: 25n }, deductible: 90n };
      const outcome = { billed: 100n, allowed: 100n, deductible: 90n, copay: 10n };
      await expectLine(example, [100n, 100n, 1n], outcome, [90n, 100n, 0n]);
    });
  });

  describe("coinsurance", () => {
    it("is a share of what deductible and copay leave (PR 2)", async () => {
      const benefit = { deductibleApplies: true, copay: 20n, coinsuranceBasisPoints: 2000 };
      // 200 - 100 - 20 = 80, a fifth of it 16.
      const outcome = { billed: 200n, allowed: 200n, deductible: 100n, copay: 20n, coinsurance: 16n, paid: 64n };
      await expectLine({ benefit, deductible: 100n }, [200n, 200n, 1n], outcome, [100n, 136n, 64n]);
    });

    it("rounds up to a whole unit", async () => {
      // 33.33 % of 10 is 3.333; 0.01 % of 1 is 0.0001.
      const third = { billed: 10n, allowed: 10n, coinsurance: 4n, paid: 6n };
      await expectLine({ benefit: { coinsuranceBasisPoints: 3333 } }, [10n, 10n, 1n], third, [0n, 4n, 6n]);
      const least = { billed: 1n, allowed: 1n, coinsurance: 1n };
      await expectLine({ benefit: { coinsuranceBasisPoints: 1 } }, [1n, 1n, 1n], least, [0n, 1n, 0n]);
    });

    it("does not round what is whole", async () => {
      const outcome = { billed: 10_000n, allowed: 10_000n, coinsurance: 1n, paid: 9_999n };
      await expectLine({ benefit: { coinsuranceBasisPoints: 1 } }, [10_000n, 10_000n, 1n], outcome, [0n, 1n, 9_999n]);
    });

    it("rounds every line: three lines of a third each cost the member up to a unit each", async () => {
      const line = { billed: 1n, allowed: 1n, coinsurance: 1n };
      await expectBoth(
        {
          benefit: { coinsuranceBasisPoints: 3333 },
          lines: [
            [1n, 1n, 1n],
            [1n, 1n, 1n],
            [1n, 1n, 1n],
          ],
        },
        { lines: [line, line, line], total: { billed: 3n, allowed: 3n, coinsurance: 3n }, after: [0n, 3n, 0n] },
      );
    });

    it("can be everything", async () => {
      const outcome = { billed: 77n, allowed: 77n, coinsurance: 77n };
      await expectLine({ benefit: { coinsuranceBasisPoints: 10_000 } }, [77n, 77n, 1n], outcome, [0n, 77n, 0n]);
    });
  });

  describe("the out-of-pocket maximum", () => {
    const benefit = { deductibleApplies: true, copay: 20n, coinsuranceBasisPoints: 5000 };
    /** Without a maximum 100 + 20 + 40 of a line of 200: what the member pays where `most` are left. */
    const withLeft = (most: bigint): Omit<Example, "lines"> => ({
      benefit,
      deductible: 100n,
      outOfPocketMaximum: 1000n,
      before: [0n, 1000n - most, 0n],
    });

    it("changes nothing while it is not passed", async () => {
      const outcome = { billed: 200n, allowed: 200n, deductible: 100n, copay: 20n, coinsurance: 40n, paid: 40n };
      await expectLine(withLeft(160n), [200n, 200n, 1n], outcome, [100n, 1000n, 40n]);
    });

    it("waives coinsurance first, which the plan pays", async () => {
      const outcome = { billed: 200n, allowed: 200n, deductible: 100n, copay: 20n, coinsurance: 39n, paid: 41n };
      await expectLine(withLeft(159n), [200n, 200n, 1n], outcome, [100n, 1000n, 41n]);
    });

    it("waives the copay once coinsurance is gone", async () => {
      const outcome = { billed: 200n, allowed: 200n, deductible: 100n, copay: 15n, paid: 85n };
      await expectLine(withLeft(115n), [200n, 200n, 1n], outcome, [100n, 1000n, 85n]);
    });

    it("waives the deductible last, and what is waived of it is not met", async () => {
      const outcome = { billed: 200n, allowed: 200n, deductible: 30n, paid: 170n };
      await expectLine(withLeft(30n), [200n, 200n, 1n], outcome, [30n, 1000n, 170n]);
    });

    it("leaves the member nothing to pay once it is met", async () => {
      await expectLine(withLeft(0n), [200n, 200n, 1n], { billed: 200n, allowed: 200n, paid: 200n }, [0n, 1000n, 200n]);
    });

    it("does not hold for what is not covered", async () => {
      const example: Omit<Example, "lines"> = {
        benefit: { maximumPerService: 50n },
        outOfPocketMaximum: 10n,
        before: [0n, 10n, 0n],
      };
      const outcome = { billed: 200n, allowed: 200n, notCovered: 150n, paid: 50n };
      await expectLine(example, [200n, 200n, 1n], outcome, [0n, 10n, 50n]);
    });

    it("is none where it is 0", async () => {
      const outcome = { billed: 200n, allowed: 200n, coinsurance: 100n, paid: 100n };
      const example: Omit<Example, "lines"> = {
        benefit: { coinsuranceBasisPoints: 5000 },
        before: [0n, 10n ** 15n, 0n],
      };
      await expectLine(example, [200n, 200n, 1n], outcome, [0n, 10n ** 15n + 100n, 100n]);
    });
  });

  describe("the annual limit", () => {
    it("pays only what is left of it, and the rest is the member's (PR 119), out of no accumulator", async () => {
      const example: Omit<Example, "lines"> = {
        benefit: { annualLimit: 1000n, copay: 10n },
        before: [0n, 0n, 940n],
      };
      const outcome = { billed: 100n, allowed: 100n, copay: 10n, notCovered: 30n, paid: 60n };
      await expectLine(example, [100n, 100n, 1n], outcome, [0n, 10n, 1000n]);
    });

    it("pays nothing once it is reached", async () => {
      const example: Omit<Example, "lines"> = { benefit: { annualLimit: 1000n }, before: [0n, 0n, 1000n] };
      await expectLine(example, [100n, 100n, 1n], { billed: 100n, allowed: 100n, notCovered: 100n }, [0n, 0n, 1000n]);
    });

    it("is used by one line for the next, and adds to what is above the maximum a service", async () => {
      await expectBoth(
        {
          benefit: { annualLimit: 150n, maximumPerService: 100n },
          lines: [
            [120n, 120n, 1n],
            [120n, 120n, 1n],
          ],
        },
        {
          lines: [
            { billed: 120n, allowed: 120n, notCovered: 20n, paid: 100n },
            { billed: 120n, allowed: 120n, notCovered: 70n, paid: 50n },
          ],
          total: { billed: 240n, allowed: 240n, notCovered: 90n, paid: 150n },
          after: [0n, 0n, 150n],
        },
      );
    });

    it("limits also what the out-of-pocket maximum makes the plan pay", async () => {
      const example: Omit<Example, "lines"> = {
        benefit: { annualLimit: 100n, coinsuranceBasisPoints: 5000 },
        outOfPocketMaximum: 20n,
      };
      // Coinsurance 60, 40 of it waived: 100 would be paid. Of 20 more a second line pays nothing.
      await expectBoth(
        {
          ...example,
          lines: [
            [120n, 120n, 1n],
            [20n, 20n, 1n],
          ],
        },
        {
          lines: [
            { billed: 120n, allowed: 120n, coinsurance: 20n, paid: 100n },
            { billed: 20n, allowed: 20n, notCovered: 20n },
          ],
          total: { billed: 140n, allowed: 140n, coinsurance: 20n, notCovered: 20n, paid: 100n },
          after: [0n, 20n, 100n],
        },
      );
    });
  });

  describe("a secondary payer", () => {
    const benefit = { coinsuranceBasisPoints: 2000 };
    const lines: [bigint, bigint, bigint][] = [
      [150n, 100n, 1n],
      [100n, 100n, 1n],
    ];
    const total = { billed: 250n, allowed: 200n, contractual: 50n };

    /** Both adjudicate the claim as expected; the library's lines are those of the plan alone. */
    async function expectTotal(example: Example, total: Partial<OutcomeMembers>, after: Expected["after"]) {
      const claim = claimOf(example);
      const expected = { total: whole(total), accumulators: accumulatorsOf(after) };
      const { adjudicateByContract } = await loadFixture(deployAdjudication);
      const [byContract] = await adjudicateByContract([claim]);
      expect({ total: byContract!.total, accumulators: byContract!.accumulators }, "contract").to.deep.equal(expected);
      const { totals, accumulators } = adjudicate(claim);
      expect({ total: membersOf(totals), accumulators }, "package").to.deep.equal(expected);
    }

    it("pays what it would alone where the payers before leave as much; they bear the member's share first", async () => {
      // Alone: 160, and 40 for the member.
      const outcome = { ...total, coinsurance: 25n, priorPayer: 15n, paid: 160n };
      await expectTotal({ benefit, lines, primaryPaid: 15n }, outcome, [0n, 25n, 160n]);
      await expectTotal({ benefit, lines, primaryPaid: 40n }, { ...total, priorPayer: 40n, paid: 160n }, [
        0n,
        0n,
        160n,
      ]);
    });

    it("pays what the payers before leave of what is allowed; what is cut (OA 23) is no use", async () => {
      const outcome = { ...total, priorPayer: 130n, paid: 70n };
      await expectTotal({ benefit, lines, primaryPaid: 130n, before: [0n, 0n, 7n] }, outcome, [0n, 0n, 77n]);
    });

    it("pays nothing where the payers before paid as much as is allowed, or more", async () => {
      const outcome = { ...total, priorPayer: 200n };
      await expectTotal({ benefit, lines, primaryPaid: 200n }, outcome, [0n, 0n, 0n]);
      await expectTotal({ benefit, lines, primaryPaid: 230n }, outcome, [0n, 0n, 0n]);
    });

    it("leaves the member deductible and what is not covered longest", async () => {
      const example: Example = {
        benefit: { deductibleApplies: true, copay: 10n, coinsuranceBasisPoints: 2000, maximumPerService: 90n },
        deductible: 30n,
        lines: [[120n, 100n, 1n]],
      };
      // Alone: 10 above the maximum, deductible 30, copay 10, coinsurance 10, and 40 paid.
      const alone = { billed: 120n, allowed: 100n, contractual: 20n, notCovered: 10n, deductible: 30n, paid: 40n };
      await expectTotal({ ...example, primaryPaid: 15n }, { ...alone, copay: 5n, priorPayer: 15n }, [30n, 35n, 40n]);
      await expectTotal({ ...example, primaryPaid: 48n }, { ...alone, deductible: 2n, priorPayer: 48n }, [2n, 2n, 40n]);
      await expectTotal(
        { ...example, primaryPaid: 55n },
        { ...alone, deductible: 0n, notCovered: 5n, priorPayer: 55n },
        [0n, 0n, 40n],
      );
    });

    it("says of each line what payers before bore of it, the first lines first", () => {
      const { lines: outcomes, totals } = adjudicate(claimOf({ benefit, lines, primaryPaid: 130n }));
      // 90 of the plan's 80 and 80, then the coinsurances of 20.
      expect(outcomes.map(membersOf)).to.deep.equal([
        whole({ billed: 150n, allowed: 100n, contractual: 50n, priorPayer: 100n }),
        whole({ billed: 100n, allowed: 100n, priorPayer: 30n, paid: 70n }),
      ]);
      expect(totals.memberShare).to.equal(0n);
    });
  });

  it("reads the benefit of the claim's family only", async () => {
    const { adjudicateByContract } = await loadFixture(deployAdjudication);
    const benefits = [benefitWord({ copay: 1n }), 0n, benefitWord({ copay: 3n })];
    for (const family of [0, 2]) {
      const claim: ClaimToAdjudicate = {
        terms: planTerms({ benefits }),
        family,
        lines: [{ billed: 10n, fee: 10n, units: 1n }],
      };
      const [byContract] = await adjudicateByContract([claim]);
      expect(byContract!.total.copay).to.equal(BigInt(family + 1));
      expect(membersOf(adjudicate(claim).totals).copay).to.equal(BigInt(family + 1));
    }
  });

  it("reverts for a family that the plan does not cover, whose benefit has no limits", async () => {
    const { caller, adjudicateByContract } = await loadFixture(deployAdjudication);
    const claim = { ...claimOf({ lines: [[10n, 10n, 1n]] }), terms: planTerms({ benefits: [0n] }) };
    await expect(adjudicateByContract([claim]))
      .to.be.revertedWithCustomError(caller, "BenefitNotCovered")
      .withArgs(0n);
  });

  it("reverts where more was used than the plan has", async () => {
    const { adjudicateByContract } = await loadFixture(deployAdjudication);
    const benefit = { deductibleApplies: true, annualLimit: 30n };
    for (const before of [
      [11n, 0n, 0n],
      [0n, 21n, 0n],
      [0n, 0n, 31n],
    ] as [bigint, bigint, bigint][]) {
      const claim = claimOf({ benefit, deductible: 10n, outOfPocketMaximum: 20n, before, lines: [[10n, 10n, 1n]] });
      await expect(adjudicateByContract([claim])).to.be.revertedWithPanic(PANIC_CODES.ARITHMETIC_OVERFLOW);
    }
  });
});

function claimOf({ benefit, deductible = 0n, outOfPocketMaximum = 0n, before, lines, primaryPaid }: Example) {
  return {
    terms: planTerms({ deductible, outOfPocketMaximum, benefits: [benefitWord(benefit)] }),
    family: 0,
    ...(before === undefined ? {} : { accumulators: accumulatorsOf(before) }),
    lines: lines.map(([billed, fee, units]): PricedLine => ({ billed, fee, units })),
    ...(primaryPaid === undefined ? {} : { primaryPaid }),
  } satisfies ClaimToAdjudicate;
}

function accumulatorsOf([deductibleMet, outOfPocket, benefitUse]: [bigint, bigint, bigint]) {
  return { deductibleMet, outOfPocket, benefitUse };
}

function whole(given: Partial<OutcomeMembers>): OutcomeMembers {
  const nothing = { billed: 0n, allowed: 0n, contractual: 0n, notCovered: 0n, deductible: 0n, copay: 0n };
  return { ...nothing, coinsurance: 0n, priorPayer: 0n, paid: 0n, ...given };
}
