import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, Wallet, id, keccak256 } from "ethers";
import { ethers } from "hardhat";

import { CATEGORIES } from "../../src/consent/index.js";
import { ROLES, STANDINGS } from "../../src/participants/index.js";
import { accredit, deployCareProof, enlist } from "../support/careproof";
import { leafOf, treeOf } from "../support/merkle";

const STATUSES = ["Unknown", "Anchored", "Superseded", "Retracted"] as const;
const REASONS = ["None", "EnteredInError", "WrongPatient", "Duplicate"] as const;
type RecordStatus = (typeof STATUSES)[number];
const statusCode = (status: RecordStatus): bigint => BigInt(STATUSES.indexOf(status));
const reasonCode = (reason: (typeof REASONS)[number]): bigint => BigInt(REASONS.indexOf(reason));
const standingCode = (standing: (typeof STANDINGS)[number]): bigint => BigInt(STANDINGS.indexOf(standing));

const RECORD_LEAF = id(
  "CareProof.RecordLeaf(address patient,bytes32 commitment,uint8 category,uint40 recordedAt,bytes32 supersedes)",
);
const LEAF_TYPES = ["address", "bytes32", "uint8", "uint40", "bytes32"];

interface RecordLeaf {
  patient: string;
  commitment: string;
  category: number;
  recordedAt: number;
  supersedes: string;
}

/** The digest of a record leaf under `tag`, by ethers. */
function digestOf(leaf: RecordLeaf, tag = RECORD_LEAF): string {
  const values = [tag, leaf.patient, leaf.commitment, leaf.category, leaf.recordedAt, leaf.supersedes];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", ...LEAF_TYPES], values));
}

/** Made-up records of one patient. */
const patient = Wallet.createRandom().address;
const leaves: RecordLeaf[] = ["blood count", "blood pressure", "note", "X-ray", "another note"].map((text, index) => ({
  patient,
  commitment: id(text),
  category: [CATEGORIES.LABORATORY, CATEGORIES.VITAL_SIGNS, CATEGORIES.NOTES, CATEGORIES.IMAGING, 63][index]!,
  recordedAt: 1_700_000_000 + index,
  supersedes: ethers.ZeroHash,
}));
const digests = leaves.map((leaf) => digestOf(leaf));
const [first, second, third] = digests as [string, string, string, string, string];
const tree = treeOf(digests);

/** The leaf of `digest` in the first batch of a provider. */
const proven = (digest: string) => ({ sequence: 1n, digest, proof: tree.proofOf(digest) });

async function deployWithBatch() {
  const system = await loadFixture(deployCareProof);
  const [hospital, key, otherHospital, stranger] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  await accredit(system, hospital, "PROVIDER");
  await accredit(system, otherHospital, "PROVIDER", "GATEWAY");
  await enlist(system, hospital, key, "PROVIDER");
  const byKey = system.records.connect(key);
  await byKey.anchor(1n, tree.root, tree.count);
  const verify = (leaf: RecordLeaf, proof: string[], provider = hospital.address, sequence = 1n) =>
    system.records.verify(provider, sequence, leaf, proof);
  return { ...system, hospital, key, otherHospital, stranger, byKey, verify };
}

