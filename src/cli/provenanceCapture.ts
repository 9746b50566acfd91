import { Command, InvalidArgumentError } from "commander";
import { Wallet, type SigningKey } from "ethers";

import { CaptureContracts } from "./captureChain.js";
import { type CaptureFiles, type CaptureInputs, readCaptureInputs } from "./captureInputs.js";
import { CaptureJournal } from "./captureJournal.js";
import { type CaptureResult, describePlan, resultOf, type SentCall } from "./captureResult.js";
import { addressOption, integerOption, timeOption } from "./options.js";
import { type Connection, connect } from "./rpc.js";
import { PRIVATE_KEY_VARIABLE, readKey, sendTransaction } from "./sendTransaction.js";
import { type CommonOptions, Progress, type Terminal, writeResult } from "./terminal.js";
import { CareProofError } from "../errors.js";
import { deployments } from "../deployments/index.js";
import type { RoleName } from "../participants/roles.js";
import type { CaptureCall } from "../provenance/capture/calls.js";
import { concernedIds } from "../provenance/capture/concernedIds.js";
import type { CaptureChain, CaptureContext, CapturePlan, PlannedEvent } from "../provenance/capture/plan.js";
import { planCapture } from "../provenance/capture/planCapture.js";
import { RECALL_CLASSES, type RecallClass } from "../provenance/statuses.js";
import { withPlace } from "../utils/errorPlace.js";

interface CaptureOptions extends CommonOptions, CaptureFiles {
  transactionStatement?: boolean;
  recallClass?: Exclude<RecallClass, "None">;
  prefixLength?: bigint;
  reportDuplicates?: boolean;
  dryRun?: boolean;
  journal?: string;
  rpc?: string;
  provenance?: string;
  eventLog?: string;
  chainId?: bigint;
  fromBlock?: bigint;
  timeout: number;
}

/** How a journal's name ends where none is given. */
const JOURNAL_SUFFIX = ".capture.ndjson";

const HELP = `
Every event gets one answer: the calls that it means; or that it is on the chain already (an earlier run), contained in the call of
another event, or not sent, and why. Where EpcisEventLog is known (--event-log), events for which nothing else is sent are recorded
there by their hashes, up to 100 in a transaction, which the first of them has. If one event is refused, nothing is sent. Events are sent in the order of their times. Events of
other parties are left to those: see --parties.

The key that sends is taken from the environment variable ${PRIVATE_KEY_VARIABLE}. The command may be run again after any failure: it
asks the chain for each call by the event's hash before it sends, so nothing is sent twice. Keep the journal: it has the salts with
which transaction information can be shown.

--parties is {"<URI of party or place>":{"address":"0x…","role":"MANUFACTURER"}}, roles MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER,
DRUG_REGULATOR. --transaction-information is {"<eventID or event hash>":{"products":[{"name","strength","dosageForm","ndc",
"containerSize","containers","lots"}],"transactionDate","shipmentDate","from":{"name","address"},"to":{"name","address"}}}.

With --json: {"party","role","chainId","contract","journal","events":[{"index","path","type","action","bizStep","disposition",
"eventTime","eventID","hash","answer","code","reason","at","calls":[{"contract","function","ids","args","transaction","gasUsed"}]}]},
"answer" one of send, anchor, onChain, contained, notSent, refused. "chainId" and "contract" only with --rpc, "journal", "transaction" and
"gasUsed" only where something was sent.`;

/** `careproof provenance capture`: an EPCIS 2.0 document to the transactions that it means. */
export function captureCommand(terminal: Terminal): Command {
  const list = (value: string, before: string[]): string[] => [...before, value];
  return new Command("capture")
    .summary("send what an EPCIS 2.0 document means to the chain, once")
    .description("Plans the transactions that the events of an EPCIS 2.0 document mean, and sends them.")
    .argument("<file>", "EPCIS 2.0 JSON, JSON-LD or XML, or - for stdin")
    .requiredOption("--parties <file>", "addresses and roles of parties by URI, a JSON object")
    .requiredOption("--party <uri>", "who captures, one of them")
    .option("--lot <folder>", "folder of careproof provenance lot (repeatable)", list, [])
    .option("--proofs <file>", "proof file that came with a shipment (repeatable)", list, [])
    .option("--transaction-information <file>", "transaction information of what is shipped")
    .option("--transaction-statement", "affirm the seven statements of 21 U.S.C. 360eee(27) for all that is shipped")
    .option("--recall-class <class>", "how urgent a recall is (21 CFR 7.3(m)): I, II or III", recallClassOption)
    .option("--prefix-length <n>", "digits of the company prefix of new containers in Digital Links", integerOption)
    .option("--report-duplicates", "report packages that another dispenser dispensed before")
    .option("--dry-run", "send nothing, print the plan")
    .option(
      "--journal <file>",
      `where salts and what was sent are kept (default: the input's name with ${JOURNAL_SUFFIX})`,
    )
    .option("--rpc <url>", "an Ethereum node; with --dry-run the plan then knows what the chain knows")
    .option("--provenance <address>", "DrugProvenance's address", addressOption)
    .option(
      "--event-log <address>",
      "EpcisEventLog's address (default: the one recorded with this DrugProvenance, if any)",
      addressOption,
    )
    .option("--chain-id <n>", "the chain that the node must serve", integerOption)
    .option(
      "--from-block <n>",
      "block from which the chain is searched, such as that of the deployment (default: 0)",
      integerOption,
    )
    .option("--timeout <seconds>", "how long to wait until a transaction is mined", timeOption, 180)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((input: string, options: CaptureOptions, command: Command) => capture(terminal, input, options, command));
}

