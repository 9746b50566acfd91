import { Command } from "commander";

import { readEstimate } from "./estimateInput.js";
import { documentName, readDocument } from "./files.js";
import { table } from "./table.js";
import { type CommonOptions, type Terminal, writeResult } from "./terminal.js";
import { adjudicate, type Adjudication, ADJUSTMENTS, type Outcome } from "../claims/adjudicate.js";
import { formatTokenUnits } from "../claims/decimal.js";
import { parseJson } from "../utils/json.js";

/** What of a line or a claim `careproof claims estimate --json` prints; amounts are decimals of the currency. */
interface OutcomeResult {
  billed: string;
  allowed: string;
  paid: string;
  /** What the member owes: all adjustments of group PR. */
  memberShare: string;
  adjustments: { group: string; reason: string; amount: string }[];
}

/** What `careproof claims estimate --json` prints. */
export interface EstimateResult {
  lines: OutcomeResult[];
  totals: OutcomeResult;
  /** What is used afterwards, with the family's benefit. */
  accumulators: { deductibleMet: string; outOfPocket: string; benefitUse: string };
}

/** What the adjustments mean, for people. */
const MEANINGS: Readonly<Record<keyof typeof ADJUSTMENTS, string>> = {
  contractual: "above the plan's fee; the provider bears it",
  deductible: "deductible; the member pays it",
  coinsurance: "coinsurance; the member pays it",
  copay: "copay; the member pays it",
  notCovered: "above the maximum a service or the annual limit; the member pays it",
  priorPayer: "payers before this one paid it",
};

const HELP = `
Computes what a plan pays of a claim, as the contracts do, without a chain. The JSON has amounts as decimals in quotes, with at most 6
decimals; what is not given of limits, shares and accumulators is 0, that is none. A benefit of null is a family that is not covered.

Example: claim.json is
{"terms":{"deductible":"500.00","outOfPocketMaximum":"2000.00",
  "benefits":[{"copay":"20.00","coinsuranceBasisPoints":2000,"deductibleApplies":true,"maximumPerService":"400.00","annualLimit":"1000.00"}]},
 "family":0,"accumulators":{"deductibleMet":"450.00","outOfPocket":"1900.00","benefitUse":"500.00"},
 "lines":[{"billed":"250.00","fee":"180.00"},{"billed":"450.00","fee":"150.00","units":3}],"primaryPaid":"0.00"}

  careproof claims estimate claim.json

With --json: {"lines":[outcome],"totals":outcome,"accumulators":{"deductibleMet","outOfPocket","benefitUse"}}, an outcome being
{"billed","allowed","paid","memberShare","adjustments":[{"group","reason","amount"}]}, amounts as decimals in quotes.`;

/** `careproof claims estimate`: what a plan pays of a claim, and why not the rest. */
export function claimsEstimateCommand(terminal: Terminal): Command {
  return new Command("estimate")
    .summary("what a plan pays of a claim, and why not the rest")
    .description("Adjudicates a claim by the terms of a plan, line by line, without a chain.")
    .argument("<file>", "JSON with terms, family, accumulators, lines and primaryPaid, or - for stdin")
    .option("--json", "print the result as JSON")
    .addHelpText("after", HELP)
    .action(async (file: string, options: CommonOptions) => {
      const input = parseJson(await readDocument(file, terminal), { name: documentName(file) });
      const adjudication = adjudicate(readEstimate(input));
      writeResult(terminal, options, resultOf(adjudication), describe(adjudication));
    });
}

function resultOf({ lines, totals, accumulators }: Adjudication): EstimateResult {
  return {
    lines: lines.map(outcomeResult),
    totals: outcomeResult(totals),
    accumulators: {
      deductibleMet: formatTokenUnits(accumulators.deductibleMet),
      outOfPocket: formatTokenUnits(accumulators.outOfPocket),
      benefitUse: formatTokenUnits(accumulators.benefitUse),
    },
  };
}

function outcomeResult({ billed, allowed, paid, memberShare, adjustments }: Outcome): OutcomeResult {
  return {
    billed: formatTokenUnits(billed),
    allowed: formatTokenUnits(allowed),
    paid: formatTokenUnits(paid),
    memberShare: formatTokenUnits(memberShare),
    adjustments: adjustments.map(({ group, reason, amount }) => ({ group, reason, amount: formatTokenUnits(amount) })),
  };
}

/** A row a line and one of the totals, a column an adjustment that there is, and what these mean. */
function describe({ lines, totals, accumulators }: Adjudication): string {
  const shown = (Object.keys(ADJUSTMENTS) as (keyof typeof ADJUSTMENTS)[])
    .map((name) => ({ ...ADJUSTMENTS[name], meaning: MEANINGS[name] }))
    .filter((kind) => [...lines, totals].some((outcome) => amountOf(outcome, kind) > 0n));
  const row = (name: string, outcome: Outcome): string[] => [
    name,
    formatTokenUnits(outcome.billed),
    formatTokenUnits(outcome.allowed),
    ...shown.map((kind) => amountOf(outcome, kind)).map((amount) => (amount === 0n ? "" : formatTokenUnits(amount))),
    formatTokenUnits(outcome.paid),
    formatTokenUnits(outcome.memberShare),
  ];
  const rows = [
    ["line", "billed", "allowed", ...shown.map(codeOf), "paid", "member"],
    ...lines.map((line, i) => row(`${i + 1}`, line)),
    row("total", totals),
  ];
  const used = [
    ["deductible met", formatTokenUnits(accumulators.deductibleMet)],
    ["out of pocket", formatTokenUnits(accumulators.outOfPocket)],
    ["benefit used", formatTokenUnits(accumulators.benefitUse)],
  ];
  return [
    ...table(rows, (column) => column > 0),
    "",
    ...shown.map((kind) => `${codeOf(kind).padEnd(8)}${kind.meaning}`),
    ...(shown.length === 0 ? [] : [""]),
    ...table(used, (column) => column > 0),
  ].join("\n");
}

interface Kind {
  readonly group: string;
  readonly reason: string;
}

function codeOf({ group, reason }: Kind): string {
  return `${group} ${reason}`;
}

function amountOf({ adjustments }: Outcome, kind: Kind): bigint {
  return adjustments.find(({ group, reason }) => group === kind.group && reason === kind.reason)?.amount ?? 0n;
}
