import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { deployAdjudication } from "../support/adjudications";

/** Four numbers of 64 bits, the first in the lowest. */
function word(...numbers: bigint[]): bigint {
  return numbers.reduce((sum, number, i) => sum | (number << (64n * BigInt(i))), 0n);
}

const FULL = 2n ** 64n - 1n;

describe("AccumulatorWords", () => {
  const read = async (first: bigint, further: bigint, family: number) => {
    const { caller } = await loadFixture(deployAdjudication);
    const [used, place] = (await caller.getFunction("read")(first, further, family)) as [bigint[], bigint];
    return { used: [...used], word: place };
  };
  const write = async (first: bigint, further: bigint, family: number, used: bigint[]) => {
    const { caller } = await loadFixture(deployAdjudication);
    return [...((await caller.getFunction("write")(first, further, family, used)) as bigint[])];
  };

  it("has deductible, out of pocket and the uses of families 0 and 1 in word 0", async () => {
    const first = word(1n, 2n, 3n, 4n);
    expect(await read(first, 99n, 0)).to.deep.equal({ used: [1n, 2n, 3n], word: 0n });
    expect(await read(first, 99n, 1)).to.deep.equal({ used: [1n, 2n, 4n], word: 0n });
  });

  it("has the uses of families 2 to 15 in words 1 to 4, four each", async () => {
    const places = [];
    for (let family = 2; family < 16; family++) {
      const { used, word: place } = await read(word(1n, 2n, 3n, 4n), word(10n, 11n, 12n, 13n), family);
      expect(used.slice(0, 2)).to.deep.equal([1n, 2n]);
      places.push([place, used[2]!]);
    }
    expect(places).to.deep.equal([
      ...[10n, 11n, 12n, 13n].map((use) => [1n, use]),
      ...[10n, 11n, 12n, 13n].map((use) => [2n, use]),
      ...[10n, 11n, 12n, 13n].map((use) => [3n, use]),
      ...[10n, 11n].map((use) => [4n, use]),
    ]);
  });

  it("writes what a claim used and leaves the uses of other families", async () => {
    const [first, further] = [word(1n, 2n, 3n, 4n), word(10n, 11n, 12n, 13n)];
    expect(await write(first, further, 0, [5n, 6n, 7n])).to.deep.equal([word(5n, 6n, 7n, 4n), further]);
    expect(await write(first, further, 1, [5n, 6n, 7n])).to.deep.equal([word(5n, 6n, 3n, 7n), further]);
    expect(await write(first, further, 4, [5n, 6n, 7n])).to.deep.equal([word(5n, 6n, 3n, 4n), word(10n, 11n, 7n, 13n)]);
  });

  it("writes a smaller number over a greater one, and the greatest there is", async () => {
    const full = word(FULL, FULL, FULL, FULL);
    expect(await write(full, full, 15, [0n, 0n, 0n])).to.deep.equal([
      word(0n, 0n, FULL, FULL),
      word(FULL, 0n, FULL, FULL),
    ]);
    expect(await write(0n, 0n, 15, [FULL, FULL, FULL])).to.deep.equal([word(FULL, FULL), word(0n, FULL)]);
  });

  it("refuses a number of more than 64 bits, and says which", async () => {
    const { caller } = await loadFixture(deployAdjudication);
    const tooMuch = FULL + 1n;
    for (const family of [0, 9]) {
      for (const which of [0, 1, 2]) {
        const used = [1n, 1n, 1n].map((number, i) => (i === which ? tooMuch : number));
        await expect(caller.getFunction("write")(0n, 0n, family, used))
          .to.be.revertedWithCustomError(caller, "AccumulatorOverflow")
          .withArgs(which, tooMuch);
      }
    }
  });
});
