import { expect } from "chai";

import {
  BILLING,
  changed,
  claims,
  found,
  GROUP,
  INTERCHANGE,
  interchange,
  numbersOf,
  professional,
  professionalClaim,
  read,
  segmentNumber,
  SUBSCRIBER,
  type Segments,
} from "./documents";

/** Claims A and B. */
const FILE = claims(professional("A", "B"));

const INSTITUTIONAL: Segments = [
  "CLM*I1*300.00***13:A:7**A*Y*Y",
  "DTP*434*RD8*20260101-20260103",
  "DTP*435*DT*202601010830",
  "REF*F8*PAYERCLAIM1",
  "REF*G1*AUTH1",
  "NM1*71*1*TESTDOCTOR*BETA****XX*1234567893",
  "REF*G1*NOTTHECLAIMS",
  "LX*1",
  "SV2*0450*HC:99283:25:59*200.00*UN*1",
  "DTP*472*D8*20260102",
  "LX*2",
  "SV2*0250**100*DA*2.5",
];

const DENTAL: Segments = [
  "CLM*D1*155.5***11:B:1*Y*A*Y*Y",
  "DTP*472*D8*20260104",
  "LX*1",
  "SV3*AD:D2150*150.25****1",
  "TOO*JP*12",
  "LX*2",
  "SV3*AD:D0120*5.25",
];

/** What a claim has from where it stands in these texts. */
const CONTEXT = {
  billingProvider: { npi: "1234567893", taxId: "123456789" },
  payerResponsibility: "P",
  claimFilingIndicator: "CI",
  payerId: "PAYER1",
};

function placeOfClaim(text: string, number: string): object {
  const segment = segmentNumber(text, `CLM*${number}*`);
  return {
    interchange: INTERCHANGE,
    group: GROUP,
    transaction: "0001",
    segment,
    segmentInTransaction: segment - 2,
    segmentId: "CLM",
  };
}

