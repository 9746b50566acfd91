import { Command } from "commander";

import { table } from "./table.js";
import { type CommonOptions, printable, Progress, type Terminal, writeResult } from "./terminal.js";
import { addFileOptions } from "./trialDataOptions.js";
import { readTrialFile, type TrialFileOptions, type TrialReading } from "./trialFile.js";
import type { DataProblem, RowInfo, RowSink, RowTokens } from "../trials/dataRow.js";
import { compareOutcomes, type OutcomeComparison } from "../trials/registration/compareOutcomes.js";
import type { TrialRegistration } from "../trials/registration/registration.js";
import { RowEncoder } from "../trials/rowEncoder.js";
import type { RowLayout } from "../trials/rowLayout.js";
import { RowLedger } from "../trials/rowLedger.js";
import { createKeccak256 } from "../utils/keccak.js";

const HELP = `
Reads, told by what is in the file:
  records of ClinicalTrials.gov   API v2 (JSON), the legacy API v1 (JSON) and legacy XML; where results are posted, what became of each
                                  registered outcome
  CDISC ODM                       1.1, 1.2, 1.3.x and 2.0 (XML), with its audit trail
  CDISC Dataset-JSON              1.1, as JSON or NDJSON
  CSV                             whose first line names the columns

What is wrong but leaves nothing out is listed; anything else is refused, with its place: malformed XML and JSON, document types and
entities, another version of a standard, keys that come twice, a correction of nothing. No external DTD or schema is fetched.

With --json: {"format","summary","problems":[{"code","message","path"}]}, format one of odm, dataset-json, csv and registration. Of data
the summary is {"rows","definitions","corrections","subjects","datasets":{name:rows}} and what the file says of itself ("version",
"fileType","fileOid","studies"; "dataset","columns","key"). Of registrations it is {"trials","outcomes","primaryOutcomes",
"reportedOutcomes"}, with "registrations":[{"registrationNumber","title","sponsor","studyType","outcomes":[{"kind","measure",
"timeFrame"}],"reportedOutcomes",…,"comparison":[{"fate","registered","reported","changes"}]}]; fate is one of kept, changed, demoted,
promoted, missing, added.`;

/** `careproof trials read`: registrations and data of trials, and what is wrong with them. */
export function trialsReadCommand(terminal: Terminal): Command {
  const command = new Command("read")
    .summary("a registration, or data of ODM, Dataset-JSON or CSV, and what is wrong with them")
    .description("Reads a trial's registration or data, and checks them.")
    .argument("<file>", "the file, or - for stdin");
  return addFileOptions(command)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((input: string, options: CommonOptions & TrialFileOptions) => read(terminal, input, options));
}

async function read(terminal: Terminal, input: string, options: CommonOptions & TrialFileOptions): Promise<void> {
  const progress = new Progress(terminal, options);
  const counter = await RowCounter.create(progress);
  let reading: TrialReading;
  try {
    reading = await readTrialFile(terminal, input, counter, options);
  } finally {
    progress.clear();
  }
  const result =
    reading.format === "registration" ? registrationResult(reading.registrations) : dataResult(reading, counter);
  const text = "registrations" in result ? describeRegistrations(result) : describeData(result);
  writeResult(terminal, options, result, text.map(printable).join("\n"));
}

/** Counts rows, and finds those that come twice or correct nothing. */
class RowCounter implements RowSink {
  readonly problems: DataProblem[] = [];
  readonly rows = new Map<string, number>();
  readonly subjects = new Set<string>();
  corrections = 0;
  private readonly ledger: RowLedger;
  private count = 0;

  private constructor(
    encoder: RowEncoder,
    private readonly progress: Progress,
  ) {
    this.ledger = new RowLedger(encoder, { isPreview: true, onProblem: (problem) => this.problems.push(problem) });
  }

  static async create(progress: Progress): Promise<RowCounter> {
    return new RowCounter(new RowEncoder(await createKeccak256()), progress);
  }

  datasets(names: readonly string[]): void {
    for (const name of names) this.rows.set(name, 0);
  }

  problem(problem: DataProblem): void {
    this.problems.push(problem);
  }

  row(layout: RowLayout, tokens: RowTokens, info: RowInfo): void {
    if (++this.count % 4096 === 0) this.progress.update("Reading rows:", this.count);
    if (this.ledger.place(layout, tokens, info).kind === "correction") this.corrections++;
    const { dataset } = layout.shape;
    this.rows.set(dataset, (this.rows.get(dataset) ?? 0) + 1);
    if (layout.subject >= 0) this.subjects.add(subjectText(tokens, layout.subject));
  }
}

function subjectText({ bytes, starts, ends }: RowTokens, column: number): string {
  return new TextDecoder().decode(bytes.subarray(starts[column], ends[column]));
}

interface DataResult {
  readonly format: string;
  readonly summary: {
    readonly rows: number;
    readonly definitions: number;
    readonly corrections: number;
    readonly subjects: number;
    readonly datasets: Readonly<Record<string, number>>;
  } & Readonly<Record<string, unknown>>;
  readonly problems: readonly DataProblem[];
}

