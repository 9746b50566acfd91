import { expect } from "chai";
import { AbiCoder, JsonRpcProvider, Wallet, concat, id, isError } from "ethers";
import hre, { ethers } from "hardhat";

import * as abis from "../src/abi/index.js";
import {
  AccessManager__factory,
  ParticipantRegistry__factory,
  type ParticipantRegistry,
} from "../src/bindings/index.js";
import { ContractError, decodeError, errorOfSelector } from "../src/contractErrors.js";
import { CareProofError } from "../src/errors.js";
import { REMEDIES } from "../src/remedies.js";
import { ROLES } from "../src/participants/roles.js";
import { serveChain } from "./support/chainServer";

describe("decodeError", () => {
  let registry: ParticipantRegistry;
  let address: `0x${string}`;
  let close: () => Promise<void>;
  let url: string;
  const stranger = Wallet.createRandom().address as `0x${string}`;

  before(async () => {
    const deployer = (await ethers.getSigners())[0]!;
    const manager = await new AccessManager__factory(deployer).deploy(deployer.address);
    registry = await new ParticipantRegistry__factory(deployer).deploy(manager);
    address = (await registry.getAddress()) as `0x${string}`;

    ({ url, close } = await serveChain());
  });

  after(async () => {
    await close();
  });

  /** `resolve(stranger, PROVIDER)` reverts with `NotInGoodStanding(stranger, 0, Unaccredited)`. */
  function expectNotInGoodStanding(thrown: unknown): void {
    const error = decodeError(thrown);
    expect(error).to.be.instanceOf(ContractError).and.instanceOf(CareProofError);
    expect(error!.code).to.equal("CONTRACT_REVERTED");
    expect(error!.errorName).to.equal("NotInGoodStanding");
    expect(error!.args).to.deep.equal({ account: stranger, role: 0n, standing: 1n });
    expect(error!.message).to.contain(stranger).and.to.contain(error!.remedy);
    expect(error!.cause).to.equal(thrown);
  }

  async function thrownBy(action: () => Promise<unknown>): Promise<unknown> {
    try {
      await action();
    } catch (error) {
      return error;
    }
    throw new Error("nothing was thrown");
  }

  it("reads Hardhat's own error, of the network in process", async () => {
    const data = registry.interface.encodeFunctionData("resolve", [stranger, ROLES.PROVIDER]);
    const request = { method: "eth_call", params: [{ to: address, data }, "latest"] };
    expectNotInGoodStanding(await thrownBy(() => hre.network.provider.request(request)));
  });

  it("reads the error of ethers in process", async () => {
    expectNotInGoodStanding(await thrownBy(() => registry.resolve(stranger, ROLES.PROVIDER)));
  });

  it("reads the error of ethers over JSON-RPC", async () => {
    const provider = new JsonRpcProvider(url);
    const remote = ParticipantRegistry__factory.connect(address, provider);
    const thrown = await thrownBy(() => remote.resolve(stranger, ROLES.PROVIDER));
    provider.destroy();
    expect(isError(thrown, "CALL_EXCEPTION")).to.equal(true);
    expectNotInGoodStanding(thrown);
  });

  it("reads the error of ethers for a transaction whose gas cannot be estimated", async () => {
    const provider = new JsonRpcProvider(url);
    const remote = ParticipantRegistry__factory.connect(address, await provider.getSigner(0));
    const error = decodeError(await thrownBy(() => remote.accredit(stranger, ROLES.PROVIDER, 2_000_000_000)));
    provider.destroy();
    expect(error?.errorName).to.equal("NotAccreditor");
  });

  it("reads the error of viem over JSON-RPC", async () => {
    const { createPublicClient, http } = await import("viem");
    const client = createPublicClient({ transport: http(url) });
    const args = [stranger, ROLES.PROVIDER] as const;
    const call = { address, abi: abis.participantRegistryAbi, functionName: "resolve", args } as const;
    expectNotInGoodStanding(await thrownBy(() => client.readContract(call)));
  });

  it("reads bare revert data, and Solidity's own errors", () => {
    const reason = concat([id("Error(string)").slice(0, 10), AbiCoder.defaultAbiCoder().encode(["string"], ["no"])]);
    expect(decodeError(reason)?.args).to.deep.equal({ reason: "no" });
  });

  it("knows nothing of other errors, of malformed arguments and of what is no revert", () => {
    expect(decodeError(id("Unheard(uint256)").slice(0, 10))).to.equal(undefined);
    expect(decodeError(id("NotAccreditor(address,uint8)").slice(0, 10))).to.equal(undefined);
    expect(decodeError(new Error("timeout"))).to.equal(undefined);
    expect(decodeError(null)).to.equal(undefined);
  });

  it("does not follow an error that is its own cause for ever", () => {
    const error = new Error("round");
    error.cause = error;
    expect(decodeError(error)).to.equal(undefined);
  });

  describe("remedies", () => {
    const declared = new Set(
      Object.values(abis).flatMap((abi) => abi.flatMap((entry) => (entry.type === "error" ? [entry.name] : []))),
    );

    it("are there for every error of the contracts", () => {
      expect([...declared].filter((name) => !(name in REMEDIES))).to.deep.equal([]);
    });

    it("are of no error that does not exist", () => {
      const known = new Set<string>([...declared, "Error", "Panic"]);
      expect(Object.keys(REMEDIES).filter((name) => !known.has(name))).to.deep.equal([]);
    });

    it("are one sentence each", () => {
      for (const [name, remedy] of Object.entries(REMEDIES)) expect(remedy, name).to.match(/^[A-Z].+\.$/);
    });
  });
});

describe("errorOfSelector", () => {
  it("names the error of a selector, with its remedy, and none for another", () => {
    const selector = id("NotInGoodStanding(address,uint16,uint8)").slice(0, 10);
    expect(errorOfSelector(selector)).to.deep.equal({
      errorName: "NotInGoodStanding",
      remedy: REMEDIES.NotInGoodStanding,
    });
    expect(errorOfSelector("0x12345678")).to.equal(undefined);
  });
});
