import { Command } from "commander";

import { claimsEstimateCommand } from "./claimsEstimate.js";
import { claimsPendingCommand } from "./claimsPending.js";
import { readCommand } from "./claimsRead.js";
import { claimsSubmitCommand } from "./claimsSubmit.js";
import type { Terminal } from "./terminal.js";

/** `careproof claims`: insurance claims and payments. */
export function claimsCommand(terminal: Terminal): Command {
  return new Command("claims")
    .description("Insurance claims and payments: X12 837 and 835, what a plan pays, claims to the chain.")
    .addCommand(readCommand(terminal))
    .addCommand(claimsEstimateCommand(terminal))
    .addCommand(claimsSubmitCommand(terminal))
    .addCommand(claimsPendingCommand(terminal));
}
