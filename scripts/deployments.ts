/** Records of deployments: `deployments/<chainId>.json`, and the module through which dApps read them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { parseDeployment, type Deployment } from "../src/deployments/deployment";

/**
 * Records a deployment for everything that derives from it: the JSON file, `src/deployments/generated.ts`, and the built
 * package where there is one, so that `careproof/deployments` has the addresses without another build.
 * @returns the path of the record, relative to `root`.
 */
export function saveDeployment(deployment: Deployment, root = process.cwd()): string {
  const record = join("deployments", `${deployment.chainId}.json`);
  mkdirSync(join(root, "deployments"), { recursive: true });
  writeFileSync(join(root, record), `${JSON.stringify(deployment, undefined, 2)}\n`);
  bakeDeployments(root);
  return record;
}

/** Writes all recorded deployments into the source of `careproof/deployments`, and into its build where there is one. */
export function bakeDeployments(root: string): void {
  const folder = join(root, "deployments");
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /^\d+\.json$/.test(file)) : [];
  const records = Object.fromEntries(
    files.map((file) => {
      const deployment = parseDeployment(JSON.parse(readFileSync(join(folder, file), "utf8")), `deployments/${file}`);
      return [deployment.chainId, deployment];
    }),
  );
  const header = "// Written by scripts/deployments.ts from deployments/<chainId>.json. Do not edit.\n";
  const value = JSON.stringify(records, undefined, 2);
  const type = 'import type { Deployment } from "./deployment.js";\n\n';
  const declared = "recorded: Readonly<Record<number, Deployment>>";
  writeIfChanged(join(root, "src/deployments/generated.ts"), `${header}${type}export const ${declared} = ${value};\n`);
  writeIfBuilt(join(root, "dist/esm/deployments/generated.js"), `${header}export const recorded = ${value};\n`);
  writeIfBuilt(
    join(root, "dist/cjs/deployments/generated.js"),
    `"use strict";\n${header}Object.defineProperty(exports, "__esModule", { value: true });\nexports.recorded = ${value};\n`,
  );
}

function writeIfBuilt(file: string, content: string): void {
  if (existsSync(file)) writeIfChanged(file, content);
}

function writeIfChanged(file: string, content: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
