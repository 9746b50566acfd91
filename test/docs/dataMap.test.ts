import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import type { JsonFragment } from "ethers";
import { artifacts } from "hardhat";

/** Rows of the table of fields in docs/data-map.md: the events that each field is listed for. */
function documentedFields(): Map<string, string[]> {
  const page = readFileSync(join(__dirname, "../../docs/data-map.md"), "utf8");
  const table = page.slice(page.indexOf("## Fields"), page.indexOf("## In calldata only"));
  const rows = [...table.matchAll(/^\| `(\w+)`\s*\|([^|]*)\|([^|]*)\|/gm)];
  return new Map(
    rows.map(([, field, , events]) => [field!, [...events!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)]),
  );
}

/** `Event.parameter` of everything that our deployable contracts emit. */
async function emittedFields(): Promise<string[]> {
  const names = (await artifacts.getAllFullyQualifiedNames()).filter(
    (name) => name.startsWith("contracts/") && !name.startsWith("contracts/mocks/"),
  );
  const found = new Set<string>();
  for (const name of names) {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    if (bytecode === "0x") continue;
    for (const { type, name: event, inputs } of abi as JsonFragment[]) {
      if (type === "event") inputs!.forEach((input) => found.add(`${event!}.${input.name!}`));
    }
  }
  return [...found].sort();
}

describe("docs/data-map.md", () => {
  it("has a row for every parameter of every event, and none for what is not emitted", async () => {
    const documented = [...documentedFields()].flatMap(([field, events]) => events.map((event) => `${event}.${field}`));
    expect(documented.sort()).to.deep.equal(await emittedFields());
  });
});
