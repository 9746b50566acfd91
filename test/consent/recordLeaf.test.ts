import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { AbiCoder, id, keccak256 as ethersKeccak256 } from "ethers";

import { recordLeafDigest, recordLeafHash, type RecordLeaf } from "../../src/consent/recordLeaf.js";

const vectors = JSON.parse(readFileSync(join(__dirname, "../../docs/vectors/commitments.json"), "utf8")) as {
  recordLeaves: (RecordLeaf & { digest: string; leaf: string })[];
};

describe("recordLeafHash", () => {
  for (const [i, vector] of vectors.recordLeaves.entries()) {
    it(`agrees with published vector ${i}, computed by cast`, () => {
      expect(recordLeafDigest(vector)).to.equal(vector.digest);
      expect(recordLeafHash(vector)).to.equal(vector.leaf);
    });
  }

  it("is the double hash of the ABI encoding", () => {
    const leaf: RecordLeaf = {
      patient: "0xabcdefabcdefabcdefabcdefabcdefabcdefabcd",
      commitment: id("commitment"),
      category: 5,
      recordedAt: 1_700_000_000,
      supersedes: id("old"),
    };
    const tag = id(
      "CareProof.RecordLeaf(address patient,bytes32 commitment,uint8 category,uint40 recordedAt,bytes32 supersedes)",
    );
    const encoded = AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "address", "bytes32", "uint8", "uint40", "bytes32"],
      [tag, leaf.patient, leaf.commitment, leaf.category, leaf.recordedAt, leaf.supersedes],
    );
    expect(recordLeafHash(leaf)).to.equal(ethersKeccak256(ethersKeccak256(encoded)));
  });

  for (const [field, value] of [
    ["category", 64],
    ["category", 1.5],
    ["recordedAt", 2 ** 40],
    ["recordedAt", -1],
    ["patient", "0x12"],
    ["commitment", "abc"],
    ["supersedes", "0x"],
  ] as const) {
    it(`refuses ${field} ${value}`, () => {
      const leaf = { ...(vectors.recordLeaves[0] as RecordLeaf), [field]: value };
      expect(() => recordLeafHash(leaf)).to.throw(`${field}: expected`);
    });
  }
});
