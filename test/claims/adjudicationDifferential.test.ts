/**
 * The package's adjudication against the contracts' library, over plans and claims drawn at random. The seed is in the test's name;
 * `ADJUDICATION_SEED=<number>` draws others.
 */
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";

import { adjudicate, type ClaimToAdjudicate, type PricedLine } from "../../src/claims/adjudicate.js";
import {
  type AdjudicationMembers,
  benefitWord,
  deployAdjudication,
  membersOf,
  type OutcomeMembers,
} from "../support/adjudications";
import { startAnvil } from "../support/nodes";

const CLAIMS = 10_000;
const CLAIMS_A_CALL = 50;
const LEAST_OF_EACH = 20;
const SEED = Number(process.env.ADJUDICATION_SEED ?? 20261126);

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws a claim whose amounts are of one size, so that limits are met, and some of whose limits are not there. */
class Draw {
  private readonly random = generator(SEED);

  claim(): ClaimToAdjudicate {
    const size = this.pick([20, 10_000, 500_000_000, 2 ** 41]);
    const amount = (times: number): bigint => BigInt(Math.floor(this.random() * size * times));
    const maybe = (times: number): bigint => (this.random() < 0.5 ? amount(times) + 1n : 0n);
    const family = this.below(3);
    const deductible = this.random() < 0.2 ? 0n : amount(3);
    const outOfPocketMaximum = maybe(4);
    const annualLimit = maybe(6);
    const word = benefitWord({
      copay: this.random() < 0.5 ? amount(0.3) : 0n,
      maximumPerService: maybe(1),
      annualLimit,
      coinsuranceBasisPoints: this.pick([0, 10_000, this.below(10_001), this.below(10_001)]),
      waitingDays: this.below(400),
      deductibleApplies: this.random() < 0.6,
      needsAuthorization: this.random() < 0.5,
    });
    // The other families' words must make no difference.
    const benefits = [0, 1, 2].map((i) => (i === family ? word : benefitWord({ copay: amount(1) })));
    const used = (limit: bigint, without: bigint): bigint =>
      limit === 0n ? without : this.pick([0n, limit, (limit * BigInt(this.below(1001))) / 1000n]);
    return {
      terms: { deductible, outOfPocketMaximum, benefits },
      family,
      accumulators: {
        deductibleMet: used(deductible, 0n),
        outOfPocket: used(outOfPocketMaximum, amount(5)),
        benefitUse: used(annualLimit, amount(5)),
      },
      lines: Array.from({ length: this.pick([1, 1, 1, 2, 4]) }, () => this.line(amount)),
      ...(this.random() < 0.4 ? { primaryPaid: amount(3) } : {}),
    };
  }

  private line(amount: (times: number) => bigint): PricedLine {
    const billed = this.random() < 0.05 ? 0n : amount(1);
    const units = BigInt(this.pick([1, 1, 1, 0, 2, 7]));
    // At the fee exactly, or about it.
    const fee = this.random() < 0.3 && units === 1n ? billed : amount(1.2);
    return { billed, fee, units };
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  private below(end: number): number {
    return Math.floor(this.random() * end);
  }
}

/** Counts what was met, by name. */
class Tally {
  readonly counts: Record<string, number> = {};

  count(name: string, met = true): void {
    this.counts[name] = (this.counts[name] ?? 0) + (met ? 1 : 0);
  }
}

/** All members by name. */
function textOf({ lines, total, accumulators }: AdjudicationMembers): string {
  return [...lines, total, accumulators].map(membersText).join("\n");
}

function membersText(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

/** The sum of outcomes, member by member. */
function sumOf(outcomes: readonly OutcomeMembers[]): OutcomeMembers {
  const sum = membersOf({ billed: 0n, allowed: 0n, paid: 0n, memberShare: 0n, adjustments: [] });
  for (const outcome of outcomes) {
    for (const name of Object.keys(sum) as (keyof OutcomeMembers)[]) sum[name] += outcome[name];
  }
  return sum;
}

describe("adjudicate and the contracts' library", function () {
  // For machines that do much else at once.
  this.timeout(180_000);
  let anvil: Awaited<ReturnType<typeof startAnvil>>;
  let provider: JsonRpcProvider;

  // Not in Hardhat's own network, which keeps a trace of every step and so takes ten times as long.
  before(async () => {
    anvil = await startAnvil();
    provider = new JsonRpcProvider(anvil.url, undefined, { staticNetwork: true });
  });

  after(async () => {
    provider.destroy();
    await anvil.stop();
  });

  it(`agree on ${CLAIMS} claims of seed ${SEED}, member by member, and each reason is met`, async () => {
    const { adjudicateByContract } = await deployAdjudication(await provider.getSigner(0));
    const draw = new Draw();
    const tally = new Tally();
    for (let done = 0; done < CLAIMS; done += CLAIMS_A_CALL) {
      const claims = Array.from({ length: CLAIMS_A_CALL }, () => draw.claim());
      const byContract = await adjudicateByContract(claims);
      for (const [i, claim] of claims.entries()) {
        const { lines: coordinated, totals, accumulators } = adjudicate(claim);
        // The library's lines are what they would be without payers before.
        const { lines } = adjudicate({ ...claim, primaryPaid: 0n });
        const found = { lines: lines.map(membersOf), total: membersOf(totals), accumulators };
        // Compared as text: chai's deep equality takes ten times as long as everything else here.
        expect(textOf(found), `claim ${done + i}`).to.equal(textOf(byContract[i]!));

        const sum = sumOf(coordinated.map(membersOf));
        expect(membersText(sum), `lines of claim ${done + i}`).to.equal(membersText(found.total));
        for (const { group, reason } of [...lines, totals].flatMap(({ adjustments }) => adjustments)) {
          tally.count(`${group} ${reason}`);
        }
        const before = claim.accumulators!;
        const { deductible, outOfPocketMaximum } = claim.terms;
        tally.count("deductible met", before.deductibleMet < deductible && accumulators.deductibleMet === deductible);
        tally.count(
          "out-of-pocket maximum met",
          before.outOfPocket < outOfPocketMaximum && accumulators.outOfPocket === outOfPocketMaximum,
        );
        tally.count(
          "paid in part",
          lines.some(({ paid, allowed }) => paid > 0n && paid < allowed),
        );
      }
    }
    expect(Object.keys(tally.counts)).to.have.members([
      ...["CO 45", "PR 1", "PR 2", "PR 3", "PR 119", "OA 23"],
      ...["deductible met", "out-of-pocket maximum met", "paid in part"],
    ]);
    for (const [name, count] of Object.entries(tally.counts)) expect(count, name).to.be.at.least(LEAST_OF_EACH);
  });
});
