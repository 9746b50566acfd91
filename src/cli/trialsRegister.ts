import { existsSync } from "node:fs";

import { Command } from "commander";
import { Wallet } from "ethers";

import { readText, writeWhole } from "./files.js";
import { addressOption, integerOption, timeOption } from "./options.js";
import { type Connection, connect } from "./rpc.js";
import { PRIVATE_KEY_VARIABLE, readKey, sendTransaction } from "./sendTransaction.js";
import { type CommonOptions, type Terminal, writeResult } from "./terminal.js";
import { type NamedDocuments, openDocuments, readDocuments } from "./trialDocuments.js";
import { withTrialRecord } from "./trialRecord.js";
import { TrialRegistryChain } from "./trialsChain.js";
import { CareProofError } from "../errors.js";
import { type Protocol, registrationNumberToBytes32, trialIdOf, versionHash } from "../trials/protocol.js";
import {
  OPENING_FORMAT,
  OPENING_VERSION,
  openedProtocol,
  parseProtocolOpening,
  plannedProtocol,
  type PlannedProtocol,
  type ProtocolOpening,
} from "../trials/protocolOpening.js";
import { newSalt } from "../utils/commitment.js";
import { timeOf } from "../utils/time.js";

/** What `careproof trials register --json` prints. */
export interface RegisterResult {
  /** `registered` now, or `already-registered` by an earlier run. */
  status: "registered" | "already-registered";
  chainId: string;
  /** Address of `TrialRegistry`. */
  contract: string;
  trialId: string;
  registrationNumber: string;
  /** Address of the sponsor: the key's own, or of the organisation for which it acts. */
  sponsor: string;
  /** What an ethics board signs. */
  versionHash: string;
  primaries: number;
  others: number;
  plannedEnrolment: number;
  /** ISO 8601, UTC. */
  primaryCompletion: string;
  /** The file that opens the commitments. */
  opening: string;
  /** Only if it was registered now. */
  transaction?: string;
  gasUsed?: string;
}

interface RegisterOptions extends CommonOptions {
  rpc: string;
  documents: string;
  opening?: string;
  contract?: string;
  chainId?: bigint;
  timeout: number;
}

const HELP = `
The key that sends is taken from the environment variable ${PRIVATE_KEY_VARIABLE}. It is the sponsor's own or that of its operator.

Registers the protocol of a record of ClinicalTrials.gov: its primary outcomes, its secondary and other outcomes, the planned enrolment and
the primary completion date (of a month, its last day). --documents names what else is committed to, as JSON:
{"protocol","statisticalAnalysisPlan","consentForm","allocation"}, each the path of a file from where the JSON is, or a commitment (32 bytes
as 0x-hex); the protocol and the consent form are needed. The allocation is a list, {"index","subject","arm","salt"} a line, or its root.

On the chain are commitments alone. What opens them, the outcomes in words and all salts, is written to a file that only its owner may read
(--opening, by default beside the record) before anything is sent: without it nobody can show what was promised, and results cannot be
reported. Keep it. The command may be run again after any failure: with the same file it makes the same commitments, and a trial that is
registered is not registered again.

With --json: {"status","chainId","contract","trialId","registrationNumber","sponsor","versionHash","primaries","others","plannedEnrolment",
"primaryCompletion","opening","transaction","gasUsed"}, status one of registered and already-registered, "transaction" and "gasUsed" only
with the first.`;

/** `careproof trials register`: the protocol of a registry's record onto the chain. */
export function trialsRegisterCommand(terminal: Terminal): Command {
  return new Command("register")
    .summary("register the protocol of a ClinicalTrials.gov record in TrialRegistry")
    .description("Commits to the outcomes and documents of a trial, and registers them in TrialRegistry, once.")
    .argument("<record>", "the trial's record of ClinicalTrials.gov")
    .requiredOption("--rpc <url>", "an Ethereum node")
    .requiredOption("--documents <file>", "the protocol's documents, JSON")
    .option("--opening <file>", "the file that opens the commitments (default: the record's name with .opening.json)")
    .option("--contract <address>", "TrialRegistry's address (default: of the recorded deployment)", addressOption)
    .option("--chain-id <n>", "the chain that the node must serve", integerOption)
    .option("--timeout <seconds>", "how long to wait until the transaction is mined", timeOption, 180)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((record: string, options: RegisterOptions) => register(terminal, record, options));
}

