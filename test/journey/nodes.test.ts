import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { JsonRpcProvider } from "ethers";

import { binary, root } from "../../scripts/processes";
import { answers, anvilCommand, freePort, occupy } from "../support/nodes";

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Demo {
  ok: boolean;
  chainId: number;
  contracts: Record<string, string>;
  steps: { step: string; ok: boolean; result: string }[];
}

/** Runs a script of the repository to its end. */
function script(name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const command = ["--require", "ts-node/register/transpile-only", `scripts/${name}.ts`, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, env: { ...process.env, ...env } });
    const ended: Ended = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (ended.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (ended.stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ ...ended, code });
    });
  });
}

/** The lines on stderr that are not news of progress. */
const complaints = ({ stderr }: Ended): string[] =>
  stderr.split("\n").filter((line) => line !== "" && !line.endsWith("…"));

const NODES: Record<string, (port: number) => [string, string[]]> = {
  anvil: anvilCommand,
  "Hardhat's node": (port) => [
    process.execPath,
    [binary("hardhat/internal/cli/bootstrap.js"), "node", "--port", String(port)],
  ],
};

describe("the demo on a local node", function () {
  // Some 150 steps, most of which wait for a block.
  this.timeout(300_000);
  for (const [name, command] of Object.entries(NODES)) {
    describe(name, () => {
      let node: ChildProcess;
      let url: string;

      before(async () => {
        const port = await freePort();
        url = `http://127.0.0.1:${port}`;
        const [binaryPath, args] = command(port);
        const env = { ...process.env, HARDHAT_NETWORK: undefined };
        node = spawn(binaryPath, args, { cwd: root, env, stdio: "ignore" });
        await answers(url, node);
      });

      after(async () => {
        const ended = new Promise((resolve) => node.once("exit", resolve));
        node.kill("SIGKILL");
        await ended;
      });

      it("takes every step, and leaves the contracts on the chain", async () => {
        const ended = await script("demo", ["--rpc", url, "--json"], { HARDHAT_NETWORK: undefined });
        expect(ended.code, ended.stderr).to.equal(0);
        const demo = JSON.parse(ended.stdout) as Demo;
        expect(demo.ok).to.equal(true);
        expect(demo.steps.filter(({ ok }) => !ok)).to.deep.equal([]);
        expect(demo.steps.length).to.be.at.least(130);
        const provider = new JsonRpcProvider(url);
        try {
          expect(BigInt(demo.chainId)).to.equal((await provider.getNetwork()).chainId);
          expect(Object.keys(demo.contracts)).to.include.members([
            "ConsentRegistry",
            "ProductInvestigations",
            "ParametricPolicy",
            "TrialRegistry",
            "TrialData",
            "TrialSafety",
            "DataLicence",
          ]);
          for (const address of Object.values(demo.contracts)) {
            expect((await provider.getCode(address)).length).to.be.greaterThan(100);
          }
        } finally {
          provider.destroy();
        }
      });
    });
  }
});

describe("the demo in process", function () {
  this.timeout(300_000);
  it("ends with 1 where a transaction of each chapter is left out, and says at which steps", async () => {
    const ended = await script("demo", ["--json"], { CAREPROOF_DEMO_FAULT: "consent,provenance,claims,trials" });
    expect(ended.code).to.equal(1);
    const demo = JSON.parse(ended.stdout) as Demo;
    expect(demo.ok).to.equal(false);
    const results = new Map(demo.steps.filter(({ ok }) => !ok).map(({ step, result }) => [step, result]));
    for (const [leftOut, result] of [
      ["Patient revokes", "permitted, must be: denied: Revoked"],
      [
        "Regulator recalls the lot, class I: one transaction stops what is left of it",
        "for sale, with the pharmacy at the corner, must be: Recalled, with the pharmacy at the corner",
      ],
      [
        "Clinic submits it with the member's receipt: priced, and paid at once",
        "None; clinic has 0.00, must be: Paid; clinic has 77.00",
      ],
      ["The subject withdraws", "enrolled, must be: withdrawn"],
    ] as const) {
      expect(results.get(leftOut), leftOut).to.equal(result);
    }
  });
});

describe("bad input of the demo and of npm start", () => {
  let folder: string;
  let notFhir: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-demo-"));
    notFhir = join(folder, "list.json");
    writeFileSync(notFhir, '{"name": "no resource"}');
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is refused in one line where the FHIR file is missing", async () => {
    const missing = join(folder, "missing.json");
    const ended = await script("demo", ["--fhir", missing]);
    expect(ended.code).not.to.equal(0);
    expect(complaints(ended)).to.have.lengthOf(1);
    expect(complaints(ended)[0]).to.include(missing);
  });

  it("is refused in one line where the file is JSON but not FHIR", async () => {
    const ended = await script("demo", ["--fhir", notFhir]);
    expect(ended.code).not.to.equal(0);
    expect(complaints(ended)).to.have.lengthOf(1);
    expect(complaints(ended)[0]).to.include("list.json").and.to.include("resourceType");
  });

  it("is refused in one line where no node answers", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const ended = await script("demo", ["--rpc", url]);
    expect(ended.code).not.to.equal(0);
    expect(complaints(ended)).to.have.lengthOf(1);
    expect(complaints(ended)[0]).to.include(url);
  });

  it("is refused in one line where the port of npm start is taken", async () => {
    const { server, port } = await occupy();
    try {
      const ended = await script("start", ["--port", String(port)]);
      expect(ended.code).to.equal(1);
      expect(complaints(ended)).to.have.lengthOf(1);
      expect(complaints(ended)[0]).to.include(String(port)).and.to.include("--port");
    } finally {
      server.close();
    }
  });
});
