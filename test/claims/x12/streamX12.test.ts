import { expect } from "chai";
import fc from "fast-check";

import {
  changed,
  claims,
  found,
  GROUP,
  INTERCHANGE,
  interchange,
  numbersOf,
  professional,
  read,
  segmentNumber,
} from "./documents";
import {
  formatDecimal,
  parseDecimal,
  readX12,
  streamX12,
  type X12Item,
  type X12Reading,
} from "../../../src/claims/index.js";
import { CareProofError } from "../../../src/errors.js";

/** Two transactions: A and B, then C. */
const FILE = claims(professional("A", "B"), professional("C"));

/** Where the second transaction's ST stands. */
const SECOND = segmentNumber(FILE, "ST*837*0002");

async function itemsOf(chunks: Iterable<Uint8Array | string>): Promise<X12Item[]> {
  const items: X12Item[] = [];
  for await (const item of streamX12(chunks)) items.push(item);
  return items;
}

describe("X12 interchanges as a stream", () => {
  it("are read with their totals", async () => {
    const reading = await read(FILE);
    expect(reading.problems).to.deep.equal([]);
    expect(numbersOf(reading)).to.deep.equal(["A", "B", "C"]);
    expect(reading.summary).to.deep.equal({
      transactions: 2,
      claims: 3,
      totalCharge: "300.00",
      totalPaid: "0.00",
      balanced: true,
      leftOut: { transactions: 0, claims: 0, totalCharge: "0.00" },
    });
  });

  it("give each transaction when its end has come, before the rest of the text", async () => {
    const end = FILE.indexOf("ST*837*0002");
    let hasRest = false;
    const chunks = function* (): Generator<string> {
      yield FILE.slice(0, end);
      hasRest = true;
      yield FILE.slice(end);
    };
    const first = await streamX12(chunks()).next();
    expect(hasRest).to.equal(false);
    const item = first.value as Extract<X12Item, { kind: "transaction" }>;
    expect(item.transaction).to.equal("837");
    expect(item.place).to.deep.equal({
      interchange: INTERCHANGE,
      group: GROUP,
      transaction: "0001",
      segment: 3,
      segmentInTransaction: 1,
      segmentId: "ST",
    });
    expect(item.claims.map(({ patientControlNumber }) => patientControlNumber)).to.deep.equal(["A", "B"]);
  });

  it("are the same in pieces of any length, as text and as bytes", async () => {
    const whole = await itemsOf([FILE]);
    const bytes = new TextEncoder().encode(FILE.replace("TEST CLINIC", "TÉST CLINIC 漢"));
    for (const length of [1, 2, 3, 7, 64, 1000]) {
      const cut = Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
        bytes.subarray(i * length, (i + 1) * length),
      );
      expect(await itemsOf(cut), `${length} bytes`).to.deep.equal(whole);
      expect(await itemsOf(FILE.match(new RegExp(`[^]{1,${length}}`, "g"))!), `${length} characters`).to.deep.equal(
        whole,
      );
    }
  });

  for (const [name, change] of Object.entries<(text: string) => string>({
    "without line breaks": (text) => text.replaceAll("\n", ""),
    "with CR and LF after segments": (text) => text.replaceAll("\n", "\r\n"),
    "with LF as the terminator": (text) => text.replaceAll("~\n", "\n"),
    "with a byte order mark and blanks before": (text) => `\ufeff\r\n  ${text}`,
    "without the last terminator": (text) => text.slice(0, -2),
    "with other separators": (text) =>
      text.replaceAll("~\n", "'").replaceAll("^", "\\").replaceAll("*", "|").replaceAll(":", "+"),
    "with separators of control characters": (text) =>
      text.replaceAll("~\n", "\u001c").replaceAll("*", "\u001d").replaceAll(":", "\u001f"),
    "with separators beyond ASCII": (text) => text.replaceAll("*", "§").replaceAll(":", "¦"),
  })) {
    it(`are read ${name}`, async () => {
      const reading = await readX12([new TextEncoder().encode(change(FILE))]);
      expect(reading.problems).to.deep.equal([]);
      expect(numbersOf(reading)).to.deep.equal(["A", "B", "C"]);
      expect(reading.claims.map((claim) => claim.lines[0]!.procedure!.modifiers)).to.deep.equal([
        ["25"],
        ["25"],
        ["25"],
      ]);
    });
  }

  it("may follow each other in one text, with separators of their own and blanks between", async () => {
    const other = claims(professional("D")).replaceAll("*", "|").replaceAll(":", ">").replaceAll("~", "!");
    const reading = await read(`${FILE}\n\n${other}\n${claims(professional("E"))}`);
    expect(reading.problems).to.deep.equal([]);
    expect(numbersOf(reading)).to.deep.equal(["A", "B", "C", "D", "E"]);
    expect(reading.summary.transactions).to.equal(4);
  });

  it("may have several groups, and acknowledgements of interchanges (TA1)", async () => {
    const [group] = /GS\*[^]*?GE\*2\*77~\n/.exec(FILE)!;
    const text = FILE.replace(group, `TA1*000000001*260105*1200*A*000~\n${group}${group}`).replace("IEA*1", "IEA*2");
    const reading = await read(text);
    expect(reading.problems).to.deep.equal([]);
    expect(numbersOf(reading)).to.deep.equal(["A", "B", "C", "A", "B", "C"]);
  });

  for (const [name, text, code] of [
    ["no text", "", "INPUT_EMPTY"],
    ["nothing but blanks", " \r\n\t ", "INPUT_EMPTY"],
    ["no ISA", FILE.slice(FILE.indexOf("GS*")), "ENVELOPE_MISSING"],
    ["an ISA that is cut off", FILE.slice(0, 100), "ENVELOPE_MISSING"],
    ["something else", '{"resourceType":"Claim"}', "ENVELOPE_MISSING"],
    ["two characters", "IS", "ENVELOPE_MISSING"],
    ["an ISA with too few elements", `ISA*00*${"x".repeat(400)}`, "ENVELOPE_MISSING"],
  ] as const) {
    it(`are refused as a whole where there is ${name}`, async () => {
      let failure: unknown;
      try {
        await read(text);
      } catch (error) {
        failure = error;
      }
      expect(failure).to.have.property("code", code);
    });
  }
});