async function register(terminal: Terminal, record: string, options: RegisterOptions): Promise<void> {
  const key = readKey(terminal);
  const planned = await withTrialRecord(record, plannedProtocol);
  const documents = await readDocuments(options.documents);
  const connection = await connect(options.rpc, options.chainId);
  try {
    const chain = await TrialRegistryChain.at(connection, options.contract);
    const path = options.opening ?? `${record.replace(/\.\w+$/, "")}.opening.json`;
    const protocol = openedProtocol(await openingOf(path, planned, documents));
    const wallet = new Wallet(key, connection.provider);
    const result = await registerOnce(terminal, connection, wallet, chain, planned, protocol, path, options);
    const { status, registrationNumber, trialId, sponsor, transaction } = result;
    const said = status === "registered" ? "is registered" : "was registered before; nothing is sent";
    const lines = [
      `trial ${registrationNumber} ${said}`,
      `trial id     ${trialId}`,
      `sponsor      ${sponsor}`,
      `outcomes     ${result.primaries} primary, ${result.others} others`,
      `to approve   ${result.versionHash}`,
      `opening      ${path}`,
    ];
    if (transaction !== undefined) lines.push(`transaction  ${transaction}`);
    writeResult(terminal, options, result, lines.join("\n"));
  } finally {
    connection.provider.destroy();
  }
}

/**
 * The opening of the protocol. If there is no such file it is written, with fresh salts, whole or not at all; else its salts are used, and
 * it must come out the same.
 */
async function openingOf(path: string, planned: PlannedProtocol, documents: NamedDocuments): Promise<ProtocolOpening> {
  if (!existsSync(path)) {
    const opening = makeOpening(planned, documents, undefined);
    await writeWhole(path, (open) => {
      open("").write(JSON.stringify(opening));
      return Promise.resolve();
    });
    return opening;
  }
  const earlier = parseProtocolOpening(await readText(path), path);
  const again = makeOpening(planned, documents, earlier);
  if (
    earlier.registrationNumber !== again.registrationNumber ||
    versionHash(openedProtocol(earlier)) !== versionHash(openedProtocol(again))
  ) {
    const message =
      "it opens another protocol: the record or a document was changed since it was written, or it is of another trial";
    throw new CareProofError("OPENING_MISMATCH", message, path);
  }
  return earlier;
}

function makeOpening(
  planned: PlannedProtocol,
  named: NamedDocuments,
  earlier: ProtocolOpening | undefined,
): ProtocolOpening {
  const { allocationRoot } = named;
  return {
    format: OPENING_FORMAT,
    version: OPENING_VERSION,
    ...planned,
    documents: openDocuments(named, (name) => earlier?.documents[name]?.salt ?? newSalt()),
    ...(allocationRoot === undefined ? {} : { allocationRoot }),
    outcomes: planned.outcomes.map((outcome, i) => ({ ...outcome, salt: earlier?.outcomes[i]?.salt ?? newSalt() })),
  };
}

async function registerOnce(
  terminal: Terminal,
  connection: Connection,
  wallet: Wallet,
  chain: TrialRegistryChain,
  { registrationNumber }: PlannedProtocol,
  protocol: Protocol,
  opening: string,
  options: RegisterOptions,
): Promise<RegisterResult> {
  const sponsor = await chain.principalOf(wallet.address);
  const trialId = trialIdOf(registrationNumber, sponsor);
  const { documents, outcomes } = protocol;
  const common = {
    chainId: `${connection.chainId}`,
    contract: chain.contract.target as string,
    trialId,
    registrationNumber,
    sponsor,
    versionHash: versionHash(protocol),
    primaries: outcomes.primaries,
    others: outcomes.others,
    plannedEnrolment: documents.plannedEnrolment,
    primaryCompletion: timeOf(documents.primaryCompletion),
    opening,
  };
  if (await chain.isRegistered(trialId)) {
    const first = await chain.versionHashOf(trialId, 1);
    if (first !== common.versionHash) {
      const message = `${sponsor} registered ${registrationNumber} before, with another protocol (${first}, not ${common.versionHash}): a change is an amendment, not a registration`;
      throw new CareProofError("TRIAL_DIFFERS", message);
    }
    return { status: "already-registered", ...common };
  }
  const args = [registrationNumberToBytes32(registrationNumber), protocol];
  const receipt = await sendTransaction(terminal, connection, wallet, chain.contract, "register", args, options);
  return { status: "registered", ...common, transaction: receipt.hash, gasUsed: `${receipt.gasUsed}` };
}
