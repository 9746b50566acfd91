import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { type ChainSettlement, packBenefit, readClaims, settlementsOf } from "../../../src/claims/index.js";
import {
  deployInsurance,
  deployInsurer,
  GROUP,
  IMAGING,
  insure,
  type Insurance,
  LONG_VISIT,
  planTerms,
  SCAN,
  secondPayer,
  stored,
  submit,
  UNIT,
} from "../../support/claimsParties";
import { type ClaimsLife, liveThroughClaims, NOTICE } from "../../support/claimsLife";

const DAY = 86_400;

async function settled(system: Insurance, payer = system.insurer.address) {
  const { claims } = await readClaims({
    provider: ethers.provider,
    contract: await system.claims.getAddress(),
    payer,
  });
  return { claims, ...settlementsOf(claims) };
}

/** What of settlements tests compare: kind, what is billed and paid in whole dollars, and the denial. */
function told(settlements: readonly ChainSettlement[]): string[] {
  return settlements.map(({ totals, denial, isReversal }) =>
    [
      isReversal === true ? "reversal" : "told",
      totals.billed / UNIT,
      denial === undefined ? totals.paid / UNIT : `${denial.group} ${denial.reason}`,
    ].join(" "),
  );
}

/** The sum of what lines and the claim have of an adjustment of the totals. */
function amount({ totals }: ChainSettlement, group: string, reason: string): bigint {
  return totals.adjustments.find((one) => one.group === group && one.reason === reason)?.amount ?? 0n;
}

