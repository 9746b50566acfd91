import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { id } from "ethers";
import fc from "fast-check";

import { CareProofError } from "../../../src/errors.js";
import {
  commitFields,
  discloseFields,
  eventFields,
  eventHash,
  fieldLeaf,
  readEpcis,
  verifyDisclosure,
  type CommittedFields,
  type EpcisEvent,
  type EventDisclosure,
  type SaltedField,
} from "../../../src/provenance/index.js";

const EPCS = ["urn:epc:id:sgtin:9521141.012345.A1", "urn:epc:id:sgtin:9521141.012345.B2"];
const FIELDS = {
  type: "ObjectEvent",
  eventTime: "2026-03-01T09:30:00+01:00",
  eventTimeZoneOffset: "+01:00",
  epcList: EPCS,
  action: "OBSERVE",
  bizStep: "https://ref.gs1.org/cbv/BizStep-shipping",
  readPoint: { id: "urn:epc:id:sgln:9521141.00001.0" },
  "ext:humidity": "41",
  "ext:temperature": "5.0",
};

const XML = `<ObjectEvent xmlns:e="https://ext.example/">
  <eventTime>2026-03-01T09:30:00+01:00</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
  <epcList><epc>${EPCS[0]}</epc><epc>${EPCS[1]}</epc></epcList><action>OBSERVE</action>
  <bizStep>https://ref.gs1.org/cbv/BizStep-shipping</bizStep>
  <readPoint><id>urn:epc:id:sgln:9521141.00001.0</id></readPoint>
  <e:temperature>5.0</e:temperature><e:humidity>41</e:humidity></ObjectEvent>`;

/** Two EPCs, two extensions, six other fields, and the event's hash. */
const FIELD_COUNT = 11;

function read(fields: Record<string, unknown> = FIELDS): EpcisEvent {
  const text = {
    "@context": { ext: "https://ext.example/" },
    type: "EPCISDocument",
    schemaVersion: "2.0",
    epcisBody: { eventList: [fields] },
  };
  return readEpcis(JSON.stringify(text)).events[0]!;
}

/** Runs what has to fail, and gives the error. */
async function failureOf(work: Promise<unknown>): Promise<CareProofError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(CareProofError);
  return error as CareProofError;
}

/** A tree by OpenZeppelin over whatever leaves somebody wants, and the disclosure of some of its fields. */
function forged(fields: readonly SaltedField[], shown: readonly SaltedField[], fieldCount: number): EventDisclosure {
  const tree = SimpleMerkleTree.of(fields.map((field) => fieldLeaf(fieldCount, field)));
  const withProof = shown.map((field) => ({ ...field, proof: tree.getProof(fieldLeaf(fieldCount, field)) }));
  return {
    format: "careproof-event-disclosure",
    version: 1,
    root: tree.root,
    fieldCount,
    fields: withProof,
  };
}

