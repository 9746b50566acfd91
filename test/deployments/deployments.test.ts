import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { saveDeployment } from "../../scripts/deployments";
import { addressOf, parseDeployment, type Deployment } from "../../src/deployments/index.js";
import { loadDeployment } from "../../src/deployments/node.js";

const deployment: Deployment = {
  chainId: 31337,
  contracts: {
    ParticipantRegistry: {
      address: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
      blockNumber: 2,
      transactionHash: `0x${"ab".repeat(32)}`,
    },
  },
};

describe("deployments", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function refusal(action: () => unknown): Promise<{ code: string; message: string }> {
    try {
      await action();
    } catch (error) {
      return error as { code: string; message: string };
    }
    throw new Error("nothing was thrown");
  }

  it("are read back from the record as they were saved", async () => {
    expect(saveDeployment(deployment, folder)).to.equal(join("deployments", "31337.json"));
    expect(await loadDeployment(31337, join(folder, "deployments"))).to.deep.equal(deployment);
  });

  it("reach a package that is built already, in both of its formats", () => {
    for (const format of ["esm", "cjs"]) {
      mkdirSync(join(folder, "dist", format, "deployments"), { recursive: true });
      writeFileSync(join(folder, "dist", format, "deployments/generated.js"), "");
    }
    saveDeployment(deployment, folder);

    const { address } = deployment.contracts.ParticipantRegistry!;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- this is what a user's `require` loads
    const built = require(join(folder, "dist/cjs/deployments/generated.js")) as { recorded: Record<number, Deployment> };
    expect(built.recorded[31337]).to.deep.equal(deployment);
    expect(readFileSync(join(folder, "dist/esm/deployments/generated.js"), "utf8")).to.contain(address);
    expect(readFileSync(join(folder, "src/deployments/generated.ts"), "utf8")).to.contain(address);
  });

  it("are refused with the field that is wrong", async () => {
    const { chainId, contracts } = deployment;
    const registry = contracts.ParticipantRegistry!;
    const malformed: [unknown, string][] = [
      [[], "record: must be an object"],
      [{ contracts }, "record.chainId: must be a positive integer"],
      [{ chainId: 0, contracts }, "record.chainId: must be a positive integer"],
      [{ chainId }, "record.contracts: must be an object"],
      [{ chainId, contracts: { A: { ...registry, address: "0x00" } } }, "record.contracts.A.address: must be 0x-hex of 20 bytes"],
      [{ chainId, contracts: { A: { ...registry, blockNumber: -1 } } }, "record.contracts.A.blockNumber: must be a block number"],
      [
        { chainId, contracts: { A: { ...registry, transactionHash: "0x" } } },
        "record.contracts.A.transactionHash: must be 0x-hex of 32 bytes",
      ],
    ];
    for (const [json, message] of malformed) {
      const error = await refusal(() => parseDeployment(json, "record"));
      expect(error).to.include({ code: "INVALID_DEPLOYMENT", message });
    }
  });

  it("say so where there is none, where a file is not JSON, and where it is of another chain", async () => {
    expect((await refusal(() => loadDeployment(1, folder))).code).to.equal("NOT_DEPLOYED");
    expect(await refusal(() => addressOf(4_000_000_000, "ParticipantRegistry"))).to.include({ code: "NOT_DEPLOYED" });

    writeFileSync(join(folder, "1.json"), "{");
    expect((await refusal(() => loadDeployment(1, folder))).message).to.match(/1\.json: is not JSON$/);
    writeFileSync(join(folder, "1.json"), JSON.stringify(deployment));
    expect((await refusal(() => loadDeployment(1, folder))).message).to.match(/1\.json: is a deployment on chain 31337, not 1$/);
  });
});
