import { Command, InvalidArgumentError } from "commander";

import { readAddresses } from "./addresses.js";
import { documentName, readDocument } from "./files.js";
import { integerOption } from "./options.js";
import { type CommonOptions, printable, type Terminal, writeResult } from "./terminal.js";
import { checkTerms } from "../consent/fhir/checkTerms.js";
import { formatDateTime, parseDateTime } from "../consent/fhir/dateTime.js";
import { readConsent } from "../consent/fhir/readConsent.js";
import type { ConsentTerms, Party } from "../consent/fhir/terms.js";
import { writeConsent } from "../consent/fhir/writeConsent.js";
import { categoriesToMask, flagsToMask, purposesToMask } from "../consent/masks.js";
import { CATEGORY_WORDS, FLAG_WORDS, PURPOSE_WORDS } from "../consent/words.js";
import { CareProofError } from "../errors.js";
import { parseJson } from "../utils/json.js";

/** The bitmasks of a decision, as `ConsentRegistry` takes them. */
export interface DecisionMasks {
  purposes: number;
  /** 0x-hex: more bits than a JSON number holds. */
  categories?: string;
  flags?: number;
}

/** What `careproof consent read --json` prints. */
export interface ReadResult {
  /** The decisions in the consent, each with its bitmasks. */
  decisions: (ConsentTerms & { masks?: DecisionMasks })[];
}

interface ReadOptions extends CommonOptions {
  directory?: string;
  custodian?: string;
  defaultExpiry?: number;
  chainId?: bigint;
  exact?: boolean;
}

interface WriteOptions extends CommonOptions {
  decision?: bigint;
  chainId?: bigint;
  id?: string;
}

const READ_HELP = `
Reads who may use which kinds of data, for what, from when until when, as ConsentRegistry takes it. What that cannot say (single
records, clinical codes, other roles, a consent without an end) is refused with the path of the element, never left out.

With --json: {"decisions":[{"kind","patient","grantee","purposes","categories","flags","notBefore","expiresAt","issuedAt",
"inexact","path","masks"}]}. "kind" is grant, revocation (without categories, flags, notBefore, expiresAt and inexact) or
revocationOfAll (also without grantee, purposes and masks). "patient" and "grantee" are {"reference","address"}, either or both.
Times are unix seconds; "expiresAt" is the first second at which the consent no longer counts. "inexact" are the paths of resource
types that are not exactly the kinds of data they were read as. "masks" is {"purposes","categories","flags"}, categories in hex.`;

const WRITE_HELP = `
Takes what careproof consent read --json prints, a list of decisions, or one decision. Prints the FHIR R4 Consent; with --json on
one line.`;

/** `careproof consent`: FHIR R4 Consent to consent terms, and back. */
export function consentCommand(terminal: Terminal): Command {
  return new Command("consent")
    .description("Read FHIR R4 consents as the terms that ConsentRegistry takes, and write them.")
    .addCommand(readCommand(terminal))
    .addCommand(writeCommand(terminal));
}

function readCommand(terminal: Terminal): Command {
  return new Command("read")
    .summary("read a FHIR R4 Consent as consent terms")
    .description("Reads a FHIR R4 Consent as consent terms, or says at which path it cannot be.")
    .argument("<fhir-consent>", "the file of one FHIR R4 Consent, or - for stdin")
    .option("--directory <file>", 'addresses of references, a JSON object: {"Organization/f001": "0x…"}')
    .option("--custodian <reference>", "the custodian with whom alone the patient's address is used")
    .option("--default-expiry <date>", "last day (or other FHIR dateTime) of a consent without an end", expiryOption)
    .option("--chain-id <n>", "the chain that addresses in the consent must be on", integerOption)
    .option("--exact", "refuse resource types that are not exactly kinds of data")
    .option("--json", "print the result as JSON")
    .addHelpText("after", READ_HELP)
    .action((input: string, options: ReadOptions) => read(terminal, input, options));
}

async function read(terminal: Terminal, input: string, options: ReadOptions): Promise<void> {
  const { custodian, defaultExpiry, chainId } = options;
  const directory =
    options.directory === undefined ? undefined : await readAddresses(options.directory, "DIRECTORY_INVALID");
  const decisions = readConsent(await readJson(terminal, input), {
    now: Math.floor(Date.now() / 1000),
    ...(directory === undefined ? {} : { directory }),
    ...(custodian === undefined ? {} : { custodian }),
    ...(defaultExpiry === undefined ? {} : { defaultExpiry }),
    ...(chainId === undefined ? {} : { chainId }),
  });
  const inexact = decisions.flatMap((terms) => (terms.kind === "grant" ? terms.inexact : []));
  if (options.exact === true && inexact[0] !== undefined) {
    throw new CareProofError("CONSENT_INEXACT", "is not exactly a kind of data, as --exact asks", inexact[0]);
  }
  const result: ReadResult = { decisions: decisions.map(withMasks) };
  writeResult(terminal, options, result, decisions.map(describe).join("\n\n"));
}

