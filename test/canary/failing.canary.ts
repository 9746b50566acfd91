import { expect } from "chai";

describe("canary", () => {
  it("fails, so that the gate is seen to turn red", () => {
    expect(1 + 1).to.equal(3);
  });
});
