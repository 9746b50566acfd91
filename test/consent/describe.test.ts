import { expect } from "chai";
import { TypedDataEncoder } from "ethers";

import { CareProofError } from "../../src/errors.js";
import { DESCRIBED_MESSAGES, describe as inWords } from "../../src/consent/describe.js";
import { definitionOf, typedData, type MessageName } from "../../src/consent/typedData.js";
import { DEPLOYMENT, SOURCES, example, source, typeStrings } from "./messages.js";

describe("describe", () => {
  it("says a consent as a person would", () => {
    const patient = "0x00000000000000000000000000000000000000a1";
    const data = typedData("ConsentGrant", DEPLOYMENT, {
      patient,
      decidedBy: patient,
      grantee: "0x00000000000000000000000000000000000000b2",
      purposes: 1,
      categories: (1n << 5n) | (1n << 7n) | (1n << 50n),
      notBefore: 1_767_225_600,
      expiresAt: 1_798_761_600,
      flags: 1,
      evidence: `0x${"c3".repeat(32)}`,
      issuedAt: 1_767_225_600,
      deadline: 1_767_312_000,
    });
    expect(inWords(data)).to.deep.equal([
      "Allow 0x00000000000000000000000000000000000000b2 to use laboratory results, vital signs and HIV or AIDS data for treatment (TREAT).",
      "This includes specially protected data: HIV.",
      "The consent counts from 2026-01-01T00:00:00Z, until 2027-01-01T00:00:00Z.",
      "It may not be disclosed further without the patient's consent (NORDSCLCD).",
      `The consent document that was shown has the commitment 0x${"c3".repeat(32)}.`,
      "Decided by patient 0x00000000000000000000000000000000000000A1 at 2026-01-01T00:00:00Z; it can be submitted until 2026-01-02T00:00:00Z.",
      "This counts with ConsentRegistry 0x5FbDB2315678afecb367f032d93F642f64180aa3 on chain 31337, and nowhere else.",
    ]);
  });

  it("knows every message of every contract", () => {
    const solidity = Object.values(SOURCES).flatMap(([types]) => [...typeStrings(source(types)).keys()]);
    expect(DESCRIBED_MESSAGES).to.have.members(solidity);
  });

  for (const name of DESCRIBED_MESSAGES) {
    it(`shows every member of ${name}: whatever changes is read differently`, () => {
      const before = inWords(example(name)).join("\n");
      for (const member of definitionOf(name).members) {
        expect(inWords(example(name, { [member.name]: 1 })).join("\n"), member.name).not.to.equal(before);
      }
    });
  }

  it("shows a different contract and chain", () => {
    const data = example("RevokeAll");
    const elsewhere = { ...data, domain: { ...data.domain, chainId: 1 } };
    expect(inWords(elsewhere)).not.to.deep.equal(inWords(data));
  });

  it("reads what a wallet gets as JSON", () => {
    const data = example("ConsentGrant");
    const payload = TypedDataEncoder.getPayload(data.domain, data.types, data.message) as Parameters<typeof inWords>[0];
    expect(inWords(payload)).to.deep.equal(inWords(data));
  });

  it("refuses bits without a meaning", () => {
    const bad: [MessageName, Record<string, unknown>][] = [
      ["ConsentGrant", { purposes: 1 << 16 }],
      ["ConsentGrant", { categories: 1n << 21n }],
      ["ConsentGrant", { flags: 8 }],
      ["OperatorAcceptance", { roles: 1n << 55n }],
    ];
    for (const [name, change] of bad) {
      const data = example(name);
      expect(() => inWords({ ...data, message: { ...data.message, ...change } }))
        .to.throw(CareProofError)
        .with.property("code", "CODE_UNKNOWN");
    }
  });

  it("refuses what is not exactly a message of a CareProof contract", () => {
    const data = example("RevokeAll");
    const others: Partial<Parameters<typeof inWords>[0]>[] = [
      { primaryType: "Permit" },
      { primaryType: "constructor" },
      { domain: { ...data.domain, name: "Another" } },
      { domain: { ...data.domain, version: "2" } },
      { domain: { name: data.domain.name, version: "1" } },
      { domain: { ...data.domain, verifyingContract: "0x00" } },
      { types: { RevokeAll: data.types.RevokeAll.slice(1) } },
    ];
    for (const other of others) {
      expect(() => inWords({ ...data, ...other }))
        .to.throw(CareProofError)
        .with.property("code", "TYPED_DATA_UNKNOWN");
    }
    expect(() => inWords({ ...data, message: { ...data.message, amount: 1 } }))
      .to.throw(CareProofError)
      .with.property("code", "TYPED_DATA_INVALID");
  });
});
