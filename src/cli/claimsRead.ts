import { Command } from "commander";

import { documentName, isLineFile, readChunks, splitTexts, unreadable } from "./files.js";
import { currencyOption } from "./options.js";
import { type CommonOptions, printable, Progress, type Terminal } from "./terminal.js";
import type { FhirClaim, FhirProblem, FhirReading } from "../claims/fhir/claim.js";
import { readFhirClaims } from "../claims/fhir/readFhirClaims.js";
import type { X12Claim } from "../claims/x12/claim.js";
import type { X12ClaimPayment, X12Payment } from "../claims/x12/payment.js";
import type { X12Place, X12Problem } from "../claims/x12/problem.js";
import { readX12, type X12Reading, type X12Summary } from "../claims/x12/readX12.js";
import type { ServiceDates } from "../claims/x12/segment.js";
import { withPlace } from "../utils/errorPlace.js";

const HELP = `
Reads X12 interchanges, several in a file, with any separators: 837P, 837I and 837D (005010X222, X223, X224 and those of 4010), 835
(005010X221, 004010X091). What is wrong is left out, with the reason and the place, and the rest is read. Names, addresses, birth dates,
member ids and diagnoses of patients are not in the result.

Reads FHIR R4 too, told by what is in the file: Claim and Coverage, in a resource, a Bundle, or one a line (NDJSON).

  careproof claims read claims.837
  careproof claims read payment.835 --json
  careproof claims read claims.ndjson --currency USD

Exit code 1 where something was left out. An 835 that does not add up is read, and says so.

With --json: {"summary":{"transactions","claims","totalCharge","totalPaid","balanced","leftOut":{"transactions","claims",
"totalCharge"}},"claims":[{"kind","patientControlNumber","charge","facilityCode","frequencyCode","payerResponsibility",
"claimFilingIndicator","payerId","billingProvider","serviceDates":{"from","to"},"originalReferenceNumber","priorAuthorization",
"otherPayers","lines":[{"number","revenueCode","procedure":{"qualifier","code","modifiers"},"charge","unit","quantity",
"serviceDates","adjudications"}],"place"}],"payments":[{"amount","creditOrDebit","method","date","traceNumber","payer","payee",
"claims":[{"patientControlNumber","status","charge","paid","patientResponsibility","claimFilingIndicator","payerControlNumber",
"serviceDates","adjustments":[{"group","reason","amount","quantity"}],"lines","place"}],"providerAdjustments","balanced",
"place"}],"problems":[{"code","message","left","place":{"interchange","group","transaction","segment","segmentInTransaction",
"segmentId","element"}}]}. Amounts are decimals as text, "541.00".

Of FHIR: the same summary, "claims":[{"kind","use","patientControlNumber","charge","currency","frequencyCode","payerResponsibility",
"payerId","coverage","provider","billingProvider","serviceDates","originalReferenceNumber","priorAuthorization","otherPayers",
"lines":[{"number","revenueCode","procedure","coding","charge","quantity","serviceDates"}],"path"}],"payments":[],
"coverages":[{"reference","policyNumber","status","payers","period","order","classes","path"}],
"problems":[{"code","message","left","path"}],"passedOver":{"Patient":1}}.`;

/** Bytes before a text that are none of it: blanks, line breaks, a byte order mark. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** How many claims, payments or problems are written at once. */
const PART = 1000;

interface ReadOptions extends CommonOptions {
  readonly currency?: string;
}

/** `careproof claims read`: X12 837 claims, 835 payments and FHIR R4 claims with their totals, and what is wrong with them. */
export function readCommand(terminal: Terminal): Command {
  return new Command("read")
    .summary("the claims of an X12 837 or FHIR, the payments of an 835, and what does not add up")
    .description("Reads X12 claims (837) and payments (835) and FHIR R4 claims, and checks envelopes, codes and sums.")
    .argument("<file>", "a file of X12 or FHIR R4 JSON, or - for stdin")
    .option(
      "--currency <code>",
      "the plan's currency, such as USD: FHIR claims in another are left out",
      currencyOption,
    )
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((input: string, options: ReadOptions) => read(terminal, input, options));
}

async function read(terminal: Terminal, input: string, options: ReadOptions): Promise<void> {
  const name = documentName(input);
  const chunks = input === "-" ? (terminal.stdin as AsyncIterable<Uint8Array>) : readChunks(input);
  const progress = new Progress(terminal, options);
  let reading: X12Reading | FhirReading;
  try {
    const { isJson, all } = await detect(counted(chunks, name, progress));
    const texts = splitTexts(all, name, input !== "-" && isLineFile(input));
    reading = isJson ? await readFhirClaims(texts, options) : await readX12(all);
  } catch (error) {
    throw withPlace(error, name);
  } finally {
    progress.clear();
  }
  if (reading.problems.some(({ left }) => left !== undefined)) terminal.exitCode = 1;
  if (options.json === true) writeJson(terminal, "passedOver" in reading ? { payments: [], ...reading } : reading);
  else terminal.stdout.write(`${"passedOver" in reading ? describeFhir(reading) : describeX12(reading)}\n`);
}

/** Whether a text is JSON by its first character that is not blank, and all of it. */
async function detect(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ isJson: boolean; all: AsyncGenerator<Uint8Array> }> {
  const seen: Uint8Array[] = [];
  let first: number | undefined;
  while (first === undefined) {
    const next = await chunks.next();
    if (next.done === true) break;
    seen.push(next.value);
    first = next.value.find((byte) => !BLANKS.has(byte));
  }
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield* seen;
    yield* chunks;
  };
  return { isJson: first === "{".charCodeAt(0), all: all() };
}

