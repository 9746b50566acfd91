import { createHash } from "node:crypto";

import { HDNodeWallet, Mnemonic } from "ethers";
import { expect } from "chai";

import { CareProofError } from "../../src/errors.js";
import { patientAddress, patientWallet, relationshipPath } from "../../src/consent/patientAddress.js";

/** The mnemonic of BIP-39's first test vector, with its published seed for the passphrase "TREZOR". */
const SEED =
  "0xc55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04";

describe("patientAddress", () => {
  it("follows BIP-32 along the documented path, as viem derives it too", async () => {
    const { HDKey, hdKeyToAccount } = await import("viem/accounts");
    const digest = createHash("sha256").update("Organization/clinic").digest("hex");
    const bits = BigInt(`0x${digest}`).toString(2).padStart(256, "0");
    const [a, b] = [bits.slice(0, 31), bits.slice(31, 62)].map((part) => parseInt(part, 2));
    const path = `m/44'/60'/1128354373'/${String(a)}'/${String(b)}'/0/0` as const;
    expect(relationshipPath("Organization/clinic")).to.equal(path);
    const account = hdKeyToAccount(HDKey.fromMasterSeed(Buffer.from(SEED.slice(2), "hex")), {
      path: path,
    });
    expect(patientAddress(SEED, "Organization/clinic")).to.equal(account.address);
  });

  it("gives each relationship an address of its own, always the same", () => {
    const labels = Array.from({ length: 50 }, (_, index) => `Organization/${String(index)}`);
    const addresses = labels.map((label) => patientAddress(SEED, label));
    expect(new Set(addresses).size).to.equal(labels.length);
    expect(patientAddress(SEED, "Organization/7")).to.equal(addresses[7]);
  });

  it("is none of the addresses that an ordinary wallet shows for the seed", () => {
    const ordinary = Array.from({ length: 20 }, (_, index) =>
      HDNodeWallet.fromMnemonic(
        Mnemonic.fromEntropy("0x00000000000000000000000000000000", "TREZOR"),
        `m/44'/60'/0'/0/${String(index)}`,
      ),
    );
    expect(ordinary.map((wallet) => wallet.address)).not.to.include(patientAddress(SEED, "0"));
  });

  it("cannot be followed from one relationship to another without the seed", () => {
    const one = patientWallet(SEED, "Organization/a");
    expect(() => one.neuter().derivePath("0'")).to.throw("cannot derive child of neutered node");
    const levels = relationshipPath("Organization/a").split("/");
    expect(levels.slice(0, 6).every((level, index) => index === 0 || level.endsWith("'"))).to.equal(true);
  });

  it("reads labels alike whatever their Unicode form", () => {
    expect(relationshipPath("Cl\u00ednica")).to.equal(relationshipPath("Cli\u0301nica"));
  });

  it("refuses a seed or label that is none, without showing the seed", () => {
    for (const seed of ["", "0x00", "zz", `${SEED}00`]) {
      expect(() => patientAddress(seed, "a"))
        .to.throw(CareProofError, "a seed is 0x-hex of 16 to 64 bytes")
        .with.property("code", "SEED_INVALID");
    }
    expect(() => relationshipPath(" "))
      .to.throw(CareProofError)
      .with.property("code", "RELATIONSHIP_INVALID");
  });
});