describe("claims of X12 837", () => {
  it("are read from 837P", async () => {
    const { claims: read837, problems } = await read(FILE);
    expect(problems).to.deep.equal([]);
    expect(read837[0]).to.deep.equal({
      ...CONTEXT,
      kind: "professional",
      patientControlNumber: "A",
      charge: "100.00",
      facilityCode: "11",
      frequencyCode: "1",
      serviceDates: { from: "2026-01-03", to: "2026-01-05" },
      otherPayers: [],
      lines: [
        {
          number: 1,
          procedure: { qualifier: "HC", code: "99213", modifiers: ["25"] },
          charge: "60.50",
          unit: "UN",
          quantity: "1",
          serviceDates: { from: "2026-01-03", to: "2026-01-03" },
          adjudications: [],
        },
        {
          number: 2,
          procedure: { qualifier: "HC", code: "87070", modifiers: [] },
          charge: "39.50",
          unit: "UN",
          quantity: "2",
          serviceDates: { from: "2026-01-04", to: "2026-01-05" },
          adjudications: [],
        },
      ],
      place: placeOfClaim(FILE, "A"),
    });
  });

  for (const version of ["005010X223", "005010X223A2", "005010X223A3", "004010X096A1"]) {
    it(`are read from 837I of ${version}`, async () => {
      const text = interchange(version, [...BILLING, ...SUBSCRIBER, ...INSTITUTIONAL]);
      const { claims: read837, problems } = await read(text);
      expect(problems).to.deep.equal([]);
      expect(read837).to.deep.equal([
        {
          ...CONTEXT,
          kind: "institutional",
          patientControlNumber: "I1",
          charge: "300.00",
          facilityCode: "13",
          frequencyCode: "7",
          serviceDates: { from: "2026-01-01", to: "2026-01-03" },
          originalReferenceNumber: "PAYERCLAIM1",
          priorAuthorization: "AUTH1",
          otherPayers: [],
          lines: [
            {
              number: 1,
              revenueCode: "0450",
              procedure: { qualifier: "HC", code: "99283", modifiers: ["25", "59"] },
              charge: "200.00",
              unit: "UN",
              quantity: "1",
              serviceDates: { from: "2026-01-02", to: "2026-01-02" },
              adjudications: [],
            },
            { number: 2, revenueCode: "0250", charge: "100.00", unit: "DA", quantity: "2.5", adjudications: [] },
          ],
          place: placeOfClaim(text, "I1"),
        },
      ]);
    });
  }

  for (const version of ["005010X224A2", "005010X224A3", "004010X097A1"]) {
    it(`are read from 837D of ${version}`, async () => {
      const text = interchange(version, [...BILLING, ...SUBSCRIBER, ...DENTAL]);
      const { claims: read837, problems } = await read(text);
      expect(problems).to.deep.equal([]);
      expect(read837).to.have.length(1);
      expect(read837[0]).to.deep.include({
        kind: "dental",
        charge: "155.50",
        serviceDates: { from: "2026-01-04", to: "2026-01-04" },
        lines: [
          {
            number: 1,
            procedure: { qualifier: "AD", code: "D2150", modifiers: [] },
            charge: "150.25",
            quantity: "1",
            adjudications: [],
          },
          {
            number: 2,
            procedure: { qualifier: "AD", code: "D0120", modifiers: [] },
            charge: "5.25",
            adjudications: [],
          },
        ],
      });
    });
  }

  it("carry nothing of the patient", async () => {
    const patient = ["HL*3*2*23*0", "PAT*19", "NM1*QC*1*TESTCHILD*GAMMA", "N3*4 TEST STREET", "DMG*D8*20200202*M"];
    const text = claims([
      ...BILLING,
      ...SUBSCRIBER,
      ...patient,
      ...professionalClaim("A").map((segment) => segment.replace("HC:99213:25", "HC:99213:25::::TESTCHILD's arm")),
    ]);
    const reading = await read(text);
    expect(numbersOf(reading)).to.deep.equal(["A"]);
    expect(JSON.stringify(reading)).not.to.match(/TEST(PERSON|CHILD| STREET)|MEMBER1|1950|2020|J020/);
  });

  it("have the decisions of other payers, on the claim and on its lines", async () => {
    const text = claims([
      ...BILLING,
      ...SUBSCRIBER,
      "CLM*A*100.00***11:B:1*Y*A*Y*Y",
      "REF*F8*OWN",
      "SBR*S*01*******12",
      "CAS*PR*1*21.89**2*15.00",
      "CAS*CO*45*-3.5*2",
      "AMT*D*39.15",
      "AMT*EAF*36.89",
      "OI***Y*P**Y",
      "NM1*IL*1*TESTPERSON*BETA****MI*MEMBER2",
      "NM1*PR*2*OTHER PAYER*****PI*PAYER2",
      "REF*F8*OTHERPAYERS",
      "SBR*T*18",
      "NM1*IL*1*TESTPERSON*BETA****MI*MEMBER3",
      "LX*1",
      "SV1*HC:99213*100.00*MJ*61***1",
      "DTP*472*D8*20260103",
      "NM1*82*1*TESTDOCTOR*BETA****XX*1234567893",
      "SVD*PAYER2*40.00*HC:99213**1",
      "CAS*CO*45*60.00",
      "DTP*573*D8*20260104",
      "SVD*PAYER3*0",
    ]);
    const { claims: read837, problems } = await read(text);
    expect(problems).to.deep.equal([]);
    expect(read837[0]!.originalReferenceNumber).to.equal("OWN");
    expect(read837[0]!.serviceDates).to.deep.equal({ from: "2026-01-03", to: "2026-01-03" });
    expect(read837[0]!.otherPayers).to.deep.equal([
      {
        payerResponsibility: "S",
        claimFilingIndicator: "12",
        payerId: "PAYER2",
        paid: "39.15",
        adjustments: [
          { group: "PR", reason: "1", amount: "21.89" },
          { group: "PR", reason: "2", amount: "15.00" },
          { group: "CO", reason: "45", amount: "-3.50", quantity: "2" },
        ],
      },
      { payerResponsibility: "T", adjustments: [] },
    ]);
    expect(read837[0]!.lines[0]!.adjudications).to.deep.equal([
      {
        payerId: "PAYER2",
        paid: "40.00",
        procedure: { qualifier: "HC", code: "99213", modifiers: [] },
        adjustments: [{ group: "CO", reason: "45", amount: "60.00" }],
      },
      { payerId: "PAYER3", paid: "0.00", adjustments: [] },
    ]);
  });

  it("belong to the billing provider and payer above them", async () => {
    const other = (segments: Segments): string[] =>
      segments.map((segment) => segment.replace("XX*1234567893", "24*987654321").replace("PAYER1", "PAYER9"));
    const text = claims([
      ...professional("A"),
      ...other(BILLING.slice(3).filter((segment) => !segment.startsWith("REF"))),
      ...other(SUBSCRIBER),
      ...professionalClaim("B"),
    ]);
    const reading = await read(text);
    expect(reading.problems).to.deep.equal([]);
    expect(reading.claims.map(({ billingProvider, payerId }) => ({ billingProvider, payerId }))).to.deep.equal([
      { billingProvider: CONTEXT.billingProvider, payerId: "PAYER1" },
      { billingProvider: { taxId: "987654321" }, payerId: "PAYER9" },
    ]);
  });

  it("do not carry a social security number of the billing provider", async () => {
    const reading = await read(
      changed(changed(FILE, "XX*1234567893", "34*900112222"), "REF*EI*123456789~\n", "REF*SY*900112222~\n"),
    );
    expect(reading.problems).to.deep.equal([]);
    expect(reading.claims.map(({ billingProvider }) => billingProvider)).to.deep.equal([{}, {}]);
    expect(JSON.stringify(reading)).not.to.include("900112222");
  });

  it("are read with another separator of components than ISA16 declares, which is told once a transaction", async () => {
    const text = FILE.replaceAll("11:B:1", "11>B>1").replaceAll("HC:99213:25", "HC>99213>25");
    const reading = await read(text);
    expect(numbersOf(reading)).to.deep.equal(["A", "B"]);
    expect(reading.claims[1]!.lines[0]!.procedure).to.deep.equal({ qualifier: "HC", code: "99213", modifiers: ["25"] });
    const line = segmentNumber(text, "CLM*A");
    expect(found(reading.problems)).to.deep.equal([`COMPONENT_SEPARATOR_UNDECLARED nothing ${line} CLM05`]);
    expect(reading.summary.balanced).to.equal(true);
  });

  it("are read where the frequency is written as a number with decimals, which is told", async () => {
    const text = changed(FILE, "CLM*A*100.00***11:B:1*", "CLM*A*100.00***11:B:1.00*");
    const reading = await read(text);
    expect(reading.claims.map(({ frequencyCode }) => frequencyCode)).to.deep.equal(["1", "1"]);
    expect(found(reading.problems)).to.deep.equal([`CODE_AS_NUMBER nothing ${segmentNumber(text, "CLM*A")} CLM05-3`]);
  });
});