/** As `writeResult` does, but in parts: of a large file the whole text would take more memory than all that was read. */
function writeJson(terminal: Terminal, { summary, ...lists }: X12Reading | FhirReading): void {
  terminal.stdout.write(`{"summary":${JSON.stringify(summary)}`);
  for (const [name, list] of Object.entries(lists) as [string, object][]) {
    if (!Array.isArray(list)) {
      terminal.stdout.write(`,"${name}":${JSON.stringify(list)}`);
      continue;
    }
    terminal.stdout.write(`,"${name}":[`);
    for (let i = 0; i < list.length; i += PART) {
      const part = JSON.stringify(list.slice(i, i + PART)).slice(1, -1);
      terminal.stdout.write(i === 0 ? part : `,${part}`);
    }
    terminal.stdout.write("]");
  }
  terminal.stdout.write("}\n");
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      progress.update("Reading bytes:", bytes);
      yield chunk;
    }
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** The result as a table for people. */
function describeX12({ summary, claims, payments, problems }: X12Reading): string {
  return describe(summary, [...claims.map(claimRow), ...payments.flatMap(paymentRows)], problems.map(problemLine));
}

function describeFhir({ summary, claims, problems, passedOver }: FhirReading): string {
  const others = Object.entries(passedOver).map(([type, number]) => `${type} ${number}`);
  const passed = others.length === 0 ? [] : [`not read  ${others.join(", ")}`];
  return describe(summary, claims.map(fhirClaimRow), problems.map(fhirProblemLine), passed);
}

function describe(summary: X12Summary, rows: string[][], problems: string[], more: string[] = []): string {
  const { transactions, leftOut } = summary;
  const lines = table(rows);
  if (lines.length > 0) lines.push("");
  lines.push(
    `read      ${count(summary.claims, "claim")} in ${count(transactions, "transaction")}`,
    `charge    ${summary.totalCharge}`,
    `paid      ${summary.totalPaid}`,
    `balanced  ${summary.balanced ? "yes" : "NO"}`,
    ...more,
  );
  if (leftOut.claims + leftOut.transactions > 0) {
    const what = `${count(leftOut.claims, "claim")}, ${count(leftOut.transactions, "whole transaction")}`;
    lines.push(`LEFT OUT  ${what}, charge ${leftOut.totalCharge}`);
  }
  if (problems.length > 0) lines.push("", ...problems);
  return lines.map(printable).join("\n");
}

function fhirClaimRow(claim: FhirClaim): string[] {
  const { patientControlNumber, kind, use, charge, currency, serviceDates, payerId, lines } = claim;
  const what = [
    use === "claim" ? kind : `${kind} ${use}`,
    count(lines.length, "line"),
    ...(payerId === undefined ? [] : [`payer ${payerId}`]),
    ...(currency === undefined ? [] : [currency]),
  ];
  return ["claim", patientControlNumber, charge, "", days(serviceDates), what.join(", ")];
}

function claimRow(claim: X12Claim): string[] {
  const { patientControlNumber, kind, charge, serviceDates, payerId, lines } = claim;
  return [
    "claim",
    patientControlNumber,
    charge,
    "",
    days(serviceDates),
    `${kind}, ${count(lines.length, "line")}, payer ${payerId}`,
  ];
}

function paymentRows({ traceNumber, amount, method, date = "", balanced, claims }: X12Payment): string[][] {
  const what = `${method}, ${count(claims.length, "claim")}${balanced ? "" : ", NOT BALANCED"}`;
  return [["payment", traceNumber, "", amount, date, what], ...claims.map(claimPaymentRow)];
}

function claimPaymentRow({ patientControlNumber, charge, paid, serviceDates, status }: X12ClaimPayment): string[] {
  const dates = serviceDates === undefined ? "" : days(serviceDates);
  return ["  paid", patientControlNumber, charge, paid, dates, `status ${status}`];
}

/** Rows with columns of equal width, amounts to the right. */
function table(rows: readonly string[][]): string[] {
  const all = rows.length === 0 ? [] : [["", "number", "charge", "paid", "service", ""], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    all.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  );
  return all.map((row) =>
    row
      .map((cell, column) =>
        column === 2 || column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
}

function problemLine({ place, ...problem }: X12Problem): string {
  return lineOf(problem, where(place));
}

function fhirProblemLine({ path, ...problem }: FhirProblem): string {
  return lineOf(problem, path);
}

function lineOf({ code, message, left }: { code: string; message: string; left?: string }, place: string): string {
  return `${left === undefined ? "note" : `left out: ${left}`}  ${code}  ${place}: ${message}`;
}

/** The element is in the message. */
function where({ interchange, group, transaction, segment, segmentId }: X12Place): string {
  const envelope = [
    interchange === undefined ? [] : [`interchange ${interchange}`],
    group === undefined ? [] : [`group ${group}`],
    transaction === undefined ? [] : [`transaction ${transaction}`],
  ].flat();
  return [...envelope, `segment ${segment}`, segmentId].join(" ");
}

function days({ from, to }: ServiceDates): string {
  return from === to ? from : `${from} to ${to}`;
}

function count(number: number, word: string): string {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}