describe("disclosure of an event in part", () => {
  let committed: CommittedFields;
  let disclosure: EventDisclosure;

  before(async () => {
    committed = await commitFields(read());
    disclosure = await discloseFields(committed, ["/epcList/1", "/readPoint"]);
  });

  /** The disclosure with its first field, `/epcList/1`, changed. */
  const withField = (change: object): unknown => ({
    ...disclosure,
    fields: [{ ...disclosure.fields[0], ...change }, ...disclosure.fields.slice(1)],
  });

  it("proves what is shown, and says how much is not", async () => {
    // What travels is JSON.
    const received: unknown = JSON.parse(JSON.stringify(disclosure));
    expect(await verifyDisclosure(received, committed.root)).to.deep.equal({
      root: committed.root,
      fieldCount: FIELD_COUNT,
      hiddenCount: FIELD_COUNT - 2,
      fields: [
        { path: "/epcList/1", value: EPCS[1] },
        { path: "/readPoint/id", value: "urn:epc:id:sgln:9521141.00001.0" },
      ],
    });
  });

  it("shows the event's hash only where it is named", async () => {
    const shown = await discloseFields(committed, ["eventHash", "/action"]);
    expect(await verifyDisclosure(shown, committed.root)).to.deep.include({
      eventHash: eventHash(read()),
      fields: [{ path: "/action", value: "OBSERVE" }],
    });
  });

  it("has nothing of what it hides: no path, value or salt", () => {
    const text = JSON.stringify(disclosure);
    const hidden = committed.fields.filter(({ path }) => !disclosure.fields.some((field) => field.path === path));
    expect(hidden).to.have.length(FIELD_COUNT - 2);
    for (const { path, value, salt } of hidden) {
      expect(text).to.not.include(JSON.stringify(path));
      expect(text).to.not.include(JSON.stringify(value));
      expect(text).to.not.include(salt.slice(2));
    }
  });

  it("shows all that is under a path, and nothing that only begins alike", async () => {
    const list = await discloseFields(committed, ["/epcList"]);
    expect(list.fields.map(({ path }) => path)).to.deep.equal(["/epcList/0", "/epcList/1"]);
    const time = await discloseFields(committed, ["/eventTime"]);
    expect(time.fields.map(({ path }) => path)).to.deep.equal(["/eventTime"]);
  });

  for (const path of ["", "/epc", "/epcList/2", "/epcList/"]) {
    it(`refuses to show ${JSON.stringify(path)}, where the event has no field`, async () => {
      expect(await failureOf(discloseFields(committed, ["/action", path]))).to.include({ code: "FIELD_UNKNOWN", path });
    });
  }

  it("refuses to show nothing", async () => {
    expect(await failureOf(discloseFields(committed, []))).to.include({ code: "FIELD_UNKNOWN" });
  });

  it("is not made of fields that are not those of the root", async () => {
    const fields = committed.fields.slice(1);
    const error = await failureOf(discloseFields({ root: committed.root, fields }, ["/epcList"]));
    expect(error.code).to.equal("DISCLOSURE_ROOT_MISMATCH");
  });

  describe("refuses", () => {
    const mismatches: [name: string, change: () => unknown, path: string][] = [
      ["an altered value", () => withField({ value: EPCS[0] }), "/epcList/1"],
      ["an altered path", () => withField({ path: "/epcList/0" }), "/epcList/0"],
      ["another salt", () => withField({ salt: committed.fields[0]!.salt }), "/epcList/1"],
      ["the proof of another field", () => withField({ proof: disclosure.fields[1]!.proof }), "/epcList/1"],
      ["a proof that is cut off", () => withField({ proof: [] }), "/epcList/1"],
      [
        "a proof that goes on",
        () => withField({ proof: [...disclosure.fields[0]!.proof, id("more"), id("more")] }),
        "/epcList/1",
      ],
      ["another number of fields", () => ({ ...disclosure, fieldCount: FIELD_COUNT + 1 }), "/epcList/1"],
    ];
    for (const [name, change, path] of mismatches) {
      it(name, async () => {
        const error = await failureOf(verifyDisclosure(change(), committed.root));
        expect(error).to.include({ code: "DISCLOSURE_FIELD_MISMATCH", path });
      });
    }

    const malformed: [name: string, change: () => unknown, path: string][] = [
      ["what is no object", () => null, "disclosure"],
      ["another format", () => ({ ...disclosure, format: "other" }), "format"],
      ["a version that is not known", () => ({ ...disclosure, version: 2 }), "version"],
      ["a missing root", () => ({ ...disclosure, root: undefined }), "root"],
      ["a missing number of fields", () => ({ ...disclosure, fieldCount: undefined }), "fieldCount"],
      ["a number of fields that is none", () => ({ ...disclosure, fieldCount: 11.5 }), "fieldCount"],
      ["fewer fields than are shown", () => ({ ...disclosure, fieldCount: 1 }), "fieldCount"],
      ["no fields", () => ({ ...disclosure, fields: [] }), "fields"],
      ["what is claimed without a proof", () => ({ ...disclosure, eventHash: eventHash(read()) }), "disclosure"],
      ["a member of a field that is not proved", () => withField({ unit: "CEL" }), "fields[0]"],
      ["a field that is none", () => ({ ...disclosure, fields: ["/action"] }), "fields[0]"],
      ["a field without a path", () => withField({ path: undefined }), "fields[0].path"],
      ["a field twice", () => ({ ...disclosure, fields: disclosure.fields.flatMap((f) => [f, f]) }), "/epcList/1"],
      ["a field without a value", () => withField({ value: undefined }), "/epcList/1"],
      ["a value that is no Unicode", () => withField({ value: "\ud800" }), "/epcList/1"],
      ["a field without a salt", () => withField({ salt: "0x00" }), "/epcList/1"],
      ["a field without a proof", () => withField({ proof: undefined }), "/epcList/1"],
      ["a proof of something else than hashes", () => withField({ proof: ["0x"] }), "/epcList/1"],
    ];
    for (const [name, change, path] of malformed) {
      it(name, async () => {
        const error = await failureOf(verifyDisclosure(change(), committed.root));
        expect(error).to.include({ code: "DISCLOSURE_INVALID", path });
      });
    }

    it("a disclosure of another event, also under the root of this one", async () => {
      const other = await discloseFields(await commitFields(read({ ...FIELDS, action: "ADD" })), ["/epcList/1"]);
      expect(await failureOf(verifyDisclosure(other, committed.root))).to.include({ code: "DISCLOSURE_ROOT_MISMATCH" });
      const renamed = { ...other, root: committed.root };
      expect(await failureOf(verifyDisclosure(renamed, committed.root))).to.include({
        code: "DISCLOSURE_FIELD_MISMATCH",
        path: "/epcList/1",
      });
    });

    it("a root to verify against that is none", async () => {
      const error = await failureOf(verifyDisclosure(disclosure, "0x00"));
      expect(error).to.include({ code: "HEX_INVALID", path: "root" });
    });

    it("a second value of a field that its author hid under the root, where all fields are shown", async () => {
      const shown = committed.fields.slice(0, 5);
      const second = { ...shown[0]!, value: "other", salt: id("second") };
      const honest = forged(shown, shown, 5);
      expect(await verifyDisclosure(honest, honest.root)).to.include({ hiddenCount: 0 });
      const dishonest = forged([...shown, second], shown, 5);
      expect(await failureOf(verifyDisclosure(dishonest, dishonest.root))).to.include({
        code: "DISCLOSURE_ROOT_MISMATCH",
      });
    });

    it("a tree with more fields than its leaves say, by the length of proofs", async () => {
      const more = committed.fields.slice(0, 8);
      const dishonest = forged(more, [more[0]!], 4);
      expect(await failureOf(verifyDisclosure(dishonest, dishonest.root))).to.include({
        code: "DISCLOSURE_FIELD_MISMATCH",
        path: more[0]!.path,
      });
    });
  });

  describe("root", () => {
    const salt = (path: string): string => id(`salt of ${path}`);

    it("is the same with the same salts whatever the order of keys, and from JSON as from XML", async () => {
      const { root, fields } = await commitFields(read(), { salt });
      const reversed = Object.fromEntries(Object.entries(FIELDS).reverse());
      expect(await commitFields(read(reversed), { salt })).to.deep.equal({ root, fields });
      expect(await commitFields(readEpcis(XML).events[0]!, { salt })).to.deep.equal({ root, fields });
    });

    it("differs for two commitments to the same event, and so do all salts", async () => {
      const again = await commitFields(read());
      expect(again.root).to.not.equal(committed.root);
      const salts = [...again.fields, ...committed.fields].map((field) => field.salt);
      expect(new Set(salts)).to.have.property("size", 2 * FIELD_COUNT);
    });

    it("depends on the order of EPCs, which are fields by their places", async () => {
      const { root } = await commitFields(read(), { salt });
      const swapped = await commitFields(read({ ...FIELDS, epcList: EPCS.toReversed() }), { salt });
      expect(swapped.root).to.not.equal(root);
    });

    it("is that of OpenZeppelin's tree over the same leaves, and its proofs verify there", async () => {
      const { root, fields } = await commitFields(read(), { salt });
      const leaves = fields.map((field) => fieldLeaf(FIELD_COUNT, field));
      expect(SimpleMerkleTree.of(leaves).root).to.equal(root);
      const all = await discloseFields({ root, fields }, ["/type", "/epcList", "/{https:~1~1ext.example~1}humidity"]);
      expect(all.fields).to.have.length(4);
      for (const field of all.fields) {
        expect(SimpleMerkleTree.verify(root, fieldLeaf(FIELD_COUNT, field), [...field.proof]), field.path).to.equal(
          true,
        );
      }
    });

    it("refuses a salt that is not 32 bytes, with the field", async () => {
      const short = (path: string): string => (path === "/epcList/1" ? "0x12" : salt(path));
      expect(await failureOf(commitFields(read(), { salt: short }))).to.include({
        code: "HEX_INVALID",
        path: "/epcList/1",
      });
    });
  });

  it("verifies for any choice of fields, and shows these alone", async () => {
    const paths = eventFields(read()).map(({ path }) => path);
    await fc.assert(
      fc.asyncProperty(fc.subarray(paths, { minLength: 1 }), async (chosen) => {
        const shown = await discloseFields(committed, chosen);
        const { fields, eventHash: hash, hiddenCount } = await verifyDisclosure(shown, committed.root);
        const found = [...fields.map(({ path }) => path), ...(hash === undefined ? [] : ["eventHash"])];
        expect(found).to.have.members(chosen);
        expect(hiddenCount).to.equal(FIELD_COUNT - chosen.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe("leaf of a field", () => {
  const salt = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

  it("is the vector of docs/epcis.md, computed with Foundry's cast", () => {
    const field = { path: "/epcList/0", value: EPCS[0]!, salt };
    expect(fieldLeaf(8, field)).to.equal("0x17d115e6864c0d0ff33b38b672aa4169c3733968e8f3c1c416471f0e153fb823");
  });

  it("differs where path and value are cut elsewhere", () => {
    expect(fieldLeaf(8, { path: "ab", value: "c", salt })).to.not.equal(fieldLeaf(8, { path: "a", value: "bc", salt }));
  });
});