describe("problems of X12 837", () => {
  const claimA = segmentNumber(FILE, "CLM*A");
  const head = "CLM*A*100.00***11:B:1*Y";
  const [first, second] = [claimA + 3, claimA + 6];

  /** What is changed in claim A, what is reported, and whether what was read adds up. */
  const ofOneClaim: [name: string, from: string, to: string, problem: string][] = [
    [
      "a charge that the lines do not sum to",
      head,
      "CLM*A*100.01***11:B:1*Y",
      `CHARGE_UNBALANCED claim ${claimA} CLM02`,
    ],
    ["no patient control number", head, "CLM**100.00***11:B:1*Y", `ELEMENT_MISSING claim ${claimA} CLM01`],
    ["no charge", head, "CLM*A****11:B:1*Y", `ELEMENT_MISSING claim ${claimA} CLM02`],
    ["a charge that is no decimal", head, "CLM*A*1e2***11:B:1*Y", `AMOUNT_INVALID claim ${claimA} CLM02`],
    [
      "a charge of more than 18 digits",
      head,
      "CLM*A*12345678901234567.89***11:B:1*Y",
      `AMOUNT_INVALID claim ${claimA} CLM02`,
    ],
    ["a negative charge", head, "CLM*A*-100.00***11:B:1*Y", `AMOUNT_NEGATIVE claim ${claimA} CLM02`],
    ["no facility", head, "CLM*A*100.00****Y", `ELEMENT_MISSING claim ${claimA} CLM05`],
    ["no facility's code", head, "CLM*A*100.00***:B:1*Y", `ELEMENT_MISSING claim ${claimA} CLM05-1`],
    ["no frequency", head, "CLM*A*100.00***11:B*Y", `FREQUENCY_UNKNOWN claim ${claimA} CLM05-3`],
    ["an unknown frequency", head, "CLM*A*100.00***11:B:9*Y", `FREQUENCY_UNKNOWN claim ${claimA} CLM05-3`],
    [
      "bytes that are no UTF-8 in what is read",
      head,
      "CLM*A\ufffd*100.00***11:B:1*Y",
      `ELEMENT_INVALID claim ${claimA} CLM01`,
    ],
    ["a line's number that is none", "LX*1", "LX*one", `ELEMENT_INVALID claim ${first - 1} LX01`],
    [
      "an unknown procedure qualifier",
      "SV1*HC:99213:25",
      "SV1*XX:99213:25",
      `QUALIFIER_UNKNOWN claim ${first} SV101-1`,
    ],
    ["no procedure", "SV1*HC:99213:25", "SV1*", `ELEMENT_MISSING claim ${first} SV101`],
    ["no procedure code", "SV1*HC:99213:25", "SV1*HC::25", `ELEMENT_MISSING claim ${first} SV101-2`],
    ["a line's charge that is no decimal", "*60.50*UN", "*60,50*UN", `AMOUNT_INVALID claim ${first} SV102`],
    ["a negative line", "*60.50*UN", "*-60.50*UN", `AMOUNT_NEGATIVE claim ${first} SV102`],
    ["an unknown unit", "*60.50*UN", "*60.50*KG", `QUALIFIER_UNKNOWN claim ${first} SV103`],
    ["no quantity", "*60.50*UN*1", "*60.50*UN*", `ELEMENT_MISSING claim ${first} SV104`],
    [
      "an unknown format of dates",
      "DTP*472*D8*20260103",
      "DTP*472*D9*20260103",
      `QUALIFIER_UNKNOWN claim ${first + 1} DTP02`,
    ],
    ["a day that is none", "DTP*472*D8*20260103", "DTP*472*D8*20260230", `DATE_INVALID claim ${first + 1} DTP03`],
    [
      "a range where a day is announced",
      "D8*20260103",
      "D8*20260103-20260104",
      `DATE_INVALID claim ${first + 1} DTP03`,
    ],
    ["days in the wrong order", "20260104-20260105", "20260106-20260105", `DATE_INVALID claim ${second + 1} DTP03`],
    [
      "three days in a range",
      "20260104-20260105",
      "20260104-20260105-20260106",
      `DATE_INVALID claim ${second + 1} DTP03`,
    ],
    ["a line without a date", "DTP*472*D8*20260103", "DTP*471*D8*20260103", `SEGMENT_MISSING claim ${claimA} CLM`],
    [
      "a line of an institutional claim",
      "SV1*HC:99213:25",
      "SV2*0450*HC:99213:25",
      `SEGMENT_UNEXPECTED claim ${first} SV2`,
    ],
    ["a line without its service", "SV1*HC:99213:25*60.50*UN*1***1", "SV5*X", `SEGMENT_MISSING claim ${claimA} CLM`],
    ["two services in a line", "LX*2", "PS1*X", `SEGMENT_UNEXPECTED claim ${second} SV1`],
    ["a service before the first line", "LX*1", "PS1*X", `SEGMENT_UNEXPECTED claim ${first} SV1`],
    ["a decision of nobody", "HI*ABK:J020", "CAS*CO*45*1", `SEGMENT_UNEXPECTED claim ${claimA + 1} CAS`],
    [
      "another payer after the lines",
      "DTP*472*RD8",
      "SBR*S*18~\nDTP*472*RD8",
      `SEGMENT_UNEXPECTED claim ${second + 1} SBR`,
    ],
    ["an unknown responsibility", "HI*ABK:J020", "SBR*X*18", `CODE_UNKNOWN claim ${claimA + 1} SBR01`],
    ["an unknown adjustment group", "HI*ABK:J020", "SBR*S~\nCAS*XX*45*1", `CODE_UNKNOWN claim ${claimA + 2} CAS01`],
    ["an adjustment without a reason", "HI*ABK:J020", "SBR*S~\nCAS*CO**1", `ELEMENT_MISSING claim ${claimA + 2} CAS02`],
    [
      "an adjustment without an amount",
      "HI*ABK:J020",
      "SBR*S~\nCAS*CO*45",
      `ELEMENT_MISSING claim ${claimA + 2} CAS03`,
    ],
    ["a paid amount that is none", "HI*ABK:J020", "SBR*S~\nAMT*D*x", `AMOUNT_INVALID claim ${claimA + 2} AMT02`],
  ];
  for (const [name, from, to, problem] of ofOneClaim) {
    it(`report ${name}, and the other claim is read`, async () => {
      const text = FILE.replace(from, () => to);
      expect(text).not.to.equal(FILE);
      const extra = to.split("~").length - 1;
      const reading = await read(changed(text, "SE*33*", `SE*${33 + extra}*`));
      expect(found(reading.problems)).to.deep.equal([problem]);
      expect(numbersOf(reading)).to.deep.equal(["B"]);
      expect(reading.summary).to.deep.include({ claims: 1, totalCharge: "100.00", balanced: false });
      expect(reading.summary.leftOut).to.include({ transactions: 0, claims: 1 });
    });
  }

  it("report a claim without lines", async () => {
    const text = claims([...professional("A"), professionalClaim("B")[0]!]);
    const reading = await read(text);
    expect(found(reading.problems)).to.deep.equal([`SEGMENT_MISSING claim ${segmentNumber(text, "CLM*B")} CLM`]);
    expect(numbersOf(reading)).to.deep.equal(["A"]);
  });

  it("say what the lines sum to, and what is left out charges", async () => {
    const reading = await read(changed(FILE, head, "CLM*A*99.5***11:B:1*Y"));
    expect(reading.problems[0]!.message).to.equal("CLM02 is 99.50, the lines' charges sum to 100.00");
    expect(reading.problems[0]!.place).to.deep.equal({ ...placeOfClaim(FILE, "A"), element: "CLM02" });
    expect(reading.summary.leftOut).to.deep.equal({ transactions: 0, claims: 1, totalCharge: "99.50" });
  });

  it("report a frequency that the kind of claim does not have", async () => {
    const institutional = interchange("005010X223A3", [
      ...BILLING,
      ...SUBSCRIBER,
      ...INSTITUTIONAL.map((segment) => segment.replace("13:A:7", "13:A:6")),
    ]);
    expect(found((await read(institutional)).problems)).to.deep.equal([
      `FREQUENCY_UNKNOWN claim ${segmentNumber(institutional, "CLM")} CLM05-3`,
    ]);
  });

  /** What is changed above the claims A and B; C is in a transaction of its own. */
  const ofAll: [name: string, from: string, to: string, problems: (text: string) => string[]][] = [
    [
      "no billing provider",
      "NM1*85*",
      "NM1*117*",
      (text) => ["A", "B"].map((number) => `SEGMENT_MISSING claim ${segmentNumber(text, `CLM*${number}`)} CLM`),
    ],
    [
      "an unknown qualifier of the billing provider's number",
      "*XX*1234567893",
      "*ZZ*1234567893",
      (text) => [`QUALIFIER_UNKNOWN claim ${segmentNumber(text, "NM1*85")} NM108`],
    ],
    [
      "a billing provider without the number that is announced",
      "*XX*1234567893",
      "*XX",
      (text) => [`ELEMENT_MISSING claim ${segmentNumber(text, "NM1*85")} NM109`],
    ],
    [
      "no subscriber",
      "SBR*P*18*******CI",
      "PAT*",
      (text) => ["A", "B"].map((number) => `SEGMENT_MISSING claim ${segmentNumber(text, `CLM*${number}`)} CLM`),
    ],
    [
      "an unknown responsibility of the payer",
      "SBR*P*",
      "SBR*Z*",
      (text) => [`CODE_UNKNOWN claim ${segmentNumber(text, "SBR")} SBR01`],
    ],
    [
      "an unknown filing indicator",
      "*******CI",
      "*******QQ",
      (text) => [`CODE_UNKNOWN claim ${segmentNumber(text, "SBR")} SBR09`],
    ],
    [
      "no payer",
      "NM1*PR*",
      "NM1*XX*",
      (text) => ["A", "B"].map((number) => `SEGMENT_MISSING claim ${segmentNumber(text, `CLM*${number}`)} CLM`),
    ],
    [
      "an unknown qualifier of the payer's number",
      "*PI*PAYER1",
      "*ZZ*PAYER1",
      (text) => [`QUALIFIER_UNKNOWN claim ${segmentNumber(text, "NM1*PR")} NM108`],
    ],
    [
      "an unknown level",
      "HL*2*1*22*0",
      "HL*2*1*99*0",
      (text) => [`CODE_UNKNOWN transaction ${segmentNumber(text, "HL*2")} HL03`],
    ],
    [
      "a subscriber before its level",
      "HL*2*1*22*0~\n",
      "",
      (text) => [`SEGMENT_UNEXPECTED claim ${segmentNumber(text, "SBR")} SBR`],
    ],
  ];
  for (const [name, from, to, problems] of ofAll) {
    it(`report ${name}, which leaves out the claims below, and the rest is read`, async () => {
      const segments = professional("A", "B")
        .map((segment) => `${segment}~\n`)
        .join("");
      const own = changed(segments, from, to).split("~\n").slice(0, -1);
      const text = claims(own, professional("C"));
      const reading = await read(text);
      expect(found(reading.problems)).to.deep.equal(problems(text));
      expect(numbersOf(reading)).to.deep.equal(["C"]);
      expect(reading.summary.leftOut).to.include({ claims: 2, totalCharge: "200.00" });
    });
  }

  it("report lines outside of claims once, and leave out the other claims of that subscriber", async () => {
    const text = claims(
      professional("A", "B").map((segment) => segment.replace(/^CLM\*A/, "NTE*A")),
      professional("C"),
    );
    const reading = await read(text);
    expect(found(reading.problems)).to.deep.equal([`SEGMENT_UNEXPECTED claim ${segmentNumber(text, "LX*1")} LX`]);
    expect(numbersOf(reading)).to.deep.equal(["C"]);
  });

  it("report a billing provider without any number", async () => {
    const text = claims(
      professional("A")
        .filter((segment) => !segment.startsWith("REF*EI"))
        .map((segment) => segment.replace("*****XX*1234567893", "")),
    );
    const reading = await read(text);
    expect(found(reading.problems)).to.deep.equal([`SEGMENT_MISSING claim ${segmentNumber(text, "CLM*A")} CLM`]);
    expect(reading.problems[0]!.message).to.include("NM109");
  });
});
