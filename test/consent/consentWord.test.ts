import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodeConsentGranted } from "../../src/consent/consentWord.js";
import { categoriesToMask, flagsToMask } from "../../src/consent/masks.js";
import { CareProofError } from "../../src/errors.js";
import { deployCareProof } from "../support/careproof.js";

describe("decodeConsentGranted", () => {
  it("reads what the contract stores and emits", async () => {
    const { consents, others } = await loadFixture(deployCareProof);
    const [patient, grantee] = others;
    const terms = {
      categories: categoriesToMask(["DEMOGRAPHICS", "OTHER", "PSY", "SCA"]),
      notBefore: 1_900_000_001,
      expiresAt: 2_000_000_003,
      flags: flagsToMask(["NORDSCLCD", "NORELINK"]),
    };
    const sent = await consents.connect(patient).grant(grantee!.address, 1, terms, `0x${"01".repeat(32)}`);
    const block = (await sent.getBlock())!;
    const [log] = await consents.queryFilter(consents.filters.ConsentGranted(), sent.blockNumber!);
    expect(decodeConsentGranted(log!.args.consent)).to.deep.equal({
      categories: ["DEMOGRAPHICS", "OTHER", "PSY", "SCA"],
      notBefore: 1_900_000_001,
      expiresAt: 2_000_000_003,
      issuedAt: block.timestamp,
      flags: ["NORDSCLCD", "NORELINK"],
      byRepresentative: false,
      patientDecided: true,
    });
  });

  it("reads each field at its place, at its largest", () => {
    const time = 2n ** 40n - 1n;
    const decoded = decodeConsentGranted((0x40n << 184n) | (time << 104n));
    expect(decoded).to.deep.equal({
      categories: [],
      notBefore: 0,
      expiresAt: Number(time),
      issuedAt: 0,
      flags: [],
      byRepresentative: true,
      patientDecided: false,
    });
    expect(decodeConsentGranted(time << 64n).notBefore).to.equal(Number(time));
    expect(decodeConsentGranted(time << 144n).issuedAt).to.equal(Number(time));
  });

  it("refuses what is no consent, and bits that have no name", () => {
    for (const word of [1n << 192n, -1n]) {
      expect(() => decodeConsentGranted(word)).to.throw(CareProofError, "is no consent");
    }
    expect(() => decodeConsentGranted(1n << 40n)).to.throw(CareProofError, "stand for no category");
    expect(() => decodeConsentGranted(1n << 187n)).to.throw(CareProofError, "stand for no flag");
  });
});