function dataResult(reading: Exclude<TrialReading, { format: "registration" }>, counter: RowCounter): DataResult {
  const all = [...counter.rows.values()].reduce((sum, rows) => sum + rows, 0);
  const common = {
    corrections: counter.corrections,
    subjects: counter.subjects.size,
    datasets: Object.fromEntries([...counter.rows].filter(([, rows]) => rows > 0)),
  };
  const { format, summary } = reading;
  if (format === "odm") {
    const { version, fileType, fileOid, studies, items, definitions } = summary;
    const said = {
      version,
      ...(fileType === undefined ? {} : { fileType }),
      ...(fileOid === undefined ? {} : { fileOid }),
    };
    return { format, summary: { ...said, studies, rows: items, definitions, ...common }, problems: counter.problems };
  }
  const { dataset, columns, key, rows } = summary;
  return {
    format,
    summary: { dataset, columns, key, rows, definitions: all - rows, ...common },
    problems: counter.problems,
  };
}

function describeData({ format, summary, problems }: DataResult): string[] {
  const { rows, definitions, corrections, subjects, datasets } = summary;
  const named: [string, string][] = Object.entries(datasets).map(([name, count]) => [name, count.toLocaleString("en")]);
  return [
    ...table([["data set", "rows"], ...named], (column) => column === 1),
    "",
    `read         ${format}${typeof summary.version === "string" ? ` ${summary.version}` : ""}`,
    `rows         ${rows.toLocaleString("en")}, and ${definitions.toLocaleString("en")} of definitions`,
    `subjects     ${subjects.toLocaleString("en")}`,
    `corrections  ${corrections.toLocaleString("en")}`,
    ...problemLines(problems),
  ];
}

interface RegistrationResult {
  readonly format: "registration";
  readonly summary: {
    readonly trials: number;
    readonly outcomes: number;
    readonly primaryOutcomes: number;
    readonly reportedOutcomes: number;
  };
  readonly registrations: readonly (TrialRegistration & { readonly comparison?: readonly OutcomeComparison[] })[];
  readonly problems: readonly { readonly code: string; readonly message: string; readonly path: string }[];
}

function registrationResult(registrations: readonly TrialRegistration[]): RegistrationResult {
  const outcomes = registrations.flatMap((registration) => registration.outcomes);
  return {
    format: "registration",
    summary: {
      trials: registrations.length,
      outcomes: outcomes.length,
      primaryOutcomes: outcomes.filter(({ kind }) => kind === "primary").length,
      reportedOutcomes: registrations.reduce((sum, { reportedOutcomes }) => sum + reportedOutcomes.length, 0),
    },
    registrations: registrations.map((registration) => ({
      ...registration,
      ...(registration.hasResults
        ? { comparison: compareOutcomes(registration.outcomes, registration.reportedOutcomes) }
        : {}),
    })),
    problems: registrations.flatMap(({ problems }) => problems),
  };
}

function describeRegistrations({ registrations, problems }: RegistrationResult): string[] {
  const lines = registrations.flatMap((registration) => {
    const { registrationNumber, title, sponsor, studyType, allocation, masking, enrolment, start, primaryCompletion } =
      registration;
    const facts: [string, string | undefined][] = [
      ["sponsor", sponsor],
      ["study type", [studyType, allocation, masking].filter((word) => word !== undefined).join(", ")],
      ["enrolment", enrolment === undefined ? undefined : dated(enrolment.count.toLocaleString("en"), enrolment.type)],
      ["start", start === undefined ? undefined : dated(start.date, start.type)],
      [
        "primary completion",
        primaryCompletion === undefined ? undefined : dated(primaryCompletion.date, primaryCompletion.type),
      ],
    ];
    const said = facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
    const outcomes = registration.outcomes.map(({ kind, measure, timeFrame = "" }) => [kind, measure, timeFrame]);
    const fates = (registration.comparison ?? []).map(({ fate, registered, reported, changes }) => [
      fate.toUpperCase(),
      registered?.kind ?? "",
      reported?.kind ?? "",
      (registered ?? reported)!.measure,
      changes.join(", "),
    ]);
    return [
      `${registrationNumber}  ${title}`,
      ...table(said, () => false),
      "",
      ...table(outcomes, () => false),
      ...(fates.length === 0
        ? []
        : ["", ...table([["results", "registered", "reported", "", ""], ...fates], () => false)]),
      "",
    ];
  });
  return [...lines.slice(0, -1), ...problemLines(problems)];
}

function dated(what: string, type: string | undefined): string {
  return type === undefined ? what : `${what} (${type.toLowerCase()})`;
}

/** What is wrong, as lines after the result. */
export function problemLines(problems: readonly { code: string; message: string; path: string }[]): string[] {
  return problems.length === 0
    ? []
    : ["", ...problems.map(({ code, message, path }) => `note  ${code}  ${path}: ${message}`)];
}
