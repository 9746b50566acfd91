import { existsSync } from "node:fs";

import { Command, InvalidArgumentError } from "commander";

import { documentName, readChunks, readWhole } from "./files.js";
import { sniffEpcis } from "./epcisText.js";
import { limitHeapGrowth } from "./heapGrowth.js";
import { readLotCsv } from "./lotCsv.js";
import { readEarlierRuns, withoutEarlier } from "./lotEarlier.js";
import { type WrittenLot, type WrittenProofFile, writeLot } from "./lotFolder.js";
import { bytes32Option, integerOption, listOption } from "./options.js";
import { type CommonOptions, printable, Progress, type Terminal, writeResult } from "./terminal.js";
import { CareProofError } from "../errors.js";
import { readEpcis } from "../provenance/epcis/readEpcis.js";
import type { LotItem } from "../provenance/lotContents.js";
import { lotOfDocument, type LotTerms } from "../provenance/lotOfDocument.js";
import { checkLotRun, type LotRun } from "../provenance/lotRun.js";

/** What `careproof provenance lot --json` prints. */
export interface LotResult {
  /** The lot's key as a decimal number. */
  lot: string;
  /** Merkle root (0x-hex of 32 bytes), for `commissionLot` or `commissionRun`. */
  root: string;
  packages: number;
  containers: number;
  /** The proof files, their paths in the folder. */
  files: readonly WrittenProofFile[];
}

interface LotOptions extends CommonOptions {
  gtin?: string;
  lot?: string;
  expiry?: string;
  prefixLength?: number;
  earlier: string[];
  run: number;
  units: number;
  out: string;
  salt?: string;
}

/** Units of a package are 16 bits in the contract. */
const MOST_UNITS = 65_535;

/** The option that an error of `checkLotRun` is about. */
const OPTIONS: Readonly<Record<string, string>> = {
  GTIN_INVALID: "--gtin",
  LOT_NUMBER_INVALID: "--lot",
  EXPIRATION_DATE_INVALID: "--expiry",
  RUN_INVALID: "--run",
  PREFIX_LENGTH_INVALID: "--prefix-length",
};

const HELP = `
Reads CSV whose first line names the columns: serial (AI 21), then the containers by any names, the innermost first, as SSCCs:

  serial,case,pallet
  A0001,003123450000000014,003123450000000021

An empty cell: in no such container. Or reads an EPCIS 2.0 document (JSON or XML) with the events that commission and pack a lot: what the
options --gtin, --lot, --expiry and --prefix-length say is then taken from the events, and has to agree where both do. At most 2^20 - 1 packages and containers; a lot has up to 64 runs (--run 0 to 63).

Writes into the folder: lot.json, what commissioning takes; proofs/<SSCC>.ndjson for each outermost container (loose.ndjson for
packages in none), which travels with it and alone proves all in it; count.json, which proves the number of packages to a regulator.
Keep count.json from everyone else: its salt is what hides that number.

With --json: {"lot","root","packages","containers","files":[{"container","file","sha256"}]}, "container" null for loose packages`;

/** `careproof provenance lot`: the packages of a lot to its Merkle tree and proof files. */
export function lotCommand(terminal: Terminal): Command {
  return new Command("lot")
    .summary("build the tree of a lot, and the proof files that travel with its pallets")
    .description("Builds the Merkle tree of a lot's packages and containers, and writes its proof files.")
    .argument("<input>", "a CSV file or EPCIS document, or - for stdin")
    .option("--gtin <digits>", "GTIN-14 of the packages (AI 01)")
    .option("--lot <number>", "lot number (AI 10)")
    .option("--expiry <date>", "the last day of use (AI 17), YYYY-MM-DD")
    .option("--prefix-length <n>", "digits of the GS1 company prefix of GTIN and SSCCs", smallInteger)
    .requiredOption("--out <folder>", "the folder to write; there must be none")
    .option("--run <n>", "number of the commissioning run", smallInteger, 0)
    .option("--units <n>", "units of a package that can be dispensed apart", unitsOption, 1)
    .option(
      "--earlier <folder>",
      "folder of an earlier run: nothing of it may be in this one (repeatable)",
      listOption,
      [],
    )
    .option("--salt <hex>", "salt of the count leaf, 32 bytes (default: random)", bytes32Option)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((input: string, options: LotOptions, command: Command) => lot(terminal, input, options, command));
}

