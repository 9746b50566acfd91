/** Builds the package into `dist/`: ES modules and CommonJS, with types for both. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { node, root } from "./processes";

async function build(): Promise<void> {
  await node(["hardhat/internal/cli/bootstrap.js", "compile", "--quiet"]);

  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  const formats = { esm: "module", cjs: "commonjs" };
  for (const [format, type] of Object.entries(formats)) {
    mkdirSync(join(dist, format), { recursive: true });
    writeFileSync(join(dist, format, "package.json"), `${JSON.stringify({ type, sideEffects: false })}\n`);
  }
  await Promise.all(
    Object.keys(formats).map((format) => node(["typescript/bin/tsc", "-p", `tsconfig.build.${format}.json`])),
  );

  const cli = join(dist, "cjs/cli/bin.js");
  if (existsSync(cli)) chmodSync(cli, 0o755);
  console.log("dist/: ES modules and CommonJS, with types");
}

build().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
