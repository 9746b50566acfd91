import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";

import {
  FEE_LEAF_TAG,
  type FeeEntry,
  feeLeaf,
  FeeSchedule,
  type ProcedureCode,
  procedureCommitment,
  proceduresOf,
} from "../../src/claims/feeSchedule.js";
import { CareProofError } from "../../src/errors.js";
import { verifyMerkleProof } from "../../src/utils/merkle.js";
import { deployAdjudication } from "../support/adjudications";
import { refusal } from "../support/refusal";

/** Computed with cast, as docs/claims.md says. */
const VECTOR = {
  procedure: { qualifier: "HC", code: "99213", modifiers: ["25"] },
  salt: "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
  commitment: "0xf5663f73a842b075f9b69ab4c63df7f87c9fa11322d7b1c12a9b0e37b2f24333",
  fee: 92_030_000n,
  family: 5,
  tag: "0xd825f49d45b026b3ee78fa8da4023fd287220d7bc239c83b510d5b740ec19075",
  leaf: "0x5e5b4ea90866b9b2d13ad220a0730493bca77e96bc79c6d3bec1fddd4b65b311",
};
const WITHOUT_MODIFIERS = {
  procedure: { qualifier: "AD", code: "D2740" },
  salt: `0x${"1".padStart(64, "0")}`,
  commitment: "0x3cf6784831e55f1a45f19f6888ffeba7061f0d541b8356a5efab5d19b8474b88",
};

describe("procedureCommitment", () => {
  it("agrees with cast, with and without modifiers", () => {
    expect(procedureCommitment(VECTOR.procedure, VECTOR.salt)).to.equal(VECTOR.commitment);
    const { procedure, salt, commitment } = WITHOUT_MODIFIERS;
    expect(procedureCommitment(procedure, salt)).to.equal(commitment);
    expect(procedureCommitment({ ...procedure, modifiers: [] }, salt)).to.equal(commitment);
  });

  it("differs by qualifier, code, modifiers, their order, and salt", () => {
    const procedure = { qualifier: "HC", code: "99213", modifiers: ["25", "59"] };
    const all = [
      procedureCommitment(procedure, VECTOR.salt),
      procedureCommitment({ ...procedure, qualifier: "AD" }, VECTOR.salt),
      procedureCommitment({ ...procedure, code: "99214" }, VECTOR.salt),
      procedureCommitment({ ...procedure, modifiers: ["25"] }, VECTOR.salt),
      procedureCommitment({ ...procedure, modifiers: ["59", "25"] }, VECTOR.salt),
      procedureCommitment(procedure, WITHOUT_MODIFIERS.salt),
    ];
    expect(new Set(all).size).to.equal(all.length);
  });

  it("refuses what is no procedure code, by member", async () => {
    const cases: [Partial<ProcedureCode>, string][] = [
      [{ qualifier: "H" }, "qualifier"],
      [{ qualifier: "hc" }, "qualifier"],
      [{ code: "" }, "code"],
      [{ code: "d2740" }, "code"],
      [{ code: "1".repeat(49) }, "code"],
      [{ modifiers: ["25", "5"] }, "modifiers[1]"],
      [{ modifiers: ["25", "26", "50", "51", "59"] }, "modifiers"],
    ];
    for (const [given, path] of cases) {
      const procedure = { ...VECTOR.procedure, ...given };
      const expected = { code: "PROCEDURE_CODE_INVALID", path };
      expect(await refusal(() => procedureCommitment(procedure, VECTOR.salt))).to.deep.equal(expected);
    }
    const expected = { code: "HEX_INVALID", path: "salt" };
    expect(await refusal(() => procedureCommitment(VECTOR.procedure, "0x12"))).to.deep.equal(expected);
  });
});

describe("feeLeaf", () => {
  it("agrees with cast and with the contract", async () => {
    const { caller } = await loadFixture(deployAdjudication);
    expect(FEE_LEAF_TAG).to.equal(VECTOR.tag);
    expect(feeLeaf(VECTOR.family, VECTOR.commitment, VECTOR.fee)).to.equal(VECTOR.leaf);
    expect(await caller.getFunction("feeLeaf")(VECTOR.family, VECTOR.commitment, VECTOR.fee)).to.equal(VECTOR.leaf);
  });

  it("refuses a fee beyond 64 bits, a commitment that is none, and a family that is none", async () => {
    const tooMuch = await refusal(() => feeLeaf(0, VECTOR.commitment, 2n ** 64n));
    expect(tooMuch).to.deep.equal({ code: "FEE_INVALID", path: "fee" });
    const short = await refusal(() => feeLeaf(0, "0x12", 1n));
    expect(short).to.deep.equal({ code: "HEX_INVALID", path: "commitment" });
    for (const family of [-1, 256, 0.5, 256n]) {
      const none = await refusal(() => feeLeaf(family, VECTOR.commitment, 1n));
      expect(none).to.deep.equal({ code: "FEE_FAMILY_INVALID", path: "family" });
    }
  });
});