function writeCommand(terminal: Terminal): Command {
  return new Command("write")
    .summary("write consent terms as a FHIR R4 Consent")
    .description("Writes consent terms as the FHIR R4 Consent that careproof consent read reads back.")
    .argument("<terms>", "the file of the terms, or - for stdin")
    .option("--decision <n>", "which of several decisions to write, from 0", integerOption)
    .option("--chain-id <n>", "the chain of the addresses in the terms", integerOption)
    .option("--id <id>", "the id of the Consent", idOption)
    .option("--json", "print the Consent on one line")
    .addHelpText("after", WRITE_HELP)
    .action((input: string, options: WriteOptions) => write(terminal, input, options));
}

async function write(terminal: Terminal, input: string, options: WriteOptions): Promise<void> {
  const { chainId, id } = options;
  const terms = checkTerms(chooseDecision(await readJson(terminal, input), options.decision));
  const consent = writeConsent(terms, {
    ...(chainId === undefined ? {} : { chainId }),
    ...(id === undefined ? {} : { id }),
  });
  writeResult(terminal, options, consent, JSON.stringify(consent, undefined, 2));
}

/** JSON of a file or of stdin, strictly: a key given twice is refused. Throws CareProofError `FILE_UNREADABLE`, `JSON_INVALID`. */
async function readJson(terminal: Terminal, input: string): Promise<unknown> {
  const text = await readDocument(input, terminal);
  parseJson(text, { name: documentName(input) });
  return JSON.parse(text);
}

/** The one decision in what was given, or the chosen one. */
function chooseDecision(value: unknown, chosen: bigint | undefined): unknown {
  const list = isObject(value) && "decisions" in value ? value.decisions : value;
  if (!Array.isArray(list)) return list;
  if (chosen === undefined && list.length !== 1) {
    throw new CareProofError(
      "TERMS_INVALID",
      `holds ${String(list.length)} decisions; choose one by --decision`,
      "terms",
    );
  }
  const index = Number(chosen ?? 0n);
  if (index >= list.length) {
    throw new CareProofError(
      "TERMS_INVALID",
      `holds ${String(list.length)} decisions, so none has number ${String(index)}`,
      "terms",
    );
  }
  return list[index];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function expiryOption(value: string): number {
  const date = parseDateTime(value);
  if (date === undefined) throw new InvalidArgumentError("expected a FHIR date or dateTime, such as 2027-12-31.");
  return date.end;
}

function idOption(value: string): string {
  if (!/^[A-Za-z0-9.-]{1,64}$/.test(value)) {
    throw new InvalidArgumentError("expected a FHIR id: 1 to 64 letters, digits, hyphens and dots.");
  }
  return value;
}

function withMasks(terms: ConsentTerms): ConsentTerms & { masks?: DecisionMasks } {
  if (terms.kind === "revocationOfAll") return terms;
  const purposes = purposesToMask(terms.purposes);
  if (terms.kind === "revocation") return { ...terms, masks: { purposes } };
  const categories = `0x${categoriesToMask(terms.categories).toString(16)}`;
  return { ...terms, masks: { purposes, categories, flags: flagsToMask(terms.flags) } };
}

function describe(terms: ConsentTerms): string {
  const decided: [string, string][] = [
    ["decided", formatDateTime(terms.issuedAt)],
    ["stands in", terms.path],
  ];
  if (terms.kind === "revocationOfAll") return table(`${nameOf(terms.patient)} withdraws every consent`, decided);
  const purposes: [string, string] = [
    "for",
    terms.purposes.map((name) => `${PURPOSE_WORDS[name]} (${name})`).join(", "),
  ];
  if (terms.kind === "revocation") {
    return table(`${nameOf(terms.patient)} no longer lets ${nameOf(terms.grantee)} use anything`, [
      purposes,
      ...decided,
    ]);
  }
  return table(`${nameOf(terms.patient)} lets ${nameOf(terms.grantee)} use`, [
    ["data", terms.categories.map((name) => `${CATEGORY_WORDS[name]} (${name})`).join(", ")],
    purposes,
    ["from", formatDateTime(terms.notBefore)],
    ["until", formatDateTime(terms.expiresAt)],
    ...terms.flags.map((name): [string, string] => ["duty", `${FLAG_WORDS[name]} (${name})`]),
    ...decided,
    ...terms.inexact.map((path): [string, string] => [
      "inexact",
      `${path} is not exactly the kinds of data it was read as`,
    ]),
  ]);
}

function nameOf({ reference, address }: Party): string {
  if (reference === undefined) return address ?? "";
  return address === undefined ? reference : `${reference} (${address})`;
}

function table(title: string, rows: readonly [string, string][]): string {
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(10)} ${value}`)].map(printable).join("\n");
}
