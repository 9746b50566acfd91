import { Command } from "commander";

import { commitWithSaltFile } from "./saltFile.js";
import { documentName, readDocument } from "./files.js";
import { bytes32Option, integerOption, listOption } from "./options.js";
import { type CommonOptions, printable, type Terminal, writeResult } from "./terminal.js";
import { CareProofError } from "../errors.js";
import type { EpcisDocument, EpcisEvent } from "../provenance/epcis/event.js";
import { EVENT_HASH_PATH, type EventField } from "../provenance/epcis/eventFields.js";
import { discloseFields, verifyDisclosure } from "../provenance/epcis/fieldDisclosure.js";
import { readEpcis } from "../provenance/epcis/readEpcis.js";
import { parseJsonObject } from "../utils/writtenJson.js";

interface DiscloseOptions extends CommonOptions {
  event?: bigint;
  root?: string;
  secrets?: string;
  show: string[];
  verify?: boolean;
}

const HELP = `
Without --show it prints the root and all fields: the root goes into transaction information as eventFields. With --show it prints the
redacted event, JSON for whoever may see these fields; eventHash is the event's hash. The file of --secrets is made the first time, and
has to be kept: with other salts the root is another one.

With --json: {"root","fields":[{"path","value"}]}; with --show the redacted event, with or without --json: {"format","version","root",
"fieldCount","fields":[{"path","value","salt","proof"}]}; with --verify {"root","fieldCount","hiddenCount","eventHash","fields":[{"path",
"value"}]}, "eventHash" only where it is shown.`;

/** `careproof provenance disclose`: an EPCIS event with some of its fields hidden, and the check of one. */
export function discloseCommand(terminal: Terminal): Command {
  return new Command("disclose")
    .summary("show an EPCIS event in part, or verify one that was")
    .description(
      "Shows some fields of an EPCIS event, so that they verify without the others; with --verify, checks that.",
    )
    .argument("<file>", "EPCIS JSON, JSON-LD or XML; with --verify a redacted event; or - for stdin")
    .option("--secrets <file>", "the salts of the event's fields; made if there is no such file")
    .option("--event <n>", "number of the event in the document, from 1 (default: the only one)", integerOption)
    .option("--show <path>", "field that is shown, such as /epcList/0 or /readPoint (repeatable)", listOption, [])
    .option("--verify", "verify a redacted event")
    .option("--root <hex>", "with --verify: the root that its author committed to, 32 bytes", bytes32Option)
    .option("--json", "print the result as JSON")
    .addHelpText("after", HELP)
    .action((file: string, options: DiscloseOptions, command: Command) => {
      const { event, root, secrets, show } = options;
      if (options.verify !== true) {
        if (root !== undefined) command.error("error: --root needs --verify");
        return disclose(terminal, file, secrets ?? command.error("error: give --secrets, or --verify"), options);
      }
      if ((secrets ?? event) !== undefined || show.length > 0) {
        command.error("error: --secrets, --event and --show cannot be used with --verify");
      }
      return verify(terminal, file, root ?? command.error("error: --verify needs --root"), options);
    });
}

async function disclose(terminal: Terminal, file: string, secrets: string, options: DiscloseOptions): Promise<void> {
  const name = documentName(file);
  const document = readEpcis(await readDocument(file, terminal), { name });
  const committed = await commitWithSaltFile(eventOf(document, options.event, name), document, secrets);
  if (options.show.length > 0) {
    terminal.stdout.write(`${JSON.stringify(await discloseFields(committed, options.show))}\n`);
    return;
  }
  const { root } = committed;
  const fields = committed.fields.map(({ path, value }) => ({ path, value }));
  writeResult(terminal, options, { root, fields }, describe(root, `${fields.length} fields`, fields));
}

async function verify(terminal: Terminal, file: string, root: string, options: DiscloseOptions): Promise<void> {
  const text = (await readDocument(file, terminal)).trim();
  const disclosure = parseJsonObject(text, "DISCLOSURE_INVALID", "redacted event", documentName(file));
  const verified = await verifyDisclosure(disclosure, root);
  const { eventHash: hash, fieldCount, hiddenCount } = verified;
  const fields = [...verified.fields, ...(hash === undefined ? [] : [{ path: EVENT_HASH_PATH, value: hash }])];
  writeResult(
    terminal,
    options,
    verified,
    describe(verified.root, `${fieldCount} fields, ${hiddenCount} hidden`, fields),
  );
}

function eventOf({ events }: EpcisDocument, number: bigint | undefined, name: string): EpcisEvent {
  if (number === undefined && events.length > 1) {
    throw new CareProofError("EVENT_AMBIGUOUS", `has ${events.length} events: say which one with --event`, name);
  }
  const event = events[Number(number ?? 1n) - 1];
  if (event === undefined) throw new CareProofError("EVENT_MISSING", `has no event ${number ?? 1n}`, name);
  return event;
}

function describe(root: string, count: string, fields: readonly EventField[]): string {
  const width = Math.max(...fields.map(({ path }) => path.length));
  const lines = fields.map(({ path, value }) => `  ${path.padEnd(width)}  ${value}`);
  return [`root    ${root}`, `fields  ${count}`, ...lines].map(printable).join("\n");
}
