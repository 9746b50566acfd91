import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import fc from "fast-check";
import { ethers } from "hardhat";

import { EVENT, GTIN, LOOSE, deploySupplyChain, ids, sgtin, sscc } from "../support/provenanceParties";
import { commission, obstacle, rawRun } from "../support/provenanceStates";
import { deployWithPallet, takeLoose, tote } from "../support/provenanceStock";
import { DigitalLinks__factory } from "../../src/bindings/index.js";
import { checkDigit } from "../../src/provenance/checkDigit.js";
import { GS1_RESOLVER, writeDigitalLink } from "../../src/provenance/gs1/digitalLink.js";
import { lotKey, lotNumberBytes } from "../../src/provenance/lot.js";
import { identifierOf, tokenIdOf, type ProductIdentifier } from "../../src/provenance/tokenId.js";

/** GS1 General Specifications, figure 7.11-1, in the order of ASCII. */
const SET_82 = Array.from("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: length, maxLength: length });
const withCheckDigit = (length: number) =>
  digits(length - 1)
    .filter((body) => BigInt(body) !== 0n)
    .map((body) => body + String(checkDigit(body)));
const serials = fc.string({ unit: fc.constantFrom(...SET_82), minLength: 1, maxLength: 20 });
const identifiers: fc.Arbitrary<ProductIdentifier> = fc.oneof(
  fc.record({ kind: fc.constant("sgtin" as const), gtin: withCheckDigit(14), serial: serials }),
  fc.record({ kind: fc.constant("sscc" as const), sscc: withCheckDigit(18) }),
);

const linkOf = (identifier: ProductIdentifier, stem?: string): string =>
  writeDigitalLink(
    identifier.kind === "sscc"
      ? [{ ai: "00", value: identifier.sscc }]
      : [
          { ai: "01", value: identifier.gtin },
          { ai: "21", value: identifier.serial },
        ],
    stem,
  );

/** Whether the package takes a number for a token id. */
function isTokenId(id: bigint): boolean {
  try {
    identifierOf(id);
    return true;
  } catch {
    return false;
  }
}

describe("DigitalLinks", () => {
  it("writes the links that the standard shows", async () => {
    const { digitalLinks } = await loadFixture(deploySupplyChain);
    expect(await digitalLinks.resolver()).to.equal(GS1_RESOLVER);
    // The ids are computed by hand from docs/gs1.md; the links are as in GS1's examples.
    const examples: [bigint, string][] = [
      [
        (1n << 248n) | (80_614_141_123_458n << 140n) | (0x6cddc39n << 112n),
        "https://id.gs1.org/01/80614141123458/21/6789",
      ],
      [(2n << 248n) | 106_141_412_345_678_908n, "https://id.gs1.org/00/106141412345678908"],
      [(2n << 248n) | 17n, "https://id.gs1.org/00/000000000000000017"],
      [(1n << 248n) | (17n << 140n) | (0x41n << 133n), "https://id.gs1.org/01/00000000000017/21/A"],
    ];
    for (const [id, link] of examples) expect(await digitalLinks.uriOf(id)).to.equal(link);
  });

  it("escapes what a URI does not take as it is: each character of set 82", async () => {
    const { digitalLinks } = await loadFixture(deploySupplyChain);
    for (const character of SET_82) {
      const escaped = /[A-Za-z0-9._~-]/.test(character)
        ? character
        : `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
      expect(await digitalLinks.uriOf(tokenIdOf(sgtin(`a${character}b`)))).to.equal(
        `https://id.gs1.org/01/${GTIN}/21/a${escaped}b`,
      );
    }
  });

  it("stands behind any resolver", async () => {
    const [deployer] = await ethers.getSigners();
    const stem = "https://example.com/rx";
    const own = await new DigitalLinks__factory(deployer!).deploy(stem);
    expect(await own.resolver()).to.equal(stem);
    expect(await own.uriOf(ids.loose)).to.equal(linkOf(LOOSE, stem));
  });

  it("are those of the package, and its token ids those that the contract reads, for random keys", async () => {
    const { digitalLinks } = await loadFixture(deploySupplyChain);
    await fc.assert(
      fc.asyncProperty(identifiers, async (identifier) => {
        const id = tokenIdOf(identifier);
        expect(await digitalLinks.uriOf(id)).to.equal(linkOf(identifier));
        expect(identifierOf(id)).to.deep.equal(identifier);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses every number that the package refuses: one bit of an id another, and any number", async () => {
    const { digitalLinks } = await loadFixture(deploySupplyChain);
    const flipped = fc
      .tuple(identifiers, fc.integer({ min: 0, max: 255 }))
      .map(([identifier, bit]) => tokenIdOf(identifier) ^ (1n << BigInt(bit)));
    const shifted = fc.tuple(identifiers, fc.integer({ min: 1, max: 139 })).map(([identifier, bits]) => {
      const id = tokenIdOf(identifier);
      const serial = id & ((1n << 140n) - 1n);
      return id - serial + (serial >> BigInt(bits));
    });
    const seen = { valid: 0, invalid: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(identifiers.map(tokenIdOf), flipped, flipped, shifted, fc.bigInt(0n, (1n << 256n) - 1n)),
        async (id) => {
          if (isTokenId(id)) {
            expect(await digitalLinks.uriOf(id)).to.equal(linkOf(identifierOf(id)));
            seen.valid++;
          } else {
            await expect(digitalLinks.uriOf(id))
              .to.be.revertedWithCustomError(digitalLinks, "NotAnIdentifier")
              .withArgs(id);
            seen.invalid++;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(seen.valid).to.be.greaterThan(20);
    expect(seen.invalid).to.be.greaterThan(100);
  });

  it("refuses keys of nothing but zeros, as the package does", async () => {
    const { digitalLinks } = await loadFixture(deploySupplyChain);
    for (const id of [2n << 248n, (1n << 248n) | (0x41n << 133n)]) {
      await expect(digitalLinks.uriOf(id)).to.be.revertedWithCustomError(digitalLinks, "NotAnIdentifier").withArgs(id);
      expect(isTokenId(id)).to.equal(false);
    }
    expect(() => tokenIdOf(sgtin("A", "0".repeat(14)))).to.throw("all zeros");
    expect(() => tokenIdOf({ kind: "sscc", sscc: "0".repeat(18) })).to.throw("all zeros");
  });

  it("is the tokenURI of what is a token, and of nothing else", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, digitalLinks } = chain;
    expect(await provenance.digitalLinks()).to.equal(await digitalLinks.getAddress());
    await expect(provenance.tokenURI(ids.loose))
      .to.be.revertedWithCustomError(provenance, "ERC721NonexistentToken")
      .withArgs(ids.loose);
    await takeLoose(chain);
    expect(await provenance.tokenURI(ids.loose)).to.equal(`https://id.gs1.org/01/${GTIN}/21/LOOSE`);
  });
});

describe("token ids at the door: what a lot can bring in", () => {
  const base = (1n << 248n) | (BigInt(GTIN) << 140n);
  /** The id of up to 20 codes of 7 bits, whatever they are. */
  const serialOf = (...codes: number[]): bigint =>
    codes.reduce((serial, code, i) => serial | (BigInt(code) << BigInt(7 * (19 - i))), base);
  const codesOf = (text: string) => Array.from(text).map((character) => character.charCodeAt(0));

  it("serials of 1 to 20 characters, every one of set 82 and no other", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer } = chain;
    const all = Array.from({ length: 128 }, (_, code) => serialOf(65, code, 65));
    const lengths = Array.from({ length: 21 }, (_, length) => serialOf(...Array<number>(length).fill(0x7a)));
    const originOf = await commission(
      chain,
      manufacturer,
      GTIN,
      "ALL",
      [...all, ...lengths].map((id) => [id]),
    );
    for (const [i, id] of all.entries()) {
      const expected = SET_82.includes(String.fromCharCode(i)) ? "None" : "NotAnIdentifier";
      expect((await provenance.verify(id, originOf(i))).obstacle, `code ${i}`).to.equal(obstacle(expected));
    }
    for (const [length, id] of lengths.entries()) {
      const expected = length === 0 ? "NotAnIdentifier" : "None";
      expect((await provenance.verify(id, originOf(128 + length))).obstacle, `length ${length}`).to.equal(
        obstacle(expected),
      );
    }
    expect(lengths[20]).to.equal(tokenIdOf(sgtin("z".repeat(20))));
    expect(serialOf(...codesOf("\"%&'"))).to.equal(tokenIdOf(sgtin("\"%&'")));
  });

  it("no other bit: each bit above the GTIN, and a 21st character, makes another number of it", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer } = chain;
    const good = serialOf(65);
    const bits = Array.from({ length: 256 - 187 }, (_, i) => good ^ (1n << BigInt(187 + i)));
    const originOf = await commission(
      chain,
      manufacturer,
      GTIN,
      "BITS",
      [good, ...bits].map((id) => [id]),
    );
    expect((await provenance.verify(good, originOf(0))).obstacle).to.equal(obstacle("None"));
    for (const [i, id] of bits.entries()) {
      expect((await provenance.verify(id, originOf(i + 1))).obstacle, `bit ${187 + i}`).to.equal(
        obstacle("NotAnIdentifier"),
      );
    }
  });

  it("packages of the lot's product only, containers with a right check digit under the maker's prefix only", async () => {
    const chain = await loadFixture(deployWithPallet);
    const { provenance, manufacturer } = chain;
    const good = tokenIdOf(sscc(77));
    const others: [bigint, "None" | "NotAnIdentifier" | "ForeignPrefix"][] = [
      [good, "None"],
      [tokenIdOf(sscc(0)), "None"],
      [good + 1n, "ForeignPrefix"],
      [good + (1n << 60n), "ForeignPrefix"],
      [good + 10n ** 18n, "ForeignPrefix"],
      [tote(1), "ForeignPrefix"],
      [2n << 248n, "ForeignPrefix"],
      [tokenIdOf(sgtin("A", "10614141123459")), "NotAnIdentifier"],
    ];
    const originOf = await commission(
      chain,
      manufacturer,
      GTIN,
      "KEYS",
      others.map(([id]) => [id]),
    );
    for (const [i, [id, why]] of others.entries()) {
      expect((await provenance.verify(id, originOf(i))).obstacle, `number ${i}`).to.equal(obstacle(why));
    }
    // Extension digits belong to the holder of the prefix.
    const extended = tokenIdOf({ kind: "sscc", sscc: `90614141000000012${checkDigit("90614141000000012")}` });
    const run = rawRun([[extended]], 1, lotKey(GTIN, "KEYS"));
    await provenance.connect(manufacturer).commissionRun(lotKey(GTIN, "KEYS"), 1, 7, run.root, EVENT);
    expect((await provenance.verify(extended, run.originOf(0))).obstacle).to.equal(obstacle("None"));
  });

  it("lots by a key that the package computes too", async () => {
    const { provenance } = await loadFixture(deploySupplyChain);
    await fc.assert(
      fc.asyncProperty(withCheckDigit(14), serials, async (gtin, lotNumber) => {
        const encoded = AbiCoder.defaultAbiCoder().encode(
          ["uint48", "bytes20"],
          [BigInt(gtin), lotNumberBytes(lotNumber)],
        );
        expect(await provenance.lotKey(BigInt(gtin), lotNumberBytes(lotNumber))).to.equal(
          BigInt(keccak256(encoded)) >> 200n,
        );
        expect(lotKey(gtin, lotNumber)).to.equal(BigInt(keccak256(encoded)) >> 200n);
      }),
      { numRuns: 50 },
    );
  });
});
