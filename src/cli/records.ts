import { Command } from "commander";

import { anchorCommand } from "./recordsAnchor.js";
import { commitCommand } from "./recordsCommit.js";
import { verifyCommand } from "./recordsVerify.js";
import type { Terminal } from "./terminal.js";

/** `careproof records`: commit FHIR R4 resources, anchor the batch, verify a resource. */
export function recordsCommand(terminal: Terminal): Command {
  return new Command("records")
    .description("Commit FHIR R4 resources in batches, anchor the batches, and verify resources.")
    .addCommand(commitCommand(terminal))
    .addCommand(anchorCommand(terminal))
    .addCommand(verifyCommand(terminal));
}
