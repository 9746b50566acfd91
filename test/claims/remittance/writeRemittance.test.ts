import { expect } from "chai";
import fc from "fast-check";

import {
  adjudicate,
  ADJUSTMENTS,
  formatTokenUnits,
  payerControlNumber,
  readX12,
  type Remittance,
  type SettledClaim,
  writeRemittance,
  type X12Reading,
} from "../../../src/claims/index.js";
import { benefitWord } from "../../support/adjudications";
import { refusal } from "../../support/refusal";
import { DOLLAR, INTERCHANGE, paidClaim, remittance, SETTLED_AT, TERMS } from "./settlements";

/** The payer's number of the claim 42: 16 to the base 36, in 50 digits. */
const CONTROL_NUMBER = `${"0".repeat(48)}16`;

const HEAD = [
  "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260401*0800*^*00501*000000009*0*P*:~",
  "GS*HP*PAYER*CLINIC*20260401*0800*1*X*005010X221A1~",
  "ST*835*0001~",
];

function lines(text: string): string[] {
  return text.trimEnd().split("\n");
}

/** The segments of a claim that was paid, and the payment's own. */
function written(claims: readonly SettledClaim[], given: Partial<Remittance> = {}): string[] {
  return lines(writeRemittance(remittance(claims, given), INTERCHANGE));
}

async function read(claims: readonly SettledClaim[], given: Partial<Remittance> = {}): Promise<X12Reading> {
  return readX12([writeRemittance(remittance(claims, given), INTERCHANGE)]);
}