describe("FeeSchedule", () => {
  const entries: FeeEntry[] = Array.from({ length: 11 }, (_, i) => ({
    family: i % 2,
    procedure: { qualifier: "HC", code: `${99200 + i}` },
    fee: BigInt(i) * 1_000_000n,
  }));

  it("proves every fee against its root, and no other fee and no other family", async () => {
    const schedule = await FeeSchedule.build(entries);
    expect(schedule.depth).to.equal(4);
    for (const { family, procedure, fee: expected } of entries) {
      const { commitment, fee, salt, proof } = schedule.prove(family, procedure);
      expect(fee).to.equal(expected);
      expect(procedureCommitment(procedure, salt)).to.equal(commitment);
      expect(verifyMerkleProof(schedule.root, feeLeaf(family, commitment, fee), proof)).to.equal(true);
      expect(verifyMerkleProof(schedule.root, feeLeaf(family, commitment, fee + 1n), proof)).to.equal(false);
      expect(verifyMerkleProof(schedule.root, feeLeaf(1 - family, commitment, fee), proof)).to.equal(false);
    }
  });

  it("proves several fees of a family together, in the order of the schedule", async () => {
    const schedule = await FeeSchedule.build(entries);
    const procedures = [2, 6, 8].map((index) => entries[index]!.procedure);
    const { fees, proof, flags } = schedule.proveTogether(0, procedures);
    const single = procedures.map((procedure) => schedule.prove(0, procedure));
    expect(fees).to.deep.equal(single.map(({ commitment, fee, salt }) => ({ commitment, fee, salt })));
    const leaves = single.map(({ commitment, fee }) => feeLeaf(0, commitment, fee));
    const multi = { leaves, proof: [...proof], proofFlags: [...flags] };
    expect(SimpleMerkleTree.verifyMultiProof(schedule.root, multi)).to.equal(true);
    const swapped = { ...multi, leaves: [leaves[1]!, leaves[0]!, leaves[2]!] };
    expect(SimpleMerkleTree.verifyMultiProof(schedule.root, swapped)).to.equal(false);

    expect(() => schedule.proveTogether(0, [...procedures].reverse()))
      .to.throw(CareProofError)
      .with.property("code", "MERKLE_INDEX_INVALID");
    expect(() => schedule.proveTogether(1, procedures))
      .to.throw(CareProofError)
      .with.property("code", "FEE_MISSING");
  });

  it("is another tree each time, but with the same salts the same", async () => {
    const [one, two] = [await FeeSchedule.build(entries), await FeeSchedule.build(entries)];
    expect(one.root).not.to.equal(two.root);
    const salted = entries.map((entry) => ({ ...entry, salt: one.prove(entry.family, entry.procedure).salt }));
    expect((await FeeSchedule.build(salted)).root).to.equal(one.root);
  });

  it("has the leaf as root where there is one fee", async () => {
    const { family, procedure, fee, salt } = VECTOR;
    const schedule = await FeeSchedule.build([{ family, procedure, fee, salt }]);
    expect(schedule.root).to.equal(VECTOR.leaf);
    expect(schedule.prove(family, procedure)).to.deep.equal({ commitment: VECTOR.commitment, fee, salt, proof: [] });
  });

  it("has no fee for what is not in it", async () => {
    const schedule = await FeeSchedule.build(entries);
    const { family, procedure } = entries[0]!;
    expect(() => schedule.prove(family, { ...procedure, modifiers: ["25"] }))
      .to.throw(CareProofError, '"modifiers":["25"]')
      .with.property("code", "FEE_MISSING");
    expect(() => schedule.prove(1 - family, procedure))
      .to.throw(CareProofError, "in service family 1")
      .with.property("code", "FEE_MISSING");
  });

  it("has a fee for each family in which a procedure is paid", async () => {
    const { procedure } = VECTOR;
    const schedule = await FeeSchedule.build([7n, 8n].map((fee, family) => ({ family, procedure, fee })));
    expect([0, 1].map((family) => schedule.prove(family, procedure).fee)).to.deep.equal([7n, 8n]);
  });

  it("refuses entries with their place", async () => {
    const entry = entries[0]!;
    const cases: [FeeEntry, string, string][] = [
      [{ ...entry, procedure: { ...entry.procedure, modifiers: [] } }, "FEE_SCHEDULE_DUPLICATE", "entries[11]"],
      [{ ...entry, procedure: { qualifier: "HC", code: "a" } }, "PROCEDURE_CODE_INVALID", "entries[11].code"],
      [{ family: 0, procedure: VECTOR.procedure, fee: -1n }, "FEE_INVALID", "entries[11].fee"],
      [{ family: 0, procedure: VECTOR.procedure, fee: 1n, salt: "0x" }, "HEX_INVALID", "entries[11].salt"],
      [{ family: 256, procedure: VECTOR.procedure, fee: 1n }, "FEE_FAMILY_INVALID", "entries[11].family"],
    ];
    for (const [added, code, path] of cases) {
      expect(await refusal(() => FeeSchedule.build([...entries, added]))).to.deep.equal({ code, path });
    }
    expect((await refusal(() => FeeSchedule.build([]))).code).to.equal("MERKLE_EMPTY");
  });
});

describe("proceduresOf", () => {
  it("tells the procedures of some schedules by their commitments", async () => {
    const schedules = await Promise.all(
      [VECTOR, WITHOUT_MODIFIERS].map(({ procedure, salt }) =>
        FeeSchedule.build([{ family: 0, procedure, fee: 1n, salt }]),
      ),
    );
    expect([...proceduresOf(schedules)]).to.deep.equal([
      [VECTOR.commitment, VECTOR.procedure],
      [WITHOUT_MODIFIERS.commitment, WITHOUT_MODIFIERS.procedure],
    ]);
    expect([...proceduresOf([])]).to.deep.equal([]);
  });
});