async function lot(terminal: Terminal, input: string, options: LotOptions, command: Command): Promise<void> {
  const { units, out, salt } = options;
  if (existsSync(out)) {
    throw new CareProofError("FILE_EXISTS", "exists already; its count.json may be the only copy of a salt", out);
  }
  const given = termsOf(options);
  checkOptions({ ...EXAMPLE, ...given, run: options.run }, command);
  const name = documentName(input);
  const progress = new Progress(terminal, options);
  let written: WrittenLot;
  try {
    const chunks = input === "-" ? (terminal.stdin as AsyncIterable<Uint8Array>) : readChunks(input);
    const { isEpcis, text } = await sniffEpcis(chunks, name);
    if (isEpcis) limitHeapGrowth();
    const { items, place, ...terms } = isEpcis
      ? itemsOfDocument(await readWhole(text, name), name, given)
      : itemsOfCsv(text, name, given, command);
    const run = requireRun({ ...terms, run: options.run }, command);
    const earlier = await readEarlierRuns(options.earlier, run, progress);
    written = await writeLot(out, run, units, salt, withoutEarlier(items, earlier, place), place, progress);
  } finally {
    progress.clear();
  }
  const { packages, containers } = written;
  const result: LotResult = {
    lot: written.lot.lot,
    root: written.lot.root,
    packages,
    containers,
    files: written.lot.proofs,
  };
  writeResult(terminal, options, result, describe(result, out));
}

/** Where a run's items come from: the terms that are known of it, and what names an item in errors. */
interface ItemSource extends LotTerms {
  readonly items: AsyncIterable<LotItem>;
  readonly place: (line: number) => string;
}

/** Stands for what is not given yet where the rest is checked. */
const EXAMPLE: LotRun = {
  gtin: "09521141123454",
  lotNumber: "A",
  expirationDate: "2030-01-01",
  run: 0,
  prefixLength: 7,
};

function termsOf({ gtin, lot: lotNumber, expiry: expirationDate, prefixLength }: LotOptions): LotTerms {
  return {
    ...(gtin === undefined ? {} : { gtin }),
    ...(lotNumber === undefined ? {} : { lotNumber }),
    ...(expirationDate === undefined ? {} : { expirationDate }),
    ...(prefixLength === undefined ? {} : { prefixLength }),
  };
}

function checkOptions(run: LotRun, command: Command): void {
  try {
    checkLotRun(run);
  } catch (error) {
    if (!(error instanceof CareProofError)) throw error;
    command.error(`error: ${OPTIONS[error.code] ?? "options"}: ${error.message}`);
  }
}

/** A run without gaps, or a usage error that names the option. */
function requireRun(
  { gtin, lotNumber, expirationDate, prefixLength, run }: LotTerms & { run: number },
  command: Command,
): LotRun {
  const missing = (option: string): never => command.error(`error: required option '${option}' not specified`);
  return {
    gtin: gtin ?? missing("--gtin <digits>"),
    lotNumber: lotNumber ?? missing("--lot <number>"),
    expirationDate: expirationDate ?? missing("--expiry <date>"),
    run,
    prefixLength: prefixLength ?? missing("--prefix-length <n>"),
  };
}

function itemsOfCsv(chunks: AsyncIterable<Uint8Array>, name: string, terms: LotTerms, command: Command): ItemSource {
  const { gtin } = requireRun({ ...terms, run: 0 }, command);
  return { ...terms, items: readLotCsv(chunks, name, gtin), place: (line) => `${name}:${line}` };
}

function itemsOfDocument(text: string, name: string, terms: LotTerms): ItemSource {
  const lot = lotOfDocument(readEpcis(text, { name }), terms);
  return { ...lot, place: (item) => `${name} item ${item}` };
}

function describe({ lot, root, packages, containers, files }: LotResult, out: string): string {
  const count = (number: number, word: string): string =>
    `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
  return [
    `${count(packages, "package")} in ${count(containers, "container")}`,
    `lot     ${lot}`,
    `root    ${root}`,
    `folder  ${out}: ${count(files.length, "proof file")}`,
  ]
    .map(printable)
    .join("\n");
}

function smallInteger(value: string): number {
  return Number(integerOption(value));
}

function unitsOption(value: string): number {
  const units = smallInteger(value);
  if (units < 1 || units > MOST_UNITS) throw new InvalidArgumentError(`expected 1 to ${MOST_UNITS}.`);
  return units;
}
