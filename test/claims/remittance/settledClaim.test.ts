import { expect } from "chai";

import {
  claimIdOfControlNumber,
  figuresOf,
  type Outcome,
  payerControlNumber,
  type SettledClaim,
} from "../../../src/claims/index.js";
import { refusal } from "../../support/refusal";
import { CLAIM_ID, DOLLAR, paidClaim } from "./settlements";

const LARGEST_ID = `0x${"f".repeat(64)}`;

/** 2^256 - 1 to the base 36. */
const LARGEST_NUMBER = "6DP5QCB22IM238NR3WVP0IC7Q99W035JMY2IW7I6N43D37JTOF";

describe("payer control numbers", () => {
  it("are claim ids to the base 36, in 50 digits and capital letters", () => {
    expect(payerControlNumber(CLAIM_ID)).to.equal(`${"0".repeat(48)}16`);
    expect(payerControlNumber(LARGEST_ID)).to.equal(LARGEST_NUMBER);
  });

  it("give the claim's id back, in small letters too", () => {
    expect(claimIdOfControlNumber(`${"0".repeat(48)}16`)).to.equal(CLAIM_ID);
    expect(claimIdOfControlNumber(LARGEST_NUMBER.toLowerCase())).to.equal(LARGEST_ID);
  });

  for (const [name, text] of [
    ["is longer", `0${LARGEST_NUMBER}`],
    ["is shorter", LARGEST_NUMBER.slice(1)],
    ["is above the largest id", `${LARGEST_NUMBER.slice(0, -1)}G`],
    ["has other characters", `${LARGEST_NUMBER.slice(0, -1)}-`],
  ] as const) {
    it(`refuse what ${name}`, async () => {
      expect(await refusal(() => claimIdOfControlNumber(text))).to.include({ code: "CONTROL_NUMBER_INVALID" });
    });
  }

  it("refuse what is no claim id", async () => {
    expect(await refusal(() => payerControlNumber("0x2a"))).to.deep.equal({ code: "HEX_INVALID", path: "claimId" });
  });
});

describe("the figures of a settled claim", () => {
  it("are those of the plan's rules where it is paid", () => {
    const { lines, ...whole } = figuresOf(paidClaim({ interest: 5n }));
    expect(whole).to.deep.equal({
      billed: 183_330_000n,
      allowed: 153_330_000n,
      paid: 50_664_000n,
      adjustments: [],
      memberShare: 102_666_000n,
      interest: 5n,
    });
    expect(lines.map(({ billed, allowed, paid }) => [billed, allowed, paid])).to.deep.equal([
      [150_000_000n, 120_000_000n, 32_000_000n],
      [33_330_000n, 33_330_000n, 18_664_000n],
    ]);
    expect(lines[1]!.adjustments).to.deep.equal([
      { group: "PR", reason: "2", amount: 4_666_000n },
      { group: "PR", reason: "3", amount: 10_000_000n },
    ]);
  });

  it("have all that was billed under the denial's reason where it is denied", () => {
    const { lines, ...whole } = figuresOf(paidClaim({ denial: { group: "PR", reason: "204" } }));
    expect(whole).to.deep.equal({
      billed: 183_330_000n,
      paid: 0n,
      adjustments: [],
      memberShare: 183_330_000n,
      interest: 0n,
    });
    expect(lines).to.deep.equal([
      { billed: 150_000_000n, paid: 0n, adjustments: [{ group: "PR", reason: "204", amount: 150_000_000n }] },
      { billed: 33_330_000n, paid: 0n, adjustments: [{ group: "PR", reason: "204", amount: 33_330_000n }] },
    ]);
  });

  it("are negative in a reversal, and with the claim's sum to nothing", () => {
    const [paid, reversed] = [figuresOf(paidClaim()), figuresOf(paidClaim({ isReversal: true }))];
    expect(reversed.memberShare).to.equal(-102_666_000n);
    for (const name of ["billed", "paid", "memberShare"] as const) expect(paid[name] + reversed[name]).to.equal(0n);
    expect(reversed.lines.map((line) => line.adjustments.map(({ amount }) => amount))).to.deep.equal(
      paid.lines.map((line) => line.adjustments.map(({ amount }) => -amount)),
    );
  });

  it("have as the claim's what the lines do not have, and as negative what only the lines have", () => {
    const { totals } = paidClaim();
    // 3 less are paid, and 2 less of the deductible, than the lines say.
    const adjustments = totals.adjustments.map((one) =>
      one.reason === "1" ? { ...one, amount: one.amount - 2n * DOLLAR } : one,
    );
    const cut: Outcome = {
      ...totals,
      paid: totals.paid - 3n * DOLLAR,
      memberShare: totals.memberShare - 2n * DOLLAR,
      adjustments: [...adjustments, { group: "OA", reason: "23", amount: 5n * DOLLAR }],
    };
    expect(figuresOf(paidClaim({ totals: cut })).adjustments).to.deep.equal([
      { group: "PR", reason: "1", amount: -2n * DOLLAR },
      { group: "OA", reason: "23", amount: 5n * DOLLAR },
    ]);
  });

  const { totals, lines } = paidClaim();
  const line = lines[0]!;
  const refused: [name: string, given: Partial<SettledClaim>, code: string, path: string][] = [
    ["an id that is none", { claimId: "0x00" }, "HEX_INVALID", "claimId"],
    ["a negative policy", { policyId: -1 }, "SETTLEMENT_INVALID", "policyId"],
    ["half a day", { serviceDay: 0.5 }, "SETTLEMENT_INVALID", "serviceDay"],
    ["a day of the year 10000", { serviceDay: 2_932_897 }, "SETTLEMENT_INVALID", "serviceDay"],
    ["milliseconds", { settledAt: 1_773_144_000_000 }, "SETTLEMENT_INVALID", "settledAt"],
    ["a claim without lines", { lines: [] }, "SETTLEMENT_INVALID", "lines"],
    ["another group", { denial: { group: "CR", reason: "29" } }, "SETTLEMENT_INVALID", "denial.group"],
    ["a reason that is none", { denial: { group: "CO", reason: "CO 29" } }, "SETTLEMENT_INVALID", "denial.reason"],
    ["negative interest", { interest: -1n }, "SETTLEMENT_INVALID", "interest"],
    ["interest of a reversal", { interest: 1n, isReversal: true }, "SETTLEMENT_INVALID", "interest"],
    ["interest of a denial", { interest: 1n, denial: { group: "CO", reason: "29" } }, "SETTLEMENT_INVALID", "interest"],
    [
      "a line that does not add up",
      { lines: [{ ...line, outcome: { ...line.outcome, paid: 1n } }, lines[1]!] },
      "SETTLEMENT_UNBALANCED",
      "lines[0].outcome.billed",
    ],
    ["totals with a negative amount", { totals: { ...totals, paid: -1n } }, "SETTLEMENT_INVALID", "totals"],
    [
      "a member's share that is not group PR",
      { totals: { ...totals, memberShare: 0n } },
      "SETTLEMENT_UNBALANCED",
      "totals.memberShare",
    ],
    ["lines that are billed at something else", { lines: [line] }, "SETTLEMENT_UNBALANCED", "totals.billed"],
  ];
  for (const [name, given, code, path] of refused) {
    it(`refuse ${name}`, async () => {
      expect(await refusal(() => figuresOf(paidClaim(given)))).to.deep.equal({ code, path });
    });
  }
});
