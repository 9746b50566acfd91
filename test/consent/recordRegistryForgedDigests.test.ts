import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, toBeHex } from "ethers";

import { accredit, deployCareProof } from "../support/careproof";
import { treeOf } from "../support/merkle";

const SUPERSEDED = 2n;
const RECORD = id("a record's digest");

async function deployWithHospital() {
  const system = await loadFixture(deployCareProof);
  const hospital = system.others[0]!;
  await accredit(system, hospital, "PROVIDER");
  return { records: system.records.connect(hospital), hospital };
}

describe("RecordRegistry: a provider anchors digests that are no hashes", () => {
  // The registry sees a leaf's digest and not what was hashed; a provider can put any 32 bytes into its tree.
  for (const small of [0n, 1n, 2n, 3n, 4n]) {
    it(`attack: a successor with the digest ${small} is refused, or the record is superseded by it`, async () => {
      const { records, hospital } = await loadFixture(deployWithHospital);
      const forged = toBeHex(small, 32);
      const tree = treeOf([RECORD, forged]);
      await records.anchor(1n, tree.root, tree.count);
      const proven = (digest: string) => ({ sequence: 1n, digest, proof: tree.proofOf(digest) });
      const accepted = await records.supersede(proven(RECORD), proven(forged)).then(
        () => true,
        () => false,
      );
      const { status, successor } = await records.statusOf(hospital.address, RECORD);
      if (accepted) expect([status, successor], "what was emitted is what stands").to.deep.equal([SUPERSEDED, forged]);
      else expect(status, "nothing was written").to.equal(0n);
    });
  }

  it("attack: versions in a circle through the digest zero", async () => {
    const { records } = await loadFixture(deployWithHospital);
    const zero = toBeHex(0n, 32);
    const tree = treeOf([RECORD, zero]);
    await records.anchor(1n, tree.root, tree.count);
    const proven = (digest: string) => ({ sequence: 1n, digest, proof: tree.proofOf(digest) });
    await records.supersede(proven(RECORD), proven(zero)).catch(() => undefined);
    await records.supersede(proven(zero), proven(RECORD)).catch(() => undefined);
    const superseded = await records.queryFilter(records.filters.RecordSuperseded());
    expect(superseded.length, "of two records at most one superseded the other").to.be.lessThan(2);
  });
});
