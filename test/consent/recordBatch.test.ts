import { expect } from "chai";
import { id } from "ethers";

import { CATEGORIES } from "../../src/consent/codes.js";
import { commitRecords, type CommittedRecord, type RecordBatchOptions } from "../../src/consent/recordBatch.js";
import {
  checkManifestRecord,
  commitsTo,
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type ManifestHeader,
  type ManifestRecord,
} from "../../src/consent/recordManifest.js";
import { NO_PREDECESSOR, recordLeafDigest, recordLeafHash } from "../../src/consent/recordLeaf.js";
import { patientsByReference } from "../../src/consent/recordPatient.js";
import { fromHex } from "../../src/utils/bytes.js";
import { canonicalize } from "../../src/utils/canonical.js";
import { commit } from "../../src/utils/commitment.js";
import { keccak256 } from "../../src/utils/keccak.js";
import { MerkleTree } from "../../src/utils/merkle.js";

const PATIENT = "0x00000000000000000000000000000000000000A1";
const condition = (id: string): string => JSON.stringify({ resourceType: "Condition", id, text: { status: "empty" } });

async function commitAll(texts: string[], options: Partial<RecordBatchOptions> = {}): Promise<CommittedRecord[]> {
  const records: CommittedRecord[] = [];
  const sources = texts.map((text) => ({ text }));
  for await (const record of commitRecords(sources, { patient: PATIENT, ...options })) records.push(record);
  return records;
}

describe("commitRecords", () => {
  it("gives each record its reference, its kind, a fresh salt, and the leaf of its fields", async () => {
    const [first, second] = await commitAll([condition("a"), condition("b")], { recordedAt: 1_767_225_600 });
    expect(first).to.include({ reference: "Condition/a", patient: PATIENT, category: CATEGORIES.CONDITIONS });
    expect(first).to.include({ recordedAt: 1_767_225_600, supersedes: NO_PREDECESSOR });
    expect(first!.salt).to.not.equal(second!.salt);
    expect(first!.commitment).to.equal(commit("record", canonicalize(condition("a")), "json#data", first!.salt));
    expect(first!.leaf).to.equal(recordLeafHash(first!));
  });

  it("commits in the form asked for", async () => {
    const [record] = await commitAll([condition("a")], { form: "exact" });
    expect(record!.commitment).to.equal(commit("record", canonicalize(condition("a"), "exact"), "exact", record!.salt));
  });

  it("links a correction to the leaf that it corrects", async () => {
    const [old] = await commitAll([condition("a")]);
    const digest = recordLeafDigest(old!);
    const [corrected] = await commitAll([condition("a")], { supersedes: () => digest });
    expect(corrected!.supersedes).to.equal(digest);
    expect(corrected!.leaf).to.equal(recordLeafHash({ ...corrected!, supersedes: digest }));
  });

  it("asks for the time of each record, and says of which type the Bundles were that it split", async () => {
    const bundle = JSON.stringify({
      resourceType: "Bundle",
      type: "document",
      entry: [{ resource: { resourceType: "Flag", id: "2001" } }, { resource: { resourceType: "Flag", id: "2002" } }],
    });
    const types: string[] = [];
    const records = await commitAll([bundle], {
      recordedAt: ({ resource }) => Number(resource.id),
      onBundle: (type) => types.push(type),
    });
    expect(records.map(({ recordedAt }) => recordedAt)).to.deep.equal([2001, 2002]);
    expect(types).to.deep.equal(["document"]);
  });

  it("refuses an address that is none", async () => {
    await commitAll([condition("a")], { patient: "0x12" }).then(
      () => expect.fail("took the address"),
      (error: unknown) => expect(error).to.include({ code: "ADDRESS_INVALID", path: "patient" }),
    );
    expect(() => patientsByReference({ "Patient/p": PATIENT.replace("A", "G") })).to.throw("Patient/p: ");
  });
});

describe("checkManifestRecord", () => {
  it("accepts a record of the batch, and refuses one of another", async () => {
    const batch = async (...ids: string[]): Promise<{ header: ManifestHeader; records: ManifestRecord[] }> => {
      const committed = await commitAll(ids.map(condition));
      const tree = await MerkleTree.build(committed.map(({ leaf }) => fromHex(leaf, 32, "leaf")));
      const { root, depth, leafCount: count } = tree;
      const form = "json#data";
      return {
        header: { format: MANIFEST_FORMAT, version: MANIFEST_VERSION, form, root, count, depth, createdAt: 0 },
        records: committed.map((record, index) => ({ index, ...record, proof: tree.proof(index) })),
      };
    };
    const mine = await batch("a", "b", "c");
    const other = await batch("a", "b", "c");
    for (const record of mine.records) {
      expect(() => {
        checkManifestRecord(mine.header, record, "line");
      }).to.not.throw();
    }
    const hash = keccak256(canonicalize(condition("b")));
    expect(mine.records.map((record) => commitsTo(record, hash, "json#data"))).to.deep.equal([false, true, false]);
    expect(() => {
      checkManifestRecord(mine.header, other.records[1]!, "line");
    }).to.throw("line: the proof does not lead to the manifest's root");
    expect(() => {
      checkManifestRecord(mine.header, { ...mine.records[1]!, commitment: id("other") }, "line");
    }).to.throw("line: the leaf is not the hash of its fields");
  });
});
