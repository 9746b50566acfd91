import { expect } from "chai";
import fc from "fast-check";

import {
  readX12,
  writeX12,
  type X12InterchangeContent,
  type X12SegmentContent,
  type X12Separators,
} from "../../../src/claims/index.js";

const ENVELOPE = {
  sender: { qualifier: "ZZ", id: "PAYER" },
  receiver: { qualifier: "ZZ", id: "CLINIC" },
  time: new Date("2026-01-05T12:34:56Z"),
  controlNumber: 42,
} as const;

function withSegments(segments: readonly X12SegmentContent[], more: Partial<X12InterchangeContent> = {}): string {
  return writeX12({
    ...ENVELOPE,
    groups: [
      {
        functionalId: "HC",
        sender: "PAYER",
        receiver: "CLINIC",
        controlNumber: 7,
        version: "005010X222A1",
        transactions: [{ id: "837", controlNumber: "0001", implementation: "005010X222A1", segments }],
      },
    ],
    ...more,
  });
}

describe("writing X12", () => {
  it("makes envelopes with control numbers and counts", () => {
    const text = withSegments(
      [
        ["BHT", "0019", "00"],
        ["CLM", "A", "5", "", "", ["11", "B", "1"], "", ""],
        ["SV1", ["HC", "1", "", ""]],
      ],
      {
        lineBreak: "\n",
      },
    );
    expect(text).to.equal(
      [
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260105*1234*^*00501*000000042*0*P*:~",
        "GS*HC*PAYER*CLINIC*20260105*1234*7*X*005010X222A1~",
        "ST*837*0001*005010X222A1~",
        "BHT*0019*00~",
        "CLM*A*5***11:B:1~",
        "SV1*HC:1~",
        "SE*5*0001~",
        "GE*1*7~",
        "IEA*1*000000042~",
        "",
      ].join("\n"),
    );
  });

  it("writes no implementation where there is none, and ISA11 of old versions", () => {
    const text = writeX12({ ...ENVELOPE, version: "00401", usage: "T", groups: [] });
    expect(text).to.equal(
      "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260105*1234*U*00401*000000042*0*T*:~IEA*0*000000042~",
    );
  });

  const refused: [name: string, write: () => string, code: string, path: string | undefined][] = [
    ["an element separator in a value", () => withSegments([["NTE", "a*b"]]), "X12_VALUE_INVALID", "NTE01"],
    ["a component separator in a value", () => withSegments([["NTE", "", "a:b"]]), "X12_VALUE_INVALID", "NTE02"],
    ["a terminator in a component", () => withSegments([["NTE", ["a", "b~"]]]), "X12_VALUE_INVALID", "NTE01"],
    ["a repetition separator in a value", () => withSegments([["NTE", "a^b"]]), "X12_VALUE_INVALID", "NTE01"],
    ["a line break in a value", () => withSegments([["NTE", "a\nb"]]), "X12_VALUE_INVALID", "NTE01"],
    ["a control character in a value", () => withSegments([["NTE", "a\u001db"]]), "X12_VALUE_INVALID", "NTE01"],
    ["an id that is none", () => withSegments([["nte", "a"]]), "X12_VALUE_INVALID", "nte"],
    [
      "a sender that does not fit into ISA",
      () => withSegments([], { sender: { qualifier: "ZZ", id: "SIXTEENCHARACTER" } }),
      "X12_VALUE_INVALID",
      "ISA06",
    ],
    [
      "a separator in the sender",
      () => withSegments([], { sender: { qualifier: "ZZ", id: "A*B" } }),
      "X12_VALUE_INVALID",
      "ISA06",
    ],
    ["a control number of ten digits", () => withSegments([], { controlNumber: 1e9 }), "X12_VALUE_INVALID", "ISA13"],
    ["a negative control number", () => withSegments([], { controlNumber: -1 }), "X12_VALUE_INVALID", "ISA13"],
    [
      "separators that are equal",
      () => withSegments([], { separators: { element: "*", component: "*", segment: "~" } }),
      "SEPARATORS_INVALID",
      undefined,
    ],
    [
      "a separator that is a letter",
      () => withSegments([], { separators: { element: "x", component: ":", segment: "~" } }),
      "SEPARATORS_INVALID",
      undefined,
    ],
    [
      "a separator of two characters",
      () => withSegments([], { separators: { element: "**", component: ":", segment: "~" } }),
      "SEPARATORS_INVALID",
      undefined,
    ],
    ["a line break that is none", () => withSegments([], { lineBreak: "x" }), "SEPARATORS_INVALID", undefined],
  ];
  for (const [name, write, code, path] of refused) {
    it(`refuses ${name}`, () => {
      let failure: unknown;
      try {
        write();
      } catch (error) {
        failure = error;
      }
      expect(failure).to.include({ code, path });
    });
  }
});

interface Line {
  code: string;
  modifiers: string[];
  cents: number;
  quantity: number;
  days: [number, number];
}

interface Claim {
  number: string;
  frequency: string;
  payer: string;
  authorization: string | undefined;
  paid: number | undefined;
  lines: Line[];
}

