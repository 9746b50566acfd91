import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import type { ClaimHistory } from "../../src/claims/claimHistory.js";
import { type OpenClaim, openClaim } from "../../src/claims/openClaim.js";
import { readClaims } from "../../src/claims/readClaims.js";
import type { ClaimStatus } from "../../src/claims/statuses.js";
import { planTerms, UNIT } from "../support/claimsParties";
import { liveThroughClaims } from "../support/claimsLife";
import { DAY } from "../support/policies";

const ADDRESS = "0x00000000000000000000000000000000000000A1";
const DEADLINE = 1_000_000 + 30 * DAY;
const TERMS = planTerms(ADDRESS, ADDRESS, `0x${"11".repeat(32)}`);

/** What a claim of 880 (the ceiling is 500), or of another amount, waits for. */
function waiting(status: ClaimStatus, now: number, other: Partial<ClaimHistory["state"]> = {}): OpenClaim | undefined {
  const amount = 880n * UNIT;
  const none = { contractual: 0n, notCovered: 0n, deductible: 0n, copay: 0n, coinsurance: 0n, priorPayer: 0n };
  const totals = { billed: amount, allowed: amount, paid: amount, ...none };
  const state = { status, receivedAt: 1_000_000, totals, amount, interest: 0n, deadline: DEADLINE, level: 0, ...other };
  const policy = { policyId: 1n, member: ADDRESS, planId: `0x${"22".repeat(32)}`, terms: TERMS };
  return openClaim({ state, policy }, now);
}

const steps = (open: OpenClaim | undefined): string[] | undefined =>
  open?.next.map(({ step, by, to, from, until }) =>
    `${step} ${by} ${to.join("|")} ${from ?? ""} ${until ?? ""}`.trim(),
  );

describe("openClaim", () => {
  it("leaves what is pended to the payer, and after the deadline to anyone", () => {
    const payers = ["approve payer Paid", "deny payer Denied"];
    const inTime = waiting("Pended", DEADLINE);
    expect(inTime).to.include({ awaits: "decision", overdue: 0, interest: 0n });
    expect(steps(inTime)).to.deep.equal([...payers, `approve anyone InReview ${DEADLINE + 1}`]);
    expect(steps(waiting("Pended", DEADLINE, { amount: 500n * UNIT }))).to.deep.equal([
      ...payers,
      `approve anyone Paid ${DEADLINE + 1}`,
    ]);
    const late = waiting("Pended", DEADLINE + 5);
    expect(late).to.include({ overdue: 5 });
    expect(steps(late)).to.deep.equal([...payers, "approve anyone InReview"]);
    // 12 % a year of 880, a day: 0.28931506….
    expect(late!.interest).to.equal(289_316n);
  });

  it("leaves what is above the ceiling to a reviewer, and the payer", () => {
    for (const status of ["InReview", "Appealed"] as const) {
      const open = waiting(status, DEADLINE + DAY);
      expect(open).to.include({ awaits: "review", overdue: DAY });
      expect(steps(open), status).to.deep.equal(["review reviewer Paid|Upheld", "approve payer Paid"]);
    }
    expect(steps(waiting("Appealed", DEADLINE + DAY, { amount: 500n * UNIT }))).to.deep.equal([
      "review reviewer Paid|Upheld",
      "approve payer Paid",
      "approve anyone Paid",
    ]);
  });

  it("leaves an appeal for want of cover to a reviewer, and the payer, up to the ceiling too", () => {
    for (const reasonCode of [26, 27]) {
      const denial = { group: "PR", reasonCode, notice: `0x${"00".repeat(32)}` } as const;
      const open = waiting("Appealed", DEADLINE + DAY, { amount: 500n * UNIT, denial });
      expect(steps(open)).to.deep.equal(["review reviewer Paid|Upheld", "approve payer Paid"]);
    }
  });

  it("lets a denial be appealed twice, until the last second before the deadline", () => {
    for (const [status, level] of [
      ["Denied", 0],
      ["Upheld", 1],
    ] as const) {
      const open = waiting(status, DEADLINE - 1, { level });
      expect(open).to.include({ awaits: "appeal", overdue: 0 });
      expect(steps(open)).to.deep.equal([`appeal party Appealed  ${DEADLINE - 1}`, "approve payer Paid"]);
    }
    expect(waiting("Denied", DEADLINE)).to.equal(undefined);
    expect(waiting("Upheld", DEADLINE - 1, { level: 2 })).to.equal(undefined);
  });

  it("has nothing to do for what is paid or voided", () => {
    expect([waiting("Paid", DEADLINE), waiting("Voided", DEADLINE)]).to.deep.equal([undefined, undefined]);
  });

  it("says to the second when the contract lets anyone approve", async () => {
    const system = await loadFixture(liveThroughClaims);
    const { claims, stranger, stored, terms } = system;
    const found = await readClaims({ provider: ethers.provider, contract: await claims.getAddress() });
    const claim = found.claims.find(({ claimId }) => claimId === stored.lookAlike.id)!;
    const at = (now: number): boolean =>
      openClaim(claim, now)!.next.some(({ by, from }) => by === "anyone" && from === undefined);
    const deadline = claim.state.deadline!;
    expect([at(deadline), at(deadline + 1), at(await time.latest())]).to.deep.equal([false, true, true]);
    await expect(claims.connect(stranger).approve(stored.lookAlike.key, terms as never)).to.emit(claims, "ClaimPaid");
  });
});
