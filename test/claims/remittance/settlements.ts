/** Settled claims for tests. Payers, providers and claims are invented. */
import { adjudicate, type ClaimToAdjudicate, type Remittance, type SettledClaim } from "../../../src/claims/index.js";
import { benefitWord } from "../../support/adjudications";

/** Unix seconds of 2026-03-10T12:00:00Z. */
export const SETTLED_AT = 1_773_144_000;

/** 2026-03-02 as days since 1970. */
export const SERVICE_DAY = 20_514;

export const CLAIM_ID = `0x${"00".repeat(31)}2a`;

/** One dollar in token units. */
export const DOLLAR = 1_000_000n;

/** A plan with a deductible of 50.00, a copay of 10.00 and a coinsurance of a fifth; 100.00 a service. */
export const TERMS = {
  deductible: 50n * DOLLAR,
  outOfPocketMaximum: 0n,
  benefits: [
    benefitWord({
      copay: 10n * DOLLAR,
      maximumPerService: 100n * DOLLAR,
      coinsuranceBasisPoints: 2000,
      deductibleApplies: true,
    }),
  ],
};

/**
 * A paid claim of two lines. By hand: line 1 is billed at 150, 120 are allowed, 100 covered; 50 deductible, 10 copay, a fifth of 40 is 8; 32
 * are paid. Line 2 is billed at 33.33 and allowed whole; 10 copay, a fifth of 23.33 is 4.666; 18.664 are paid.
 */
export function paidClaim(given: Partial<SettledClaim> = {}, more: Partial<ClaimToAdjudicate> = {}): SettledClaim {
  const { lines, totals } = adjudicate({
    terms: TERMS,
    family: 0,
    lines: [
      { billed: 150n * DOLLAR, fee: 120n * DOLLAR, units: 1n },
      { billed: 33_330_000n, fee: 20n * DOLLAR, units: 2n },
    ],
    ...more,
  });
  return {
    claimId: CLAIM_ID,
    policyId: 7,
    patientControlNumber: "VISIT-1",
    provider: { npi: "1234567893" },
    serviceDay: SERVICE_DAY,
    settledAt: SETTLED_AT,
    lines: lines.map((outcome, i) => ({
      procedure: { qualifier: "HC", code: ["99213", "87070"][i % 2]!, modifiers: i === 0 ? ["25"] : [] },
      units: i + 1,
      outcome,
    })),
    totals,
    ...given,
  };
}

/** A remittance of March 2026. */
export function remittance(claims: readonly SettledClaim[], given: Partial<Remittance> = {}): Remittance {
  return {
    payer: { name: "TEST PAYER", id: "1999999999" },
    payee: { name: "TEST CLINIC", npi: "1234567893" },
    period: { from: "2026-03-01", to: "2026-03-31" },
    traceNumber: "TRACE1",
    claims,
    ...given,
  };
}

export const INTERCHANGE = {
  sender: { qualifier: "ZZ", id: "PAYER" },
  receiver: { qualifier: "ZZ", id: "CLINIC" },
  time: new Date("2026-04-01T08:00:00Z"),
  controlNumber: 9,
  lineBreak: "\n",
} as const;
