import { expect } from "chai";

import {
  changed,
  found,
  GROUP,
  INTERCHANGE,
  interchange,
  numbersOf,
  paidClaim,
  paymentHead,
  payments,
  read,
  segmentNumber,
  type Segments,
} from "./documents";

/** A payment of claims A and B, and one of claim C. */
const A_AND_B: Segments = [...paymentHead("160.00"), ...paidClaim("A"), ...paidClaim("B")];
const FILE = payments(A_AND_B, [...paymentHead("80.00"), ...paidClaim("C")]);

/** A claim paid before that is taken back, as it was: every amount negated. */
function reversal(number: string): Segments {
  return [
    `CLP*${number}*22*-100.00*-80.00*-15.00*12*PAYERCLAIM-${number}`,
    "CAS*CO*45*-5.00",
    "SVC*HC:99213*-100.00*-85.00**-1",
    "CAS*PR*1*-10.00**2*-5.00*-1",
  ];
}

describe("payments of X12 835", () => {
  it("are read with their claims and lines", async () => {
    const text = payments([
      ...paymentHead("92.50"),
      ...paidClaim("A"),
      "PLB*1234567893*20261231*CS:REF1*-10.5*WO*-2.00",
    ]);
    const { payments: read835, problems, summary } = await read(text);
    expect(problems).to.deep.equal([]);
    const place = { interchange: INTERCHANGE, group: GROUP, transaction: "0001" };
    expect(read835).to.deep.equal([
      {
        amount: "92.50",
        creditOrDebit: "C",
        method: "CHK",
        date: "2026-01-10",
        traceNumber: "CHECK1",
        payer: { name: "TEST PAYER", id: "PAYER1" },
        payee: { npi: "1234567893", taxId: "123456789" },
        claims: [
          {
            patientControlNumber: "A",
            status: "1",
            charge: "100.00",
            paid: "80.00",
            patientResponsibility: "15.00",
            claimFilingIndicator: "12",
            payerControlNumber: "PAYERCLAIM-A",
            serviceDates: { from: "2026-01-03", to: "2026-01-03" },
            adjustments: [{ group: "CO", reason: "45", amount: "5.00" }],
            lines: [
              {
                procedure: { qualifier: "HC", code: "99213", modifiers: [] },
                charge: "100.00",
                paid: "85.00",
                quantity: "1",
                serviceDates: { from: "2026-01-03", to: "2026-01-03" },
                adjustments: [
                  { group: "PR", reason: "1", amount: "10.00" },
                  { group: "PR", reason: "2", amount: "5.00", quantity: "1" },
                ],
              },
            ],
            place: { ...place, segment: 13, segmentInTransaction: 11, segmentId: "CLP" },
          },
        ],
        providerAdjustments: [
          { providerId: "1234567893", fiscalPeriod: "2026-12-31", reason: "CS", reference: "REF1", amount: "-10.50" },
          { providerId: "1234567893", fiscalPeriod: "2026-12-31", reason: "WO", amount: "-2.00" },
        ],
        balanced: true,
        place: { ...place, segment: 4, segmentInTransaction: 2, segmentId: "BPR" },
      },
    ]);
    expect(summary).to.deep.equal({
      transactions: 1,
      claims: 1,
      totalCharge: "100.00",
      totalPaid: "80.00",
      balanced: true,
      leftOut: { transactions: 0, claims: 0, totalCharge: "0.00" },
    });
  });

  it("carry nothing of the patient and no bank account", async () => {
    const bank =
      "BPR*I*80.00*C*ACH*CCP*01*111000025*DA*SENDERACCOUNT*1999999999**01*111000025*DA*RECEIVERACCOUNT*20260110";
    const reading = await read(payments([bank, ...paymentHead("80.00").slice(1), ...paidClaim("A")]));
    expect(reading.problems).to.deep.equal([]);
    expect(JSON.stringify(reading)).not.to.match(/TESTPERSON|MEMBER1|ACCOUNT|111000025/);
  });

  it("balance with reversals, whose amounts are negative", async () => {
    const text = payments([...paymentHead("80.00"), ...reversal("A"), ...paidClaim("A"), ...paidClaim("B")]);
    const { problems, summary, payments: read835 } = await read(text);
    expect(problems).to.deep.equal([]);
    expect(read835[0]!.claims[0]).to.include({ status: "22", charge: "-100.00", paid: "-80.00" });
    expect(summary).to.include({ claims: 3, totalCharge: "100.00", totalPaid: "80.00", balanced: true });
  });

  it("are read from 4010, with groups of adjustments that it has", async () => {
    const text = interchange("004010X091A1", [
      ...paymentHead("80.00").map((segment) => segment.replace("XX*1234567893", "FI*123456789")),
      ...paidClaim("A").map((segment) => segment.replace("CAS*CO", "CAS*CR")),
    ]);
    const { problems, payments: read835 } = await read(text);
    expect(problems).to.deep.equal([]);
    expect(read835[0]!.payee).to.deep.equal({ taxId: "123456789" });
    expect(read835[0]!.claims[0]!.adjustments[0]!.group).to.equal("CR");
  });

  it("have the days of claims and lines", async () => {
    const text = payments([
      ...paymentHead("80.00"),
      ...paidClaim("A").flatMap((segment) =>
        segment === "DTM*232*20260103"
          ? [segment, "DTM*233*20260105", "DTM*050*20260109"]
          : segment === "DTM*472*20260103"
            ? ["DTM*150*20260103", "DTM*151*20260104"]
            : [segment],
      ),
    ]);
    const [claim] = (await read(text)).payments[0]!.claims;
    expect(claim!.serviceDates).to.deep.equal({ from: "2026-01-03", to: "2026-01-05" });
    expect(claim!.lines[0]!.serviceDates).to.deep.equal({ from: "2026-01-03", to: "2026-01-04" });
  });

  it("name the payer by who originated the payment where nothing else does", async () => {
    const head = paymentHead("80.00").filter((segment) => !segment.startsWith("REF*2U"));
    expect((await read(payments([...head, ...paidClaim("A")]))).payments[0]!.payer).to.deep.equal({
      name: "TEST PAYER",
      id: "1999999999",
    });
  });

  it("stand beside claims in one file", async () => {
    const both = `${FILE}${interchange("005010X222A1", ["BHT*0019*00*1*20260105*1200*CH"])}`;
    const reading = await read(both);
    expect(reading.problems).to.deep.equal([]);
    expect(reading.summary).to.include({ transactions: 3, claims: 3, totalPaid: "240.00" });
  });
});

