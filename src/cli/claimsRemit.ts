import { Command, Option } from "commander";

import { readFeeSchedule } from "./claimsFile.js";
import { type ChainOptions, withChainOptions } from "./chainOptions.js";
import { claimsFromChain } from "./claimsFromChain.js";
import { writeWhole } from "./files.js";
import { addressOption, currencyOption, dayOption, listOption } from "./options.js";
import {
  assumptionsOf,
  type ProviderRemittance,
  REMIT_FORMATS,
  type RemitFormat,
  remittancesOf,
  writeDocument,
} from "./remitDocuments.js";
import { readRemitParties } from "./remitParties.js";
import { table } from "./table.js";
import { printable, type Terminal, writeResult } from "./terminal.js";
import { formatTokenUnits } from "../claims/decimal.js";
import { proceduresOf } from "../claims/feeSchedule.js";
import { figuresOf, type SettledClaim, sum } from "../claims/remittance/settledClaim.js";
import { settlementsOf, type SettlementProblem } from "../claims/remittance/settlementsOf.js";
import { dayOf, timeOf } from "../utils/time.js";

interface RemitOptions extends ChainOptions {
  readonly payer: string;
  readonly provider?: string;
  readonly from: string;
  readonly to: string;
  readonly out: string;
  readonly format: RemitFormat;
  readonly parties?: string;
  readonly feeSchedule: string[];
  readonly currency: string;
}

/** A claim in what `careproof claims remit --json` prints. Amounts are decimals, negative in a reversal. */
export interface RemitResultClaim {
  claimId: string;
  patientControlNumber: string;
  policyId: string;
  /** What became of it. */
  settled: "paid" | "denied" | "reversal";
  settledAt: string;
  billed: string;
  paid: string;
  memberShare: string;
  interest: string;
  denial?: { group: string; reason: string };
}

/** What `careproof claims remit --json` prints. */
export interface RemitResult {
  format: RemitFormat;
  /** Path of the document; only where something was settled. */
  file?: string;
  chainId: string;
  contract: string;
  payer: string;
  period: { from: string; to: string };
  summary: {
    /** Settlements: each payment, denial and reversal. */
    claims: number;
    paid: number;
    denied: number;
    reversals: number;
    /** What was sent in the period, interest included. */
    amount: string;
    leftOut: number;
  };
  remittances: { provider: string; traceNumber: string; amount: string; claims: RemitResultClaim[] }[];
  /** Settlements of which the figures are not known. */
  leftOut: { claimId: string; settledAt: string; code: string; message: string }[];
  /** What is not known, and what stands for it. */
  assumed: string[];
}

const HELP = `
Writes what a payer settled in a period, by the days of UTC: an X12 835 (005010X221A1), a transaction for each provider, which balances; or
FHIR R4 ExplanationOfBenefit or ClaimResponse, one a line. Paid, denied and voided claims are in it, pended ones are not.

The figures of lines are not on the chain: they follow from what was submitted, and are adjudicated again in the order of the chain. A
claim whose lines do not sum to what the contract says is left out, with the reason; the exit code is then 1.

Names and numbers are not on the chain either. --parties is JSON {"payer":{"name","id","address":{"lines","city","state","postalCode"},
"contact":{"name","phone","email"},"reference"},"providers":{"0x…":{"name","npi","taxId","address"}},"claims":{"0x…":
{"patientControlNumber","patient","kind"}},"receiver":{"qualifier","id"}}; providers by address, claims by id. --fee-schedule, as of
careproof claims submit, tells the procedure codes. What is not given is an address, an id or a commitment instead, and the result says so.

  careproof claims remit --rpc http://127.0.0.1:8545 --payer 0x… --from 2026-03-01 --to 2026-03-31 --out march.835

With --json: {"format","file","chainId","contract","payer","period":{"from","to"},"summary":{"claims","paid","denied","reversals","amount",
"leftOut"},"remittances":[{"provider","traceNumber","amount","claims":[{"claimId","patientControlNumber","policyId","settled",
"settledAt","billed","paid","memberShare","interest","denial":{"group","reason"}}]}],"leftOut":[{"claimId","settledAt","code",
"message"}],"assumed":[text]}.`;

/** `careproof claims remit`: what was settled in a period, as an X12 835 or in FHIR. */
export function claimsRemitCommand(terminal: Terminal): Command {
  return withChainOptions(new Command("remit"), "ClaimsProcessor")
    .summary("what a payer settled in a period, as an X12 835 or FHIR")
    .description("Writes the remittance of a period from the chain: an X12 835 that balances, or FHIR R4.")
    .requiredOption("--payer <address>", "the payer", addressOption)
    .requiredOption("--from <day>", "the first day, such as 2026-03-01 (UTC)", dayOption)
    .requiredOption("--to <day>", "the last day", dayOption)
    .requiredOption("--out <file>", "the file to write")
    .option("--provider <address>", "this provider only", addressOption)
    .addOption(new Option("--format <name>", "what to write").choices(REMIT_FORMATS).default("x12"))
    .option("--parties <file>", "names and numbers of payer, providers and claims, JSON")
    .option("--fee-schedule <file>", "a payer's fees with their salts, JSON (repeatable)", listOption, [])
    .option("--currency <code>", "ISO 4217 code of the token's currency", currencyOption, "USD")
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((options: RemitOptions, command: Command) => remit(terminal, options, command));
}

