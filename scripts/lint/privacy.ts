/**
 * Rules about our contracts that no linter has: nothing through which free text or personal data could reach the chain,
 * and none of the constructs that a reviewer would have to trust. Works on what the compiler says, not on text.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { ALLOWED } from "./allowed";

/** A node of solc's abstract syntax tree. */
interface Node {
  nodeType: string;
  [field: string]: unknown;
}

interface AbiParameter {
  name: string;
  type: string;
  components?: AbiParameter[];
}

interface AbiEntry {
  type: string;
  name?: string;
  inputs?: AbiParameter[];
}

/** The part of solc's standard JSON output that the rules read. */
export interface CompilerOutput {
  sources: Record<string, { ast: Node }>;
  contracts: Record<string, Record<string, { abi: AbiEntry[] }>>;
}

/** One place where a rule is broken. */
export interface Finding {
  rule: "free-text" | "packed-hash" | "selfdestruct" | "tx-origin" | "delegatecall";
  /** Source file and what in it. */
  where: string;
  problem: string;
}

/**
 * All findings in the sources that `isOurs` picks.
 * @param allowed Signatures of functions, events and errors, and `Struct.member` names, that may carry `bytes` or
 * `string`, each with the reason.
 */
export function findLeaks(
  output: CompilerOutput,
  isOurs: (file: string) => boolean,
  allowed: Readonly<Record<string, string>> = ALLOWED,
): Finding[] {
  const findings: Finding[] = [];
  for (const [file, contracts] of Object.entries(output.contracts).filter(([file]) => isOurs(file))) {
    for (const [contract, { abi }] of Object.entries(contracts)) {
      findings.push(...leaksOfAbi(`${file}: ${contract}`, abi, allowed));
    }
  }
  for (const [file, { ast }] of Object.entries(output.sources).filter(([file]) => isOurs(file))) {
    visit(ast, (node) => findings.push(...leaksOfNode(file, node, allowed)));
  }
  return findings;
}

/** Parameters of functions, constructors, events and errors that can hold any text. */
function leaksOfAbi(where: string, abi: AbiEntry[], allowed: Readonly<Record<string, string>>): Finding[] {
  return abi.flatMap(({ type, name = type, inputs = [] }) => {
    const signature = `${name}(${inputs.map(canonicalType).join(",")})`;
    if (!inputs.some((input) => holdsText(input)) || signature in allowed) return [];
    return [
      {
        rule: "free-text" as const,
        where: `${where}.${signature}`,
        problem: `a parameter of this ${type} can hold text`,
      },
    ];
  });
}

function leaksOfNode(file: string, node: Node, allowed: Readonly<Record<string, string>>): Finding[] {
  const at = `${file}:${String(node.src)}`;
  if (node.nodeType === "VariableDeclaration" && node.stateVariable === true && node.constant !== true) {
    if (/\b(?:string|bytes)\b/.test(typeOf(node)) && !(String(node.name) in allowed)) {
      return [{ rule: "free-text", where: `${file}: ${String(node.name)}`, problem: "this state can hold text" }];
    }
  }
  if (node.nodeType === "StructDefinition") {
    return (node.members as Node[]).flatMap((member): Finding[] => {
      const name = `${String(node.name)}.${String(member.name)}`;
      if (!/\b(?:string|bytes)\b/.test(typeOf(member)) || name in allowed) return [];
      return [{ rule: "free-text", where: `${file}: ${name}`, problem: "this member can hold text" }];
    });
  }
  if (node.nodeType === "FunctionCall") {
    const callee = node.expression as Node;
    const dynamic = ((node.arguments as Node[] | undefined) ?? []).filter((argument) => isDynamic(typeOf(argument)));
    if (callee.memberName === "encodePacked" && dynamic.length > 1) {
      return [{ rule: "packed-hash", where: at, problem: "two arguments of any length packed together are ambiguous" }];
    }
  }
  if (node.nodeType === "Identifier" && node.name === "selfdestruct") {
    return [{ rule: "selfdestruct", where: at, problem: "a contract that patients rely on stays" }];
  }
  if (node.nodeType === "MemberAccess") {
    const base = node.expression as Node;
    if (node.memberName === "origin" && base.name === "tx") {
      return [{ rule: "tx-origin", where: at, problem: "who relays is never who decides" }];
    }
    if (node.memberName === "delegatecall" && typeOf(base).startsWith("address")) {
      return [{ rule: "delegatecall", where: at, problem: "no foreign code runs on our state" }];
    }
  }
  return [];
}

function holdsText({ type, components }: AbiParameter): boolean {
  return /^(?:string|bytes)(?:\[\d*\])*$/.test(type) || (components ?? []).some(holdsText);
}

function canonicalType({ type, components }: AbiParameter): string {
  return components === undefined ? type : `(${components.map(canonicalType).join(",")})${type.slice("tuple".length)}`;
}

function typeOf(node: Node): string {
  return (node.typeDescriptions as { typeString?: string } | undefined)?.typeString ?? "";
}

function isDynamic(type: string): boolean {
  return /^(?:string|bytes)\b/.test(type) || type.includes("[]") || type.startsWith("literal_string");
}

function visit(value: unknown, action: (node: Node) => void): void {
  if (typeof value !== "object" || value === null) return;
  if ("nodeType" in value) action(value as Node);
  for (const child of Object.values(value)) visit(child, action);
}

/** The output of the last full compilation. */
export function lastBuild(root: string): CompilerOutput {
  const folder = join(root, "artifacts/build-info");
  const builds = existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
  if (builds.length === 0) throw new Error("No build to check: run `npm run compile` first.");
  const merged: CompilerOutput = { sources: {}, contracts: {} };
  // Hardhat keeps one file per compilation; the later one has the present state of what both compiled.
  for (const file of builds.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)) {
    const { output } = JSON.parse(readFileSync(file, "utf8")) as { output: CompilerOutput };
    Object.assign(merged.sources, output.sources);
    Object.assign(merged.contracts, output.contracts);
  }
  return merged;
}