describe("what does not add up in X12 835", () => {
  const claimA = segmentNumber(FILE, "CLP*A");
  const findings: [name: string, from: string, to: string, findings: string[]][] = [
    [
      "a line",
      "SVC*HC:99213*100.00*85.00**1",
      "SVC*HC:99213*100.00*84.00**1",
      [`LINE_UNBALANCED nothing ${claimA + 4} SVC03`],
    ],
    [
      "a line's adjustments",
      "CAS*PR*1*10.00**2*5.00*1",
      "CAS*PR*1*10.01**2*5.00*1",
      [`LINE_UNBALANCED nothing ${claimA + 4} SVC03`, `CLAIM_UNBALANCED nothing ${claimA} CLP04`],
    ],
    ["a claim's adjustments", "CAS*CO*45*5.00", "CAS*CO*45*5.5", [`CLAIM_UNBALANCED nothing ${claimA} CLP04`]],
    [
      "a claim's payment",
      "CLP*A*1*100.00*80.00",
      "CLP*A*1*100.00*79.00",
      [`CLAIM_UNBALANCED nothing ${claimA} CLP04`, "PAYMENT_UNBALANCED nothing 4 BPR02"],
    ],
    [
      "lines and their claim",
      "SVC*HC:99213*100.00*85.00**1",
      "SVC*HC:99213*99.00*84.00**1",
      [`CLAIM_UNBALANCED nothing ${claimA} CLP03`],
    ],
    ["the payment", "BPR*I*160.00", "BPR*I*160.01", ["PAYMENT_UNBALANCED nothing 4 BPR02"]],
    [
      "adjustments of the provider",
      "SE*25*0001",
      "PLB*1*20261231*CS*1~\nSE*26*0001",
      ["PAYMENT_UNBALANCED nothing 4 BPR02"],
    ],
  ];
  for (const [name, from, to, expected] of findings) {
    it(`${name}: is reported, and all is read`, async () => {
      const reading = await read(FILE.replace(from, () => to));
      expect(found(reading.problems)).to.deep.equal(expected);
      expect(numbersOf(reading)).to.deep.equal(["A", "B", "C"]);
      expect(reading.payments.map(({ balanced }) => balanced)).to.deep.equal([false, true]);
      expect(reading.summary.balanced).to.equal(false);
    });
  }

  it("says both sums", async () => {
    const messages = async (from: string, to: string): Promise<string[]> =>
      (await read(FILE.replace(from, to))).problems.map(({ message }) => message);
    expect(await messages("BPR*I*160.00", "BPR*I*1.5")).to.deep.equal([
      "BPR02 is 1.50, the claims' payments (160.00) less PLB (0.00) are 160.00",
    ]);
    expect(await messages("CAS*CO*45*5.00", "CAS*CO*45*5.5")).to.deep.equal([
      "CLP04 is 80.00, CLP03 (100.00) less CAS (20.50) is 79.50",
    ]);
    expect(await messages("*100.00*85.00", "*99.00*84.00")).to.deep.equal([
      "CLP03 is 100.00, the lines' charges (SVC02) sum to 99.00",
    ]);
  });
});