describe("writing a remittance", () => {
  it("writes a paid claim with its lines, adjustments, allowed amounts and interest", () => {
    expect(written([paidClaim({ interest: 1_500_000n })])).to.deep.equal([
      ...HEAD,
      "BPR*I*52.164*C*NON************20260331~",
      "TRN*1*TRACE1*1999999999~",
      "DTM*405*20260331~",
      "N1*PR*TEST PAYER~",
      "N1*PE*TEST CLINIC*XX*1234567893~",
      "LX*1~",
      `CLP*VISIT-1*1*183.33*50.664*102.666*15*${CONTROL_NUMBER}~`,
      "NM1*QC*1******MI*07~",
      "DTM*232*20260302~",
      "AMT*I*1.5~",
      "SVC*HC:99213:25*150*32**1~",
      "CAS*CO*45*30~",
      "CAS*PR*1*50**2*8**3*10**119*20~",
      "AMT*B6*120~",
      "SVC*HC:87070*33.33*18.664**2~",
      "CAS*PR*2*4.666**3*10~",
      "AMT*B6*33.33~",
      `PLB*1234567893*20261231*L6:${CONTROL_NUMBER}*-1.5~`,
      "SE*20*0001~",
      "GE*1*1~",
      "IEA*1*000000009~",
    ]);
  });

  it("writes a denied claim with status 4, all of it under the reason of the denial, and no payment", () => {
    const segments = written([paidClaim({ denial: { group: "CO", reason: "29" } })]);
    expect(segments[3]).to.equal("BPR*H*0*C*NON************20260331~");
    expect(segments.slice(9, -3)).to.deep.equal([
      `CLP*VISIT-1*4*183.33*0**15*${CONTROL_NUMBER}~`,
      "NM1*QC*1******MI*07~",
      "DTM*232*20260302~",
      "SVC*HC:99213:25*150*0**1~",
      "CAS*CO*29*150~",
      "SVC*HC:87070*33.33*0**2~",
      "CAS*CO*29*33.33~",
    ]);
  });

  it("says what the member owes of a denied claim whose reason is of group PR", async () => {
    const { payments } = await read([paidClaim({ denial: { group: "PR", reason: "27" } })]);
    expect(payments[0]!.claims[0]).to.include({ status: "4", paid: "0.00", patientResponsibility: "183.33" });
  });

  it("writes a reversal with status 22 and negative amounts, which the money that came back balances", () => {
    const segments = written([paidClaim({ isReversal: true })]);
    expect(segments[3]).to.equal("BPR*H*0*C*NON************20260331~");
    expect(segments.slice(9, -3)).to.deep.equal([
      `CLP*VISIT-1*22*-183.33*-50.664**15*${CONTROL_NUMBER}~`,
      "NM1*QC*1******MI*07~",
      "DTM*232*20260302~",
      "SVC*HC:99213:25*-150*-32**1~",
      "CAS*CO*45*-30~",
      "CAS*PR*1*-50**2*-8**3*-10**119*-20~",
      "SVC*HC:87070*-33.33*-18.664**2~",
      "CAS*PR*2*-4.666**3*-10~",
      `PLB*1234567893*20261231*72:${CONTROL_NUMBER}*-50.664~`,
    ]);
  });

  it("writes the reversal of a denial, which no money came back for", async () => {
    const denial = { group: "CO", reason: "197" };
    const { summary, payments } = await read([paidClaim({ denial, isReversal: true }), paidClaim()]);
    expect(summary).to.include({ totalCharge: "0.00", totalPaid: "50.664", balanced: true });
    expect(payments[0]!.claims.map(({ status, charge }) => [status, charge])).to.deep.equal([
      ["22", "-183.33"],
      ["1", "183.33"],
    ]);
    expect(payments[0]!.providerAdjustments).to.deep.equal([]);
  });

  it("writes what a payer before paid on the lines, and what is left to the member", async () => {
    // 100 billed, 90 allowed, a tenth is 9; the first payer paid 70: of the 81 that the plan would pay 20 are left, and of the 9 nothing.
    const { lines: outcomes, totals } = adjudicate({
      terms: { ...TERMS, deductible: 0n, benefits: [benefitWord({ coinsuranceBasisPoints: 1000 })] },
      family: 0,
      lines: [{ billed: 100n * DOLLAR, fee: 90n * DOLLAR, units: 1n }],
      primaryPaid: 70n * DOLLAR,
    });
    const procedure = { qualifier: "AD", code: "D0120", modifiers: [] };
    const claim = paidClaim({
      payerResponsibility: "S",
      lines: outcomes.map((outcome) => ({ procedure, units: 1, outcome })),
      totals,
    });
    expect(written([claim]).slice(9, -3)).to.deep.equal([
      `CLP*VISIT-1*2*100*20**15*${CONTROL_NUMBER}~`,
      "NM1*QC*1******MI*07~",
      "DTM*232*20260302~",
      "SVC*AD:D0120*100*20**1~",
      "CAS*CO*45*10~",
      "CAS*OA*23*70~",
      "AMT*B6*90~",
    ]);
    const { summary, payments } = await read([claim]);
    expect(summary).to.include({ balanced: true, totalPaid: "20.00" });
    expect(payments[0]!.claims[0]).to.include({ status: "2", patientResponsibility: "0.00" });
  });

  it("writes what only the claim has as its own adjustments, negative where only its lines have it", async () => {
    const { totals } = paidClaim();
    const adjustments = totals.adjustments.map((one) =>
      one.reason === "3" ? { ...one, amount: one.amount - 5n * DOLLAR } : one,
    );
    // 40 less are paid, and 5 less of the copays, than the lines say.
    const claim = paidClaim({
      totals: {
        ...totals,
        paid: totals.paid - 40n * DOLLAR,
        memberShare: totals.memberShare - 5n * DOLLAR,
        adjustments: [...adjustments, { ...ADJUSTMENTS.priorPayer, amount: 45n * DOLLAR }],
      },
    });
    expect(written([claim]).slice(9, 13)).to.deep.equal([
      `CLP*VISIT-1*1*183.33*10.664*97.666*15*${CONTROL_NUMBER}~`,
      "CAS*PR*3*-5~",
      "CAS*OA*23*45~",
      "NM1*QC*1******MI*07~",
    ]);
    expect((await read([claim])).summary).to.include({ balanced: true, totalPaid: "10.664" });
  });

  it("writes addresses, the contact, the payee's tax number and another currency where they are given", () => {
    const address = { lines: ["1 TEST STREET", "FLOOR 2"], city: "TEST TOWN", state: "MD", postalCode: "20705" };
    const segments = written([], {
      payer: {
        name: "TEST PAYER",
        id: "1999999999",
        address,
        contact: { name: "HELP", phone: "5550100", email: "a@example.org" },
      },
      payee: { name: "TEST CLINIC", npi: "1234567893", taxId: "123456789", address },
      currency: "EUR",
      method: "CHK",
    });
    expect(segments.slice(3, -3)).to.deep.equal([
      "BPR*H*0*C*NON************20260331~",
      "TRN*1*TRACE1*1999999999~",
      "CUR*PR*EUR~",
      "DTM*405*20260331~",
      "N1*PR*TEST PAYER~",
      "N3*1 TEST STREET*FLOOR 2~",
      "N4*TEST TOWN*MD*20705~",
      "PER*BL*HELP*TE*5550100*EM*a@example.org~",
      "N1*PE*TEST CLINIC*XX*1234567893~",
      "N3*1 TEST STREET*FLOOR 2~",
      "N4*TEST TOWN*MD*20705~",
      "REF*TJ*123456789~",
    ]);
  });

  it("writes the method that is given where there is a payment, and a payee by its tax number alone", () => {
    const provider = { taxId: "123456789" };
    const segments = written([paidClaim({ provider, interest: DOLLAR })], {
      payee: { name: "TEST CLINIC", ...provider },
      method: "CHK",
    });
    expect(segments[3]).to.equal("BPR*I*51.664*C*CHK************20260331~");
    expect(segments).to.include("N1*PE*TEST CLINIC*FI*123456789~");
    expect(segments.at(-4)).to.match(/^PLB\*123456789\*/);
  });

  it("puts six adjustments into a PLB, and the rest into the next", async () => {
    const claims = Array.from({ length: 7 }, (_, i) =>
      paidClaim({ claimId: `0x${String(i + 1).padStart(64, "0")}`, interest: BigInt(i + 1) }),
    );
    expect(written(claims).filter((segment) => segment.startsWith("PLB"))).to.have.length(2);
    const { payments } = await read(claims);
    expect(payments[0]!.providerAdjustments.map(({ reason, amount }) => `${reason} ${amount}`)).to.deep.equal(
      ["1", "2", "3", "4", "5", "6", "7"].map((units) => `L6 -0.00000${units}`),
    );
    expect(payments[0]!.balanced).to.equal(true);
  });

  it("writes a transaction for each remittance", async () => {
    const other = remittance([paidClaim({ provider: { npi: "1234567802" } })], {
      payee: { name: "OTHER CLINIC", npi: "1234567802" },
      traceNumber: "TRACE2",
    });
    const text = writeRemittance([remittance([paidClaim()]), other], INTERCHANGE);
    const { summary, payments } = await readX12([text]);
    expect(summary).to.deep.include({ transactions: 2, claims: 2, totalPaid: "101.328", balanced: true });
    expect(payments.map(({ traceNumber, payee }) => [traceNumber, payee.npi])).to.deep.equal([
      ["TRACE1", "1234567893"],
      ["TRACE2", "1234567802"],
    ]);
  });

  const refused: [name: string, write: () => unknown, code: string, path: string][] = [
    [
      "a claim of another provider",
      () => written([paidClaim(), paidClaim({ provider: { npi: "1234567802" } })]),
      "REMITTANCE_INVALID",
      "claims[1].provider",
    ],
    ["a payee without a number", () => written([], { payee: { name: "TEST CLINIC" } }), "REMITTANCE_INVALID", "payee"],
    [
      "a claim settled before the period",
      () => written([paidClaim({ settledAt: SETTLED_AT - 10 * 86_400 })]),
      "REMITTANCE_INVALID",
      "claims[0].settledAt",
    ],
    [
      "a claim settled after the period",
      () => written([paidClaim({ settledAt: SETTLED_AT + 22 * 86_400 })]),
      "REMITTANCE_INVALID",
      "claims[0].settledAt",
    ],
    [
      "a period with a day that there is not",
      () => written([], { period: { from: "2026-02-30", to: "2026-03-31" } }),
      "REMITTANCE_INVALID",
      "period.from",
    ],
    [
      "a claim that does not add up",
      () => written([paidClaim({ totals: { ...paidClaim().totals, paid: 1n } })]),
      "SETTLEMENT_UNBALANCED",
      "claims[0].totals.billed",
    ],
    [
      "a payer's id of nine characters",
      () => written([], { payer: { name: "P", id: "199999999" } }),
      "X12_VALUE_INVALID",
      "TRN03",
    ],
    ["no trace number", () => written([], { traceNumber: "" }), "X12_VALUE_INVALID", "TRN02"],
    [
      "a patient control number of 39 characters",
      () => written([paidClaim({ patientControlNumber: "9".repeat(39) })]),
      "X12_VALUE_INVALID",
      "CLP01",
    ],
    [
      "a name with a separator",
      () => written([], { payer: { name: "A*B", id: "1999999999" } }),
      "X12_VALUE_INVALID",
      "N102",
    ],
    [
      "an amount of more than 18 digits",
      () => written([paidClaim({ interest: 10n ** 18n + 1n })]),
      "X12_VALUE_INVALID",
      "BPR02",
    ],
  ];
  for (const [name, write, code, path] of refused) {
    it(`refuses ${name}`, async () => {
      expect(await refusal(write)).to.include({ code, path });
    });
  }
});

