import { expect } from "chai";

import { groupSubmissions } from "../../src/claims/submissionGroups.js";

const BLOCK = 30_000_000n;
const claims = (...gas: number[]) => gas.map((of, claim) => ({ claim, planId: "a plan", gas: BigInt(of) }));
const sizes = (...gas: number[]): number[] =>
  groupSubmissions(claims(...gas), BLOCK).map((group) => group.claims.length);

describe("groupSubmissions", () => {
  it("keeps the order, and gives what each takes and the two million that have to be there", () => {
    const [group, ...others] = groupSubmissions(claims(200_000, 300_000), BLOCK);
    expect(others).to.deep.equal([]);
    expect(group!.claims).to.deep.equal([0, 1]);
    // ClaimsProcessor: 2,000,000 × 64 / 63 + 50,000.
    expect(group!.gasLimit).to.equal(500_000n + 2_081_746n);
  });

  it("puts claims of one plan in a group, as submitMany takes them", () => {
    const plans = ["a", "b", "a", "b", "a"];
    const mixed = plans.map((planId, claim) => ({ claim, planId, gas: 1_000n }));
    expect(groupSubmissions(mixed, BLOCK).map((group) => group.claims)).to.deep.equal([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  it("puts at most twenty in one", () => {
    expect(sizes(...Array<number>(41).fill(1_000))).to.deep.equal([20, 20, 1]);
  });

  it("stays below the gas of a transaction (EIP-7825), and of a block", () => {
    const many = claims(...Array<number>(20).fill(1_900_000));
    const groups = groupSubmissions(many, BLOCK);
    expect(groups.map((group) => group.claims.length)).to.deep.equal([7, 7, 6]);
    for (const { gasLimit } of groups) expect(gasLimit! <= 16_777_216n).to.equal(true);
    expect(groupSubmissions(many, 6_000_000n).map((group) => group.claims.length)).to.deep.equal(Array(10).fill(2));
  });

  it("sends alone, without a limit of its own, what submitMany gives too little gas", () => {
    const groups = groupSubmissions(claims(1_000, 2_000_000, 1_000, 1_000), BLOCK);
    expect(groups.map((group) => group.claims)).to.deep.equal([[0], [1], [2, 3]]);
    expect(groups.map(({ gasLimit }) => gasLimit !== undefined)).to.deep.equal([false, false, true]);
    expect(groupSubmissions([], BLOCK)).to.deep.equal([]);
  });
});
