import { Command } from "commander";

import { type ChainOptions, withChainOptions } from "./chainOptions.js";
import { claimsFromChain } from "./claimsFromChain.js";
import { addressOption } from "./options.js";
import { table } from "./table.js";
import { type Terminal, writeResult } from "./terminal.js";
import type { ClaimHistory } from "../claims/claimHistory.js";
import { formatTokenUnits } from "../claims/decimal.js";
import { type NextStep, OPEN_STATUSES, type OpenClaim, openClaim } from "../claims/openClaim.js";
import type { ClaimsFound } from "../claims/readClaims.js";
import { defined } from "../utils/defined.js";
import { timeOf } from "../utils/time.js";

interface PendingOptions extends ChainOptions {
  payer?: string;
  provider?: string;
}

/** A claim in what `careproof claims pending --json` prints. Amounts are decimals of the currency, times UTC. */
export interface PendingClaim {
  claimId: string;
  policyId: string;
  member: string;
  provider: string;
  payer: string;
  /** What `approve` and the others take; only where what was submitted is known. */
  key?: { provider: string; subjectTag: string; serviceDay: number; family: number; ordinal: number };
  /** Why it is not known. */
  missing?: string;
  status: string;
  /** `decision` of the payer, `review`, or `appeal` of the member or provider. */
  awaits: string;
  /** Why it was pended, if it was. */
  reason?: string;
  /** Why it was denied, if it was. */
  denial?: { group: string; reasonCode: string };
  receivedAt: string;
  /** Until when the decision or review is due, or an appeal possible. */
  deadline: string;
  /** Since when it is overdue; 0 where it is not. */
  overdueSeconds: number;
  /** What the plan would pay: of what was denied at most, as limits and other payers leave it. */
  amount: string;
  /** What would be paid with it now for being late. */
  interest: string;
  /** Whether its amount is reserved in the payer's vault. */
  reserved: boolean;
  next: { step: string; by: string; to: readonly string[]; from?: string; until?: string }[];
}

/** What `careproof claims pending --json` prints. */
export interface PendingResult {
  chainId: string;
  contract: string;
  asOf: { block: number; time: string };
  summary: {
    /** Number of claims that await each, and of those that are overdue. */
    decision: number;
    review: number;
    appeal: number;
    overdue: number;
    /** Of what awaits a decision or a review. */
    amount: string;
    interest: string;
  };
  /** Those whose deadline is first come first. */
  claims: PendingClaim[];
}

const HELP = `
Reads from the logs of ClaimsProcessor which claims are not settled: pended ones, which the payer has to decide; those in review; and
denied ones that can still be appealed. Now is the time of the latest block. Once a decision or review is overdue anyone can approve a
claim up to the plan's ceiling, and send a pended one above it to a reviewer.

With --json: {"chainId","contract","asOf":{"block","time"},"summary":{"decision","review","appeal","overdue","amount","interest"},
"claims":[{"claimId","policyId","member","provider","payer","key":{"provider","subjectTag","serviceDay","family","ordinal"},"missing",
"status","awaits","reason","denial":{"group","reasonCode"},"receivedAt","deadline","overdueSeconds","amount","interest","reserved",
"next":[{"step","by","to","from","until"}]}]}.`;

/** `careproof claims pending`: what is due, overdue, and awaiting review. */
export function claimsPendingCommand(terminal: Terminal): Command {
  return withChainOptions(new Command("pending"), "ClaimsProcessor")
    .summary("claims that are not settled, with their clocks")
    .description("Lists claims that wait for a decision, a review or an appeal, and what each can come to next.")
    .option("--payer <address>", "claims of this payer's plans only", addressOption)
    .option("--provider <address>", "claims of this provider only", addressOption)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action(async (options: PendingOptions) => {
      const { payer, provider } = options;
      const filter = defined({ payer, claimant: provider, statuses: OPEN_STATUSES });
      const result = resultOf(await claimsFromChain(terminal, options, filter), payer);
      writeResult(terminal, options, result, describe(result));
    });
}

