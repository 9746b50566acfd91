import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import {
  CORRECTS_NONE,
  DATA_LEAF_TAG,
  type DataLeaf,
  dataLeafDigest,
  dataLeafHash,
  DataLeafHasher,
  dataRowSalt,
  NO_SUBJECT,
} from "../../src/trials/dataLeaf.js";
import { fromHex, toHex } from "../../src/utils/bytes.js";
import { commit } from "../../src/utils/commitment.js";
import { createKeccak256 } from "../../src/utils/keccak.js";
import { expectError } from "./batches.js";

const vectors = JSON.parse(readFileSync(join(__dirname, "../../docs/vectors/commitments.json"), "utf8")) as {
  dataLeafTag: string;
  commitments: { kind: string; canonical: string }[];
  dataLeaves: (DataLeaf & { secret: string; index: number; salt: string; digest: string; leaf: string })[];
};

describe("dataLeafHash", () => {
  it("agrees with the published vectors, computed by cast", async () => {
    expect(DATA_LEAF_TAG).to.equal(vectors.dataLeafTag);
    const row = vectors.commitments.find(({ kind }) => kind === "trialData")!;
    const content = new TextEncoder().encode(row.canonical);
    for (const { secret, index, salt, digest, leaf, ...fields } of vectors.dataLeaves) {
      expect(dataRowSalt(secret, index)).to.equal(salt);
      expect(commit("trialData", content, "exact", salt)).to.equal(fields.content);
      expect(dataLeafDigest(fields)).to.equal(digest);
      expect(dataLeafHash(fields)).to.equal(leaf);

      const hasher = new DataLeafHasher(secret, await createKeccak256());
      const committed = hasher.commit(content, index);
      expect(toHex(committed)).to.equal(fields.content);
      const words = [fields.subject, fields.corrects].map((hex) => fromHex(hex, 32, ""));
      expect(toHex(hasher.digest(words[0]!, committed, fields.capturedAt, words[1]))).to.equal(digest);
    }
  });

  it("writes anew what differs from the leaf before", async () => {
    // cast: abi-encode of the tag, the vector's content and zeros.
    const [vector] = vectors.dataLeaves;
    const hasher = new DataLeafHasher(vector!.secret, await createKeccak256());
    const [subject, content, corrects] = [vector!.subject, vector!.content, vector!.corrects].map((hex) =>
      fromHex(hex, 32, ""),
    );
    hasher.digest(subject!, content!, vector!.capturedAt, corrects);
    const none = hasher.digest(fromHex(NO_SUBJECT, 32, ""), content!, 0);
    expect(toHex(none)).to.equal("0x1701796ad2aa7d6de4387bcb30acdb96e9e95b280e54f58edd02ee889eeee195");
    expect(
      dataLeafDigest({ subject: NO_SUBJECT, content: vector!.content, capturedAt: 0, corrects: CORRECTS_NONE }),
    ).to.equal(toHex(none));
  });

  it("refuses a time that the contract cannot hold, and what are not 32 bytes", async () => {
    const [leaf] = vectors.dataLeaves;
    await expectError(() => dataLeafHash({ ...leaf!, capturedAt: 2 ** 40 }), "LEAF_INVALID", "capturedAt");
    await expectError(() => dataLeafHash({ ...leaf!, capturedAt: -1 }), "LEAF_INVALID", "capturedAt");
    await expectError(() => dataLeafDigest({ ...leaf!, corrects: "0x00" }), "HEX_INVALID", "corrects");
  });
});
