import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import type { JsonFragment } from "ethers";
import { artifacts } from "hardhat";

/** Answers of views that are put together and not stored. */
const COMPUTED = ["Verification"];

/** Rows of the table of fields in docs/data-map.md: `Event.field` and `Struct.field` of all that a field is listed for. */
function documentedFields(): { emitted: string[]; stored: string[] } {
  const page = readFileSync(join(__dirname, "../../docs/data-map.md"), "utf8");
  const table = page.slice(page.indexOf("## Fields"), page.indexOf("## In calldata only"));
  const rows = [...table.matchAll(/^\| `(\w+)`\s*\|([^|]*)\|([^|]*)\|([^|]*)\|/gm)];
  const listed = (column: 3 | 4) =>
    rows.flatMap((row) => [...row[column]!.matchAll(/`(\w+)`/g)].map(([, owner]) => `${owner!}.${row[1]!}`)).sort();
  return { emitted: listed(3), stored: listed(4) };
}

/** The ABIs of our deployable contracts. */
async function deployableAbis(): Promise<JsonFragment[][]> {
  const names = (await artifacts.getAllFullyQualifiedNames()).filter(
    (name) => name.startsWith("contracts/") && !name.startsWith("contracts/mocks/"),
  );
  const read = await Promise.all(names.map((name) => artifacts.readArtifact(name)));
  return read.filter(({ bytecode }) => bytecode !== "0x").map(({ abi }) => abi as JsonFragment[]);
}

/** `Event.parameter` of everything that they emit. */
async function emittedFields(): Promise<string[]> {
  const events = (await deployableAbis()).flat().filter(({ type }) => type === "event");
  return [...new Set(events.flatMap(({ name, inputs }) => inputs!.map((input) => `${name!}.${input.name!}`)))].sort();
}

/** `Struct.field` of everything that their views return as it is stored. */
async function storedFields(): Promise<string[]> {
  const outputs = (await deployableAbis()).flat().flatMap(({ outputs }) => outputs ?? []);
  const fields = outputs.flatMap(({ internalType, components }) => {
    const struct = /^struct (?:\w+\.)?(\w+)$/.exec(internalType ?? "")?.[1];
    if (struct === undefined || COMPUTED.includes(struct)) return [];
    return components!.map(({ name }) => `${struct}.${name!}`);
  });
  return [...new Set(fields)].sort();
}

describe("docs/data-map.md", () => {
  it("has a row for every parameter of every event, and none for what is not emitted", async () => {
    expect(documentedFields().emitted).to.deep.equal(await emittedFields());
  });

  it("has a row for every field of what is stored, and none for what is not", async () => {
    expect(documentedFields().stored).to.deep.equal(await storedFields());
  });
});
