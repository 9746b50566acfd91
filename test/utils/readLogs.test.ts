import { expect } from "chai";
import { type Filter, type Log, makeError } from "ethers";

import { LogReader } from "../../src/utils/readLogs.js";

/** A node with a log in each block, that searches so many blocks at once. */
function node(most: number, refusal = (): Error => new Error("query exceeds max block range")) {
  const asked: [from: number, to: number][] = [];
  return {
    asked,
    getLogs({ fromBlock, toBlock }: Filter): Promise<Log[]> {
      const [from, to] = [Number(fromBlock), Number(toBlock)];
      asked.push([from, to]);
      if (to - from + 1 > most) return Promise.reject(refusal());
      return Promise.resolve(
        Array.from({ length: to - from + 1 }, (_, i) => ({ blockNumber: from + i }) as unknown as Log),
      );
    },
  };
}

const blocks = async (reader: LogReader): Promise<number[]> =>
  (await reader.read(["0x"], [])).map(({ blockNumber }) => blockNumber);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

async function failure(work: Promise<unknown>): Promise<{ code?: string; message: string }> {
  try {
    await work;
  } catch (error) {
    return error as { code?: string; message: string };
  }
  return expect.fail("it was read");
}

describe("LogReader", () => {
  it("searches all blocks at once where the node allows it", async () => {
    const source = node(1000);
    expect(await blocks(new LogReader(source, 1, 100))).to.deep.equal(upTo(100));
    expect(source.asked).to.deep.equal([[1, 100]]);
  });

  it("halves the range until the node answers, misses no block, and remembers what it learnt", async () => {
    const source = node(30);
    const reader = new LogReader(source, 1, 100);
    expect(await blocks(reader)).to.deep.equal(upTo(100));
    expect(source.asked).to.deep.equal([
      [1, 100],
      [1, 50],
      [1, 25],
      [26, 50],
      [51, 75],
      [76, 100],
    ]);
    source.asked.length = 0;
    expect(await blocks(reader)).to.deep.equal(upTo(100));
    expect(source.asked[0]).to.deep.equal([1, 25]);
  });

  it("searches no more at once than it is told, and says how far it is", async () => {
    const source = node(1000);
    const seen: string[] = [];
    await blocks(new LogReader(source, 1, 5, 2, (done, total) => seen.push(`${done}/${total}`)));
    expect(seen).to.deep.equal(["2/5", "4/5", "5/5"]);
  });

  it("halves too where a node refuses by a status of HTTP", async () => {
    const source = node(10, () => makeError("server response 400", "SERVER_ERROR", {} as never));
    expect(await blocks(new LogReader(source, 1, 20))).to.deep.equal(upTo(20));
  });

  it("says what the node says where it refuses even one block", async () => {
    const error = await failure(blocks(new LogReader(node(0), 5, 9)));
    expect(error.code).to.equal("LOGS_REFUSED");
    expect(error.message).to.include("(5)").and.include("query exceeds max block range");
  });

  it("gives up at once where nothing answers", async () => {
    const source = node(0, () => makeError("gone", "TIMEOUT", {} as never));
    expect((await failure(blocks(new LogReader(source, 1, 100)))).code).to.equal("TIMEOUT");
    expect(source.asked).to.have.length(1);
  });
});