const amount = fc.bigInt({ min: 0n, max: 2_000n * DOLLAR });
const isCents = fc.boolean();

/** A claim as the plan's rules make it, with limits used up or not, denied or reversed, coordinated or not. */
const settled: fc.Arbitrary<SettledClaim> = fc
  .record({
    id: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    cents: isCents,
    lines: fc.array(fc.record({ billed: amount, fee: amount, units: fc.bigInt({ min: 1n, max: 9n }) }), {
      minLength: 1,
      maxLength: 6,
    }),
    deductible: amount,
    outOfPocketMaximum: fc.oneof(fc.constant(0n), amount),
    copay: fc.bigInt({ min: 0n, max: 50n * DOLLAR }),
    coinsuranceBasisPoints: fc.integer({ min: 0, max: 10_000 }),
    maximumPerService: fc.oneof(fc.constant(0n), amount),
    annualLimit: fc.oneof(fc.constant(0n), amount),
    primaryPaid: fc.oneof(fc.constant(0n), amount),
    denial: fc.option(
      fc.record({ group: fc.constantFrom("CO", "PR", "OA", "PI"), reason: fc.constantFrom("29", "26", "204", "18") }),
      { nil: undefined },
    ),
    isReversal: fc.boolean(),
    interest: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: DOLLAR })),
  })
  .map(({ id, cents, lines: billed, denial, isReversal, interest, primaryPaid, ...plan }) => {
    const unit = cents ? 10_000n : 1n;
    const { deductible, outOfPocketMaximum, ...benefit } = plan;
    const { lines: outcomes, totals } = adjudicate({
      terms: { deductible, outOfPocketMaximum, benefits: [benefitWord({ ...benefit, deductibleApplies: true })] },
      family: 0,
      lines: billed.map((line) => ({ ...line, billed: (line.billed / unit) * unit })),
      primaryPaid,
    });
    return paidClaim({
      claimId: `0x${id.toString(16).padStart(64, "0")}`,
      payerResponsibility: primaryPaid === 0n ? "P" : "S",
      lines: outcomes.map((outcome, i) => ({
        procedure: { qualifier: "HC", code: `9921${i}`, modifiers: [] },
        units: billed[i]!.units,
        outcome,
      })),
      totals,
      isReversal,
      ...(denial === undefined ? {} : { denial }),
      ...(denial === undefined && !isReversal ? { interest } : {}),
    });
  });

