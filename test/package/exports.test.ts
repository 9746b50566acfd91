import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { root, run } from "../../scripts/processes";

type Names = Record<string, string[]>;

const SNAPSHOT = join(__dirname, "exports.json");

/**
 * What the package exports, by entry point, in git: a change of it shows in the diff. After a change that is meant,
 * `UPDATE_EXPORTS=true npm test -- package` writes the list anew.
 */
describe("exported names", () => {
  const entries = Object.keys(
    (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: object }).exports,
  ).filter((entry) => !/\*|\.json$/.test(entry));

  let fromEsm: Names;
  let fromCommonJs: Names;

  before(async () => {
    const names = (load: string): string => `
      const names = {};
      for (const entry of ${JSON.stringify(entries)}) {
        const exported = ${load}(entry.replace(".", "careproof"));
        names[entry] = Object.keys(exported).filter((name) => !/^(default|module.exports)$/.test(name)).sort();
      }
      console.log(JSON.stringify(names));`;
    fromEsm = await evaluate("module", names("await import"));
    fromCommonJs = await evaluate("commonjs", names("require"));
  });

  it("are the same for ES modules and CommonJS", () => {
    expect(fromEsm).to.deep.equal(fromCommonJs);
  });

  it("are those of test/package/exports.json", () => {
    if (process.env.UPDATE_EXPORTS === "true") {
      writeFileSync(SNAPSHOT, `${JSON.stringify(fromCommonJs, undefined, 2)}\n`);
    }
    expect(fromCommonJs).to.deep.equal(JSON.parse(readFileSync(SNAPSHOT, "utf8")));
  });
});

async function evaluate(type: string, source: string): Promise<Names> {
  const { code, output } = await run(process.execPath, [`--input-type=${type}`, "-e", source], { capture: true });
  expect(code, output).to.equal(0);
  return JSON.parse(output) as Names;
}
