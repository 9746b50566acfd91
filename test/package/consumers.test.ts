import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import vm from "node:vm";

import { expect } from "chai";

import { binary, root, run, type Finished } from "../../scripts/processes";

interface LockedPackage {
  version: string;
  dev?: boolean;
  dependencies?: Record<string, string>;
}

/** The package as its users get it: packed, and installed into projects that have nothing else. */
describe("the packed package", function () {
  this.timeout(120_000);

  let folder: string;
  let tarball: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "careproof-consumers-"));
    const { code, output } = await npm(["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], root);
    expect(code, output).to.equal(0);
    tarball = join(
      folder,
      readdirSync(folder).find((file) => file.endsWith(".tgz"))!,
    );
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("works in Node with ES modules", async () => {
    const project = await install("esm", { type: "module" });
    await expectOutput(nodeIn(project, ["index.js"]), /^works$/m);
  });

  it("works in Node with CommonJS, and brings its command-line tool", async () => {
    const project = await install("commonjs", {});
    await expectOutput(nodeIn(project, ["index.js"]), /^works$/m);
    await expectOutput(
      run(join(project, "node_modules/.bin/careproof"), ["--help"], { cwd: project, capture: true }),
      /records/,
    );
  });

  it("works in a browser bundle of Vite, without anything of Node", async () => {
    const project = await install("vite", { type: "module" });
    const { code, output } = await nodeIn(project, [binary("vite/bin/vite.js"), "build"]);
    expect(code, output).to.equal(0);
    // @hpke/common would ask Node for WebCrypto where there is none, which no browser reaches.
    const ofNode = [...output.matchAll(/Module "(.+)" has been externalized .* imported by "([^"]+)"/g)];
    expect(ofNode.filter(([, , by]) => !by!.includes("@hpke/common")).map(([line]) => line)).to.deep.equal([]);

    const scripts = readdirSync(join(project, "dist/assets"));
    expect(scripts).to.have.lengthOf(1);
    const script = readFileSync(join(project, "dist/assets", scripts[0]!), "utf8");
    expect(script).not.to.match(/\brequire\(["'`]|from "node:/);

    const { TextEncoder, TextDecoder, URL, crypto, atob, btoa, setTimeout, clearTimeout, console } = globalThis;
    const page: Record<string, unknown> = {
      ...{ TextEncoder, TextDecoder, URL, crypto, atob, btoa, setTimeout, clearTimeout, console },
    };
    page.self = page;
    vm.runInNewContext(script, page);
    expect(page.result).to.include({ deployments: "object", error: "UnknownRole", mask: "3" });
  });

  for (const [resolution, module] of [
    ["node16", "node16"],
    ["bundler", "esnext"],
  ] as const) {
    it(`has types for moduleResolution ${resolution}, for viem from the ABIs and for ethers`, async () => {
      const project = await install("types", { type: "module" });
      for (const name of ["viem", "@types/node"]) link(project, name);
      const options = { module, moduleResolution: resolution, target: "es2022", strict: true, noEmit: true };
      const config = { compilerOptions: { ...options, skipLibCheck: true, types: ["node"] }, files: ["index.ts"] };
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
      await expectOutput(nodeIn(project, [binary("typescript/bin/tsc")]), /^$/);
    });
  }

  it("is published as package.json says (publint)", async () => {
    const { code, output } = await nodeIn(root, [binary("publint/src/cli.js"), tarball, "--strict"]);
    expect(code, output).to.equal(0);
    expect(output).to.match(/All good/);
  });

  it("has types that resolve as the code does (attw)", async () => {
    // node10 knows no `exports`; whoever still resolves that way reaches the root entry only.
    const attw = binary("@arethetypeswrong/cli/dist/index.js");
    await expectOutput(
      nodeIn(root, [attw, tarball, "--profile", "node16", "--no-emoji", "--format", "ascii"]),
      /node16 \(from ESM\): OK \(ESM\)/,
    );
  });

  it("has the contracts' sources and nothing of the tests", async () => {
    const { output } = await run("tar", ["-tzf", tarball], { capture: true });
    const files = output.trim().split("\n");
    const needed = [
      "package/LICENSE",
      "package/README.md",
      "package/contracts/participants/IParticipantRegistry.sol",
      "package/dist/cjs/cli/bin.js",
    ];
    expect(needed.filter((file) => !files.includes(file))).to.deep.equal([]);
    expect(files.filter((file) => /test|mocks|hardhat/i.test(file))).to.deep.equal([]);
  });

  /**
   * A fresh project with the tarball as its only dependency. Its lockfile has what our own says about the package's
   * dependencies, so that the registry is not asked again for what `npm ci` has just fetched.
   */
  async function install(consumer: string, manifest: object): Promise<string> {
    const project = mkdtempSync(join(folder, `${consumer}-`));
    cpSync(join(__dirname, "consumers", consumer), project, { recursive: true });
    cpSync(tarball, join(project, basename(tarball)));

    const ours = readJson(join(root, "package.json")) as { version: string; bin: object; dependencies: object };
    const { packages } = readJson(join(root, "package-lock.json")) as { packages: Record<string, LockedPackage> };
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
    const dependencies = { careproof: `file:${basename(tarball)}` };
    const careproof = {
      version: ours.version,
      resolved: dependencies.careproof,
      integrity: `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`,
      bin: ours.bin,
      dependencies: ours.dependencies,
    };
    const lock = {
      name: consumer,
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": { name: consumer, dependencies },
        "node_modules/careproof": careproof,
        ...Object.fromEntries(installed),
      },
    };
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ name: consumer, private: true, ...manifest, dependencies }),
    );
    writeFileSync(join(project, "package-lock.json"), JSON.stringify(lock));

    const { code, output } = await npm(
      ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"],
      project,
    );
    expect(code, output).to.equal(0);
    return project;
  }
});

function npm(args: string[], cwd: string): Promise<Finished> {
  return run("npm", args, { cwd, capture: true });
}

function nodeIn(cwd: string, args: string[]): Promise<Finished> {
  return run(process.execPath, args, { cwd, capture: true });
}

async function expectOutput(finished: Promise<Finished>, pattern: RegExp): Promise<void> {
  const { code, output } = await finished;
  expect(code, output).to.equal(0);
  expect(output).to.match(pattern);
}

/** Makes a development tool of ours visible in a consumer's project. */
function link(project: string, name: string): void {
  const path = join(project, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) symlinkSync(join(root, "node_modules", name), path);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
