import { expect } from "chai";
import { id, Wallet, ZeroAddress, ZeroHash } from "ethers";

import { checkClaim, signaturesByOthers } from "../../src/claims/checkClaim.js";
import { FeeSchedule } from "../../src/claims/feeSchedule.js";
import type { ProvenClaim } from "../../src/claims/provenClaim.js";
import {
  CLAIM_SUBMISSION_TYPES,
  claimsDomain,
  ENCOUNTER_RECEIPT_TYPES,
  receiptMessage,
  submissionMessage,
  type ClaimSubmission,
} from "../../src/claims/typedData.js";
import { planTerms, UNIT, VISIT } from "../support/claimsParties";
import { refusal } from "../support/refusal";

const CONTRACT = "0x00000000000000000000000000000000000000C1";
const DAY = 20_000;
const NOW = DAY * 86_400 + 1_000;
const [member, clinic] = [Wallet.createRandom(), Wallet.createRandom()];
const DOMAIN = claimsDomain(1, CONTRACT);

/** A claim for a visit, with what differs. */
async function prove(
  changes: Partial<ClaimSubmission> = {},
  receipt: Partial<ClaimSubmission["receipt"]> = {},
): Promise<ProvenClaim> {
  const fees = await FeeSchedule.build([
    { family: 0, procedure: VISIT, fee: 92n * UNIT },
    { family: 2, procedure: { qualifier: "AD", code: "D2391" }, fee: 1n },
  ]);
  const { commitment, fee, proof } = fees.prove(0, VISIT);
  const claim = {
    receipt: {
      member: member.address,
      signedBy: member.address,
      provider: clinic.address,
      encounter: id("encounter"),
      serviceDay: DAY,
      family: 0,
      receiptAt: NOW,
      salt: id("salt"),
      ...receipt,
    },
    policyId: 1,
    receiptPolicyId: 1,
    lines: [{ procedure: commitment, billed: 120n * UNIT, fee, units: 1 }],
    primaryClaim: ZeroHash,
    signedBy: clinic.address,
    submitter: ZeroAddress,
    issuedAt: NOW,
    deadline: NOW,
    ...changes,
  };
  return {
    claim,
    terms: planTerms(CONTRACT, CONTRACT, fees.root),
    feeProofs: claim.lines.map(() => proof),
    feeProofFlags: [],
    receiptSignature: await member.signTypedData(DOMAIN, ENCOUNTER_RECEIPT_TYPES, receiptMessage(claim.receipt)),
    claimSignature: await clinic.signTypedData(DOMAIN, CLAIM_SUBMISSION_TYPES, submissionMessage(claim)),
  };
}

describe("checkClaim", () => {
  it("takes a claim at its receipt's and its deadline's very second", async () => {
    const proven = await prove();
    expect(() => {
      checkClaim(proven, NOW);
    }).not.to.throw();
  });

  it("refuses times that the contract refuses", async () => {
    for (const [proven, now, code, path] of [
      [await prove(), NOW + 1, "DEADLINE_PASSED", "deadline"],
      [await prove({ deadline: NOW + 9, issuedAt: NOW + 1 }), NOW, "ISSUED_IN_FUTURE", "issuedAt"],
      [await prove({}, { receiptAt: NOW + 1 }), NOW, "RECEIPT_TIME_INVALID", "receipt.receiptAt"],
      [await prove({}, { receiptAt: DAY * 86_400 - 1 }), NOW, "RECEIPT_TIME_INVALID", "receipt.receiptAt"],
    ] as const) {
      expect(
        await refusal(() => {
          checkClaim(proven, now);
        }),
      ).to.deep.equal({ code, path });
    }
  });

  it("refuses lines and amounts that the contract cannot take, with the member", async () => {
    const good = await prove();
    const [line] = good.claim.lines;
    const withLines = (...lines: unknown[]): ProvenClaim => ({
      ...good,
      claim: { ...good.claim, lines: lines as ClaimSubmission["lines"] },
      feeProofs: lines.map(() => good.feeProofs[0]!),
    });
    const most = (1n << 48n) - 120n * UNIT;
    for (const [proven, code, path] of [
      [withLines(), "CLAIM_INVALID", "lines"],
      [withLines(...Array<unknown>(51).fill(line)), "CLAIM_INVALID", "lines"],
      [withLines({ ...line, billed: -1n }), "AMOUNT_NEGATIVE", "lines[0].billed"],
      [withLines(line, { ...line, billed: 1n << 64n }), "AMOUNT_OVERFLOW", "lines[1].billed"],
      [withLines(line, { ...line, billed: most }), "AMOUNT_OVERFLOW", "lines"],
      [withLines({ ...line, units: 0 }), "CLAIM_INVALID", "lines[0].units"],
      [withLines({ ...line, units: 65_536 }), "CLAIM_INVALID", "lines[0].units"],
      [withLines({ ...line, fee: 93n * UNIT }), "FEE_PROOF_INVALID", "lines[0].feeProof"],
      [withLines({ ...line, procedure: "0x12" }), "HEX_INVALID", "lines[0].commitment"],
      [await prove({}, { family: 2 }), "FEE_PROOF_INVALID", "lines[0].feeProof"],
      [{ ...withLines(line, line), feeProofs: good.feeProofs }, "FEE_PROOF_INVALID", "lines"],
      [{ ...good, feeProofFlags: [true], feeProofs: [] }, "FEE_PROOF_INVALID", "lines"],
      [{ ...good, terms: { ...good.terms, appealDays: 179 } }, "TERMS_INVALID", "terms.appealDays"],
      [{ ...good, claim: { ...good.claim, policyId: 1n << 32n } }, "TYPED_DATA_INVALID", "policyId"],
    ] as const) {
      expect(
        await refusal(() => {
          checkClaim(proven, NOW);
        }),
      ).to.deep.equal({ code, path });
    }
    expect(() => {
      checkClaim(withLines(line, { ...line, billed: most - 1n }), NOW);
    }).not.to.throw();
  });

  it("leaves a multiproof, and what the plan's terms deny, to the contract", async () => {
    const proven = await prove({}, { family: 15 });
    expect(() => {
      checkClaim({ ...proven, feeProofFlags: [false], feeProofs: [[ZeroHash]] }, NOW);
    }).not.to.throw();
  });
});

describe("signaturesByOthers", () => {
  it("names the signatures that are not by who is said to sign, over these members, here", async () => {
    const good = await prove();
    expect(signaturesByOthers(good, DOMAIN)).to.deep.equal([]);
    const both = ["receiptSignature", "claimSignature"];
    expect(signaturesByOthers(good, claimsDomain(2, CONTRACT))).to.deep.equal(both);
    expect(signaturesByOthers({ ...good, claim: { ...good.claim, deadline: NOW + 1 } }, DOMAIN)).to.deep.equal([
      "claimSignature",
    ]);
    const { receiptSignature, claimSignature } = good;
    const swapped = { ...good, receiptSignature: claimSignature, claimSignature: receiptSignature };
    expect(signaturesByOthers(swapped, DOMAIN)).to.deep.equal(both);
    expect(signaturesByOthers({ ...good, receiptSignature: "0x1234" }, DOMAIN)).to.deep.equal(["receiptSignature"]);
  });
});
