/** X12 texts for tests, in the usual separators. People and organisations are invented. */
import { readX12, type X12Problem, type X12Reading } from "../../../src/claims/index.js";

/** The segments between ST and SE, without terminators. */
export type Segments = readonly string[];

/** Loops 2000A and 2010AA: the billing provider. */
export const BILLING: Segments = [
  "BHT*0019*00*REF1*20260105*1200*CH",
  "NM1*41*2*TEST SUBMITTER*****46*SUBMITTER",
  "NM1*40*2*TEST RECEIVER*****46*RECEIVER",
  "HL*1**20*1",
  "NM1*85*2*TEST CLINIC*****XX*1234567893",
  "N3*1 TEST STREET",
  "N4*TEST TOWN*MD*20705",
  "REF*EI*123456789",
  "NM1*87*2",
];

/** Loops 2000B: the subscriber and the payer. */
export const SUBSCRIBER: Segments = [
  "HL*2*1*22*0",
  "SBR*P*18*******CI",
  "NM1*IL*1*TESTPERSON*ALPHA****MI*MEMBER1",
  "N3*2 TEST STREET",
  "DMG*D8*19500101*F",
  "NM1*PR*2*TEST PAYER*****PI*PAYER1",
];

/** A professional claim of two lines that charge 60.50 and 39.50. */
export function professionalClaim(number: string): Segments {
  return [
    `CLM*${number}*100.00***11:B:1*Y*A*Y*Y`,
    "HI*ABK:J020",
    "LX*1",
    "SV1*HC:99213:25*60.50*UN*1***1",
    "DTP*472*D8*20260103",
    "LX*2",
    "SV1*HC:87070*39.50*UN*2***1",
    "DTP*472*RD8*20260104-20260105",
  ];
}

/** A transaction with professional claims of these numbers. */
export function professional(...numbers: string[]): Segments {
  return [...BILLING, ...SUBSCRIBER, ...numbers.flatMap(professionalClaim)];
}

/** The head of an 835 that pays an amount. */
export function paymentHead(amount: string): Segments {
  return [
    `BPR*I*${amount}*C*CHK************20260110`,
    "TRN*1*CHECK1*1999999999",
    "DTM*405*20260109",
    "N1*PR*TEST PAYER",
    "N3*3 TEST STREET",
    "REF*2U*PAYER1",
    "N1*PE*TEST CLINIC*XX*1234567893",
    "REF*TJ*123456789",
    "LX*1",
  ];
}

/** A claim of an 835 that charges 100.00 and is paid 80.00, with one line. */
export function paidClaim(number: string): Segments {
  return [
    `CLP*${number}*1*100.00*80.00*15.00*12*PAYERCLAIM-${number}`,
    "CAS*CO*45*5.00",
    "NM1*QC*1*TESTPERSON*ALPHA****MI*MEMBER1",
    "DTM*232*20260103",
    "SVC*HC:99213*100.00*85.00**1",
    "DTM*472*20260103",
    "CAS*PR*1*10.00**2*5.00*1",
  ];
}

/** Where envelopes are: their control numbers. */
export const INTERCHANGE = "000000905";
export const GROUP = "77";

/** An interchange of one group; its transactions are numbered 0001, 0002, … */
export function interchange(version: string, ...transactions: Segments[]): string {
  const id = version.startsWith("005010X221") || version.startsWith("004010X091") ? "835" : "837";
  const sets = transactions.flatMap((segments, index) => {
    const number = String(index + 1).padStart(4, "0");
    return [`ST*${id}*${number}`, ...segments, `SE*${segments.length + 2}*${number}`];
  });
  return [
    `ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*1200*^*00501*${INTERCHANGE}*0*T*:`,
    `GS*${id === "835" ? "HP" : "HC"}*SENDER*RECEIVER*20260105*1200*${GROUP}*X*${version}`,
    ...sets,
    `GE*${transactions.length}*${GROUP}`,
    `IEA*1*${INTERCHANGE}`,
    "",
  ].join("~\n");
}

/** An interchange of 837P. */
export function claims(...transactions: Segments[]): string {
  return interchange("005010X222A1", ...transactions);
}

/** An interchange of 835. */
export function payments(...transactions: Segments[]): string {
  return interchange("005010X221A1", ...transactions);
}

/** A text with something else in the place of what stands in it once. */
export function changed(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${from} does not stand in the text once`);
  return text.replace(from, () => to);
}

/** The number of a segment in a text, from 1, by how it begins. */
export function segmentNumber(text: string, beginning: string): number {
  return text.split("~\n").findIndex((segment) => segment.startsWith(beginning)) + 1;
}

export async function read(text: string): Promise<X12Reading> {
  return readX12([text]);
}

/** Numbers of the claims that were read, of 837s and 835s. */
export function numbersOf({ claims: read837, payments: read835 }: X12Reading): string[] {
  return [...read837, ...read835.flatMap((payment) => payment.claims)].map((claim) => claim.patientControlNumber);
}

/** What of problems tests compare. */
export function found(problems: readonly X12Problem[]): string[] {
  return problems.map(({ code, left, place: { segment, segmentId, element } }) =>
    [code, left ?? "nothing", segment, element ?? segmentId].join(" "),
  );
}
