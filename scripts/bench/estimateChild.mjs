/**
 * Estimates claims with the built package, as its users run it, and sends how many a second it did to the parent. The claims are
 * the same in every run, and differ: 1 to 10 lines, of eight families, at every degree of what was used of the limits.
 */
import { adjudicate, packBenefit } from "../../dist/esm/claims/index.js";

const CLAIMS = 50_000;
const RUNS = 3;
const UNIT = 1_000_000;

/** A multiplicative congruential generator (Lehmer, 48271 modulo 2^31 - 1): the same numbers in every run. */
let state = 20_261_126;
function draw(below) {
  state = (state * 48_271) % 2_147_483_647;
  return state % below;
}

const amount = (below) => BigInt(draw(below) * UNIT + draw(UNIT));

const benefits = Array.from({ length: 8 }, (_, family) =>
  packBenefit({
    copay: family % 2 === 0 ? amount(40) : 0n,
    maximumPerService: family % 3 === 0 ? 0n : amount(900) + 100n,
    annualLimit: family % 4 === 0 ? 0n : 5_000n * BigInt(UNIT),
    coinsuranceBasisPoints: family * 700,
    waitingDays: 0,
    deductibleApplies: family % 2 === 1,
    needsAuthorization: false,
  }),
);
const terms = { deductible: 500n * BigInt(UNIT), outOfPocketMaximum: 3_000n * BigInt(UNIT), benefits };
const claims = Array.from({ length: CLAIMS }, () => ({
  terms,
  family: draw(8),
  accumulators: { deductibleMet: amount(500), outOfPocket: amount(3_000), benefitUse: amount(5_000) },
  lines: Array.from({ length: 1 + draw(10) }, () => ({
    billed: amount(1_500),
    fee: amount(1_000),
    units: BigInt(1 + draw(3)),
  })),
  primaryPaid: draw(5) === 0 ? amount(800) : 0n,
}));

let [billed, accounted] = [0n, 0n];
const rates = [];
for (let run = 0; run < RUNS; run++) {
  const start = performance.now();
  for (const claim of claims) {
    const { totals } = adjudicate(claim);
    billed += totals.billed;
    accounted += totals.paid;
    for (const adjustment of totals.adjustments) accounted += adjustment.amount;
  }
  rates.push(CLAIMS / ((performance.now() - start) / 1000));
}
if (billed !== accounted) throw new Error("the parts of the claims do not sum to what was billed");
rates.sort((a, b) => a - b);
process.send({
  claims: CLAIMS,
  lines: claims.reduce((sum, { lines }) => sum + lines.length, 0),
  claimsPerSecond: rates[1],
});
process.disconnect();
