import { expect } from "chai";

import { inGroups } from "../../src/utils/inGroups.js";

describe("inGroups", () => {
  it("keeps the order, with no more under way than it may", async () => {
    let underWay = 0;
    let most = 0;
    const made = await inGroups([5, 4, 3, 2, 1], 2, async (item) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, item));
      underWay--;
      return item * 10;
    });
    expect(made).to.deep.equal([50, 40, 30, 20, 10]);
    expect(most).to.equal(2);
    expect(await inGroups([], 2, () => Promise.resolve(1))).to.deep.equal([]);
  });
});