async function remit(terminal: Terminal, options: RemitOptions, command: Command): Promise<void> {
  const { payer, provider, from, to, format, out, currency } = options;
  if (from > to) command.error("error: --from is after --to");
  const parties =
    options.parties === undefined
      ? { providers: new Map(), claims: new Map() }
      : await readRemitParties(options.parties);
  const schedules = await Promise.all(options.feeSchedule.map(readFeeSchedule));

  // All claims of the payer from the first on: what each used up is needed for the next.
  const { chainId, contract, claims } = await claimsFromChain(terminal, options, { payer });
  const isAsked = (settledAt: number, of: string): boolean =>
    of === payer && dayOf(settledAt) >= from && dayOf(settledAt) <= to;
  const found = settlementsOf(claims);
  const settlements = found.settlements.filter(
    ({ settledAt, policy, providerAddress }) =>
      isAsked(settledAt, policy.terms.payer) && (provider === undefined || providerAddress === provider),
  );
  const problems = found.problems.filter(
    (one) =>
      isAsked(one.settledAt, one.policy.terms.payer) && (provider === undefined || one.providerAddress === provider),
  );
  const input = { payer, period: { from, to }, chainId, parties, procedures: proceduresOf(schedules), currency };
  const remittances = remittancesOf(settlements, input);
  if (remittances.length > 0) {
    const lines = writeDocument(format, remittances, input, new Date());
    await writeWhole(out, (open) => {
      const writer = open("");
      for (const line of lines) writer.write(line);
      return Promise.resolve();
    });
  }
  if (problems.length > 0) terminal.exitCode = 1;
  const result = resultOf(remittances, problems, {
    format,
    ...(remittances.length === 0 ? {} : { file: out }),
    chainId: `${chainId}`,
    contract,
    payer,
    period: { from, to },
    assumed: assumptionsOf(remittances, input),
  });
  writeResult(terminal, options, result, describe(result));
}

function resultOf(
  remittances: readonly ProviderRemittance[],
  problems: readonly SettlementProblem[],
  head: Omit<RemitResult, "summary" | "remittances" | "leftOut">,
): RemitResult {
  const claims = remittances.flatMap((one) => one.claims);
  const count = (kind: RemitResultClaim["settled"]): number => claims.filter((claim) => kindOf(claim) === kind).length;
  const { assumed, ...where } = head;
  return {
    ...where,
    summary: {
      claims: claims.length,
      paid: count("paid"),
      denied: count("denied"),
      reversals: count("reversal"),
      amount: amountOf(claims),
      leftOut: problems.length,
    },
    remittances: remittances.map(({ provider, traceNumber, claims: own }) => ({
      provider,
      traceNumber,
      amount: amountOf(own),
      claims: own.map(claimResult),
    })),
    leftOut: problems.map(({ claimId, settledAt, error }) => ({
      claimId,
      settledAt: timeOf(settledAt),
      code: error.code,
      message: error.message,
    })),
    assumed,
  };
}

function claimResult(claim: SettledClaim): RemitResultClaim {
  const { billed, paid, memberShare, interest } = figuresOf(claim);
  const { claimId, patientControlNumber, policyId, settledAt, denial } = claim;
  return {
    claimId,
    patientControlNumber,
    policyId: `${policyId}`,
    settled: kindOf(claim),
    settledAt: timeOf(settledAt),
    billed: formatTokenUnits(billed),
    paid: formatTokenUnits(paid),
    memberShare: formatTokenUnits(memberShare),
    interest: formatTokenUnits(interest),
    ...(denial === undefined ? {} : { denial }),
  };
}

function kindOf({ denial, isReversal }: SettledClaim): RemitResultClaim["settled"] {
  if (isReversal === true) return "reversal";
  return denial === undefined ? "paid" : "denied";
}

/** What was sent: payments with their interest. */
function amountOf(claims: readonly SettledClaim[]): string {
  const sent = claims.filter((claim) => kindOf(claim) === "paid").map(figuresOf);
  return formatTokenUnits(sum(sent.map(({ paid, interest }) => paid + interest)));
}

function describe({ file, period, summary, remittances, leftOut, assumed }: RemitResult): string {
  const rows = remittances.flatMap(({ provider, claims }) =>
    claims.map((claim) => [
      claim.settled,
      claim.patientControlNumber,
      claim.billed,
      claim.paid,
      claim.memberShare,
      claim.interest,
      claim.denial === undefined ? "" : `${claim.denial.group} ${claim.denial.reason}`,
      claim.settledAt,
      provider,
    ]),
  );
  const header = ["settled", "number", "billed", "paid", "member", "interest", "reason", "at", "provider"];
  const { claims, paid, denied, reversals, amount } = summary;
  return [
    ...(rows.length === 0 ? [] : [...table([header, ...rows], (column) => column >= 2 && column <= 5), ""]),
    file === undefined
      ? `nothing was settled from ${period.from} to ${period.to}: no file is written`
      : `${claims} settled: ${paid} paid, ${denied} denied, ${reversals} reversed; ${amount} sent; written to ${file}`,
    ...assumed.map((text) => `note  ${text}`),
    ...leftOut.map(
      ({ claimId, settledAt, code, message }) => `LEFT OUT  ${claimId}  ${settledAt}  ${code}: ${message}`,
    ),
  ]
    .map(printable)
    .join("\n");
}
