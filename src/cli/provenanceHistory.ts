import { Command, InvalidArgumentError } from "commander";

import { type ChainOptions, withChainOptions } from "./chainOptions.js";
import { readChunks, writeWhole } from "./files.js";
import { readParties, readProduct } from "./masterDataFiles.js";
import { addressOption } from "./options.js";
import { ask, connect, contractAt } from "./rpc.js";
import { printable, Progress, type Terminal } from "./terminal.js";
import { drugProvenanceAbi } from "../abi/index.js";
import { addressOf, deployments } from "../deployments/index.js";
import { CareProofError } from "../errors.js";
import { type Identification, identify } from "../provenance/gs1/identification.js";
import { describeStep, describeVerdict } from "../provenance/history/describe.js";
import { epcisHistory } from "../provenance/history/epcisHistory.js";
import { form3911, REPORT_TYPES } from "../provenance/history/form3911.js";
import { historyJson } from "../provenance/history/historyJson.js";
import { historyPage } from "../provenance/history/historyPage.js";
import type { PackageHistory } from "../provenance/history/packageHistory.js";
import { type MasterData, partyName, thingName, withPartyNames } from "../provenance/history/parties.js";
import { readHistory } from "../provenance/history/readHistory.js";
import { timeOf } from "../utils/time.js";
import { type LotProof, proofOf, readProofFile } from "../provenance/proofFile.js";

interface HistoryOptions extends ChainOptions {
  proofs?: string;
  parties?: string;
  product?: string;
  epcis?: boolean;
  html?: boolean;
  form3911?: boolean;
  report?: (typeof REPORT_TYPES)[number];
  incident?: string;
  description?: string;
  by?: string;
  out?: string;
}

/** The forms of the result, of which one can be asked for. */
const FORMS = ["json", "epcis", "html", "form3911"] as const;

const HELP = `
Reads all that the logs of DrugProvenance and its ProductInvestigations tell of one package or container: what happened to it, to the
containers it was in for as long as it was in them, and to its lot; and asks the contract for its verdict now. Takes the identifier in any
notation that careproof provenance id takes. A package that is no token yet is known by its proof file only (--proofs).

Names of partners and product data are not on the chain. --parties: {"0x…":{"name","address","gln"}}; --product: {"gtin","name",
"strength","dosageForm","ndc","containerSize"}. What is not given is said to be not known.

With --json: {"kind","gtin","serial","sscc","tokenId","digitalLink","chainId","contract","asOf":{"block","time"},"lot":{"key","gtin",
"lotNumber","expirationDate","units","maker","recall","runs"},"run","path":[link],"pathProved","verdict":{"obstacle","disposition",
"custodian","receivedFrom","contestedBy","proved","text"},"warnings":[{"code","message"}],"steps":[{"time","event","concern","thing",
"left","text","args","block","logIndex","transaction"}],"papers":{"transactionInformation","transactionHistory",
"transactionStatements"}}. "concern" is itself, container, lot or content; "thing", "left" and "path" are GS1 Digital Links.`;

/** `careproof provenance history`: the pedigree of a package or container from the chain's logs. */
export function historyCommand(terminal: Terminal): Command {
  return withChainOptions(new Command("history"), "DrugProvenance")
    .summary("the pedigree of a package or container, and its papers")
    .description("Reads the history of one package or container from the chain's logs.")
    .argument("<id...>", "the identifier, in any notation")
    .option("--proofs <file>", "the proof file that travels with it")
    .option("--parties <file>", "names and addresses of partners, JSON")
    .option("--product <file>", "master data of the product, JSON")
    .option("--json", "print the history as JSON")
    .option("--epcis", "print it as an EPCIS 2.0 JSON-LD document")
    .option("--html", "print it as an HTML page, with the DSCSA papers")
    .option("--form3911", "print FDA Form 3911 for suspect or illegitimate product, as JSON")
    .option("--report <type>", `Form 3911: ${REPORT_TYPES.join(", ")} (default: initial)`, reportOption)
    .option("--incident <number>", "Form 3911: the FDA's incident number")
    .option("--description <text>", "Form 3911: what happened, or why the notification is no longer necessary")
    .option("--by <address>", "Form 3911: who notifies (default: who held it)", addressOption)
    .option("--out <file>", "write to a file instead of stdout")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((words: string[], options: HistoryOptions, command: Command) =>
      history(terminal, words.join(" "), options, command),
    );
}