describe("RecordRegistry", () => {
  it("names the registry of participants that it asks, and its leaf's tag", async () => {
    const { records, participants } = await loadFixture(deployWithBatch);
    expect(await records.participants()).to.equal(await participants.getAddress());
    expect(await records.RECORD_LEAF()).to.equal(RECORD_LEAF);
  });

  describe("anchor", () => {
    for (const who of ["hospital", "key"] as const) {
      it(`appends a batch to the provider's stream, sent by ${who === "key" ? "a key of it" : "itself"}`, async () => {
        const system = await loadFixture(deployWithBatch);
        const { records, hospital } = system;
        const root = id("the next root");
        const at = BigInt(await time.latest()) + 100n;
        await time.setNextBlockTimestamp(at);
        await expect(records.connect(system[who]).anchor(2n, root, 1_000_000n))
          .to.emit(records, "BatchAnchored")
          .withArgs(hospital.address, 2n, root, 1_000_000n, system[who].address);
        expect([...(await records.headOf(hospital.address))]).to.deep.equal([2n, 1_000_005n, at]);
        expect(await records.rootOf(hospital.address, 1n)).to.equal(tree.root);
        expect(await records.rootOf(hospital.address, 2n)).to.equal(root);
        expect([...(await records.headOf(system[who === "key" ? "key" : "stranger"].address))]).to.deep.equal([
          0n,
          0n,
          0n,
        ]);
      });
    }

    it("refuses an empty batch", async () => {
      const { records, byKey } = await loadFixture(deployWithBatch);
      await expect(byKey.anchor(2n, ethers.ZeroHash, 1n))
        .to.be.revertedWithCustomError(records, "EmptyBatch")
        .withArgs();
      await expect(byKey.anchor(2n, tree.root, 0n))
        .to.be.revertedWithCustomError(records, "EmptyBatch")
        .withArgs();
    });

    for (const [attack, sequence] of [
      ["appended twice", 1n],
      ["out of order", 3n],
    ] as const) {
      it(`attack: a batch ${attack} is refused`, async () => {
        const { records, hospital, byKey } = await loadFixture(deployWithBatch);
        const head = [...(await records.headOf(hospital.address))];
        await expect(byKey.anchor(sequence, tree.root, tree.count))
          .to.be.revertedWithCustomError(records, "BatchOutOfSequence")
          .withArgs(2n, sequence);
        expect([...(await records.headOf(hospital.address))]).to.deep.equal(head);
      });
    }

    it("attack: a batch appended by another goes to that one's own stream, or nowhere", async () => {
      const { records, participants, hospital, otherHospital, stranger } = await loadFixture(deployWithBatch);
      const head = [...(await records.headOf(hospital.address))];
      await expect(records.connect(stranger).anchor(2n, tree.root, tree.count))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(stranger.address, ROLES.PROVIDER, standingCode("Unaccredited"));
      await records.connect(otherHospital).anchor(1n, id("another root"), 1n);
      expect([...(await records.headOf(hospital.address))]).to.deep.equal(head);
      expect(await records.rootOf(hospital.address, 1n)).to.equal(tree.root);
    });

    it("attack: an operator of a suspended provider anchors nothing", async () => {
      const { records, participants, accreditors, hospital, key, byKey } = await loadFixture(deployWithBatch);
      await participants.connect(accreditors.medicalBoard).suspend(hospital.address, ROLES.PROVIDER);
      for (const attempt of [
        () => byKey.anchor(2n, tree.root, tree.count),
        () => byKey.retract(proven(first), reasonCode("Duplicate")),
        () => byKey.supersede(proven(first), proven(second)),
      ]) {
        await expect(attempt())
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(key.address, ROLES.PROVIDER, standingCode("Suspended"));
      }
      expect((await records.headOf(hospital.address)).sequence).to.equal(1n);
    });
  });

  describe("verify", () => {
    it("knows every leaf of a batch", async () => {
      const { verify } = await loadFixture(deployWithBatch);
      for (const [index, leaf] of leaves.entries()) {
        expect(await verify(leaf, tree.proofOf(digests[index]!))).to.equal(statusCode("Anchored"));
      }
    });

    it("knows the only leaf of a batch, with an empty proof", async () => {
      const { byKey, verify, hospital } = await loadFixture(deployWithBatch);
      await byKey.anchor(2n, leafOf(first), 1n);
      expect(await verify(leaves[0]!, [], hospital.address, 2n)).to.equal(statusCode("Anchored"));
    });

    it("does not know a leaf of which anything was altered", async () => {
      const { verify } = await loadFixture(deployWithBatch);
      const leaf = leaves[0]!;
      const altered: Partial<RecordLeaf>[] = [
        { patient: Wallet.createRandom().address },
        { commitment: id("another record") },
        { category: leaf.category + 1 },
        { recordedAt: leaf.recordedAt + 1 },
        { supersedes: second },
      ];
      expect(altered).to.have.lengthOf(Object.keys(leaf).length);
      for (const change of altered) {
        expect(await verify({ ...leaf, ...change }, tree.proofOf(first)), JSON.stringify(change)).to.equal(
          statusCode("Unknown"),
        );
      }
    });

    it("does not know a leaf with another's proof, in another batch, or of another provider", async () => {
      const { verify, byKey, hospital, otherHospital } = await loadFixture(deployWithBatch);
      await byKey.anchor(2n, id("another root"), 1n);
      const proof = tree.proofOf(first);
      expect(await verify(leaves[0]!, tree.proofOf(second))).to.equal(statusCode("Unknown"));
      expect(await verify(leaves[0]!, proof, hospital.address, 0n)).to.equal(statusCode("Unknown"));
      expect(await verify(leaves[0]!, proof, hospital.address, 2n)).to.equal(statusCode("Unknown"));
      expect(await verify(leaves[0]!, proof, hospital.address, 3n)).to.equal(statusCode("Unknown"));
      expect(await verify(leaves[0]!, proof, otherHospital.address)).to.equal(statusCode("Unknown"));
    });

    it("a successor named only inside a leaf has no effect", async () => {
      const { byKey, verify, hospital } = await loadFixture(deployWithBatch);
      const correction = { ...leaves[0]!, commitment: id("corrected"), supersedes: first };
      await byKey.anchor(2n, leafOf(digestOf(correction)), 1n);
      expect(await verify(correction, [], hospital.address, 2n)).to.equal(statusCode("Anchored"));
      expect(await verify(leaves[0]!, tree.proofOf(first))).to.equal(statusCode("Anchored"));
    });

    for (const action of ["suspend", "withdraw"] as const) {
      it(`still proves the past batches of a provider after ${action}`, async () => {
        const { participants, accreditors, hospital, verify } = await loadFixture(deployWithBatch);
        await participants.connect(accreditors.medicalBoard)[action](hospital.address, ROLES.PROVIDER);
        expect(await verify(leaves[0]!, tree.proofOf(first))).to.equal(statusCode("Anchored"));
      });
    }

    it("attack: a leaf of another type with the same members is no record", async () => {
      const { byKey, verify, hospital } = await loadFixture(deployWithBatch);
      const otherTag = id("CareProof.ReceiptLeaf(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)");
      const foreign = digestOf(leaves[0]!, otherTag);
      await byKey.anchor(2n, leafOf(foreign), 1n);
      expect(await verify(leaves[0]!, [], hospital.address, 2n)).to.equal(statusCode("Unknown"));
    });

    it("attack: the receipt leaf of a disclosure is no record", async () => {
      const { disclosures, otherHospital, records, byKey, verify, hospital } = await loadFixture(deployWithBatch);
      const receipt = {
        gateway: patient,
        signer: otherHospital.address,
        disclosure: leaves[0]!.commitment,
        accessedAt: leaves[0]!.recordedAt,
      };
      const digest = await disclosures.digestOf(receipt);
      // Anchored where it belongs, it is nowhere among the records …
      await disclosures.connect(otherHospital).anchor(1n, leafOf(digest), 1n);
      await expect(records.connect(otherHospital).retract({ sequence: 1n, digest, proof: [] }, reasonCode("Duplicate")))
        .to.be.revertedWithCustomError(records, "LeafNotInBatch")
        .withArgs(otherHospital.address, 1n, digest);
      // … and anchored among the records, it still verifies as none.
      await byKey.anchor(2n, leafOf(digest), 1n);
      expect(await verify(leaves[0]!, [], hospital.address, 2n)).to.equal(statusCode("Unknown"));
    });

    it("attack: an inner node is no leaf", async () => {
      const { records, hospital, byKey } = await loadFixture(deployWithBatch);
      const { node, proof } = tree.parentOf(first);
      // The node does lead to the root: only the second hash keeps it from being a leaf.
      const root = proof.reduce((hash, sibling) => keccak256(ethers.concat([hash, sibling].sort())), node);
      expect(root).to.equal(tree.root);
      for (const digest of [node, leafOf(first), tree.root]) {
        const shortened = digest === tree.root ? [] : digest === node ? proof : tree.proofOf(first);
        const forged = { sequence: 1n, digest, proof: shortened };
        for (const attempt of [
          () => byKey.retract(forged, reasonCode("EnteredInError")),
          () => byKey.supersede(forged, proven(second)),
          () => byKey.supersede(proven(second), forged),
        ]) {
          await expect(attempt())
            .to.be.revertedWithCustomError(records, "LeafNotInBatch")
            .withArgs(hospital.address, 1n, digest);
        }
      }
    });
  });

  describe("supersede", () => {
    it("replaces a record with the corrected one, also of another batch", async () => {
      const { records, hospital, key, byKey, verify } = await loadFixture(deployWithBatch);
      const correction = { ...leaves[0]!, commitment: id("corrected"), supersedes: first };
      const digest = digestOf(correction);
      await byKey.anchor(2n, leafOf(digest), 1n);
      await expect(byKey.supersede(proven(first), { sequence: 2n, digest, proof: [] }))
        .to.emit(records, "RecordSuperseded")
        .withArgs(hospital.address, first, digest, key.address);
      expect([...(await records.statusOf(hospital.address, first))]).to.deep.equal([
        statusCode("Superseded"),
        digest,
        reasonCode("None"),
      ]);
      expect([...(await records.statusOf(hospital.address, digest))]).to.deep.equal([
        statusCode("Unknown"),
        ethers.ZeroHash,
        reasonCode("None"),
      ]);
      expect(await verify(leaves[0]!, tree.proofOf(first))).to.equal(statusCode("Superseded"));
      expect(await verify(correction, [], hospital.address, 2n)).to.equal(statusCode("Anchored"));
      expect(await verify(leaves[1]!, tree.proofOf(second))).to.equal(statusCode("Anchored"));
    });

    it("takes the correction of a correction; the chain can be followed", async () => {
      const { records, hospital, byKey } = await loadFixture(deployWithBatch);
      await byKey.supersede(proven(first), proven(second));
      await byKey.supersede(proven(second), proven(third));
      expect((await records.statusOf(hospital.address, first)).successor).to.equal(second);
      expect((await records.statusOf(hospital.address, second)).successor).to.equal(third);
    });

    it("refuses a leaf that would supersede itself", async () => {
      const { records, byKey } = await loadFixture(deployWithBatch);
      await expect(byKey.supersede(proven(first), proven(first)))
        .to.be.revertedWithCustomError(records, "SupersedesItself")
        .withArgs(first);
    });

    it("refuses a leaf that is in no batch of the caller's provider, as old and as successor", async () => {
      const { records, hospital, otherHospital, byKey } = await loadFixture(deployWithBatch);
      const absent = { sequence: 1n, digest: id("no record"), proof: tree.proofOf(first) };
      await expect(byKey.supersede(absent, proven(first)))
        .to.be.revertedWithCustomError(records, "LeafNotInBatch")
        .withArgs(hospital.address, 1n, absent.digest);
      await expect(byKey.supersede(proven(first), absent))
        .to.be.revertedWithCustomError(records, "LeafNotInBatch")
        .withArgs(hospital.address, 1n, absent.digest);
      // Another provider's record is not the caller's to touch.
      await expect(records.connect(otherHospital).supersede(proven(first), proven(second)))
        .to.be.revertedWithCustomError(records, "LeafNotInBatch")
        .withArgs(otherHospital.address, 1n, first);
    });

    it("refuses who acts for no provider", async () => {
      const { records, participants, stranger } = await loadFixture(deployWithBatch);
      await expect(records.connect(stranger).supersede(proven(first), proven(second)))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(stranger.address, ROLES.PROVIDER, standingCode("Unaccredited"));
    });

    it("attack: versions in a circle are refused, of two and of three", async () => {
      const { records, byKey } = await loadFixture(deployWithBatch);
      await byKey.supersede(proven(first), proven(second));
      await expect(byKey.supersede(proven(second), proven(first)))
        .to.be.revertedWithCustomError(records, "RecordNotCurrent")
        .withArgs(first, statusCode("Superseded"));
      await byKey.supersede(proven(second), proven(third));
      await expect(byKey.supersede(proven(third), proven(first)))
        .to.be.revertedWithCustomError(records, "RecordNotCurrent")
        .withArgs(first, statusCode("Superseded"));
    });

    it("attack: a leaf anchored in two batches has one fate", async () => {
      const { records, hospital, byKey, verify } = await loadFixture(deployWithBatch);
      await byKey.anchor(2n, tree.root, tree.count);
      await byKey.supersede(proven(first), proven(second));
      await expect(byKey.supersede({ ...proven(first), sequence: 2n }, proven(third)))
        .to.be.revertedWithCustomError(records, "RecordNotCurrent")
        .withArgs(first, statusCode("Superseded"));
      expect(await verify(leaves[0]!, tree.proofOf(first), hospital.address, 2n)).to.equal(statusCode("Superseded"));
    });
  });

  describe("retract", () => {
    for (const reason of ["EnteredInError", "WrongPatient", "Duplicate"] as const) {
      it(`says that a record is wrong: ${reason}`, async () => {
        const { records, hospital, key, byKey, verify } = await loadFixture(deployWithBatch);
        await expect(byKey.retract(proven(first), reasonCode(reason)))
          .to.emit(records, "RecordRetracted")
          .withArgs(hospital.address, first, reasonCode(reason), key.address);
        expect([...(await records.statusOf(hospital.address, first))]).to.deep.equal([
          statusCode("Retracted"),
          ethers.ZeroHash,
          reasonCode(reason),
        ]);
        expect(await verify(leaves[0]!, tree.proofOf(first))).to.equal(statusCode("Retracted"));
        expect(await verify(leaves[1]!, tree.proofOf(second))).to.equal(statusCode("Anchored"));
      });
    }

    it("refuses without a reason", async () => {
      const { records, byKey } = await loadFixture(deployWithBatch);
      await expect(byKey.retract(proven(first), reasonCode("None")))
        .to.be.revertedWithCustomError(records, "ReasonMissing")
        .withArgs();
    });

    it("refuses a leaf that is in no batch of the caller's provider", async () => {
      const { records, otherHospital } = await loadFixture(deployWithBatch);
      await expect(records.connect(otherHospital).retract(proven(first), reasonCode("WrongPatient")))
        .to.be.revertedWithCustomError(records, "LeafNotInBatch")
        .withArgs(otherHospital.address, 1n, first);
    });

    it("refuses who acts for no provider", async () => {
      const { records, participants, stranger } = await loadFixture(deployWithBatch);
      await expect(records.connect(stranger).retract(proven(first), reasonCode("WrongPatient")))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(stranger.address, ROLES.PROVIDER, standingCode("Unaccredited"));
    });

    it("leaves what was superseded by the retracted record superseded", async () => {
      const { byKey, verify } = await loadFixture(deployWithBatch);
      await byKey.supersede(proven(first), proven(second));
      await byKey.retract(proven(second), reasonCode("WrongPatient"));
      expect(await verify(leaves[0]!, tree.proofOf(first))).to.equal(statusCode("Superseded"));
      expect(await verify(leaves[1]!, tree.proofOf(second))).to.equal(statusCode("Retracted"));
    });
  });

  describe("every action in every status", () => {
    type System = Awaited<ReturnType<typeof deployWithBatch>>;
    const ACTIONS: Record<string, (system: System) => Promise<unknown>> = {
      supersede: ({ byKey }) => byKey.supersede(proven(first), proven(second)),
      "make it the successor": ({ byKey }) => byKey.supersede(proven(third), proven(first)),
      retract: ({ byKey }) => byKey.retract(proven(first), reasonCode("EnteredInError")),
    };
    const TRANSITIONS: Partial<Record<RecordStatus, Record<string, RecordStatus>>> = {
      Anchored: { supersede: "Superseded", "make it the successor": "Anchored", retract: "Retracted" },
    };
    const bringTo: Record<Exclude<RecordStatus, "Unknown">, (system: System) => Promise<unknown>> = {
      Anchored: () => Promise.resolve(),
      Superseded: ({ byKey }) => byKey.supersede(proven(first), proven(second)),
      Retracted: ({ byKey }) => byKey.retract(proven(first), reasonCode("WrongPatient")),
    };
    for (const from of ["Anchored", "Superseded", "Retracted"] as const) {
      for (const [action, perform] of Object.entries(ACTIONS)) {
        const to = TRANSITIONS[from]?.[action];
        it(`${from}: ${action} ${to === undefined ? "is refused, the status is final" : `leads to ${to}`}`, async () => {
          const system = await loadFixture(deployWithBatch);
          const { records, hospital, verify } = system;
          await bringTo[from](system);
          const before = [...(await records.statusOf(hospital.address, first))];
          if (to === undefined) {
            await expect(perform(system))
              .to.be.revertedWithCustomError(records, "RecordNotCurrent")
              .withArgs(first, statusCode(from));
            expect([...(await records.statusOf(hospital.address, first))]).to.deep.equal(before);
          } else {
            await perform(system);
          }
          expect(await verify(leaves[0]!, tree.proofOf(first))).to.equal(statusCode(to ?? from));
        });
      }
    }

    it("Unknown: what was never anchored can be neither superseded nor retracted", async () => {
      const { records, otherHospital, verify } = await loadFixture(deployWithBatch);
      const byOther = records.connect(otherHospital);
      for (const attempt of [
        () => byOther.supersede(proven(first), proven(second)),
        () => byOther.retract(proven(first), reasonCode("Duplicate")),
      ]) {
        await expect(attempt())
          .to.be.revertedWithCustomError(records, "LeafNotInBatch")
          .withArgs(otherHospital.address, 1n, first);
      }
      expect(await verify(leaves[0]!, tree.proofOf(first), otherHospital.address)).to.equal(statusCode("Unknown"));
    });
  });
});
