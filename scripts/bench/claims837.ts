/** Ten megabytes of claims, which the built tool reads. People and organisations are invented. */
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { runTool, type Figures } from "./child";

/** What {@link benchClaimsFile} measures. */
export interface ClaimsFileBench extends Figures {
  readonly bytes: number;
  readonly claims: number;
}

/** What the tool says of a file with `--json`. */
interface Summary {
  readonly claims: number;
  readonly totalCharge: string;
  readonly balanced: boolean;
}

const TEN_MEGABYTES = 10_000_000;
const CLAIMS_A_TRANSACTION = 100;
const TRANSACTIONS_AN_INTERCHANGE = 10;
/** What lines charge (cents), and services that they are for. */
const CHARGES = [9_200, 18_050, 4_399, 120_000, 7];
const CODES = ["99213", "99214:25", "87070", "70553:26:TC", "36415"];

/**
 * Has the built tool read a file of professional and institutional claims of 1 to 8 lines, in a process of its own.
 *
 * @throws Error if the tool fails, or does not find the claims and the charges that were written.
 */
export async function benchClaimsFile(bytes = TEN_MEGABYTES): Promise<ClaimsFileBench> {
  const folder = mkdtempSync(join(tmpdir(), "careproof-"));
  try {
    const file = join(folder, "claims.837");
    const written = { claims: 0, cents: 0, bytes: 0 };
    await pipeline(Readable.from(interchanges(bytes, written)), createWriteStream(file));
    const { seconds, maxRssBytes, output } = await runTool(["claims", "read", file, "--json", "--quiet"]);
    const { summary } = JSON.parse(output) as { summary: Summary };
    const totalCharge = (written.cents / 100).toFixed(2);
    if (summary.claims !== written.claims || summary.totalCharge !== totalCharge || !summary.balanced) {
      throw new Error(`wrote ${written.claims} claims of ${totalCharge}, read ${JSON.stringify(summary)}`);
    }
    return { bytes: statSync(file).size, claims: written.claims, seconds, maxRssBytes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Interchanges until there are so many bytes; what was written is counted. */
function* interchanges(bytes: number, written: { claims: number; cents: number; bytes: number }): Generator<string> {
  for (let number = 1; written.bytes < bytes; number++) {
    const control = String(number).padStart(9, "0");
    const isInstitutional = number % 3 === 0;
    const segments = [
      `ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*1200*^*00501*${control}*0*T*:`,
      `GS*HC*SENDER*RECEIVER*20260105*1200*${number}*X*${isInstitutional ? "005010X223A2" : "005010X222A1"}`,
    ];
    for (let set = 1; set <= TRANSACTIONS_AN_INTERCHANGE; set++) {
      const setControl = String(set).padStart(4, "0");
      const body = [...HEAD];
      for (let n = 0; n < CLAIMS_A_TRANSACTION; n++) {
        const { claim, cents } = claimOf(++written.claims, isInstitutional, n + 2);
        body.push(...claim);
        written.cents += cents;
      }
      segments.push(`ST*837*${setControl}`, ...body, `SE*${body.length + 2}*${setControl}`);
    }
    segments.push(`GE*${TRANSACTIONS_AN_INTERCHANGE}*${number}`, `IEA*1*${control}`);
    const text = `${segments.join("~\n")}~\n`;
    written.bytes += text.length;
    yield text;
  }
}

const HEAD = [
  "BHT*0019*00*REF1*20260105*1200*CH",
  "NM1*41*2*TEST SUBMITTER*****46*SUBMITTER",
  "NM1*40*2*TEST RECEIVER*****46*RECEIVER",
  "HL*1**20*1",
  "NM1*85*2*TEST CLINIC*****XX*1234567893",
  "N3*1 TEST STREET",
  "N4*TEST TOWN*MD*20705",
  "REF*EI*123456789",
];

/** A subscriber with a claim, at a level of that number, and what it charges. */
function claimOf(number: number, isInstitutional: boolean, level: number): { claim: string[]; cents: number } {
  const lines = 1 + (number % 8);
  let cents = 0;
  const day = String(1 + (number % 28)).padStart(2, "0");
  const segments: string[] = [];
  for (let line = 1; line <= lines; line++) {
    const charge = CHARGES[(number + line) % CHARGES.length]!;
    const code = CODES[(number * line) % CODES.length]!;
    cents += charge;
    const amount = (charge / 100).toFixed(2);
    segments.push(
      `LX*${line}`,
      isInstitutional ? `SV2*0300*HC:${code}*${amount}*UN*${line}` : `SV1*HC:${code}*${amount}*UN*${line}***1`,
      `DTP*472*D8*202601${day}`,
      `REF*6R*LINE${number}-${line}`,
    );
  }
  const place = isInstitutional ? "11:A:1*" : "11:B:1*Y";
  return {
    claim: [
      `HL*${level}*1*22*0`,
      "SBR*P*18*******CI",
      `NM1*IL*1*TESTPERSON*P${number}****MI*MEMBER${number}`,
      "N3*2 TEST STREET",
      "DMG*D8*19500101*F",
      "NM1*PR*2*TEST PAYER*****PI*PAYER1",
      `CLM*ACCOUNT${number}*${(cents / 100).toFixed(2)}***${place}*A*Y*Y`,
      ...(isInstitutional ? [`DTP*434*RD8*202601${day}-202601${day}`, "CL1*1*7*30"] : []),
      "HI*ABK:J020",
      ...segments,
    ],
    cents,
  };
}
