import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import solcPackage from "solc";

import { findLeaks, type CompilerOutput } from "../../scripts/lint/privacy";

// Its own types leave everything `any`.
const solc = solcPackage as { compile(input: string): string };

function compile(name: string): CompilerOutput {
  const file = `${name}.sol`;
  const input = {
    language: "Solidity",
    sources: { [file]: { content: readFileSync(join(__dirname, "fixtures", file), "utf8") } },
    settings: { outputSelection: { "*": { "": ["ast"], "*": ["abi"] } } },
  };
  return JSON.parse(solc.compile(JSON.stringify(input))) as CompilerOutput;
}

describe("privacy lint", () => {
  it("finds everything that a leaky contract does", () => {
    const findings = findLeaks(compile("Leaky"), () => true, {}).map(({ rule, where }) => [rule, where] as const);

    expect(findings.filter(([rule]) => rule === "free-text").map(([, where]) => where)).to.have.members([
      "Leaky.sol: Leaky.Noted(address,string)",
      "Leaky.sol: Leaky.note(bytes)",
      "Leaky.sol: Leaky.record((string,uint40)[])",
      "Leaky.sol: Visit.diagnosis",
      "Leaky.sol: _note",
    ]);
    for (const rule of ["packed-hash", "tx-origin", "delegatecall", "selfdestruct"]) {
      expect(findings.filter(([found]) => found === rule)).to.have.lengthOf(1, rule);
    }
  });

  it("finds nothing in a contract that keeps commitments only", () => {
    expect(findLeaks(compile("Discreet"), () => true, {})).to.deep.equal([]);
  });

  it("lets through what is allowed by name, and only that", () => {
    const allowed = { "note(bytes)": "for this test" };
    const places = findLeaks(compile("Leaky"), () => true, allowed).map(({ where }) => where);

    expect(places).not.to.include("Leaky.sol: Leaky.note(bytes)");
    expect(places).to.include("Leaky.sol: Leaky.Noted(address,string)");
  });
});
