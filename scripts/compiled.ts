/**
 * Import this before anything that uses `src/bindings`: compiling derives them, so a fresh clone has none, and a script that
 * imports them could not even begin.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { binary, root } from "./processes";

if (!existsSync(join(root, "src/bindings/index.ts"))) {
  process.stderr.write("compiling …\n");
  execFileSync(process.execPath, [binary("hardhat/internal/cli/bootstrap.js"), "compile", "--quiet"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
