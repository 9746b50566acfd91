import { createHash } from "node:crypto";

import { expect } from "chai";

import {
  CASE,
  failure,
  GTIN,
  item,
  ITEMS,
  LEAVES,
  LONE_CASE,
  PALLET,
  rootOf,
  RUN,
  SALT,
  sgtin,
  sscc,
  ssccOf,
} from "./lotInput";
import { lotKey } from "../../src/provenance/lot.js";
import { LotTree } from "../../src/provenance/lotTree.js";
import { proofFileHash, proofOf, readProofFile, writeProofFile } from "../../src/provenance/proofFile.js";
import { tokenIdOf, type ProductIdentifier } from "../../src/provenance/tokenId.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** All proof files of a tree, as text. */
function filesOf(tree: LotTree): string[] {
  return tree.sections.map((section) => [...writeProofFile(tree, section), ""].join("\n"));
}

describe("proof file", () => {
  let tree: LotTree;
  let pallet: string;
  let lone: string;
  let loose: string;

  before(async () => {
    tree = await LotTree.build(RUN, ITEMS, { salt: SALT });
    [pallet, lone, loose] = filesOf(tree) as [string, string, string];
  });

  const change = (text: string, line: number, edit: (value: Record<string, unknown>) => object): Uint8Array => {
    const lines = text.split("\n");
    lines[line] = JSON.stringify(edit(JSON.parse(lines[line]!) as Record<string, unknown>));
    return bytesOf(lines.join("\n"));
  };

  it("has the lot, and the content of its top container in the order of leaves", () => {
    const [header, ...lines] = pallet
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(header).to.deep.include({
      ...RUN,
      format: "careproof-lot-proofs",
      version: 1,
      lot: String(lotKey(GTIN, RUN.lotNumber)),
      root: tree.root,
      leafCount: 11,
      container: ssccOf(PALLET),
      firstLeaf: 0,
      leaves: 6,
    });
    expect(lines).to.deep.equal([
      { sscc: ssccOf(PALLET), depth: 0, serials: ["beside"] },
      { sscc: ssccOf(CASE), depth: 1, serials: ["A", 'b"%,;z', "c"] },
    ]);
    expect(loose.split("\n")[1]).to.equal('{"depth":0,"serials":["LOOSE","loose2"]}');
  });

  it("alone proves each package and container in it", async () => {
    const proofs: [file: string, identifier: ProductIdentifier, leaf: number, path: number[]][] = [
      [pallet, sscc(PALLET), 0, []],
      [pallet, sgtin("beside"), 1, [PALLET]],
      [pallet, sscc(CASE), 2, [PALLET]],
      [pallet, sgtin("A"), 3, [CASE, PALLET]],
      [pallet, sgtin('b"%,;z'), 4, [CASE, PALLET]],
      [pallet, sgtin("c"), 5, [CASE, PALLET]],
      [lone, sscc(LONE_CASE), 6, []],
      [lone, sgtin("lone"), 7, [LONE_CASE]],
      [loose, sgtin("LOOSE"), 8, []],
      [loose, sgtin("loose2"), 9, []],
    ];
    for (const [text, identifier, leaf, path] of proofs) {
      const { proof, ...origin } = proofOf(await readProofFile(bytesOf(text)), identifier);
      expect(origin).to.deep.equal({
        lot: lotKey(GTIN, RUN.lotNumber),
        run: 0,
        path: path.map((reference) => tokenIdOf(sscc(reference))),
        prefixLength: 7,
      });
      expect(rootOf(LEAVES[leaf]!, proof), `leaf ${leaf}`).to.equal(tree.root);
    }
  });

  it("proves what is in it for lots of any shape", async () => {
    for (const size of [1, 2, 5, 17]) {
      const items = Array.from({ length: size * 7 }, (_, i) => item(`s${i}`, 100 + (i % (size + 2)), 1 + (i % size)));
      const shaped = items.map((each, i) => item(`s${i}`, 1000 * (1 + (i % size)) + (i % 3), 1 + (i % size)));
      const built = await LotTree.build(RUN, shaped);
      let proved = 0;
      for (const text of filesOf(built)) {
        const file = await readProofFile(bytesOf(text));
        expect(file.range.root).to.equal(built.root);
        expect(file.header.nodes.length).to.be.at.most(2 * built.depth);
        let leaf = file.header.firstLeaf;
        for (const line of file.lines) {
          const identifiers = [
            { kind: "sscc" as const, sscc: line.sscc! },
            ...line.serials.map((serial) => sgtin(serial)),
          ];
          for (const identifier of identifiers) {
            expect(proofOf(file, identifier).proof).to.deep.equal(built.proof(leaf++));
            proved++;
          }
        }
      }
      expect(proved).to.equal(built.packages + built.containers);
    }
  });

  it("is identified by the SHA-256 of its bytes, whole or in chunks", async () => {
    const expected = `0x${createHash("sha256").update(pallet).digest("hex")}`;
    const bytes = bytesOf(pallet);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(7 * i, 7 * i + 7));
    expect(await proofFileHash(bytes)).to.equal(expected);
    expect(await proofFileHash(chunks)).to.equal(expected);
    expect((await readProofFile(bytes)).hash).to.equal(expected);
    expect((await readProofFile(chunks)).hash).to.equal(expected);
  });

  it("has no proof of what is not in it", async () => {
    const file = await readProofFile(bytesOf(pallet));
    for (const [identifier, message] of [
      [sgtin("lone"), `package "lone" is not in the proof file of container ${ssccOf(PALLET)}`],
      [sscc(LONE_CASE), `container ${ssccOf(LONE_CASE)} is not in the proof file of container ${ssccOf(PALLET)}`],
      [sgtin("A", "09521141123461"), 'package "A" of GTIN 09521141123461 is not in the proof file'],
    ] as const) {
      expect(() => proofOf(file, identifier))
        .to.throw(message)
        .with.property("code", "LOT_ITEM_UNKNOWN");
    }
    const rest = await readProofFile(bytesOf(loose));
    expect(() => proofOf(rest, sgtin("A"))).to.throw("is not in the proof file of the packages without a container");
  });

  const mismatches: [name: string, line: number, edit: (value: Record<string, unknown>) => object][] = [
    ["another serial", 2, (line) => ({ ...line, serials: ["A", "b", "c"] })],
    ["a package in another container", 1, (line) => ({ ...line, serials: ["A"] })],
    ["another case", 2, (line) => ({ ...line, sscc: ssccOf(77) })],
    ["another lot", 0, (header) => ({ ...header, lotNumber: "X", lot: String(lotKey(GTIN, "X")) })],
    ["another root", 0, (header) => ({ ...header, root: `0x${"11".repeat(32)}` })],
    ["another node", 0, (header) => ({ ...header, nodes: (header.nodes as string[]).with(0, `0x${"11".repeat(32)}`) })],
  ];
  for (const [name, line, edit] of mismatches) {
    it(`is refused with ${name}`, async () => {
      let bytes = change(pallet, line, edit);
      // The number of leaves stays what the header names.
      if (line === 1)
        bytes = change(new TextDecoder().decode(bytes), 2, (value) => ({ ...value, serials: ["beside", "b", "c"] }));
      const error = await failure(readProofFile(bytes, "p.ndjson"));
      expect(error.code).to.equal("PROOF_FILE_MISMATCH");
      expect(error.message).to.include("p.ndjson: its items lead to the root 0x");
    });
  }

  const invalid: [name: string, line: number, edit: (value: Record<string, unknown>) => object, message: string][] = [
    ["one package fewer", 2, (line) => ({ ...line, serials: ["A", "c"] }), "p: has 5 of the 6 leaves its header names"],
    ["one more", 2, (line) => ({ ...line, serials: ["A", "b", "c", "d"] }), "p:3: has more leaves than the 6"],
    ["one twice", 2, (line) => ({ ...line, serials: ["A", "c", "c"] }), 'p:3: "c" is there twice'],
    ["a bad serial", 2, (line) => ({ ...line, serials: ["A", "b c", "c"] }), "p:3: character 2 of the serial number"],
    ["a bad SSCC", 2, (line) => ({ ...line, sscc: "1" }), 'p:3: expected 18 digits, found "1"'],
    ["no serials", 2, ({ serials: _, ...line }) => line, 'p:3: "serials" is missing'],
    ["no SSCC", 2, ({ sscc: _, ...line }) => line, 'p:3: "sscc" is missing or invalid'],
    [
      "another top container",
      1,
      (line) => ({ ...line, sscc: ssccOf(8) }),
      `p:2: expected the container ${ssccOf(PALLET)}`,
    ],
    ["a second top container", 2, (line) => ({ ...line, depth: 0 }), 'p:3: "depth" is missing or invalid'],
    ["a level left out", 2, (line) => ({ ...line, depth: 2 }), 'p:3: "depth" is missing or invalid'],
    ["a member of its own", 2, (line) => ({ ...line, more: 1 }), 'p:3: "more" has no meaning here'],
    ["another format", 0, (header) => ({ ...header, format: "x" }), "p:1: not a proof file of a lot"],
    ["another version", 0, (header) => ({ ...header, version: 2 }), "p:1: unknown version 2 of proof files"],
    ["a key of another lot", 0, (header) => ({ ...header, lot: "5" }), `p:1: the key of lot ABC/1 of ${GTIN} is `],
    ["a bad GTIN", 0, (header) => ({ ...header, gtin: "1" }), 'p:1: expected 14 digits, found "1"'],
    ["no GTIN", 0, ({ gtin: _, ...header }) => header, 'p:1: "gtin" is missing or invalid'],
    ["a bad run", 0, (header) => ({ ...header, run: 1.5 }), 'p:1: "run" is missing or invalid'],
    ["no leaves", 0, (header) => ({ ...header, leaves: 0 }), 'p:1: "leaves" is missing or invalid'],
    ["a bad root", 0, (header) => ({ ...header, root: "0x" }), 'p:1: "root" is missing or invalid'],
    ["a bad node", 0, (header) => ({ ...header, nodes: ["0x"] }), 'p:1: "nodes" is missing or invalid'],
    ["a bad container", 0, (header) => ({ ...header, container: 5 }), 'p:1: "container" is missing or invalid'],
    ["a node too few", 0, (header) => ({ ...header, nodes: [] }), "p: 0 nodes beside the range are not as many"],
    ["leaves outside", 0, (header) => ({ ...header, firstLeaf: 6 }), "p: no range of 6 leaves from leaf 6 among 11"],
  ];
  for (const [name, line, edit, message] of invalid) {
    it(`is refused with ${name}`, async () => {
      const error = await failure(readProofFile(change(pallet, line, edit), "p"));
      expect(error.code).to.equal("PROOF_FILE_INVALID");
      expect(error.message).to.include(message);
    });
  }

  it("is refused where it is empty, cut off, no JSON, not UTF-8, or has a key twice", async () => {
    const [header, ...lines] = pallet.split("\n");
    for (const [bytes, message] of [
      [new Uint8Array(0), "p: there is nothing in it"],
      [bytesOf(pallet.slice(0, -30)), "p:3: not JSON: the proof file is cut off or is no proof file"],
      [bytesOf(`${header}\n`), "p: has 0 of the 6 leaves its header names"],
      [bytesOf("serial,case\n"), "p:1: not JSON"],
      [bytesOf("[]"), "p:1: expected an object"],
      [new Uint8Array([0x7b, 0xff]), "p: it is not UTF-8"],
      [bytesOf([header!.replace("{", '{"run":1,'), ...lines].join("\n")), 'key "run" appears twice'],
    ] as const) {
      const error = await failure(readProofFile(bytes, "p"));
      expect(error.code).to.equal("PROOF_FILE_INVALID");
      expect(error.message).to.include(message);
    }
  });
});
