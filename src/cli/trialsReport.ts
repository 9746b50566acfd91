import { Command } from "commander";

import { type ChainOptions, withChainOptions } from "./chainOptions.js";
import { writeWhole } from "./files.js";
import { readParties } from "./masterDataFiles.js";
import { addressOption } from "./options.js";
import { ask, connect } from "./rpc.js";
import { printable, Progress, type Terminal } from "./terminal.js";
import { trialContractsAt, trialIdFrom } from "./trialsChain.js";
import { withPartyNames } from "../provenance/history/parties.js";
import { readTrial } from "../trials/readTrial.js";
import type { TrialHistory } from "../trials/trialHistory.js";
import { trialReport, type TrialReport } from "../trials/trialReport.js";
import { trialReportPage } from "../trials/trialReportPage.js";
import { defined } from "../utils/defined.js";

interface ReportOptions extends ChainOptions {
  sponsor?: string;
  safety?: string;
  parties?: string;
  html?: boolean;
  out?: string;
}

const HELP = `
Reads all that the logs of TrialRegistry, TrialData and TrialSafety tell of one trial, asks the contracts what they say of it at the same
block, and answers what a reader wants to know: was it registered before the first participant; are the primary outcomes those that were
registered, and were they reported; are the data complete, and was anything added after the lock; are they of subjects who were in the
trial; was the authority told of serious adverse events in time; are results overdue.

<trial> is the trial's id, or its registration number with --sponsor. Names of participants are not on the chain: --parties names them in
the text and the page, {"0x…":{"name"}}.

With --json: {"trialId","registrationNumber","sponsor","board","phase","halt","chainId","contracts","asOf":{"block","time"},
"answers":[{"code","question","answer","text"}],"warnings":[{"code","message"}],"registration":{"prospective","registeredAt",
"approvedAt","firstEnrolledAt","earliestSignedAt","lockedAt","unblindedAt","closedAt","reportDue"},"versions":[{"version",
"registeredAt","changes","afterFirstEnrolment","afterUnblinding","primaryOutcomes","otherOutcomes","reason","approval":{"board",
"signer","signerName","meaning","signedAt","approvedAt"}}],"outcomes":{"judgedVersion","primaries","others","unreportedPrimaries",
"reportedOthers","unregisteredResults","reported":[{"kind","number","commitment","result","reportedAt"}]},"enrolment":{"enrolled",
"withdrawn","emergencyUnblindings","sites":[{"site","enrolled","reconsented","withdrawn","days":[{"day","enrolled","reconsented",
"withdrawn"}]}]},"data":{"violations","batchesAfterUnlock","unlocks","streams":[{"writer","batches","rows","corrections","gaps",
"afterUnlock","violations","latestEntry"}]},"safety":{"reported","expedited","late","overdue"},"timeline":[{"time","event","text",
"isAgainst","transaction"}]}; "answer" is one of yes, no and notYet; what did not happen is absent.`;

/** `careproof trials report`: what a trial promised and what it did, from the chain's logs. */
export function trialsReportCommand(terminal: Terminal): Command {
  return withChainOptions(new Command("report"), "TrialData")
    .summary("what a trial promised, and what it did")
    .description("Reads one trial from the chain's logs, and answers what a reader wants to know of it.")
    .argument("<trial>", "the trial's id, or its registration number with --sponsor")
    .option("--sponsor <address>", "the sponsor that registered the number", addressOption)
    .option("--safety <address>", "TrialSafety's address (default: of the recorded deployment)", addressOption)
    .option("--parties <file>", "names of participants, JSON")
    .option("--json", "print the report as JSON")
    .option("--html", "print it as an HTML page with a timeline")
    .option("--out <file>", "write to a file instead of stdout")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((trial: string, options: ReportOptions, command: Command) => report(terminal, trial, options, command));
}

async function report(terminal: Terminal, trial: string, options: ReportOptions, command: Command): Promise<void> {
  if (options.json === true && options.html === true) command.error("error: only one of --json, --html can be given");
  const trialId = trialIdFrom(trial, options.sponsor);
  const parties = options.parties === undefined ? {} : await readParties(options.parties);
  const named = (text: string): string => withPartyNames(text, { parties });
  const found = trialReport(await read(terminal, trialId, options));
  const result = write(found, named, options);
  if (options.out === undefined) {
    terminal.stdout.write(`${result}\n`);
    return;
  }
  await writeWhole(options.out, (open) => {
    open("").write(result);
    return Promise.resolve();
  });
}

async function read(terminal: Terminal, trialId: string, options: ReportOptions): Promise<TrialHistory> {
  const connection = await connect(options.rpc, options.chainId);
  const progress = new Progress(terminal, options);
  try {
    const addresses = defined({ data: options.contract, safety: options.safety });
    const { contracts, fromBlock } = await trialContractsAt(connection, addresses);
    const request = defined({
      provider: connection.provider,
      contracts,
      trialId,
      fromBlock: options.fromBlock ?? fromBlock,
      blockRange: options.blockRange,
      onProgress: (done: number, total: number) => {
        progress.update("Searching blocks:", done, total);
      },
    });
    return await ask(connection, () => readTrial(request));
  } finally {
    progress.clear();
    connection.provider.destroy();
  }
}

function write(found: TrialReport, named: (text: string) => string, options: ReportOptions): string {
  if (options.json === true) return JSON.stringify(found);
  if (options.html === true) return trialReportPage(found, named).trimEnd();
  return describe(found).map(named).map(printable).join("\n");
}

const ANSWERS = { yes: "yes", no: "NO", notYet: "not yet" } as const;

function describe({ registrationNumber, sponsor, board, phase, halt, trialId, ...found }: TrialReport): string[] {
  const lines = [
    `trial ${registrationNumber} (${trialId})`,
    `sponsor   ${sponsor}`,
    `board     ${board ?? "none approved yet"}`,
    `phase     ${phase}${halt === "None" ? "" : `, enrolment ${halt === "Suspended" ? "suspended" : "terminated"}`}`,
  ];
  for (const { message } of found.warnings) lines.push(`WARNING   ${message}`);
  lines.push("");
  for (const { question, answer, text } of found.answers) lines.push(`${question} ${ANSWERS[answer]}`, `  ${text}`);
  lines.push("");
  for (const { time, text, isAgainst } of found.timeline) {
    lines.push(`${time.padEnd("2026-01-01T00:00:00Z".length)}  ${isAgainst ? "! " : ""}${text}`);
  }
  return lines;
}
