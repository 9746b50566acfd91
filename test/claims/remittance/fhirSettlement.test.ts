import { expect } from "chai";

import { figuresOf, writeClaimResponse, writeExplanationOfBenefit } from "../../../src/claims/index.js";
import { refusal } from "../../support/refusal";
import { CLAIM_ID, DOLLAR, paidClaim } from "./settlements";

const ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication";
const CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication";
const REASON = "https://x12.org/codes/claim-adjustment-reason-codes";
const GROUP = "https://x12.org/codes/claim-adjustment-group-codes";
const PAYER = "0x1111111111111111111111111111111111111111";
const PARTIES = { payer: { address: PAYER }, patient: { reference: "Patient/p1" }, chainId: 31337 } as const;

function money(value: number) {
  return { value, currency: "USD" };
}

function amount(system: string, code: string, value: number) {
  return { category: { coding: [{ system, code }] }, amount: money(value) };
}

function adjusted(system: string, code: string, [group, reason]: [string, string], value: number) {
  const coding = [
    { system: REASON, code: reason },
    { system: GROUP, code: group },
  ];
  return { ...amount(system, code, value), reason: { coding } };
}

const LINE_2 = [
  amount(ADJUDICATION, "submitted", 33.33),
  amount(ADJUDICATION, "eligible", 33.33),
  adjusted(CARIN, "coinsurance", ["PR", "2"], 4.666),
  adjusted(ADJUDICATION, "copay", ["PR", "3"], 10),
  amount(ADJUDICATION, "benefit", 18.664),
];

describe("a settled claim as ClaimResponse", () => {
  it("says what is paid, line by line, why not the rest, and the payment with its interest", () => {
    const response: fhir4.ClaimResponse = writeClaimResponse(paidClaim({ interest: 1_500_000n }), PARTIES);
    expect(response).to.deep.equal({
      resourceType: "ClaimResponse",
      identifier: [{ system: "https://careproof.dev/fhir/NamingSystem/claim", value: CLAIM_ID }],
      status: "active",
      type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/claim-type", code: "professional" }] },
      use: "claim",
      patient: { reference: "Patient/p1" },
      created: "2026-03-10T12:00:00Z",
      insurer: { identifier: { system: "urn:ietf:rfc:3986", value: `did:pkh:eip155:31337:${PAYER}` } },
      outcome: "complete",
      total: [
        amount(ADJUDICATION, "submitted", 183.33),
        amount(ADJUDICATION, "eligible", 153.33),
        amount(CARIN, "discount", 30),
        amount(ADJUDICATION, "deductible", 50),
        amount(CARIN, "coinsurance", 12.666),
        amount(ADJUDICATION, "copay", 20),
        amount(CARIN, "noncovered", 20),
        amount(ADJUDICATION, "benefit", 50.664),
      ],
      payment: {
        type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/ex-paymenttype", code: "complete" }] },
        adjustment: money(-1.5),
        adjustmentReason: {
          coding: [{ system: "https://x12.org/codes/provider-adjustment-reason-codes", code: "L6" }],
        },
        date: "2026-03-10",
        amount: money(52.164),
      },
      requestor: { identifier: { system: "http://hl7.org/fhir/sid/us-npi", value: "1234567893" } },
      request: {
        type: "Claim",
        identifier: { system: "https://careproof.dev/fhir/NamingSystem/patient-control-number", value: "VISIT-1" },
      },
      item: [
        {
          itemSequence: 1,
          adjudication: [
            amount(ADJUDICATION, "submitted", 150),
            amount(ADJUDICATION, "eligible", 120),
            adjusted(CARIN, "discount", ["CO", "45"], 30),
            adjusted(ADJUDICATION, "deductible", ["PR", "1"], 50),
            adjusted(CARIN, "coinsurance", ["PR", "2"], 8),
            adjusted(ADJUDICATION, "copay", ["PR", "3"], 10),
            adjusted(CARIN, "noncovered", ["PR", "119"], 20),
            amount(ADJUDICATION, "benefit", 32),
          ],
        },
        { itemSequence: 2, adjudication: LINE_2 },
      ],
    });
  });

  it("has the reason of a denial on every line, and no payment", () => {
    const response = writeClaimResponse(paidClaim({ denial: { group: "CO", reason: "197" } }), PARTIES);
    expect(response).not.to.have.property("payment");
    expect(response.item.map(({ adjudication }) => adjudication)).to.deep.equal(
      [150, 33.33].map((billed) => [
        amount(ADJUDICATION, "submitted", billed),
        adjusted(CARIN, "noncovered", ["CO", "197"], billed),
        amount(ADJUDICATION, "benefit", 0),
      ]),
    );
  });

  it("is cancelled with the figures that are taken back where it is a reversal", () => {
    const [active, cancelled] = [paidClaim(), paidClaim({ isReversal: true })].map((claim) =>
      writeClaimResponse(claim, PARTIES),
    );
    expect(cancelled!.status).to.equal("cancelled");
    expect(cancelled!.total).to.deep.equal(active!.total);
    expect(cancelled).not.to.have.property("payment");
  });

  it("has what only the claim is cut by for the claim, not for a line", () => {
    const { totals } = paidClaim();
    const cut = paidClaim({
      totals: {
        ...totals,
        paid: totals.paid - 5n * DOLLAR,
        adjustments: [...totals.adjustments, { group: "OA", reason: "23", amount: 5n * DOLLAR }],
      },
    });
    const { adjudication, total } = writeClaimResponse(cut, PARTIES);
    expect(adjudication).to.deep.equal([adjusted(CARIN, "priorpayerpaid", ["OA", "23"], 5)]);
    expect(total).to.deep.include(amount(CARIN, "priorpayerpaid", 5));
    expect(total).to.deep.include(amount(ADJUDICATION, "benefit", 45.664));
  });

  it("has the kind, the currency and a provider by its tax number as they are given", () => {
    const claim = paidClaim({ provider: { taxId: "123456789" } });
    const { type, total, requestor } = writeClaimResponse(claim, { ...PARTIES, kind: "dental", currency: "EUR" });
    expect(type.coding[0]!.code).to.equal("oral");
    expect(total[0]!.amount).to.deep.equal({ value: 183.33, currency: "EUR" });
    expect(requestor).to.deep.equal({ identifier: { system: "urn:oid:2.16.840.1.113883.4.4", value: "123456789" } });
  });

  it("holds the largest amount that a claim has exactly", () => {
    const billed = 2n ** 48n - 1n;
    const { lines } = paidClaim();
    const outcome = { billed, allowed: billed, paid: billed, memberShare: 0n, adjustments: [] };
    const claim = paidClaim({ lines: [{ ...lines[0]!, outcome }], totals: outcome });
    expect(JSON.stringify(writeClaimResponse(claim, PARTIES).total.at(-1)!.amount.value)).to.equal("281474976.710655");
  });

  it("names a provider without numbers as the caller knows it", () => {
    const { requestor } = writeClaimResponse(paidClaim({ provider: {} }), { ...PARTIES, provider: { address: PAYER } });
    expect(requestor).to.deep.equal({
      identifier: { system: "urn:ietf:rfc:3986", value: `did:pkh:eip155:31337:${PAYER}` },
    });
  });

  it("refuses a provider that nobody knows", async () => {
    expect(await refusal(() => writeClaimResponse(paidClaim({ provider: {} }), PARTIES))).to.deep.equal({
      code: "TERMS_INVALID",
      path: "provider",
    });
  });

  it("refuses an address without a chain, and a claim that does not add up", async () => {
    const { payer, patient } = PARTIES;
    expect(await refusal(() => writeClaimResponse(paidClaim(), { payer, patient }))).to.deep.equal({
      code: "TERMS_INVALID",
      path: "payer",
    });
    const claim = paidClaim({ totals: { ...paidClaim().totals, paid: 0n } });
    expect(await refusal(() => writeClaimResponse(claim, PARTIES))).to.deep.equal({
      code: "SETTLEMENT_UNBALANCED",
      path: "totals.billed",
    });
  });
});