async function history(terminal: Terminal, text: string, options: HistoryOptions, command: Command): Promise<void> {
  const forms = FORMS.filter((form) => options[form] === true);
  if (forms.length > 1) command.error(`error: only one of ${forms.map((form) => `--${form}`).join(", ")} can be given`);
  const form3911Only = options.report ?? options.incident ?? options.description ?? options.by;
  if (form3911Only !== undefined && options.form3911 !== true) {
    command.error("error: --report, --incident, --description and --by need --form3911");
  }
  const identification = identify(text);
  const proof = options.proofs === undefined ? undefined : await readProof(options.proofs, identification);
  const data: MasterData = {
    ...(options.parties === undefined ? {} : { parties: await readParties(options.parties) }),
    ...(options.product === undefined ? {} : { product: await readProduct(options.product) }),
  };
  const found = await read(terminal, identification, proof, options);
  if (found.steps.length === 0 && proof === undefined) {
    const message = `the chain tells nothing of ${thingName(found.identifier)}: it was never touched alone, or does not exist; its proof file (--proofs) tells which`;
    throw new CareProofError("HISTORY_EMPTY", message);
  }
  const result = write(found, data, options);
  if (options.out === undefined) {
    terminal.stdout.write(`${result}\n`);
    return;
  }
  await writeWhole(options.out, (open) => {
    open("").write(result);
    return Promise.resolve();
  });
}

async function readProof(path: string, { identifier }: Identification): Promise<LotProof> {
  return proofOf(await readProofFile(readChunks(path), path), identifier);
}

async function read(
  terminal: Terminal,
  { identifier, lot, expiry }: Identification,
  proof: LotProof | undefined,
  options: HistoryOptions,
): Promise<PackageHistory> {
  const connection = await connect(options.rpc, options.chainId);
  const progress = new Progress(terminal, options);
  try {
    const chainId = Number(connection.chainId);
    const address = options.contract ?? addressOf(chainId, "DrugProvenance");
    await contractAt(connection, address, drugProvenanceAbi);
    const recorded = deployments[chainId]?.contracts.DrugProvenance;
    const fromBlock = options.fromBlock ?? (recorded?.address === address ? recorded.blockNumber : undefined);
    return await ask(connection, () =>
      readHistory({
        provider: connection.provider,
        contract: address,
        identifier,
        ...(proof === undefined ? {} : { proof }),
        label: { ...(lot === undefined ? {} : { lot }), ...(expiry === undefined ? {} : { expiry }) },
        ...(fromBlock === undefined ? {} : { fromBlock }),
        ...(options.blockRange === undefined ? {} : { blockRange: options.blockRange }),
        onProgress: (done, total) => {
          progress.update("Searching blocks:", done, total);
        },
      }),
    );
  } finally {
    progress.clear();
    connection.provider.destroy();
  }
}

function write(found: PackageHistory, data: MasterData, options: HistoryOptions): string {
  if (options.json === true) return JSON.stringify(historyJson(found, data));
  if (options.epcis === true) return JSON.stringify(epcisHistory(found, data), undefined, 2);
  if (options.html === true) return historyPage(found, data).trimEnd();
  if (options.form3911 === true) {
    const { report, incident, description, by } = options;
    const input = {
      ...data,
      ...(report === undefined ? {} : { report }),
      ...(incident === undefined ? {} : { incidentNumber: incident }),
      ...(description === undefined ? {} : { description }),
      ...(by === undefined ? {} : { by }),
    };
    return JSON.stringify(form3911(found, input), undefined, 2);
  }
  return describe(found, data);
}

function describe(found: PackageHistory, data: MasterData): string {
  const { identifier, lot, verdict, warnings, steps } = found;
  const lines = [thingName(identifier), `verdict   ${describeVerdict(found)}`];
  if (lot !== undefined) lines.push(`lot       ${lot.lotNumber}, last day of use ${lot.expirationDate}`);
  if (verdict.custodian !== undefined) lines.push(`held by   ${partyName(verdict.custodian, data)}`);
  for (const { message } of warnings) lines.push(`WARNING   ${withPartyNames(message, data)}`);
  if (steps.length > 0) lines.push("");
  for (const step of steps) lines.push(`${timeOf(step.time)}  ${describeStep(step, data)}`);
  return lines.map(printable).join("\n");
}

function reportOption(value: string): (typeof REPORT_TYPES)[number] {
  const type = REPORT_TYPES.find((known) => known === value);
  if (type === undefined) throw new InvalidArgumentError(`expected one of ${REPORT_TYPES.join(", ")}.`);
  return type;
}
