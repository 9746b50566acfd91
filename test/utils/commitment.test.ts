import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { CANONICAL_FORMS, canonicalize, type CanonicalForm } from "../../src/utils/canonical.js";
import { commit, type CommitmentKind, commitmentTag, newSalt } from "../../src/utils/commitment.js";
import { createKeccak256 } from "../../src/utils/keccak.js";

interface Vectors {
  commitments: {
    kind: CommitmentKind;
    text: string;
    form: CanonicalForm;
    formVersion: number;
    canonical: string;
    canonicalHash: string;
    tag: string;
    salt: string;
    commitment: string;
  }[];
}

const vectors = JSON.parse(readFileSync(join(__dirname, "../../docs/vectors/commitments.json"), "utf8")) as Vectors;

describe("commit", () => {
  for (const [i, vector] of vectors.commitments.entries()) {
    it(`agrees with published vector ${i} (${vector.kind}, ${vector.form}), computed by cast`, async () => {
      const canonical = canonicalize(vector.text, vector.form);
      expect(new TextDecoder().decode(canonical)).to.equal(vector.canonical);
      expect(CANONICAL_FORMS[vector.form]).to.equal(vector.formVersion);
      expect(commitmentTag(vector.kind)).to.equal(vector.tag);
      expect(commit(vector.kind, canonical, vector.form, vector.salt)).to.equal(vector.commitment);
      expect(commit(vector.kind, canonical, vector.form, vector.salt, await createKeccak256())).to.equal(
        vector.commitment,
      );
    });
  }

  it("differs by kind, by form and by salt", () => {
    const canonical = canonicalize("{}");
    const salt = newSalt();
    const all = [
      commit("record", canonical, "json#data", salt),
      commit("record", canonical, "exact", salt),
      commit("disclosure", canonical, "json#data", salt),
      commit("record", canonical, "json#data", newSalt()),
    ];
    expect(new Set(all).size).to.equal(4);
  });

  it("refuses a salt that is not 32 bytes", () => {
    expect(() => commit("record", new Uint8Array(), "exact", "0x1234")).to.throw("salt: expected 32 bytes");
  });
});

describe("newSalt", () => {
  it("gives 32 bytes, never the same twice", () => {
    const salts = Array.from({ length: 100 }, newSalt);
    for (const salt of salts) expect(salt).to.match(/^0x[0-9a-f]{64}$/);
    expect(new Set(salts).size).to.equal(100);
  });
});
