import { expect } from "chai";

import { bundle, claim, found, item, readAll, usd } from "./resources";

const EUR = { value: 60.5, currency: "EUR" };

describe("a FHIR claim", () => {
  it("is read with its numbers, days, lines and charges, and nothing of the patient", async () => {
    const { claims, problems } = await readAll([claim()]);
    expect(problems).to.deep.equal([]);
    expect(claims).to.deep.equal([
      {
        kind: "professional",
        use: "claim",
        patientControlNumber: "c1",
        charge: "100.00",
        currency: "USD",
        frequencyCode: "1",
        payerResponsibility: "P",
        payerId: "Organization/payer",
        coverage: "Coverage/9",
        provider: "http://hl7.org/fhir/sid/us-npi|1234567893",
        billingProvider: { npi: "1234567893" },
        serviceDates: { from: "2026-01-03", to: "2026-01-05" },
        otherPayers: [],
        lines: [
          {
            number: 1,
            procedure: { qualifier: "HC", code: "99213", modifiers: [] },
            coding: { system: "http://www.ama-assn.org/go/cpt", code: "99213" },
            charge: "60.50",
            serviceDates: { from: "2026-01-03", to: "2026-01-03" },
          },
          {
            number: 2,
            procedure: { qualifier: "HC", code: "87070", modifiers: [] },
            coding: { system: "http://www.ama-assn.org/go/cpt", code: "87070" },
            charge: "39.50",
            quantity: "2",
            serviceDates: { from: "2026-01-04", to: "2026-01-05" },
          },
        ],
        path: "Claim",
      },
    ]);
    expect(JSON.stringify(claims)).not.to.match(/TESTP|OFFICE|J020/);
  });

  it("has the provider's business number, the claim it replaces, an authorisation, and its place among payers", async () => {
    const { claims } = await readAll([
      claim({
        identifier: [{ system: "urn:test", value: "VISIT-1" }],
        related: [
          { relationship: { coding: [{ code: "associated" }] }, claim: { reference: "Claim/other" } },
          { relationship: { coding: [{ code: "prior" }] }, claim: { identifier: { value: "PAYERCLAIM-1" } } },
        ],
        insurance: [
          { sequence: 1, focal: false, coverage: { reference: "Coverage/first" } },
          {
            sequence: 2,
            focal: true,
            coverage: { identifier: { system: "urn:p", value: "7" } },
            preAuthRef: ["AUTH1"],
          },
        ],
      }),
    ]);
    expect(claims[0]).to.deep.include({
      patientControlNumber: "VISIT-1",
      frequencyCode: "7",
      originalReferenceNumber: "PAYERCLAIM-1",
      payerResponsibility: "S",
      coverage: "urn:p|7",
      priorAuthorization: "AUTH1",
      otherPayers: [{ payerResponsibility: "P", coverage: "Coverage/first" }],
    });
  });

  for (const [type, kind] of [
    ["oral", "dental"],
    ["institutional", "institutional"],
    ["pharmacy", "pharmacy"],
    ["vision", "vision"],
  ]) {
    it(`of the type ${type!} is ${kind!}`, async () => {
      const system = "http://terminology.hl7.org/CodeSystem/claim-type";
      const { claims } = await readAll([claim({ type: { coding: [{ code: "x" }, { system, code: type }] } })]);
      expect(claims[0]!.kind).to.equal(kind);
    });
  }

  it("has revenue codes, modifiers, and procedures by X12's qualifier of their code system", async () => {
    const coded = (system: string, code: string, more = {}) =>
      item({ productOrService: { coding: [{ system, code }] }, net: usd(25), ...more });
    const { claims } = await readAll([
      claim({
        item: [
          coded("http://www.ada.org/cdt", "D0120", {
            revenue: { coding: [{ code: "0250" }] },
            modifier: [{ coding: [{ code: "25" }] }, { coding: [{ code: "59" }] }],
          }),
          coded("http://hl7.org/fhir/sid/ndc", "00093721410"),
          coded("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J3301"),
          coded("http://snomed.info/sct", "50849002"),
        ],
      }),
    ]);
    expect(claims[0]!.lines.map(({ procedure }) => procedure)).to.deep.equal([
      { qualifier: "AD", code: "D0120", modifiers: ["25", "59"] },
      { qualifier: "N4", code: "00093721410", modifiers: [] },
      { qualifier: "HC", code: "J3301", modifiers: [] },
      undefined,
    ]);
    expect(claims[0]!.lines[0]!.revenueCode).to.equal("0250");
    expect(claims[0]!.lines[3]!.coding).to.deep.equal({ system: "http://snomed.info/sct", code: "50849002" });
  });

  it("takes the provider's numbers from the resource that the reference names", async () => {
    const organization = {
      resourceType: "Organization",
      id: "org",
      identifier: [
        { system: "http://hl7.org/fhir/sid/us-npi", value: "1234567893" },
        { type: { coding: [{ code: "TAX" }] }, value: "123456789" },
      ],
    };
    const numbers = { npi: "1234567893", taxId: "123456789" };
    const contained = claim({ contained: [organization], provider: { reference: "#org" } });
    expect((await readAll([contained])).claims[0]!.billingProvider).to.deep.equal(numbers);
    const inBundle = await readAll([bundle(claim({ provider: { reference: "Organization/org" } }), organization)]);
    expect(inBundle.claims[0]!.billingProvider).to.deep.equal(numbers);
    const elsewhere = await readAll([claim({ provider: { reference: "Organization/org" } })]);
    expect(elsewhere.claims[0]).to.deep.include({ billingProvider: {}, provider: "Organization/org" });
  });

  it("charges price times quantity times factor where it has no net, and its lines where it has no total", async () => {
    const { claims } = await readAll([
      claim({
        total: undefined,
        item: [item({ net: undefined, unitPrice: usd(10.25), quantity: { value: 3 }, factor: 0.5 })],
      }),
    ]);
    expect(claims[0]).to.include({ charge: "15.375" });
    expect(claims[0]!.lines[0]).to.include({ charge: "15.375", quantity: "3" });
  });

  it("reads amounts with all their digits and with exponents", async () => {
    const text = JSON.stringify(claim({ item: [item({ net: usd(7) })], total: usd(8) }))
      .replace('"value":7', '"value":1.234560e2')
      .replace('"value":8', '"value":123456.0E-3');
    expect((await readAll([text])).claims[0]!.charge).to.equal("123.456");
  });

  it("is read where a line does not say what it charges, with a note, and then it is not known whether it adds up", async () => {
    const reading = await readAll([claim({ item: [item(), item({ sequence: 2, net: undefined })] })]);
    expect(reading.claims[0]!.lines.map(({ charge }) => charge)).to.deep.equal(["60.50", undefined]);
    expect(found(reading)).to.deep.equal(["CHARGE_UNKNOWN nothing Claim.item[1]"]);
    expect(reading.summary).to.include({ claims: 1, totalCharge: "100.00", balanced: false });
  });

  it("takes days from the billable period where its lines have none", async () => {
    const billablePeriod = { start: "2026-01-02T23:10:00-05:00", end: "2026-01-06" };
    const { claims } = await readAll([
      claim({ billablePeriod, item: [item({ servicedDate: undefined, net: usd(100) })] }),
    ]);
    expect(claims[0]!.serviceDates).to.deep.equal({ from: "2026-01-02", to: "2026-01-06" });
  });

  const modifier = { modifierExtension: [{ url: "http://example.org", valueBoolean: true }] };
  const leftOut: [name: string, given: Record<string, unknown>, code: string, path: string][] = [
    ["is cancelled", { status: "cancelled" }, "STATUS_NOT_ACTIVE", "Claim.status"],
    ["is a draft", { status: "draft" }, "STATUS_NOT_ACTIVE", "Claim.status"],
    ["has no use", { use: undefined }, "ELEMENT_MISSING", "Claim.use"],
    ["has another use", { use: "billing" }, "CODE_UNKNOWN", "Claim.use"],
    ["has no type", { type: undefined }, "ELEMENT_MISSING", "Claim.type"],
    ["has a type of another system", { type: { coding: [{ code: "oral" }] } }, "CODE_UNKNOWN", "Claim.type"],
    [
      "has a type that there is not",
      {
        type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/claim-type", code: "constructor" }] },
      },
      "CODE_UNKNOWN",
      "Claim.type",
    ],
    ["has no lines", { item: undefined }, "ELEMENT_MISSING", "Claim.item"],
    ["has lines that are no array", { item: {} }, "ELEMENT_INVALID", "Claim.item"],
    ["has a line that is no object", { item: [1] }, "ELEMENT_INVALID", "Claim.item[0]"],
    ["has no number", { id: undefined }, "ELEMENT_MISSING", "Claim.identifier"],
    ["has no insurance", { insurance: undefined }, "ELEMENT_MISSING", "Claim.insurance"],
    [
      "has two focal insurances",
      { insurance: [{ focal: true }, { focal: true }] },
      "ELEMENT_INVALID",
      "Claim.insurance",
    ],
    [
      "is to the twelfth payer",
      { insurance: [{ focal: true, sequence: 12 }] },
      "ELEMENT_INVALID",
      "Claim.insurance[0].sequence",
    ],
    [
      "follows rules known elsewhere",
      { implicitRules: "http://example.org" },
      "ELEMENT_INVALID",
      "Claim.implicitRules",
    ],
    ["has a modifier extension", modifier, "ELEMENT_INVALID", "Claim.modifierExtension"],
    [
      "has a modifier extension in a line",
      { item: [item(modifier)] },
      "ELEMENT_INVALID",
      "Claim.item[0].modifierExtension",
    ],
    [
      "has a line without a number",
      { item: [item({ sequence: undefined })] },
      "ELEMENT_MISSING",
      "Claim.item[0].sequence",
    ],
    ["has a line with number 0", { item: [item({ sequence: 0 })] }, "ELEMENT_INVALID", "Claim.item[0].sequence"],
    ["has a total that is not the lines' sum", { total: usd(99.99) }, "CHARGE_UNBALANCED", "Claim.total.value"],
    [
      "has a total below the lines that are known",
      { item: [item(), item({ net: undefined })], total: usd(60.49) },
      "CHARGE_UNBALANCED",
      "Claim.total.value",
    ],
    [
      "has neither a total nor all charges",
      { item: [item(), item({ net: undefined })], total: undefined },
      "ELEMENT_MISSING",
      "Claim.total",
    ],
    [
      "has a line that is not its price times its quantity",
      { item: [item({ unitPrice: usd(60), quantity: { value: 1 } })] },
      "LINE_UNBALANCED",
      "Claim.item[0].net.value",
    ],
    [
      "has a price that no decimal is",
      { item: [item({ net: undefined, unitPrice: usd(0.000001), factor: 1e-13 })] },
      "AMOUNT_TOO_PRECISE",
      "Claim.item[0]",
    ],
    ["has a negative charge", { item: [item({ net: usd(-1) })] }, "AMOUNT_NEGATIVE", "Claim.item[0].net.value"],
    ["has a negative total", { total: usd(-100) }, "AMOUNT_NEGATIVE", "Claim.total.value"],
    [
      "has a negative quantity",
      { item: [item({ quantity: { value: -1 } })] },
      "AMOUNT_NEGATIVE",
      "Claim.item[0].quantity.value",
    ],
    [
      "has a charge of more than the token has",
      { item: [item({ net: usd(1e23) })] },
      "AMOUNT_OVERFLOW",
      "Claim.item[0].net.value",
    ],
    [
      "has a charge with an exponent beyond all money",
      { item: [item({ net: usd(1e200) })] },
      "AMOUNT_OVERFLOW",
      "Claim.item[0].net.value",
    ],
    [
      "has a charge of a tenth of a token unit",
      { item: [item({ net: usd(0.0000001) })] },
      "AMOUNT_TOO_PRECISE",
      "Claim.item[0].net.value",
    ],
    [
      "has a charge without a value",
      { item: [item({ net: { currency: "USD" } })] },
      "ELEMENT_MISSING",
      "Claim.item[0].net.value",
    ],
    [
      "has a charge that is a text",
      { item: [item({ net: { value: "60.50" } })] },
      "ELEMENT_INVALID",
      "Claim.item[0].net.value",
    ],
    [
      "has amounts of two currencies",
      { item: [item(), item({ net: EUR })] },
      "CURRENCY_MISMATCH",
      "Claim.item[1].net.currency",
    ],
    [
      "has a day that there is not",
      { item: [item({ servicedDate: "2026-02-30" })] },
      "DATE_INVALID",
      "Claim.item[0].servicedDate",
    ],
    [
      "has a month for a day",
      { item: [item({ servicedDate: "2026-02" })] },
      "DATE_INVALID",
      "Claim.item[0].servicedDate",
    ],
    [
      "has a period that ends before it begins",
      { item: [item({ servicedPeriod: { start: "2026-01-05", end: "2026-01-04" } })] },
      "DATE_INVALID",
      "Claim.item[0].servicedPeriod",
    ],
    [
      "has no days of service",
      { item: [item({ servicedDate: undefined })], total: usd(60.5) },
      "ELEMENT_MISSING",
      "Claim.item[0].serviced[x]",
    ],
  ];
  for (const [name, given, code, path] of leftOut) {
    it(`that ${name} is left out, and the next is read`, async () => {
      const reading = await readAll([claim(given), claim({ id: "c2" })]);
      expect(found(reading)).to.deep.equal([`${code} claim ${path}`]);
      expect(reading.claims.map(({ patientControlNumber }) => patientControlNumber)).to.deep.equal(["c2"]);
      expect(reading.summary).to.deep.include({ claims: 1, totalCharge: "100.00", balanced: false });
      expect(reading.summary.leftOut.claims).to.equal(1);
    });
  }
});
