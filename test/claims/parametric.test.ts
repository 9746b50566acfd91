import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";

import {
  ATTESTATION_TYPES,
  attestationMessage,
  MAX_ATTESTERS,
  MAX_CHALLENGE_DAYS,
  parametricDomain,
  productId,
  triggerCommitment,
  type ParametricTerms,
} from "../../src/claims/parametric.js";
import { deployCareProof } from "../support/careproof";
import { refusal } from "../support/refusal";

const SALT = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

const TERMS: ParametricTerms = {
  payer: "0x00000000000000000000000000000000000000A1",
  vault: "0x00000000000000000000000000000000000000b2",
  trigger: `0x${"cd".repeat(32)}`,
  attesterRole: 17,
  waitingDays: 30,
  windowDays: 300,
  timelyFilingDays: 60,
  attesters: 2,
  attestersAbove: 1_000_000_000n,
  challengeDays: 14,
  challengeAbove: 3_000_000_000n,
};

/** `cast keccak $(cast abi-encode "f(address,address,bytes32,uint16,uint16,uint16,uint16,uint8,uint64,uint16,uint64)" …)` of {@link TERMS}. */
const PRODUCT_ID = "0xe3acc1e9586f5979215c2a5d4601bcc10494158e8dda6bbcb8e6e67fef40db8c";

const ATTESTATION = {
  policyId: 7n,
  productId: PRODUCT_ID,
  observedDay: 20_700,
  attester: "0x00000000000000000000000000000000000000A1",
  signedBy: "0x00000000000000000000000000000000000000b2",
  observation: `0x${"ef".repeat(32)}`,
  issuedAt: 1_788_500_000,
  deadline: 1_789_500_000,
};

/** `cast keccak` of the type string's hash and the members of {@link ATTESTATION}, encoded by `cast abi-encode`. */
const STRUCT_HASH = "0x79bf4e2232b1f1f14318a8328120160c67960f4dca084361aabe1f3f8731b33c";

describe("productId", () => {
  it("is the hash that cast computes, and that the contract gives", async () => {
    const { parametric } = await loadFixture(deployCareProof);
    expect(productId(TERMS)).to.equal(PRODUCT_ID);
    expect(await parametric.productIdOf(TERMS)).to.equal(PRODUCT_ID);
  });

  it("is another for each term, as in the contract", async () => {
    const { parametric } = await loadFixture(deployCareProof);
    const others: Partial<ParametricTerms>[] = [
      { payer: TERMS.vault },
      { vault: TERMS.payer },
      { trigger: `0x${"ce".repeat(32)}` },
      { attesterRole: 0 },
      { waitingDays: 31 },
      { windowDays: 65_535 },
      { timelyFilingDays: 1 },
      { attesters: MAX_ATTESTERS },
      { attestersAbove: 2n ** 64n - 1n },
      { challengeDays: MAX_CHALLENGE_DAYS },
      { challengeAbove: 0n },
    ];
    expect(others.flatMap((other) => Object.keys(other))).to.deep.equal(Object.keys(TERMS));
    const ids = new Set([PRODUCT_ID]);
    for (const other of others) {
      const id = productId({ ...TERMS, ...other });
      expect(await parametric.productIdOf({ ...TERMS, ...other }), Object.keys(other)[0]).to.equal(id);
      ids.add(id);
    }
    expect(ids.size).to.equal(12);
  });

  it("refuses terms that the contract would not publish, by name", async () => {
    const cases: [Partial<Record<keyof ParametricTerms, unknown>>, string][] = [
      [{ payer: "0x12" }, "payer"],
      [{ vault: undefined }, "vault"],
      [{ trigger: "0x12" }, "trigger"],
      [{ trigger: `0x${"00".repeat(32)}` }, "trigger"],
      [{ attesterRole: 56 }, "attesterRole"],
      [{ attesterRole: 2 }, "attesterRole"],
      [{ attesterRole: 16 }, "attesterRole"],
      [{ waitingDays: 301 }, "windowDays"],
      [{ windowDays: 65_536 }, "windowDays"],
      [{ timelyFilingDays: 0 }, "timelyFilingDays"],
      [{ attesters: 0 }, "attesters"],
      [{ attesters: 9 }, "attesters"],
      [{ attestersAbove: -1n }, "attestersAbove"],
      [{ challengeDays: 0 }, "challengeDays"],
      [{ challengeDays: 31 }, "challengeDays"],
      [{ challengeAbove: 2n ** 64n }, "challengeAbove"],
    ];
    for (const [other, path] of cases) {
      const terms = { ...TERMS, ...other } as ParametricTerms;
      expect(await refusal(() => productId(terms)), path).to.deep.equal({ code: "TERMS_INVALID", path });
    }
  });
});

describe("attestationMessage", () => {
  it("has the struct hash that cast computes", () => {
    const message = attestationMessage(ATTESTATION);
    expect(TypedDataEncoder.hashStruct("Attestation", ATTESTATION_TYPES, message)).to.equal(STRUCT_HASH);
  });

  it("refuses a member out of range, by name", async () => {
    for (const [other, path] of [
      [{ observedDay: 2 ** 32 }, "observedDay"],
      [{ observation: "0x12" }, "observation"],
      [{ attester: "nobody" }, "attester"],
    ] as const) {
      expect(await refusal(() => attestationMessage({ ...ATTESTATION, ...other }))).to.deep.equal({
        code: "TYPED_DATA_INVALID",
        path,
      });
    }
  });
});

describe("parametricDomain", () => {
  it("is the domain of the contract", async () => {
    const { parametric } = await loadFixture(deployCareProof);
    const { name, version, chainId, verifyingContract } = await parametric.eip712Domain();
    expect(parametricDomain(chainId, await parametric.getAddress())).to.deep.equal({
      name,
      version,
      chainId,
      verifyingContract,
    });
  });
});

describe("triggerCommitment", () => {
  it("is the published vector, computed by cast", () => {
    expect(triggerCommitment({ code: "1558-6", criterion: ">= 92 mg/dL" }, SALT)).to.equal(
      "0x3619c9869b7da16eda42278fb0c7db3eb6478cdde841c22da316ec5bbe947cf7",
    );
  });

  it("takes LOINC codes with their check digit, and no others", async () => {
    // Of loinc.org: HbA1c, haemoglobin, SARS-CoV-2 RNA, body weight.
    for (const code of ["4548-4", "718-7", "94500-6", "29463-7"]) {
      expect(triggerCommitment({ code, criterion: "detected" }, SALT)).to.match(/^0x[0-9a-f]{64}$/);
    }
    for (const code of ["4548-5", "4558-4", "4548", "O24.4", "", "12345678-1"]) {
      expect(await refusal(() => triggerCommitment({ code, criterion: "detected" }, SALT)), code).to.deep.equal({
        code: "TRIGGER_INVALID",
        path: "code",
      });
    }
  });

  it("wants a criterion, and a salt of 32 bytes", async () => {
    const code = "1558-6";
    expect(await refusal(() => triggerCommitment({ code, criterion: " " }, SALT))).to.deep.equal({
      code: "TRIGGER_INVALID",
      path: "criterion",
    });
    expect(await refusal(() => triggerCommitment({ code, criterion: "detected" }, "0x12"))).to.deep.equal({
      code: "HEX_INVALID",
      path: "salt",
    });
  });
});