function resultOf({ chainId, contract, asOf, claims }: ClaimsFound, payer: string | undefined): PendingResult {
  const open = claims
    // A claim that was voided at one payer can have come again at another.
    .filter(({ policy }) => payer === undefined || policy.terms.payer === payer)
    .flatMap((claim) => {
      const waiting = openClaim(claim, asOf.time);
      return waiting === undefined ? [] : [{ claim, waiting }];
    })
    .sort((a, b) => (a.claim.state.deadline ?? 0) - (b.claim.state.deadline ?? 0));
  const count = (awaits: string): number => open.filter(({ waiting }) => waiting.awaits === awaits).length;
  const due = open.filter(({ waiting }) => waiting.awaits !== "appeal");
  const sum = (amountOf: (one: (typeof open)[number]) => bigint): string =>
    formatTokenUnits(due.reduce((total, one) => total + amountOf(one), 0n));
  return {
    chainId: `${chainId}`,
    contract,
    asOf: { block: asOf.block, time: timeOf(asOf.time) },
    summary: {
      decision: count("decision"),
      review: count("review"),
      appeal: count("appeal"),
      overdue: open.filter(({ waiting }) => waiting.overdue > 0).length,
      amount: sum(({ claim }) => claim.state.amount),
      interest: sum(({ waiting }) => waiting.interest),
    },
    claims: open.map(({ claim, waiting }) => claimResult(claim, waiting)),
  };
}

function claimResult(
  { claimId, provider, policy, state, reserved, submissions }: ClaimHistory,
  open: OpenClaim,
): PendingClaim {
  const { status, pended, denial, receivedAt, deadline = 0, amount } = state;
  const { key, missing } = submissions.at(-1)!;
  return defined({
    claimId,
    policyId: `${policy.policyId}`,
    member: policy.member,
    provider,
    payer: policy.terms.payer,
    key:
      key === undefined
        ? undefined
        : {
            provider: key.provider,
            subjectTag: key.subjectTag,
            serviceDay: Number(key.serviceDay),
            family: Number(key.family),
            ordinal: Number(key.ordinal),
          },
    missing,
    status,
    awaits: open.awaits,
    reason: pended,
    denial: denial === undefined ? undefined : { group: denial.group, reasonCode: `${denial.reasonCode}` },
    receivedAt: timeOf(receivedAt),
    deadline: timeOf(deadline),
    overdueSeconds: open.overdue,
    amount: formatTokenUnits(amount),
    interest: formatTokenUnits(open.interest),
    reserved,
    next: open.next.map(({ step, by, to, from, until }) =>
      defined({
        step,
        by,
        to,
        from: from === undefined ? undefined : timeOf(from),
        until: until === undefined ? undefined : timeOf(until),
      }),
    ),
  });
}

const SECONDS_A_DAY = 86_400;
const WHO: Readonly<Record<string, string>> = { party: "member or provider" } satisfies Partial<
  Record<NextStep["by"], string>
>;

/** A row a claim, and what can be done about each now. */
function describe({ asOf, summary, claims }: PendingResult): string {
  const rows = claims.map((claim) => [
    claim.status,
    claim.reason ?? (claim.denial === undefined ? "" : `${claim.denial.group} ${claim.denial.reasonCode}`),
    claim.amount,
    claim.interest,
    claim.deadline,
    claim.overdueSeconds === 0 ? "" : `${Math.ceil(claim.overdueSeconds / SECONDS_A_DAY)} days`,
    claim.next
      .filter(({ from }) => from === undefined)
      .map(({ step, by }) => `${step} (${WHO[by] ?? by})`)
      .join(", "),
    claim.claimId,
  ]);
  const header = ["status", "reason", "amount", "interest", "deadline", "overdue", "next", "claim"];
  const { decision, review, appeal, overdue, amount, interest } = summary;
  return [
    ...(rows.length === 0 ? [] : [...table([header, ...rows], (column) => column === 2 || column === 3), ""]),
    `${decision} to decide, ${review} to review, ${overdue} of them overdue: ${amount}, with ${interest} of interest so far`,
    `${appeal} denied that can be appealed`,
    `as of block ${asOf.block}, ${asOf.time}`,
  ].join("\n");
}
