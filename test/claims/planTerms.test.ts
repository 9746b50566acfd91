import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { type Benefit, packBenefit, planId, type PlanTerms, unpackBenefit } from "../../src/claims/planTerms.js";
import { deployAdjudication, planTerms } from "../support/adjudications";
import { refusal } from "../support/refusal";

/** Copay 20 000 000, coinsurance 2000, 30 days, deductible applies; written by hand from `Benefit.sol`. */
const WORD = 0x81_001e_07d0_0000000000000000_0000000000000000_0000000001312d00n;

const BENEFIT: Benefit = {
  copay: 20_000_000n,
  maximumPerService: 0n,
  annualLimit: 0n,
  coinsuranceBasisPoints: 2000,
  waitingDays: 30,
  deductibleApplies: true,
  needsAuthorization: false,
};

const TERMS = planTerms({
  deductible: 1_000_000_000n,
  outOfPocketMaximum: 5_000_000_000n,
  automaticPaymentCeiling: 2_000_000_000n,
  decisionDays: 30,
  promptPaymentDays: 45,
  interestBasisPoints: 1200,
  benefits: [0n, WORD],
});

/** `cast keccak $(cast abi-encode "f((address,address,bytes32,uint64,uint64,uint64,uint16,…,uint256[]))" …)` of {@link TERMS}. */
const PLAN_ID = "0x23ac16853e83c7cb3ccaf2775995beffbd225c937db33a96d84d822cbd56b7fd";

const MOST = 2n ** 64n - 1n;

/** Every member at its greatest. */
const GREATEST: Benefit = {
  copay: MOST,
  maximumPerService: MOST,
  annualLimit: MOST,
  coinsuranceBasisPoints: 10_000,
  waitingDays: 65_535,
  deductibleApplies: true,
  needsAuthorization: true,
};

describe("packBenefit and unpackBenefit", () => {
  it("write and read the word of Benefit.sol", () => {
    expect(packBenefit(BENEFIT)).to.equal(WORD);
    expect(unpackBenefit(WORD)).to.deep.equal(BENEFIT);
    expect(unpackBenefit(packBenefit(GREATEST))).to.deep.equal(GREATEST);
  });

  it("read 0 as a family that is not covered", () => {
    expect(unpackBenefit(0n)).to.equal(undefined);
  });

  it("mean by each member what the contract means", async () => {
    const { caller } = await loadFixture(deployAdjudication);
    const mixed = { ...GREATEST, copay: 1n, maximumPerService: 2n, annualLimit: 3n, coinsuranceBasisPoints: 4 };
    for (const benefit of [
      BENEFIT,
      GREATEST,
      { ...mixed, waitingDays: 5, deductibleApplies: false },
      { ...mixed, waitingDays: 5, needsAuthorization: false },
    ]) {
      const [numbers, flags] = (await caller.getFunction("readBenefit")(packBenefit(benefit))) as [bigint[], boolean[]];
      const { copay, maximumPerService, annualLimit, coinsuranceBasisPoints, waitingDays } = benefit;
      expect([...numbers]).to.deep.equal(
        [copay, maximumPerService, annualLimit, coinsuranceBasisPoints, waitingDays].map(BigInt),
      );
      expect([...flags]).to.deep.equal([benefit.deductibleApplies, benefit.needsAuthorization, true, true]);
    }
  });

  it("refuse a member out of range, by name", async () => {
    const cases: [Partial<Benefit>, string][] = [
      [{ copay: -1n }, "copay"],
      [{ copay: 2n ** 64n }, "copay"],
      [{ maximumPerService: 2n ** 64n }, "maximumPerService"],
      [{ annualLimit: 2n ** 64n }, "annualLimit"],
      [{ annualLimit: 5 as unknown as bigint }, "annualLimit"],
      [{ coinsuranceBasisPoints: 10_001 }, "coinsuranceBasisPoints"],
      [{ coinsuranceBasisPoints: 0.5 }, "coinsuranceBasisPoints"],
      [{ waitingDays: 65_536 }, "waitingDays"],
      [{ waitingDays: -1 }, "waitingDays"],
    ];
    for (const [given, path] of cases) {
      const expected = { code: "BENEFIT_INVALID", path };
      expect(await refusal(() => packBenefit({ ...BENEFIT, ...given }))).to.deep.equal(expected);
    }
  });

  it("refuse the words that the contract calls not well formed, and no others", async () => {
    const { caller } = await loadFixture(deployAdjudication);
    const wellFormed = async (word: bigint): Promise<boolean> =>
      ((await caller.getFunction("readBenefit")(word)) as [bigint[], boolean[]])[1][3]!;
    // One bit changed at each place: of an amount or number that is another benefit, of others it is none.
    for (let bit = 0n; bit < 256n; bit++) {
      const word = WORD ^ (1n << bit);
      const read = (): unknown => unpackBenefit(word);
      if (await wellFormed(word)) expect(read, `bit ${bit}`).not.to.throw();
      else expect(await refusal(read), `bit ${bit}`).to.deep.equal({ code: "BENEFIT_INVALID", path: undefined });
    }
    expect((await refusal(() => unpackBenefit(-1n))).code).to.equal("BENEFIT_INVALID");
    expect((await refusal(() => unpackBenefit(2n ** 256n + WORD))).code).to.equal("BENEFIT_INVALID");
  });
});