/** Adjustments in one order: CAS segments group them. */
function sorted(adjustments: readonly { group: string; reason: string; amount: string }[]): object[] {
  return adjustments
    .map(({ group, reason, amount: units }) => ({ group, reason, units }))
    .sort((a, b) => `${a.group} ${a.reason}`.localeCompare(`${b.group} ${b.reason}`));
}

describe("a remittance as it is written", () => {
  it("is read back with every figure, and balances", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(settled, { minLength: 1, maxLength: 8 }), async (claims) => {
        const { payments, problems, summary } = await read(claims);
        expect(problems).to.deep.equal([]);
        expect(summary.balanced).to.equal(true);
        const payment = payments[0]!;
        expect(payment.balanced).to.equal(true);
        const sent = claims.filter(({ denial, isReversal }) => denial === undefined && isReversal !== true);
        expect(payment.amount).to.equal(
          formatTokenUnits(sent.reduce((sum, { totals, interest = 0n }) => sum + totals.paid + interest, 0n)),
        );
        for (const [i, claim] of claims.entries()) {
          const found = payment.claims[i]!;
          const sign = claim.isReversal === true ? -1n : 1n;
          const isPaid = claim.denial === undefined;
          expect(found.payerControlNumber).to.equal(payerControlNumber(claim.claimId));
          expect(found.charge).to.equal(formatTokenUnits(sign * claim.totals.billed));
          expect(found.paid).to.equal(formatTokenUnits(isPaid ? sign * claim.totals.paid : 0n));
          if (isPaid && sign === 1n) {
            expect(found.patientResponsibility).to.equal(formatTokenUnits(claim.totals.memberShare));
          }
          if (isPaid) {
            const adjusted = claim.lines.map(({ outcome }) =>
              outcome.adjustments.map((one) => ({ ...one, amount: formatTokenUnits(sign * one.amount) })),
            );
            expect(found.lines.map(({ adjustments }) => sorted(adjustments))).to.deep.equal(adjusted.map(sorted));
          }
          expect(found.lines.map(({ charge, paid }) => [charge, paid])).to.deep.equal(
            claim.lines.map(({ outcome }) => [
              formatTokenUnits(sign * outcome.billed),
              formatTokenUnits(isPaid ? sign * outcome.paid : 0n),
            ]),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
