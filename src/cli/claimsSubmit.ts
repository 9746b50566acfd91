import { Command } from "commander";
import { Wallet } from "ethers";

import { readClaimsFile, readFeeSchedule } from "./claimsFile.js";
import { claimsProcessorAt } from "./claimsChain.js";
import { describeSubmission } from "./claimsSubmitResult.js";
import { SubmitRun } from "./claimsSubmitRun.js";
import { documentName, readDocument } from "./files.js";
import { addressOption, integerOption, listOption, timeOption } from "./options.js";
import { connect } from "./rpc.js";
import { PRIVATE_KEY_VARIABLE, readKey, type SendOptions } from "./sendTransaction.js";
import { type Terminal, writeResult } from "./terminal.js";
import type { FeeSchedule } from "../claims/feeSchedule.js";
import { parseJson } from "../utils/json.js";

interface SubmitOptions extends SendOptions {
  rpc: string;
  contract?: string;
  chainId?: bigint;
  feeSchedule: string[];
  dryRun?: boolean;
}

const HELP = `
Submits claims that patient and provider signed to ClaimsProcessor: one alone, or several in one transaction. Each claim gets one
answer: paid, pended or denied; already submitted, by whoever; or refused, and why. A claim that is refused stops no other; the exit
code is then 1.

The key that sends is taken from the environment variable ${PRIVATE_KEY_VARIABLE}: that of anyone, or of the submitter whom the provider
named. The command may be run again after any failure: it asks the chain for each encounter before it sends, so nothing is sent twice.

The file is {"terms":terms,"claims":[{"terms":terms,"receipt":{"member","signedBy","provider","encounter","serviceDay","family",
"receiptAt","salt"},"policyId","receiptPolicyId","lines":[{"procedure","billed","fee","units","feeProof"}],"multiProof":{"proof",
"flags"},"primaryClaim","signedBy","submitter","issuedAt","deadline","receiptSignature","claimSignature"}]}. "terms" are those of the
plan, once for all claims or with each. "procedure" is a commitment, with "fee" and "feeProof", or the code itself,
{"qualifier","code","modifiers"}, where the fee schedule is given. Amounts are decimals in quotes.

With --json: {"submitter","chainId","contract","claims":[{"index","answer","policyId","billed","claimId","status","amount",
"memberShare","reason","deadline","group","reasonCode","code","error","problem","remedy","at","transaction","gasUsed"}],"transactions":
[{"hash","claims","gasUsed"}]}, "answer" one of paid, pended, denied, alreadySubmitted, wouldSubmit (--dry-run), refused.`;

/** `careproof claims submit`: proven claims to the chain, once. */
export function claimsSubmitCommand(terminal: Terminal): Command {
  return new Command("submit")
    .summary("submit proven claims to ClaimsProcessor, once")
    .description("Sends claims, with what proves them, to ClaimsProcessor, and says what becomes of each.")
    .argument("<file>", "JSON with terms and claims, or - for stdin")
    .requiredOption("--rpc <url>", "an Ethereum node")
    .option("--contract <address>", "ClaimsProcessor's address (default: of the recorded deployment)", addressOption)
    .option("--chain-id <n>", "the chain that the node must serve", integerOption)
    .option("--fee-schedule <file>", "a payer's fees with their salts, JSON (repeatable)", listOption, [])
    .option("--dry-run", "send nothing, say what would become of each claim")
    .option("--timeout <seconds>", "how long to wait until a transaction is mined", timeOption, 180)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((file: string, options: SubmitOptions) => submit(terminal, file, options));
}

async function submit(terminal: Terminal, file: string, options: SubmitOptions): Promise<void> {
  const key = options.dryRun === true ? undefined : readKey(terminal);
  const schedules = new Map<string, FeeSchedule>();
  for (const path of options.feeSchedule) {
    const schedule = await readFeeSchedule(path);
    schedules.set(schedule.root, schedule);
  }
  const claims = readClaimsFile(parseJson(await readDocument(file, terminal), { name: documentName(file) }), schedules);
  const connection = await connect(options.rpc, options.chainId);
  try {
    const { contract } = await claimsProcessorAt(connection, options.contract);
    const wallet = key === undefined ? undefined : new Wallet(key, connection.provider);
    const run = new SubmitRun(terminal, connection, contract, wallet, options);
    const result = await run.run(claims);
    if (result.claims.some(({ answer }) => answer === "refused")) terminal.exitCode = 1;
    writeResult(terminal, options, result, describeSubmission(result));
  } finally {
    connection.provider.destroy();
  }
}