async function capture(terminal: Terminal, input: string, options: CaptureOptions, command: Command): Promise<void> {
  const { rpc, provenance } = options;
  const isDry = options.dryRun === true;
  if ((rpc === undefined) !== (provenance === undefined))
    command.error("error: --rpc and --provenance need each other");
  if (!isDry && rpc === undefined) command.error("error: give --rpc and --provenance, or --dry-run");
  const journalPath = options.journal ?? (input === "-" ? undefined : `${input}${JOURNAL_SUFFIX}`);
  if (!isDry && journalPath === undefined) command.error("error: --journal is needed where stdin is captured");
  const key = isDry ? undefined : readKey(terminal);
  const progress = new Progress(terminal, options);
  const inputs = await readCaptureInputs(input, options, terminal, progress).finally(() => {
    progress.clear();
  });
  // What is wrong with the document alone is said before any chain is asked.
  const offline = planCapture(inputs.document, contextOf(inputs, options, options.eventLog !== undefined));
  if (rpc === undefined || provenance === undefined) {
    print(terminal, options, resultOf(offline, inputs.actor));
    return;
  }
  // Where things are only the chain knows.
  if (!isDry) requireWhole(offline, "EVENT_OUT_OF_ORDER");
  const connection = await connect(rpc, options.chainId);
  try {
    const contracts = await CaptureContracts.at(connection, provenance, eventLogOf(connection, provenance, options));
    const run = new CaptureRun(terminal, connection, contracts, inputs, options, provenance);
    const recorded = { hashes: offline.events.map(({ hash }) => hash), by: inputs.actor.address };
    const chain = await contracts.read(concernedIds(inputs.document, inputs), recorded, options.fromBlock ?? 0n);
    const result = key === undefined ? run.plan(chain) : await run.send(chain, key, journalPath ?? "");
    print(terminal, options, result);
  } finally {
    connection.provider.destroy();
  }
}

/** A capture on a chain. */
class CaptureRun {
  constructor(
    private readonly terminal: Terminal,
    private readonly connection: Connection,
    private readonly contracts: CaptureContracts,
    private readonly inputs: CaptureInputs,
    private readonly options: CaptureOptions,
    private readonly contract: string,
  ) {}

  plan(chain: CaptureChain): CaptureResult {
    const plan = this.planWith(chain);
    return { ...resultOf(plan, this.inputs.actor), ...this.where };
  }

  /** Checks everything that can be checked, then sends call after call. */
  async send(chain: CaptureChain, key: SigningKey, journalPath: string): Promise<CaptureResult> {
    const { actor } = this.inputs;
    const wallet = new Wallet(key, this.connection.provider);
    const journal = CaptureJournal.open(journalPath, { ...this.where, party: actor.address });
    const plan = this.planWith(chain, journal);
    requireWhole(plan);
    await this.requireParties(plan, wallet.address);
    const sent: SentCall[] = [];
    for (const event of plan.events) {
      for (const call of event.calls) sent.push(await this.sendCall(event, call, wallet, journal));
    }
    return { ...resultOf(plan, actor, sent), ...this.where, ...(sent.length === 0 ? {} : { journal: journal.path }) };
  }

  private planWith(chain: CaptureChain, journal?: CaptureJournal): CapturePlan {
    const { inputs, options, contracts } = this;
    const context = contextOf(inputs, options, contracts.EpcisEventLog !== undefined, journal);
    return planCapture(inputs.document, { ...context, chain });
  }

  private get where(): { chainId: string; contract: string } {
    return { chainId: `${this.connection.chainId}`, contract: this.contract };
  }