describe("a settled claim as ExplanationOfBenefit", () => {
  it("has the services with what is paid of each, and the policy", () => {
    const eob: fhir4.ExplanationOfBenefit = writeExplanationOfBenefit(paidClaim(), PARTIES);
    expect(eob.insurance).to.deep.equal([
      {
        focal: true,
        coverage: { identifier: { system: "https://careproof.dev/fhir/NamingSystem/policy", value: "7" } },
      },
    ]);
    expect(eob.provider).to.deep.equal({
      identifier: { system: "http://hl7.org/fhir/sid/us-npi", value: "1234567893" },
    });
    expect(eob.item![0]).to.deep.include({
      sequence: 1,
      productOrService: { coding: [{ system: "http://www.ama-assn.org/go/cpt", code: "99213" }] },
      modifier: [{ coding: [{ code: "25" }] }],
      servicedDate: "2026-03-02",
      quantity: { value: 1 },
      net: money(150),
    });
    expect(eob.item![1]).to.deep.equal({
      sequence: 2,
      productOrService: { coding: [{ system: "http://www.ama-assn.org/go/cpt", code: "87070" }] },
      servicedDate: "2026-03-02",
      quantity: { value: 2 },
      net: money(33.33),
      adjudication: LINE_2,
    });
  });

  for (const [qualifier, code, system] of [
    ["HC", "J3301", "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"],
    ["AD", "D0120", "http://www.ada.org/cdt"],
    ["N4", "00093721410", "http://hl7.org/fhir/sid/ndc"],
    ["ZZ", "ABC", undefined],
  ] as const) {
    it(`names the code system of ${qualifier} ${code}`, () => {
      const { lines } = paidClaim();
      const procedure = { qualifier, code, modifiers: [] };
      const eob = writeExplanationOfBenefit(
        paidClaim({ lines: lines.map((line) => ({ ...line, procedure })) }),
        PARTIES,
      );
      expect(eob.item[0]!.productOrService).to.deep.equal({
        coding: [system === undefined ? { code } : { system, code }],
      });
    });
  }

  it("balances: what is submitted is the benefit and the adjustments, for every line and the claim", () => {
    const { item, total } = writeExplanationOfBenefit(paidClaim(), PARTIES);
    const units = (value: number): bigint => BigInt(Math.round(value * 1e6));
    for (const { adjudication } of item) {
      const [submitted, , ...rest] = adjudication.map((one) => units(one.amount.value));
      expect(rest.reduce((sum, one) => sum + one, 0n)).to.equal(submitted);
    }
    expect(total[0]!.amount.value).to.equal(Number(figuresOf(paidClaim()).billed) / 1e6);
  });
});
