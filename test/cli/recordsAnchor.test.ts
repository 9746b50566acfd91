import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { parseEther, Wallet, ZeroAddress } from "ethers";
import hre, { ethers } from "hardhat";

import type { ManifestHeader, ManifestRecord } from "../../src/consent/recordManifest.js";
import { recordLeafDigest } from "../../src/consent/recordLeaf.js";
import { serveChain } from "../support/chainServer";
import { accredit, type CareProof, deployCareProof, enlist } from "../support/careproof";
import { proxyUntilSent } from "../support/proxyNode";
import { careproof, type Ran } from "../support/terminal";

const PATIENT = "0x00000000000000000000000000000000000000A1";
const observation = (id: string): string => `{"resourceType":"Observation","id":"${id}"}`;

/** The system, a provider of which `operator` is a key, and a funded key without any part. */
async function deployWithProvider(): Promise<{
  system: CareProof;
  provider: string;
  operator: Wallet;
  stranger: Wallet;
}> {
  const system = await loadFixture(deployCareProof);
  const [provider] = system.others as [CareProof["deployer"]];
  const [operator, stranger] = [Wallet.createRandom().privateKey, Wallet.createRandom().privateKey].map(
    (key) => new Wallet(key, ethers.provider),
  ) as [Wallet, Wallet];
  for (const { address } of [operator, stranger]) await setBalance(address, parseEther("1"));
  await accredit(system, provider, "PROVIDER");
  await enlist(system, provider, operator, "PROVIDER");
  return { system, provider: provider.address, operator, stranger };
}

