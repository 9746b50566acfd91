import { Command } from "commander";

import { documentName, readDocument } from "./files.js";
import { type CommonOptions, printable, type Terminal } from "./terminal.js";
import { eventHash, eventPreHash } from "../provenance/epcis/eventHash.js";
import { readEpcis } from "../provenance/epcis/readEpcis.js";

interface HashOptions extends CommonOptions {
  prehash?: boolean;
}

const HELP = `
Reads EPCIS 2.0 JSON or JSON-LD (a document, a query document, an event or an array of events) and EPCIS XML (2.0 and 1.x).
Nothing is fetched. The events' hashes are those of CBV 2.0: ni:///sha-256;<64 hex>?ver=CBV2.0.

With --json: an array of strings, one for each event, in the order of the document.`;

/** `careproof provenance hash`: the CBV 2.0 event hash of each event of an EPCIS text. */
export function hashCommand(terminal: Terminal): Command {
  return new Command("hash")
    .summary("the CBV 2.0 event hash of every EPCIS event")
    .description("Prints the event hash of every event, one a line, in the order of the document.")
    .argument("<file>", "EPCIS JSON, JSON-LD or XML, or - for stdin")
    .option("--prehash", "print what is hashed instead of the hash")
    .option("--json", "print the result as JSON")
    .addHelpText("after", HELP)
    .action(async (file: string, options: HashOptions) => {
      const document = readEpcis(await readDocument(file, terminal), { name: documentName(file) });
      const print = options.prehash === true ? eventPreHash : eventHash;
      const lines = document.events.map((event) => print(event, document));
      if (options.json === true) terminal.stdout.write(`${JSON.stringify(lines)}\n`);
      else for (const line of lines) terminal.stdout.write(`${printable(line)}\n`);
    });
}