describe("what was settled on a chain", () => {
  it("is told in the order of the chain: payments, denials, and what is taken back", async () => {
    const system: ClaimsLife = await loadFixture(liveThroughClaims);
    const { settlements, problems } = await settled(system);
    // 92 are allowed of a visit, 180 of a long one, 20 are the copay; 100 of a scan the deductible and a fifth the coinsurance.
    expect(told(settlements)).to.deep.equal([
      "told 120 72",
      "told 100 72",
      "reversal 100 72",
      "told 180 160",
      "told 1200 CO 50",
      "told 120 PR 204",
      "told 1200 880",
    ]);
    const ids = Object.entries(system.stored).map(([name, { id }]): [string, string] => [id, name]);
    const names = new Map(ids);
    expect(settlements.map(({ claimId }) => names.get(claimId))).to.deep.equal([
      "paid",
      // Voided, and claimed again under the same id.
      "again",
      "again",
      "again",
      "upheld",
      "notCovered",
      "reviewed",
    ]);
    expect(problems.map(({ claimId, error }) => [names.get(claimId), error.code])).to.deep.equal([
      ["relayed", "SUBMISSION_UNKNOWN"],
    ]);
    expect(problems[0]!.error.message).to.include("through another contract");
  });

  it("has lines, member, day, interest and time as submitted and emitted", async () => {
    const system: ClaimsLife = await loadFixture(liveThroughClaims);
    const { settlements } = await settled(system);
    const { reviewed } = system.stored;
    const one = settlements.at(-1)!;
    const [event] = await system.claims.queryFilter(system.claims.filters.ClaimPaid(reviewed.id));
    const { receipt, lines } = reviewed.proven.claim;
    expect(one).to.deep.include({
      claimId: reviewed.id,
      policyId: 1n,
      providerAddress: system.clinic.address,
      serviceDay: receipt.serviceDay,
      settledAt: (await event!.getBlock()).timestamp,
      payerResponsibility: "P",
      interest: event!.args.interest,
    });
    expect(event!.args.interest).to.be.greaterThan(0n);
    expect(one.policy.member).to.equal(system.member.address);
    expect(one.lines.map(({ procedure, units, outcome }) => [procedure, units, outcome.paid])).to.deep.equal([
      [lines[0]!.procedure, 1n, 880n * UNIT],
    ]);
  });

  it("adds up to what the provider has", async () => {
    const system: ClaimsLife = await loadFixture(liveThroughClaims);
    const { settlements } = await settled(system);
    const sums = settlements
      .filter(({ denial }) => denial === undefined)
      .map(({ totals, interest = 0n, isReversal }) => (isReversal === true ? -totals.paid : totals.paid + interest));
    const relayed = 72n * UNIT;
    const has = (await system.currency.getFunction("balanceOf")(system.clinic)) as bigint;
    expect(sums.reduce((sum, one) => sum + one, relayed)).to.equal(has);
  });

  it("takes back a denial before it tells that the claim was paid after all", async () => {
    const system = await loadFixture(deployInsurance);
    const { proven } = await submit(system, { lines: [[LONG_VISIT, 900]], receipt: { family: 0 } });
    const look = await submit(system);
    const { key } = await stored(system, look.proven, 1);
    const payer = system.claims.connect(system.insurerKey);
    await payer.deny(key, system.terms as never, GROUP.OA, 18, NOTICE);
    await payer.approve(key, system.terms as never);
    const { settlements } = await settled(system);
    expect(proven.claim.lines).to.have.length(1);
    expect(told(settlements)).to.deep.equal(["told 900 160", "told 120 OA 18", "reversal 120 OA 18", "told 120 72"]);
  });

  it("says of a claim that was cut by the annual limit when its denial was overturned that the rest is not covered", async () => {
    const system = await loadFixture(deployInsurer);
    const benefit = packBenefit({
      copay: 0n,
      maximumPerService: 0n,
      annualLimit: 100n * UNIT,
      coinsuranceBasisPoints: 0,
      waitingDays: 0,
      deductibleApplies: false,
      needsAuthorization: false,
    });
    const other = { benefits: [benefit], automaticPaymentCeiling: UNIT };
    const terms = planTerms(system.insurer.address, system.terms.vault, system.terms.feeSchedule, other);
    const payer = system.claims.connect(system.insurerKey);
    await system.plans.connect(system.insurerKey).publish(terms as never);
    await insure(system, system.member, system.subjectTag, terms);
    const first = await submit(system, { terms });
    const { key } = await stored(system, first.proven);
    await payer.deny(key, terms as never, GROUP.CO, 16, NOTICE);
    await time.increase(DAY);
    const second = await submit(system, { terms });
    await payer.approve((await stored(system, second.proven)).key, terms as never);
    await payer.approve(key, terms as never);
    const { settlements, problems } = await settled(system);
    expect(problems).to.deep.equal([]);
    expect(told(settlements)).to.deep.equal(["told 120 CO 16", "told 120 92", "reversal 120 CO 16", "told 120 8"]);
    const last = settlements.at(-1)!;
    expect(amount(last, "PR", "119")).to.equal(84n * UNIT);
    expect(last.totals.memberShare).to.equal(84n * UNIT);
    // What is taken back is what was told.
    expect(settlements[2]!.totals).to.deep.equal(settlements[0]!.totals);
  });

  it("tells of a second payer what the first paid, on the lines", async () => {
    const system = await loadFixture(deployInsurance);
    const { second, terms } = await secondPayer(system);
    const first = await submit(system, { lines: [[LONG_VISIT, 200]] });
    const { id } = await stored(system, first.proven);
    await submit(system, {
      lines: [[LONG_VISIT, 200]],
      receipt: first.proven.claim.receipt,
      claim: { policyId: Number(second), receiptPolicyId: 1, primaryClaim: id },
      terms,
    });
    const { settlements, problems } = await settled(system, terms.payer);
    expect(problems).to.deep.equal([]);
    // 180 are allowed. The first pays 160 of them, the second the 20 that are left, and the member nothing.
    expect(told(settlements)).to.deep.equal(["told 200 20"]);
    expect(settlements[0]).to.include({ payerResponsibility: "S" });
    expect(settlements[0]!.totals.memberShare).to.equal(0n);
    expect(settlements[0]!.lines[0]!.outcome).to.deep.equal(settlements[0]!.totals);
    expect(amount(settlements[0]!, "OA", "23")).to.equal(160n * UNIT);
  });

  it("tells of a claim that is paid after a denial what others paid meanwhile, and that the member owes no more", async () => {
    const system = await loadFixture(deployInsurance);
    const { second, terms } = await secondPayer(system);
    await system.vault.connect(system.insurer).pauseAutomaticPayments();
    const scan = { receipt: { family: IMAGING }, lines: [[SCAN, 400]] } as const;
    const first = await submit(system, scan);
    const { id, key } = await stored(system, first.proven);
    const payer = system.claims.connect(system.insurerKey);
    await payer.deny(key, system.terms as never, GROUP.CO, 16, NOTICE);
    // The second payer asks nothing of the member but the deductible of 100 and a fifth, and pays 240 of 400.
    await submit(system, {
      lines: scan.lines,
      receipt: first.proven.claim.receipt,
      claim: { policyId: Number(second), receiptPolicyId: 1, primaryClaim: id },
      terms,
    });
    await payer.approve(key, system.terms as never);
    const next = await submit(system, { ...scan, receipt: { ...scan.receipt, serviceDay: system.today } });
    await payer.approve((await stored(system, next.proven, 2)).key, system.terms as never);
    const { settlements, problems } = await settled(system);
    expect(problems).to.deep.equal([]);
    // 160 are left to pay, and nothing to the member: all of the deductible is left to the next scan.
    expect(told(settlements)).to.deep.equal(["told 400 CO 16", "reversal 400 CO 16", "told 400 160", "told 400 240"]);
    const paid = settlements[2]!;
    expect(amount(paid, "OA", "23")).to.equal(240n * UNIT);
    expect(paid.totals.memberShare).to.equal(0n);
    expect(amount(settlements[3]!, "PR", "1")).to.equal(100n * UNIT);
  });

  it("says that lines do not sum to what the contract says where claims before are missing", async () => {
    const system = await loadFixture(deployInsurance);
    const scan = { receipt: { family: IMAGING }, lines: [[SCAN, 92]] } as const;
    await submit(system, scan);
    await time.increase(DAY);
    await submit(system, scan);
    const { claims, settlements } = await settled(system);
    expect(settlements).to.have.length(2);
    const { settlements: rest, problems } = settlementsOf(claims.slice(1));
    expect(rest).to.deep.equal([]);
    expect(problems.map(({ error, claimId }) => [error.code, claimId])).to.deep.equal([
      ["REPLAY_DIFFERS", claims[1]!.claimId],
    ]);
  });

  it("says of a claim that a review did not grant that it was reviewed", async () => {
    const system = await loadFixture(deployInsurance);
    const { proven } = await submit(system, {
      receipt: { family: 1 },
      lines: [[{ qualifier: "HC", code: "70553" }, 1_200]],
    });
    const { key } = await stored(system, proven);
    await time.increase(31 * DAY);
    await system.claims.connect(system.stranger).approve(key, system.terms as never);
    await system.claims.connect(system.reviewer).review(key, system.terms as never, false, NOTICE);
    const { settlements } = await settled(system);
    expect(told(settlements)).to.deep.equal(["told 1200 CO 216"]);
  });
});
