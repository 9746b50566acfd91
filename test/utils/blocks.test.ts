import { expect } from "chai";
import type { Block } from "ethers";

import { type BlockSource, firstBlockAt, timedBlock, timesOfBlocks } from "../../src/utils/blocks.js";
import { refusal } from "../support/refusal";

/** A chain whose block n is of the time 100 + 10 n, and which counts what it is asked. */
function chain(last: number): { source: BlockSource; asked: number[] } {
  const asked: number[] = [];
  const getBlock = (tag: unknown): Promise<Block | null> => {
    const number = tag === "latest" ? last : Number(tag);
    asked.push(number);
    return Promise.resolve(number > last ? null : ({ number, timestamp: 100 + 10 * number } as Block));
  };
  return { source: { getBlock }, asked };
}

describe("blocks", () => {
  it("are read by number or as the latest, and refused where there is none any more", async () => {
    const { source } = chain(5);
    expect((await timedBlock(source, "latest")).number).to.equal(5);
    expect((await timedBlock(source, 2)).timestamp).to.equal(120);
    expect(await refusal(() => timedBlock(source, 6))).to.deep.equal({ code: "BLOCK_UNKNOWN", path: undefined });
  });

  it("are timed once each, and a known one not again", async () => {
    const { source, asked } = chain(50);
    const times = await timesOfBlocks(source, [3, 4, 3, 50], { number: 50, timestamp: 600 });
    expect([...times].sort(([a], [b]) => a - b)).to.deep.equal([
      [3, 130],
      [4, 140],
      [50, 600],
    ]);
    expect(asked).to.deep.equal([3, 4]);
  });

  it("are found by their time: the first that is not before it", async () => {
    const { source, asked } = chain(1_000);
    const last = { number: 1_000, timestamp: 10_100 };
    for (const [time, block] of [
      [0, 7],
      [170, 7],
      [171, 8],
      [5_100, 500],
      [5_101, 501],
      [10_100, 1_000],
      [10_101, 1_001],
    ] as const) {
      expect(await firstBlockAt(source, time, 7, last), `${time}`).to.equal(block);
    }
    expect(asked.length).to.be.lessThan(70);
  });
});