describe("problems of X12 envelopes", () => {
  const ends = FILE.split("~\n");
  const firstEnd = segmentNumber(FILE, "SE*");
  const secondEnd = ends.length - 3;
  const groupEnd = secondEnd + 1;
  const interchangeEnd = groupEnd + 1;

  const cases: [name: string, text: string, problems: string[], read: string[], leftOut: [number, number]][] = [
    [
      "a wrong count in SE01",
      changed(FILE, `SE*${firstEnd - 2}*0001`, "SE*5*0001"),
      [`COUNT_MISMATCH transaction ${firstEnd} SE01`],
      ["C"],
      [1, 2],
    ],
    [
      "a count that is no number",
      changed(FILE, `SE*${firstEnd - 2}*0001`, "SE*x*0001"),
      [`COUNT_MISMATCH transaction ${firstEnd} SE01`],
      ["C"],
      [1, 2],
    ],
    [
      "another control number in SE02",
      changed(FILE, `SE*${firstEnd - 2}*0001`, `SE*${firstEnd - 2}*0009`),
      [`CONTROL_NUMBER_MISMATCH transaction ${firstEnd} SE02`],
      ["C"],
      [1, 2],
    ],
    [
      "a wrong count in GE01",
      changed(FILE, "GE*2*", "GE*3*"),
      [`COUNT_MISMATCH group ${groupEnd} GE01`],
      ["A", "B", "C"],
      [0, 0],
    ],
    [
      "another control number in GE02",
      changed(FILE, "GE*2*77", "GE*2*78"),
      [`CONTROL_NUMBER_MISMATCH group ${groupEnd} GE02`],
      ["A", "B", "C"],
      [0, 0],
    ],
    [
      "a wrong count in IEA01",
      changed(FILE, "IEA*1*", "IEA*2*"),
      [`COUNT_MISMATCH interchange ${interchangeEnd} IEA01`],
      ["A", "B", "C"],
      [0, 0],
    ],
    [
      "another control number in IEA02",
      changed(FILE, `IEA*1*${INTERCHANGE}`, "IEA*1*000000906"),
      [`CONTROL_NUMBER_MISMATCH interchange ${interchangeEnd} IEA02`],
      ["A", "B", "C"],
      [0, 0],
    ],
    [
      "no SE",
      changed(FILE, `SE*${firstEnd - 2}*0001~\n`, ""),
      [`ENVELOPE_UNCLOSED transaction ${SECOND - 1} ST`],
      ["C"],
      [1, 2],
    ],
    ["no GE", changed(FILE, "GE*2*77~\n", ""), [`ENVELOPE_UNCLOSED group ${groupEnd} IEA`], ["A", "B", "C"], [0, 0]],
    [
      "no IEA before the next interchange",
      changed(FILE, `IEA*1*${INTERCHANGE}~\n`, claims(professional("D"))),
      [`ENVELOPE_UNCLOSED interchange ${interchangeEnd} ISA`],
      ["A", "B", "C", "D"],
      [0, 0],
    ],
    [
      "no ST: told once for all that is outside",
      changed(FILE, "ST*837*0002~\n", ""),
      [`ENVELOPE_MISSING transaction ${SECOND} BHT`, `COUNT_MISMATCH group ${groupEnd - 1} GE01`],
      ["A", "B"],
      [0, 0],
    ],
    [
      "no GS",
      FILE.replace(/GS\*.*~\n/, "").replace("ST*837*0001", "ST*837*0001*005010X222A1"),
      [
        "ENVELOPE_MISSING transaction 2 ST",
        `ENVELOPE_MISSING transaction ${SECOND - 1} ST`,
        `ENVELOPE_MISSING group ${groupEnd - 1} GE`,
        `COUNT_MISMATCH interchange ${interchangeEnd - 1} IEA01`,
      ],
      [],
      [0, 0],
    ],
    [
      "no ISA of a second interchange: up to the next",
      `${FILE}${FILE.slice(FILE.indexOf("GS*"))}${claims(professional("D"))}`,
      [`ENVELOPE_MISSING interchange ${interchangeEnd + 1} GS`],
      ["A", "B", "C", "D"],
      [0, 0],
    ],
    [
      "an element of ISA with another width",
      `${FILE.replace("*SENDER         *", "*SENDER        *")}${claims(professional("D"))}`,
      ["ISA_INVALID interchange 1 ISA06"],
      ["D"],
      [2, 3],
    ],
    [
      "a second ISA that is none",
      `${FILE}ISA*00*01~\nGS*HC~\n${claims(professional("D"))}`,
      [`ISA_INVALID interchange ${interchangeEnd + 1} ISA02`],
      ["A", "B", "C", "D"],
      [0, 0],
    ],
    [
      "an end within a transaction",
      FILE.slice(0, FILE.lastIndexOf("SE*")),
      [`TRUNCATED transaction ${secondEnd - 1} DTP`],
      ["A", "B"],
      [1, 1],
    ],
    [
      "an end within a segment",
      FILE.slice(0, FILE.lastIndexOf("SE*") + 4),
      [`TRUNCATED transaction ${secondEnd - 1} DTP`],
      ["A", "B"],
      [1, 1],
    ],
    [
      "an end within a group",
      FILE.slice(0, FILE.indexOf("GE*")),
      [`TRUNCATED group ${secondEnd} SE`],
      ["A", "B", "C"],
      [0, 0],
    ],
    [
      "an end within an interchange",
      FILE.slice(0, FILE.indexOf("IEA*")),
      [`TRUNCATED interchange ${groupEnd} GE`],
      ["A", "B", "C"],
      [0, 0],
    ],
    [
      "text after the last segment",
      `${FILE}more`,
      [`TRUNCATED interchange ${interchangeEnd} IEA`],
      ["A", "B", "C"],
      [0, 0],
    ],
    [
      "a transaction of another kind",
      changed(FILE, "ST*837*0001", "ST*276*0001*005010X212"),
      ["TRANSACTION_UNSUPPORTED transaction 3 ST03"],
      ["C"],
      [1, 0],
    ],
    [
      "a transaction that is not of its version's kind",
      changed(FILE, "ST*837*0001", "ST*835*0001"),
      ["TRANSACTION_UNSUPPORTED transaction 3 ST01"],
      ["C"],
      [1, 0],
    ],
    [
      "a version that is not known",
      interchange("005010X999", professional("A")),
      ["TRANSACTION_UNSUPPORTED transaction 3 ST01"],
      [],
      [1, 0],
    ],
  ];
  for (const [name, text, problems, numbers, [transactions, left]] of cases) {
    it(`report ${name}, and the rest is read`, async () => {
      const reading = await read(text);
      expect(found(reading.problems)).to.deep.equal(problems);
      expect(numbersOf(reading)).to.deep.equal(numbers);
      expect(reading.summary.leftOut).to.include({ transactions, claims: left });
    });
  }

  it("name the place by control numbers, and what is and what should be", async () => {
    const { problems } = await read(changed(FILE, "SE*25*0002", "SE*2*0009"));
    const place = {
      interchange: INTERCHANGE,
      group: GROUP,
      transaction: "0002",
      segment: secondEnd,
      segmentInTransaction: secondEnd - SECOND + 1,
      segmentId: "SE",
    };
    expect(problems).to.deep.equal([
      {
        code: "COUNT_MISMATCH",
        message: 'SE01 is "2", there are 25 segments',
        left: "transaction",
        place: { ...place, element: "SE01" },
      },
      {
        code: "CONTROL_NUMBER_MISMATCH",
        message: 'SE02 is "0009", ST02 is "0002"',
        left: "transaction",
        place: { ...place, element: "SE02" },
      },
    ]);
  });

  it("are all that damage anywhere leads to: what is read still adds up, and nothing else is thrown", async () => {
    const damage = fc.record({
      at: fc.nat({ max: FILE.length - 1 }),
      length: fc.nat({ max: 40 }),
      text: fc.oneof(fc.constantFrom("~", "*", ":", "ISA*", "SE*", "CLM*", "-", ""), fc.string({ maxLength: 5 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
        const text = damages.reduce(
          (before, { at, length, text: other }) => before.slice(0, at) + other + before.slice(at + length),
          FILE,
        );
        let reading: X12Reading;
        try {
          reading = await read(text);
        } catch (error) {
          expect(error).to.be.instanceOf(CareProofError).with.property("code", "ENVELOPE_MISSING");
          return;
        }
        for (const { charge, lines } of reading.claims) {
          const sum = lines.reduce((total, line) => total + parseDecimal(line.charge)!, 0n);
          expect(formatDecimal(sum)).to.equal(charge);
        }
        // Whatever is missing has its reason.
        if (reading.summary.claims < 3) expect(reading.problems).not.to.be.empty;
      }),
      { numRuns: 500 },
    );
  });

  it("count as not balanced where the text is cut off, since nobody can tell", async () => {
    expect((await read(FILE.slice(0, FILE.indexOf("IEA*")))).summary.balanced).to.equal(false);
    expect((await read(changed(FILE, "IEA*1*", "IEA*2*"))).summary.balanced).to.equal(true);
  });
});
