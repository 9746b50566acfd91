import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { AbiCoder, hexlify, id, keccak256 } from "ethers";
import fc from "fast-check";

import {
  CASE,
  failure,
  GTIN,
  item,
  ITEMS,
  LEAVES,
  LONE_CASE,
  PALLET,
  RUN,
  SALT,
  sgtin,
  sscc,
  ssccOf,
} from "./lotInput";
import { lotCountLeaf, lotKey, lotLeaf } from "../../src/provenance/lot.js";
import { type LotItem } from "../../src/provenance/lotContents.js";
import { LotLeafHasher, wordOf } from "../../src/provenance/lotLeafHasher.js";
import { LotTree } from "../../src/provenance/lotTree.js";
import { packSerial, SERIAL_WORDS, unpackSerial } from "../../src/provenance/packedSerial.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";
import { createKeccak256 } from "../../src/utils/keccak.js";

const SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const serials = fc.string({ unit: fc.constantFrom(...Array.from(SET_82)), minLength: 1, maxLength: 20 });

describe("LotLeafHasher", () => {
  it("hashes every package and container as ethers encodes them, one after the other", async () => {
    const lot = lotKey(GTIN, RUN.lotNumber);
    const hasher = new LotLeafHasher(lot, GTIN, await createKeccak256());
    const packed = new Uint32Array(SERIAL_WORDS + 3);
    fc.assert(
      fc.property(
        serials,
        fc.array(fc.nat(999_999_999), { maxLength: 5 }),
        fc.nat(999_999_999),
        (serial, path, own) => {
          hasher.setPath(path.map((reference) => wordOf(tokenIdOf(sscc(reference)))));
          expect(hexlify(hasher.container(wordOf(tokenIdOf(sscc(own)))))).to.equal(
            lotLeaf(lot, sscc(own), path.map(sscc)),
          );
          packSerial(serial, packed, 3);
          expect(unpackSerial(packed, 3)).to.equal(serial);
          hasher.startPackages();
          expect(hexlify(hasher.package(packed, 3))).to.equal(lotLeaf(lot, sgtin(serial), path.map(sscc)));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("lotCountLeaf", () => {
  it("is the double hash of tag, lot, numbers and salt", () => {
    const tag = id("CareProof.LotCountLeaf(uint56 lot,uint256 packages,uint256 containers,bytes32 salt)");
    const content = AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "uint256", "uint256", "uint256", "bytes32"],
      [tag, 12_345n, 7, 3, SALT],
    );
    expect(lotCountLeaf(12_345n, 7, 3, SALT)).to.equal(keccak256(keccak256(content)));
  });
});

describe("lotLeaf", () => {
  it("is that of docs/lots.md, computed with Foundry's cast", () => {
    const lot = lotKey(GTIN, RUN.lotNumber);
    expect(lot).to.equal(13268381213361131n);
    expect(lotLeaf(lot, sgtin("A1"), [sscc(CASE), sscc(PALLET)])).to.equal(
      "0xbba9927fa0b55ad426dc1ad3b4c795260186e016b725c09dae80ec154c0612e4",
    );
    expect(lotCountLeaf(lot, 7, 3, SALT)).to.equal(
      "0x03a077033a90e437098d5d0b58cc2c336d78f7342ad5ad2e24b30180cf910375",
    );
  });
});

describe("LotTree", () => {
  it("has the leaves of all packages, containers and the count, in their order, under OpenZeppelin's root", async () => {
    const tree = await LotTree.build(RUN, ITEMS, { salt: SALT });
    const peer = SimpleMerkleTree.of([...LEAVES], { sortLeaves: false });
    expect(tree.root).to.equal(peer.root);
    expect(tree).to.include({ packages: 7, containers: 3, leafCount: 11, depth: 4, salt: SALT });
    for (const [i, leaf] of LEAVES.entries()) {
      expect(SimpleMerkleTree.verify(tree.root, leaf, tree.proof(i)), `leaf ${i}`).to.equal(true);
    }
    expect(tree.sections.map(({ container, firstLeaf, leaves }) => [container, firstLeaf, leaves])).to.deep.equal([
      [ssccOf(PALLET), 0, 6],
      [ssccOf(LONE_CASE), 6, 2],
      [undefined, 8, 2],
    ]);
  });

  it("depends on what is packed where, not on the order of the input, nor on containers given themselves", async () => {
    const { root } = await LotTree.build(RUN, ITEMS, { salt: SALT });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...ITEMS], { minLength: ITEMS.length }), async (shuffled) => {
        const stream = async function* (): AsyncGenerator<LotItem> {
          yield { identifier: sscc(CASE), path: [sscc(PALLET)] };
          for (const each of shuffled) yield await Promise.resolve(each);
          yield { identifier: sscc(PALLET), path: [] };
        };
        expect((await LotTree.build(RUN, stream(), { salt: SALT })).root).to.equal(root);
      }),
      { numRuns: 20 },
    );
    const moved = ITEMS.map((each, i) => (i === 3 ? item("beside", CASE, PALLET) : each));
    expect((await LotTree.build(RUN, moved, { salt: SALT })).root).to.not.equal(root);
  });

  it("hides the counts behind a salt of its own where none is given", async () => {
    const trees = [await LotTree.build(RUN, ITEMS), await LotTree.build(RUN, ITEMS)];
    expect(trees[0]!.salt)
      .to.match(/^0x[0-9a-f]{64}$/)
      .and.not.equal(trees[1]!.salt);
    expect(trees[0]!.root).to.not.equal(trees[1]!.root);
  });

  it("takes an empty container, and one of five levels with packages in it", async () => {
    const items: LotItem[] = [item("deep", 5, 4, 3, 2, 1), { identifier: sscc(9), path: [] }];
    const tree = await LotTree.build(RUN, items, { salt: SALT });
    expect(tree).to.include({ packages: 1, containers: 6, leafCount: 8 });
    const lot = lotKey(GTIN, RUN.lotNumber);
    const path = [5, 4, 3, 2, 1].map(sscc);
    const leaves = [4, 3, 2, 1, 0].map((from) => lotLeaf(lot, path[from]!, path.slice(from + 1)));
    leaves.push(lotLeaf(lot, sgtin("deep"), path), lotLeaf(lot, sscc(9), []), lotCountLeaf(lot, 1, 6, SALT));
    expect(tree.root).to.equal(SimpleMerkleTree.of(leaves, { sortLeaves: false }).root);
  });

  const failures: [name: string, items: LotItem[], code: string, message: string][] = [
    ["nothing", [], "LOT_EMPTY", "there is no package to commission"],
    ["containers alone", [{ identifier: sscc(1), path: [] }], "LOT_EMPTY", "there is no package to commission"],
    [
      "a package of another GTIN",
      [item("a"), { identifier: sgtin("b", "09521141123461"), path: [] }],
      "LOT_GTIN_MISMATCH",
      `item 2: the package is of GTIN 09521141123461, the lot of ${GTIN}`,
    ],
    [
      "a GTIN with a wrong check digit",
      [{ identifier: sgtin("b", "09521141123455"), path: [] }],
      "GTIN_INVALID",
      "item 1: the check digit of 09521141123455 is wrong",
    ],
    [
      "a serial of 21 characters",
      [item("a".repeat(21))],
      "SERIAL_INVALID",
      "item 1: a serial number has 1 to 20 characters, this one has 21",
    ],
    ["an empty serial", [item("")], "SERIAL_INVALID", "item 1: a serial number has 1 to 20 characters, this one has 0"],
    [
      "a character outside set 82",
      [item("a"), item("b#")],
      "SERIAL_INVALID",
      'item 2: character 2 of the serial number, "#", is not in GS1 character set 82',
    ],
    [
      "a character outside ASCII",
      [item("é")],
      "SERIAL_INVALID",
      'item 1: character 1 of the serial number, "é", is not in GS1 character set 82',
    ],
    [
      "an SSCC with a wrong check digit",
      [{ identifier: sgtin("a"), path: [{ kind: "sscc", sscc: "395211410000000011" }] }],
      "SSCC_INVALID",
      "item 1: the check digit of 395211410000000011 is wrong",
    ],
    [
      "the same serial twice, naming the first of the places where it is so",
      [item("x"), item("y"), item("b", 1), item("y", 1), item("x")],
      "LOT_DUPLICATE",
      'item 4: serial "y" was given before, at item 2',
    ],
    [
      "a container given twice",
      [
        { identifier: sscc(1), path: [], line: 7 },
        { identifier: sscc(1), path: [], line: 9 },
      ],
      "LOT_DUPLICATE",
      `item 9: container ${ssccOf(1)} was given before`,
    ],
    [
      "a container in two containers",
      [item("a", CASE, 1), item("b", CASE, 4)],
      "LOT_CONTAINER_MOVED",
      `item 2: container ${ssccOf(CASE)} is in ${ssccOf(4)} here, but in ${ssccOf(1)} at item 1`,
    ],
    [
      "a container in one and in none",
      [item("a", CASE, PALLET), item("b", CASE)],
      "LOT_CONTAINER_MOVED",
      `item 2: container ${ssccOf(CASE)} is in no container here, but in ${ssccOf(PALLET)} at item 1`,
    ],
    [
      "a container in itself",
      [item("a", 1, 1)],
      "LOT_CONTAINER_CYCLE",
      `item 1: container ${ssccOf(1)} would be inside`,
    ],
    ["a circle of containers", [item("a", 1, 2, 1)], "LOT_CONTAINER_CYCLE", "would be inside itself"],
    ["two that hold each other", [item("a", 1, 2), item("b", 2, 1)], "LOT_CONTAINER_MOVED", "item 2: container"],
    [
      "six levels of containers",
      [item("a", 1, 2, 3, 4, 5, 6)],
      "LOT_PATH_TOO_LONG",
      "item 1: 6 containers one in another, at most 5 are possible",
    ],
    [
      "six levels around a container",
      [{ identifier: sscc(9), path: [1, 2, 3, 4, 5, 6].map(sscc) }],
      "LOT_PATH_TOO_LONG",
      "item 1: 6 containers one in another, at most 5 are possible",
    ],
  ];
  for (const [name, items, code, message] of failures) {
    it(`refuses ${name}`, async () => {
      const error = await failure(LotTree.build(RUN, items));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(message);
    });
  }

  for (const [field, value, code] of [
    ["gtin", "9521141123454", "GTIN_INVALID"],
    ["gtin", "09521141123455", "GTIN_INVALID"],
    ["lotNumber", "", "LOT_NUMBER_INVALID"],
    ["lotNumber", "a b", "LOT_NUMBER_INVALID"],
    ["expirationDate", "2027-02-29", "EXPIRATION_DATE_INVALID"],
    ["expirationDate", "2149-06-07", "EXPIRATION_DATE_INVALID"],
    ["expirationDate", "280229", "EXPIRATION_DATE_INVALID"],
    ["run", 64, "RUN_INVALID"],
    ["run", -1, "RUN_INVALID"],
    ["prefixLength", 3, "PREFIX_LENGTH_INVALID"],
    ["prefixLength", 13, "PREFIX_LENGTH_INVALID"],
  ] as const) {
    it(`refuses the ${field} ${JSON.stringify(value)}`, async () => {
      const error = await failure(LotTree.build({ ...RUN, [field]: value }, ITEMS));
      expect(error.code).to.equal(code);
    });
  }

  it("refuses a salt that is not 32 bytes", async () => {
    expect((await failure(LotTree.build(RUN, ITEMS, { salt: "0x12" }))).message).to.include("salt: expected 32 bytes");
  });

  it("takes 2^20 leaves with proofs of 20 hashes, and not one more", async function () {
    this.timeout(120_000);
    const items = function* (count: number): Generator<LotItem> {
      for (let i = 0; i < count; i++) yield { identifier: sgtin(String(i)), path: [] };
    };
    const steps = new Set<string>();
    const tree = await LotTree.build(RUN, items(2 ** 20 - 1), { salt: SALT, onProgress: (step) => steps.add(step) });
    expect(tree).to.include({ leafCount: 2 ** 20, depth: 20 });
    expect([...steps]).to.deep.equal(["reading", "hashing", "building"]);
    const leaf = lotLeaf(tree.lot, sgtin("0"), []);
    expect(tree.proof(0)).to.have.length(20);
    expect(SimpleMerkleTree.verify(tree.root, leaf, tree.proof(0))).to.equal(true);
    const error = await failure(LotTree.build(RUN, items(2 ** 20)));
    expect(error.code).to.equal("LOT_TOO_LARGE");
    expect(error.message).to.include("item 1048576: a run has at most 1048575 packages and containers");
  });
});
