import { Command } from "commander";

import type { Terminal } from "./terminal.js";
import { anchorDataCommand } from "./trialsAnchor.js";
import { reportCommand } from "./trialsReport.js";
import { verifyDataCommand } from "./trialsVerify.js";

/** `careproof trials`: clinical trials from registry records and data files to the chain, and from the chain to a report. */
export function trialsCommand(terminal: Terminal): Command {
  return new Command("trials")
    .description("Read, register, anchor, verify and report clinical trials.")
    .addCommand(anchorDataCommand(terminal))
    .addCommand(verifyDataCommand(terminal))
    .addCommand(reportCommand(terminal));
}