describe("problems of X12 835", () => {
  const claimA = segmentNumber(FILE, "CLP*A");

  const ofOneClaim: [name: string, from: string, to: string, problem: string][] = [
    ["no patient control number", "CLP*A*1", "CLP**1", `ELEMENT_MISSING claim ${claimA} CLP01`],
    ["an unknown status", "CLP*A*1*", "CLP*A*99*", `CODE_UNKNOWN claim ${claimA} CLP02`],
    ["a charge that is no decimal", "CLP*A*1*100.00", "CLP*A*1*100.00.0", `AMOUNT_INVALID claim ${claimA} CLP03`],
    ["no payment", "CLP*A*1*100.00*80.00", "CLP*A*1*100.00*", `ELEMENT_MISSING claim ${claimA} CLP04`],
    ["a responsibility that is no decimal", "*80.00*15.00", "*80.00*x", `AMOUNT_INVALID claim ${claimA} CLP05`],
    ["an unknown filing indicator", "*15.00*12*", "*15.00*QQ*", `CODE_UNKNOWN claim ${claimA} CLP06`],
    ["an unknown adjustment group", "CAS*CO*45", "CAS*XX*45", `CODE_UNKNOWN claim ${claimA + 1} CAS01`],
    ["a day that is none", "DTM*232*20260103", "DTM*232*2026", `DATE_INVALID claim ${claimA + 3} DTM02`],
    ["an unknown procedure qualifier", "SVC*HC:", "SVC*XX:", `QUALIFIER_UNKNOWN claim ${claimA + 4} SVC01-1`],
    [
      "a line's charge that is no decimal",
      "*100.00*85.00",
      "*1OO.00*85.00",
      `AMOUNT_INVALID claim ${claimA + 4} SVC02`,
    ],
    ["a number of units that is none", "*85.00**1", "*85.00**one", `AMOUNT_INVALID claim ${claimA + 4} SVC05`],
  ];
  for (const [name, from, to, problem] of ofOneClaim) {
    it(`report ${name}: the claim is left out, its payment cannot be said to add up`, async () => {
      const reading = await read(FILE.replace(from, () => to));
      expect(found(reading.problems)).to.deep.equal([problem]);
      expect(numbersOf(reading)).to.deep.equal(["B", "C"]);
      expect(reading.payments.map(({ balanced }) => balanced)).to.deep.equal([false, true]);
      expect(reading.summary).to.include({ transactions: 2, claims: 2, balanced: false });
      expect(reading.summary.leftOut).to.include({ transactions: 0, claims: 1 });
    });
  }

  const ofAll: [name: string, from: string, to: string, problem: string][] = [
    ["no BPR", "BPR*I*160.00", "NTE*I*160.00", "SEGMENT_MISSING transaction 3 ST"],
    ["no trace number", "TRN*1*CHECK1*1999999999", "NTE*X", "SEGMENT_MISSING transaction 3 ST"],
    ["no payer", "N1*PR*", "N1*XX*", "SEGMENT_MISSING transaction 3 ST"],
    ["no payee", "N1*PE*", "N1*XX*", "SEGMENT_MISSING transaction 3 ST"],
    ["an unknown qualifier of the payee", "*XX*1234567893", "*ZZ*1234567893", "QUALIFIER_UNKNOWN transaction 10 N103"],
    ["no number of the payee", "*XX*1234567893", "*XX", "ELEMENT_MISSING transaction 10 N104"],
    ["a payment that is no decimal", "BPR*I*160.00", "BPR*I*160,00", "AMOUNT_INVALID transaction 4 BPR02"],
    ["a negative payment", "BPR*I*160.00", "BPR*I*-160.00", "AMOUNT_NEGATIVE transaction 4 BPR02"],
    ["neither credit nor debit", "160.00*C*", "160.00*X*", "CODE_UNKNOWN transaction 4 BPR03"],
    ["an unknown method", "*C*CHK", "*C*XXX", "CODE_UNKNOWN transaction 4 BPR04"],
    ["a line outside of claims", "LX*1", "SVC*HC:99213*1*1", "SEGMENT_UNEXPECTED transaction 12 SVC"],
    ["adjustments outside of claims", "LX*1", "CAS*CO*45*1", "SEGMENT_UNEXPECTED transaction 12 CAS"],
    [
      "a provider's adjustment without amount",
      "SE*25*",
      "PLB*1*20261231*CS~\nSE*26*",
      "ELEMENT_MISSING transaction 27 PLB04",
    ],
    ["a fiscal period that is none", "SE*25*", "PLB*1*2026*CS*1~\nSE*26*", "DATE_INVALID transaction 27 PLB02"],
  ];
  for (const [name, from, to, problem] of ofAll) {
    it(`report ${name}: the payment is left out, the other is read`, async () => {
      const reading = await read(FILE.replace(from, () => to));
      expect(found(reading.problems)).to.deep.equal([problem]);
      expect(numbersOf(reading)).to.deep.equal(["C"]);
      expect(reading.summary.leftOut).to.include({ transactions: 1, claims: 2, totalCharge: "200.00" });
    });
  }

  it("report a date of the payment that is none, and read the rest of it", async () => {
    const reading = await read(FILE.replace("20260110", "20261301"));
    expect(found(reading.problems)).to.deep.equal(["DATE_INVALID nothing 4 BPR16"]);
    expect(reading.payments[0]).not.to.have.property("date");
    expect(numbersOf(reading)).to.deep.equal(["A", "B", "C"]);
    expect(reading.summary.balanced).to.equal(true);
  });

  it("report another separator of components than ISA16 declares, and read it", async () => {
    const text = FILE.replaceAll("SVC*HC:", "SVC*HC>");
    const reading = await read(text);
    expect(found(reading.problems)).to.deep.equal([
      `COMPONENT_SEPARATOR_UNDECLARED nothing ${claimA + 4} SVC01`,
      `COMPONENT_SEPARATOR_UNDECLARED nothing ${segmentNumber(text, "CLP*C") + 4} SVC01`,
    ]);
    expect(reading.summary).to.include({ claims: 3, balanced: true });
  });

  it("report wrong counts: the payment is left out", async () => {
    const reading = await read(changed(FILE, "SE*25*0001", "SE*24*0001"));
    expect(found(reading.problems)).to.deep.equal(["COUNT_MISMATCH transaction 27 SE01"]);
    expect(numbersOf(reading)).to.deep.equal(["C"]);
    expect(reading.summary).to.include({ transactions: 1, totalPaid: "80.00" });
  });
});
