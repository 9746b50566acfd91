import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { LIMITS } from "../../scripts/bench/limits";

const root = join(__dirname, "../..");

/** Rows of the table in docs/gas.md: gas and limit, null for a dash. */
function documented(): Record<string, { gas: number | null; limit: number | null }> {
  const page = readFileSync(join(root, "docs/gas.md"), "utf8");
  const number = (cell: string): number | null => (cell.trim() === "–" ? null : Number(cell.replaceAll(",", "")));
  const rows = page.matchAll(/^\| `([\w.]+)`\s*\|([^|]*)\|([^|]*)\|[^|]*\|[^|]*\|$/gm);
  return Object.fromEntries(
    [...rows].map(([, name, gas, limit]) => [name!, { gas: number(gas!), limit: number(limit!) }]),
  );
}

describe("docs/gas.md", () => {
  it("has the gas of the snapshot and the limits of the bench, row by row", () => {
    const { gas } = JSON.parse(readFileSync(join(root, "gas-snapshot.json"), "utf8")) as {
      gas: Record<string, number>;
    };
    const expected = Object.fromEntries(
      Object.entries(gas).map(([operation, used]) => [operation, { gas: used, limit: LIMITS[operation] ?? null }]),
    );
    expect(documented()).to.deep.equal(expected);
  });
});