describe("planId", () => {
  it("is the hash of the terms as cast encodes them, and as the contract does", async () => {
    expect(planId(TERMS)).to.equal(PLAN_ID);
    const { caller } = await loadFixture(deployAdjudication);
    expect(await caller.getFunction("planId")(TERMS)).to.equal(PLAN_ID);
  });

  it("is another for any other term", () => {
    const others: Partial<PlanTerms>[] = [
      { payer: TERMS.vault },
      { vault: TERMS.payer },
      { feeSchedule: `0x${"44".repeat(32)}` },
      ...(["deductible", "outOfPocketMaximum", "automaticPaymentCeiling"] as const).map((name) => ({ [name]: 7n })),
      { timelyFilingDays: 1 },
      { decisionDays: 1 },
      { promptPaymentDays: 1 },
      { interestBasisPoints: 1 },
      { appealDays: 181 },
      { graceDays: 1 },
      { benefits: [WORD, 0n] },
      { benefits: [0n, WORD, 0n] },
    ];
    const ids = [TERMS, ...others.map((other) => ({ ...TERMS, ...other }))].map(planId);
    expect(new Set(ids).size).to.equal(others.length + 1);
  });

  it("refuses what the contract could not take, by name", async () => {
    const cases: [Partial<PlanTerms>, string][] = [
      [{ payer: "0x1234" }, "payer"],
      [{ vault: "0x52908400098527886E0F7030069857D2E4169ee7" }, "vault"],
      [{ feeSchedule: "0x33" }, "feeSchedule"],
      [{ deductible: 2n ** 64n }, "deductible"],
      [{ outOfPocketMaximum: -1n }, "outOfPocketMaximum"],
      [{ automaticPaymentCeiling: 2n ** 64n }, "automaticPaymentCeiling"],
      [{ timelyFilingDays: 65_536 }, "timelyFilingDays"],
      [{ interestBasisPoints: -1 }, "interestBasisPoints"],
      [{ graceDays: 1.5 }, "graceDays"],
      [{ appealDays: 179 }, "appealDays"],
      [{ benefits: Array.from({ length: 17 }, () => WORD) }, "benefits"],
    ];
    for (const [given, path] of cases) {
      expect(await refusal(() => planId({ ...TERMS, ...given }))).to.deep.equal({ code: "TERMS_INVALID", path });
    }
    const expected = { code: "BENEFIT_INVALID", path: "benefits[1]" };
    expect(await refusal(() => planId({ ...TERMS, benefits: [WORD, 1n] }))).to.deep.equal(expected);
  });
});
