import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";
import { ethers } from "hardhat";

const ROOT = id("root of the first batch");
const NEXT_ROOT = id("root of the second batch");

async function deployTwoStreams() {
  const streams = await ethers.deployContract("BatchStreamCaller");
  const append = (stream: number, sequence: bigint, root: string, count: bigint) =>
    streams.getFunction("append").send(stream, sequence, root, count);
  const headOf = async (stream: number) => [...((await streams.getFunction("headOf")(stream)) as bigint[])];
  const rootOf = (stream: number, sequence: bigint) =>
    streams.getFunction("rootOf")(stream, sequence) as Promise<string>;
  return { streams, append, headOf, rootOf };
}

describe("BatchStream", () => {
  it("starts empty", async () => {
    const { headOf, rootOf } = await loadFixture(deployTwoStreams);
    expect(await headOf(0)).to.deep.equal([0n, 0n, 0n]);
    expect(await rootOf(0, 0n)).to.equal(ethers.ZeroHash);
    expect(await rootOf(0, 1n)).to.equal(ethers.ZeroHash);
  });

  it("keeps each root, counts batches and leaves, and remembers the last time", async () => {
    const { append, headOf, rootOf } = await loadFixture(deployTwoStreams);
    await append(0, 1n, ROOT, 1_000_000n);
    const at = BigInt(await time.latest()) + 60n;
    await time.setNextBlockTimestamp(at);
    await append(0, 2n, NEXT_ROOT, 1n);
    expect(await headOf(0)).to.deep.equal([2n, 1_000_001n, at]);
    expect(await rootOf(0, 1n)).to.equal(ROOT);
    expect(await rootOf(0, 2n)).to.equal(NEXT_ROOT);
  });

  it("counts more leaves than one batch can have", async () => {
    const { append, headOf } = await loadFixture(deployTwoStreams);
    const most = 2n ** 64n - 1n;
    await append(0, 1n, ROOT, most);
    await append(0, 2n, NEXT_ROOT, most);
    expect((await headOf(0)).slice(0, 2)).to.deep.equal([2n, 2n * most]);
  });

  it("never moves another stream", async () => {
    const { append, headOf, rootOf } = await loadFixture(deployTwoStreams);
    await append(0, 1n, ROOT, 5n);
    expect(await headOf(1)).to.deep.equal([0n, 0n, 0n]);
    expect(await rootOf(1, 1n)).to.equal(ethers.ZeroHash);
  });

  it("takes the same root twice, as two batches", async () => {
    const { append, headOf, rootOf } = await loadFixture(deployTwoStreams);
    await append(0, 1n, ROOT, 1n);
    await append(0, 2n, ROOT, 1n);
    expect((await headOf(0)).slice(0, 2)).to.deep.equal([2n, 2n]);
    expect(await rootOf(0, 2n)).to.equal(ROOT);
  });

  for (const [attack, sequence] of [
    ["again", 2n],
    ["older than the last", 1n],
    ["numbered zero", 0n],
    ["after one that is missing", 4n],
    ["of the highest number", 2n ** 64n - 1n],
  ] as const) {
    it(`refuses a batch ${attack}`, async () => {
      const { streams, append, headOf, rootOf } = await loadFixture(deployTwoStreams);
      await append(0, 1n, ROOT, 1n);
      await append(0, 2n, NEXT_ROOT, 1n);
      const before = await headOf(0);
      await expect(append(0, sequence, id("another root"), 1n))
        .to.be.revertedWithCustomError(streams, "BatchOutOfSequence")
        .withArgs(3n, sequence);
      expect(await headOf(0)).to.deep.equal(before);
      expect(await rootOf(0, 2n)).to.equal(NEXT_ROOT);
    });
  }

  it("refuses a batch without a root and one without leaves", async () => {
    const { streams, append, headOf } = await loadFixture(deployTwoStreams);
    await expect(append(0, 1n, ethers.ZeroHash, 1n))
      .to.be.revertedWithCustomError(streams, "EmptyBatch")
      .withArgs();
    await expect(append(0, 1n, ROOT, 0n))
      .to.be.revertedWithCustomError(streams, "EmptyBatch")
      .withArgs();
    expect(await headOf(0)).to.deep.equal([0n, 0n, 0n]);
  });
});