const SYMBOLS = Array.from("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~§¦\u001c\u001d");

const separators: fc.Arbitrary<X12Separators> = fc
  .shuffledSubarray(SYMBOLS, { minLength: 4, maxLength: 4 })
  .map(([element, component, segment, repetition]) => ({
    element: element!,
    component: component!,
    segment: segment!,
    repetition: repetition!,
  }));

const code = fc.stringMatching(/^[A-Z0-9]{1,8}$/);

const line: fc.Arbitrary<Line> = fc.record({
  code,
  modifiers: fc.array(fc.stringMatching(/^[A-Z0-9]{2}$/), { maxLength: 4 }),
  cents: fc.integer({ min: 0, max: 10_000_000 }),
  quantity: fc.integer({ min: 1, max: 999 }),
  days: fc.tuple(fc.integer({ min: 10, max: 19 }), fc.integer({ min: 20, max: 28 })),
});

const claim: fc.Arbitrary<Claim> = fc.record({
  number: code,
  frequency: fc.constantFrom("1", "7", "8"),
  payer: code,
  authorization: fc.option(code, { nil: undefined }),
  paid: fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: undefined }),
  lines: fc.array(line, { minLength: 1, maxLength: 5 }),
});

/** Cents as a decimal; half of them without needless zeros, as senders write them. */
function decimal(cents: number, short: boolean): string {
  const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  return short ? text.replace(/\.?0+$/, "") || "0" : text;
}

function sumOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { cents }) => sum + cents, 0);
}

function segmentsOf(claims: readonly Claim[], short: boolean): X12SegmentContent[] {
  const head: X12SegmentContent[] = [
    ["HL", "1", "", "20", "1"],
    ["NM1", "85", "2", "TESTCLINIC", "", "", "", "", "XX", "1234567893"],
  ];
  return [
    ...head,
    ...claims.flatMap(({ number, frequency, payer, authorization, paid, lines }, index): X12SegmentContent[] => [
      ["HL", String(index + 2), "1", "22", "0"],
      ["SBR", "P", "18"],
      ["NM1", "PR", "2", "TESTPAYER", "", "", "", "", "PI", payer],
      ["CLM", number, decimal(sumOf(lines), short), "", "", ["11", "B", frequency]],
      ...(authorization === undefined ? [] : [["REF", "G1", authorization] as const]),
      ...(paid === undefined ? [] : [["SBR", "S", "18"] as const, ["AMT", "D", decimal(paid, short)] as const]),
      ...lines.flatMap((one, i): X12SegmentContent[] => [
        ["LX", String(i + 1)],
        ["SV1", ["HC", one.code, ...one.modifiers], decimal(one.cents, short), "UN", String(one.quantity)],
        ["DTP", "472", "D8", `202601${one.days[0]}`],
      ]),
    ]),
  ];
}

describe("X12 as it is written", () => {
  it("is read back, whatever the separators", async () => {
    await fc.assert(
      fc.asyncProperty(
        separators.filter((all) => !Object.values(all).some((character) => ".-".includes(character as string))),
        fc.array(fc.array(claim, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "\n", "\r\n"),
        fc.boolean(),
        async (chosen, transactions, lineBreak, short) => {
          const text = writeX12({
            ...ENVELOPE,
            separators: chosen,
            lineBreak,
            groups: [
              {
                ...{ functionalId: "HC", sender: "A", receiver: "B", controlNumber: 7, version: "005010X222A1" },
                transactions: transactions.map((claims, index) => ({
                  id: "837",
                  controlNumber: String(index + 1).padStart(4, "0"),
                  segments: segmentsOf(claims, short),
                })),
              },
            ],
          });
          const reading = await readX12([text]);
          expect(reading.problems).to.deep.equal([]);
          const all = transactions.flat();
          expect(
            reading.claims.map((one) => ({
              number: one.patientControlNumber,
              charge: one.charge,
              frequency: one.frequencyCode,
              payer: one.payerId,
              authorization: one.priorAuthorization,
              paid: one.otherPayers[0]?.paid,
              lines: one.lines.map(({ procedure, charge, quantity, serviceDates }) => ({
                procedure,
                charge,
                quantity,
                serviceDates,
              })),
            })),
          ).to.deep.equal(
            all.map(({ number, frequency, payer, authorization, paid, lines }) => ({
              number,
              charge: decimal(sumOf(lines), false),
              frequency,
              payer,
              authorization,
              paid: paid === undefined ? undefined : decimal(paid, false),
              lines: lines.map(({ code: procedure, modifiers, cents, quantity, days: [from] }) => ({
                procedure: { qualifier: "HC", code: procedure, modifiers },
                charge: decimal(cents, false),
                quantity: String(quantity),
                serviceDates: { from: `2026-01-${from}`, to: `2026-01-${from}` },
              })),
            })),
          );
          expect(reading.summary).to.include({
            transactions: transactions.length,
            claims: all.length,
            totalCharge: decimal(sumOf(all.flatMap(({ lines }) => lines)), false),
            balanced: true,
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
