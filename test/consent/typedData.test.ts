import { spawnSync } from "node:child_process";

import { expect } from "chai";
import { TypedDataEncoder, Wallet, id, verifyTypedData } from "ethers";

import { CareProofError } from "../../src/errors.js";
import { DESCRIBED_MESSAGES } from "../../src/consent/describe.js";
import {
  TYPED_DATA,
  definitionOf,
  typedData,
  type MessageName,
  type SigningContract,
} from "../../src/consent/typedData.js";
import type { TypedDataMember } from "../../src/utils/typedData.js";
import { DEPLOYMENT, SOURCES, example, source, typeStrings } from "./messages.js";

function cast(...args: string[]): string {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const binary = require.resolve(`@foundry-rs/cast-${platform}/bin/cast`);
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: "utf8" });
  expect(status, stderr).to.equal(0);
  return stdout.trim();
}

describe("typed data", () => {
  for (const [contract, [types, implementation]] of Object.entries(SOURCES) as [SigningContract, [string, string]][]) {
    describe(contract, () => {
      it("has the messages of the contract, member by member", () => {
        const solidity = typeStrings(source(types));
        const here = Object.entries(TYPED_DATA[contract] as Record<string, TypedDataMember[]>).map(
          ([name, members]) => [name, TypedDataEncoder.from({ [name]: members }).encodeType(name)],
        );
        expect(solidity.size).to.be.greaterThan(0);
        expect(Object.fromEntries(here)).to.deep.equal(Object.fromEntries(solidity));
      });

      it("has the domain of the contract", () => {
        const name = /SignedDecisions\("([^"]+)"\)/.exec(source(implementation))?.[1];
        const [first] = Object.keys(TYPED_DATA[contract]) as MessageName[];
        if (first === undefined) return expect.fail("no message");
        expect(example(first).domain).to.deep.equal({ name, version: "1", ...DEPLOYMENT });
        expect(source("utils/SignedDecisions.sol")).to.include('EIP712(name, "1")');
      });
    });
  }

  it("has the type hashes that cast computes of the Solidity strings", () => {
    const strings = Object.values(SOURCES).flatMap(([types]) => [...typeStrings(source(types))]);
    for (const [name, encoded] of strings) {
      const { members } = definitionOf(name as MessageName);
      const hash = id(TypedDataEncoder.from({ [name]: [...members] }).encodeType(name));
      expect(hash, name).to.equal(cast("keccak", encoded));
    }
  });

  for (const name of DESCRIBED_MESSAGES) {
    it(`${name} has one digest in ethers and viem, and a signature that both libraries make alike`, async () => {
      const { hashTypedData } = await import("viem");
      const { privateKeyToAccount } = await import("viem/accounts");
      const data = example(name);
      const digest = TypedDataEncoder.hash(data.domain, data.types, data.message);
      // The union of all messages at once is more than viem infers.
      const forViem = data as never;
      expect(hashTypedData(forViem)).to.equal(digest);
      const wallet = new Wallet(id("a key for tests alone"));
      const signature = await wallet.signTypedData(data.domain, data.types, data.message);
      const account = privateKeyToAccount(wallet.privateKey as `0x${string}`);
      expect(await account.signTypedData(forViem)).to.equal(signature);
      expect(verifyTypedData(data.domain, data.types, data.message, signature)).to.equal(wallet.address);
    });
  }

  it("has for every message the digest that cast signs", async () => {
    const wallet = new Wallet(id("a key for tests alone"));
    for (const name of DESCRIBED_MESSAGES) {
      const data = example(name);
      const payload = JSON.stringify(TypedDataEncoder.getPayload(data.domain, data.types, data.message));
      const signature = cast("wallet", "sign", "--private-key", wallet.privateKey, "--data", payload);
      expect(await wallet.signTypedData(data.domain, data.types, data.message), name).to.equal(signature);
    }
  });

  it("infers messages for viem without a cast", async () => {
    const { hashTypedData } = await import("viem");
    const { ConsentGrant: consent } = TYPED_DATA.ConsentRegistry;
    const data = example("ConsentGrant");
    const digest = hashTypedData({
      domain: data.domain,
      types: { ConsentGrant: consent },
      primaryType: "ConsentGrant",
      message: data.message,
    });
    expect(digest).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("refuses members that are missing, unknown or out of range, by name", () => {
    const { message } = example("RevokeAll");
    const build = (change: Record<string, unknown>) => () =>
      typedData("RevokeAll", DEPLOYMENT, { ...message, ...change });
    const refusals: [Record<string, unknown>, string][] = [
      [{ issuedAt: undefined }, "issuedAt: is missing"],
      [{ note: 1 }, "note: is no member of this message"],
      [{ issuedAt: 2 ** 40 }, "issuedAt: must be a whole number of at most 40 bits"],
      [{ issuedAt: -1 }, "issuedAt: must be a whole number of at most 40 bits"],
      [{ issuedAt: 1.5 }, "issuedAt: must be a whole number"],
      [{ patient: "patient.eth" }, "patient: must be an address with a valid checksum"],
    ];
    for (const [change, problem] of refusals) expect(build(change)).to.throw(CareProofError, problem);
    expect(() => typedData("RevokeAll", { chainId: 1, verifyingContract: "0x" }, message as never)).to.throw(
      CareProofError,
      "verifyingContract: must be an address",
    );
  });
});