  /** Who sends, who receives, and whose company prefixes the lots are under. */
  private async requireParties({ events }: CapturePlan, account: string): Promise<void> {
    const { address, role } = this.inputs.actor;
    const calls = events.flatMap((event) => event.calls.map((call) => ({ event, call })));
    if (calls.length === 0) return;
    const principal = await this.contracts.principalOf(account);
    if (principal !== address) {
      const message = `the key ${account} acts for ${principal}, not for ${address}, who captures`;
      throw new CareProofError("KEY_OF_ANOTHER", message);
    }
    await this.contracts.requireGoodStanding(account, role, calls[0]!.event.path);
    const checked = new Set<string>();
    for (const { event, call } of calls) {
      const { partner } = call;
      if (partner !== undefined && !checked.has(`${partner.address} ${partner.role}`)) {
        await this.contracts.requireGoodStanding(partner.address, partner.role as RoleName, partner.path);
        checked.add(`${partner.address} ${partner.role}`);
      }
      if (call.function === "commissionLot") {
        const { gtin, prefixLength } = call.args[0] as { gtin: bigint; prefixLength: number };
        await this.contracts.requirePrefix(gtin, prefixLength, address, event.path);
      }
    }
  }

  private async sendCall(
    event: PlannedEvent,
    call: CaptureCall,
    wallet: Wallet,
    journal: CaptureJournal,
  ): Promise<SentCall> {
    const contract = this.contracts[call.contract];
    if (contract === undefined) throw new Error(`a plan without ${call.contract} calls it`);
    const beforeSending = (answer: unknown, hash: string): void => {
      // `dispense` does not refuse a package that was dispensed since the plan was made.
      if (call.function === "dispense" && answer === false && this.options.reportDuplicates !== true) {
        const message =
          "was dispensed by another meanwhile: one of the two is not genuine. Keep it; --report-duplicates reports it";
        throw new CareProofError("DUPLICATE_DISPENSE", message);
      }
      journal.beforeSending(event.hash, call.function, call.ids, hash);
    };
    try {
      const { terminal, connection, options } = this;
      const { hash, gasUsed } = await sendTransaction(
        terminal,
        connection,
        wallet,
        contract,
        call.function,
        call.args,
        options,
        beforeSending,
      );
      return { call, transaction: hash, gasUsed: `${gasUsed}` };
    } catch (error) {
      throw withPlace(error, event.path);
    }
  }
}

/** The event log that is given, or else the one that is recorded beside the given `DrugProvenance`. */
function eventLogOf({ chainId }: Connection, provenance: string, { eventLog }: CaptureOptions): string | undefined {
  const recorded = deployments[Number(chainId)]?.contracts;
  return eventLog ?? (recorded?.DrugProvenance?.address === provenance ? recorded.EpcisEventLog?.address : undefined);
}

function contextOf(
  inputs: CaptureInputs,
  options: CaptureOptions,
  eventLog: boolean,
  journal?: CaptureJournal,
): CaptureContext {
  const { actor, parties, lots, proofs, informationOf } = inputs;
  const { transactionStatement, recallClass, prefixLength, reportDuplicates } = options;
  return {
    actor,
    parties,
    lots,
    proofs,
    transactionStatement: transactionStatement === true,
    reportDuplicates: reportDuplicates === true,
    eventLog,
    ...(recallClass === undefined ? {} : { recallClass }),
    ...(prefixLength === undefined ? {} : { prefixLength: Number(prefixLength) }),
    transactionInformation: (hash, eventID) => {
      const information = informationOf(hash, eventID);
      if (information === undefined) return undefined;
      return journal === undefined
        ? { information }
        : { information, commitment: journal.commitmentOf(hash, information) };
    },
  };
}

/** Refuses to send anything of a document with an event that cannot be sent. */
function requireWhole({ events }: CapturePlan, but?: string): void {
  const refused = events.find(({ answer, code }) => answer === "refused" && code !== but);
  if (refused === undefined) return;
  throw new CareProofError(refused.code ?? "", refused.reason ?? "", refused.at);
}

function print(terminal: Terminal, options: CaptureOptions, result: CaptureResult): void {
  if (result.events.some(({ answer }) => answer === "refused")) terminal.exitCode = 1;
  writeResult(terminal, options, result, describePlan(result));
}

function recallClassOption(value: string): Exclude<RecallClass, "None"> {
  const found = RECALL_CLASSES.find((name) => name === value);
  if (found === undefined || found === "None") throw new InvalidArgumentError("expected I, II or III.");
  return found;
}
