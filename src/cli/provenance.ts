import { Command } from "commander";

import { captureCommand } from "./provenanceCapture.js";
import { discloseCommand } from "./provenanceDisclose.js";
import { hashCommand } from "./provenanceHash.js";
import { historyCommand } from "./provenanceHistory.js";
import { idCommand } from "./provenanceId.js";
import { lotCommand } from "./provenanceLot.js";
import type { Terminal } from "./terminal.js";

/** `careproof provenance`: GS1 keys, lots and EPCIS 2.0 events to the chain and back. */
export function provenanceCommand(terminal: Terminal): Command {
  return new Command("provenance")
    .description("GS1 keys, lots and EPCIS 2.0 events, to the chain and back.")
    .addCommand(idCommand(terminal))
    .addCommand(hashCommand(terminal))
    .addCommand(discloseCommand(terminal))
    .addCommand(lotCommand(terminal))
    .addCommand(captureCommand(terminal))
    .addCommand(historyCommand(terminal));
}
