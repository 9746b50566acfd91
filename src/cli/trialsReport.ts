import { Command } from "commander";

import { type ChainOptions, withChainOptions } from "./chainOptions.js";
import { readText, writeWhole } from "./files.js";
import { readParties } from "./masterDataFiles.js";
import { addressOption } from "./options.js";
import { ask, connect } from "./rpc.js";
import { printable, Progress, type Terminal } from "./terminal.js";
import { withTrialRecord } from "./trialRecord.js";
import { trialContractsAt, trialIdFrom } from "./trialsChain.js";
import { parseProtocolOpening } from "../trials/protocolOpening.js";
import { compareRecord, type RecordComparison } from "../trials/recordComparison.js";
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
  record?: string;
  opening?: string;
  html?: boolean;
  out?: string;
}

const HELP = `
Reads all that the logs of TrialRegistry, TrialData and TrialSafety tell of one trial, asks the contracts what they say of it at the same
block, and answers what a reader wants to know: was it registered before the first participant; are the primary outcomes those that were
registered, and were they reported; are the data complete, and was anything added after the lock; are they of subjects who were in the
trial; was the authority told of serious adverse events in time; are results overdue.

With --record the outcomes for which ClinicalTrials.gov has results are compared with the registered ones: with those on the chain where
--opening names them, which nobody can have edited since; else with those that the record has as registered now. A primary outcome that was
silently swapped is named.

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
"isAgainst","transaction"}],"record":{"registrationNumber","promisedBy","version","hasResults","outcomes":[{"fate","registered",
"reported","changes"}],"edited"}}; "record" with --record only, "promisedBy" one of chain and record, "fate" one of kept, changed,
demoted, promoted, missing and added, "edited" as "outcomes"; "answer" is one of yes, no and notYet; what did not happen is absent.`;

/** `careproof trials report`: what a trial promised and what it did, from the chain's logs. */
export function trialsReportCommand(terminal: Terminal): Command {
  return withChainOptions(new Command("report"), "TrialData")
    .summary("what a trial promised, and what it did")
    .description("Reads one trial from the chain's logs, and answers what a reader wants to know of it.")
    .argument("<trial>", "the trial's id, or its registration number with --sponsor")
    .option("--sponsor <address>", "the sponsor that registered the number", addressOption)
    .option("--safety <address>", "TrialSafety's address (default: of the recorded deployment)", addressOption)
    .option("--record <file>", "the trial's record of ClinicalTrials.gov, to compare what it reports")
    .option("--opening <file>", "what opens the registered outcomes, as careproof trials register wrote it")
    .option("--parties <file>", "names of participants, JSON")
    .option("--json", "print the report as JSON")
    .option("--html", "print it as an HTML page with a timeline")
    .option("--out <file>", "write to a file instead of stdout")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((trial: string, options: ReportOptions, command: Command) => report(terminal, trial, options, command));
}

async function report(terminal: Terminal, trial: string, options: ReportOptions, command: Command): Promise<void> {
  if (options.opening !== undefined && options.record === undefined) command.error("error: --opening needs --record");
  if (options.json === true && options.html === true) command.error("error: only one of --json, --html can be given");
  const trialId = trialIdFrom(trial, options.sponsor);
  const parties = options.parties === undefined ? {} : await readParties(options.parties);
  const named = (text: string): string => withPartyNames(text, { parties });
  const history = await read(terminal, trialId, options);
  const found = trialReport(history, await comparisonOf(history, options));
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

/** The record of the trial compared with what it promised, if there is one. */
async function comparisonOf(
  history: TrialHistory,
  { record, opening }: ReportOptions,
): Promise<RecordComparison | undefined> {
  if (record === undefined) return undefined;
  const opened = opening === undefined ? undefined : parseProtocolOpening(await readText(opening), opening);
  return withTrialRecord(record, (registration) => compareRecord(history, registration, opened));
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
  if (found.record !== undefined) lines.push("", ...describeRecord(found.record));
  lines.push("");
  for (const { time, text, isAgainst } of found.timeline) {
    lines.push(`${time.padEnd("2026-01-01T00:00:00Z".length)}  ${isAgainst ? "! " : ""}${text}`);
  }
  return lines;
}

function describeRecord({ promisedBy, hasResults, outcomes }: RecordComparison): string[] {
  const promised = promisedBy === "chain" ? "the chain" : "the record as it is now";
  if (!hasResults) return ["the registry's record has no results"];
  const lines = [`outcomes promised by ${promised}, and what the record reports`];
  for (const { fate, registered, reported } of outcomes) {
    const [from, to] = [registered, reported].map((outcome) => outcome && `${outcome.measure} (${outcome.kind})`);
    lines.push(`  ${fate.padEnd("promoted".length)}  ${from ?? "-"}${to === from ? "" : ` -> ${to ?? "-"}`}`);
  }
  return lines;
}