describe("careproof records on the chain", () => {
  let close: () => Promise<void>;
  let url: string;
  let folder: string;

  before(async () => {
    ({ url, close } = await serveChain());
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
  });

  after(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  let batches = 0;
  /** Commits resources, and returns the manifest's path and content, and the path of the first resource. */
  async function commit(...ids: string[]): Promise<{
    manifest: string;
    header: ManifestHeader;
    records: ManifestRecord[];
    resource: string;
  }> {
    const base = join(folder, `batch-${batches++}`);
    writeFileSync(`${base}.ndjson`, ids.map(observation).join("\n"));
    writeFileSync(`${base}.json`, observation(ids[0]!));
    const manifest = `${base}.manifest.ndjson`;
    await careproof(["records", "commit", `${base}.ndjson`, "--out", manifest, "--patient", PATIENT]);
    const [header, ...records] = readFileSync(manifest, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    return {
      manifest,
      header: header as ManifestHeader,
      records: records as ManifestRecord[],
      resource: `${base}.json`,
    };
  }

  const anchor = async (system: CareProof, key: Wallet, manifest: string, ...more: string[]): Promise<Ran> =>
    careproof(
      ["records", "anchor", manifest, "--rpc", url, "--registry", await system.records.getAddress(), "--json", ...more],
      { env: { CAREPROOF_PRIVATE_KEY: key.privateKey } },
    );
  const errorOf = ({ code, stdout, stderr }: Ran): { code: string; message: string } => {
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    expect(stderr).to.match(/^[^\n]+\n$/);
    return (JSON.parse(stderr) as { error: { code: string; message: string } }).error;
  };

  it("anchors a batch by an operator's key, in the provider's stream", async () => {
    const { system, provider, operator } = await loadFixture(deployWithProvider);
    const { manifest, header } = await commit("a", "b", "c");
    const { code, stdout } = await anchor(system, operator, manifest, "--chain-id", "31337", "--sequence", "1");
    expect(code).to.equal(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).to.include({
      status: "anchored",
      chainId: "31337",
      provider,
      sequence: "1",
      root: header.root,
      count: 3,
    });
    expect(await system.records.rootOf(provider, 1)).to.equal(header.root);
    expect((await system.records.headOf(provider)).leaves).to.equal(3n);
    const receipt = await ethers.provider.getTransactionReceipt(result.transaction as string);
    expect(receipt?.gasUsed.toString()).to.equal(result.gasUsed);
  });

  it("sends nothing when run again, also after later batches", async () => {
    const { system, provider, operator } = await loadFixture(deployWithProvider);
    const first = await commit("a");
    await anchor(system, operator, first.manifest);
    await anchor(system, operator, (await commit("b")).manifest);
    const nonce = await operator.getNonce();
    const { code, stdout } = await anchor(system, operator, first.manifest);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ status: "already-anchored", sequence: "1", provider });
    expect(await operator.getNonce()).to.equal(nonce);
    expect((await system.records.headOf(provider)).sequence).to.equal(2n);
  });

  it("sends nothing twice when the node goes away after it took the transaction", async () => {
    const { system, provider, operator } = await loadFixture(deployWithProvider);
    const { manifest, header } = await commit("a");
    const proxy = await proxyUntilSent(url);
    const registry = await system.records.getAddress();
    const env = { CAREPROOF_PRIVATE_KEY: operator.privateKey };
    const args = ["records", "anchor", manifest, "--registry", registry, "--timeout", "2", "--json"];
    const lost = errorOf(await careproof([...args, "--rpc", proxy.url], { env }));
    await proxy.close();
    expect(lost.code).to.equal("NODE_LOST");
    expect(lost.message).to.include("run the same command again, it sends nothing twice");
    const again = await anchor(system, operator, manifest);
    expect(JSON.parse(again.stdout)).to.include({ status: "already-anchored", sequence: "1", root: header.root });
    expect((await system.records.headOf(provider)).sequence).to.equal(1n);
  });

  it("refuses while a transaction of the key is waiting, and does not send a second", async () => {
    const { system, provider, operator } = await loadFixture(deployWithProvider);
    const { manifest } = await commit("a");
    await hre.network.provider.send("evm_setAutomine", [false]);
    try {
      const waiting = errorOf(await anchor(system, operator, manifest, "--timeout", "1"));
      expect(waiting.code).to.equal("TRANSACTION_PENDING");
      const second = errorOf(await anchor(system, operator, manifest, "--timeout", "1"));
      expect(second.code).to.equal("NONCE_PENDING");
      expect(second.message).to.include(operator.address);
      await hre.network.provider.send("evm_mine");
    } finally {
      await hre.network.provider.send("evm_setAutomine", [true]);
    }
    expect(JSON.parse((await anchor(system, operator, manifest)).stdout)).to.include({ status: "already-anchored" });
    expect((await system.records.headOf(provider)).sequence).to.equal(1n);
  });

  it("refuses an account without funds, saying how much is needed", async () => {
    const { system, operator } = await loadFixture(deployWithProvider);
    await setBalance(operator.address, 1n);
    const error = errorOf(await anchor(system, operator, (await commit("a")).manifest));
    expect(error.code).to.equal("FUNDS_INSUFFICIENT");
    expect(error.message).to.include(operator.address).and.to.include("0.000000000000000001 ether");
  });

  it("says why the contract refuses a key that is no provider's", async () => {
    const { system, stranger } = await loadFixture(deployWithProvider);
    const error = errorOf(await anchor(system, stranger, (await commit("a")).manifest));
    expect(error.code).to.equal("CONTRACT_REVERTED");
    expect(error.message).to.include("NotInGoodStanding").and.to.include(stranger.address);
  });

  it("refuses a sequence number that is not the next", async () => {
    const { system, operator } = await loadFixture(deployWithProvider);
    const error = errorOf(await anchor(system, operator, (await commit("a")).manifest, "--sequence", "2"));
    expect(error.code).to.equal("SEQUENCE_MISMATCH");
    expect(error.message).to.include("is number 1, not 2");
  });

  it("refuses another chain, no node, no URL, what is no node, and no contract", async () => {
    const { system, operator, provider } = await loadFixture(deployWithProvider);
    const { manifest } = await commit("a");
    const registry = await system.records.getAddress();
    const closed = await unusedPort();
    const noNode = createServer((_, response) => response.end("<html>"));
    await new Promise<void>((resolve) => noNode.listen(0, "127.0.0.1", resolve));
    const noNodeUrl = `http://127.0.0.1:${(noNode.address() as AddressInfo).port}`;
    for (const [rpc, address, chainId, code, message] of [
      [url, registry, "1", "CHAIN_MISMATCH", "serves chain 31337, not chain 1"],
      [
        `http://127.0.0.1:${closed}/secret-key`,
        registry,
        "31337",
        "RPC_UNREACHABLE",
        `nothing answers at http://127.0.0.1:${closed}`,
      ],
      [noNodeUrl, registry, "31337", "RPC_UNREACHABLE", "no Ethereum node"],
      ["localhost:8545", registry, "31337", "RPC_INVALID", "http"],
      [url.replace("//", "//user:secret-key@"), registry, "31337", "RPC_INVALID", "user name or password"],
      [url, provider, "31337", "CONTRACT_MISSING", `no contract at ${provider}`],
      [url, await system.participants.getAddress(), "31337", "CONTRACT_UNEXPECTED", "is not the one expected"],
    ] as const) {
      const args = [
        "records",
        "anchor",
        manifest,
        "--rpc",
        rpc,
        "--registry",
        address,
        "--chain-id",
        chainId,
        "--json",
      ];
      const error = errorOf(await careproof(args, { env: { CAREPROOF_PRIVATE_KEY: operator.privateKey } }));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(message).and.to.not.include("secret-key");
    }
    noNode.close();
  });

  it("refuses an edited manifest before it asks the chain", async () => {
    const { system, operator } = await loadFixture(deployWithProvider);
    const { manifest, header } = await commit("a", "b");
    const other = await commit("c");
    const text = readFileSync(manifest, "utf8").replace(header.root, other.header.root);
    writeFileSync(manifest, text);
    expect(errorOf(await anchor(system, operator, manifest)).code).to.equal("MANIFEST_MISMATCH");
  });

  it("asks for the key in the environment, and never shows it", async () => {
    const { manifest } = await commit("a");
    const args = ["records", "anchor", manifest, "--rpc", url, "--registry", PATIENT, "--json"];
    expect(errorOf(await careproof(args)).code).to.equal("KEY_MISSING");
    const error = errorOf(await careproof(args, { env: { CAREPROOF_PRIVATE_KEY: "0x1234abcd" } }));
    expect(error.code).to.equal("KEY_INVALID");
    expect(error.message).to.not.include("1234abcd");
  });

  describe("verify --rpc", () => {
    const verify = async (
      { system, provider }: { system: CareProof; provider: string },
      { manifest, resource }: { manifest: string; resource: string },
      sequence = "1",
    ): Promise<Ran> => {
      const registry = await system.records.getAddress();
      const chain = ["--rpc", url, "--registry", registry, "--provider", provider, "--sequence", sequence];
      return careproof(["records", "verify", manifest, resource, ...chain, "--json"]);
    };
    const statusOf = ({ stdout }: Ran): unknown =>
      (JSON.parse(stdout) as { onChain: { status: string } }).onChain.status;

    it("says anchored for a record of the batch, and unknown for another batch", async () => {
      const fixture = await loadFixture(deployWithProvider);
      const batch = await commit("a", "b", "c");
      await anchor(fixture.system, fixture.operator, batch.manifest);
      const anchored = await verify(fixture, batch);
      expect(anchored.code).to.equal(0);
      expect(JSON.parse(anchored.stdout)).to.deep.include({
        onChain: {
          chainId: "31337",
          registry: await fixture.system.records.getAddress(),
          provider: fixture.provider,
          sequence: "1",
          status: "anchored",
        },
      });
      const unknown = await verify(fixture, batch, "2");
      expect(unknown.code).to.equal(1);
      expect(statusOf(unknown)).to.equal("unknown");
      expect(statusOf(await verify({ ...fixture, provider: ZeroAddress }, batch))).to.equal("unknown");
    });

    it("says superseded and retracted, with exit code 1", async () => {
      const fixture = await loadFixture(deployWithProvider);
      const batch = await commit("a", "b");
      await anchor(fixture.system, fixture.operator, batch.manifest);
      const [old, successor] = batch.records.map((record) => ({
        sequence: 1,
        digest: recordLeafDigest(record),
        proof: [...record.proof],
      })) as [never, never];
      const records = fixture.system.records.connect(fixture.operator);
      await records.supersede(old, successor);
      const superseded = await verify(fixture, batch);
      expect([superseded.code, statusOf(superseded)]).to.deep.equal([1, "superseded"]);
      await records.retract(successor, 1);
      writeFileSync(batch.resource, observation("b"));
      const retracted = await verify(fixture, batch);
      expect([retracted.code, statusOf(retracted)]).to.deep.equal([1, "retracted"]);
    });

    it("exits with 2 where --rpc lacks what it needs", async () => {
      const { manifest, resource } = await commit("a");
      expect((await careproof(["records", "verify", manifest, resource, "--rpc", url])).code).to.equal(2);
      expect((await careproof(["records", "verify", manifest, resource, "--sequence", "1"])).code).to.equal(2);
    });
  });
});

/** A port on which nothing listens. */
async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
