import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, type Log } from "ethers";
import { ethers } from "hardhat";

import { anchoredBatches } from "../../src/trials/anchoredBatches.js";
import { liveThroughTrial } from "../support/trialLife";

describe("anchoredBatches", () => {
  it("finds the batches of a trial with their writers, and those after a lock", async () => {
    const { trialData, trialId, site, otherSite } = await loadFixture(liveThroughTrial);
    const request = { provider: ethers.provider, contract: await trialData.getAddress() };
    const batches = await anchoredBatches({ ...request, trialId });
    expect(
      batches.map(({ writer, sequence, kind, count, unlocks }) => [writer, sequence, kind, count, unlocks]),
    ).to.deep.equal([
      [site.address, 1, "Capture", 30, 0],
      [site.address, 2, "Capture", 1, 0],
      [otherSite.address, 1, "Capture", 40, 0],
      [site.address, 3, "Correction", 5, 1],
    ]);
    expect(batches.map(({ root }) => root)).to.include.members([id("first batch"), id("after the lock")]);
    expect(await anchoredBatches({ ...request, trialId: id("none") })).to.deep.equal([]);
  });

  it("passes over a batch whose root the contract does not have", async () => {
    const { trialData, trialId } = await loadFixture(liveThroughTrial);
    // A node that tells of another root.
    const provider = new Proxy(ethers.provider, {
      get(target, name: keyof typeof ethers.provider) {
        if (name !== "getLogs") return Reflect.get(target, name) as unknown;
        return async (filter: Parameters<typeof target.getLogs>[0]) =>
          (await target.getLogs(filter)).map(
            ({ address, topics, data, blockNumber, index, transactionHash }): Partial<Log> => ({
              address,
              topics,
              data: data.replace(id("first batch").slice(2), id("forged").slice(2)),
              blockNumber,
              index,
              transactionHash,
            }),
          );
      },
    });
    const found = await anchoredBatches({ provider, contract: await trialData.getAddress(), trialId });
    expect(found.map(({ root }) => root)).not.to.include.members([id("forged")]);
    expect(found).to.have.length(3);
  });
});
