import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { interestOn } from "../../src/claims/interest.js";
import { deployInsurance, IMAGING, type Insurance, SCAN, UNIT } from "../support/claimsParties";
import { prepare, type Stored } from "../support/claimsLife";
import { DAY } from "../support/policies";

interface Pended extends Insurance {
  stored: Stored;
  receivedAt: number;
}

/** A scan of 1,199.37, of which the plan owes 879.496, above the ceiling. */
async function deployPended(): Promise<Pended> {
  const system = await loadFixture(deployInsurance);
  const stored = await prepare(system, { receipt: { family: IMAGING }, lines: [[SCAN, 1_199.37]] });
  await system.claims.connect(system.clinicKey).submit(stored.proven as never, stored.proven.terms as never);
  return { ...system, stored, receivedAt: await time.latest() };
}

describe("interestOn", () => {
  it("is what the contract pays, to the second and the unit", async () => {
    const { receivedAt, stored, claims, terms, insurerKey, clinic } = await loadFixture(deployPended);
    const amount = (await claims.claimOf(stored.id)).claim.amount;
    // 100 of deductible, a fifth of the rest.
    expect(amount).to.equal(879_496_000n);
    let paid = 0;
    for (const late of [-DAY, 0, 1, DAY, DAY + 1, 10 * DAY - 1, 300 * DAY + 7]) {
      const system = await loadFixture(deployPended);
      const at = system.receivedAt + 30 * DAY + late;
      await time.setNextBlockTimestamp(at);
      const interest = interestOn(amount, terms, receivedAt, at);
      await expect(system.claims.connect(insurerKey).approve(stored.key, terms as never), `${late}`)
        .to.emit(claims, "ClaimPaid")
        .withArgs(stored.id, clinic.address, amount, interest, 100n * UNIT, 319_874_000n);
      if (interest > 0n) paid++;
    }
    expect(paid).to.equal(5);
  });

  it("rounds up, for each day begun", () => {
    const terms = { promptPaymentDays: 30, interestBasisPoints: 1_200 };
    const at = (seconds: number): bigint => interestOn(1_000n * UNIT, terms, 1_000, 1_000 + 30 * DAY + seconds);
    // 12 % of 1,000 are 120 a year: 0.328767123… a day.
    expect([at(0), at(1), at(DAY), at(DAY + 1)]).to.deep.equal([0n, 328_768n, 328_768n, 657_535n]);
    expect(interestOn(1n, terms, 0, 31 * DAY)).to.equal(1n);
    expect(interestOn(1_000n, { ...terms, interestBasisPoints: 0 }, 0, 400 * DAY)).to.equal(0n);
  });
});
