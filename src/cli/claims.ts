import { Command } from "commander";

import { claimsEstimateCommand } from "./claimsEstimate.js";
import { readCommand } from "./claimsRead.js";
import type { Terminal } from "./terminal.js";

/** `careproof claims`: insurance claims and payments. */
export function claimsCommand(terminal: Terminal): Command {
  return new Command("claims")
    .description("Insurance claims and payments: X12 837 and 835, and what a plan pays.")
    .addCommand(readCommand(terminal))
    .addCommand(claimsEstimateCommand(terminal));
}
