import { Command } from "commander";

import type { Terminal } from "./terminal.js";
import { trialsAnchorCommand } from "./trialsAnchor.js";
import { trialsCommitCommand } from "./trialsCommit.js";
import { trialsReadCommand } from "./trialsRead.js";
import { trialsRegisterCommand } from "./trialsRegister.js";
import { trialsReportCommand } from "./trialsReport.js";
import { trialsVerifyCommand } from "./trialsVerify.js";

/** `careproof trials`: clinical trials, their registrations and their data. */
export function trialsCommand(terminal: Terminal): Command {
  return new Command("trials")
    .description("Clinical trials: registrations of ClinicalTrials.gov, data of ODM, Dataset-JSON and CSV.")
    .addCommand(trialsReadCommand(terminal))
    .addCommand(trialsRegisterCommand(terminal))
    .addCommand(trialsCommitCommand(terminal))
    .addCommand(trialsAnchorCommand(terminal))
    .addCommand(trialsVerifyCommand(terminal))
    .addCommand(trialsReportCommand(terminal));
}
